using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Vulnerabilities;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Vulnerabilities;

/// <summary>
/// OSV's service (<see href="https://google.github.io/osv.dev/api/"/>), or one that speaks as it does. It learns names and versions of packages of
/// distributions, and nothing of images.
/// </summary>
/// <param name="http">Follows redirects and decompresses as it is set up.</param>
/// <param name="baseAddress">With or without a slash at the end: <see cref="PublicAddress"/> or a mirror.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class OsvFeed(HttpClient http, Uri baseAddress, TimeProvider time, ILogger<OsvFeed> logger) : IVulnerabilityFeed
{
    /// <summary>Where the public service is.</summary>
    public static readonly Uri PublicAddress = new("https://api.osv.dev/");

    /// <summary>Questions of one request (<see href="https://google.github.io/osv.dev/post-v1-querybatch/"/>).</summary>
    public const int MostInBatch = 1000;

    /// <summary>How long one request may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private const int MostPages = 50;

    private const int LargestBatch = 16 * 1024 * 1024;

    private const int Attempts = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Uri _address = new(baseAddress.AbsoluteUri.TrimEnd('/') + "/");

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IReadOnlyList<VulnerabilityStamp>>> QueryAsync(IReadOnlyList<PackageQuery> queries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);
        var answers = queries.Select(_ => new List<VulnerabilityStamp>()).ToList();
        var seen = new HashSet<(int, string)>();
        var open = new Queue<(int Index, string? Page)>(queries.Select((_, i) => (i, (string?)null)));
        for (var requests = 0; open.Count > 0; requests++)
        {
            if (requests > MostPages + (queries.Count / MostInBatch))
            {
                throw new VulnerabilityFeedException($"{_address.Host} gave pages without end");
            }

            var batch = new List<(int Index, string? Page)>();
            while (batch.Count < MostInBatch && open.TryDequeue(out var next))
            {
                batch.Add(next);
            }

            var body = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "v1/querybatch")) { Content = Content(batch, queries) }, "vulnerabilities of packages", LargestBatch, cancellationToken)
                ?? throw new VulnerabilityFeedException($"{_address.Host} answered 404 when asked for vulnerabilities of packages: is it OSV's service, or one that speaks as it does?");
            foreach (var (index, token) in Read(body, batch, answers))
            {
                if (!seen.Add((index, token)))
                {
                    throw new VulnerabilityFeedException($"{_address.Host} gave pages that go round in a circle");
                }

                open.Enqueue((index, token));
            }
        }

        return answers;
    }

    /// <inheritdoc/>
    public async Task<Vulnerability?> GetAsync(string id, CancellationToken cancellationToken)
    {
        if (!OsvReader.IsId(id))
        {
            return null;
        }

        var body = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(_address, "v1/vulns/" + Uri.EscapeDataString(id))), id, OsvReader.LargestRecord, cancellationToken);
        try
        {
            return body is null ? null
                : OsvReader.Read(body) is { } vulnerability && vulnerability.Id == id ? vulnerability
                : throw new VulnerabilityFeedException($"{_address.Host} sent another vulnerability when asked for {id}");
        }
        catch (FormatException e)
        {
            throw new VulnerabilityFeedException($"{_address.Host} sent {e.Message} when asked for {id}", e);
        }
    }

    private static ByteArrayContent Content(List<(int Index, string? Page)> batch, IReadOnlyList<PackageQuery> queries)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("queries");
            foreach (var (index, page) in batch)
            {
                writer.WriteStartObject();
                writer.WriteStartObject("package");
                writer.WriteString("ecosystem", queries[index].Ecosystem);
                writer.WriteString("name", queries[index].Name);
                writer.WriteEndObject();
                writer.WriteString("version", queries[index].Version);
                if (page is not null)
                {
                    writer.WriteString("page_token", page);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>Adds what came, in the order of the questions.</summary>
    /// <returns>Those of which there is more, and where it goes on.</returns>
    private List<(int Index, string Token)> Read(ReadOnlyMemory<byte> body, List<(int Index, string? Page)> batch, List<List<VulnerabilityStamp>> answers)
    {
        const int LongestToken = 4000;
        var more = new List<(int, string)>();
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            var results = document.RootElement.GetProperty("results");
            if (results.GetArrayLength() != batch.Count)
            {
                throw new VulnerabilityFeedException($"{_address.Host} answered {results.GetArrayLength()} of {batch.Count} questions");
            }

            foreach (var (result, (index, _)) in results.EnumerateArray().Zip(batch))
            {
                if (result.TryGetProperty("vulns", out var vulnerabilities))
                {
                    answers[index].AddRange(vulnerabilities.EnumerateArray()
                        .Select(v => new VulnerabilityStamp(v.GetProperty("id").GetString() ?? "", v.TryGetProperty("modified", out var modified) ? modified.GetString() ?? "" : ""))
                        .Where(v => OsvReader.IsId(v.Id)));
                }

                if (result.TryGetProperty("next_page_token", out var token) && token.GetString() is { Length: > 0 and <= LongestToken } next)
                {
                    more.Add((index, next));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new VulnerabilityFeedException($"{_address.Host} sent vulnerabilities of packages that can't be read ({Excerpt.Of(e.Message)})", e);
        }

        return more;
    }

    /// <summary>The body of an answer; null for 404. What may pass is tried again.</summary>
    private async Task<byte[]?> SendAsync(Func<HttpRequestMessage> request, string subject, int most, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (body, problem, pause, inner) = await TryAsync(request, subject, most, cancellationToken);
            if (problem is null)
            {
                return body;
            }

            if (pause is not { } wait || attempt == Attempts)
            {
                throw new VulnerabilityFeedException(problem, inner);
            }

            LogAgain(problem);
            wait = wait > TimeSpan.Zero ? wait : FirstPause * Math.Pow(4, attempt - 1);
            await Task.Delay(wait < LongestPause ? wait : LongestPause, time, cancellationToken);
        }
    }

    /// <returns>The body, or what is wrong; and whether to try again after a pause, by itself or (zero) as usual.</returns>
    private async Task<(byte[]? Body, string? Problem, TimeSpan? Pause, Exception? Inner)> TryAsync(Func<HttpRequestMessage> create, string subject, int most, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = create();
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("basewatch", null));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return default;
            }

            if (!response.IsSuccessStatusCode)
            {
                var mayPass = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)response.StatusCode >= 500;
                return (null, $"{_address.Host} answered {(int)response.StatusCode} when asked for {subject}", mayPass ? response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero : null, null);
            }

            await using var stream = await response.Content.ReadAsStreamAsync(both.Token);
            using var body = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, both.Token)) > 0)
            {
                if (body.Length + read > most)
                {
                    return (null, $"{_address.Host} sent more than {most >> 20} MiB when asked for {subject}", null, null);
                }

                body.Write(buffer, 0, read);
            }

            return (body.ToArray(), null, null, null);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Who is this slow once is slow again: everybody would wait three times as long.
            return (null, $"{_address.Host} did not answer within {Timeout.TotalSeconds:0} seconds when asked for {subject}", null, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, $"{_address.Host} did not answer when asked for {subject}: {e.Message}", TimeSpan.Zero, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "trying again: {Problem}")]
    private partial void LogAgain(string problem);
}
