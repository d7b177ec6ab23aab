using System.Runtime.InteropServices;
using System.Text;

namespace Basewatch.Core.Formats.Variables;

/// <summary>What is known of a variable.</summary>
/// <param name="Value">Its value and where that is written; null where the file gives none.</param>
/// <param name="External">Why the value can't be known, where something outside the file always sets it; null otherwise.</param>
/// <param name="Names">The variables that its value is made of, itself included.</param>
/// <param name="IsWhole">Whether it is written in one place, not put together from other variables and text.</param>
/// <param name="IsComputed">Whether a pattern made some of it: <c>${VERSION%.*}</c> of another variable.</param>
internal sealed record VariableValue(WrittenText? Value, string? External, IReadOnlySet<string> Names, bool IsWhole = true, bool IsComputed = false)
{
    /// <summary>A variable that the file gives no value.</summary>
    public static VariableValue Unset { get; } = new(null, null, new HashSet<string>(StringComparer.Ordinal));
}

/// <summary>A part of an expanded value that a variable gives.</summary>
/// <param name="Start">Offset in the value.</param>
/// <param name="Length">0 where the variable is empty.</param>
/// <param name="Names">The variables that have a say in it.</param>
/// <param name="IsWhole">Whether it is written in one place, not put together.</param>
internal sealed record VariablePart(int Start, int Length, IReadOnlySet<string> Names, bool IsWhole)
{
    public int End => Start + Length;
}

/// <summary>A text with its <c>$NAME</c> and <c>${NAME:-default}</c> replaced, every character still knowing where it is written.</summary>
internal sealed class VariableExpansion
{
    /// <summary>Longest value: no reference is near it, and variables in variables can't grow without bound.</summary>
    public const int LongestValue = 1024;

    private const int DeepestNesting = 16;

    private readonly VariableSyntax _syntax;
    private readonly Func<string, VariableValue> _lookup;
    private readonly List<WrittenText> _pieces = [];
    private readonly List<VariablePart> _parts = [];
    private readonly StringBuilder _pattern = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _length;
    private bool _isComputed;

    private VariableExpansion(VariableSyntax syntax, Func<string, VariableValue> lookup) => (_syntax, _lookup) = (syntax, lookup);

    /// <summary>The value, as far as it is known.</summary>
    public WrittenText Value { get; private set; } = WrittenText.Unplaced("");

    /// <summary>Why the value can't be known, in a few words; null where it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>What variables give, in the order of the value.</summary>
    public IReadOnlyList<VariablePart> Parts => _parts;

    /// <summary>All variables that have a say.</summary>
    public IReadOnlySet<string> Names => _names;

    /// <summary>Whether all of it is written in one place: no variables in it, or nothing but one that is.</summary>
    public bool IsWhole => _parts is [] || (_parts is [var only] && only.IsWhole && only.Length == _length);

    /// <summary>Why the value, though known, can't be changed: a pattern made some of it; null where none did.</summary>
    public string? Locked => _isComputed ? "a part of it is computed from a variable: change the variable" : null;

    /// <summary>The value with <c>*</c> for each variable that is not known.</summary>
    public string Pattern => _pattern.ToString();

    /// <summary>Replaces the variables of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="syntax">Whose rules hold.</param>
    /// <param name="lookup">What is known of a variable.</param>
    public static VariableExpansion Of(WrittenText text, VariableSyntax syntax, Func<string, VariableValue> lookup)
    {
        var expansion = new VariableExpansion(syntax, lookup);
        if (text.Value.Length > LongestValue)
        {
            expansion.Fail($"it is longer than {LongestValue} characters");
            return expansion;
        }

        var at = 0;
        expansion.Scan(text, ref at, stop: null, depth: 0);
        expansion.Value = WrittenText.Join(expansion._pieces);
        return expansion;
    }

    /// <summary>
    /// The variable part that an added digest would be written into, or would overrule; null where only literal text is
    /// concerned. <paramref name="fits"/>: the digest may be added, because it stands in the text and no variable changes
    /// what it is the digest of, or because one variable holds the whole of it.
    /// </summary>
    public VariablePart? PartOfDigest(out bool fits)
    {
        var layout = Images.ReferenceLayout.Of(Value.Value);
        var (_, nameLength) = layout.Name.GetOffsetAndLength(Value.Value.Length);
        var lastComponent = Value.Value.AsSpan(0, nameLength).LastIndexOf('/') + 1;
        var tag = layout.Tag?.GetOffsetAndLength(Value.Value.Length);
        var end = tag is { } t ? t.Offset + t.Length : nameLength;
        var concerned = _parts.Where(p => p.End > lastComponent || (p.Length == 0 && p.Start > lastComponent)).ToList();
        fits = concerned is [] || (concerned is [var only] && only.IsWhole && only.End >= end && only.Start <= (tag?.Offset ?? lastComponent));
        return concerned is [] ? null : concerned[^1];
    }

