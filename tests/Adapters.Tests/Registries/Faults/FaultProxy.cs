using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Basewatch.World.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Tests.Registries.Faults;

/// <summary>
/// Stands before a registry under several ports, so that it is several registries, and does to its answers what the script says.
/// The registry's own answers are asked for once.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private static readonly byte[] PackedZeros = Pack(64 * 1024 * 1024);

    private readonly WebApplication _app;
    private readonly HttpClient _client;
    private readonly ConcurrentDictionary<string, Task<Answer>> _answers;
    private readonly Socket _nobody = new(SocketType.Stream, ProtocolType.Tcp);

    private FaultProxy(WebApplication app, string registry, ConcurrentDictionary<string, Task<Answer>> answers)
    {
        (_app, _answers) = (app, answers);
        _client = new HttpClient(new HttpClientHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{registry}") };

        // Bound and not listened at: no one else gets the port, and who connects is refused.
        _nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    /// <summary>The hosts that it is, in no order that means anything.</summary>
    public IReadOnlyList<string> Hosts { get; private set; } = [];

    /// <summary>A host where nobody is.</summary>
    public string Nobody => $"127.0.0.1:{((IPEndPoint)_nobody.LocalEndPoint!).Port}";

    /// <summary>What happens; another one for each run.</summary>
    public FaultScript Script { get; set; } = new(new Dictionary<(string, string), Fault>());

    public static async Task<FaultProxy> StartAsync(RegistryServer registry, int hosts, ConcurrentDictionary<string, Task<Answer>> answers, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o =>
        {
            for (var i = 0; i < hosts; i++)
            {
                o.Listen(IPAddress.Loopback, 0);
            }
        });
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var app = builder.Build();
        var proxy = new FaultProxy(app, registry.Address, answers);
        app.Run(proxy.AnswerAsync);
        await app.StartAsync(cancellationToken);
        proxy.Hosts = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a).Authority)];
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
        _nobody.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var question = path.Contains("/tags/", StringComparison.Ordinal) ? Question.List
            : path.Contains("/blobs/", StringComparison.Ordinal) ? Question.Blob
            : context.Request.Method == "HEAD" ? Question.Head : Question.Manifest;
        var fault = Script.Next(context.Request.Host.Value!, path, question);
        var answer = await _answers.GetOrAdd($"{context.Request.Method} {path}", _ => AskAsync(context.Request.Method, path, context.Request.Headers.Accept!));
        await SendAsync(context, fault, answer);
    }

    private async Task<Answer> AskAsync(string method, string path, string accept)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await _client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.ToString(),
            response.Headers.TryGetValues("Docker-Content-Digest", out var digests) ? digests.Single() : null,
            await response.Content.ReadAsByteArrayAsync());
    }

    private async Task SendAsync(HttpContext context, FaultKind? fault, Answer answer)
    {
        var (request, response, gone) = (context.Request, context.Response, context.RequestAborted);
        var isFollowed = request.Query.ContainsKey("followed");
        switch (fault)
        {
            case FaultKind.Latency:
                await Task.Delay(3, gone);
                break;
            case FaultKind.OddContentType:
                answer = answer with { ContentType = "application/octet-stream" };
                break;
            case FaultKind.RedirectOnce when !isFollowed:
                response.Redirect($"{request.Path}{request.QueryString.Add("followed", "1")}", permanent: false, preserveMethod: true);
                return;
            case FaultKind.RedirectLoop:
                response.Redirect($"{request.Path}{request.QueryString}", permanent: false, preserveMethod: true);
                return;
            case FaultKind.RedirectToNobody:
                response.Redirect($"http://{Nobody}/blob", permanent: false, preserveMethod: true);
                return;
            case FaultKind.NoHead:
                response.StatusCode = 405;
                return;
            case FaultKind.HeadOfBadRequest:
                response.StatusCode = 400;
                return;
            case FaultKind.HeadWithoutValidDigest:
                answer = answer with { Digest = "sha256:0" };
                break;
            case FaultKind.ResetBeforeHeaders:
                context.Abort();
                return;
            case FaultKind.Status500 or FaultKind.Status502 or FaultKind.Status503 or FaultKind.Status503Soon:
                response.StatusCode = fault == FaultKind.Status500 ? 500 : fault == FaultKind.Status502 ? 502 : 503;
                response.Headers.RetryAfter = fault == FaultKind.Status503Soon ? "1" : default;
                return;
            case FaultKind.TooMany or FaultKind.TooManyForever or FaultKind.TooManySoon or FaultKind.TooManyForLong:
                response.StatusCode = 429;
                response.Headers.RetryAfter = fault == FaultKind.TooManySoon ? "1" : fault == FaultKind.TooManyForLong ? "3600" : default;
                return;
            case FaultKind.CutBody:
                answer = answer with { Body = answer.Body[..(answer.Body.Length / 2)] };
                break;
            case FaultKind.Html or FaultKind.HtmlNotFound:
                answer = new Answer(fault == FaultKind.Html ? 200 : 404, "text/html; charset=utf-8", null, "<!doctype html><p>Please sign in."u8.ToArray());
                break;
            case FaultKind.LyingHeader:
                answer = answer with { Digest = "sha256:" + new string('0', 64) };
                break;
            case FaultKind.LyingBody:
                answer = answer with { Body = [.. answer.Body, (byte)' '] };
                break;
            case FaultKind.Refused or FaultKind.Forbidden:
                response.StatusCode = fault == FaultKind.Refused ? 401 : 403;
                return;
            case FaultKind.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, gone);
                return;
            case FaultKind.EndlessPages or FaultKind.PagesInACircle or FaultKind.PageElsewhere or FaultKind.TwoPages:
                answer = Page(context, fault.Value, answer);
                break;
        }

        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        if (answer.Digest is not null)
        {
            response.Headers["Docker-Content-Digest"] = answer.Digest;
        }

        if (request.Method == "HEAD")
        {
            return;
        }

        switch (fault)
        {
            case FaultKind.ResetInBody or FaultKind.HangInBody:
                response.ContentLength = answer.Body.Length;
                await response.Body.WriteAsync(answer.Body.AsMemory(0, answer.Body.Length / 2), gone);
                await response.Body.FlushAsync(gone);
                if (fault == FaultKind.HangInBody)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, gone);
                }

                context.Abort();
                break;
            case FaultKind.Drip:
                foreach (var part in answer.Body.Chunk(Math.Max(1, answer.Body.Length / 6)))
                {
                    await response.Body.WriteAsync(part, gone);
                    await response.Body.FlushAsync(gone);
                    await Task.Delay(1, gone);
                }

                break;
            case FaultKind.AnnouncedHugeBody:
                response.ContentLength = 1L << 33;
                await response.Body.WriteAsync(answer.Body, gone);
                await response.Body.FlushAsync(gone);
                await Task.Delay(Timeout.InfiniteTimeSpan, gone);
                break;
            case FaultKind.HugeBody:
                var chunk = new byte[64 * 1024];
                Array.Fill(chunk, (byte)'[');
                for (var i = 0; i < 1024 && !gone.IsCancellationRequested; i++)
                {
                    await response.Body.WriteAsync(chunk, gone);
                }

                break;
            case FaultKind.PackedHugeBody:
                response.Headers.ContentEncoding = "gzip";
                await response.Body.WriteAsync(PackedZeros, gone);
                break;
            default:
                response.ContentLength = answer.Body.Length;
                await response.Body.WriteAsync(answer.Body, gone);
                break;
        }
    }

    private static Answer Page(HttpContext context, FaultKind fault, Answer answer)
    {
        var last = context.Request.Query["last"].ToString();
        var next = fault switch
        {
            FaultKind.EndlessPages => $"?n=1000&last=x{(last.Length == 0 ? 1 : int.Parse(last.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) + 1)}",
            FaultKind.PagesInACircle => "?n=1000&last=again",
            FaultKind.PageElsewhere => "http://registry.invalid/v2/x/tags/list?last=1",
            _ => last.Length == 0 ? "?n=1000&last=first" : null,
        };
        if (next is not null)
        {
            context.Response.Headers.Link = $"<{(next[0] == '?' ? context.Request.Path + next : next)}>; rel=\"next\"";
        }

        if (fault != FaultKind.TwoPages || JsonNode.Parse(answer.Body) is not { } list)
        {
            return answer;
        }

        var tags = list["tags"]!.AsArray().Select(t => t!.GetValue<string>()).ToList();
        var half = (tags.Count + 1) / 2;
        list["tags"] = new JsonArray([.. (last.Length == 0 ? tags.Take(half) : tags.Skip(half)).Select(t => (JsonNode)t)]);
        return answer with { Body = Encoding.UTF8.GetBytes(list.ToJsonString()) };
    }

    private static byte[] Pack(int size)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(new byte[size]);
        }

        return packed.ToArray();
    }

    /// <summary>What the registry answered.</summary>
    internal sealed record Answer(int Status, string? ContentType, string? Digest, byte[] Body);
}

/// <summary>The faults of one run, by host and repository.</summary>
internal sealed class FaultScript(IReadOnlyDictionary<(string Host, string Repository), Fault> faults)
{
    private readonly ConcurrentDictionary<(string Host, string Path, Question Question), int> _asked = new();
    private int _requests;

    /// <summary>What was asked of whom.</summary>
    public IEnumerable<(string Host, string Path, Question Question)> Asked => _asked.Keys;

    /// <summary>How many requests there were.</summary>
    public int Requests => _requests;

    /// <summary>What goes wrong with the next request.</summary>
    public FaultKind? Next(string host, string path, Question question)
    {
        Interlocked.Increment(ref _requests);
        var count = _asked.AddOrUpdate((host, path, question), 1, (_, n) => n + 1);
        return faults.TryGetValue((host, Repository(path)), out var fault) && (fault.Question ?? question) == question && count <= fault.Times ? fault.Kind : null;
    }

    /// <summary>The repository of a path.</summary>
    public static string Repository(string path) => string.Join('/', path.Split('/').Skip(2).Take(2));
}
