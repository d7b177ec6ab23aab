using System.Globalization;
using System.IO.Enumeration;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Dockerfiles;

/// <summary>
/// Finds the images of one Dockerfile, a file of its own or text inside another file. It follows BuildKit: only
/// <c>ARG</c>s before the first <c>FROM</c> count in <c>FROM</c>, and <c>--from</c> takes no variables
/// (<see href="https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact"/>).
/// </summary>
internal sealed class DockerfileReader
{
    /// <summary>More images than any file names.</summary>
    private const int MostUses = 10_000;

    private const int MostArguments = 1_000;

    /// <summary>Set by the builder for each build (<see href="https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope"/>).</summary>
    private static readonly HashSet<string> SetByBuilder = new(StringComparer.Ordinal)
    {
        "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "BUILDOSVERSION",
        "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETOSVERSION", "TARGETSTAGE",
    };

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL",
        "USER", "VOLUME", "WORKDIR",
    };

    private readonly SourceFile _file;
    private readonly string _format;
    private readonly DockerfileSource _source;
    private readonly Dictionary<string, VariableValue> _arguments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stages = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Found> _found = [];

    /// <summary>For each argument, what reads it: an argument that only one reads may get a digest.</summary>
    private readonly Dictionary<string, HashSet<string>> _readers = new(StringComparer.Ordinal);
    private int _stageCount;

    private DockerfileReader(SourceFile file, string format, DockerfileSource source) => (_file, _format, _source) = (file, format, source);

    /// <summary>
    /// Whether a text is a Dockerfile: it begins as one can, or as a template does, and what follows are mostly instructions.
    /// </summary>
    public static bool IsDockerfile(DockerfileSource source)
    {
        switch (source.Instructions)
        {
            case [{ Keyword: "ARG" }, ..]:
                return true;
            case [{ Keyword: "FROM" } from, ..]:
                // A program in Python begins so too.
                return !from.Arguments.Value.Contains(" import ", StringComparison.Ordinal);
        }

        // Each instruction that is none, such as a template's {% if %}, takes two that are.
        var known = 0;
        foreach (var instruction in source.Instructions)
        {
            known += Keywords.Contains(instruction.Keyword) ? 1 : DockerfileTemplate.IsPart(instruction.Keyword) ? 0 : -2;
        }

        return known > 1 && source.Instructions.Any(i => i.Keyword == "FROM");
    }

    /// <summary>Reads the images.</summary>
    /// <param name="file">The file that the text stands in.</param>
    /// <param name="format">Name of the format that asks.</param>
    /// <param name="source">The text, cut into instructions.</param>
    /// <param name="contexts">Names that the build gives to other things than images: <c>additional_contexts</c>.</param>
    public static FormatReading Read(SourceFile file, string format, DockerfileSource source, IEnumerable<string>? contexts = null)
    {
        var reader = new DockerfileReader(file, format, source);
        reader._stages.UnionWith(contexts ?? []);
        reader.ReadInstructions();
        var problems = new List<FileProblem>();
        if (source.Problem is not null)
        {
            problems.Add(new FileProblem(file.Path, file.PositionOf(source.ProblemOffset).Line, source.Problem));
        }

        if (reader._found.Count > MostUses)
        {
            problems.Add(new FileProblem(file.Path, null, $"the file names more than {MostUses} images: the rest is not read"));
        }

        return new FormatReading(reader.MakeUses(), problems);
    }

    private void ReadInstructions()
    {
        if (_source.Syntax is { } syntax)
        {
            Add("syntax", syntax, syntax);
        }

        foreach (var instruction in _source.Instructions)
        {
            switch (instruction.Keyword)
            {
                case "ARG":
                    ReadArguments(instruction.Arguments);
                    break;
                case "FROM":
                    ReadFrom(instruction.Arguments);
                    break;
                case "ONBUILD":
                    var words = instruction.Arguments.Value.IndexOfAny([' ', '\t']);
                    if (words > 0)
                    {
                        ReadFlags(instruction.Arguments.Value[..words].ToUpperInvariant(), instruction.Arguments.Slice((words + 1)..));
                    }

                    break;
                default:
                    ReadFlags(instruction.Keyword, instruction.Arguments);
                    break;
            }

            if (_found.Count > MostUses)
            {
                break;
            }
        }
    }

    private void ReadArguments(WrittenText text)
    {
        foreach (var range in DockerfileLexer.Words(text.Value, _source.Escape))
        {
            var word = text.Slice(range);
            var equals = word.Value.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word.Value : word.Value[..equals];
            if (_stageCount > 0)
            {
                // Without a value it brings the global one into the stage, where anything may use it.
                if (equals < 0 && _arguments.TryGetValue(name, out var global))
                {
                    AddReader(global.Names, "stage");
                }

                continue;
            }

            if (equals < 0 || (_arguments.Count >= MostArguments && !_arguments.ContainsKey(name)))
            {
                continue;
            }

            var value = Expand(word.Slice((equals + 1)..));
            _arguments[name] = value.Problem is null
                ? new VariableValue(value.Value, null, Bounded(value.Names, name), value.IsWhole, value.Locked is not null)
                : new VariableValue(null, value.Problem, Bounded(value.Names, name));
        }
    }

    private static HashSet<string> Bounded(IReadOnlySet<string> names, string name) =>
        new(names.Take(100), StringComparer.Ordinal) { name };

    private void ReadFrom(WrittenText text)
    {
        var words = DockerfileTemplate.Words(text).ToList();
        var first = words.FindIndex(w => !w.Value.StartsWith("--", StringComparison.Ordinal));
        _stageCount++;
        if (first < 0)
        {
            return;
        }

        Platform? platform = null;
        foreach (var flag in words.Take(first).Where(w => w.Value.StartsWith("--platform=", StringComparison.OrdinalIgnoreCase)))
        {
            var wanted = Expand(flag.Slice("--platform=".Length..));
            AddReader(wanted.Names, "platform");
            platform = wanted.Problem is null && Platform.TryParse(wanted.Value.Value, out var parsed) ? parsed : null;
        }

        var image = words[first];
        var expansion = Expand(image);
        var isStage = expansion.Problem is null ? _stages.Contains(expansion.Value.Value) : MayBeStage(expansion.Pattern);
        if (words.Count > first + 2 && words[first + 1].Value.Equals("AS", StringComparison.OrdinalIgnoreCase))
        {
            _stages.Add(words[first + 2].Value);
        }

        if (!isStage && !(expansion.Problem is null && expansion.Value.Value == "scratch"))
        {
            var problem = DockerfileTemplate.IsPart(expansion.Value.Value) ? Reasons.Template : expansion.Problem;
            _found.Add(new Found(image, expansion, expansion.Value, problem, platform, "FROM"));
            AddReader(expansion.Names, expansion.Value.Places);
        }
    }

    /// <summary><c>FROM build-${TARGETARCH}</c> chooses between stages when one has a name of that form.</summary>
    private bool MayBeStage(string pattern) =>
        pattern.AsSpan().IndexOfAnyExcept('*') >= 0
        && _stages.Take(100).Any(s => FileSystemName.MatchesSimpleExpression(pattern, s, ignoreCase: true));

    private void ReadFlags(string keyword, WrittenText text)
    {
        if (keyword is not ("RUN" or "COPY" or "ADD") || !text.Value.StartsWith("--", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var range in DockerfileLexer.Words(text.Value, _source.Escape))
        {
            if (!text.Value.AsSpan()[range].StartsWith("--", StringComparison.Ordinal) || _found.Count > MostUses)
            {
                break;
            }

            var flag = DockerfileLexer.Unquote(text.Slice(range), _source.Escape);
            if (keyword == "RUN" && flag.Value.StartsWith("--mount=", StringComparison.OrdinalIgnoreCase))
            {
                ReadMount(flag.Slice("--mount=".Length..));
            }
            else if (keyword != "RUN" && flag.Value.StartsWith("--from=", StringComparison.OrdinalIgnoreCase))
            {
                Add(keyword, flag.Slice("--from=".Length..), flag);
            }
        }
    }

    private void ReadMount(WrittenText mount)
    {
        WrittenText? from = null;
        var type = "bind";
        foreach (var range in mount.Value.AsSpan().Split(','))
        {
            var field = mount.Slice(range);
            if (field.Value is ['"', .., '"'] && field.Value.Length > 1)
            {
                field = field.Slice(1..^1);
            }

            var equals = field.Value.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? field.Value : field.Value[..equals];
            if (key.Equals("from", StringComparison.OrdinalIgnoreCase) && equals >= 0)
            {
                from = field.Slice((equals + 1)..);
            }
            else if (key.Equals("type", StringComparison.OrdinalIgnoreCase) && equals >= 0)
            {
                type = field.Value[(equals + 1)..].ToLowerInvariant();
            }
        }

        if (from is not null && type is "bind" or "cache")
        {
            Add("RUN", from!, mount);
        }
    }

    /// <summary>An image that takes no variables.</summary>
    private void Add(string keyword, WrittenText image, WrittenText place)
    {
        if (image.Value.Length > 0 && image.Value != "scratch")
        {
            var problem = DockerfileTemplate.IsPart(image.Value) ? Reasons.Template
                : image.Value.Contains('$', StringComparison.Ordinal) ? "variables are not replaced here: name a stage made with FROM" : null;
            _found.Add(new Found(image.Spans.Any() ? image : place, null, image, problem, null, keyword));
        }
    }

    private List<ImageUse> MakeUses()
    {
        var uses = new List<ImageUse>();
        foreach (var found in _found.Take(MostUses))
        {
            // --from may name a stage that comes later in the file, or its number.
            if (!found.IsFrom && found.Problem is null && !ReferenceEquals(found.Value, _source.Syntax)
                && (_stages.Contains(found.Value.Value) || int.TryParse(found.Value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                continue;
            }

            var pinnable = true;
            if (found.Expansion?.PartOfDigest(out pinnable) is { } part && pinnable)
            {
                pinnable = part.Names.All(n => !_readers.TryGetValue(n, out var readers) || readers.Count <= 1);
            }

            var missing = found.Value.Value.Length == 0 ? "its variables leave no name"
                : found.Value.Value.EndsWith(':') && !found.Word.Value.EndsWith(':') ? "its variables leave no tag" : null;
            var use = found.Problem is null
                ? ImageUse.Of(_file, _format, found.Value, found.Offset, found.Platform, pinnable, missing, found.Expansion?.Locked)
                : ImageUse.Of(_file, _format, found.Word, found.Offset, found.Platform, pinnable: false, found.Problem);
            uses.Add(use with { Keyword = found.Expansion?.Names.Count > 0 ? "ARG" : found.Keyword });
        }

        return uses;
    }

    private VariableExpansion Expand(WrittenText text) => VariableExpansion.Of(text, VariableSyntax.Dockerfile(_source.Escape), Lookup);

    private VariableValue Lookup(string name) =>
        _arguments.TryGetValue(name, out var value) ? value
        : SetByBuilder.Contains(name) ? new VariableValue(null, $"the builder sets the variable {name}", VariableValue.Unset.Names)
        : VariableValue.Unset;

    private void AddReader(IReadOnlySet<string> names, string reader)
    {
        foreach (var name in names)
        {
            if (!_readers.TryGetValue(name, out var readers))
            {
                _readers[name] = readers = new HashSet<string>(StringComparer.Ordinal);
            }

            // More than two change nothing.
            if (readers.Count < 2)
            {
                readers.Add(reader);
            }
        }
    }

    private sealed record Found(WrittenText Word, VariableExpansion? Expansion, WrittenText Value, string? Problem, Platform? Platform, string Keyword)
    {
        public int Offset => Word.Spans.FirstOrDefault().Start;

        public bool IsFrom => Keyword == "FROM";
    }
}
