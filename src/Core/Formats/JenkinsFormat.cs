using Basewatch.Core.Formats.Groovy;
using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Pipelines of Jenkins: images of agents, <c>docker.image('…')</c>, container templates and pods of the Kubernetes plugin
/// (<see href="https://www.jenkins.io/doc/book/pipeline/docker/"/>).
/// </summary>
public sealed class JenkinsFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "jenkins";

    /// <inheritdoc/>
    public string Finds => "`agent { docker … }`, `docker.image('…')`, `containerTemplate(image: '…')` and pods in `yaml '''…'''`, with variables that the file sets once";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["Jenkinsfile*", "*.{jenkinsfile,jenkins}", "*Jenkinsfile"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("docker"u8) >= 0 || bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        new Script(file, GroovyLexer.Read(file.Text), images).Read();
        return images.ToReading(null);
    }

    private sealed class Script(SourceFile file, IReadOnlyList<GroovyToken> tokens, PipelineImages images)
    {
        /// <summary>Registries whose name does not stand before the image.</summary>
        private const string Hub = "docker.io";

        private readonly Dictionary<string, GroovyToken?> _values = new(StringComparer.Ordinal);
        private readonly Stack<(string Name, string Registry)> _blocks = new();

        public void Read()
        {
            FindValues();
            var opener = "";
            var registry = "";
            for (var i = 0; i < tokens.Count; i++)
            {
                var token = tokens[i];
                switch (token.Kind)
                {
                    case GroovyKind.Symbol when token.Text is "{" or "(":
                        _blocks.Push(i > 0 && tokens[i - 1].Kind == GroovyKind.Name ? (tokens[i - 1].Text, Registry()) : (token.Text == "{" ? opener : "", registry.Length > 0 && token.Text == "{" ? registry : Registry()));
                        (opener, registry) = token.Text == "{" ? ("", "") : (opener, registry);
                        break;
                    case GroovyKind.Symbol when token.Text is "}" or ")":
                        if (_blocks.TryPop(out var closed) && closed.Name is "withRegistry" && token.Text == ")")
                        {
                            registry = RegistryBefore(i);
                        }

                        break;
                    case GroovyKind.Name:
                        Visit(token.Text, i);
                        break;
                }
            }

            string Registry() => _blocks.TryPeek(out var outer) ? outer.Registry : "";
        }

        private void Visit(string name, int i)
        {
            var block = _blocks.TryPeek(out var open) ? open : ("", "");
            if (name == "docker" && Is(i + 1, ".") && Is(i + 2, "image") && Is(i + 3, "("))
            {
                if (Is(i + 5, ")"))
                {
                    Add(i + 4, block.Item2);
                }
            }
            else if (name == "docker" && IsText(i + 1) && block.Item1 is "agent")
            {
                Add(i + 1, block.Item2);
            }
            else if (name == "image" && block.Item1 == "docker" && !Is(i - 1, ".") && (IsText(i + 1) || IsName(i + 1)))
            {
                Add(i + 1, RegistryOfAgent(i));
            }
            else if (name == "image" && Is(i + 1, ":") && block.Item1 == "containerTemplate")
            {
                Add(i + 2, "");
            }
            else if (name == "yaml" && block.Item1 is "kubernetes" or "podTemplate")
            {
                var text = Is(i + 1, ":") ? i + 2 : i + 1;
                if (IsText(text))
                {
                    AddPod(tokens[text]);
                }
            }
        }

        private bool Is(int i, string text) => i >= 0 && i < tokens.Count && tokens[i].Kind != GroovyKind.Text && tokens[i].Text == text;

        private bool IsText(int i) => i < tokens.Count && tokens[i].Kind == GroovyKind.Text;

        private bool IsName(int i) => i < tokens.Count && tokens[i].Kind == GroovyKind.Name;

        private void Add(int i, string registry)
        {
            if (i >= tokens.Count || (!IsText(i) && !IsName(i)))
            {
                return;
            }

            var token = tokens[i];
            if (IsName(i) && (Is(i + 1, "(") || Is(i + 1, ".")))
            {
                return;
            }

            var written = IsName(i) ? null : WrittenOf(token);
            if (written is null && IsText(i))
            {
                images.Add(WrittenText.Unplaced(token.Text), token.Start, Lookup, locked: Reasons.Escaped);
                return;
            }

            // A variable is looked up as if it stood in a text.
            written ??= WrittenText.Join([WrittenText.Unplaced("${"), WrittenText.At(token.Text, token.Start), WrittenText.Unplaced("}")]);
            images.Add(written, token.Start, token.IsLiteral ? LiteralDollar : Lookup, select: registry.Length == 0 ? null : value => WithRegistry(registry, value));
        }

        private static WrittenText WithRegistry(string registry, WrittenText value) =>
            value.Value.StartsWith(registry + "/", StringComparison.Ordinal) ? value : WrittenText.Join([WrittenText.Unplaced(registry + "/"), value]);

        private static Binding LiteralDollar(string name) => new(null, "a dollar in single quotes is no variable");

        private Binding Lookup(string name)
        {
            var key = name.StartsWith("env.", StringComparison.Ordinal) ? name["env.".Length..] : name;
            return _values.TryGetValue(key, out var token) && token is { } value
                ? WrittenOf(value) is { } written ? new Binding(written) : default
                : new Binding(null, $"the variable {Excerpt.Of(name)} is not set once to a text in this file");
        }

        private WrittenText? WrittenOf(GroovyToken token) =>
            string.CompareOrdinal(file.Text, token.Start, token.Text, 0, token.Text.Length) == 0 ? WrittenText.At(token.Text, token.Start) : null;

        /// <summary>Variables that are set in one place, to a text.</summary>
        private void FindValues()
        {
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                if (tokens[i].Kind == GroovyKind.Name && Is(i + 1, "=") && !Is(i + 2, "="))
                {
                    var isText = IsText(i + 2) && !Is(i + 3, "+") && !Is(i + 3, ".");
                    _values[tokens[i].Text] = isText && !_values.ContainsKey(tokens[i].Text) ? tokens[i + 2] : null;
                }
            }
        }

        /// <summary>The registry of <c>withRegistry('https://…')</c>, whose closing parenthesis is given.</summary>
        private string RegistryBefore(int close)
        {
            for (var i = close - 1; i >= Math.Max(0, close - 8); i--)
            {
                if (Is(i, "withRegistry"))
                {
                    return IsText(i + 2) ? Host(tokens[i + 2].Text) : "";
                }
            }

            return "";
        }

        /// <summary>The <c>registryUrl</c> in the same block as an agent's image.</summary>
        private string RegistryOfAgent(int image)
        {
            for (var i = image; i < Math.Min(tokens.Count, image + 40) && !Is(i, "}"); i++)
            {
                if (Is(i, "registryUrl") && IsText(i + 1))
                {
                    return Host(tokens[i + 1].Text);
                }
            }

            for (var i = image; i > Math.Max(0, image - 40) && !Is(i, "{"); i--)
            {
                if (Is(i, "registryUrl") && IsText(i + 1))
                {
                    return Host(tokens[i + 1].Text);
                }
            }

            return "";
        }

        private static string Host(string url) =>
            Uri.TryCreate(url, UriKind.Absolute, out var uri) && !uri.Host.EndsWith(Hub, StringComparison.OrdinalIgnoreCase) ? uri.Authority : "";

        private void AddPod(GroovyToken token)
        {
            if (WrittenOf(token) is not { } written || !token.Text.Contains("image", StringComparison.Ordinal))
            {
                return;
            }

            foreach (var document in YamlStream.Read(file, written).Documents)
            {
                foreach (var (key, mapping) in YamlMerge.Mappings(document, static k => k is not ("env" or "metadata")))
                {
                    if (key is "containers" or "initContainers")
                    {
                        images.Add(mapping.Effective("image"), Lookup);
                    }
                }
            }
        }
    }
}
