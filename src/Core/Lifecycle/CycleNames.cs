using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>How tags name the cycles of what an image ships.</summary>
internal static class CycleNames
{
    /// <summary>What may stand before a version and says nothing of whose it is. <c>cli-2.10</c> is another thing's, and <c>jdk-21</c> too.</summary>
    private static readonly string[] Prefixes = ["", "version-", "release-", "beta-", "rc-", "lts-", "open-", "enterprise-", "community-", "chakracore-"];

    /// <summary>
    /// Names that tags have for cycles and the catalogue has not. Node.js: <see href="https://github.com/nodejs/Release/blob/main/CODENAMES.md"/>;
    /// Traefik: the tags that its official image had beside its versions; SQL Server: the year of the product.
    /// </summary>
    private static readonly Dictionary<string, Dictionary<string, string>> Words = new(StringComparer.Ordinal)
    {
        ["nodejs"] = new(StringComparer.Ordinal)
        {
            ["argon"] = "4",
            ["boron"] = "6",
            ["carbon"] = "8",
            ["dubnium"] = "10",
            ["erbium"] = "12",
            ["fermium"] = "14",
            ["gallium"] = "16",
            ["hydrogen"] = "18",
            ["iron"] = "20",
            ["jod"] = "22",
            ["krypton"] = "24",
        },
        ["traefik"] = new(StringComparer.Ordinal)
        {
            ["reblochon"] = "1.0",
            ["camembert"] = "1.1",
            ["morbier"] = "1.2",
            ["raclette"] = "1.3",
            ["roquefort"] = "1.4",
            ["cancoillotte"] = "1.5",
            ["tetedemoine"] = "1.6",
            ["maroilles"] = "1.7",
            ["faisselle"] = "2.0",
            ["montdor"] = "2.0",
            ["cantal"] = "2.1",
            ["chevrotin"] = "2.2",
            ["picodon"] = "2.3",
            ["livarot"] = "2.4",
            ["brie"] = "2.5",
            ["rocamadour"] = "2.6",
            ["epoisses"] = "2.7",
            ["vacherin"] = "2.8",
            ["banon"] = "2.9",
            ["saintmarcelin"] = "2.10",
            ["mimolette"] = "2.11",
            ["beaufort"] = "3.0",
            ["comte"] = "3.1",
            ["munster"] = "3.2",
            ["saintnectaire"] = "3.3",
            ["chaource"] = "3.4",
            ["chabichou"] = "3.5",
            ["ramequin"] = "3.6",
            ["langres"] = "3.7",
        },
        ["mssqlserver"] = new(StringComparer.Ordinal) { ["2025"] = "17.0", ["2022"] = "16.0", ["2019"] = "15.0", ["2017"] = "14.0" },
        ["amazon-linux"] = new(StringComparer.Ordinal) { ["1"] = "2018.03" },
        ["dotnetfx"] = new(StringComparer.Ordinal) { ["3.5"] = "3.5-sp1" },
    };

    /// <summary>
    /// The cycle of a tag: the longest cycle name that its version begins with, part by part, or the one that its first piece is the
    /// name of (<c>noble-20240423</c>, <c>jod-alpine</c>, <c>centos7</c>). Null for a tag that floats over cycles: <c>3</c>, <c>latest</c>, <c>lts</c>.
    /// </summary>
    public static Cycle? Find(Product product, TagVersion tag)
    {
        if (WindowsReleases.IsOf(product))
        {
            return WindowsReleases.Find(product, FirstPiece(tag.Text)) ?? (tag.Text.StartsWith("windows", StringComparison.Ordinal) ? WindowsReleases.Find(product, LastPiece(tag.Text)) : null);
        }

        if (IsVersion(tag))
        {
            return ByWord(product, tag.VersionText) ?? LongestPrefix(product, tag.VersionText) ?? OnlyOne(product, tag.VersionText);
        }

        // A long-term line by its name: lts-jod.
        var text = tag.Text.AsSpan();
        text = text.StartsWith("lts-", StringComparison.Ordinal) ? text[4..] : text;
        var piece = text.IndexOf('-') is >= 0 and var dash ? text[..dash] : text;
        foreach (var cycle in product.Cycles)
        {
            if (IsCodename(cycle, piece) || (!char.IsAsciiDigit(piece[0]) && piece.Equals(cycle.Name, StringComparison.OrdinalIgnoreCase)))
            {
                return cycle;
            }
        }

        if (Words.ContainsKey(product.Name))
        {
            return ByWord(product, piece.ToString());
        }

        // The product's own name before it: centos7, leap15.6.
        foreach (var word in (ReadOnlySpan<string>)[product.Name, "leap", "stream"])
        {
            if (piece.Length > word.Length && piece.StartsWith(word, StringComparison.Ordinal) && char.IsAsciiDigit(piece[word.Length]))
            {
                return LongestPrefix(product, piece[word.Length..]);
            }
        }

        return null;
    }

