using Basewatch.Core.Formats.Dockerfiles;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Earthfiles: images in <c>FROM</c> and <c>WITH DOCKER --pull</c>, with the defaults of arguments
/// (<see href="https://docs.earthly.dev/docs/earthfile"/>).
/// </summary>
public sealed class EarthfileFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "earthfile";

    /// <inheritdoc/>
    public string Finds => "`FROM` an image, `WITH DOCKER --pull`, with defaults of `ARG`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["Earthfile", "*.earth"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("FROM "u8) >= 0 || bytes.IndexOf("--pull"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new Reading(file, Name).Read();
    }

    private sealed class Reading(SourceFile file, string format)
    {
        private const int MostArguments = 1_000;

        private readonly UseList _uses = new(file, format);
        private readonly Dictionary<string, VariableValue> _base = new(StringComparer.Ordinal);
        private Dictionary<string, VariableValue>? _target;
        private char _escape = '\\';

        public FormatReading Read()
        {
            var source = DockerfileLexer.Read(WrittenText.At(file.Text, 0), joinsQuoted: true);
            _escape = source.Escape;
            foreach (var (keyword, arguments) in source.Instructions)
            {
                if (keyword.EndsWith(':'))
                {
                    _target = new Dictionary<string, VariableValue>(StringComparer.Ordinal);
                }

                var words = DockerfileLexer.Words(arguments.Value, _escape).Select(r => arguments.Slice(r));
                switch (keyword)
                {
                    case "ARG" or "LET":
                        ReadArgument([.. words.SkipWhile(w => w.Value.StartsWith("--", StringComparison.Ordinal)).Take(3)]);
                        break;
                    case "SET":
                        ForgetArgument(words.FirstOrDefault());
                        break;
                    case "FROM":
                        ReadFrom(words);
                        break;
                    case "WITH" when words.FirstOrDefault() is { Value: "DOCKER" }:
                        ReadPulls([.. words]);
                        break;
                }
            }

            return _uses.ToReading();
        }

        private void ReadArgument(List<WrittenText> words)
        {
            // Space may stand around the sign.
            var word = words is [var first, { Value: ['=', ..] } second, ..] ? WrittenText.Join([first, second]) : words.FirstOrDefault();
            word = word?.Value is [.., '='] && words.Skip(words[0] == word ? 1 : 2).FirstOrDefault() is { Value: not ['#', ..] } last ? WrittenText.Join([word, last]) : word;
            if (word is null || word.Value.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
            {
                return;
            }

            // Outside a target an argument is known in the base recipe, and with --global everywhere.
            var scope = _target ?? _base;
            var name = word.Value[..equals];
            if (scope.Count < MostArguments)
            {
                var value = Expand(word.Slice((equals + 1)..));
                scope[name] = value.Problem is null
                    ? new VariableValue(value.Value, null, new HashSet<string>(value.Names.Take(100), StringComparer.Ordinal) { name }, value.IsWhole)
                    : new VariableValue(null, value.Problem, new HashSet<string>([name], StringComparer.Ordinal));
            }
        }

        /// <summary>What a variable is set to may depend on a condition.</summary>
        private void ForgetArgument(WrittenText? word)
        {
            var name = word?.Value.Split('=')[0];
            if (name is not null && _target?.ContainsKey(name) == true)
            {
                _target[name] = new VariableValue(null, $"the variable {Excerpt.Of(name)} is SET anew", new HashSet<string>([name], StringComparer.Ordinal));
            }
        }

        private void ReadFrom(IEnumerable<WrittenText> words)
        {
            Platform? platform = null;
            foreach (var word in words)
            {
                if (word.Value.StartsWith("--platform=", StringComparison.Ordinal))
                {
                    platform = Platform.TryParse(word.Value["--platform=".Length..], out var parsed) ? parsed : null;
                }
                else if (!word.Value.StartsWith("--", StringComparison.Ordinal))
                {
                    if (word.Value is not ("DOCKERFILE" or "scratch"))
                    {
                        Add(word, platform);
                    }

                    return;
                }
            }
        }

        private void ReadPulls(List<WrittenText> words)
        {
            for (var i = 1; i < words.Count; i++)
            {
                if (words[i].Value == "--pull" && i + 1 < words.Count)
                {
                    Add(words[++i], null);
                }
                else if (words[i].Value.StartsWith("--pull=", StringComparison.Ordinal))
                {
                    Add(words[i].Slice("--pull=".Length..), null);
                }
            }
        }

        /// <summary>A target (<c>+build</c>, <c>./other+build</c>) is no image.</summary>
        private void Add(WrittenText word, Platform? platform)
        {
            var expansion = Expand(word);
            if (word.Value.Contains('+', StringComparison.Ordinal) || expansion.Value.Value.Contains('+', StringComparison.Ordinal) || word.Spans.FirstOrDefault() is not { Length: > 0 } place)
            {
                return;
            }

            var isShell = word.Value.Contains("$(", StringComparison.Ordinal);
            var problem = isShell ? "it is the output of a command" : expansion.Problem ?? (expansion.Value.Value.Length == 0 ? "its variables leave no name" : null);
            _ = expansion.PartOfDigest(out var fits);
            _uses.Add(problem is null ? expansion.Value : word, place.Start, platform, skip: problem, pinnable: fits && problem is null, here: expansion.Parts.Count > 0);
        }

        private VariableExpansion Expand(WrittenText text) => VariableExpansion.Of(text, VariableSyntax.Dockerfile(_escape), Lookup);

        private VariableValue Lookup(string name) =>
            _target?.TryGetValue(name, out var local) == true ? local
            : _base.TryGetValue(name, out var value) ? value
            : VariableValue.Unset;
    }
}
