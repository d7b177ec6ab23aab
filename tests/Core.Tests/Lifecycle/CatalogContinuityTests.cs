using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Tests.Lifecycle;

public sealed class CatalogContinuityTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_vanished_is_carried_for_thirty_days_or_until_it_is_back()
    {
        var first = CatalogContinuity.Of(Catalog(("a", "2027-01-01"), ("b", "2027-01-01")), [], Catalog(("a", "2027-01-01")), Now);
        Assert.Equal(("b", Now), (Assert.Single(first.Carried).Product.Name, first.Carried[0].Since));
        Assert.Contains("b is not in it any more", Assert.Single(first.Remarks), StringComparison.Ordinal);

        var later = CatalogContinuity.Of(Catalog(("a", "2027-01-01")), first.Carried, Catalog(("a", "2027-01-01")), Now.AddDays(29));
        Assert.Equal(first.Carried, later.Carried);
        Assert.Empty(later.Remarks);
        Assert.Empty(CatalogContinuity.Of(Catalog(("a", "2027-01-01")), first.Carried, Catalog(("a", "2027-01-01")), Now.AddDays(30)).Carried);
        Assert.Empty(CatalogContinuity.Of(Catalog(("a", "2027-01-01")), first.Carried, Catalog(("a", "2027-01-01"), ("b", "2027-01-01")), Now.AddDays(1)).Carried);
    }

    [Theory]
    [InlineData("2027-01-01", "2026-06-01", "a 1 ends 2026-06-01 by it, and not 2027-01-01 any more")]
    [InlineData("2027-01-01", null, "a 1 has no end by it, where it was 2027-01-01")]
    [InlineData("2027-01-01", "2028-01-01", null)]
    [InlineData(null, "2028-01-01", null)]
    public void A_date_that_moved_counts_and_is_told_where_it_is_earlier_or_gone(string? before, string? after, string? remark) =>
        Assert.Equal(remark is null ? [] : [remark], CatalogContinuity.Of(Catalog(("a", before)), [], Catalog(("a", after)), Now).Remarks);

    [Fact]
    public void Less_than_half_of_the_products_is_no_catalogue()
    {
        var four = Catalog(("a", null), ("b", null), ("c", null), ("d", null));

        Assert.True(CatalogContinuity.IsBroken(four, Catalog(("a", null))));
        Assert.False(CatalogContinuity.IsBroken(four, Catalog(("a", null), ("b", null))));
    }

    private static LifecycleCatalog Catalog(params (string Name, string? Eol)[] products) => new(
        [.. products.Select(p => new Product(p.Name, p.Name, [], [], [new Cycle("1", null, null, p.Eol is null ? null : DateOnly.Parse(p.Eol, System.Globalization.CultureInfo.InvariantCulture), false, null, false)]))],
        Now);
}
