using Basewatch.Core.Dialects.Flux;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Policies.Expressions;
using Basewatch.Core.Policies.Semver;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Flux's image automation: the <c>spec</c> of an <see href="https://fluxcd.io/flux/components/image/imagepolicies/">ImagePolicy</see>,
/// with the <c>exclusionList</c> of its ImageRepository. What is obeyed and what is not: <c>docs/dialects/flux.md</c>.
/// </summary>
public sealed class FluxDialect : IDialect
{
    private const int LongestText = 64 * 1024;
    private const int LongestExtract = 200;
    private const int MostExclusions = 25;

    private static readonly string[] Choices = ["semver", "alphabetical", "numerical"];
    private static readonly string[] Obeyed = ["policy", "filterTags", "exclusionList", "suspend", "imageRepositoryRef", "digestReflectionPolicy", "interval"];

    /// <summary>Keys of an ImageRepository that say where tags come from and when.</summary>
    private static readonly string[] PassedOver = ["image", "timeout", "provider", "insecure", "secretRef", "proxySecretRef", "serviceAccountName", "certSecretRef", "accessFrom"];

    /// <inheritdoc/>
    public string Name => "flux";

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var configuration = new ConfigurationText(text);
        return configuration.Root("write the spec of one ImagePolicy, as in {policy: {semver: {range: 1.x}}}", LongestText) is { } spec
            ? new Reader(configuration).Read(spec)
            : configuration.Reading(null);
    }

    private sealed class Reader(ConfigurationText text)
    {
        public PolicyReading Read(YamlMapping mapping)
        {
            var spec = text.Open(mapping, "", [.. Obeyed, .. PassedOver]);
            foreach (var key in spec.Keys.Where(PassedOver.Contains))
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

        /// <summary>The first of the three that is there, as in the controller's <c>factory.go</c>.</summary>
        private FluxOrder? Order(ConfigurationMapping spec)
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

        private FluxTagFilter? Filter(ConfigurationMapping spec)
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
        private List<GoExpression>? Exclusions(ConfigurationMapping spec)
        {
            var exclusions = new List<GoExpression>();
            foreach (var item in spec.Scalars("exclusionList", MostExclusions, mayBeOne: false))
            {
                if (Expression(item.Value, item) is { } regex)
                {
                    exclusions.Add(regex);
                }
            }

            return exclusions.Count == 0 ? null : exclusions;
        }

        /// <summary>The rules of the resource's schema; which digest is written is the planner's affair.</summary>
        private static void CheckDigests(ConfigurationMapping spec)
        {
            var reflection = spec.Text("digestReflectionPolicy");
            if (reflection is not (null or "Never" or "IfNotPresent" or "Always"))
            {
                spec.Wrong("digestReflectionPolicy", "'digestReflectionPolicy' is Never, IfNotPresent or Always");
                return;
            }

            // The interval may be the ImageRepository's, which always has one.
            var isAlone = !spec.Has("image") && !spec.Has("exclusionList");
            var hasInterval = spec.Has("interval");
            if (isAlone && hasInterval && reflection != "Always")
            {
                spec.Wrong("interval", "'interval' is there only with digestReflectionPolicy: Always");
            }
            else if (!hasInterval && reflection == "Always")
            {
                spec.Wrong("digestReflectionPolicy", "'digestReflectionPolicy: Always' needs an interval, as in interval: 10m");
            }
            else if (hasInterval)
            {
                spec.Remark("interval", "'interval' is passed over: images are looked at as the service's settings say");
            }

            if (reflection is not null)
            {
                spec.Remark("digestReflectionPolicy", "'digestReflectionPolicy' is passed over: a digest is kept fresh where one is written");
            }
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
}
