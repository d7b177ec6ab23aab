using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>
/// The template of a commit's message: the part of Go's <see href="https://pkg.go.dev/text/template">text/template</see> that Flux's
/// documentation shows, over <c>.Changed</c>. What is known
/// before, <c>.AutomationObject</c> and <c>.Values</c>, is filled in as it is read. Nothing in it can take long.
/// </summary>
internal sealed class FluxMessage
{
    /// <summary>The longest template, in characters.</summary>
    public const int LongestTemplate = 16 * 1024;

    /// <summary>The longest message, in characters.</summary>
    public const int LongestMessage = 64 * 1024;

    private const int Deepest = 20;
    private const int MostSteps = 100_000;

    private readonly IReadOnlyList<Node> _nodes;

    private FluxMessage(string text, IReadOnlyList<Node> nodes) => (Text, _nodes) = (text, nodes);

    /// <summary>The template, with the values that are given to it in place.</summary>
    public string Text { get; }

    /// <summary>Reads a template; <paramref name="error"/> says why it is none that is taken here.</summary>
    /// <param name="template">The template.</param>
    /// <param name="values">What to fill in: <c>.Values.cluster</c> and its text.</param>
    /// <param name="message">The template.</param>
    /// <param name="error">Part of a sentence.</param>
    public static bool TryParse(string template, IReadOnlyDictionary<string, string> values, [NotNullWhen(true)] out FluxMessage? message, [NotNullWhen(false)] out string? error)
    {
        (message, error) = (null, null);
        if (template.Length > LongestTemplate)
        {
            error = $"it is longer than {LongestTemplate / 1024} KiB";
            return false;
        }

        try
        {
            var parser = new Parser(template, values);
            var nodes = parser.ReadAll();
            message = new FluxMessage(parser.Filled, nodes);
            message.Render(FluxCommit.Sample);
            return true;
        }
        catch (FormatException e)
        {
            (message, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>The message of a commit.</summary>
    /// <exception cref="FormatException">The template asks for what is not there, or writes too much.</exception>
    public string Render(FluxCommit commit)
    {
        var run = new Run(commit.ToData());
        run.Write(_nodes);
        return run.Text;
    }

    private static FormatException Wrong(string message) => new(message);

    private abstract record Node;

    private sealed record Literal(string Text) : Node;

    private sealed record Action(string? Variable, Pipeline Value) : Node;

    private sealed record Branch(string Keyword, IReadOnlyList<string> Variables, Pipeline Value, IReadOnlyList<Node> Then, IReadOnlyList<Node> Else) : Node;

    /// <summary>Commands, each with its operands; the value of one is the last operand of the next.</summary>
    private sealed record Pipeline(IReadOnlyList<IReadOnlyList<Operand>> Commands);

    /// <summary>A literal, a function's name, a pipeline in parentheses or a variable; and fields of it.</summary>
    private sealed record Operand(object? Value, string? Function, string? Variable, Pipeline? Inner, IReadOnlyList<string> Fields);

    /// <summary>Reads the text and the actions in it.</summary>
    private sealed class Parser(string template, IReadOnlyDictionary<string, string> values)
    {
        private readonly StringBuilder _filled = new();
        private List<string> _tokens = [];
        private string? _pending;
        private int _at;
        private int _token;
        private int _depth;

        /// <summary>The template with values in place.</summary>
        public string Filled => _filled.ToString();

        public List<Node> ReadAll()
        {
            var nodes = ReadNodes();
            return _pending is null ? nodes : throw Wrong($"'{_pending}' has nothing that it ends");
        }

        /// <summary>Up to <c>else</c>, <c>end</c> or the end, which is left as the pending word.</summary>
        private List<Node> ReadNodes()
        {
            if (++_depth > Deepest)
            {
                throw Wrong("it is nested too deep");
            }

            var nodes = new List<Node>();
            _pending = null;
            while (_pending is null && _at < template.Length)
            {
                var open = template.IndexOf("{{", _at, StringComparison.Ordinal);
                var text = open < 0 ? template[_at..] : template[_at..open];
                var trims = open >= 0 && (template.AsSpan(open).StartsWith("{{- ", StringComparison.Ordinal) || template.AsSpan(open).StartsWith("{{-\n", StringComparison.Ordinal));
                _filled.Append(text);
                nodes.Add(new Literal(Trimmed(text, _at, trims)));
                if (open < 0)
                {
                    _at = template.Length;
                    break;
                }

                ReadAction(open, nodes);
            }

            _depth--;
            return nodes;
        }

        /// <summary>White space is cut behind an action that ends in a minus sign, and before one that begins with it.</summary>
        private string Trimmed(string text, int start, bool isBeforeMinus)
        {
            text = start >= 4 && template.AsSpan(start - 3, 3) is "-}}" && template[start - 4] is ' ' or '\n' or '\t' ? text.TrimStart() : text;
            return isBeforeMinus ? text.TrimEnd() : text;
        }

        private void ReadAction(int open, List<Node> nodes)
        {
            var comment = template.AsSpan(open + 2) is var rest && (rest.StartsWith("/*", StringComparison.Ordinal) || rest.StartsWith("- /*", StringComparison.Ordinal));
            var close = CloseOf(comment ? template.IndexOf("*/", open + 2, StringComparison.Ordinal) is var over and >= 0 ? over : throw Wrong("a comment is not closed") : open + 2);
            var inner = template[(open + 2)..close];
            var (left, right) = (inner.StartsWith("- ", StringComparison.Ordinal) || inner.StartsWith("-\n", StringComparison.Ordinal), inner.EndsWith(" -", StringComparison.Ordinal) || inner.EndsWith("\n-", StringComparison.Ordinal));
            var body = inner[(left ? 1 : 0)..^(right ? 1 : 0)].Trim();
            _at = close + 2;
            if (body.StartsWith("/*", StringComparison.Ordinal))
            {
                return;
            }

            (_tokens, _token) = (Tokens(body), 0);
            _filled.Append("{{").Append(left ? "- " : " ").AppendJoin(' ', _tokens).Append(right ? " -" : " ").Append("}}");
            switch (_tokens.FirstOrDefault())
            {
                case "if" or "range" or "with":
                    nodes.Add(ReadBranch(Next()));
                    break;
                case "else" or "end":
                    _pending = string.Join(' ', _tokens);
                    break;
                case "define" or "template" or "block" or "break" or "continue":
                    throw Wrong($"'{_tokens[0]}' is not taken here");
                default:
                    string? variable = null;
                    if (_tokens.Count > 2 && _tokens[0].StartsWith('$') && _tokens[1] is ":=" or "=")
                    {
                        variable = Next();
                        Next();
                    }

                    nodes.Add(new Action(variable, Whole()));
                    break;
            }
        }

        private Branch ReadBranch(string keyword)
        {
            var variables = new List<string>();
            if (_tokens.IndexOf(":=") is var declared and > 0)
            {
                variables.AddRange(_tokens[1..declared].Where(t => t != ","));
                _token = declared + 1;
            }

            var value = Whole();
            var then = ReadNodes();
            IReadOnlyList<Node> otherwise = [];
            if (_pending is { } word && word.StartsWith("else", StringComparison.Ordinal))
            {
                if (word == "else")
                {
                    otherwise = ReadNodes();
                }
                else
                {
                    // 'else if' ends with the end of its own.
                    _token = 1;
                    otherwise = _depth < Deepest && _tokens[1] is "if" or "with" ? [Deeper()] : throw Wrong($"'{word}' is not taken here");
                    _pending = "end";
                }
            }

            if (_pending != "end")
            {
                throw Wrong($"'{keyword}' has no end");
            }

            _pending = null;
            return new Branch(keyword, variables, value, then, otherwise);

            Branch Deeper()
            {
                _depth++;
                _tokens = _tokens[1..];
                _token = 0;
                var branch = ReadBranch(Next());
                _depth--;
                return branch;
            }
        }

        private Pipeline Whole()
        {
            var pipeline = ReadPipeline();
            return _token == _tokens.Count ? pipeline : throw Wrong($"'{_tokens[_token]}' is not expected there");
        }

        private Pipeline ReadPipeline()
        {
            var commands = new List<IReadOnlyList<Operand>>();
            do
            {
                var operands = new List<Operand>();
                while (_token < _tokens.Count && _tokens[_token] is not ("|" or ")"))
                {
                    operands.Add(ReadOperand());
                }

                commands.Add(operands.Count > 0 ? operands : throw Wrong("an action has nothing in it"));
            }
            while (_token < _tokens.Count && _tokens[_token] == "|" && _token++ >= 0);
            return new Pipeline(commands);
        }

        private Operand ReadOperand()
        {
            var token = Next();
            if (token == "(")
            {
                if (++_depth > Deepest)
                {
                    throw Wrong("it is nested too deep");
                }

                var inner = ReadPipeline();
                _depth--;
                if (_token >= _tokens.Count || Next() != ")")
                {
                    throw Wrong("a parenthesis is not closed");
                }

                return new Operand(null, null, null, inner, _token < _tokens.Count && _tokens[_token].StartsWith('.') ? Fields(Next()) : []);
            }

            return token[0] switch
            {
                '"' => new Operand(Unquote(token), null, null, null, []),
                '`' => new Operand(token[1..^1], null, null, null, []),
                '.' => new Operand(null, null, "", null, Fields(token)),
                '$' => new Operand(null, null, token.Split('.')[0], null, Fields(token.Contains('.', StringComparison.Ordinal) ? token[token.IndexOf('.', StringComparison.Ordinal)..] : ".")),
                _ when char.IsAsciiDigit(token[0]) => new Operand(int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong($"'{token}' is no number that is taken here"), null, null, null, []),
                _ when token is "true" or "false" => new Operand(token == "true", null, null, null, []),
                _ when FluxFunctions.Names.Contains(token) => new Operand(null, token, null, null, []),
                _ => throw Wrong($"the function '{Images.Excerpt.Of(token)}' is not known here"),
            };
        }

        private static string[] Fields(string token) => token.Split('.', StringSplitOptions.RemoveEmptyEntries);

        private string Next() => _token < _tokens.Count ? _tokens[_token++] : throw Wrong("an action has nothing in it");

        /// <summary>The end of an action; what is in quotes is none, and no comment either.</summary>
        private int CloseOf(int at)
        {
            var quote = '\0';
            for (; at + 1 < template.Length; at++)
            {
                if (quote == '\0' && template[at] == '}' && template[at + 1] == '}')
                {
                    return at;
                }

                if (quote == '"' && template[at] == '\\')
                {
                    at++;
                }
                else if (template[at] is '"' or '`')
                {
                    quote = quote == '\0' ? template[at] : quote == template[at] ? '\0' : quote;
                }
            }

            throw Wrong("an action is not closed");
        }

        private List<string> Tokens(string body)
        {
            var tokens = new List<string>();
            for (var at = 0; at < body.Length;)
            {
                if (char.IsWhiteSpace(body[at]))
                {
                    at++;
                    continue;
                }

                var end = at + 1;
                if (body[at] is '"' or '`')
                {
                    while (end < body.Length && body[end] != body[at])
                    {
                        end += body[end] == '\\' && body[at] == '"' ? 2 : 1;
                    }

                    end = end < body.Length ? end + 1 : throw Wrong("a quote is not closed");
                }
                else if (body[at] == ':' && end < body.Length && body[end] == '=')
                {
                    end++;
                }
                else if (body[at] is not ('(' or ')' or '|' or ',' or '='))
                {
                    while (end < body.Length && !char.IsWhiteSpace(body[end]) && body[end] is not ('(' or ')' or '|' or ',' or '"' or '`' or ':'))
                    {
                        end++;
                    }
                }

                tokens.Add(Filling(body[at..end]));
                at = end;
            }

            return tokens;
        }

        /// <summary>What is known, as a text in quotes.</summary>
        private string Filling(string token)
        {
            var name = token.StartsWith("$.", StringComparison.Ordinal) ? token[1..] : token;
            return values.TryGetValue(name, out var value) ? FluxFunctions.Quote(value) : name.StartsWith(".Values.", StringComparison.Ordinal) ? "\"\"" : token;
        }

        private static string Unquote(string token)
        {
            var text = new StringBuilder();
            for (var i = 1; i < token.Length - 1; i++)
            {
                text.Append(token[i] != '\\' ? token[i] : token[++i] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    '"' or '\\' => token[i],
                    _ => throw Wrong($"'\\{token[i]}' is not taken here"),
                });
            }

            return text.ToString();
        }
    }

    /// <summary>Writes one message.</summary>
    private sealed class Run
    {
        private readonly StringBuilder _text = new();
        private readonly List<(string Name, object? Value)> _variables = [];
        private object? _dot;
        private int _steps;

        public Run(object data)
        {
            _dot = data;
            _variables.Add(("$", data));
        }

        public string Text => _text.ToString();

        public void Write(IReadOnlyList<Node> nodes)
        {
            var scope = _variables.Count;
            foreach (var node in nodes)
            {
                if (++_steps > MostSteps || _text.Length > LongestMessage)
                {
                    throw Wrong("it writes too much");
                }

                switch (node)
                {
                    case Literal literal:
                        _text.Append(literal.Text);
                        break;
                    case Action { Variable: { } name } assignment:
                        _variables.Add((name, Value(assignment.Value)));
                        break;
                    case Action action:
                        _text.Append(FluxFunctions.Print(Value(action.Value)));
                        break;
                    case Branch branch:
                        Write(branch);
                        break;
                }
            }

            _variables.RemoveRange(scope, _variables.Count - scope);
        }

        private void Write(Branch branch)
        {
            var (value, dot, scope) = (Value(branch.Value), _dot, _variables.Count);
            if (!FluxFunctions.IsTrue(value))
            {
                Write(branch.Else);
                return;
            }

            foreach (var (key, item) in branch.Keyword == "range" ? FluxFunctions.Items(value) : [(null, value)])
            {
                _dot = branch.Keyword == "if" ? dot : item;
                switch (branch.Variables)
                {
                    case [var one]:
                        _variables.Add((one, item));
                        break;
                    case [var first, var second]:
                        _variables.Add((first, key));
                        _variables.Add((second, item));
                        break;
                }

                Write(branch.Then);
                _variables.RemoveRange(scope, _variables.Count - scope);
            }

            _dot = dot;
        }

        private object? Value(Pipeline pipeline)
        {
            object? value = null;
            for (var i = 0; i < pipeline.Commands.Count; i++)
            {
                if (++_steps > MostSteps)
                {
                    throw Wrong("it writes too much");
                }

                var command = pipeline.Commands[i];
                List<object?> arguments = [.. command.Skip(1).Select(Value)];
                if (i > 0)
                {
                    arguments.Add(value);
                }

                value = command[0].Function is { } function ? FluxFunctions.Call(function, arguments)
                    : arguments.Count == 0 ? Value(command[0])
                    : throw Wrong("only a function has arguments");
            }

            return value;
        }

        private object? Value(Operand operand)
        {
            if (operand.Function is { } function)
            {
                return FluxFunctions.Call(function, []);
            }

            var value = operand.Inner is { } inner ? Value(inner) : operand.Variable switch
            {
                null => operand.Value,
                "" => _dot,
                var name => _variables.FindLastIndex(v => v.Name == name) is var at and >= 0 ? _variables[at].Value : throw Wrong($"there is no variable {name}"),
            };
            foreach (var field in operand.Fields)
            {
                value = value is FluxRecord record && record.Fields.TryGetValue(field, out var its) ? its
                    : value is SortedDictionary<string, object?> map ? map.GetValueOrDefault(field)
                    : throw Wrong($"'.{Images.Excerpt.Of(field)}' is not among what Flux gives to it");
            }

            return value;
        }
    }
}
