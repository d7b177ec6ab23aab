using System.Text;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.AzureTemplates;

/// <summary>
/// Reads the declarations of a Bicep file (<see href="https://learn.microsoft.com/azure/azure-resource-manager/bicep/file"/>).
/// It passes over what it does not know, and never throws.
/// </summary>
internal sealed class BicepReader
{
    private readonly string _text;
    private readonly SourceFile? _sibling;
    private int _at;
    private int _depth;
    private int _nodes;
    private string? _problem;

    private BicepReader(SourceFile file, bool isSibling) => (_text, _sibling) = (file.Text, isSibling ? file : null);

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isSibling">Whether it is read for another's sake: values then stand in a file beside that one.</param>
    /// <param name="problem">Why the rest could not be read.</param>
    public static Template Read(SourceFile file, bool isSibling, out FileProblem? problem)
    {
        var reader = new BicepReader(file, isSibling);
        var template = reader.ReadStatements();
        problem = reader._problem is null ? null : new FileProblem(file.Path, null, reader._problem);
        return template;
    }

    private Template ReadStatements()
    {
        var template = new Template(StringComparer.Ordinal);
        while (_problem is null)
        {
            SkipBlanks(lines: true);
            if (_at >= _text.Length)
            {
                break;
            }

            var before = _at;
            if (_text[_at] == '@')
            {
                _at++;
                ReadExpression();
                continue;
            }

            switch (ReadWord())
            {
                case "param":
                    ReadNamed((name, value) => template.Parameters[name] = value);
                    break;
                case "var":
                    ReadNamed((name, value) => template.Variables[name] = value ?? Unknown("it has no value", _at));
                    break;
                case "resource" when ReadResource() is { } resource:
                    template.Resources.Add(resource);
                    break;
                case "module":
                    if (ReadResource() is { } module)
                    {
                        template.Resources.Add(module with { Type = null });
                    }

                    break;
            }

            SkipStatement();
            _at = Math.Max(_at, before + 1);
        }

        return template;
    }

    /// <summary><c>name type = value</c>, type and value perhaps missing.</summary>
    private void ReadNamed(Action<string, Expression?> add)
    {
        SkipBlanks(lines: false);
        var name = ReadWord();
        if (name.Length > 0)
        {
            add(name, SkipTo('=') ? ReadExpression() : null);
        }
    }

    /// <summary><c>name 'type@version' existing? = if (…)? body</c></summary>
    private Resource? ReadResource()
    {
        SkipBlanks(lines: false);
        ReadWord();
        SkipBlanks(lines: false);
        if (_at >= _text.Length || _text[_at] != '\'' || ReadString() is not TextExpression type || !SkipTo('='))
        {
            return null;
        }

        SkipBlanks(lines: false);
        if (_text.AsSpan(_at).StartsWith("if", StringComparison.Ordinal) && _at + 2 < _text.Length && !IsWordCharacter(_text[_at + 2]))
        {
            _at += 2;
            ReadExpression();
        }

        var at = type.Text.Value.IndexOf('@', StringComparison.Ordinal);
        return new Resource(at < 0 ? type.Text.Value : type.Text.Value[..at], ReadExpression());
    }

    /// <summary>Goes on to a character in the rest of the statement; a union of types may go on in the next line.</summary>
    private bool SkipTo(char wanted)
    {
        while (_at < _text.Length)
        {
            SkipBlanks(lines: false);
            if (_at >= _text.Length || _text[_at] is '\r' or '\n')
            {
                return false;
            }

            if (_text[_at] == wanted)
            {
                _at++;
                return true;
            }

            if (_text[_at] == '|')
            {
                _at++;
                SkipBlanks(lines: true);
            }
            else
            {
                SkipToken();
            }
        }

        return false;
    }

    private void SkipStatement()
    {
        while (_at < _text.Length && _text[_at] is not ('\r' or '\n'))
        {
            SkipToken();
            SkipBlanks(lines: false);
        }
    }

    /// <summary>A string, a bracket with all that is in it, or one character.</summary>
    private void SkipToken()
    {
        var open = 0;
        do
        {
            SkipBlanks(lines: open > 0);
            if (_at >= _text.Length)
            {
                return;
            }

            switch (_text[_at])
            {
                case '\'':
                    ReadString();
                    break;
                case '{' or '[' or '(':
                    open++;
                    _at++;
                    break;
                case '}' or ']' or ')':
                    open--;
                    _at++;
                    break;
                default:
                    _at++;
                    break;
            }
        }
        while (open > 0);
    }

