using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>What a repository says of itself in <see cref="Path"/>.</summary>
public sealed record RepositoryConfiguration
{
    /// <summary>Where it is, from the root of the repository.</summary>
    public const string Path = ".github/basewatch.yml";

    /// <summary>Where it may be as well; of both, <see cref="Path"/> is read.</summary>
    public const string OtherPath = ".github/basewatch.yaml";

    /// <summary>Without a file.</summary>
    public static RepositoryConfiguration Empty { get; } = new();

    /// <summary>In order; the first that is for a use counts.</summary>
    public IReadOnlyList<ScopedRule> Rules { get; init; } = [];

    /// <summary>The files that are left out of everything: rules that switch off, for files alone.</summary>
    public IReadOnlyList<ScopedRule> LeftOut { get; init; } = [];

    /// <summary>Formats of its own.</summary>
    public IReadOnlyList<RegexFormat> Formats { get; init; } = [];

    /// <summary>The rule for uses that no other is for; null where nothing is said.</summary>
    public PolicyRule? Fallback { get; init; }

    /// <summary>What is said of pull requests as a whole.</summary>
    public PullRequestWords PullRequests { get; init; } = PullRequestWords.None;

    /// <summary>Whether a file is one of the two.</summary>
    public static bool IsPath(string path) => path is Path or OtherPath;

    /// <summary>Files that a person took for the configuration, by their names, and that are not read.</summary>
    /// <param name="paths">Files of the repository, from its root.</param>
    public static IEnumerable<FileProblem> Misplaced(IReadOnlyCollection<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var read = paths.Contains(Path, StringComparer.Ordinal) ? Path : paths.Contains(OtherPath, StringComparer.Ordinal) ? OtherPath : null;
        return paths
            .Where(p => p != read && (read is not null || !IsPath(p)) && IsNamedAlike(p))
            .Select(p => new FileProblem(p, null, read is null ? $"this file is not read: move it to {Path}" : $"this file is not read: {read} is"));
    }

    private static bool IsNamedAlike(string path)
    {
        var slash = path.LastIndexOf('/');
        return path[..Math.Max(slash, 0)].ToLowerInvariant() is "" or ".github" && path[(slash + 1)..].TrimStart('.').ToLowerInvariant() is "basewatch.yml" or "basewatch.yaml";
    }

    /// <summary>The configuration of a repository whose own is wrong: everything stays as it is.</summary>
    public static RepositoryConfiguration Wrong(FileProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var rule = new ScopedRule(UseScope.All, PolicyRule.SwitchOff("it is wrong", new RuleSource(problem.Path, problem.Line, PolicyText.Docker.Dialect)));
        return new() { LeftOut = [rule], IsWrong = true };
    }

    /// <summary>This configuration, and where it says nothing, another one.</summary>
    public RepositoryConfiguration Over(RepositoryConfiguration other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Rules = [.. Rules, .. other.Rules],
            LeftOut = [.. LeftOut, .. other.LeftOut],
            Formats = [.. Formats, .. other.Formats.ExceptBy(Formats.Select(f => f.Name), f => f.Name, StringComparer.Ordinal)],
            Fallback = Fallback ?? other.Fallback,
            PullRequests = PullRequests.Over(other.PullRequests),
            IsWrong = IsWrong || other.IsWrong,
        };
    }

    /// <summary>Whether it is <see cref="Wrong"/>, or one that it was put over.</summary>
    public bool IsWrong { get; private init; }

    /// <summary>Whether a file is left out, unread. By one that is wrong none is: what it uses stays known.</summary>
    public bool Ignores(string path) => !IsWrong && LeftOut.Any(r => r.Scope.HoldsFile(path));
}

/// <summary>A configuration, or all that is wrong with it.</summary>
/// <param name="Configuration">Null where there are errors: then nothing may be done by it.</param>
/// <param name="Errors">In the order of their lines.</param>
public sealed record ConfigurationReading(RepositoryConfiguration? Configuration, IReadOnlyList<FileProblem> Errors);
