using Basewatch.Core.Alerts;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Tests.Alerts;

public sealed class AlertRoutesTests
{
    private static readonly Life Python = new(LifeOf.Product, "python", "Python", "3.8", new DateOnly(2024, 10, 7));

    private static AlertSettings Read(string text)
    {
        var reading = ConfigurationReader.Read(".github/basewatch.yml", System.Text.Encoding.UTF8.GetBytes(text), FormatCatalog.Default);
        Assert.Empty(reading.Errors);
        return reading.Configuration!.Alerts!.Value;
    }

    [Fact]
    public void The_first_route_that_matches_counts_and_the_next_ones_where_it_says_so()
    {
        var settings = Read("""
            alerts:
              thresholds: [7d, 60, 0]
              repeat: never
              timezone: Europe/Berlin
              waiting: 2w
              digest: friday 16:30
              routes:
                - {kinds: failure, to: operations}
                - {repositories: 'shop-*', files: /deploy/**, severity: attention, to: urgent, continue: true}
                - {teams: '@acme/platform', products: 'python*', to: [platform, issue]}
                - {products: python 2*, to: nobody}
                - {to: everyone}
            """);
        Assert.Equal([60, 7, 0], settings.Thresholds);
        Assert.Equal((0, 14, DayOfWeek.Friday, "Europe/Berlin"), (settings.Repeat, settings.Waiting, settings.Digest!.Day, settings.Zone.Id));
        Assert.Null(settings.MarkOf(61));
        Assert.Equal(0, settings.MarkOf(-1000));

        var routes = new AlertRoutes(settings.Routes, ["operations", "urgent", "platform", "everyone"]);
        Assert.Equal(["nobody"], routes.Unknown);
        Assert.True(routes.NamesTeams);
        Assert.Equal(["operations"], routes.For(new AlertTarget(MessageKind.Failure, Severity.Attention)));
        Assert.Equal(["everyone"], routes.For(new AlertTarget(MessageKind.Digest, Severity.Good)));
        Assert.Equal(["urgent", "everyone"], routes.For(Target("acme/shop-1", "deploy/a.yaml", Severity.Attention)));
        Assert.Equal(["everyone"], routes.For(Target("acme/shop-1", "deploy/a.yaml", Severity.Warning)));
        Assert.Equal(["everyone"], routes.For(Target("acme/shop-1", "a.yaml", Severity.Attention)));
        Assert.Equal(["urgent", "platform"], routes.For(Target("acme/shop-1", "deploy/a.yaml", Severity.Attention) with { Owners = ["@Acme/Platform"] }));
        Assert.True(routes.Wants(AlertRoutes.Issue, "acme/web", "Dockerfile", Python, ["@acme/platform"]));
        Assert.False(routes.Wants(AlertRoutes.Issue, "acme/web", "Dockerfile", Python));
    }

    [Fact]
    public void Without_routes_every_channel_gets_everything_and_no_issue_is_opened()
    {
        var routes = new AlertRoutes([], ["a", "b"]);
        Assert.Equal(["a", "b"], routes.For(new AlertTarget(MessageKind.Digest, Severity.Good)));
        Assert.False(routes.Wants(AlertRoutes.Issue, "acme/web", "Dockerfile", Python));
        Assert.True(routes.Wants("A", "acme/web", "Dockerfile", Python));
    }

    [Fact]
    public void What_is_taken_by_no_route_goes_nowhere() =>
        Assert.Empty(new AlertRoutes(Read("alerts: {routes: [{repositories: other, to: a}]}").Routes, ["a"]).For(Target("acme/web", "Dockerfile", Severity.Attention)));

    [Theory]
    [InlineData("alerts: {thresholds: [-1]}", "is no number of days")]
    [InlineData("alerts: {repeat: often}", "as in repeat: 14d, or never")]
    [InlineData("alerts: {digest: someday}", "as in digest: monday 07:00")]
    [InlineData("alerts: {digest: '1 07:00'}", "as in digest: monday 07:00")]
    [InlineData("alerts: {timezone: Europe/Nowhere}", "is no time zone")]
    [InlineData("alerts: {routes: [{kinds: eol, to: a}]}", "is no kind of message")]
    [InlineData("alerts: {routes: [{repositories: a}]}", "'to' is missing")]
    [InlineData("alerts: {routes: [{to: []}]}", "'to' is empty")]
    [InlineData("alerts: {channel: a}", "there is no key 'channel'")]
    public void A_mistake_is_told(string text, string message)
    {
        var reading = ConfigurationReader.Read(".github/basewatch.yml", System.Text.Encoding.UTF8.GetBytes(text), FormatCatalog.Default);
        Assert.Contains(reading.Errors, e => e.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("* @a\n*.js @b # c", "x/y.js", "@b")]
    [InlineData("* @a\n/docs/ @b", "docs/x/y.md", "@b")]
    [InlineData("* @a\n/docs/ @b", "x/docs/y.md", "@a")]
    [InlineData("docs/ @b", "x/docs/y.md", "@b")]
    [InlineData("docs/* @b", "docs/y.md", "@b")]
    [InlineData("docs/* @b", "docs/x/y.md", "")]
    [InlineData("apps @b", "x/apps/y/z", "@b")]
    [InlineData("/apps/ @a @acme/b\n/apps/free", "apps/free", "")]
    [InlineData("**/logs @b", "x/y/logs/z", "@b")]
    [InlineData("a\\ b @c", "a b", "@c")]
    [InlineData("!x @c\n[ab] @d\n# * @e", "x", "")]
    public void Owners_are_those_of_the_last_line_that_matches(string text, string path, string owner) =>
        Assert.Equal(owner, CodeOwners.Parse(text).Of(path) is [var first, ..] ? first : "");

    private static AlertTarget Target(string repository, string path, Severity severity) => new(MessageKind.EndOfLife, severity) { Repository = repository, Path = path, Life = Python };
}
