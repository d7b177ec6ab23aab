using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>What became of what a person asked for.</summary>
/// <param name="IsRefused">Whether nothing was done, because it can't be meant.</param>
/// <param name="Words">What was done, or why not, in one line of plain text.</param>
public sealed record RolloutAnswer(bool IsRefused, string Words);

/// <summary>What is held, or released: a scope, a stage of it, or an image in it.</summary>
/// <param name="Scope"><c>owner</c>, or <c>owner/name</c>.</param>
/// <param name="Stage">The stage; null: everything in the scope.</param>
/// <param name="Image">The image, by tag or digest; null: it is about a freeze.</param>
public sealed record RolloutSubject(string Scope, string? Stage = null, string? Image = null);

/// <summary>
/// What people do to rollouts. Every deed can be done twice, leaves who, when and why, and has those looked at whom it concerns. What the
/// review of rollouts writes too is written by its version, so that neither undoes the other.
/// </summary>
public sealed class RolloutActions(Memory memory, PendingRepositories pending, IJobQueue queue, TimeProvider time)
{
    /// <summary>A reason is cut to this many characters.</summary>
    public const int LongestReason = 500;

    private const int LongestName = 200;

    private readonly RolloutMemory _rollouts = memory.Rollouts;

    /// <summary>Freezes a stage, a repository or everything of an owner.</summary>
    public async Task<RolloutAnswer> HoldAsync(RolloutSubject subject, string reason, string by, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var now = time.GetUtcNow();
        if (await RefuseAsync(subject, reason, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        if (until <= now)
        {
            return Refused("that end is past");
        }

        var hold = new Hold(HoldKind.Freeze, subject.Scope, Line(reason, LongestReason), Line(by, LongestName), now) { Stage = subject.Stage, Until = until };
        await HoldAsync(hold, "hold", subject.Stage is null ? subject.Scope : $"{subject.Scope} {subject.Stage}", cancellationToken).ConfigureAwait(false);
        await WakeAsync(subject.Scope, await UsersOfAsync(subject.Scope, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return Done($"{subject.Stage ?? "everything"} of {subject.Scope} is frozen{(until is { } end ? $" until {RolloutPlanner.Text(end)}" : "")}");
    }

    /// <summary>Blocks an image in a scope.</summary>
    public async Task<RolloutAnswer> BlockAsync(RolloutSubject subject, string reason, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (await RefuseAsync(subject, reason, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        if (Parse(subject.Image) is not { } image)
        {
            return NoImage(subject.Image);
        }

        var hold = new Hold(HoldKind.Block, subject.Scope, Line(reason, LongestReason), Line(by, LongestName), time.GetUtcNow()) { Image = Hold.ImageOf(image) };
        await HoldAsync(hold, "block", hold.Image, cancellationToken).ConfigureAwait(false);
        await WakeAsync(subject.Scope, await UsersOfAsync(subject.Scope, image.Name, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return Done($"{image.Familiar} is blocked in {subject.Scope}");
    }

    /// <summary>Lifts a freeze; or the blocks of an image, with which a person vouches for what failed, and lets its waves go on.</summary>
    public async Task<RolloutAnswer> ReleaseAsync(RolloutSubject subject, string reason, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (await RefuseAsync(subject with { Stage = null }, reason, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        var holds = await _rollouts.ListHoldsAsync(Owner(subject.Scope), cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var own = holds.Where(h => Same(h.Scope, subject.Scope)).ToList();
        IReadOnlyList<string> concerned;
        var what = subject.Stage is null ? subject.Scope : $"{subject.Scope} {subject.Stage}";
        bool isReleased;
        if (subject.Image is null)
        {
            var found = own.FindAll(h => h.Kind == HoldKind.Freeze && h.Stage == subject.Stage);
            isReleased = await LiftAsync(found, cancellationToken).ConfigureAwait(false);
            concerned = await UsersOfAsync(subject.Scope, cancellationToken).ConfigureAwait(false);
        }
        else if (Parse(subject.Image) is { } image)
        {
            what = image.Canonical;
            concerned = await UsersOfAsync(subject.Scope, image.Name, cancellationToken).ConfigureAwait(false);
            isReleased = await ReleaseImageAsync(subject.Scope, own, image, Line(by, LongestName), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            return NoImage(subject.Image);
        }

        if (isReleased)
        {
            await NoteAsync(subject.Scope, "release", what, reason, by, cancellationToken).ConfigureAwait(false);
        }

        // Also where nothing is held any more: the first try may have ended on the way.
        await WakeAsync(subject.Scope, concerned, cancellationToken).ConfigureAwait(false);
        return Done(isReleased ? $"{what} is released" : $"{what} is not held");
    }

    /// <summary>Promotes a freight without its soak, or after nobody approved in time.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="line">Name of the line, of its group, or of an image in it.</param>
    /// <param name="stage">Where to.</param>
    /// <param name="freight">Id of the freight, or how it begins; null: the newest that the stages before have.</param>
    /// <param name="reason">Why.</param>
    /// <param name="by">Who.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<RolloutAnswer> PromoteAsync(string scope, string line, string stage, string? freight, string reason, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(stage);
        if (await RefuseAsync(new RolloutSubject(scope, stage), reason, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        var found = new List<(LineState State, List<Member> Members)>();
        await foreach (var record in _rollouts.ListLinesAsync(scope, cancellationToken).ConfigureAwait(false))
        {
            var all = await _rollouts.ListMembersAsync(scope, record.State.Line, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
            if (IsNamed(record.State.Line, all, line))
            {
                found.Add((record.State, all));
            }
        }

        if (found.Count != 1)
        {
            return Refused(found.Count == 0 ? $"{scope} has no line {Excerpt.Of(line)}" : $"{Excerpt.Of(line)} is in several lines: {string.Join(", ", found.Select(f => f.State.Line))}");
        }

        var (state, members) = found[0];
        var upstream = state.Of(stage).Upstream;
        if (upstream.Count == 0)
        {
            return Refused($"no stage before {Excerpt.Of(stage)} uses {state.Line}: nothing can be promoted to it");
        }

        var passages = members.Where(m => upstream.Contains(m.Stage, StringComparer.Ordinal)).SelectMany(m => m.Passages.Where(p => p.EnteredAt is not null).Select(p => (Member: m, Passage: p))).ToList();
        var candidates = freight is null
            ? passages.Where(p => p.Passage.IsThere).GroupBy(p => p.Passage.Freight).OrderByDescending(g => passages.Where(p => p.Passage.Freight == g.Key).Min(p => p.Passage.EnteredAt)).Select(g => g.Key).Take(1).ToList()
            : [.. passages.Select(p => p.Passage.Freight).Distinct().Where(f => freight.Length > 0 && f.Id.StartsWith(freight, StringComparison.OrdinalIgnoreCase))];
        if (candidates is not [var chosen])
        {
            return Refused(candidates.Count > 1 ? $"several freights begin with {Excerpt.Of(freight!)}: {string.Join(", ", candidates)}"
                : $"{string.Join(", ", upstream)} {(freight is null ? "has no freight" : $"never had the freight {Excerpt.Of(freight)}")} of {state.Line}");
        }

        var holds = await _rollouts.ListHoldsAsync(Owner(scope), cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        if (new HoldSet(holds, h => Same(h.Scope, scope) || Same(h.Scope, Owner(scope)), time.GetUtcNow()).BlockOf(chosen) is { } block)
        {
            return Refused($"{chosen.Text} is blocked: {block.Reason}");
        }

        if (passages.Select(p => p.Passage.Freight == chosen ? state.Find(p.Member, p.Passage) : null).FirstOrDefault(t => t is { FailedAt: not null, ReleasedBy: null }) is { } failed)
        {
            return Refused($"{chosen.Text} failed in {failed.Stage}: {failed.Failure}");
        }

        var promotion = new PersonalPromotion(stage, chosen.Id, Line(by, LongestName), time.GetUtcNow(), Line(reason, LongestReason));
        var key = RolloutMemory.PromotionKey(scope, promotion);
        if (await _rollouts.Promotions.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } before || before with { At = promotion.At } != promotion)
        {
            await _rollouts.Promotions.PutAsync(key, promotion, cancellationToken).ConfigureAwait(false);
            await NoteAsync(scope, "promote", $"{stage} {state.Line} {chosen.Id}", reason, by, cancellationToken).ConfigureAwait(false);
        }

        await WakeAsync(scope, [.. members.Where(m => m.Stage == stage).Select(m => m.Repository)], cancellationToken).ConfigureAwait(false);
        return Done($"{chosen.Text} ({chosen.Id}) is promoted to {stage} as soon as the stages before it have shown it to be good");
    }

    /// <summary>Blocks of an image, trials that failed with it, and waves that were stopped.</summary>
    private async Task<bool> ReleaseImageAsync(string scope, List<Hold> own, ImageReference image, string by, CancellationToken cancellationToken)
    {
        // First those who vouch: the review would block again what failed and nobody vouches for.
        var isReleased = false;
        await foreach (var record in _rollouts.ListScopesAsync(cancellationToken).Where(s => Same(s.Scope, scope) || Same(Owner(s.Scope), scope)).ConfigureAwait(false))
        {
            var lines = await _rollouts.ListLinesAsync(record.Scope, cancellationToken).Select(l => l.State.Line).ToListAsync(cancellationToken).ConfigureAwait(false);
            foreach (var line in lines)
            {
                isReleased |= await VouchAsync(record.Scope, line, image, by, cancellationToken).ConfigureAwait(false);
            }
        }

        if (Same(Owner(scope), scope))
        {
            var waves = await _rollouts.ListWavesAsync(scope, cancellationToken).Select(w => w.State.Target).Where(t => Parse(t) is { } target && IsMeant(image, target)).ToListAsync(cancellationToken).ConfigureAwait(false);
            foreach (var target in waves)
            {
                isReleased |= await ForgiveAsync(scope, target, by, cancellationToken).ConfigureAwait(false);
            }
        }

        var tags = await TagsOfAsync(scope, image, cancellationToken).ConfigureAwait(false);
        return await LiftAsync(own.Where(h => h is { Kind: HoldKind.Block, Image: { } blocked } && Parse(blocked) is { } b && (IsMeant(image, b) || tags.Contains(blocked))), cancellationToken).ConfigureAwait(false) || isReleased;
    }

    /// <summary>What is blocked by its digest is known to people by its tag.</summary>
    private async Task<HashSet<string>> TagsOfAsync(string scope, ImageReference image, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var record in _rollouts.ListScopesAsync(cancellationToken).Where(s => image.Digest is null && (Same(s.Scope, scope) || Same(Owner(s.Scope), scope))).ConfigureAwait(false))
        {
            await foreach (var line in _rollouts.ListLinesAsync(record.Scope, cancellationToken).ConfigureAwait(false))
            {
                await foreach (var member in _rollouts.ListMembersAsync(record.Scope, line.State.Line, cancellationToken).ConfigureAwait(false))
                {
                    found.UnionWith(member.Passages.SelectMany(p => p.Freight.Parsed).Where(r => IsMeant(image, r)).Select(Hold.ImageOf));
                }
            }
        }

        return found;
    }

    private async Task<bool> VouchAsync(string scope, string line, ImageReference image, string by, CancellationToken cancellationToken)
    {
        var key = RolloutMemory.LineKey(scope, line);
        var members = await _rollouts.ListMembersAsync(scope, line, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var freights = members.SelectMany(m => m.Passages).Select(p => p.Freight).Where(f => f.Parsed.Any(r => IsMeant(image, r))).Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        while (true)
        {
            var (record, entry) = await _rollouts.Lines.ReadEntryAsync(key, cancellationToken).ConfigureAwait(false);
            if (record is null || !record.State.Trials.Any(IsToBe))
            {
                return false;
            }

            var now = time.GetUtcNow();
            var state = record.State with { Trials = [.. record.State.Trials.Select(t => IsToBe(t) ? t with { ReleasedBy = by, VerifiedAt = now } : t)] };
            if (await _rollouts.Lines.ReplaceAsync(key, record with { State = state }, entry, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        bool IsToBe(Trial trial) => trial is { FailedAt: not null, ReleasedBy: null } && freights.Contains(trial.Freight);
    }

    private async Task<bool> ForgiveAsync(string owner, string target, string by, CancellationToken cancellationToken)
    {
        var key = RolloutMemory.WaveKey(owner, target);
        while (true)
        {
            var (record, entry) = await _rollouts.Waves.ReadEntryAsync(key, cancellationToken).ConfigureAwait(false);
            if (record?.State.StoppedAt is null)
            {
                return false;
            }

            var failed = record.State.Waves.Count == 0 ? 0 : record.State.Waves[^1].Failed;
            if (await _rollouts.Waves.ReplaceAsync(key, record with { State = record.State with { ReleasedBy = by, Forgiven = failed, StoppedAt = null, Words = null } }, entry, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }
    }

    private async Task<bool> LiftAsync(IEnumerable<Hold> holds, CancellationToken cancellationToken)
    {
        var isLifted = false;
        foreach (var hold in holds)
        {
            await _rollouts.Holds.DeleteAsync(RolloutMemory.HoldKey(hold), cancellationToken).ConfigureAwait(false);
            isLifted = true;
        }

        return isLifted;
    }

    private async Task HoldAsync(Hold hold, string deed, string subject, CancellationToken cancellationToken)
    {
        var key = RolloutMemory.HoldKey(hold);
        if (await _rollouts.Holds.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } before && before with { At = hold.At } == hold)
        {
            return;
        }

        await _rollouts.Holds.PutAsync(key, hold, cancellationToken).ConfigureAwait(false);
        await NoteAsync(hold.Scope, deed, subject, hold.Reason, hold.By, cancellationToken).ConfigureAwait(false);
    }

    private Task NoteAsync(string scope, string deed, string subject, string reason, string by, CancellationToken cancellationToken)
    {
        var done = new RolloutDeed(time.GetUtcNow(), Line(by, LongestName), deed, subject, Line(reason, LongestReason));
        return _rollouts.Deeds.PutAsync(RolloutMemory.DeedKey(Owner(scope), done), done, cancellationToken);
    }

    private async Task WakeAsync(string scope, IReadOnlyList<string> repositories, CancellationToken cancellationToken)
    {
        foreach (var repository in repositories.Distinct(StringComparer.OrdinalIgnoreCase).Select(RepositoryName.Parse))
        {
            await pending.AddAsync(repository, "a person has acted on its rollout", cancellationToken).ConfigureAwait(false);
        }

        await queue.EnqueueAsync(new ReviewRollouts(Owner(scope)), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whom a freeze concerns: the members of the scope's lines, the repository itself, and all of an owner's with open pull requests.</summary>
    private async Task<IReadOnlyList<string>> UsersOfAsync(string scope, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await foreach (var line in _rollouts.ListLinesAsync(scope, cancellationToken).ConfigureAwait(false))
        {
            found.UnionWith(await _rollouts.ListMembersAsync(scope, line.State.Line, cancellationToken).Select(m => m.Repository).ToListAsync(cancellationToken).ConfigureAwait(false));
        }

        if (RepositoryName.TryParse(scope, out _))
        {
            found.Add(scope);
        }
        else
        {
            found.UnionWith(await memory.ListReviewsAsync(cancellationToken).Select(r => r.Repository).Where(r => Same(Owner(r), scope)).ToListAsync(cancellationToken).ConfigureAwait(false));
        }

        return [.. found];
    }

    private async Task<IReadOnlyList<string>> UsersOfAsync(string scope, ImageName image, CancellationToken cancellationToken) =>
        await memory.ListUsersAsync(image, cancellationToken).Select(u => u.Repository).Where(r => Same(r, scope) || Same(Owner(r), scope)).ToListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Why something can't be meant; null: it can.</summary>
    private async Task<RolloutAnswer?> RefuseAsync(RolloutSubject subject, string reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            return Refused("say why: whoever wonders about it later will want to know");
        }

        var isKnown = RepositoryName.TryParse(subject.Scope, out var repository)
            ? await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken).ConfigureAwait(false) is not null
            : await memory.ListRepositoriesAsync(cancellationToken).AnyAsync(r => Same(Owner(r.Repository), subject.Scope), cancellationToken).ConfigureAwait(false);
        if (!isKnown)
        {
            return Refused($"nothing is known of {Excerpt.Of(subject.Scope)}: name an owner, or owner/name");
        }

        if (subject.Stage is not { } stage)
        {
            return null;
        }

        var stages = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var scope in _rollouts.ListScopesAsync(cancellationToken).Where(s => Same(s.Scope, subject.Scope) || Same(s.Scope, Owner(subject.Scope)) || Same(Owner(s.Scope), subject.Scope)).ConfigureAwait(false))
        {
            await foreach (var line in _rollouts.ListLinesAsync(scope.Scope, cancellationToken).ConfigureAwait(false))
            {
                stages.UnionWith(line.State.Stages.Select(s => s.Stage));
            }
        }

        return stages.Contains(stage) ? null
            : Refused(stages.Count == 0 ? $"{subject.Scope} has no stages" : $"{subject.Scope} has no stage {Excerpt.Of(stage)}, but {string.Join(", ", stages)}");
    }

    private static bool IsNamed(string line, List<Member> members, string name) =>
        line == name || line == RolloutStep.GroupPrefix + name || (ImageName.TryParse(name, out var image, out _) && members.Exists(m => m.Images.Contains(image.Canonical, StringComparer.Ordinal)));

    /// <summary>Whether a reference that a person wrote means another: by its digest, or by its tag where it has none.</summary>
    private static bool IsMeant(ImageReference written, ImageReference other) =>
        written.Name == other.Name && (written.Digest is not null ? written.Digest == other.Digest || (other.Digest is null && written.Tag is not null && written.Tag == other.Tag) : written.FollowedTag == other.Tag);

    private static ImageReference? Parse(string? image) => ImageReference.TryParse(image, out var reference) ? reference is { Tag: null, Digest: null } ? reference with { Tag = reference.FollowedTag } : reference : null;

    private static RolloutAnswer NoImage(string? image) => Refused($"'{Excerpt.Of(image ?? "")}' is no image: write it as name:tag or name@sha256:...");

    private static RolloutAnswer Refused(string words) => new(true, words);

    private static RolloutAnswer Done(string words) => new(false, words);

    private static string Owner(string scope) => scope.Split('/')[0];

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string Line(string text, int longest)
    {
        var line = string.Concat(text.Trim().Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= longest ? line : line[..(char.IsHighSurrogate(line[longest - 1]) ? longest - 1 : longest)];
    }
}
