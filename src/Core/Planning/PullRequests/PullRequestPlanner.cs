using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>What a repository host shows of one change set's branch and pull requests.</summary>
/// <param name="Branch">Newest commit of the branch; null when there is none.</param>
/// <param name="PullRequests">Every pull request from it, the newest first.</param>
public sealed record ExistingPullRequests(CommitInfo? Branch, IReadOnlyList<PullRequest> PullRequests)
{
    /// <summary>No branch and no pull request.</summary>
    public static ExistingPullRequests None { get; } = new(null, []);

    /// <summary>Why nothing can be proposed against the change set's target branch; null where it can.</summary>
    public string? TargetProblem { get; init; }

    /// <summary>The newest commit of the branch that it goes to, as far as it is known; null: it is not.</summary>
    public string? BaseCommit { get; init; }

    /// <summary>Whether one was merged since the repository was read: what it did is not known yet.</summary>
    public bool IsMergedAhead { get; init; }

    /// <summary>Whether a person asked for its branch to be put on top of its base.</summary>
    public bool IsRebaseAsked { get; init; }

    /// <summary>Whether a person who may write asked for its branch to be written anew, whatever was pushed to it.</summary>
    public bool IsRecreateAsked { get; init; }

    /// <summary><see cref="ChangeSet.VersionsId"/> of what a person who may write wants to be merged when it is green; null: nobody asked.</summary>
    public string? MergeAsked { get; init; }

    /// <summary>Who asked.</summary>
    public string? MergeAskedBy { get; init; }

    /// <summary>What the host says of merging the open one; <see cref="MergeState.Unknown"/> where it was not asked.</summary>
    public MergeState Merge { get; init; }

    /// <summary>What checks say of its head; null where nobody asked, because nothing is to be merged.</summary>
    public IReadOnlyList<CheckResult>? Checks { get; init; }

    /// <summary>Why nobody can say whether it may be merged; null: somebody can, or nobody asked.</summary>
    public string? AskProblem { get; init; }

    /// <summary>What reviewers say of it; null likewise.</summary>
    public ReviewState? Review { get; init; }

    /// <summary>The open one, if there is one.</summary>
    public PullRequest? Open => PullRequests.FirstOrDefault(p => p.State == PullRequestState.Open);
}

/// <summary>What decides about a repository's pull requests besides what should be and what is there.</summary>
/// <param name="Now">Decides whether schedules are open.</param>
public sealed record PlanningContext(DateTimeOffset Now)
{
    /// <summary>Images whose registry gave no whole answer: their pull requests stay as they are.</summary>
    public IReadOnlySet<ImageName> Undecided { get; init; } = new HashSet<ImageName>();

    /// <summary>What the repository, its organisation and the settings say of pull requests as a whole.</summary>
    public PullRequestRules Rules { get; init; } = PullRequestRules.None;

    /// <summary>What people said that they do not want, as the ledger has it.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>When pull requests were opened, of the last hour.</summary>
    public IReadOnlyList<DateTimeOffset> Opened { get; init; } = [];

    /// <summary>When branches were written, likewise.</summary>
    public IReadOnlyList<DateTimeOffset> Written { get; init; } = [];

    /// <summary>What comes first in the queue: 0 for what mends a vulnerability, 1 for what leaves a version that is at its end, 2 for all else.</summary>
    public Func<ChangeSet, int> Urgency { get; init; } = _ => 2;

    /// <summary>The default branch; null where it does not matter.</summary>
    public string? DefaultBranch { get; init; }

    /// <summary>What every pull request has to tell, each a sentence of Markdown.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What a change set's has to tell besides, likewise.</summary>
    public Func<ChangeSet, IReadOnlyList<string>> NotesOf { get; init; } = _ => [];

    /// <summary>Why a change set must be neither opened nor written nor merged now, and when that may be over; null: it may.</summary>
    public Func<ChangeSet, (string Reason, DateTimeOffset? Until)?> HoldOf { get; init; } = _ => null;

    /// <summary>Why what is open under a key is wanted no more, where more can be said than that.</summary>
    public Func<string, string?> WhyGone { get; init; } = _ => null;

