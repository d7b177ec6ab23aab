using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>What came back for one request, read to its end. Its body is lent from a pool until it is disposed.</summary>
internal sealed class RegistryAnswer : IDisposable
{
    private readonly PooledBody _body;
    private bool? _saysTooOften;

    private RegistryAnswer(HttpResponseMessage response, PooledBody body, TimeProvider time)
    {
        _body = body;
        Status = response.StatusCode;
        MediaType = response.Content.Headers.ContentType?.MediaType;
        LastModified = response.Content.Headers.LastModified;
        Location = response.Headers.Location;
        RetryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero,
            _ => null,
        };
        ContentDigest = Header(response, "Docker-Content-Digest");
        Link = Header(response, "Link");
        Challenge = Header(response, "WWW-Authenticate");
        ETag = Header(response, "ETag");
        PullSource = Header(response, "Docker-RateLimit-Source") is { } source ? Excerpt.Of(source) : null;
        Quota = RateLimitQuota.Of(response.Headers, time);
    }

    public HttpStatusCode Status { get; }

    /// <summary>Without parameters; null where none was given.</summary>
    public string? MediaType { get; }

    public Uri? Location { get; }

    public DateTimeOffset? LastModified { get; }

    /// <summary>How long to wait, from now.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary><c>Docker-Content-Digest</c>.</summary>
    public string? ContentDigest { get; }

    /// <summary>Every <c>Link</c> header, joined.</summary>
    public string? Link { get; }

    /// <summary>Every <c>WWW-Authenticate</c> header, joined.</summary>
    public string? Challenge { get; }

    /// <summary><c>ETag</c>, as it came.</summary>
    public string? ETag { get; }

    /// <summary>What may be asked still.</summary>
    public RateLimitQuota Quota { get; }

    /// <summary>Docker Hub's <c>docker-ratelimit-source</c>: the address or account whose pulls are counted.</summary>
    public string? PullSource { get; }

    public ReadOnlyMemory<byte> Body => _body.Memory;

    /// <summary>
    /// Whether it says that it was asked too often: 429, or in the words of those that answer so with another status
    /// (<see href="https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors.html">ECR</see>, GitHub's secondary limits).
    /// </summary>
    public bool IsRateLimited => Status == HttpStatusCode.TooManyRequests
        || (Status is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.ServiceUnavailable && (_saysTooOften ??= SaysTooOften()))
        || (Status == HttpStatusCode.Forbidden && RetryAfter is not null);

    /// <summary>Whether it says that there is no pull left; other questions are answered still.</summary>
    public bool IsOutOfPulls => Status == HttpStatusCode.TooManyRequests && (Quota is { IsOfPulls: true, Remaining: 0 } || (Error()?.Contains("pull rate limit", StringComparison.OrdinalIgnoreCase) ?? false));

    /// <summary>Whether there is reason to ask less: <see cref="IsRateLimited"/>, or 503.</summary>
    public bool IsThrottled => IsRateLimited || Status == HttpStatusCode.ServiceUnavailable;

    public bool IsHtml => MediaType is not null && (MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) || MediaType.Equals("application/xhtml+xml", StringComparison.OrdinalIgnoreCase));

    /// <summary>The status with what the registry says of it, for a message: <c>401 UNAUTHORIZED: authentication required</c>.</summary>
    public string StatusText => Error() is { } error ? $"{(int)Status} {error}" : $"{(int)Status}";

    /// <summary>Reads a response. Of the body of anything but a success no more than the beginning is read.</summary>
    /// <exception cref="BodyTooLargeException">The body is larger than <paramref name="largestBody"/> bytes.</exception>
    public static async Task<RegistryAnswer> ReadAsync(HttpResponseMessage response, int largestBody, TimeProvider time, CancellationToken cancellationToken)
    {
        const int LargestError = 64 * 1024;
        var body = response.RequestMessage?.Method == HttpMethod.Head ? new PooledBody()
            : response.IsSuccessStatusCode ? await PooledBody.ReadAsync(response.Content, largestBody, cut: false, cancellationToken)
            : await PooledBody.ReadAsync(response.Content, LargestError, cut: true, cancellationToken);
        return new RegistryAnswer(response, body, time);
    }

    /// <inheritdoc/>
    public void Dispose() => _body.Dispose();

    /// <summary>The first error in the body, as the distribution specification has them; null where there is none.</summary>
    private string? Error()
    {
        if (Body.IsEmpty || IsHtml)
        {
            return null;
        }

        try
        {
            var list = JsonSerializer.Deserialize(Body.Span, RegistryJson.Default.ErrorList);
            var error = list?.Errors?.FirstOrDefault() ?? new ErrorEntry(list?.Type, list?.Message);
            var parts = new[] { error.Code, error.Message }.Where(p => !string.IsNullOrWhiteSpace(p)).Select(p => Excerpt.Of(p!));
            return string.Join(": ", parts) is { Length: > 0 } text ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool SaysTooOften() =>
        Error() is { } error
        && (error.StartsWith("TOOMANYREQUESTS", StringComparison.OrdinalIgnoreCase) || error.Contains("Throttling", StringComparison.OrdinalIgnoreCase)
            || error.Contains("rate exceeded", StringComparison.OrdinalIgnoreCase) || error.Contains("rate limit", StringComparison.OrdinalIgnoreCase));

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? string.Join(", ", values) : null;
}

/// <summary>A body in a buffer of the shared pool.</summary>
internal sealed class PooledBody : IDisposable
{
    private byte[] _buffer = [];
    private int _length;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads a body of at most <paramref name="largest"/> bytes; one that is larger is cut there, or refused.</summary>
    public static async Task<PooledBody> ReadAsync(HttpContent content, int largest, bool cut, CancellationToken cancellationToken)
    {
        const int Smallest = 4096;
        if (!cut && content.Headers.ContentLength > largest)
        {
            throw new BodyTooLargeException();
        }

        var body = new PooledBody();
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var expected = (int)Math.Clamp(content.Headers.ContentLength ?? 0, Smallest, largest);
            while (true)
            {
                if (body._length == body._buffer.Length)
                {
                    // One byte more than the largest, to see whether there is one.
                    body.Grow(Math.Clamp(body._length * 2L, expected + 1L, largest + 1L));
                }

                var read = await stream.ReadAsync(body._buffer.AsMemory(body._length), cancellationToken);
                body._length += read;
                if (body._length > largest)
                {
                    body._length = cut ? largest : throw new BodyTooLargeException();
                    return body;
                }

                if (read == 0)
                {
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _length) = ([], 0);
    }

    private void Grow(long length)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)length);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}

/// <summary>A body is larger than it may be.</summary>
internal sealed class BodyTooLargeException : IOException;
