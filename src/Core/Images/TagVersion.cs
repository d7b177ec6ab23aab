using System.Globalization;

namespace Basewatch.Core.Images;

/// <summary>What a tag says about order.</summary>
public enum TagScheme
{
    /// <summary>A name without a version: <c>latest</c>, <c>bookworm</c>, <c>alpine3.20</c>.</summary>
    Name,

    /// <summary>A commit hash, which has no order: <c>0a1b2c3</c>, <c>sha-0a1b2c3</c>.</summary>
    Commit,

    /// <summary>A day or a moment: <c>20231001</c>, <c>2024-01-01</c>, <c>RELEASE.2024-01-16T16-07-38Z</c>.</summary>
    Date,

    /// <summary>A version: <c>3.12-slim</c>, <c>v1.2.4</c>, <c>17.0.9_9-jre</c>.</summary>
    Version,
}

/// <summary>
/// A tag read as <c>prefix version pre-release build suffix</c>, each but the version optional. Tags follow no standard:
/// what is read here are the habits of public registries. Nothing is ever an error; what can't be read is a name.
/// </summary>
public sealed class TagVersion
{
    /// <summary>A bare number below this, after a version, may as well be a flavour (<c>1.1.3-18</c>: for Node 18) as a build.</summary>
    private const long SurelyBuild = 100;

    private readonly long[] _numbers;
    private readonly long[] _pre;
    private readonly long[] _build;

    private TagVersion(string text, TagScheme scheme)
        : this(text, scheme, new Reading())
    {
    }

    private TagVersion(string text, TagScheme scheme, Reading reading)
    {
        Text = text;
        Scheme = scheme;
        Prefix = reading.Prefix;
        VersionText = reading.VersionText;
        Form = reading.Form;
        PreReleaseWord = reading.PreWord;
        PreReleaseText = reading.PreText;
        BuildWord = reading.BuildWord;
        Suffix = reading.Suffix;
        _numbers = reading.Numbers;
        _pre = reading.Pre;
        _build = reading.Build;
    }

    /// <summary>The tag as it is written.</summary>
    public string Text { get; }

    /// <summary>What kind of order it has. All that follows is empty for names and commits.</summary>
    public TagScheme Scheme { get; }

    /// <summary>What stands before the version, the <c>v</c> included: <c>v</c>, <c>alpine-</c>, <c>bullseye-</c>, <c>RELEASE.</c>.</summary>
    public string Prefix { get; }

    /// <summary>The numbers as they are written: <c>3.12</c>, <c>8u392</c>, <c>2024-01-01</c>.</summary>
    public string VersionText { get; }

    /// <summary>The numbers of the version or the date.</summary>
    public IReadOnlyList<long> Numbers => _numbers;

    /// <summary>How many numbers it has: a tag keeps its precision.</summary>
    public int Precision => _numbers.Length;

    /// <summary>How the numbers are written apart from their count; tags of different forms have no order between them.</summary>
    public char Form { get; }

    /// <summary>The word of a pre-release in lower case (<c>rc</c>, <c>beta</c>); null for a stable version.</summary>
    public string? PreReleaseWord { get; }

    /// <summary>The pre-release as it is written: <c>rc1</c>, <c>rc.1</c>; null for a stable version.</summary>
    public string? PreReleaseText { get; }

    /// <summary>Whether it is a version before its release.</summary>
    public bool IsPreRelease => PreReleaseWord is not null;

    /// <summary>Whether the pre-release is one of several: <c>rc1</c>, and not <c>rc</c>.</summary>
    public bool IsNumberedPreRelease => _pre.Length > 0;

    /// <summary>
    /// How a build is written: <c>_</c> (<c>17.0.9_9</c>), <c>-</c> (<c>9.0-1697</c>), <c>-r</c> (<c>15.3-r1</c>), <c>-g</c> (git describe);
    /// null where there is none. One that stands at the end of the suffix has a <c>$</c> before it.
    /// </summary>
    public string? BuildWord { get; }

    /// <summary>Numbers of the build.</summary>
    public IReadOnlyList<long> Build => _build;

