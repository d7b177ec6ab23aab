using System.Text;
using System.Text.Json.Nodes;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>check</c>, <c>update</c> and their like, on a work tree and against a real registry.</summary>
public sealed class CheckAndUpdateTests(RegistryServer registry) : IAsyncLifetime
{
    private static readonly string[] Fields =
    [
        "file", "line", "column", "format", "image", "registry", "repository", "tag", "digest", "skip",
        "current", "latest", "kind", "policy", "reason", "lifecycle", "problem",
    ];

    private const string Compose = "\uFEFF# what runs here\r\nservices:\r\n  web:\r\n    image:   'nginx:1.29.3@{nginx}'  # the front\r\n  cache:\r\n    image: \"redis:7.2.1\"\r\n  worker:\r\n    image: team/worker:spring\r\n";

    private const string Dockerfile = "# syntax=docker/dockerfile:1\n# python:3.12.1-slim is named here too\nFROM --platform=linux/amd64 python:3.12.1-slim AS build\nRUN true\nFROM ${BASE}\nCOPY --from=build /x /x";

    private const string Manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  containers:\n  - {name: a, image: {address}/team/app:2.0.0}\n  - {name: old, image: python:3.8-slim}\n---\n# trailing \t \n\n";

    private readonly ImageNamespace _images = new(registry);
    private readonly WorkFolder _folder = new();
    private readonly Dictionary<string, string> _digests = new(StringComparer.Ordinal);
    private string _oldNginx = "";

