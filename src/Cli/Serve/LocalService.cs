using System.Net;
using System.Net.Sockets;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Hosting.Dashboard;
using Basewatch.Adapters.Hosting.Endpoints;
using Basewatch.Adapters.Hosting.Telemetry;
using Basewatch.Adapters.Storage;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs.Notices;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Serve;

/// <summary>The web server, timers and queue of <c>serve</c>.</summary>
internal static class LocalService
{
    public static async Task<int> RunAsync(BasewatchOptions options, IPEndPoint endpoint, bool verbose, CancellationToken cancellationToken)
    {
        MustBeFree(endpoint);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A little more than the largest that an endpoint takes, which says so itself.
            kestrel.Limits.MaxRequestBodySize = GitHubDelivery.LargestDelivery + (1024 * 1024);
            kestrel.Listen(endpoint);
        });
        builder.Logging.AddStderr().SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Services.AddTelemetry(builder.Configuration, options.Telemetry);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(s => new DashboardAccess(options.Key, s.GetRequiredService<AppServiceSignIn>(), isGuarded: true, s.GetRequiredService<TimeProvider>()));
        builder.Services.AddBasewatch(options);
        builder.Services.AddHostedService<JobPump>();
        builder.Services.AddHostedService<Timers>();

        await using var app = builder.Build();
        var doors = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Guard).FullName!);
        app.Use(RequestTrace.BeginAsync);
        app.Use((context, next) => Guard.AdmitAsync(context, next, options.Key, doors));
        Map(app);
        try
        {
            if (app.Services.GetRequiredService<IStateStore>() is SqliteStateStore sqlite)
            {
                await sqlite.OpenAsync(cancellationToken);
            }

            await app.StartAsync(cancellationToken);
        }
        catch (StateStoreException e)
        {
            throw new UsageException(e.Message, e);
        }
        catch (IOException e)
        {
            throw new UsageException($"can't listen on {endpoint}: {e.Message}", e);
        }

        Screen.Err.WriteLine($"listening on {string.Join(", ", app.Urls)}, state in {options.Storage}; stop with Ctrl+C");
        var stopped = new TaskCompletionSource();
        await using var stop = cancellationToken.Register(() => stopped.TrySetResult());

        // Without timers or queue there is no service: the log says what broke, and whoever started this can start it again.
        await using var broken = app.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        await stopped.Task;
        await app.StopAsync(CancellationToken.None);
        return cancellationToken.IsCancellationRequested ? ExitCode.Success : ExitCode.Partial;
    }

    /// <summary>Says so before anything else is started when the port is taken.</summary>
    private static void MustBeFree(IPEndPoint endpoint)
    {
        try
        {
            using var probe = new TcpListener(endpoint);
            probe.Start();
        }
        catch (SocketException e)
        {
            throw new UsageException($"can't listen on {endpoint}: {e.Message}", e);
        }
    }

    /// <summary>The same addresses as the Functions app has.</summary>
    private static void Map(WebApplication app)
    {
        app.MapMethods("/api/registry-events", ["POST", "OPTIONS"], (HttpRequest request, RegistryEventsEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapPost("/api/scan", (HttpRequest request, ScanEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapGet("/api/status", (HttpRequest request, StatusEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapMethods(Pages.SnoozePath, ["GET", "POST"], (HttpRequest request, SnoozeEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapPost(Guard.GitHubPath, (HttpRequest request, GitHubWebhookEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapPost("/api/pushes/{kind}", (HttpRequest request, string kind, PushEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, kind, cancel));
        app.MapPost(Guard.FluxPath, (HttpRequest request, FluxEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapPost(Guard.ArgoCdPath, (HttpRequest request, ArgoCdEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapPost("/api/rollouts", (HttpRequest request, RolloutEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapPost("/api/reports", (HttpRequest request, ReportsEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, cancel));
        app.MapGet(Guard.HealthPath, HealthEndpoint.Live);
        app.MapGet(Guard.HealthPath + "/live", HealthEndpoint.Live);
        app.MapGet(Guard.HealthPath + "/ready", (HealthEndpoint endpoint, CancellationToken cancel) => endpoint.ReadyAsync(cancel));
        app.MapMethods(Pages.BadgePath + "/{owner}/{file}", ["GET", "HEAD"], (HttpRequest request, string owner, string file, BadgeEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, owner, file, cancel));
        app.MapMethods("/{page?}", ["GET", "HEAD", "POST"], (HttpRequest request, string? page, DashboardEndpoint endpoint, CancellationToken cancel) => endpoint.HandleAsync(request, page, cancel));
    }
}
