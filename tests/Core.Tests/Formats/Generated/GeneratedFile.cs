using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Tests.Images;
using CsCheck;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>A file made up for a format, and the images that it names, in order.</summary>
public sealed record GeneratedFile(string Path, string Text, IReadOnlyList<string> Images)
{
    /// <summary>Any image reference, as text.</summary>
    public static Gen<string> Reference { get; } = ImageReferenceTests.Text.Where(r => !r.StartsWith("localhost/", StringComparison.Ordinal));

    /// <summary>Files of every format, with the name of the format that should find the images, in either line end, with and without a byte order mark.</summary>
    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        ("dockerfile", GeneratedDockerfiles.Any),
        ("compose", GeneratedComposeFiles.Any),
        .. GeneratedHelmFiles.All,
        .. GeneratedReleases.All,
        .. GeneratedManifests.All,
        .. GeneratedToolFiles.All,
        .. GeneratedPipelines.All,
        .. GeneratedKeyPaths.All,
        ("comment", GeneratedComments.Any),
        ("bicep", GeneratedTemplates.Bicep),
        ("arm", GeneratedTemplates.Json),
        ("azure-yaml", GeneratedAzureYaml.Any),
        ("msbuild", GeneratedBuildFiles.MSBuild),
        ("maven", GeneratedBuildFiles.Maven),
        ("gradle", GeneratedBuildFiles.Gradle),
        ("buildpacks", GeneratedBuildFiles.Buildpacks),
        ("quadlet", GeneratedUnits.Quadlet),
        ("devcontainer", GeneratedUnits.Devcontainer),
        .. GeneratedHclFiles.All,
    ];

    /// <summary>A file of any of them.</summary>
    public static Gen<GeneratedFile> Any { get; } = Gen.OneOf([.. All.Select(g => g.Files)]);

    /// <summary>A text with what should be replaced, and what was there before outside those places.</summary>
    public static void AssertOnlySpansChanged(string before, string after, IReadOnlyList<TextEdit> edits)
    {
        var (at, shift) = (0, 0);
        foreach (var edit in edits.Distinct().OrderBy(e => e.Span.Start).ThenBy(e => e.Span.Length))
        {
            Assert.Equal(before[at..edit.Span.Start], after[(at + shift)..(edit.Span.Start + shift)]);
            at = edit.Span.End;
            shift += edit.Replacement.Length - edit.Span.Length;
        }

        Assert.Equal(before[at..], after[(at + shift)..]);
    }

    /// <summary>A reference as a plain scalar, or quoted where it would be a list.</summary>
    public static string Flow(string reference) => reference.StartsWith('[') ? $"\"{reference}\"" : reference;

    /// <summary>Files of some parts each: first all their heads, then all their bodies.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="part">Makes a part.</param>
    /// <param name="head">What the file begins with.</param>
    /// <param name="start">What stands between heads and bodies.</param>
    public static Gen<GeneratedFile> Of(string path, Gen<Part> part, string head, string start) =>
        Gen.Select(part.Array[1, 8], Gen.Bool, Gen.Bool, (parts, crlf, mark) =>
        {
            var (heads, bodies, images) = (new StringBuilder(head), new StringBuilder(start), new List<string>());
            var headImages = new List<string>();
            for (var i = 0; i < parts.Length; i++)
            {
                var name = $"v{i}";
                heads.Append(Fill(parts[i].Head, name, parts[i].Images));
                bodies.Append(Fill(parts[i].Body, name, parts[i].Images));
                (parts[i].Head.StartsWith("x-", StringComparison.Ordinal) ? headImages : images).AddRange(parts[i].Images);
            }

            var text = heads.ToString() + bodies;
            return new GeneratedFile(path, (mark ? "\uFEFF" : "") + (crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text), [.. headImages, .. images]);
        });

    private static string Fill(string text, string name, IReadOnlyList<string> images)
    {
        // The references have at signs of their own.
        var safe = images.Aggregate(text, (t, image) => t.Replace(image, image.Replace('@', '\u0001'), StringComparison.Ordinal));
        safe = safe.Replace("@", name, StringComparison.Ordinal).Replace('\u0001', '@');
        return images.Count > 0 ? safe.Replace("{0}", images[0], StringComparison.Ordinal) : safe;
    }

    /// <summary>A part of a file: <c>@</c> becomes a name that no other part has, <c>{0}</c> the first image.</summary>
    public sealed record Part(string Head, string Body, IReadOnlyList<string> Images);
}
