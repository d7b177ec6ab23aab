using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Telemetry;
using Microsoft.Extensions.Logging;
using Octokit;
using Octokit.Internal;

namespace Basewatch.Adapters.GitHub;

/// <summary>
/// Sends Octokit's requests: with the credentials of the call, bounded in size and time, counted, and failing with what
/// is missing. Octokit's own transport knows neither cancellation nor bounds.
/// </summary>
internal sealed partial class GitHubTransport(HttpClient http, Uri baseAddress, TimeProvider time, ILogger logger)
{
    /// <summary>What to do where workflow files can't be changed.</summary>
    internal const string WorkflowsAdvice = "files below .github/workflows are changed only by an App or fine-grained token with workflows: write, or a classic token with the scope workflow; the token of an Actions job never may";

    // GitHub cuts a tree off at 7 MB; a blob of 8 MiB has 11 MiB in base64.
    private const int LargestAnswer = 16 * 1024 * 1024;
    private const int MostRedirects = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BeforeRetry = TimeSpan.FromMilliseconds(500);
    // What GitHub asks for where a secondary limit names no time.
    private static readonly TimeSpan SecondaryLimit = TimeSpan.FromMinutes(1);

    /// <summary>Host of the API, with its port where it is not the usual one.</summary>
    public string Host => baseAddress.Authority;

    private readonly GitHubBudget _budget = new(baseAddress.Authority, time);

    /// <summary>A client for one call.</summary>
    /// <param name="account">Whose limits the call counts for.</param>
    /// <param name="token">The token to send; null: none.</param>
    /// <param name="cancellationToken">Cancels every request of the client.</param>
    public GitHubClient Client(string account, Func<CancellationToken, ValueTask<string?>> token, CancellationToken cancellationToken) =>
        // A Connection takes the address as it is; GitHubClient would add /api/v3 to every host but GitHub's own.
        new(new Connection(
            new Octokit.ProductHeaderValue("basewatch"),
            baseAddress,
            new InMemoryCredentialStore(Octokit.Credentials.Anonymous),
            new Call(this, account, token, cancellationToken),
            new SimpleJsonSerializer()));

    private async Task<IResponse> SendAsync(IRequest request, string account, Func<CancellationToken, ValueTask<string?>> token, CancellationToken cancellationToken)
    {
        await _budget.SpendAsync(account, ContentOf(request), cancellationToken);
        try
        {
            return await SendOnceAsync(request, token, cancellationToken);
        }
        catch (RepositoryHostException e) when (e is { Failure: RepositoryHostFailure.RateLimited, RetryAfter: { } wait })
        {
            _budget.Pause(account, wait);
            throw;
        }
        catch (RepositoryHostException e) when (e is { Failure: RepositoryHostFailure.Unreachable, RetryAfter: null } && request.Method == HttpMethod.Get)
        {
            LogRetry(Host, e.Message);
            await Task.Delay(BeforeRetry, time, cancellationToken);
            return await SendOnceAsync(request, token, cancellationToken);
        }
    }