    /// <summary>Whether the build is a small bare number, which may as well be a flavour.</summary>
    public bool HasDoubtfulBuild => BuildWord == "-" && _build is [< SurelyBuild];

    /// <summary>What stands after all of it, the separator included: <c>-slim-bookworm</c>; else empty.</summary>
    public string Suffix { get; }

    /// <summary>Whether it has an order.</summary>
    public bool IsOrdered => Scheme is TagScheme.Version or TagScheme.Date;

    /// <summary>Java drops zeros at the end (<c>21_35</c>, <c>21.0.1_12</c>, <c>11.0.20.1_1</c>), so its precision says nothing.</summary>
    private bool DropsZeros => BuildWord == "_";

    /// <summary>Reads a tag.</summary>
    public static TagVersion Of(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (IsCommit(tag))
        {
            return new TagVersion(tag, TagScheme.Commit);
        }

        var start = StartOfVersion(tag);
        var reader = new TagReader(tag, start);
        return start >= 0 && reader.Read(out var scheme, out var reading)
            ? new TagVersion(tag, scheme, reading)
            : new TagVersion(tag, TagScheme.Name);
    }

    /// <summary>Whether both are written in the same way up to their suffix: scheme, prefix, form, precision, kind of build.</summary>
    public bool IsWrittenLike(TagVersion other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return IsOrdered
            && Scheme == other.Scheme
            && Form == other.Form
            && BuildWord == other.BuildWord
            && (Precision == other.Precision || DropsZeros)
            && Prefix == other.Prefix;
    }

    /// <summary>Index of the first number in which both differ; -1 where none does.</summary>
    public int FirstDifference(TagVersion other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < Math.Max(_numbers.Length, other._numbers.Length); i++)
        {
            if (At(_numbers, i) != At(other._numbers, i))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Order of what both are: numbers, then pre-release before release, then build. Suffixes have no part in it.</summary>
    public int CompareVersion(TagVersion other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var order = Compare(_numbers, other._numbers);
        if (order == 0 && (IsPreRelease || other.IsPreRelease))
        {
            order = IsPreRelease.CompareTo(other.IsPreRelease) * -1;
            order = order != 0 ? order : PreReleaseWords.Rank(PreReleaseWord!).CompareTo(PreReleaseWords.Rank(other.PreReleaseWord!));
            order = order != 0 ? order : Compare(_pre, other._pre);
        }

        return order != 0 ? order : Compare(_build, other._build);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int Compare(long[] a, long[] b)
    {
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var order = At(a, i).CompareTo(At(b, i));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static long At(long[] numbers, int index) => index < numbers.Length ? numbers[index] : 0;

    /// <summary>Seven to forty hexadecimal digits in lower case with a letter among them, or <c>sha…-</c> and hexadecimal digits.</summary>
    private static bool IsCommit(ReadOnlySpan<char> tag)
    {
        if (tag.StartsWith("sha-", StringComparison.Ordinal) || tag.StartsWith("sha256-", StringComparison.Ordinal))
        {
            return true;
        }

        return tag.Length is >= 7 and <= 40 && HexLength(tag) == tag.Length && tag.ContainsAnyInRange('a', 'f');
    }

    private static int HexLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] is >= 'a' and <= 'f'))
        {
            length++;
        }