    private void Scan(WrittenText text, ref int at, char? stop, int depth)
    {
        var s = text.Value;
        var run = at;
        var quote = '\0';
        while (at < s.Length && Problem != TooLong)
        {
            var c = s[at];
            if (quote == '\0' && c == stop)
            {
                break;
            }

            if (c == '$' && quote != '\'')
            {
                Flush(text, run, at);
                Dollar(text, ref at, depth);
                run = at;
            }
            else if (_syntax.Escape is { } escape && c == escape && quote != '\'')
            {
                // Inside double quotes only a quote, a dollar and the escape itself can be escaped.
                var drops = at + 1 < s.Length && (quote == '\0' || s[at + 1] is '"' or '$' || s[at + 1] == escape);
                Flush(text, run, at + (drops || quote == '\0' ? 0 : 1));
                run = ++at;
                at = Math.Min(s.Length, at + (drops ? 1 : 0));
            }
            else if (_syntax.Quotes && (c == quote || (quote == '\0' && c is '\'' or '"')) && (quote == '\0' || c == quote))
            {
                Flush(text, run, at);
                quote = quote == '\0' ? c : '\0';
                run = ++at;
            }
            else
            {
                at++;
            }
        }

        Flush(text, run, at);
        if (quote != '\0')
        {
            Fail("a quote is not closed");
        }
    }

    private void Flush(WrittenText text, int from, int to)
    {
        if (to > from)
        {
            Append(text.Slice(from..to));
        }
    }

    private void Append(WrittenText piece)
    {
        _length += piece.Value.Length;
        if (_length > LongestValue)
        {
            Problem = TooLong;
            return;
        }

        _pieces.Add(piece);
        _pattern.Append(piece.Value);
    }

    private void Dollar(WrittenText text, ref int at, int depth)
    {
        var s = text.Value;
        var dollar = at++;
        if (at < s.Length && s[at] == '$' && _syntax.DoubledDollar)
        {
            Append(text.Slice(at..(at + 1)));
            at++;
            return;
        }

        var braced = at < s.Length && s[at] == '{';
        at += braced ? 1 : 0;
        var nameStart = at;
        while (at < s.Length && (char.IsAsciiLetterOrDigit(s[at]) || s[at] == '_') && (at > nameStart || !char.IsAsciiDigit(s[at])))
        {
            at++;
        }

        var name = s[nameStart..at];
        if (name.Length == 0)
        {
            // A lone dollar is a dollar; no image has one.
            at = dollar + 1;
            Append(text.Slice(dollar..at));
            Fail($"'{Images.Excerpt.Of(s[dollar..])}' is no variable that can be read");
            return;
        }

        if (!braced)
        {
            Use(name, null, null);
            return;
        }

        if (depth >= DeepestNesting)
        {
            at = s.Length;
            Fail("variables stand in variables too deep");
            return;
        }

        if (_syntax.Patterns && at < s.Length && s[at] is '#' or '%' or '/')
        {
            Substitute(text, ref at, dollar, name, depth);
            return;
        }

        var operation = "";
        if (at < s.Length && s[at] == ':')
        {
            operation = ":";
            at++;
        }

        if (at < s.Length && s[at] is '-' or '+' or '?')
        {
            operation += s[at++];
        }

        var word = new VariableExpansion(_syntax, _lookup);
        var unreadable = operation is "" or ":" && at < s.Length && s[at] != '}';
        word.Scan(text, ref at, '}', depth + 1);
        if (at >= s.Length)
        {
            Fail($"'{Images.Excerpt.Of(s[dollar..])}' has no closing brace");
            return;
        }

        at++;
        if (unreadable)
        {
            _pattern.Append('*');
            Fail($"'{Images.Excerpt.Of(s[dollar..at])}' is a substitution that is not read here");
            return;
        }

        Use(name, operation, word);
    }

