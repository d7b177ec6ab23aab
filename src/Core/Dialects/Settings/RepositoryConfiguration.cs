using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>What a repository says of itself in <see cref="Path"/>.</summary>
public sealed record RepositoryConfiguration
{
    /// <summary>Where it is, from the root of the repository.</summary>
    public const string Path = ".github/basewatch.yml";

    /// <summary>Without a file.</summary>
    public static RepositoryConfiguration Empty { get; } = new();

    /// <summary>In order; the first that is for a use counts.</summary>
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    /// <summary>The files that are left out of everything; null where none are.</summary>
    public PolicyRule? IgnorePaths { get; init; }

    /// <summary>Formats of its own.</summary>
    public IReadOnlyList<RegexFormat> Formats { get; init; } = [];

    /// <summary>The furthest step of uses that no rule is for; null where nothing is said.</summary>
    public UpdateKind? Furthest { get; init; }

    /// <summary>Where <see cref="Furthest"/> is written.</summary>
    public RuleSource? FurthestSource { get; init; }

    /// <summary>The policies of a repository with this configuration.</summary>
    /// <param name="before">Rules that go before its own; files that are left out stay so.</param>
    /// <param name="limit">The furthest step of the policy <c>docker</c>.</param>
    public PolicySet Policies(IReadOnlyList<PolicyRule> before, UpdateKind limit = UpdateKind.Major) => new(
        [.. IgnorePaths is null ? [] : (PolicyRule[])[IgnorePaths], .. before, .. Rules],
        Furthest is not { } furthest ? null : new PolicyRule(
            UseScope.All,
            furthest switch
            {
                UpdateKind.Digest => "digest",
                UpdateKind.Major => "docker",
                _ => $"docker {{level: {(furthest == UpdateKind.Patch ? "patch" : "minor")}}}",
            },
            furthest == UpdateKind.Digest ? new DigestPolicy() : new DockerPolicy(furthest)) { Source = FurthestSource },
        limit);

    /// <summary>Whether a file is left out.</summary>
    public bool Ignores(string path) => IgnorePaths is { } ignored && ignored.Scope.HoldsFile(path);
}

/// <summary>A configuration, or all that is wrong with it.</summary>
/// <param name="Configuration">Null where there are errors: then nothing may be done by it.</param>
/// <param name="Errors">In the order of their lines.</param>
public sealed record ConfigurationReading(RepositoryConfiguration? Configuration, IReadOnlyList<FileProblem> Errors);
