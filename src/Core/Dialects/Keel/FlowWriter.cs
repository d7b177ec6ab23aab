using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// Writes nodes of a file as YAML in flow style, each key and item in the line that it has in the file, as far as that goes
/// down: what an alias stands for may be written further up.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="firstLine">The line of the file that the text begins with.</param>
/// <param name="longest">The longest text, in characters; little more is written.</param>
internal sealed class FlowWriter(SourceFile file, int firstLine, int longest)
{
    /// <summary>The settings of a chart: a list of mappings of texts.</summary>
    private const int Deepest = 4;

    private const int LongestWord = 100;

    private readonly StringBuilder _text = new();
    private int _line = firstLine;

    /// <summary>Whether there is more to write than may be.</summary>
    public bool IsFull => _text.Length > longest;

    /// <summary>How much is written.</summary>
    public int Length => _text.Length;

    /// <summary>Writes one of <c>{ } [ ] , :</c>, and a space after it, without which a colon is a letter.</summary>
    public void Mark(char mark) => _text.Append(mark).Append(' ');

    /// <summary>Writes a text that is in no line of its own.</summary>
    public void Text(string value) => _text.Append(Quote(value.Length <= longest ? value : value[..longest]));

    /// <summary>A text in double quotes. What lies beyond the basic multilingual plane, where no tag is, is not kept.</summary>
    public static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c is '"' or '\\' ? quoted.Append('\\').Append(c)
                : char.IsSurrogate(c) ? quoted.Append('\uFFFD')
                : char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' ? quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Writes a key and its value.</summary>
    public void Entry(YamlNode key, YamlNode value)
    {
        Node(key, Deepest);
        Mark(':');
        Node(value, 1);
    }

    /// <summary>Writes a node.</summary>
    public void Node(YamlNode node, int depth = 0)
    {
        var line = file.PositionOf(node.Start).Line;
        if (line > _line && line - _line <= longest)
        {
            _text.Append('\n', line - _line).Append(' ');
            _line = line;
        }

        switch (node.Target)
        {
            case YamlScalar { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar when scalar.IsNull:
                _text.Append("null");
                break;
            case YamlScalar { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar when scalar.Value.Length <= LongestWord && scalar.Value.All(char.IsAsciiLetterOrDigit):
                _text.Append(scalar.Value);
                break;
            case YamlScalar scalar:
                Text(scalar.Value);
                break;
            case YamlMapping mapping:
                List(mapping.Entries, '{', '}', depth, e =>
                {
                    Node(e.Key, Deepest);
                    Mark(':');
                    Node(e.Value, depth + 1);
                });
                break;
            case YamlSequence sequence:
                List(sequence.Items, '[', ']', depth, i => Node(i, depth + 1));
                break;
            default:
                _text.Append("null");
                break;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void List<T>(IEnumerable<T> items, char open, char close, int depth, Action<T> write)
    {
        Mark(open);
        foreach (var item in depth < Deepest ? items.TakeWhile(_ => !IsFull) : [])
        {
            write(item);
            Mark(',');
        }

        Mark(close);
    }
}
