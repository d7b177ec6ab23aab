using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Output;

/// <summary>Shows what is logged as a warning, such as a login that can't be used, where no log is asked for.</summary>
internal sealed class WarningLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Screen.Warn(formatter(state, exception));
        }
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}
