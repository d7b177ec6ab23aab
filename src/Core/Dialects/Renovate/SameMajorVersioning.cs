namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// As <c>semver-coerced</c>, but a version stands for all from it on to the next major, and only another major is newer
/// (<c>versioning/same-major</c>). Its oddity: nothing is newer than a version of major 0.
/// </summary>
internal sealed class SameMajorVersioning : SemverCoercedVersioning
{
    public static new readonly SameMajorVersioning Instance = new();

    private SameMajorVersioning()
    {
    }

    public override string Name => "same-major";

    public override bool IsGreater(Release a, Release b) => b.Major > 0 && a.Major > b.Major;

    protected override string Widened(string text) => IsSingle(text) && Read(text) is { Major: { } major } ? $">={text} <{major + 1:F0}" : text;
}
