using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>What is logged. Addresses stand there without their query, which may hold a signature.</summary>
internal static partial class RegistryLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Method} {Address}: {Status} in {Milliseconds} ms")]
    public static partial void Answered(this ILogger logger, string method, string address, int status, double milliseconds);

    [LoggerMessage(2, LogLevel.Information, "{Message}; attempt {Attempt} of {Attempts}, the next one in {Pause}")]
    public static partial void TriesAgain(this ILogger logger, string message, int attempt, int attempts, TimeSpan pause);

    [LoggerMessage(3, LogLevel.Information, "{Host} is not asked for {Wait}")]
    public static partial void Pauses(this ILogger logger, string host, TimeSpan wait);

    [LoggerMessage(5, LogLevel.Information, "{Message}: it is not asked for dates for {Rest}, and images are asked themselves")]
    public static partial void KeepsItsDates(this ILogger logger, string message, TimeSpan rest);

    [LoggerMessage(4, LogLevel.Information, "{Host} has no pull left: no manifest is read from it for {Wait}, unless it says otherwise before")]
    public static partial void HasNoPullLeft(this ILogger logger, string host, TimeSpan wait);

    [LoggerMessage(6, LogLevel.Warning, "{Message}")]
    public static partial void CannotSignIn(this ILogger logger, string message);

    [LoggerMessage(7, LogLevel.Warning, "{Message}; {Host} is read without signing in, as anyone may")]
    public static partial void ReadsAnonymously(this ILogger logger, string message, string host);
}