        return length;
    }

    /// <summary>Where the version begins: at the start, or after a name and its separator; -1 where nowhere.</summary>
    private static int StartOfVersion(ReadOnlySpan<char> tag)
    {
        if (BeginsVersion(tag, 0))
        {
            return 0;
        }

        var digits = false;
        for (var i = 0; i + 1 < tag.Length; i++)
        {
            digits |= char.IsAsciiDigit(tag[i]);
            if (tag[i] is '-' or '_' || (tag[i] == '.' && !digits))
            {
                digits = false;
                if (BeginsVersion(tag, i + 1))
                {
                    return i + 1;
                }
            }
        }

        return -1;
    }

    private static bool BeginsVersion(ReadOnlySpan<char> tag, int at) =>
        at < tag.Length && (char.IsAsciiDigit(tag[at]) || (tag[at] is 'v' or 'V' && at + 1 < tag.Length && char.IsAsciiDigit(tag[at + 1])));

    private sealed class Reading
    {
        public string Prefix { get; set; } = "";

        public string VersionText { get; set; } = "";

        public char Form { get; set; }

        public long[] Numbers { get; set; } = [];

        public string? PreWord { get; set; }

        public string? PreText { get; set; }

        public long[] Pre { get; set; } = [];

        public string? BuildWord { get; set; }

        public long[] Build { get; set; } = [];

        public string Suffix { get; set; } = "";
    }

    /// <summary>Reads a tag from the start of its version on.</summary>
    private ref struct TagReader(string tag, int start)
    {
        /// <summary>More digits than any version, date or build has; nine fewer than would overflow.</summary>
        private const int MostDigits = 18;

        private const int MostNumbers = 8;

        private readonly Reading _reading = new();
        private int _at = start;

        public bool Read(out TagScheme scheme, out Reading reading)
        {
            reading = _reading;
            scheme = TagScheme.Version;
            if (tag[_at] is 'v' or 'V')
            {
                _at++;
            }

            _reading.Prefix = _at == 0 ? "" : tag[.._at];
            if (_reading.Prefix.EndsWith("windowsservercore-", StringComparison.Ordinal) || _reading.Prefix.EndsWith("nanoserver-", StringComparison.Ordinal))
            {
                // The number is the build of Windows, which has to fit the host's.
                return false;
            }

            var begin = _at;
            if (ReadDate())
            {
                scheme = TagScheme.Date;
            }
            else if (!ReadVersion())
            {
                return false;
            }

            _reading.VersionText = tag[begin.._at];
            ReadGlued();
            while (_at < tag.Length && (ReadPreRelease() || ReadBuild()))
            {
            }

            var end = ReadFromTheEnd();
            _reading.Suffix = end <= _at ? "" : tag[_at..end];
            return true;
        }

        private static bool IsYear(long year) => year is >= 1990 and <= 2099;

        private static bool IsDate(long year, long month, long day) =>
            IsYear(year) && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth((int)year, (int)month);

        private readonly int DigitsAt(int at)
        {
            var length = 0;
            while (at + length < tag.Length && char.IsAsciiDigit(tag[at + length]))
            {
                length++;
            }

            return length;
        }

        private readonly int LettersAt(int at)
        {
            var length = 0;
            while (at + length < tag.Length && char.IsAsciiLetter(tag[at + length]))
            {
                length++;
            }

            return length;
        }

        private readonly bool Is(int at, char c) => at < tag.Length && tag[at] == c;

        private readonly bool EndsAt(int at) => at >= tag.Length || tag[at] is '-' or '_';

        private readonly long NumberAt(int at, int length) => long.Parse(tag.AsSpan(at, length), NumberStyles.None, CultureInfo.InvariantCulture);

        /// <summary><c>20240110</c>, <c>202401</c>, <c>20240110123456</c>, <c>2024-01-10</c>, <c>2024-01</c>, <c>2024-01-16T16-07-38Z</c>.</summary>
        private bool ReadDate()
        {
            var length = DigitsAt(_at);
            if (length is 6 or 8 or 12 or 14)
            {
                var year = NumberAt(_at, 4);
                var month = NumberAt(_at + 4, 2);
                var day = length == 6 ? 1 : NumberAt(_at + 6, 2);
                if (!IsDate(year, month, day))
                {
                    return false;
                }

                _reading.Form = (char)('a' + length);
                _reading.Numbers = DottedAt(ref _at);
                return _reading.Numbers.Length > 0;
            }

            if (length != 4 || !IsYear(NumberAt(_at, 4)) || !Is(_at + 4, '-') || DigitsAt(_at + 5) != 2)
            {
                return false;
            }

            var y = NumberAt(_at, 4);
            var m = NumberAt(_at + 5, 2);
            if (!Is(_at + 7, '-') || DigitsAt(_at + 8) != 2)
            {
                if (!IsDate(y, m, 1) || !EndsAt(_at + 7) || DigitsAt(_at + 8) > 0)
                {
                    return false;
                }

                _reading.Form = '-';
                _reading.Numbers = [y, m];
                _at += 7;
                return true;
            }

            var d = NumberAt(_at + 8, 2);
            if (!IsDate(y, m, d))
            {
                return false;
            }

            _reading.Form = '-';
            _at += 10;
            if (Is(_at, 'T') && DigitsAt(_at + 1) == 2 && Is(_at + 3, '-') && DigitsAt(_at + 4) == 2 && Is(_at + 6, '-') && DigitsAt(_at + 7) == 2)
            {
                _reading.Numbers = [y, m, d, NumberAt(_at + 1, 2), NumberAt(_at + 4, 2), NumberAt(_at + 7, 2)];
                _at += Is(_at + 9, 'Z') ? 10 : 9;
            }
            else
            {
                _reading.Numbers = [y, m, d];
            }

            return true;
        }

        /// <summary><c>3.12.1</c>, or Java's <c>8u392</c>.</summary>
        private bool ReadVersion()
        {
            _reading.Numbers = DottedAt(ref _at);
            if (_reading.Numbers is [var major] && Is(_at, 'u') && DigitsAt(_at + 1) is > 0 and <= MostDigits and var length)
            {
                _reading.Form = 'u';
                _reading.Numbers = [major, NumberAt(_at + 1, length)];
                _at += 1 + length;
            }

            return _reading.Numbers.Length > 0;
        }

        /// <summary>Numbers with dots between them; none where there are too many or too long ones.</summary>
        private readonly long[] DottedAt(ref int at)
        {
            Span<long> numbers = stackalloc long[MostNumbers];
            var count = 0;
            var i = at;
            while (true)
            {
                var length = DigitsAt(i);
                if (length is 0 or > MostDigits || count == MostNumbers)
                {
                    return [];
                }

                numbers[count++] = NumberAt(i, length);
                i += length;
                if (!Is(i, '.') || DigitsAt(i + 1) == 0)
                {
                    at = i;
                    return numbers[..count].ToArray();
                }

                i++;
            }
        }

        /// <summary>What is glued to the numbers: <c>3.7.0b1</c>, <c>8.3.0RC1</c>, <c>9.6p1</c>, <c>17.0.9_9</c>.</summary>
        private void ReadGlued()
        {
            var letters = LettersAt(_at);
            if (letters > 0)
            {
                var word = tag.AsSpan(_at, letters);
                var digits = DigitsAt(_at + letters);
                var end = _at + letters + digits;
                if (!EndsAt(end) && !Is(end, '.'))
                {
                    return;
                }

                if (PreReleaseWords.Contains(word, glued: true) && (digits > 0 || letters > 1))
                {
                    TakePreRelease(_at, letters);
                }
                else if (word is "p" or "P" && digits is > 0 and <= MostDigits)
                {
                    _reading.BuildWord = "p";
                    _reading.Build = [NumberAt(_at + letters, digits)];
                    _at = end;
                }
            }
            else if (Is(_at, '_') && DigitsAt(_at + 1) > 0)
            {
                var at = _at + 1;
                var build = DottedAt(ref at);
                if (build.Length > 0 && EndsAt(at))
                {
                    _reading.BuildWord = "_";
                    _reading.Build = build;
                    _at = at;
                }
            }
        }

        /// <summary><c>-rc1</c>, <c>-rc.1</c>, <c>_rc1</c>, <c>.Beta1</c>, <c>-preview.7.23375.6</c>, <c>-rc</c>.</summary>
        private bool ReadPreRelease()
        {
            if (_reading.PreWord is not null || tag[_at] is not ('-' or '_' or '.'))
            {
                return false;
            }

            var letters = LettersAt(_at + 1);
            var end = _at + 1 + letters;
            var numbered = DigitsAt(end) > 0 || (Is(end, '.') && DigitsAt(end + 1) > 0);
            return letters > 0
                && (numbered || EndsAt(end))
                && PreReleaseWords.Contains(tag.AsSpan(_at + 1, letters), glued: false, numbered)
                && TakePreRelease(_at + 1, letters);
        }

        private bool TakePreRelease(int at, int letters)
        {
            var end = at + letters;
            long[] numbers = [];
            if (DigitsAt(end) > 0 || (Is(end, '.') && DigitsAt(end + 1) > 0))
            {
                end += Is(end, '.') ? 1 : 0;
                numbers = DottedAt(ref end);
                if (numbers.Length == 0)
                {
                    return false;
                }
            }
            else if (Is(end, '-') && DigitsAt(end + 1) is 1 or 2 && EndsAt(end + 1 + DigitsAt(end + 1)))
            {
                // 4.0.0-rc-5-eclipse-temurin-21, 19-ea-33-jdk
                end++;
                numbers = DottedAt(ref end);
            }

            if (!EndsAt(end))
            {
                return false;
            }

            _reading.PreWord = tag[at..(at + letters)].ToLowerInvariant();
            _reading.PreText = tag[at..end];
            _reading.Pre = numbers;
            _at = end;
            return true;
        }

        /// <summary><c>-1697</c>, <c>-20240110</c>, <c>-r1</c>, <c>-k3s1</c>, <c>-177-ged5bcde</c>.</summary>
        private bool ReadBuild()
        {
            if (_reading.BuildWord is not null || tag[_at] != '-')
            {
                return false;
            }

            var at = _at + 1;
            if (DigitsAt(at) == 0)
            {
                return TakeCounter(_at, tag.Length, "");
            }

            var build = DottedAt(ref at);
            if (build.Length == 0)
            {
                return false;
            }

            if (Is(at, '-') && Is(at + 1, 'g') && HexLength(tag.AsSpan(at + 2)) is >= 7 and <= 40 and var hex && EndsAt(at + 2 + hex))
            {
                _reading.BuildWord = "-g";
                at += 2 + hex;
            }
            else if (build[0] >= SurelyBuild ? EndsAt(at) : at == tag.Length && _reading.Numbers.Length > 1)
            {
                _reading.BuildWord = build.Length > 1 ? "-." : "-";
            }
            else
            {
                return false;
            }

            _reading.Build = build;
            _at = at;
            return true;
        }

        /// <summary>A counter or a pre-release word may be the last piece: <c>-debian-11-r12</c>, <c>-ubi-rc</c>. Returns where the suffix ends.</summary>
        private int ReadFromTheEnd()
        {
            var dash = tag.LastIndexOf('-');
            if (dash < _at)
            {
                return tag.Length;
            }

            var after = _at;
            if (_reading.BuildWord is null && TakeCounter(dash, tag.Length, "$"))
            {
                _at = after;
                return dash;
            }

            var letters = LettersAt(dash + 1);
            if (_reading.PreWord is null && letters > 1
                && PreReleaseWords.Contains(tag.AsSpan(dash + 1, letters), glued: false)
                && TakePreRelease(dash + 1, letters))
            {
                var whole = _at == tag.Length;
                _at = after;
                return whole ? dash : tag.Length;
            }

            return tag.Length;
        }

        /// <summary>A word that counts builds, and its number, between a dash and the next piece.</summary>
        private bool TakeCounter(int dash, int limit, string mark)
        {
            foreach (var word in BuildWords)
            {
                var at = dash + 1 + word.Length;
                if (at < limit && tag.AsSpan(dash + 1).StartsWith(word, StringComparison.Ordinal)
                    && DottedAt(ref at) is { Length: > 0 } build && EndsAt(at))
                {
                    _reading.BuildWord = mark.Length == 0 ? DashedBuildWords[Array.IndexOf(BuildWords, word)] : mark + word;
                    _reading.Build = build;
                    _at = at;
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Words that count builds of one version: Alpine and Bitnami (<c>r</c>), LinuxServer (<c>ls</c>), K3s, RKE2, Rancher, EKS, GKE, Java 8 (<c>b</c>),
    /// SQL Server (<c>CU</c>), Windows (<c>KB</c>).
    /// </summary>
    private static readonly string[] BuildWords = ["r", "ls", "rev", "k3s", "rke2r", "rancher", "eksbuild.", "gke.", "build", "build.", "build-", "b", "p", "CU", "KB"];

    private static readonly string[] DashedBuildWords = Array.ConvertAll(BuildWords, w => "-" + w);
}
