using System.Diagnostics.CodeAnalysis;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Basewatch.Core.Formats.Yaml;

/// <summary>
/// The documents of a YAML or JSON file as trees whose nodes know their places. Built from the parser's events in a loop:
/// no depth overflows the stack, no alias is written out, and time and memory grow with the size of the file alone.
/// </summary>
/// <param name="Documents">The roots, in order; after an error those before it.</param>
/// <param name="Problem">Why the rest could not be read, with its line.</param>
internal sealed record YamlStream(IReadOnlyList<YamlNode> Documents, FileProblem? Problem)
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int Deepest = 200;

    /// <summary>The most nodes that are read in one file.</summary>
    public const int MostNodes = 500_000;

    /// <summary>A file whose quoted scalars have to be joined is read again until this many characters are read.</summary>
    private const int MostRereading = SourceFile.LargestFile / 2;

    /// <summary>What the parser says of values that mean something else without quotes.</summary>
    private static readonly string[] Unquoted = ["found value containing disallowed", "found character that cannot start any token", "found invalid mapping"];

    /// <summary>Reads a file, once for all formats; nothing throws, whatever the text.</summary>
    public static YamlStream Read(SourceFile file) => file.Parsed(static f => Read(f, new YamlText(f.Text, null)));

    /// <summary>Reads a value of a file that is YAML itself; the nodes know their places in the file.</summary>
    public static YamlStream Read(SourceFile file, WrittenText text) => Read(file, new YamlText(text.Value, text));

    private static YamlStream Read(SourceFile file, YamlText source)
    {
        var text = source.Text;
        for (var read = text.Length; ; read += text.Length)
        {
            var builder = new Builder(file, source, text);
            try
            {
                builder.Run();
                return new YamlStream(builder.Documents, builder.Problem);
            }
            catch (YamlException e)
            {
                var at = builder.Offset(e.Start);
                if (read + text.Length <= MostRereading && (TryJoinLines(text, at, out var changed) || TryEmptyLines(text, at, out changed)))
                {
                    text = changed;
                    continue;
                }

                return new YamlStream(builder.Documents, new FileProblem(file.Path, builder.LineOf(e.Message.Contains(" tab ", StringComparison.Ordinal) ? TabAfter(text, at) : at), "this is no valid YAML: " + Sentence(e.Message, isTab: at < text.Length && text[at] == '\t')));
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException)
            {
                // What the parser throws for some broken text, such as {% in a template.
                return new YamlStream(builder.Documents, new FileProblem(file.Path, builder.LineOf(builder.Position), "this is no valid YAML"));
            }
        }
    }

    /// <summary>
    /// The parser refuses quoted scalars whose later lines stand too far left, which Kubernetes and Compose take. With
    /// their line ends made spaces it reads them, and every other character stays where it was.
    /// </summary>
    private static bool TryJoinLines(string text, int start, [NotNullWhen(true)] out string? joined)
    {
        joined = null;
        if (start >= text.Length || text[start] is not ('"' or '\''))
        {
            return false;
        }

        var quote = text[start];
        var end = start + 1;
        while (end < text.Length && text[end] != quote)
        {
            end += quote == '"' && text[end] == '\\' ? 2 : 1;
        }

        if (end >= text.Length || text.AsSpan(start, end - start).IndexOfAny('\r', '\n') < 0)
        {
            return false;
        }

        joined = string.Concat(text.AsSpan(0, start), text[start..end].Replace('\r', ' ').Replace('\n', ' '), text.AsSpan(end));
        return true;
    }

    /// <summary>
    /// The parser refuses blocks whose first line has nothing but spaces, which a template leaves. With these spaces moved to
    /// the end of the line before, it reads the same value, and every other character stays where it was.
    /// </summary>
    private static bool TryEmptyLines(string text, int offset, [NotNullWhen(true)] out string? changed)
    {
        changed = null;
        var end = offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;
        var indent = end;
        while (indent < text.Length && text[indent] == ' ')
        {
            indent++;
        }

        // From the end of the line with the block's mark to the first line of its text.
        var start = end;
        while (start > 0 && text[start - 1] is ' ' or '\r' or '\n')
        {
            start--;
        }

        var blank = text.AsSpan(start, end - start);
        if (!blank.Contains(' ') || blank.Count('\n') < 2 || !text.AsSpan(0, start).TrimEnd("+-0123456789").EndsWith('|'))
        {
            return false;
        }

        // Deeper than the text, they are a mistake.
        foreach (var line in blank[(blank.IndexOf('\n') + 1)..].EnumerateLines())
        {
            if (line.Length > indent - end)
            {
                return false;
            }
        }

        var breaks = blank.ToString().Replace(" ", "", StringComparison.Ordinal);
        changed = string.Concat(text.AsSpan(0, start), new string(' ', blank.Length - breaks.Length), breaks, text.AsSpan(end));
        return changed != text;
    }

    /// <summary>The first tab that indents a line, from the line of an offset on; the offset where there is none.</summary>
    private static int TabAfter(string text, int offset)
    {
        for (var line = offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1; line < text.Length;)
        {
            var indent = text.AsSpan(line).IndexOfAnyExcept(' ');
            if (indent >= 0 && text[line + indent] == '\t')
            {
                return line + indent;
            }

            line = text.IndexOf('\n', line) is >= 0 and var feed ? feed + 1 : text.Length;
        }

        return offset;
    }

    private static string Sentence(string message, bool isTab) =>
        Images.Excerpt.Of(message.Length == 0 ? "it can't be parsed" : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.', ',')) + (!isTab && Array.Exists(Unquoted, u => message.Contains(u, StringComparison.Ordinal)) ? ": put the value in quotes" : "");

    private sealed class Builder
    {
        private readonly SourceFile _file;
        private readonly YamlText _source;
        private readonly int _shift;
        private readonly Scanner _scanner;
        private readonly Parser _parser;
        private readonly Stack<(YamlNode Node, YamlNode? Key)> _open = new();
        private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
        private int _nodes;

        public Builder(SourceFile file, YamlText source, string text)
        {
            (_file, _source) = (file, source);

            // The scanner takes a byte order mark for a letter.
            _shift = text.StartsWith('\uFEFF') ? 1 : 0;
            _scanner = new Scanner(new StringReader(_shift == 0 ? text : text[1..]), skipComments: true);
            _parser = new Parser(_scanner);
        }

        public List<YamlNode> Documents { get; } = [];

        public FileProblem? Problem { get; private set; }

        /// <summary>Where the scanner is.</summary>
        public Mark Position => _scanner.CurrentPosition;

        /// <summary>The line in the file.</summary>
        public int LineOf(Mark mark) => LineOf(Offset(mark));

        /// <summary>The line in the file of an offset in the text that is read.</summary>
        public int LineOf(int offset) => _file.PositionOf(_source.FileOffset(offset)).Line;

        public void Run()
        {
            while (Problem is null && _parser.MoveNext())
            {
                switch (_parser.Current)
                {
                    case DocumentStart:
                        _anchors.Clear();
                        break;
                    case Scalar e:
                        Add(new YamlScalar(_source, Offset(e.Start), Offset(e.End), TagOf(e), e.Value, e.Style), e);
                        break;
                    case AnchorAlias e:
                        Add(new YamlAlias(Start(e), _anchors.GetValueOrDefault(e.Value.Value)), null);
                        break;
                    case MappingStart e:
                        Open(new YamlMapping(Start(e), TagOf(e)), e);
                        break;
                    case SequenceStart e:
                        Open(new YamlSequence(Start(e), TagOf(e)), e);
                        break;
                    case MappingEnd or SequenceEnd:
                        Close();
                        break;
                }
            }
        }

        private static string? TagOf(NodeEvent e) => e.Tag.IsEmpty || e.Tag.IsNonSpecific ? null : e.Tag.Value;

        /// <summary>The offset in the text that is read.</summary>
        public int Offset(Mark mark) => (int)Math.Min(mark.Index + _shift, _source.Text.Length);

        private int Start(ParsingEvent e) => _source.FileOffset(Offset(e.Start));

        private void Open(YamlNode node, NodeEvent e)
        {
            Anchor(node, e);
            _open.Push((node, null));
            if (_open.Count > Deepest)
            {
                Problem = new FileProblem(_file.Path, LineOf(e.Start), $"the YAML is nested deeper than {Deepest} levels");
            }
        }

        private void Close()
        {
            var (node, _) = _open.Pop();
            Attach(node);
        }

        private void Add(YamlNode node, NodeEvent? e)
        {
            Anchor(node, e);
            Attach(node);
        }

        private void Anchor(YamlNode node, NodeEvent? e)
        {
            if (e is { Anchor.IsEmpty: false })
            {
                _anchors[e.Anchor.Value] = node;
            }

            if (++_nodes > MostNodes)
            {
                Problem = new FileProblem(_file.Path, null, $"the YAML has more than {MostNodes} nodes: the rest is not read");
            }
        }

        private void Attach(YamlNode node)
        {
            if (!_open.TryPop(out var parent))
            {
                Documents.Add(node);
                return;
            }

            switch (parent)
            {
                case (YamlSequence sequence, _):
                    sequence.Items.Add(node);
                    break;
                case (YamlMapping mapping, { } key):
                    mapping.Entries.Add((key, node));
                    parent.Key = null;
                    break;
                default:
                    parent.Key = node;
                    break;
            }

            _open.Push(parent);
        }
    }
}
