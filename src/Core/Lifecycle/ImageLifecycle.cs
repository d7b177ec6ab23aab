using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>The lives that an image depends on: the first of them to end is the image's. What is not known is null.</summary>
/// <param name="Status">What all of them mean on the day that was asked for.</param>
public sealed record ImageLifecycle(LifecycleStatus Status)
{
    /// <summary>Nothing is known.</summary>
    public static ImageLifecycle Unknown { get; } = new(LifecycleStatus.Unknown);

    /// <summary>Of what it ships: Python 3.8. Without a cycle where the product alone is known.</summary>
    public Life? Product { get; init; }

    /// <summary>Of the distribution that it is made of: Debian 11. Null where that is the product itself.</summary>
    public Life? Distribution { get; init; }

    /// <summary>Of the image itself, as whoever published it says.</summary>
    public Life? Published { get; init; }

    /// <summary>What it is built from, where that ends before what its own name says; null where it is its own root.</summary>
    public InheritedLife? Inherited { get; init; }

    /// <summary>The life that ends first; of two that end on one day the product's. Null where no end is known.</summary>
    public Life? First => Lives.Where(l => l.IsEndKnown).MinBy(l => l.Eol ?? DateOnly.MinValue);

    /// <summary>When the first of them ends or ended; null where that is not known.</summary>
    public DateOnly? Ends => First?.Eol;

    /// <summary>Every life that is known, those that are said to be earlier first where they end together.</summary>
    public IEnumerable<Life> Lives => new[] { Product, Distribution, Published, Inherited?.Life }.OfType<Life>();
}

/// <summary>How long one thing lives that an image depends on.</summary>
/// <param name="Of">What it is.</param>
/// <param name="Key">What tells it from others: the product's name (<c>python</c>), or an image.</param>
/// <param name="Label">For people: <c>Python</c>.</param>
/// <param name="Cycle">Its cycle: <c>3.8</c>; null where it has none, or it is not known.</param>
/// <param name="Eol">The first day without security fixes for everyone; null: not known, or never.</param>
public sealed record Life(LifeOf Of, string Key, string Label, string? Cycle, DateOnly? Eol)
{
    /// <summary>The first day without active support: from then on only security fixes (<c>eoasFrom</c>).</summary>
    public DateOnly? ActiveUntil { get; init; }

    /// <summary>The first day without extended, mostly paid, support (<c>eoesFrom</c>).</summary>
    public DateOnly? ExtendedUntil { get; init; }

    /// <summary>Whether it is said to have ended where no day is known.</summary>
    public bool IsEnded { get; init; }

    /// <summary>Whether its cycle is a long-term one.</summary>
    public bool IsLts { get; init; }

    /// <summary>Its page; null where it has none.</summary>
    public string? Url { get; init; }

    /// <summary>How it is known, where the tag does not say it: <c>its label org.opencontainers.image.base.name</c>. For people.</summary>
    public string? Evidence { get; init; }

    /// <summary>Whether its end is known.</summary>
    public bool IsEndKnown => Eol is not null || IsEnded;

    /// <summary><c>Python 3.8</c>.</summary>
    public string Title => Cycle is null ? Label : $"{Label} {Cycle}";

    /// <summary>Where it is on a day. Days are compared and never times: in whose time zone the day began is the caller's to know.</summary>
    public LifecycleStatus StatusOn(DateOnly today) => LifecycleResolver.StatusOf(Eol, IsEnded, today);

    /// <summary>What it gets on a day.</summary>
    public SupportKind SupportOn(DateOnly today) => StatusOn(today) switch
    {
        LifecycleStatus.Unknown => SupportKind.Unknown,
        LifecycleStatus.Ended => ExtendedUntil > today ? SupportKind.Extended : SupportKind.None,
        _ => ActiveUntil <= today ? SupportKind.Security : SupportKind.Active,
    };
}

/// <summary>What fixes something gets.</summary>
public enum SupportKind
{
    /// <summary>Nothing is known of it.</summary>
    Unknown,

    /// <summary>All fixes, as far as is known.</summary>
    Active,

    /// <summary>Security fixes alone.</summary>
    Security,

    /// <summary>It has ended for everyone; who has extended, mostly paid, support gets security fixes.</summary>
    Extended,

    /// <summary>None.</summary>
    None,
}

/// <summary>What a life is of.</summary>
public enum LifeOf
{
    /// <summary>What an image ships.</summary>
    Product,

    /// <summary>What an image is made of.</summary>
    Distribution,

    /// <summary>The image itself.</summary>
    Image,
}

/// <summary>A life that an image has from what it is built from.</summary>
/// <param name="Life">What ends.</param>
/// <param name="Root">The image whose life it is.</param>
/// <param name="Through">The images between, from the root on, without the root and the image itself.</param>
public sealed record InheritedLife(Life Life, ImageReference Root, IReadOnlyList<ImageReference> Through);

/// <summary>Where an image is in its life.</summary>
public enum LifecycleStatus
{
    /// <summary>Neither product nor cycle is known, or no date is.</summary>
    Unknown,

    /// <summary>More than 180 days to go.</summary>
    Maintained,

    /// <summary>180 days or fewer to go.</summary>
    Ending,

    /// <summary>Its end of life is today or past.</summary>
    Ended,
}
