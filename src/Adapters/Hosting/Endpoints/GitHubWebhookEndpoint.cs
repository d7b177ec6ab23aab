using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Notices;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Takes GitHub's webhooks, of an App, an organisation or a repository.</summary>
public sealed partial class GitHubWebhookEndpoint(NoticeIntake intake, BasewatchOptions options, ILogger<GitHubWebhookEndpoint> logger) : IDisposable
{
    /// <summary>Bodies at a time: whoever posts large ones gets no more memory by posting many.</summary>
    private const int MostAtOnce = 8;

    private readonly SemaphoreSlim _slots = new(MostAtOnce);

    /// <summary>
    /// Queues the looks that a delivery is a cause for. Answers 202; 200 to a ping; 401 to what is not signed with the secret; 400, 413 and
    /// 415 to what is no delivery; 404 where no secret is set.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TakeAsync(request, cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<IResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!options.GitHub.WebhookSecrets.Any())
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "GitHub:WebhookSecret is not set");
        }

        var signature = request.Headers["X-Hub-Signature-256"].ToString();
        if (!WebhookSignature.IsWellFormed(signature))
        {
            return logger.Refuse(request, StatusCodes.Status401Unauthorized, "it is not signed");
        }

        if (request.ContentLength > GitHubDelivery.LargestDelivery)
        {
            return logger.Refuse(request, StatusCodes.Status413PayloadTooLarge, "it is too large");
        }

        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await ReadAsync(request, signature, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<IResult> ReadAsync(HttpRequest request, string signature, CancellationToken cancellationToken)
    {
        var (body, refusal) = await BoundedBody.ReadAsync(request, GitHubDelivery.LargestDelivery, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its body could not be read whole");
        }

        if (!WebhookSignature.IsOf(body.Span, signature, options.GitHub.WebhookSecrets))
        {
            return logger.Refuse(request, StatusCodes.Status401Unauthorized, "it is signed with another secret");
        }

        if (request.Headers["X-GitHub-Event"].ToString() is not { Length: > 0 and <= 100 } name)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, "it names no event");
        }

        GitHubDelivery delivery;
        try
        {
            if (BoundedBody.MediaTypeOf(request) == "application/x-www-form-urlencoded")
            {
                body = PayloadOf(body);
            }
            else if (!BoundedBody.IsJson(request))
            {
                return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "neither JSON nor a form");
            }

            delivery = GitHubDelivery.Parse(name, body, options.GitHub.PackageRegistry);
        }
        catch (FormatException e)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, e.Message);
        }

        var effects = new List<string>();
        foreach (var notice in delivery.Notices)
        {
            var mayBeNew = delivery.Repository is { } repository && options.GitHub.MayLookAfter(repository, delivery.IsFork, delivery.Installation);
            if (await intake.TakeAsync(notice, mayBeNew, cancellationToken) is { } look)
            {
                effects.Add(look);
            }
        }

        var id = Guid.TryParse(request.Headers["X-GitHub-Delivery"].ToString(), out var guid) ? guid.ToString() : "without id";
        var what = Excerpt.Of(delivery.Action is null ? name : $"{name} {delivery.Action}");
        var level = effects.Count > 0 || !delivery.IsKnown || name == "ping" ? LogLevel.Information : LogLevel.Debug;
        var effect = effects.Count > 0 ? string.Join(", ", effects) : delivery.IsKnown ? "nothing to look at" : "no event that is read";
        LogDelivery(level, id, what, delivery.Repository, effect);
        return name == "ping" ? Results.Ok() : Results.Accepted();
    }

    /// <summary>The JSON in the field <c>payload</c> of a form.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    private static byte[] PayloadOf(ReadOnlyMemory<byte> form)
    {
        const string Field = "payload=";
        var fields = Encoding.UTF8.GetString(form.Span).Split('&');
        return fields.FirstOrDefault(f => f.StartsWith(Field, StringComparison.Ordinal)) is { } payload
            ? Encoding.UTF8.GetBytes(Uri.UnescapeDataString(payload[Field.Length..].Replace('+', ' ')))
            : throw new FormatException("the form has no field 'payload'");
    }

    [LoggerMessage(Message = "GitHub delivery {Id}: {What} in {Repository}: {Effect}")]
    private partial void LogDelivery(LogLevel level, string id, string what, RepositoryName? repository, string effect);
}
