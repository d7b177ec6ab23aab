using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Basewatch.Cli.Output;

/// <summary>Logs on stderr, which leaves stdout to results.</summary>
internal static class StderrLogging
{
    public static ILoggingBuilder AddStderr(this ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.IncludeScopes = false;
            o.TimestampFormat = "HH:mm:ss ";
            o.UseUtcTimestamp = true;
            o.ColorBehavior = Console.IsErrorRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        return logging;
    }
}
