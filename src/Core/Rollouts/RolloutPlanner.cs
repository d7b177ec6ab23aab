using System.Globalization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Rollouts;

/// <summary>Decides which freight goes where. Pure: the branches are the truth, and this follows them.</summary>
public static class RolloutPlanner
{
    /// <summary>A probe or a metric that fails for less long has only blinked.</summary>
    public static readonly TimeSpan BlinksFor = TimeSpan.FromMinutes(10);

    /// <summary>What a repository has of a line is now this.</summary>
    /// <param name="member">What was known.</param>
    /// <param name="held">What is on its default branch; null: nothing whole.</param>
    /// <param name="commit">The newest commit of that branch.</param>
    /// <param name="now">When it was seen.</param>
    public static Member Observe(Member member, Freight? held, string commit, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(member);
        var passages = member.Passages.ToList();
        var at = passages.FindIndex(p => p.IsThere);
        if (at >= 0 && passages[at].Freight == held)
        {
            passages[at] = passages[at] with { LastCommit = commit };
            return member with { Passages = passages };
        }

        if (at >= 0)
        {
            var isBack = held is not null && passages.Take(at).Any(p => p.EnteredAt is not null && p.Freight == held);
            passages[at] = passages[at] with { LeftAt = now, IsWithdrawn = isBack };
        }

        if (held is not null)
        {
            var proposed = passages.Find(p => p.EnteredAt is null && p.Freight == held);
            passages.RemoveAll(p => p == proposed);
            passages.Add((proposed ?? new Passage(held.References) { WasThere = !passages.Exists(p => p.EnteredAt is not null) }) with { EnteredAt = now, Commit = commit, LastCommit = commit });
        }

        return member with { Passages = [.. passages.TakeLast(Member.MostPassages)] };
    }

    /// <summary>A pull request that brings a freight is open; null: none is.</summary>
    public static Member Propose(Member member, Freight? freight, int? number, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(member);
        var known = member.Passages.FirstOrDefault(p => p.EnteredAt is null && p.Freight == freight && p.PullRequest == number);
        var entered = member.Passages.Where(p => p.EnteredAt is not null);
        if (freight is not null && member.Current is { } current && current.Freight == freight)
        {
            return member;
        }

        return freight is null || number is null ? member with { Passages = [.. entered] }
            : member with { Passages = [.. entered, known ?? new Passage(freight.References) { PullRequest = number, ProposedAt = now }] };
    }

    /// <summary>What is known of a freight by new answers.</summary>
    /// <param name="stage">Where it is.</param>
    /// <param name="trial">What was known.</param>
    /// <param name="answers">To each verification of the stage.</param>
    /// <param name="wasThere">Whether it was there before anybody looked: then it can be verified, and not fail.</param>
    /// <param name="now">When they were given.</param>
    public static Trial Advance(Stage stage, Trial trial, IReadOnlyList<(Verification Verification, Evidence Answer)> answers, bool wasThere, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(answers);
        if (trial.IsOver)
        {
            return trial;
        }

        var before = trial.Evidence.ToLookup(e => e.Verification, StringComparer.Ordinal);
        var deploying = answers.Where(a => a.Verification.IsOfDeployment).ToList();
        var deployedAt = trial.DeployedAt
            ?? (deploying.Count == 0 ? trial.EnteredAt
                : deploying.TrueForAll(d => d.Answer.State == EvidenceState.Passed) ? Later(trial.EnteredAt, deploying.Select(d => d.Answer.At ?? now).Max(), now)
                : null);
        trial = trial with
        {
            DeployedAt = deployedAt,
            IsOverdue = stage.VerifyWithin is { } within && now - trial.EnteredAt > within,
            Evidence = [.. answers.Select(a => new TrialEvidence(a.Verification.Text, a.Answer)
            {
                FailingSince = a.Answer.State == EvidenceState.Failed && a.Verification.IsFarReaching && deployedAt is not null ? before[a.Verification.Text].FirstOrDefault()?.FailingSince ?? now : null,
            })],
        };

        // What is asked for from outside says nothing before the freight is there, and may fail for a moment.
        var failed = answers.Zip(trial.Evidence).FirstOrDefault(p => p.First.Answer.State == EvidenceState.Failed && (!p.First.Verification.IsFarReaching || now - p.Second.FailingSince >= BlinksFor));
        return !wasThere && failed.First.Answer is { } answer ? trial with { FailedAt = now, Failure = $"{failed.First.Verification.Text}: {answer.Detail}" }
            : deployedAt is { } since && now - since >= stage.Soak && answers.All(a => a.Answer.State == EvidenceState.Passed) ? trial with { VerifiedAt = now }
            : trial;
    }

