namespace Basewatch.Core.Formats.AzureTemplates;

/// <summary>An expression of Bicep or of a JSON template.</summary>
/// <param name="Start">Offset of its first character in the file.</param>
/// <param name="End">Offset after its last character.</param>
internal abstract record Expression(int Start, int End);

/// <summary>Text that is written as it is.</summary>
internal sealed record TextExpression(WrittenText Text, int Start, int End) : Expression(Start, End);

/// <summary>Texts one after another: an interpolated string.</summary>
internal sealed record JoinExpression(IReadOnlyList<Expression> Parts, int Start, int End) : Expression(Start, End);

/// <summary>A parameter, a variable, or the item of a loop.</summary>
internal sealed record NameExpression(string Name, int Start, int End) : Expression(Start, End);

/// <summary><c>of.name</c> or <c>of[index]</c>.</summary>
internal sealed record MemberExpression(Expression Of, Expression Member, int Start, int End) : Expression(Start, End);

/// <summary>A function with its arguments.</summary>
internal sealed record CallExpression(string Function, IReadOnlyList<Expression> Arguments, int Start, int End) : Expression(Start, End);

/// <summary>One of several, depending on what is known only when it is deployed.</summary>
internal sealed record ChoiceExpression(IReadOnlyList<Expression> Options, int Start, int End) : Expression(Start, End);

/// <summary>A property of an object.</summary>
internal sealed record Property(string Key, Expression Value);

/// <summary>An object, with the resources that are declared in it.</summary>
internal sealed record ObjectExpression(IReadOnlyList<Property> Properties, IReadOnlyList<Resource> Resources, int Start, int End) : Expression(Start, End)
{
    /// <summary>The value of a property, whatever the case of its name.</summary>
    public Expression? this[string key] => Properties.FirstOrDefault(p => p.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Value;
}

/// <summary>An array.</summary>
internal sealed record ArrayExpression(IReadOnlyList<Expression> Items, int Start, int End) : Expression(Start, End);

/// <summary><c>[for item in list: body]</c>, or <c>item => body</c> where <see cref="List"/> is null.</summary>
internal sealed record LoopExpression(string Item, Expression? List, Expression Body, int Start, int End) : Expression(Start, End);

/// <summary>What only the deployment knows.</summary>
internal sealed record UnknownExpression(string Reason, int Start, int End) : Expression(Start, End);

/// <summary>A resource, or a module where <see cref="Type"/> is null.</summary>
internal sealed record Resource(string? Type, Expression Body);

/// <summary>A template: what it declares.</summary>
internal sealed class Template(StringComparer names)
{
    /// <summary>Parameters with their defaults.</summary>
    public Dictionary<string, Expression?> Parameters { get; } = new(names);

    /// <summary>Variables.</summary>
    public Dictionary<string, Expression> Variables { get; } = new(names);

    /// <summary>Resources and modules.</summary>
    public List<Resource> Resources { get; } = [];

    /// <summary>Values of parameters in files beside this one, for each file that has some.</summary>
    public List<IReadOnlyDictionary<string, Expression>> Given { get; } = [];

    /// <summary>Templates that are written within this one.</summary>
    public List<Template> Inner { get; } = [];
}
