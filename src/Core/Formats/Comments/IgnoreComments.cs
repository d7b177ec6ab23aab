namespace Basewatch.Core.Formats.Comments;

/// <summary>
/// <c>basewatch: ignore</c> in a comment on the line before a use, before the key or the item of a list that it is in, or at the end of its
/// line; also where its tag is written, be that another line or file. It counts for every format.
/// </summary>
internal static class IgnoreComments
{
    /// <summary>The uses, those that a comment excludes marked as such.</summary>
    public static IReadOnlyList<ImageUse> Apply(SourceFile file, IReadOnlyList<ImageUse> uses) =>
        uses.Count > 0 && Excluded(file) is { } isIgnored ? [.. uses.Select(u => isIgnored(u.Line, u.Written) ? u with { Skip = Reasons.Ignored, Problem = null } : u)] : uses;

    /// <summary>The packages, those that a comment excludes marked as such.</summary>
    public static IReadOnlyList<Packages.PackageUse> Apply(SourceFile file, IReadOnlyList<Packages.PackageUse> packages) =>
        packages.Count > 0 && Excluded(file) is { } isIgnored ? [.. packages.Select(p => isIgnored(p.Line, p.Version) ? p with { Skip = Reasons.Ignored } : p)] : packages;

    /// <summary>Tells of a line and of where a value is written whether a comment excludes it; null where no comment does so.</summary>
    private static Func<int, WrittenText, bool>? Excluded(SourceFile file)
    {
        var lines = new Dictionary<string, HashSet<int>>(StringComparer.Ordinal);
        var files = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        foreach (var source in file.Siblings.Append(file))
        {
            // Many files may share a sibling.
            if (source.Parsed(static f => new Ignored(CommentDirective.MayBeIn(f.Text) ? Lines(f.Text) : [])).Lines is { Count: > 0 } ignored)
            {
                (lines[source.Path], files[source.Path]) = (ignored, source);
            }
        }

        return lines.Count == 0 ? null : IsIgnored;

        bool IsIgnored(int line, WrittenText written) =>
            (lines.TryGetValue(file.Path, out var own) && own.Contains(line))
            || written.Spans.Any(s => lines.TryGetValue(s.Path ?? file.Path, out var there) && there.Contains(files[s.Path ?? file.Path].PositionOf(s.Start).Line));
    }

    private static HashSet<int> Lines(string text)
    {
        var found = new HashSet<int>();
        var (number, waits, block, isItem) = (0, false, -1, false);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var indent = line.Length - line.TrimStart().Length;
            if (block >= 0 && indent < line.Length)
            {
                // A list may stand at the depth of its key.
                block = indent > block || (indent == block && line[indent] == '-' && !isItem) ? block : -1;
                if (block >= 0)
                {
                    found.Add(number);
                }
            }

            if (CommentDirective.TryParse(line, out var directive) && directive.Kind == CommentKind.Ignore)
            {
                if (directive.StandsAlone)
                {
                    waits = true;
                }
                else
                {
                    found.Add(number);
                }
            }
            else if (waits && line.Trim() is var rest && !rest.IsEmpty && rest[0] is not ('#' or ';') && !rest.StartsWith("//", StringComparison.Ordinal) && !rest.StartsWith("--", StringComparison.Ordinal))
            {
                found.Add(number);
                waits = false;
                isItem = rest.StartsWith("- ", StringComparison.Ordinal);
                block = block < 0 && (isItem || rest[^1] == ':') ? indent : block;
            }
        }

        return found;
    }

    /// <param name="Lines">The lines of a file whose uses are excluded.</param>
    private sealed record Ignored(HashSet<int> Lines);
}
