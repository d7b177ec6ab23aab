namespace Basewatch.Core.Policies;

/// <summary>Which maintained cycle is preferred.</summary>
public enum SuccessorPreference
{
    /// <summary>Of a product with long-term cycles the newest of those; else the newest.</summary>
    Lts,

    /// <summary>The newest.</summary>
    Newest,
}
