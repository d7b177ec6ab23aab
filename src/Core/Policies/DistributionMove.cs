namespace Basewatch.Core.Policies;

/// <summary>When a versioned tag goes to a newer release of its Linux distribution: <c>-bookworm</c> to <c>-trixie</c>.</summary>
public enum DistributionMove
{
    /// <summary>When the newest version is there on no other.</summary>
    IfNeeded,

    /// <summary>Never: the newest version that there is on the present one.</summary>
    Stay,

    /// <summary>As soon as the newest version is there on a newer one.</summary>
    Follow,
}
