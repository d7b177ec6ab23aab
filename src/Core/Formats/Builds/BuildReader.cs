namespace Basewatch.Core.Formats.Builds;

/// <summary>
/// Finds which images a repository builds from which Dockerfiles: in Compose files, bake files, Skaffold's, GitHub's workflows, tasks of
/// Azure Container Registry, and wherever a pipeline runs <c>docker build</c>.
/// </summary>
internal static class BuildReader
{
    private const int MostBuilds = 1000;

    /// <summary>Whether a file may say so, by its undecoded bytes.</summary>
    public static bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("build"u8) >= 0
            ? bytes.IndexOf("image:"u8) >= 0 || bytes.IndexOf("build-push-action"u8) >= 0 || CommandBuilds.MayBe(bytes) || IsBake(path) || IsAcrTask(bytes)
            : IsBake(path) && bytes.IndexOf("tags"u8) >= 0;

    /// <summary>Every build that a file names, each once.</summary>
    public static IReadOnlyList<ImageBuild> Read(SourceFile file) =>
        [.. Find(file).OfType<ImageBuild>().Distinct().Take(MostBuilds)];

    private static IEnumerable<ImageBuild?> Find(SourceFile file)
    {
        var isYaml = file.Path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || file.Path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);
        if (IsBake(file.Path))
        {
            return BakeBuilds.Read(file);
        }

        if (!isYaml)
        {
            return CommandBuilds.Read(file.Text, "", static _ => null);
        }

        return file.Path.Contains("/workflows/", StringComparison.Ordinal) || file.Name.StartsWith("action.", StringComparison.OrdinalIgnoreCase) ? WorkflowBuilds.Read(file)
            : file.Text.Contains("skaffold/", StringComparison.Ordinal) ? SkaffoldBuilds.Read(file)
            : file.Text.Contains("services:", StringComparison.Ordinal) && file.Text.Contains("build:", StringComparison.Ordinal) ? ComposeBuilds.Read(file).Concat(Commands(file))
            : file.Text.Contains("- build:", StringComparison.Ordinal) && file.Text.Contains("steps:", StringComparison.Ordinal) ? AcrTaskBuilds.Read(file).Concat(Commands(file))
            : Commands(file);
    }

    private static IEnumerable<ImageBuild?> Commands(SourceFile file) => CommandBuilds.Read(file.Text, "", static _ => null);

    private static bool IsBake(string path) => path.AsSpan(path.LastIndexOf('/') + 1) is var name
        && (name.EndsWith(".hcl", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) && name.Contains("bake", StringComparison.OrdinalIgnoreCase);

    private static bool IsAcrTask(ReadOnlySpan<byte> bytes) => bytes.IndexOf("- build:"u8) >= 0;

    /// <summary>The folder of a file, from the root; empty for the root.</summary>
    public static string FolderOf(SourceFile file) => file.Path.LastIndexOf('/') is > 0 and var slash ? file.Path[..slash] : "";

    /// <summary>
    /// The path of a Dockerfile.
    /// </summary>
    /// <param name="folder">The folder that the context is relative to.</param>
    /// <param name="context">The context; null or empty: the folder itself.</param>
    /// <param name="dockerfile">The Dockerfile; null or empty: <c>Dockerfile</c> in the context.</param>
    /// <param name="isInContext">Whether it is relative to the context, not to the folder.</param>
    /// <returns>The path from the root; null where it lies elsewhere or is known only when it is built.</returns>
    public static string? PathOf(string folder, string? context, string? dockerfile, bool isInContext)
    {
        context = string.IsNullOrEmpty(context) ? "." : context;
        if (!string.IsNullOrEmpty(dockerfile) && !isInContext)
        {
            return Join(folder, dockerfile);
        }

        return context.Contains("://", StringComparison.Ordinal) || context.Contains("git@", StringComparison.Ordinal) ? null
            : Join(folder, context) is { } at ? Join(at, string.IsNullOrEmpty(dockerfile) ? "Dockerfile" : dockerfile)
            : null;
    }

    /// <summary>A path below the root, without <c>.</c> and <c>..</c>; null where it leaves it, or has variables.</summary>
    public static string? Join(string folder, string path)
    {
        if (ImageBuild.IsOpen(path) || path.StartsWith('/') || path.StartsWith('~') || path.Length > 1000)
        {
            return null;
        }

        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
