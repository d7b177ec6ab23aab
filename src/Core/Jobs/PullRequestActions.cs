using System.Diagnostics;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;
using Basewatch.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Does what was planned: opens, updates, closes and merges pull requests, shows verdicts, and writes down in the ledger what was done.
/// </summary>
public sealed partial class PullRequestActions(
    IRepositoryHost host,
    PullRequestWriter writer,
    BranchWriter branches,
    PullRequestHearing hearing,
    ContentBudget budget,
    PauseSwitch pauses,
    TimeProvider time,
    ILogger<PullRequestActions> logger,
    IReviewHost? review = null)
{
    /// <summary>State of a pull request in the ledger before it is opened, until its labels are set.</summary>
    internal const string Opening = "opening";

    /// <summary>State of a pull request in the ledger from before it is closed until its branch is deleted.</summary>
    internal const string Closing = "closing";

    /// <summary>How often it is looked whether a pause without an end is over.</summary>
    internal static readonly TimeSpan LookWhilePaused = TimeSpan.FromHours(1);

    /// <returns>Whether another writer was first; and when to try again what there was no room for.</returns>
    internal async Task<(bool IsRaced, DateTimeOffset? Until)> DoAsync(RepositoryWork work, PullRequestOperation operation, PullRequest? existing, CancellationToken cancellationToken)
    {
        if (operation is not (LeavePullRequest or KeepPullRequest) && await pauses.FindAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            return (false, time.GetUtcNow() + LookWhilePaused);
        }

        using var span = Begin(work, operation);
        if (existing is not null && work.Records.GetValueOrDefault(operation.Key) is { State: Opening } && ChangeSetOf(operation) is { } opened)
        {
            // Broken off after it was opened: what is set then may be missing.
            await host.AddressAsync(work.Repository, existing.Number, Draft(opened, work.Inventory.Branch, existing.Title, existing.Body), cancellationToken).ConfigureAwait(false);
            await work.RecordAsync(operation.Key, existing.Number, r => r with { Url = existing.Url, Title = existing.Title, State = "opened", HeadCommit = existing.HeadCommit, Change = opened.Fingerprint, Note = null }, cancellationToken).ConfigureAwait(false);
            await work.NoteOpenedAsync(cancellationToken).ConfigureAwait(false);
        }

        switch (operation)
        {
            case OpenPullRequest open:
                return await OpenAsync(work, open, cancellationToken).ConfigureAwait(false);
            case UpdatePullRequest update:
                return (!await UpdateAsync(work, update, existing!, cancellationToken).ConfigureAwait(false), null);
            case ClosePullRequest close:
                await CloseAsync(work, close, existing!, cancellationToken).ConfigureAwait(false);
                break;
            case DeleteBranch delete:
                // Its pull request was merged, or its closing was broken off.
                await DeleteBranchAsync(work, delete.Branch, cancellationToken).ConfigureAwait(false);
                break;
            case MergePullRequest merge:
                await MergeAsync(work, merge, existing!, cancellationToken).ConfigureAwait(false);
                break;
            case LeavePullRequest leave:
                await LeaveAsync(work, leave, existing, cancellationToken).ConfigureAwait(false);
                break;
            case KeepPullRequest keep:
                await KeepAsync(work, keep, existing!, cancellationToken).ConfigureAwait(false);
                break;
            default:
                break;
        }

        return (false, null);
    }

    /// <summary>The span of what is done to a pull request; none of looking at it.</summary>
    private static Activity? Begin(RepositoryWork work, PullRequestOperation operation)
    {
        var name = operation switch
        {
            OpenPullRequest => "open pull request",
            UpdatePullRequest => "update pull request",
            ClosePullRequest => "close pull request",
            MergePullRequest => "merge pull request",
            _ => null,
        };
        return name is null ? null : Traces.Source.StartActivity(name)?.SetTag(TagNames.Repository, work.Repository.ToString());
    }

    /// <summary>Tells telemetry what became of a pull request.</summary>
    private void Note(RepositoryWork work, string change, int number, WrittenBranch? written = null)
    {
        Instruments.NotePullRequest(change);
        Activity.Current?.SetTag(TagNames.PullRequest, number);
        if (written?.Commit is null)
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var update in written.Applied)
        {
            Instruments.NoteUpdate(update.Kind.ToString().ToLowerInvariant());
            if (Instruments.IsFreshnessWanted && PushOf(work, update) is var (at, source))
            {
                Instruments.NoteFreshness(source, now - at);
            }
        }
    }

    /// <summary>When what an update brings was pushed, and who says so; null where nobody does.</summary>
    private static (DateTimeOffset At, string Source)? PushOf(RepositoryWork work, Update update) =>
        update.Target.Tag is not { } tag || !work.Facts.TryGetValue(update.Target.Name, out var facts) ? null
        : facts.Pushed.TryGetValue(tag, out var pushed) && pushed.Digest == (update.Target.Digest ?? facts.Digests.GetValueOrDefault(tag)) ? (pushed.At, "registry")
        // A tag that was moved was seen first when it named something else.
        : update.Use.Reference?.Tag != tag && facts.FirstSeen.TryGetValue(tag, out var seen) ? (seen, "first_seen")
        : null;

    private static ChangeSet? ChangeSetOf(PullRequestOperation operation) => operation switch
    {
        OpenPullRequest o => o.ChangeSet,
        UpdatePullRequest o => o.ChangeSet,
        MergePullRequest o => o.ChangeSet,
        KeepPullRequest o => o.ChangeSet,
        _ => null,
    };

    private async Task<(bool IsRaced, DateTimeOffset? Until)> OpenAsync(RepositoryWork work, OpenPullRequest operation, CancellationToken cancellationToken)
    {
        if (await budget.TakeAsync(work.Repository, cancellationToken).ConfigureAwait(false) is { } until)
        {
            await LeaveAsync(work, new LeavePullRequest(operation.Key, null, "waits: as much was written to repositories of this owner as may be at a time"), null, cancellationToken).ConfigureAwait(false);
            return (false, until);
        }

        var written = await branches.WriteAsync(work, operation.ChangeSet, operation.WriteBranch, operation.ExpectedBranch, cancellationToken).ConfigureAwait(false);
        if (written.IsRaced || written.IsEmpty)
        {
            return (written.IsRaced, null);
        }

        var text = await TextAsync(work, written, operation.Notes, cancellationToken).ConfigureAwait(false);
        var target = operation.ChangeSet.TargetBranch ?? work.Inventory.Branch;
        await work.RecordAsync(operation.Key, null, r => new PullRequestRecord(operation.Key, null, null, text.Title, Opening, written.Commit, written.ChangeSet.Fingerprint, null, default), cancellationToken).ConfigureAwait(false);
        var opened = await host.OpenPullRequestAsync(work.Repository, Draft(operation.ChangeSet, target, text.Title, text.Body), cancellationToken).ConfigureAwait(false);
        LogOpened(work.Repository, opened.Number, text.Title);
        Note(work, "opened", opened.Number, written);
        await work.RecordAsync(operation.Key, opened.Number, r => r with { Url = opened.Url, State = "opened", HeadCommit = written.Commit ?? opened.HeadCommit }, cancellationToken).ConfigureAwait(false);
        await work.NoteOpenedAsync(cancellationToken).ConfigureAwait(false);
        await ReportAsync(work, written.Commit ?? opened.HeadCommit, written.ChangeSet, written, WaitsOf(written.ChangeSet), isRefused: false, cancellationToken).ConfigureAwait(false);
        return (false, null);
    }

    /// <summary>What is in the way of merging what was just written.</summary>
    private static string? WaitsOf(ChangeSet changeSet) =>
        changeSet.Proposal.Automerge ? MergeReadiness.Of(changeSet.Proposal, MergeState.Unknown, [], new ReviewState([], IsRefused: false), default).Reason : null;

    private static PullRequestDraft Draft(ChangeSet changeSet, string target, string title, string body)
    {
        var proposal = changeSet.Proposal;
        return new PullRequestDraft(changeSet.Branch, target, title, body)
        {
            Labels = proposal.Labels,
            Reviewers = [.. proposal.Reviewers.Where(r => !r.Contains('/', StringComparison.Ordinal))],
            TeamReviewers = [.. proposal.Reviewers.Where(r => r.Contains('/', StringComparison.Ordinal)).Select(r => r[(r.IndexOf('/', StringComparison.Ordinal) + 1)..])],
            Assignees = proposal.Assignees,
            Milestone = proposal.Milestone,
            IsDraft = proposal.IsDraft,
        };
    }

    private async Task<bool> UpdateAsync(RepositoryWork work, UpdatePullRequest operation, PullRequest open, CancellationToken cancellationToken)
    {
        if (operation.NewBase is { } target && review is not null)
        {
            await review.SetBaseAsync(work.Repository, operation.Number, target, cancellationToken).ConfigureAwait(false);
        }

        var written = await branches.WriteAsync(work, operation.ChangeSet, operation.WriteBranch, operation.ExpectedBranch, cancellationToken).ConfigureAwait(false);
        if (written.IsRaced || written.IsEmpty)
        {
            return !written.IsRaced;
        }

        var text = await TextAsync(work, written, operation.Notes, cancellationToken).ConfigureAwait(false);
        await host.UpdatePullRequestAsync(work.Repository, operation.Number, text.Title, text.Body, cancellationToken).ConfigureAwait(false);
        LogUpdated(work.Repository, operation.Number, text.Title);
        Note(work, "updated", operation.Number, written);
        var head = written.Commit ?? operation.ExpectedBranch ?? open.HeadCommit;
        await work.RecordAsync(
            operation.Key,
            operation.Number,
            r => r with { Url = open.Url, Title = text.Title, State = "updated", HeadCommit = head, Change = written.ChangeSet.Fingerprint, Note = null },
            cancellationToken).ConfigureAwait(false);
        await ReportAsync(work, head, written.ChangeSet, written, WaitsOf(written.ChangeSet), isRefused: false, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task CloseAsync(RepositoryWork work, ClosePullRequest operation, PullRequest open, CancellationToken cancellationToken)
    {
        await work.RecordAsync(operation.Key, operation.Number, r => r with { Url = open.Url, Title = open.Title, State = Closing, HeadCommit = null, Change = null, Note = operation.Reason }, cancellationToken).ConfigureAwait(false);
        if (PullRequestMarker.TryFind(open.Body, out var marker))
        {
            // Where a person does not want it, it says so for good. Else without its marker, so that a later change set of the same version is not taken for declined.
            var body = operation.Ignored is { } scope ? (marker with { Ignored = scope }).In(open.Body) : PullRequestMarker.StripFrom(open.Body);
            await host.UpdatePullRequestAsync(work.Repository, operation.Number, open.Title, body, cancellationToken).ConfigureAwait(false);
        }

        await host.ClosePullRequestAsync(work.Repository, operation.Number, operation.Reason, cancellationToken).ConfigureAwait(false);
        if (!operation.IsTouched)
        {
            await DeleteBranchAsync(work, operation.Branch, cancellationToken).ConfigureAwait(false);
        }

        LogClosed(work.Repository, operation.Number, operation.Reason);
        Note(work, "closed", operation.Number);
        if (work.Refusals.Find(r => r.Number == operation.Number) is { } refusal)
        {
            await work.RefuseAsync(refusal with { IsDone = true }, cancellationToken).ConfigureAwait(false);
        }

        await work.RecordAsync(operation.Key, operation.Number, r => r with { State = operation.Ignored is null ? "closed" : "declined" }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks once more: a person may have pushed to it since the run began.</summary>
    internal async Task DeleteBranchAsync(RepositoryWork work, string branch, CancellationToken cancellationToken)
    {
        if (await host.GetBranchAsync(work.Repository, branch, cancellationToken).ConfigureAwait(false) is { } head && CommitSeal.ChangeOfUntouched(head) is not null)
        {
            await host.DeleteBranchAsync(work.Repository, branch, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MergeAsync(RepositoryWork work, MergePullRequest operation, PullRequest open, CancellationToken cancellationToken)
    {
        string? reason;
        try
        {
            reason = await review!.MergeAsync(work.Repository, operation.Number, operation.Head, cancellationToken).ConfigureAwait(false);
        }
        catch (RepositoryHostException e) when (e.Failure is RepositoryHostFailure.Denied)
        {
            reason = e.Message;
        }

        if (reason is not null)
        {
            await KeepAsync(work, new KeepPullRequest(operation.Key, operation.Number) { ChangeSet = operation.ChangeSet, Waits = $"it could not be merged: {reason}", IsRefused = true }, open, cancellationToken).ConfigureAwait(false);
            return;
        }

        LogMerged(work.Repository, operation.Number, open.Title);
        Note(work, "merged", operation.Number);
        work.IsOutdated = true;
        await work.RecordAsync(operation.Key, operation.Number, r => r with { Url = open.Url, Title = open.Title, Note = null, State = "merging" }, cancellationToken).ConfigureAwait(false);
        await DeleteBranchAsync(work, operation.ChangeSet.Branch, cancellationToken).ConfigureAwait(false);
        await work.RecordAsync(operation.Key, operation.Number, r => r with { State = "merged" }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A ledger that was lost is made again from what is there.</summary>
    private async Task KeepAsync(RepositoryWork work, KeepPullRequest operation, PullRequest open, CancellationToken cancellationToken)
    {
        if (operation is { IsRefused: true, Waits: { } reason } && work.Records.GetValueOrDefault(operation.Key)?.Note != reason)
        {
            LogNotMerged(work.Repository, operation.Number, reason);
        }

        await work.RecordAsync(
            operation.Key,
            operation.Number,
            r => r.State is "opened" or "updated" && r.Note == operation.Waits ? r
                : r with { Url = open.Url, Title = open.Title, State = r.State is "opened" or "updated" ? r.State : "opened", HeadCommit = open.HeadCommit, Note = operation.Waits },
            cancellationToken).ConfigureAwait(false);
        if (operation.ChangeSet is { } changeSet)
        {
            await ReportAsync(work, open.HeadCommit, changeSet, null, operation.Waits, operation.IsRefused, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LeaveAsync(RepositoryWork work, LeavePullRequest operation, PullRequest? open, CancellationToken cancellationToken)
    {
        if (operation is { IsTouched: true, Number: { } number } && review is not null && work.Abilities.Reviews && open is not null
            && !(work.Records.GetValueOrDefault(operation.Key) is { IsToldTouched: true } told && told.Number == number)
            && await SayAsync(work, number, $"Somebody else has pushed to this branch, so I leave it alone from now on. To have me write it anew, without those commits, say `{PullRequestCommands.Name} recreate`.", cancellationToken).ConfigureAwait(false))
        {
            await work.RecordAsync(operation.Key, number, r => r with { IsToldTouched = true }, cancellationToken).ConfigureAwait(false);
        }

        var known = work.Records.GetValueOrDefault(operation.Key);
        var state = operation.IsDeclined ? "declined" : "left";
        if (known?.State == state && known.Note == operation.Reason)
        {
            return;
        }

        LogLeft(work.Repository, operation.Key, operation.Reason);
        await work.RecordAsync(
            operation.Key,
            operation.Number,
            r => r with { Url = open?.Url ?? r.Url, Title = open?.Title ?? r.Title, State = state, Note = operation.Reason },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says something, if there is room for it.</summary>
    internal async Task<bool> SayAsync(RepositoryWork work, int number, string text, CancellationToken cancellationToken)
    {
        if (await budget.TakeAsync(work.Repository, cancellationToken).ConfigureAwait(false) is not null)
        {
            work.IsHeldBack = true;
            return false;
        }

        await review!.CommentAsync(work.Repository, number, text, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Shows a verdict beside the checks, where it is another than the one that is shown.</summary>
    private async Task ReportAsync(RepositoryWork work, string commit, ChangeSet changeSet, WrittenBranch? written, string? waits, bool isRefused, CancellationToken cancellationToken)
    {
        var reported = $"{commit} {waits}";
        if (review is null || !work.Abilities.Reviews || work.Records.GetValueOrDefault(changeSet.Key)?.Reported == reported)
        {
            return;
        }

        try
        {
            written ??= await branches.WriteAsync(work, changeSet, write: false, null, cancellationToken).ConfigureAwait(false);
            var verdict = await writer.VerdictAsync(changeSet, written.Applied, FactsOf(work, written, []), isTouched: false, cancellationToken).ConfigureAwait(false);
            if (waits is not null)
            {
                var title = isRefused ? $"Not merged: {waits}" : $"Not merged yet: {waits}";
                verdict = new Verdict(
                    isRefused ? CheckState.Failed : verdict.State,
                    title.Length <= VerdictText.LongestTitle ? title : string.Concat(title.AsSpan(0, VerdictText.LongestTitle - 1), "…"),
                    $"It is to be merged without a person: {Markdown.Text(waits)}.\n\n{verdict.Summary}");
            }

            await review.ReportAsync(work.Repository, commit, verdict, cancellationToken).ConfigureAwait(false);
        }
        catch (RepositoryHostException e) when (e.Failure is RepositoryHostFailure.Denied or RepositoryHostFailure.NotFound)
        {
            // Without the right to it, it is not tried for this commit again.
            LogNotReported(work.Repository, e.Message);
        }

        await work.RecordAsync(changeSet.Key, null, r => r with { Reported = reported }, cancellationToken).ConfigureAwait(false);
    }

    internal async Task<(bool IsRaced, DateTimeOffset? Until)> ObserveAsync(RepositoryWork work, PullRequestOperation operation, CancellationToken cancellationToken)
    {
        var changeSet = operation is OpenPullRequest or UpdatePullRequest ? ChangeSetOf(operation) : null;
        if (changeSet is not null)
        {
            var title = await writer.TitleAsync(work.Repository, work.Head, changeSet, cancellationToken).ConfigureAwait(false);
            LogObserved(work.Repository, title);
            await work.RecordAsync(operation.Key, null, r => new PullRequestRecord(operation.Key, null, null, title, "proposed", null, changeSet.Fingerprint, "mode: observe", default), cancellationToken).ConfigureAwait(false);
        }

        return (false, null);
    }

    private async Task<PullRequestText> TextAsync(RepositoryWork work, WrittenBranch written, IReadOnlyList<string> notes, CancellationToken cancellationToken)
    {
        var changeSet = written.ChangeSet;
        var text = await writer.WriteAsync(work.Repository, work.Head, changeSet, written.Applied, FactsOf(work, written, notes), cancellationToken).ConfigureAwait(false);
        return PullRequestMarker.TryFind(text.Body, out var marker)
            ? text with { Body = (marker with { Told = PullRequestPlanner.ToldOf(changeSet, notes, work.WaysOut) }).In(text.Body) }
            : text;
    }

    private PullRequestFacts FactsOf(RepositoryWork work, WrittenBranch written, IReadOnlyList<string> notes) =>
        new() { Lifecycles = work.Lifecycles, Vulnerabilities = work.Vulnerabilities, Dropped = [.. written.Dropped, .. BranchWriter.ProblemsOf(written.ChangeSet)], Notes = notes, IsAttended = hearing.IsAttended, WayOutOf = image => work.WaysOut.GetValueOrDefault(image) };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: opened #{Number}: {Title}")]
    private partial void LogOpened(RepositoryName repository, int number, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: updated #{Number}: {Title}")]
    private partial void LogUpdated(RepositoryName repository, int number, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: merged #{Number}: {Title}")]
    private partial void LogMerged(RepositoryName repository, int number, string title);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: #{Number} was not merged: {Reason}")]
    private partial void LogNotMerged(RepositoryName repository, int number, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: closed #{Number}: {Reason}")]
    private partial void LogClosed(RepositoryName repository, int number, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: no verdict is shown: {Reason}")]
    private partial void LogNotReported(RepositoryName repository, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: would propose: {Title}")]
    private partial void LogObserved(RepositoryName repository, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: {Key} is left as it is: {Reason}")]
    private partial void LogLeft(RepositoryName repository, string key, string reason);
}
