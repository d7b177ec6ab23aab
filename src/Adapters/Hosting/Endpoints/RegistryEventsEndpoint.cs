using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Takes what Event Grid posts when an image is pushed to, or deleted from, a registry.</summary>
public sealed partial class RegistryEventsEndpoint(IJobQueue queue, ILogger<RegistryEventsEndpoint> logger)
{
    /// <summary>
    /// Queues a look at each image. Answers 202; 200 with the code to a handshake; 400 to what is no event; 413 to what is
    /// too large. OPTIONS is the handshake of CloudEvents.
    /// </summary>
    public async Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (HttpMethods.IsOptions(request.Method))
        {
            // https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md#4-abuse-protection
            request.HttpContext.Response.Headers["WebHook-Allowed-Origin"] = request.Headers["WebHook-Request-Origin"].ToString() is { Length: > 0 and < 256 } origin ? origin : "eventgrid.azure.net";
            request.HttpContext.Response.Headers["WebHook-Allowed-Rate"] = "*";
            return Results.Ok();
        }

        if (await BoundedBody.ReadAsync(request, RegistryEvents.LargestDelivery, cancellationToken) is not { } body)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        RegistryEvents events;
        try
        {
            events = RegistryEvents.Parse(body);
        }
        catch (FormatException e)
        {
            LogRefused(e.Message);
            return Results.BadRequest();
        }

        await EnqueueAsync(events, cancellationToken);
        return events.ValidationCode is { } code ? Results.Json(new Handshake(code), EndpointJson.Default.Handshake) : Results.Accepted();
    }

    /// <summary>Queues a look at each image.</summary>
    public async Task EnqueueAsync(RegistryEvents events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        foreach (var job in events.Jobs)
        {
            LogEvent(job.Image);
            await queue.EnqueueAsync(job, TimeSpan.Zero, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "pushed or deleted: {Image}")]
    private partial void LogEvent(string image);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a registry event was refused: {Reason}")]
    private partial void LogRefused(string reason);
}

/// <summary>The answer to Event Grid's handshake.</summary>
/// <param name="ValidationResponse">The code that it sent.</param>
internal sealed record Handshake(string ValidationResponse);
