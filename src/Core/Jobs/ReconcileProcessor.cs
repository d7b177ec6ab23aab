using System.Collections.Concurrent;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
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
    OrganisationConfiguration organisation,
    ServiceMode mode,
    TimeProvider time,
    ILogger<ReconcileProcessor> logger)
{
    private const int Parallel = 16;

    private static readonly TimeSpan PauseAfterRace = TimeSpan.FromSeconds(30);

    /// <summary>State of a pull request in the ledger from before it is closed until its branch is deleted.</summary>
    private const string Closing = "closing";

    /// <summary>Plans and does what is to be done for one repository.</summary>
    public async Task<JobOutcome> RunAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var (mark, version) = await memory.Pending.ReadAsync(Memory.PendingKey(repository), cancellationToken).ConfigureAwait(false);
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
            (var isWhole, again) = await ReconcileAsync(new Scope(repository, inventory, settings.Formats), changeSets, undecided, cancellationToken).ConfigureAwait(false);
            if (!isWhole)
            {
                // The mark stays too, should this job be lost.
                return new JobPostponed(PauseAfterRace, "a branch was moved by someone else meanwhile");
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
    private async Task<(bool IsWhole, DateTimeOffset? Again)> ReconcileAsync(Scope scope, IReadOnlyList<ChangeSet> changeSets, IReadOnlySet<ImageName> undecided, CancellationToken cancellationToken)
    {
        var existing = await ExistingAsync(scope, changeSets, cancellationToken).ConfigureAwait(false);
        RepositoryHostException? failure = null;
        var isWhole = true;
        var operations = PullRequestPlanner.Plan(changeSets, existing, undecided, time.GetUtcNow());
        foreach (var operation in operations)
        {
            try
            {
                isWhole &= await (mode == ServiceMode.Observe
                    ? ObserveAsync(scope, operation, cancellationToken)
                    : DoAsync(scope, operation, existing[operation.Key].Open, cancellationToken)).ConfigureAwait(false);
            }
            catch (RepositoryHostException e) when (e.Failure is not (RepositoryHostFailure.RateLimited or RepositoryHostFailure.Unreachable))
            {
                // This change set can't be done (a workflow file without the right to it, say); the others can.
                failure ??= e;
            }
        }

        await EndAsync(scope, existing, changeSets.Select(c => c.Key).ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            throw failure;
        }

        return (isWhole, operations.OfType<LeavePullRequest>().Min(o => o.Until));
    }

    /// <returns>False when another writer was first.</returns>
    private async Task<bool> DoAsync(Scope scope, PullRequestOperation operation, PullRequest? existing, CancellationToken cancellationToken)
    {
        switch (operation)
        {
            case OpenPullRequest open:
                return await OpenAsync(scope, open, cancellationToken).ConfigureAwait(false);
            case UpdatePullRequest update:
                return await UpdateAsync(scope, update, existing!, cancellationToken).ConfigureAwait(false);
            case ClosePullRequest close:
                await CloseAsync(scope, close, existing!, cancellationToken).ConfigureAwait(false);
                break;
            case DeleteBranch delete:
                await DeleteAsync(scope, delete, cancellationToken).ConfigureAwait(false);
                break;
            case LeavePullRequest leave:
                await LeaveAsync(scope, leave, existing, cancellationToken).ConfigureAwait(false);
                break;
            case KeepPullRequest keep:
                await KeepAsync(scope, keep, existing!, cancellationToken).ConfigureAwait(false);
                break;
            default:
                break;
        }

        return true;
    }

    private async Task<Dictionary<string, ExistingPullRequests>> ExistingAsync(Scope scope, IReadOnlyList<ChangeSet> changeSets, CancellationToken cancellationToken)
    {
        var repository = scope.Repository;
        var open = (await host.ListOpenPullRequestsAsync(repository, ChangeSet.BranchPrefix, cancellationToken).ConfigureAwait(false))
            .GroupBy(p => p.Branch[ChangeSet.BranchPrefix.Length..], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        var closing = await memory.ListPullRequestsAsync(repository, cancellationToken).Where(r => r.State == Closing).Select(r => r.Key).ToListAsync(cancellationToken).ConfigureAwait(false);
        var existing = new Dictionary<string, ExistingPullRequests>(StringComparer.Ordinal);
        var desired = changeSets.Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var key in open.Keys.Union(desired, StringComparer.Ordinal).Union(closing, StringComparer.Ordinal))
        {
            var branch = await host.GetBranchAsync(repository, ChangeSet.BranchPrefix + key, cancellationToken).ConfigureAwait(false);

            // Closed ones matter where something is desired: a person may have declined it.
            existing[key] = new ExistingPullRequests(branch, desired.Contains(key)
                ? await host.FindPullRequestsAsync(repository, ChangeSet.BranchPrefix + key, cancellationToken).ConfigureAwait(false)
                : open.GetValueOrDefault(key, []));
        }

        foreach (var target in changeSets.Where(c => c.TargetBranch is not null).GroupBy(c => c.TargetBranch!, StringComparer.Ordinal))
        {
            var problemOf = await ReadTargetAsync(scope, target.Key, cancellationToken).ConfigureAwait(false);
            foreach (var changeSet in target)
            {
                existing[changeSet.Key] = existing[changeSet.Key] with { TargetProblem = problemOf(changeSet) };
            }
        }

        return existing;
    }

    /// <summary>What is known is the default branch: what another has in the same words can be changed there too.</summary>
    /// <returns>Tells why a change set can't be made against the branch.</returns>
    private async Task<Func<ChangeSet, string?>> ReadTargetAsync(Scope scope, string branch, CancellationToken cancellationToken)
    {
        if (await host.GetBranchAsync(scope.Repository, branch, cancellationToken).ConfigureAwait(false) is not { } head)
        {
            return _ => $"there is no branch {Excerpt.Of(branch)} to make it against";
        }

        scope.Targets[branch] = head.Sha;
        var tree = (await host.GetTreeAsync(scope.Repository, head.Sha, cancellationToken).ConfigureAwait(false)).Files.ToDictionary(f => f.Path, f => f.Blob, StringComparer.Ordinal);
        var files = scope.Inventory.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        return changeSet => changeSet.Updates
            .Select(u => files[u.Use.Path])
            .SelectMany(f => (f.Siblings ?? []).Select(s => (s.Path, s.Blob)).Prepend((f.Path, f.Blob)))
            .FirstOrDefault(f => tree.GetValueOrDefault(f.Path) != f.Blob) is { Path: { } path }
            ? $"{Excerpt.Of(path)} is not on {Excerpt.Of(branch)} as it is on {Excerpt.Of(scope.Inventory.Branch)}: only what is the same on both is changed"
            : null;
    }

    private async Task<bool> OpenAsync(Scope scope, OpenPullRequest operation, CancellationToken cancellationToken)
    {
        var written = await WriteAsync(scope, operation.ChangeSet, operation.WriteBranch, operation.ExpectedBranch, cancellationToken).ConfigureAwait(false);
        if (written.IsRaced || written.IsEmpty)
        {
            return !written.IsRaced;
        }

        var text = await TextAsync(scope, operation.ChangeSet, written, cancellationToken).ConfigureAwait(false);
        var opened = await host.OpenPullRequestAsync(
            scope.Repository,
            Draft(operation.ChangeSet, operation.ChangeSet.TargetBranch ?? scope.Inventory.Branch, text),
            cancellationToken).ConfigureAwait(false);
        LogOpened(scope.Repository, opened.Number, text.Title);
        await RecordAsync(scope, new PullRequestRecord(operation.Key, opened.Number, opened.Url, text.Title, "opened", written.Commit ?? opened.HeadCommit, operation.ChangeSet.Fingerprint, null, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static PullRequestDraft Draft(ChangeSet changeSet, string target, PullRequestText text)
    {
        var proposal = changeSet.Proposal;
        return new PullRequestDraft(changeSet.Branch, target, text.Title, text.Body)
        {
            Labels = proposal.Labels,
            Reviewers = [.. proposal.Reviewers.Where(r => !r.Contains('/', StringComparison.Ordinal))],
            TeamReviewers = [.. proposal.Reviewers.Where(r => r.Contains('/', StringComparison.Ordinal)).Select(r => r[(r.IndexOf('/', StringComparison.Ordinal) + 1)..])],
            Assignees = proposal.Assignees,
        };
    }

    private async Task<bool> UpdateAsync(Scope scope, UpdatePullRequest operation, PullRequest open, CancellationToken cancellationToken)
    {
        var written = await WriteAsync(scope, operation.ChangeSet, operation.WriteBranch, operation.ExpectedBranch, cancellationToken).ConfigureAwait(false);
        if (written.IsRaced || written.IsEmpty)
        {
            return !written.IsRaced;
        }

        var text = await TextAsync(scope, operation.ChangeSet, written, cancellationToken).ConfigureAwait(false);
        await host.UpdatePullRequestAsync(scope.Repository, operation.Number, text.Title, text.Body, cancellationToken).ConfigureAwait(false);
        LogUpdated(scope.Repository, operation.Number, text.Title);
        await RecordAsync(scope, new PullRequestRecord(operation.Key, operation.Number, open.Url, text.Title, "updated", written.Commit ?? open.HeadCommit, operation.ChangeSet.Fingerprint, null, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task CloseAsync(Scope scope, ClosePullRequest operation, PullRequest open, CancellationToken cancellationToken)
    {
        var record = new PullRequestRecord(operation.Key, operation.Number, open.Url, open.Title, Closing, null, null, operation.Reason, time.GetUtcNow());
        await RecordAsync(scope, record, cancellationToken).ConfigureAwait(false);

        // Without its marker, so that a later change set of the same version is not taken for declined.
        if (PullRequestMarker.TryFind(open.Body, out var marker))
        {
            await host.UpdatePullRequestAsync(scope.Repository, operation.Number, open.Title, open.Body.Replace(marker.ToString(), "", StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        }

        await host.ClosePullRequestAsync(scope.Repository, operation.Number, operation.Reason, cancellationToken).ConfigureAwait(false);
        await host.DeleteBranchAsync(scope.Repository, operation.Branch, cancellationToken).ConfigureAwait(false);
        LogClosed(scope.Repository, operation.Number, operation.Reason);
        await RecordAsync(scope, record with { State = "closed" }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a closing that was broken off.</summary>
    private async Task DeleteAsync(Scope scope, DeleteBranch operation, CancellationToken cancellationToken)
    {
        await host.DeleteBranchAsync(scope.Repository, operation.Branch, cancellationToken).ConfigureAwait(false);
        if (await memory.PullRequests.GetAsync(Memory.PullRequestKey(scope.Repository, operation.Key), cancellationToken).ConfigureAwait(false) is { } record)
        {
            await RecordAsync(scope, record with { State = "closed" }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A ledger that was lost is made again from what is there.</summary>
    private async Task KeepAsync(Scope scope, KeepPullRequest operation, PullRequest open, CancellationToken cancellationToken)
    {
        if (await memory.PullRequests.GetAsync(Memory.PullRequestKey(scope.Repository, operation.Key), cancellationToken).ConfigureAwait(false) is null)
        {
            await RecordAsync(scope, new PullRequestRecord(operation.Key, operation.Number, open.Url, open.Title, "opened", open.HeadCommit, null, null, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LeaveAsync(Scope scope, LeavePullRequest operation, PullRequest? open, CancellationToken cancellationToken)
    {
        var known = await memory.PullRequests.GetAsync(Memory.PullRequestKey(scope.Repository, operation.Key), cancellationToken).ConfigureAwait(false);
        if (known is { State: "left" } && known.Note == operation.Reason)
        {
            return;
        }

        LogLeft(scope.Repository, operation.Key, operation.Reason);
        var record = known ?? new PullRequestRecord(operation.Key, operation.Number, open?.Url, open?.Title ?? operation.Key, "", null, null, null, default);
        await RecordAsync(scope, record with { Number = operation.Number ?? record.Number, State = "left", Note = operation.Reason, At = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is open in the ledger and nowhere else was merged, or closed by a person.</summary>
    private async Task EndAsync(Scope scope, IReadOnlyDictionary<string, ExistingPullRequests> existing, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        await foreach (var record in memory.ListPullRequestsAsync(scope.Repository, cancellationToken).ConfigureAwait(false))
        {
            var state = existing.GetValueOrDefault(record.Key, ExistingPullRequests.None);
            if (wanted.Contains(record.Key) || state.Open is not null)
            {
                continue;
            }

            if (record.State is "opened" or "updated" or "left" or "proposed")
            {
                await RecordAsync(scope, record with { State = "ended", Note = null, At = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
            }
            else if (record.State == Closing && (state.Branch is null || CommitSeal.ChangeOfUntouched(state.Branch) is null))
            {
                await RecordAsync(scope, record with { State = "closed" }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes the branch of a change set, or, where it is right already, only finds out what it holds.</summary>
    private async Task<Written> WriteAsync(Scope scope, ChangeSet changeSet, bool write, string? expected, CancellationToken cancellationToken)
    {
        var applied = new List<Update>();
        var dropped = new List<FileProblem>();
        var files = new List<CommitFile>();
        var known = scope.Inventory.Files
            .SelectMany(f => f.Siblings ?? []).Select(s => new InventoryFile(s.Path, s.Blob, s.Mode, [], []))
            .Concat(scope.Inventory.Files)
            .GroupBy(f => f.Path, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        var siblings = known.ToDictionary(f => f.Key, f => (IReadOnlyList<string>)[.. (f.Value.Siblings ?? []).Select(s => s.Path)], StringComparer.Ordinal);
        foreach (var (updates, paths) in FileChange.Group(changeSet.Updates, siblings))
        {
            var contents = new List<FileContent>();
            foreach (var path in paths)
            {
                contents.Add(new FileContent(path, await host.GetBlobAsync(scope.Repository, known[path].Blob, cancellationToken).ConfigureAwait(false), siblings[path]));
            }

            var change = FileChange.Apply(scope.Formats, contents, updates);
            foreach (var problem in change.Dropped)
            {
                LogDropped(scope.Repository, problem);
            }

            dropped.AddRange(change.Dropped);
            applied.AddRange(change.Applied);
            files.AddRange(change.Contents.Select(c => new CommitFile(c.Key, known[c.Key].Mode, c.Value)));
        }

        if (files.Count == 0)
        {
            return new Written(null, [], dropped) { IsEmpty = true };
        }

        if (!write)
        {
            return new Written(null, applied, dropped);
        }

        var message = await writer.MessageAsync(scope.Repository, scope.Head, changeSet, applied, cancellationToken).ConfigureAwait(false);
        var commit = await host.CommitAsync(
            scope.Repository,
            new CommitRequest(changeSet.TargetBranch is { } target ? scope.Targets[target] : scope.Inventory.Commit, files, message),
            cancellationToken).ConfigureAwait(false);
        if (await host.SetBranchAsync(scope.Repository, changeSet.Branch, commit.Sha, expected, cancellationToken).ConfigureAwait(false))
        {
            return new Written(commit.Sha, applied, dropped);
        }

        LogRaced(scope.Repository, changeSet.Branch);
        return new Written(null, [], dropped) { IsRaced = true };
    }

    private async Task<bool> ObserveAsync(Scope scope, PullRequestOperation operation, CancellationToken cancellationToken)
    {
        var changeSet = operation switch
        {
            OpenPullRequest open => open.ChangeSet,
            UpdatePullRequest update => update.ChangeSet,
            _ => null,
        };
        if (changeSet is not null)
        {
            var title = await writer.TitleAsync(scope.Repository, scope.Head, changeSet, cancellationToken).ConfigureAwait(false);
            LogObserved(scope.Repository, title);
            await RecordAsync(scope, new PullRequestRecord(operation.Key, null, null, title, "proposed", null, changeSet.Fingerprint, "mode: observe", time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private Task<PullRequestText> TextAsync(Scope scope, ChangeSet changeSet, Written written, CancellationToken cancellationToken) =>
        writer.WriteAsync(scope.Repository, scope.Head, changeSet, written.Applied, new PullRequestFacts { Dropped = written.Dropped }, cancellationToken);

    private Task RecordAsync(Scope scope, PullRequestRecord record, CancellationToken cancellationToken) =>
        memory.PullRequests.PutAsync(Memory.PullRequestKey(scope.Repository, record.Key), record, cancellationToken);

    /// <param name="Commit">New head of the branch; null when it was not written.</param>
    /// <param name="Applied">The updates that the branch holds.</param>
    /// <param name="Dropped">What could not be written, and why.</param>
    private sealed record Written(string? Commit, IReadOnlyList<Update> Applied, IReadOnlyList<FileProblem> Dropped)
    {
        /// <summary>Nothing at all could be written.</summary>
        public bool IsEmpty { get; init; }

        /// <summary>Someone else moved the branch first.</summary>
        public bool IsRaced { get; init; }
    }

    private sealed record Scope(RepositoryName Repository, Inventory Inventory, FormatCatalog Formats)
    {
        /// <summary>The default branch as the inventory has it.</summary>
        public RepositoryHead Head => new(Inventory.Branch, Inventory.Commit);

        /// <summary>Newest commits of the branches that pull requests are made against, besides the default branch.</summary>
        public Dictionary<string, string> Targets { get; } = new(StringComparer.Ordinal);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository} is left as it is: {Problem}")]
    private partial void LogWrong(RepositoryName repository, FileProblem problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: {Advice}")]
    private partial void LogImport(RepositoryName repository, string advice);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: opened #{Number}: {Title}")]
    private partial void LogOpened(RepositoryName repository, int number, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: updated #{Number}: {Title}")]
    private partial void LogUpdated(RepositoryName repository, int number, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: closed #{Number}: {Reason}")]
    private partial void LogClosed(RepositoryName repository, int number, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: would propose: {Title}")]
    private partial void LogObserved(RepositoryName repository, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: {Key} is left as it is: {Reason}")]
    private partial void LogLeft(RepositoryName repository, string key, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: not changed: {Problem}")]
    private partial void LogDropped(RepositoryName repository, FileProblem problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: {Branch} was moved by someone else meanwhile: left for the next run")]
    private partial void LogRaced(RepositoryName repository, string branch);
}
