namespace Basewatch.Core.Jobs;

/// <summary>What Basewatch may do.</summary>
public enum ServiceMode
{
    /// <summary>Opens pull requests and keeps them up to date.</summary>
    Propose,

    /// <summary>Reports and opens nothing: the way to start beside another bot.</summary>
    Observe,
}
