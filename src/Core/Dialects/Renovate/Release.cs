namespace Basewatch.Core.Dialects.Renovate;

/// <summary>A tag as one of Renovate's versionings reads it.</summary>
/// <param name="Text">The version as it is written.</param>
/// <param name="Numbers">Its numbers as JavaScript has them: exact up to 2^53.</param>
internal record Release(string Text, double[] Numbers)
{
    /// <summary>What makes it a pre-release; empty where nothing does.</summary>
    public string PreRelease { get; init; } = "";

    /// <summary>What stands behind the version: a flavour, a distribution.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>What another version has to have too; null where the versioning knows none.</summary>
    public string? Compatibility { get; init; }

    /// <summary>The day in a tag such as <c>jammy-20240125</c>; null where there is none.</summary>
    public double? Day { get; init; }

    /// <summary>The first number.</summary>
    public double? Major => Section(0);

    /// <summary>The second number.</summary>
    public double? Minor => Section(1);

    /// <summary>The third number.</summary>
    public double? Patch => Section(2);

    /// <summary>Whether both have the same number at a place, or neither has one. What is not a number is never the same.</summary>
    public bool HasSame(int index, Release other) =>
        index < Numbers.Length && index < other.Numbers.Length ? Numbers[index] == other.Numbers[index] : index >= Numbers.Length && index >= other.Numbers.Length;

    /// <summary>A number by its place; null where there is none.</summary>
    public double? Section(int index) => index < Numbers.Length && !double.IsNaN(Numbers[index]) ? Numbers[index] : null;
}
