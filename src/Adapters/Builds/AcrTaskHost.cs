using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Identity;
using Basewatch.Adapters.Connections;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Builds;

/// <summary>
/// Runs tasks of Azure Container Registry by the resource manager, with the service's Entra identity
/// (<see href="https://learn.microsoft.com/rest/api/container-registry/registries/schedule-run"/>). The identity needs the role Container
/// Registry Tasks Contributor, or another with <c>scheduleRun/action</c> and <c>read</c> of tasks and runs, on the registry.
/// </summary>
public sealed class AcrTaskHost : IBuildHost, IDisposable
{
    /// <summary>The resource manager of the public cloud.</summary>
    public static readonly Uri PublicCloud = new("https://management.azure.com/");

    private const string Version = "api-version=2019-06-01-preview";

    private const int LargestAnswer = 4 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly Uri _manager;
    private readonly Lazy<TokenCredential> _credential;
    private readonly HttpClient _http;

    /// <summary>Creates the host; nothing is asked yet.</summary>
    /// <param name="manager">The resource manager.</param>
    /// <param name="credential">Makes the identity when it is needed first.</param>
    public AcrTaskHost(Uri manager, Func<TokenCredential> credential)
    {
        ArgumentNullException.ThrowIfNull(manager);
        _manager = manager;
        _credential = new(credential);
        _http = GuardedConnections.CreateClient(manager.IsLoopback ? AddressScope.Any : AddressScope.Public, connectionsPerServer: 4);
    }

    /// <summary>Creates a host that asks as the environment's identity, a managed one, or that of <c>az login</c>.</summary>
    /// <param name="manager">The resource manager.</param>
    /// <param name="clientId">Client ID of the managed identity, where it is a user-assigned one: there is no default among those.</param>
    public AcrTaskHost(Uri manager, string? clientId)
        : this(manager, () => Create(clientId))
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <inheritdoc/>
    /// <remarks>A task whose base image triggers it is left to that, where a base is all that moved.</remarks>
    public async Task<BuildRun> StartAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var method = request.Method;
        using (var task = await AskAsync(HttpMethod.Get, $"{RegistryOf(request)}/tasks/{method.Name}?{Version}", null, cancellationToken) ?? throw Refused($"the registry {method.Registry} has no task {method.Name}"))
        {
            if (Text(task.RootElement, "properties", "status") is "Disabled")
            {
                throw Refused($"the task {method.Name} of {method.Registry} is disabled");
            }

            // Enabled where nothing else is said.
            if (request.IsForBase && Member(task.RootElement, "properties", "trigger", "baseImageTrigger") is { ValueKind: JsonValueKind.Object } trigger && Text(trigger, "status") is not "Disabled")
            {
                return new BuildRun(null, null, BuildState.LeftToHost, $"the task {method.Name} of {method.Registry} has a base image trigger of its own");
            }
        }

        var body = new JsonObject { ["type"] = "TaskRunRequest", ["taskId"] = $"/{RegistryOf(request)}/tasks/{method.Name}" };
        if (request.Inputs.Count > 0)
        {
            body["overrideTaskStepProperties"] = new JsonObject { ["values"] = new JsonArray([.. request.Inputs.Select(i => new JsonObject { ["name"] = i.Key, ["value"] = i.Value, ["isSecret"] = false })]) };
        }

