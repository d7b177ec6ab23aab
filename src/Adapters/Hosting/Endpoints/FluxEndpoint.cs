using Basewatch.Core.Jobs.Rollouts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>
/// Takes what Flux says of what it deploys, as its provider <c>generic-hmac</c> posts it
/// (<see href="https://fluxcd.io/flux/components/notification/providers/#generic-webhook-with-hmac"/>).
/// </summary>
public sealed partial class FluxEndpoint(DeliveryBook book, BasewatchOptions options, ILogger<FluxEndpoint> logger)
{
    /// <summary>
    /// Keeps what is said of a commit. Answers 202, also where nothing is; 401 to what is not signed with the key; 400, 413 and 415 to what is
    /// no event; 404 where no key is set.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TakeAsync(request, cancellationToken));
    }

    private async Task<IResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (options.Rollout.FluxKey is not { } key)
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "Rollout:FluxKey is not set");
        }

        var signature = request.Headers["X-Signature"].ToString();
        if (!WebhookSignature.IsWellFormed(signature))
        {
            return logger.Refuse(request, StatusCodes.Status401Unauthorized, "it is not signed");
        }

        var (body, refusal) = await BoundedBody.ReadAsync(request, RolloutDelivery.LargestDelivery, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its body could not be read whole");
        }

        if (!WebhookSignature.IsOf(body.Span, signature, [key]))
        {
            return logger.Refuse(request, StatusCodes.Status401Unauthorized, "it is signed with another key");
        }

        if (!BoundedBody.IsJson(request))
        {
            return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no JSON");
        }

        RolloutDelivery? delivery;
        try
        {
            delivery = RolloutDelivery.ParseFlux(body);
        }
        catch (FormatException e)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, e.Message);
        }

        var what = await book.WordsAsync(delivery, cancellationToken);
        LogDelivery(what);
        return Results.Accepted();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Flux: {What}")]
    private partial void LogDelivery(string what);
}
