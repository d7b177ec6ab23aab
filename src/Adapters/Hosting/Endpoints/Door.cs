using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>What all doors have in common: a refusal is a status without words, and one line in the log.</summary>
public static partial class Door
{
    /// <summary>Refuses a request.</summary>
    /// <param name="logger">Told of it.</param>
    /// <param name="request">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="reason">Why: for the log alone.</param>
    public static IResult Refuse(this ILogger logger, HttpRequest request, int status, string reason)
    {
        ArgumentNullException.ThrowIfNull(request);

        // No query: a key may stand there.
        LogRefused(logger, status, Excerpt.Of(request.Method), Excerpt.Of(request.Path.Value ?? ""), Excerpt.Of(reason));
        return Results.StatusCode(status);
    }

    /// <summary>Answers a request; 503 where the service's own store or queue is out of reach, so that the sender tries again.</summary>
    internal static async Task<IResult> AnswerAsync(this ILogger logger, HttpRequest request, Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception e) when (e is StateStoreException or JobQueueException)
        {
            return logger.Refuse(request, StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    /// <summary>Takes a request that has no body; null when all is well.</summary>
    internal static async Task<IResult?> RefuseBodyAsync(this ILogger logger, HttpRequest request, CancellationToken cancellationToken)
    {
        const int Most = 1024;
        var (_, refusal) = await BoundedBody.ReadAsync(request, Most, cancellationToken);
        return refusal is { } status ? logger.Refuse(request, status, "a body is not expected here") : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "refused with {Status}: {Method} {Path}: {Reason}")]
    private static partial void LogRefused(ILogger logger, int status, string method, string path, string reason);
}
