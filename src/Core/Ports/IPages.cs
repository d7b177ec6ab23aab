namespace Basewatch.Core.Ports;

/// <summary>Where this service's own pages can be seen, for links in messages.</summary>
public interface IPages
{
    /// <summary>The overview; null where the settings name no public address.</summary>
    string? Overview { get; }

    /// <summary>The page that asks whether alerts about a subject shall rest, and until when; null where there is none. It is signed, and expires.</summary>
    /// <param name="subject">What the alerts are about.</param>
    string? SnoozeOf(string subject);
}
