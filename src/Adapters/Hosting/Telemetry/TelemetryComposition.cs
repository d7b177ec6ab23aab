using Basewatch.Core.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace Basewatch.Adapters.Hosting.Telemetry;

/// <summary>Sends telemetry, the same for every door. Where there is nowhere to send it, nothing of OpenTelemetry is loaded.</summary>
public static class TelemetryComposition
{
    /// <summary>Sends traces, metrics and logs by OTLP to where the settings or <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> say.</summary>
    /// <param name="services">Take the exporters.</param>
    /// <param name="configuration">Takes OpenTelemetry's settings, which its exporters read there.</param>
    /// <param name="options">Valid settings.</param>
    /// <returns>OpenTelemetry, to add further exporters to; null where it is off.</returns>
    public static IOpenTelemetryBuilder? AddTelemetry(this IServiceCollection services, IConfigurationManager configuration, TelemetryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Variables() is { } variables ? Add(services, configuration, variables).UseOtlpExporter() : null;
    }

    /// <summary>Makes telemetry for exporters that are added to it.</summary>
    public static OpenTelemetryBuilder AddTelemetry(this IServiceCollection services) =>
        services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddAttributes([new("service.version", typeof(TelemetryComposition).Assembly.GetName().Version!.ToString(3))]))
            .WithTracing(t => t.AddSource(Traces.SourceName))
            .WithMetrics(m => m.AddMeter(Instruments.MeterName))
            .WithLogging(configureBuilder: null, configureOptions: o => o.IncludeFormattedMessage = true);

    private static OpenTelemetryBuilder Add(IServiceCollection services, IConfigurationManager configuration, IReadOnlyDictionary<string, string?> variables)
    {
        configuration.AddInMemoryCollection(variables);
        return services.AddTelemetry();
    }
}
