using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>Where the sources of an image are to be looked at. The addresses are built here, from parts that are known to be harmless.</summary>
/// <param name="Repository">The repository's page.</param>
/// <param name="Releases">The page of its releases; null where its host has none.</param>
/// <param name="Compare">What came in between two revisions; null where those are not known.</param>
public sealed record SourceLinks(string Repository, string? Releases, string? Compare)
{
    private const string Source = "org.opencontainers.image.source";

    private const string Revision = "org.opencontainers.image.revision";

    private const string Version = "org.opencontainers.image.version";

    /// <summary>
    /// The sources by the image's own account. What a base says is passed on to all that is built on it, so it counts only what is
    /// certainly the image's own: what its index says; what differs from what its base says, where that is known; and what
    /// names the repository as the image itself is named. Null in doubt.
    /// </summary>
    /// <param name="before">The image as it was; null where that is not known, or is another image.</param>
    /// <param name="after">The image as it is to be.</param>
    /// <param name="reference">What names that.</param>
    /// <param name="below">The base of that; null where it is not known.</param>
    public static SourceLinks? Of(ImageDescription? before, ImageDescription after, ImageReference reference, ImageDescription? below)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(reference);
        var ground = below is not null && after.IsBuiltOn(below) ? below : null;
        if (SourceRepository.TryParse(after.Find(Source)) is not { } repository || !(IsOwn(Source) || repository.IsNamedAs(reference.Name)))
        {
            return null;
        }

        // Of the image as it was it is taken from the same place: who publishes it does not change from one build to the next.
        var isRevisionOwn = IsOwn(Revision) || (repository.IsNamedAs(reference.Name) && IsVersionOf(reference.Tag, after.Find(Version)));
        var compare = isRevisionOwn && before is not null && repository == SourceRepository.TryParse(before.Find(Source))
            && before.Find(Revision) is { } from && after.Find(Revision) is { } to && from != to
            && before.IndexAnnotations.ContainsKey(Revision) == after.IndexAnnotations.ContainsKey(Revision)
            ? repository.Compare(from, to)
            : null;
        return new SourceLinks(repository.Url, repository.Releases, compare);

        bool IsOwn(string name) => after.IndexAnnotations.GetValueOrDefault(name) is { Length: > 0 }
            || (ground is not null && after.Inheritable(name) is { } value && value != ground.Find(name));
    }

    /// <summary>Whether it takes a look at the base to know whose words an image says.</summary>
    public static bool NeedsBase(ImageDescription image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Inheritable(Source) is { } source && !image.IndexAnnotations.ContainsKey(Source) && SourceRepository.TryParse(source) is not null
            && image is { BaseName: not null, BaseDigest: not null, Configuration.DiffIds.Count: > 0 };
    }

    private static bool IsVersionOf(string? tag, string? version) =>
        tag is not null && version is { Length: > 0 } && (tag.TrimStart('v') == version.TrimStart('v') || tag.TrimStart('v').StartsWith(version.TrimStart('v') + "-", StringComparison.Ordinal));
}

/// <summary>A repository on one of the hosts whose addresses are known.</summary>
/// <param name="Host"><c>github.com</c>, <c>gitlab.com</c> or <c>bitbucket.org</c>.</param>
/// <param name="Path">Owner and repository; on GitLab with groups between.</param>
internal sealed partial record SourceRepository(string Host, string Path)
{
    public string Url => $"https://{Host}/{Path}";

    public string? Releases => Host switch
    {
        "github.com" => $"{Url}/releases",
        "gitlab.com" => $"{Url}/-/releases",
        _ => null,
    };

    /// <summary>Reads an address, as people write them for Git and for browsers; null where it is none of a known host.</summary>
    public static SourceRepository? TryParse(string? text)
    {
        if (text is null or { Length: > 300 } || Address().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var host = match.Groups["host"].Value.ToLowerInvariant();
        var parts = match.Groups["path"].Value.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (host == "gitlab.com")
        {
            parts = [.. parts.TakeWhile(p => p != "-").Take(10)];
        }
        else
        {
            parts = [.. parts.Take(2)];
        }

        if (parts.Count < 2)
        {
            return null;
        }

        parts[^1] = parts[^1].EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? parts[^1][..^4] : parts[^1];
        return parts.All(p => p is not ("" or "." or "..")) ? new SourceRepository(host, string.Join('/', parts)) : null;
    }

    /// <summary>Whether an image is named as this repository: <c>ghcr.io/acme/app</c> as <c>github.com/acme/app</c>.</summary>
    public bool IsNamedAs(ImageName image) => string.Equals(image.Repository, Path, StringComparison.OrdinalIgnoreCase);

    /// <summary>What came in between two revisions; null where they are none.</summary>
    public string? Compare(string from, string to) => !IsRevision(from) || !IsRevision(to) ? null : Host switch
    {
        "github.com" => $"{Url}/compare/{from}...{to}",
        "gitlab.com" => $"{Url}/-/compare/{from}...{to}",
        _ => $"{Url}/branches/compare/{to}%0D{from}",
    };

    private static bool IsRevision(string text) => text.Length is >= 7 and <= 64 && text.All(char.IsAsciiHexDigitLower);

    [GeneratedRegex(@"^(?:(?:git\+)?(?:https?|ssh|git)://(?:git@)?|git@)?(?<host>github\.com|gitlab\.com|bitbucket\.org)[/:](?<path>[A-Za-z0-9._/-]{3,250})(?:[?#].*)?$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Address();
}
