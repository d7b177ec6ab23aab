using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects;

/// <summary>Which uses a rule is for: by image, file and format. What is empty says nothing, so that an empty scope is for all.</summary>
public sealed class UseScope
{
    private const string Hub = "docker.io/";

    private readonly FilePattern[] _files;
    private readonly string[] _images;

    /// <summary>Makes a scope.</summary>
    /// <param name="images">Image names, familiar or canonical; <c>*</c> and <c>?</c> stand for anything: <c>python</c>, <c>ghcr.io/acme/*</c>.</param>
    /// <param name="files">Files as <see cref="FilePattern"/>s.</param>
    /// <param name="formats">Names of formats.</param>
    /// <exception cref="FormatException">A pattern for files is none.</exception>
    public UseScope(IReadOnlyList<string> images, IReadOnlyList<string>? files = null, IReadOnlyList<string>? formats = null)
    {
        (Images, Files, Formats) = (images, files ?? [], formats ?? []);
        _files = [.. Files.SelectMany(FilePattern.Parse)];
        _images = [.. Images.Select(CanonicalOf)];
    }

    /// <summary>Every use.</summary>
    public static UseScope All { get; } = new([]);

    /// <summary>Image names with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Images { get; }

    /// <summary>Patterns for files.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Names of formats.</summary>
    public IReadOnlyList<string> Formats { get; }

    /// <summary>Whether images alone decide.</summary>
    internal bool IsByImage => Files.Count == 0 && Formats.Count == 0;

    /// <summary>Whether the scope is for a use of an image in a file that a format reads.</summary>
    public bool Holds(ImageName image, string path, string format)
    {
        ArgumentNullException.ThrowIfNull(image);
        return (Formats.Count == 0 || Formats.Contains(format, StringComparer.Ordinal)) && MayHold(image) && HoldsFile(path);
    }

    /// <summary>Whether the scope is for some use of an image.</summary>
    public bool MayHold(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Images.Count == 0)
        {
            return true;
        }

        var (familiar, canonical) = (image.Familiar, image.Canonical);
        var isHub = canonical.StartsWith(Hub, StringComparison.Ordinal);
        foreach (var name in _images)
        {
            if (Wildcard.Matches(name, familiar, ignoreCase: true) || Wildcard.Matches(name, canonical, ignoreCase: true)
                || (isHub && name.StartsWith(Hub, StringComparison.Ordinal) && Wildcard.Matches(name.AsSpan(Hub.Length), familiar, ignoreCase: true)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A name as it is in full; one with wildcards as far as that can be said.</summary>
    private static string CanonicalOf(string name) =>
        name.AsSpan().IndexOfAny('*', '?') < 0 && ImageName.TryParse(name, out var image, out _) ? image.Canonical
        : name.StartsWith("index.docker.io/", StringComparison.Ordinal) ? name[6..]
        : name.StartsWith("library/", StringComparison.Ordinal) ? Hub + name
        : name;

    /// <summary><c>python|node in *.yaml read as compose</c>, to tell scopes apart.</summary>
    public override string ToString() =>
        string.Join('|', Images) + (Files.Count == 0 ? "" : " in " + string.Join('|', Files)) + (Formats.Count == 0 ? "" : " read as " + string.Join('|', Formats));

    /// <summary>Whether the scope is for uses in a file.</summary>
    public bool HoldsFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (_files.Length == 0)
        {
            return true;
        }

        Span<Range> names = stackalloc Range[FilePattern.DeepestPath];
        names = names[..path.AsSpan().Split(names, '/')];
        foreach (var file in _files)
        {
            if (file.IsMatch(path, names))
            {
                return true;
            }
        }

        return false;
    }
}
