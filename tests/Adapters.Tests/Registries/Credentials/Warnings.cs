using Basewatch.Adapters.Registries;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Tests.Registries.Credentials;

/// <summary>Keeps what is logged.</summary>
internal sealed class Warnings : ILogger<OciRegistry>
{
    private readonly List<string> _lines = [];

    /// <summary>The warnings, in order.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add(formatter(state, exception));
        }
    }
}
