using System.Globalization;

namespace Basewatch.Core.Formats.Hcl;

/// <summary>
/// Parses the native syntax of HCL (<see href="https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md"/>), as deep
/// as needed to find values. It never throws and goes on after errors; depth, nodes and time are bounded.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="source">The text, with its places in the file.</param>
internal sealed class HclParser(SourceFile file, WrittenText source)
{
    /// <summary>The deepest nesting that is read.</summary>
    private const int Deepest = 200;

    /// <summary>The most values that are read in one file.</summary>
    /// <summary>A block of the tools that are read has two at the most.</summary>
    private const int MostLabels = 100;

    private const int MostNodes = 250_000;

    private readonly string _text = source.Value;
    private readonly int _shift = source.Spans.Take(2).ToList() is [var only] && only.Length == source.Value.Length ? only.Start : -1;
    private int _end = source.Value.Length;
    private int _at;
    private int _depth;
    private int _nodes;
    private FileProblem? _problem;

    /// <summary>Reads the text as a body.</summary>
    public HclDocument ReadDocument()
    {
        _at = _text.StartsWith('\uFEFF') ? 1 : 0;
        var root = new HclObject(Offset(0));
        ReadBody(root, nested: false);
        return new HclDocument(root, _problem);
    }

    /// <summary>Reads the text as a template without quotes or escapes, as JSON has it.</summary>
    /// <param name="start">The place to tell.</param>
    public HclTemplate ReadTemplate(int start)
    {
        var parts = new List<HclTemplatePart>();
        ReadTemplateText(parts, _ => 0);
        return new HclTemplate(start, parts);
    }

    private bool AtEnd => _at >= _end;

    private char Current => _at < _end ? _text[_at] : '\0';

    private char Next => _at + 1 < _end ? _text[_at + 1] : '\0';

    private int Offset(int local) =>
        _shift >= 0 ? _shift + local
        : _text.Length == 0 ? 0
        : source.SpanOf(Math.Min(local, _text.Length - 1)..(Math.Min(local, _text.Length - 1) + 1))?.Start ?? source.Spans.FirstOrDefault().Start;

    private void Fail(string message, int at) => _problem ??= new FileProblem(file.Path, file.PositionOf(Math.Clamp(Offset(at), 0, file.Text.Length)).Line, message);

    /// <summary>Ends the reading where it goes too far.</summary>
    private bool Enter()
    {
        if (++_depth > Deepest)
        {
            Fail($"it is nested deeper than {Deepest} levels", _at);
            _at = _end = 0;
        }
        else if (++_nodes > MostNodes)
        {
            Fail($"it has more than {MostNodes} values: the rest is not read", _at);
            _at = _end = 0;
        }

        return _end > 0;
    }

    private void ReadBody(HclObject body, bool nested)
    {
        var open = _at - 1;
        while (true)
        {
            SkipSpace(lines: true);
            if (AtEnd)
            {
                if (nested)
                {
                    Fail("a brace is not closed", open);
                }

                return;
            }

            var c = Current;
            if (c == '}')
            {
                _at++;
                if (nested)
                {
                    return;
                }

                Fail("a brace is closed that is not open", _at - 1);
            }
            else if (c is ',' or ';')
            {
                _at++;
            }
            else if (IsNameStart(c))
            {
                ReadMember(body, ReadName());
            }
            else if (c == '"')
            {
                ReadMember(body, ReadQuoted().Literal?.Value ?? "");
            }
            else
            {
                Fail($"'{Images.Excerpt.Of(LineFrom(_at))}' is neither an attribute nor a block", _at);
                SkipLine();
            }
        }
    }

    private void ReadMember(HclObject body, string name)
    {
        SkipSpace(lines: false);
        if (Current == '=' && Next != '=')
        {
            _at++;
            SkipSpace(lines: false);
            body.Members.Add(new HclMember(name, [], ReadExpression(lines: false)));
            SkipSpace(lines: false);
            if (!AtEnd && Current is not ('\n' or '\r' or '}' or ',' or ';'))
            {
                Fail($"'{Images.Excerpt.Of(LineFrom(_at))}' does not belong here", _at);
                SkipLine();
            }

            return;
        }

        var labels = new List<string>();
        while (labels.Count < MostLabels && (Current == '"' || IsNameStart(Current)))
        {
            labels.Add(Current == '"' ? ReadQuoted().Literal?.Value ?? "" : ReadName());
            SkipSpace(lines: false);
        }

        if (Current != '{')
        {
            Fail($"'{Images.Excerpt.Of(name)}' is neither an attribute nor a block", _at);
            SkipLine();
            return;
        }

        var value = new HclObject(Offset(_at++));
        if (Enter())
        {
            body.Members.Add(new HclMember(name, labels, value));
            ReadBody(value, nested: true);
            _depth--;
        }
    }