    /// <summary>Where the ways out of images are, without digests: <see cref="PullRequestFacts.WayOutOf"/>.</summary>
    public IReadOnlyDictionary<ImageReference, string> WaysOut { get; init; } = new Dictionary<ImageReference, string>();
}

/// <summary>One thing to do about a pull request, or the reason why nothing is done.</summary>
/// <param name="Key"><see cref="ChangeSet.Key"/>.</param>
public abstract record PullRequestOperation(string Key);

/// <summary>Write the branch, if <paramref name="WriteBranch"/>, and open a pull request.</summary>
public sealed record OpenPullRequest(ChangeSet ChangeSet, bool WriteBranch, string? ExpectedBranch) : PullRequestOperation(ChangeSet.Key)
{
    /// <summary>What it has to tell, each a sentence of Markdown.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Write the branch anew, if <paramref name="WriteBranch"/>, and then title and body.</summary>
public sealed record UpdatePullRequest(ChangeSet ChangeSet, int Number, bool WriteBranch, string? ExpectedBranch) : PullRequestOperation(ChangeSet.Key)
{
    /// <summary>The branch that it has to go to from now on; null: it does already.</summary>
    public string? NewBase { get; init; }

    /// <summary>What it has to tell, each a sentence of Markdown.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Close a pull request that has nothing left to do, or that a person does not want, and delete its branch.</summary>
public sealed record ClosePullRequest(string Key, int Number, string Branch, string Reason) : PullRequestOperation(Key)
{
    /// <summary>What a person refused with it, and how far; null: it has nothing left to do, and refuses nothing.</summary>
    public RefusalScope? Ignored { get; init; }

    /// <summary>Whether a person's commits are on its branch, which stays then.</summary>
    public bool IsTouched { get; init; }
}

/// <summary>Delete a branch that Basewatch wrote and that no pull request needs: it was merged, or its closing was broken off.</summary>
public sealed record DeleteBranch(string Key, string Branch) : PullRequestOperation(Key);

/// <summary>Merge a pull request, if its head is what was looked at.</summary>
public sealed record MergePullRequest(ChangeSet ChangeSet, int Number, string Head) : PullRequestOperation(ChangeSet.Key);

/// <summary>The pull request is as it should be.</summary>
public sealed record KeepPullRequest(string Key, int Number) : PullRequestOperation(Key)
{
    /// <summary>What it holds; null where that is not known.</summary>
    public ChangeSet? ChangeSet { get; init; }

    /// <summary>What is in the way of merging it, where it is to be merged.</summary>
    public string? Waits { get; init; }

    /// <summary>Whether a person has to see to that.</summary>
    public bool IsRefused { get; init; }
}

/// <summary>Nothing is done, because of what a person did or said, or what is not known.</summary>
public sealed record LeavePullRequest(string Key, int? Number, string Reason) : PullRequestOperation(Key)
{
    /// <summary>When to look again even if nothing has happened; null: that would change nothing.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether it is because a person's commits are on the branch.</summary>
    public bool IsTouched { get; init; }

    /// <summary>Whether it is because a person does not want it.</summary>
    public bool IsDeclined { get; init; }
}

/// <summary>
/// Compares the pull requests that should be with those that are. Pure, and level-triggered: whatever was lost or done
/// twice before, the operations lead to the same end, and planning again after them gives nothing to do.
/// </summary>
public static class PullRequestPlanner
{
    /// <summary>What a person ticks in a body to have the branch put on top of its base.</summary>
    public const string RebaseBox = "<!-- basewatch:rebase -->";

