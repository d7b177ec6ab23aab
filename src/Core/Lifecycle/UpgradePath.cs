using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>How the data of a product get from one version to another: which versions must not be stepped over.</summary>
/// <param name="Product">The product's name in the catalogue: <c>mysql</c>.</param>
/// <param name="Source">Where its makers say so.</param>
public sealed record UpgradePath(string Product, string Source)
{
    /// <summary>Versions to stop at, the oldest first: of each the newest release that there is.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Whether each major version is a stop.</summary>
    public bool EachMajor { get; init; }

    /// <summary>Whether each minor version is a stop.</summary>
    public bool EachMinor { get; init; }

    /// <summary>Whether each long-term cycle is a stop.</summary>
    public bool EachLts { get; init; }

    /// <summary>Whether a major version is left from its last minor version alone.</summary>
    public bool LastMinorFirst { get; init; }

    /// <summary>What a person has to do besides: a sentence; null: nothing that is known.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// The products whose makers say so. What is not here goes from any version to any, as far as is known.
    /// </summary>
    public static IReadOnlyList<UpgradePath> All { get; } =
    [
        new("mysql", "https://dev.mysql.com/doc/refman/8.4/en/upgrade-paths.html") { Stops = ["5.6", "5.7", "8.0", "8.4"], EachLts = true },
        new("mongodb", "https://www.mongodb.com/docs/manual/release-notes/8.0-upgrade-standalone/")
        {
            Stops = ["3.6", "4.0", "4.2", "4.4", "5.0", "6.0", "7.0", "8.0"],
            Note = "The feature compatibility version has to be raised after each step.",
        },
        new("elasticsearch", "https://www.elastic.co/docs/deploy-manage/upgrade/prepare-to-upgrade") { EachMajor = true, LastMinorFirst = true },
        new("kibana", "https://www.elastic.co/docs/deploy-manage/upgrade/prepare-to-upgrade") { EachMajor = true, LastMinorFirst = true },
        new("gitlab", "https://docs.gitlab.com/update/upgrade_paths/")
        {
            Stops = ["15.0", "15.4", "15.11", "16.3", "16.7", "16.11", "17.1", "17.3", "17.5", "17.8", "17.11", "18.2", "18.5", "18.8", "18.11", "19.2", "19.5", "19.8", "19.11"],
            Note = "The background migrations of each step have to be done before the next.",
        },
        new("nextcloud", "https://docs.nextcloud.com/server/latest/admin_manual/maintenance/upgrade.html") { EachMajor = true },
        new("sonarqube-server", "https://docs.sonarsource.com/sonarqube-server/server-update-and-maintenance/update/determine-path") { Stops = ["7.9", "8.9", "9.9", "2025.1", "2026.1"] },
        new("sonarqube-community", "https://docs.sonarsource.com/sonarqube-server/server-update-and-maintenance/update/determine-path") { Stops = ["7.9", "8.9", "9.9"] },
        new("rabbitmq", "https://www.rabbitmq.com/docs/upgrade")
        {
            Stops = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"],
            Note = "All stable feature flags have to be enabled before each step.",
        },
        new("kubernetes", "https://kubernetes.io/releases/version-skew-policy/") { EachMinor = true },
        new("postgresql", "https://www.postgresql.org/docs/current/upgrading.html")
        {
            Note = "Another major version does not read the data of the old one: they have to be moved by `pg_upgrade`, or dumped and restored.",
        },
        new("mariadb", "https://mariadb.com/kb/en/upgrading-between-major-mariadb-versions/") { Note = "`mariadb-upgrade` has to be run afterwards." },
    ];

    /// <summary>The path of a product; null where none is known.</summary>
    public static UpgradePath? Of(string? product) => All.FirstOrDefault(p => p.Product == product);

    /// <summary>The versions to stop at between two, the oldest first.</summary>
    /// <param name="from">The version in use.</param>
    /// <param name="to">The version to get to.</param>
    /// <param name="product">With its cycles.</param>
    internal IReadOnlyList<IReadOnlyList<long>> Between(TagVersion from, TagVersion to, Product product)
    {
        const int MostSteps = 100;
        var stops = Stops.Concat(EachLts ? product.Cycles.Where(c => c.IsLts).Select(c => c.Name) : []).Select(TagVersion.Of).Where(v => v.Scheme == TagScheme.Version).Select(v => v.Numbers).ToList();
        if (EachMajor)
        {
            for (var major = from.Numbers[0] + 1; major < to.Numbers[0] && stops.Count < MostSteps; major++)
            {
                stops.Add([major]);
            }
        }

        if (EachMinor && from.Precision > 1 && to.Precision > 1 && from.Numbers[0] == to.Numbers[0])
        {
            for (var minor = from.Numbers[1] + 1; minor < to.Numbers[1] && stops.Count < MostSteps; minor++)
            {
                stops.Add([from.Numbers[0], minor]);
            }
        }

        if (LastMinorFirst && from.Precision > 1 && from.Numbers[0] < to.Numbers[0])
        {
            stops.Add([from.Numbers[0]]);
        }

        // A stop that the version in use, or the one to get to, is of is none; but for the last minor version.
        return [.. stops
            .Where(s => (Compare(s, from.Numbers) > 0 || (LastMinorFirst && s.Count == 1 && s[0] == from.Numbers[0])) && Compare(s, to.Numbers) < 0)
            .DistinctBy(s => string.Join('.', s), StringComparer.Ordinal)
            .OrderBy(s => s, Comparer<IReadOnlyList<long>>.Create((a, b) => Compare(a, b) is var order and not 0 ? order : a.Count.CompareTo(b.Count)))];
    }

    /// <summary>Order by the numbers that both have; 0 where one is of the other.</summary>
    internal static int Compare(IReadOnlyList<long> a, IReadOnlyList<long> b)
    {
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            if (a[i] != b[i])
            {
                return a[i].CompareTo(b[i]);
            }
        }

        return 0;
    }
}
