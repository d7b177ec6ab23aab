using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// How Renovate reads, compares and bounds versions (<c>lib/modules/versioning</c>). What stands here is what its versionings
/// share (<c>generic.ts</c>): numbers one by one, a pre-release below its release, one version is the only range.
/// </summary>
internal abstract partial class Versioning
{
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    private static readonly string[] Unread =
    [
        "apk", "aws-eks-addon", "aws-machine-image", "azure-rest-api", "bazel-module", "cargo", "conan", "conda", "deb", "deno", "devbox", "elm",
        "exact", "github-actions", "glasskube", "go-mod-directive", "gomod", "gradle", "hermit", "hex", "ivy", "lambda-node", "maven",
        "nixpkgs", "paket", "perl", "pvp", "rez", "rpm", "rust-release-channel", "same-major",
        "semver-partial", "swift", "unity3d", "unity3d-packages",
    ];

    private static readonly string[] Known =
    [
        "docker", "semver", "semver-coerced", "same-major", "loose", "npm", "helm", "node", "hashicorp", "composer", "redhat", "ubuntu", "debian",
        "kubernetes-api", "maven", "nuget", "pep440", "poetry", "python", "ruby", "git", "regex",
    ];

    /// <summary>Its name in a configuration.</summary>
    public abstract string Name { get; }

    /// <summary>Whether an unstable version may go to another minor version of its major.</summary>
    public virtual bool AllowsUnstableSteps => false;

    /// <summary>The versioning that a configuration names; <paramref name="error"/> says what is wrong with it.</summary>
    public static Versioning? Find(string text, out string? error)
    {
        error = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        switch (name)
        {
            case "docker":
                return DockerVersioning.Instance;
            case "loose":
                return LooseVersioning.Instance;
            case "redhat":
                return RedHatVersioning.Instance;
            case "semver":
                return SemverVersioning.Instance;
            case "semver-coerced":
                return SemverCoercedVersioning.Instance;
            case "npm":
                return NpmVersioning.Instance;
            case "helm":
                return NpmVersioning.Helm;
            case "hashicorp":
                return HashicorpVersioning.Instance;
            case "composer":
                return ComposerVersioning.Instance;
            case "same-major":
                return SameMajorVersioning.Instance;
            case "maven":
                return MavenVersioning.Instance;
            case "nuget":
                return NugetVersioning.Instance;
            case "pep440":
                return Pep440Versioning.Instance;
            case "poetry":
                return PoetryVersioning.Instance;
            case "python":
                return PoetryVersioning.Python;
            case "ruby":
                return RubyVersioning.Instance;
            case "git":
                return GitVersioning.Instance;
            case "node":
                return NodeVersioning.Instance;
            case "ubuntu":
                return UbuntuVersioning.Instance;
            case "debian":
                return DebianVersioning.Instance;
            case "kubernetes-api":
                return RegexVersioning.KubernetesApi;
            case "regex":
                return RegexVersioning.Create(colon < 0 ? RegexVersioning.Default : text[(colon + 1)..], out error);
            default:
                error = Array.IndexOf(Unread, name) >= 0
                    ? $"the versioning '{name}' is not read for images: write one of {string.Join(", ", Known)}"
                    : $"there is no versioning '{Images.Excerpt.Of(name)}'{NearestKey.Hint(name, [.. Known, .. Unread])}";
                return null;
        }
    }

    /// <summary>The versioning as it is on a day: lines and releases become stable, and come to their end.</summary>
    public virtual Versioning At(DateTimeOffset now) => this;

    /// <summary>Reads a version; null where it is none.</summary>
    public abstract Release? Read(string text);

    /// <summary>Whether a text is a version or a range of this versioning.</summary>
    public virtual bool IsValid(string text) => Read(text) is not null;

    /// <summary>Whether a text names one version alone.</summary>
    public virtual bool IsSingle(string text) => IsValid(text);

    /// <summary>The order in which releases are sorted.</summary>
    public virtual int Compare(Release a, Release b)
    {
        for (var i = 0; i < Math.Max(a.Numbers.Length, b.Numbers.Length); i++)
        {
            var order = (i < a.Numbers.Length ? a.Numbers[i] : 0).CompareTo(i < b.Numbers.Length ? b.Numbers[i] : 0);
            if (order != 0)
            {
                return order;
            }
        }

        return (a.PreRelease, b.PreRelease) switch
        {
            ("", "") => 0,
            (_, "") => -1,
            ("", _) => 1,
            _ => TextOrder.Compare(a.PreRelease, b.PreRelease, numeric: true),
        };
    }

