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

    /// <summary>Reads a file; nothing throws, whatever the text.</summary>
    public static YamlStream Read(SourceFile file)
    {
        var builder = new Builder(file);
        try
        {
            builder.Run();
            return new YamlStream(builder.Documents, builder.Problem);
        }
        catch (YamlException e)
        {
            return new YamlStream(builder.Documents, new FileProblem(file.Path, (int)Math.Clamp(e.Start.Line, 1, int.MaxValue), "this is no valid YAML: " + Sentence(e.Message)));
        }
    }

    private static string Sentence(string message) =>
        Images.Excerpt.Of(message.Length == 0 ? "it can't be parsed" : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.'));

    private sealed class Builder
    {
        private readonly SourceFile _file;
        private readonly int _shift;
        private readonly Parser _parser;
        private readonly Stack<(YamlNode Node, YamlNode? Key)> _open = new();
        private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
        private int _nodes;

        public Builder(SourceFile file)
        {
            _file = file;

            // The scanner takes a byte order mark for a letter.
            _shift = file.Text.StartsWith('\uFEFF') ? 1 : 0;
            _parser = new Parser(new Scanner(new StringReader(_shift == 0 ? file.Text : file.Text[1..]), skipComments: true));
        }

        public List<YamlNode> Documents { get; } = [];

        public FileProblem? Problem { get; private set; }

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
                        Add(new YamlScalar(_file.Text, Offset(e.Start), Offset(e.End), TagOf(e), e.Value, e.Style), e);
                        break;
                    case AnchorAlias e:
                        Add(new YamlAlias(Offset(e.Start), _anchors.GetValueOrDefault(e.Value.Value)), null);
                        break;
                    case MappingStart e:
                        Open(new YamlMapping(Offset(e.Start), TagOf(e)), e);
                        break;
                    case SequenceStart e:
                        Open(new YamlSequence(Offset(e.Start), TagOf(e)), e);
                        break;
                    case MappingEnd or SequenceEnd:
                        Close();
                        break;
                }
            }
        }

        private static string? TagOf(NodeEvent e) => e.Tag.IsEmpty || e.Tag.IsNonSpecific ? null : e.Tag.Value;

        private int Offset(Mark mark) => (int)Math.Min(mark.Index + _shift, _file.Text.Length);

        private void Open(YamlNode node, NodeEvent e)
        {
            Anchor(node, e);
            _open.Push((node, null));
            if (_open.Count > Deepest)
            {
                Problem = new FileProblem(_file.Path, (int)e.Start.Line, $"the YAML is nested deeper than {Deepest} levels");
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