    /// <param name="lines">Whether a line's end is a space here: in parentheses and brackets.</param>
    private HclNode ReadExpression(bool lines)
    {
        var start = Offset(_at);
        if (!Enter())
        {
            return new HclOpaque(start);
        }

        var value = ReadOperand(lines);
        while (true)
        {
            SkipSpace(lines);
            if (Current == '?')
            {
                _at++;
                SkipSpace(lines: true);
                var first = ReadExpression(lines);
                SkipSpace(lines);
                if (Current == ':')
                {
                    _at++;
                    SkipSpace(lines: true);
                    value = new HclChoice(start, first, ReadExpression(lines));
                }
                else
                {
                    Fail("a condition has no ':'", _at);
                    value = new HclOpaque(start);
                }

                break;
            }

            if (!SkipOperator())
            {
                break;
            }

            SkipSpace(lines: true);
            ReadOperand(lines);
            value = new HclOpaque(start);
        }

        _depth--;
        return value;
    }

    private bool SkipOperator()
    {
        var length = (Current, Next) switch
        {
            ('&', '&') or ('|', '|') or ('=', '=') or ('!', '=') or ('<', '=') or ('>', '=') => 2,
            ('<', _) or ('>', _) or ('+', _) or ('-', _) or ('*', _) or ('/', _) or ('%', _) => 1,
            _ => 0,
        };
        _at += length;
        return length > 0;
    }

    private HclNode ReadOperand(bool lines)
    {
        while (Current is '!' or '-')
        {
            _at++;
            SkipSpace(lines);
            if (Current is not ('!' or '-'))
            {
                var place = Offset(_at);
                ReadOperand(lines);
                return new HclOpaque(place);
            }
        }

        var start = Offset(_at);
        var c = Current;
        HclNode value;
        switch (c)
        {
            case '"':
                value = ReadQuoted();
                break;
            case '<' when Next == '<':
                return ReadHeredoc();
            case '[':
                value = ReadTuple();
                break;
            case '{':
                value = ReadObject();
                break;
            case '(':
                _at++;
                SkipSpace(lines: true);
                value = ReadExpression(lines: true);
                SkipSpace(lines: true);
                Expect(')');
                break;
            case >= '0' and <= '9':
                var from = _at;
                while (char.IsAsciiLetterOrDigit(Current) || (Current == '.' && char.IsAsciiDigit(Next)) || (Current is '+' or '-' && _text[_at - 1] is 'e' or 'E'))
                {
                    _at++;
                }

                return new HclLiteral(start, Number(from));
            default:
                if (!IsNameStart(c))
                {
                    Fail(AtEnd || c is '\n' or '\r' ? "a value is missing" : $"'{Images.Excerpt.Of(LineFrom(_at))}' is no value", _at);
                    return new HclOpaque(start);
                }

                value = ReadNamed(start);
                break;
        }

        return ReadTaken(value, start);
    }

    /// <summary>A number as text, as HCL makes it; in quotes where another value would be none.</summary>
    private WrittenText Number(int from)
    {
        var text = source.Slice(from.._at);
        var isCanonical = IsCanonical(text.Value);
        return isCanonical && text.SpanOf(..) is { } span
            ? WrittenText.At(text.Value, span.Start, span.Path is null ? null : file, v => IsCanonical(v) ? v : $"\"{v}\"")
            : isCanonical ? text : WrittenText.Unplaced(decimal.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("0.############", CultureInfo.InvariantCulture) : text.Value);
    }

    private static bool IsCanonical(string number) =>
        number.Length is > 0 and <= 15 && number.All(c => char.IsAsciiDigit(c) || c == '.') && number.Count(c => c == '.') <= 1
        && number[0] != '.' && (number[0] != '0' || number.Length == 1 || number[1] == '.')
        && (!number.Contains('.', StringComparison.Ordinal) || number[^1] is not ('0' or '.'));

    private HclNode ReadNamed(int start)
    {
        var from = _at;
        var name = ReadName();
        while (Current == ':' && Next == ':' && _at + 2 < _end && IsNameStart(_text[_at + 2]))
        {
            _at += 2;
            name += "::" + ReadName();
        }

        if (Current == '(')
        {
            _at++;
            var arguments = new List<HclNode>();
            ReadList(arguments, ')');
            return new HclCall(start, name, arguments);
        }

        return name is "true" or "false" or "null" ? new HclLiteral(start, source.Slice(from.._at)) : new HclReference(start, [name]);
    }

