using System.Globalization;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Alerts;

/// <summary>Something that ends, and all that depends on it.</summary>
/// <param name="Subject">What people let rest: <c>python 3.8 eol 2024-10-07</c>.</param>
/// <param name="Life">What ends, of the first use.</param>
/// <param name="Uses">Every place, by the image that is used there.</param>
public sealed record EndingSubject(string Subject, Life Life, IReadOnlyList<EndingUse> Uses)
{
    /// <summary>What tells it from others whatever its date.</summary>
    public string Key => KeyOf(Life);

    /// <summary>Names what ends, and when.</summary>
    public static string SubjectOf(Life life)
    {
        ArgumentNullException.ThrowIfNull(life);
        return life.Eol is { } eol ? $"{KeyOf(life)} eol {eol.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : $"{KeyOf(life)} ended";
    }

    private static string KeyOf(Life life) => life.Cycle is null ? life.Key : $"{life.Key} {life.Cycle}";
}

/// <summary>A place, and the image that it uses.</summary>
/// <param name="Line">The image and its lives.</param>
/// <param name="Place">The place.</param>
public sealed record EndingUse(ImageLine Line, AlertPlace Place)
{
    /// <summary>
    /// What tells it from others: repository, file and image. Its line may move and its tag change: as long as it is of the same cycle,
    /// whoever was told of it knows.
    /// </summary>
    public string Identity => PlaceSet.Hash($"{Place.Repository.ToLowerInvariant()}\n{Place.Path}\n{Line.Image.Name.Canonical}");
}

/// <summary>That alerts about something rest.</summary>
/// <param name="Until">The first day on which they are told again; null: never.</param>
/// <param name="Reason">Why, in somebody's words.</param>
/// <param name="By">Who said so, where it is known.</param>
/// <param name="At">When.</param>
public sealed record Rest(DateOnly? Until, string? Reason, string? By, DateTimeOffset At)
{
    /// <summary>Whether it holds on a day.</summary>
    public bool IsActive(DateOnly today) => Until is not { } until || today < until;
}

/// <summary>What is to be told of an image, besides when it ends.</summary>
/// <param name="Line">The image and where it is used.</param>
/// <param name="Sentence">What.</param>
public sealed record ImageRemark(ImageLine Line, string Sentence)
{
    /// <summary>What people let rest. Numbers in the sentence, such as days, may change without a new word being said.</summary>
    public string Subject => $"{Line.Image.Canonical} remark {PlaceSet.Hash(string.Concat(Sentence.Where(c => !char.IsDigit(c))))}";
}
