using System.Globalization;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Poetry's versions and constraints (<see href="https://python-poetry.org/docs/dependency-specification/"/>, <c>versioning/poetry</c>):
/// Python's with three numbers at most, made into npm's. <c>python</c> is the same, but for it a minor step is a breaking one. Its
/// oddity: <c>3.12</c> goes to another minor version only where a tag of three numbers is newer, 3.13.1, and becomes <c>3.13</c>.
/// </summary>
internal sealed partial class PoetryVersioning : Pep440Versioning
{
    public static new readonly PoetryVersioning Instance = new("poetry");

    private PoetryVersioning(string name) => Name = name;

    /// <summary>Versions of Python itself.</summary>
    public static PoetryVersioning Python { get; } = new("python");

    public override string Name { get; }

    public override Release? Read(string text)
    {
        if (Pep440Release.Read(text, ignoreCase: false) is not { Parts.Length: <= 3 } version)
        {
            return null;
        }

        var semantic = SemverVersioning.Strict(Semantic(version, filled: true));
        return new Pep440Release(text, semantic?.Numbers ?? [])
        {
            Epoch = version.Epoch, Parts = version.Parts, Pre = version.Pre, Post = version.Post, IsBarePost = version.IsBarePost, Dev = version.Dev,
            Local = version.Local, Semantic = semantic,
        };
    }

    public override bool IsValid(string text) => text.Length > 0 && (ReadRange(text) is not null || Pep440Versioning.Instance.IsValid(text));

    public override bool IsSingle(string text)
    {
        text = text.Trim();
        return Read(text) is not null || (text.StartsWith('=') && Read(text[1..].Trim()) is not null);
    }

    public override bool AreEqual(Release a, Release b) =>
        a is Pep440Release { Semantic: { } left } && b is Pep440Release { Semantic: { } right } && SemverVersioning.Order(left, right) == 0;

    public override bool IsStable(Release release) => release is Pep440Release { Semantic.PreRelease: "" };

    public override bool IsBreaking(Release from, Release to) => !IsSame(0, from, to) || (Name == "python" && !IsSame(1, from, to));

    public override Predicate<Release> Range(string text) =>
        ReadRange(text) is { } range ? r => r is Pep440Release { Semantic: { } version } && range.Contains(version)
        : Pep440Versioning.Instance.Range(text);

    public override bool IsBelow(Release release, string value) =>
        ReadRange(value) is { } range && release is Pep440Release { Semantic: { } version } && range.IsAbove(version);

    public override Release? Current(string value, List<Release> releases)
    {
        if (ReadRange(value) is null)
        {
            return base.Current(value, releases);
        }

        var range = Range(value);
        var found = releases.FindAll(r => range(r));
        if (found is [] or [_])
        {
            return found is [var only] ? only : Read(value);
        }

        // Of several, Renovate takes the newest in the form that it makes of it.
        var best = found[0];
        foreach (var release in found)
        {
            best = SemverVersioning.Order(((Pep440Release)release).Semantic!, ((Pep440Release)best).Semantic!) > 0 ? release : best;
        }

        return Read(Written(((Pep440Release)best).Semantic!));
    }

    public override string? NewValue(string value, Release? current, Release next)
    {
        if (ReadRange(value) is not { } range)
        {
            return Pep440Versioning.Instance.NewValue(value, current, next);
        }

        var version = ((Pep440Release)next).Semantic;
        if (version is null || range.Contains(version) || ((Pep440Release)next).Parts.Length != 3 || current is not Pep440Release { Semantic: { } from })
        {
            return value;
        }

        var written = NpmVersioning.Instance.NewValue(ToNpm(value), from, version);
        return written is null ? value : SemverVersioning.Strict(written) is { } exact ? Written(exact) : written;
    }

    private static NpmRange? ReadRange(string text)
    {
        var npm = ToNpm(text);
        var hasExclusion = Array.Exists(npm.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), p => p.StartsWith("!=", StringComparison.Ordinal));
        return !hasExclusion && NpmRange.TryRead(NpmRange.WithoutNumbersBehindX(npm), out var range) ? range : null;
    }

    private static string ToNpm(string text)
    {
        var joined = string.Join(' ', text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        var pieces = Comparators.Split(joined);
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = Pep440Release.Read(pieces[i], ignoreCase: false) is { Parts.Length: 3 } version && SemverVersioning.Strict(Semantic(version, filled: false)) is not null
                ? Semantic(version, filled: false)
                : pieces[i];
        }

        var npm = string.Concat(pieces);
        var at = npm.IndexOf("===", StringComparison.Ordinal);
        return at < 0 ? npm : npm.Remove(at, 2);
    }

    private static string Semantic(Pep440Release version, bool filled)
    {
        var numbers = filled ? [.. version.Parts, .. new double[3 - version.Parts.Length]] : version.Parts;
        var text = string.Join('.', Array.ConvertAll(numbers, n => n.ToString("F0", CultureInfo.InvariantCulture)));
        text += version.Pre is { } pre ? $"-{(pre.Rank == 0 ? "a" : pre.Rank == 1 ? "b" : "rc")}.{pre.Number:F0}" : "";
        text += version.Post is { } post ? $"-post.{(version.IsBarePost ? post : 0):F0}" : "";
        return text + (version.Dev is { } dev ? $"-dev.{dev:F0}" : "");
    }

    /// <summary>How Renovate writes a semantic version for Poetry.</summary>
    private static string Written(Release semantic)
    {
        var text = string.Join('.', Array.ConvertAll(semantic.Numbers, n => n.ToString("F0", CultureInfo.InvariantCulture)));
        if (semantic.PreRelease.Length == 0)
        {
            return text;
        }

        var words = Array.ConvertAll(semantic.PreRelease.Split('.'), w => w switch { "a" or "dev" => "alpha", "b" => "beta", "c" => "rc", _ => w });
        return $"{text}-{string.Join('.', words)}";
    }

    [GeneratedRegex(@"(?<comparator>\s*(?:\^|~|[><!]?=|[><]|\|\|)\s*)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Comparators { get; }
}