    /// <summary>Gives up promotions that nobody approved in time. One that was given up comes again when a person promotes it.</summary>
    public static LineState Expire(Rollout rollout, LineState state, IReadOnlyList<Member> members, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(members);
        var stages = state.Stages.ToList();
        foreach (var stage in rollout.Stages.Where(s => s is { ApproveWithin: not null, Approvals: > 0, After.Count: > 0 }))
        {
            var expired = members
                .Where(m => m.Stage == stage.Name)
                .SelectMany(m => m.Passages.Where(p => p is { EnteredAt: null, ApprovedBy: null, ProposedAt: { } at } && now - at > stage.ApproveWithin))
                .Select(p => p.Freight.Id);
            var all = state.Of(stage.Name).Expired.Union(expired, StringComparer.Ordinal).TakeLast(Member.MostPassages).ToList();
            if (all.Count > state.Of(stage.Name).Expired.Count)
            {
                stages.RemoveAll(s => s.Stage == stage.Name);
                stages.Add(state.Of(stage.Name) with { Expired = all });
            }
        }

        return state with { Stages = stages };
    }

    /// <summary>What each stage of a line gets.</summary>
    /// <param name="rollout">The stages.</param>
    /// <param name="state">What was decided before, with trials as they are now.</param>
    /// <param name="members">What all repositories have of the line.</param>
    /// <param name="holds">What is blocked.</param>
    /// <param name="promotions">What people have promoted, by stage and freight.</param>
    /// <param name="now">The time.</param>
    public static LineState Decide(Rollout rollout, LineState state, IReadOnlyList<Member> members, HoldSet holds, IReadOnlyList<PersonalPromotion> promotions, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(holds);
        ArgumentNullException.ThrowIfNull(promotions);
        var line = new LineView(rollout, state, members.Where(m => rollout.Find(m.Stage) is not null).ToLookup(m => m.Stage, StringComparer.Ordinal), holds, promotions, now);
        return state with { Stages = [.. rollout.Stages.Where(s => line.Members[s.Name].Any()).Select(line.Decide)] };
    }

    /// <summary>Freights that failed in more of a stage's repositories than may be, with why: what is new in them is to be blocked.</summary>
    public static IReadOnlyList<FailedFreight> FindFailed(Rollout rollout, LineState state, IReadOnlyList<Member> members)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(members);
        var failures = new List<FailedFreight>();
        foreach (var stage in rollout.Stages)
        {
            var there = members.Where(m => m.Stage == stage.Name).ToList();
            var failed = there
                .SelectMany(m => m.Passages.Where(p => p.EnteredAt is not null).Select(p => (Member: m, Passage: p, Trial: state.Find(m, p))))
                .Where(f => f.Trial is { FailedAt: not null, ReleasedBy: null });
            foreach (var group in failed.GroupBy(f => f.Passage.Freight.Id, StringComparer.Ordinal))
            {
                if (group.Select(f => f.Member.Repository).Distinct(StringComparer.OrdinalIgnoreCase).Count() * 100 > stage.Failing * there.Count)
                {
                    var (member, passage, trial) = group.First();
                    failures.Add(new FailedFreight(stage.Name, member.Repository, passage.Freight, Before(member, passage)?.Freight, trial!.Failure ?? "", trial.FailedAt!.Value));
                }
            }
        }

