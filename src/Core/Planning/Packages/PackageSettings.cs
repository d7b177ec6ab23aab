using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.Packages;

/// <summary>Which pinned packages are looked after, and how far they go.</summary>
public sealed class PackageSettings
{
    private readonly PackageWords _words;

    private PackageSettings(PackageWords words) => _words = words;

    /// <summary>Where nobody says anything.</summary>
    public static PackageSettings Default { get; } = new(PackageWords.None);

    /// <summary>What a configuration says.</summary>
    public static PackageSettings Of(PackageWords words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return new PackageSettings(words);
    }

    /// <summary>The furthest step; <see cref="UpdateKind.None"/> where it is not looked after. What is of a distribution stays within its suite anyhow.</summary>
    public UpdateKind LevelOf(PackageEcosystem ecosystem) =>
        _words.Levels.TryGetValue(ecosystem, out var level) ? level : _words.Enabled == false ? UpdateKind.None : UpdateKind.Major;

    /// <summary>The suite that a configuration says an image is of; null where it says nothing.</summary>
    public Suite? SuiteOf(ImageReference image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (canonical, familiar) = (image.Name.Canonical, image.Name.Familiar);
        return _words.Bases.FirstOrDefault(b => Wildcard.Matches(b.Images, canonical) || Wildcard.Matches(b.Images, familiar) || b.Images == image.Familiar).Suite;
    }
}
