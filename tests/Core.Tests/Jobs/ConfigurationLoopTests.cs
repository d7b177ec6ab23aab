using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

public sealed class ConfigurationLoopTests : IDisposable
{
    private const string Own = ".github/basewatch.yml";
    private const string Dockerfile = "FROM python:3.12.4-slim\n";

    private static readonly RepositoryName Home = RepositoryName.Parse("acme/.github");

    private readonly Loop _loop = new();

    public ConfigurationLoopTests()
    {
        foreach (var tag in (string[])["3.12.4-slim", "3.12.5-slim", "3.13.0-slim"])
        {
            _loop.Registry.Push("python", tag);
        }
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_repository_is_updated_as_it_says()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (Own, "rules: [{images: python, policy: 'semver:~3.12'}]\n"));
        Assert.Empty(await _loop.RunAsync());
        Assert.Contains("3.12.5-slim", Assert.Single(Open()).Title, StringComparison.Ordinal);

        _loop.Host.Push(Loop.Web, "main", (Own, "rules: [{images: python, enabled: false}]\n"));
        Assert.Empty(await _loop.RunAsync());
        Assert.Empty(Open());

        _loop.Host.Push(Loop.Web, "main", (Own, "{}\n"));
        Assert.Empty(await _loop.RunAsync());
        Assert.Contains("3.13.0-slim", Assert.Single(Open()).Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_matters_to_a_repository_is_seen_with_its_own_policy()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (Own, "rules: [{images: python, policy: 'glob:nightly-*'}]\n"));
        Assert.Empty(await _loop.RunAsync());
        Assert.DoesNotContain(Open(), p => p.Title.Contains("nightly", StringComparison.Ordinal));

        // No step for the default policy.
        _loop.Registry.Push("python", "nightly-1");
        Assert.Empty(await _loop.RunAsync());

        Assert.Contains(Open(), p => p.Title.Contains("nightly-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_asks_a_registry_about_what_is_switched_off()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (Own, "ignorePaths: Dockerfile\n"));
        _loop.Host.Create(RepositoryName.Parse("acme/shop"), ("Dockerfile", Dockerfile), (Own, "rules: [{enabled: false}]\n"));

        Assert.Empty(await _loop.RunAsync());

        Assert.Equal(0, _loop.Registry.Requests);
    }

    [Fact]
    public async Task A_wrong_configuration_is_told_and_nothing_is_done()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (Own, "rules:\n- {image: python}\n"));

        Assert.Empty(await _loop.RunAsync());

