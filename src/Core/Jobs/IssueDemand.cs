using Basewatch.Core.Alerts;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>Which ends a repository is to have an issue about: the one place where that is decided.</summary>
public sealed class IssueDemand(AlertConfiguration alerts, CodeOwnersBook owners)
{
    /// <summary>Those that the repository's settings, or a route of its organisation's alerts, ask an issue for.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="settings">What it says of ends of life.</param>
    /// <param name="ways">What is to be left, and where that stands.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyList<WayOut>> OfAsync(RepositoryName repository, EndOfLifeSettings settings, IReadOnlyList<WayOut> ways, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(ways);
        if (ways.Count == 0 || settings.Propose == WayOutProposal.Issue)
        {
            return ways;
        }

        var routes = (await alerts.FindAsync(repository.Owner, cancellationToken).ConfigureAwait(false)).Routes;
        if (!routes.NamesIssues)
        {
            return [];
        }

        var files = routes.NamesTeams ? await owners.FindAsync(repository, cancellationToken).ConfigureAwait(false) : null;
        return [.. ways.Where(w => w.Uses.Any(u => routes.Wants(AlertRoutes.Issue, repository.ToString(), u.Path, w.Life, files?.Of(u.Path))))];
    }
}
