using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Tests.Formats.Generated;
using CsCheck;

namespace Basewatch.Core.Tests.Formats;

public sealed class EditTests
{
    private static readonly Digest NewDigest = Digest.Of("new"u8);

    private static readonly Gen<ImageReference> Target = Gen.Select(
        Gen.OneOf<string?>(null, "9", "9.9.9-slim", "latest"),
        Gen.Bool,
        (tag, digest) => new ImageReference(ImageName.Parse("acme/unused"), tag, digest ? NewDigest : null));

    [Fact]
    public void Every_format_has_generated_files() =>
        Assert.Empty(FormatCatalog.Default.Formats.Select(f => f.Name).Except(GeneratedFile.All.Select(g => g.Format)));

    public static TheoryData<int> Generators => [.. Enumerable.Range(0, GeneratedFile.All.Count)];

    [Theory]
    [MemberData(nameof(Generators))]
    public void Generated_files_are_found_by_their_format(int generator)
    {
        var (format, files) = GeneratedFile.All[generator];
        var found = 0;
        files.Sample(
            file =>
            {
                var reading = FormatCatalog.Default.Read(file.Path, Encoding.UTF8.GetBytes(file.Text));
                Assert.Empty(reading.Problems);
                Assert.Equal(file.Images.Select(i => ImageReference.Parse(i).Canonical), reading.Uses.Select(u => u.Reference?.Canonical ?? u.Skip));
                Assert.All(reading.Uses, u => Assert.Equal(format, u.Format));
                Interlocked.Add(ref found, reading.Uses.Count);
            },
            iter: 40);
        Assert.True(found > 20, $"{format}: only {found} uses in 40 files");
    }

    [Fact]
    public void Generated_files_show_exactly_the_images_that_were_written() => GeneratedFile.Any.Sample(file =>
    {
        var reading = FormatCatalog.Default.Read(file.Path, Encoding.UTF8.GetBytes(file.Text));
        Assert.Empty(reading.Problems);
        Assert.Equal(file.Images.Select(i => ImageReference.Parse(i).Canonical), reading.Uses.Select(u => u.Reference?.Canonical ?? u.Skip));
    }, iter: 1000);

    [Fact]
    public void An_edit_is_read_back_exactly_and_touches_nothing_else() => Gen.Select(GeneratedFile.Any, Target, Gen.Bool.Array[8], Gen.Bool).Sample((file, change, chosen, renames) =>
    {
        Assert.True(SourceFile.TryRead(file.Path, Encoding.UTF8.GetBytes(file.Text), out var source, out _));
        var uses = FormatCatalog.Default.Read(file.Path, Encoding.UTF8.GetBytes(file.Text)).Uses;
        var targets = uses.Where((_, i) => chosen[i % 8]).ToDictionary(u => u, u => Merge(u.Reference!, change, renames));
        if (targets.Count > 0)
        {
            AssertApplied(source, uses, targets);
        }
    }, iter: 1000);

    [Fact]
    public void Every_use_of_the_fixtures_can_be_edited_unless_others_share_what_it_is_written_with()
    {
        var (edited, refused) = (0, 0);
        foreach (var fixture in Fixture.All)
        {
            var uses = fixture.Read().Uses;
            foreach (var use in uses.Where(u => u.Reference is not null && u.Skip is null))
            {
                var target = use.Reference! with { Tag = "9.9.9", Digest = use.Pinnable || use.Reference!.Digest is not null ? NewDigest : null };
                var targets = new Dictionary<ImageUse, ImageReference> { [use] = target };
                var shared = uses.Any(u => u != use && u.Written.Spans.Intersect(use.Written.Spans).Any());
                var spread = !ReferenceEdit.TryCreate(use, target, out _, out _);
                if (shared || spread)
                {
                    refused += ReferenceEdit.TryApply(FormatCatalog.Default, FilesOf(fixture.Source, uses), targets, out _, out var problem) ? 0 : 1;
                    Assert.True(problem is null || problem.Line is not null);
                    continue;
                }

                AssertApplied(fixture.Source, uses, targets);
                edited++;
            }
        }

        Assert.True(edited > 40, $"only {edited} uses were edited");
        Assert.InRange(refused, 1, edited / 4);
    }