    /// <summary>A host does not tell of a pull request that was closed.</summary>
    private static readonly TimeSpan LookForRoom = TimeSpan.FromDays(1);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>The operations for one repository, in the order in which they are to be done.</summary>
    /// <param name="desired">The change sets that should be proposed.</param>
    /// <param name="existing">What is there, by key; a key without an entry has nothing.</param>
    /// <param name="context">What else decides.</param>
    public static IReadOnlyList<PullRequestOperation> Plan(
        IReadOnlyList<ChangeSet> desired,
        IReadOnlyDictionary<string, ExistingPullRequests> existing,
        PlanningContext context)
    {
        ArgumentNullException.ThrowIfNull(desired);
        ArgumentNullException.ThrowIfNull(existing);
        ArgumentNullException.ThrowIfNull(context);
        if (context.Rules.SwitchedOff is { } by)
        {
            return [.. desired.Select(c => c.Key).Union(existing.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(key => new LeavePullRequest(key, existing.GetValueOrDefault(key)?.Open?.Number, $"pull requests are switched off, as {Excerpt.Of(by)} says"))];
        }

        var operations = new List<PullRequestOperation>();
        var refused = Refused(existing, context);
        foreach (var changeSet in desired)
        {
            operations.Add(Plan(changeSet, existing.GetValueOrDefault(changeSet.Key, ExistingPullRequests.None), refused, context));
        }

        var wanted = desired.Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        var proposed = new Lazy<HashSet<string>>(() => desired.SelectMany(c => c.Proposals).ToHashSet(StringComparer.Ordinal));
        foreach (var (key, state) in existing.Where(e => !wanted.Contains(e.Key)).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var isTouched = state.Branch is { } branch && CommitSeal.ChangeOfUntouched(branch) is null;
            if (state.Open is not { } open)
            {
                if (state.Branch is not null && !isTouched)
                {
                    operations.Add(new DeleteBranch(key, ChangeSet.BranchPrefix + key));
                }
            }
            else
            {
                operations.Add(
                    RefusalOf(open, context) is { } refusal ? CloseIgnored(key, open, refusal, isTouched)
                    : isTouched ? Touched(key, open)
                    : IsAbout(open, context.Undecided) ? new LeavePullRequest(key, open.Number, "an image of it could not be judged")
                    : new ClosePullRequest(key, open.Number, open.Branch, context.WhyGone(key) is { } why ? why : IsElsewhere(open)
                        ? "its updates are in another pull request from now on"
                        : "there is nothing left to do: the default branch needs none of these updates any more"));
            }
        }

        bool IsElsewhere(PullRequest open) => PullRequestMarker.TryFind(open.Body, out var marker) && marker.Proposals.Split(',', StringSplitOptions.RemoveEmptyEntries).Any(proposed.Value.Contains);

        Queue(operations, context);
        Hold(operations, desired, existing, context);
        return operations;
    }

    /// <summary>Names what the text of a pull request is made from besides its updates: it is written anew when that changes.</summary>
    /// <param name="changeSet">What it proposes.</param>
    /// <param name="notes">What it tells besides.</param>
    /// <param name="waysOut">Where the ways out of its images are.</param>
    public static string ToldOf(ChangeSet changeSet, IReadOnlyList<string> notes, IReadOnlyDictionary<ImageReference, string>? waysOut = null)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        ArgumentNullException.ThrowIfNull(notes);
        var proposal = changeSet.Proposal;
        return ChangeSet.Hash(
        [
            $"{proposal.CommitPrefix} {proposal.Automerge} {proposal.MergesUnchecked} {proposal.Approvals} {proposal.Group} {proposal.Schedule?.Text}",
            .. proposal.RequiredChecks,
            .. changeSet.Updates.Select(u => u.Rule?.Source?.ToString() ?? "").Distinct(StringComparer.Ordinal),
            .. changeSet.LeftOut.Select(u => $"{u.Use.Path}:{u.Use.Line} {u.Target}"),
            .. notes,
            .. waysOut is null or { Count: 0 } ? [] : changeSet.Updates.Where(u => u.WayOut is null).Select(u => waysOut.GetValueOrDefault(u.Target with { Digest = null })).OfType<string>().Distinct(StringComparer.Ordinal),
            .. changeSet.Updates.Select(u => u.WayOut?.Fingerprint).OfType<string>().Distinct(StringComparer.Ordinal),
        ])[..8];
    }

    /// <summary>What nobody wants: of pull requests that a person closed, and of the ledger.</summary>
    private static HashSet<string> Refused(IReadOnlyDictionary<string, ExistingPullRequests> existing, PlanningContext context)
    {
        var open = existing.Values.Select(e => e.Open?.Number).OfType<int>().ToHashSet();
        return [.. existing.Values
            .SelectMany(e => e.PullRequests)
            .Where(p => p.State == PullRequestState.Closed)
            .SelectMany(p => PullRequestMarker.TryFind(p.Body, out var marker) ? marker.Refused(context.Rules.WhenClosed) : [])
            .Concat(context.Refusals.Where(r => !(r.IsDone && open.Contains(r.Number))).SelectMany(r => r.Ids))];
    }