    /// <summary>What is taken out of a value: <c>.name</c>, <c>[index]</c>, <c>[*]</c>.</summary>
    private HclNode ReadTaken(HclNode value, int start)
    {
        List<string?>? path = null;
        while (true)
        {
            if (Current == '.' && Next != '.')
            {
                _at++;
                if (Current == '*')
                {
                    _at++;
                    Take(null);
                }
                else
                {
                    var from = _at;
                    while (IsNamePart(Current))
                    {
                        _at++;
                    }

                    Take(_text[from.._at]);
                    if (_at == from)
                    {
                        break;
                    }
                }
            }
            else if (Current == '[')
            {
                _at++;
                SkipSpace(lines: true);
                if (Current == '*')
                {
                    _at++;
                    Take(null);
                }
                else
                {
                    Take(ReadExpression(lines: true) switch
                    {
                        HclTemplate text => text.Literal?.Value,
                        HclLiteral number => number.Text.Value,
                        _ => null,
                    });
                }

                SkipSpace(lines: true);
                if (!Expect(']'))
                {
                    break;
                }
            }
            else
            {
                break;
            }
        }

        return path is null ? value : value is HclReference ? new HclReference(start, path) : new HclOpaque(start);

        void Take(string? name) => (path ??= value is HclReference root ? [.. root.Path] : []).Add(name);
    }

    private HclTuple ReadTuple()
    {
        var tuple = new HclTuple(Offset(_at++));
        SkipSpace(lines: true);
        if (SkipWord("for"))
        {
            ReadFor(']', tuple.Items.Add);
        }
        else
        {
            ReadList(tuple.Items, ']');
        }

        return tuple;
    }

    private void ReadList(List<HclNode> items, char close)
    {
        var open = _at - 1;
        while (true)
        {
            SkipSpace(lines: true);
            if (AtEnd)
            {
                Fail($"'{_text[open]}' is not closed", open);
                return;
            }

            if (Current == close)
            {
                _at++;
                return;
            }

            if (Current is '}' or ']' or ')')
            {
                Fail($"'{_text[open]}' is not closed", open);
                return;
            }

            var before = _at;
            if (Current == ',')
            {
                _at++;
            }
            else if (Current == '.' && Next == '.')
            {
                _at += Math.Min(3, _end - _at);
            }
            else
            {
                items.Add(ReadExpression(lines: true));
            }

            if (_at == before)
            {
                _at++;
            }
        }
    }

    /// <summary><c>for k, v in all : k => v if condition</c>; what it makes is kept once.</summary>
    private void ReadFor(char close, Action<HclNode> add)
    {
        while (true)
        {
            SkipSpace(lines: true);
            if (!IsNameStart(Current) && Current != ',')
            {
                break;
            }

            if (Current == ',')
            {
                _at++;
            }
            else if (ReadName() == "in")
            {
                break;
            }
        }

        SkipSpace(lines: true);
        ReadExpression(lines: true);
        SkipSpace(lines: true);
        Expect(':');
        SkipSpace(lines: true);
        var value = ReadExpression(lines: true);
        SkipSpace(lines: true);
        if (Current == '=' && Next == '>')
        {
            _at += 2;
            SkipSpace(lines: true);
            value = ReadExpression(lines: true);
            SkipSpace(lines: true);
        }

        if (Current == '.' && Next == '.')
        {
            _at += Math.Min(3, _end - _at);
            SkipSpace(lines: true);
        }

        add(value);
        if (SkipWord("if"))
        {
            SkipSpace(lines: true);
            ReadExpression(lines: true);
            SkipSpace(lines: true);
        }

        Expect(close);
    }

    private HclObject ReadObject()
    {
        var open = _at;
        var made = new HclObject(Offset(_at++));
        SkipSpace(lines: true);
        if (SkipWord("for"))
        {
            ReadFor('}', v => made.Members.Add(new HclMember("", [], v)));
            return made;
        }

        while (true)
        {
            SkipSpace(lines: true);
            if (AtEnd)
            {
                Fail("a brace is not closed", open);
                return made;
            }

            if (Current == '}')
            {
                _at++;
                return made;
            }

            if (Current == ',')
            {
                _at++;
                continue;
            }

            var before = _at;
            var key = ReadKey();
            SkipSpace(lines: false);
            if (Current is '=' or ':')
            {
                _at++;
                SkipSpace(lines: false);
                made.Members.Add(new HclMember(key, [], ReadExpression(lines: false)));
            }
            else
            {
                Fail($"'{Images.Excerpt.Of(LineFrom(before))}' is no entry of an object", before);
                if (Current is ']' or ')')
                {
                    return made;
                }

                SkipLine();
            }

            if (_at == before)
            {
                _at++;
            }
        }
    }

