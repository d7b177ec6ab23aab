namespace Basewatch.Core.Ports;

/// <summary>Links among a repository's files, as Git keeps them: a file whose content is the path that it leads to.</summary>
public static class RepositoryLink
{
    /// <summary>What is said of a link that can't be followed.</summary>
    public const string Broken = "the link leads to no file of the repository";

    /// <summary>The path that a link leads to, from the root; null where that is outside of the repository, or the root itself.</summary>
    /// <param name="path">The link, from the root.</param>
    /// <param name="target">What stands in it. Hostile.</param>
    public static string? TargetOf(string path, string target)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(target);
        if (target.StartsWith('/'))
        {
            return null;
        }

        List<string> names = [.. path.Split('/')[..^1]];
        foreach (var name in target.TrimEnd('/').Split('/'))
        {
            switch (name)
            {
                case "" or ".":
                    break;
                case ".." when names.Count == 0:
                    return null;
                case "..":
                    names.RemoveAt(names.Count - 1);
                    break;
                default:
                    names.Add(name);
                    break;
            }
        }

        return names.Count == 0 ? null : string.Join('/', names);
    }
}
