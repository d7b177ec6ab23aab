using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Tests.Lifecycle;

/// <summary>A few products with dates that are facts.</summary>
internal static class SmallCatalog
{
    public static readonly DateOnly Today = new(2026, 11, 23);

    public static LifecycleCatalog Value { get; } = new(
        [
            Product("python", "Python", [], ["docker.io/library/python", "ghcr.io/x/python"],
                Cycle("3.15", "2026-10-01", "2031-10-31"), Cycle("3.14", "2025-10-07", "2030-10-31"), Cycle("3.10", "2021-10-04", "2026-10-31"),
                Cycle("3.9", "2020-10-05", "2025-10-31"), Cycle("3.8", "2019-10-14", "2024-10-07"), Cycle("3.1", "2009-06-27", "2012-04-09")),
            Product("nodejs", "Node.js", ["node"], ["docker.io/library/node", "docker.io/bitnami/node"],
                Cycle("26", "2026-05-05", "2029-04-30"), Cycle("24", "2025-05-06", "2028-04-30", lts: true), Cycle("22", "2024-04-24", "2027-04-30", lts: true),
                Cycle("16", "2021-04-20", "2023-09-11", lts: true)),
            Product("ubuntu", "Ubuntu", [], [],
                Cycle("26.04", "2026-04-23", "2031-04-30", "Resolute Raccoon", lts: true), Cycle("25.10", "2025-10-09", "2026-07-01", "Questing Quokka"),
                Cycle("24.04", "2024-04-25", "2029-05-31", "Noble Numbat", lts: true), Cycle("20.04", "2020-04-23", "2025-05-31", "Focal Fossa", lts: true)),
            Product("debian", "Debian", [], [],
                Cycle("13", "2025-08-09", "2028-08-09", "Trixie"), Cycle("12", "2023-06-10", "2026-07-11", "Bookworm"),
                Cycle("11", "2021-08-14", "2024-08-14", "Bullseye"), Cycle("10", "2019-07-06", "2022-09-10", "Buster")),
            Product("alpine-linux", "Alpine Linux", ["alpine"], [],
                Cycle("3.24", "2026-06-09", "2028-06-01"), Cycle("3.22", "2025-05-30", "2027-05-01"), Cycle("3.18", "2023-05-09", "2025-05-09")),
            Product("postgresql", "PostgreSQL", ["postgres"], ["docker.io/library/postgres"],
                Cycle("18", "2025-09-25", "2030-11-14"), Cycle("9.6", "2016-09-29", "2021-11-11")),
            Product("eclipse-temurin", "Eclipse Temurin", [], [], Cycle("25", "2025-09-22", "2031-09-30", lts: true), Cycle("8", "2014-03-18", "2030-12-31", lts: true)),
            Product("rhel", "Red Hat Enterprise Linux", [], [], Cycle("8", "2019-05-07", "2029-05-31")),
            Product("windows-nano-server", "Nano Server", [], [], Cycle("2022", "2021-08-18", "2031-10-14"), Cycle("1809", "2018-11-13", "2020-11-10"), Cycle("2019", "2018-11-13", "2029-01-09")),
            Product("nginx", "nginx", [], [], Cycle("1.31", "2026-05-01", null), Cycle("1.30", "2026-04-01", null), new Cycle("1.1", null, null, null, IsEol: true, null, IsLts: false)),
            Product("dotnet", ".NET", [], [], Cycle("10", "2025-11-11", "2028-11-14", lts: true), Cycle("6", "2021-11-08", "2024-11-12", lts: true)),
        ],
        DateTimeOffset.UnixEpoch);

    private static Product Product(string name, string label, string[] aliases, string[] images, params Cycle[] cycles) => new(name, label, aliases, images, cycles);

    private static Cycle Cycle(string name, string released, string? eol, string? codename = null, bool lts = false) =>
        new(name, codename, Day(released), eol is null ? null : Day(eol), false, null, lts);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
