using Basewatch.Core.Expressions;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Policies.Semver;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>Reads the <c>spec</c> of an ImagePolicy, and the <c>exclusionList</c> of its ImageRepository.</summary>
/// <param name="text">The text that they are in.</param>
internal sealed class FluxSpecReader(ConfigurationText text)
{
    /// <summary>The longest <c>extract</c>, in characters.</summary>
    private const int LongestExtract = 200;

    /// <summary>The most items of <c>exclusionList</c>, as in the resource's schema.</summary>
    private const int MostExclusions = 25;

    private static readonly string[] Choices = ["semver", "alphabetical", "numerical"];
    private static readonly string[] Obeyed = ["policy", "filterTags", "exclusionList", "suspend", "imageRepositoryRef", "digestReflectionPolicy", "interval"];

    /// <summary>Keys of an ImageRepository that say where tags come from and when.</summary>
    public static IReadOnlyList<string> PassedOver { get; } = ["timeout", "provider", "insecure", "secretRef", "proxySecretRef", "serviceAccountName", "certSecretRef", "accessFrom"];

    /// <summary>One policy in one text, with what of its repository is there.</summary>
    public PolicyReading Read(YamlMapping mapping)
    {
        var spec = text.Open(mapping, "", [.. Obeyed, "image", .. PassedOver]);
        foreach (var key in spec.Keys.Where(k => k == "image" || PassedOver.Contains(k, StringComparer.Ordinal)))
        {
            spec.Remark(key, $"'{key}' is passed over: it has no part in which tag is chosen");
        }

        CheckDigests(spec);
        if (!spec.Has("policy"))
        {
            spec.Wrong("policy", "'policy' is missing: write it as in policy: {semver: {range: 1.x}}");
        }

        var order = Order(spec);
        var filter = Filter(spec);
        var exclusions = Exclusions(spec);
        var suspended = spec.Flag("suspend") ?? false;
        return text.Reading(order is null ? null : new FluxPolicy(order, filter, exclusions, suspended));
    }

    /// <summary>How a policy orders tags in its own words, null where that is wrong, and when it has digests written.</summary>
    public (FluxOrderWords? Words, FluxReflection Reflection) Words(ConfigurationMapping spec)
    {
        var reflection = CheckReflection(spec);
        if (!spec.Has("policy"))
        {
            spec.Wrong("policy", "'policy' is missing: write it as in policy: {semver: {range: 1.x}}");
        }

        var (order, filter) = (Order(spec), Filter(spec));
        if (order is null || !spec.IsSound)
        {
            return (null, FluxReflection.Never);
        }

        var policy = spec.Mapping("policy", Choices)!;
        var kind = Choices.First(policy.Has);
        var choice = policy.Mapping(kind, ["range", "order"]);
        var filterTags = filter is null ? null : spec.Mapping("filterTags", ["pattern", "extract"]);
        var value = choice?.Text(kind == "semver" ? "range" : "order");
        var words = new FluxOrderWords(kind, value is null or "" ? "asc" : value, filterTags is null ? null : filterTags.Text("pattern") ?? "", filterTags?.Text("extract") is { Length: > 0 } extract ? extract : null);
        if (!IsWhole(words.Value) || !IsWhole(words.Pattern) || !IsWhole(words.Extract))
        {
            spec.Wrong("policy", "'policy' or 'filterTags' has half of a character in it");
            return (null, FluxReflection.Never);
        }

        return (words, reflection switch { "IfNotPresent" => FluxReflection.IfNotPresent, "Always" => FluxReflection.Always, _ => FluxReflection.Never });
    }

    /// <summary>The first of the three that is there, as in the controller's <c>factory.go</c>.</summary>
    public FluxOrder? Order(ConfigurationMapping spec)
    {
        if (spec.Mapping("policy", Choices) is not { } policy)
        {
            return null;
        }

        string[] written = [.. Choices.Where(policy.Has)];
        foreach (var choice in written.Skip(1))
        {
            policy.Remark(choice, $"'{choice}' is passed over: Flux takes {written[0]} where both are there");
        }

        switch (written)
        {
            case ["semver", ..]:
                return Semver(policy);
            case ["alphabetical", ..]:
                return new FluxOrder.Alphabetical(IsDescending(policy, "alphabetical"));
            case ["numerical", ..]:
                return new FluxOrder.Numerical(IsDescending(policy, "numerical"));
            default:
                if (policy.IsSound)
                {
                    spec.Wrong("policy", "'policy' is empty: it has one of semver, alphabetical and numerical");
                }

                return null;
        }
    }

