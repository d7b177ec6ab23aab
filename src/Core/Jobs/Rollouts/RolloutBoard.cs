using Basewatch.Core.Jobs.State;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>Which freight is where, what is held, how far waves are, and what people did: as the service knows it.</summary>
/// <param name="Lines">By scope and name.</param>
/// <param name="Holds">In force, the newest first.</param>
/// <param name="Waves">Updates on their way through an owner's repositories.</param>
/// <param name="Deeds">The newest first.</param>
public sealed record RolloutBoard(IReadOnlyList<BoardLine> Lines, IReadOnlyList<Hold> Holds, IReadOnlyList<WaveState> Waves, IReadOnlyList<RolloutDeed> Deeds)
{
    /// <summary>Older deeds are not shown.</summary>
    public const int MostDeeds = 50;

    /// <summary>Nobody rolls out.</summary>
    public static RolloutBoard Empty { get; } = new([], [], [], []);

    /// <summary>Whether there is anything to be seen.</summary>
    public bool IsEmpty => Lines.Count + Holds.Count + Waves.Count + Deeds.Count == 0;

    /// <summary>Reads the board.</summary>
    /// <param name="memory">Where it is kept.</param>
    /// <param name="scope">Of one owner, or one repository; null: of all.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<RolloutBoard> ReadAsync(Memory memory, string? scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var rollouts = memory.Rollouts;
        var (lines, holds, waves, deeds) = (new List<BoardLine>(), new List<Hold>(), new List<WaveState>(), new List<RolloutDeed>());
        var scopes = await rollouts.ListScopesAsync(cancellationToken).Select(s => s.Scope).ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var owner in scopes.Select(s => s.Split('/')[0]).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            holds.AddRange(await rollouts.ListHoldsAsync(owner, cancellationToken).Where(h => h.IsInForce(now) && IsWanted(h.Scope)).ToListAsync(cancellationToken).ConfigureAwait(false));
            waves.AddRange(await rollouts.ListWavesAsync(owner, cancellationToken).Where(_ => IsWanted(owner)).Select(w => w.State).ToListAsync(cancellationToken).ConfigureAwait(false));
            deeds.AddRange(await rollouts.ListDeedsAsync(owner, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false));
        }

        foreach (var one in scopes.Where(IsWanted))
        {
            await foreach (var record in rollouts.ListLinesAsync(one, cancellationToken).ConfigureAwait(false))
            {
                var members = await rollouts.ListMembersAsync(one, record.State.Line, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
                var held = new HoldSet(holds, h => Same(h.Scope, one) || Same(h.Scope, one.Split('/')[0]), now);
                lines.Add(BoardLine.Of(one, record.State, members, held));
            }
        }

        return new(
            [.. lines.Where(l => l.Cells.Count > 0).OrderBy(l => l.Scope, StringComparer.Ordinal).ThenBy(l => l.Line, StringComparer.Ordinal)],
            [.. holds.OrderByDescending(h => h.At)],
            [.. waves.OrderByDescending(w => w.Since)],
            [.. deeds.OrderByDescending(d => d.At).Take(MostDeeds)]);

        bool IsWanted(string one) => scope is null || Same(one, scope) || one.StartsWith(scope + "/", StringComparison.OrdinalIgnoreCase);
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A line, and where its freights are.</summary>
/// <param name="Scope">Whose it is.</param>
/// <param name="Line">Its name.</param>
/// <param name="Cells">By stage, in the order of the stages, and repository.</param>
public sealed record BoardLine(string Scope, string Line, IReadOnlyList<BoardCell> Cells)
{
    /// <summary>The image or the group, for people.</summary>
    public string Text => RolloutStep.TextOf(Line);

    /// <summary>Makes a line of the board.</summary>
    internal static BoardLine Of(string scope, LineState state, IReadOnlyList<Member> members, HoldSet holds) => new(
        scope,
        state.Line,
        [.. members
            .OrderBy(m => state.Stages.Select(s => s.Stage).TakeWhile(s => s != m.Stage).Count()).ThenBy(m => m.Repository, StringComparer.OrdinalIgnoreCase)
            .Select(m => BoardCell.Of(state, m, holds))]);
}

/// <summary>How a freight does where it is.</summary>
public enum BoardState
{
    /// <summary>There is nothing whole, such as two tags of one image.</summary>
    Mixed,

    /// <summary>It is there, and nothing is known of it yet.</summary>
    New,

    /// <summary>It is merged, and not shown to be deployed.</summary>
    Merged,

    /// <summary>It soaks, or something is still to be shown.</summary>
    Verifying,

    /// <summary>It is verified.</summary>
    Verified,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It is blocked for another reason.</summary>
    Blocked,
}

/// <summary>What one repository has in one stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Freight">Id of what is there; null: nothing whole.</param>
/// <param name="Text">Its images, for people.</param>
/// <param name="State">How it does.</param>
/// <param name="Words">That in words, in one line of plain text.</param>
/// <param name="Since">When it came.</param>
public sealed record BoardCell(string Stage, string Repository, string? Freight, string Text, BoardState State, string Words, DateTimeOffset? Since)
{
    /// <summary>The open pull request that brings something else.</summary>
    public int? PullRequest { get; init; }

    /// <summary>What comes next, or what it waits for; null: nothing.</summary>
    public string? Next { get; init; }

    /// <summary>Makes a cell.</summary>
    internal static BoardCell Of(LineState line, Member member, HoldSet holds)
    {
        var current = member.Current;
        var trial = current is null ? null : line.Find(member, current);
        var (state, words) = current is null ? (BoardState.Mixed, "more than one tag or digest of an image")
            : trial is { FailedAt: not null, ReleasedBy: null } ? (BoardState.Failed, trial.Failure ?? "failed")
            : trial is { ReleasedBy: { } by } ? (BoardState.Verified, $"released by {by}")
            : holds.BlockOf(current.Freight) is { } block ? (BoardState.Blocked, block.Reason)
            : trial switch
            {
                null => (BoardState.New, "not looked at yet"),
                { VerifiedAt: { } at } => (BoardState.Verified, $"since {RolloutPlanner.Text(at)}"),
                { DeployedAt: null } => (BoardState.Merged, "not shown to be deployed yet"),
                _ => (BoardState.Verifying, trial.Evidence.FirstOrDefault(e => e.Answer.State != EvidenceState.Passed) is { } open ? $"{open.Verification}: {open.Answer.Detail}" : $"soaks since {RolloutPlanner.Text(trial.DeployedAt.Value)}"),
            };
        var stage = line.Of(member.Stage);
        var target = stage.Targets.FirstOrDefault(t => string.Equals(t.Repository, member.Repository, StringComparison.OrdinalIgnoreCase));
        var proposed = member.Passages.LastOrDefault(p => p.EnteredAt is null);
        var next = proposed is not null ? $"{proposed.Freight.Text} is proposed{(proposed.ApprovedBy is { Count: > 0 } approved ? $", approved by {string.Join(", ", approved)}" : "")}"
            : target?.TakeBackTo is { } back ? $"is taken back to {TextOf(back)}"
            : target is { IsAhead: true } ? "is ahead of what is promoted"
            : stage.Promoted is { } promoted && TextOf(promoted) is var text && Core.Rollouts.Freight.Of(promoted).Id != current?.Freight.Id ? $"{text} is promoted{(stage.Waits is null ? "" : $"; {stage.Waits}")}"
            : stage.Waits;
        return new(member.Stage, member.Repository, current?.Freight.Id, current?.Freight.Text ?? "", state, words, current?.EnteredAt) { PullRequest = proposed?.PullRequest, Next = next };
    }

    private static string TextOf(IReadOnlyList<string> references) => Core.Rollouts.Freight.Of(references).Text;
}
