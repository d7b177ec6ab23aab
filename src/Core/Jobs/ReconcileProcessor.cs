using System.Collections.Concurrent;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Makes the pull requests of a repository what they should be.</summary>
public sealed partial class ReconcileProcessor(
    IRepositoryHost host,
    Memory memory,
    ImageBook images,
    PolicySources policies,
    IJobQueue queue,
    PendingRepositories pending,
    PullRequestWriter writer,
    BranchWriter branches,
    PullRequestHearing hearing,
    PullRequestRules rules,
    ContentBudget budget,
    PauseSwitch pauses,
    ILifecycleCatalog lifecycles,
    OrganisationConfiguration organisation,
    ServiceMode mode,
    TimeProvider time,
    ILogger<ReconcileProcessor> logger,
    IReviewHost? review = null)
{
    private const int Parallel = 16;

    private const string Opening = "opening";

    /// <summary>State of a pull request in the ledger from before it is closed until its branch is deleted.</summary>
    private const string Closing = "closing";

    private static readonly TimeSpan PauseAfterRace = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookWhilePaused = TimeSpan.FromHours(1);

    /// <summary>How long a host that refused a workflow file is believed.</summary>
    private static readonly TimeSpan WorkflowsStayRefused = TimeSpan.FromDays(1);

    /// <summary>Plans and does what is to be done for one repository.</summary>
    public async Task<JobOutcome> RunAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var (mark, version) = await memory.Pending.ReadAsync(Memory.PendingKey(repository), cancellationToken).ConfigureAwait(false);
        if (await pauses.FindAsync(cancellationToken).ConfigureAwait(false) is { } pause && mode != ServiceMode.Observe)
        {
            LogPaused(repository);
            var ends = time.GetUtcNow() + LookWhilePaused;
            await pending.AddLaterAsync(repository, pause.Until < ends ? pause.Until.Value : ends, mark, version, cancellationToken).ConfigureAwait(false);
            return JobOutcome.Done;
        }

        DateTimeOffset? again = null;
        var inventory = await memory.Inventories.GetAsync(Memory.InventoryKey(repository), cancellationToken).ConfigureAwait(false);
        if (inventory is null or { Commit: "" })
        {
            if (await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken).ConfigureAwait(false) is not null)
            {
                // Lost, or being made: the mark stays until there is something to go by.
                await queue.EnqueueAsync(new TakeInventory(repository.ToString()), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                return JobOutcome.Done;
            }
        }
        else
        {
            var settings = organisation.Read(inventory.Parts, await organisation.FindAsync(repository, cancellationToken).ConfigureAwait(false));
            var decided = policies.Read(settings, [.. inventory.Parts]);
            if (settings.Errors is [var mistake, ..])
            {
                // Nothing is done by a configuration that is wrong, and nothing is taken back: it is looked at again when it changes.
                LogWrong(repository, mistake);
                if (mark is not null)
                {
                    await memory.Pending.TryDeleteAsync(Memory.PendingKey(repository), version, cancellationToken).ConfigureAwait(false);
                }

                return JobOutcome.Done;
            }

            var assessments = await AssessAsync(inventory, decided.Policies, cancellationToken).ConfigureAwait(false);
            foreach (var advice in assessments.SelectMany(a => a.Imports).Distinct(StringComparer.Ordinal))
            {
                LogImport(repository, advice);
            }

            var content = inventory.Files.ToDictionary(f => f.Path, f => f.Basis, StringComparer.Ordinal);
            var changeSets = ChangeSet.Group(assessments.SelectMany(a => a.Updates), path => content[path], inventory.Branch);
            var undecided = assessments
                .Where(a => a.Problem is not null)
                .SelectMany(a => new[] { a.Use.Reference!.Name, decided.Policies.For(a.Use).Replacement?.Image })
                .Concat(inventory.Uses.Where(decided.IsUncertain).Select(u => u.Reference!.Name))
                .OfType<ImageName>()
                .ToHashSet();
            var work = await RepositoryWork.OpenAsync(memory, time, repository, inventory, settings.Formats, rules.Under(settings.Configuration.PullRequests), cancellationToken).ConfigureAwait(false);
            (var isWhole, again) = await ReconcileAsync(work, changeSets, undecided, cancellationToken).ConfigureAwait(false);
            if (!isWhole)
            {
                // The mark stays too, should this job be lost.
                return new JobPostponed(PauseAfterRace, "a branch was moved by someone else meanwhile");
            }

            if (work.IsOutdated)
            {
                await queue.EnqueueAsync(new TakeInventory(repository.ToString()), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            }
        }

        if (again is not null)
        {
            await pending.AddLaterAsync(repository, again.Value, mark, version, cancellationToken).ConfigureAwait(false);
        }
        else if (mark is not null && inventory is not { Commit: "" })
        {
            // A new mark, made while this was under way, stays.
            await memory.Pending.TryDeleteAsync(Memory.PendingKey(repository), version, cancellationToken).ConfigureAwait(false);
        }

        return JobOutcome.Done;
    }

    private async Task<IReadOnlyList<Assessment>> AssessAsync(Inventory inventory, PolicySet inForce, CancellationToken cancellationToken)
    {
        var uses = inventory.Uses.Select(inForce.Apply).Where(u => u.IsLookedUp).ToList();
        var facts = new ConcurrentDictionary<ImageName, ImageFacts>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            UpdatePlanner.Followed(uses, inForce),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (image, token) => facts[image.Key] = await images.GetAsync(image.Key, image.Value, token).ConfigureAwait(false)).ConfigureAwait(false);
        return UpdatePlanner.Assess(uses, inForce, facts, new TagChoices(time.GetUtcNow()));
    }

    /// <returns>False when another writer was first somewhere; and when something that waits has to be looked at again.</returns>
    private async Task<(bool IsWhole, DateTimeOffset? Again)> ReconcileAsync(RepositoryWork work, IReadOnlyList<ChangeSet> changeSets, IReadOnlySet<ImageName> undecided, CancellationToken cancellationToken)
    {
        var isObserving = mode == ServiceMode.Observe;
        if (review is not null && !isObserving)
        {
            work.Abilities = await review.GetAbilitiesAsync(work.Repository, cancellationToken).ConfigureAwait(false);
        }

        if (!work.Abilities.ChangesWorkflows || work.Pace.WorkflowsRefused > time.GetUtcNow() - WorkflowsStayRefused)
        {
            changeSets = [.. changeSets.Select(BranchWriter.WithoutWorkflows)];
        }

        var existing = await ExistingAsync(work, changeSets, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<HeardPullRequest> heard = [];
        if (!isObserving && work.Rules.SwitchedOff is null)
        {
            heard = await hearing.HearAsync(work, existing, cancellationToken).ConfigureAwait(false);
            foreach (var one in heard)
            {
                existing[one.Key] = PullRequestHearing.Add(one, existing[one.Key]);
            }

            await AskAsync(work, changeSets, existing, cancellationToken).ConfigureAwait(false);
        }

        var operations = PullRequestPlanner.Plan(changeSets, existing, new PlanningContext(time.GetUtcNow())
        {
            Undecided = undecided,
            Rules = work.Rules,
            Refusals = [.. work.Refusals.Select(r => new Refusal(r.Number, r.Scope, r.Ids, r.IsDone))],
            Opened = work.Pace.Opened,
            Written = work.Pace.Written,
            Urgency = await UrgencyAsync(changeSets, cancellationToken).ConfigureAwait(false),
            DefaultBranch = work.Inventory.Branch,
            Notes = NotesOf(work.Abilities),
        });
        RepositoryHostException? failure = null;
        var (isWhole, again) = (true, operations.OfType<LeavePullRequest>().Min(o => o.Until));
        foreach (var operation in operations)
        {
            try
            {
                var (isRaced, until) = isObserving
                    ? await ObserveAsync(work, operation, cancellationToken).ConfigureAwait(false)
                    : await DoAsync(work, operation, existing[operation.Key].Open, cancellationToken).ConfigureAwait(false);
                isWhole &= !isRaced;
                again = until < again || again is null ? until ?? again : again;
                if (!isRaced && until is null && heard.FirstOrDefault(h => h.Key == operation.Key) is { } one)
                {
                    await hearing.SettleAsync(work, one, operation, (number, text) => SayAsync(work, number, text, cancellationToken), cancellationToken).ConfigureAwait(false);
                }
            }
            catch (RepositoryHostException e) when (e.Failure is not (RepositoryHostFailure.RateLimited or RepositoryHostFailure.Unreachable))
            {
                // This change set can't be done (a branch that is protected, say); the others can.
                failure ??= e;
            }
        }

        foreach (var one in heard.Where(h => operations.All(o => o.Key != h.Key)))
        {
            await hearing.SettleAsync(work, one, null, (number, text) => SayAsync(work, number, text, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        await EndAsync(work, existing, changeSets.Select(c => c.Key).ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        if (!isObserving)
        {
            await NoteReviewAsync(work, existing, operations, failure is not null, cancellationToken).ConfigureAwait(false);
        }

        if (failure is not null)
        {
            throw failure;
        }

        return (isWhole, work.IsHeldBack && again is null ? time.GetUtcNow() + TimeSpan.FromMinutes(1) : again);
    }

    private static string[] NotesOf(HostAbilities abilities) =>
        abilities.StartsChecks ? [] : ["Its checks don't start by themselves, because it was opened with the token of a workflow: close it and reopen it to start them, or run Basewatch as an App."];

    /// <summary>What leaves a version that is at its end comes before all else.</summary>
    private async Task<Func<ChangeSet, int>> UrgencyAsync(IReadOnlyList<ChangeSet> changeSets, CancellationToken cancellationToken)
    {
        const int EndOfLife = 1, Ordinary = 2;
        if (changeSets.Count < 2)
        {
            return _ => Ordinary;
        }

        try
        {
            var resolver = new LifecycleResolver(await lifecycles.GetAsync(cancellationToken).ConfigureAwait(false));
            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            return changeSet => changeSet.Updates.Any(u => IsAtItsEnd(u.Use.Reference!) && !IsAtItsEnd(u.Target)) ? EndOfLife : Ordinary;

            bool IsAtItsEnd(ImageReference reference) => resolver.Resolve(reference, today).Status is LifecycleStatus.Ended or LifecycleStatus.Ending;
        }
        catch (LifecycleCatalogException e)
        {
            LogNoCatalog(e.Message);
            return _ => Ordinary;
        }
    }

    /// <returns>Whether another writer was first; and when to try again what there was no room for.</returns>
    private async Task<(bool IsRaced, DateTimeOffset? Until)> DoAsync(RepositoryWork work, PullRequestOperation operation, PullRequest? existing, CancellationToken cancellationToken)
    {
        if (operation is not (LeavePullRequest or KeepPullRequest) && await pauses.FindAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            return (false, time.GetUtcNow() + LookWhilePaused);
        }

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

    private static ChangeSet? ChangeSetOf(PullRequestOperation operation) => operation switch
    {
        OpenPullRequest o => o.ChangeSet,
        UpdatePullRequest o => o.ChangeSet,
        MergePullRequest o => o.ChangeSet,
        KeepPullRequest o => o.ChangeSet,
        _ => null,
    };

    private async Task<Dictionary<string, ExistingPullRequests>> ExistingAsync(RepositoryWork work, IReadOnlyList<ChangeSet> changeSets, CancellationToken cancellationToken)
    {
        var repository = work.Repository;
        var open = (await host.ListOpenPullRequestsAsync(repository, ChangeSet.BranchPrefix, cancellationToken).ConfigureAwait(false))
            .GroupBy(p => p.Branch[ChangeSet.BranchPrefix.Length..], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);

        // What the ledger takes for open and is not was merged, or closed by a person; a closing may have been broken off.
        var gone = work.Records.Values.Where(r => !open.ContainsKey(r.Key) && (r.State is Opening or Closing or "merging" || (r.Number is not null && r.State is "opened" or "updated" or "left"))).Select(r => r.Key);
        var existing = new Dictionary<string, ExistingPullRequests>(StringComparer.Ordinal);
        var desired = changeSets.ToDictionary(c => c.Key, StringComparer.Ordinal);
        foreach (var key in open.Keys.Union(desired.Keys, StringComparer.Ordinal).Union(gone, StringComparer.Ordinal).ToList())
        {
            var branch = await host.GetBranchAsync(repository, ChangeSet.BranchPrefix + key, cancellationToken).ConfigureAwait(false);

            // Closed ones matter where something is desired: a person may have declined it.
            existing[key] = new ExistingPullRequests(branch, desired.ContainsKey(key) || !open.TryGetValue(key, out var only)
                ? await host.FindPullRequestsAsync(repository, ChangeSet.BranchPrefix + key, cancellationToken).ConfigureAwait(false)
                : only);
        }

        foreach (var target in changeSets.Where(c => c.TargetBranch is not null).GroupBy(c => c.TargetBranch!, StringComparer.Ordinal))
        {
            var problemOf = await ReadTargetAsync(work, target.Key, cancellationToken).ConfigureAwait(false);
            foreach (var changeSet in target)
            {
                existing[changeSet.Key] = existing[changeSet.Key] with { TargetProblem = problemOf(changeSet) };
            }
        }

        string? head = null;
        foreach (var changeSet in changeSets)
        {
            var state = existing[changeSet.Key];
            existing[changeSet.Key] = state = state with { BaseCommit = state.TargetProblem is null ? work.BaseOf(changeSet) : null };
            if (state.Open is null && state.PullRequests.Any(p => p.State == PullRequestState.Merged && PullRequestMarker.TryFind(p.Body, out var marker) && marker.Change == changeSet.Fingerprint))
            {
                // Proposed again what was merged: either it was taken back since, or the repository was read before.
                head ??= (await host.GetHeadAsync(repository, cancellationToken).ConfigureAwait(false))?.Commit ?? work.Inventory.Commit;
                existing[changeSet.Key] = state with { IsMergedAhead = head != work.Inventory.Commit };
                work.IsOutdated |= head != work.Inventory.Commit;
            }
        }

        return existing;
    }

    /// <summary>Asks what the host and people say of those that may have to be written anew, or merged.</summary>
    private async Task AskAsync(RepositoryWork work, IReadOnlyList<ChangeSet> changeSets, Dictionary<string, ExistingPullRequests> existing, CancellationToken cancellationToken)
    {
        if (review is null)
        {
            return;
        }

        foreach (var changeSet in changeSets)
        {
            var state = existing[changeSet.Key];
            var record = work.Records.GetValueOrDefault(changeSet.Key);
            if (state is not { Open: { } open, Branch: { } branch } || CommitSeal.ChangeOfUntouched(branch) is null)
            {
                continue;
            }

            var asked = record?.Number == open.Number ? record.MergeAsked : null;
            var merges = work.Abilities.Reviews && (changeSet.Proposal.Automerge || asked is not null);
            var isStale = state.BaseCommit is { } head && !branch.Parents.Contains(head, StringComparer.Ordinal);
            existing[changeSet.Key] = state = state with { MergeAsked = asked, MergeAskedBy = record?.MergeAskedBy };
            try
            {
                existing[changeSet.Key] = state with
                {
                    Merge = merges || isStale ? await review.GetMergeStateAsync(work.Repository, open.Number, cancellationToken).ConfigureAwait(false) : MergeState.Unknown,
                    Checks = merges ? await review.ListChecksAsync(work.Repository, branch.Sha, cancellationToken).ConfigureAwait(false) : null,
                    Review = merges ? await review.GetReviewStateAsync(work.Repository, open.Number, cancellationToken).ConfigureAwait(false) : null,
                };
            }
            catch (RepositoryHostException e) when (e.Failure is not (RepositoryHostFailure.RateLimited or RepositoryHostFailure.Unreachable))
            {
                // Without the right to know it (checks: read, say) it is not merged; everything else goes on.
                existing[changeSet.Key] = state with { AskProblem = e.Message };
            }
        }
    }

    /// <summary>What is known is the default branch: what another has in the same words can be changed there too.</summary>
    /// <returns>Tells why a change set can't be made against the branch.</returns>
    private async Task<Func<ChangeSet, string?>> ReadTargetAsync(RepositoryWork work, string branch, CancellationToken cancellationToken)
    {
        if (await host.GetBranchAsync(work.Repository, branch, cancellationToken).ConfigureAwait(false) is not { } head)
        {
            return _ => $"there is no branch {Excerpt.Of(branch)} to make it against";
        }

        work.Targets[branch] = head.Sha;
        var tree = (await host.GetTreeAsync(work.Repository, head.Sha, cancellationToken).ConfigureAwait(false)).Files.ToDictionary(f => f.Path, f => f.Blob, StringComparer.Ordinal);
        var files = work.Inventory.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        return changeSet => changeSet.Updates
            .Select(u => files[u.Use.Path])
            .SelectMany(f => (f.Siblings ?? []).Select(s => (s.Path, s.Blob)).Prepend((f.Path, f.Blob)))
            .FirstOrDefault(f => tree.GetValueOrDefault(f.Path) != f.Blob) is { Path: { } path }
            ? $"{Excerpt.Of(path)} is not on {Excerpt.Of(branch)} as it is on {Excerpt.Of(work.Inventory.Branch)}: only what is the same on both is changed"
            : null;
    }

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
        await work.RecordAsync(operation.Key, opened.Number, r => r with { Url = opened.Url, State = "opened", HeadCommit = written.Commit ?? opened.HeadCommit }, cancellationToken).ConfigureAwait(false);
        await work.NoteOpenedAsync(cancellationToken).ConfigureAwait(false);
        await ReportAsync(work, written.Commit ?? opened.HeadCommit, written.ChangeSet, written, WaitsOf(written.ChangeSet), isRefused: false, cancellationToken).ConfigureAwait(false);
        return (false, null);
    }

    /// <summary>What is in the way of merging what was just written.</summary>
    private static string? WaitsOf(ChangeSet changeSet) =>
        changeSet.Proposal.Automerge ? MergeReadiness.Of(changeSet.Proposal, MergeState.Unknown, [], new ReviewState(0, IsRefused: false), default).Reason : null;

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
        if (work.Refusals.Find(r => r.Number == operation.Number) is { } refusal)
        {
            await work.RefuseAsync(refusal with { IsDone = true }, cancellationToken).ConfigureAwait(false);
        }

        await work.RecordAsync(operation.Key, operation.Number, r => r with { State = operation.Ignored is null ? "closed" : "declined" }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks once more: a person may have pushed to it since the run began.</summary>
    private async Task DeleteBranchAsync(RepositoryWork work, string branch, CancellationToken cancellationToken)
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

    /// <summary>What is open in the ledger and nowhere else was merged, or closed by a person.</summary>
    private async Task EndAsync(RepositoryWork work, IReadOnlyDictionary<string, ExistingPullRequests> existing, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        foreach (var record in work.Records.Values.ToList())
        {
            var state = existing.GetValueOrDefault(record.Key, ExistingPullRequests.None);
            if (state.Open is not null || (wanted.Contains(record.Key) && record.State != Closing))
            {
                continue;
            }

            var fate = state.PullRequests.FirstOrDefault(p => p.Number == record.Number) is { } ended
                ? ended.State == PullRequestState.Merged ? "merged" : PullRequestMarker.TryFind(ended.Body, out _) ? "declined" : "closed"
                : "ended";
            if (record.State is Opening or "opened" or "updated" or "left" or "proposed" or "merging")
            {
                await work.RecordAsync(record.Key, record.Number, r => r with { State = fate, Note = null }, cancellationToken).ConfigureAwait(false);
            }
            else if (record.State == Closing)
            {
                if (wanted.Contains(record.Key) && state.Branch is not null && mode != ServiceMode.Observe)
                {
                    await DeleteBranchAsync(work, ChangeSet.BranchPrefix + record.Key, cancellationToken).ConfigureAwait(false);
                }

                await work.RecordAsync(record.Key, record.Number, r => r with { State = fate == "declined" ? fate : "closed" }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What the next review compares with.</summary>
    private async Task NoteReviewAsync(RepositoryWork work, IReadOnlyDictionary<string, ExistingPullRequests> existing, IReadOnlyList<PullRequestOperation> operations, bool hasFailed, CancellationToken cancellationToken)
    {
        if (review is null)
        {
            return;
        }

        var key = Memory.ReviewKey(work.Repository);
        var declined = work.Records.Values.Where(r => r.State == "declined" && r.Number is not null && r.At > time.GetUtcNow() - PullRequestHearing.LastingAfterClose).ToList();
        var open = work.Records.Values.Where(r => r.Number is not null && (r.State is Opening or "opened" or "updated" or Closing || (r.State == "left" && existing.GetValueOrDefault(r.Key)?.Open is not null))).ToList();
        if (open.Count + declined.Count == 0)
        {
            await memory.Reviews.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
            return;
        }

        // What was open when this began: what was written since shows as moved, and is looked at once more.
        var isWaiting = hasFailed || work.IsHeldBack || operations.Any(o => o is MergePullRequest or KeepPullRequest { Waits: not null })
            || existing.Values.Any(e => e.Open is { } o && PullRequestHearing.IsFresh(o, time.GetUtcNow()));
        var record = new ReviewRecord(
            work.Repository.ToString(),
            ReviewPullRequestsProcessor.Describe(existing.Values.Select(e => e.Open).OfType<PullRequest>()),
            isWaiting,
            [.. declined.Select(r => r.Key).Order(StringComparer.Ordinal)]);
        await memory.Reviews.PutAsync(key, record, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says something, if there is room for it.</summary>
    private async Task<bool> SayAsync(RepositoryWork work, int number, string text, CancellationToken cancellationToken)
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
            var verdict = await writer.VerdictAsync(changeSet, written.Applied, FactsOf(written, []), isTouched: false, cancellationToken).ConfigureAwait(false);
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

    private async Task<(bool IsRaced, DateTimeOffset? Until)> ObserveAsync(RepositoryWork work, PullRequestOperation operation, CancellationToken cancellationToken)
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
        var text = await writer.WriteAsync(work.Repository, work.Head, changeSet, written.Applied, FactsOf(written, notes), cancellationToken).ConfigureAwait(false);
        return PullRequestMarker.TryFind(text.Body, out var marker)
            ? text with { Body = (marker with { Told = PullRequestPlanner.ToldOf(changeSet, notes) }).In(text.Body) }
            : text;
    }

    private PullRequestFacts FactsOf(WrittenBranch written, IReadOnlyList<string> notes) =>
        new() { Dropped = [.. written.Dropped, .. BranchWriter.ProblemsOf(written.ChangeSet)], Notes = notes, IsAttended = hearing.IsAttended };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository} is left as it is: {Problem}")]
    private partial void LogWrong(RepositoryName repository, FileProblem problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository} is left as it is: Basewatch is paused")]
    private partial void LogPaused(RepositoryName repository);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    private partial void LogNoCatalog(string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: {Advice}")]
    private partial void LogImport(RepositoryName repository, string advice);

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
