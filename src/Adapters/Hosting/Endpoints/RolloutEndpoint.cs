using System.Text.Json;
using System.Text.Json.Serialization;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Rollouts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Takes what people, or tools for them, do to rollouts: freeze, block, release, promote.</summary>
public sealed partial class RolloutEndpoint(RolloutActions actions, AppServiceSignIn signIn, TimeProvider time, ILogger<RolloutEndpoint> logger)
{
    private const int LargestBody = 16 * 1024;

    /// <summary>
    /// Does what a <see cref="RolloutRequest"/> asks for. Answers 200 with <c>{"words": …}</c>; 400 when it can't be read or can't be meant, with the same;
    /// 413 and 415 as ever.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TakeAsync(request, cancellationToken));
    }

    /// <summary>Does it.</summary>
    /// <param name="asked">What is asked for.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal async Task<RolloutAnswer> DoAsync(RolloutRequest asked, string by, CancellationToken cancellationToken)
    {
        DateTimeOffset? until = null;
        if (!string.IsNullOrWhiteSpace(asked.Until))
        {
            if (!EndTime.TryRead(asked.Until.Trim(), time.GetUtcNow(), out var end))
            {
                return new RolloutAnswer(IsRefused: true, $"'{Excerpt.Of(asked.Until)}' is no time to come: write 2026-12-01T06:00Z, or 8h, 3d, 2w");
            }

            until = end;
        }

        if (string.IsNullOrWhiteSpace(asked.Scope))
        {
            return new RolloutAnswer(IsRefused: true, "'scope' is missing: an owner, or owner/name");
        }

        var (scope, reason) = (asked.Scope.Trim(), asked.Reason ?? "");
        var stage = string.IsNullOrWhiteSpace(asked.Stage) ? null : asked.Stage.Trim();
        var answer = asked.Deed switch
        {
            "hold" => await actions.HoldAsync(new RolloutSubject(scope, stage), reason, by, until, cancellationToken),
            "block" => await actions.BlockAsync(new RolloutSubject(scope, Image: asked.Image), reason, by, cancellationToken),
            "release" => await actions.ReleaseAsync(new RolloutSubject(scope, asked.Image is null ? stage : null, asked.Image), reason, by, cancellationToken),
            "promote" when asked.Line is { } line && stage is not null => await actions.PromoteAsync(scope, line, stage, asked.Freight, reason, by, cancellationToken),
            "promote" => new RolloutAnswer(IsRefused: true, "to promote takes 'line' and 'stage'"),
            _ => new RolloutAnswer(IsRefused: true, "'deed' is one of hold, block, release, promote"),
        };
        LogDone(by, asked.Deed ?? "", answer.Words);
        return answer;
    }

    private async Task<IResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!BoundedBody.IsJson(request))
        {
            return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no JSON");
        }

        var (body, refusal) = await BoundedBody.ReadAsync(request, LargestBody, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its body could not be read whole");
        }

        RolloutRequest? asked;
        try
        {
            asked = JsonSerializer.Deserialize(body.Span, RolloutRequestJson.Default.RolloutRequest);
        }
        catch (JsonException)
        {
            asked = null;
        }

        if (asked is null)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, "no JSON of a deed");
        }

        var answer = await DoAsync(asked, signIn.NameOf(request) ?? (string.IsNullOrWhiteSpace(asked.By) ? "the API" : asked.By), cancellationToken);
        return Results.Json(new RolloutReply(answer.Words), RolloutRequestJson.Default.RolloutReply, statusCode: answer.IsRefused ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{By}: {Deed}: {Answer}")]
    private partial void LogDone(string by, string deed, string answer);
}

/// <summary>What is asked for.</summary>
/// <param name="Deed"><c>hold</c>, <c>block</c>, <c>release</c> or <c>promote</c>.</param>
/// <param name="Scope">An owner, or owner/name.</param>
/// <param name="Reason">Why.</param>
internal sealed record RolloutRequest(string? Deed, string? Scope, string? Reason)
{
    /// <summary>The stage.</summary>
    public string? Stage { get; init; }

    /// <summary>The image that is blocked or released.</summary>
    public string? Image { get; init; }

    /// <summary>The line of which a freight is promoted.</summary>
    public string? Line { get; init; }

    /// <summary>The freight that is promoted.</summary>
    public string? Freight { get; init; }

    /// <summary>When a freeze ends.</summary>
    public string? Until { get; init; }

    /// <summary>For whom it is asked, where nobody has signed in.</summary>
    public string? By { get; init; }
}

/// <summary>What became of it.</summary>
internal sealed record RolloutReply(string Words);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RolloutRequest))]
[JsonSerializable(typeof(RolloutReply))]
internal sealed partial class RolloutRequestJson : JsonSerializerContext;
