using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Notices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Takes what registries post when an image is pushed. They can't prove who they are: the caller's key has been checked before.</summary>
public sealed partial class PushEndpoint(NoticeIntake intake, ILogger<PushEndpoint> logger)
{
    /// <summary>
    /// Queues a look at each image that is in use. Answers 202, also where none is; 404 to a kind that there is not; 400, 413 and 415 to what
    /// is no notification.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, string kind, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(kind);
        return logger.AnswerAsync(request, () => TakeAsync(request, kind, cancellationToken));
    }

    private async Task<IResult> TakeAsync(HttpRequest request, string kind, CancellationToken cancellationToken)
    {
        if (!PushNotification.Kinds.Contains(kind, StringComparer.Ordinal))
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, $"there is no such kind, but {string.Join(", ", PushNotification.Kinds)}");
        }

        if (!BoundedBody.IsJson(request))
        {
            return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no JSON");
        }

        var (body, refusal) = await BoundedBody.ReadAsync(request, PushNotification.LargestDelivery, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its body could not be read whole");
        }

        IReadOnlyList<ImageMoved> moved;
        try
        {
            moved = PushNotification.Parse(kind, body);
        }
        catch (FormatException e)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, e.Message);
        }

        var looks = 0;
        foreach (var notice in moved)
        {
            looks += await intake.TakeAsync(notice, mayBeNew: false, cancellationToken) is null ? 0 : 1;
        }

        LogPush(kind, moved.Count, looks, moved.Count > 0 ? Excerpt.Of(moved[0].Image.Familiar) : "none");
        return Results.Accepted();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} told of {Images} images, {Looks} of them in use; the first: {First}")]
    private partial void LogPush(string kind, int images, int looks, string first);
}
