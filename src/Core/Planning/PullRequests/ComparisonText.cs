using System.Globalization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>Puts into words how two images differ. Values that may be secrets, or say nothing to a person, are not shown.</summary>
internal static class ComparisonText
{
    private const int MostNames = 12;

    private const int LongestValue = 40;

    private static readonly string[] SecretWords = ["pass", "pwd", "token", "key", "secret", "credential", "auth"];

    /// <summary>Labels that every build has otherwise, or that are told elsewhere.</summary>
    private static readonly string[] Noise = ["created", "revision", "version", "build-date", "vcs-ref", "base.digest", "base.name", "release", "build_version"];

    /// <summary>A list, one line each; none where nothing is known.</summary>
    public static IEnumerable<string> Lines(ImageStepContent content)
    {
        if (content.Comparison is { } comparison)
        {
            if (comparison.IsEmpty)
            {
                yield return "- Nothing: the same layers and the same configuration";
            }

            foreach (var line in Lines(comparison))
            {
                yield return $"- {line}";
            }
        }
        else if (content.After is not null)
        {
            yield return "- Not compared: what is in use could not be looked at in the registry";
        }

        if (Links(content.Links) is { } links)
        {
            yield return $"- {links}";
        }
    }

    /// <summary>The same in one line; null where nothing is known.</summary>
    public static string? Summary(ImageStepContent content)
    {
        if (content.Comparison is not { } comparison)
        {
            return Links(content.Links);
        }

        var parts = new List<string>();
        if (comparison.Layers.Added + comparison.Layers.Removed > 0)
        {
            parts.Add(comparison.Layers.Added == 0 ? $"{comparison.Layers.Removed} layers gone"
                : $"{comparison.Layers.Added} new {(comparison.Layers.Added == 1 ? "layer" : "layers")} ({Size(comparison.Layers.AddedBytes)})");
        }

        foreach (var kind in comparison.Differences.Where(IsTold).GroupBy(d => d.Kind).Where(g => g.Key is not (DifferenceKind.Created or DifferenceKind.BaseDigest)))
        {
            var names = kind.Where(d => d.Name.Length > 0).Select(d => Markdown.Code(Excerpt.Of(d.Name))).ToList();
            parts.Add(names.Count == 0 ? Word(kind.Key) : $"{Word(kind.Key)} {string.Join(", ", names.Take(4))}{(names.Count > 4 ? $" and {names.Count - 4} more" : "")}");
        }

        return string.Join("; ", [.. parts.Count == 0 ? ["nothing but dates and digests"] : parts, .. Links(content.Links) is { } links ? [links] : Array.Empty<string>()]);
    }

    /// <summary>What of it may break those who rely on it: who it runs as, what it starts and where, and all that is there no more.</summary>
    public static IEnumerable<string> Breaking(ImageComparison comparison)
    {
        foreach (var kind in comparison.Differences.Where(IsBreaking).GroupBy(d => d.Kind))
        {
            var changes = kind.Take(MostNames).Select(Change).ToList();
            yield return $"{Capital(kind.Key)}: {string.Join(", ", changes)}{(kind.Count() > MostNames ? $", and {kind.Count() - MostNames} more" : "")}";
        }

        static bool IsBreaking(ImageDifference difference) => difference.Kind switch
        {
            DifferenceKind.User or DifferenceKind.WorkingDirectory or DifferenceKind.Entrypoint or DifferenceKind.Command => true,
            DifferenceKind.Port or DifferenceKind.Volume or DifferenceKind.Environment => difference.After is null,
            _ => false,
        };
    }

    private static IEnumerable<string> Lines(ImageComparison comparison)
    {
        foreach (var kind in comparison.Differences.Where(d => d.Kind < DifferenceKind.BaseDigest))
        {
            yield return $"{Capital(kind.Kind)}: {Change(kind)}{(kind.Kind == DifferenceKind.Base ? Digests(comparison) : "")}";
        }

        if (comparison.Differences.All(d => d.Kind != DifferenceKind.Base) && Digests(comparison) is { Length: > 0 } digests)
        {
            yield return $"Base: the same, republished{digests}";
        }

        if (comparison.Layers != new LayerComparison(0, 0, 0, 0, 0, 0))
        {
            yield return $"Layers: {LayersOf(comparison.Layers)}";
        }

        foreach (var kind in comparison.Differences.Where(d => d.Kind > DifferenceKind.BaseDigest && IsTold(d)).GroupBy(d => d.Kind))
        {
            var changes = kind.Take(MostNames).Select(Change).ToList();
            var rest = kind.Count() > MostNames ? $", and {kind.Count() - MostNames} more" : "";
            yield return $"{Capital(kind.Key)}: {string.Join(", ", changes)}{rest}";
        }
    }

