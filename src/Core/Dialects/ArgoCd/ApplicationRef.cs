using System.Text;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>Which Applications an entry of the resource is for, and what it says of them.</summary>
/// <param name="Pattern">Their names; null where it is wrong.</param>
/// <param name="Selector">Their labels; null for any.</param>
/// <param name="UsesAnnotations">Whether their annotations count, and nothing here.</param>
/// <param name="Specificity">Of several, the one with the highest is asked first.</param>
/// <param name="Settings">What it says of them.</param>
internal sealed record ApplicationRef(TagPattern? Pattern, LabelSelector? Selector, bool UsesAnnotations, int Specificity, ApplicationSettings Settings)
{
    /// <summary>Kubernetes has no longer names, in characters.</summary>
    public const int LongestName = 253;

    /// <summary>What it takes to ask it, one where it names one Application.</summary>
    public int Cost => 1 + (Selector?.Requirements.Sum(r => 1 + r.Values.Count) ?? 0);

    /// <summary>Whether it is for an Application.</summary>
    public bool IsFor(Application application) =>
        NameOf(application) is { Length: <= LongestName } name && Pattern?.Matches(name) == true && (Selector is null || Selector.Matches(application.Labels));

    /// <summary>As <c>calculateSpecificity</c> in <c>pkg/argocd/argocd.go</c> has it.</summary>
    public static int SpecificityOf(string pattern, LabelSelector? selector)
    {
        var exact = pattern.AsSpan().IndexOfAny("*?[]") < 0 ? 1_000_000 : 0;
        var literal = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '[' && pattern.IndexOf(']', i) is > 0 and var close)
            {
                i = close;
            }
            else if (pattern[i] is not ('*' or '?'))
            {
                literal.Append(pattern[i]);
            }
        }

        return exact + Encoding.UTF8.GetByteCount(literal.ToString()) + (selector is null ? 0 : 10_000 + (100 * selector.Count));
    }

    /// <summary>What a template leaves open in a name may be anything: a letter stands for it.</summary>
    private static string NameOf(Application application)
    {
        var name = application.GeneratedName;
        for (var open = 0; name.Length <= 4 * LongestName && (open = name.IndexOf("{{", StringComparison.Ordinal)) >= 0 && name.IndexOf("}}", open, StringComparison.Ordinal) is > 0 and var close;)
        {
            name = string.Concat(name.AsSpan(0, open), "x", name.AsSpan(close + 2));
        }

        return name;
    }
}

/// <summary>Labels that Kubernetes selects by.</summary>
/// <param name="Requirements">Key, operator and values; all have to be met.</param>
/// <param name="Count">How many there are.</param>
internal sealed record LabelSelector(IReadOnlyList<(string Key, string Operator, IReadOnlyList<string> Values)> Requirements, int Count)
{
    /// <summary>The operators.</summary>
    public static readonly IReadOnlyList<string> Operators = ["In", "NotIn", "Exists", "DoesNotExist"];

    /// <summary>Whether labels are selected.</summary>
    public bool Matches(IReadOnlyDictionary<string, Annotation> labels)
    {
        foreach (var (key, op, values) in Requirements)
        {
            var label = labels.GetValueOrDefault(key)?.Value;
            var isMet = op switch
            {
                "In" => label is not null && values.Contains(label, StringComparer.Ordinal),
                "NotIn" => label is null || !values.Contains(label, StringComparer.Ordinal),
                "Exists" => label is not null,
                _ => label is null,
            };
            if (!isMet)
            {
                return false;
            }
        }

        return true;
    }
}
