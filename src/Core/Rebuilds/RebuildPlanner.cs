namespace Basewatch.Core.Rebuilds;

/// <summary>Decides which images are built now, and what the others wait for. Pure: it looks at the world as it is, and asks nothing.</summary>
public static class RebuildPlanner
{
    /// <summary>The plan.</summary>
    /// <param name="graph">What is built on what.</param>
    /// <param name="entries">The ledger, by <see cref="OwnImage.Key"/>; what is not there has no reason to be built.</param>
    /// <param name="limits">How many may run, and how soon.</param>
    /// <param name="now">The moment.</param>
    public static RebuildPlan Plan(RebuildGraph graph, IReadOnlyDictionary<string, RebuildEntry> entries, RebuildLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(limits);
        var steps = new List<RebuildStep>();
        var pending = new HashSet<OwnImage>();
        var blocked = new Dictionary<OwnImage, string>();
        var ready = new List<RebuildStep>();
        var running = entries.Values.Count(e => e.Stage is RebuildStage.Starting or RebuildStage.Running);
        foreach (var image in graph.Images)
        {
            if (Step(image, entries.GetValueOrDefault(image.Key)) is not { } step)
            {
                continue;
            }

            if (step.Action is RebuildAction.Stopped or RebuildAction.Blocked)
            {
                blocked[image] = step.For ?? image.Key;
            }
            else if (step.Action is RebuildAction.Start or RebuildAction.Build or RebuildAction.AwaitBase or RebuildAction.Gather or RebuildAction.Retry)
            {
                // Its digest is going to be another one.
                pending.Add(image);
            }

            steps.Add(step);
            if (step.Action == RebuildAction.Start)
            {
                ready.Add(step);
            }
        }

        var late = ready.Order(RebuildUrgency.Instance).Skip(Math.Max(0, limits.AtOnce - running)).ToHashSet();
        return new RebuildPlan([.. steps.Select(s => late.Contains(s) ? s with { Action = RebuildAction.AwaitTurn } : s)]);

        RebuildStep? Step(OwnImage image, RebuildEntry? entry)
        {
            var causes = entry?.Causes ?? [];
            var movesPin = MovesPin(image, causes);
            var step = new RebuildStep(image, graph.DepthOf(image), RebuildAction.Build, causes) { Method = entry is { IsBuilding: true } ? entry.Method : image.MethodFor(movesPin) };
            if (entry is { IsBuilding: true })
            {
                return step;
            }

            if (graph.IsCircular(image))
            {
                return step with { Action = RebuildAction.Circular, Method = null };
            }

            // What nobody can build waits for nothing, and nothing waits for it.
            if (step.Method is null)
            {
                return causes.Count == 0 ? null : step with { Action = entry!.Failures > 0 ? RebuildAction.Stopped : RebuildAction.NoMethod };
            }

            if (entry is { IsStopped: true } && causes.Count > 0)
            {
                return step with { Action = RebuildAction.Stopped };
            }

            var parents = image.Bases.Where(image.Follows).Select(graph.BuilderOf).OfType<OwnImage>().ToList();
            if (parents.Find(blocked.ContainsKey) is { } failed)
            {
                return step with { Action = RebuildAction.Blocked, For = blocked[failed] };
            }

            if (parents.Find(pending.Contains) is { } parent)
            {
                return step with { Action = RebuildAction.AwaitBase, For = parent.Key };
            }

            if (causes.Count == 0)
            {
                return null;
            }

            if (causes.All(entry!.IsInVain))
            {
                return step with { Action = RebuildAction.Unremedied };
            }

            if (entry!.NotBefore is { } notBefore && notBefore > now)
            {
                return step with { Action = RebuildAction.Retry, NotBefore = notBefore };
            }

            return Due(image, entry) is var due && due > now ? step with { Action = RebuildAction.Gather, NotBefore = due } : step with { Action = RebuildAction.Start };
        }

        // What an own base brings has been gathered below it.
        DateTimeOffset Due(OwnImage image, RebuildEntry entry)
        {
            var wait = entry.Causes.All(c => c.IsOfCommit) ? limits.CommitPatience
                : entry.Causes.Any(c => c.Reason != RebuildReason.BaseDigest || image.Bases.Any(b => (b with { Digest = null }).Familiar == c.Subject && graph.BuilderOf(b) is null)) ? limits.Window
                : TimeSpan.Zero;
            return (entry.Since ?? now) + wait;
        }
    }

    /// <summary>Whether what has moved is what the Dockerfile pins: then a build alone brings nothing.</summary>
    public static bool MovesPin(OwnImage image, IReadOnlyList<RebuildCause> causes)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(causes);
        return causes.Any(c => c.Reason == RebuildReason.BaseDigest && image.Bases.Any(b => b.Digest is { } pin && (b with { Digest = null }).Familiar == c.Subject && pin.ToString() != c.To));
    }
}
