using System.Globalization;
using System.Runtime.InteropServices;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// A version as Keel reads it, with <c>NewVersion</c> of github.com/Masterminds/semver v1.5.0: a small <c>v</c> or none, one to
/// three numbers of 63 bits with zeros in front or without, a pre-release, a build. The build has no part in the order.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct KeelVersion
{
    private readonly int _preReleaseStart;
    private readonly int _preReleaseLength;

    private KeelVersion(string text, ReadOnlySpan<long> numbers, int preReleaseStart, int preReleaseLength)
    {
        (Text, Major, Minor, Patch) = (text, numbers[0], numbers[1], numbers[2]);
        (_preReleaseStart, _preReleaseLength) = (preReleaseStart, preReleaseLength);
    }

    /// <summary>As it was written; null for no version at all.</summary>
    public string? Text { get; }

    /// <summary>The first number.</summary>
    public long Major { get; }

    /// <summary>The second number; 0 where it is not written.</summary>
    public long Minor { get; }

    /// <summary>The third number; 0 where it is not written.</summary>
    public long Patch { get; }

    /// <summary>What stands behind the dash, without it; empty for a release.</summary>
    public ReadOnlySpan<char> PreRelease => Text.AsSpan(_preReleaseStart, _preReleaseLength);

    /// <summary>Reads a version; false where the text is none.</summary>
    public static bool TryParse(string text, out KeelVersion version)
    {
        version = default;
        Span<long> numbers = [0, 0, 0];
        var at = text.StartsWith('v') ? 1 : 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            // ParseInt fails for what 64 bits do not hold, however many zeros stand in front.
            if (!long.TryParse(text.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }

            at = end;
            if (i == 2 || at == text.Length || text[at] != '.')
            {
                break;
            }

            at++;
        }

        var (preStart, preLength) = (at, 0);
        if (at < text.Length && text[at] == '-')
        {
            preStart = at + 1;
            at = EndOfIdentifiers(text, preStart);
            preLength = at - preStart;
            if (preLength <= 0)
            {
                return false;
            }
        }

        if (at < text.Length && text[at] == '+' && EndOfIdentifiers(text, at + 1) is > 0 and var buildEnd)
        {
            at = buildEnd;
        }

        if (at != text.Length)
        {
            return false;
        }

        version = new KeelVersion(text, numbers, preStart, preLength);
        return true;
    }

    /// <summary>Whether the pre-release is letter for letter the same.</summary>
    public bool HasPreReleaseOf(KeelVersion other) => PreRelease.SequenceEqual(other.PreRelease);

    /// <summary>
    /// The order of versions. Where <c>01</c> and <c>1</c> stand in the same place of two pre-releases, the library says of each
    /// that it is less than the other, and Keel would go to and fro between them: here they are equal.
    /// </summary>
    public int CompareWith(KeelVersion other)
    {
        var order = Major.CompareTo(other.Major);
        order = order != 0 ? order : Minor.CompareTo(other.Minor);
        order = order != 0 ? order : Patch.CompareTo(other.Patch);
        if (order != 0 || HasPreReleaseOf(other))
        {
            return order;
        }

        return _preReleaseLength == 0 ? 1 : other._preReleaseLength == 0 ? -1 : ComparePreReleases(PreRelease, other.PreRelease);
    }

    private static int ComparePreReleases(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (!a.IsEmpty || !b.IsEmpty)
        {
            var order = ComparePart(Next(ref a), Next(ref b));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    /// <summary>The part up to the next dot, taken away; empty at the end.</summary>
    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        var part = dot < 0 ? rest : rest[..dot];
        rest = dot < 0 ? [] : rest[(dot + 1)..];
        return part;
    }

    /// <summary>A missing part comes first, then numbers in their order, then words in theirs; a number over 64 bits is a word.</summary>
    private static int ComparePart(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            return a.Length.CompareTo(b.Length);
        }

        var (aIsNumber, bIsNumber) = (TryNumber(a, out var aNumber), TryNumber(b, out var bNumber));
        return aIsNumber && bIsNumber ? aNumber.CompareTo(bNumber)
            : aIsNumber != bIsNumber ? (aIsNumber ? -1 : 1)
            : Math.Sign(a.SequenceCompareTo(b));
    }

    private static bool TryNumber(ReadOnlySpan<char> part, out ulong number) =>
        ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>The end of words of letters, digits and dashes with dots between them; 0 where a word is missing.</summary>
    private static int EndOfIdentifiers(string text, int start)
    {
        var word = 0;
        var at = start;
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '-')
            {
                word++;
            }
            else if (text[at] == '.' && word > 0)
            {
                word = 0;
            }
            else
            {
                break;
            }
        }

        return word > 0 ? at : 0;
    }
}
