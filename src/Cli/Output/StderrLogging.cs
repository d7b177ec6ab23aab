using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Basewatch.Cli.Output;

/// <summary>Logs on stderr, which leaves stdout to results.</summary>
internal static class StderrLogging
{
    public static ILoggingBuilder AddStderr(this ILoggingBuilder logging)
    {
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.AddConsole(o =>
        {
            o.FormatterName = LogLine.FormatterName;
            o.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.Services.AddSingleton<ConsoleFormatter, LogLine>();
        return logging;
    }
}
