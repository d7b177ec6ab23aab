using System.Net;
using System.Net.Http.Headers;

using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Lifecycle;

/// <summary>
/// The catalogue of endoflife.date (<see href="https://endoflife.date/docs/api/v1/"/>), asked at most twice a day. What it
/// last answered is kept, and used when it can't be reached.
/// </summary>
public sealed partial class EndOfLifeDateCatalog : ILifecycleCatalog, IDisposable
{
    /// <summary>Where the public service is.</summary>
    public static readonly Uri PublicAddress = new("https://endoflife.date/api/v1/");

    /// <summary>A copy that was checked within this time is taken without asking.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromHours(12);

    /// <summary>After a failure the old copy is used for this time before asking again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1);

    /// <summary>After a failure without an old copy nothing is asked for this time: each pull request would wait for the answer.</summary>
    private static readonly TimeSpan RetryWithoutCopy = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly ICatalogCache _cache;
    private readonly TimeProvider _time;
    private readonly ILogger<EndOfLifeDateCatalog> _logger;
    private readonly SemaphoreSlim _one = new(1);

    private LifecycleCatalog? _catalog;
    private LifecycleCatalogException? _failure;
    private DateTimeOffset _askFrom;

    /// <summary>Creates the client.</summary>
    /// <param name="http">Follows redirects and decompresses as it is set up.</param>
    /// <param name="baseAddress">The API, with or without a slash at the end: <see cref="PublicAddress"/> or a mirror.</param>
    /// <param name="cache">Keeps the last good copy.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public EndOfLifeDateCatalog(HttpClient http, Uri baseAddress, ICatalogCache cache, TimeProvider time, ILogger<EndOfLifeDateCatalog> logger)
    {
        ArgumentNullException.ThrowIfNull(baseAddress);
        (_http, _cache, _time, _logger) = (http, cache, time, logger);
        _address = new Uri(new Uri(baseAddress.AbsoluteUri.TrimEnd('/') + "/"), "products/full");
    }

