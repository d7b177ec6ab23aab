using System.Globalization;

using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

using CsCheck;


namespace Basewatch.Core.Tests.Lifecycle;

public sealed class LifecycleResolverTests
{
    private static readonly LifecycleResolver Resolver = new(SmallCatalog.Value);

    [Theory]
    [InlineData("python:3.8.19-slim", "Python 3.8 2024-10-07", " ", LifecycleStatus.Ended)]
    [InlineData("python:3.14rc1", "Python 3.14 2030-10-31", " ", LifecycleStatus.Maintained)]
    [InlineData("python:3.1", "Python 3.1 2012-04-09", " ", LifecycleStatus.Ended)]
    [InlineData("python:3.11", "Python  ", " ", LifecycleStatus.Unknown)]
    [InlineData("python:3", "Python  ", " ", LifecycleStatus.Unknown)]
    [InlineData("python", "Python  ", " ", LifecycleStatus.Unknown)]
    [InlineData("python:3-bullseye", "Python  ", "Debian 11 2024-08-14", LifecycleStatus.Ended)]
    [InlineData("python:3.14-slim-bookworm", "Python 3.14 2030-10-31", "Debian 12 2026-07-11", LifecycleStatus.Ended)]
    [InlineData("python:3.14-alpine3.22", "Python 3.14 2030-10-31", "Alpine Linux 3.22 2027-05-01", LifecycleStatus.Ending)]
    [InlineData("python:3.14-alpine", "Python 3.14 2030-10-31", " ", LifecycleStatus.Maintained)]
    [InlineData("node:16", "Node.js 16 2023-09-11", " ", LifecycleStatus.Ended)]
    [InlineData("node:v22.1.0", "Node.js 22 2027-04-30", " ", LifecycleStatus.Ending)]
    [InlineData("node:lts", "Node.js  ", " ", LifecycleStatus.Unknown)]
    [InlineData("ubuntu:20.04", "Ubuntu 20.04 2025-05-31", " ", LifecycleStatus.Ended)]
    [InlineData("ubuntu:noble-20240423", "Ubuntu 24.04 2029-05-31", " ", LifecycleStatus.Maintained)]
    [InlineData("debian:bullseye-slim", "Debian 11 2024-08-14", " ", LifecycleStatus.Ended)]
    [InlineData("debian:12.5", "Debian 12 2026-07-11", " ", LifecycleStatus.Ended)]
    [InlineData("alpine:3.18", "Alpine Linux 3.18 2025-05-09", " ", LifecycleStatus.Ended)]
    [InlineData("alpine:20240101", "Alpine Linux  ", " ", LifecycleStatus.Unknown)]
    [InlineData("bitnami/node:16.1.0-debian-11-r12", "Node.js 16 2023-09-11", "Debian 11 2024-08-14", LifecycleStatus.Ended)]
    [InlineData("eclipse-temurin:8u392-b08-jdk-ubi8", "Eclipse Temurin 8 2030-12-31", "Red Hat Enterprise Linux 8 2029-05-31", LifecycleStatus.Maintained)]
    [InlineData("eclipse-temurin:25.0.1_8-jre-nanoserver-1809", "Eclipse Temurin 25 2031-09-30", "Nano Server 2019 2029-01-09", LifecycleStatus.Maintained)]
    [InlineData("eclipse-temurin:25-jre-nanoserver-ltsc2022", "Eclipse Temurin 25 2031-09-30", "Nano Server 2022 2031-10-14", LifecycleStatus.Maintained)]
    [InlineData("nginx:1.31", "nginx 1.31 ", " ", LifecycleStatus.Unknown)]
    [InlineData("nginx:1.1.19", "nginx 1.1 ", " ", LifecycleStatus.Ended)]
    [InlineData("ghcr.io/x/python:3.8", "Python 3.8 2024-10-07", " ", LifecycleStatus.Ended)]
    [InlineData("harbor.example/hub/library/python:3.8", "Python 3.8 2024-10-07", " ", LifecycleStatus.Ended)]
    [InlineData("mcr.microsoft.com/dotnet/sdk:6.0-focal", ".NET 6 2024-11-12", "Ubuntu 20.04 2025-05-31", LifecycleStatus.Ended)]
    [InlineData("example/python:3.8", " ", " ", LifecycleStatus.Unknown)]
    [InlineData("ghcr.io/y/python:3.8-bullseye", " ", "Debian 11 2024-08-14", LifecycleStatus.Ended)]
    public void An_image_is_known_by_its_name_and_its_cycle_by_its_tag(string image, string product, string distribution, LifecycleStatus status)
    {
        var life = Resolver.Resolve(ImageReference.Parse(image), SmallCatalog.Today);

        Assert.Equal(product.Trim(), $"{life.Product?.Title} {Day(life.Product?.Eol)}".Trim());
        Assert.Equal(distribution.Trim(), $"{life.Distribution?.Title} {Day(life.Distribution?.Eol)}".Trim());
        Assert.Equal(status, life.Status);
    }

    [Theory]
    [InlineData(-181, LifecycleStatus.Maintained)]
    [InlineData(-180, LifecycleStatus.Ending)]
    [InlineData(-1, LifecycleStatus.Ending)]
    [InlineData(0, LifecycleStatus.Ended)]
    [InlineData(1, LifecycleStatus.Ended)]
    public void An_image_ends_on_its_day_and_is_ending_180_days_before(int days, LifecycleStatus status) =>
        Assert.Equal(status, Resolver.Resolve(ImageReference.Parse("python:3.14"), new DateOnly(2030, 10, 31).AddDays(days)).Status);

    [Fact]
    public void What_fixes_it_gets_is_told_apart_day_by_day()
    {
        var life = new Life(LifeOf.Product, "x", "X", "1", new DateOnly(2027, 1, 1)) { ActiveUntil = new DateOnly(2026, 1, 1), ExtendedUntil = new DateOnly(2030, 1, 1) };

        Assert.Equal(
            [SupportKind.Active, SupportKind.Security, SupportKind.Security, SupportKind.Extended, SupportKind.Extended, SupportKind.None],
            "2025-12-31 2026-01-01 2026-12-31 2027-01-01 2029-12-31 2030-01-01".Split(' ').Select(d => life.SupportOn(DateOnly.ParseExact(d, "yyyy-MM-dd", CultureInfo.InvariantCulture))));
        Assert.Equal(SupportKind.Unknown, (life with { Eol = null }).SupportOn(SmallCatalog.Today));
        Assert.Equal(SupportKind.Extended, (life with { Eol = null, IsEnded = true }).SupportOn(SmallCatalog.Today));
        Assert.Equal(LifecycleStatus.Ended, (life with { Eol = null, IsEnded = true }).StatusOn(SmallCatalog.Today));
    }

    [Fact]
    public void Time_only_ever_brings_the_end_nearer()
    {
        var images = Gen.OneOf("python:3.14-slim-bookworm", "node:24-alpine3.24", "ubuntu:24.04", "python:3-trixie");
        Gen.Select(images, Gen.Int[0, 4000], Gen.Int[0, 4000]).Sample((image, a, b) =>
        {
            var start = new DateOnly(2020, 1, 1);
            var reference = ImageReference.Parse(image);
            Assert.True(Resolver.Resolve(reference, start.AddDays(Math.Min(a, b))).Status <= Resolver.Resolve(reference, start.AddDays(Math.Max(a, b))).Status);
        });
    }

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
