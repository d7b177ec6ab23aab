using System.Globalization;
using System.Text;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// <c>allowedVersions</c>: <c>/expression/</c>, <c>!/expression/</c>, a range of the versioning, or else one of npm
/// (<c>lookup/filter.ts</c>). By npm's range a tag that is a semantic version counts as it is, so that <c>1.2.3-alpine</c> is a
/// pre-release; of others the first numbers count, so that <c>1.2-alpine</c> is 1.2.0.
/// </summary>
/// <param name="Text">As it is written; <c>{{currentVersion}}</c>, <c>{{major}}</c>, <c>{{minor}}</c>, <c>{{patch}}</c> and <c>{{add major 1}}</c> are filled in.</param>
internal sealed record AllowedVersions(string Text)
{
    /// <summary>What it lets through; <paramref name="error"/> says what is wrong with it.</summary>
    public Predicate<Release>? Read(Versioning versioning, Release current, out string? error)
    {
        if (Filled(current, out error) is not { } text)
        {
            return null;
        }

        if (Expressions.IsRegex(text))
        {
            return Expressions.TryReadRegex(text, out var matches, out error) ? r => matches(r.Text) : null;
        }

        if (versioning.IsValid(text))
        {
            return versioning.Range(text);
        }

        if (NpmRange.TryRead(text, out var range))
        {
            return r => (SemverVersioning.Strict(r.Text) ?? SemverCoercedVersioning.Coerce(r.Text)) is { } version && range.Contains(version);
        }

        error = $"'{Excerpt.Of(Text)}' is no range of the versioning '{versioning.Name}' nor of npm: write it as '<4', '>=3.12 <4' or '/^3\\./'";
        return null;
    }

    private string? Filled(Release current, out string? error)
    {
        error = null;
        if (!Text.Contains("{{", StringComparison.Ordinal))
        {
            return Text;
        }

        var filled = new StringBuilder();
        for (var at = 0; at < Text.Length;)
        {
            var open = Text.IndexOf("{{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : Text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                return filled.Append(Text, at, Text.Length - at).ToString();
            }

            filled.Append(Text, at, open - at);
            var name = Text[open..close].Trim('{', ' ');
            if (ValueOf(name.Trim(), current) is not { } value)
            {
                error = $"'{{{{{Excerpt.Of(name)}}}}}' is not filled in: currentVersion, major, minor, patch and add with one of them and a number are";
                return null;
            }

            filled.Append(value);
            at = close + 2;
            at += at < Text.Length && Text[at] == '}' ? 1 : 0;
        }

        return filled.ToString();
    }

    private static string? ValueOf(string name, Release current) => name.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["currentVersion"] => current.Text,
        ["major" or "minor" or "patch"] => Written(NumberOf(name, current)) ?? "",
        ["add", var a, var b] => Written(NumberOf(a, current) + NumberOf(b, current)),
        _ => null,
    };

    private static double? NumberOf(string name, Release current) => name switch
    {
        "major" => current.Major,
        "minor" => current.Minor,
        "patch" => current.Patch,
        _ => double.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
    };

    private static string? Written(double? number) => number?.ToString("F0", CultureInfo.InvariantCulture);
}
