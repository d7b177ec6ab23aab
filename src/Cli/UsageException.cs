namespace Basewatch.Cli;

/// <summary>The command can't be done as it was asked for; the message says why and what to do.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
