using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Alerts;

/// <summary>An image as its users write it, how long it lives, and where it is used.</summary>
/// <param name="Image">Without a digest: <c>python:3.8-slim</c>; with one where it has no tag.</param>
/// <param name="Lifecycle">Its lives.</param>
/// <param name="Places">Every place that uses it.</param>
public sealed record ImageLine(ImageReference Image, ImageLifecycle Lifecycle, IReadOnlyList<AlertPlace> Places)
{
    /// <summary>What else is to be told of it, a sentence each: that its tag is gone, that its publisher calls it deprecated, that nobody has rebuilt it for a year.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>A place that an alert names.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Path">File.</param>
/// <param name="Line">From 1.</param>
public sealed record AlertPlace(string Repository, string Path, int Line);
