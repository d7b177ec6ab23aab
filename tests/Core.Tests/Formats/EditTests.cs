using System.Collections.Concurrent;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Tests.Formats.Generated;
using CsCheck;

namespace Basewatch.Core.Tests.Formats;

public sealed class EditTests
{
    private static readonly Digest NewDigest = Digest.Of("new"u8);

    private static readonly ImageName Successor = ImageName.Parse("registry.example.com/next/app");

    /// <summary>The edits there are: a tag, a digest, both, and another name with them.</summary>
    private static readonly Dictionary<string, Func<ImageReference, ImageReference>> Kinds = new(StringComparer.Ordinal)
    {
        ["tag"] = r => r with { Tag = "9.9.9-slim" },
        ["number"] = r => r with { Tag = "9" },
        ["digest"] = r => r with { Digest = NewDigest },
        ["both"] = r => r with { Tag = "9.9.9", Digest = NewDigest },
        ["name"] = r => r with { Name = Successor, Tag = "latest" },
        ["all"] = r => new ImageReference(ImageName.Parse("acme/next"), r.Tag is null ? null : "9.10", NewDigest),
    };

    public static TheoryData<string, int> Generators { get; } = OfGenerators();

    [Fact]
    public void Every_format_has_generated_files() =>
        Assert.Empty(FormatCatalog.Default.Formats.Select(f => f.Name).Except(GeneratedFile.All.Select(g => g.Format)));

    [Theory]
    [MemberData(nameof(Generators))]
    public void Generated_files_show_exactly_the_images_that_were_written_each_in_its_place(string format, int generator)
    {
        var found = 0;
        GeneratedFile.All[generator].Files.Sample(
            file =>
            {
                var (source, reading) = Read(file);
                Assert.Empty(reading.Problems);
                Assert.Equal(file.Images.Select(i => ImageReference.Parse(i).Canonical), reading.Uses.Select(u => u.Reference?.Canonical ?? u.Skip));
                foreach (var (use, image) in reading.Uses.Zip(file.Images))
                {
                    Assert.Equal(format, use.Format);
                    Assert.Null(use.Skip);
                    AssertPlaced(source, use, image);
                }

                Interlocked.Add(ref found, reading.Uses.Count);
            },
            iter: 25);
        Assert.True(found >= 10, $"only {found} uses in 25 files");
    }

    /// <summary>Each part of these references stands in one place, so that there is never a reason to refuse.</summary>
    [Theory]
    [MemberData(nameof(Generators))]
    public void An_edit_is_read_back_exactly_and_touches_nothing_else(string format, int generator)
    {
        var edited = 0;
        Gen.Select(GeneratedFile.All[generator].Files, Gen.OneOf<string>([.. Kinds.Keys]).Array[8], Gen.Bool.Array[8]).Sample(
            (file, kinds, chosen) =>
            {
                var (source, reading) = Read(file);
                var targets = reading.Uses.Select((use, i) => (use, i)).Where(u => chosen[u.i % 8]).ToDictionary(u => u.use, u => Kinds[kinds[u.i % 8]](u.use.Reference!));
                if (targets.Count > 0)
                {
                    var files = FilesOf(source, reading.Uses);
                    Assert.True(ReferenceEdit.TryApply(FormatCatalog.Default, files, targets, out var texts, out var problem), problem?.ToString());
                    AssertExact(files, targets, texts);
                }

                Interlocked.Add(ref edited, targets.Count);
            },
            iter: 25);
        Assert.True(edited >= 5, $"{format}: only {edited} edits in 25 files");
    }

    public static TheoryData<string> KindsOfEdit => [.. Kinds.Keys];

