using Microsoft.Extensions.Configuration;

namespace Basewatch.Adapters.Hosting.Telemetry;

/// <summary>Where telemetry goes.</summary>
public sealed class TelemetryOptions
{
    /// <summary>An OTLP receiver, without the path: <c>http://127.0.0.1:4318</c>. Null: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and where that is not set either, nothing is made and nothing sent.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>What is wrong with it.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Endpoint is { } endpoint && !(endpoint.IsAbsoluteUri && endpoint.Scheme is "http" or "https" && endpoint.UserInfo.Length + endpoint.Query.Length + endpoint.Fragment.Length == 0))
        {
            yield return "Telemetry:Endpoint must be an address without a user name, a query or a fragment, such as http://127.0.0.1:4318: headers with secrets go into OTEL_EXPORTER_OTLP_HEADERS";
        }
    }

    /// <summary>
    /// OpenTelemetry's own settings, with what these options say in them, so that its exporter finds all in one place; null where telemetry is off.
    /// See <see href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/"/>.
    /// </summary>
    /// <param name="variable">Reads an environment variable, or what stands for one.</param>
    /// <param name="names">Names of all that there are.</param>
    internal IReadOnlyDictionary<string, string?>? Variables(Func<string, string?> variable, IEnumerable<string> names)
    {
        var all = names.Where(n => n.StartsWith("OTEL_", StringComparison.Ordinal)).ToDictionary(n => n, variable, StringComparer.Ordinal);
        if (Endpoint is { } endpoint)
        {
            all[EndpointVariable] = endpoint.AbsoluteUri;
        }

        if (string.Equals(all.GetValueOrDefault("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase) || !all.Any(v => v.Key.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal) && v.Key.EndsWith("ENDPOINT", StringComparison.Ordinal) && !string.IsNullOrEmpty(v.Value)))
        {
            return null;
        }

        // What the specification recommends; the library's own default is gRPC.
        all.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        all.TryAdd("OTEL_SERVICE_NAME", "basewatch");
        return all;
    }

    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The same of the environment.</summary>
    public IReadOnlyDictionary<string, string?>? Variables()
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return Variables(n => environment[n], environment.GetChildren().Select(c => c.Key));
    }
}