        Assert.Empty(_loop.Host.Writes);
        Assert.Contains((await RecordAsync()).Problems, p => p is { Path: Own, Line: 2 });
    }

    [Fact]
    public async Task The_organisation_speaks_where_a_repository_does_not()
    {
        var shop = RepositoryName.Parse("acme/shop");
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile));
        _loop.Host.Create(shop, ("Dockerfile", Dockerfile), (Own, "rules: [{images: python, policy: 'semver:~3.12'}]\n"));
        _loop.Host.Create(Home, (Own, "furthest: digest\nrules: [{images: 'py*', enabled: false}]\n"));

        Assert.Empty(await _loop.RunAsync());
        Assert.Empty(Open());
        Assert.Contains("3.12.5-slim", Assert.Single(_loop.Host.PullRequests(shop)).Title, StringComparison.Ordinal);

        // Heard at once, though the repository itself has not moved.
        _loop.Host.Push(Home, "main", (Own, "ignorePaths: old/**\n"));
        Assert.Empty(await _loop.RunAsync());
        Assert.Contains("3.13.0-slim", Assert.Single(Open()).Title, StringComparison.Ordinal);

        _loop.Host.Push(Home, "main", (Own, "ignorePaths: Dockerfile\n"));
        Assert.Empty(await _loop.RunAsync());
        Assert.Empty(Open());
        Assert.Equal(0, (await RecordAsync()).Uses);
    }

    [Fact]
    public async Task A_pull_request_is_made_against_the_branch_that_is_wanted_where_that_has_the_same_file()
    {
        const string dependabot = "version: 2\nupdates:\n- {package-ecosystem: docker, directory: /, schedule: {interval: daily}, target-branch: develop}\n";
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (".github/dependabot.yml", dependabot));
        Assert.Empty(await _loop.RunAsync());
        Assert.Empty(Open());

        _loop.Host.Push(Loop.Web, "develop", ("Dockerfile", "FROM python:3.12.4-slim AS other\n"), ("more.txt", "more"));
        _loop.Host.Push(Loop.Web, "main", ("README.md", "1"));
        Assert.Empty(await _loop.RunAsync());
        Assert.Empty(Open());

        _loop.Host.Push(Loop.Web, "develop", ("Dockerfile", Dockerfile), ("more.txt", "more"));
        _loop.Host.Push(Loop.Web, "main", ("README.md", "2"));
        Assert.Empty(await _loop.RunAsync());

        Assert.Equal("develop", Assert.Single(_loop.Host.Drafts).Base);
        Assert.Equal("FROM python:3.13.0-slim\n", _loop.Host.Text(Loop.Web, Assert.Single(Open()).Branch, "Dockerfile"));
        Assert.Equal("more", _loop.Host.Text(Loop.Web, Open()[0].Branch, "more.txt"));
        var writes = _loop.Host.Writes.Count;
        Assert.Empty(await _loop.RunAsync());
        Assert.Equal(writes, _loop.Host.Writes.Count);
    }

    [Fact]
    public async Task A_wrong_configuration_of_the_organisation_stops_all_of_it()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile));
        _loop.Host.Create(Home, (Own, "furthest: far\n"));

        Assert.Empty(await _loop.RunAsync());

        Assert.Empty(_loop.Host.Writes);
        Assert.Contains((await RecordAsync()).Problems, p => p is { Path: "acme/.github:.github/basewatch.yml", Line: 1 });
    }

    [Theory]
    [InlineData(Own, "rules: [{images: python, policy: 'semver:~3.12'}]\n", "rules: [{image: python}]\n")]
    [InlineData(Own, "furthest: minor\n", "furthest: minr\n")]
    [InlineData("renovate.json", "{\"extends\": [\"config:recommended\"]}", "{\"packageRules\": 1}")]
    [InlineData(".github/dependabot.yml", "version: 2\nupdates:\n- {package-ecosystem: docker, directory: /, schedule: {interval: daily}}\n", "version: 2\nupdates:\n- {package-ecosystem: docker, directory: /, schedul: {interval: daily}}\n")]
    public async Task A_mistake_takes_nothing_back(string path, string right, string wrong)
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (path, right));
        Assert.Empty(await _loop.RunAsync());
        var before = Assert.Single(Open());

        _loop.Host.Push(Loop.Web, "main", (path, wrong));
        Assert.Empty(await _loop.RunAsync());
        Assert.Equal(before.Number, Assert.Single(Open()).Number);
        Assert.Contains((await RecordAsync()).Problems, p => p.Path == path);

        _loop.Host.Push(Loop.Web, "main", (path, right));
        Assert.Empty(await _loop.RunAsync());
        Assert.Equal(before.Number, Assert.Single(Open()).Number);
    }

    [Fact]
    public async Task A_mistake_of_the_organisation_takes_nothing_back()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile));
        _loop.Host.Create(Home, (Own, "furthest: minor\n"));
        Assert.Empty(await _loop.RunAsync());
        Assert.Single(Open());

        _loop.Host.Push(Home, "main", (Own, "furthest: far\n"));
        Assert.Empty(await _loop.RunAsync());

        Assert.Single(Open());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_organisation_is_heard_before_its_own_repository_is_read_or_where_that_is_none_of_ours(bool isListed)
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile));
        _loop.Host.Create(Home, (Own, "rules: [{enabled: false}]\n"));
        if (!isListed)
        {
            _loop.Host.Unlisted.Add(Home);
        }

        Assert.Empty(await _loop.RunAsync());

        Assert.Empty(_loop.Host.Writes);
    }

    [Theory]
    [InlineData(".github/basewatch.yaml", "rules: [{enabled: maybe}]\n")]
    [InlineData(Own, "LONG")]
    [InlineData(Own, "rules: \0[]")]
    public async Task What_can_not_be_read_is_not_taken_for_nothing(string path, string text)
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (path, text == "LONG" ? new string('#', 300_000) + "\nrules: [{enabled: false}]\n" : text));

        Assert.Empty(await _loop.RunAsync());

        Assert.Empty(_loop.Host.Writes);
        Assert.Contains((await RecordAsync()).Problems, p => p.Path == path);
    }

    [Theory]
    [InlineData(Own, "../settings/own.yml", "settings/own.yml", true)]
    [InlineData(".github", "settings/", "settings/basewatch.yml", true)]
    [InlineData("renovate.json", "settings/renovate.json", "settings/renovate.json", true)]
    [InlineData(Own, "other.yml", "settings/own.yml", false)]
    [InlineData(Own, "../../settings/own.yml", "settings/own.yml", false)]
    [InlineData(Own, "/settings/own.yml", "settings/own.yml", false)]
    public async Task A_link_is_followed_within_the_repository_and_not_taken_for_nothing_where_it_leads_elsewhere(string link, string target, string path, bool isFollowed)
    {
        const string Off = "{enabled: false}\n";
        _loop.Host.Links.Add(link);
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (link, target), (path, path.EndsWith("json", StringComparison.Ordinal) ? Off : $"rules: [{Off}]"));

        Assert.Empty(await _loop.RunAsync());

        Assert.Empty(_loop.Host.Writes);
        Assert.Equal(isFollowed ? [] : [$"{link}: the link leads to no file of the repository"], (await RecordAsync()).Problems.Where(p => p.Line is null).Select(p => p.ToString()));
        if (isFollowed)
        {
            _loop.Host.Push(Loop.Web, "main", (path, path.EndsWith("json", StringComparison.Ordinal) ? "{}" : ""));
            Assert.Empty(await _loop.RunAsync());
            Assert.NotEmpty(_loop.Host.Writes);
        }
    }

    [Fact]
    public async Task A_rule_that_only_switches_on_sees_what_the_fallback_has_to_see()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (Own, "furthest: digest\nrules: [{images: python, enabled: true}]\n"));
        Assert.Empty(await _loop.RunAsync());
        var writes = _loop.Host.Writes.Count;

        _loop.Registry.Push("python", "3.12.4-slim", "second");
        Assert.Empty(await _loop.RunAsync());

        Assert.True(_loop.Host.Writes.Count > writes);
    }

    private List<PullRequest> Open() => [.. _loop.Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open)];

    private async Task<RepositoryRecord> RecordAsync() =>
        (await _loop.RecallAsync(m => m.Repositories.GetAsync(Memory.RepositoryKey(Loop.Web), TestContext.Current.CancellationToken)))!;
}
