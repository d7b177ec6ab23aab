using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>What became of the updates of one file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Content">Its new bytes; null when nothing could be changed.</param>
/// <param name="Applied">The updates in it.</param>
/// <param name="Dropped">Updates that could not be written, and why.</param>
public sealed record FileChange(string Path, ReadOnlyMemory<byte>? Content, IReadOnlyList<Update> Applied, IReadOnlyList<FileProblem> Dropped)
{
    /// <summary>
    /// Writes the updates of one file, at most one a use. An update that can't be written is dropped with the reason, and
    /// the others are written without it.
    /// </summary>
    /// <param name="formats">The formats that read the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">The bytes that the uses were found in.</param>
    /// <param name="updates">What is to be changed. Uses are matched by their line, column and text.</param>
    public static FileChange Apply(FormatCatalog formats, string path, ReadOnlySpan<byte> content, IReadOnlyList<Update> updates)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(updates);
        if (updates is [])
        {
            return new FileChange(path, null, [], []);
        }

        var format = formats.FormatOf(updates[0].Use);
        if (!SourceFile.TryRead(path, content, out var file, out var unreadable))
        {
            return new FileChange(path, null, [], [unreadable]);
        }

        var uses = format.Read(file).Uses;
        var found = uses.ToLookup(u => (u.Line, u.Column, u.Written.Value));
        var targets = new Dictionary<ImageUse, ImageReference>(ReferenceEqualityComparer.Instance);
        var applied = new List<Update>();
        var dropped = new List<FileProblem>();
        foreach (var update in updates)
        {
            if (found[(update.Use.Line, update.Use.Column, update.Use.Written.Value)].FirstOrDefault() is { } use)
            {
                targets[use] = update.Target;
                applied.Add(update with { Use = use });
            }
            else
            {
                dropped.Add(new FileProblem(path, update.Use.Line, $"'{Excerpt.Of(update.Use.Written.Value)}' is no longer here"));
            }
        }

        if (targets.Count > 0 && ReferenceEdit.TryApply(format, file, uses, targets, out var text, out _))
        {
            return new FileChange(path, SourceFile.Encode(text), applied, dropped);
        }

        // Something stands in the way: find out what, one update after another.
        var kept = new Dictionary<ImageUse, ImageReference>(ReferenceEqualityComparer.Instance);
        text = null;
        foreach (var update in applied.ToList())
        {
            kept[update.Use] = update.Target;
            if (ReferenceEdit.TryApply(format, file, uses, kept, out var edited, out var problem))
            {
                text = edited;
            }
            else
            {
                kept.Remove(update.Use);
                applied.Remove(update);
                dropped.Add(problem);
            }
        }

        return new FileChange(path, text is null ? (ReadOnlyMemory<byte>?)null : SourceFile.Encode(text), applied, dropped);
    }
}
