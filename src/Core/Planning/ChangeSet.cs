using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning;

/// <summary>Updates that travel together in one pull request.</summary>
/// <param name="Key">
/// Names the change set for good, whatever its target: <c>python-3.x-slim</c>, <c>python-x.x-slim</c> for majors,
/// <c>digests</c>. Fit for a branch name.
/// </param>
/// <param name="Updates">At least one, by file and line.</param>
/// <param name="Basis">What the updates were found in: the SHA of each file's content, in the order of the updates.</param>
public sealed record ChangeSet(string Key, IReadOnlyList<Update> Updates, IReadOnlyList<string> Basis)
{
    /// <summary>Key of the change set that pins and refreshes digests and moves no tag.</summary>
    public const string DigestsKey = "digests";

    /// <summary>What every branch of Basewatch begins with.</summary>
    public const string BranchPrefix = "basewatch/";

    /// <summary>Name of its branch.</summary>
    public string Branch => BranchPrefix + Key;

    /// <summary>The images that it is about.</summary>
    public IEnumerable<ImageName> Images => Updates.Select(u => u.Target.Name).Distinct();

    /// <summary>
    /// Changes with what the pull request would write: files as they are on the default branch, places and targets. So a
    /// branch is written anew as soon as one of its files changes under it, and never conflicts. Sixteen hexadecimal digits.
    /// </summary>
    public string Fingerprint => Hash(Updates
        .Select(u => $"{u.Use.Path}\n{u.Use.Line}:{u.Use.Column}\n{u.Use.Written.Value}\n{u.Target}")
        .Concat(Basis));

    /// <summary>What is proposed, one for each image and version: whoever closes the pull request declines these.</summary>
    public IEnumerable<string> Proposals => Updates.Select(ProposalOf).Distinct(StringComparer.Ordinal);

    /// <summary>Names an image in a marker: eight hexadecimal digits.</summary>
    public static string IdOf(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Hash([image.Canonical])[..8];
    }

    /// <summary>The change set without what a person has declined.</summary>
    public ChangeSet Without(IReadOnlySet<string> declined)
    {
        ArgumentNullException.ThrowIfNull(declined);
        return declined.Count == 0 ? this : this with { Updates = [.. Updates.Where(u => !declined.Contains(ProposalOf(u)))] };
    }

    /// <summary>
    /// Names the version that an update proposes: for a step to another tag that is the tag, however often it is
    /// republished; for a digest it is the digest. Eight hexadecimal digits.
    /// </summary>
    private static string ProposalOf(Update update) =>
        Hash([(update.Kind is UpdateKind.Digest or UpdateKind.Pin ? update.Target : update.Target with { Digest = null }).ToString()])[..8];

    /// <summary>Sorts updates into change sets, by key. The order of updates does not matter.</summary>
    /// <param name="updates">The updates of one repository.</param>
    /// <param name="contentOf">The SHA of a file's content.</param>
    public static IReadOnlyList<ChangeSet> Group(IEnumerable<Update> updates, Func<string, string> contentOf) =>
        [.. updates
            .GroupBy(KeyOf, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.OrderBy(u => u.Use.Path, StringComparer.Ordinal).ThenBy(u => u.Use.Line).ThenBy(u => u.Use.Column).ToList())
            .Select(g => new ChangeSet(KeyOf(g[0]), g, [.. g.Select(u => u.Use.Path).Distinct(StringComparer.Ordinal).Select(contentOf)]))];

    private static string KeyOf(Update update) =>
        update.Kind is UpdateKind.Digest or UpdateKind.Pin
            ? DigestsKey
            : BranchName($"{update.Target.Name.Familiar}-{Series(update.Target.Tag!, update.Kind)}");

    /// <summary>
    /// The tag with its moving parts as <c>x</c>: <c>3.14.2-slim</c> is <c>3.x.x-slim</c> within a major version and
    /// <c>x.x.x-slim</c> across. Of a date every part moves.
    /// </summary>
    private static string Series(string tag, UpdateKind kind)
    {
        var series = new StringBuilder(tag.Length);
        var keepsFirst = kind is not UpdateKind.Major && TagVersion.Of(tag).Scheme == TagScheme.Version;
        for (var i = 0; i < tag.Length; i++)
        {
            if (!char.IsAsciiDigit(tag[i]))
            {
                series.Append(tag[i]);
                continue;
            }

            var start = i;
            while (i + 1 < tag.Length && char.IsAsciiDigit(tag[i + 1]))
            {
                i++;
            }

            series.Append(keepsFirst ? tag.AsSpan(start, i + 1 - start) : "x");
            keepsFirst = false;
        }

        // Nothing of a date says which of two steps is the major one.
        return kind is UpdateKind.Major && TagVersion.Of(tag).Scheme != TagScheme.Version ? series + "-major" : series.ToString();
    }

    /// <summary>What Git refuses in the name of a branch (git check-ref-format) becomes an underscore.</summary>
    private static string BranchName(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' ? c : '_')).Replace("..", "._", StringComparison.Ordinal);
        return string.Join('/', safe.Split('/').Select(part =>
            part.EndsWith(".lock", StringComparison.Ordinal) || part.EndsWith('.') ? part + "_" : part.StartsWith('.') ? "_" + part : part));
    }

    private static string Hash(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join("\n\n", lines))))[..16];
}
