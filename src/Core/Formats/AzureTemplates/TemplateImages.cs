using System.Globalization;
using Basewatch.Core.Formats.Variables;

namespace Basewatch.Core.Formats.AzureTemplates;

/// <summary>Finds the images in templates: follows parameters and variables to where a value is written.</summary>
internal sealed class TemplateImages
{
    private const int DeepestNames = 24;
    private const int MostOutcomes = 64;

    /// <summary>Evaluations in one file: more than any template needs.</summary>
    private const int MostSteps = 200_000;

    private const int MostTemplates = 1000;

    private const string DockerPrefix = "DOCKER|";
    private const string ComposePrefix = "COMPOSE|";

    /// <summary>Types whose <c>image</c> is one of a container.</summary>
    private static readonly string[] ContainerTypes =
    [
        "Microsoft.App/", "Microsoft.ContainerInstance/", "Microsoft.Web/sites/sitecontainers", "Microsoft.ServiceFabricMesh/", "Microsoft.AppPlatform/",
        "Microsoft.MachineLearningServices/", "Microsoft.Batch/", "core/", "apps/", "batch/",
    ];

    private static readonly HashSet<string> ImageKeys = new(StringComparer.OrdinalIgnoreCase) { "image", "containerImage", "containerImageName" };

    private static readonly HashSet<string> VersionKeys = new(StringComparer.OrdinalIgnoreCase) { "linuxFxVersion", "windowsFxVersion" };

