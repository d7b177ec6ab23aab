using System.Xml;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Xml;

/// <summary>An element of an XML file that knows where its text is written.</summary>
/// <param name="name">Its name without a prefix.</param>
/// <param name="start">Offset of its first character in the file.</param>
internal sealed class XmlElement(string name, int start)
{
    /// <summary>Its name without a prefix.</summary>
    public string Name => name;

    /// <summary>Offset of its first character in the file.</summary>
    public int Start => start;

    /// <summary>The elements in it, in the order of the text.</summary>
    public List<XmlElement> Children { get; } = [];

    /// <summary>Its attributes by their names without prefixes, each with its place.</summary>
    public Dictionary<string, WrittenText> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>The text in it, without the blanks around it; without a place where entities or comments make it stand there otherwise.</summary>
    public WrittenText Text { get; internal set; } = WrittenText.Unplaced("");

    /// <summary>Offset of its text, or of itself where the text stands nowhere as it is.</summary>
    public int TextStart => Text.Spans.Any() ? Text.Spans.First().Start : start;

    /// <summary>The first element of a name in it.</summary>
    public XmlElement? Child(string child) => Children.Find(c => c.Name == child);

    /// <summary>The first element at a path in it.</summary>
    public XmlElement? Descendant(params ReadOnlySpan<string> path)
    {
        var element = this;
        foreach (var part in path)
        {
            element = element?.Child(part);
        }

        return element;
    }

    /// <summary>The element and all that are in it, in the order of the text.</summary>
    public IEnumerable<XmlElement> All()
    {
        var next = new Stack<XmlElement>([this]);
        while (next.TryPop(out var element))
        {
            yield return element;
            for (var i = element.Children.Count - 1; i >= 0; i--)
            {
                next.Push(element.Children[i]);
            }
        }
    }
}

/// <summary>An XML file as a tree whose elements know their places. A loop with bounds; no document type, no entity of the file's own.</summary>
/// <param name="Root">The outermost element; null where nothing could be read.</param>
/// <param name="Problem">Why the rest could not be read, with its line.</param>
internal sealed record XmlTree(XmlElement? Root, FileProblem? Problem)
{
    /// <summary>Reads a file, once for all formats; nothing throws, whatever the text.</summary>
    public static XmlTree Read(SourceFile file) => file.Parsed(static f => new Reader(f).Run());

    private sealed class Reader(SourceFile file)
    {
        private static readonly XmlReaderSettings Settings = new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CheckCharacters = false,
        };

        /// <summary>The longest tag: the parser takes a time that grows with the square of the attributes in one.</summary>
        private const int LongestTag = 100_000;

        private readonly Stack<(XmlElement Element, List<WrittenText> Texts)> _open = new();
        private XmlElement? _root;
        private int _nodes;

        public XmlTree Run()
        {
            if (FindLongTag(file.Text) is >= 0 and var tag)
            {
                return new XmlTree(null, new FileProblem(file.Path, file.PositionOf(tag).Line, $"a tag is longer than {LongestTag} characters"));
            }

            FileProblem? problem = null;
            using var text = new StringReader(file.Text.StartsWith('\uFEFF') ? file.Text[1..] : file.Text);
            using var xml = XmlReader.Create(text, Settings);
            try
            {
                while (problem is null && xml.Read())
                {
                    Step(xml);
                    problem = _open.Count > YamlStream.Deepest ? new FileProblem(file.Path, ((IXmlLineInfo)xml).LineNumber, $"the XML is nested deeper than {YamlStream.Deepest} levels")
                        : _nodes > YamlStream.MostNodes ? new FileProblem(file.Path, null, $"the XML has more than {YamlStream.MostNodes} nodes: the rest is not read")
                        : null;
                }
            }
            catch (XmlException e)
            {
                problem = new FileProblem(file.Path, Math.Max(1, e.LineNumber), "this is no valid XML");
            }

            return new XmlTree(_root, problem);
        }

        private static int FindLongTag(string text)
        {
            for (int start, at = 0; (start = text.IndexOf('<', at)) >= 0;)
            {
                var rest = text.AsSpan(start);
                var end = rest.StartsWith("<!--", StringComparison.Ordinal) ? "-->" : rest.StartsWith("<![CDATA[", StringComparison.Ordinal) ? "]]>" : rest.StartsWith("<?", StringComparison.Ordinal) ? "?>" : null;
                if (end is not null)
                {
                    at = text.IndexOf(end, start, StringComparison.Ordinal);
                    if (at < 0)
                    {
                        return -1;
                    }

                    continue;
                }

                var quote = '\0';
                for (at = start + 1; at < text.Length && (quote != '\0' || text[at] is not ('>' or '<')); at++)
                {
                    quote = quote == text[at] ? '\0' : quote == '\0' && text[at] is '"' or '\'' ? text[at] : quote;
                    if (at - start > LongestTag)
                    {
                        return start;
                    }
                }
            }

            return -1;
        }

        private void Step(XmlReader xml)
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    Open(xml);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when _open.Count > 0:
                    _nodes++;
                    _open.Peek().Texts.Add(Place(xml.Value, OffsetOf(xml)));
                    break;
                case XmlNodeType.EndElement:
                    Close();
                    break;
            }
        }

        private void Open(XmlReader xml)
        {
            _nodes++;
            var element = new XmlElement(xml.LocalName, OffsetOf(xml));
            if (_open.TryPeek(out var parent))
            {
                parent.Element.Children.Add(element);
            }

            _root ??= element;
            var isEmpty = xml.IsEmptyElement;
            while (xml.MoveToNextAttribute())
            {
                _nodes++;
                var equals = file.Text.AsSpan(OffsetOf(xml)).IndexOfAny('"', '\'');
                element.Attributes[xml.LocalName] = Place(xml.Value, equals < 0 ? OffsetOf(xml) : OffsetOf(xml) + equals + 1);
            }

            if (!isEmpty)
            {
                _open.Push((element, []));
            }
        }

        private void Close()
        {
            if (_open.TryPop(out var closed))
            {
                var texts = closed.Texts.Where(t => t.Value.Length > 0).ToList();
                closed.Element.Text = texts is [var only] ? only : WrittenText.Unplaced(string.Concat(texts.Select(t => t.Value)));
            }
        }

        private int OffsetOf(XmlReader xml) => file.OffsetOf(((IXmlLineInfo)xml).LineNumber, ((IXmlLineInfo)xml).LinePosition);

        /// <summary>A text without the blanks around it, with its place where it stands there as it is.</summary>
        private WrittenText Place(string value, int offset)
        {
            var trimmed = value.Trim();
            while (offset < file.Text.Length && char.IsWhiteSpace(file.Text[offset]))
            {
                offset++;
            }

            return trimmed.Length > 0 && string.CompareOrdinal(file.Text, offset, trimmed, 0, trimmed.Length) == 0 ? WrittenText.At(trimmed, offset) : WrittenText.Unplaced(trimmed);
        }
    }
}
