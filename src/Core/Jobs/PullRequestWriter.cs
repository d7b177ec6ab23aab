using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Finds what the words of pull requests are made of. What can't be had makes them poorer, and keeps none from being opened.</summary>
public sealed partial class PullRequestWriter(ILifecycleCatalog lifecycles, TimeProvider time, ILogger<PullRequestWriter> logger)
{
    private volatile Resolution? _resolution;

    /// <summary>Title and body of a pull request.</summary>
    /// <param name="repository">Where it is.</param>
    /// <param name="changeSet">What it changes.</param>
    /// <param name="written">The updates of it that its branch holds.</param>
    /// <param name="facts">What else it tells, without lifecycles.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<PullRequestText> WriteAsync(RepositoryName repository, ChangeSet changeSet, IReadOnlyList<Update> written, PullRequestFacts facts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var resolver = await ResolverAsync(cancellationToken).ConfigureAwait(false);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return PullRequestText.Of(changeSet, written, facts with { LifecycleOf = reference => resolver?.Resolve(reference, today) });
    }

    private async Task<LifecycleResolver?> ResolverAsync(CancellationToken cancellationToken)
    {
        try
        {
            var catalog = await lifecycles.GetAsync(cancellationToken).ConfigureAwait(false);
            if (_resolution?.Catalog != catalog)
            {
                _resolution = new(catalog, new LifecycleResolver(catalog));
            }

            return _resolution.Resolver;
        }
        catch (LifecycleCatalogException e)
        {
            LogNoCatalog(e.Message);
            return null;
        }
    }

    private sealed record Resolution(LifecycleCatalog Catalog, LifecycleResolver Resolver);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    private partial void LogNoCatalog(string message);
}
