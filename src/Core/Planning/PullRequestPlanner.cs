using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Planning;

/// <summary>What a repository host shows of one change set's branch and pull requests.</summary>
/// <param name="Branch">Newest commit of the branch; null when there is none.</param>
/// <param name="PullRequests">Every pull request from it, the newest first.</param>
public sealed record ExistingPullRequests(CommitInfo? Branch, IReadOnlyList<PullRequest> PullRequests)
{
    /// <summary>No branch and no pull request.</summary>
    public static ExistingPullRequests None { get; } = new(null, []);

    /// <summary>Why nothing can be proposed against the change set's target branch; null where it can.</summary>
    public string? TargetProblem { get; init; }

    /// <summary>The open one, if there is one.</summary>
    public PullRequest? Open => PullRequests.FirstOrDefault(p => p.State == PullRequestState.Open);
}

/// <summary>One thing to do about a pull request, or the reason why nothing is done.</summary>
/// <param name="Key"><see cref="ChangeSet.Key"/>.</param>
public abstract record PullRequestOperation(string Key);

/// <summary>Write the branch, if <paramref name="WriteBranch"/>, and open a pull request.</summary>
public sealed record OpenPullRequest(ChangeSet ChangeSet, bool WriteBranch, string? ExpectedBranch) : PullRequestOperation(ChangeSet.Key);

/// <summary>Write the branch anew, if <paramref name="WriteBranch"/>, and then title and body.</summary>
public sealed record UpdatePullRequest(ChangeSet ChangeSet, int Number, bool WriteBranch, string? ExpectedBranch) : PullRequestOperation(ChangeSet.Key);

/// <summary>Close a pull request that has nothing left to do, and delete its branch.</summary>
public sealed record ClosePullRequest(string Key, int Number, string Branch, string Reason) : PullRequestOperation(Key);

/// <summary>Delete a branch that Basewatch wrote and that no pull request needs: its closing was broken off.</summary>
public sealed record DeleteBranch(string Key, string Branch) : PullRequestOperation(Key);

/// <summary>The pull request is as it should be.</summary>
public sealed record KeepPullRequest(string Key, int Number) : PullRequestOperation(Key);

/// <summary>Nothing is done, because of what a person did or said, or what is not known.</summary>
public sealed record LeavePullRequest(string Key, int? Number, string Reason) : PullRequestOperation(Key)
{
    /// <summary>When to look again even if nothing has happened; null: that would change nothing.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>
/// Compares the pull requests that should be with those that are. Pure, and level-triggered: whatever was lost or done
/// twice before, the operations lead to the same end, and planning again after them gives nothing to do.
/// </summary>
public static class PullRequestPlanner
{
    /// <summary>A host does not tell of a pull request that was closed.</summary>
    private static readonly TimeSpan LookForRoom = TimeSpan.FromDays(1);

    /// <summary>The operations for one repository.</summary>
    /// <param name="desired">The change sets that should be proposed.</param>
    /// <param name="existing">What is there, by key; a key without an entry has nothing.</param>
    /// <param name="undecided">Images whose registry gave no whole answer: their pull requests stay as they are.</param>
    /// <param name="now">Decides whether schedules are open.</param>
    public static IReadOnlyList<PullRequestOperation> Plan(
        IReadOnlyList<ChangeSet> desired,
        IReadOnlyDictionary<string, ExistingPullRequests> existing,
        IReadOnlySet<ImageName> undecided,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(desired);
        ArgumentNullException.ThrowIfNull(existing);
        ArgumentNullException.ThrowIfNull(undecided);
        var operations = new List<PullRequestOperation>();
        foreach (var changeSet in desired)
        {
            operations.Add(Plan(changeSet, existing.GetValueOrDefault(changeSet.Key, ExistingPullRequests.None), undecided));
        }

        var wanted = desired.Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, state) in existing.Where(e => !wanted.Contains(e.Key)).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            if (state.Open is not { } open)
            {
                if (state.Branch is { } left && CommitSeal.ChangeOfUntouched(left) is not null)
                {
                    operations.Add(new DeleteBranch(key, ChangeSet.BranchPrefix + key));
                }
            }
            else
            {
                operations.Add(
                    state.Branch is { } branch && CommitSeal.ChangeOfUntouched(branch) is null ? new LeavePullRequest(key, open.Number, "a person has pushed to its branch")
                    : IsAbout(open, undecided) ? new LeavePullRequest(key, open.Number, "an image of it could not be judged")
                    : new ClosePullRequest(key, open.Number, open.Branch, "there is nothing left to do: the default branch needs none of these updates any more"));
            }
        }

