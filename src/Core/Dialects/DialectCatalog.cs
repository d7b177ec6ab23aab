using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects;

/// <summary>The dialects that are read.</summary>
public static class DialectCatalog
{
    /// <summary>
    /// Every dialect, in the order in which they are asked where several have a rule for a use: ours first, then what stands
    /// beside the use itself, then what speaks of whole repositories. A new one is registered here and nowhere else.
    /// </summary>
    public static IReadOnlyList<IDialect> All { get; } =
    [
        new BasewatchDialect(),
        new FluxDialect(),
        new ArgoCdDialect(),
        new KeelDialect(),
        new RenovateDialect(),
        new DependabotDialect(),
    ];

    /// <summary>Every path that is some dialect's configuration as a whole, each once.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. All.SelectMany(d => d.Files).Distinct(StringComparer.Ordinal)];

    private const string Unreadable = "[";

    /// <summary>The dialect of a name; null where there is none.</summary>
    public static IDialect? Find(string name) => All.FirstOrDefault(d => d.Name == name);

    /// <summary>The dialects' parts of a file that is their configuration as a whole.</summary>
    /// <param name="path">Its path from the root of the repository.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="problem">Why it can't be read; null when all is well.</param>
    public static IReadOnlyList<ConfigurationPart> ReadWhole(string path, ReadOnlySpan<byte> bytes, out FileProblem? problem)
    {
        // What can't be read must not count as not there: the text is one that every dialect finds wrong.
        var text = Cut(SourceFile.TryRead(path, bytes, out var file, out problem) ? file.Text : Unreadable);
        return [.. All.Where(d => d.Files.Contains(path, StringComparer.Ordinal)).Select(d => new ConfigurationPart(d.Name, path, 1, text))];
    }

    /// <summary>The parts of a file that is there and can't be had: every dialect finds them wrong.</summary>
    public static IReadOnlyList<ConfigurationPart> ReadNothing(string path) => ReadWhole(path, SourceFile.Encode(Unreadable), out _);

    /// <summary>The parts of dialects' configuration among what else is in a file.</summary>
    /// <param name="path">Its path from the root of the repository.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="uses">Gives what it uses, where that matters.</param>
    public static IReadOnlyList<ConfigurationPart> FindParts(string path, ReadOnlySpan<byte> bytes, Func<IReadOnlyList<ImageUse>> uses)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(uses);
        if (!IsManifest(path))
        {
            return [];
        }

        List<ConfigurationPart>? parts = null;
        SourceFile? file = null;
        foreach (var dialect in All)
        {
            if (dialect.MayHaveParts(path, bytes) && (file is not null || SourceFile.TryRead(path, bytes, out file, out _)))
            {
                (parts ??= []).AddRange(dialect.FindParts(file, uses()).Select(p => p with { Text = Cut(p.Text) }));
            }
        }

        return parts ?? [];
    }

    /// <summary>A text that is too long to be kept is cut so that every dialect finds it too long.</summary>
    private static string Cut(string text) => text.Length > ConfigurationPart.LongestText ? text[..(ConfigurationPart.LongestText + 1)] : text;

    private static bool IsManifest(string path) =>
        path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
}
