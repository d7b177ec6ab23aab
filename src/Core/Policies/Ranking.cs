using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>What the policies share that rank each tag by itself and take the last or the first.</summary>
internal static class Ranking
{
    /// <summary>The rank of a tag; false where it has none.</summary>
    public delegate bool TryRank<T>(string tag, out T rank);

    /// <summary>
    /// The best of all that have a rank. A current tag without one is replaced: such a policy names the tags that are wanted,
    /// and the current one is not among them.
    /// </summary>
    /// <param name="question">The question.</param>
    /// <param name="order">Which end is the newest.</param>
    /// <param name="rank">Ranks a tag.</param>
    /// <param name="compare">Compares two ranks, ascending.</param>
    /// <param name="best">Describes the best one: <c>the highest number</c>.</param>
    /// <param name="any">Describes any one: <c>a number</c>.</param>
    public static Verdict Decide<T>(TagQuestion question, SortOrder order, TryRank<T> rank, Comparison<T> compare, string best, string any)
    {
        var sign = order == SortOrder.Ascending ? 1 : -1;
        string? selected = null;
        var highest = default(T)!;
        foreach (var tag in question.Candidates)
        {
            if (rank(tag, out var its) && (selected is null || IsBetter(tag, its, selected, highest)))
            {
                (selected, highest) = (tag, its);
            }
        }

        if (selected is null)
        {
            return Verdict.Stay($"no tag is {any}");
        }

        if (question.Current is not { } current)
        {
            return new Verdict(selected, UpdateKind.Major, best);
        }

        if (!rank(current, out var present))
        {
            return new Verdict(selected, UpdateKind.Major, $"{best}; {current} is not {any}");
        }

        return sign * compare(highest, present) <= 0
            ? Verdict.Stay($"{current} is {best}")
            : new Verdict(selected, Kind(current, selected), best);

        bool IsBetter(string tag, T its, string other, T others)
        {
            var difference = sign * compare(its, others);
            return difference > 0 || (difference == 0 && string.CompareOrdinal(tag, other) > 0);
        }
    }

    /// <summary>
    /// Tags in an order that is worth asking for dates in: where there are more than may be asked for, the last in natural order
    /// first, which is where versions, dates and counted builds have their newest.
    /// </summary>
    public static IReadOnlyList<string> LikelyNewestFirst(IReadOnlyList<string> tags)
    {
        if (tags.Count <= TagFacts.Most)
        {
            return tags;
        }

        var ordered = tags.ToArray();
        Array.Sort(ordered, static (a, b) => NaturalOrder.Compare(b, a));
        return ordered;
    }

    /// <summary>Says where only some tags were looked at.</summary>
    public static string Remark(TagQuestion question) =>
        question.Facts.IsCut ? $"; of {question.Candidates.Count} tags only {TagFacts.Most} were looked at, the last in their order first" : "";

    /// <summary>Versions say how far it is; of numbers, dates and words nobody knows.</summary>
    public static UpdateKind Kind(string current, string selected)
    {
        var (from, to) = (TagVersion.Of(current), TagVersion.Of(selected));
        return from.Scheme == TagScheme.Version && from.Precision > 1 && to.IsWrittenLike(from) ? StepKind.Between(from, to) : UpdateKind.Minor;
    }
}
