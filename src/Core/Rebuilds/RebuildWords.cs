namespace Basewatch.Core.Rebuilds;

/// <summary>What a configuration says of rebuilds.</summary>
public sealed record RebuildWords
{
    /// <summary>Nothing is said.</summary>
    public static RebuildWords None { get; } = new();

    /// <summary>False: nothing is rebuilt here; null: nothing is said.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The ways to have images built; the first that is for an image counts.</summary>
    public IReadOnlyList<RebuildMethod> With { get; init; } = [];

    /// <summary>Patterns for files that an image depends on; null: nothing is said.</summary>
    public IReadOnlyList<string>? Dependencies { get; init; }

    /// <summary>These words, and where they say nothing, others.</summary>
    public RebuildWords Over(RebuildWords other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new() { Enabled = Enabled ?? other.Enabled, With = [.. With, .. other.With], Dependencies = Dependencies ?? other.Dependencies };
    }

    /// <summary>The words of a repository that decides about itself alone.</summary>
    public RebuildWords WithoutFarReaching() => With.Any(m => m.IsFarReaching) ? this with { With = [.. With.Where(m => !m.IsFarReaching)] } : this;
}