        return failures;
    }

    /// <summary>What a repository had before a passage; null where that is not known.</summary>
    internal static Passage? Before(Member member, Passage passage) =>
        member.Passages.Where(p => p.EnteredAt < passage.EnteredAt && p.Freight != passage.Freight).MaxBy(p => p.EnteredAt);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b, DateTimeOffset most)
    {
        var later = a > b ? a : b;
        return later < most ? later : most;
    }

    /// <summary>A time for people.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private sealed record LineView(Rollout Rollout, LineState State, ILookup<string, Member> Members, HoldSet Holds, IReadOnlyList<PersonalPromotion> Promotions, DateTimeOffset Now)
    {
        public StageState Decide(Stage stage)
        {
            var known = State.Of(stage.Name);
            var members = Members[stage.Name].ToList();
            if (stage.After.Count == 0)
            {
                return known with { IsFirst = true, Upstream = [], Promoted = null, Evidence = [], Waits = null, NextAt = null, Targets = [.. members.Select(m => Target(m, null))] };
            }

            var upstream = Rollout.Before(stage).SelectMany(s => Nearest(s, [])).Distinct().ToList();
            if (upstream.Count == 0)
            {
                var isFirst = stage.MovesAlone;
                return known with { IsFirst = isFirst, Upstream = [], Promoted = null, Evidence = [], Waits = isFirst ? null : $"no stage before it uses this: {string.Join(", ", stage.After)}", NextAt = null, Targets = [.. members.Select(m => Target(m, null))] };
            }

            var (chosen, evidence, by, waits, next) = Choose(stage, upstream, known);
            return known with
            {
                IsFirst = false,
                Upstream = [.. upstream.Select(s => s.Name)],
                Promoted = chosen?.References,
                PromotedAt = chosen is null ? null : known.Promoted is { } before && Freight.Of(before) == chosen ? known.PromotedAt : Now,
                Evidence = evidence,
                PromotedBy = by,
                Waits = waits,
                NextAt = next,
                Targets = [.. members.Select(m => Target(m, chosen is null ? null : (chosen, upstream)))],
            };
        }

        /// <summary>The stages that use the line: one that does not is looked through.</summary>
        private IEnumerable<Stage> Nearest(Stage stage, HashSet<string> seen) =>
            !seen.Add(stage.Name) ? [] : Members[stage.Name].Any() ? [stage] : Rollout.Before(stage).SelectMany(s => Nearest(s, seen));

        private (Freight? Chosen, IReadOnlyList<string> Evidence, string? By, string? Waits, DateTimeOffset? Next) Choose(Stage stage, IReadOnlyList<Stage> upstream, StageState known)
        {
            string? waits = null;
            DateTimeOffset? next = null;
            var freights = upstream.SelectMany(s => Members[s.Name]).SelectMany(m => m.Passages).Where(p => p.EnteredAt is not null).Select(p => p.Freight).Distinct()
                .OrderByDescending(f => EnteredFirst(f, upstream));
            foreach (var freight in freights)
            {
                if (Holds.BlockOf(freight) is { } block)
                {
                    waits ??= $"{freight.Text} is blocked: {block.Reason}";
                    continue;
                }

                var person = Promotions.FirstOrDefault(p => p.Stage == stage.Name && p.Freight == freight.Id);
                var verdicts = upstream.Select(s => Judge(s, freight, isHurried: person is not null)).ToList();
                var isVerified = stage.NeedsAnyOf ? verdicts.Exists(v => v.IsVerified) : verdicts.TrueForAll(v => v.IsVerified);
                if (!isVerified)
                {
                    var open = verdicts.Where(v => !v.IsVerified).ToList();
                    waits ??= $"{freight.Text} {string.Join("; ", open.Select(v => v.Words))}";
                    next ??= open.Select(v => v.NextAt).Max();
                    continue;
                }

                if (person is null && known.Expired.Contains(freight.Id, StringComparer.Ordinal))
                {
                    waits ??= $"{freight.Text} was not approved in time";
                    continue;
                }

                return (freight, [.. verdicts.Where(v => v.IsVerified).Select(v => v.Words)], person?.By, waits, next);
            }

            return (null, [], null, waits ?? "no freight is known of the stages before it", next);
        }

        private DateTimeOffset EnteredFirst(Freight freight, IReadOnlyList<Stage> upstream) =>
            upstream.SelectMany(s => Members[s.Name]).SelectMany(m => m.Passages).Where(p => p.EnteredAt is not null && p.Freight == freight).Min(p => p.EnteredAt) ?? DateTimeOffset.MaxValue;

        /// <summary>Whether a stage has verified a freight: in so many of its repositories as must have.</summary>
        private (bool IsVerified, string Words, DateTimeOffset? NextAt) Judge(Stage stage, Freight freight, bool isHurried)
        {
            var members = Members[stage.Name].Where(m => m.Images.Any(i => freight.Parsed.Any(r => r.Name.Canonical == i))).ToList();
            if (members.Count == 0)
            {
                return (false, $"is not used in {stage.Name}", null);
            }

            var last = members.Select(m => (Member: m, Passage: m.Passages.LastOrDefault(p => p.EnteredAt is not null && Agrees(p.Freight, freight)))).ToList();
            var trials = last.Where(l => l.Passage is { IsWithdrawn: false }).Select(l => (l.Member, l.Passage, Trial: State.Find(l.Member, l.Passage!))).ToList();
            var verified = trials.Where(t => t.Trial is { VerifiedAt: not null } || (isHurried && t.Trial is { FailedAt: null } && t.Passage!.IsThere && IsShown(stage, t.Trial))).ToList();
            if (verified.Count > 0 && verified.Count * 100 >= stage.Passing * members.Count)
            {
                var when = verified.Max(v => v.Trial!.VerifiedAt);
                var by = verified.SelectMany(v => v.Trial!.Evidence).Where(e => e.Answer.State == EvidenceState.Passed).Select(e => e.Verification).Distinct(StringComparer.Ordinal).ToList();
                var deployed = stage.Verifications.Any(v => v.IsOfDeployment) ? "deployed" : "merged (nothing shows whether it is deployed)";
                var soaked = when is null ? "not soaked to the end" : stage.Soak > TimeSpan.Zero ? $"soaked {Words(stage.Soak)}" : null;
                var released = verified.Select(v => v.Trial!.ReleasedBy).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
                return (true, string.Join(", ", new[]
                {
                    $"{stage.Name}: {deployed} since {Text(verified.Max(v => v.Trial!.DeployedAt ?? v.Trial.EnteredAt))}",
                    soaked,
                    by.Count > 0 ? "passed " + string.Join(", ", by) : null,
                    released.Count > 0 ? "released by " + string.Join(", ", released) : null,
                    members.Count > 1 ? $"in {verified.Count} of {members.Count} repositories" : null,
                }.OfType<string>()), null);
            }

            var waiting = trials.FirstOrDefault(t => t.Trial is not { VerifiedAt: not null });
            if (waiting.Trial is not { } trial)
            {
                var missing = last.Find(l => l.Passage is null or { IsWithdrawn: true });
                return (false, missing.Passage is { IsWithdrawn: true } ? $"was taken back in {stage.Name}" : $"is not in {missing.Member?.Repository ?? "all"} of {stage.Name} yet", null);
            }

            // One that left before it was verified never will be.
            var next = waiting.Passage!.IsThere && trial.DeployedAt is { } since ? since + stage.Soak : (DateTimeOffset?)null;
            var open = trial.Evidence.FirstOrDefault(e => e.Answer.State != EvidenceState.Passed);
            return (false, trial.FailedAt is not null ? $"failed in {stage.Name}: {trial.Failure}"
                : !waiting.Passage.IsThere ? $"left {stage.Name} before it was verified"
                : trial.DeployedAt is null ? $"is merged in {stage.Name} and not shown to be deployed yet"
                : next > Now ? $"soaks in {stage.Name} until {Text(next.Value)}"
                : open is not null ? $"waits in {stage.Name} for {open.Verification}: {open.Answer.Detail}"
                : $"is not verified in {stage.Name} yet", next > Now ? next : null);
        }

        /// <summary>Whether all is shown but the soak.</summary>
        private static bool IsShown(Stage stage, Trial trial) =>
            trial.DeployedAt is not null && trial.Evidence.Count == stage.Verifications.Count && trial.Evidence.All(e => e.Answer.State == EvidenceState.Passed);

        private StageTarget Target(Member member, (Freight Freight, IReadOnlyList<Stage> Upstream)? promoted)
        {
            var current = member.Current;
            var target = new StageTarget(member.Repository, current?.Freight.Id) { IsAhead = current is not null && promoted is { } p && IsAhead(current, p.Freight, p.Upstream) };
            if (current is null || Holds.BlockOf(current.Freight) is null || State.Find(member, current) is not { FailedAt: not null, ReleasedBy: null } trial)
            {
                return target;
            }

            var former = member.Passages.Where(p => p.EnteredAt < current.EnteredAt && p.Freight != current.Freight && Holds.BlockOf(p.Freight) is null).MaxBy(p => p.EnteredAt);
            return target with { Failure = trial.Failure, TakeBackTo = former?.References };
        }

        private bool IsAhead(Passage current, Freight promoted, IReadOnlyList<Stage> upstream)
        {
            if (current.Freight == promoted || Agrees(current.Freight, promoted))
            {
                return false;
            }

            if (promoted.Parsed.Any(r => current.Freight.Find(r.Name) is { } held && IsLower(r, held)))
            {
                return true;
            }

            var promotedAt = EnteredFirst(promoted, upstream);
            var heldAt = EnteredFirst(current.Freight, upstream);
            if (heldAt != DateTimeOffset.MaxValue)
            {
                return heldAt > promotedAt;
            }

            // The stages before never had what is there. Where nobody saw either of them come, and versions don't tell, nothing is moved back.
            var isUnknown = current.WasThere ? upstream.SelectMany(s => Members[s.Name]).SelectMany(m => m.Passages).Any(p => p.WasThere && p.Freight == promoted) : current.EnteredAt > promotedAt;
            return isUnknown && !promoted.Parsed.Any(r => current.Freight.Find(r.Name) is { } held && IsLower(held, r));
        }

        /// <summary>Whether two freights have the same of every image that both have.</summary>
        private static bool Agrees(Freight one, Freight other)
        {
            var common = one.Parsed.Select(r => (One: r, Other: other.Find(r.Name))).Where(p => p.Other is not null).ToList();
            return common.Count > 0 && common.TrueForAll(p => p.One == p.Other);
        }

        /// <summary>Whether one tag is a lower version than another.</summary>
        private static bool IsLower(ImageReference one, ImageReference other) =>
            one.Tag is { } a && other.Tag is { } b && TagVersion.Of(a) is { Scheme: TagScheme.Version or TagScheme.Date } lower && TagVersion.Of(b) is var higher && higher.Scheme == lower.Scheme && lower.CompareVersion(higher) < 0;

        private static string Words(TimeSpan time) =>
            time.TotalDays >= 1 && time.Ticks % TimeSpan.TicksPerDay == 0 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} d")
            : time.TotalHours >= 1 && time.Ticks % TimeSpan.TicksPerHour == 0 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min");
    }
}

/// <summary>A freight that failed where it was.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Repository">One of the repositories in which it did.</param>
/// <param name="Freight">The freight.</param>
/// <param name="Former">What was there before; null: not known.</param>
/// <param name="Failure">Why, in one line of plain text.</param>
/// <param name="At">When.</param>
public sealed record FailedFreight(string Stage, string Repository, Freight Freight, Freight? Former, string Failure, DateTimeOffset At)
{
    /// <summary>What was new in it.</summary>
    public IEnumerable<ImageReference> New => Freight.Parsed.Where(r => Former?.Find(r.Name) != r);
}

/// <summary>A person had a freight promoted to a stage without waiting for its soak, or after nobody approved in time.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Freight"><see cref="Freight.Id"/>.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
public sealed record PersonalPromotion(string Stage, string Freight, string By, DateTimeOffset At, string Reason);
