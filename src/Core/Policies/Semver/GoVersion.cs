using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Basewatch.Core.Policies.Semver;

/// <summary>
/// A version as Go's <see href="https://github.com/Masterminds/semver">Masterminds/semver</see> v3 reads it, which Flux and
/// Argo CD Image Updater use: the code of April 2026, whose grammar is that of 3.4.0. It is more lenient than
/// <see href="https://semver.org"/>: <c>v1.2</c>, <c>1</c> and <c>2025.01.03</c> are versions.
/// </summary>
public sealed record GoVersion
{
    private GoVersion(ulong major, ulong minor, ulong patch, string preRelease, string metadata, string original) =>
        (Major, Minor, Patch, PreRelease, Metadata, Original) = (major, minor, patch, preRelease, metadata, original);

    /// <summary>The first number.</summary>
    public ulong Major { get; }

    /// <summary>The second number; 0 where none is written.</summary>
    public ulong Minor { get; }

    /// <summary>The third number; 0 where none is written.</summary>
    public ulong Patch { get; }

    /// <summary>What is behind the dash, without it: <c>rc.1</c>; empty for a release.</summary>
    public string PreRelease { get; }

    /// <summary>What is behind the plus, without it. It has no part in any comparison.</summary>
    public string Metadata { get; }

    /// <summary>The version as it was written.</summary>
    public string Original { get; }

    /// <summary>Reads a version as <c>NewVersion</c> does: one to three numbers, a <c>v</c> before them, leading zeros.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out GoVersion? version) => TryRead(text, strict: false, out version);

    /// <summary>Reads a version as <c>StrictNewVersion</c> does: three numbers without leading zeros, no <c>v</c>.</summary>
    public static bool TryParseStrict(string? text, [NotNullWhen(true)] out GoVersion? version) => TryRead(text, strict: true, out version);

    /// <summary>Negative where this version comes before another, 0 where they are equal but for their metadata.</summary>
    public int CompareVersion(GoVersion other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var order = Major.CompareTo(other.Major);
        order = order != 0 ? order : Minor.CompareTo(other.Minor);
        order = order != 0 ? order : Patch.CompareTo(other.Patch);
        if (order != 0)
        {
            return order;
        }

        return (PreRelease.Length, other.PreRelease.Length) switch
        {
            (0, 0) => 0,
            (0, _) => 1,
            (_, 0) => -1,
            _ => ComparePreRelease(PreRelease, other.PreRelease),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Original;

    /// <summary>Compares pre-releases part by part; the one that has no more parts comes first, also when it is empty.</summary>
    internal static int ComparePreRelease(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (a.Length > 0 || b.Length > 0)
        {
            var order = CompareIdentifier(TakeIdentifier(ref a), TakeIdentifier(ref b));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    /// <summary>Where identifiers with dots between them end; <paramref name="at"/> where there is none.</summary>
    internal static int EndOfIdentifiers(ReadOnlySpan<char> text, int at)
    {
        var end = at;
        while (end < text.Length && (IsIdentifier(text[end]) || (text[end] == '.' && end > at && end + 1 < text.Length && IsIdentifier(text[end + 1]))))
        {
            end++;
        }

        return end;
    }

    private static bool TryRead(string? original, bool strict, [NotNullWhen(true)] out GoVersion? version)
    {
        version = null;
        var text = original.AsSpan();
        Span<ulong> numbers = [0, 0, 0];
        var at = !strict && text is ['v', ..] ? 1 : 0;
        var count = 0;
        do
        {
            at += count == 0 ? 0 : 1;
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            if (!ulong.TryParse(text[at..end], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count])
                || (strict && text[at] == '0' && end - at > 1))
            {
                return false;
            }

            at = end;
            count++;
        }
        while (count < 3 && at < text.Length && text[at] == '.');

        if (strict && count < 3)
        {
            return false;
        }

        var preRelease = TakeSuffix(text, '-', ref at);
        var metadata = TakeSuffix(text, '+', ref at);
        if (at < text.Length || HasLeadingZero(preRelease))
        {
            return false;
        }

        version = new GoVersion(numbers[0], numbers[1], numbers[2], preRelease.ToString(), metadata.ToString(), original!);
        return true;
    }

    /// <summary>The identifiers behind a mark; nothing is taken where there are none.</summary>
    private static ReadOnlySpan<char> TakeSuffix(ReadOnlySpan<char> text, char mark, ref int at)
    {
        if (at >= text.Length || text[at] != mark)
        {
            return [];
        }

        var start = at + 1;
        var end = EndOfIdentifiers(text, start);
        at = end > start ? end : at;
        return text[start..end];
    }

    private static bool HasLeadingZero(ReadOnlySpan<char> preRelease)
    {
        while (preRelease.Length > 0)
        {
            var identifier = TakeIdentifier(ref preRelease);
            if (identifier is ['0', _, ..] && !identifier.ContainsAnyExceptInRange('0', '9'))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<char> TakeIdentifier(ref ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        var identifier = dot < 0 ? rest : rest[..dot];
        rest = dot < 0 ? [] : rest[(dot + 1)..];
        return identifier;
    }

    /// <summary>Nothing comes before numbers, numbers before words. A number beyond 64 bits is a word.</summary>
    private static int CompareIdentifier(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            return a.Length.CompareTo(b.Length);
        }

        var isNumberA = ulong.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out var numberA);
        var isNumberB = ulong.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out var numberB);
        return (isNumberA, isNumberB) switch
        {
            (true, true) => numberA.CompareTo(numberB),
            (true, false) => -1,
            (false, true) => 1,
            _ => a.SequenceCompareTo(b),
        };
    }

    private static bool IsIdentifier(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';
}
