using Basewatch.Core.Alerts;

namespace Basewatch.Adapters.Notifications;

/// <summary>What kinds and severities are called.</summary>
internal static class MessageWords
{
    /// <summary>For machines: <c>end-of-life</c>.</summary>
    public static string Token(this MessageKind kind) => kind switch
    {
        MessageKind.EndOfLife => "end-of-life",
        MessageKind.Waiting => "waiting",
        MessageKind.Merged => "merged",
        MessageKind.RolledBack => "rolled-back",
        MessageKind.Failure => "failure",
        MessageKind.Digest => "digest",
        MessageKind.Rebuild => "rebuild",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    /// <summary>For people: <c>End of life</c>.</summary>
    public static string Words(this MessageKind kind) => kind switch
    {
        MessageKind.EndOfLife => "End of life",
        MessageKind.Waiting => "Waiting pull requests",
        MessageKind.Merged => "Merged",
        MessageKind.RolledBack => "Rolled back",
        MessageKind.Failure => "Failure",
        MessageKind.Digest => "Weekly digest",
        MessageKind.Rebuild => "Rebuild",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    /// <summary>For machines: <c>warning</c>.</summary>
    public static string Token(this Severity severity) => severity switch
    {
        Severity.Good => "good",
        Severity.Information => "information",
        Severity.Warning => "warning",
        Severity.Attention => "attention",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, message: null),
    };
}
