using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Fuzz;

/// <summary>What must hold for every file, whatever its bytes.</summary>
internal static class Target
{
    private const string NewTag = "9.9.9";

    /// <summary>Reads a file, edits its first image and reads it again.</summary>
    /// <exception cref="BrokenPromiseException">Something that must hold does not.</exception>
    public static void Run(Input input)
    {
        var reading = FormatCatalog.Default.Read(input.Path, input.Bytes);
        foreach (var use in reading.Uses)
        {
            Require(use.Reference is not null || use.Skip is not null, "a use has neither image nor reason");
            Require(use.Line > 0 && use.Column > 0, "a use is nowhere");
        }

        if (!SourceFile.TryRead(input.Path, input.Bytes, out var file, out _) || reading.Uses.FirstOrDefault(u => u is { Reference: not null, Skip: null }) is not { } first)
        {
            return;
        }

        var targets = new Dictionary<ImageUse, ImageReference> { [first] = first.Reference! with { Tag = NewTag } };
        if (ReferenceEdit.TryApply(FormatCatalog.Default, [(file, reading.Uses)], targets, out var texts, out _))
        {
            var edits = ReferenceEdit.TryCreate(first, targets[first], out var made, out var reason) ? made : throw new BrokenPromiseException(reason);
            var (before, after) = (file.Text, texts.GetValueOrDefault(file.Path, file.Text));
            Require(after.Length - before.Length == edits.Sum(e => e.Replacement.Length - e.Span.Length), "more was changed than the edits");
            Require(edits.All(e => e.Span.Start >= 0 && e.Span.End <= before.Length), "an edit is outside the file");
            Require(string.CompareOrdinal(before, 0, after, 0, edits.Min(e => e.Span.Start)) == 0, "something before the edits was changed");
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(message);
        }
    }
}

/// <summary>Something that must hold for every file does not hold for this one.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);
