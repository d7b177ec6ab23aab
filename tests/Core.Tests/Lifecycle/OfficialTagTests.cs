using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using CsCheck;

namespace Basewatch.Core.Tests.Lifecycle;

/// <summary>Tags of official and other well-known images, recorded, and what each must be read as; by products and cycles of endoflife.date.</summary>
public sealed class OfficialTagTests
{
    private static readonly Dictionary<string, Product> Products = Lines("products.txt").Select(Product).ToDictionary(p => p.Name, StringComparer.Ordinal);

    private static readonly LifecycleResolver Resolver = new(new LifecycleCatalog([.. Products.Values], DateTimeOffset.UnixEpoch));

    private static readonly string[][] Tags = [.. Lines("tags.txt").Select(l => l.Split(" | "))];

    private static readonly DateOnly Today = new(2026, 8, 22);

    [Fact]
    public void Every_recorded_tag_is_read_as_it_is_meant()
    {
        Assert.True(Tags.Length > 600);
        Assert.Equal(Tags.Select(t => string.Join(" | ", t)), Tags.Select(t => $"{t[0]} | {string.Join(" | ", Read(t[0]))}"));
    }

    [Fact]
    public void What_floats_or_is_a_day_or_belongs_to_something_else_has_no_cycle()
    {
        foreach (var image in (string[])["python:3", "python:3-slim", "node:lts", "node:current-alpine", "nginx:mainline", "mysql:innovation", "php:8-fpm", "golang:1",
            "tomcat:jdk21", "maven:eclipse-temurin-21", "wordpress:php8.2-fpm", "wordpress:cli-2.10", "alpine:20240329", "debian:stable-20240423-slim",
            "redis:32bit", "python:20240423", "gradle:jdk-21-and-22", "ubuntu:rolling", "caddy:builder"])
        {
            Assert.DoesNotContain(' ', Read(image)[0]);
        }
    }

    [Fact]
    public void A_later_patch_is_of_the_same_cycle_with_any_flavour()
    {
        var cycles = Gen.OneOf([.. Products.Values.Where(p => p.Images.Any(i => i.StartsWith("docker.io/library/", StringComparison.Ordinal)))
            .SelectMany(p => p.Cycles.Where(c => char.IsAsciiDigit(c.Name[0]) && c.Name.Count(n => n == '.') == 1 && !c.Name.Contains('-', StringComparison.Ordinal)).Select(c => Gen.Const((Product: p, Cycle: c))))]);
        var flavours = Gen.OneOf("", "-slim", "-alpine3.20", "-bookworm", "-slim-bookworm", "-windowsservercore-ltsc2022", "-fpm-alpine");
        Gen.Select(cycles, Gen.Int[0, 99], flavours).Sample((cycle, patch, flavour) =>
        {
            var image = cycle.Product.Images.First(i => i.StartsWith("docker.io/library/", StringComparison.Ordinal));
            var life = Resolver.Resolve(ImageReference.Parse($"{image}:{cycle.Cycle.Name}.{patch}{flavour}"), Today);

            // A cycle may be divided further: 9.0 and 9.0.22.
            Assert.StartsWith(cycle.Cycle.Name, life.Product!.Cycle, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void No_tag_makes_it_fail() =>
        Gen.Select(Gen.OneOf<ImageName>([.. Tags.Select(t => ImageReference.Parse(t[0]).Name)]), Gen.String[Gen.Char["abcdlsu0123456789._-"], 1, 40]).Sample((name, tag) =>
        {
            if (ImageReference.IsTag(tag))
            {
                _ = Resolver.Resolve(new ImageReference(name, tag), Today);
            }
        });

    private static string[] Read(string image)
    {
        var life = Resolver.Resolve(ImageReference.Parse(image), Today);
        return [Text(life.Product), Text(life.Distribution)];

        static string Text(Life? life) => life is null ? "-" : life.Cycle is null ? life.Key : $"{life.Key} {life.Cycle}";
    }

    private static Product Product(string line)
    {
        var parts = line.Split('|');
        return new Product(
            parts[0], parts[0], List(parts[1], ','), [.. List(parts[2], ',').Select(i => $"docker.io/{i}")],
            [.. List(parts[3], ' ').Select(c => c.Split('~')).Select(c => new Cycle(c[0], c.Length > 1 ? c[1] : null, null, null, false, null, false))]);

        static string[] List(string text, char separator) => text.Split(separator, StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Lines(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Lifecycle", file)).Where(l => l.Length > 0 && l[0] != '#');
}
