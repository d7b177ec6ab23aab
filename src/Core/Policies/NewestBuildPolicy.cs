using System.Globalization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>The tag that was pushed last. A tag whose day is not known can't be chosen.</summary>
public sealed class NewestBuildPolicy : IPolicy
{
    /// <inheritdoc/>
    public string Name => "newestBuild";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var facts = question.Facts;
        var present = question.Current is { } used ? facts.DateOf(used).Value : null;
        var (undated, isHeld) = (0, false);
        string? newest = null;
        TagDate? latest = null;
        foreach (var tag in Ranking.LikelyNewestFirst(question.Candidates))
        {
            isHeld |= tag == question.Current;
            if (facts.IsCut)
            {
                continue;
            }

            if (facts.DateOf(tag).Value is not { } date)
            {
                undated += facts.IsCut ? 0 : 1;
            }
            else if (latest is null || date.At > latest.At || (date.At == latest.At && string.CompareOrdinal(tag, newest) > 0))
            {
                (newest, latest) = (tag, date);
            }
        }

        var remark = (undated == 0 ? "" : $"; of {undated} tags nobody knows when they were pushed") + Ranking.Remark(question);
        if (newest is null || latest is null)
        {
            return Verdict.Stay(undated == 0 ? "there is no tag" : $"of no tag it is known when it was pushed{Ranking.Remark(question)}");
        }

        if (question.Current is not { } current)
        {
            return new Verdict(newest, UpdateKind.Major, Reason(latest) + remark);
        }

        if (present is null)
        {
            // One that is gone is no longer the newest of anything.
            return isHeld
                ? Verdict.Stay($"nobody knows when {current} was pushed, so none can be told to be newer")
                : new Verdict(newest, UpdateKind.Major, $"{Reason(latest)}; {current} is not in the registry any more{remark}");
        }

        return latest.At <= present.At
            ? Verdict.Stay($"{current} was {present.Verb} last{present.Origin}{remark}")
            : new Verdict(newest, Ranking.Kind(current, newest), Reason(latest) + remark);
    }

    private static string Reason(TagDate date) => string.Create(CultureInfo.InvariantCulture, $"{date.Verb} last, on {date.At.UtcDateTime:yyyy-MM-dd}{date.Origin}");
}
