namespace Basewatch.Core.Lifecycle;

/// <summary>Products and their cycles, as endoflife.date's API v1 names them.</summary>
/// <param name="Products">Every product.</param>
/// <param name="AsOf">When the catalogue was made.</param>
public sealed record LifecycleCatalog(IReadOnlyList<Product> Products, DateTimeOffset AsOf)
{
    /// <summary>When its source last said that it is the newest; null where nobody was asked, as of a file.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Why a newer one could not be had the last time; null: this is the newest.</summary>
    public string? Problem { get; init; }
}

/// <summary>Something that is released in cycles: Python, Ubuntu.</summary>
/// <param name="Name">Key: <c>python</c>.</param>
/// <param name="Label">For people: <c>Python</c>.</param>
/// <param name="Aliases">Other keys.</param>
/// <param name="Images">Image repositories that ship it, from its <c>pkg:docker/…</c> and <c>pkg:oci/…</c> identifiers, canonical: <c>docker.io/library/python</c>.</param>
/// <param name="Cycles">Its cycles, the newest first.</param>
/// <param name="Url">Its page.</param>
public sealed record Product(string Name, string Label, IReadOnlyList<string> Aliases, IReadOnlyList<string> Images, IReadOnlyList<Cycle> Cycles, string? Url = null)
{
    /// <summary>Images that are said to ship it by rules of one's own, which go before all else; familiar or canonical, with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> OwnImages { get; init; } = [];

    /// <summary>Where that is written: <c>.github/basewatch.yml:12</c>.</summary>
    public string? Source { get; init; }
}

/// <summary>A release cycle: 3.12, 24.04.</summary>
/// <param name="Name">Key: <c>3.12</c>.</param>
/// <param name="Codename">Name for people: <c>Noble Numbat</c>; null where it has none.</param>
/// <param name="Released">First release.</param>
/// <param name="Eol">Day from which it gets no free security fixes (<c>eolFrom</c>); null: not known, or never.</param>
/// <param name="IsEol">Whether it is past its end of life where no day is known.</param>
/// <param name="ExtendedEol">Day from which paid or extended support ends (<c>eoesFrom</c>); null: none or not known.</param>
/// <param name="IsLts">Whether it is a long-term cycle.</param>
public sealed record Cycle(string Name, string? Codename, DateOnly? Released, DateOnly? Eol, bool IsEol, DateOnly? ExtendedEol, bool IsLts)
{
    /// <summary>Day from which it gets security fixes alone (<c>eoasFrom</c>); null: not known, or no such time.</summary>
    public DateOnly? ActiveUntil { get; init; }

    /// <summary>Where a rule of one's own says so, with its reason: <c>.github/basewatch.yml:12, extended support bought</c>; null where none does.</summary>
    public string? Source { get; init; }
}
