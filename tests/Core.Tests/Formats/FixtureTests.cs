using Basewatch.Core.Formats;

namespace Basewatch.Core.Tests.Formats;

public sealed class FixtureTests
{
    public static TheoryData<string> Names => [.. Fixture.All.Select(f => f.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_fixture_shows_the_uses_that_are_expected(string name)
    {
        var fixture = Fixture.All.Single(f => f.ToString() == name);
        var reading = fixture.Read();
        Assert.Equal(fixture.Expected, fixture.Show(reading), ignoreLineEndingDifferences: true);
        Assert.Contains(fixture.Format, FormatCatalog.Default.Formats.Select(f => f.Name));
        Assert.All(reading.Uses, u => Assert.False(u.Reference is null && u.Skip is null));
    }

    [Fact]
    public void Every_format_has_fixtures() =>
        Assert.Empty(FormatCatalog.Default.Formats.Select(f => f.Name).Except(Fixture.All.Select(f => f.Format)));
}