    /// <summary>What was said of an open pull request that is still to be closed for it.</summary>
    private static Refusal? RefusalOf(PullRequest open, PlanningContext context) => context.Refusals.FirstOrDefault(r => r.Number == open.Number && !r.IsDone);

    private static ClosePullRequest CloseIgnored(string key, PullRequest open, Refusal refusal, bool isTouched) =>
        new(key, open.Number, open.Branch, $"{WordOf(refusal.Scope)} is ignored from now on. To have it proposed again, reopen this pull request or say `@basewatch reopen` here")
        {
            Ignored = refusal.Scope,
            IsTouched = isTouched,
        };

    private static string WordOf(RefusalScope scope) => scope switch
    {
        RefusalScope.Minor => "this minor version",
        RefusalScope.Major => "this major version",
        RefusalScope.Image => "this image",
        _ => "this version",
    };

    private static LeavePullRequest Touched(string key, PullRequest? open) =>
        new(key, open?.Number, "a person has pushed to its branch") { IsTouched = true };

    /// <summary>What gives room comes first; then what is open; then what is urgent. Among equals, small steps come first, then keys decide.</summary>
    private static void Queue(List<PullRequestOperation> operations, PlanningContext context)
    {
        var ordered = operations
            .OrderBy(o => o switch { ClosePullRequest or DeleteBranch => 0, MergePullRequest => 1, OpenPullRequest => 3, _ => 2 })
            .ThenBy(o => o is OpenPullRequest open ? context.Urgency(open.ChangeSet) : 0)
            .ThenBy(o => o is OpenPullRequest open ? open.ChangeSet.Furthest : UpdateKind.None)
            .ThenBy(o => o.Key, StringComparer.Ordinal)
            .ToList();
        operations.Clear();
        operations.AddRange(ordered);
    }

