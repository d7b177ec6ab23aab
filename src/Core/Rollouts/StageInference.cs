namespace Basewatch.Core.Rollouts;

/// <summary>Placeholder until merged.</summary>
public static class StageInference
{
    /// <summary>Nothing.</summary>
    public static Rollout Infer(IEnumerable<string> paths) => paths.Any() ? Rollout.None with { Stages = [] } : Rollout.None;
}
