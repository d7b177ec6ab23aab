using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Planning.WaysOut;

/// <summary>How to leave an image that is near or past its end of life: what is known of it, from facts alone.</summary>
/// <param name="Image">The image as it is written, without a digest: <c>python:3.8-slim</c>.</param>
/// <param name="Life">What ends.</param>
public sealed record WayOut(ImageReference Image, Life Life)
{
    /// <summary>Every place where the image stands and that no ordinary update leads out of.</summary>
    public IReadOnlyList<ImageUse> Uses { get; init; } = [];

    /// <summary>Where to go in the end, by which steps, and why; without an image where there is nowhere to go.</summary>
    public Successor Successor { get; init; } = new(null, "nothing is known to go to");

    /// <summary>The first step, with its digest where one is written; null where there is none that could be taken.</summary>
    public ImageReference? Next { get; init; }

    /// <summary>Why no pull request takes that step: what somebody has decided, or that it can't be written. Null where one may.</summary>
    public string? HeldBack { get; init; }

    /// <summary>What the image's publishers say of it, where they have given it up.</summary>
    public DeprecatedImage? Deprecated { get; init; }

    /// <summary>What it is built from, where that is what ends: it is left there, and not here.</summary>
    public InheritedLife? Inherited { get; init; }

    /// <summary>Names what ends, for branches, markers and the ledger: <c>python-3.8</c>.</summary>
    public string Key => KeyOf(Life);

    /// <summary>Names a life: <c>python-3.8</c>.</summary>
    public static string KeyOf(Life life)
    {
        ArgumentNullException.ThrowIfNull(life);
        return string.Concat((life.Cycle is null ? life.Key : $"{life.Key}-{life.Cycle}").Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
    }

    /// <summary>All that is told of it but for what its images are like, which does not change: it is told anew when this does.</summary>
    public string Fingerprint => ChangeSet.Hash(
    [
        $"{Image} {Key} {Life.Eol:yyyy-MM-dd} {Life.IsEnded} {Next} {HeldBack} {Inherited?.Root}",
        Successor.Reason,
        .. Successor.Steps.Select(s => $"{s.Version} {s.Image}"),
        .. Uses.Select(u => $"{u.Path}:{u.Line}"),
    ]);
}

/// <summary>All ways out of one life in one repository: what one issue is about.</summary>
/// <param name="Life">What ends.</param>
/// <param name="Ways">One for each image, by name and tag.</param>
public sealed record WayOutPlan(Life Life, IReadOnlyList<WayOut> Ways)
{
    /// <summary><see cref="WayOut.Key"/> of each.</summary>
    public string Key => WayOut.KeyOf(Life);

    /// <summary>Changes with what is told.</summary>
    public string Fingerprint => ChangeSet.Hash(Ways.Select(w => w.Fingerprint));

    /// <summary>Sorts ways by what is left.</summary>
    public static IReadOnlyList<WayOutPlan> Of(IEnumerable<WayOut> ways)
    {
        ArgumentNullException.ThrowIfNull(ways);
        return [.. ways.GroupBy(w => w.Key, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new WayOutPlan(g.First().Life, [.. g.OrderBy(w => w.Image.ToString(), StringComparer.Ordinal)]))];
    }
}
