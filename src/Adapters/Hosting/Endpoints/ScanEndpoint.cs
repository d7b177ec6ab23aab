using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Starts a scan at once.</summary>
public sealed partial class ScanEndpoint(IJobQueue queue, Memory memory, ILogger<ScanEndpoint> logger)
{
    /// <summary>
    /// Queues a look at every repository and every image, or, with <c>?repository=owner/name</c>, at one repository.
    /// Answers 202; 404 when that is none that Basewatch looks after.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => ScanAsync(request, cancellationToken));
    }

    private async Task<IResult> ScanAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (await logger.RefuseBodyAsync(request, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var only = request.Query["repository"].ToString();
        if (only.Length == 0)
        {
            await queue.EnqueueAsync(new FindRepositories(), TimeSpan.Zero, cancellationToken);
            await queue.EnqueueAsync(new RefreshImages(), TimeSpan.Zero, cancellationToken);
            LogScan(null);
            return Results.Accepted();
        }

        if (!RepositoryName.TryParse(only, out var repository)
            || await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken) is null)
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "no repository that is looked after");
        }

        foreach (Job job in new Job[] { new TakeInventory(repository.ToString()), new Reconcile(repository.ToString()) })
        {
            // Whoever asks has mended what stood in the way, and need not wait for the next try.
            await memory.Failures.DeleteAsync(Memory.FailureKey(job), cancellationToken);
            await queue.EnqueueAsync(job, TimeSpan.Zero, cancellationToken);
        }

        LogScan(repository);
        return Results.Accepted();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "asked to look: {Repository}")]
    private partial void LogScan(RepositoryName? repository);
}