    private static string Digests(ImageComparison comparison) =>
        comparison.Differences.FirstOrDefault(d => d.Kind == DifferenceKind.BaseDigest) is { } digest
            ? $" ({Short(digest.Before)} → {Short(digest.After)})"
            : "";

    private static string Short(string? digest) => Digest.TryParse(digest, out var known) ? Markdown.Code("@" + known.Abbreviated) : "not known";

    private static string Change(ImageDifference difference)
    {
        var (kind, name, before, after) = difference;
        var isShown = IsShown(name, before) && IsShown(name, after);
        if (name.Length == 0)
        {
            return kind is DifferenceKind.Created ? $"{before ?? "not known"} → {after ?? "not known"}"
                : isShown ? $"{Shown(before, Empty(kind))} → {Shown(after, Empty(kind))}"
                : "changed";
        }

        var code = Markdown.Code(Excerpt.Of(name));
        return (before, after) switch
        {
            (null, _) => $"new {code}{(isShown && after is { Length: > 0 } ? $" {Markdown.Code(after)}" : "")}",
            (_, null) => $"gone {code}",
            _ => isShown ? $"{code} {Shown(before, "empty")} → {Shown(after, "empty")}" : $"{code} changed",
        };

        static string Shown(string? value, string empty) => string.IsNullOrWhiteSpace(value) ? empty : Markdown.Code(value);
    }

    private static string Empty(DifferenceKind kind) => kind switch
    {
        DifferenceKind.User => "root",
        DifferenceKind.WorkingDirectory => Markdown.Code("/"),
        DifferenceKind.Base => "not known",
        _ => "none",
    };

    private static bool IsShown(string name, string? value) =>
        value is null || (value.Length <= LongestValue && !IsSecret(name) && !IsSecret(value) && !value.Contains("://", StringComparison.Ordinal) && !value.Any(char.IsControl));

    private static bool IsSecret(string text) => SecretWords.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static bool IsTold(ImageDifference difference) =>
        difference.Kind != DifferenceKind.Label || !Array.Exists(Noise, n => difference.Name.EndsWith('.' + n, StringComparison.OrdinalIgnoreCase) || difference.Name.Equals(n, StringComparison.OrdinalIgnoreCase));

    private static string LayersOf(LayerComparison layers)
    {
        var parts = new List<string>();
        if (layers.Added > 0)
        {
            parts.Add($"{layers.Added} new ({Size(layers.AddedBytes)} to pull)");
        }

        if (layers.Shared > 0)
        {
            parts.Add($"{layers.Shared} shared ({Size(layers.SharedBytes)})");
        }

        if (layers.Removed > 0)
        {
            parts.Add($"{layers.Removed} gone");
        }

        return string.Join(", ", parts);
    }

    private static string? Links(SourceLinks? links) => links is null ? null : string.Join(" · ", new[]
    {
        links.Compare is null ? null : $"[Compare the sources]({links.Compare})",
        links.Releases is null ? null : $"[Releases]({links.Releases})",
        links.Compare is null && links.Releases is null ? $"[Sources]({links.Repository})" : null,
    }.OfType<string>());

    /// <summary>As registries show sizes: by thousands.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    private static string Word(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Created => "built",
        DifferenceKind.Base or DifferenceKind.BaseDigest => "base",
        DifferenceKind.User => "user",
        DifferenceKind.WorkingDirectory => "working directory",
        DifferenceKind.Entrypoint => "entrypoint",
        DifferenceKind.Command => "command",
        DifferenceKind.Port => "ports",
        DifferenceKind.Volume => "volumes",
        DifferenceKind.Environment => "environment",
        _ => "labels",
    };

    private static string Capital(DifferenceKind kind) => char.ToUpperInvariant(Word(kind)[0]) + Word(kind)[1..];
}
