using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Json;
using Basewatch.Core.Formats.Yaml;
using YamlDotNet.Core;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// JSON5 (<see href="https://spec.json5.org/"/>), which has JSON with comments in it, as trees whose nodes know their places: a
/// loop with bounds.
/// </summary>
/// <param name="Root">The value; null where it can't be read.</param>
/// <param name="Problem">Why not, with its line.</param>
/// <param name="IsSurelyJson">Whether a comment shows that the text is no YAML.</param>
internal sealed record Json5Tree(YamlNode? Root, FileProblem? Problem, bool IsSurelyJson)
{
    /// <summary>Reads a text; nothing throws.</summary>
    public static Json5Tree Read(SourceFile file) => new Reader(file).Run();

    private sealed class Reader(SourceFile file)
    {
        private readonly string _text = file.Text;
        private readonly YamlText _source = new(file.Text, null);
        private readonly Stack<(YamlNode Node, YamlScalar? Key)> _open = new();
        private YamlNode? _root;
        private string? _problem;
        private bool _hasComments;
        private bool _needsComma;
        private int _at = file.Text.StartsWith('\uFEFF') ? 1 : 0;
        private int _nodes;

        private char Here => _at < _text.Length ? _text[_at] : '\0';

        public Json5Tree Run()
        {
            do
            {
                SkipBlanks();
                Step();
            }
            while (_problem is null && (_open.Count > 0 || _root is null));

            SkipBlanks();
            if (_problem is null && _at < _text.Length)
            {
                Unexpected();
            }

            return _problem is null
                ? new Json5Tree(_root, null, _hasComments)
                : new Json5Tree(null, new FileProblem(file.Path, file.PositionOf(Math.Min(_at, _text.Length)).Line, _problem), _hasComments);
        }

        private void Step()
        {
            var (top, key) = _open.Count > 0 ? _open.Peek() : default;
            if (top is not null && key is null && Here == (top is YamlMapping ? '}' : ']'))
            {
                _at++;
                _open.Pop();
                Add(top);
            }
            else if (top is not null && key is null && _needsComma)
            {
                if (Here != ',')
                {
                    Unexpected();
                    return;
                }

                _at++;
                _needsComma = false;
            }
            else if (top is YamlMapping && key is null)
            {
                ReadKey();
            }
            else if (Here is '{' or '[')
            {
                _open.Push((Here == '{' ? new YamlMapping(_at, null) : new YamlSequence(_at, null), null));
                _at++;
                _needsComma = false;
                _problem = _open.Count > YamlStream.Deepest ? $"the JSON is nested deeper than {YamlStream.Deepest} levels" : null;
            }
            else
            {
                Add(ReadScalar());
            }
        }

        private void ReadKey()
        {
            var key = ReadScalar();
            SkipBlanks();
            if (Here != ':')
            {
                Unexpected();
                return;
            }

            _at++;
            var (node, _) = _open.Pop();
            _open.Push((node, key));
        }

        private void Add(YamlNode node)
        {
            if (++_nodes > YamlStream.MostNodes)
            {
                _problem ??= $"the JSON has more than {YamlStream.MostNodes} values";
            }

            _needsComma = true;
            if (!_open.TryPop(out var parent))
            {
                _root = node;
                return;
            }

            if (parent.Node is YamlMapping mapping)
            {
                mapping.Entries.Add((parent.Key!, node));
            }
            else
            {
                ((YamlSequence)parent.Node).Items.Add(node);
            }

            _open.Push((parent.Node, null));
        }

        private YamlScalar ReadScalar()
        {
            var start = _at;
            if (Here is '"' or '\'')
            {
                return ReadString();
            }

            while (char.IsAsciiLetterOrDigit(Here) || Here is '_' or '$' or '.' or '+' or '-')
            {
                _at++;
            }

            // Words other than names of keys, numbers and these three are no JSON.
            var word = _text[start.._at];
            var isKey = _open.Count > 0 && _open.Peek() is { Node: YamlMapping, Key: null };
            if (word.Length == 0 || (!isKey && word is not ("true" or "false" or "null") && !IsNumber(word)))
            {
                _at = start;
                Unexpected();
            }

            return new YamlScalar(_source, start, _at, null, word, ScalarStyle.Plain);
        }

        private static bool IsNumber(string word) => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            || word.TrimStart('+', '-').StartsWith("0x", StringComparison.OrdinalIgnoreCase);

        private YamlScalar ReadString()
        {
            var start = _at;
            var quote = _text[_at++];
            var value = new StringBuilder();
            while (_at < _text.Length && _text[_at] != quote && _text[_at] is not ('\n' or '\r'))
            {
                if (_text[_at++] != '\\')
                {
                    value.Append(_text[_at - 1]);
                }
                else
                {
                    AddEscape(value);
                }
            }

            if (Here != quote)
            {
                _at = start;
                _problem ??= "this is no valid JSON: a quote is not closed";
                return new YamlScalar(_source, start, start + 1, null, "", ScalarStyle.Plain);
            }

            _at++;
            return new YamlScalar(_source, start, _at, null, value.ToString(), quote == '"' ? ScalarStyle.DoubleQuoted : ScalarStyle.SingleQuoted);
        }

        private void AddEscape(StringBuilder value)
        {
            if (_at >= _text.Length)
            {
                return;
            }

            var c = _text[_at++];
            var digits = c switch { 'u' => 4, 'x' => 2, _ => 0 };
            if (digits > 0 && _at + digits <= _text.Length && ushort.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                _at += digits;
                value.Append((char)code);
            }
            else if (c == '\r')
            {
                // A line that goes on in the next.
                _at += Here == '\n' ? 1 : 0;
            }
            else if (c != '\n')
            {
                value.Append(c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', 'v' => '\v', '0' => '\0', _ => c });
            }
        }

        private void SkipBlanks()
        {
            var end = JsonTree.SkipBlanks(_text, _at);

            // Blanks have no slash.
            _hasComments |= _text.AsSpan(_at, end - _at).Contains('/');
            _at = end;
        }

        private void Unexpected() => _problem ??= JsonTree.Unexpected(_text, _at);
    }
}
