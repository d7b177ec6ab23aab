using System.Globalization;

namespace Basewatch.Core.Images;

/// <summary>
/// The Linux distribution that a suffix names: <c>-slim-bookworm</c>, <c>-alpine3.18</c>, <c>-jre-ubi8-minimal</c>.
/// Windows is not among them on purpose: a Windows image must fit the build of its host, so it never moves by itself.
/// </summary>
internal readonly struct DistributionSuffix
{
    /// <summary>
    /// Debian and Ubuntu by codename, the oldest first; only what has been released, and only Ubuntu's long-term releases, since
    /// nothing moves off them to interim ones.
    /// </summary>
    private static readonly (string Codename, string Family, int Order)[] Codenames =
    [
        ("wheezy", "debian", 7), ("jessie", "debian", 8), ("stretch", "debian", 9), ("buster", "debian", 10),
        ("bullseye", "debian", 11), ("bookworm", "debian", 12), ("trixie", "debian", 13),
        ("trusty", "ubuntu", 14), ("xenial", "ubuntu", 16), ("bionic", "ubuntu", 18), ("focal", "ubuntu", 20),
        ("jammy", "ubuntu", 22), ("noble", "ubuntu", 24), ("resolute", "ubuntu", 26),
    ];

    private static readonly string[] Families =
        ["alpine", "debian", "ubuntu", "ubi", "oraclelinux", "fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "al", "el", "ol"];

    private DistributionSuffix(string before, string family, long major, long minor, string after) =>
        (Before, Family, Major, Minor, After) = (before, family, major, minor, after);

    /// <summary>What stands before it in the suffix.</summary>
    public string Before { get; }

    /// <summary>Which distribution, and how it is written.</summary>
    public string Family { get; }

    /// <summary>First number of its release.</summary>
    public long Major { get; }

    /// <summary>Second number; 0 where it has none.</summary>
    public long Minor { get; }

    /// <summary>What stands behind it.</summary>
    public string After { get; }

    /// <summary>Finds the distribution in a suffix; null where it names none that can move.</summary>
    public static DistributionSuffix? Find(string suffix)
    {
        if (suffix.Contains("windows", StringComparison.Ordinal) || suffix.Contains("nanoserver", StringComparison.Ordinal))
        {
            return null;
        }

        var start = 0;
        while (start < suffix.Length)
        {
            var end = suffix.IndexOf('-', start);
            end = end < 0 ? suffix.Length : end;
            var piece = suffix.AsSpan(start, end - start);
            foreach (var (codename, family, order) in Codenames)
            {
                if (piece.SequenceEqual(codename))
                {
                    return new DistributionSuffix(suffix[..start], family + " by codename", order, 0, suffix[end..]);
                }
            }

            foreach (var family in Families)
            {
                if (!piece.StartsWith(family, StringComparison.Ordinal))
                {
                    continue;
                }

                // alpine3.18, or alpine-3.18 in two pieces.
                var number = piece[family.Length..];
                var (numberEnd, separator) = (end, "");
                if (number.IsEmpty && end < suffix.Length)
                {
                    var next = suffix.IndexOf('-', end + 1);
                    numberEnd = next < 0 ? suffix.Length : next;
                    number = suffix.AsSpan(end + 1, numberEnd - end - 1);
                    separator = "-";
                }

                if (TryRelease(number, out var major, out var minor, out var parts))
                {
                    return new DistributionSuffix(suffix[..start], $"{family}{separator}{parts}", major, minor, suffix[numberEnd..]);
                }
            }

            start = end + 1;
        }

        return null;
    }

    /// <summary>Whether a word names a distribution without a release.</summary>
    public static bool IsFamily(string word) => Families.Contains(word, StringComparer.Ordinal);

    /// <summary>Whether another suffix is the same but for a newer release of the distribution.</summary>
    public bool IsFollowedBy(DistributionSuffix other) => Before == other.Before && After == other.After && IsOlderReleaseOf(other);

    /// <summary>Whether another suffix names a newer release of the distribution.</summary>
    public bool IsOlderReleaseOf(DistributionSuffix other) =>
        Family == other.Family
        && CompareRelease(other) < 0
        && (!IsUbuntuLongTerm || other.IsUbuntuLongTerm);

    /// <summary>Order of releases.</summary>
    public int CompareRelease(DistributionSuffix other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    private bool IsUbuntuLongTerm => Family is "ubuntu by codename" || (Family.StartsWith("ubuntu", StringComparison.Ordinal) && Major % 2 == 0 && Minor == 4);

    private static bool TryRelease(ReadOnlySpan<char> text, out long major, out long minor, out int parts)
    {
        minor = 0;
        var dot = text.IndexOf('.');
        parts = dot < 0 ? 1 : 2;
        return long.TryParse(dot < 0 ? text : text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out major)
            && (dot < 0 || long.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out minor));
    }
}