    private string ReadKey()
    {
        if (IsNameStart(Current))
        {
            var from = _at;
            var name = ReadName();
            if (Current is not ('.' or '[' or '('))
            {
                return name;
            }

            _at = from;
        }

        return ReadExpression(lines: false) switch
        {
            HclTemplate text => text.Literal?.Value ?? "",
            HclLiteral number => number.Text.Value,
            _ => "",
        };
    }

    private HclTemplate ReadQuoted()
    {
        var start = Offset(_at + 1);
        var open = _at++;
        var parts = new List<HclTemplatePart>();
        var run = _at;
        while (true)
        {
            var c = Current;
            if (AtEnd || c is '"' or '\n' or '\r')
            {
                Flush(parts, run);
                if (c == '"' && !AtEnd)
                {
                    _at++;
                }
                else
                {
                    Fail("a quote is not closed", open);
                }

                return new HclTemplate(start, parts);
            }

            if (c == '\\')
            {
                Flush(parts, run);
                ReadEscape(parts);
                run = _at;
            }
            else if (!ReadSequence(parts, ref run))
            {
                _at++;
            }
        }
    }

    private void ReadEscape(List<HclTemplatePart> parts)
    {
        var c = Next;
        var digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits > 0 && _at + 2 + digits <= _end
            && int.TryParse(_text.AsSpan(_at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            parts.Add(new HclTemplatePart(WrittenText.Unplaced(System.Text.Rune.IsValid(code) ? char.ConvertFromUtf32(code) : "\uFFFD"), null));
            _at += 2 + digits;
            return;
        }

        switch (c)
        {
            case 'n' or 'r' or 't':
                parts.Add(new HclTemplatePart(WrittenText.Unplaced(c == 'n' ? "\n" : c == 'r' ? "\r" : "\t"), null));
                break;
            case '"' or '\\':
                parts.Add(new HclTemplatePart(source.Slice((_at + 1)..(_at + 2)), null));
                break;
            default:
                parts.Add(new HclTemplatePart(source.Slice(_at..(_at + 1)), null));
                _at++;
                return;
        }

        _at = Math.Min(_at + 2, _end);
    }

    /// <summary>Reads <c>${…}</c>, <c>%{…}</c>, or what stands for their beginnings: <c>$${</c> and <c>%%{</c>.</summary>
    private bool ReadSequence(List<HclTemplatePart> parts, ref int run)
    {
        var c = Current;
        if (c is not ('$' or '%'))
        {
            return false;
        }

        if (Next == c && _at + 2 < _end && _text[_at + 2] == '{')
        {
            _at++;
            Flush(parts, run);
            run = ++_at;
            _at++;
            return true;
        }

        if (Next != '{')
        {
            return false;
        }

        Flush(parts, run);
        var open = _at;
        _at += 2;
        HclNode? value = null;
        if (Current == '~')
        {
            _at++;
        }

        SkipSpace(lines: true);
        if (c == '$')
        {
            value = ReadExpression(lines: true);
        }
        else if (IsNameStart(Current) && ReadName() is "if" or "for")
        {
            // A condition or a loop: what it is about does not matter.
            while (!AtEnd && Current is not ('}' or '\n' or '~'))
            {
                var before = _at;
                SkipSpace(lines: false);
                if (Current is not ('}' or '\n' or '~'))
                {
                    ReadExpression(lines: false);
                }

                _at += _at == before ? 1 : 0;
            }
        }

        SkipSpace(lines: true);
        if (Current == '~')
        {
            _at++;
        }

        if (Current == '}')
        {
            _at++;
        }
        else
        {
            Fail($"'{c}{{' is not closed", open);
            value = c == '$' ? new HclOpaque(Offset(open)) : null;
            while (!AtEnd && Current is not ('}' or '"' or '\n'))
            {
                _at++;
            }

            _at += Current == '}' ? 1 : 0;
        }

        if (value is not null)
        {
            parts.Add(new HclTemplatePart(source.Slice(Math.Min(open, _at).._at), value));
        }

        run = _at;
        return true;
    }

    private void Flush(List<HclTemplatePart> parts, int run)
    {
        if (_at > run)
        {
            parts.Add(new HclTemplatePart(source.Slice(run.._at), null));
        }
    }

    private HclTemplate ReadHeredoc()
    {
        var open = _at;
        var start = Offset(_at);
        _at += 2;
        var dedent = Current == '-';
        _at += dedent ? 1 : 0;
        var from = _at;
        while (IsNamePart(Current))
        {
            _at++;
        }

        var word = _text[from.._at];
        SkipLine();
        if (word.Length == 0 || AtEnd)
        {
            Fail("a here-document has no end", open);
            return new HclTemplate(start, []);
        }

        // Everything inside ends where the here-document does.
        var content = ++_at;
        var (contentEnd, after, indent) = FindHeredocEnd(word, content);
        if (after < 0)
        {
            Fail($"the here-document has no line '{Images.Excerpt.Of(word)}'", open);
            (contentEnd, after) = (_end, _end);
        }

        var outerEnd = _end;
        _end = contentEnd;
        var parts = new List<HclTemplatePart>();
        if (Enter())
        {
            ReadTemplateText(parts, at => dedent ? IndentAt(at, indent) : 0);
            _depth--;
        }

        if (_end > 0 || contentEnd == 0)
        {
            (_end, _at) = (outerEnd, after);
        }

        return new HclTemplate(start, parts);
    }

    private (int End, int After, int Indent) FindHeredocEnd(string word, int content)
    {
        var indent = int.MaxValue;
        for (var at = content; at < _end;)
        {
            var feed = _text.IndexOf('\n', at, _end - at);
            var lineEnd = feed < 0 ? _end : feed;
            var line = _text.AsSpan(at, lineEnd - at);
            var trimmed = line.TrimStart(" \t");
            if (trimmed.TrimEnd().SequenceEqual(word))
            {
                return (at, at + (line.Length - trimmed.Length) + word.Length, indent == int.MaxValue ? 0 : indent);
            }

            if (!trimmed.Trim().IsEmpty)
            {
                indent = Math.Min(indent, line.Length - trimmed.Length);
            }

            at = lineEnd + 1;
        }

        return (_end, -1, 0);
    }

    private int IndentAt(int at, int most)
    {
        var count = 0;
        while (count < most && at + count < _end && _text[at + count] is ' ' or '\t')
        {
            count++;
        }

        return count;
    }

    /// <param name="parts">Where the parts go.</param>
    /// <param name="indentAt">How many characters to leave out where a line begins.</param>
    private void ReadTemplateText(List<HclTemplatePart> parts, Func<int, int> indentAt)
    {
        _at += indentAt(_at);
        var run = _at;
        while (!AtEnd)
        {
            if (Current == '\n')
            {
                _at++;
                if (indentAt(_at) is > 0 and var indent)
                {
                    Flush(parts, run);
                    _at += indent;
                    run = _at;
                }
            }
            else if (!ReadSequence(parts, ref run))
            {
                _at++;
            }
        }

        Flush(parts, run);
    }

    private bool Expect(char c)
    {
        if (Current == c && !AtEnd)
        {
            _at++;
            return true;
        }

        Fail($"a '{c}' is missing", _at);
        return false;
    }

    private bool SkipWord(string word)
    {
        if (_at + word.Length < _end && string.CompareOrdinal(_text, _at, word, 0, word.Length) == 0 && char.IsWhiteSpace(_text[_at + word.Length]))
        {
            // { for = 1 } is an object.
            var next = _text.AsSpan(_at + word.Length, _end - _at - word.Length).TrimStart();
            if (word != "for" || (next.Length > 0 && IsNameStart(next[0])))
            {
                _at += word.Length;
                return true;
            }
        }

        return false;
    }

    private string ReadName()
    {
        var from = _at;
        while (IsNamePart(Current))
        {
            _at++;
        }

        return _text[from.._at];
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-';

    private void SkipSpace(bool lines)
    {
        while (!AtEnd)
        {
            var c = Current;
            if (c is ' ' or '\t' || (lines && c is '\n' or '\r'))
            {
                _at++;
            }
            else if (c == '#' || (c == '/' && Next == '/'))
            {
                SkipLine();
            }
            else if (c == '/' && Next == '*')
            {
                var end = _text.IndexOf("*/", _at + 2, _end - _at - 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    Fail("a comment is not closed", _at);
                }

                _at = end < 0 ? _end : end + 2;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>To the line's end, which is not skipped.</summary>
    private void SkipLine()
    {
        var feed = AtEnd ? -1 : _text.IndexOf('\n', _at, _end - _at);
        _at = feed < 0 ? Math.Max(_at, _end) : feed;
    }

    private string LineFrom(int at)
    {
        var rest = _text.AsSpan(Math.Min(at, _text.Length));
        var end = rest.IndexOfAny('\r', '\n');
        return (end < 0 ? rest : rest[..end])[..Math.Min(end < 0 ? rest.Length : end, 80)].ToString();
    }
}
