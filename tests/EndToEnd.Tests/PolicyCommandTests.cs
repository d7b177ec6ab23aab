using Basewatch.EndToEnd.Tests.Drivers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>policy</c>, in every dialect's words.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private readonly WorkFolder _folder = new WorkFolder().Write("tags", "2026-01-03 1.0.1\n1.1.0\n\n  2.0.0-rc1 \n2026-01-09T10:00:00Z 1.0.2\n");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("basewatch", "semver:~1.0", "1.0.1", "1.0.2")]
    [InlineData("basewatch", "{policy: numerical, filterTags: {pattern: '^1\\.0\\.(?<n>[0-9]+)$', extract: $n}}", "1.0.1", "1.0.2")]
    [InlineData("renovate", "{allowedVersions: '<2'}", "1.0.1", "1.1.0")]
    [InlineData("dependabot", "ignore: [{dependency-name: '*', update-types: ['version-update:semver-minor']}]", "1.0.1", "1.0.2")]
    [InlineData("flux", "{policy: {semver: {range: 1.0.x}}}", null, "1.0.2")]
    [InlineData("argocd", "{update-strategy: semver, constraint: ^1.0}", "1.0.1", "1.1.0")]
    [InlineData("keel", "{policy: patch}", "1.0.1", "1.0.2")]
    public async Task The_tag_that_a_policy_chooses_is_told_with_the_reason(string dialect, string policy, string? current, string selected)
    {
        string[] with = current is null ? [] : ["--current", current];
        var row = Assert.Single((await new CliRun(["policy", "--dialect", dialect, "--policy", policy, "--tags", "tags", .. with]).In(_folder).RunAsync()).Exits(0).Rows);
        Assert.Equal(["selected", "reason"], row.Select(f => f.Key));
        Assert.Equal(selected, (string?)row["selected"]);
        Assert.NotEmpty((string)row["reason"]!);
    }

    [Fact]
    public async Task Staying_is_null()
    {
        var row = Assert.Single((await new CliRun("policy", "--current", "2.0.0", "--tags", "tags").In(_folder).RunAsync()).Exits(0).Rows);
        Assert.Null(row["selected"]);
    }

    [Theory]
    [InlineData("--policy 'semver:>>'", "is no version range")]
    [InlineData("--dialect flux --policy '{policy: {semver: {range: 1x}}}'", "--policy:1")]
    [InlineData("--dialect fluxx", "fluxx")]
    [InlineData("--tags missing", "missing")]
    public async Task What_is_wrong_is_told_and_nothing_decided(string options, string message)
    {
        List<string> arguments = [.. options.Split(" '") is [var plain, var quoted] ? [.. plain.Split(' '), quoted.TrimEnd('\'')] : options.Split(' ')];
        if (!arguments.Contains("--tags"))
        {
            arguments.AddRange(["--tags", "tags"]);
        }

        var result = (await new CliRun(["policy", .. arguments]).In(_folder).RunAsync()).Exits(2);
        Assert.Empty(result.Output);
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
    }
}
