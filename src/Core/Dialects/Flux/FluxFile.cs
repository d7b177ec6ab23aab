using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using YamlDotNet.Core;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>Finds what is Flux's in a file: resources of its image automation, each document a part, and markers, each a part.</summary>
internal static class FluxFile
{
    /// <summary>The group of the resources, as <c>apiVersion</c> begins with it.</summary>
    public const string Group = "image.toolkit.fluxcd.io/";

    /// <summary>The most spaces between a value and its comment.</summary>
    private const int MostBlanks = 400;

    /// <summary>The longest comment.</summary>
    private const int LongestComment = 1000;

    private static readonly string[] Kinds = ["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"];

    /// <summary>The parts of a file.</summary>
    public static IEnumerable<ConfigurationPart> Parts(SourceFile file, IReadOnlyList<ImageUse> uses) => Resources(file).Concat(Markers(file, uses));

    /// <summary>The resources among what a document holds: itself, or the items of a list.</summary>
    public static IEnumerable<YamlMapping> ResourcesIn(YamlMapping root)
    {
        if (root.Scalar("kind")?.Value.EndsWith("List", StringComparison.Ordinal) == true && root.TryGet("items", out var items) && items is YamlSequence list)
        {
            return list.Mappings.Where(IsResource);
        }

        return IsResource(root) ? [root] : [];
    }

    private static bool IsResource(YamlMapping root) =>
        root.Scalar("apiVersion")?.Value.StartsWith(Group, StringComparison.Ordinal) == true && root.Scalar("kind") is { } kind && Kinds.Contains(kind.Value, StringComparer.Ordinal);

    private static IEnumerable<ConfigurationPart> Resources(SourceFile file)
    {
        if (!file.Text.Contains(Group, StringComparison.Ordinal))
        {
            yield break;
        }

        foreach (var (start, end) in Documents(file.Text))
        {
            var text = file.Text[start..end];
            if (!text.Contains(Group, StringComparison.Ordinal))
            {
                continue;
            }

            // Each by itself, so that one that is broken leaves the others.
            var document = new SourceFile(file.Path, text, firstLine: file.PositionOf(start).Line);
            var stream = YamlStream.Read(document);
            if (stream.Problem is not null)
            {
                // A template is no resource yet.
                if (!text.Contains("{{", StringComparison.Ordinal) && !text.Contains("{%", StringComparison.Ordinal) && Array.Exists(Kinds, k => text.Contains(k, StringComparison.Ordinal)))
                {
                    yield return new ConfigurationPart("flux", file.Path, document.PositionOf(0).Line, text);
                }
            }
            else if (stream.Documents is [YamlMapping root] && ResourcesIn(root).Any())
            {
                var first = text.LastIndexOf('\n', Math.Max(0, root.Start - 1)) + 1;
                yield return new ConfigurationPart("flux", file.Path, document.PositionOf(root.Start).Line, text[Math.Min(first, root.Start)..].TrimEnd());
            }
        }
    }

    /// <summary>Cuts where a line begins with <c>---</c> or <c>...</c>, which ends a document whatever it is in.</summary>
    private static IEnumerable<(int Start, int End)> Documents(string text)
    {
        var start = 0;
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf('\n', at) is var feed and >= 0 ? feed + 1 : text.Length;
            var line = text.AsSpan(at, next - at);
            var isEnd = IsMark(line, "...");
            if (isEnd || IsMark(line, "---"))
            {
                yield return (start, at);
                start = isEnd ? next : at;
            }

            at = next;
        }

