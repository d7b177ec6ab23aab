namespace Basewatch.Core.Formats;

/// <summary>
/// Where a buildpack comes from: an image, a folder, an archive, the builder itself or the registry of buildpacks
/// (<see href="https://buildpacks.io/docs/for-app-developers/how-to/build-inputs/specify-buildpacks/"/>).
/// </summary>
internal static class BuildpackLocator
{
    private static readonly string[] Schemes = ["docker://", "docker:/", "registry://"];

    /// <summary>Whether it is an image: one says so, or it has a tag, a digest or a registry.</summary>
    public static bool IsImage(string locator) =>
        Schemes.Any(s => locator.StartsWith(s, StringComparison.Ordinal))
        || (!locator.Contains("://", StringComparison.Ordinal) && !locator.StartsWith("urn:", StringComparison.Ordinal) && !locator.StartsWith("from=", StringComparison.Ordinal)
            && !locator.StartsWith('.') && !locator.StartsWith('/') && PlainReference.Is(locator));

    /// <summary>The image without what says that it is one.</summary>
    public static WrittenText WithoutScheme(WrittenText locator)
    {
        var scheme = SchemeOf(locator.Value);
        return scheme.Length == 0 ? locator : locator.Slice(scheme.Length..);
    }

    /// <summary>What says that it is an image; empty where nothing does.</summary>
    public static string SchemeOf(string locator) => Array.Find(Schemes, s => locator.StartsWith(s, StringComparison.Ordinal)) ?? "";
}
