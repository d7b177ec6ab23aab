using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Tests.Images;
using CsCheck;

namespace Basewatch.Core.Tests.Formats;

/// <summary>A file made up for a format, and the images that it names, in order.</summary>
public sealed record GeneratedFile(string Path, string Text, IReadOnlyList<string> Images)
{
    private static readonly Gen<string> Reference = ImageReferenceTests.Text;

    /// <summary>What is all digits is a stage where one may be named.</summary>
    private static readonly Gen<string> NoStage = Reference.Where(r => !r.All(char.IsAsciiDigit));

    private static readonly Gen<Part> DockerfilePart = Gen.OneOf(
        Reference.Select(r => new Part("", $"FROM {r}\n", [r])),
        Reference.Select(r => new Part("", $"from  --platform=linux/amd64 \\\n  # why\n\n \t{r} \\\n AS s1\n", [r])),
        Reference.Select(r => new Part("", $"FROM \"{r}\" AS s2 \n", [r])),
        Reference.Select(r => new Part("ARG @={0}\n", "FROM ${@}\n", [r])),
        Reference.Select(r => new Part("ARG x=1 @='{0}' y=\"2 3\"\n", "FROM $@ AS s3\n", [r])),
        Reference.Select(r => new Part("ARG @\n", "FROM ${@:-{0}}\n", [r])),
        NoStage.Select(r => new Part("", $"FROM scratch\nCOPY --chmod=u+x --from={r} --link /a /b\n", [r])),
        Gen.Select(NoStage, NoStage, (a, b) => new Part("", $"FROM scratch\nRUN --mount=type=cache,target=/c --mount=from={a},target=/x \\\n  --mount=\"type=bind,from={b}\" make\n", [a, b])),
        Reference.Select(r => new Part("", $"FROM scratch\nRUN <<EOF\nFROM {r}\nEOF\n", [])),
        Reference.Select(r => new Part("", $"  # FROM {r}\n\n", [])));

    private static readonly Gen<Part> ComposePart = Gen.OneOf(
        Reference.Select(r => new Part("", $"  @: {{ image: {Flow(r)} }}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    # image: no:1\n    image:   '{r}'   # {r}\n    restart: always\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    image: \"${{IMAGE:-{r}}}\"\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    image: >-\n      {r}\n", [r])),
        Reference.Select(r => new Part($"x-@: &@\n  image: {Flow(r)}\n", "  @:\n    <<: *@\n    restart: always\n", [r])),
        Reference.Select(r => new Part($"x-@: &@ \"{r}\"\n", "  @: {image: *@}\n  @-too: {image: *@}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    build:\n      dockerfile_inline: |\n        # é😀\n        ARG X={r}\n\n        FROM $X\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    build:\n      additional_contexts:\n        - a=docker-image://{r}\n", [r])),
        Reference.Select(r => new Part("", "  @:\n    build: .\n", [])));

    private static readonly Gen<Part> KubernetesPart = Gen.OneOf(
        Reference.Select(r => new Part("", $"  - name: é😀\n    image: {Flow(r)} # image: no:1\n", [r])),
        Reference.Select(r => new Part("", $"  - {{image: '{r}', name: a}}\n", [r])),
        Reference.Select(r => new Part("", $"  - {{\"name\":\"a\",\"image\":\"{r}\"}}\n", [r])),
        Reference.Select(r => new Part("", $"  - image: >-\n      {r}\n", [r])),
        Reference.Select(r => new Part("", $"  - image: &@ {Flow(r)}\n  - image: *@\n", [r])),
        Reference.Select(r => new Part("", $"  - name: a\n    args: [\"image: {r}\"]\n", [])),
        Reference.Select(r => new Part("", $"  volumes:\n  - image: {{reference: \"{r}\"}}\n  containers:\n", [r])),
        Reference.Select(r => new Part("", $"---\napiVersion: v1\nkind: ConfigMap\ndata:\n  image: \"{r}\"\n---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n", [])));

    /// <summary>Files of every format, with either line end, with and without a byte order mark.</summary>
    public static Gen<GeneratedFile> Any { get; } = Gen.OneOf(
        Of("sub/Dockerfile", DockerfilePart, "ARG first\n", ""),
        Of("deploy/compose.yaml", ComposePart, "", "services:\n"),
        Of("k8s/pod.yaml", KubernetesPart, "", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"));

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

    private static string Flow(string reference) => reference.StartsWith('[') ? $"\"{reference}\"" : reference;

    private static Gen<GeneratedFile> Of(string path, Gen<Part> part, string head, string start) =>
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

    private sealed record Part(string Head, string Body, IReadOnlyList<string> Images);
}
