using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Dialects;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>
/// The hidden line in a pull request's body from which its part of the ledger can be rebuilt:
/// <c>&lt;!-- basewatch key=… change=… proposals=… images=… --&gt;</c>.
/// </summary>
/// <param name="Key"><see cref="ChangeSet.Key"/>.</param>
/// <param name="Change"><see cref="ChangeSet.Fingerprint"/> of what the body tells.</param>
/// <param name="Proposals"><see cref="ChangeSet.Proposals"/>, with commas between; at most <see cref="MostProposals"/>.</param>
/// <param name="Images"><see cref="ChangeSet.IdOf(Images.ImageName)"/> of each image that it is about, likewise.</param>
public sealed record PullRequestMarker(string Key, string Change, string Proposals, string Images)
{
    /// <summary><see cref="ProposalLimit.Id"/> of each limit that it counts under, likewise; mostly none.</summary>
    public string Limits { get; init; } = "";

    /// <summary>What it proposes, by <see cref="RefusalScope.Minor"/>; empty where that says no more than <see cref="Proposals"/>.</summary>
    public string Minors { get; init; } = "";

    /// <summary>The same by <see cref="RefusalScope.Major"/>.</summary>
    public string Majors { get; init; } = "";

    /// <summary>How far a person said that it shall be ignored; null: nobody said so.</summary>
    public RefusalScope? Ignored { get; init; }

    /// <summary>Names what its text was made from besides its updates: <see cref="PullRequestPlanner.ToldOf"/>.</summary>
    public string Told { get; init; } = "";

    /// <summary><see cref="ChangeSet.VersionsId"/> of what it proposes.</summary>
    public string VersionsId => ChangeSet.Hash(Proposals.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))[..8];

    /// <summary>What is refused by it.</summary>
    public IEnumerable<string> Refused(RefusalScope whenClosed) => ((Ignored ?? whenClosed) switch
    {
        RefusalScope.Minor when Minors.Length > 0 => Minors,
        RefusalScope.Major when Majors.Length > 0 => Majors,
        RefusalScope.Image => Images,
        _ => Proposals,
    }).Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>More than anyone would decline at once.</summary>
    public const int MostProposals = 500;

    private const string Opening = "<!-- basewatch ";

    private const string Closing = " -->";

    /// <summary>The marker of a change set.</summary>
    public static PullRequestMarker Of(ChangeSet changeSet)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        return new(changeSet.Key, changeSet.Fingerprint, string.Join(',', changeSet.Proposals.Take(MostProposals)), string.Join(',', changeSet.Images.Select(ChangeSet.IdOf).Take(MostProposals)))
        {
            Limits = string.Join(',', changeSet.Limits.Select(l => l.Id).Take(MostProposals)),
            Minors = Wider(RefusalScope.Minor),
            Majors = Wider(RefusalScope.Major),
        };

        string Wider(RefusalScope scope) => changeSet.Ids(scope).SequenceEqual(changeSet.Proposals, StringComparer.Ordinal) ? "" : string.Join(',', changeSet.Ids(scope).Take(MostProposals));
    }

    /// <summary>Finds the marker in a body.</summary>
    public static bool TryFind(string body, [NotNullWhen(true)] out PullRequestMarker? marker)
    {
        ArgumentNullException.ThrowIfNull(body);
        marker = null;
        var start = body.LastIndexOf(Opening, StringComparison.Ordinal);
        var end = start < 0 ? -1 : body.IndexOf(Closing, start, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var fields = body[(start + Opening.Length)..end]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(f => f.Split('=', 2))
            .Where(f => f.Length == 2)
            .GroupBy(f => f[0], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last()[1], StringComparer.Ordinal);
        if (fields.TryGetValue("key", out var key) && fields.TryGetValue("change", out var change) && fields.TryGetValue("proposals", out var proposals))
        {
            marker = new PullRequestMarker(key, change, proposals, fields.GetValueOrDefault("images", ""))
            {
                Limits = fields.GetValueOrDefault("limits", ""),
                Minors = fields.GetValueOrDefault("minors", ""),
                Majors = fields.GetValueOrDefault("majors", ""),
                Ignored = Enum.TryParse<RefusalScope>(fields.GetValueOrDefault("ignored"), ignoreCase: true, out var scope) && Enum.IsDefined(scope) ? scope : null,
                Told = fields.GetValueOrDefault("told", ""),
            };
        }

        return marker is not null;
    }

    /// <summary>A body without its marker.</summary>
    public static string StripFrom(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var start = body.LastIndexOf(Opening, StringComparison.Ordinal);
        var end = start < 0 ? -1 : body.IndexOf(Closing, start, StringComparison.Ordinal);
        return end < 0 ? body : body.Remove(start, end + Closing.Length - start);
    }

    /// <summary>A body with this marker in the place of its last one.</summary>
    public string In(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var start = body.LastIndexOf(Opening, StringComparison.Ordinal);
        var end = start < 0 ? -1 : body.IndexOf(Closing, start, StringComparison.Ordinal);
        var (before, after) = end < 0 ? (body + "\n", "") : (body[..start], body[(end + Closing.Length)..]);
        var excess = before.Length + ToString().Length + after.Length - PullRequestText.LongestBody;
        return $"{(excess <= 0 ? before : before[..Math.Max(0, before.Length - excess - 1)] + "\n")}{this}{after}";
    }

    /// <summary>The line as it stands in a body.</summary>
    public override string ToString() =>
        $"{Opening}key={Key} change={Change} proposals={Proposals} images={Images}{Field("minors", Minors)}{Field("majors", Majors)}{Field("limits", Limits)}{Field("told", Told)}{Field("ignored", Ignored?.ToString().ToLowerInvariant() ?? "")}{Closing}";

    private static string Field(string name, string value) => value.Length == 0 ? "" : $" {name}={value}";
}
