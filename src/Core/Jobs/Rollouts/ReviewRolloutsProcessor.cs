using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>
/// Looks whether freights are verified where they are, blocks what failed, and decides what each stage and each wave gets. It writes no
/// pull request: the repositories for which something is otherwise now are marked, and reconciled.
/// </summary>
public sealed partial class ReviewRolloutsProcessor(
    Memory memory, RolloutScopes scopes, EvidenceFinder evidence, PendingRepositories pending, IJobQueue queue, TimeProvider time, ILogger<ReviewRolloutsProcessor> logger)
{
    /// <summary>An update that is everywhere is forgotten after this.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromDays(30);

    /// <summary>How soon what is being verified is looked at again.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMinutes(5);

    private readonly RolloutMemory _rollouts = memory.Rollouts;

    /// <summary>One look at all rollouts, or at those of one owner.</summary>
    public async Task<JobOutcome> RunAsync(ReviewRollouts job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        DateTimeOffset? next = null;
        var owners = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        await foreach (var record in _rollouts.ListScopesAsync(cancellationToken).ConfigureAwait(false))
        {
            var owner = record.Scope.Split('/')[0];
            if (job.Owner is not null && !string.Equals(owner, job.Owner, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (await scopes.FindAsync(record.Scope, cancellationToken).ConfigureAwait(false) is not { } rollout)
            {
                // What is configured can't be read: all stays as it is.
                LogUnknown(record.Scope);
                continue;
            }

            if (rollout.Stages.Count == 0)
            {
                await ForgetLinesAsync(record.Scope, cancellationToken).ConfigureAwait(false);
                if (rollout.Waves.Count == 0)
                {
                    await _rollouts.Scopes.DeleteAsync(RolloutMemory.ScopeKey(record.Scope), cancellationToken).ConfigureAwait(false);
                    continue;
                }
            }

            var at = await ReviewLinesAsync(record.Scope, owner, rollout, cancellationToken).ConfigureAwait(false);
            next = Earlier(next, at);
            owners[owner] = owners.GetValueOrDefault(owner) || at is not null;
            if (record.Scope == owner)
            {
                next = Earlier(next, await ReviewWavesAsync(owner, rollout, cancellationToken).ConfigureAwait(false));
            }
        }

        foreach (var (owner, isTried) in owners)
        {
            // Checks of commits of theirs are worth a look as long as anything is being verified.
            var key = Memory.RolloutOwnerKey(owner);
            if (!isTried)
            {
                await memory.RolloutOwners.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
            }
            else if (await memory.RolloutOwners.GetAsync(key, cancellationToken).ConfigureAwait(false) is null)
            {
                await memory.RolloutOwners.PutAsync(key, new RolloutOwnerRecord(owner), cancellationToken).ConfigureAwait(false);
            }
        }

        await ComeBackAsync(next, cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    /// <summary>Without stages there is nothing to follow: whoever has stages again begins anew.</summary>
    private async Task ForgetLinesAsync(string scope, CancellationToken cancellationToken)
    {
        await foreach (var line in _rollouts.ListLinesAsync(scope, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var member in _rollouts.ListMembersAsync(scope, line.State.Line, cancellationToken).ConfigureAwait(false))
            {
                await _rollouts.Members.DeleteAsync(RolloutMemory.MemberKey(scope, member.Line, member.Stage, RepositoryName.Parse(member.Repository)), cancellationToken).ConfigureAwait(false);
            }

            await _rollouts.Lines.DeleteAsync(RolloutMemory.LineKey(scope, line.State.Line), cancellationToken).ConfigureAwait(false);
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    /// <summary>Queues the next look, unless one is queued that comes as early.</summary>
    private async Task ComeBackAsync(DateTimeOffset? at, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (at is null)
        {
            return;
        }

        // The timer looks every few minutes besides.
        var due = at.Value > now + Pace ? now + Pace : at.Value > now ? at.Value : now + TimeSpan.FromSeconds(1);
        var (planned, entry) = await _rollouts.Paces.ReadEntryAsync(RolloutMemory.PaceKey, cancellationToken).ConfigureAwait(false);
        if ((planned is null || planned.NextAt <= now || planned.NextAt > due) && await _rollouts.Paces.ReplaceAsync(RolloutMemory.PaceKey, new RolloutPaceRecord(due), entry, cancellationToken).ConfigureAwait(false))
        {
            await queue.EnqueueAsync(new ReviewRollouts(), due - now, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DateTimeOffset?> ReviewLinesAsync(string scope, string owner, Rollout rollout, CancellationToken cancellationToken)
    {
        DateTimeOffset? next = null;
        var promotions = await _rollouts.ListPromotionsAsync(scope, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var listed in _rollouts.ListLinesAsync(scope, cancellationToken).ConfigureAwait(false))
        {
            var (line, version) = await _rollouts.Lines.ReadAsync(RolloutMemory.LineKey(scope, listed.State.Line), cancellationToken).ConfigureAwait(false);
            if (line is null)
            {
                continue;
            }

            var members = await _rollouts.ListMembersAsync(scope, line.State.Line, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
            if (members.Count == 0)
            {
                // Nobody uses it any more. Whoever comes to do so makes it anew.
                await _rollouts.Lines.TryDeleteAsync(RolloutMemory.LineKey(scope, line.State.Line), version, cancellationToken).ConfigureAwait(false);
                continue;
            }

            next = Earlier(next, await ReviewAsync(scope, owner, rollout, line, version, members, promotions, cancellationToken).ConfigureAwait(false));
        }

        return next;
    }

    private async Task<DateTimeOffset?> ReviewAsync(string scope, string owner, Rollout rollout, LineRecord line, StateVersion version, List<Member> members, IReadOnlyList<PersonalPromotion> promotions, CancellationToken cancellationToken)
    {
        var key = RolloutMemory.LineKey(scope, line.State.Line);
        var now = time.GetUtcNow();
        var mayReachFar = scope == owner;
        var trials = new List<Trial>();
        foreach (var (member, passage) in members.SelectMany(m => m.Passages.Where(p => p.EnteredAt is not null).Select(p => (m, p))))
        {
            var trial = line.State.Find(member, passage) ?? new Trial(member.Stage, member.Repository, passage.Freight.Id, passage.EnteredAt!.Value);
            if (passage.IsThere && !trial.IsOver && rollout.Find(member.Stage) is { } stage)
            {
                var answers = new List<(Verification, Evidence)>();
                foreach (var verification in stage.Verifications)
                {
                    answers.Add((verification, await FindAsync(verification, member, passage, mayReachFar, cancellationToken).ConfigureAwait(false)));
                }

                trial = RolloutPlanner.Advance(stage, trial, answers, passage.WasThere, now);
            }

            trials.Add(trial);
        }

        // Blocks come before what is decided by them: a crash between the two promotes nothing.
        var state = line.State with { Trials = trials };
        var toTell = line.ToTell.ToList();
        var blocked = new List<(StateKey Key, StateVersion Version)>();
        foreach (var failed in RolloutPlanner.FindFailed(rollout, state, members))
        {
            foreach (var reference in failed.New)
            {
                var hold = new Hold(HoldKind.Block, scope, $"{failed.Stage} of {failed.Repository}: {failed.Failure}", "basewatch", now) { Image = Hold.ImageOf(reference) };
                if (await _rollouts.Holds.WriteAsync(RolloutMemory.HoldKey(hold), hold, StateVersion.None, cancellationToken).ConfigureAwait(false) is { } written)
                {
                    blocked.Add((RolloutMemory.HoldKey(hold), written));
                    LogBlocked(reference.Familiar, hold.Reason);
                }

                // A look that ended after it was blocked has told nobody.
                if (!line.State.Trials.Any(t => t.Freight == failed.Freight.Id && t.FailedAt == failed.At))
                {
                    toTell.AddRange(await UsersAsync(scope, owner, reference.Name, cancellationToken).ConfigureAwait(false));
                }
            }
        }

        state = RolloutPlanner.Expire(rollout, state, members, now);
        var holds = await _rollouts.ListHoldsAsync(owner, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var decided = RolloutPlanner.Decide(rollout, state, members, new HoldSet(holds, h => string.Equals(h.Scope, owner, StringComparison.OrdinalIgnoreCase) || string.Equals(h.Scope, scope, StringComparison.OrdinalIgnoreCase), now), promotions, now);
        toTell.AddRange(members.Where(m => IsOtherwise(line.State.Of(m.Stage), decided.Of(m.Stage), m.Repository)).Select(m => m.Repository));
        var after = new LineRecord(decided, [.. toTell.Distinct(StringComparer.OrdinalIgnoreCase)]);
        if (!await TellAsync(line, after, version, r => r.ToTell, r => r with { ToTell = [] }, StateJson.Default.LineRecord, (record, expected, token) => _rollouts.Lines.WriteAsync(key, record, expected, token), cancellationToken).ConfigureAwait(false))
        {
            // A person vouches meanwhile for what failed: it is decided anew, without the blocks that did not know of it.
            foreach (var (holdKey, written) in blocked)
            {
                await _rollouts.Holds.TryDeleteAsync(holdKey, written, cancellationToken).ConfigureAwait(false);
            }

            return now;
        }

        return decided.Trials.Any(t => !t.IsOver && members.Exists(m => m.Stage == t.Stage && m.Current?.Freight.Id == t.Freight))
            ? Earlier(now + Pace, decided.Stages.Select(s => s.NextAt).Where(n => n > now).Min())
            : null;
    }

    /// <summary>What fails in a later commit may be that commit's own fault; what passes there passes with the freight in it.</summary>
    private async Task<Evidence> FindAsync(Verification verification, Member member, Passage passage, bool mayReachFar, CancellationToken cancellationToken)
    {
        var subject = new EvidenceSubject(RepositoryName.Parse(member.Repository), [passage.Commit!], passage.EnteredAt!.Value);
        var answer = await evidence.FindAsync(verification, subject, mayReachFar, cancellationToken).ConfigureAwait(false);
        if (answer.State != EvidenceState.Missing || verification.IsFarReaching || passage.LastCommit is not { } last || last == passage.Commit)
        {
            return answer;
        }

        var later = await evidence.FindAsync(verification, subject with { Commits = [last] }, mayReachFar, cancellationToken).ConfigureAwait(false);
        return later.State == EvidenceState.Passed ? later : answer;
    }

    /// <summary>Whether something is decided otherwise for a repository.</summary>
    private static bool IsOtherwise(StageState before, StageState now, string repository) =>
        before.IsFirst != now.IsFirst
        || before.PromotedBy != now.PromotedBy
        || !(before.Promoted ?? []).SequenceEqual(now.Promoted ?? [], StringComparer.Ordinal)
        || !before.Evidence.SequenceEqual(now.Evidence, StringComparer.Ordinal)
        || before.Waits != now.Waits
        || !IsSame(before.Targets.FirstOrDefault(t => t.Repository == repository), now.Targets.FirstOrDefault(t => t.Repository == repository));

    private static bool IsSame(StageTarget? one, StageTarget? other) =>
        one == other || (one is not null && other is not null && one.Current == other.Current && one.IsAhead == other.IsAhead && one.Failure == other.Failure && (one.TakeBackTo ?? []).SequenceEqual(other.TakeBackTo ?? [], StringComparer.Ordinal));

    /// <summary>Repositories in which a block counts, and that use the image.</summary>
    private async Task<IReadOnlyList<string>> UsersAsync(string scope, string owner, ImageName image, CancellationToken cancellationToken) =>
        await memory.ListUsersAsync(image, cancellationToken)
            .Select(u => u.Repository)
            .Where(r => scope == owner ? r.StartsWith(owner + "/", StringComparison.OrdinalIgnoreCase) : string.Equals(r, scope, StringComparison.OrdinalIgnoreCase))
            .ToListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Writes what was decided with those who are to hear of it, marks them, and writes that it was done.</summary>
    /// <returns>False where another has written meanwhile: nothing is written then, and nobody marked.</returns>
    private async Task<bool> TellAsync<T>(T before, T after, StateVersion version, Func<T, IReadOnlyList<string>> toTell, Func<T, T> told, JsonTypeInfo<T> json, Func<T, StateVersion, CancellationToken, Task<StateVersion?>> writeAsync, CancellationToken cancellationToken)
        where T : class
    {
        if (!JsonSerializer.SerializeToUtf8Bytes(before, json).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(after, json)))
        {
            if (await writeAsync(after, version, cancellationToken).ConfigureAwait(false) is not { } written)
            {
                return false;
            }

            version = written;
        }

        if (toTell(after).Count == 0)
        {
            return true;
        }

        foreach (var repository in toTell(after).Select(RepositoryName.Parse))
        {
            await pending.AddAsync(repository, "its rollout has come further", cancellationToken).ConfigureAwait(false);
        }

        // Where another has written meanwhile they are told once more, which harms nothing.
        await writeAsync(told(after), version, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<DateTimeOffset?> ReviewWavesAsync(string owner, Rollout rollout, CancellationToken cancellationToken)
    {
        DateTimeOffset? next = null;
        var now = time.GetUtcNow();
        await foreach (var target in _rollouts.ListWavesAsync(owner, cancellationToken).Select(w => w.State.Target).ConfigureAwait(false))
        {
            var key = RolloutMemory.WaveKey(owner, target);
            var (wave, version) = await _rollouts.Waves.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (wave is null)
            {
                continue;
            }

            var members = await _rollouts.ListWaveMembersAsync(owner, target, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
            var isEverywhere = members.TrueForAll(m => m.IsMerged);
            if ((members.Count == 0 && now - wave.State.Since > WavePlanner.GathersFor) || (isEverywhere && now - wave.State.Since > Lasting))
            {
                foreach (var member in members)
                {
                    await _rollouts.WaveMembers.DeleteAsync(RolloutMemory.WaveMemberKey(owner, target, RepositoryName.Parse(member.Repository)), cancellationToken).ConfigureAwait(false);
                }

                await _rollouts.Waves.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!ImageReference.TryParse(target, out var reference, out _) || rollout.Waves.FirstOrDefault(w => w.Scope.MayHold(reference.Name)) is not { } rule)
            {
                continue;
            }

            var decided = WavePlanner.Decide(rule, wave.State, members, now);
            var isFurther = decided.Waves.Count != wave.State.Waves.Count || decided.StoppedAt != wave.State.StoppedAt;
            var toTell = isFurther ? wave.ToTell.Concat(members.Where(m => m.PullRequest is null && decided.IsReached(rule, RepositoryName.Parse(m.Repository))).Select(m => m.Repository)) : wave.ToTell;
            if (decided.StoppedAt is not null && wave.State.StoppedAt is null)
            {
                LogStopped(reference.Familiar, decided.Words ?? "");
            }

            var after = new WaveRecord(decided, [.. toTell.Distinct(StringComparer.OrdinalIgnoreCase)]);
            var isWritten = await TellAsync(wave, after, version, r => r.ToTell, r => r with { ToTell = [] }, StateJson.Default.WaveRecord, (record, expected, token) => _rollouts.Waves.WriteAsync(key, record, expected, token), cancellationToken).ConfigureAwait(false);
            next = Earlier(next, isWritten ? decided.NextAt : now);
        }

        return next;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rollout of {Scope} is left as it is: its configuration is wrong, or gone")]
    private partial void LogUnknown(string scope);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Image} is blocked: {Reason}")]
    private partial void LogBlocked(string image, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Image} {Reason}")]
    private partial void LogStopped(string image, string reason);
}
