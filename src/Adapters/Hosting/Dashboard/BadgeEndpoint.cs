using System.IO.Hashing;
using Basewatch.Adapters.Hosting.Endpoints;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>
/// Badges for READMEs: <c>GET /badge/owner/name.svg</c>. Whatever is refused is answered alike, so that nobody learns which repositories there are.
/// </summary>
public sealed class BadgeEndpoint(Memory memory, Pages pages, BasewatchOptions options, ILogger<BadgeEndpoint> logger)
{
    private const string Extension = ".svg";

    /// <summary>Answers with the picture: 200, 304; 404 where badges are off, the link is not signed, or nothing is known of the repository; 405; 503 when the store can't be read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="owner">Of the repository.</param>
    /// <param name="file">Its name, and <c>.svg</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<IResult> HandleAsync(HttpRequest request, string owner, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return logger.AnswerAsync(request, () => DrawAsync(request, owner, file ?? "", cancellationToken));
    }

    private async Task<IResult> DrawAsync(HttpRequest request, string owner, string file, CancellationToken cancellationToken)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return logger.Refuse(request, StatusCodes.Status405MethodNotAllowed, "neither GET nor HEAD");
        }

        if (options.Badges == BadgeMode.Off)
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "badges are off");
        }

        if (!file.EndsWith(Extension, StringComparison.Ordinal) || !RepositoryName.TryParse($"{owner}/{file[..^Extension.Length]}", out var repository))
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "no badge has this name");
        }

        if (options.Badges == BadgeMode.Signed && !pages.IsBadge(repository, request.Query["signature"].ToString()))
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "a badge without its signature");
        }

        if (await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken) is null)
        {
            return logger.Refuse(request, StatusCodes.Status404NotFound, "a badge of a repository that is not looked after");
        }

        var picture = BadgePicture.Draw(await memory.Summaries.GetAsync(Memory.SummaryKey(repository), cancellationToken));
        headers.CacheControl = options.Badges == BadgeMode.Public ? "public, max-age=300" : "private, max-age=300";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        var tag = $"\"{XxHash3.HashToUInt64(picture):x16}\"";
        headers.ETag = tag;
        return request.Headers.IfNoneMatch == tag ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Bytes(picture, "image/svg+xml");
    }
}
