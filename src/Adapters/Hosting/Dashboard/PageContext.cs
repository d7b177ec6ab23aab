using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>What a page is made from.</summary>
/// <param name="Overview">What is known.</param>
/// <param name="Query">What of it is asked for.</param>
/// <param name="Web">Where repositories can be looked at; null where that is not known.</param>
internal sealed record PageContext(Overview Overview, PageQuery Query, Uri? Web)
{
    /// <summary>Whether whoever looks has signed in here, and so can sign out.</summary>
    public bool CanSignOut { get; init; }

    /// <summary>Where a repository's badge is; null where there are none.</summary>
    public Func<RepositoryName, string?> BadgeOf { get; init; } = _ => null;

    /// <summary>A line of a file where its host shows it.</summary>
    /// <param name="repository"><c>owner/name</c>.</param>
    /// <param name="commit">The commit that was read.</param>
    /// <param name="path">The file.</param>
    /// <param name="line">From 1; null: all of it.</param>
    public Html File(string repository, string? commit, string path, int? line)
    {
        var text = line is null ? path : $"{path}:{line}";
        return Web is null || string.IsNullOrEmpty(commit) || !RepositoryName.TryParse(repository, out _)
            ? Html.Of($"<code>{text}</code>")
            : Html.Of($"<code>{Link.Elsewhere(new Uri(Web, $"{repository}/blob/{Uri.EscapeDataString(commit)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}{(line is null ? "" : $"#L{line}")}").AbsoluteUri, text)}</code>");
    }
}
