using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Basewatch.Core.Formats;

/// <summary>A stretch of a file's text, in UTF-16 characters.</summary>
/// <param name="Start">Offset of the first character.</param>
/// <param name="Length">Number of characters; 0 is a place to insert.</param>
/// <param name="Path">The file, where it is another than that of the use: a variable's value may stand in <c>.env</c>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextSpan(int Start, int Length, string? Path = null)
{
    /// <summary>Offset after the last character.</summary>
    public int End => Start + Length;
}

/// <summary>A stretch of text and what shall stand there instead.</summary>
public sealed record TextEdit(TextSpan Span, string Replacement);

/// <summary>
/// A value together with where each of its characters is written in the file. Most values stand in one place; one put
/// together from variables (<c>python:${VERSION}-slim</c>) has a segment for each place, and an edit goes to where the
/// changed part is written.
/// </summary>
public sealed class WrittenText
{
    private readonly List<Segment> _segments;

    private WrittenText(string value, List<Segment> segments) => (Value, _segments) = (value, segments);

    /// <summary>The value that the file means.</summary>
    public string Value { get; }

    /// <summary>The places, in the value's order.</summary>
    public IEnumerable<TextSpan> Spans => _segments.Select(s => new TextSpan(s.FileStart, s.Length, s.Path));

    /// <summary>Whether its parts are written in several places.</summary>
    internal bool IsScattered => _segments.Count > 1;

    /// <summary>Whether what a digest is of, the last part of a reference's name and the tag, is written in one place.</summary>
    internal bool HoldsDigest
    {
        get
        {
            var layout = Images.ReferenceLayout.Of(Value);
            var lastComponent = Value.AsSpan(0, layout.Name.End.GetOffset(Value.Length)).LastIndexOf('/') + 1;
            return SpanOf(lastComponent..(layout.Tag ?? layout.Name).End) is not null;
        }
    }

    /// <summary>Where it is written, to compare: an edit of one value serves another that is written in the same places.</summary>
    internal string Places => string.Join(' ', _segments.Select(s => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{s.Path}:{s.FileStart}+{s.Length}")));

    /// <summary>A value that stands in the file as it is.</summary>
    /// <param name="value">The value.</param>
    /// <param name="fileStart">Offset of its first character.</param>
    /// <param name="sibling">The file that it stands in, where that is not the one that the use is in.</param>
    /// <param name="encode">
    /// Writes another value in this place, where the value alone would be read as something else there:
    /// <c>1.10</c> as <c>"1.10"</c>, which YAML otherwise takes for a number.
    /// </param>
    public static WrittenText At(string value, int fileStart, SourceFile? sibling = null, Func<string, string>? encode = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value, [new Segment(0, fileStart, value.Length, sibling?.Path, encode)]);
    }

    /// <summary>A value that stands nowhere in the file as it is (escapes, folded lines): it can be told and not edited.</summary>
    public static WrittenText Unplaced(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value, []);
    }

    /// <summary>Values one after another. Empty ones are dropped, neighbours in the file become one segment.</summary>
    public static WrittenText Join(IEnumerable<WrittenText> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var value = new System.Text.StringBuilder();
        var segments = new List<Segment>();
        foreach (var part in parts)
        {
            foreach (var segment in part._segments.Where(s => s.Length > 0))
            {
                var start = value.Length + segment.ValueStart;
                if (segments.Count > 0 && segments[^1] is var last && segment.Encode is null && last.Encode is null && last.Path == segment.Path
                    && last.FileStart + last.Length == segment.FileStart && last.ValueStart + last.Length == start)
                {
                    segments[^1] = last with { Length = last.Length + segment.Length };
                }
                else
                {
                    segments.Add(segment with { ValueStart = start });
                }
            }

            value.Append(part.Value);
        }

        return new WrittenText(value.ToString(), segments);
    }

    /// <summary>Part of the value, with the places it is written in.</summary>
    public WrittenText Slice(Range range)
    {
        var (start, length) = range.GetOffsetAndLength(Value.Length);
        var segments = new List<Segment>(1);
        AddSegments(segments, 0, start, length);
        return new WrittenText(Value.Substring(start, length), segments);
    }

    /// <summary>Parts of the value, one after another.</summary>
    public WrittenText Slices(IReadOnlyList<Range> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (ranges is [var only])
        {
            return Slice(only);
        }

        var value = new System.Text.StringBuilder();
        var segments = new List<Segment>(ranges.Count);
        foreach (var range in ranges)
        {
            var (start, length) = range.GetOffsetAndLength(Value.Length);
            AddSegments(segments, value.Length, start, length);
            value.Append(Value, start, length);
        }

        return new WrittenText(value.ToString(), segments);
    }

