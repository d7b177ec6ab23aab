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
        var reading = FormatCatalog.Default.Read(fixture.Name, fixture.Bytes);
        Assert.Equal(fixture.Expected, Fixture.Show(reading), ignoreLineEndingDifferences: true);
        Assert.All(reading.Uses, u => Assert.Equal(fixture.Format, u.Format));
        Assert.All(reading.Uses, u => Assert.True(u.Reference is null ^ u.Skip is null));
    }
}
