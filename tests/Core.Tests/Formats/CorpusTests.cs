using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Tests.Formats.Generated;

namespace Basewatch.Core.Tests.Formats;

/// <summary>What the fuzzer found: files that go where no fixture goes, and some that once did harm.</summary>
public sealed class CorpusTests
{
    [Fact]
    public void What_a_fuzzer_found_is_read_and_edited_without_harm()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Formats", "Corpus"));
        Assert.NotEmpty(files);
        foreach (var data in files.Select(File.ReadAllBytes))
        {
            var end = Array.IndexOf(data, (byte)'\n');
            var (path, bytes) = (Encoding.UTF8.GetString(data, 0, end), data[(end + 1)..]);
            var uses = FormatCatalog.Default.Read(path, bytes).Uses;
            if (SourceFile.TryRead(path, bytes, out var file, out _) && uses.FirstOrDefault(u => u is { Reference: not null, Skip: null }) is { } use)
            {
                var target = use.Reference! with { Tag = "9.9.9" };
                if (ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], new Dictionary<ImageUse, ImageReference> { [use] = target }, out var texts, out _))
                {
                    Assert.True(ReferenceEdit.TryCreate(use, target, out var edits, out _));
                    GeneratedFile.AssertOnlySpansChanged(file.Text, texts.GetValueOrDefault(path, file.Text), edits);
                }
            }
        }
    }
}
