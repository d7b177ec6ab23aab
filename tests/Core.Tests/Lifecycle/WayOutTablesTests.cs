using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Lifecycle;

/// <summary>Which steps products take, which images were given up, and what must always be true of a successor.</summary>
public sealed class WayOutTablesTests
{
    private static readonly LifecycleResolver Resolver = new(Catalog());

    private static readonly SuccessorFinder Finder = new(Resolver);

    [Theory]
    [InlineData("mysql:5.6", "5.7 5.7.44 8.0 8.0.44 8.4 8.4.7", "5.7=5.7.44 8.0=8.0.44 8.4=8.4.7")]
    [InlineData("mysql:5.7.10", "8.0.44 8.4.7", "8.0=8.0.44 8.4=8.4.7")]
    [InlineData("mysql:5.7", "8.4.7 8.0.44-debian", "8.0= 8.4=8.4.7")]
    [InlineData("mysql:8.0", "8.0.44 8.4.7", "8.4=8.4.7")]
    [InlineData("mongo:5.0", "6.0.1 7.0.9 8.0.4 7.0", "6.0=6.0.1 7.0=7.0.9 8.0=8.0.4")]
    [InlineData("elasticsearch:7.10.2", "7.17.29 7.11.0 8.19.2 8.1.0 9.2.0", "7=7.17.29 8=8.19.2 9.2=9.2.0")]
    [InlineData("elasticsearch:7.17.29", "7.17.29 7.11.0 8.19.2 9.2.0", "8=8.19.2 9.2=9.2.0")]
    [InlineData("postgres:9.6", "18.1 14.2", "18=18.1")]
    [InlineData("nextcloud:28-fpm", "29.0.1-fpm 30.0.2-fpm 31.0.4-fpm 32.0.1-fpm 32.0.2", "29=29.0.1-fpm 30=30.0.2-fpm 31=31.0.4-fpm 32=32.0.1-fpm")]
    public void A_product_goes_by_the_steps_that_its_makers_ask_for(string image, string tags, string steps)
    {
        var found = Finder.Find(ImageReference.Parse(image), tags.Split(' '), SmallCatalog.Today);

        Assert.Equal(steps, string.Join(' ', found.Steps.Select(s => $"{s.Version}={s.Image?.Tag}")));
        Assert.Equal(found.Steps[0].Image, found.Next);
        Assert.Equal(found.Steps[^1].Image, found.Image);
    }

    [Theory]
    [InlineData("node:16", "24.1.0 26.1.0", SuccessorPreference.Lts, "24.1.0")]
    [InlineData("node:16", "24.1.0 26.1.0", SuccessorPreference.Newest, "26.1.0")]
    public void The_newest_or_a_long_term_one_is_preferred(string image, string tags, SuccessorPreference prefer, string expected) =>
        Assert.Equal(expected, Finder.Find(ImageReference.Parse(image), tags.Split(' '), SmallCatalog.Today, prefer).Image?.Tag);

    [Theory]
    [InlineData("openjdk:8-jdk", "eclipse-temurin", "8-jdk")]
    [InlineData("openjdk:11-jre-slim", "eclipse-temurin", "11-jre")]
    [InlineData("openjdk:17-jdk-alpine", "eclipse-temurin", "17-jdk-alpine")]
    [InlineData("openjdk:8u342-jdk-slim-bullseye", "eclipse-temurin", "8-jdk")]
    [InlineData("openjdk:17.0.2", "eclipse-temurin", "17-jdk")]
    [InlineData("openjdk:17-oracle", "eclipse-temurin", "17-jdk")]
    [InlineData("adoptopenjdk:11-jre-hotspot", "eclipse-temurin", "11-jre")]
    [InlineData("adoptopenjdk:8-jdk-openj9", "eclipse-temurin", null)]
    [InlineData("openjdk:17-windowsservercore", "eclipse-temurin", null)]
    [InlineData("java:8", "eclipse-temurin", "8-jdk")]
    [InlineData("vault:1.13.3", "hashicorp/vault", "1.13.3")]
    [InlineData("jenkins:2.60.3", "jenkins/jenkins", "2.60.3")]
    [InlineData("k8s.gcr.io/pause:3.2", "registry.k8s.io/pause", "3.2")]
    [InlineData("k8s.gcr.io/ingress-nginx/controller:v1.0.0", "registry.k8s.io/ingress-nginx/controller", "v1.0.0")]
    [InlineData("microsoft/dotnet:2.1-sdk", "mcr.microsoft.com/dotnet/sdk", "2.1")]
    [InlineData("microsoft/dotnet:2.1-aspnetcore-runtime", "mcr.microsoft.com/dotnet/aspnet", "2.1")]
    [InlineData("microsoft/dotnet:latest", null, "latest")]
    [InlineData("centos:7", null, "7")]
    [InlineData("bitnami/redis:7.0", null, "7.0")]
    public void An_image_that_was_given_up_is_known_with_what_its_publishers_name(string image, string? other, string? tag)
    {
        var reference = ImageReference.Parse(image);
        var deprecated = DeprecatedImage.Of(reference.Name)!;

        Assert.Equal(other, deprecated.ImageFor(reference.Name, reference.Tag!)?.Familiar);
        Assert.Equal(tag, deprecated.TagsFor(reference.Tag!) is [var first, ..] ? first : null);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("eclipse-temurin")]
    [InlineData("acme/openjdk")]
    [InlineData("bitnamilegacy/redis")]
    [InlineData("hashicorp/vault")]
    public void What_lives_was_not_given_up(string image) => Assert.Null(DeprecatedImage.Of(ImageName.Parse(image)));

