using Basewatch.Core.Formats.Variables;

namespace Basewatch.Core.Formats;

/// <summary>
/// Gradle builds in Groovy and Kotlin: images that plugins build on (Jib, Spring Boot's <c>bootBuildImage</c>, Dockerfile
/// tasks). Assignments of plain strings in their blocks are read, nothing is run.
/// </summary>
public sealed class GradleFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "gradle";

    /// <inheritdoc/>
    public string Finds => "`from.image` of Jib, `builder`, `runImage` and `buildpacks` of `bootBuildImage`, `from` and `baseImage` of Dockerfile tasks, with variables of the same file";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.gradle", "*.gradle.kts"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("jib"u8) >= 0 || bytes.IndexOf("Jib"u8) >= 0 || bytes.IndexOf("ootBuildImage"u8) >= 0 || bytes.IndexOf("ockerfile"u8) >= 0 || bytes.IndexOf("baseImage"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var assignments = new Scanner(file.Text).Run();
        var variables = new Dictionary<string, Assignment?>(StringComparer.Ordinal);
        foreach (var assignment in assignments.Where(a => a.IsString && a.IsAssigned))
        {
            var name = assignment.Path[(assignment.Path.LastIndexOf('.') + 1)..];
            variables[name] = variables.ContainsKey(name) ? null : assignment;
        }

        var uses = new UseList(file, Name);
        foreach (var assignment in assignments.Where(a => IsImage(a.Path)))
        {
            Add(uses, assignment, variables, assignment.Path.EndsWith(".buildpacks", StringComparison.Ordinal));
        }

        return uses.ToReading();
    }

    private static void Add(UseList uses, Assignment assignment, Dictionary<string, Assignment?> variables, bool isBuildpack)
    {
        var expansion = VariableExpansion.Of(assignment.IsString ? assignment.Value : WrittenText.Unplaced("$" + assignment.Value.Value), assignment.HasVariables ? Syntax : Plain, Lookup);
        var value = expansion.Value;
        var start = assignment.Value.Spans.FirstOrDefault().Start;
        if (expansion.Problem is not null && !isBuildpack)
        {
            uses.Add(assignment.Value, start, skip: expansion.Problem, here: true);
            return;
        }

        if (isBuildpack ? expansion.Problem is not null || !BuildpackLocator.IsImage(value.Value) : value.Value.Length == 0 || value.Value.StartsWith("tar://", StringComparison.Ordinal))
        {
            return;
        }

        // A stage may be named after its image.
        value = BuildpackLocator.WithoutScheme(value);
        var blank = value.Value.IndexOf(' ', StringComparison.Ordinal);
        _ = expansion.PartOfDigest(out var fits);
        uses.Add(blank < 0 ? value : value.Slice(..blank), start, pinnable: fits, here: !expansion.IsWhole);

        VariableValue Lookup(string name) => variables.GetValueOrDefault(name) is { } known && !(known.HasVariables && known.Value.Value.Contains('$', StringComparison.Ordinal))
            ? new VariableValue(known.Value, null, new HashSet<string>(StringComparer.Ordinal) { name })
            : VariableValue.Unset;
    }

    private static VariableSyntax Syntax { get; } = new(Quotes: false, '\\', DoubledDollar: false);

    /// <summary>Of single quotes in Groovy; a name stands for a variable.</summary>
    private static VariableSyntax Plain { get; } = new(Quotes: false, null, DoubledDollar: false);

    private static bool IsImage(string path)
    {
        var property = path[(path.LastIndexOf('.') + 1)..];
        return property switch
        {
            "image" => path.EndsWith("jib.from.image", StringComparison.Ordinal),
            "builder" or "runImage" or "buildpacks" => path.Contains("bootBuildImage.", StringComparison.Ordinal),
            "from" => path.EndsWith("dockerfile.from", StringComparison.Ordinal),
            "baseImage" => path.Contains("dockerfile", StringComparison.Ordinal) || path.EndsWith("Application.baseImage", StringComparison.Ordinal),
            "graalImage" => path.Contains("dockerfile", StringComparison.Ordinal),
            _ => false,
        };
    }

    /// <summary>A string, or the name of a variable, that a property is set to.</summary>
    /// <param name="Path">The property with the blocks that it stands in: <c>jib.from.image</c>.</param>
    /// <param name="Value">The value.</param>
    /// <param name="IsString">Whether it is a string; else the name of a variable.</param>
    /// <param name="IsAssigned">Whether there is an equals sign.</param>
    /// <param name="HasVariables">Whether variables in it are replaced.</param>
    private sealed record Assignment(string Path, WrittenText Value, bool IsString, bool IsAssigned, bool HasVariables);

    /// <summary>Reads assignments statement by statement.</summary>
    private sealed class Scanner(string text)
    {
        private const int DeepestBlock = 200;
        private const int LongestHead = 500;

        /// <summary>What may stand between a property and its value.</summary>
        private static readonly System.Buffers.SearchValues<char> Joints = System.Buffers.SearchValues.Create(" \t\r\n=+([,");

        private readonly List<Assignment> _found = [];
        private readonly List<string> _blocks = [];
        private readonly System.Text.StringBuilder _head = new();
        private int _statement;
        private int _parentheses;
        private int _tooDeep;
        private int _at;

        public List<Assignment> Run()
        {
            _at = _statement = text.StartsWith('\uFEFF') ? 1 : 0;
            while (_at < text.Length)
            {
                var c = text[_at];
                if (c == '/' && _at + 1 < text.Length && text[_at + 1] is '/' or '*')
                {
                    SkipComment();
                }
                else if (c is '"' or '\'')
                {
                    ReadString(c);
                }
                else if (c == '{')
                {
                    Open();
                }
                else if (c == '}')
                {
                    Close();
                }
                else
                {
                    _parentheses += c is '(' or '[' ? 1 : c is ')' or ']' && _parentheses > 0 ? -1 : 0;
                    _at++;
                    if (c == ';' || (c is '\n' or '\r' && _parentheses == 0))
                    {
                        EndStatement();
                    }
                    else if (_head.Length < LongestHead)
                    {
                        _head.Append(c);
                    }
                }
            }

            EndStatement();
            return _found;
        }

        private void SkipComment()
        {
            var end = text[_at + 1] == '/' ? text.AsSpan(_at).IndexOfAny('\r', '\n') : text.AsSpan(_at + 2).IndexOf("*/") is var close and >= 0 ? close + 4 : -1;
            _at = end < 0 ? text.Length : _at + end;
        }

        private void Open()
        {
            var head = text.AsSpan(_statement, Math.Min(_at - _statement, LongestHead)).Trim();
            if (_blocks.Count < DeepestBlock)
            {
                _blocks.Add(NameOf(head));
            }
            else
            {
                _tooDeep++;
            }

            _at++;
            _parentheses = 0;
            Restart();
        }

        private void Close()
        {
            EndStatement();
            _at++;
            _parentheses = 0;
            if (_tooDeep > 0)
            {
                _tooDeep--;
            }
            else if (_blocks.Count > 0)
            {
                _blocks.RemoveAt(_blocks.Count - 1);
            }

            Restart();
        }

        /// <summary>What a block is about, whatever way it is opened.</summary>
        private static string NameOf(ReadOnlySpan<char> head) =>
            head.Contains("bootBuildImage", StringComparison.OrdinalIgnoreCase) ? "bootBuildImage"
            : head.Contains("dockerfile", StringComparison.OrdinalIgnoreCase) ? "dockerfile"
            : head.Contains("JibExtension", StringComparison.Ordinal) || head.Contains("\"jib\"", StringComparison.Ordinal) ? "jib"
            : LeadingPath(head).ToString();

        private static ReadOnlySpan<char> LeadingPath(ReadOnlySpan<char> head)
        {
            var end = 0;
            while (end < head.Length && (char.IsAsciiLetterOrDigit(head[end]) || head[end] is '_' or '.'))
            {
                end++;
            }

            return head[..end];
        }

        private void ReadString(char quote)
        {
            var isLong = string.CompareOrdinal(text, _at, quote == '"' ? "\"\"\"" : "'''", 0, 3) == 0;
            var start = _at + (isLong ? 3 : 1);
            _at = start;
            while (_at < text.Length && !(isLong ? string.CompareOrdinal(text, _at, quote == '"' ? "\"\"\"" : "'''", 0, 3) == 0 : text[_at] == quote || text[_at] is '\r' or '\n'))
            {
                _at += text[_at] == '\\' ? 2 : 1;
            }

            _at = Math.Min(_at, text.Length);
            Set(WrittenText.At(text[start.._at], start), isString: true, quote == '"');
            _at = Math.Min(text.Length, _at + (_at < text.Length && text[_at] != quote ? 0 : isLong ? 3 : 1));
        }

        private void EndStatement()
        {
            // A property that is set to a variable.
            var head = _head.ToString().TrimEnd();
            var equals = head.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                var name = head[(equals + 1)..].Trim();
                if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(name[0]))
                {
                    var place = text.IndexOf(name, _statement, Math.Max(0, _at - _statement), StringComparison.Ordinal) is var first and >= 0
                        ? text.LastIndexOf(name, _at - 1, _at - first, StringComparison.Ordinal) : -1;
                    _head.Length = equals + 1;
                    if (place >= 0)
                    {
                        Set(WrittenText.At(name, place), isString: false, hasVariables: true);
                    }
                }
            }

            Restart();
        }

        private void Restart()
        {
            _statement = _at;
            _head.Clear();
        }

        /// <summary>Notes a value where the statement so far says nothing but what is set to it.</summary>
        private void Set(WrittenText value, bool isString, bool hasVariables)
        {
            var head = _head.ToString().Trim();
            foreach (var declaration in (ReadOnlySpan<string>)["def ", "val ", "var ", "String ", "final "])
            {
                head = head.StartsWith(declaration, StringComparison.Ordinal) ? head[declaration.Length..].TrimStart() : head;
            }

            var path = LeadingPath(head).ToString();
            var rest = head[path.Length..].Replace("mutableListOf", "", StringComparison.Ordinal).Replace("listOf", "", StringComparison.Ordinal)
                .Replace("new From", "", StringComparison.Ordinal).Replace(": String", "", StringComparison.Ordinal);
            if (path.Length == 0 || rest.AsSpan().IndexOfAnyExcept(Joints) >= 0)
            {
                return;
            }

            foreach (var setter in (ReadOnlySpan<string>)[".set", ".add", ".addAll", ".value"])
            {
                path = path.EndsWith(setter, StringComparison.Ordinal) ? path[..^setter.Length] : path;
            }

            if (_found.Count < UseList.MostUses)
            {
                _found.Add(new Assignment(string.Join('.', _blocks.Append(path)), value, isString, rest.Contains('=', StringComparison.Ordinal), hasVariables));
            }
        }
    }
}
