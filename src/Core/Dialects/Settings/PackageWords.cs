using Basewatch.Core.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>What our own configuration says of pinned packages.</summary>
public sealed record PackageWords
{
    /// <summary>Nothing is said.</summary>
    public static PackageWords None { get; } = new();

    /// <summary>Whether they are looked after, where nothing is said of an ecosystem; null: nothing is said.</summary>
    public bool? Enabled { get; init; }

    /// <summary>How far each ecosystem goes: <see cref="UpdateKind.None"/> for one that is switched off.</summary>
    public IReadOnlyDictionary<PackageEcosystem, UpdateKind> Levels { get; init; } = new Dictionary<PackageEcosystem, UpdateKind>();

    /// <summary>The suites of images whose tags don't say them: patterns of names, and the suite of each. The first counts.</summary>
    public IReadOnlyList<(string Images, Suite Suite)> Bases { get; init; } = [];

    /// <summary>These words, and where they say nothing, others.</summary>
    public PackageWords Over(PackageWords other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var levels = Enabled is null ? new Dictionary<PackageEcosystem, UpdateKind>(other.Levels) : [];
        foreach (var (ecosystem, level) in Levels)
        {
            levels[ecosystem] = level;
        }

        return new() { Enabled = Enabled ?? other.Enabled, Levels = levels, Bases = [.. Bases, .. other.Bases] };
    }
}
