namespace Basewatch.Core.Dialects;

/// <summary>The dialects that are read.</summary>
public static class DialectCatalog
{
    /// <summary>Every dialect; ours first. A new one is registered here and nowhere else.</summary>
    public static IReadOnlyList<IDialect> All { get; } =
    [
        new BasewatchDialect(),
        new RenovateDialect(),
        new DependabotDialect(),
        new FluxDialect(),
        new ArgoCdDialect(),
        new KeelDialect(),
    ];

    /// <summary>The dialect of a name; null where there is none.</summary>
    public static IDialect? Find(string name) => All.FirstOrDefault(d => d.Name == name);
}
