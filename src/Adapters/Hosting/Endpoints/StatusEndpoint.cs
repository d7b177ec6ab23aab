using System.Text.Json.Serialization;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Says how the service is doing.</summary>
public sealed class StatusEndpoint(Memory memory, PauseSwitch pauses, ILifecycleCatalog lifecycles, ILogger<StatusEndpoint> logger)
{
    /// <summary>
    /// Answers with a <see cref="StatusReport"/>, or, with <c>?repository=owner/name</c>, with a <see cref="RepositoryReport"/>;
    /// 404 when that repository is not known.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TellAsync(request, cancellationToken));
    }

    private async Task<IResult> TellAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (await logger.RefuseBodyAsync(request, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var only = request.Query["repository"].ToString();
        if (only.Length == 0)
        {
            return Results.Json(await StatusReport.ReadAsync(memory, pauses, lifecycles, cancellationToken), EndpointJson.Default.StatusReport);
        }

        if (!RepositoryName.TryParse(only, out var repository)
            || await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken) is not { } record)
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "no repository that is looked after");
        }

        var pullRequests = await memory.ListPullRequestsAsync(repository, cancellationToken).ToListAsync(cancellationToken);
        return Results.Json(new RepositoryReport(record, pullRequests, await memory.ListRefusalsAsync(repository, cancellationToken).ToListAsync(cancellationToken)), EndpointJson.Default.RepositoryReport);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Handshake))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(RepositoryReport))]
internal sealed partial class EndpointJson : JsonSerializerContext;
