using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>.github/basewatch.yml</c>: <c>config validate</c>, <c>config explain</c>, and the commands that obey it.</summary>
public sealed class ConfigTests(RegistryServer registry) : IAsyncLifetime
{
    private const string Configuration =
        """
        furthest: minor
        ignorePaths: [old/**]
        formats:
        - {name: versions, files: versions.txt, pattern: '^redis (?<image>\S+)'}
        rules:
        - {images: python, files: app/Dockerfile, policy: 'semver:~3.12'}
        - {images: nginx, enabled: false, reason: by hand}
        """;

    private readonly ImageNamespace _images = new(registry);
    private readonly WorkFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        foreach (var image in new[] { "python:3.12.1", "python:3.12.4", "python:3.13.2", "nginx:1.0.0", "nginx:1.1.0", "redis:7.2.0", "redis:7.4.0", "redis:8.0.0" })
        {
            await _images.PushAsync(image);
        }

        _folder
            .Write(".github/basewatch.yml", Configuration)
            .Write("app/Dockerfile", "FROM python:3.12.1\n")
            .Write("web/Dockerfile", "FROM python:3.12.1\nFROM nginx:1.0.0\n")
            .Write("old/Dockerfile", "FROM python:3.12.1\n")
            .Write("versions.txt", "redis redis:7.2.0\n");
        await _folder.CommitAsync();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Validate_says_that_all_is_right()
    {
        Assert.Equal([".github/basewatch.yml is right: 2 rules, 1 format"], (await Run("config", "validate").RunAsync()).Exits(0).Lines);
        using var empty = new WorkFolder();
        Assert.Equal(["there is no .github/basewatch.yml: the defaults are in force"], (await new CliRun("config", "validate").In(empty).RunAsync()).Exits(0).Lines);
    }

