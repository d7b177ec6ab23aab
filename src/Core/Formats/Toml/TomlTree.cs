using System.Text;
using Basewatch.Core.Formats.Yaml;
using YamlDotNet.Core;

namespace Basewatch.Core.Formats.Toml;

/// <summary>A TOML file as a tree whose nodes know their places (<see href="https://toml.io/en/v1.0.0"/>). A loop with bounds.</summary>
/// <param name="Root">The file's table.</param>
/// <param name="Problem">Why the rest could not be read, with its line.</param>
internal sealed record TomlTree(YamlMapping Root, FileProblem? Problem)
{
    /// <summary>Reads a file, once for all formats; nothing throws, whatever the text.</summary>
    public static TomlTree Read(SourceFile file) => file.Parsed(static f => new Reader(f).Run());

    private sealed class Reader
    {
        private readonly SourceFile _file;
        private readonly string _text;
        private readonly YamlText _source;
        private readonly YamlMapping _root = new(0, null);
        private readonly Dictionary<(YamlMapping Table, string Key), YamlNode> _children = [];

        /// <summary>Arrays and inline tables that are not closed yet: where the next value of a table goes.</summary>
        private readonly Stack<(YamlNode Node, YamlMapping? Target, YamlScalar? Key)> _open = new();
        private YamlMapping _table;
        private string? _problem;
        private int _at;
        private int _nodes;

        public Reader(SourceFile file)
        {
            (_file, _text, _source, _table) = (file, file.Text, new YamlText(file.Text, null), _root);
        }

        public TomlTree Run()
        {
            while (_problem is null)
            {
                SkipBlanks(lines: true);
                if (_at >= _text.Length)
                {
                    break;
                }

                if (_text[_at] == '[')
                {
                    ReadHeader();
                }
                else if (ReadKey(_table) is var (target, key) && Expect('='))
                {
                    ReadValue(target, key);
                }

                SkipBlanks(lines: false);
                if (_at < _text.Length && _text[_at] is not ('\r' or '\n'))
                {
                    Fail($"'{Images.Excerpt.Of(_text[_at].ToString())}' does not belong here");
                }
            }

            return new TomlTree(_root, _problem is null ? null : new FileProblem(_file.Path, _file.PositionOf(Math.Min(_at, _text.Length)).Line, _problem));
        }

        private void ReadHeader()
        {
            var isArray = _text.AsSpan(_at).StartsWith("[[", StringComparison.Ordinal);
            _at += isArray ? 2 : 1;
            if (ReadKey(_root) is not var (parent, key) || !Expect(']') || (isArray && !Expect(']')))
            {
                return;
            }

            if (!isArray)
            {
                _table = Table(parent, key);
                return;
            }

            if (!_children.TryGetValue((parent, key.Value), out var all))
            {
                Set(parent, key, all = new YamlSequence(key.Start, null));
            }

            _table = new YamlMapping(key.Start, null);
            if (all is YamlSequence sequence)
            {
                sequence.Items.Add(_table);
            }
        }

        /// <summary>A dotted key: the table that its last part stands in, and that part.</summary>
        private (YamlMapping Target, YamlScalar Key)? ReadKey(YamlMapping table)
        {
            for (var depth = 0; depth < YamlStream.Deepest; depth++)
            {
                SkipBlanks(lines: false);
                var start = _at;
                YamlScalar key;
                if (_at < _text.Length && _text[_at] is '"' or '\'')
                {
                    key = ReadString();
                }
                else
                {
                    while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-'))
                    {
                        _at++;
                    }

                    key = new YamlScalar(_source, start, _at, null, _text[start.._at], ScalarStyle.Plain);
                }

                if (_at == start || _problem is not null)
                {
                    break;
                }

                SkipBlanks(lines: false);
                if (_at >= _text.Length || _text[_at] != '.')
                {
                    return (table, key);
                }

                _at++;
                table = Table(table, key);
            }

            Fail("a key is missing");
            return null;
        }

        private YamlMapping Table(YamlMapping parent, YamlScalar key)
        {
            if (_children.TryGetValue((parent, key.Value), out var found))
            {
                if (found is YamlMapping table)
                {
                    return table;
                }

                if (found is YamlSequence { Items: [.., YamlMapping last] })
                {
                    return last;
                }
            }

            var made = new YamlMapping(key.Start, null);
            Set(parent, key, made);
            return made;
        }

        private void Set(YamlMapping table, YamlScalar key, YamlNode value)
        {
            table.Entries.Add((key, value));
            _children.TryAdd((table, key.Value), value);
            Count();
        }

        private void Count()
        {
            if (++_nodes > YamlStream.MostNodes)
            {
                Fail($"it has more than {YamlStream.MostNodes} nodes: the rest is not read");
            }
        }

