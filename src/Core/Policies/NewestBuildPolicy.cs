using System.Globalization;

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
        var known = question.Pushed;
        var (undated, isHeld) = (0, false);
        string? newest = null;
        DateTimeOffset latest = default;
        foreach (var tag in question.Candidates)
        {
            isHeld |= tag == question.Current;
            if (!known.TryGetValue(tag, out var pushed))
            {
                undated++;
            }
            else if (newest is null || pushed > latest || (pushed == latest && string.CompareOrdinal(tag, newest) > 0))
            {
                (newest, latest) = (tag, pushed);
            }
        }

        var remark = undated == 0 ? "" : $"; of {undated} tags nobody knows when they were pushed";
        if (newest is null)
        {
            return Verdict.Stay(undated == 0 ? "there is no tag" : "of no tag it is known when it was pushed");
        }

        if (question.Current is not { } current)
        {
            return new Verdict(newest, UpdateKind.Major, Reason(latest) + remark);
        }

        if (!known.TryGetValue(current, out var present))
        {
            // One that is gone is no longer the newest of anything.
            return isHeld
                ? Verdict.Stay($"nobody knows when {current} was pushed, so none can be told to be newer")
                : new Verdict(newest, UpdateKind.Major, $"{Reason(latest)}; {current} is not in the registry any more{remark}");
        }

        return latest <= present
            ? Verdict.Stay($"{current} was pushed last{remark}")
            : new Verdict(newest, Ranking.Kind(current, newest), Reason(latest) + remark);
    }

    private static string Reason(DateTimeOffset pushed) => string.Create(CultureInfo.InvariantCulture, $"pushed last, on {pushed.UtcDateTime:yyyy-MM-dd}");
}