    public async ValueTask InitializeAsync()
    {
        foreach (var image in new[] { "docker/dockerfile:1", "python:3.8-slim", "python:3.12-slim", "python:3.12.1-slim", "python:3.12.4-slim", "python:3.13-slim", "python:3.13.2-slim", "python:3.13.3", "redis:7.2.1", "redis:7.4.0", "redis:8.0.1", "team/worker:1.0.0" })
        {
            _digests[image] = await _images.PushAsync(image);
        }

        _oldNginx = await _images.PushAsync("nginx:1.29.3");
        _digests["nginx:1.29.3"] = await _images.PushAsync("nginx:1.29.3", "rebuilt");
        _digests["team/app:2.0.0"] = await registry.Driver.PushAsync(new SampleImage("team/app", "2.0.0"), TestContext.Current.CancellationToken);
        _folder
            .Write("Dockerfile", Dockerfile)
            .Write("deploy/compose.yaml", Compose.Replace("{nginx}", _oldNginx, StringComparison.Ordinal))
            .Write("k8s/pod.yaml", Manifest.Replace("{address}", registry.Address, StringComparison.Ordinal))
            .Write("notes.txt", "FROM python:3.12.1-slim\n")
            .Write(".gitignore", "out/\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.On("k8s/pod.yaml"), (UnixFileMode)Convert.ToInt32("755", 8));
        }

        await _folder.CommitAsync();
        _folder.Write("out/Dockerfile", "FROM python:3.12.1-slim\n");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Check_finds_newer_republished_bare_and_gone_tags()
    {
        var rows = (await Run("check", "--format", "json").RunAsync()).Exits(0).Rows;

        Assert.All(rows, r => Assert.Equal(Fields, r.Select(f => f.Key)));
        var found = rows.ToDictionary(r => $"{r["file"]}:{r["line"]}:{r["column"]} {r["kind"]}", StringComparer.Ordinal);
        Assert.Equal(
            [
                "Dockerfile:1:10 pin", "Dockerfile:3:29 minor", "Dockerfile:5:6 none",
                "deploy/compose.yaml:4:15 digest", "deploy/compose.yaml:6:13 major", "deploy/compose.yaml:6:13 minor", "deploy/compose.yaml:8:12 gone",
                "k8s/pod.yaml:6:22 pin", "k8s/pod.yaml:7:24 minor",
            ],
            found.Keys.Order(StringComparer.Ordinal));

        var minor = found["Dockerfile:3:29 minor"];
        Expect(minor, "dockerfile", "docker.io/library/python", "docker.io", "library/python", "3.12.1-slim", null);
        Expect(minor["latest"], "3.13.2-slim", _digests["python:3.13.2-slim"]);
        Assert.Equal("docker", (string?)minor["policy"]);
        Assert.Equal("python", (string?)minor["lifecycle"]!["product"]);
        Assert.Equal("Python", (string?)minor["lifecycle"]!["label"]);
        Assert.Equal("3.12", (string?)minor["lifecycle"]!["cycle"]);
        Assert.Equal("maintained", (string?)minor["lifecycle"]!["status"]);
        Assert.NotEmpty((string)minor["reason"]!);

        var republished = found["deploy/compose.yaml:4:15 digest"];
        Expect(republished, "compose", "docker.io/library/nginx", "docker.io", "library/nginx", "1.29.3", _oldNginx);
        Expect(republished["latest"], "1.29.3", _digests["nginx:1.29.3"]);
        Assert.Equal("digest", (string?)republished["policy"]);
        Assert.Equal("1.29.3 was republished", (string?)republished["reason"]);

        Expect(found["deploy/compose.yaml:6:13 minor"]["latest"], "7.4.0", _digests["redis:7.4.0"]);
        Expect(found["deploy/compose.yaml:6:13 major"]["latest"], "8.0.1", _digests["redis:8.0.1"]);

        var gone = found["deploy/compose.yaml:8:12 gone"];
        Expect(gone, "compose", "docker.io/team/worker", "docker.io", "team/worker", "spring", null);
        Assert.Null(gone["latest"]);
        Assert.Contains("no longer holds the tag spring", (string)gone["reason"]!, StringComparison.Ordinal);

        var bare = found["k8s/pod.yaml:6:22 pin"];
        Expect(bare, "kubernetes", $"{registry.Address}/team/app", registry.Address, "team/app", "2.0.0", null);
        Expect(bare["latest"], "2.0.0", _digests["team/app:2.0.0"]);

        var ended = found["k8s/pod.yaml:7:24 minor"];
        Assert.Equal("ended", (string?)ended["lifecycle"]!["status"]);
        Assert.Equal("2024-10-07", (string?)ended["lifecycle"]!["eol"]);
        Assert.Equal("python:3.13.2-slim", (string?)ended["lifecycle"]!["successor"]);

        var unknown = found["Dockerfile:5:6 none"];
        Assert.Contains("BASE", (string)unknown["skip"]!, StringComparison.Ordinal);
        Assert.Null(unknown["current"]);
        Assert.Null(unknown["image"]);
        Assert.Null(unknown["lifecycle"]);
        Assert.All(rows, r => Assert.Null(r["problem"]));
    }

    [Theory]
    [InlineData("update,eol", 1)]
    [InlineData("gone", 1)]
    [InlineData("eol", 1)]
    [InlineData("patch", 0)]
    [InlineData("update,nonsense", 2)]
    public async Task The_exit_code_is_as_fail_on_says(string failOn, int code)
    {
        var result = (await Run("check", "--fail-on", failOn).RunAsync()).Exits(code);
        Assert.Equal(code == 2, result.Errors.Contains("--fail-on does not know 'nonsense'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_could_not_be_read_outranks_findings()
    {
        _folder.Write("Dockerfile", [.. "FROM alpine:3.20\n"u8, 0xFF]);
        (await Run("check", "--fail-on", "update").RunAsync()).Exits(3);
    }

    [Theory]
    [InlineData("checks", "checks")]
    [InlineData("there is no such folder or file", "check", "nowhere")]
    [InlineData("'xml' not recognized", "check", "--format", "xml")]
    [InlineData("there is no such file", "check", "--catalog", "nowhere.json")]
    [InlineData("capital letter", "digest", "FOO:BAR")]
    public async Task Wrong_usage_exits_with_2_and_says_why(string why, params string[] arguments)
    {
        var result = (await Run(arguments).RunAsync()).Exits(2);
        Assert.Empty(result.Output);
        Assert.Contains(why, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_changes_the_bytes_of_the_references_alone_and_the_second_check_is_clean()
    {
        var before = _folder.Snapshot();
        var mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(_folder.On("k8s/pod.yaml"));

        var rows = (await Run("update", "--format", "json").RunAsync()).Exits(0).Rows;

        Assert.Equal(
            ["Dockerfile:1 pin", "Dockerfile:3 minor", "deploy/compose.yaml:4 digest", "deploy/compose.yaml:6 major", "k8s/pod.yaml:6 pin", "k8s/pod.yaml:7 minor"],
            rows.Select(r => $"{r["file"]}:{r["line"]} {r["kind"]}"));
        Assert.All(rows, r => Assert.True((bool)r["written"]!));
        var expected = new Dictionary<string, string>(before, StringComparer.Ordinal)
        {
            ["Dockerfile"] = Hex(Dockerfile
                .Replace("docker/dockerfile:1", Pinned("docker/dockerfile:1"), StringComparison.Ordinal)
                .Replace("amd64 python:3.12.1-slim", "amd64 " + Pinned("python:3.13.2-slim"), StringComparison.Ordinal)),
            ["deploy/compose.yaml"] = Hex(Compose
                .Replace("nginx:1.29.3@{nginx}", Pinned("nginx:1.29.3"), StringComparison.Ordinal)
                .Replace("redis:7.2.1", Pinned("redis:8.0.1"), StringComparison.Ordinal)),
            ["k8s/pod.yaml"] = Hex(Manifest
                .Replace("{address}/team/app:2.0.0", $"{registry.Address}/{Pinned("team/app:2.0.0")}", StringComparison.Ordinal)
                .Replace("python:3.8-slim", Pinned("python:3.13-slim"), StringComparison.Ordinal)),
        };
        Assert.Equal(expected, _folder.Snapshot());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(mode, File.GetUnixFileMode(_folder.On("k8s/pod.yaml")));
        }

        var second = (await Run("check", "--format", "json", "--fail-on", "update").RunAsync()).Exits(0).Rows;
        Assert.Equal(["gone"], second.Select(r => (string)r["kind"]!).Where(k => k != "none"));

        Assert.Empty((await Run("update", "--format", "json").RunAsync()).Exits(0).Output);
        Assert.Equal(expected, _folder.Snapshot());
    }

    [Fact]
    public async Task Update_goes_no_further_than_its_level()
    {
        var rows = (await Run("update", "--format", "json", "--level", "minor").RunAsync()).Exits(0).Rows;

        Assert.Contains("deploy/compose.yaml:6 minor", rows.Select(r => $"{r["file"]}:{r["line"]} {r["kind"]}"));
        Assert.Contains(Pinned("redis:7.4.0"), Encoding.UTF8.GetString(_folder.Read("deploy/compose.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_with_branches_leaves_work_tree_and_index_alone_and_makes_nothing_twice()
    {
        _folder.Write("staged.txt", "staged\n");
        await _folder.GitAsync("add", "staged.txt");
        _folder.Write("notes.txt", "changed\n");
        var files = _folder.Snapshot();
        var state = await StateAsync();

        var rows = (await Run("update", "--branch", "--format", "json").RunAsync()).Exits(0).Rows;

        Assert.Equal(files, _folder.Snapshot());
        Assert.Equal(state, await StateAsync());
        Assert.Equal(["basewatch/digests", "basewatch/python-3.x-slim", "basewatch/python-3.x.x-slim", "basewatch/redis-7.x.x", "basewatch/redis-x.x.x"], rows.Select(r => (string)r["branch"]!).Order(StringComparer.Ordinal));
        var branches = await BranchesAsync();
        Assert.Equal(rows.Select(r => $"{r["branch"]} {r["commit"]}").Order(StringComparer.Ordinal), branches);
        Assert.Equal(
            Compose.Replace("{nginx}", _oldNginx, StringComparison.Ordinal).Replace("redis:7.2.1", Pinned("redis:8.0.1"), StringComparison.Ordinal),
            await _folder.GitAsync("show", "basewatch/redis-x.x.x:deploy/compose.yaml"));
        Assert.Equal("deploy/compose.yaml\n", await _folder.GitAsync("diff", "--name-only", "main", "basewatch/redis-x.x.x"));
        Assert.StartsWith("100755", await _folder.GitAsync("ls-tree", "basewatch/digests", "k8s/pod.yaml"), StringComparison.Ordinal);
        await _folder.GitAsync("fsck", "--strict");

        (await Run("update", "--branch", "--format", "json").RunAsync()).Exits(0);
        Assert.Equal(branches, await BranchesAsync());
        Assert.Equal(files, _folder.Snapshot());
        Assert.Equal(state, await StateAsync());

        async Task<string> StateAsync() =>
            await _folder.GitAsync("status", "--porcelain") + await _folder.GitAsync("ls-files", "--stage") + await _folder.GitAsync("symbolic-ref", "HEAD") + await _folder.GitAsync("rev-parse", "main");

        async Task<IEnumerable<string>> BranchesAsync() =>
            (await _folder.GitAsync("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/basewatch")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_someone_works_on_is_not_moved_under_him()
    {
        await Run("update", "--branch").RunAsync();
        await _folder.GitAsync("checkout", "-q", "basewatch/redis-7.x.x");
        var branches = await _folder.GitAsync("for-each-ref");
        var files = _folder.Snapshot();

        var result = (await Run("update", "--branch").RunAsync()).Exits(3);

        Assert.Contains("has the branch basewatch/redis-7.x.x checked out", result.Errors, StringComparison.Ordinal);
        Assert.Equal(files, _folder.Snapshot());
        Assert.Equal("", await _folder.GitAsync("status", "--porcelain"));
        Assert.Contains(branches.Split('\n').Single(l => l.EndsWith("basewatch/redis-7.x.x", StringComparison.Ordinal)), await _folder.GitAsync("for-each-ref"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_with_branches_is_for_a_whole_repository_that_has_a_commit()
    {
        Assert.Contains("for a whole repository", (await Run("update", "deploy", "--branch").RunAsync()).Exits(2).Errors, StringComparison.Ordinal);

        using var empty = new WorkFolder();
        await empty.GitAsync("init", "-q");
        Assert.Contains("has no commit yet", (await new CliRun("update", "--branch").In(empty).RunAsync()).Exits(3).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no option --bogus", "check", "--bogus")]
    [InlineData("PATH is empty", "check", "")]
    [InlineData("--fail-on is empty", "check", "--fail-on", "")]
    [InlineData("--fail-on does not know 'all'", "check", "--fail-on", "all")]
    [InlineData("there is no such settings file", "check", "--settings", "nowhere.json")]
    [InlineData("expected IMAGE=POLICY", "check", "--policy", "digest")]
    [InlineData("python: there is no policy 'newest'", "check", "--policy", "python=newest")]
    public async Task Wrong_usage_is_said_in_a_line_and_exits_2(string expected, params string[] arguments)
    {
        var result = (await Run(arguments).RunAsync()).Exits(2);

        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Basewatch":{"Registrys":[]}}""", "Registrys")]
    [InlineData("""{"Basewatch":{"Registries":[{"Host":"docker.io","Usernam":"octo"}]}}""", "Usernam")]
    public async Task A_setting_that_does_not_exist_is_named(string settings, string name)
    {
        _folder.Write("settings.json", settings);

        Assert.Contains($"there is no setting '{name}'", (await Run("check", "--settings", "settings.json").RunAsync()).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Basewatch":{"Mirrors":[{"Prefix":"quay.io","Source":"docker.io","LookIn":"s3cret"}]}}""", "Mirrors:0:LookIn")]
    [InlineData("""{"Basewatch":{"RegistryLimits":{"ConcurrencyPerHost":"s3cret"}}}""", "RegistryLimits:ConcurrencyPerHost")]
    [InlineData("""{"Basewatch":{"TeamsWebhook":"https://example.com:99999/s3cret at 'x' to type 'y'"}}""", "TeamsWebhook")]
    public async Task A_setting_that_is_not_of_its_kind_is_named_with_its_place_and_without_its_value(string settings, string place)
    {
        _folder.Write("settings.json", settings);

        var errors = (await Run("check", "--settings", "settings.json").RunAsync()).Exits(2).Errors;
        Assert.StartsWith($"error: settings: the value at 'Basewatch:{place}' is no ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_with_the_settings_is_said_at_once_in_a_line_each()
    {
        _folder.Write("settings.json", """{"Basewatch":{"Registries":[{"Host":"docker.io","Username":"octo"},{"Host":"quay.io","Endpoint":"ftp://x"}],"Mirrors":[{"Prefix":"quay.io","Source":"docker.io"}]}}""");

        var errors = (await Run("check", "--settings", "settings.json").RunAsync()).Exits(2).Errors.Trim().Split('\n');
        Assert.Equal(3, errors.Length);
        Assert.All(errors, e => Assert.StartsWith("error: ", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_policy_decides_for_the_images_that_it_names()
    {
        var rows = (await Run("check", "--format", "json", "--policy", "redis=digest").RunAsync()).Exits(0).Rows;

        Assert.All(rows.Where(r => (string?)r["image"] == "docker.io/library/redis"), r => Assert.True((string)r["kind"]! is "pin" or "digest" or "none", r.ToJsonString()));
        Assert.Contains(rows, r => (string?)r["kind"] == "minor");
    }

    [Fact]
    public async Task Digest_and_tags_say_what_the_registry_says()
    {
        var digest = await Run("digest", "nginx:1.29.3").RunAsync();
        Assert.Equal(_digests["nginx:1.29.3"] + "\n", digest.Exits(0).Output);

        var row = Assert.Single((await Run("digest", "nginx:1.29.3", "--format", "json").RunAsync()).Exits(0).Rows);
        Assert.Equal("docker.io/library/nginx", (string?)row["image"]);
        Assert.Equal("1.29.3", (string?)row["tag"]);
        Assert.Equal(_digests["nginx:1.29.3"], (string?)row["digest"]);
        Assert.Equal("application/vnd.oci.image.index.v1+json", (string?)row["mediaType"]);
        Assert.Equal(["linux/amd64", "linux/arm64"], row["platforms"]!.AsArray().Select(p => (string)p!["platform"]!));

        Assert.Equal(["7.2.1", "7.4.0", "8.0.1"], (await Run("tags", "redis").RunAsync()).Exits(0).Lines.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["docker.io/library/redis 7.2.1", "docker.io/library/redis 7.4.0", "docker.io/library/redis 8.0.1"],
            (await Run("tags", "redis", "--format", "json").RunAsync()).Exits(0).Rows.Select(r => $"{r["image"]} {r["tag"]}").Order(StringComparer.Ordinal));

        Assert.Contains("nginx:0 is not in docker.io", (await Run("digest", "nginx:0").RunAsync()).Exits(3).Errors, StringComparison.Ordinal);
        Assert.Contains("no repository library/nothing", (await Run("tags", "nothing").RunAsync()).Exits(3).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_lists_what_is_tracked_and_asks_nobody()
    {
        var rows = (await new CliRun("scan", "--format", "json").In(_folder).RunAsync()).Exits(0).Rows;

        Assert.All(rows, r => Assert.Equal(Fields[..10], r.Select(f => f.Key)));
        Assert.Equal(8, rows.Count);
        var python = rows.Single(r => (string?)r["tag"] is "3.12.1-slim");
        Assert.Equal(("Dockerfile", 3, 29), ((string)python["file"]!, (int)python["line"]!, (int)python["column"]!));
        Assert.Equal(_oldNginx, (string?)rows.Single(r => (string?)r["repository"] is "library/nginx")["digest"]);

        // A part of the work tree, and a single file.
        Assert.Equal(3, (await new CliRun("scan", "--format", "json", "deploy").In(_folder).RunAsync()).Exits(0).Rows.Count);
        Assert.Equal(2, (await new CliRun("scan", "--format", "json", _folder.On("k8s/pod.yaml")).RunAsync()).Exits(0).Rows.Count);
    }

    [Fact]
    public async Task A_single_file_is_read_with_the_variables_beside_it_and_by_formats_of_ones_own()
    {
        using var folder = new WorkFolder();
        folder.Write("deploy/compose.yaml", "services:\n  a:\n    image: redis:${REDIS}\n")
            .Write("deploy/.env", "REDIS=7.2.1\n")
            .Write("deploy/images.txt", "nginx:1.29.3\n")
            .Write("settings.json", """{"Basewatch": {"Formats": [{"Name": "list", "Files": ["images.txt"], "Pattern": "^(?<image>\\S+)$"}]}}""")
            .Write("wrong.json", """{"Basewatch": {"Formats": [{"Name": "list", "Files": ["images.txt"], "Pattern": "(?<image>"}]}}""");

        var row = Assert.Single((await new CliRun("scan", "--format", "json", "deploy/compose.yaml").In(folder).RunAsync()).Exits(0).Rows);
        Assert.Equal(("library/redis", "7.2.1"), ((string)row["repository"]!, (string)row["tag"]!));

        row = Assert.Single((await new CliRun("scan", "--format", "json", "deploy/images.txt", "--settings", "settings.json").In(folder).RunAsync()).Exits(0).Rows);
        Assert.Equal(("list", "1.29.3"), ((string)row["format"]!, (string)row["tag"]!));

        Assert.Contains("'list': '(?<image>' is no regular expression", (await new CliRun("scan", "--settings", "wrong.json").In(folder).RunAsync()).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_mirrors_are_looked_up_where_the_settings_say()
    {
        var copies = $"{registry.Address}/copies-{Guid.NewGuid():N}";
        await registry.Driver.PushAsync(new SampleImage($"{copies.Split('/')[1]}/redis", "7.2.1"), TestContext.Current.CancellationToken);
        using var folder = new WorkFolder().Write("Dockerfile", $"FROM cache.example.com/hub/redis:7.2.1\nFROM {copies}/redis:7.2.1\n");
        var mirrors = new Dictionary<string, string>(_images.Settings, StringComparer.Ordinal)
        {
            ["Basewatch__Mirrors__0__Prefix"] = "cache.example.com/hub",
            ["Basewatch__Mirrors__0__Source"] = "docker.io",
            ["Basewatch__Mirrors__0__LookIn"] = "source",
            ["Basewatch__Mirrors__1__Prefix"] = copies,
            ["Basewatch__Mirrors__1__Source"] = "docker.io",
            ["Basewatch__Mirrors__1__LookIn"] = "mirror",
        };

        var rows = (await new CliRun("check", "--format", "json").In(folder).With(mirrors).RunAsync()).Exits(0).Rows.ToLookup(r => (int)r["line"]!);
        Assert.Equal([("minor", "7.4.0"), ("major", "8.0.1")], rows[1].Select(r => ((string)r["kind"]!, (string)r["latest"]!["tag"]!)));
        Assert.DoesNotContain(rows[2], r => (string?)r["latest"]?["tag"] is not (null or "7.2.1"));

        var lines = (await new CliRun("check").In(folder).With(mirrors).RunAsync()).Exits(0).Lines;
        Assert.Contains($"Dockerfile:2: 7.4.0 is in redis and not in {copies}/redis: it has to be copied there before it can be used", lines);
        mirrors["Basewatch__Mirrors__0__Source"] = copies;
        Assert.Contains("which is in the mirror", (await new CliRun("check").In(folder).With(mirrors).RunAsync()).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("scan")]
    [InlineData("check", "--format", "markdown")]
    public async Task What_is_piped_is_plain_text_in_full_width(params string[] arguments)
    {
        var result = (await Run(arguments).RunAsync()).Exits(0);

        Assert.DoesNotContain('\e', result.Output + result.Errors);
        Assert.All(result.Output.Where(char.IsControl), c => Assert.Equal('\n', c));
        Assert.Contains("deploy/compose.yaml:6", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Lines, l => l.Contains('…', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Markdown_is_a_heading_and_whole_tables()
    {
        var lines = (await Run("check", "--format", "markdown").RunAsync()).Exits(0).Lines;

        Assert.Equal("# Base images", lines[0]);
        Assert.All(lines.Skip(1), l => Assert.True(l is ['|', .., '|'], l));
        Assert.Equal([6, 4], lines.Where(l => l.StartsWith("|---", StringComparison.Ordinal)).Select(l => l.Count(c => c == '|') - 1));
        Assert.Contains(lines, l => l.Contains("`redis`", StringComparison.Ordinal) || l.Contains("docker.io/library/redis", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("2024-10-07", StringComparison.Ordinal) && l.Contains("`python:3.13.2-slim`", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sarif_says_where_each_finding_is()
    {
        var log = JsonNode.Parse((await Run("check", "--format", "sarif").RunAsync()).Exits(0).Output)!;

        Assert.Equal("2.1.0", (string?)log["version"]);
        var run = Assert.Single(log["runs"]!.AsArray())!;
        var rules = run["tool"]!["driver"]!["rules"]!.AsArray().Select(r => (string)r!["id"]!).ToHashSet(StringComparer.Ordinal);
        var results = run["results"]!.AsArray().Select(r => r!).ToList();
        Assert.All(results, r => Assert.Contains((string)r["ruleId"]!, rules));
        Assert.All(results, r => Assert.True((string?)r["level"] is "note" or "warning" or "error"));
        Assert.All(results, r => Assert.NotEmpty((string)r["message"]!["text"]!));
        Assert.Equal(
            [
                "eol k8s/pod.yaml:7:24", "gone deploy/compose.yaml:8:12", "update Dockerfile:1:10", "update Dockerfile:3:29", "update deploy/compose.yaml:4:15",
                "update deploy/compose.yaml:6:13", "update deploy/compose.yaml:6:13", "update k8s/pod.yaml:6:22", "update k8s/pod.yaml:7:24",
            ],
            results.Select(Place).Order(StringComparer.Ordinal));

        static string Place(JsonNode result)
        {
            var place = result["locations"]![0]!["physicalLocation"]!;
            return $"{result["ruleId"]} {place["artifactLocation"]!["uri"]}:{place["region"]!["startLine"]}:{place["region"]!["startColumn"]}";
        }
    }

    private static void Expect(JsonObject row, string format, string image, string host, string repository, string tag, string? digest)
    {
        Assert.Equal(format, (string?)row["format"]);
        Assert.Equal(image, (string?)row["image"]);
        Assert.Equal(host, (string?)row["registry"]);
        Assert.Equal(repository, (string?)row["repository"]);
        Assert.Equal(tag, (string?)row["tag"]);
        Assert.Equal(digest, (string?)row["digest"]);
        Assert.Null(row["skip"]);
        Expect(row["current"], tag, digest);
    }

    private static void Expect(JsonNode? version, string? tag, string? digest)
    {
        Assert.Equal(["tag", "digest"], version!.AsObject().Select(f => f.Key));
        Assert.Equal(tag, (string?)version["tag"]);
        Assert.Equal(digest, (string?)version["digest"]);
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task A_second_check_asks_for_no_content_again_and_tells_the_same()
    {
        using var cache = new TemporaryFolder();
        var first = await CountedAsync(Run("check", "--format", "json").With("Basewatch__Cache__Folder", cache.Path));
        var second = await CountedAsync(Run("check", "--format", "json").With("Basewatch__Cache__Folder", cache.Path));
        var without = await CountedAsync(Run("check", "--format", "json", "--no-cache").With("Basewatch__Cache__Folder", cache.Path));

        Assert.True(first.Contents > 0, "there was nothing to keep");
        Assert.Equal(0, second.Contents);
        Assert.Equal(first.Contents, without.Contents);
        Assert.Equal(first.All - first.Contents, second.All);
        Assert.Equal(first.Output, second.Output);
        Assert.Equal(first.Output, without.Output);

        // Whatever has become of it.
        foreach (var file in Directory.GetFiles(cache.Path, "*", SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(file, "{}", TestContext.Current.CancellationToken);
        }

        Assert.Equal(first.Output, (await CountedAsync(Run("check", "--format", "json").With("Basewatch__Cache__Folder", cache.Path))).Output);
    }

    /// <summary>What a run gives, its requests, and those of them for manifests by digest and for configurations.</summary>
    private async Task<(string Output, int All, int Contents)> CountedAsync(CliRun run)
    {
        var (all, contents) = (await _images.RequestsAsync(), await _images.ContentsAsync());
        var result = (await run.RunAsync()).Exits(0);
        return (result.Output, await _images.RequestsAsync() - all, await _images.ContentsAsync() - contents);
    }

    private CliRun Run(params string[] arguments) => new CliRun(arguments).In(_folder).With(_images.Settings);

    private string Pinned(string image) => $"{image}@{_digests[image]}";
}