        yield return (start, text.Length);
    }

    private static bool IsMark(ReadOnlySpan<char> line, string mark) => line.StartsWith(mark, StringComparison.Ordinal) && (line.Length == mark.Length || char.IsWhiteSpace(line[mark.Length]));

    /// <summary>The files that the controller reads (<c>filereader.go</c>).</summary>
    private static bool HasMarkers(SourceFile file) =>
        (file.Path.EndsWith(".yaml", StringComparison.Ordinal) || file.Path.EndsWith(".yml", StringComparison.Ordinal) || file.Name is "Kustomization") && file.Text.Contains(FluxMarker.Key, StringComparison.Ordinal);

    /// <summary>
    /// A part for each marker: what is written in its line, as far as it is the image's, and the comment. Without text where Flux can't
    /// read the file, and without places where no image is known.
    /// </summary>
    private static IEnumerable<ConfigurationPart> Markers(SourceFile file, IReadOnlyList<ImageUse> uses)
    {
        if (!HasMarkers(file))
        {
            yield break;
        }

        var stream = YamlStream.Read(file);
        var blocks = BlocksIn(stream);
        var found = new SortedDictionary<int, (string Text, HashSet<UsePlace> Places)>();
        foreach (var use in uses)
        {
            foreach (var span in SpansOf(use))
            {
                // In a block, it is text.
                if (span.End <= file.Text.Length && CommentOf(file.Text, span) is var (from, to, hash) && !IsInBlock(blocks, span.Start))
                {
                    if (!found.TryGetValue(hash, out var marker))
                    {
                        found[hash] = marker = (stream.Problem is null ? file.Text[from..to].TrimEnd() : "", []);
                    }

                    marker.Places.Add(UsePlace.Of(use));
                }
            }
        }

        foreach (var (hash, (text, places)) in found)
        {
            yield return new ConfigurationPart("flux", file.Path, file.PositionOf(hash).Line, text, [.. places]);
        }

        foreach (var (line, text) in stream.Problem is null ? Unmatched(file, [.. found.Keys.Select(h => file.PositionOf(h).Line)]) : [])
        {
            yield return new ConfigurationPart("flux", file.Path, line, text, []);
        }
    }

    /// <summary>The markers in lines where no image is known.</summary>
    private static IEnumerable<(int Line, string Text)> Unmatched(SourceFile file, HashSet<int> matched)
    {
        var text = file.Text;
        for (var at = text.IndexOf(FluxMarker.Key, StringComparison.Ordinal); at >= 0; at = text.IndexOf(FluxMarker.Key, at, StringComparison.Ordinal))
        {
            var (line, column) = file.PositionOf(at);
            var start = file.OffsetOf(line, 1);
            var end = LineEnd(text, at);
            var hash = text.AsSpan(start, Math.Min(column, MostBlanks)).IndexOf('#');
            if (hash >= 0 && matched.Add(line))
            {
                yield return (line, text[(start + hash)..end]);
            }

            at = end;
        }
    }

    /// <summary>The places of a use: where it is written, and where an empty digest is.</summary>
    private static IEnumerable<TextSpan> SpansOf(ImageUse use) =>
        (use.DigestPlace is { } place && string.IsNullOrWhiteSpace(place.Before) && !place.Before.Contains('\n', StringComparison.Ordinal) ? use.Written.Spans.Append(place.Span) : use.Written.Spans).Where(s => s.Path is null);

    /// <summary>The comment behind a value, or above it where it is the item of a list: from where to where, and where its number sign is.</summary>
    private static (int From, int To, int Hash)? CommentOf(string text, TextSpan span)
    {
        var at = span.End < text.Length && text[span.End] is '"' or '\'' ? span.End + 1 : span.End;
        var rest = text.AsSpan(at, Math.Min(text.Length - at, MostBlanks));
        var hash = rest.IndexOfAnyExcept(' ', '\t');
        if (hash >= 0 && rest[hash] == '#' && (hash > 0 || (at > 0 && text[at - 1] is ' ' or '\t')))
        {
            return IsMarked(text, at + hash) ? (span.Start, LineEnd(text, at + hash), at + hash) : null;
        }

        return hash < 0 || rest[hash] is '\r' or '\n' ? CommentAbove(text, span) : null;
    }

    private static (int From, int To, int Hash)? CommentAbove(string text, TextSpan span)
    {
        var start = text.LastIndexOf('\n', Math.Max(0, span.Start - 1)) + 1;
        if (start < 2 || start > span.Start || text.AsSpan(start, span.Start - start).Trim(" \t\"'") is not "-")
        {
            return null;
        }

        var above = text.LastIndexOf('\n', start - 2) + 1;
        var blanks = text.AsSpan(above, start - above).IndexOfAnyExcept(' ', '\t');
        var isAlone = above < 2 || !text.AsSpan(0, above - 1)[(text.LastIndexOf('\n', above - 2) + 1)..].TrimStart(" \t").StartsWith('#');
        return blanks >= 0 && text[above + blanks] == '#' && isAlone && IsMarked(text, above + blanks) ? (above + blanks, LineEnd(text, span.End), above + blanks) : null;
    }

    private static bool IsMarked(string text, int hash) => FluxMarker.IsIn(text.AsSpan(hash, LineEnd(text, hash) - hash));

    private static int LineEnd(string text, int at)
    {
        var rest = text.AsSpan(at, Math.Min(text.Length - at, LongestComment));
        return at + (rest.IndexOfAny('\r', '\n') is var end and >= 0 ? end : rest.Length);
    }

    /// <summary>Where scalars begin, in order, and whether each is a block.</summary>
    private static List<(int Start, bool IsBlock)> BlocksIn(YamlStream stream)
    {
        var scalars = new List<(int Start, bool IsBlock)>();
        var open = new Stack<YamlNode>(stream.Documents);
        while (open.TryPop(out var node))
        {
            switch (node)
            {
                case YamlScalar scalar:
                    scalars.Add((scalar.Start, scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded));
                    break;
                case YamlSequence sequence:
                    sequence.Items.ForEach(open.Push);
                    break;
                case YamlMapping mapping:
                    mapping.Entries.ForEach(e =>
                    {
                        open.Push(e.Key);
                        open.Push(e.Value);
                    });
                    break;
            }
        }

        scalars.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return scalars;
    }

    private static bool IsInBlock(List<(int Start, bool IsBlock)> scalars, int offset)
    {
        var (low, high) = (0, scalars.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = scalars[middle].Start <= offset ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && scalars[low - 1].IsBlock;
    }
}