    [Fact]
    public async Task Validate_tells_patterns_that_match_no_file_and_all_is_right_nevertheless()
    {
        _folder.Write(".github/basewatch.yml", Configuration.Replace("old/**", "old/**, /service/**", StringComparison.Ordinal).Replace("versions.txt", "version.txt", StringComparison.Ordinal));

        // The folder that is asked for is not all that there is.
        foreach (var path in (string[])[".", "web"])
        {
            Assert.Equal(
                ["note: .github/basewatch.yml:2: '/service/**' matches no file of the repository", "note: .github/basewatch.yml: 'version.txt' matches no file of the repository"],
                (await Run("config", "validate", path).RunAsync()).Exits(0).Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Theory]
    [InlineData("check")]
    [InlineData("config", "explain")]
    [InlineData("config", "validate")]
    public async Task A_configuration_at_another_place_is_told_once(params string[] command)
    {
        File.Move(_folder.On(".github/basewatch.yml"), _folder.On("Basewatch.yaml"));

        var errors = (await Run(command).RunAsync()).Exits(0).Errors;

        Assert.Equal(2, errors.Split("Basewatch.yaml: this file is not read: move it to .github/basewatch.yml").Length);
    }

    [Fact]
    public async Task A_link_to_the_configuration_is_followed_and_one_that_leads_elsewhere_is_a_mistake()
    {
        var path = _folder.On(".github/basewatch.yml");
        File.Move(path, _folder.On("basewatch.yml"));
        File.CreateSymbolicLink(path, "../basewatch.yml");

        var right = (await Run("config", "validate").RunAsync()).Exits(0);
        Assert.Equal([".github/basewatch.yml is right: 2 rules, 1 format"], right.Lines);
        Assert.DoesNotContain("not read", right.Errors, StringComparison.Ordinal);

        File.Delete(path);
        File.CreateSymbolicLink(path, "/etc/hostname");
        Assert.Contains(".github/basewatch.yml: the link leads to no file of the repository", (await Run("scan").RunAsync()).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("check")]
    [InlineData("update")]
    [InlineData("update", "--branch")]
    [InlineData("config", "explain")]
    [InlineData("config", "validate")]
    public async Task With_a_wrong_file_every_mistake_is_told_and_nothing_is_done(params string[] command)
    {
        _folder.Write(".github/basewatch.yml", "furthest: minr\nrules:\n- {image: python, policy: digest}\n- {policy: 'semver:='}\n");
        var before = _folder.Snapshot();
        var requests = await _images.RequestsAsync();

        var result = (await Run(command).RunAsync()).Exits(2);

        Assert.Empty(result.Output);
        Assert.Contains(".github/basewatch.yml:1: 'minr' is no furthest: did you mean 'minor'?", result.Errors, StringComparison.Ordinal);
        Assert.Contains(".github/basewatch.yml:3: there is no key 'image' in 'rules': did you mean 'images'?", result.Errors, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Snapshot());
        Assert.Equal(requests, await _images.RequestsAsync());
    }

    [Fact]
    public async Task Explain_names_the_policy_of_each_use_and_where_it_is_written()
    {
        var rows = (await Run("config", "explain", "--format", "json", "--policy", "redis=digest").RunAsync()).Exits(0).Rows;

        Assert.All(rows, r => Assert.Equal(["file", "line", "image", "policy", "source", "others"], r.Select(f => f.Key)));
        Assert.Equal(
            [
                "app/Dockerfile:1 docker.io/library/python semver:~3.12 .github/basewatch.yml:6",
                "versions.txt:1 docker.io/library/redis digest --policy:",
                "web/Dockerfile:1 docker.io/library/python docker {level: minor} .github/basewatch.yml:1",
                "web/Dockerfile:2 docker.io/library/nginx none .github/basewatch.yml:7",
            ],
            rows.Select(r => $"{r["file"]}:{r["line"]} {r["image"]} {r["policy"]} {r["source"]!["file"]}:{r["source"]!["line"]}").Order(StringComparer.Ordinal));
        Assert.All(rows, r => Assert.Equal("basewatch", (string?)r["source"]!["dialect"]));

        _folder.Write(".github/basewatch.yml", "");
        Assert.All((await Run("config", "explain", "--format", "json").RunAsync()).Exits(0).Rows, r => Assert.Equal("docker ", $"{r["policy"]} {r["source"]}"));
        Assert.Contains("default", (await Run("config", "explain").RunAsync()).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stages_are_explained_and_what_a_repository_cannot_say_is_noted()
    {
        _folder.Write(".github/basewatch.yml", "rollout:\n  stages:\n  - {name: app, files: app/, verify: [{probe: 'https://web.acme.dev'}]}\n  - {name: web, files: [web/, gone/], images: python, after: app}\n");

        var rows = (await Run("config", "explain", "--format", "json").RunAsync()).Exits(0).Rows;
        Assert.Equal(["app/Dockerfile:1 app", "old/Dockerfile:1 ", "web/Dockerfile:1 web", "web/Dockerfile:2 "], rows.Select(r => $"{r["file"]}:{r["line"]} {r["stage"]}").Order(StringComparer.Ordinal));
        Assert.Contains("Stage", (await Run("config", "explain").RunAsync()).Exits(0).Output, StringComparison.Ordinal);

        var validated = (await Run("config", "validate").RunAsync()).Exits(0);
        Assert.Equal([".github/basewatch.yml is right: 0 rules, 0 formats, 2 stages"], validated.Lines);
        Assert.Contains("note: .github/basewatch.yml:3: 'probe' of 'rollout' counts in the organisation's repository .github alone", validated.Errors, StringComparison.Ordinal);
        Assert.Contains("'gone/**' matches no file of the repository", validated.Errors, StringComparison.Ordinal);

        _folder.Write(".github/basewatch.yml", "rollout: {infer: true}\n").Write("clusters/staging/Dockerfile", "FROM python:3.12.1\n").Write("clusters/prod/Dockerfile", "FROM python:3.12.1\n");
        await _folder.CommitAsync();
        Assert.Equal(
            ["app/Dockerfile:1 ", "clusters/prod/Dockerfile:1 production", "clusters/staging/Dockerfile:1 staging", "old/Dockerfile:1 ", "web/Dockerfile:1 ", "web/Dockerfile:2 "],
            (await Run("config", "explain", "--format", "json").RunAsync()).Exits(0).Rows.Select(r => $"{r["file"]}:{r["line"]} {r["stage"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Check_and_update_obey_the_rules_and_the_command_line_goes_before_them()
    {
        var found = (await Run("check", "--format", "json").RunAsync()).Exits(0).Rows;

        Assert.Equal(
            ["app/Dockerfile:1 3.12.4", "versions.txt:1 7.4.0", "web/Dockerfile:1 3.13.2", "web/Dockerfile:2 "],
            found.Select(r => $"{r["file"]}:{r["line"]} {r["latest"]?["tag"]}").Order(StringComparer.Ordinal));
        Assert.Equal("switched off by .github/basewatch.yml:7: by hand", (string?)found.Single(r => (string?)r["image"] == "docker.io/library/nginx")["skip"]);
        Assert.Equal(0, await _images.TagListsAsync("nginx"));

        (await Run("update", "--policy", "nginx=docker").RunAsync()).Exits(0);

        Assert.StartsWith("FROM python:3.12.4@", Text("app/Dockerfile"), StringComparison.Ordinal);
        Assert.Matches("^FROM python:3\\.13\\.2@\\S+\nFROM nginx:1\\.1\\.0@", Text("web/Dockerfile"));
        Assert.StartsWith("redis redis:7.4.0@", Text("versions.txt"), StringComparison.Ordinal);
        Assert.Equal("FROM python:3.12.1\n", Text("old/Dockerfile"));
    }

    [Fact]
    public async Task Branches_obey_the_rules_too()
    {
        var rows = (await Run("update", "--branch", "--format", "json").RunAsync()).Exits(0).Rows;

        Assert.DoesNotContain(rows, r => r["title"]!.ToString().Contains("nginx", StringComparison.Ordinal));
        Assert.Contains(rows, r => r["title"]!.ToString().Contains("python", StringComparison.Ordinal));
        Assert.Contains(rows, r => r["title"]!.ToString().Contains("redis", StringComparison.Ordinal));
        Assert.All(rows, r => Assert.DoesNotContain("8.0.0", r["title"]!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Platforms_that_a_rule_requires_are_explained_and_obeyed()
    {
        _folder
            .Write(".github/basewatch.yml", "rules:\n- {images: python, platforms: [linux/amd64, linux/s390x]}\n- {images: redis, platforms: linux/arm64}\n- {enabled: false}\n")
            .Write("web/Dockerfile", "FROM redis:7.2.0\n")
            .Write("app/Dockerfile", $"FROM python:3.12.1@{await _images.PushAsync("python:3.12.1")}\n");

        var explained = (await Run("config", "explain", "--format", "json").RunAsync()).Exits(0).Rows;
        var found = (await Run("check", "--format", "json").RunAsync()).Exits(0).Rows;

        Assert.Contains(explained, r => (string?)r["policy"] == "docker, for linux/amd64, linux/s390x");
        var refused = found.First(r => (string?)r["file"] == "app/Dockerfile");
        Assert.Null(refused["latest"]?["tag"]);
        Assert.EndsWith("has no image for linux/s390x, which .github/basewatch.yml:2 requires", (string?)refused["reason"], StringComparison.Ordinal);
        Assert.Equal("8.0.0", (string?)found.Last(r => (string?)r["image"] == "docker.io/library/redis")["latest"]?["tag"]);
    }

    [Fact]
    public async Task An_image_is_replaced_by_another_once_and_only_as_a_major_step()
    {
        await _images.PushAsync("openjdk:17-jdk-slim");
        var digest = await _images.PushAsync("eclipse-temurin:17-jdk");
        _folder
            .Write(".github/basewatch.yml", "rules:\n- {images: openjdk, replaceWith: eclipse-temurin, reason: not maintained}\n- {images: eclipse-temurin, policy: digest}\n- {enabled: false}\n")
            .Write("java/Dockerfile", "FROM openjdk:17-jdk-slim\n");
        await _folder.CommitAsync();

        var found = (await Run("check", "--format", "json").RunAsync()).Exits(0).Rows.Where(r => (string?)r["kind"] == "successor");
        Assert.Equal("eclipse-temurin takes the place of openjdk, with the same version, without its distribution: not maintained", (string?)Assert.Single(found)["reason"]);
        Assert.Equal("docker.io/library/eclipse-temurin", (string?)found.Single()["latest"]!["image"]);
        var branches = (await Run("update", "--branch", "--format", "json").RunAsync()).Exits(0).Rows;
        Assert.Contains("basewatch/openjdk-to-eclipse-temurin Replace openjdk by eclipse-temurin", branches.Select(r => $"{r["branch"]} {r["title"]}"));
        (await Run("update", "--level", "minor").RunAsync()).Exits(0);
        Assert.StartsWith("FROM openjdk:17-jdk-slim@", Text("java/Dockerfile"), StringComparison.Ordinal);

        (await Run("update").RunAsync()).Exits(0);

        Assert.Equal($"FROM eclipse-temurin:17-jdk@{digest}\n", Text("java/Dockerfile"));
        Assert.Contains("nothing to update", (await Run("update").RunAsync()).Exits(0).Errors, StringComparison.Ordinal);
    }

    private string Text(string path) => File.ReadAllText(_folder.On(path));

    private CliRun Run(params string[] arguments) => new CliRun(arguments).In(_folder).With(_images.Settings);
}