        private void ReadValue(YamlMapping target, YamlScalar key)
        {
            _open.Clear();
            var (table, name) = ((YamlMapping?)target, (YamlScalar?)key);
            do
            {
                SkipBlanks(lines: _open.Count > 0);
                if (_at >= _text.Length)
                {
                    Fail("it ends before it is complete");
                    return;
                }

                var c = _text[_at];
                var top = _open.Count > 0 ? _open.Peek() : (null!, table, name);
                if (c is ']' or '}' && _open.Count > 0)
                {
                    _at++;
                    _open.Pop();
                }
                else if (c == ',' && _open.Count > 0)
                {
                    _at++;
                }
                else if (top.Node is YamlMapping inline && top.Key is null)
                {
                    if (ReadKey(inline) is not var (inner, innerKey) || !Expect('='))
                    {
                        return;
                    }

                    _open.Pop();
                    _open.Push((inline, inner, innerKey));
                }
                else if (c is '[' or '{')
                {
                    YamlNode opened = c == '[' ? new YamlSequence(_at, null) : new YamlMapping(_at, null);
                    _at++;
                    Put(opened);
                    _open.Push((opened, null, null));
                    if (_open.Count > YamlStream.Deepest)
                    {
                        Fail($"it is nested deeper than {YamlStream.Deepest} levels");
                    }
                }
                else
                {
                    Put(c is '"' or '\'' ? ReadString() : ReadWord());
                }
            }
            while (_open.Count > 0 && _problem is null);

            void Put(YamlNode value)
            {
                if (!_open.TryPop(out var parent))
                {
                    Set(table!, name!, value);
                    return;
                }

                if (parent.Node is YamlSequence sequence)
                {
                    sequence.Items.Add(value);
                    Count();
                }
                else
                {
                    Set(parent.Target!, parent.Key!, value);
                    parent = (parent.Node, null, null);
                }

                _open.Push(parent);
            }
        }

        /// <summary>A number, a date or a word.</summary>
        private YamlScalar ReadWord()
        {
            var start = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '-' or '+' or ':' or '_'))
            {
                _at++;
            }

            if (_at == start)
            {
                Fail($"'{Images.Excerpt.Of(_text[_at].ToString())}' does not belong here");
            }

            return new YamlScalar(_source, start, _at, null, _text[start.._at], ScalarStyle.Plain);
        }

        /// <summary>A string of any of the four kinds.</summary>
        private YamlScalar ReadString()
        {
            var start = _at;
            var quote = _text[_at];
            var isLong = _text.AsSpan(_at).StartsWith(quote == '"' ? "\"\"\"" : "'''", StringComparison.Ordinal);
            _at += isLong ? 3 : 1;
            if (isLong && _text.AsSpan(_at).StartsWith("\r\n", StringComparison.Ordinal))
            {
                _at += 2;
            }
            else if (isLong && _at < _text.Length && _text[_at] == '\n')
            {
                _at++;
            }

            var value = new StringBuilder();
            var run = _at;
            var from = _at;
            while (_at < _text.Length && !(isLong ? _text.AsSpan(_at).StartsWith(_text.AsSpan(start, 3), StringComparison.Ordinal) : _text[_at] == quote || _text[_at] is '\r' or '\n'))
            {
                if (quote == '"' && _text[_at] == '\\' && _at + 1 < _text.Length)
                {
                    value.Append(_text, run, _at - run);
                    _at++;
                    Escape(value);
                    run = _at;
                }
                else
                {
                    _at++;
                }
            }

            if (_at >= _text.Length || _text[_at] != quote)
            {
                _at = start;
                Fail("a quote is not closed");
                _at = _text.Length;
                return new YamlScalar(_source, start, start + 1, null, "", ScalarStyle.Plain);
            }

            value.Append(_text, run, _at - run);
            var end = _at;
            _at += isLong ? 3 : 1;

            // A node's ends are its quotes: of three, the inner ones.
            return new YamlScalar(_source, from - 1, end + 1, null, value.ToString(), quote == '"' ? ScalarStyle.DoubleQuoted : ScalarStyle.SingleQuoted);
        }

        private void Escape(StringBuilder value)
        {
            var c = _text[_at++];
            var digits = c switch { 'u' => 4, 'U' => 8, _ => 0 };
            if (digits > 0 && _at + digits <= _text.Length
                && uint.TryParse(_text.AsSpan(_at, digits), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var code)
                && Rune.IsValid(code))
            {
                _at += digits;
                value.Append(new Rune(code).ToString());
            }
            else if (char.IsWhiteSpace(c))
            {
                // A line's end after a backslash goes with the blanks that follow it.
                while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
                {
                    _at++;
                }
            }
            else
            {
                value.Append(c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', _ => c });
            }
        }

        private bool Expect(char c)
        {
            SkipBlanks(lines: false);
            if (_problem is null && _at < _text.Length && _text[_at] == c)
            {
                _at++;
                return true;
            }

            Fail($"'{c}' is missing");
            return false;
        }

        private void Fail(string problem) => _problem ??= "this is no valid TOML: " + problem;

        private void SkipBlanks(bool lines)
        {
            while (_at < _text.Length)
            {
                var c = _text[_at];
                if (c is ' ' or '\t' or '\uFEFF' || (lines && c is ('\r' or '\n')))
                {
                    _at++;
                }
                else if (c == '#')
                {
                    var end = _text.AsSpan(_at).IndexOfAny('\r', '\n');
                    _at = end < 0 ? _text.Length : _at + end;
                }
                else
                {
                    break;
                }
            }
        }
    }
}