    private Expression ReadExpression()
    {
        SkipBlanks(lines: true);
        var start = _at;
        if (++_depth > YamlStream.Deepest)
        {
            _problem ??= $"the file is nested deeper than {YamlStream.Deepest} levels";
        }

        Count();
        if (_problem is not null)
        {
            _at = _text.Length;
            return Unknown(_problem, start);
        }

        var value = ReadOperators();
        if (PeekOperator('?') && !IsAt("??") && !IsAt("?.") && !IsAt("?["))
        {
            _at++;
            var first = ReadExpression();
            SkipBlanks(lines: true);
            if (_at < _text.Length && _text[_at] == ':')
            {
                _at++;
                value = new ChoiceExpression([first, ReadExpression()], start, _at);
            }
        }

        _depth--;
        return value;
    }

    private void Count() =>
        _problem ??= ++_nodes > YamlStream.MostNodes ? $"the file has more than {YamlStream.MostNodes} expressions: the rest is not read" : null;

    private Expression ReadOperators()
    {
        SkipBlanks(lines: true);
        var start = _at;
        var value = ReadOperand();
        List<Expression>? options = null;
        var known = true;
        while (_problem is null)
        {
            if (PeekOperator('?') && IsAt("??"))
            {
                _at += 2;
                (options ??= [value]).Add(ReadOperand());
                continue;
            }

            var length = OperatorLength();
            if (length == 0)
            {
                break;
            }

            _at += length;
            ReadOperand();
            known = false;
        }

        return !known ? Unknown("it is the result of a calculation", start) : options is null ? value : new ChoiceExpression(options, start, _at);
    }

    /// <summary>Goes on to the next line where an operator of two or three operands stands there.</summary>
    private bool PeekOperator(char c)
    {
        var before = _at;
        SkipBlanks(lines: true);
        if (_at < _text.Length && _text[_at] == c)
        {
            return true;
        }

        _at = before;
        return false;
    }

    private int OperatorLength()
    {
        SkipBlanks(lines: false);
        foreach (var two in (ReadOnlySpan<string>)["==", "!=", "=~", "!~", "<=", ">=", "&&", "||"])
        {
            if (IsAt(two))
            {
                return 2;
            }
        }

        return _at < _text.Length && _text[_at] is '<' or '>' or '+' or '-' or '*' or '/' or '%' ? 1 : 0;
    }

    private Expression ReadOperand()
    {
        SkipBlanks(lines: true);
        var start = _at;
        while (_at < _text.Length && (_text[_at] == '-' || (_text[_at] == '!' && !IsAt("!="))))
        {
            _at++;
            SkipBlanks(lines: false);
        }

        var isNegated = _at > start;
        var value = ReadPrimary();
        while (_problem is null && _at < _text.Length)
        {
            Count();
            SkipBlanks(lines: false);
            if (IsAt(".?") || IsAt("::"))
            {
                _at += 2;
                value = new MemberExpression(value, ReadMember(), start, _at);
            }
            else if (_at < _text.Length && _text[_at] == '.')
            {
                _at++;
                value = new MemberExpression(value, ReadMember(), start, _at);
            }
            else if (_at < _text.Length && _text[_at] == '[')
            {
                _at += IsAt("[?") ? 2 : 1;
                var index = ReadExpression();
                Close(']');
                value = new MemberExpression(value, index, start, _at);
            }
            else if (_at < _text.Length && _text[_at] == '(' && value is NameExpression or MemberExpression)
            {
                value = new CallExpression(FunctionName(value), ReadArguments(), start, _at);
            }
            else if (_at < _text.Length && _text[_at] == '!' && !IsAt("!=") && !IsAt("!~"))
            {
                _at++;
            }
            else
            {
                break;
            }
        }

        return isNegated ? Unknown("it is the result of a calculation", start) : value;
    }

    /// <summary><c>format</c> of <c>sys.format</c>; nothing for a function of a resource.</summary>
    private static string FunctionName(Expression function) => function switch
    {
        NameExpression name => name.Name,
        MemberExpression { Of: NameExpression { Name: "sys" or "az" }, Member: TextExpression name } => name.Text.Value,
        _ => "",
    };

