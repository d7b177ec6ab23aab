using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Planning;

/// <summary>
/// The hidden line in a pull request's body from which its part of the ledger can be rebuilt:
/// <c>&lt;!-- basewatch key=… change=… proposals=… images=… --&gt;</c>.
/// </summary>
/// <param name="Key"><see cref="ChangeSet.Key"/>.</param>
/// <param name="Change"><see cref="ChangeSet.Fingerprint"/> of what the body tells.</param>
/// <param name="Proposals"><see cref="ChangeSet.Proposals"/>, with commas between; at most <see cref="MostProposals"/>.</param>
/// <param name="Images"><see cref="ChangeSet.IdOf"/> of each image that it is about, likewise.</param>
public sealed record PullRequestMarker(string Key, string Change, string Proposals, string Images)
{
    /// <summary><see cref="ProposalLimit.Id"/> of each limit that it counts under, likewise; mostly none.</summary>
    public string Limits { get; init; } = "";

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
        };
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
            marker = new PullRequestMarker(key, change, proposals, fields.GetValueOrDefault("images", "")) { Limits = fields.GetValueOrDefault("limits", "") };
        }

        return marker is not null;
    }

    /// <summary>The line as it stands in a body.</summary>
    public override string ToString() => $"{Opening}key={Key} change={Change} proposals={Proposals} images={Images}{(Limits.Length == 0 ? "" : $" limits={Limits}")}{Closing}";
}
