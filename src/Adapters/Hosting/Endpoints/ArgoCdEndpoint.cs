using Basewatch.Core.Jobs.Rollouts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>
/// Takes what Argo CD says of what it deploys, as its webhook service posts the template of <c>docs/rollout.md</c>
/// (<see href="https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook/"/>).
/// </summary>
public sealed partial class ArgoCdEndpoint(DeliveryBook book, BasewatchOptions options, ILogger<ArgoCdEndpoint> logger)
{
    private const string Bearer = "Bearer ";

    /// <summary>
    /// Keeps what is said of a commit. Answers 202, also where nothing is; 401 to whoever does not send the token; 400, 413 and 415 to what is
    /// no notification; 404 where no token is set.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TakeAsync(request, cancellationToken));
    }

    private async Task<IResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (options.Rollout.ArgoCdToken is not { } token)
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "Rollout:ArgoCdToken is not set");
        }

        var sent = request.Headers.Authorization.ToString();
        if (!sent.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || !EndpointKey.Is(sent[Bearer.Length..], token))
        {
            return logger.Refuse(request, StatusCodes.Status401Unauthorized, "without the token");
        }

        if (!BoundedBody.IsJson(request))
        {
            return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no JSON");
        }

        var (body, refusal) = await BoundedBody.ReadAsync(request, RolloutDelivery.LargestDelivery, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its body could not be read whole");
        }

        RolloutDelivery? delivery;
        try
        {
            delivery = RolloutDelivery.ParseArgoCd(body);
        }
        catch (FormatException e)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, e.Message);
        }

        var what = await book.WordsAsync(delivery, cancellationToken);
        LogDelivery(what);
        return Results.Accepted();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Argo CD: {What}")]
    private partial void LogDelivery(string what);
}
