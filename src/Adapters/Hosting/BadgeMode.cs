namespace Basewatch.Adapters.Hosting;

/// <summary>Who may see badges. A badge tells a repository's state, and that there is such a repository.</summary>
public enum BadgeMode
{
    /// <summary>Nobody: there are none.</summary>
    Off,

    /// <summary>Whoever has a badge's address, which is signed.</summary>
    Signed,

    /// <summary>Anyone, of every repository.</summary>
    Public,
}
