using Basewatch.Core.Formats.Comments;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Any configuration where a comment says that the next line names an image: <c># basewatch: image</c>,
/// <c># basewatch: image=ghcr.io/acme/app</c> over a line with its tag, and Renovate's
/// <c># renovate: datasource=docker depName=ghcr.io/acme/app</c>.
/// </summary>
public sealed class CommentFormat : IFormat
{
    /// <summary>Empty lines and other directives between a comment and its line.</summary>
    private const int MostBetween = 5;

    /// <inheritdoc/>
    public string Name => "comment";

    /// <inheritdoc/>
    public string Finds => "what a comment says of the next line: `basewatch: image` (it names an image), `basewatch: image=ghcr.io/acme/app` (it has the tag or digest of that image), `renovate: datasource=docker depName=ghcr.io/acme/app`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } =
    [
        "*.{sh,bash,zsh,fish,ps1,bat,cmd}",
        "*.{env,mk,mak,just,ini,cfg,conf,cnf,properties,toml,json5,jsonc}",
        "*.{yml,yaml,yml.j2,yaml.j2}",
        "*.{tf,tofu,tfvars,hcl,nomad,bicep,bicepparam}",
        "*.{gradle,kts,groovy,cmake,xml,props,targets,csproj,fsproj,vbproj}",
        "*.{service,container,image,pod,kube,volume,timer}",
        ".env*",
        ".envrc",
        "{Makefile,GNUmakefile,Justfile,.justfile,Earthfile,Tiltfile,Vagrantfile,Procfile,Brewfile,.tool-versions}",
        "{Dockerfile,Containerfile,Jenkinsfile}*",
        "*.{Dockerfile,Containerfile,Jenkinsfile}",
    ];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => CommentDirective.MayBeIn(bytes);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var lines = new Lines(file.Text);
        for (var i = 0; i < lines.Count && uses.Count < UseList.MostUses; i++)
        {
            if (!CommentDirective.TryParse(lines.Span(i), out var directive) || directive.Kind == CommentKind.Ignore)
            {
                continue;
            }

            var target = directive.StandsAlone ? lines.NextOf(i) : i;
            if (target < 0)
            {
                continue;
            }

            var (start, text) = (lines.Start(target), directive.StandsAlone ? lines.Text(target) : lines.Text(target)[..directive.Start]);
            if (!(directive.Kind == CommentKind.Image ? AddReference(uses, start, text) : AddVersion(uses, file, lines, target, text, directive)) && directive.IsOwn)
            {
                uses.Add(new FileProblem(file.Path, file.PositionOf(start).Line, directive.Image is null
                    ? "a comment says that this line names an image, and no reference is found in it"
                    : $"a comment says that this line has a tag of '{Excerpt.Of(directive.Image)}', and none is found in it"));
            }
        }

