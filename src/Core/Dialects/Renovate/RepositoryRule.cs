using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>A use of an image as Renovate would see it.</summary>
/// <param name="ImageReader">The manager that reads it.</param>
/// <param name="Path">The file.</param>
/// <param name="DepName">The image's name without what Renovate leaves out of it.</param>
/// <param name="PackageName">The image's name.</param>
/// <param name="Tag">Its tag; empty where it has none.</param>
internal sealed record RenovateUse(ImageReader ImageReader, string Path, string DepName, string PackageName, string Tag);

/// <summary>One of <c>packageRules</c>.</summary>
/// <param name="Node">Where it is written.</param>
/// <param name="Matches">What has to hold of the use.</param>
/// <param name="OfTag">What has to hold of its tag as it is now.</param>
/// <param name="Whole">What has to hold of tag and update, and what is set of what the policy knows.</param>
/// <param name="Words">That, as the policy reads it; null where nothing is left of it.</param>
/// <param name="Settings">All that it sets.</param>
/// <param name="IsOwn">Whether it is a rule of the configuration's own, and not of a preset.</param>
internal sealed record RepositoryRule(
    YamlMapping Node, IReadOnlyList<Predicate<RenovateUse>> Matches, PackageRule OfTag, PackageRule Whole, YamlMapping? Words, YamlMapping Settings, bool IsOwn)
{
    /// <summary>The section of an older release that it is: <c>docker</c>.</summary>
    public string? Section { get; init; }

    /// <summary>Whether it is for a use, whatever its tag.</summary>
    public bool Holds(RenovateUse use)
    {
        foreach (var match in Matches)
        {
            if (!match(use))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A manager with the settings that it has in a repository.</summary>
/// <param name="Id">Tells it from others.</param>
/// <param name="ImageReader">The manager.</param>
/// <param name="Formats">What of ours reads the same.</param>
/// <param name="Files">Patterns of its files; null where one of them is wrong, so that it may be any.</param>
/// <param name="Settings">The settings of its images before any rule.</param>
/// <param name="IgnoredFiles">Files that it leaves out, each with how it is written.</param>
/// <param name="IncludedFiles">The only files that it reads; none: all.</param>
/// <param name="IgnoredNames">Images that it leaves as they are.</param>
/// <param name="Rules">Rules of its own.</param>
/// <param name="Off">Why it is switched off, and the line that says so.</param>
internal sealed record RepositoryImageReader(
    string Id,
    ImageReader ImageReader,
    IReadOnlyList<string> Formats,
    IReadOnlyList<Predicate<string>>? Files,
    YamlMapping Settings,
    IReadOnlyList<(YamlScalar Text, Predicate<string> Matches)> IgnoredFiles,
    IReadOnlyList<(YamlScalar Text, Predicate<string> Matches)> IncludedFiles,
    IReadOnlyList<YamlScalar> IgnoredNames,
    IReadOnlyList<RepositoryRule> Rules,
    (string Reason, int Line)? Off)
{
    /// <summary>Whether it would read a file.</summary>
    public bool Reads(string path)
    {
        foreach (var file in Files ?? [])
        {
            if (file(path))
            {
                return true;
            }
        }

        return Files is null;
    }
}
