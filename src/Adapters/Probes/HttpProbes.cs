using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Basewatch.Adapters.Connections;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Adapters.Probes;

/// <summary>
/// Asks over HTTP, and Prometheus by its API (<see href="https://prometheus.io/docs/prometheus/latest/querying/api/"/>). Follows no redirects;
/// private addresses are reached where the settings list their hosts alone. Safe to share.
/// </summary>
/// <param name="privateHosts">Hosts that may have private addresses, with <c>*</c> and <c>?</c>.</param>
/// <param name="time">The clock.</param>
public sealed class HttpProbes(IReadOnlyList<string> privateHosts, TimeProvider time) : IProbes, IDisposable
{
    /// <summary>How long an answer may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int LargestBody = 64 * 1024;

    private const int MostDepth = 16;

    private const int Connections = 4;

    private readonly HttpClient _public = GuardedConnections.CreateClient(AddressScope.Public, Connections);

    private readonly HttpClient _private = GuardedConnections.CreateClient(AddressScope.Private, Connections);

    /// <inheritdoc/>
    public async Task<Evidence> AskAsync(Verification verification, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(verification);
        var evidence = verification.Kind switch
        {
            VerificationKind.Probe => await ProbeAsync(verification, cancellationToken),
            VerificationKind.Metric => await MeasureAsync(verification, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(verification)),
        };
        return evidence with { At = time.GetUtcNow() };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private async Task<Evidence> ProbeAsync(Verification probe, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(probe.Subject, UriKind.Absolute, out var address) || !IsHttp(address))
        {
            return Evidence.Missing("it is no http or https address");
        }

        var (answer, problem, isOurs) = await GetAsync(address, probe.Contains is not null, cancellationToken);
        if (answer is not { } known)
        {
            return isOurs ? Evidence.Missing(problem) : new Evidence(EvidenceState.Failed, problem);
        }

        return known.Status != probe.Status ? new Evidence(EvidenceState.Failed, $"status {known.Status}, where {probe.Status} is expected")
            : probe.Contains is { } part && !Encoding.UTF8.GetString(known.Body.Span).Contains(part, StringComparison.Ordinal)
                ? new Evidence(EvidenceState.Failed, $"status {known.Status}, {(known.IsWhole ? "and" : $"and in its first {LargestBody / 1024} KiB")} no '{Excerpt.Of(part)}'")
                : new Evidence(EvidenceState.Passed, $"status {known.Status}");
    }

    private async Task<Evidence> MeasureAsync(Verification metric, CancellationToken cancellationToken)
    {
        if (metric.Server is not { IsAbsoluteUri: true } server || !IsHttp(server))
        {
            return Evidence.Missing("it names no server with an http or https address");
        }

        var address = new Uri($"{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}/api/v1/query?query={Uri.EscapeDataString(metric.Subject)}");
        var (answer, problem, _) = await GetAsync(address, isBodyWanted: true, cancellationToken);
        if (answer is not { } known)
        {
            return Evidence.Missing(problem);
        }

        try
        {
            // What it can't answer it says with a status of its own, in the same form.
            using var document = JsonDocument.Parse(known.Body, new JsonDocumentOptions { MaxDepth = MostDepth });
            var root = document.RootElement;
            if (root.GetProperty("status").GetString() != "success")
            {
                return Evidence.Missing($"{server.IdnHost} answered {known.Status}: {Excerpt.Of(root.GetProperty("error").GetString() ?? "")}");
            }

            var data = root.GetProperty("data");
            var result = data.GetProperty("result");
            List<double> values = data.GetProperty("resultType").GetString() switch
            {
                "vector" => [.. result.EnumerateArray().Select(r => ValueOf(r.GetProperty("value")))],
                "scalar" => [ValueOf(result)],
                _ => throw new FormatException("no vector and no scalar"),
            };
            return Judge(metric, values);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return Evidence.Missing(
                known.Status >= 300 ? $"{server.IdnHost} answered {known.Status}"
                : known.IsWhole ? $"{server.IdnHost} gave an answer that can't be read"
                : $"{server.IdnHost} gave more than {LargestBody / 1024} KiB: ask for fewer values");
        }
    }

    private static Evidence Judge(Verification metric, List<double> values)
    {
        foreach (var value in values)
        {
            if (value > metric.Most || value < metric.Least)
            {
                return new Evidence(EvidenceState.Failed, value > metric.Most ? $"{Number(value)} is above {Number(metric.Most.Value)}" : $"{Number(value)} is below {Number(metric.Least!.Value)}");
            }
        }

        return values.Count == 0 || values.Exists(double.IsNaN) ? Evidence.Missing("no data")
            : new Evidence(EvidenceState.Passed, values.Count == 1 ? Number(values[0]) : $"{values.Count} values, {Number(values.Min())} to {Number(values.Max())}");
    }

    /// <summary><c>[1435781451.781, "0.02"]</c>.</summary>
    private static double ValueOf(JsonElement sample) => sample[1].GetString() switch
    {
        "NaN" => double.NaN,
        "+Inf" or "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var text => double.Parse(text ?? "", NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static bool IsHttp(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;

    /// <returns>The answer; else why there is none, and whether that is for our own settings.</returns>
    private async Task<(Answer? Answer, string Problem, bool IsOurs)> GetAsync(Uri address, bool isBodyWanted, CancellationToken cancellationToken)
    {
        var host = address.IdnHost;
        var http = privateHosts.Any(h => Wildcard.Matches(h, host, ignoreCase: true)) ? _private : _public;
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var (body, isWhole) = isBodyWanted ? await ReadAsync(response.Content, both.Token) : (default, true);
            return (new Answer((int)response.StatusCode, body, isWhole), "", false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"can't be reached: {host} did not answer within {Timeout.TotalSeconds:0} seconds", false);
        }
        catch (HttpRequestException e) when (e.InnerException is ForbiddenAddressException forbidden)
        {
            return (null, $"{host} is at {forbidden.Address}, which is no public address: list it in Rollout:PrivateHosts where that is meant", true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or InvalidDataException)
        {
            return (null, $"can't be reached: {Excerpt.Of((e.GetBaseException() is SocketException socket ? socket.Message : e.Message).TrimEnd('.'))}", false);
        }
    }

    private static async Task<(ReadOnlyMemory<byte> Body, bool IsWhole)> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[LargestBody + 1];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return (bytes.AsMemory(0, Math.Min(read, LargestBody)), read <= LargestBody);
    }

    private readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body, bool IsWhole);
}
