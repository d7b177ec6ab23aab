using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Reads bodies that are not to be trusted.</summary>
internal static class BoundedBody
{
    /// <summary>Who sends more slowly holds memory for nothing: senders of webhooks wait no longer either.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The whole body; or the status of the refusal, when it has more bytes than <paramref name="most"/>, takes too long, or breaks off.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, int? Refusal)> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most)
        {
            return (default, StatusCodes.Status413PayloadTooLarge);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var buffer = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, limit.Token)) > 0)
            {
                if (buffer.Length + read > most)
                {
                    return (default, StatusCodes.Status413PayloadTooLarge);
                }

                buffer.Write(chunk, 0, read);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, StatusCodes.Status408RequestTimeout);
        }
        catch (BadHttpRequestException e)
        {
            return (default, e.StatusCode);
        }

        return (buffer.GetBuffer().AsMemory(0, (int)buffer.Length), null);
    }

    /// <summary>Whether the body says that it is JSON, of whatever kind.</summary>
    public static bool IsJson(HttpRequest request) =>
        MediaTypeOf(request) is { } type
        && (type is "application/json" || (type.StartsWith("application/", StringComparison.Ordinal) && type.EndsWith("+json", StringComparison.Ordinal)));

    /// <summary>The media type of the body, without parameters; null where it names none.</summary>
    public static string? MediaTypeOf(HttpRequest request) => request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
}
