using System.Text;
using Basewatch.Core.Formats.Yaml;
using YamlDotNet.Core;

namespace Basewatch.Core.Formats.Json;

/// <summary>
/// JSON as people write it, as trees whose nodes know their places: comments, commas after the last item
/// (<see href="https://jsonc.org/"/>), and strings over several lines as resource templates have them. A loop with bounds.
/// </summary>
/// <param name="Root">The value; null where nothing could be read.</param>
/// <param name="Problem">Why the rest could not be read, with its line.</param>
internal sealed record JsonTree(YamlNode? Root, FileProblem? Problem)
{
    /// <summary>Reads a file, once for all formats; nothing throws, whatever the text.</summary>
    public static JsonTree Read(SourceFile file) => file.Parsed(static f => new Reader(f).Run());

    /// <summary>Where blanks and comments end that begin at a place.</summary>
    public static int SkipBlanks(string text, int at)
    {
        while (at < text.Length)
        {
            var rest = text.AsSpan(at);
            if (char.IsWhiteSpace(rest[0]) || rest[0] == '\uFEFF')
            {
                at++;
            }
            else if (rest.StartsWith("//"))
            {
                at = rest.IndexOfAny('\r', '\n') is var end and >= 0 ? at + end : text.Length;
            }
            else if (rest.StartsWith("/*"))
            {
                at = rest[2..].IndexOf("*/") is var end and >= 0 ? at + end + 4 : text.Length;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    /// <summary>What is said of a place where something else would have to stand.</summary>
    public static string Unexpected(string text, int at) =>
        at < text.Length ? $"this is no valid JSON: '{Images.Excerpt.Of(text[at].ToString())}' does not belong here" : "this is no valid JSON: it ends before it is complete";

    private sealed class Reader(SourceFile file)
    {
        private readonly string _text = file.Text;
        private readonly YamlText _source = new(file.Text, null);
        private readonly Stack<(YamlNode Node, YamlScalar? Key)> _open = new();
        private YamlNode? _root;
        private string? _problem;
        private int _at;
        private int _nodes;

        public JsonTree Run()
        {
            while (_problem is null)
            {
                SkipBlanks();
                if (_at >= _text.Length || (_open.Count == 0 && _root is not null))
                {
                    break;
                }

                Step();
            }

            if (_problem is null && (_open.Count > 0 || _root is null))
            {
                _problem = JsonTree.Unexpected(_text, _text.Length);
            }

            while (_open.TryPop(out var left))
            {
                // What stands before an error is kept.
                _open.TryPop(out var parent);
                if (parent.Node is null)
                {
                    _root = left.Node;
                    break;
                }

                Attach(ref parent, left.Node);
                _open.Push(parent);
            }

            return new JsonTree(_root, _problem is null ? null : new FileProblem(file.Path, file.PositionOf(Math.Min(_at, _text.Length)).Line, _problem));
        }

        private void Step()
        {
            var c = _text[_at];
            var top = _open.Count > 0 ? _open.Peek() : default;
            if (c is '}' or ']')
            {
                Close(c == '}' ? top.Node is YamlMapping && top.Key is null : top.Node is YamlSequence);
            }
            else if (c == ',' && top.Node is not null && top.Key is null)
            {
                _at++;
            }
            else if (top.Node is YamlMapping && top.Key is null)
            {
                ReadKey();
            }
            else if (c is '{' or '[')
            {
                _open.Push((c == '{' ? new YamlMapping(_at, null) : new YamlSequence(_at, null), null));
                Count();
                _at++;
                _problem ??= _open.Count > YamlStream.Deepest ? $"the JSON is nested deeper than {YamlStream.Deepest} levels" : null;
            }
            else if (c == '"')
            {
                Add(ReadString());
            }
            else
            {
                Add(ReadWord());
            }
        }

        private void Close(bool fits)
        {
            if (!fits)
            {
                Unexpected();
                return;
            }

            _at++;
            Add(_open.Pop().Node);
        }

        private void ReadKey()
        {
            if (_text[_at] != '"')
            {
                Unexpected();
                return;
            }

            var key = ReadString();
            SkipBlanks();
            if (_problem is not null || _at >= _text.Length || _text[_at] != ':')
            {
                Unexpected();
                return;
            }

            _at++;
            var (node, _) = _open.Pop();
            _open.Push((node, key));
            Count();
        }

        private YamlScalar ReadString()
        {
            var start = _at++;
            StringBuilder? value = null;
            var run = _at;
            while (_at < _text.Length && _text[_at] != '"')
            {
                if (_text[_at] == '\\' && _at + 1 < _text.Length)
                {
                    (value ??= new StringBuilder()).Append(_text, run, _at - run);
                    _at++;
                    value.Append(Escape());
                    run = _at;
                }
                else
                {
                    _at++;
                }
            }

            if (_at >= _text.Length)
            {
                _at = start;
                _problem ??= "this is no valid JSON: a quote is not closed";
                return new YamlScalar(_source, start, start + 1, null, "", ScalarStyle.Plain);
            }

            var read = value is null ? _text[run.._at] : value.Append(_text, run, _at - run).ToString();
            _at++;
            return new YamlScalar(_source, start, _at, null, read, ScalarStyle.DoubleQuoted);
        }

        private char Escape()
        {
            var c = _text[_at++];
            if (c == 'u' && _at + 4 <= _text.Length
                && ushort.TryParse(_text.AsSpan(_at, 4), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var code))
            {
                _at += 4;
                return (char)code;
            }

            return c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', _ => c };
        }

        /// <summary>A number, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
        private YamlScalar ReadWord()
        {
            var start = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '-' or '+'))
            {
                _at++;
            }

            if (_at == start)
            {
                Unexpected();
            }

            return new YamlScalar(_source, start, _at, null, _text[start.._at], ScalarStyle.Plain);
        }

        private void Unexpected() => _problem ??= JsonTree.Unexpected(_text, _at);

        private void Add(YamlNode node)
        {
            Count();
            if (_problem is not null)
            {
                return;
            }

            if (!_open.TryPop(out var parent))
            {
                _root = node;
                return;
            }

            Attach(ref parent, node);
            _open.Push(parent);
        }

        private static void Attach(ref (YamlNode Node, YamlScalar? Key) parent, YamlNode node)
        {
            if (parent is (YamlMapping mapping, { } key))
            {
                mapping.Entries.Add((key, node));
                parent.Key = null;
            }
            else if (parent.Node is YamlSequence sequence)
            {
                sequence.Items.Add(node);
            }
        }

        private void Count() => _problem ??= ++_nodes > YamlStream.MostNodes ? $"the JSON has more than {YamlStream.MostNodes} nodes: the rest is not read" : null;

        private void SkipBlanks() => _at = JsonTree.SkipBlanks(_text, _at);
    }
}
