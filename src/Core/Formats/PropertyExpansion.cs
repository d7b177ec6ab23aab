using System.Runtime.InteropServices;

namespace Basewatch.Core.Formats;

/// <summary>A text with the properties of a build file in it replaced: <c>${name}</c> of Maven, <c>$(Name)</c> of MSBuild.</summary>
/// <param name="Value">The value, as far as it is known.</param>
/// <param name="Problem">Why it can't be known; null where it is.</param>
/// <param name="IsWhole">Whether it is written in one place.</param>
/// <param name="Pinnable">Whether a digest may be added: not to a property that is one part of several, nor where one has the image's own name.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PropertyExpansion(WrittenText Value, string? Problem, bool IsWhole, bool Pinnable)
{
    private const int DeepestNesting = 16;

    /// <summary>Replaces the properties of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="open">What a property begins with: <c>${</c>.</param>
    /// <param name="close">What it ends with.</param>
    /// <param name="lookup">The value of a property; null where the file gives none.</param>
    public static PropertyExpansion Of(WrittenText text, string open, char close, Func<string, WrittenText?> lookup)
    {
        var (whole, pinnable) = (true, true);
        for (var depth = 0; text.Value.Contains(open, StringComparison.Ordinal); depth++)
        {
            if (depth >= DeepestNesting || text.Value.Length > VariableExpansion.LongestValue)
            {
                return new PropertyExpansion(text, "its properties stand for themselves, or for too much", IsWhole: false, Pinnable: false);
            }

            var pieces = new List<WrittenText>();
            var at = 0;
            for (int start; (start = text.Value.IndexOf(open, at, StringComparison.Ordinal)) >= 0;)
            {
                var end = text.Value.IndexOf(close, start);
                if (end < 0)
                {
                    return new PropertyExpansion(text, $"'{Images.Excerpt.Of(text.Value[start..])}' is no property that can be read", IsWhole: false, Pinnable: false);
                }

                var name = text.Value[(start + open.Length)..end];
                if (lookup(name) is not { } value)
                {
                    return new PropertyExpansion(text, $"the property {Images.Excerpt.Of(name)} has no plain value in this file", IsWhole: false, Pinnable: false);
                }

                pieces.Add(text.Slice(at..start));
                pieces.Add(value);
                whole &= start == 0 && end == text.Value.Length - 1;
                at = end + 1;
            }

            pinnable = whole || (pinnable && text.Value.AsSpan(at).Contains('/'));
            pieces.Add(text.Slice(at..));
            text = WrittenText.Join(pieces);
        }

        return new PropertyExpansion(text, null, whole, pinnable);
    }
}
