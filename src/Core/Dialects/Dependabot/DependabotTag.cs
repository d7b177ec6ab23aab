using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>
/// A tag as Dependabot takes it apart (<c>docker/lib/dependabot/docker/tag.rb</c>): prefix, version, suffix. A <c>v</c>
/// before the version belongs to none of them.
/// </summary>
internal sealed class DependabotTag
{
    /// <summary>The longest tag that a registry holds, in characters.</summary>
    private const int Longest = 128;

    private const string Sha = "sha";
    private const string YearMonth = "year month";
    private const string YearMonthDay = "year month day";
    private const string BuildNumber = "build";
    private const string Normal = "";

    private static readonly string[] PreReleaseWords = ["alpha", "beta", "rc", "dev", "preview", "nightly", "snapshot", "canary", "unstable"];

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> LettersAndDash = SearchValues.Create("-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private DependabotTag(string name, string? prefix, string version, string? suffix, bool hasV)
    {
        (Name, Prefix, Version, Suffix, HasV) = (name, prefix, version, suffix, hasV);
        Format = FormatOf(name, version);
        NumericVersion = NumericOf(version);
    }

    /// <summary>The tag.</summary>
    public string Name { get; }

    /// <summary>What stands before the version, with its dash: <c>artful-</c>; null where nothing does.</summary>
    public string? Prefix { get; }

    /// <summary>The version, builds and words that a number follows included: <c>3.10-master-777</c>.</summary>
    public string Version { get; }

    /// <summary>What stands behind the version, with its dash: <c>-slim</c>; null where nothing does.</summary>
    public string? Suffix { get; }

    /// <summary>Whether a <c>v</c> stands before the version.</summary>
    public bool HasV { get; }

    /// <summary>What kind of version it is; empty for an ordinary one. Tags are compared only within a kind.</summary>
    public string Format { get; }

    /// <summary>The version without its words.</summary>
    public string NumericVersion { get; }

    /// <summary>Whether it is an ordinary version, neither a date nor a build nor a commit.</summary>
    public bool IsNormal => Format.Length == 0;

    /// <summary>Whether it is a version and nothing else, or one of .NET's SDK or the JDK.</summary>
    public bool IsCanonical => Name == NumericVersion || Name == NumericVersion + "-sdk" || Name == "jdk-" + NumericVersion;

    /// <summary>How many parts the version has.</summary>
    public int Precision
    {
        get
        {
            // As Ruby's split: empty parts at the end are none.
            var text = NumericVersion.AsSpan().TrimEnd("-.");
            return text.Length == 0 ? 0 : text.Count('.') + text.Count('-') + 1;
        }
    }

    /// <summary>Takes a tag apart; false where there is no version in it.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out DependabotTag? tag)
    {
        tag = name.Length is > 0 and <= Longest && IsTagText(name) ? WithPrefix(name) ?? WithSuffix(name) ?? WithBoth(name) : null;
        return tag is not null;
    }

    /// <summary>Whether Dependabot would put this tag in the place of another one.</summary>
    public bool IsComparableTo(DependabotTag other)
    {
        var sameLine = Prefix == other.Prefix && Format == other.Format;
        return other.Format == Sha
            ? sameLine
            : (sameLine && Suffix == other.Suffix) || (Prefix is null && Suffix is null && other.Prefix is null && other.Suffix is null
                && ((Format == BuildNumber && other.Format is YearMonth or YearMonthDay) || (Format is YearMonth or YearMonthDay && other.Format == BuildNumber)));
    }

    /// <summary>
    /// Whether its version or suffix looks like one of a pre-release. Wider than the words: a letter behind a digit
    /// (<c>arm64v8</c>) and letters with digits at the end (<c>amd64</c>, <c>ltsc2022</c>, <c>alpine3</c>) count too.
    /// </summary>
    public bool LooksLikePreRelease() => Format != Sha && (LooksLikePreRelease(Version) || (Suffix is not null && LooksLikePreRelease(Suffix)));

    /// <summary>Whether every part of this version is the same in the other one, which may have more.</summary>
    public bool IsSameButLessPrecise(DependabotTag other)
    {
        var (mine, others) = (Segments(), other.Segments());
        for (var i = 0; i < Math.Min(mine.Length, others.Length); i++)
        {
            if (mine[i] != others[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The words of the tag that name a variant and not a version (<c>alpine</c>, <c>bookworm</c>): two tags have to have
    /// the same ones. A word that no tag of the registry has is none.
    /// </summary>
    public List<string> Components(IReadOnlyList<string> registry)
    {
        var unseen = new List<string>();
        foreach (var range in Name.AsSpan().SplitAny('-', '.'))
        {
            if (IsComponent(Name.AsSpan(range)) && !unseen.Contains(Name[range]))
            {
                unseen.Add(Name[range]);
            }
        }

        var components = new List<string>();
        for (var i = 0; i < registry.Count && unseen.Count > 0; i++)
        {
            for (var j = unseen.Count - 1; j >= 0; j--)
            {
                if (HasWord(registry[i], unseen[j]))
                {
                    components.Add(unseen[j]);
                    unseen.RemoveAt(j);
                }
            }
        }

        return components;
    }

    /// <summary>Whether the tag has exactly these components.</summary>
    public bool HasComponents(List<string> components)
    {
        var seen = 0UL;
        foreach (var range in Name.AsSpan().SplitAny('-', '.'))
        {
            var word = Name.AsSpan(range);
            if (!IsComponent(word))
            {
                continue;
            }

            var found = -1;
            for (var i = 0; i < components.Count && found < 0; i++)
            {
                found = word.SequenceEqual(components[i]) ? i : -1;
            }

            if (found < 0)
            {
                return false;
            }

            seen |= 1UL << found;
        }

        return BitOperations.PopCount(seen) == components.Count;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static bool IsTagText(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A prefix that may have digits, and a version to the end; the longest such prefix.</summary>
    private static DependabotTag? WithPrefix(string name)
    {
        if (char.IsAsciiLetter(name[0]))
        {
            for (var dash = name.LastIndexOf('-'); dash > 0; dash = name.LastIndexOf('-', dash - 1))
            {
                if (IsVersionToTheEnd(name, dash + 1))
                {
                    return Make(name, dash + 1, name.Length);
                }
            }
        }

        return IsVersionToTheEnd(name, 0) ? Make(name, 0, name.Length) : null;
    }

    /// <summary>A version, and a suffix that may have digits.</summary>
    private static DependabotTag? WithSuffix(string name)
    {
        var end = VersionEnd(name, 0, static rest => rest is ['-', var letter, ..] && char.IsAsciiLetter(letter) && !rest.Contains('_'));
        return end < 0 ? null : Make(name, 0, end);
    }

    /// <summary>A prefix without digits, a version, and a suffix of letters and dashes.</summary>
    private static DependabotTag? WithBoth(string name)
    {
        var start = 0;
        while (start < name.Length && (char.IsAsciiLetter(name[start]) || name[start] is '-' or '_'))
        {
            start++;
        }

        // A v before the digits is the version's.
        var dash = name.LastIndexOf('-', Math.Max(0, start - 1), Math.Max(0, start));
        start = dash < 1 ? 0 : dash + 1;
        var end = VersionEnd(name, start, static rest => rest.Length > 1 && rest[0] == '-' && !rest.ContainsAnyExcept(LettersAndDash));
        if (end < 0 && start > 0)
        {
            start = 0;
            end = VersionEnd(name, start, static rest => rest.Length > 1 && rest[0] == '-' && !rest.ContainsAnyExcept(LettersAndDash));
        }

        return end < 0 ? null : Make(name, start, end);
    }

    private static DependabotTag Make(string name, int start, int end)
    {
        var hasV = name[start] is 'v' or 'V';
        return new DependabotTag(name, start == 0 ? null : name[..start], name[(start + (hasV ? 1 : 0))..end], end == name.Length ? null : name[end..], hasV);
    }

    private static bool IsVersionToTheEnd(string name, int start) => VersionEnd(name, start, static _ => false) == name.Length;

    /// <summary>
    /// Where a version ends, so that nothing or a suffix follows: numbers between dots and underscores, then <c>.word</c>,
    /// <c>-word-1</c>, <c>-1</c>, <c>-KB1</c> in any order. The longest that fits; -1 where none does.
    /// </summary>
    private static int VersionEnd(string name, int start, Func<ReadOnlySpan<char>, bool> isSuffix)
    {
        var i = start + (start < name.Length && name[start] is 'v' or 'V' ? 1 : 0);
        var next = DigitsEnd(name, i);
        if (next == i)
        {
            return -1;
        }

        var end = -1;
        var numbersOnly = true;
        while (next > i)
        {
            i = next;
            if (i == name.Length)
            {
                return i;
            }

            end = isSuffix(name.AsSpan(i)) ? i : end;
            next = PieceEnd(name, i, ref numbersOnly);
        }

        return end;
    }

    /// <summary>Where the next piece of a version ends; where it starts if there is none.</summary>
    private static int PieceEnd(string name, int i, ref bool numbersOnly)
    {
        if (name[i] is '_')
        {
            var number = DigitsEnd(name, i + 1);
            return numbersOnly && number > i + 1 && (number == name.Length || !char.IsAsciiLetter(name[number])) ? number : i;
        }

        if (name[i] is '.')
        {
            var end = i + 1;
            var letters = false;
            while (end < name.Length && char.IsAsciiLetterOrDigit(name[end]))
            {
                letters |= char.IsAsciiLetter(name[end++]);
            }

            numbersOnly &= !letters;
            return end > i + 1 ? end : i;
        }

        if (name[i] is not '-')
        {
            return i;
        }

        var piece = DigitsEnd(name, i + 1);
        if (piece == i + 1)
        {
            piece = i + 2 < name.Length && name[i + 1] is 'k' or 'K' && name[i + 2] is 'b' or 'B' ? DigitsEnd(name, i + 3) : i;
            piece = piece > i + 3 ? piece : WordEnd(name, i);
        }

        numbersOnly &= piece == i;
        return piece;
    }

    /// <summary>Where <c>-word-word-1</c> ends, in small letters only; where it starts if there is none.</summary>
    private static int WordEnd(ReadOnlySpan<char> text, int i)
    {
        var word = i;
        while (word + 1 < text.Length && text[word] == '-' && char.IsAsciiLetterLower(text[word + 1]))
        {
            word += 2;
            while (word < text.Length && char.IsAsciiLetterLower(text[word]))
            {
                word++;
            }
        }

        var number = word > i && word < text.Length && text[word] == '-' ? DigitsEnd(text, word + 1) : 0;
        return number > word + 1 ? number : i;
    }

    private static int DigitsEnd(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        return i;
    }

    private static string FormatOf(string name, ReadOnlySpan<char> version)
    {
        // A date at the end is hexadecimal as well: artful-20170826 is a commit to the tool.
        var hex = name.AsSpan().LastIndexOfAnyExcept(Hexadecimal) + 1;
        if (name.Length - hex >= 7 && (hex == 0 || name[hex - 1] == '-' || (hex > 1 && name[hex - 1] == 'g' && name[hex - 2] == '-')))
        {
            return Sha;
        }

        var digits = DigitsEnd(version, 0);
        if (version[0] is '1' or '2' && (digits == version.Length || version[digits] is '.' or '-'))
        {
            if (digits == 4)
            {
                return YearMonth;
            }

            if (digits is 6 or 8)
            {
                return YearMonthDay;
            }
        }

        return digits == version.Length ? BuildNumber : WordsOf(version);
    }

    /// <summary>The words of <c>21-ea-32</c>, each number replaced: <c>-ea-#</c>; empty where there are none.</summary>
    private static string WordsOf(ReadOnlySpan<char> version)
    {
        for (var i = version.IndexOf('-'); i >= 0 && i < version.Length; i++)
        {
            var end = i;
            for (var next = WordEnd(version, i); next > end; next = WordEnd(version, end))
            {
                end = next;
            }

            if (end == i)
            {
                continue;
            }

            var words = new StringBuilder();
            for (var at = i; at < end;)
            {
                var number = version[at] == '-' ? DigitsEnd(version, at + 1) : at;
                if (number > at + 1)
                {
                    words.Append("-#");
                    at = number;
                }
                else
                {
                    words.Append(version[at++]);
                }
            }

            return words.ToString();
        }

        return Normal;
    }

    /// <summary>The version without <c>KB</c> and without words behind dashes, in small letters.</summary>
    private static string NumericOf(string version)
    {
        if (!version.AsSpan().ContainsAnyInRange('A', 'z'))
        {
            return version;
        }

        var text = version.Replace("kb", "", StringComparison.OrdinalIgnoreCase);
        var numeric = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '-' && i + 1 < text.Length && char.IsAsciiLetterLower(text[i + 1]))
            {
                for (i++; i < text.Length && char.IsAsciiLetterLower(text[i]); i++)
                {
                }
            }
            else
            {
                numeric.Append(char.ToLowerInvariant(text[i++]));
            }
        }

        return numeric.ToString();
    }

    private static bool LooksLikePreRelease(ReadOnlySpan<char> text)
    {
        var letters = false;
        for (var i = 0; i < text.Length; i++)
        {
            letters |= char.IsAsciiLetter(text[i]);
            if (i > 0 && char.IsAsciiLetterLower(text[i]) && char.IsAsciiDigit(text[i - 1]))
            {
                return true;
            }
        }

        if (!letters)
        {
            return false;
        }

        foreach (var word in PreReleaseWords)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        var post = text;
        for (var at = post.IndexOf(".post", StringComparison.OrdinalIgnoreCase); at >= 0; at = post.IndexOf(".post", StringComparison.OrdinalIgnoreCase))
        {
            post = post[(at + 5)..];
            if (post.Length > 0 && char.IsAsciiDigit(post[0]))
            {
                return true;
            }
        }

        foreach (var range in text.SplitAny('-', '.'))
        {
            if (text[range].Equals("pre", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        var last = text.LastIndexOfAnyExceptInRange('0', '9');
        return last >= 0 && last < text.Length - 1 && char.IsAsciiLetterLower(text[last]);
    }

    private static bool HasWord(ReadOnlySpan<char> tag, string word)
    {
        if (tag.Contains(word, StringComparison.Ordinal))
        {
            foreach (var range in tag.SplitAny('-', '.'))
            {
                if (tag[range].SequenceEqual(word))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether a word of a tag names a variant (<c>update_checker.rb</c>, the patterns without experiments).</summary>
    private static bool IsComponent(ReadOnlySpan<char> word)
    {
        if (word.Length < 2 || word is "rc" or "jre" or "VERSION" || (word[0] == 'v' && char.IsAsciiDigit(word[1])))
        {
            return false;
        }

        var (digits, others) = (0, 0);
        for (var i = 0; i < word.Length; i++)
        {
            if (char.IsAsciiDigit(word[i]))
            {
                digits++;
                if (i > 1 && word[i - 1] == '_' && char.IsAsciiDigit(word[i - 2]))
                {
                    return false;
                }
            }
            else if (!char.IsAsciiLetter(word[i]))
            {
                others++;
            }
        }

        var isMixed = others == 0 && digits > 0;
        var isCommit = word.Length >= 6 && word[0] == 'g' && !word[1..].ContainsAnyExcept(Hexadecimal);
        return !isMixed && !isCommit;
    }

    private string[] Segments()
    {
        var segments = NumericVersion.Split('.', '-');
        return segments[..Precision];
    }
}