        Hold(operations, desired, existing, now);
        return operations;
    }

    /// <summary>Opens only what may be opened now: what is open already goes on.</summary>
    private static void Hold(List<PullRequestOperation> operations, IReadOnlyList<ChangeSet> desired, IReadOnlyDictionary<string, ExistingPullRequests> existing, DateTimeOffset now)
    {
        var limits = desired.ToDictionary(c => c.Key, c => c.Limits.Select(l => l.Id), StringComparer.Ordinal);
        var open = operations
            .Where(o => o is not ClosePullRequest && existing.GetValueOrDefault(o.Key)?.Open is not null)
            .SelectMany(o => limits.GetValueOrDefault(o.Key)
                ?? (PullRequestMarker.TryFind(existing[o.Key].Open!.Body, out var marker) ? marker.Limits.Split(',') : []))
            .CountBy(id => id, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i] is not OpenPullRequest { ChangeSet: var changeSet })
            {
                continue;
            }

            if (changeSet.Proposal.Schedule is { } schedule && !schedule.IsOpen(now))
            {
                operations[i] = new LeavePullRequest(changeSet.Key, null, $"waits for its schedule: {Excerpt.Of(schedule.Text)}") { Until = schedule.NextOpening(now) };
            }
            else if (changeSet.Limits.FirstOrDefault(l => open.GetValueOrDefault(l.Id) >= l.Most) is { } limit)
            {
                var (held, source) = (open.GetValueOrDefault(limit.Id), Excerpt.Of(limit.Source));
                operations[i] = new LeavePullRequest(
                    changeSet.Key,
                    null,
                    limit.Most == 0 ? $"waits: no pull request may be opened, as {source} says"
                    : held == 1 ? $"waits: 1 pull request is open already, as {source} says"
                    : $"waits: {held} pull requests are open already, as {source} says")
                {
                    Until = limit.Most == 0 ? null : now + LookForRoom,
                };
            }
            else
            {
                foreach (var id in changeSet.Limits.Select(l => l.Id))
                {
                    open[id] = open.GetValueOrDefault(id) + 1;
                }
            }
        }
    }

    /// <summary>Whether a pull request is about one of these images, as far as can be known: one without a marker may be.</summary>
    private static bool IsAbout(PullRequest pullRequest, IReadOnlySet<ImageName> images) =>
        images.Count > 0
        && (!PullRequestMarker.TryFind(pullRequest.Body, out var marker)
            || marker.Images.Split(',').Intersect(images.Select(ChangeSet.IdOf), StringComparer.Ordinal).Any());

    /// <summary>What stood in pull requests that a person closed; Basewatch takes the marker out of those that it closes itself.</summary>
    private static HashSet<string> Declined(ExistingPullRequests existing) =>
        [.. existing.PullRequests
            .Where(p => p.State == PullRequestState.Closed)
            .SelectMany(p => PullRequestMarker.TryFind(p.Body, out var marker) ? marker.Proposals.Split(',') : [])];

    private static PullRequestOperation Plan(ChangeSet desired, ExistingPullRequests existing, IReadOnlySet<ImageName> undecided)
    {
        var open = existing.Open;
        if (existing.TargetProblem is { } problem)
        {
            return new LeavePullRequest(desired.Key, open?.Number, problem);
        }

        var written = existing.Branch is null ? null : CommitSeal.ChangeOfUntouched(existing.Branch);
        if (existing.Branch is not null && written is null)
        {
            return new LeavePullRequest(desired.Key, open?.Number, "a person has pushed to its branch");
        }

        desired = desired.Without(Declined(existing));
        if (desired.Updates.Count == 0)
        {
            return new LeavePullRequest(desired.Key, (open ?? existing.PullRequests[0]).Number, "a person has closed it for this version");
        }

        var isWritten = written == desired.Fingerprint;
        if (open is null)
        {
            return new OpenPullRequest(desired, !isWritten, existing.Branch?.Sha);
        }

        var isTold = PullRequestMarker.TryFind(open.Body, out var marker) && marker.Change == desired.Fingerprint;
        if (isWritten && isTold)
        {
            return new KeepPullRequest(desired.Key, open.Number);
        }

        // With an answer missing the change set may be smaller than it ought to be: never take anything out of a pull request then.
        return !isWritten && IsAbout(open, undecided)
            ? new LeavePullRequest(desired.Key, open.Number, "an image of it could not be judged")
            : new UpdatePullRequest(desired, open.Number, !isWritten, existing.Branch?.Sha);
    }
}
