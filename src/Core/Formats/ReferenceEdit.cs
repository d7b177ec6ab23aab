using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Turns the references of a file into others and touches nothing else.</summary>
public static class ReferenceEdit
{
    /// <summary>
    /// The edits that make a use name <paramref name="target"/>. The name stays as it is written unless the target has
    /// another; a tag or digest that is not there is added, one that the target lacks is left.
    /// </summary>
    /// <param name="use">A use with a reference.</param>
    /// <param name="target">What it shall name.</param>
    /// <param name="edits">None, one or several edits of the file.</param>
    /// <param name="problem">Why it can't be written.</param>
    public static bool TryCreate(ImageUse use, ImageReference target, [NotNullWhen(true)] out IReadOnlyList<TextEdit>? edits, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentNullException.ThrowIfNull(target);
        edits = null;
        if (use.Reference is not { } current)
        {
            problem = use.Skip ?? "it is not known which image this is";
            return false;
        }

        string? failure = null;
        var written = use.Written;
        var layout = ReferenceLayout.Of(written.Value);
        var result = new List<TextEdit>();
        var tagEnd = layout.Tag?.End ?? layout.Name.End;

        if (target.Name != current.Name)
        {
            Replace(layout.Name, target.Name.Familiar, "the name");
        }

        if (target.Tag is not null && target.Tag != current.Tag)
        {
            Replace(layout.Tag ?? layout.Name.End..layout.Name.End, layout.Tag is null ? ":" + target.Tag : target.Tag, "the tag");
        }

        if (target.Digest is not null && target.Digest != current.Digest)
        {
            Replace(layout.Digest ?? tagEnd..tagEnd, layout.Digest is null ? "@" + target.Digest : target.Digest.ToString(), "the digest");
        }

        if (failure is null)
        {
            problem = null;
            edits = Merge(result);
            return true;
        }

        problem = failure;
        return false;

        void Replace(Range range, string replacement, string part)
        {
            if (written.TryReplace(range, replacement, out var edit))
            {
                result.Add(edit);
            }
            else
            {
                failure ??= $"{part} is put together from several places in the file, and no single edit changes it";
            }
        }
    }

    /// <summary>
    /// Applies the changes of one file and reads the new text again: it must show exactly the intended references.
    /// </summary>
    /// <param name="format">The format that found the uses.</param>
    /// <param name="file">The file as it is.</param>
    /// <param name="uses">Every use of the file, in order.</param>
    /// <param name="targets">The reference that each use in it shall have.</param>
    /// <param name="text">The new text.</param>
    /// <param name="problem">Why nothing is changed.</param>
    public static bool TryApply(
        IFormat format,
        SourceFile file,
        IReadOnlyList<ImageUse> uses,
        IReadOnlyDictionary<ImageUse, ImageReference> targets,
        [NotNullWhen(true)] out string? text,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(uses);
        ArgumentNullException.ThrowIfNull(targets);
        text = null;
        problem = null;
        var all = new Dictionary<TextSpan, string>();
        foreach (var (use, target) in targets)
        {
            if (!TryCreate(use, target, out var edits, out var reason))
            {
                problem = new FileProblem(file.Path, use.Line, reason);
                return false;
            }

            foreach (var edit in edits)
            {
                if (!all.TryAdd(edit.Span, edit.Replacement) && all[edit.Span] != edit.Replacement)
                {
                    problem = new FileProblem(file.Path, use.Line, "two images share this value, and each would need another one");
                    return false;
                }
            }
        }

        var ordered = all.OrderBy(e => e.Key.Start).ThenBy(e => e.Key.Length).ToList();
        for (var i = 1; i < ordered.Count; i++)
        {
            if (ordered[i].Key.Start < ordered[i - 1].Key.End)
            {
                problem = new FileProblem(file.Path, file.PositionOf(ordered[i].Key.Start).Line, "two edits would overlap here");
                return false;
            }
        }

        var result = new System.Text.StringBuilder(file.Text.Length + 128);
        var at = 0;
        foreach (var (span, replacement) in ordered)
        {
            result.Append(file.Text, at, span.Start - at).Append(replacement);
            at = span.End;
        }

        var edited = result.Append(file.Text, at, file.Text.Length - at).ToString();
        problem = Verify(format, file, uses, targets, edited);
        text = problem is null ? edited : null;
        return problem is null;
    }

    /// <summary>Reads the new text again and compares it with what was meant.</summary>
    private static FileProblem? Verify(IFormat format, SourceFile file, IReadOnlyList<ImageUse> uses, IReadOnlyDictionary<ImageUse, ImageReference> targets, string edited)
    {
        var again = format.Read(new SourceFile(file.Path, edited)).Uses;
        if (again.Count != uses.Count)
        {
            return new FileProblem(file.Path, null, $"after the edit the file would name {again.Count} images instead of {uses.Count}");
        }

        for (var i = 0; i < uses.Count; i++)
        {
            var intended = targets.TryGetValue(uses[i], out var target) ? Intended(uses[i].Reference!, target) : uses[i].Reference;
            if (again[i].Reference != intended || (intended is null && again[i].Written.Value != uses[i].Written.Value))
            {
                return new FileProblem(file.Path, uses[i].Line, $"after the edit this would read '{Excerpt.Of(again[i].Written.Value)}' instead of '{intended?.Familiar ?? uses[i].Written.Value}'");
            }
        }

        return null;
    }

    private static ImageReference Intended(ImageReference current, ImageReference target) =>
        new(target.Name, target.Tag ?? current.Tag, target.Digest ?? current.Digest);

    /// <summary>Two insertions at one place (a tag, then a digest) are one edit.</summary>
    private static List<TextEdit> Merge(List<TextEdit> edits)
    {
        for (var i = edits.Count - 1; i > 0; i--)
        {
            if (edits[i].Span == edits[i - 1].Span)
            {
                edits[i - 1] = edits[i - 1] with { Replacement = edits[i - 1].Replacement + edits[i].Replacement };
                edits.RemoveAt(i);
            }
        }

        return edits;
    }
}