        return uses.ToReading();
    }

    private static bool AddReference(UseList uses, int start, string line)
    {
        var range = CommentedLine.Reference(line);
        if (range is null && CommentedLine.Value(line) is { } value && !line[value].Contains('$', StringComparison.Ordinal) && ImageReference.TryParse(line[value], out _))
        {
            range = value;
        }

        if (range is { } found)
        {
            uses.Add(WrittenText.At(line[found], start + found.Start.Value), start);
            return true;
        }

        return AddUnknown(uses, start, line);
    }

    private static bool AddVersion(UseList uses, SourceFile file, Lines lines, int target, string line, CommentDirective directive)
    {
        if (!ImageName.TryParse(directive.Image, out var name, out _))
        {
            return false;
        }

        var start = lines.Start(target);
        if (CommentedLine.Reference(line, name) is { } whole)
        {
            uses.Add(WrittenText.At(line[whole], start + whole.Start.Value), start, skip: directive.Skip);
            return true;
        }

        var value = CommentedLine.Value(line);
        if (value is null || !IsVersion(line[value.Value]))
        {
            if ((value is null && line.Contains("{{", StringComparison.Ordinal)) || (value is { } other && line[other].Contains('$', StringComparison.Ordinal)))
            {
                return AddUnknown(uses, start, line);
            }

            value = CommentedLine.Version(line);
        }

        // Over any line may stand a comment that Renovate reads by an expression of its user: what has no digit may be anything.
        if (value is not { } found || !IsVersion(line[found]) || !(directive.IsOwn || line.AsSpan()[found].ContainsAnyInRange('0', '9')))
        {
            return false;
        }

        var isDigest = line[found].StartsWith("sha256:", StringComparison.Ordinal);
        var isPlainYaml = IsYaml(file.Path) && found.Start.Value > 0 && line[found.Start.Value - 1] is ' ' or '\t';
        var written = WrittenText.At(line[found], start + found.Start.Value, encode: isPlainYaml ? YamlText.Quote : null);
        var parts = new ReferenceParts(null, WrittenText.Unplaced(directive.Image!), isDigest ? null : written, isDigest ? written : DigestAfter(lines, target, line[found]));
        uses.Add(parts.Join(), start, skip: directive.Skip, pinnable: false);
        return true;
    }

    /// <summary>A line that is computed: it names an image, and which is not known.</summary>
    private static bool AddUnknown(UseList uses, int start, string line)
    {
        var text = line.Trim();
        if (!text.Contains('$', StringComparison.Ordinal) && !text.Contains("{{", StringComparison.Ordinal))
        {
            return false;
        }

        uses.Add(WrittenText.At(text, start + line.IndexOf(text, StringComparison.Ordinal)), start, skip: "it has a variable that is set elsewhere");
        return true;
    }

    /// <summary>The digest in the next line, where that is a key of its own: <c>APP_DIGEST=sha256:…</c> after <c>APP_VERSION=1.2</c>.</summary>
    private static WrittenText? DigestAfter(Lines lines, int target, string tag)
    {
        if (tag.Contains('@', StringComparison.Ordinal) || target + 1 >= lines.Count)
        {
            return null;
        }

        var line = lines.Text(target + 1);
        return CommentedLine.Value(line) is { } value
            && line.AsSpan(0, value.Start.Value).Contains("digest", StringComparison.OrdinalIgnoreCase)
            && Digest.TryParse(line[value], out _)
                ? WrittenText.At(line[value], lines.Start(target + 1) + value.Start.Value)
                : null;
    }

    /// <summary>A tag, a digest, or both.</summary>
    private static bool IsVersion(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? ImageReference.IsTag(text) || Digest.TryParse(text, out _) : ImageReference.IsTag(text[..at]) && Digest.TryParse(text[(at + 1)..], out _);
    }

    private static bool IsYaml(string path) => path.Contains(".yml", StringComparison.OrdinalIgnoreCase) || path.Contains(".yaml", StringComparison.OrdinalIgnoreCase);

    /// <summary>The lines of a text, without their ends.</summary>
    private sealed class Lines
    {
        private readonly string _text;
        private readonly List<Range> _lines = [];

        public Lines(string text)
        {
            _text = text;
            var start = 0;
            while (start < text.Length)
            {
                var feed = text.IndexOf('\n', start);
                var end = feed < 0 ? text.Length : feed;
                _lines.Add(start..(end > start && text[end - 1] == '\r' ? end - 1 : end));
                start = end + 1;
            }
        }

        public int Count => _lines.Count;

        public int Start(int line) => _lines[line].Start.Value;

        public ReadOnlySpan<char> Span(int line) => _text.AsSpan()[_lines[line]];

        public string Text(int line) => _text[_lines[line]];

        /// <summary>The line that a comment is about; -1 where none follows.</summary>
        public int NextOf(int comment)
        {
            for (var i = comment + 1; i < Count && i <= comment + 1 + MostBetween; i++)
            {
                var line = Span(i).Trim();
                if (!line.IsEmpty && !CommentDirective.TryParse(line, out _))
                {
                    // What is commented out names nothing.
                    return line[0] is '#' or ';' || line.StartsWith("//", StringComparison.Ordinal) || line.StartsWith("--", StringComparison.Ordinal) ? -1 : i;
                }
            }

            return -1;
        }
    }
}
