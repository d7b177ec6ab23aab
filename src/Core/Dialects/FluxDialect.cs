using Basewatch.Core.Dialects.Flux;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
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
        if (text.Text.Length > LongestText)
        {
            return PolicyReading.Wrong(new FileProblem(text.Path, 1, $"a policy may have {LongestText} characters, this one has {text.Text.Length}"));
        }

        var yaml = YamlStream.Read(text);
        if (yaml.Problem is not null)
        {
            return PolicyReading.Wrong(yaml.Problem);
        }

        return yaml.Documents is [{ Target: YamlMapping spec }]
            ? new Reader(text).Read(spec)
            : PolicyReading.Wrong(new FileProblem(text.Path, 1, "write the spec of one ImagePolicy, as in {policy: {semver: {range: 1.x}}}"));
    }

    private sealed class Reader(SourceFile file)
    {
        private readonly List<FileProblem> _errors = [];
        private readonly List<FileProblem> _remarks = [];

        public PolicyReading Read(YamlMapping spec)
        {
            var keys = Keys(spec, "", [.. Obeyed, .. PassedOver]);
            foreach (var (name, value) in keys)
            {
                if (PassedOver.Contains(name))
                {
                    Remark(value, $"'{name}' is passed over: it has no part in which tag is chosen");
                }
            }

            CheckDigests(keys);
            var order = keys.TryGetValue("policy", out var policy) ? Order(policy) : null;
            if (policy is null)
            {
                Wrong(spec, "'policy' is missing: write it as in policy: {semver: {range: 1.x}}");
            }

            var filter = keys.TryGetValue("filterTags", out var filterTags) ? Filter(filterTags) : null;
            var exclusions = keys.TryGetValue("exclusionList", out var list) ? Exclusions(list) : null;
            var suspended = keys.TryGetValue("suspend", out var suspend) && Flag(suspend);
            return order is null || _errors.Count > 0
                ? new PolicyReading(null, _errors, _remarks)
                : new PolicyReading(new FluxPolicy(order, filter, exclusions, suspended), _errors, _remarks);
        }

        /// <summary>The first of the three that is there, as in the controller's <c>factory.go</c>.</summary>
        private FluxOrder? Order(YamlNode policy)
        {
            if (policy is not YamlMapping mapping)
            {
                Wrong(policy, "'policy' has one of semver, alphabetical and numerical, as in policy: {semver: {range: 1.x}}");
                return null;
            }

            var keys = Keys(mapping, "policy", Choices);
            FluxOrder? order = null;
            string? first = null;
            foreach (var choice in Choices)
            {
                if (!keys.TryGetValue(choice, out var value))
                {
                    continue;
                }

                if (first is not null)
                {
                    Remark(value, $"'{choice}' is passed over: Flux takes {first} where both are there");
                    continue;
                }

                first = choice;
                order = choice == "semver" ? Semver(value)
                    : Descending(value, choice) is not { } descending ? null
                    : choice == "numerical" ? new FluxOrder.Numerical(descending) : new FluxOrder.Alphabetical(descending);
            }

            if (first is null && _errors.Count == 0)
            {
                Wrong(policy, "'policy' is empty: it has one of semver, alphabetical and numerical");
            }

            return order;
        }

        private FluxOrder.Semver? Semver(YamlNode value)
        {
            var keys = Fields(value, "semver", ["range"]);
            if (keys is null)
            {
                return null;
            }

            if (!keys.TryGetValue("range", out var range))
            {
                Wrong(value, "'semver' needs a range, as in semver: {range: 1.x}");
                return null;
            }

            if (Text(range, "range") is not { } text)
            {
                return null;
            }

            if (GoConstraint.TryParse(text, out var constraint, out var error))
            {
                return new FluxOrder.Semver(constraint);
            }

            Wrong(range, error);
            return null;
        }

        /// <summary>The resource's schema takes <c>asc</c> and <c>desc</c>, the controller any case.</summary>
        private bool? Descending(YamlNode value, string choice)
        {
            if (Fields(value, choice, ["order"]) is not { } keys)
            {
                return null;
            }

            if (!keys.TryGetValue("order", out var order))
            {
                return false;
            }

            switch (Text(order, "order")?.ToUpperInvariant())
            {
                case "" or "ASC":
                    return false;
                case "DESC":
                    return true;
                case null:
                    return null;
                default:
                    Wrong(order, "'order' is asc or desc");
                    return null;
            }
        }

        private FluxTagFilter? Filter(YamlNode filterTags)
        {
            if (Fields(filterTags, "filterTags", ["pattern", "extract"]) is not { } keys)
            {
                return null;
            }

            var pattern = keys.TryGetValue("pattern", out var node) ? Text(node, "pattern") : "";
            var extract = keys.TryGetValue("extract", out var template) ? Text(template, "extract") : "";
            if (extract is { Length: > LongestExtract })
            {
                Wrong(template!, $"'extract' may have {LongestExtract} characters, this one has {extract.Length}");
            }

            return pattern is not null && extract is not null && Expression(pattern, node ?? filterTags) is { } regex
                ? new FluxTagFilter(regex, extract.Length == 0 ? null : GoTemplate.Parse(extract, regex))
                : null;
        }

        /// <summary>A list takes the place of the default; an empty one does not (<c>GetExclusionList</c>).</summary>
        private List<GoExpression>? Exclusions(YamlNode list)
        {
            if (list is not YamlSequence { Items: var items } || items.Count > MostExclusions)
            {
                Wrong(list, $"'exclusionList' is a list of up to {MostExclusions} regular expressions");
                return null;
            }

            var exclusions = new List<GoExpression>();
            foreach (var item in items)
            {
                if (Text(item.Target ?? item, "exclusionList") is { } pattern && Expression(pattern, item) is { } regex)
                {
                    exclusions.Add(regex);
                }
            }

            return exclusions.Count == 0 ? null : exclusions;
        }

        /// <summary>The rules of the resource's schema; which digest is written is the planner's affair.</summary>
        private void CheckDigests(Dictionary<string, YamlNode> keys)
        {
            var reflection = keys.TryGetValue("digestReflectionPolicy", out var node) ? Text(node, "digestReflectionPolicy") : null;
            if (reflection is not (null or "Never" or "IfNotPresent" or "Always"))
            {
                Wrong(node!, "'digestReflectionPolicy' is Never, IfNotPresent or Always");
                return;
            }

            // The interval may be the ImageRepository's, which always has one.
            var isAlone = !keys.ContainsKey("image") && !keys.ContainsKey("exclusionList");
            var hasInterval = keys.TryGetValue("interval", out var interval);
            if (isAlone && hasInterval && reflection != "Always")
            {
                Wrong(interval!, "'interval' is there only with digestReflectionPolicy: Always");
            }
            else if (!hasInterval && reflection == "Always")
            {
                Wrong(node!, "'digestReflectionPolicy: Always' needs an interval, as in interval: 10m");
            }
            else if (hasInterval)
            {
                Remark(interval!, "'interval' is passed over: images are looked at as the service's settings say");
            }

            if (reflection is not null)
            {
                Remark(node!, "'digestReflectionPolicy' is passed over: a digest is kept fresh where one is written");
            }
        }

        private bool Flag(YamlNode node)
        {
            var text = (node as YamlScalar)?.Value;
            if (text is not ("true" or "false"))
            {
                Wrong(node, "'suspend' is true or false");
            }

            return text == "true";
        }

        private GoExpression? Expression(string pattern, YamlNode node)
        {
            if (!GoExpression.TryParse(pattern, out var expression, out var error))
            {
                Wrong(node, error.About(pattern));
            }

            return expression;
        }

        private string? Text(YamlNode node, string key)
        {
            if (node is YamlScalar scalar)
            {
                return scalar.Value;
            }

            Wrong(node, $"'{key}' is a text");
            return null;
        }

        private Dictionary<string, YamlNode>? Fields(YamlNode value, string key, string[] known)
        {
            if (value is YamlMapping mapping)
            {
                return Keys(mapping, key, known);
            }

            Wrong(value, $"'{key}' has {string.Join(" and ", known)} in it, as in {key}: {{{known[0]}: …}}");
            return null;
        }

        /// <summary>A mapping's keys with what they stand for, without those that are null, as Kubernetes drops them.</summary>
        private Dictionary<string, YamlNode> Keys(YamlMapping mapping, string within, string[] known)
        {
            var keys = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
            foreach (var (key, value) in mapping.Entries)
            {
                var name = (key.Target as YamlScalar)?.Value ?? "";
                if (!known.Contains(name))
                {
                    var place = within.Length == 0 ? "" : $" in '{within}'";
                    Wrong(key, $"there is no key '{Excerpt.Of(name)}'{place}: known are {string.Join(", ", known)}{NearestKey.Hint(name, known)}");
                }
                else if (value.Target is { } target and not YamlScalar { IsNull: true } && !keys.TryAdd(name, target))
                {
                    Wrong(key, $"'{name}' is there twice");
                }
            }

            return keys;
        }

        private void Wrong(YamlNode node, string message) => _errors.Add(Problem(node, message));

        private void Remark(YamlNode node, string message) => _remarks.Add(Problem(node, message));

        private FileProblem Problem(YamlNode node, string message) => new(file.Path, file.PositionOf(node.Start).Line, message);
    }
}
