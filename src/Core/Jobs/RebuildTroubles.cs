using Basewatch.Core.Alerts;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs;

/// <summary>What people have to see to of own images. Pure.</summary>
public static class RebuildTroubles
{
    /// <summary>Everything that is wrong, in the order of the plan.</summary>
    public static IReadOnlyList<RebuildTrouble> Of(RebuildPicture picture, RebuildLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return [.. picture.Plan(limits, now).Steps.Where(s => s.IsTrouble).Select(s => Of(picture, s))];
    }

    private static RebuildTrouble Of(RebuildPicture picture, RebuildStep step)
    {
        var entry = picture.Entries.GetValueOrDefault(step.Image.Key);
        var (what, why) = step.Action switch
        {
            RebuildAction.Stopped => ($"failed {(entry?.Failures >= RebuildEntry.MostFailures ? "three times in a row" : "to be built")}", entry?.Problem ?? ""),
            RebuildAction.Blocked => ("waits for an image that can't be built", picture.Graph.Find(step.For ?? "")?.Name.Familiar ?? ""),
            RebuildAction.Unremedied => (
                entry?.End == RebuildEnd.Unchanged ? "was built, and is what it was"
                : step.Causes.All(c => c.Reason == RebuildReason.Vulnerability) ? "was built, and still has what that was to mend"
                : "was built, and still is on what it was",
                string.Join("; ", step.Causes.Select(c => c.Words))),
            _ => ("is built, in the end, on itself", string.Join(", ", picture.Graph.ParentsOf(step.Image).Select(p => p.Name.Familiar))),
        };
        return new RebuildTrouble($"{step.Image.Key} {step.Action}", step.Image.Name.Familiar, step.Image.Repository, what, why) { Url = entry?.Url, IsWaiting = step.Action == RebuildAction.Blocked };
    }
}
