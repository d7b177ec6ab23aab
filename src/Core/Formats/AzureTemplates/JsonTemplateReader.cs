using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.AzureTemplates;

/// <summary>
/// Reads a template in JSON with its expressions in brackets
/// (<see href="https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions"/>).
/// </summary>
/// <param name="sibling">The file, where it is read for another's sake: values then stand in a file beside that one.</param>
internal sealed class JsonTemplateReader(SourceFile? sibling = null)
{
    /// <summary>The deepest nesting of calls in one expression.</summary>
    private const int DeepestCalls = 50;

    /// <summary>The longest expression that Azure takes (<see href="https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits"/>).</summary>
    private const int LongestExpression = 24_576;

    private const string DeploymentType = "Microsoft.Resources/deployments";

    /// <summary>Whether a file's root says that it is of a kind: <c>deploymentTemplate</c>.</summary>
    public static bool HasSchema(YamlMapping root, string kind) =>
        root.Scalar("$schema") is { } schema && schema.Value.Contains(kind, StringComparison.OrdinalIgnoreCase);

    /// <summary>The parameters' values in a parameter file.</summary>
    public Dictionary<string, Expression> ReadParameters(YamlMapping root) =>
        ReadParameters(root, value => value is YamlScalar { Written: { } written } ? Substitute(written, value.Start) : Convert(value));

