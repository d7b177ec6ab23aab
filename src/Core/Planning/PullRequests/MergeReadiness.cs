using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>Whether a pull request may be merged without a person, and what is in its way.</summary>
/// <param name="IsReady">Nothing is in its way.</param>
/// <param name="Reason">What is, in one sentence without a full stop; null where nothing is.</param>
public sealed record MergeReadiness(bool IsReady, string? Reason)
{
    /// <summary>A job that needs another shows only once that is done: where no check is named, all have to be done for so long.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);

    /// <summary>Whether a person has to do something about it: a check failed, or somebody asks for changes. It is told in the body then.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Nothing is in its way.</summary>
    public static MergeReadiness Ready { get; } = new(true, null);

    /// <summary>Compares what is there with what is asked for.</summary>
    /// <param name="proposal">What configuration asks for.</param>
    /// <param name="merge">What the host says of the merge.</param>
    /// <param name="checks">Of the commit that would be merged, without what Basewatch itself says of it.</param>
    /// <param name="review">Of the pull request.</param>
    /// <param name="now">Decides whether checks that nobody named are all there.</param>
    public static MergeReadiness Of(ProposalSettings proposal, MergeState merge, IReadOnlyList<CheckResult> checks, ReviewState review, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(review);
        if (review.IsRefused)
        {
            return Refused("a reviewer asks for changes");
        }

        if (checks.Where(c => c.State == CheckState.Failed).ToList() is { Count: > 0 } failed)
        {
            return Refused($"{Names(failed.Select(c => c.Name))} failed");
        }

        if (checks.Where(c => c.State == CheckState.Pending).ToList() is { Count: > 0 } pending)
        {
            return Waits($"waits for {Names(pending.Select(c => c.Name))}");
        }

        // GitHub tells a status in any case of letters apart; people don't.
        if (proposal.RequiredChecks.Except(checks.Select(c => c.Name), StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } missing)
        {
            return Waits($"waits for {Names(missing)}, of which nothing is there yet");
        }

        if (checks.Count == 0 && !proposal.MergesUnchecked)
        {
            return Waits("no check has said anything of it, and none is not enough: name requiredChecks, [] for none");
        }

        if (proposal.RequiredChecks.Count == 0 && !proposal.MergesUnchecked && checks.Max(c => c.At) > now - Settling)
        {
            return Waits("waits a little for checks that may still begin: name requiredChecks to have none waited for");
        }

        if (review.Approvals < proposal.Approvals)
        {
            return Waits($"has {review.Approvals} of {proposal.Approvals} approvals");
        }

        return merge switch
        {
            // Unstable is what checks make it that are not required; all of them were looked at above.
            MergeState.Clean or MergeState.Unstable => Ready,
            MergeState.Conflicting => Waits("it conflicts with its base"),
            MergeState.Behind => Waits("it is behind its base"),
            MergeState.Draft => Waits("it is a draft"),
            MergeState.Blocked => Waits("the rules of its base are not met: a required check or review is missing"),
            _ => Waits("whether it can be merged is not known yet"),
        };
    }

    /// <summary>A person has to see to it.</summary>
    /// <param name="reason">One sentence without a full stop.</param>
    internal static MergeReadiness Refused(string reason) => new(false, reason) { IsRefused = true };

    private static MergeReadiness Waits(string reason) => new(false, reason);

    private static string Names(IEnumerable<string> names)
    {
        const int MostNamed = 5;
        List<string> all = [.. names.Select(Excerpt.Of).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return string.Join(", ", all.Take(MostNamed)) + (all.Count > MostNamed ? $" and {all.Count - MostNamed} more" : "");
    }
}
