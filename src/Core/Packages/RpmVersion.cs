using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Packages;

/// <summary>A version of a package of Fedora, Red Hat and their like: <c>[epoch:]version[-release]</c> (<see href="https://rpm-software-management.github.io/rpm/man/rpm-version.7"/>).</summary>
public sealed record RpmVersion
{
    private RpmVersion(string text, string epoch, string version, string? release) => (Text, Epoch, Version, Release) = (text, epoch, version, release);

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>Digits: <c>0</c> where none is written.</summary>
    public string Epoch { get; }

    /// <summary>What the authors of the software call it.</summary>
    public string Version { get; }

    /// <summary>Of the packaging; null where none is written, which is for any.</summary>
    public string? Release { get; }

    /// <summary>Whether it is of a module, of which several streams may be in one archive: <c>1.module_el9+1234+abcd</c>, <c>1.module+el8</c>.</summary>
    public bool IsModular => Release is { } release && (release.Contains(".module_", StringComparison.Ordinal) || release.Contains(".module+", StringComparison.Ordinal));

    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static RpmVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{Images.Excerpt.Of(text)}' is no version of an RPM package");

    /// <summary>Reads a version.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RpmVersion? version)
    {
        version = null;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon < 0 ? "0" : text[..colon];
        var rest = text[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        var upstream = dash < 0 ? rest : rest[..dash];
        var release = dash < 0 ? null : rest[(dash + 1)..];
        if (epoch.Length == 0 || !epoch.All(char.IsAsciiDigit) || !IsPart(upstream) || (release is not null && !IsPart(release)))
        {
            return false;
        }

        version = new RpmVersion(text, epoch, upstream, release);
        return true;
    }

    /// <summary>The order of rpm: below zero where the first is older. A version without a release is like every release of it.</summary>
    public static int Compare(RpmVersion a, RpmVersion b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return NumberRun.Compare(a.Epoch, b.Epoch) is not 0 and var epochs ? epochs
            : ComparePart(a.Version, b.Version) is not 0 and var versions ? versions
            : a.Release is null || b.Release is null ? 0
            : ComparePart(a.Release, b.Release);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool IsPart(string text) => text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '+' or '~' or '^');

    /// <summary>
    /// Numbers and words in turn, a number being newer than a word; a tilde comes before the end, a caret after the end and before
    /// everything else; what else stands between them only parts them.
    /// </summary>
    private static int ComparePart(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var (i, j) = (0, 0);
        while (i < a.Length || j < b.Length)
        {
            SkipSeparators(a, ref i);
            SkipSeparators(b, ref j);
            if (Is(a, i, '~') || Is(b, j, '~'))
            {
                if (!Is(a, i, '~') || !Is(b, j, '~'))
                {
                    return Is(a, i, '~') ? -1 : 1;
                }

                i++;
                j++;
                continue;
            }

            if (Is(a, i, '^') || Is(b, j, '^'))
            {
                if (!Is(a, i, '^') || !Is(b, j, '^'))
                {
                    return Is(a, i, '^') ? (j >= b.Length ? 1 : -1) : (i >= a.Length ? -1 : 1);
                }

                i++;
                j++;
                continue;
            }

            if (i >= a.Length || j >= b.Length)
            {
                break;
            }

            var isNumber = char.IsAsciiDigit(a[i]);
            if (isNumber != char.IsAsciiDigit(b[j]))
            {
                return isNumber ? 1 : -1;
            }

            var order = isNumber ? NumberRun.Compare(a, ref i, b, ref j) : Word(a, ref i).SequenceCompareTo(Word(b, ref j));
            if (order != 0)
            {
                return order;
            }
        }

        return (i < a.Length).CompareTo(j < b.Length);
    }

    private static bool Is(ReadOnlySpan<char> text, int at, char c) => at < text.Length && text[at] == c;

    private static void SkipSeparators(ReadOnlySpan<char> text, ref int at)
    {
        while (at < text.Length && !char.IsAsciiLetterOrDigit(text[at]) && text[at] is not ('~' or '^'))
        {
            at++;
        }
    }

    private static ReadOnlySpan<char> Word(ReadOnlySpan<char> text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiLetter(text[at]))
        {
            at++;
        }

        return text[start..at];
    }
}
