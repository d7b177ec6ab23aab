using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Notices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Takes what Event Grid posts when an image is pushed to, or deleted from, a registry.</summary>
public sealed partial class RegistryEventsEndpoint(NoticeIntake intake, ILogger<RegistryEventsEndpoint> logger)
{
    /// <summary>
    /// Queues a look at each image that is in use. Answers 202; 200 with the code to a handshake; 400 to what is no event; 413 to what is
    /// too large; 415 to what is no JSON. OPTIONS is the handshake of CloudEvents.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TakeAsync(request, cancellationToken));
    }

    /// <summary>Queues a look at each image that is in use.</summary>
    public async Task EnqueueAsync(RegistryEvents events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var looks = 0;
        foreach (var job in events.Jobs)
        {
            looks += await intake.TakeAsync(new ImageMoved(ImageName.Parse(job.Image)), mayBeNew: false, cancellationToken) is null ? 0 : 1;
        }

        LogEvents(events.Jobs.Count, looks, events.Jobs.Count > 0 ? Excerpt.Of(events.Jobs[0].Image) : "none");
    }

    private async Task<IResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsOptions(request.Method))
        {
            // https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md#4-abuse-protection
            request.HttpContext.Response.Headers["WebHook-Allowed-Origin"] = request.Headers["WebHook-Request-Origin"].ToString() is { Length: > 0 and < 256 } origin ? origin : "eventgrid.azure.net";
            request.HttpContext.Response.Headers["WebHook-Allowed-Rate"] = "*";
            return Results.Ok();
        }

        if (!BoundedBody.IsJson(request))
        {
            return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no JSON");
        }

        var (body, refusal) = await BoundedBody.ReadAsync(request, RegistryEvents.LargestDelivery, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its body could not be read whole");
        }

        RegistryEvents events;
        try
        {
            events = RegistryEvents.Parse(body);
        }
        catch (FormatException e)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, e.Message);
        }

        if (events.ValidationCode is { } code)
        {
            LogHandshake();
            return Results.Json(new Handshake(code), EndpointJson.Default.Handshake);
        }

        await EnqueueAsync(events, cancellationToken);
        return Results.Accepted();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Event Grid told of {Images} images, {Looks} of them in use; the first: {First}")]
    private partial void LogEvents(int images, int looks, string first);

    [LoggerMessage(Level = LogLevel.Information, Message = "Event Grid shook hands")]
    private partial void LogHandshake();
}

/// <summary>The answer to Event Grid's handshake.</summary>
/// <param name="ValidationResponse">The code that it sent.</param>
internal sealed record Handshake(string ValidationResponse);
