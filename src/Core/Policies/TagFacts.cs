using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// What a policy may know of tags beside their names. A registry is asked only for what a decision needs: a policy looks a fact
/// up, and what could be had and isn't at hand is noted as lacking. Such a decision is none yet; the policy is asked again
/// when the facts are there, and so may answer anything meanwhile.
/// </summary>
public sealed class TagFacts
{
    /// <summary>Tags whose dates, and as many whose digests, one decision may ask for.</summary>
    public const int Most = 50;

    private readonly Func<string, TagFact<TagDate>> _dates;
    private readonly Func<string, TagFact<Digest>> _digests;
    private readonly HashSet<string> _askedDates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _askedDigests = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lackingDates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lackingDigests = new(StringComparer.Ordinal);

    /// <summary>Facts for one decision.</summary>
    /// <param name="dates">When a tag's image was made.</param>
    /// <param name="digests">What a tag names now.</param>
    public TagFacts(Func<string, TagFact<TagDate>> dates, Func<string, TagFact<Digest>> digests) => (_dates, _digests) = (dates, digests);

    /// <summary>Nothing is known, and nothing more can be had.</summary>
    public static TagFacts None { get; } = Of();

    /// <summary>Tags whose dates the decision needs.</summary>
    public IReadOnlySet<string> LackingDates => _lackingDates;

    /// <summary>Tags whose digests the decision needs.</summary>
    public IReadOnlySet<string> LackingDigests => _lackingDigests;

    /// <summary>Whether nothing is lacking so far.</summary>
    public bool IsWhole => _lackingDates.Count == 0 && _lackingDigests.Count == 0;

    /// <summary>Whether more was wanted than <see cref="Most"/>.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether more dates were wanted than that.</summary>
    public bool AreDatesCut { get; private set; }

    /// <summary>Whether the decision rests on any fact.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Why a fact is not known that the decision needs: then nothing may be decided.</summary>
    public string? Problem { get; private set; }

    /// <summary>All that there is to know.</summary>
    public static TagFacts Of(IReadOnlyDictionary<string, DateTimeOffset>? pushed = null, IReadOnlyDictionary<string, Digest>? digests = null) => new(
        tag => pushed is not null && pushed.TryGetValue(tag, out var at) ? new(new TagDate(at, DateSource.Given)) : default,
        tag => digests is not null && digests.TryGetValue(tag, out var digest) ? new(digest) : default);

    /// <summary>When a tag's image was made, as far as it is at hand. Nothing is noted.</summary>
    public TagFact<TagDate> PeekDate(string tag)
    {
        IsUsed = true;
        return _dates(tag);
    }

    /// <summary>When a tag's image was made. It is noted where that can be had and is not at hand.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="passedOver">Tags whose dates were asked for before, and which they ruled out.</param>
    public TagFact<TagDate> DateOf(string tag, int passedOver = 0) => Note(tag, PeekDate(tag), _askedDates, _lackingDates, passedOver);

    /// <summary>What a tag names now. It is noted where that can be had and is not at hand.</summary>
    public TagFact<Digest> DigestOf(string tag)
    {
        IsUsed = true;
        return Note(tag, _digests(tag), _askedDigests, _lackingDigests, 0);
    }

    private TagFact<T> Note<T>(string tag, TagFact<T> fact, HashSet<string> asked, HashSet<string> lacking, int passedOver)
        where T : class
    {
        Problem ??= fact.Problem;
        if (asked.Count + passedOver >= Most && fact.IsOpen && !asked.Contains(tag))
        {
            IsCut = true;
            AreDatesCut |= asked == _askedDates;
            return default;
        }

        asked.Add(tag);
        if (fact.IsOpen && fact.Problem is null)
        {
            lacking.Add(tag);
        }

        return fact;
    }
}

/// <summary>A fact of a tag.</summary>
/// <param name="Value">Null where there is none, or none at hand.</param>
/// <param name="IsOpen">Whether nobody knows yet if there is one.</param>
/// <param name="Problem">Why the registry did not say.</param>
public readonly record struct TagFact<T>(T? Value, bool IsOpen = false, string? Problem = null)
    where T : class;
