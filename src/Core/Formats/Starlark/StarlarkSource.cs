using System.Runtime.InteropServices;

namespace Basewatch.Core.Formats.Starlark;

/// <summary>A call of a function with named arguments.</summary>
/// <param name="name">The function, with dots; of <c>maybe(f, …)</c> what is called perhaps.</param>
/// <param name="start">Offset of the name.</param>
internal sealed class StarlarkCall(string name, int start)
{
    private readonly Dictionary<string, Argument> _arguments = new(StringComparer.Ordinal);

    /// <summary>The function.</summary>
    public string Name { get; set; } = name;

    /// <summary>Offset of the name.</summary>
    public int Start => start;

    /// <summary>Whether an argument is there.</summary>
    public bool Has(string key) => _arguments.ContainsKey(key);

    /// <summary>Whether an argument is <c>None</c>.</summary>
    public bool IsNone(string key) => _arguments.TryGetValue(key, out var argument) && argument.IsNone;

    /// <summary>An argument's text, where it is one literal or a constant of the file.</summary>
    public WrittenText? Text(string key) => _arguments.TryGetValue(key, out var argument) ? argument.Text : null;

    /// <summary>Where an argument's text stands, where it stands in the call.</summary>
    public TextSpan? SpanOf(string key) => _arguments.TryGetValue(key, out var argument) && argument.IsLiteral ? argument.Span : null;

    /// <summary>Offset of an argument's name.</summary>
    public int KeyOf(string key) => _arguments[key].Start;

    /// <summary>Adds an argument.</summary>
    public void Add(string key, int keyStart, TextSpan? span, WrittenText? text, bool isNone) => _arguments[key] = new Argument(keyStart, span ?? default, text, span is not null, isNone);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Argument(int Start, TextSpan Span, WrittenText? Text, bool IsLiteral, bool IsNone);
}

/// <summary>
/// The calls of a file of Starlark (<see href="https://bazel.build/rules/language"/>), as far as their arguments are
/// literals. One pass over words, strings and brackets: no text makes it throw or slow.
/// </summary>
internal sealed class StarlarkSource
{
    private readonly SourceFile _file;
    private readonly Dictionary<string, (TextSpan Span, WrittenText Text)> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _imgPulls = new(StringComparer.Ordinal) { "pull" };
    private readonly List<(StarlarkCall Call, string Key, int KeyStart, string Constant)> _named = [];

    private StarlarkSource(SourceFile file) => _file = file;

    /// <summary>In the order of the text.</summary>
    public List<StarlarkCall> Calls { get; } = [];

    /// <summary>Whether a name stands for the rule of rules_img that pulls.</summary>
    public bool IsImgPull(string name) => _imgPulls.Contains(name);

    /// <summary>Reads a file.</summary>
    public static StarlarkSource Read(SourceFile file)
    {
        var source = new StarlarkSource(file);
        source.Run(Tokens(file.Text));
        foreach (var (call, key, keyStart, constant) in source._named)
        {
            call.Add(key, keyStart, null, source._constants.TryGetValue(constant, out var value) ? value.Text : null, isNone: constant == "None");
        }

        return source;
    }

