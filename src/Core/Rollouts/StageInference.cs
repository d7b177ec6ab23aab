using Basewatch.Core.Dialects;

namespace Basewatch.Core.Rollouts;

/// <summary>
/// Stages of a repository that names its environments in common ways: by folders beside each other (<c>clusters/staging</c>,
/// <c>overlays/prod</c>, <c>envs/dev</c>), or by files of which only that word is another (<c>values-staging.yaml</c>).
/// </summary>
public static class StageInference
{
    /// <summary>More places than any repository has that means them so; then nothing is found, rather than a part.</summary>
    private const int MostPatterns = 2000;

    private const int DeepestPath = 64;

    private const char Gap = '\0';

    /// <summary>In their order: the name of the stage, and the words for it.</summary>
    private static readonly (string Stage, string[] Words)[] Environments =
    [
        ("dev", ["dev", "develop", "development"]),
        ("test", ["test", "testing", "qa", "integration", "int"]),
        ("staging", ["staging", "stage", "stg", "preprod", "pre-prod", "uat", "acceptance"]),
        ("production", ["production", "prod", "prd", "live"]),
    ];

    private static readonly Dictionary<string, int> Words = Environments.SelectMany((e, i) => e.Words.Select(w => KeyValuePair.Create(w, i))).ToDictionary(StringComparer.Ordinal);

    /// <summary>The least of the environments that nothing else is called by.</summary>
    private static readonly int Telling = Words["staging"];

    /// <summary>What holds environments by its name; elsewhere <c>dev</c> and <c>test</c> beside each other are most likely tools and tests.</summary>
    private static readonly HashSet<string> Homes = new(["overlays", "environments", "environment", "envs", "env", "clusters", "stages", "values"], StringComparer.Ordinal);

    /// <summary>Nothing of these is deployed.</summary>
    private static readonly HashSet<string> Foreign = new(["node_modules", "vendor", "testdata"], StringComparer.Ordinal);

    private static readonly string[] Endings = [".yaml", ".yml", ".tfvars", ".hcl"];

    private static readonly char[] Separators = ['.', '-', '_'];

    /// <summary>What means itself in no pattern for files.</summary>
    private static readonly char[] Special = ['*', '?', '{', '}'];

    /// <summary>The stages; <see cref="Rollout.None"/> where less than two environments are found.</summary>
    /// <param name="paths">Files of the repository, from its root.</param>
    public static Rollout Infer(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);

        // Patterns for files do not care about case.
        List<Named> all = [.. paths.Order(StringComparer.Ordinal).Select(p => new Named(p, p.ToLowerInvariant().Split('/'))).Where(IsLookedAt)];
        var found = Environments.Select(_ => new SortedSet<string>(StringComparer.Ordinal)).ToList();
        var folders = Groups(all.SelectMany(FoldersOf));
        var rest = new List<Named>();
        foreach (var path in all)
        {
            // The outermost counts: what is in production's folder is production's, whatever it is called.
            if (FoldersOf(path).FirstOrDefault(f => folders.Contains(f.Group)) is { Group: not null } folder)
            {
                found[folder.Environment].Add($"/{string.Join('/', path.Parts.Take(folder.At + 1))}/**");
            }
            else
            {
                rest.Add(path);
            }
        }

        var files = Groups(rest.Select(FileOf).OfType<Place>());
        foreach (var path in rest)
        {
            if (FileOf(path) is { } file && files.Contains(file.Group))
            {
                found[file.Environment].Add($"/{string.Join('/', path.Parts)}");
            }
        }

        if (found.Count(f => f.Count > 0) < 2 || found.Sum(f => f.Count) > MostPatterns)
        {
            return Rollout.None;
        }

        var stages = new List<Stage>();
        foreach (var ((name, _), patterns) in Environments.Zip(found).Where(e => e.Second.Count > 0))
        {
            stages.Add(new Stage(name, new UseScope([], [.. patterns])) { After = stages.Count == 0 ? [] : [stages[^1].Name] });
        }

        return new Rollout { Stages = stages };
    }

    /// <summary>Folders that begin with a dot have workflows and settings, which are called by what they do.</summary>
    private static bool IsLookedAt(Named path) =>
        path.Parts.Length is > 0 and <= DeepestPath && path.Text.IndexOfAny(Special) < 0 && !path.Text.Contains(Gap, StringComparison.Ordinal)
        && path.Parts.All(p => p.Length > 0) && !path.Parts.SkipLast(1).Any(p => p[0] == '.' || Foreign.Contains(p));

    /// <summary>The groups that have at least two environments.</summary>
    private static HashSet<string> Groups(IEnumerable<Place> places)
    {
        var groups = new Dictionary<string, (int Environments, bool IsHome)>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            var before = groups.GetValueOrDefault(place.Group);
            groups[place.Group] = (before.Environments | (1 << place.Environment), before.IsHome || place.IsHome);
        }

        return groups.Where(g => int.PopCount(g.Value.Environments) > 1 && (g.Value.IsHome || g.Value.Environments >> Telling > 0)).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The folders on the way to a file that are called as an environment, the outermost first.</summary>
    private static IEnumerable<Place> FoldersOf(Named path)
    {
        for (var i = 0; i < path.Parts.Length - 1; i++)
        {
            if (Words.TryGetValue(path.Parts[i], out var environment))
            {
                yield return new(string.Join('/', path.Parts.Take(i)), environment, i, i > 0 && Homes.Contains(path.Parts[i - 1]));
            }
        }
    }

    /// <summary>The environment that a file's name has; null where it has none, or more than one.</summary>
    private static Place? FileOf(Named path)
    {
        var name = path.Parts[^1];
        if (Array.Find(Endings, e => name.EndsWith(e, StringComparison.Ordinal)) is not { } ending)
        {
            return null;
        }

        var stem = name[..^ending.Length];
        Place? found = null;
        var start = 0;
        while (start <= stem.Length)
        {
            var end = EndOf(stem, start);
            if (stem[start..end] is "pre" && end < stem.Length && stem[(end + 1)..EndOf(stem, end + 1)] is "prod")
            {
                end = EndOf(stem, end + 1);
            }

            var word = stem[start..end];
            if (Words.TryGetValue(word.Replace('_', '-').Replace('.', '-'), out var environment) && !IsDenied(stem, start))
            {
                if (found is not null)
                {
                    return null;
                }

                var folder = path.Parts.Length > 1 ? path.Parts[^2] : "";
                found = new($"{string.Join('/', path.Parts.SkipLast(1))}/{stem[..start]}{Gap}{stem[end..]}{ending}", environment, path.Parts.Length - 1, Homes.Contains(folder) || stem.Split(Separators).Contains("values", StringComparer.Ordinal));
            }

            start = end + 1;
        }

        return found;
    }

    private static int EndOf(string stem, int start) => stem.IndexOfAny(Separators, start) is >= 0 and var end ? end : stem.Length;

    /// <summary><c>values-non-prod.yaml</c> is for all but that.</summary>
    private static bool IsDenied(string stem, int start) => start > 0 && stem[..(start - 1)].Split(Separators)[^1] is "non" or "not" or "no";

    /// <summary>A path, and its names in lower case.</summary>
    private sealed record Named(string Text, string[] Parts);

    /// <summary>A name that is an environment's.</summary>
    /// <param name="Group">What has to have another environment too.</param>
    /// <param name="Environment">Which one.</param>
    /// <param name="At">Which of the path's names.</param>
    /// <param name="IsHome">Whether it is where environments are.</param>
    private sealed record Place(string Group, int Environment, int At, bool IsHome);
}
