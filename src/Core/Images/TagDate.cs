using System.Globalization;

namespace Basewatch.Core.Images;

/// <summary>When the image that a tag names was made, and who says so.</summary>
/// <param name="At">When.</param>
/// <param name="Source">Who says so.</param>
public sealed record TagDate(DateTimeOffset At, DateSource Source)
{
    /// <summary>Docker's first release: what claims to be older has a date for the sake of reproducible builds, such as 1970 or 1980.</summary>
    private static readonly DateTimeOffset Earliest = new(2013, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What was done then: <c>built</c>.</summary>
    public string Verb => Source switch
    {
        DateSource.Configuration or DateSource.Annotation => "built",
        DateSource.FirstSeen => "first seen",
        _ => "pushed",
    };

    /// <summary>Who says so, for the end of a sentence: <c> (image config)</c>.</summary>
    public string Origin => Source switch
    {
        DateSource.Registry => " (registry)",
        DateSource.Configuration => " (image config)",
        DateSource.Annotation => " (annotation)",
        DateSource.LastModified => " (Last-Modified)",
        _ => "",
    };

    /// <summary>Takes a date that some source gives; null where there is none, or one that stands for none.</summary>
    public static TagDate? Of(DateTimeOffset? at, DateSource source) => at is { } known && known >= Earliest ? new TagDate(known, source) : null;

    /// <summary><c>built on 2026-08-01 (image config)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Verb} on {At.UtcDateTime:yyyy-MM-dd}{Origin}");
}

/// <summary>Who says when an image was made, the best first.</summary>
public enum DateSource
{
    /// <summary>Whoever asks.</summary>
    Given,

    /// <summary>The registry, of the tag: whoever built the image has no say in it.</summary>
    Registry,

    /// <summary>The annotation <c>org.opencontainers.image.created</c>.</summary>
    Annotation,

    /// <summary><c>created</c> of the image's configuration.</summary>
    Configuration,

    /// <summary>The registry's header <c>Last-Modified</c>.</summary>
    LastModified,

    /// <summary>Nobody: the day on which the tag was new in the registry's list.</summary>
    FirstSeen,
}