    [Fact]
    public void Every_entry_names_a_source_and_leads_to_nothing_that_was_given_up_too()
    {
        Assert.All(DeprecatedImage.All, d => Assert.StartsWith("https://", d.Source, StringComparison.Ordinal));
        Assert.All(DeprecatedImage.All.Where(d => d.By is not null), d => Assert.Null(DeprecatedImage.Of(ImageName.Parse(d.By!.Replace("*", "sdk", StringComparison.Ordinal)))));
        Assert.Equal(DeprecatedImage.All.Count, DeprecatedImage.All.Select(d => d.Image).Distinct(StringComparer.Ordinal).Count());
        Assert.All(UpgradePath.All, p => Assert.StartsWith("https://", p.Source, StringComparison.Ordinal));
    }

    /// <summary>Tags as official images have them, of every precision and flavour.</summary>
    private static readonly Gen<string> Tag = Gen.Select(
        Gen.OneOf("3", "3.8", "3.8.1", "3.9", "3.10", "3.10.4", "3.14", "3.14.1", "3.14.2", "3.15.0rc1", "3.15", "3.16", "4", "16", "22", "24", "24.1.0", "26.1", "latest"),
        Gen.OneOf("", "-slim", "-slim-buster", "-slim-bullseye", "-slim-bookworm", "-slim-trixie", "-slim-forky", "-alpine", "-alpine3.18", "-alpine3.22", "-alpine3.24", "-bookworm", "-trixie", "-windowsservercore-1809", "-nanoserver-ltsc2022"),
        (version, suffix) => version + suffix);

    [Fact]
    public void A_successor_exists_lives_is_no_floating_tag_and_is_of_the_same_flavour() =>
        Gen.Select(Gen.OneOf("python", "node"), Tag, Tag.List[0, 40], Gen.OneOf(SuccessorPreference.Lts, SuccessorPreference.Newest)).Sample((name, tag, tags, prefer) =>
        {
            var image = ImageReference.Parse($"{name}:{tag}");
            var found = Finder.Find(image, tags, SmallCatalog.Today, prefer);
            if (found.Image is not { Tag: { } next } successor)
            {
                return;
            }

            Assert.Contains(next, tags);
            Assert.NotEqual(tag, next);
            var before = Resolver.Resolve(image, SmallCatalog.Today);
            var after = Resolver.Resolve(successor, SmallCatalog.Today);
            Assert.True(after.Lives.All(l => l.Eol is null || l.Eol > SmallCatalog.Today), $"{image} -> {successor}");
            Assert.False(TagVersion.Of(next).IsPreRelease);
            if (before.Product is { Eol: { } eol } && eol <= SmallCatalog.Today.AddDays(LifecycleResolver.EndingDays))
            {
                Assert.NotNull(after.Product?.Cycle);
                Assert.True(TagVersion.Of(next).Precision >= TagVersion.Of(tag).Precision || tags.All(t => TagVersion.Of(t).Precision < TagVersion.Of(tag).Precision || t != next), $"{image} -> {successor}");
            }

            Assert.Equal(Flavour(tag), Flavour(next));
        }, iter: 20_000);

    /// <summary>What stands behind the version, without the release of its distribution.</summary>
    private static string Flavour(string tag)
    {
        var suffix = TagVersion.Of(tag) is { IsOrdered: true } version ? version.Suffix : tag;
        return DistributionSuffix.Find(suffix) is { } release ? $"{release.Before}{release.Family}{release.After}" : suffix;
    }

    private static LifecycleCatalog Catalog()
    {
        return SmallCatalog.Value with
        {
            Products =
            [
                .. SmallCatalog.Value.Products,
                Of("mysql", "MySQL", ("9.7", null, false), ("8.4", "2032-04-30", true), ("8.0", "2026-04-30", false), ("5.7", "2023-10-31", false), ("5.6", "2021-02-05", false)),
                Of("mongodb", "MongoDB", ("8.0", "2029-10-31", false), ("7.0", "2026-08-31", false), ("6.0", "2025-07-31", false), ("5.0", "2024-10-31", false)) with { Aliases = ["mongo"] },
                Of("elasticsearch", "Elasticsearch", ("9.2", "2028-01-01", false), ("8.19", "2026-07-01", false), ("7.17", "2026-01-15", false), ("7.10", "2021-01-01", false)),
                Of("nextcloud", "Nextcloud", ("32", "2027-09-30", false), ("31", "2026-02-28", false), ("30", "2025-09-30", false), ("29", "2025-04-30", false), ("28", "2024-12-31", false)),
            ],
        };

        static Product Of(string name, string label, params (string Name, string? Eol, bool IsLts)[] cycles) =>
            new(name, label, [], [], [.. cycles.Select((c, i) => new Cycle(c.Name, null, new DateOnly(2025 - i, 1, 1), c.Eol is null ? null : DateOnly.ParseExact(c.Eol, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), c.Eol is null && name == "mysql" ? true : false, null, c.IsLts))]);
    }
}