    private FluxOrder.Semver? Semver(ConfigurationMapping policy) =>
        policy.Mapping("semver", ["range"])?.Needed("range", "write it as in semver: {range: 1.x}") is { } range
        && text.Check(range, GoConstraint.TryParse(range.Value, out var constraint, out var error), error) ? new FluxOrder.Semver(constraint!) : null;

    /// <summary>The resource's schema takes <c>asc</c> and <c>desc</c>, the controller any case.</summary>
    private static bool IsDescending(ConfigurationMapping policy, string choice)
    {
        var mapping = policy.Mapping(choice, ["order"]);
        var order = mapping?.Text("order")?.ToUpperInvariant() ?? "";
        if (order is not ("" or "ASC" or "DESC"))
        {
            mapping!.Wrong("order", "'order' is asc or desc");
        }

        return order == "DESC";
    }

    public FluxTagFilter? Filter(ConfigurationMapping spec)
    {
        if (spec.Mapping("filterTags", ["pattern", "extract"]) is not { } filter)
        {
            return null;
        }

        var extract = filter.Text("extract") ?? "";
        if (extract.Length > LongestExtract)
        {
            filter.Wrong("extract", $"'extract' may have {LongestExtract} characters, this one has {extract.Length}");
        }

        var pattern = filter.Scalar("pattern");
        return Expression(pattern?.Value ?? "", pattern ?? (YamlNode)filter.Node) is { } regex
            ? new FluxTagFilter(regex, extract.Length == 0 ? null : GoTemplate.Parse(extract, regex))
            : null;
    }

    /// <summary>A list takes the place of the default; an empty one does not (<c>GetExclusionList</c>).</summary>
    public IReadOnlyList<GoExpression>? Exclusions(ConfigurationMapping spec)
    {
        var exclusions = new List<GoExpression>();
        foreach (var item in spec.Scalars("exclusionList", MostExclusions, mayBeOne: false))
        {
            if (text.Check(item, IsWhole(item.Value), "there is half of a character in it") && Expression(item.Value, item) is { } regex)
            {
                exclusions.Add(regex);
            }
        }

        return exclusions.Count == 0 ? null : exclusions;
    }

    /// <summary>What one text says of digests, which has no part in which tag is chosen.</summary>
    private static void CheckDigests(ConfigurationMapping spec)
    {
        // Beside an ImageRepository's keys, the interval may be its own, which always has one.
        var reflection = CheckReflection(spec, mayBeAnother: spec.Has("image") || spec.Has("exclusionList"));
        if (spec.Has("interval"))
        {
            spec.Remark("interval", "'interval' is passed over: images are looked at as the service's settings say");
        }

        if (reflection is not null)
        {
            spec.Remark("digestReflectionPolicy", "'digestReflectionPolicy' has no part in which tag is chosen, and is passed over");
        }
    }

    /// <summary>The rules of the resource's schema.</summary>
    private static string? CheckReflection(ConfigurationMapping spec, bool mayBeAnother = false)
    {
        var reflection = spec.Text("digestReflectionPolicy");
        var hasInterval = spec.Has("interval");
        if (reflection is not (null or "Never" or "IfNotPresent" or "Always"))
        {
            spec.Wrong("digestReflectionPolicy", "'digestReflectionPolicy' is Never, IfNotPresent or Always");
        }
        else if (!mayBeAnother && hasInterval && reflection != "Always")
        {
            spec.Wrong("interval", "'interval' is there only with digestReflectionPolicy: Always");
        }
        else if (!hasInterval && reflection == "Always")
        {
            spec.Wrong("digestReflectionPolicy", "'digestReflectionPolicy: Always' needs an interval, as in interval: 10m");
        }

        return reflection;
    }

    /// <summary>Whether a text can be written again: an escape may stand for half of a character.</summary>
    private static bool IsWhole(string? text)
    {
        for (var i = 0; i < text?.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private GoExpression? Expression(string pattern, YamlNode node)
    {
        if (!GoExpression.TryParse(pattern, out var expression, out var error))
        {
            text.Wrong(node, error.About(pattern));
        }

        return expression;
    }
}