    /// <summary>Opens and writes only what may be now: what is open already stays open.</summary>
    private static void Hold(List<PullRequestOperation> operations, IReadOnlyList<ChangeSet> desired, IReadOnlyDictionary<string, ExistingPullRequests> existing, PlanningContext context)
    {
        var (now, rules) = (context.Now, context.Rules);
        var limits = desired.ToDictionary(c => c.Key, c => rules.LimitsOf(c).Select(l => l.Id), StringComparer.Ordinal);
        var open = operations
            .Where(o => o is not ClosePullRequest && existing.GetValueOrDefault(o.Key)?.Open is not null)
            .SelectMany(o => limits.GetValueOrDefault(o.Key)
                ?? rules.LimitsOf(PullRequestMarker.TryFind(existing[o.Key].Open!.Body, out var marker) ? marker.Limits.Split(',', StringSplitOptions.RemoveEmptyEntries) : []))
            .CountBy(id => id, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        var opened = context.Opened.Where(t => t > now - Hour).Order().ToList();
        var written = context.Written.Where(t => t > now - Hour).Order().ToList();
        for (var i = 0; i < operations.Count; i++)
        {
            operations[i] = operations[i] switch
            {
                OpenPullRequest o => WhyHeld(o.ChangeSet, null) ?? WhyNot(o.ChangeSet) ?? WhyNotWritten(o.Key, null, o.WriteBranch) ?? o as PullRequestOperation,
                MergePullRequest m when context.HoldOf(m.ChangeSet) is { } hold => new KeepPullRequest(m.Key, m.Number) { ChangeSet = m.ChangeSet, Waits = hold.Reason },
                UpdatePullRequest { WriteBranch: true } u when WhyHeld(u.ChangeSet, u.Number) is { } held =>
                    // What must not be merged does not stay open for want of what takes its place.
                    context.WhyGone(u.Key) is { } gone && existing[u.Key].Open is { } wrong ? new ClosePullRequest(u.Key, u.Number, wrong.Branch, gone) : held,
                UpdatePullRequest u => WhyNotWritten(u.Key, u.Number, u.WriteBranch) ?? u as PullRequestOperation,
                var other => other,
            };
            if (operations[i] is OpenPullRequest { ChangeSet: var changeSet })
            {
                opened.Add(now);
                foreach (var id in limits[changeSet.Key])
                {
                    open[id] = open.GetValueOrDefault(id) + 1;
                }
            }

            if (operations[i] is OpenPullRequest { WriteBranch: true } or UpdatePullRequest { WriteBranch: true })
            {
                written.Add(now);
            }
        }

        LeavePullRequest? WhyHeld(ChangeSet changeSet, int? number) =>
            context.HoldOf(changeSet) is { } hold ? new LeavePullRequest(changeSet.Key, number, hold.Reason) { Until = hold.Until } : null;

        LeavePullRequest? WhyNot(ChangeSet changeSet)
        {
            if (changeSet.Rollout is { IsTakeBack: true })
            {
                // What failed does not stay for want of room.
                return null;
            }

            if (changeSet.Proposal.Schedule is { } schedule && !schedule.IsOpen(now))
            {
                return new LeavePullRequest(changeSet.Key, null, $"waits for its schedule: {Excerpt.Of(schedule.Text)}") { Until = schedule.NextOpening(now) };
            }

            if (rules.LimitsOf(changeSet).FirstOrDefault(l => open.GetValueOrDefault(l.Id) >= l.Most) is { } limit)
            {
                var (held, source) = (open.GetValueOrDefault(limit.Id), Excerpt.Of(limit.Source));
                return new LeavePullRequest(
                    changeSet.Key,
                    null,
                    limit.Most == 0 ? $"waits: no pull request may be opened, as {source} says"
                    : held == 1 ? $"waits: 1 pull request is open already, as {source} says"
                    : $"waits: {held} pull requests are open already, as {source} says")
                {
                    Until = limit.Most == 0 ? null : now + LookForRoom,
                };
            }

            return rules.MostAnHour is { } most && opened.Count >= most.Most ? Paced(changeSet.Key, null, opened, most, "opened") : null;
        }

        LeavePullRequest? WhyNotWritten(string key, int? number, bool writes) =>
            writes && rules.MostCommitsAnHour is { } most && written.Count >= most.Most ? Paced(key, number, written, most, "written") : null;

        LeavePullRequest Paced(string key, int? number, List<DateTimeOffset> times, ProposalLimit most, string word) =>
            new(key, number, $"waits: no more than {most.Most} {(most.Most == 1 ? "is" : "are")} {word} within an hour, as {Excerpt.Of(most.Source)} says")
            {
                // When so many are past that there is room for one.
                Until = most.Most == 0 ? null : times[times.Count - most.Most] + Hour,
            };
    }

    /// <summary>Whether a pull request is about one of these images, as far as can be known: one without a marker may be.</summary>
    private static bool IsAbout(PullRequest pullRequest, IReadOnlySet<ImageName> images) =>
        images.Count > 0
        && (!PullRequestMarker.TryFind(pullRequest.Body, out var marker)
            || marker.Images.Split(',').Intersect(images.Select(ChangeSet.IdOf), StringComparer.Ordinal).Any());

    private static PullRequestOperation Plan(ChangeSet desired, ExistingPullRequests existing, IReadOnlySet<string> refused, PlanningContext context)
    {
        var open = existing.Open;
        var written = existing.Branch is null ? null : CommitSeal.ChangeOfUntouched(existing.Branch);
        var isTouched = existing.Branch is not null && written is null;
        if (open is not null && RefusalOf(open, context) is { } refusal)
        {
            return CloseIgnored(desired.Key, open, refusal, isTouched);
        }

        if (existing.TargetProblem is { } problem)
        {
            return new LeavePullRequest(desired.Key, open?.Number, problem);
        }

        if (isTouched && !(open is not null && existing.IsRecreateAsked))
        {
            return Touched(desired.Key, open);
        }

        if (open is null && existing.IsMergedAhead)
        {
            return new LeavePullRequest(desired.Key, existing.PullRequests[0].Number, "it was merged, and the repository has not been read since");
        }

        var isLeftOut = desired.IsEmpty;
        desired = desired.Without(refused);
        if (desired.IsEmpty)
        {
            // All that is left of it is what another was closed for: a version that came back, or one that was ignored for good.
            return isLeftOut ? new LeavePullRequest(desired.Key, open?.Number, "only workflow files use it, and this access may not change them")
                : open is null ? new LeavePullRequest(desired.Key, existing.PullRequests.Count > 0 ? existing.PullRequests[0].Number : null, Declined(existing)) { IsDeclined = true }
                : isTouched ? Touched(desired.Key, open)
                : IsAbout(open, context.Undecided) ? new LeavePullRequest(desired.Key, open.Number, "an image of it could not be judged")
                : new ClosePullRequest(desired.Key, open.Number, open.Branch, "what it would propose now is ignored");
        }

        var target = desired.TargetBranch ?? context.DefaultBranch;
        var newBase = open?.Base is { } current && target is not null && current != target ? target : null;

        // Once it stands on the newest commit there is nothing that writing it again could mend.
        var isStale = existing.BaseCommit is { } head && existing.Branch is { } branch && !branch.Parents.Contains(head, StringComparer.Ordinal);
        var isToBeMoved = newBase is not null
            || (isStale && open is not null && (existing.IsRebaseAsked || existing.IsRecreateAsked || existing.Merge is MergeState.Conflicting or MergeState.Behind));
        var isWritten = written == desired.Fingerprint && !isToBeMoved;
        var readiness = open is null ? null : Readiness(desired, existing, context.Now);
        IReadOnlyList<string> notes = Notes(desired, existing, isWritten ? readiness : null, context);
        if (open is null)
        {
            return new OpenPullRequest(desired, !isWritten, existing.Branch?.Sha) { Notes = notes };
        }

        var isTold = PullRequestMarker.TryFind(open.Body, out var marker) && marker.Change == desired.Fingerprint
            && marker.Told == ToldOf(desired, notes, context.WaysOut) && marker.Ignored is null && !IsTicked(open.Body);
        if (isWritten && isTold)
        {
            return readiness is { IsReady: true } && open.HeadCommit == existing.Branch!.Sha
                ? new MergePullRequest(desired, open.Number, existing.Branch.Sha)
                : new KeepPullRequest(desired.Key, open.Number) { ChangeSet = desired, Waits = readiness?.Reason, IsRefused = readiness is { IsRefused: true } };
        }

        // With an answer missing the change set may be smaller than it ought to be: never take anything out of a pull request then.
        return !isWritten && IsAbout(open, context.Undecided)
            ? new LeavePullRequest(desired.Key, open.Number, "an image of it could not be judged")
            : new UpdatePullRequest(desired, open.Number, !isWritten, existing.Branch?.Sha) { NewBase = newBase, Notes = notes };
    }

    /// <summary>Whether a person has ticked the box for a rebase: <c>- [x] &lt;!-- basewatch:rebase --&gt;</c>.</summary>
    public static bool IsTicked(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return body.Contains("[x] " + RebaseBox, StringComparison.OrdinalIgnoreCase);
    }

    private static string Declined(ExistingPullRequests existing) =>
        existing.PullRequests.FirstOrDefault(p => p.State == PullRequestState.Closed) is { } closed && PullRequestMarker.TryFind(closed.Body, out var marker)
            ? marker.Ignored is { } scope ? $"a person has said that {WordOf(scope)} is ignored" : "a person has closed it for this version"
            : "a person has said that it is ignored";

    /// <summary>Null where nobody wants it to be merged without a person.</summary>
    private static MergeReadiness? Readiness(ChangeSet desired, ExistingPullRequests existing, DateTimeOffset now) =>
        !desired.Proposal.Automerge && existing.MergeAsked != desired.VersionsId ? null
        : existing.AskProblem is { } problem ? MergeReadiness.Refused($"what checks and reviewers say of it can't be read: {problem}")
        : existing is { Checks: { } checks, Review: { } review } ? MergeReadiness.Of(desired.Proposal, existing.Merge, checks, review, now)
        : null;

    private static List<string> Notes(ChangeSet desired, ExistingPullRequests existing, MergeReadiness? readiness, PlanningContext context)
    {
        List<string> notes = [.. context.Notes, .. context.NotesOf(desired)];
        if (existing.MergeAsked == desired.VersionsId && existing.MergeAskedBy is { } by)
        {
            notes.Add($"It is merged when its checks have passed, as {Markdown.Code(by)} asked.");
        }

        if (readiness is { IsRefused: true, Reason: { } reason })
        {
            notes.Add($"It is not merged by itself: {Markdown.Text(reason)}.");
        }

        return notes;
    }
}