        using var run = await AskAsync(HttpMethod.Post, $"{RegistryOf(request)}/scheduleRun?{Version}", body, cancellationToken) ?? throw Refused($"there is no registry {method.Registry} in the resource group {method.ResourceGroup}");
        return run.RootElement.ValueKind == JsonValueKind.Object && Text(run.RootElement, "properties", "runId") is not null ? Info(run.RootElement) : new BuildRun(null, null, BuildState.Running);
    }

    /// <inheritdoc/>
    public async Task<BuildRun?> FindAsync(BuildRequest request, DateTimeOffset since, IReadOnlySet<string> others, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(others);
        using var runs = await AskAsync(HttpMethod.Get, $"{RegistryOf(request)}/runs?{Version}&$top=50&$filter={Uri.EscapeDataString($"TaskName eq '{request.Method.Name}'")}", null, cancellationToken);
        if (runs is null || Member(runs.RootElement, "value") is not { ValueKind: JsonValueKind.Array } listed)
        {
            return null;
        }

        // Runs bear no name of ours: the first that was made after the request, and is nobody else's.
        return listed.EnumerateArray()
            .Select(r => (Run: Info(r), At: DateTimeOffset.TryParse(Text(r, "properties", "createTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : DateTimeOffset.MinValue))
            .Where(r => r.At >= since - Skew && r.Run.Run is { } id && !others.Contains(id))
            .OrderBy(r => r.At)
            .Select(r => r.Run)
            .FirstOrDefault();
    }

    /// <inheritdoc/>
    public async Task<BuildRun> GetAsync(BuildRequest request, string run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(run);
        using var answer = await AskAsync(HttpMethod.Get, $"{RegistryOf(request)}/runs/{Uri.EscapeDataString(run)}?{Version}", null, cancellationToken);
        return answer is null ? new BuildRun(run, null, BuildState.Failed, "its run is gone") : Info(answer.RootElement) with { Run = run };
    }

    private static BuildRun Info(JsonElement run)
    {
        var status = Text(run, "properties", "status");
        var problem = Text(run, "properties", "runErrorMessage") is { Length: > 0 } said ? Excerpt.Of(said) : $"its run ended as '{Excerpt.Of(status ?? "nothing")}'";
        return new BuildRun(
            Text(run, "properties", "runId"),
            null,
            status switch { "Succeeded" => BuildState.Succeeded, "Failed" or "Canceled" or "Error" or "Timeout" => BuildState.Failed, _ => BuildState.Running },
            problem);
    }

    /// <summary>The path of a registry. Its parts are words by the configuration, and lead nowhere else.</summary>
    private static string RegistryOf(BuildRequest request) =>
        $"subscriptions/{request.Method.Subscription}/resourceGroups/{Uri.EscapeDataString(request.Method.ResourceGroup ?? "")}/providers/Microsoft.ContainerRegistry/registries/{request.Method.Registry?.Split('.')[0]}";

    /// <summary>An answer; null for 404, an empty object for one without a body.</summary>
    private async Task<JsonDocument?> AskAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(_manager, path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await _credential.Value.GetTokenAsync(new TokenRequestContext([new Uri(_manager, ".default").AbsoluteUri]), limit.Token)).Token);
            request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.NotFound:
                    return null;
                case HttpStatusCode.TooManyRequests:
                case HttpStatusCode.ServiceUnavailable when method == HttpMethod.Get:
                    throw new BuildHostException(_manager.Authority, $"{_manager.Authority} takes no more requests for now", answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromMinutes(1));
                case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                    throw Refused("the Azure identity may not run tasks of this registry: give it the role Container Registry Tasks Contributor on it");
                case >= HttpStatusCode.InternalServerError:
                    throw new BuildHostException(_manager.Authority, $"{_manager.Authority} answered with {(int)answer.StatusCode}");
                case >= HttpStatusCode.BadRequest:
                    throw Refused($"{_manager.Authority} refused with {(int)answer.StatusCode}");
                default:
                    var bytes = await ReadAsync(answer, limit.Token);
                    return bytes.Length == 0 ? JsonDocument.Parse("{}") : JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
            }
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException and not BuildHostException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BuildHostException(_manager.Authority, $"{_manager.Authority} gave no answer: {Excerpt.Of(e.Message)}", innerException: e);
        }
        catch (AuthenticationFailedException e)
        {
            throw new BuildHostException(_manager.Authority, $"there is no Azure identity to run tasks with: {Excerpt.Of(e.Message)}", TimeSpan.FromMinutes(15), e);
        }
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + read > LargestAnswer)
            {
                throw new BuildHostException(_manager.Authority, $"{_manager.Authority} sent more than {LargestAnswer / (1024 * 1024)} MiB");
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    private BuildHostException Refused(string message) => new(_manager.Authority, message) { IsRefusal = true };

    private static DefaultAzureCredential Create(string? clientId) => new(new DefaultAzureCredentialOptions
    {
        ManagedIdentityClientId = clientId,
        ExcludeInteractiveBrowserCredential = true,
        ExcludeVisualStudioCodeCredential = true,
        ExcludeVisualStudioCredential = true,
        ExcludeAzurePowerShellCredential = true,
        ExcludeBrokerCredential = true,
    });

    private static JsonElement? Member(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path) => Member(element, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