    private static Dictionary<string, Expression> ReadParameters(YamlMapping root, Func<YamlNode, Expression> read)
    {
        var values = new Dictionary<string, Expression>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, parameter) in root.Mapping("parameters")?.Named ?? [])
        {
            if (parameter is YamlMapping mapping && mapping.TryGet("value", out var value))
            {
                values.TryAdd(name, read(value));
            }
        }

        return values;
    }

    /// <summary>A template.</summary>
    public Template Read(YamlMapping root)
    {
        var template = new Template(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, parameter) in root.Mapping("parameters")?.Named ?? [])
        {
            template.Parameters.TryAdd(name, parameter is YamlMapping mapping && mapping.TryGet("defaultValue", out var value) ? Convert(value) : null);
        }

        foreach (var (name, value) in root.Mapping("variables")?.Named ?? [])
        {
            template.Variables.TryAdd(name, Convert(value));
        }

        var resources = root.TryGet("resources", out var all) ? all : null;
        foreach (var resource in resources is YamlMapping symbolic ? symbolic.Named.Select(e => e.Value) : resources is YamlSequence list ? list.Items : [])
        {
            if (resource is YamlMapping mapping)
            {
                ReadResource(template, mapping);
            }
        }

        return template;
    }

    private void ReadResource(Template template, YamlMapping resource)
    {
        var type = resource.Scalar("type")?.Value ?? "";
        if (!type.Equals(DeploymentType, StringComparison.OrdinalIgnoreCase))
        {
            template.Resources.Add(new Resource(type, Convert(resource)));
            return;
        }

        if (resource.Mapping("properties") is { } properties && properties.Mapping("template") is { } inner)
        {
            var read = Read(inner);
            read.Given.Add(ReadParameters(properties, Convert));
            template.Inner.Add(read);
        }
        else if (resource.Mapping("properties") is { } linked)
        {
            template.Resources.Add(new Resource(null, Convert(linked)));
        }
    }

    private Expression Convert(YamlNode node)
    {
        switch (node)
        {
            case YamlMapping mapping:
                var properties = new List<Property>();
                var resources = new List<Resource>();
                foreach (var (key, value) in mapping.Named)
                {
                    if (key.Equals("resources", StringComparison.OrdinalIgnoreCase) && value is YamlSequence children)
                    {
                        resources.AddRange(children.Items.OfType<YamlMapping>().Select(c => new Resource(c.Scalar("type")?.Value ?? "", Convert(c))));
                    }
                    else
                    {
                        properties.Add(new Property(key, Convert(value)));
                    }
                }

                return new ObjectExpression(properties, resources, node.Start, node.Start + 1);
            case YamlSequence sequence:
                return new ArrayExpression([.. sequence.Items.Select(Convert)], node.Start, node.Start + 1);
            case YamlScalar { IsNull: true }:
                return new TextExpression(WrittenText.Unplaced(""), node.Start, node.Start + 4);
            case YamlScalar { Written: { } written } scalar:
                return scalar.Value.StartsWith('[') && scalar.Value.EndsWith(']') && !scalar.Value.StartsWith("[[", StringComparison.Ordinal)
                    ? scalar.Value.Length > LongestExpression
                        ? new UnknownExpression($"its expression is longer than {LongestExpression} characters", node.Start, node.Start + written.Value.Length + 2)
                        : new Calls(written, node.Start, this).Read()
                    : new TextExpression(Place(written), node.Start, node.Start + written.Value.Length + 2);
            default:
                return new UnknownExpression(Reasons.Escaped, node.Start, node.Start + 1);
        }
    }

    private WrittenText Place(WrittenText written) =>
        sibling is null || written.Spans.FirstOrDefault() is not { Length: > 0 } span ? written
        : written.SpanOf(..) is null ? WrittenText.Unplaced(written.Value)
        : WrittenText.At(written.Value, span.Start, sibling);

    /// <summary><c>${NAME=default}</c>, which the Azure Developer CLI replaces in a parameter file.</summary>
    private Expression Substitute(WrittenText written, int start)
    {
        var text = Place(written);
        var parts = new List<Expression>();
        var at = 0;
        for (int open; (open = text.Value.IndexOf("${", at, StringComparison.Ordinal)) >= 0;)
        {
            var close = text.Value.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            if (open > at)
            {
                parts.Add(Text(at..open));
            }

            var equals = text.Value.IndexOf('=', open, close - open);
            parts.Add(equals < 0
                ? new UnknownExpression($"the variable {Images.Excerpt.Of(text.Value[(open + 2)..close])} has no value in this file", start, start + written.Value.Length + 2)
                : Text((equals + 1)..close));
            at = close + 1;
        }

        if (at < text.Value.Length || parts.Count == 0)
        {
            parts.Add(Text(at..));
        }

        return parts is [var only] ? only : new JoinExpression(parts, start, start + written.Value.Length + 2);

        TextExpression Text(Range range) => new(text.Slice(range), start, start + written.Value.Length + 2);
    }

    /// <summary>Reads <c>[concat('a:', parameters('tag'))]</c>.</summary>
    private sealed class Calls(WrittenText written, int start, JsonTemplateReader reader)
    {
        private readonly string _text = written.Value;
        private int _at = 1;
        private int _depth;

        public Expression Read() => Operand();

        private Expression Operand()
        {
            if (++_depth > DeepestCalls)
            {
                _at = _text.Length;
                return Unknown();
            }

            SkipBlanks();
            var value = Primary();
            SkipBlanks();
            while (_at < _text.Length - 1 && _text[_at] is '.' or '[')
            {
                Expression member;
                if (_text[_at++] == '[')
                {
                    member = Operand();
                    SkipBlanks();
                    _at += _at < _text.Length - 1 && _text[_at] == ']' ? 1 : 0;
                }
                else
                {
                    _at += _at < _text.Length && _text[_at] == '?' ? 1 : 0;
                    member = new TextExpression(WrittenText.Unplaced(Word()), start, start + _text.Length + 2);
                }

                value = new MemberExpression(value, member, start, start + _text.Length + 2);
            }

            _depth--;
            return value;
        }

        private Expression Primary()
        {
            if (_at < _text.Length && _text[_at] == '\'')
            {
                return Quoted();
            }

            var word = Word();
            SkipBlanks();
            if (word.Length == 0 || _at >= _text.Length || _text[_at] != '(')
            {
                return word.Length > 0 && char.IsAsciiDigit(word[0]) ? new TextExpression(WrittenText.Unplaced(word), start, start + _text.Length + 2) : Unknown();
            }

            _at++;
            var arguments = new List<Expression>();
            while (_at < _text.Length - 1)
            {
                SkipBlanks();
                if (_text[_at] == ')')
                {
                    break;
                }

                var before = _at;
                if (_text[_at] != ',')
                {
                    arguments.Add(Operand());
                }

                _at += _at == before ? 1 : 0;
            }

            _at++;
            return word.ToUpperInvariant() is "PARAMETERS" or "VARIABLES" && arguments is [TextExpression name]
                ? new NameExpression(name.Text.Value, start, start + _text.Length + 2)
                : new CallExpression(word, arguments, start, start + _text.Length + 2);
        }

        /// <summary>A string; a quote in it is doubled.</summary>
        private TextExpression Quoted()
        {
            var pieces = new List<Range>();
            var run = ++_at;
            while (_at < _text.Length && (_text[_at] != '\'' || (_at + 1 < _text.Length && _text[_at + 1] == '\'')))
            {
                if (_text[_at] == '\'')
                {
                    pieces.Add(run..++_at);
                    run = _at;
                }

                _at++;
            }

            pieces.Add(Math.Min(run, _text.Length)..Math.Min(_at, _text.Length));
            _at++;
            return new TextExpression(reader.Place(written.Slices(pieces)), start, start + _text.Length + 2);
        }

        private string Word()
        {
            var from = _at;
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-'))
            {
                _at++;
            }

            return _text[from.._at];
        }

        private void SkipBlanks()
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }
        }

        private UnknownExpression Unknown() => new("its expression can't be read", start, start + _text.Length + 2);
    }
}
