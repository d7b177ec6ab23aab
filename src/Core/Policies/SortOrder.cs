namespace Basewatch.Core.Policies;

/// <summary>Which end of an order is the newest.</summary>
public enum SortOrder
{
    /// <summary>The last one is the newest.</summary>
    Ascending,

    /// <summary>The first one is the newest.</summary>
    Descending,
}
