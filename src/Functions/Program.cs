using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Hosting.Telemetry;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Ports;
using Basewatch.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

var options = OptionsLoader.Load(builder.Configuration);
IReadOnlyList<string> problems =
[
    .. options.Problems(),
    .. options.Storage.SqlitePath is null ? Array.Empty<string>() : ["Storage: the Functions app keeps its state in a storage account, and not in a SQLite file"],
    .. options.Storage.Queue == StorageOptions.DefaultQueue ? Array.Empty<string>() : [$"Storage: the queue of the Functions app has the name '{StorageOptions.DefaultQueue}'"],
];
if (problems.Count > 0)
{
    throw new InvalidOperationException($"The settings are wrong: {string.Join("; ", problems)}");
}

builder.Services.AddSingleton<IRegistry>(s => options.Mirrored(new AcrRegistry(
    s.GetRequiredService<OciRegistry>(), [.. options.Registries], options.Storage.ClientId, s.GetRequiredService<TimeProvider>())));
builder.Services.AddBasewatch(options);

// By OTLP, to Application Insights, or both. The host tells of itself (telemetryMode in host.json), and leaves what the worker does to it.
var telemetry = builder.Services.AddTelemetry(builder.Configuration, options.Telemetry);
if (builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } insights)
{
    telemetry ??= builder.Services.AddTelemetry();
    telemetry.UseAzureMonitorExporter(exporter =>
    {
        exporter.ConnectionString = insights;

        // ClientId=…;Authorization=AAD: by the app's identity, as the host does.
        if (builder.Configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] is { Length: > 0 } way && way.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase))
        {
            exporter.Credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.Storage.ClientId });
        }
    });
}

telemetry?.UseFunctionsWorkerDefaults();
builder.Build().Run();
