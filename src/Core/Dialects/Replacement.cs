using Basewatch.Core.Expressions;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>Another image that is to take the place of one: <c>openjdk</c> lives on as <c>eclipse-temurin</c>.</summary>
/// <param name="Image">The other image.</param>
public sealed record Replacement(ImageName Image)
{
    /// <summary>What the tags are that <see cref="Tag"/> is made of; null: the same tag, or else the same without its distribution.</summary>
    public GoExpression? Pattern { get; init; }

    /// <summary>The other image's tag, of the groups of <see cref="Pattern"/>.</summary>
    public TagTemplate? Tag { get; init; }

    /// <summary>The other image's tag whatever the tag in use; null: it is found by that.</summary>
    public string? Version { get; init; }

    /// <summary>Whether it is another line of the same image, which has to be there for all that the one in use is for.</summary>
    public bool IsSameImage { get; init; }

    /// <summary>The tag of the other image that stands for a tag in use; null where it has none, and why.</summary>
    /// <param name="tag">The tag in use.</param>
    /// <param name="held">The tags of the other image.</param>
    public (string? Tag, string Reason) Choose(string tag, IReadOnlyCollection<string> held)
    {
        ArgumentNullException.ThrowIfNull(tag);
        ArgumentNullException.ThrowIfNull(held);
        if (Version is not null)
        {
            return held.Contains(Version, StringComparer.Ordinal) ? (Version, "with the tag that the rule names") : (null, $"{Image.Familiar} has no tag {Excerpt.Of(Version)}");
        }

        if (Pattern is not null && Tag is not null)
        {
            var match = Pattern.Match(tag);
            if (!match.Success)
            {
                return (null, $"the pattern {Excerpt.Of(Pattern.Text)} does not match {tag}");
            }

            var made = Tag.Expand(match);
            return held.Contains(made, StringComparer.Ordinal) ? (made, "as the rule makes it") : (null, $"{Image.Familiar} has no tag {Excerpt.Of(made)}");
        }

        if (held.Contains(tag, StringComparer.Ordinal))
        {
            return (tag, "with the same tag");
        }

        return WithoutDistribution(tag) is not { } plain ? (null, $"{Image.Familiar} has no tag {tag}")
            : held.Contains(plain, StringComparer.Ordinal) ? (plain, "with the same version, without its distribution")
            : (null, $"{Image.Familiar} has neither a tag {tag} nor {plain}");
    }

    /// <inheritdoc/>
    public override string ToString() => Image.Familiar;

    /// <summary><c>17-jdk</c> of <c>17-jdk-slim-bullseye</c>; null where it names no distribution.</summary>
    private static string? WithoutDistribution(string tag)
    {
        var version = TagVersion.Of(tag);
        if (!version.IsOrdered || version.Suffix.Length == 0 || !tag.EndsWith(version.Suffix, StringComparison.Ordinal))
        {
            return null;
        }

        var suffix = version.Suffix;
        suffix = DistributionSuffix.Find(suffix) is { After: "" } release ? release.Before.TrimEnd('-') : suffix;
        var word = suffix[(suffix.LastIndexOf('-') + 1)..];
        if (word == "slim" || DistributionSuffix.IsFamily(word))
        {
            suffix = suffix[..^word.Length].TrimEnd('-');
        }

        return suffix.Length == version.Suffix.Length ? null : tag[..^version.Suffix.Length] + suffix;
    }
}
