using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>Finds what shows whether a freight is good. Whoever is asked and does not answer decides nothing.</summary>
/// <param name="review">Knows checks; null: nobody does.</param>
/// <param name="deployments">Knows deployments; null: nobody does.</param>
/// <param name="probes">Asks running things; null: nobody does.</param>
/// <param name="memory">Has what Flux and Argo CD said.</param>
public sealed class EvidenceFinder(IReviewHost? review, IDeploymentHost? deployments, IProbes? probes, Memory memory)
{
    /// <summary>A freight is seen some time after it was merged, when it may be deployed already; and clocks differ.</summary>
    private static readonly TimeSpan SeenLate = TimeSpan.FromMinutes(15);

    /// <summary>What a verification shows of a freight by now.</summary>
    /// <param name="verification">What is asked.</param>
    /// <param name="subject">Of which freight.</param>
    /// <param name="mayReachFar">Whether the organisation's configuration asks, and no repository's own.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<Evidence> FindAsync(Verification verification, EvidenceSubject subject, bool mayReachFar, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(verification);
        ArgumentNullException.ThrowIfNull(subject);
        try
        {
            return verification.Kind switch
            {
                VerificationKind.Check => await CheckAsync(verification.Subject, subject, cancellationToken).ConfigureAwait(false),
                VerificationKind.Deployment => await DeploymentAsync(verification.Subject, subject, cancellationToken).ConfigureAwait(false),
                VerificationKind.Flux => await ToldAsync(RolloutDelivery.Flux(verification.Subject), subject, cancellationToken).ConfigureAwait(false),
                VerificationKind.ArgoCd => await ToldAsync(RolloutDelivery.ArgoCd(verification.Subject), subject, cancellationToken).ConfigureAwait(false),
                _ when !mayReachFar => Evidence.Missing("it counts in the organisation's configuration alone"),
                _ when probes is null => Evidence.Missing("nobody here can ask"),
                _ => await probes.AskAsync(verification, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (RepositoryHostException e)
        {
            return Evidence.Missing(e.Message.TrimEnd('.'));
        }
    }

    /// <summary>
    /// A check that passed on one commit with the freight has passed: on another it may have been cancelled for a newer one, or fail for
    /// what else came.
    /// </summary>
    private async Task<Evidence> CheckAsync(string name, EvidenceSubject subject, CancellationToken cancellationToken)
    {
        if (review is null)
        {
            return Evidence.Missing("nobody here knows checks");
        }

        var found = new List<CheckResult>();
        foreach (var commit in subject.Commits.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            found.AddRange((await review.ListChecksAsync(subject.Repository, commit, cancellationToken).ConfigureAwait(false)).Where(c => Wildcard.Matches(name, c.Name)));
        }

        var checks = found.GroupBy(c => c.Name, StringComparer.Ordinal)
            .Select(g => g.MinBy(c => c.State switch { CheckState.Passed => 0, CheckState.Failed => 1, _ => 2 })!)
            .OrderBy(c => c.Name, StringComparer.Ordinal)
            .ToList();
        if (checks.Count == 0)
        {
            return Evidence.Missing(name == "*" ? "no check yet" : $"no check {Excerpt.Of(name)} yet");
        }

        if (checks.Find(c => c.State == CheckState.Failed) is { } failed)
        {
            return new Evidence(EvidenceState.Failed, $"{Excerpt.Of(failed.Name)} failed") { At = failed.At };
        }

        return checks.Find(c => c.State == CheckState.Pending) is { } pending
            ? Evidence.Missing($"{Excerpt.Of(pending.Name)} is not finished")
            : new Evidence(EvidenceState.Passed, checks.Count == 1 ? "passed" : $"{checks.Count} checks passed") { At = checks.Max(c => c.At) };
    }

    /// <summary>The newest deployment counts: of a commit that was deployed again the last time does.</summary>
    private async Task<Evidence> DeploymentAsync(string environment, EvidenceSubject subject, CancellationToken cancellationToken)
    {
        if (deployments is null)
        {
            return Evidence.Missing("nobody here knows deployments");
        }

        var found = new List<Deployment>();
        foreach (var commit in subject.Commits.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            found.AddRange((await deployments.ListDeploymentsAsync(subject.Repository, commit, environment, cancellationToken).ConfigureAwait(false))
                .Where(d => string.Equals(d.Commit, commit, StringComparison.OrdinalIgnoreCase) && d.At >= subject.EnteredAt - SeenLate));
        }

        return found.MaxBy(d => d.Id) switch
        {
            null => Evidence.Missing($"no deployment to {Excerpt.Of(environment)} yet"),

            // GitHub says inactive of what had succeeded, when something newer was deployed.
            { State: "success" or "inactive" } good => new Evidence(EvidenceState.Passed, "succeeded") { At = good.At, Page = good.Page },
            { State: "failure" or "error" } bad => new Evidence(EvidenceState.Failed, "failed") { At = bad.At, Page = bad.Page },
            { State: var state } open => Evidence.Missing(state is null ? "it has begun" : $"its state is {Excerpt.Of(state)}") with { Page = open.Page },
        };
    }

    /// <summary>What is named by its whole commit can be of no other time, whenever it was seen.</summary>
    private async Task<Evidence> ToldAsync(string key, EvidenceSubject subject, CancellationToken cancellationToken)
    {
        var told = await memory.Deliveries.GetAsync(Memory.DeliveriesKey(key), cancellationToken).ConfigureAwait(false);
        var last = (told?.Deliveries ?? []).LastOrDefault(d => subject.Commits.Contains(d.Commit, StringComparer.OrdinalIgnoreCase));
        return last is not null ? new Evidence(last.State, last.Detail) { At = last.At }
            : Evidence.Missing(told is null ? "nothing was heard of it yet" : "nothing was heard of it with this commit yet");
    }
}
