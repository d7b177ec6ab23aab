using System.Text.Json.Serialization;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Says how the service is doing.</summary>
public sealed class StatusEndpoint(Memory memory, PauseSwitch pauses)
{
    /// <summary>
    /// Answers with a <see cref="StatusReport"/>, or, with <c>?repository=owner/name</c>, with a <see cref="RepositoryReport"/>;
    /// 404 when that repository is not known.
    /// </summary>
    public async Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var only = request.Query["repository"].ToString();
        if (only.Length == 0)
        {
            return Results.Json(await StatusReport.ReadAsync(memory, pauses, cancellationToken), EndpointJson.Default.StatusReport);
        }

        if (!RepositoryName.TryParse(only, out var repository)
            || await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken) is not { } record)
        {
            return Results.NotFound();
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
