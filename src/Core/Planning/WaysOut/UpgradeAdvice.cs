using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.WaysOut;

/// <summary>What an ordinary update steps over that its product's makers say not to: it is told, and for people to decide.</summary>
public static class UpgradeAdvice
{
    /// <summary>One sentence of Markdown for each step of a change set that goes too far.</summary>
    public static IReadOnlyList<string> Of(ChangeSet changeSet, LifecycleResolver resolver)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        ArgumentNullException.ThrowIfNull(resolver);
        var advice = new List<string>();
        foreach (var update in changeSet.Updates.Where(u => u.WayOut is null && u.Kind is UpdateKind.Minor or UpdateKind.Major))
        {
            var (before, after) = (TagVersion.Of(update.Use.Reference!.Tag ?? ""), TagVersion.Of(update.Target.Tag ?? ""));
            if (before.Scheme != TagScheme.Version || after.Scheme != TagScheme.Version
                || resolver.ProductOf(update.Target.Name) is not { } product || UpgradePath.Of(product.Name) is not { } path)
            {
                continue;
            }

            var stops = path.Between(before, after, product).Select(s => string.Join('.', s.Select(n => n.ToString(CultureInfo.InvariantCulture)))).ToList();
            if (stops.Count > 0)
            {
                advice.Add($"{Markdown.Text(Excerpt.Of(product.Label))} goes from {Markdown.Code(before.VersionText)} to {Markdown.Code(after.VersionText)} by way of {string.Join(", ", stops)}, [as its makers say]({path.Source}): with data in it, take those steps first.");
            }
            else if (path.Note is { } note && before.Numbers[0] != after.Numbers[0])
            {
                advice.Add($"{note} [How {Markdown.Text(Excerpt.Of(product.Label))} is upgraded]({path.Source}).");
            }
        }

        return [.. advice.Distinct(StringComparer.Ordinal)];
    }
}
