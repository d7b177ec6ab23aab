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
        if (use.Reference is not { } current || use.Skip is not null)
        {
            problem = use.Skip ?? "it is not known which image this is";
            return false;
        }

        string? failure = null;
        var written = use.Written;
        var layout = ReferenceLayout.Of(written.Value);
        var result = new List<TextEdit>();
        var separate = new List<TextEdit>();
        var tagEnd = layout.Tag?.End ?? layout.Name.End;

        if (target.Name != current.Name)
        {
            ReplaceName();
        }

        if (target.Tag is not null && target.Tag != current.Tag)
        {
            Replace(layout.Tag ?? layout.Name.End..layout.Name.End, layout.Tag is null ? ":" + target.Tag : target.Tag, "the tag");
        }

        if (target.Digest is not null && target.Digest != current.Digest)
        {
            if (layout.Digest is null && use.DigestPlace is { } place)
            {
                separate.Add(new TextEdit(place.Span, place.Before + (place.IsHex ? target.Digest.Hex : target.Digest.ToString()) + place.After));
            }
            else
            {
                Replace(layout.Digest ?? tagEnd..tagEnd, layout.Digest is null ? "@" + target.Digest : target.Digest.ToString(), "the digest");
            }
        }

        if (failure is null)
        {
            problem = null;
            edits = [.. written.Encode(Merge(result)), .. separate];
            return true;
        }

        problem = failure;
        return false;

        void ReplaceName()
        {
            if (written.TryReplace(layout.Name, target.Name.Familiar, out var edit))
            {
                result.Add(edit);
                return;
            }

            // A registry in a place of its own: registry and repository are replaced each in its own.
            var slash = written.Value.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && slash < layout.Name.End.Value
                && ImageName.IsRegistry(written.Value.AsSpan(0, slash))
                && written.TryReplace(..slash, target.Name.Registry, out var registry)
                && written.TryReplace((slash + 1)..layout.Name.End, target.Name.Repository, out var repository))
            {
                result.Add(registry);
                result.Add(repository);
                return;
            }

            failure ??= "the name is put together from several places in the file, and no single edit changes it";
        }

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
    /// Applies changes to files that are read together and reads the new texts again: they must show exactly the intended
    /// references, in every one of the files.
    /// </summary>
    /// <param name="formats">The formats that found the uses.</param>
    /// <param name="files">The files as they are, each with every use in it: those with changes, their siblings, and the others that read these.</param>
    /// <param name="targets">The reference that each use in it shall have.</param>
    /// <param name="texts">The new texts by path, of those files that change.</param>
    /// <param name="problem">Why nothing is changed.</param>
    public static bool TryApply(
        FormatCatalog formats,
        IReadOnlyList<(SourceFile File, IReadOnlyList<ImageUse> Uses)> files,
        IReadOnlyDictionary<ImageUse, ImageReference> targets,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? texts,
        [NotNullWhen(false)] out FileProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(targets);
        texts = null;
        problem = null;
        var all = new Dictionary<TextSpan, string>();
        foreach (var (use, target) in targets)
        {
            if (!TryCreate(use, target, out var edits, out var reason))
            {
                problem = new FileProblem(use.Path, use.Line, reason);
                return false;
            }

            foreach (var edit in edits)
            {
                var place = edit.Span with { Path = edit.Span.Path ?? use.Path };
                if (!all.TryAdd(place, edit.Replacement) && all[place] != edit.Replacement)
                {
                    problem = new FileProblem(use.Path, use.Line, "two images share this value, and each would need another one");
                    return false;
                }
            }
        }

        var edited = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var edits in all.GroupBy(e => e.Key.Path!, StringComparer.Ordinal))
        {
            if (files.FirstOrDefault(f => f.File.Path == edits.Key).File is not { } file)
            {
                problem = new FileProblem(edits.Key, null, "the value stands in this file, which was not read");
                return false;
            }

            if (!TryEdit(file, edits, out var text, out problem))
            {
                return false;
            }

            edited[edits.Key] = text;
        }

        problem = Verify(formats, files, targets, edited);
        texts = problem is null ? edited : null;
        return problem is null;
    }

    private static bool TryEdit(SourceFile file, IEnumerable<KeyValuePair<TextSpan, string>> edits, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out FileProblem? problem)
    {
        var result = new System.Text.StringBuilder(file.Text.Length + 128);
        var at = 0;
        foreach (var (span, replacement) in edits.OrderBy(e => e.Key.Start).ThenBy(e => e.Key.Length))
        {
            if (span.Start < at)
            {
                text = null;
                problem = new FileProblem(file.Path, file.PositionOf(span.Start).Line, "two edits would overlap here");
                return false;
            }

            result.Append(file.Text, at, span.Start - at).Append(replacement);
            at = span.End;
        }

        text = result.Append(file.Text, at, file.Text.Length - at).ToString();
        problem = null;
        return true;
    }

    /// <summary>Reads the new texts again and compares them with what was meant.</summary>
    private static FileProblem? Verify(
        FormatCatalog formats,
        IReadOnlyList<(SourceFile File, IReadOnlyList<ImageUse> Uses)> files,
        IReadOnlyDictionary<ImageUse, ImageReference> targets,
        Dictionary<string, string> edited)
    {
        // One text for all that read it, so that it is parsed once.
        var shared = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        foreach (var (file, uses) in files)
        {
            if (!edited.ContainsKey(file.Path) && !file.Siblings.Any(s => edited.ContainsKey(s.Path)))
            {
                continue;
            }

            IReadOnlyList<SourceFile> siblings = [.. file.Siblings.Select(Edited)];
            var again = formats.Read(new SourceFile(file.Path, edited.GetValueOrDefault(file.Path, file.Text), siblings)).Uses;
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
        }

        return null;

        SourceFile Edited(SourceFile sibling)
        {
            if (!edited.TryGetValue(sibling.Path, out var text))
            {
                return sibling;
            }

            if (!shared.TryGetValue(sibling.Path, out var file))
            {
                shared[sibling.Path] = file = new SourceFile(sibling.Path, text);
            }

            return file;
        }
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