    private void Run(List<Token> tokens)
    {
        var open = new Stack<StarlarkCall?>();
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            switch (token.Kind)
            {
                case '(' or '[' or '{':
                    StarlarkCall? call = null;
                    if (token.Kind == '(' && i > 0 && tokens[i - 1].Kind == 'n' && (i < 2 || !IsWord(tokens[i - 2], "def")))
                    {
                        call = new StarlarkCall(WordOf(tokens[i - 1]), tokens[i - 1].Start);
                        Calls.Add(call);
                        if (call.Name == "maybe" && i + 1 < tokens.Count && tokens[i + 1].Kind == 'n')
                        {
                            call.Name = WordOf(tokens[i + 1]);
                        }
                        else if (call.Name == "use_repo_rule" && i >= 3 && tokens[i - 2].Kind == '=' && tokens[i - 3].Kind == 'n')
                        {
                            _imgPulls.Add(WordOf(tokens[i - 3]));
                        }
                    }

                    open.Push(call);
                    break;
                case ')' or ']' or '}':
                    open.TryPop(out _);
                    break;
                case '=' when i > 0 && tokens[i - 1].Kind == 'n' && i + 1 < tokens.Count:
                    Assign(tokens, i, open.TryPeek(out var inside) ? inside : null, open.Count == 0);
                    break;
            }
        }
    }

    private void Assign(List<Token> tokens, int i, StarlarkCall? call, bool isTop)
    {
        var (key, value) = (WordOf(tokens[i - 1]), tokens[i + 1]);
        var next = i + 2 < tokens.Count ? tokens[i + 2].Kind : 'n';
        if (isTop)
        {
            if (value.Kind == 's' && next is not ('+' or '%' or '.'))
            {
                _constants[key] = (Span(value), WrittenText.At(_file.Text.Substring(value.Start, value.Length), value.Start));
            }
        }
        else if (call is not null)
        {
            var ends = next is ',' or ')';
            if (ends && value.Kind == 's')
            {
                call.Add(key, tokens[i - 1].Start, Span(value), WrittenText.At(_file.Text.Substring(value.Start, value.Length), value.Start), isNone: false);
            }
            else
            {
                _named.Add((call, key, tokens[i - 1].Start, ends && value.Kind == 'n' ? WordOf(value) : ""));
            }
        }
    }

    private static TextSpan Span(Token token) => new(token.Start, token.Length);

    private string WordOf(Token token) => _file.Text.Substring(token.Start, token.Length);

    private bool IsWord(Token token, string word) => token.Kind == 'n' && token.Length == word.Length && string.CompareOrdinal(_file.Text, token.Start, word, 0, word.Length) == 0;

    /// <summary>Names (<c>n</c>, with dots), strings without escapes (<c>s</c>), others (<c>x</c>) and single characters.</summary>
    private static List<Token> Tokens(string text)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < text.Length;)
        {
            var c = text[at];
            if (c == '#')
            {
                var feed = text.IndexOf('\n', at);
                at = feed < 0 ? text.Length : feed;
            }
            else if (char.IsLetter(c) || c == '_')
            {
                var from = at;
                while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '.'))
                {
                    at++;
                }

                if (at < text.Length && text[at] is '"' or '\'' && text[from..at] is "r" or "b" or "rb" or "br")
                {
                    continue;
                }

                tokens.Add(new Token('n', from, at - from));
            }
            else if (c is '"' or '\'')
            {
                tokens.Add(ReadString(text, ref at));
            }
            else
            {
                if (!char.IsWhiteSpace(c) && c != '\uFEFF')
                {
                    // == and the like are no assignments.
                    var isDouble = c == '=' && ((at + 1 < text.Length && text[at + 1] == '=') || (tokens.Count > 0 && tokens[^1] is var last && last.Start + last.Length == at && last.Kind is '=' or '!' or '<' or '>' or '+' or 'x'));
                    tokens.Add(new Token(isDouble ? 'x' : c, at, 1));
                }

                at++;
            }
        }

        return tokens;
    }

    private static Token ReadString(string text, ref int at)
    {
        var quote = text[at];
        var length = at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote ? 3 : 1;
        at += length;
        var start = at;
        var escaped = false;
        while (at < text.Length)
        {
            if (text[at] == '\\')
            {
                escaped = true;
                at = Math.Min(at + 2, text.Length);
            }
            else if (text[at] == quote && (length == 1 || (at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote)))
            {
                break;
            }
            else if (length == 1 && text[at] == '\n')
            {
                return new Token('x', start, at - start);
            }
            else
            {
                at++;
            }
        }

        var token = new Token(escaped || length == 3 || at >= text.Length ? 'x' : 's', start, at - start);
        at = Math.Min(at + length, text.Length);
        return token;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Token(char Kind, int Start, int Length);
}
