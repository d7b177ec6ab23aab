using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Kubernetes;

/// <summary>Parameters that a resource declares, and those of what it stands in.</summary>
/// <param name="outer">What it stands in.</param>
internal sealed class ParameterScope(ParameterScope? outer)
{
    private const int LongestValue = 1024;
    private const int DeepestNesting = 4;

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
    public static WrittenText? Expand(WrittenText text, ManifestFamily family, ParameterScope? scope) => Expand(text, family, scope, 0);

    private static WrittenText? Expand(WrittenText text, ManifestFamily family, ParameterScope? scope, int depth)
    {
        var (open, close) = family switch { ManifestFamily.Tekton => ("$(", ")"), ManifestFamily.Argo => ("{{", "}}"), _ => ("${", "}") };
        var pieces = new List<WrittenText>();
        var at = 0;
        for (int from; (from = text.Value.IndexOf(open, at, StringComparison.Ordinal)) >= 0;)
        {
            var to = text.Value.IndexOf(close, from, StringComparison.Ordinal);
            if (to < 0 || depth >= DeepestNesting || pieces.Count > 16)
            {
                return null;
            }

            var (value, valueScope) = Find(scope, NameOf(text.Value[(from + open.Length)..to].Trim(), family));
            if (value?.Written is not { } written || Expand(written, family, valueScope, depth + 1) is not { } expanded)
            {
                return null;
            }

            pieces.Add(text.Slice(at..from));
            pieces.Add(expanded);
            at = to + close.Length;
        }

        pieces.Add(text.Slice(at..));
        var result = WrittenText.Join(pieces);
        return result.Value.Length <= LongestValue && !result.Value.Contains('$', StringComparison.Ordinal) && !result.Value.Contains("{{", StringComparison.Ordinal) ? result : null;
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

    /// <summary>The value of a parameter, and the scope in which that is read: what is passed goes before a default.</summary>
    private static (YamlScalar? Value, ParameterScope? Scope) Find(ParameterScope? scope, string name)
    {
        for (var i = 0; i < YamlStream.Deepest && scope is not null && name.Length > 0; i++, scope = scope.Outer)
        {
            if (scope._values.TryGetValue(name, out var value))
            {
                return (value, scope.Outer);
            }

            if (scope._defaults.TryGetValue(name, out var standard))
            {
                return scope.Outer is { } caller && caller._values.TryGetValue(name, out var passed) ? (passed, caller.Outer) : (standard, null);
            }
        }

        return (null, null);
    }
}
