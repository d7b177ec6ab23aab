using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>
/// A version as Dependabot orders those of images (<c>docker/lib/dependabot/docker/version.rb</c>): a release, and behind an
/// underscore Java's update, <c>17.0.2_8</c>. Rules look at the release alone.
/// </summary>
internal sealed class DependabotVersion
{
    private static readonly SearchValues<char> Prefix = SearchValues.Create("abcdefghijklmnopqrstuvwxyz._-");
    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789.-");

    private readonly GemVersion _update;

    private DependabotVersion(GemVersion release, GemVersion update) => (Release, _update) = (release, update);

    /// <summary>What stands before the underscore, without prefix and suffix, dashes made dots.</summary>
    public GemVersion Release { get; }

    /// <summary>Reads a whole tag, or the version of one; false where Dependabot finds no version in it or breaks off.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DependabotVersion? version)
    {
        version = null;
        if (text.Length == 0)
        {
            return false;
        }

        var start = text.AsSpan().IndexOfAnyExcept(Prefix);
        var rest = text[(start < 0 ? text.Length - 1 : start)..];
        var underscore = rest.IndexOf('_', StringComparison.Ordinal);
        var release = ReleaseOf(underscore < 0 ? rest : rest[..underscore]);
        if (release is null || !GemVersion.TryParse(release.Replace('-', '.'), out var parsed))
        {
            return false;
        }

        var update = GemVersion.Zero;
        if (underscore >= 0 && underscore + 1 < rest.Length && char.IsAsciiDigit(rest[underscore + 1]) && !GemVersion.TryParse(rest[(underscore + 1)..], out update))
        {
            return false;
        }

        version = new DependabotVersion(parsed, update);
        return true;
    }

    /// <summary>Below, at or above 0 as the first version is below, at or above the second.</summary>
    public static int Compare(DependabotVersion a, DependabotVersion b)
    {
        var order = GemVersion.Compare(a.Release, b.Release);
        return order != 0 ? order : GemVersion.Compare(a._update, b._update);
    }

    /// <summary>Major, minor and patch as far as they are numbers; missing ones are 0.</summary>
    public (BigInteger Major, BigInteger Minor, BigInteger Patch) SemverParts()
    {
        var parts = Release.Text.Split('.');
        var (minor, patch) = (BigInteger.Zero, BigInteger.Zero);
        if (parts.Length > 1 && parts[1] is [>= '0' and <= '9', ..])
        {
            minor = GemVersion.LeadingNumber(parts[1]);
            patch = parts.Length > 2 && parts[1].All(char.IsAsciiDigit) ? GemVersion.LeadingNumber(parts[2]) : patch;
        }

        return (GemVersion.LeadingNumber(parts[0]), minor, patch);
    }

    /// <inheritdoc/>
    public override string ToString() => Release.Text;

    /// <summary>The release is read as a tag once more, so that a prefix or suffix in it falls away.</summary>
    private static string? ReleaseOf(string text)
    {
        foreach (var last in (ReadOnlySpan<char>)['.', '-', '_'])
        {
            text = text.EndsWith(last) ? text[..^1] : text;
        }

        return text is [.., >= '0' and <= '9'] && !text.AsSpan().ContainsAnyExcept(Numbers) ? text
            : DependabotTag.TryParse(text, out var tag) ? tag.NumericVersion
            : null;
    }
}
