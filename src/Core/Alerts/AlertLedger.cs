namespace Basewatch.Core.Alerts;

/// <summary>What one channel was told of one owner's repositories. It is written whole, so that all that is decided at once is kept at once.</summary>
public sealed record AlertLedger
{
    /// <summary>Nothing was told yet.</summary>
    public static AlertLedger Empty { get; } = new();

    /// <summary>How often something was decided.</summary>
    public int Sequence { get; init; }

    /// <summary>The messages of the last decision: whichever of them still waits for this to be written has to be sent.</summary>
    public IReadOnlyList<string> Outbox { get; init; } = [];

    /// <summary>What was told of ends, by <see cref="EndingSubject.Subject"/>.</summary>
    public IReadOnlyDictionary<string, ToldSubject> Subjects { get; init; } = new SortedDictionary<string, ToldSubject>(StringComparer.Ordinal);

    /// <summary>The last day on which ends were told.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>How many messages that day.</summary>
    public int Cards { get; init; }

    /// <summary>Remarks that were told, as <see cref="PlaceSet"/>.</summary>
    public string Remarks { get; init; } = "";

    /// <summary>The last day on which remarks were told.</summary>
    public DateOnly? RemarksDay { get; init; }

    /// <summary>The last day on which waiting pull requests were told.</summary>
    public DateOnly? WaitingDay { get; init; }

    /// <summary>The last day on which merges were told.</summary>
    public DateOnly? MergedDay { get; init; }

    /// <summary>Merges that were told and are still remembered, as <see cref="PlaceSet"/>.</summary>
    public string Merged { get; init; } = "";

    /// <summary>What was told to fail, and is not told to be over yet.</summary>
    public IReadOnlyList<string> Failing { get; init; } = [];

    /// <summary>The last day on which failures were told.</summary>
    public DateOnly? FailureDay { get; init; }

    /// <summary>What was told not to be built again as it should be, and is not told to be over yet.</summary>
    public IReadOnlyList<string> Rebuilds { get; init; } = [];

    /// <summary>What was told of rollouts, and is still as it was told.</summary>
    public IReadOnlyList<string> Rollouts { get; init; } = [];

    /// <summary>The last week that was summed up, by its day.</summary>
    public DateOnly? DigestDay { get; init; }
}

/// <summary>What was told of something that ends.</summary>
/// <param name="Key"><see cref="EndingSubject.Key"/>.</param>
/// <param name="Eol">The end that was told.</param>
/// <param name="Mark">The tightest threshold that was told.</param>
/// <param name="Since">When it was told first.</param>
/// <param name="Day">When it was told last.</param>
/// <param name="Places">The places that were told of, as <see cref="PlaceSet"/>.</param>
public sealed record ToldSubject(string Key, DateOnly? Eol, int Mark, DateOnly Since, DateOnly Day, string Places)
{
    /// <summary>For people: <c>Python 3.8</c>.</summary>
    public string Title { get; init; } = Key;

    /// <summary>The day on which nothing depended on it any more.</summary>
    public DateOnly? Gone { get; init; }

    /// <summary>When the rest was put down after which it was told again.</summary>
    public DateTimeOffset? Woken { get; init; }
}