    private async Task<IResponse> SendOnceAsync(IRequest request, Func<CancellationToken, ValueTask<string?>> token, CancellationToken cancellationToken)
    {
        var credential = await token(cancellationToken);
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var address = new Uri(baseAddress, request.Endpoint);
            for (var redirects = 0; ; redirects++)
            {
                // The token belongs to this host alone, whatever a Link or Location says.
                if (address.Scheme != baseAddress.Scheme || address.Authority != baseAddress.Authority || redirects > MostRedirects)
                {
                    throw Failed(RepositoryHostFailure.Malformed, $"{Host} points to another address");
                }

                using var message = Message(request, address, credential);
                using var span = Traces.Request(request.Method.Method, "github", Host);
                span?.SetTag(TagNames.Repository, Subject(request));
                using var answer = await SendAsync(message, span, either.Token);
                // A repository that was renamed is read at its new address; nothing is written there.
                if ((int)answer.StatusCode is 301 or 302 or 307 or 308)
                {
                    address = request.Method == HttpMethod.Get && answer.Headers.Location is { } location
                        ? new Uri(address, location)
                        : throw Failed(RepositoryHostFailure.NotFound, $"{Subject(request)} has moved on {Host}: use its new name");
                    continue;
                }

                var body = await ReadAsync(answer, request, either.Token);
                ThrowIfRefused(request, answer, body);
                return new Answer(answer, body);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(RepositoryHostFailure.Unreachable, $"{Host} did not answer within {Patience.TotalSeconds:0} s", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException and not RepositoryHostException)
        {
            throw Failed(RepositoryHostFailure.Unreachable, $"{Host} can't be reached: {Excerpt.Of(e.Message)}", inner: e);
        }
    }

    /// <summary>Sends a request, and counts it.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, System.Diagnostics.Activity? span, CancellationToken cancellationToken)
    {
        int? status = null;
        try
        {
            var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            status = (int)answer.StatusCode;
            if (long.TryParse(Header(answer, "x-ratelimit-remaining"), NumberStyles.None, CultureInfo.InvariantCulture, out var left))
            {
                // What GitHub limits apart: https://docs.github.com/rest/rate-limit/rate-limit
                RequestInstruments.NoteRateLimit(Host, Header(answer, "x-ratelimit-resource") switch { "graphql" => "graphql", "search" => "search", null or "core" => "core", _ => BoundedLabel.Others }, left);
            }

            return answer;
        }
        finally
        {
            RequestInstruments.CountGitHubRequest(Host, status);
            span.Answered(status);
        }
    }

    private static HttpRequestMessage Message(IRequest request, Uri address, string? credential)
    {
        var message = new HttpRequestMessage(request.Method, address);
        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        message.Headers.Authorization = credential is null ? null : new AuthenticationHeaderValue("Bearer", credential);
        if (request.Body is string body)
        {
            message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return message;
    }

    private async Task<string> ReadAsync(HttpResponseMessage answer, IRequest request, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentLength > LargestAnswer)
        {
            throw TooLarge(request);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream();
        var chunk = new byte[32 * 1024];
        for (int read; (read = await stream.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            if (buffer.Length + read > LargestAnswer)
            {
                throw TooLarge(request);
            }

            buffer.Write(chunk, 0, read);
        }

        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        if (answer.IsSuccessStatusCode && bytes.Length > 0)
        {
            // Octokit takes a page of HTML for an empty list, and recurses as deep as the answer does.
            ThrowIfNoJson(answer, bytes);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private void ThrowIfNoJson(HttpResponseMessage answer, ReadOnlySpan<byte> bytes)
    {
        if (!IsJson(answer))
        {
            throw Failed(RepositoryHostFailure.Malformed, $"{Host} answered with {Excerpt.Of(answer.Content.Headers.ContentType?.MediaType ?? "no type")} in place of JSON: is GitHub:ApiBaseAddress the address of the API?");
        }

        try
        {
            var reader = new Utf8JsonReader(bytes);
            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw Failed(RepositoryHostFailure.Malformed, $"{Host} answered with broken JSON", inner: e);
        }
    }

    private void ThrowIfRefused(IRequest request, HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        if (status == 429 || (status == 403 && IsRateLimit(answer, body)))
        {
            var wait = RetryAfter(answer);
            throw Failed(RepositoryHostFailure.RateLimited, $"{Host} takes no more requests for {wait.TotalSeconds:0} s: its rate limit is used up", wait);
        }

        if (status is 401)
        {
            throw Failed(RepositoryHostFailure.Denied, PathOf(request) is "app" || PathOf(request).StartsWith("app/", StringComparison.Ordinal)
                ? $"{Host} does not accept GitHub:App:Id with GitHub:App:PrivateKey"
                : $"{Host} does not accept the token: it is wrong, expired or revoked");
        }

        // The words differ by what the token is: without `workflows` permission, without `workflow` scope.
        if (status is >= 400 and < 500 && body.Contains("refusing to allow", StringComparison.OrdinalIgnoreCase) && body.Contains("workflow", StringComparison.OrdinalIgnoreCase))
        {
            throw Failed(RepositoryHostFailure.Denied, $"{Host} refused to change {Subject(request)}: {WorkflowsAdvice}");
        }

        if (status is 403)
        {
            throw Failed(RepositoryHostFailure.Denied, $"{Host} refused access to {Subject(request)}: the token needs {PermissionFor(request)}{Reason(body)}");
        }

        if (status >= 500)
        {
            throw Failed(RepositoryHostFailure.Unreachable, $"{Host} answered with {status}", RetryAfterHeader(answer));
        }
    }

    private static bool IsRateLimit(HttpResponseMessage answer, string body) =>
        answer.Headers.RetryAfter is not null
        || Header(answer, "x-ratelimit-remaining") == "0"
        || body.Contains("rate limit", StringComparison.OrdinalIgnoreCase);

    private TimeSpan RetryAfter(HttpResponseMessage answer)
    {
        if (RetryAfterHeader(answer) is { } asked)
        {
            return asked;
        }

        return Header(answer, "x-ratelimit-remaining") == "0"
            && long.TryParse(Header(answer, "x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? AtLeastASecond(DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow())
            : SecondaryLimit;
    }

    private TimeSpan? RetryAfterHeader(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => AtLeastASecond(delta),
        { Date: { } date } => AtLeastASecond(date - time.GetUtcNow()),
        _ => null,
    };

    private static TimeSpan AtLeastASecond(TimeSpan wait) => wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait;

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static bool IsJson(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.OrdinalIgnoreCase);

    private static string PathOf(IRequest request) => request.Endpoint.OriginalString.TrimStart('/');

    private static string Subject(IRequest request) => PathOf(request).Split('?')[0].Split('/') switch
    {
        ["repos", var owner, var name, ..] => $"{owner}/{name}",
        ["orgs" or "users", var owner, ..] => owner,
        _ => "its repositories",
    };

    /// <summary>The permission of a fine-grained token or an App that a request needs: <see href="https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps"/>.</summary>
    private static string PermissionFor(IRequest request)
    {
        var reads = request.Method == HttpMethod.Get;
        return PathOf(request).Split('?')[0].Split('/') switch
        {
            ["repos", _, _, "commits", _, "check-runs"] or ["repos", _, _, "check-runs", ..] => reads ? "checks: read" : "checks: write",
            ["repos", _, _, "deployments", ..] => "deployments: read",
            ["repos", _, _, "commits", _, "status"] or ["repos", _, _, "statuses", ..] => reads ? "commit statuses: read" : "commit statuses: write",
            ["repos", _, _, "pulls", _, "merge"] => "contents: write (and workflows: write where a workflow file changes)",
            ["repos", _, _, "actions", ..] => reads ? "actions: read" : "actions: write",
            ["repos", _, _, "dispatches"] => "contents: write",
            ["repos", _, _, "git" or "branches" or "commits", ..] => reads ? "contents: read" : "contents: write (and workflows: write where a workflow file changes)",
            ["repos", _, _, "pulls" or "issues" or "milestones", ..] => reads ? "pull requests: read" : "pull requests: write",
            [.., "graphql"] => "contents: write and pull requests: write",
            _ => "metadata: read",
        };
    }

    /// <summary>GitHub counts as content what it tells people of.</summary>
    private static ContentKind ContentOf(IRequest request) => request.Method != HttpMethod.Post
        ? ContentKind.None
        : PathOf(request).Split('?')[0].Split('/') switch
        {
            ["repos", _, _, .., "pulls" or "issues" or "comments" or "reviews"] => ContentKind.Begun,
            ["repos", _, _, .., "requested_reviewers"] => ContentKind.Added,
            _ => ContentKind.None,
        };

    private static string Reason(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("message", out var message)
                && message.GetString() is { Length: > 0 } text
                ? $" ('{Excerpt.Of(text)}')"
                : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }
    }

    private RepositoryHostException TooLarge(IRequest request) =>
        Failed(RepositoryHostFailure.Malformed, $"the answer of {Host} about {Subject(request)} is too large: up to {LargestAnswer / 1024 / 1024} MiB are read");

    private RepositoryHostException Failed(RepositoryHostFailure failure, string message, TimeSpan? retryAfter = null, Exception? inner = null) =>
        new(Host, failure, message, retryAfter, inner);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Asking {Host} once more: {Reason}")]
    private partial void LogRetry(string host, string reason);

    /// <summary>What Octokit sends through: one call's credentials and cancellation.</summary>
    private sealed class Call(GitHubTransport transport, string account, Func<CancellationToken, ValueTask<string?>> token, CancellationToken cancellation) : IHttpClient
    {
        public Task<IResponse> Send(IRequest request, CancellationToken cancellationToken, Func<object, object>? preprocessResponseBody = null) =>
            transport.SendAsync(request, account, token, cancellation);

        public void SetRequestTimeout(TimeSpan timeout) => throw new NotSupportedException("the transport has a bound of its own");

        public void Dispose()
        {
            // The HTTP client outlives the call.
        }
    }

    private sealed class Answer : IResponse
    {
        public Answer(HttpResponseMessage answer, string body)
        {
            Body = body;
            StatusCode = answer.StatusCode;
            ContentType = IsJson(answer) ? "application/json" : "text/plain";
            var headers = answer.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase);
            Headers = headers;
            // Pages are asked one by one: no link is followed.
            ApiInfo = new ApiInfo(new Dictionary<string, Uri>(StringComparer.Ordinal), [], [], "", new RateLimit(headers), TimeSpan.Zero);
        }

        public object Body { get; }

        public IReadOnlyDictionary<string, string> Headers { get; }

        public ApiInfo ApiInfo { get; }

        public HttpStatusCode StatusCode { get; }

        public string ContentType { get; }
    }
}
