using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;

namespace Basewatch.Core.Formats.Packages;

/// <summary>Where the use of an image stands in the same file.</summary>
/// <param name="Line"><see cref="ImageUse.Line"/>.</param>
/// <param name="Column"><see cref="ImageUse.Column"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BasePlace(int Line, int Column);

/// <summary>One place in a Dockerfile that names a version of a package.</summary>
public sealed record PackageUse
{
    /// <summary>Path of the file from the root of the repository, with slashes.</summary>
    public required string Path { get; init; }

    /// <summary>Line of the version's first character, from 1; where that can't be known, of the instruction.</summary>
    public required int Line { get; init; }

    /// <summary>Column of it, from 1.</summary>
    public required int Column { get; init; }

    /// <summary>Where it comes from.</summary>
    public required PackageEcosystem Ecosystem { get; init; }

    /// <summary>The package, without version and architecture.</summary>
    public required string Name { get; init; }

    /// <summary>The version, with where it is written: it alone is ever changed.</summary>
    public required WrittenText Version { get; init; }

    /// <summary>What the pin allows.</summary>
    public PackageConstraint Constraint { get; init; }

    /// <summary>The architecture that is asked for, by the distribution's name for it; null: that of the platform.</summary>
    public string? Architecture { get; init; }

    /// <summary>Suite of the archive that it is asked from, as <c>apt-get -t bookworm-backports</c> has it; null: those of the base.</summary>
    public string? Target { get; init; }

    /// <summary>The images that the stage may be built on: more than one where a variable chooses; none for one from scratch.</summary>
    public IReadOnlyList<BasePlace> Bases { get; init; } = [];

    /// <summary>The platform of the stage, where the file asks for one.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Whether its stage, or one that it is built on here, adds sources of packages: what the distribution's archive lacks may come from there.</summary>
    public bool HasOwnSources { get; init; }

    /// <summary>Why it can't be judged or moved, in a few words for people.</summary>
    public string? Skip { get; init; }

    /// <summary>The edit that makes it ask for another version.</summary>
    public bool TryMove(string version, [NotNullWhen(true)] out TextEdit? edit, [NotNullWhen(false)] out string? problem)
    {
        problem = Skip;
        edit = null;
        if (problem is null && !Version.TryReplace(.., version, out edit))
        {
            problem = "the version is put together from several places in the file, and no single edit changes it";
        }

        return problem is null && edit is not null;
    }
}
