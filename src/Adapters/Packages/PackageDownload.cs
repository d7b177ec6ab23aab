using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Packages;

/// <summary>What a server sent, whole.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="Address">Where it came from, in the end.</param>
internal sealed record Download(byte[] Body, Uri Address);

/// <summary>Fetches what archives and indexes have. What may change is asked for anew with its validators; what is named by its hash is kept as it is.</summary>
internal sealed class PackageDownload(HttpClient http, ICache? cache, TimeProvider time) : IDisposable
{
    private const int MostRedirects = 4;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    /// <summary>How long an answer is believed without being asked for again.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Task<Download?> Answer)> _recent = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(6);

    /// <summary>Fetches something that changes; null where there is no such thing.</summary>
    /// <param name="address">Where.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="accept">The media type that is asked for; null: any.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<Download?> GetAsync(string address, int most, string? accept, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_recent.TryGetValue(address, out var recent) && now - recent.At < FreshFor && recent.Answer.IsCompletedSuccessfully)
        {
            return await recent.Answer;
        }

        foreach (var (key, old) in _recent)
        {
            if (now - old.At >= FreshFor)
            {
                _recent.TryRemove(key, out _);
            }
        }

        var answer = await AskAsync(address, most, accept, cancellationToken);
        _recent[address] = (now, Task.FromResult(answer));
        return answer;
    }

    /// <summary>Fetches something of a known size and hash, once and for all of its readers.</summary>
    /// <param name="address">Where.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="sha256">Its hash in lower-case hexadecimal digits.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<byte[]> GetHashedAsync(string address, long size, string sha256, CancellationToken cancellationToken)
    {
        var host = HostOf(address);
        var (body, _) = await SendAsync(address, null, (int)size, null, cancellationToken);
        if (body is null)
        {
            throw new PackageIndexException(host, $"{address} is not there, though its index names it: it may be changing just now");
        }

        return body.Body.Length == size && Convert.ToHexStringLower(SHA256.HashData(body.Body)) == sha256
            ? body.Body
            : throw new PackageIndexException(host, $"{address} is not what its signed index says: its hash is another");
    }

    /// <summary>What was made of something of a hash, by this process or another.</summary>
    public async Task<ReadOnlyMemory<byte>?> KeptAsync(string name, CancellationToken cancellationToken) =>
        cache is null ? null : await cache.ReadAsync(name, cancellationToken);

    /// <summary>Keeps what was made.</summary>
    public Task KeepAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        cache is null ? Task.CompletedTask : cache.WriteAsync(name, value, cancellationToken);

    public void Dispose()
    {
        http.Dispose();
        _gate.Dispose();
    }

    private async Task<Download?> AskAsync(string address, int most, string? accept, CancellationToken cancellationToken)
    {
        var name = "package index " + address;
        var kept = await KeptAsync(name, cancellationToken) is { } bytes ? Kept.Read(bytes) : null;
        var (answer, response) = await SendAsync(address, accept, most, kept, cancellationToken);
        if (response?.IsUnchanged == true)
        {
            return new Download(kept!.Body, new Uri(address));
        }

        if (answer is not null && (response!.ETag ?? response.Modified) is not null)
        {
            await KeepAsync(name, new Kept(response.ETag ?? "", response.Modified ?? "", answer.Body).ToBytes(), cancellationToken);
        }

        return answer;
    }

    private async Task<(Download? Answer, Validators? Response)> SendAsync(string address, string? accept, int most, Kept? kept, CancellationToken cancellationToken)
    {
        var host = HostOf(address);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            using var deadline = new CancellationTokenSource(Timeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                return await FollowAsync(new Uri(address), host, accept, most, kept, both.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new PackageIndexException(host, $"no whole answer within {Timeout.TotalSeconds:0} seconds", e);
            }
            catch (Exception e) when (e is HttpRequestException or (IOException and not PackageIndexException))
            {
                throw new PackageIndexException(host, e.Message, e);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<(Download? Answer, Validators? Response)> FollowAsync(Uri address, string host, string? accept, int most, Kept? kept, CancellationToken cancellationToken)
    {
        for (var i = 0; i <= MostRedirects; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (accept is not null)
            {
                request.Headers.Accept.ParseAdd(accept);
            }

            if (kept is { ETag.Length: > 0 } && EntityTagHeaderValue.TryParse(kept.ETag, out var tag))
            {
                request.Headers.IfNoneMatch.Add(tag);
            }
            else if (kept is { Modified.Length: > 0 })
            {
                request.Headers.TryAddWithoutValidation("If-Modified-Since", kept.Modified);
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            switch ((int)response.StatusCode)
            {
                case 304 when kept is not null:
                    return (null, new Validators(null, null, IsUnchanged: true));
                case 301 or 302 or 303 or 307 or 308 when response.Headers.Location is { } location:
                    var next = new Uri(address, location);
                    if (next.Scheme != Uri.UriSchemeHttps && (next.Scheme != Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
                    {
                        throw new PackageIndexException(host, $"it sends to {next.Scheme}, which is not followed");
                    }

                    address = next;
                    continue;
                case 404 or 410:
                    return default;
                case not 200:
                    throw new PackageIndexException(host, $"answered {(int)response.StatusCode} for {address.AbsolutePath}");
            }

            var body = await BodyAsync(response, host, most, cancellationToken);
            return (new Download(body, address), new Validators(response.Headers.ETag?.ToString(), response.Content.Headers.TryGetValues("Last-Modified", out var modified) ? modified.First() : null));
        }

        throw new PackageIndexException(host, $"it sends on more than {MostRedirects} times");
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, string host, int most, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > most)
            {
                throw new PackageIndexException(host, $"sent more than the {most:N0} bytes that there may be");
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static string HostOf(string address) => new Uri(address).Authority;

    private sealed record Validators(string? ETag, string? Modified, bool IsUnchanged = false);

    private sealed record Kept(string ETag, string Modified, byte[] Body)
    {
        public static Kept? Read(ReadOnlyMemory<byte> bytes)
        {
            var span = bytes.Span;
            if (span.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(span) is var head && (head < 1 || head > span.Length - 4))
            {
                return null;
            }

            return Encoding.UTF8.GetString(span.Slice(4, head)).Split('\n') is [var etag, var modified] ? new Kept(etag, modified, span[(4 + head)..].ToArray()) : null;
        }

        public byte[] ToBytes()
        {
            var head = Encoding.UTF8.GetBytes($"{ETag}\n{Modified}");
            var bytes = new byte[4 + head.Length + Body.Length];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, head.Length);
            head.CopyTo(bytes, 4);
            Body.CopyTo(bytes, 4 + head.Length);
            return bytes;
        }
    }
}
