using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>What people have to see to of rollouts.</summary>
public sealed class RolloutTroubles(Memory memory)
{
    /// <summary>Everything that failed, was given up or takes too long, with the owner whose it is.</summary>
    public async Task<IReadOnlyList<(string Owner, RolloutTrouble Trouble)>> ListAsync(CancellationToken cancellationToken)
    {
        var troubles = new List<(string, RolloutTrouble)>();
        await foreach (var record in memory.Rollouts.ListScopesAsync(cancellationToken).ConfigureAwait(false))
        {
            var owner = record.Scope.Split('/')[0];
            await foreach (var line in memory.Rollouts.ListLinesAsync(record.Scope, cancellationToken).ConfigureAwait(false))
            {
                var members = await memory.Rollouts.ListMembersAsync(record.Scope, line.State.Line, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
                troubles.AddRange(Of(record.Scope, line.State, members).Select(t => (owner, t)));
            }

            if (record.Scope == owner)
            {
                await foreach (var wave in memory.Rollouts.ListWavesAsync(owner, cancellationToken).Where(w => w.State.StoppedAt is not null).ConfigureAwait(false))
                {
                    troubles.Add((owner, OfWave(wave.State)));
                }
            }
        }

        return troubles;
    }

    /// <summary>Those of one line.</summary>
    internal static IEnumerable<RolloutTrouble> Of(string scope, LineState state, IReadOnlyList<Member> members)
    {
        var texts = members.SelectMany(m => m.Passages).Select(p => p.Freight).DistinctBy(f => f.Id, StringComparer.Ordinal).ToDictionary(f => f.Id, f => f.Text, StringComparer.Ordinal);
        foreach (var failed in state.Trials.Where(t => t is { FailedAt: not null, ReleasedBy: null }).GroupBy(t => (t.Stage, t.Freight)).Select(g => g.MinBy(t => t.FailedAt)!))
        {
            yield return new RolloutTrouble(
                $"failed {scope} {state.Line} {failed.Stage} {failed.Freight} {failed.FailedAt:O}",
                failed.Repository,
                $"{texts.GetValueOrDefault(failed.Freight, failed.Freight)} failed in {failed.Stage}",
                $"{failed.Failure}. It is taken back there, where what was there before is known, and blocked everywhere else until a person releases it.")
            { HasFailed = true };
        }

        foreach (var late in state.Trials.Where(t => t is { IsOver: false, IsOverdue: true }))
        {
            yield return new RolloutTrouble(
                $"late {scope} {state.Line} {late.Stage} {late.Freight} {late.EnteredAt:O}",
                late.Repository,
                $"{texts.GetValueOrDefault(late.Freight, late.Freight)} is not verified in {late.Stage}",
                late.Evidence.FirstOrDefault(e => e.Answer.State != EvidenceState.Passed) is { } open ? $"It has been there since {RolloutPlanner.Text(late.EnteredAt)}. {open.Verification}: {open.Answer.Detail}." : $"It has been there since {RolloutPlanner.Text(late.EnteredAt)}.");
        }

        foreach (var (stage, freight) in state.Stages.SelectMany(s => s.Expired.Select(e => (s.Stage, e))))
        {
            yield return new RolloutTrouble(
                $"expired {scope} {state.Line} {stage} {freight}",
                members.FirstOrDefault(m => m.Stage == stage)?.Repository,
                $"{texts.GetValueOrDefault(freight, freight)} was not approved for {stage} in time",
                "Its promotion was given up. The next freight comes as ever; this one comes again when somebody promotes it.");
        }
    }

    private static RolloutTrouble OfWave(WaveState wave) => new(
        $"stopped {wave.Target} {wave.StoppedAt:O}",
        null,
        $"{(ImageReference.TryParse(wave.Target, out var reference, out _) ? (reference with { Digest = null }).Familiar : wave.Target)} goes no further",
        $"{wave.Words}. Repositories that have not got it wait until checks pass, or somebody lets it go on.")
    { HasFailed = true };
}