    private TextExpression ReadMember()
    {
        SkipBlanks(lines: false);
        var start = _at;
        return new TextExpression(WrittenText.Unplaced(ReadWord()), start, _at);
    }

    private List<Expression> ReadArguments()
    {
        _at++;
        var arguments = new List<Expression>();
        ReadAll(')', () => arguments.Add(ReadExpression()));
        return arguments;
    }

    /// <summary>What stands in brackets, with commas or line ends between, up to the one that closes them.</summary>
    private void ReadAll(char close, Action read)
    {
        while (_problem is null)
        {
            SkipBlanks(lines: true);
            if (_at >= _text.Length || _text[_at] == close)
            {
                break;
            }

            var before = _at;
            if (_text[_at] != ',')
            {
                read();
            }

            _at += _at == before ? 1 : 0;
        }

        Close(close);
    }

    private Expression ReadPrimary()
    {
        var start = _at;
        if (_at >= _text.Length)
        {
            return Unknown("it is missing", start);
        }

        switch (_text[_at])
        {
            case '\'':
                return ReadString();
            case '$' when IsAt("$'''"):
                _at++;
                ReadString();
                return Unknown("it is a text of several lines", start);
            case '{':
                return ReadObject();
            case '[':
                return ReadArray();
            case '(':
                return ReadParentheses();
        }

        var word = ReadWord();
        if (word.Length == 0)
        {
            return Unknown("it can't be read", start);
        }

        SkipBlanks(lines: false);
        if (IsAt("=>"))
        {
            _at += 2;
            return new LoopExpression(word, null, ReadExpression(), start, _at);
        }

        return char.IsAsciiDigit(word[0]) ? new TextExpression(WrittenText.At(word, start, _sibling), start, start + word.Length)
            : word is "null" ? new TextExpression(WrittenText.Unplaced(""), start, start + word.Length)
            : new NameExpression(word, start, start + word.Length);
    }

    private Expression ReadParentheses()
    {
        var start = _at;
        var inner = ReadArguments();
        SkipBlanks(lines: false);
        if (IsAt("=>"))
        {
            _at += 2;
            var body = ReadExpression();
            return new LoopExpression(inner is [NameExpression name, ..] ? name.Name : "", null, body, start, _at);
        }

        return inner is [var only] ? only : Unknown("it can't be read", start);
    }

    private Expression ReadArray()
    {
        var start = _at++;
        SkipBlanks(lines: true);
        if (IsAtWord("for"))
        {
            var loop = ReadLoop(start);
            Close(']');
            return loop;
        }

        var items = new List<Expression>();
        ReadAll(']', () => items.Add(ReadExpression()));
        return new ArrayExpression(items, start, _at);
    }

    /// <summary><c>for item in list: body</c>, <c>for (item, index) in list: if (…) body</c></summary>
    private Expression ReadLoop(int start)
    {
        _at += 3;
        SkipBlanks(lines: false);
        _at += _at < _text.Length && _text[_at] == '(' ? 1 : 0;
        SkipBlanks(lines: false);
        var item = ReadWord();
        if (!SkipToWord("in"))
        {
            return Unknown("it can't be read", start);
        }

        var list = ReadExpression();
        SkipBlanks(lines: true);
        _at += _at < _text.Length && _text[_at] == ':' ? 1 : 0;
        SkipBlanks(lines: true);
        if (IsAtWord("if"))
        {
            _at += 2;
            ReadOperand();
        }

        return new LoopExpression(item, list, ReadExpression(), start, _at);
    }

    private bool SkipToWord(string word)
    {
        while (_at < _text.Length && _text[_at] is not ('\r' or '\n'))
        {
            if (IsAtWord(word) && !IsWordCharacter(_text[_at - 1]))
            {
                _at += word.Length;
                return true;
            }

            _at++;
        }

        return false;
    }

    private ObjectExpression ReadObject()
    {
        var start = _at++;
        var properties = new List<Property>();
        var resources = new List<Resource>();
        ReadAll('}', () =>
        {
            if (_text[_at] == '@')
            {
                _at++;
                ReadExpression();
            }
            else
            {
                ReadProperty(properties, resources);
            }
        });
        return new ObjectExpression(properties, resources, start, _at);
    }

