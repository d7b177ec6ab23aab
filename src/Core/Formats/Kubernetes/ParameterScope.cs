using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Kubernetes;

/// <summary>Parameters that a resource declares, and those of what it stands in.</summary>
/// <param name="outer">What it stands in.</param>
internal sealed class ParameterScope(ParameterScope? outer)
{
    /// <summary>What it stands in.</summary>
    public ParameterScope? Outer => outer;

    private readonly Dictionary<string, YamlScalar> _defaults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlScalar> _values = new(StringComparer.Ordinal);

    /// <summary>Adds what a list of <c>name</c> with <c>value</c> or <c>default</c> declares.</summary>
    /// <param name="list">The list.</param>
    /// <param name="prefix">What stands before the name where it is used.</param>
    public void Add(YamlNode? list, string prefix = "")
    {
        foreach (var item in (list as YamlSequence)?.Items ?? [])
        {
            if (item.Target is YamlMapping mapping && mapping.Scalar("name") is { } name)
            {
                if (mapping.Scalar("value") is { IsNull: false } value)
                {
                    _values.TryAdd(prefix + name.Value, value);
                }

                if (mapping.Scalar("default") is { IsNull: false } standard)
                {
                    _defaults.TryAdd(prefix + name.Value, standard);
                }
            }
        }
    }

    /// <summary>A text with its parameters replaced; null where one has no value here, or there are too many of them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="family">Says how parameters are written.</param>
    /// <param name="scope">Where the text stands.</param>
    public static WrittenText? Expand(WrittenText text, ManifestFamily family, ParameterScope? scope)
    {
        var syntax = family switch
        {
            ManifestFamily.Tekton => PlaceholderSyntax.Macro,
            ManifestFamily.Argo => PlaceholderSyntax.DoubleBraces,
            _ => PlaceholderSyntax.Property,
        };
        return Substitution.Of(text, [syntax], name => Find(scope, NameOf(name, family), family)).Value is { } value
            && !value.Value.Contains('$', StringComparison.Ordinal) && !value.Value.Contains("{{", StringComparison.Ordinal) ? value : null;
    }

    private static string NameOf(string expression, ManifestFamily family)
    {
        if (family != ManifestFamily.Tekton)
        {
            return expression;
        }

        var name = expression.StartsWith("inputs.", StringComparison.Ordinal) ? expression["inputs.".Length..] : expression;
        return name.StartsWith("params.", StringComparison.Ordinal) ? name["params.".Length..]
            : name.StartsWith("params[", StringComparison.Ordinal) && name.EndsWith(']') ? name["params[".Length..^1].Trim('"', '\'')
            : "";
    }

    /// <summary>The value of a parameter: what is passed goes before a default.</summary>
    private static Binding Find(ParameterScope? scope, string name, ManifestFamily family)
    {
        for (var i = 0; i < YamlStream.Deepest && scope is not null && name.Length > 0; i++, scope = scope.Outer)
        {
            if (scope._values.TryGetValue(name, out var value))
            {
                return In(scope.Outer, value);
            }

            if (scope._defaults.TryGetValue(name, out var standard))
            {
                return scope.Outer is { } caller && caller._values.TryGetValue(name, out var passed) ? In(caller.Outer, passed) : In(null, standard);
            }
        }

        return default;

        Binding In(ParameterScope? outer, YamlScalar found) => new(found.Written, null, inner => Find(outer, NameOf(inner, family), family));
    }
}
