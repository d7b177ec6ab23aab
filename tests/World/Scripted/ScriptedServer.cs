using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Basewatch.World.Scripted;

/// <summary>An HTTP server on a free loopback port that answers as a test says, well or badly, and remembers what it was asked.</summary>
/// <param name="script">Answers each request; <see cref="Answers"/> has the usual ones. Its body has been read and can be read again.</param>
public class ScriptedServer(RequestDelegate script) : IAsyncLifetime
{
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private WebApplication? _app;
    private Uri? _address;

    /// <summary>What answers; may be changed while the server runs.</summary>
    public RequestDelegate Script { get; set; } = script;

    /// <summary><c>http://127.0.0.1:port/</c></summary>
    public Uri Address => _address ?? throw new InvalidOperationException("The scripted server is not started: call InitializeAsync, or StartAsync in place of new.");

    /// <summary><c>127.0.0.1:port</c>, as an image reference names a registry.</summary>
    public string Host => Address.Authority;

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>A server that runs.</summary>
    public static async Task<ScriptedServer> StartAsync(RequestDelegate script)
    {
        var server = new ScriptedServer(script);
        await server.InitializeAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // Clients that hang on an answer must not hold up the end of the test.
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        context.Request.Body.Position = 0;
        _requests.Enqueue(new ScriptedRequest(
            context.Request.Method,
            context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent(),
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body));
        await Script(context);
    }
}