    /// <summary>
    /// There is a reason to refuse where uses share a place or a part, mostly the name, is spread over several. What reading again refuses
    /// besides is rare: a name that stands in a comment, a number that would not be taken for a tag there.
    /// </summary>
    [Theory]
    [MemberData(nameof(KindsOfEdit))]
    public void Uses_of_the_fixtures_are_edited_exactly_and_seldom_refused(string kind)
    {
        var (edited, refused) = (0, 0);
        var unread = new ConcurrentBag<FileProblem>();
        Parallel.ForEach(Fixture.All, fixture =>
        {
            var uses = fixture.Read().Uses;
            var files = FilesOf(fixture.Source, uses);
            foreach (var use in uses.Where(u => u.Reference is not null && u.Skip is null))
            {
                var target = Kinds[kind](use.Reference!);
                target = use.Pinnable || use.Reference!.Digest is not null ? target : target with { Digest = null };
                var targets = new Dictionary<ImageUse, ImageReference> { [use] = target };
                if (ReferenceEdit.TryApply(FormatCatalog.Default, files, targets, out var texts, out var problem))
                {
                    AssertExact(files, targets, texts);
                    Interlocked.Increment(ref edited);
                }
                else if (uses.Any(u => u != use && u.Written.Spans.Intersect(use.Written.Spans).Any()) || !ReferenceEdit.TryCreate(use, target, out _, out _))
                {
                    Assert.NotNull(problem.Line);
                    Interlocked.Increment(ref refused);
                }
                else
                {
                    unread.Add(problem);
                }
            }
        });

        Assert.True(edited > 400, $"only {edited} uses were edited, {refused} refused");
        Assert.InRange(refused, 1, edited / (kind is "name" or "all" ? 6 : 10));
        Assert.True(unread.Count <= edited / 100, string.Join('\n', unread));
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

    private static TheoryData<string, int> OfGenerators()
    {
        var data = new TheoryData<string, int>();
        for (var i = 0; i < GeneratedFile.All.Count; i++)
        {
            data.Add(GeneratedFile.All[i].Format, i);
        }

        return data;
    }

    private static (SourceFile File, FormatReading Reading) Read(GeneratedFile file)
    {
        var bytes = Encoding.UTF8.GetBytes(file.Text);
        Assert.True(SourceFile.TryRead(file.Path, bytes, out var source, out _));
        return (source, FormatCatalog.Default.Read(file.Path, bytes));
    }

    /// <summary>Name, tag and digest stand where the use says; its line and column are those of the name, or of the variable that stands for it.</summary>
    private static void AssertPlaced(SourceFile file, ImageUse use, string image)
    {
        var written = use.Written.Value;
        var (layout, parts) = (ReferenceLayout.Of(written), ReferenceLayout.Of(image));
        AssertPart(layout.Name, parts.Name);
        AssertPart(layout.Tag, parts.Tag);
        AssertPart(layout.Digest, parts.Digest);
        var place = file.OffsetOf(use.Line, use.Column);
        Assert.True(
            place == use.Written.SpanOf(layout.Name)!.Value.Start || char.IsAsciiLetter(file.Text[place]) || "\"'$<*{".Contains(file.Text[place], StringComparison.Ordinal),
            $"{use.Line}:{use.Column} is '{file.Text[place..Math.Min(file.Text.Length, place + 10)]}'");

        void AssertPart(Range? found, Range? wanted)
        {
            Assert.Equal(wanted is null, found is null);
            if (found is { } range && wanted is { } part)
            {
                var span = use.Written.SpanOf(range);
                Assert.NotNull(span);
                Assert.Equal(image[part], file.Text.Substring(span.Value.Start, span.Value.Length));
            }
        }
    }

    /// <summary>A file with its siblings, each as it is read with the others beside it.</summary>
    private static IReadOnlyList<(SourceFile File, IReadOnlyList<ImageUse> Uses)> FilesOf(SourceFile file, IReadOnlyList<ImageUse> uses)
    {
        IReadOnlyList<SourceFile> folder = [.. file.Siblings.Append(file).OrderBy(f => f.Path, StringComparer.Ordinal)];
        return [(file, uses), .. file.Siblings.Select(s => Read(new SourceFile(s.Path, s.Text, [.. folder.Where(f => f.Path != s.Path)])))];

        static (SourceFile, IReadOnlyList<ImageUse>) Read(SourceFile sibling) => (sibling, FormatCatalog.Default.Read(sibling).Uses);
    }

    /// <summary>Exactly the targets are read in the new text of the first file, and nothing else changed in it and beside it.</summary>
    private static void AssertExact(
        IReadOnlyList<(SourceFile File, IReadOnlyList<ImageUse> Uses)> files, Dictionary<ImageUse, ImageReference> targets, IReadOnlyDictionary<string, string> texts)
    {
        var (file, uses) = files[0];
        var edits = new List<TextEdit>();
        foreach (var (use, target) in targets)
        {
            Assert.True(ReferenceEdit.TryCreate(use, target, out var own, out _));
            Assert.All(own, e => Assert.True(e.Span == use.DigestPlace?.Span || use.Written.Spans.Any(s => s.Path == e.Span.Path && s.Start <= e.Span.Start && e.Span.End <= s.End), $"{e} is outside of the use"));
            edits.AddRange(own);
        }

        foreach (var source in file.Siblings.Append(file))
        {
            GeneratedFile.AssertOnlySpansChanged(source.Text, texts.GetValueOrDefault(source.Path, source.Text), [.. edits.Where(e => (e.Span.Path ?? file.Path) == source.Path)]);
        }

        IReadOnlyList<SourceFile> siblings = [.. file.Siblings.Select(s => new SourceFile(s.Path, texts.GetValueOrDefault(s.Path, s.Text)))];
        var again = FormatCatalog.Default.Read(file.Path, SourceFile.Encode(texts.GetValueOrDefault(file.Path, file.Text)), siblings).Uses;
        Assert.Equal(uses.Select(u => targets.GetValueOrDefault(u) ?? u.Reference), again.Select(u => u.Reference));
    }
}
