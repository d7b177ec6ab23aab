namespace Basewatch.Core.Ports;

/// <summary>This process, among those that work on one state store.</summary>
public interface IInstance
{
    /// <summary>Its name, which no other instance has or ever had; one line of text.</summary>
    string Id { get; }

    /// <summary>Whether an instance is known to have ended. False also where that can't be known.</summary>
    bool IsGone(string id);
}
