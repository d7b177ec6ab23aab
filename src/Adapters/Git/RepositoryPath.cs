namespace Basewatch.Adapters.Git;

/// <summary>Paths from the root of a repository, with slashes.</summary>
internal static class RepositoryPath
{
    /// <summary>Does it name a file below the root, and none of Git's own?</summary>
    public static bool IsInside(string path) =>
        !path.Contains('\0', StringComparison.Ordinal)
        && path.Split('/').All(p =>
            p is not ("" or "." or "..")
            && !p.Equals(".git", StringComparison.OrdinalIgnoreCase)
            && p.AsSpan().IndexOfAny(Path.DirectorySeparatorChar, Path.VolumeSeparatorChar) < 0);
}
