using System.Collections.Concurrent;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Policies;
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
    PullRequestHearing hearing,
    PullRequestActions actions,
    PullRequestRules rules,
    PauseSwitch pauses,
    LifecycleBook lifecycles,
    OrganisationConfiguration organisation,
    ServiceMode mode,
    WayOutIssues issues,
    IRegistry registry,
    IssueDemand demand,
    TimeProvider time,
    ILogger<ReconcileProcessor> logger,
    IReviewHost? review = null,
    PackageSurvey? packageSurvey = null,
    VulnerabilityBook? vulnerabilities = null)
{
    private const int Parallel = 16;

    /// <summary>How often archives are asked about what a repository pins.</summary>
    private static readonly TimeSpan PackagesEach = TimeSpan.FromHours(6);

    /// <summary>What happens within this is one look at rollouts.</summary>
    private static readonly TimeSpan RolloutsSettle = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PauseAfterRace = TimeSpan.FromSeconds(30);

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
            var ends = time.GetUtcNow() + PullRequestActions.LookWhilePaused;
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

            var (assessments, facts) = await AssessAsync(inventory, decided.Policies, cancellationToken).ConfigureAwait(false);
            foreach (var advice in assessments.SelectMany(a => a.Imports).Distinct(StringComparer.Ordinal))
            {
                LogImport(repository, advice);
            }

            // What is there is written down, and what policies decided is held against it.
            var rollout = await RepositoryRollout.OpenAsync(memory, repository, RolloutScopes.Of(repository, settings.Configuration, inventory.Files.Select(f => f.Path)), inventory, assessments, decided.Policies, facts, registry, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            assessments = await rollout.ApplyAsync(assessments, decided.Policies, cancellationToken).ConfigureAwait(false);
            var ends = new RepositoryEnds(repository, EndOfLifeSettings.Of(settings.Configuration.EndOfLife), await lifecycles.FindAsync(settings.Configuration.Lifecycles, cancellationToken).ConfigureAwait(false), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
            await FindWaysOutAsync(ends, inventory, decided.Policies, assessments, cancellationToken).ConfigureAwait(false);
            var content = inventory.Files.ToDictionary(f => f.Path, f => f.Basis, StringComparer.Ordinal);
            var packages = await AssessPackagesAsync(repository, PackageSettings.Of(settings.Configuration.Packages), inventory, decided.Policies, assessments, ends, cancellationToken).ConfigureAwait(false);
            var changeSets = ChangeSet.Group(assessments.SelectMany(a => a.Updates).Concat(rollout.Allow(ends.Updates)), [.. packages.SelectMany(p => p.Updates)], path => content[path], inventory.Branch);
            var undecided = assessments
                .Where(a => a.Problem is not null)
                .SelectMany(a => new[] { a.Use.Reference!.Name, decided.Policies.For(a.Use).Replacement?.Image })
                .Concat(inventory.Uses.Where(decided.IsUncertain).Select(u => u.Reference!.Name))
                .OfType<ImageName>()
                .Concat(ends.UndecidedImages)
                .Concat(packages.Where(p => p.Problem is not null).Select(p => p.Base))
                .OfType<ImageName>()
                .ToHashSet();
            var work = await RepositoryWork.OpenAsync(memory, time, repository, inventory, settings.Formats, rules.Under(settings.Configuration.PullRequests), cancellationToken).ConfigureAwait(false);
            work.Lifecycles = settings.Configuration.Lifecycles;
            work.Facts = facts;
            work.Vulnerabilities = settings.Configuration.Vulnerabilities.ToSettings();
            work.Rollout = rollout;
            (var isWhole, again) = await ReconcileAsync(work, assessments, changeSets, undecided, ends, cancellationToken).ConfigureAwait(false);
            if (rollout.HasMoved)
            {
                await queue.EnqueueAsync(new ReviewRollouts(repository.Owner), RolloutsSettle, cancellationToken).ConfigureAwait(false);
            }

            if (packages.Count > 0)
            {
                // What archives hold moves without any event.
                var next = time.GetUtcNow() + PackagesEach;
                again = again < next ? again : next;
            }

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

    private async Task<(IReadOnlyList<Assessment> Assessments, IReadOnlyDictionary<ImageName, ImageFacts> Facts)> AssessAsync(Inventory inventory, PolicySet inForce, CancellationToken cancellationToken)
    {
        var uses = inventory.Uses.Select(inForce.Apply).Where(u => u.IsLookedUp).ToList();
        var facts = new ConcurrentDictionary<ImageName, ImageFacts>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            UpdatePlanner.Followed(uses, inForce),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (image, token) => facts[image.Key] = await images.GetAsync(image.Key, image.Value, token).ConfigureAwait(false)).ConfigureAwait(false);
        return (UpdatePlanner.Assess(uses, inForce, facts, new TagChoices(time.GetUtcNow())), facts);
    }

    private async Task<IReadOnlyList<PackageAssessment>> AssessPackagesAsync(
        RepositoryName repository, PackageSettings settings, Inventory inventory, PolicySet inForce, IReadOnlyList<Assessment> assessments, RepositoryEnds ends, CancellationToken cancellationToken)
    {
        if (packageSurvey is null || inventory.Packages.ToList() is not { Count: > 0 } uses)
        {
            return [];
        }

        var builds = new BuiltImages();
        builds.Add(DockerfileBuilds.Of(repository.ToString(), [.. inventory.Uses], inventory.Builds));
        var lineage = ends.Resolver is { } resolver ? new Lineage(new ImageLives(resolver, ends.Today), static _ => null, builds, new KnownBases()) : null;
        var known = assessments.ToLookup(a => (a.Use.Path, a.Use.Line, a.Use.Column));

        // A base that nobody asks a registry about has packages all the same.
        var others = inventory.Uses.Where(u => !known.Contains((u.Path, u.Line, u.Column))).Select(u => new Assessment(u, [], IsGone: false, "", "", null));
        var packages = await packageSurvey.AssessAsync(
            uses,
            new PackageQuestion(settings, [.. assessments, .. others], image => settings.SuiteOf(image) ?? KnownSuites.Of(image, lineage?.Resolve(image with { Digest = null })), use => inForce.For(use).Rule) { WaysOut = ends.Updates },
            cancellationToken).ConfigureAwait(false);
        foreach (var package in packages.Where(p => p.Problem is not null || (p.IsGone && p.Updates.Count == 0)).DistinctBy(p => p.Reason, StringComparer.Ordinal))
        {
            LogPackage(repository, package.Use.Path, package.Use.Line, package.Use.Name, package.Reason);
        }

        return packages;
    }

    /// <returns>False when another writer was first somewhere; and when something that waits has to be looked at again.</returns>
    private async Task<(bool IsWhole, DateTimeOffset? Again)> ReconcileAsync(
        RepositoryWork work, IReadOnlyList<Assessment> assessments, IReadOnlyList<ChangeSet> changeSets, IReadOnlySet<ImageName> undecided, RepositoryEnds ends, CancellationToken cancellationToken)
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

        RepositoryHostException? failure = null;
        DateTimeOffset? issuesAgain = null;
        try
        {
            (ends.Issues, issuesAgain) = await issues.ReconcileAsync(
                work.Repository,
                WayOutPlan.Of(await demand.OfAsync(work.Repository, ends.Settings, ends.Report.Ways, cancellationToken).ConfigureAwait(false)),
                ends.Report,
                ends.LifeOf,
                way => ends.Updates.Any(u => u.WayOut?.Image == way.Image) ? LinkOf(work, way) : null,
                isObserving,
                cancellationToken).ConfigureAwait(false);
        }
        catch (RepositoryHostException e) when (e.Failure is not (RepositoryHostFailure.RateLimited or RepositoryHostFailure.Unreachable))
        {
            failure = e;
        }

        work.WaysOut = PointersOf(work, ends);
        var operations = PullRequestPlanner.Plan(changeSets, existing, new PlanningContext(time.GetUtcNow())
        {
            Undecided = undecided,
            Rules = work.Rules,
            Refusals = [.. work.Refusals.Select(r => new Refusal(r.Number, r.Scope, r.Ids, r.IsDone))],
            Opened = work.Pace.Opened,
            Written = work.Pace.Written,
            Urgency = await UrgencyAsync(work, changeSets, cancellationToken).ConfigureAwait(false),
            DefaultBranch = work.Inventory.Branch,
            Notes = NotesOf(work.Abilities),
            NotesOf = changeSet => [.. RepositoryRollout.NotesOf(changeSet), .. ends.Resolver is { } resolver ? UpgradeAdvice.Of(changeSet, resolver) : []],
            HoldOf = work.Rollout.HoldOf,
            WhyGone = work.Rollout.WhyGone,
            WaysOut = work.WaysOut,
        });
        var (isWhole, again) = (true, operations.OfType<LeavePullRequest>().Select(o => o.Until).Append(issuesAgain).Min());
        foreach (var operation in operations)
        {
            try
            {
                var (isRaced, until) = isObserving
                    ? await actions.ObserveAsync(work, operation, cancellationToken).ConfigureAwait(false)
                    : await actions.DoAsync(work, operation, existing[operation.Key].Open, cancellationToken).ConfigureAwait(false);
                isWhole &= !isRaced;
                again = until < again || again is null ? until ?? again : again;
                if (!isRaced && until is null && heard.FirstOrDefault(h => h.Key == operation.Key) is { } one)
                {
                    await hearing.SettleAsync(work, one, operation, (number, text) => actions.SayAsync(work, number, text, cancellationToken), cancellationToken).ConfigureAwait(false);
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
            await hearing.SettleAsync(work, one, null, (number, text) => actions.SayAsync(work, number, text, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        await EndAsync(work, existing, changeSets.Select(c => c.Key).ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        if (!isObserving)
        {
            await work.Rollout.NoteAsync(work, changeSets, existing, cancellationToken).ConfigureAwait(false);
        }

        await work.SummarizeAsync(assessments, cancellationToken).ConfigureAwait(false);
        if (!isObserving)
        {
            await NoteReviewAsync(work, existing, operations, failure is not null, cancellationToken).ConfigureAwait(false);
        }

        if (failure is not null)
        {
            throw failure;
        }

        if (!isObserving && !ends.IsUnknown && !PointersOf(work, ends).OrderBy(p => p.Value, StringComparer.Ordinal).SequenceEqual(work.WaysOut.OrderBy(p => p.Value, StringComparer.Ordinal)))
        {
            // What was opened just now is to be named by the others.
            again = time.GetUtcNow();
        }

        return (isWhole, work.IsHeldBack && again is null ? time.GetUtcNow() + TimeSpan.FromMinutes(1) : again);
    }

    /// <summary>What has to be left, and how.</summary>
    private async Task FindWaysOutAsync(RepositoryEnds ends, Inventory inventory, PolicySet inForce, IReadOnlyList<Assessment> assessments, CancellationToken cancellationToken)
    {
        if (ends.Resolver is not { } resolver)
        {
            // Nothing is taken back for want of the catalogue.
            ends.Forget(inventory.Uses.Where(u => u.Reference is not null));
            return;
        }

        // What a rule switches off ends too: it is told, and no registry is asked about it.
        var off = inventory.Uses.Where(u => u.Reference is not null).Select(inForce.Apply).Where(u => !u.IsLookedUp)
            .Select(u => new Assessment(u, [], IsGone: false, "", u.Skip!, null));
        var planner = new WayOutPlanner(resolver, ends.LifeOf, ends.Settings, ends.Today);
        ends.Report = await WayOutFinder.FindAsync([.. assessments, .. off], inForce, planner, images.GetAsync, new TagChoices(time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the way out of each image is that has to be left.</summary>
    private static Dictionary<ImageReference, string> PointersOf(RepositoryWork work, RepositoryEnds ends) =>
        ends.Report.Ways.DistinctBy(w => w.Image).ToDictionary(
            w => w.Image,
            w => WayOutText.Pointer(w, ends.Issues.TryGetValue(w.Key, out var issue) ? $"#{issue}" : ends.Updates.Any(u => u.WayOut?.Image == w.Image) ? LinkOf(work, w) : null));

    private static string? LinkOf(RepositoryWork work, WayOut way)
    {
        var update = way.Next is { } next && way.Uses is [var use, ..] ? new Update(use, next, UpdateKind.Successor, "", "") { WayOut = way } : null;
        return update is not null && ChangeSet.Group([update], _ => "").Single().Key is var key
            && work.Records.FirstOrDefault(r => r.Key == key || r.Key.EndsWith("/" + key, StringComparison.Ordinal)).Value is { Number: { } number, State: "opened" or "updated" or "left" }
            ? $"#{number}"
            : null;
    }

    private static string[] NotesOf(HostAbilities abilities) =>
        abilities.StartsChecks ? [] : ["Its checks don't start by themselves, because it was opened with the token of a workflow: close it and reopen it to start them, or run Basewatch as an App."];

    /// <summary>What mends a vulnerability comes first, and then what leaves a version that is at its end.</summary>
    private async Task<Func<ChangeSet, int>> UrgencyAsync(RepositoryWork work, IReadOnlyList<ChangeSet> changeSets, CancellationToken cancellationToken)
    {
        const int Mending = 0, EndOfLife = 1, Ordinary = 2;
        if (changeSets.Count < 2)
        {
            return _ => Ordinary;
        }

        var resolver = await lifecycles.FindAsync(work.Lifecycles, cancellationToken).ConfigureAwait(false);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        IReadOnlySet<string> mending = vulnerabilities is null ? new HashSet<string>(StringComparer.Ordinal) : await vulnerabilities.MendingAsync(changeSets, work.Vulnerabilities, cancellationToken).ConfigureAwait(false);
        return changeSet => mending.Contains(changeSet.Key) ? Mending : changeSet.Packages.Any(p => p.IsRepair) || changeSet.Updates.Any(u => IsAtItsEnd(u.Use.Reference!) && !IsAtItsEnd(u.Target)) ? EndOfLife : Ordinary;

        bool IsAtItsEnd(ImageReference reference) => resolver?.Resolve(reference, today).Status is LifecycleStatus.Ended or LifecycleStatus.Ending;
    }

    private async Task<Dictionary<string, ExistingPullRequests>> ExistingAsync(RepositoryWork work, IReadOnlyList<ChangeSet> changeSets, CancellationToken cancellationToken)
    {
        var repository = work.Repository;
        var open = (await host.ListOpenPullRequestsAsync(repository, ChangeSet.BranchPrefix, cancellationToken).ConfigureAwait(false))
            .GroupBy(p => p.Branch[ChangeSet.BranchPrefix.Length..], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);

        // What the ledger takes for open and is not was merged, or closed by a person; a closing may have been broken off.
        var gone = work.Records.Values.Where(r => !open.ContainsKey(r.Key) && (r.State is PullRequestActions.Opening or PullRequestActions.Closing or "merging" || (r.Number is not null && r.State is "opened" or "updated" or "left"))).Select(r => r.Key);
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
            var asks = merges || (work.Abilities.Reviews && work.Rollout.Asks(changeSet));
            var isStale = state.BaseCommit is { } head && !branch.Parents.Contains(head, StringComparer.Ordinal);
            existing[changeSet.Key] = state = state with { MergeAsked = asked, MergeAskedBy = record?.MergeAskedBy };
            try
            {
                existing[changeSet.Key] = state with
                {
                    Merge = merges || isStale ? await review.GetMergeStateAsync(work.Repository, open.Number, cancellationToken).ConfigureAwait(false) : MergeState.Unknown,
                    Checks = asks ? await review.ListChecksAsync(work.Repository, branch.Sha, cancellationToken).ConfigureAwait(false) : null,
                    Review = asks ? await review.GetReviewStateAsync(work.Repository, open.Number, cancellationToken).ConfigureAwait(false) : null,
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
        return changeSet => changeSet.Updates.Select(u => u.Use.Path).Concat(changeSet.Packages.Select(p => p.Use.Path))
            .Select(p => files[p])
            .SelectMany(f => (f.Siblings ?? []).Select(s => (s.Path, s.Blob)).Prepend((f.Path, f.Blob)))
            .FirstOrDefault(f => tree.GetValueOrDefault(f.Path) != f.Blob) is { Path: { } path }
            ? $"{Excerpt.Of(path)} is not on {Excerpt.Of(branch)} as it is on {Excerpt.Of(work.Inventory.Branch)}: only what is the same on both is changed"
            : null;
    }

    /// <summary>What is open in the ledger and nowhere else was merged, or closed by a person.</summary>
    private async Task EndAsync(RepositoryWork work, IReadOnlyDictionary<string, ExistingPullRequests> existing, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        foreach (var record in work.Records.Values.ToList())
        {
            var state = existing.GetValueOrDefault(record.Key, ExistingPullRequests.None);
            if (state.Open is not null || (wanted.Contains(record.Key) && record.State != PullRequestActions.Closing))
            {
                continue;
            }

            var fate = state.PullRequests.FirstOrDefault(p => p.Number == record.Number) is { } ended
                ? ended.State == PullRequestState.Merged ? "merged" : PullRequestMarker.TryFind(ended.Body, out _) ? "declined" : "closed"
                : "ended";
            if (record.State is PullRequestActions.Opening or "opened" or "updated" or "left" or "proposed" or "merging")
            {
                await work.RecordAsync(record.Key, record.Number, r => r with { State = fate, Note = null }, cancellationToken).ConfigureAwait(false);
            }
            else if (record.State == PullRequestActions.Closing)
            {
                if (wanted.Contains(record.Key) && state.Branch is not null && mode != ServiceMode.Observe)
                {
                    await actions.DeleteBranchAsync(work, ChangeSet.BranchPrefix + record.Key, cancellationToken).ConfigureAwait(false);
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
        var open = work.Records.Values.Where(r => r.Number is not null && (r.State is PullRequestActions.Opening or "opened" or "updated" or PullRequestActions.Closing || (r.State == "left" && existing.GetValueOrDefault(r.Key)?.Open is not null))).ToList();
        if (open.Count + declined.Count == 0)
        {
            await memory.Reviews.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
            return;
        }

        // What was open when this began: what was written since shows as moved, and is looked at once more.
        var isWaiting = hasFailed || work.IsHeldBack || operations.Any(o => o is MergePullRequest or KeepPullRequest { Waits: not null })
            || existing.Any(e => e.Value is { Open: not null, Checks: { } checks } && work.Rollout.IsWatched(e.Key) && !(checks.Count > 0 && checks.All(c => c.State == CheckState.Passed)))
            || existing.Values.Any(e => e.Open is { } o && PullRequestHearing.IsFresh(o, time.GetUtcNow()));
        var record = new ReviewRecord(
            work.Repository.ToString(),
            ReviewPullRequestsProcessor.Describe(existing.Values.Select(e => e.Open).OfType<PullRequest>()),
            isWaiting,
            [.. declined.Select(r => r.Key).Order(StringComparer.Ordinal)]);
        await memory.Reviews.PutAsync(key, record, cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository} is left as it is: {Problem}")]
    private partial void LogWrong(RepositoryName repository, FileProblem problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository} is left as it is: Basewatch is paused")]
    private partial void LogPaused(RepositoryName repository);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: {Path}:{Line}: {Package}: {Problem}")]
    private partial void LogPackage(RepositoryName repository, string path, int line, string package, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: {Advice}")]
    private partial void LogImport(RepositoryName repository, string advice);
}
