using Basewatch.Core.Policies.Semver;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>How Flux finds the latest of several texts (image-reflector-controller, <c>internal/policy</c>).</summary>
internal abstract class FluxOrder
{
    /// <summary>What is the latest: <c>the newest version in 1.0.x</c>.</summary>
    public abstract string Superlative { get; }

    /// <summary>The latest text; null where there is none, and <paramref name="reason"/> says why.</summary>
    /// <param name="texts">At least one, descending by their characters, as Flux stores tags.</param>
    /// <param name="reason">Why there is none.</param>
    public abstract string? Latest(IReadOnlyList<string> texts, out string reason);

    /// <summary>The newest version in a range; the first of equal ones. What is no version of three parts is passed over.</summary>
    internal sealed class Semver(GoConstraint range) : FluxOrder
    {
        /// <inheritdoc/>
        public override string Superlative => $"the newest version in {range}";

        /// <inheritdoc/>
        public override string? Latest(IReadOnlyList<string> texts, out string reason)
        {
            reason = $"no tag is a version in {range}";
            GoVersion? latest = null;
            foreach (var text in texts)
            {
                if (HasThreeParts(text) && GoVersion.TryParse(text, out var version)
                    && (latest is null || version.CompareVersion(latest) > 0) && range.Contains(version))
                {
                    latest = version;
                }
            }

            return latest?.Original;
        }

        /// <summary>
        /// What Flux asks before it reads a version leniently (fluxcd/pkg, <c>version.ParseVersion</c>): two dots, wherever they
        /// are, so that <c>1.0</c> is none and <c>1-rc.1.2</c> is one.
        /// </summary>
        private static bool HasThreeParts(string text)
        {
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            return dot >= 0 && text.IndexOf('.', dot + 1) >= 0;
        }
    }

    /// <summary>The last, or the first, by characters.</summary>
    internal sealed class Alphabetical(bool descending) : FluxOrder
    {
        /// <inheritdoc/>
        public override string Superlative => $"the last in {(descending ? "descending" : "ascending")} alphabetical order";

        /// <inheritdoc/>
        public override string? Latest(IReadOnlyList<string> texts, out string reason)
        {
            reason = "";
            return descending ? texts[^1] : texts[0];
        }
    }

    /// <summary>The largest number, or the smallest; the last of equal ones. One text that is no number spoils it all.</summary>
    internal sealed class Numerical(bool descending) : FluxOrder
    {
        /// <inheritdoc/>
        public override string Superlative => $"the last in {(descending ? "descending" : "ascending")} numerical order";

        /// <inheritdoc/>
        public override string? Latest(IReadOnlyList<string> texts, out string reason)
        {
            reason = "";
            string? latest = null;
            var largest = 0.0;
            foreach (var text in texts)
            {
                if (!GoFloat.TryParse(text, out var number))
                {
                    reason = $"'{Images.Excerpt.Of(text)}' is no number, and Flux orders nothing then: leave such tags out with filterTags";
                    return null;
                }

                // NaN is neither smaller nor larger: it takes the place, and is replaced.
                if (latest is null || !(descending ? number > largest : number < largest))
                {
                    (latest, largest) = (text, number);
                }
            }

            return latest;
        }
    }
}