    /// <inheritdoc/>
    public async Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_catalog is not null && _time.GetUtcNow() < _askFrom)
            {
                return _catalog;
            }

            if (_failure is not null && _time.GetUtcNow() < _askFrom)
            {
                throw new LifecycleCatalogException(_failure.Message, _failure);
            }

            _failure = null;
            return _catalog = await LoadAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<LifecycleCatalog?> FindKeptAsync(CancellationToken cancellationToken) => _catalog ?? (await KeptAsync(cancellationToken)).Catalog;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<LifecycleCatalog> LoadAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var (kept, answered, old) = await KeptAsync(cancellationToken);
        if (kept is not null && old is not null && now - kept.Checked < FreshFor && kept.Checked <= now)
        {
            _askFrom = kept.Checked + FreshFor;
            return old;
        }

        try
        {
            var answer = await AskAsync(old is null ? null : kept?.ETag, cancellationToken);
            var incomplete = new HashSet<string>(StringComparer.Ordinal);
            var next = answer is null ? answered! : LifecycleCatalogReader.Read(answer.Body, _address.Host, now, _logger, incomplete);
            var copy = (answer ?? kept!) with { Checked = now, Problem = null };
            var continuity = new CatalogContinuity([], []);
            if (kept is not null && answered is not null)
            {
                if (CatalogContinuity.IsBroken(answered, next) && now - kept.Checked < CatalogContinuity.Patience)
                {
                    throw new LifecycleCatalogException($"{_address.Host} sent a catalogue of {next.Products.Count} products, where there were {answered.Products.Count}: it is not believed");
                }

                // What has no dates any more is as good as gone, if it had them before.
                next = next with { Products = [.. next.Products.Where(p => !incomplete.Contains(p.Name) || !IsDated(p.Name, answered, kept))] };
                var carried = CarriedProducts.Read(kept.Carried, _logger);
                continuity = CatalogContinuity.Of(answered, carried, next, now);
                copy = copy with { Carried = CarriedProducts.Write(continuity.Carried, kept.Body, kept.Carried) };
                foreach (var remark in continuity.Remarks)
                {
                    LogRemark(_logger, _address.Host, remark);
                }
            }

            await KeepAsync(copy, cancellationToken);
            _askFrom = now + FreshFor;
            return CatalogOf(next, copy, continuity.Carried);
        }
        catch (LifecycleCatalogException e) when (old is not null)
        {
            LogOldCopy(_logger, kept!.Checked, e.Message);
            _askFrom = now + RetryAfter;

            // Kept too, so that who looks at it elsewhere learns of it.
            await KeepAsync(kept with { Problem = e.Message }, cancellationToken);
            return old with { Problem = e.Message };
        }
        catch (LifecycleCatalogException e)
        {
            (_failure, _askFrom) = (e, _time.GetUtcNow() + RetryWithoutCopy);
            throw;
        }
    }

    /// <summary>Asks for the catalogue; null when the one with that entity tag is still the newest.</summary>
    private async Task<CatalogCopy?> AskAsync(string? etag, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, _address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("basewatch", null));
        if (etag is not null && EntityTagHeaderValue.TryParse(etag, out var tag))
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (response.StatusCode == HttpStatusCode.NotModified && etag is not null)
            {
                return null;
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new LifecycleCatalogException($"{_address.Host} answered {(int)response.StatusCode} for its catalogue of lifecycles");
            }

            var body = await BodyAsync(response, both.Token);
            return new CatalogCopy(response.Headers.ETag?.ToString(), _time.GetUtcNow(), body);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LifecycleCatalogException($"{_address.Host} did not send its catalogue of lifecycles within {Timeout.TotalSeconds:0} seconds", e);
        }
        catch (Exception e) when (e is HttpRequestException or (IOException and not LifecycleCatalogException))
        {
            throw new LifecycleCatalogException($"{_address.Host} did not send its catalogue of lifecycles: {e.Message}", e);
        }
    }

    private async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > LifecycleCatalogReader.LargestBody)
            {
                throw new LifecycleCatalogException($"{_address.Host} sent a catalogue larger than {LifecycleCatalogReader.LargestBody >> 20} MiB");
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>What was kept, and the catalogue in it; a copy that can't be read is as good as none.</summary>
    /// <returns>The copy, what the last answer said, and that with what is carried along.</returns>
    private async Task<(CatalogCopy? Copy, LifecycleCatalog? Answered, LifecycleCatalog? Catalog)> KeptAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _cache.ReadAsync(cancellationToken) is not { } bytes || CatalogCopy.FromBytes(bytes) is not { } copy)
            {
                return default;
            }

            var answered = LifecycleCatalogReader.Read(copy.Body, "the kept copy", copy.Checked, _logger);
            var carried = CarriedProducts.Read(copy.Carried, _logger);
            var catalog = answered with { Products = [.. answered.Products.Where(p => carried.All(c => c.Product.Name != p.Name))] };
            return (copy, catalog, CatalogOf(catalog, copy, carried));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogCache(_logger, e.Message);
            return default;
        }
    }

    private static LifecycleCatalog CatalogOf(LifecycleCatalog answered, CatalogCopy copy, IReadOnlyList<CarriedProduct> carried) =>
        answered with { Products = [.. answered.Products, .. carried.Select(c => c.Product)], CheckedAt = copy.Checked, Problem = copy.Problem };

    /// <summary>Whether a product of the kept copy, carried ones included, has dates.</summary>
    private bool IsDated(string name, LifecycleCatalog answered, CatalogCopy kept) =>
        (answered.Products.FirstOrDefault(p => p.Name == name) ?? CarriedProducts.Read(kept.Carried, _logger).FirstOrDefault(c => c.Product.Name == name)?.Product)?.Cycles.Any(c => c.Eol is not null) == true;

    private async Task KeepAsync(CatalogCopy copy, CancellationToken cancellationToken)
    {
        try
        {
            await _cache.WriteAsync(copy.ToBytes(), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogCache(_logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogue of lifecycles of {Checked:u} is used: {Reason}")]
    private static partial void LogOldCopy(ILogger logger, DateTimeOffset @checked, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogue of lifecycles of {Host}: {Remark}")]
    private static partial void LogRemark(ILogger logger, string host, string remark);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The kept copy of the catalogue of lifecycles can't be used: {Reason}")]
    private static partial void LogCache(ILogger logger, string reason);
}