    /// <summary>Whether one is newer than another.</summary>
    public virtual bool IsGreater(Release a, Release b) => Compare(a, b) > 0;

    /// <summary>Whether both mean the same version.</summary>
    public virtual bool AreEqual(Release a, Release b) => Compare(a, b) == 0;

    /// <summary>Whether a version may take the place of the current text.</summary>
    /// <param name="candidate">The version.</param>
    /// <param name="current">The current text, read; null where it is a range.</param>
    public virtual bool IsCompatible(Release candidate, Release? current) => true;

    /// <summary>Whether it is no pre-release.</summary>
    public virtual bool IsStable(Release release) => release.PreRelease.Length == 0;

    /// <summary>Whether a step between two versions breaks what depends on it.</summary>
    public virtual bool IsBreaking(Release from, Release to) => !IsSame(0, from, to);

    /// <summary>Whether both have the same number at a place.</summary>
    public virtual bool IsSame(int section, Release a, Release b) => a.HasSame(section, b);

    /// <summary>The versions that a range holds; none where it is no range.</summary>
    public virtual Predicate<Release> Range(string text) => Read(text) is { } version ? r => AreEqual(r, version) : _ => false;

    /// <summary>Whether a version is older than all that the current text stands for.</summary>
    public virtual bool IsBelow(Release release, string value) => Read(value) is { } version && Compare(release, version) < 0;

    /// <summary>The version that the current text stands for, among those that are there.</summary>
    public virtual Release? Current(string value, List<Release> releases)
    {
        if (Read(value) is not { } current)
        {
            return null;
        }

        foreach (var release in releases)
        {
            if (AreEqual(release, current))
            {
                return release;
            }
        }

        return current;
    }

    /// <summary>What is written for a new version; null where nothing can be.</summary>
    /// <param name="value">The current text.</param>
    /// <param name="current">The version that it stands for; null where that is gone.</param>
    /// <param name="next">The new version.</param>
    public virtual string? NewValue(string value, Release? current, Release next) =>
        current?.Text == "v" + value && next.Text.StartsWith('v') ? next.Text[1..] : next.Text;

    /// <summary>The version part of what is written, which rules about the current version see after the lookup.</summary>
    public virtual string ToVersion(string value) => value;

    /// <summary>Seven to forty hexadecimal digits with a letter among them.</summary>
    protected static bool IsCommit(string text) =>
        text.Length is >= 7 and <= 40 && !text.AsSpan().ContainsAnyExcept(Hexadecimal) && text.AsSpan().ContainsAnyInRange('a', 'f');

    /// <summary>Numbers with dots between them from a place on; none where there are none.</summary>
    public static double[] Dotted(ReadOnlySpan<char> text, ref int at)
    {
        Span<double> few = stackalloc double[8];
        var numbers = few;
        var count = 0;
        var i = at;
        while (true)
        {
            var end = i;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            if (end == i)
            {
                break;
            }

            if (count == numbers.Length)
            {
                var more = new double[count * 2];
                numbers.CopyTo(more);
                numbers = more;
            }

            numbers[count++] = Number(text[i..end]);
            at = end;
            if (end >= text.Length || text[end] != '.')
            {
                break;
            }

            i = end + 1;
        }

        return numbers[..count].ToArray();
    }

    /// <summary>Digits as a number.</summary>
    public static double Number(ReadOnlySpan<char> digits)
    {
        if (digits.Length > 15)
        {
            return double.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }

        var value = 0L;
        foreach (var digit in digits)
        {
            value = (value * 10) + (digit - '0');
        }

        return value;
    }

    /// <summary>A release of a distribution by its name and a day, such as <c>bookworm-20240110</c> and <c>noble-20240801.1</c>.</summary>
    [GeneratedRegex(@"^(?<name>[A-Za-z0-9_]+)-(?<day>[0-9]{8})(?<suffix>\.[0-9]{1,2})?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    protected static partial Regex Dated { get; }
}
