using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Basewatch.Core.Vulnerabilities;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Takes reports of scanners. They can't prove where they come from: the caller's key has been checked before.</summary>
public sealed partial class ReportsEndpoint(VulnerabilityBook book, IJobQueue queue, ILogger<ReportsEndpoint> logger) : IDisposable
{
    /// <summary>Bodies at a time: whoever posts large ones gets no more memory by posting many.</summary>
    private const int MostAtOnce = 2;

    private const string Parameter = "image";

    private readonly SemaphoreSlim _slots = new(MostAtOnce);

    /// <summary>
    /// Keeps what a scanner found in an image, in place of its last report: of the image that <c>?image=registry/name@sha256:…</c> names, else of those that
    /// the report names by digest. Answers 202; 400, 413 and 415 to what is no report, or of no image.
    /// </summary>
    public Task<IResult> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => TakeAsync(request, cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<IResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!BoundedBody.IsJson(request))
        {
            return logger.Refuse(request, StatusCodes.Status415UnsupportedMediaType, "no JSON");
        }

        if (request.ContentLength > ReportReader.LargestReport)
        {
            return logger.Refuse(request, StatusCodes.Status413PayloadTooLarge, "it is too large");
        }

        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await ReadAsync(request, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<IResult> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, refusal) = await BoundedBody.ReadAsync(request, ReportReader.LargestReport, cancellationToken);
        if (refusal is { } status)
        {
            return logger.Refuse(request, status, "its body could not be read whole");
        }

        VulnerabilityReport report;
        try
        {
            report = ReportReader.Read(body);
        }
        catch (FormatException e)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, e.Message);
        }

        var images = report.Images;
        if (request.Query[Parameter].ToString() is { Length: > 0 } named)
        {
            if (!ImageReference.TryParse(named, out var image) || image.Digest is null)
            {
                return logger.Refuse(request, StatusCodes.Status400BadRequest, $"'{Excerpt.Of(named)}' names no image with its digest: ?image=registry/name@sha256:... does");
            }

            images = [image];
        }

        if (images.Count == 0)
        {
            return logger.Refuse(request, StatusCodes.Status400BadRequest, "it does not say which image it is about: name it as ?image=registry/name@sha256:...");
        }

        foreach (var image in images)
        {
            await book.KeepAsync(image.Name, image.Digest!, report, cancellationToken);
        }

        await queue.EnqueueAsync(new ReviewVulnerabilities(), TimeSpan.Zero, cancellationToken);
        LogReport(report.Tool, report.Findings.Count, images[0]);
        return Results.Accepted();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Tool} found {Findings} vulnerabilities in packages of {Image}")]
    private partial void LogReport(string tool, int findings, ImageReference image);
}
