using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Packages;

/// <summary>Moves the versions of pinned packages in a file and touches nothing else.</summary>
public static class PackageEdit
{
    /// <summary>
    /// Writes versions into a text and reads it again: it must show exactly these, and the same images as before. A version that
    /// can't be written is left out with the reason, and the others are written without it.
    /// </summary>
    /// <param name="formats">The formats that read the file.</param>
    /// <param name="file">The file.</param>
    /// <param name="targets">The version that each package gets, by its number among those of the file.</param>
    /// <param name="applied">The numbers of those that are written.</param>
    /// <param name="dropped">What could not be written, and why.</param>
    /// <returns>The new text.</returns>
    public static string Apply(FormatCatalog formats, SourceFile file, IReadOnlyDictionary<int, string> targets, out IReadOnlyList<int> applied, out IReadOnlyList<FileProblem> dropped)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(targets);
        var reading = formats.Read(file);
        if (TryApply(formats, file, reading, targets, out var text) is null)
        {
            (applied, dropped) = ([.. targets.Keys], []);
            return text;
        }

        var problems = new List<FileProblem>();
        var kept = new Dictionary<int, string>();
        text = file.Text;
        foreach (var (number, version) in targets.OrderBy(t => t.Key))
        {
            var tried = new Dictionary<int, string>(kept) { [number] = version };
            if (TryApply(formats, file, reading, tried, out var edited) is { } problem)
            {
                problems.Add(problem);
            }
            else
            {
                (kept, text) = (tried, edited);
            }
        }

        (applied, dropped) = ([.. kept.Keys], problems);
        return text;
    }

    private static FileProblem? TryApply(FormatCatalog formats, SourceFile file, FormatReading reading, IReadOnlyDictionary<int, string> targets, out string text)
    {
        text = file.Text;
        var edits = new Dictionary<TextSpan, string>();
        foreach (var (number, version) in targets)
        {
            var use = reading.Packages[number];
            if (!use.TryMove(version, out var edit, out var problem))
            {
                return new FileProblem(file.Path, use.Line, problem);
            }

            if (!edits.TryAdd(edit.Span, edit.Replacement) && edits[edit.Span] != edit.Replacement)
            {
                return new FileProblem(file.Path, use.Line, "two packages share this version, and each would need another one");
            }
        }

        var result = new System.Text.StringBuilder(file.Text.Length + 64);
        var at = 0;
        foreach (var (span, replacement) in edits.OrderBy(e => e.Key.Start))
        {
            if (span.Start < at || span.Path is not null)
            {
                return new FileProblem(file.Path, null, "two edits would overlap here");
            }

            result.Append(file.Text, at, span.Start - at).Append(replacement);
            at = span.End;
        }

        text = result.Append(file.Text, at, file.Text.Length - at).ToString();
        var again = formats.Read(new SourceFile(file.Path, text, file.Siblings));
        if (again.Packages.Count != reading.Packages.Count || !again.Uses.Select(u => u.Written.Value).SequenceEqual(reading.Uses.Select(u => u.Written.Value), StringComparer.Ordinal))
        {
            return new FileProblem(file.Path, null, "after the edit the file would name other images or packages than before");
        }

        for (var i = 0; i < reading.Packages.Count; i++)
        {
            var intended = targets.TryGetValue(i, out var version) ? version : reading.Packages[i].Version.Value;
            if (again.Packages[i].Name != reading.Packages[i].Name || again.Packages[i].Version.Value != intended)
            {
                return new FileProblem(file.Path, reading.Packages[i].Line, $"after the edit this would read '{Excerpt.Of(again.Packages[i].Version.Value)}' instead of '{Excerpt.Of(intended)}'");
            }
        }

        return null;
    }
}