    /// <summary>The cycle of a version after a word, wherever in the tag: <c>4-python3.11</c>.</summary>
    public static Cycle? After(Product product, string word, string text)
    {
        foreach (var range in text.AsSpan().Split('-'))
        {
            var piece = text.AsSpan(range);
            if (piece.StartsWith(word, StringComparison.Ordinal) && piece.Length > word.Length && char.IsAsciiDigit(piece[word.Length]))
            {
                return LongestPrefix(product, piece[word.Length..]);
            }
        }

        return null;
    }

    /// <summary>The longest cycle name that a version begins with, part by part: <c>3.8.19</c> is of 3.8.</summary>
    public static Cycle? LongestPrefix(Product product, ReadOnlySpan<char> version)
    {
        Cycle? longest = null;
        foreach (var cycle in product.Cycles)
        {
            if (version.StartsWith(cycle.Name, StringComparison.Ordinal)
                && (version.Length == cycle.Name.Length || version[cycle.Name.Length] is '.' or 'u')
                && (longest is null || cycle.Name.Length > longest.Name.Length))
            {
                longest = cycle;
            }
        }

        return longest;
    }

    /// <summary>Whether a text is the first word of a cycle's codename, in any case: <c>noble</c> of Noble Numbat.</summary>
    public static bool IsCodename(Cycle cycle, ReadOnlySpan<char> text)
    {
        if (cycle.Codename is not { Length: > 0 } codename)
        {
            return false;
        }

        var space = codename.IndexOf(' ', StringComparison.Ordinal);
        return text.Equals(space < 0 ? codename : codename.AsSpan(0, space), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A tag up to its first dash.</summary>
    public static string FirstPiece(string tag) => tag.Split('-', 2)[0];

    /// <summary>
    /// Whether the number that a tag begins with is a version of what the image ships; a day is none, and what letters follow at once
    /// is something else (<c>32bit</c>).
    /// </summary>
    private static bool IsVersion(TagVersion tag)
    {
        if (tag.Scheme != TagScheme.Version || (tag.Precision == 1 && tag.Suffix is [var next, ..] && char.IsAsciiLetter(next)))
        {
            return false;
        }

        var prefix = tag.Prefix.AsSpan();
        prefix = prefix is [.., 'v' or 'V'] ? prefix[..^1] : prefix;
        foreach (var known in Prefixes)
        {
            if (prefix.Equals(known, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The one cycle of a major version that others have followed: <c>tomcat:9</c> can only be 9.0. Of several the tag may be any, and
    /// the newest major may get more.
    /// </summary>
    private static Cycle? OnlyOne(Product product, ReadOnlySpan<char> version)
    {
        if (version.ContainsAnyExceptInRange('0', '9') || version.Length > 9)
        {
            return null;
        }

        var major = int.Parse(version, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
        Cycle? only = null;
        var isFollowed = false;
        foreach (var cycle in product.Cycles)
        {
            var name = cycle.Name.AsSpan();
            var dot = name.IndexOf('.');
            if (!int.TryParse(dot < 0 ? name : name[..dot], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var own))
            {
                continue;
            }

            isFollowed |= own > major;
            if (own == major && dot > 0)
            {
                if (only is not null)
                {
                    return null;
                }

                only = cycle;
            }
        }

        return isFollowed ? only : null;
    }

    private static Cycle? ByWord(Product product, string word) =>
        Words.TryGetValue(product.Name, out var words) && words.TryGetValue(word, out var name) ? product.Cycles.FirstOrDefault(c => c.Name == name) : null;

    private static string LastPiece(string tag) => tag[(tag.LastIndexOf('-') + 1)..];
}
