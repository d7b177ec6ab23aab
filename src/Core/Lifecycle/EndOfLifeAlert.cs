using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>What people are told about a base image near or past its end of life: one alert an image line, naming every file.</summary>
/// <param name="Image">The image as its users write it, without a digest: <c>python:3.8-slim</c>.</param>
/// <param name="Lifecycle">What ends, and when.</param>
/// <param name="DaysLeft">Days from today to the end of life; 0 today, negative after it.</param>
/// <param name="Successor">Newest maintained image of the same flavour that its registry holds; null where there is none.</param>
/// <param name="IsRegistryKnown">Whether the registry answered; without an answer a missing successor says nothing.</param>
/// <param name="Places">Every place that uses it and was not told of yet.</param>
public sealed record EndOfLifeAlert(ImageReference Image, ImageLifecycle Lifecycle, int DaysLeft, ImageReference? Successor, bool IsRegistryKnown, IReadOnlyList<AlertPlace> Places);

/// <summary>A place that an alert names.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Path">File.</param>
/// <param name="Line">From 1.</param>
public sealed record AlertPlace(string Repository, string Path, int Line);

/// <summary>The lives of what an image ships. Unknown things are null.</summary>
/// <param name="Product">Label of the product: <c>Python</c>.</param>
/// <param name="Cycle">Its cycle: <c>3.8</c>.</param>
/// <param name="Eol">End of life of that cycle.</param>
/// <param name="Distribution">Label of the distribution that the tag names: <c>Debian</c>.</param>
/// <param name="DistributionCycle">Its cycle: <c>11</c>.</param>
/// <param name="DistributionEol">End of life of that cycle.</param>
/// <param name="Status">What both together mean on the day that was asked for.</param>
public sealed record ImageLifecycle(
    string? Product,
    string? Cycle,
    DateOnly? Eol,
    string? Distribution,
    string? DistributionCycle,
    DateOnly? DistributionEol,
    LifecycleStatus Status)
{
    /// <summary>Nothing is known.</summary>
    public static ImageLifecycle Unknown { get; } = new(null, null, null, null, null, null, LifecycleStatus.Unknown);

    /// <summary>The earlier of both ends; null where neither is known.</summary>
    public DateOnly? Ends => Eol is null ? DistributionEol : DistributionEol is null || Eol <= DistributionEol ? Eol : DistributionEol;
}

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
