using System.Text;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Tests.Lifecycle;

/// <summary>Products, cycles and dates of one's own, from the configuration to an image.</summary>
public sealed class LifecycleOverlayTests
{
    private const string Own =
        """
        lifecycles:
        - product: acme-base
          label: Acme Base
          images: [ghcr.io/acme/base, 'ghcr.io/acme/base-*']
          url: https://wiki.example/base
          cycles:
          - {cycle: '2', released: 2026-01-01, eol: 2026-12-01, reason: moves to 3, lts: true, codename: Heron}
          - {cycle: '1', eol: 2026-01-31}
        - product: python
          cycles:
          - {cycle: '3.8', eol: 2027-10-01, reason: extended support bought}
        - {product: node, images: mirror.example/node}
        """;

    [Theory]
    [InlineData("ghcr.io/acme/base:2.4.1", "Acme Base 2 2026-12-01 Ending .github/basewatch.yml:7, moves to 3")]
    [InlineData("ghcr.io/acme/base-slim:heron-20260101", "Acme Base 2 2026-12-01 Ending .github/basewatch.yml:7, moves to 3")]
    [InlineData("ghcr.io/acme/base:1-bullseye", "Acme Base 1 2026-01-31 Ended .github/basewatch.yml:8")]
    [InlineData("ghcr.io/acme/base:latest", "Acme Base  Unknown .github/basewatch.yml:2")]
    [InlineData("python:3.8-slim", "Python 3.8 2027-10-01 Maintained .github/basewatch.yml:11, extended support bought")]
    [InlineData("python:3.9", "Python 3.9 2025-10-31 Ended ")]
    [InlineData("mirror.example/node:16", "Node.js 16 2023-09-11 Ended .github/basewatch.yml:12")]
    [InlineData("node:16", "Node.js 16 2023-09-11 Ended ")]
    [InlineData("ghcr.io/acme/other:2", "")]
    public void What_is_said_in_the_configuration_counts_and_names_its_line(string image, string expected)
    {
        var life = new LifecycleResolver(Read(Own).Over(SmallCatalog.Value)).Resolve(ImageReference.Parse(image), SmallCatalog.Today);

        Assert.Equal(expected, life.Product is { } product ? $"{product.Title} {product.Eol:yyyy-MM-dd} {product.StatusOn(SmallCatalog.Today)} {product.Evidence}" : "");
    }

    [Fact]
    public void Extended_support_that_is_bought_is_the_end_but_where_a_date_is_said()
    {
        var catalog = new LifecycleCatalog(
            [new Product("ubuntu", "Ubuntu", [], [], [new("24.04", "Noble", null, Day(2029), false, Day(2034), true), new("20.04", "Focal", null, Day(2025), false, Day(2030), true), new("19.10", "Eoan", null, Day(2020), false, null, false)])],
            default);
        var over = Read("lifecycles: [{product: ubuntu, useExtended: true, cycles: [{cycle: '20.04', eol: 2028-01-01}]}]").Over(catalog);

        Assert.Equal([Day(2034), new DateOnly(2028, 1, 1), Day(2020)], over.Products[0].Cycles.Select(c => c.Eol));
        Assert.Contains("extended support", over.Products[0].Cycles[0].Source, StringComparison.Ordinal);
        Assert.Equal(Day(2029), Read("lifecycles: [{product: ubuntu, useExtended: false, cycles: [{cycle: '24.04', reason: as it is}]}]").Over(Read("lifecycles: [{product: ubuntu, useExtended: true}]")).Over(catalog).Products[0].Cycles[0].Eol);
    }

    [Fact]
    public void The_repository_goes_before_its_organisation_and_what_neither_says_is_as_it_was()
    {
        var repository = Read("lifecycles: [{product: python, cycles: [{cycle: '3.8', eol: 2028-01-01}]}]");
        var organisation = Read("lifecycles: [{product: python, label: Snake, cycles: [{cycle: '3.8', eol: 2027-01-01, eoas: 2020-01-01}, {cycle: '3.9', eol: 2030-01-01}]}, {product: acme, images: 'acme/*', cycles: [{cycle: '1', eol: 2027-01-01}]}]");

        var over = repository.Over(organisation).Over(SmallCatalog.Value);

        var python = over.Products.Single(p => p.Name == "python");
        Assert.Equal("Snake", python.Label);
        Assert.Equal((new DateOnly(2028, 1, 1), new DateOnly(2020, 1, 1)), (python.Cycles.Single(c => c.Name == "3.8").Eol!.Value, python.Cycles.Single(c => c.Name == "3.8").ActiveUntil!.Value));
        Assert.Equal(new DateOnly(2030, 1, 1), python.Cycles.Single(c => c.Name == "3.9").Eol);
        Assert.Equal(SmallCatalog.Value.Products.Count + 1, over.Products.Count);
        Assert.Equal(SmallCatalog.Value.Products.Single(p => p.Name == "ubuntu"), over.Products.Single(p => p.Name == "ubuntu"));
        Assert.Same(SmallCatalog.Value, LifecycleOverlay.None.Over(SmallCatalog.Value));
        Assert.NotEqual(repository.Fingerprint, organisation.Fingerprint);
        Assert.Equal(repository, Read("lifecycles: [{product: python, cycles: [{cycle: '3.8', eol: 2028-01-01}]}]"));
    }

    private static DateOnly Day(int year) => new(year, 5, 31);

    private static LifecycleOverlay Read(string text)
    {
        var reading = ConfigurationReader.Read(RepositoryConfiguration.Path, Encoding.UTF8.GetBytes(text), FormatCatalog.Default);
        Assert.Empty(reading.Errors);
        return reading.Configuration!.Lifecycles;
    }
}
