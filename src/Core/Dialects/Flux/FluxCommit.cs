namespace Basewatch.Core.Dialects.Flux;

/// <summary>What the message of a commit may tell.</summary>
/// <param name="Changes">What is changed.</param>
internal sealed record FluxCommit(IReadOnlyList<FluxChange> Changes)
{
    /// <summary>One to try templates with.</summary>
    public static FluxCommit Sample { get; } = new([new("app.yaml", new("apps/v1", "Deployment", "app", "default"), "app:1", "app:2", "flux-system:app")]);

    /// <summary>The commit as templates see it: texts, records, lists, and mappings in the order of their keys.</summary>
    public object ToData()
    {
        var files = Map(Changes.GroupBy(c => c.File, StringComparer.Ordinal).Select(f => (f.Key, (object?)Objects(f))));
        return Record("", ("Changed", Record(
            "",
            ("FileChanges", files),
            ("Objects", Objects(Changes)),
            ("Changes", Changes.DistinctBy(c => (c.OldValue, c.NewValue, c.Setter)).Select(Data).ToList()))));
    }

    /// <summary>Kubernetes objects are keys themselves, in the order of their fields.</summary>
    private static List<(object? Key, object? Value)> Objects(IEnumerable<FluxChange> changes) =>
    [
        .. changes.GroupBy(c => c.Object).OrderBy(g => g.Key?.ApiVersion, StringComparer.Ordinal).ThenBy(g => g.Key?.Kind, StringComparer.Ordinal)
            .ThenBy(g => g.Key?.Name, StringComparer.Ordinal).ThenBy(g => g.Key?.Namespace, StringComparer.Ordinal)
            .Select(g => ((object?)Data(g.Key), (object?)g.Select(Data).ToList())),
    ];

    private static FluxRecord Data(FluxObject? known) => known is null ? Record("") : Record(
        $"{{{{{{{known.ApiVersion} {known.Kind}}}}} {known.Name} {known.Namespace}}}",
        ("APIVersion", known.ApiVersion),
        ("Kind", known.Kind),
        ("Name", known.Name),
        ("Namespace", known.Namespace));

    private static FluxRecord Data(FluxChange change) => Record(
        $"{{{change.OldValue} {change.NewValue} {change.Setter}}}",
        [("OldValue", change.OldValue), ("NewValue", change.NewValue), .. change.Setter is null ? [] : ((string, object?)[])[("Setter", change.Setter)]]);

    private static SortedDictionary<string, object?> Map(IEnumerable<(string Key, object? Value)> entries)
    {
        var map = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            map[key] = value;
        }

        return map;
    }

    private static FluxRecord Record(string text, params (string Name, object? Value)[] fields) => new(text, fields.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal));
}

/// <summary>A value that is changed.</summary>
/// <param name="File">Its file, from the path of the automation.</param>
/// <param name="Object">The object that it is in; null where that is not known, so that templates can't ask for it.</param>
/// <param name="OldValue">What was there.</param>
/// <param name="NewValue">What is there now.</param>
/// <param name="Setter">The marker's value; null like the object.</param>
internal sealed record FluxChange(string File, FluxObject? Object, string OldValue, string NewValue, string? Setter);

/// <summary>An object in a file; a kustomization has no name.</summary>
internal sealed record FluxObject(string ApiVersion, string Kind, string Name, string Namespace);

/// <summary>A value with fields.</summary>
/// <param name="Text">How it is written.</param>
/// <param name="Fields">Its fields.</param>
internal sealed record FluxRecord(string Text, IReadOnlyDictionary<string, object?> Fields);
