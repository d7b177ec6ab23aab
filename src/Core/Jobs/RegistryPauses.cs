using System.Collections.Concurrent;
using Basewatch.Core.Jobs.State;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Registries that want to be left alone for a while, known to all instances that share a state store: what one of them was told, none
/// of the others has to ask for. Read again every few seconds, so that it costs nothing.
/// </summary>
public sealed class RegistryPauses(Memory memory, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, RegistryPauseRecord? Pause)> _seen = new(StringComparer.Ordinal);

    /// <summary>How long a registry is not to be asked, and why; null: it may be asked now.</summary>
    public async Task<JobPostponed?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!_seen.TryGetValue(registry, out var seen) || now - seen.At >= Fresh)
        {
            _seen[registry] = seen = (now, await memory.RegistryPauses.GetAsync(Memory.RegistryPauseKey(registry), cancellationToken).ConfigureAwait(false));
        }

        return seen.Pause is { } pause && pause.Until > now ? new JobPostponed(pause.Until - now, pause.Reason) : null;
    }

    /// <summary>Tells the others that a registry asked to wait.</summary>
    public async Task NoteAsync(string registry, TimeSpan wait, string reason, CancellationToken cancellationToken)
    {
        var pause = new RegistryPauseRecord(time.GetUtcNow() + wait, reason);
        if (_seen.TryGetValue(registry, out var seen) && seen.Pause?.Until >= pause.Until)
        {
            return;
        }

        _seen[registry] = (time.GetUtcNow(), pause);
        await memory.RegistryPauses.PutAsync(Memory.RegistryPauseKey(registry), pause, cancellationToken).ConfigureAwait(false);
    }
}
