using System.Text;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Composer's versions and constraints (<see href="https://getcomposer.org/doc/articles/versions.md"/>, <c>versioning/composer</c>), made
/// into npm's: zeros are filled up, <c>beta1</c> is <c>beta.1</c>, <c>~1.2</c> is <c>^1.2</c>. <c>1.2.3-p1</c> is a patch and above 1.2.3.
/// Its oddity: of a text that is no semantic version, what stands behind a second dash is dropped (<c>8.1-fpm-alpine</c> is 8.1.0-fpm).
/// </summary>
internal sealed partial class ComposerVersioning : NpmVersioning
{
    public static new readonly ComposerVersioning Instance = new();

    private ComposerVersioning()
        : base("composer")
    {
    }

    public override Release? Read(string text)
    {
        // Most that is no version is told by its first character.
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] is 'v' or 'V' or '+' || char.IsWhiteSpace(text[0])))
        {
            return null;
        }

        return base.Read(ToNpm(text)) is { } version
            ? version with { Text = text, Suffix = IsPatch(text) ? "p" : "" }
            : null;
    }

    public override bool IsSingle(string text) => text.Length > 0 && base.Read(ToNpm(text)) is not null;

    public override bool IsValid(string text) => text.Length > 0 && base.IsValid(text);

    public override bool IsStable(Release release) => release.PreRelease.Length == 0 || release.Suffix == "p";

    public override int Compare(Release a, Release b)
    {
        var order = SemverVersioning.Order(a, b);
        return a.Suffix != b.Suffix && a.Numbers.AsSpan().SequenceEqual(b.Numbers) && (a.Suffix == "p" ? b : a).PreRelease.Length == 0
            ? (a.Suffix == "p" ? 1 : -1)
            : order;
    }

    public override bool AreEqual(Release a, Release b) => SemverVersioning.Order(a, b) == 0;

    public override string? NewValue(string value, Release? current, Release next)
    {
        var written = Read(value) is not null ? next.Text : base.NewValue(value, current, next);
        if (written is null || !value.Split('.')[0].Contains('v', StringComparison.Ordinal))
        {
            return written;
        }

        var at = written.AsSpan().IndexOfAnyInRange('0', '9');
        return at < 0 ? written : written.Insert(at, "v");
    }

    protected override string? Normalized(string range) => base.Normalized(ToNpm(range));

    private static string ToNpm(string text)
    {
        var parts = text.Contains('|', StringComparison.Ordinal) ? Or.Split(text) : [text];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = WithDots(PartToNpm(parts[i]));
        }

        return string.Join(" || ", parts);
    }

    private static string PartToNpm(string part)
    {
        part = part.StartsWith('+') ? part[1..] : part;
        part = part.AsSpan().ContainsAny('v', 'V') ? V.Replace(part, "${before}", 1) : part;
        var at = part.Split('@');
        var clean = at.Length == 1 ? part : $"{Filled(at[0])}-{Stability.Replace(at[1], "${word}.${number}")}";
        if (Strict(clean.Trim()) is not null)
        {
            return clean;
        }

        if (Filled(clean) is var filled && Strict(filled.Trim()) is not null)
        {
            return filled;
        }

        var (version, stability) = AtDash(clean);
        if (version.AsSpan().ContainsAny('~', '<'))
        {
            version = Tilde.Replace(version, "^${from}");
            version = TildeZero.Replace(version, ">=${from} <1");
            version = Below.Replace(Below.Replace(version, "${from}.0"), "${from}.0");
        }

        return version + stability;
    }

    private static (string Version, string Stability) AtDash(string text)
    {
        var parts = text.Split('-');
        return parts.Length == 1 ? (text, "") : (parts[0], "-" + parts[1]);
    }

    private static string Filled(string text)
    {
        var (version, stability) = AtDash(text);
        return version + version.AsSpan().Count('.') switch { 0 => ".0.0", 1 => ".0", _ => "" } + stability;
    }

    /// <summary>A dot between each letter and the digit behind it.</summary>
    private static string WithDots(string text)
    {
        StringBuilder? dotted = null;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) && char.IsAsciiLetter(text[i - 1]))
            {
                dotted ??= new StringBuilder(text, 0, i, text.Length + 4);
                dotted.Append('.');
            }

            dotted?.Append(text[i]);
        }

        return dotted?.ToString() ?? text;
    }

    private static bool IsPatch(string text) => text.Contains("-p", StringComparison.OrdinalIgnoreCase) && Patch.IsMatch(text);

    [GeneratedRegex(@"\s*\|\|?\s*", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Or { get; }

    [GeneratedRegex(@"(?<before>^|>|>=|\^|~)[vV]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex V { get; }

    [GeneratedRegex(@"(?:^|\s)(?<word>beta|alpha|rc)(?<number>[1-9][0-9]*)(?: |$)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Stability { get; }

    [GeneratedRegex(@"(?:^|\s)~(?<from>[1-9][0-9]*(?:\.[0-9]*)?)(?: |$)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Tilde { get; }

    [GeneratedRegex(@"(?:^|\s)~(?<from>0\.[1-9][0-9]*)(?: |$)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex TildeZero { get; }

    [GeneratedRegex(@"^(?<from><[0-9]+(?:\.[0-9]+)?)$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Below { get; }

    [GeneratedRegex(@"^v?[0-9]+(?:\.[0-9]+(?:\.[0-9]+(?:\.[0-9]+)?)?)?-p[1-9][0-9]*$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Patch { get; }
}