    /// <summary>What has any keys.</summary>
    private static readonly HashSet<string> OtherKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "tags", "env", "environmentVariables", "appSettings", "metadata", "secrets", "labels", "annotations", "dependsOn", "parameters",
    };

    private readonly SourceFile _file;
    private readonly UseList _uses;
    private int _steps;

    private TemplateImages(SourceFile file, UseList uses) => (_file, _uses) = (file, uses);

    /// <summary>Adds every use of a template.</summary>
    public static void Add(SourceFile file, Template template, UseList uses)
    {
        var images = new TemplateImages(file, uses);
        var next = new Queue<(Template Template, Scope? Outer)>([(template, null)]);
        for (var i = 0; i < MostTemplates && next.TryDequeue(out var item); i++)
        {
            var scope = new Scope(item.Template, item.Outer);
            foreach (var resource in item.Template.Resources)
            {
                images.Walk(resource, "", scope);
            }

            foreach (var inner in item.Template.Inner)
            {
                next.Enqueue((inner, scope));
            }
        }
    }

    /// <summary>Adds the values of a parameter file that are named as images and plainly are some.</summary>
    public static void AddParameters(SourceFile file, IEnumerable<KeyValuePair<string, Expression?>> parameters, Template template, UseList uses)
    {
        var images = new TemplateImages(file, uses);
        var scope = new Scope(template, null);
        foreach (var (name, value) in parameters)
        {
            if (value is not null && NamesAnImage(name))
            {
                images.AddPlain(value, new Place(scope, null));
            }
        }
    }

    /// <summary>Whether a parameter's name says that it is an image: its value is then found in the parameter file itself.</summary>
    private static bool NamesAnImage(string parameter) => parameter.Contains("image", StringComparison.OrdinalIgnoreCase);

    private void Walk(Resource resource, string parentType, Scope scope)
    {
        var seen = new HashSet<(Expression, bool, bool)>();
        var next = new Stack<(Expression Node, Place Place, bool IsContainer, bool IsModule, string Type)>();
        Push(resource, parentType, new Place(scope, null));
        while (next.TryPop(out var item) && _steps < MostSteps)
        {
            if (!seen.Add((item.Node, item.IsContainer, item.IsModule)))
            {
                continue;
            }

            foreach (var outcome in Evaluate(item.Node, item.Place, 0))
            {
                if (outcome.Node is ArrayExpression array)
                {
                    for (var i = array.Items.Count - 1; i >= 0; i--)
                    {
                        next.Push(item with { Node = array.Items[i], Place = outcome.Place });
                    }
                }
                else if (outcome.Node is LoopExpression loop)
                {
                    next.Push(item with { Node = loop.Body, Place = outcome.Place with { Loop = new Loop(loop, outcome.Place) } });
                }
                else if (outcome.Node is ObjectExpression mapping)
                {
                    foreach (var child in mapping.Resources)
                    {
                        Push(child, item.Type, outcome.Place);
                    }

                    foreach (var (key, value) in mapping.Properties)
                    {
                        if (VersionKeys.Contains(key))
                        {
                            AddVersion(value, outcome.Place);
                        }
                        else if (ImageKeys.Contains(key) && item.IsContainer)
                        {
                            AddImage(value, outcome.Place);
                        }
                        else if (ImageKeys.Contains(key) || (item.IsModule && NamesAnImage(key)))
                        {
                            AddPlain(value, outcome.Place);
                        }
                        else if (!OtherKeys.Contains(key))
                        {
                            next.Push((value, outcome.Place, item.IsContainer || (item.IsModule && key.EndsWith("containers", StringComparison.OrdinalIgnoreCase)), item.IsModule, item.Type));
                        }
                    }
                }
            }
        }

        void Push(Resource found, string parent, Place place)
        {
            var type = found.Type is null || found.Type.Contains('/', StringComparison.Ordinal) || parent.Length == 0 ? found.Type ?? "" : parent + "/" + found.Type;
            next.Push((found.Body, place, Array.Exists(ContainerTypes, t => type.StartsWith(t, StringComparison.OrdinalIgnoreCase)), found.Type is null, type));
        }
    }

    /// <summary>The image of a container: what is known of it, or why nothing is.</summary>
    private void AddImage(Expression value, Place place)
    {
        var outcomes = Evaluate(value, place, 0);
        var known = outcomes.Where(o => o.Text is { Value.Length: > 0 }).ToList();
        foreach (var outcome in known)
        {
            Add(outcome, value);
        }

        if (known.Count == 0 && outcomes.FirstOrDefault(o => o.Problem is not null) is { } unknown && outcomes.All(o => o.Node is null && !o.IsFoundElsewhere))
        {
            AddUnknown(value, unknown.Problem!);
        }
    }

    /// <summary>Something that is called an image: only what plainly is one.</summary>
    private void AddPlain(Expression value, Place place)
    {
        foreach (var outcome in Evaluate(value, place, 0))
        {
            if (outcome.Text is not null && PlainReference.Is(outcome.Text.Value))
            {
                Add(outcome, value);
            }
        }
    }

    /// <summary><c>DOCKER|image</c> of a web app; others name a runtime.</summary>
    private void AddVersion(Expression value, Place place)
    {
        foreach (var outcome in Evaluate(value, place, 0))
        {
            if (outcome.Text is { } text && text.Value.StartsWith(DockerPrefix, StringComparison.OrdinalIgnoreCase) && text.Value.Length > DockerPrefix.Length)
            {
                Add(outcome with { Text = text.Slice(DockerPrefix.Length..) }, value);
            }
            else if (outcome.Text is { } compose && compose.Value.StartsWith(ComposePrefix, StringComparison.OrdinalIgnoreCase))
            {
                AddUnknown(value, "its images are in a Compose file in base64");
            }
            else if (outcome.Problem is not null && outcome.Known.StartsWith(DockerPrefix, StringComparison.OrdinalIgnoreCase))
            {
                AddUnknown(value, outcome.Problem);
            }
        }
    }

    private void Add(Outcome outcome, Expression value)
    {
        var text = outcome.Text!;
        _uses.Add(text, StartOf(outcome.PutTogether ?? value), pinnable: outcome.Pinnable, locked: text.Spans.Any() ? null : "it is not written in one place that could be changed", here: outcome.PutTogether is not null);
    }

    private void AddUnknown(Expression value, string problem)
    {
        var start = Math.Min(value.Start, _file.Text.Length);
        var text = _file.Text[start..Math.Clamp(value.End, start, _file.Text.Length)].Trim();
        text = text is ['\'' or '"', .., var last] && last == text[0] ? text[1..^1] : text;
        _uses.Add(WrittenText.Unplaced(Images.Excerpt.Of(text)), StartOf(value), skip: problem);
    }

    /// <summary>Where the value begins, after its quote.</summary>
    private int StartOf(Expression value) => value.Start + (value.Start < _file.Text.Length && _file.Text[value.Start] is '\'' or '"' ? 1 : 0);

    /// <summary>What an expression may come to: texts, objects and arrays, or why it can't be known.</summary>
    private IReadOnlyList<Outcome> Evaluate(Expression expression, Place place, int depth)
    {
        if (depth > DeepestNames || ++_steps > MostSteps)
        {
            return [Outcome.Unknown("it is put together from too much")];
        }

        switch (expression)
        {
            case TextExpression text:
                return [Outcome.Value(text.Text, pinnable: true, isLiteral: true)];
            case ObjectExpression or ArrayExpression:
                return [Outcome.Of(expression, place)];
            case LoopExpression:
                return [Outcome.Of(expression, place)];
            case UnknownExpression unknown:
                return [Outcome.Unknown(unknown.Reason)];
            case ChoiceExpression choice:
                return Any(choice.Options, place, depth);
            case JoinExpression join:
                return [Join(join, join.Parts, place, depth)];
            case NameExpression name:
                return Name(name.Name, place, depth);
            case MemberExpression member:
                return Member(member, place, depth);
            case CallExpression call:
                return Call(call, place, depth);
            default:
                return [Outcome.Unknown("it can't be read")];
        }
    }

    private List<Outcome> Any(IEnumerable<Expression> options, Place place, int depth)
    {
        var all = new List<Outcome>();
        foreach (var option in options)
        {
            all.AddRange(Evaluate(option, place, depth + 1));
            if (all.Count > MostOutcomes)
            {
                all.RemoveRange(MostOutcomes, all.Count - MostOutcomes);
                break;
            }
        }

        return all;
    }

    private Outcome Join(Expression whole, IEnumerable<Expression> parts, Place place, int depth)
    {
        var texts = new List<WrittenText>();
        var (known, length) = ("", 0);
        var pinnable = false;
        foreach (var part in parts)
        {
            var outcomes = Evaluate(part, place, depth + 1);
            if (outcomes is not [{ Text: { } text } only])
            {
                return Outcome.Unknown(outcomes is [{ Problem: { } problem }] ? problem : "it depends on a condition or a list", known);
            }

            texts.Add(text);
            known += known.Length < DockerPrefix.Length ? text.Value : "";
            length += text.Value.Length;
            if (length > VariableExpansion.LongestValue)
            {
                return Outcome.Unknown("it is put together from too much", known);
            }

            // A digest follows the last part: it may stand there where that has the image's own name.
            pinnable = only.IsLiteral && text.Value.AsSpan().ContainsAny('/', '|') || (texts.Count == 1 && only.Pinnable) || (pinnable && text.Value.Length == 0);
        }

        return Outcome.Value(WrittenText.Join(texts), pinnable, isLiteral: false) with { PutTogether = texts.Count > 1 ? whole : null };
    }

    private IReadOnlyList<Outcome> Name(string name, Place place, int depth)
    {
        for (var loop = place.Loop; loop is not null; loop = loop.Outer.Loop)
        {
            if (loop.Of.Item == name)
            {
                return Items(loop, depth);
            }
        }

        for (var scope = place.Scope; scope is not null; scope = scope.Outer)
        {
            var at = new Place(scope, null);
            if (scope.Template.Variables.TryGetValue(name, out var variable))
            {
                return Evaluate(variable, at, depth + 1);
            }

            if (scope.Template.Parameters.TryGetValue(name, out var initial))
            {
                return Parameter(name, initial, scope, depth);
            }
        }

        return [Outcome.Unknown($"{Images.Excerpt.Of(name)} is known only when it is deployed")];
    }

    private IReadOnlyList<Outcome> Parameter(string name, Expression? initial, Scope scope, int depth)
    {
        // The parameters of a template within another have their values from that one.
        var given = new List<Outcome>();
        var givers = 0;
        foreach (var values in scope.Template.Given)
        {
            if (values.TryGetValue(name, out var value))
            {
                givers++;
                given.AddRange(Evaluate(value, new Place(scope.Outer ?? scope, null), depth + 1));
            }
        }

        var isElsewhere = scope.Outer is null && NamesAnImage(name) && given.Any(g => g.Text is not null && PlainReference.Is(g.Text.Value));
        if (initial is not null && (givers != 1 || isElsewhere || given.All(g => g.Problem is not null)))
        {
            return Evaluate(initial, new Place(scope, null), depth + 1);
        }

        return isElsewhere ? [Outcome.Elsewhere]
            : given.Count > 0 ? given
            : initial is not null ? Evaluate(initial, new Place(scope, null), depth + 1)
            : [Outcome.Unknown($"the parameter {Images.Excerpt.Of(name)} has no value in this file")];
    }

    private List<Outcome> Items(Loop loop, int depth)
    {
        if (loop.Of.List is null)
        {
            return [Outcome.Unknown("it is the result of a function")];
        }

        var items = new List<Outcome>();
        foreach (var list in Evaluate(loop.Of.List, loop.Outer, depth + 1))
        {
            items.AddRange(list.Node is ArrayExpression array ? Any(array.Items, list.Place, depth) : [Outcome.Unknown(list.Problem ?? "its list is known only when it is deployed")]);
        }

        return items;
    }

    private List<Outcome> Member(MemberExpression member, Place place, int depth)
    {
        var found = new List<Outcome>();
        var name = Evaluate(member.Member, place, depth + 1) is [{ Text: { } text }] ? text.Value : null;
        foreach (var of in Evaluate(member.Of, place, depth + 1))
        {
            var value = of.Node switch
            {
                ObjectExpression mapping when name is not null => mapping[name],
                ArrayExpression array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < array.Items.Count => array.Items[index],
                _ => null,
            };
            if (found.Count < MostOutcomes)
            {
                found.AddRange(value is null ? [Outcome.Unknown(of.Problem ?? "it is known only when it is deployed")] : Evaluate(value, of.Place, depth + 1));
            }
        }

        return found;
    }

    private IReadOnlyList<Outcome> Call(CallExpression call, Place place, int depth)
    {
        var arguments = call.Arguments;
        switch (call.Function.ToUpperInvariant())
        {
            case "CONCAT" when arguments.Count > 0:
                var first = Evaluate(arguments[0], place, depth + 1);
                return first.Any(o => o.Node is not null) ? [.. first, .. Any(arguments.Skip(1), place, depth)] : [Join(call, arguments, place, depth)];
            case "UNION" or "CREATEARRAY" or "ARRAY" or "FLATTEN" or "COALESCE":
                return call.Function.Equals("createArray", StringComparison.OrdinalIgnoreCase) ? [Outcome.Of(new ArrayExpression(arguments, call.Start, call.End), place)] : Any(arguments, place, depth);
            case "IF" when arguments.Count == 3:
                return Any(arguments.Skip(1), place, depth);
            case "FORMAT" when arguments.Count > 0 && Evaluate(arguments[0], place, depth + 1) is [{ Text: { } format }]:
                return [Join(call, FormatParts(format, arguments, call), place, depth)];
            case "READENVIRONMENTVARIABLE" when arguments.Count == 2:
                return Evaluate(arguments[1], place, depth + 1);
            case "STRING" or "ANY" when arguments.Count == 1:
                return Evaluate(arguments[0], place, depth + 1);
            case "TOLOWER" when arguments.Count == 1 && Evaluate(arguments[0], place, depth + 1) is [{ Text: { } lower }] same && !lower.Value.Any(char.IsUpper):
                return same;
            case "MAP" when arguments is [var list, LoopExpression { List: null } lambda]:
                return [Outcome.Of(lambda with { List = list }, place)];
            default:
                return [Outcome.Unknown(call.Function.Length == 0 ? "it is known only when it is deployed" : $"it is the result of the function {Images.Excerpt.Of(call.Function)}")];
        }
    }

    /// <summary>The texts and arguments of <c>{0}:{1}</c>.</summary>
    private static List<Expression> FormatParts(WrittenText format, IReadOnlyList<Expression> arguments, CallExpression call)
    {
        var parts = new List<Expression>();
        var at = 0;
        var value = format.Value;
        for (int open; parts.Count < MostOutcomes && (open = value.IndexOf('{', at)) >= 0;)
        {
            var close = value.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            if (open > at)
            {
                parts.Add(new TextExpression(format.Slice(at..open), call.Start, call.End));
            }

            parts.Add(int.TryParse(value.AsSpan(open + 1, close - open - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index + 1 < arguments.Count
                ? arguments[index + 1]
                : new UnknownExpression("its format can't be read", call.Start, call.End));
            at = close + 1;
        }

        if (at < value.Length)
        {
            parts.Add(new TextExpression(format.Slice(at..), call.Start, call.End));
        }

        return parts;
    }

    /// <summary>A template, and the one that it stands in.</summary>
    private sealed record Scope(Template Template, Scope? Outer);

    /// <summary>Where an expression stands: in a template, within loops.</summary>
    private readonly record struct Place(Scope Scope, Loop? Loop);

    /// <summary>A loop that an expression stands in.</summary>
    private sealed record Loop(LoopExpression Of, Place Outer);

    /// <summary>What an expression may come to.</summary>
    private sealed record Outcome(WrittenText? Text, Expression? Node, Place Place, string? Problem, bool Pinnable, bool IsLiteral, string Known, bool IsFoundElsewhere)
    {
        /// <summary>Where the text is put together from several.</summary>
        public Expression? PutTogether { get; init; }

        public static Outcome Elsewhere { get; } = new(null, null, default, "it is in the parameter file", false, false, "", true);

        public static Outcome Value(WrittenText text, bool pinnable, bool isLiteral) => new(text, null, default, null, pinnable, isLiteral, "", false);

        public static Outcome Of(Expression node, Place place) => new(null, node, place, null, false, false, "", false);

        public static Outcome Unknown(string problem, string known = "") => new(null, null, default, problem, false, false, known, false);
    }
}