    [Fact]
    public void Two_uses_of_one_value_that_want_different_things_change_nothing()
    {
        var file = new SourceFile("Dockerfile", "ARG V=3.12\nFROM python:$V\nFROM node:$V\n");
        var uses = FormatCatalog.Default.Read(file).Uses;
        var targets = new Dictionary<ImageUse, ImageReference>
        {
            [uses[0]] = uses[0].Reference! with { Tag = "3.13" },
            [uses[1]] = uses[1].Reference! with { Tag = "22" },
        };
        Assert.False(ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], targets, out _, out var problem));
        Assert.Equal("Dockerfile:3: two images share this value, and each would need another one", problem.ToString());

        targets.Remove(uses[1]);
        Assert.False(ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], targets, out _, out problem));
        Assert.Equal("Dockerfile:3: after the edit this would read 'node:3.13' instead of 'node:3.12'", problem.ToString());
    }

    [Fact]
    public void A_use_that_is_skipped_is_not_edited()
    {
        var file = new SourceFile("Dockerfile", "FROM ${BASE}\n");
        var uses = FormatCatalog.Default.Read(file).Uses;
        Assert.False(ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], new Dictionary<ImageUse, ImageReference> { [uses[0]] = ImageReference.Parse("a:1") }, out _, out var problem));
        Assert.Equal("Dockerfile:1: the variable BASE has no value in this file", problem.ToString());
    }

    private static ImageReference Merge(ImageReference current, ImageReference change, bool renames) =>
        new(renames ? change.Name : current.Name, change.Tag ?? current.Tag, change.Digest ?? current.Digest);

    /// <summary>A file with its siblings, each as it is read with the others beside it.</summary>
    private static IReadOnlyList<(SourceFile File, IReadOnlyList<ImageUse> Uses)> FilesOf(SourceFile file, IReadOnlyList<ImageUse> uses)
    {
        IReadOnlyList<SourceFile> folder = [.. file.Siblings.Append(file).OrderBy(f => f.Path, StringComparer.Ordinal)];
        return [(file, uses), .. file.Siblings.Select(s => Read(new SourceFile(s.Path, s.Text, [.. folder.Where(f => f.Path != s.Path)])))];

        static (SourceFile, IReadOnlyList<ImageUse>) Read(SourceFile sibling) => (sibling, FormatCatalog.Default.Read(sibling).Uses);
    }

    private static void AssertApplied(SourceFile file, IReadOnlyList<ImageUse> uses, Dictionary<ImageUse, ImageReference> targets)
    {
        Assert.True(ReferenceEdit.TryApply(FormatCatalog.Default, FilesOf(file, uses), targets, out var texts, out var problem), problem?.ToString());
        var edits = targets.SelectMany(t => ReferenceEdit.TryCreate(t.Key, t.Value, out var e, out _) ? e : []).ToList();
        foreach (var source in file.Siblings.Append(file))
        {
            GeneratedFile.AssertOnlySpansChanged(source.Text, texts.GetValueOrDefault(source.Path, source.Text), [.. edits.Where(e => (e.Span.Path ?? file.Path) == source.Path)]);
        }

        IReadOnlyList<SourceFile> siblings = [.. file.Siblings.Select(s => new SourceFile(s.Path, texts.GetValueOrDefault(s.Path, s.Text)))];
        var again = FormatCatalog.Default.Read(file.Path, SourceFile.Encode(texts.GetValueOrDefault(file.Path, file.Text)), siblings).Uses;
        Assert.Equal(uses.Select(u => targets.GetValueOrDefault(u) ?? u.Reference), again.Select(u => u.Reference));
    }
}
