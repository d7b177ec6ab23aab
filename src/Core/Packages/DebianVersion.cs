using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Basewatch.Core.Packages;

/// <summary>
/// A version of a package of Debian, Ubuntu and their like: <c>[epoch:]upstream[-revision]</c>
/// (<see href="https://www.debian.org/doc/debian-policy/ch-controlfields.html#version"/>, <c>deb-version(7)</c>).
/// </summary>
public sealed record DebianVersion
{
    private static readonly SearchValues<char> UpstreamCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~-:");

    private static readonly SearchValues<char> RevisionCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~");

    private DebianVersion(string text, int epoch, string upstream, string revision) => (Text, Epoch, Upstream, Revision) = (text, epoch, upstream, revision);

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>From 0.</summary>
    public int Epoch { get; }

    /// <summary>What the authors of the software call it.</summary>
    public string Upstream { get; }

    /// <summary>Of the packaging; empty where there is none.</summary>
    public string Revision { get; }

    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static DebianVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{Images.Excerpt.Of(text)}' is no version of a Debian package");

    /// <summary>Reads a version.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DebianVersion? version)
    {
        version = null;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var epoch = 0;
        var rest = text.AsSpan();
        if (rest.IndexOf(':') is var colon and >= 0)
        {
            if (!int.TryParse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out epoch))
            {
                return false;
            }

            rest = rest[(colon + 1)..];
        }

        var dash = rest.LastIndexOf('-');
        var upstream = dash < 0 ? rest : rest[..dash];
        var revision = dash < 0 ? default : rest[(dash + 1)..];
        if (upstream.IsEmpty || (dash >= 0 && revision.IsEmpty) || !char.IsAsciiDigit(upstream[0])
            || upstream.ContainsAnyExcept(UpstreamCharacters) || revision.ContainsAnyExcept(RevisionCharacters))
        {
            return false;
        }

        version = new DebianVersion(text, epoch, upstream.ToString(), revision.ToString());
        return true;
    }

    /// <summary>The order of dpkg: below zero where the first is older.</summary>
    public static int Compare(DebianVersion a, DebianVersion b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return a.Epoch.CompareTo(b.Epoch) is not 0 and var epochs ? epochs
            : ComparePart(a.Upstream, b.Upstream) is not 0 and var upstreams ? upstreams
            : ComparePart(a.Revision, b.Revision);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Stretches without digits and numbers in turn; a tilde comes before everything, the end included, and letters before all else.</summary>
    private static int ComparePart(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var (i, j) = (0, 0);
        while (i < a.Length || j < b.Length)
        {
            while ((i < a.Length && !char.IsAsciiDigit(a[i])) || (j < b.Length && !char.IsAsciiDigit(b[j])))
            {
                if (Weight(a, i).CompareTo(Weight(b, j)) is not 0 and var order)
                {
                    return order;
                }

                i++;
                j++;
            }

            if (NumberRun.Compare(a, ref i, b, ref j) is not 0 and var numbers)
            {
                return numbers;
            }
        }

        return 0;
    }

    private static int Weight(ReadOnlySpan<char> text, int at) => at >= text.Length ? 0 : text[at] switch
    {
        '~' => -1,
        >= '0' and <= '9' => 0,
        (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') => text[at],
        _ => text[at] + 256,
    };
}
