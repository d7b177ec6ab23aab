using Basewatch.Core.Jobs.State;

namespace Basewatch.Core.Jobs;

/// <summary>Lets people stop everything: while it is paused nothing is written to any repository.</summary>
/// <param name="memory">Where it is said.</param>
/// <param name="isPausedBySettings">Whether the settings say so too.</param>
/// <param name="time">Decides whether it is over.</param>
public sealed class PauseSwitch(Memory memory, bool isPausedBySettings, TimeProvider time)
{
    /// <summary>What is in force; null: all goes on.</summary>
    public async Task<PauseRecord?> FindAsync(CancellationToken cancellationToken) =>
        isPausedBySettings ? new PauseRecord("the settings say so", null, default, null)
        : await memory.Pauses.GetAsync(Memory.PauseKey, cancellationToken).ConfigureAwait(false) is { } pause && !(pause.Until <= time.GetUtcNow()) ? pause
        : null;

    /// <summary>Pauses everything.</summary>
    public Task PauseAsync(string? reason, string? by, DateTimeOffset? until, CancellationToken cancellationToken) =>
        memory.Pauses.PutAsync(Memory.PauseKey, new PauseRecord(reason, by, time.GetUtcNow(), until), cancellationToken);

    /// <summary>Lets everything go on; what has waited meanwhile is due.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await memory.Pauses.DeleteAsync(Memory.PauseKey, cancellationToken).ConfigureAwait(false);
        await foreach (var pending in memory.ListPendingAsync(cancellationToken).Where(p => p.NotBefore is not null).ConfigureAwait(false))
        {
            await memory.Pending.PutAsync(Memory.PendingKey(Ports.RepositoryName.Parse(pending.Repository)), pending with { NotBefore = null }, cancellationToken).ConfigureAwait(false);
        }
    }
}