    private void ReadProperty(List<Property> properties, List<Resource> resources)
    {
        var key = _text[_at] == '\'' ? (ReadString() as TextExpression)?.Text.Value ?? "" : ReadWord();
        SkipBlanks(lines: false);
        if (_at < _text.Length && _text[_at] == ':')
        {
            _at++;
            properties.Add(new Property(key, ReadExpression()));
        }
        else if (key == "resource" && ReadResource() is { } resource)
        {
            resources.Add(resource);
        }
        else if (IsAt("..."))
        {
            _at += 3;
            properties.Add(new Property("...", ReadExpression()));
        }
    }

    private Expression ReadString()
    {
        if (IsAt("'''"))
        {
            return ReadLines();
        }

        var start = _at++;
        var parts = new List<Expression>();
        var pieces = new List<WrittenText>();
        var run = _at;
        while (_at < _text.Length && _text[_at] is not ('\'' or '\r' or '\n'))
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length)
            {
                Flush(_at);
                pieces.Add(Escape());
                run = _at;
            }
            else if (IsAt("${"))
            {
                Flush(_at);
                FlushText();
                _at += 2;
                parts.Add(ReadExpression());
                Close('}');
                run = _at;
            }
            else
            {
                _at++;
            }
        }

        Flush(Math.Min(_at, _text.Length));
        FlushText();
        _at += _at < _text.Length && _text[_at] == '\'' ? 1 : 0;
        return parts is [TextExpression only] ? only with { Start = start, End = _at }
            : parts is [] ? new TextExpression(WrittenText.Unplaced(""), start, _at)
            : new JoinExpression(parts, start, _at);

        void Flush(int end)
        {
            if (end > run)
            {
                pieces.Add(WrittenText.At(_text[run..end], run, _sibling));
            }
        }

        void FlushText()
        {
            if (pieces.Count > 0)
            {
                parts.Add(new TextExpression(pieces is [var piece] ? piece : WrittenText.Join(pieces), start, _at));
                pieces.Clear();
            }
        }
    }

    /// <summary>An escape: what it means stands in the file only where it is the character after the backslash.</summary>
    private WrittenText Escape()
    {
        var c = _text[_at + 1];
        if (c == 'u' && _at + 2 < _text.Length && _text[_at + 2] == '{' && _text.IndexOf('}', _at) is var close and > 0 && close - _at <= 12
            && uint.TryParse(_text.AsSpan(_at + 3, close - _at - 3), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var code)
            && Rune.IsValid(code))
        {
            _at = close + 1;
            return WrittenText.Unplaced(new Rune(code).ToString());
        }

        _at += 2;
        return c switch
        {
            'n' => WrittenText.Unplaced("\n"),
            'r' => WrittenText.Unplaced("\r"),
            't' => WrittenText.Unplaced("\t"),
            _ => WrittenText.At(c.ToString(), _at - 1, _sibling),
        };
    }

    private TextExpression ReadLines()
    {
        var start = _at;
        var from = _at + 3;
        var end = _text.IndexOf("'''", from, StringComparison.Ordinal);
        end = end < 0 ? _text.Length : end;
        _at = Math.Min(_text.Length, end + 3);
        while (_at < _text.Length && _text[_at] == '\'')
        {
            _at++;
            end++;
        }

        while (from < end && _text[from] is '\r' or '\n')
        {
            from++;
        }

        return new TextExpression(WrittenText.At(_text[from..end], from, _sibling), start, _at);
    }

    private void Close(char c)
    {
        SkipBlanks(lines: true);
        _at += _at < _text.Length && _text[_at] == c ? 1 : 0;
    }

    private string ReadWord()
    {
        var start = _at;
        while (_at < _text.Length && IsWordCharacter(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private static bool IsWordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private bool IsAt(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;

    private bool IsAtWord(string word) => IsAt(word) && (_at + word.Length >= _text.Length || !IsWordCharacter(_text[_at + word.Length]));

    private UnknownExpression Unknown(string reason, int start) => new(reason, start, _at);

    private void SkipBlanks(bool lines)
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c is ' ' or '\t' or '\uFEFF' || (lines && c is ('\r' or '\n')))
            {
                _at++;
            }
            else if (IsAt("//") || (c == '#' && IsAt("#disable")))
            {
                var end = _text.AsSpan(_at).IndexOfAny('\r', '\n');
                _at = end < 0 ? _text.Length : _at + end;
            }
            else if (IsAt("/*"))
            {
                var end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                _at = end < 0 ? _text.Length : end + 2;
            }
            else
            {
                break;
            }
        }
    }
}