    /// <summary><c>${NAME%pattern}</c>, <c>${NAME#pattern}</c>, <c>${NAME/text/other}</c>, and each with its sign doubled.</summary>
    private void Substitute(WrittenText text, ref int at, int dollar, string name, int depth)
    {
        var s = text.Value;
        var sign = s[at++];
        var doubled = at < s.Length && s[at] == sign;
        at += doubled ? 1 : 0;
        var pattern = new VariableExpansion(_syntax, _lookup);
        pattern.Scan(text, ref at, sign == '/' ? '/' : '}', depth + 1);
        var other = new VariableExpansion(_syntax, _lookup);
        if (sign == '/' && at < s.Length)
        {
            at++;
            other.Scan(text, ref at, '}', depth + 1);
        }

        if (at >= s.Length)
        {
            Fail($"'{Images.Excerpt.Of(s[dollar..])}' has no closing brace");
            return;
        }

        at++;
        var found = _lookup(name);
        var start = _length;
        var names = new HashSet<string>([.. found.Names, .. pattern._names, .. other._names], StringComparer.Ordinal) { name };
        _names.UnionWith(names);
        _isComputed = true;
        if (found.Value is null || pattern.Problem is not null || other.Problem is not null)
        {
            _pattern.Append('*');
            Fail(found.External ?? pattern.Problem ?? other.Problem ?? $"the variable {Images.Excerpt.Of(name)} has no value in this file");
        }
        else if (PatternSubstitution.Apply(found.Value.Value, sign, doubled, pattern.Text, other.Text) is { } result)
        {
            Append(WrittenText.Unplaced(result));
        }
        else
        {
            _pattern.Append('*');
            Fail($"'{Images.Excerpt.Of(s[dollar..at])}' is a substitution that is not read here");
        }

        _parts.Add(new VariablePart(start, _length - start, names, IsWhole: false));
    }

    private string Text => string.Concat(_pieces.Select(p => p.Value));

    private void Use(string name, string? operation, VariableExpansion? word)
    {
        var start = _length;
        var found = _lookup(name);
        var names = new HashSet<string>(found.Names, StringComparer.Ordinal) { name };
        var value = found.Value;
        var isWhole = found.IsWhole;
        var isSet = value is not null && (value.Value.Length > 0 || operation is not [':', ..]);
        switch (operation)
        {
            case ":-" or "-" when !isSet && found.External is null:
                Take(word!);
                break;
            case ":+" or "+" when found.External is null:
                if (isSet)
                {
                    Take(word!);
                }

                break;
            default:
                if (value is not null && (isSet || operation is null or ""))
                {
                    Append(value);
                    _isComputed |= found.IsComputed;
                }
                else
                {
                    _pattern.Append('*');
                    Fail(found.External ?? $"the variable {Images.Excerpt.Of(name)} has no value in this file");
                }

                break;
        }

        _names.UnionWith(names);
        _parts.Add(new VariablePart(start, _length - start, names, isWhole));

        void Take(VariableExpansion taken)
        {
            names.UnionWith(taken._names);
            isWhole = taken.IsWhole;
            _isComputed |= taken._isComputed;
            if (taken.Problem is not null)
            {
                Fail(taken.Problem);
            }

            foreach (var piece in taken._pieces)
            {
                Append(piece);
            }

            if (taken.Problem is not null)
            {
                _pattern.Append('*');
            }
        }
    }

    private void Fail(string problem) => Problem ??= problem;

    private static readonly string TooLong = $"with its variables replaced it is longer than {LongestValue} characters";
}

/// <summary>Whose rules for variables hold.</summary>
/// <param name="Quotes">Whether quotes are taken away; in single ones nothing is replaced.</param>
/// <param name="Escape">The character that takes the next one's meaning away; null where there is none.</param>
/// <param name="DoubledDollar">Whether <c>$$</c> is a dollar.</param>
/// <param name="Patterns">Whether <c>${NAME%pattern}</c> and its like are known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VariableSyntax(bool Quotes, char? Escape, bool DoubledDollar, bool Patterns = false)
{
    /// <summary><see href="https://docs.docker.com/reference/dockerfile/#environment-replacement"/></summary>
    public static VariableSyntax Dockerfile(char escape) => new(Quotes: true, escape, DoubledDollar: false, Patterns: true);

    /// <summary><see href="https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md"/></summary>
    public static VariableSyntax Compose { get; } = new(Quotes: false, null, DoubledDollar: true);
}