    /// <summary>
    /// The same value with the places it has in the file, where this one's places are offsets in another value: text in a
    /// block scalar that is YAML itself.
    /// </summary>
    public WrittenText Within(WrittenText outer)
    {
        ArgumentNullException.ThrowIfNull(outer);
        var segments = new List<Segment>();
        foreach (var s in _segments)
        {
            if (s.Length == 0)
            {
                // Nothing stands after the character before it.
                if (s.FileStart > 0 && outer.SpanOf((s.FileStart - 1)..s.FileStart) is { } last)
                {
                    segments.Add(s with { FileStart = last.End, Path = last.Path });
                }

                continue;
            }

            var before = segments.Count;
            outer.AddSegments(segments, s.ValueStart, s.FileStart, s.Length);
            if (segments.Count == before + 1 && segments[before].Length == s.Length)
            {
                segments[before] = segments[before] with { Encode = s.Encode };
            }
        }

        return new WrittenText(Value, segments);
    }

    /// <summary>The one place where a part of the value stands whole, or null when it is spread over several.</summary>
    public TextSpan? SpanOf(Range range)
    {
        var (_, length) = range.GetOffsetAndLength(Value.Length);
        return Slice(range)._segments is [var only] && only.Length == length ? new TextSpan(only.FileStart, only.Length, only.Path) : null;
    }

    /// <summary>Edits of this value, where the result has to be written with its encoding as the edit of a whole place.</summary>
    internal IReadOnlyList<TextEdit> Encode(IReadOnlyList<TextEdit> edits)
    {
        List<TextEdit>? result = null;
        foreach (var s in _segments.Where(s => s.Encode is not null))
        {
            var inside = (result ?? edits).Where(e => e.Span.Path == s.Path && e.Span.Start >= s.FileStart && e.Span.End <= s.FileStart + s.Length).OrderBy(e => e.Span.Start).ToList();
            var text = new System.Text.StringBuilder();
            var at = 0;
            foreach (var edit in inside)
            {
                text.Append(Value, s.ValueStart + at, edit.Span.Start - s.FileStart - at).Append(edit.Replacement);
                at = edit.Span.End - s.FileStart;
            }

            var plain = text.Append(Value, s.ValueStart + at, s.Length - at).ToString();
            if (inside.Count > 0 && s.Encode!(plain) is var written && written != plain)
            {
                result = [.. (result ?? edits).Except(inside), new TextEdit(new TextSpan(s.FileStart, s.Length, s.Path), written)];
            }
        }

        return result ?? edits;
    }

    /// <summary>
    /// The edit that turns a part of the value into another text. Where the part is spread over several places, what both
    /// texts have in common at either end is left alone; false when the rest is still spread, so that no single edit does it.
    /// </summary>
    /// <param name="range">The part; empty to insert after the character before it.</param>
    /// <param name="replacement">What it shall be.</param>
    /// <param name="edit">The edit of the file.</param>
    public bool TryReplace(Range range, string replacement, [NotNullWhen(true)] out TextEdit? edit)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        edit = null;
        var (start, length) = range.GetOffsetAndLength(Value.Length);
        if (length == 0)
        {
            if (start > 0 && SpanOf((start - 1)..start) is { } before)
            {
                edit = new TextEdit(before with { Start = before.End, Length = 0 }, replacement);
            }

            return edit is not null;
        }

        if (SpanOf(range) is { } whole)
        {
            edit = new TextEdit(whole, replacement);
            return true;
        }

        var old = Value.AsSpan(start, length);
        var prefix = old.CommonPrefixLength(replacement);
        var most = Math.Min(old.Length, replacement.Length) - prefix;
        var suffix = 0;
        while (suffix < most && old[^(suffix + 1)] == replacement[^(suffix + 1)])
        {
            suffix++;
        }

        // Widen to the segment's bounds: a variable's value is replaced whole where it can be, as a person would.
        foreach (var s in _segments)
        {
            var from = Math.Max(s.ValueStart, start);
            var to = Math.Min(s.ValueStart + s.Length, start + length);
            var headKept = from - start;
            var tailKept = start + length - to;
            if (from < to && headKept <= prefix && tailKept <= suffix && replacement.Length >= headKept + tailKept)
            {
                edit = new TextEdit(new TextSpan(s.FileStart + from - s.ValueStart, to - from, s.Path), replacement[headKept..^tailKept]);
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds the places of a part of the value, which is to stand at <paramref name="at"/> in another value.</summary>
    private void AddSegments(List<Segment> segments, int at, int start, int length)
    {
        for (var i = FirstSegmentAt(start); i < _segments.Count && _segments[i].ValueStart < start + length; i++)
        {
            var s = _segments[i];
            var from = Math.Max(start, s.ValueStart);
            var to = Math.Min(start + length, s.ValueStart + s.Length);
            if (from < to)
            {
                // A part of an encoded place is not encoded by itself.
                segments.Add(s with { ValueStart = at + from - start, FileStart = s.FileStart + from - s.ValueStart, Length = to - from, Encode = to - from == s.Length ? s.Encode : null });
            }
        }
    }

    /// <summary>Index of the first segment that ends after a place in the value.</summary>
    private int FirstSegmentAt(int start)
    {
        var (low, high) = (0, _segments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_segments[middle].ValueStart + _segments[middle].Length > start)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private sealed record Segment(int ValueStart, int FileStart, int Length, string? Path = null, Func<string, string>? Encode = null);
}
