namespace Basewatch.Adapters.Storage;

/// <summary>Does something once, when it is first needed; when it fails, the next one who needs it tries again.</summary>
internal sealed class OnFirstUse(Func<Task> work)
{
    private readonly Lock _gate = new();
    private Task? _work;

    /// <summary>Returns once it is done. Who stops waiting does not stop it, as others may wait too.</summary>
    public Task EnsureAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_work is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _work = work();
            }

            return _work.WaitAsync(cancellationToken);
        }
    }
}
