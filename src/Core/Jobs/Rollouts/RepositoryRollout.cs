using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>
/// The part of one repository in rollouts, while it is reconciled: what it has is written to the ledger, and what policies decided
/// becomes what its stages and waves allow.
/// </summary>
internal sealed class RepositoryRollout
{
    /// <summary>One that ends when somebody says so is looked at again after this, whoever was told of it.</summary>
    private static readonly TimeSpan LookWhileFrozen = TimeSpan.FromHours(12);

    private readonly RolloutMemory _memory;
    private readonly RepositoryName _repository;
    private readonly DateTimeOffset _now;
    private readonly IReadOnlyDictionary<ImageName, ImageFacts> _facts;
    private readonly IRegistry _registry;
    private readonly List<Part> _parts = [];
    private readonly Dictionary<ImageUse, Part> _partOf = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, WaveState> _waves = new(StringComparer.Ordinal);
    private readonly Dictionary<Update, string> _waveOf = new(ReferenceEqualityComparer.Instance);
    private readonly List<WaveMembership> _wavesNow = [];
    private readonly HashSet<string> _proposed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);
    private readonly Rollout _common;
    private MembershipRecord _before = MembershipRecord.None;

    private RepositoryRollout(RolloutMemory memory, RepositoryName repository, HoldSet holds, Rollout common, IReadOnlyDictionary<ImageName, ImageFacts> facts, IRegistry registry, DateTimeOffset now) =>
        (_memory, _repository, Holds, _common, _facts, _registry, _now) = (memory, repository, holds, common, facts, registry, now);

    /// <summary>What is frozen and blocked here.</summary>
    public HoldSet Holds { get; }

    /// <summary>Whether the ledger was changed in a way that others should look at.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Finds the stages of what a repository uses, and writes down what it has there.</summary>
    public static async Task<RepositoryRollout> OpenAsync(
        Memory memory,
        RepositoryName repository,
        IReadOnlyList<(string Scope, Rollout Rollout)> scopes,
        Inventory inventory,
        IReadOnlyList<Assessment> assessments,
        PolicySet policies,
        IReadOnlyDictionary<ImageName, ImageFacts> facts,
        IRegistry registry,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var holds = await memory.Rollouts.ListHoldsAsync(repository.Owner, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var common = scopes.Where(s => s.Scope == repository.Owner).Select(s => s.Rollout).FirstOrDefault() ?? Rollout.None;
        var rollout = new RepositoryRollout(memory.Rollouts, repository, new HoldSet(holds, h => h.IsFor(repository), now), common, facts, registry, now);
        if (scopes.Count == 0)
        {
            return rollout;
        }

        rollout._before = await memory.Rollouts.Memberships.GetAsync(RolloutMemory.MembershipKey(repository), cancellationToken).ConfigureAwait(false) ?? MembershipRecord.None;
        rollout.Sort(scopes, assessments, policies);
        foreach (var part in rollout._parts)
        {
            await rollout.ObserveAsync(part, inventory, cancellationToken).ConfigureAwait(false);
        }

        return rollout;
    }

    /// <summary>Sorts uses into lines of stages.</summary>
    private void Sort(IReadOnlyList<(string Scope, Rollout Rollout)> scopes, IReadOnlyList<Assessment> assessments, PolicySet policies)
    {
        foreach (var assessment in assessments)
        {
            var use = assessment.Use;
            var image = use.Reference!.Name;
            var (scope, stage) = scopes
                .Select(s => (s.Scope, Stage: s.Rollout.Stages.FirstOrDefault(t => t.Holds(_repository, image, use.Path, use.Format))))
                .FirstOrDefault(s => s.Stage is not null);
            if (stage is null || !use.IsLookedUp || use.Skip is not null)
            {
                continue;
            }

            var line = policies.For(use).Rule.Proposal.Group is { Length: > 0 } group ? RolloutStep.GroupPrefix + group : image.Canonical;
            var part = _parts.Find(p => p.Scope == scope && p.Stage.Name == stage.Name && p.Line == line);
            if (part is null)
            {
                _parts.Add(part = new Part(scope, stage, line));
            }

            part.Uses.Add(assessment);
            _partOf[use] = part;
        }
    }

    private async Task ObserveAsync(Part part, Inventory inventory, CancellationToken cancellationToken)
    {
        var key = RolloutMemory.MemberKey(part.Scope, part.Line, part.Stage.Name, _repository);
        var member = await _memory.Members.GetAsync(key, cancellationToken).ConfigureAwait(false) ?? new Member(part.Line, part.Stage.Name, _repository.ToString());
        if (await _memory.Lines.GetAsync(RolloutMemory.LineKey(part.Scope, part.Line), cancellationToken).ConfigureAwait(false) is { } known)
        {
            part.State = known.State;
        }
        else
        {
            // Before the first is a member: whoever looks at the scope has to find the line.
            await _memory.Scopes.PutAsync(RolloutMemory.ScopeKey(part.Scope), new RolloutScopeRecord(part.Scope), cancellationToken).ConfigureAwait(false);
            await _memory.Lines.TryPutAsync(RolloutMemory.LineKey(part.Scope, part.Line), new LineRecord(part.State, []), StateVersion.None, cancellationToken).ConfigureAwait(false);
        }

        part.Member = member;
        var (isKnown, freight) = await HeldAsync(part, member, cancellationToken).ConfigureAwait(false);
        if (!isKnown)
        {
            return;
        }

        var images = part.Uses.Select(u => u.Use.Reference!.Name.Canonical).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var observed = RolloutPlanner.Observe(member, freight, inventory.Commit, _now);
        var isSame = observed.Current?.Freight == member.Current?.Freight && member.Images.SequenceEqual(images, StringComparer.Ordinal);
        if (isSame && (observed.Current == member.Current || (member.Current is { } current && part.State.Find(member, current) is { IsOver: true })))
        {
            return;
        }

        part.Member = observed with { Images = images };
        HasMoved |= !isSame;
        await _memory.Members.PutAsync(key, part.Member, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a repository has of a line; null for nothing whole; unknown where a registry has not said what a tag names.</summary>
    private async Task<(bool IsKnown, Freight? Freight)> HeldAsync(Part part, Member member, CancellationToken cancellationToken)
    {
        var references = new Dictionary<ImageName, ImageReference>();
        foreach (var use in part.Uses.Select(u => u.Use))
        {
            var reference = use.Reference!;
            if (reference.Digest is null && reference.FollowedTag is { } tag)
            {
                // What a tag named when it came is what was verified.
                var known = member.Current?.Freight.Find(reference.Name);
                var digest = (known is not null && known.Tag == tag ? known.Digest : null) ?? await AskAsync(reference with { Tag = tag }, cancellationToken).ConfigureAwait(false);
                if (digest is null)
                {
                    return (false, null);
                }

                reference = reference with { Tag = tag, Digest = digest };
            }

            if (references.TryGetValue(reference.Name, out var other) && other != reference)
            {
                return (true, null);
            }

            references[reference.Name] = reference;
        }

        return (true, Freight.Of(references.Values));
    }

    /// <summary>What a tag names now; null where the registry does not say.</summary>
    private async Task<Digest?> AskAsync(ImageReference tag, CancellationToken cancellationToken)
    {
        try
        {
            return await _registry.ResolveAsync(tag, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException)
        {
            return null;
        }
    }

    /// <summary>What policies decided, as far as stages, waves and holds allow it.</summary>
    public async Task<IReadOnlyList<Assessment>> ApplyAsync(IReadOnlyList<Assessment> assessments, PolicySet policies, CancellationToken cancellationToken)
    {
        var applied = new List<Assessment>(assessments.Count);
        foreach (var assessment in assessments)
        {
            applied.Add(assessment.Problem is not null ? assessment : await ApplyAsync(assessment, policies, cancellationToken).ConfigureAwait(false));
        }

        return applied;
    }

    private async Task<Assessment> ApplyAsync(Assessment assessment, PolicySet policies, CancellationToken cancellationToken)
    {
        var use = assessment.Use;
        if (_partOf.GetValueOrDefault(use) is { } part)
        {
            var state = part.State.Of(part.Stage.Name);
            var target = state.Targets.FirstOrDefault(t => string.Equals(t.Repository, _repository.ToString(), StringComparison.OrdinalIgnoreCase) && t.Current == part.Member.Current?.Freight.Id);
            if (target?.TakeBackTo is { } back && Holds.BlockOf(part.Member.Current!.Freight) is not null)
            {
                return await BringAsync(assessment, part, policies, Freight.Of(back), StepOf(part) with { Freight = Freight.Of(back), Failure = target.Failure ?? "it failed" }, cancellationToken).ConfigureAwait(false);
            }

            if (part.Stage.After.Count > 0 && !state.IsFirst)
            {
                return state.Promoted is not { } promoted ? Stay(assessment, $"{part.Stage.Name} gets what {string.Join(", ", part.Stage.After)} has verified: {state.Waits ?? "nothing is known of it yet"}")
                    : target is null ? Stay(assessment, "what it has was not looked at yet")
                    : target.IsAhead ? Stay(assessment, "it is ahead of what is promoted")
                    : Holds.BlockOf(Freight.Of(promoted)) is { } blocked ? Stay(assessment, $"{Freight.Of(promoted).Text} is blocked: {blocked.Reason}")
                    : await BringAsync(assessment, part, policies, Freight.Of(promoted), StepOf(part) with { Freight = Freight.Of(promoted), Evidence = state.Evidence, PromotedBy = state.PromotedBy }, cancellationToken).ConfigureAwait(false);
            }

            assessment = assessment with { Updates = [.. assessment.Updates.Select(u => u with { Rollout = StepOf(part) })] };
        }

        var (updates, reason) = (new List<Update>(), assessment.Reason);
        foreach (var update in assessment.Updates)
        {
            if (Holds.BlockOf(WithDigest(update.Target)) is { } block)
            {
                reason = $"{update.Target.Familiar} is blocked: {block.Reason}";
            }
            else if (await AdmitAsync(update, cancellationToken).ConfigureAwait(false) is var (admitted, why) && admitted is not null)
            {
                updates.Add(admitted);
            }
            else
            {
                reason = why!;
            }
        }

        return updates.SequenceEqual(assessment.Updates) ? assessment : assessment with { Updates = updates, Reason = updates.Count == 0 ? reason : assessment.Reason };
    }

    /// <summary>A stage of the repository's own is another than one of its organisation of the same name.</summary>
    private RolloutStep StepOf(Part part) => new(part.Stage, part.Line) { KeyName = part.Scope != _repository.Owner && _common.Find(part.Stage.Name) is not null ? part.Stage.Name + " own" : null };

    private static Assessment Stay(Assessment assessment, string reason) => assessment with { Updates = [], Reason = reason };

    /// <summary>Makes the update to what a freight has of a use's image.</summary>
    private async Task<Assessment> BringAsync(Assessment assessment, Part part, PolicySet policies, Freight freight, RolloutStep step, CancellationToken cancellationToken)
    {
        var use = assessment.Use;
        var current = use.Reference!;
        if (freight.Find(current.Name) is not { } reference || reference.Tag is not { } tag)
        {
            return Stay(assessment, $"{freight.Text} has nothing of this image");
        }

        var rule = policies.For(use).Rule;
        var target = reference.Digest is { } digest ? UpdatePlanner.Aim(use, rule, tag, digest) : current with { Tag = tag, Digest = null };
        if (target == current || (target.Digest is null && current.FollowedTag == tag && current.Digest is null))
        {
            return Stay(assessment, $"{part.Stage.Name} has what is promoted to it");
        }

        if (current.Digest is not null && target.Digest is null)
        {
            return Stay(assessment, $"the digest of {target.Familiar} is not known: pin it in the stage before");
        }

        if (!step.IsTakeBack && target.Digest is null && (reference.Digest is not { } verified || await AskAsync(target, cancellationToken).ConfigureAwait(false) != verified))
        {
            return Stay(assessment, $"{tag} does not name what was verified, or the registry does not say: what was verified can only be promoted by its digest");
        }

        var kind = current.FollowedTag == tag ? current.Digest is null ? UpdateKind.Pin : UpdateKind.Digest : Ranking.Kind(step.IsTakeBack ? tag : current.FollowedTag ?? tag, step.IsTakeBack ? current.FollowedTag ?? tag : tag);
        var reason = step.IsTakeBack ? $"taken back: {step.Failure}" : $"promoted to {part.Stage.Name}: {string.Join("; ", step.Evidence)}";
        return assessment with { Updates = [new Update(use, target, kind, "rollout", reason) { Rule = rule.For(kind), Rollout = step }], Policy = "rollout", Reason = reason, IsGone = false };
    }

    private ImageReference WithDigest(ImageReference reference) =>
        reference.Digest is null && reference.FollowedTag is { } tag && _facts.GetValueOrDefault(reference.Name)?.Digests.GetValueOrDefault(tag) is { } digest ? reference with { Tag = tag, Digest = digest } : reference;

    /// <summary>An update where its wave is open; the one before it that has come here already where it is not; or why there is neither.</summary>
    private async Task<(Update? Update, string? Why)> AdmitAsync(Update update, CancellationToken cancellationToken)
    {
        var use = update.Use;
        if (update.Kind == UpdateKind.Pin || WaveRuleOf(update.Target.Name) is not { } rule)
        {
            return (update, null);
        }

        var target = WithDigest(update.Target).Canonical;
        var state = await JoinAsync(use, target, cancellationToken).ConfigureAwait(false);
        if (IsAdmitted(rule, state))
        {
            _waveOf[update] = target;
            return (update, null);
        }

        // What came here before stays proposed until the newer one comes.
        foreach (var earlier in _before.Waves.Where(w => w.From == use.Reference!.Canonical && w.Path == use.Path && w.Target != target))
        {
            if (ImageReference.TryParse(earlier.Target, out var reference, out _) && reference.Name == update.Target.Name && reference is { Tag: { } tag, Digest: { } digest }
                && Holds.BlockOf(reference) is null
                && await LookForAsync(earlier.Target).ConfigureAwait(false)
                && await _memory.Waves.GetAsync(RolloutMemory.WaveKey(_repository.Owner, earlier.Target), cancellationToken).ConfigureAwait(false) is { State: var before } && IsAdmitted(rule, before)
                && update.Rule is { } inForce && UpdatePlanner.Aim(use, inForce, tag, digest) is var aimed && aimed != use.Reference)
            {
                await JoinAsync(use, earlier.Target, cancellationToken).ConfigureAwait(false);
                var stays = update with { Target = aimed, Reason = $"{update.Reason}; {update.Target.Familiar} has not come to this repository yet" };
                _waveOf[stays] = earlier.Target;
                return (stays, null);
            }
        }

        async Task<bool> LookForAsync(string earlier)
        {
            await LookForProposalAsync(earlier, cancellationToken).ConfigureAwait(false);
            return true;
        }

        return (null, state.StoppedAt is not null ? $"{update.Target.Familiar} is {state.Words}"
            : state.Waves.Count == 0 ? $"{update.Target.Familiar} waits for its first wave"
            : $"{update.Target.Familiar} waits for its wave: {state.Waves[^1].Name} have it");
    }

    /// <summary>One that has been proposed here stays when all is stopped.</summary>
    private bool IsAdmitted(WaveRule rule, WaveState state) =>
        state.Admits(rule, _repository) || (state.IsReached(rule, _repository) && _proposed.Contains(state.Target));

    private WaveRule? WaveRuleOf(ImageName image) => _common.Waves.FirstOrDefault(w => w.Scope.MayHold(image));

    /// <summary>Writes down that an update is for this repository.</summary>
    private async Task<WaveState> JoinAsync(ImageUse use, string target, CancellationToken cancellationToken)
    {
        var owner = _repository.Owner;
        var membership = new WaveMembership(use.Reference!.Canonical, target, use.Path);
        if (!_wavesNow.Contains(membership))
        {
            _wavesNow.Add(membership);
        }

        if (_waves.TryGetValue(target, out var known))
        {
            return known;
        }

        var key = RolloutMemory.WaveKey(owner, target);
        var record = await _memory.Waves.GetAsync(key, cancellationToken).ConfigureAwait(false);
        if (record is null || !_before.Waves.Any(w => w.Target == target))
        {
            record ??= new WaveRecord(new WaveState(target, owner, _now), []);
            await _memory.Scopes.PutAsync(RolloutMemory.ScopeKey(owner), new RolloutScopeRecord(owner), cancellationToken).ConfigureAwait(false);
            await _memory.Waves.TryPutAsync(key, record, StateVersion.None, cancellationToken).ConfigureAwait(false);
            HasMoved |= await _memory.WaveMembers.TryPutAsync(RolloutMemory.WaveMemberKey(owner, target, _repository), new WaveMember(_repository.ToString()), StateVersion.None, cancellationToken).ConfigureAwait(false);
        }

        await LookForProposalAsync(target, cancellationToken).ConfigureAwait(false);
        return _waves[target] = record.State;
    }

    private async Task LookForProposalAsync(string target, CancellationToken cancellationToken)
    {
        if (await _memory.WaveMembers.GetAsync(RolloutMemory.WaveMemberKey(_repository.Owner, target, _repository), cancellationToken).ConfigureAwait(false) is { PullRequest: not null })
        {
            _proposed.Add(target);
        }
    }

    /// <summary>Ways out of what reaches its end of life, as far as stages and holds let them: a stage behind another gets what that has verified.</summary>
    public IEnumerable<Update> Allow(IEnumerable<Update> updates) =>
        updates.Where(u => Holds.BlockOf(WithDigest(u.Target)) is null && !(_partOf.GetValueOrDefault(u.Use) is { } part && part.Stage.After.Count > 0 && !part.State.Of(part.Stage.Name).IsFirst));

    /// <summary>A repository that is no longer looked after is in no line and no wave: nobody waits for it.</summary>
    public static async Task ForgetAsync(RolloutMemory memory, RepositoryName repository, CancellationToken cancellationToken)
    {
        var key = RolloutMemory.MembershipKey(repository);
        if (await memory.Memberships.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } membership)
        {
            return;
        }

        foreach (var line in membership.Lines)
        {
            await memory.Members.DeleteAsync(RolloutMemory.MemberKey(line.Scope, line.Line, line.Stage, repository), cancellationToken).ConfigureAwait(false);
        }

        foreach (var target in membership.Waves.Select(w => w.Target).Distinct(StringComparer.Ordinal))
        {
            await memory.WaveMembers.DeleteAsync(RolloutMemory.WaveMemberKey(repository.Owner, target, repository), cancellationToken).ConfigureAwait(false);
        }

        await memory.Memberships.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Why a change set must neither be opened nor merged now.</summary>
    public (string Reason, DateTimeOffset? Until)? HoldOf(ChangeSet changeSet)
    {
        var step = changeSet.Rollout;
        return step is { IsTakeBack: true } ? null
            : Holds.FreezeOf(step?.Stage.Name) is { } freeze ? ($"{freeze.Stage ?? freeze.Scope} is frozen{(freeze.Until is { } until ? $" until {RolloutPlanner.Text(until)}" : "")} by {freeze.By}: {freeze.Reason}", freeze.Until ?? _now + LookWhileFrozen)
            : step?.Stage.Window is { } window && window.ClosedBy(_now) is { } closed ? ($"waits for the window of {step.Stage.Name}: {closed}", window.NextOpening(_now))
            : null;
    }

    /// <summary>What a pull request tells of its rollout, each a sentence of Markdown.</summary>
    public static IReadOnlyList<string> NotesOf(ChangeSet changeSet)
    {
        if (changeSet.Rollout is not { } step)
        {
            return [];
        }

        var (stage, text) = (Markdown.Code(step.Stage.Name), Markdown.Text(step.LineText));
        return step.IsTakeBack ? [$"This takes {text} back in {stage}, because what is there failed: {Markdown.Text(step.Failure!)}. What failed is blocked until a person releases it."]
            : step.Freight is not { } freight ? [$"{stage} is the first stage of {text}. What is merged here goes on to the next when it is verified."]
            : [
                $"Freight {Markdown.Code(freight.Id)} is promoted to {stage}, digest for digest.",
                .. step.Evidence.Select(e => $"{Markdown.Text(e)}."),
                .. step.PromotedBy is { } by ? [$"{Markdown.Code(by)} had it promoted without waiting."] : Array.Empty<string>(),
            ];
    }

    /// <summary>Why what is open under a key is wanted no more.</summary>
    public string? WhyGone(string key)
    {
        var part = _parts.Find(p => ChangeSet.KeyOf(StepOf(p)) == key);
        return part?.Member.Passages.Where(p => p.EnteredAt is null).Select(p => Holds.BlockOf(p.Freight)).FirstOrDefault(b => b is not null) is { } block ? $"what it brings is blocked: {Markdown.Text(block.Reason)}"
            : part is not null && part.State.Of(part.Stage.Name) is { IsFirst: false, Promoted: null, Waits: { } waits } ? $"nothing is promoted to {part.Stage.Name} any more: {Markdown.Text(waits)}"
            : null;
    }

    /// <summary>Whether checks and reviews of a pull request are wanted, though it is not merged without a person.</summary>
    public bool Asks(ChangeSet changeSet)
    {
        if (changeSet.Rollout is { IsTakeBack: false, Stage.Approvals: > 0 } || changeSet.Updates.Any(_waveOf.ContainsKey))
        {
            _watched.Add(changeSet.Key);
        }

        return _watched.Contains(changeSet.Key);
    }

    /// <summary>Whether what becomes of its pull request moves the rollout on.</summary>
    public bool IsWatched(string key) => _watched.Contains(key);

    /// <summary>Writes down what pull requests there are now.</summary>
    public async Task NoteAsync(RepositoryWork work, IReadOnlyList<ChangeSet> changeSets, IReadOnlyDictionary<string, ExistingPullRequests> existing, CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
        {
            var key = ChangeSet.KeyOf(StepOf(part));
            var state = existing.GetValueOrDefault(key) ?? ExistingPullRequests.None;
            var number = NumberOf(work, state, key);
            var member = part.Member;
            var changeSet = changeSets.FirstOrDefault(c => c.Key == key);
            if (changeSet is not null && number is not null && work.Records.GetValueOrDefault(key) is { Change: { } written } && written != changeSet.Fingerprint)
            {
                // What is open still brings what it brought.
            }
            else if (changeSet is not null && number is not null)
            {
                member = RolloutPlanner.Propose(member, FreightOf(part, changeSet), number, _now);
                if (part.Stage.Approvals > 0 && state.Review is { } review && state.Open?.Number == number)
                {
                    var by = !review.IsRefused && review.Approvals >= part.Stage.Approvals ? review.By : null;
                    member = member with { Passages = [.. member.Passages.Select(p => p.EnteredAt is null && p.PullRequest == number && !(p.ApprovedBy ?? []).SequenceEqual(by ?? [], StringComparer.Ordinal) ? p with { ApprovedBy = by } : p)] };
                }
            }
            else if (!member.Passages.Any(p => p.EnteredAt is null && IsMerged(work, state, key, p.PullRequest)))
            {
                // What was merged is to be seen on the branch yet.
                member = RolloutPlanner.Propose(member, null, null, _now);
            }

            if (!member.Passages.SequenceEqual(part.Member.Passages))
            {
                part.Member = member;
                await _memory.Members.PutAsync(RolloutMemory.MemberKey(part.Scope, part.Line, part.Stage.Name, _repository), member, cancellationToken).ConfigureAwait(false);
            }
        }

        await NoteWavesAsync(work, changeSets, existing, cancellationToken).ConfigureAwait(false);
        await NoteMembershipAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The number of the open pull request of a key, be it opened just now.</summary>
    private static int? NumberOf(RepositoryWork work, ExistingPullRequests existing, string key) =>
        existing.Open?.Number ?? (work.Records.GetValueOrDefault(key) is { State: "opened" } record ? record.Number : null);

    private static bool IsMerged(RepositoryWork work, ExistingPullRequests existing, string key, int? number) =>
        existing.PullRequests.Any(p => p.Number == number && p.State == PullRequestState.Merged) || (work.Records.GetValueOrDefault(key) is { State: "merged" or "merging" } record && record.Number == number);

    /// <summary>What a repository has of a line once a change set is merged.</summary>
    private Freight FreightOf(Part part, ChangeSet changeSet) =>
        changeSet.Rollout?.Freight is { } promoted ? Freight.Of(promoted.Parsed.Where(r => part.Uses.Any(u => u.Use.Reference!.Name == r.Name)))
        : Freight.Of(part.Uses.Select(u => WithDigest(changeSet.Updates.FirstOrDefault(c => c.Use == u.Use)?.Target ?? u.Use.Reference!)));

    private async Task NoteWavesAsync(RepositoryWork work, IReadOnlyList<ChangeSet> changeSets, IReadOnlyDictionary<string, ExistingPullRequests> existing, CancellationToken cancellationToken)
    {
        var proposed = changeSets.SelectMany(c => c.Updates.Where(_waveOf.ContainsKey).Select(u => (Target: _waveOf[u], ChangeSet: c))).GroupBy(p => p.Target, p => p.ChangeSet, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        ExistingPullRequests ExistingOf(ChangeSet set) => existing.GetValueOrDefault(set.Key) ?? ExistingPullRequests.None;
        int? NumberIn(ChangeSet set) => NumberOf(work, ExistingOf(set), set.Key);
        foreach (var target in _wavesNow.Concat(_before.Waves).Select(w => w.Target).Distinct(StringComparer.Ordinal).ToList())
        {
            var key = RolloutMemory.WaveMemberKey(_repository.Owner, target, _repository);
            var member = await _memory.WaveMembers.GetAsync(key, cancellationToken).ConfigureAwait(false);
            if (proposed.TryGetValue(target, out var sets))
            {
                var set = sets.Find(s => NumberIn(s) is not null) ?? sets[0];
                var number = NumberIn(set);
                var isMerged = number is not null && IsMerged(work, ExistingOf(set), set.Key, number);
                var checks = existing.GetValueOrDefault(set.Key) is { Checks: { Count: > 0 } all, Open: { } open } && open.Number == number ? CheckOf(all) : member?.PullRequest == number ? member?.Checks : null;
                var changed = (member ?? new WaveMember(_repository.ToString())) with { PullRequest = number, ProposedAt = number is null ? null : member?.PullRequest == number ? member!.ProposedAt : _now, Checks = number is null ? null : checks, IsMerged = isMerged };
                HasMoved |= changed != member;
                await PutAsync(key, changed, member, cancellationToken).ConfigureAwait(false);
            }
            else if (_wavesNow.Any(w => w.Target == target))
            {
                // It waits for its turn, or to be opened.
                await PutAsync(key, member ?? new WaveMember(_repository.ToString()), member, cancellationToken).ConfigureAwait(false);
            }
            else if (member is not null)
            {
                // It was merged, or nobody wants it any more.
                var has = ImageReference.TryParse(target, out var reference, out _) && work.Inventory.Uses.Any(u => u.Reference is { } r && r.Name == reference.Name && r.FollowedTag == reference.Tag && (r.Digest is null || r.Digest == reference.Digest));
                if (has)
                {
                    HasMoved |= !member.IsMerged;
                    await PutAsync(key, member with { IsMerged = true }, member, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    HasMoved = true;
                    await _memory.WaveMembers.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task PutAsync(StateKey key, WaveMember changed, WaveMember? known, CancellationToken cancellationToken)
    {
        if (changed != known)
        {
            await _memory.WaveMembers.PutAsync(key, changed, cancellationToken).ConfigureAwait(false);
        }
    }

    private static CheckState CheckOf(IReadOnlyList<CheckResult> checks) =>
        checks.Any(c => c.State == CheckState.Failed) ? CheckState.Failed : checks.Any(c => c.State == CheckState.Pending) ? CheckState.Pending : CheckState.Passed;

    /// <summary>What is no longer used leaves its line.</summary>
    private async Task NoteMembershipAsync(CancellationToken cancellationToken)
    {
        var lines = _parts.Select(p => new LineMembership(p.Scope, p.Line, p.Stage.Name)).ToList();
        foreach (var gone in _before.Lines.Except(lines))
        {
            HasMoved = true;
            await _memory.Members.DeleteAsync(RolloutMemory.MemberKey(gone.Scope, gone.Line, gone.Stage, _repository), cancellationToken).ConfigureAwait(false);
        }

        if (!_before.Lines.SequenceEqual(lines) || !_before.Waves.SequenceEqual(_wavesNow))
        {
            await _memory.Memberships.PutAsync(RolloutMemory.MembershipKey(_repository), new MembershipRecord(lines, _wavesNow), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Uses of one line in one stage of this repository.</summary>
    private sealed class Part(string scope, Stage stage, string line)
    {
        public string Scope { get; } = scope;

        public Stage Stage { get; } = stage;

        public string Line { get; } = line;

        public List<Assessment> Uses { get; } = [];

        public Member Member { get; set; } = new(line, stage.Name, "");

        public LineState State { get; set; } = new(line);
    }
}
