using System.Globalization;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>Renovate's configuration of whole repositories.</summary>
public sealed class RenovateRepositoryTests
{
    private const string Python = "FROM python:3.12.4-slim\n";
    private const string Tags = "3.12-slim 3.12.4-slim 3.12.7 3.12.7-slim 3.12.8-alpine 3.13.1-slim 4.0.0-slim";

    [Theory]
    [InlineData("renovate")]
    [InlineData("renovate-rules")]
    public void The_rows_of_a_sample_hold(string name)
    {
        var folder = Path.Combine(Root(), "samples", name);
        var repository = RepositoryText.Of([.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(f => (Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText(f))).Where(f => f.Item1 != ".expected.tsv")]);
        Assert.Empty(repository.Errors);
        foreach (var row in File.ReadAllLines(Path.Combine(folder, ".expected.tsv")).Skip(1).Select(l => l.Split('\t')))
        {
            var (path, line) = (row[0], int.Parse(row[1], CultureInfo.InvariantCulture));
            var rule = repository.RuleOf(path, line);
            Assert.Equal($"{row[0]} {row[5]} {row[6]} {row[7]} {row[8]}", $"{path} {rule.Source?.Dialect} {rule.Source} {repository.Decide(path, line, row[4]) ?? "-"} {rule.For(UpdateKind.Minor).Proposal.Group ?? "-"}");
        }
    }

    [Theory]
    [InlineData("matchManagers", "dockerfil", "dockerfile")]
    [InlineData("matchManagers", "!dockr-compose", "docker-compose")]
    [InlineData("matchUpdateTypes", "mayor", "major")]
    [InlineData("matchDatasources", "dokcer", "docker")]
    [InlineData("matchCategories", "dockers", "docker")]
    public void A_name_that_there_is_not_is_an_error(string key, string name, string meant)
    {
        var repository = RepositoryText.Of(("renovate.json", $$"""{"packageRules": [{"{{key}}": [{{'\n'}}"{{name}}"], "enabled": false}]}"""), ("Dockerfile", Python));
        Assert.Equal([$"renovate.json:2: Renovate knows no '{name.TrimStart('!')}' for {key}: did you mean '{meant}'?"], repository.Errors);
        Assert.False(repository.RuleOf("Dockerfile", 1).Enabled);
    }

    [Theory]
    [InlineData("matchManagers", "custom.jsonata pip_requirements regex pep621 !npm docker* /^docker/ Dockerfile")]
    [InlineData("matchUpdateTypes", "pinDigest lockFileMaintenance lockfileUpdate replacement bump")]
    [InlineData("matchDatasources", "custom.mine endoflife-date node docker golang-version unity3d-packages")]
    [InlineData("matchCategories", "iac js docker")]
    public void Names_and_patterns_of_Renovate_are_no_mistake(string key, string names) =>
        Assert.Empty(RepositoryText.Of(("renovate.json", $$"""{"packageRules": [{"{{key}}": [{{string.Join(',', names.Split(' ').Select(n => $"\"{n}\""))}}], "enabled": false}]}""")).Errors);

    [Fact]
    public void What_a_preset_says_of_an_image_has_nothing_to_do_with_the_others()
    {
        string[] images =
        [
            "node:20.1.0-alpine", "bitnami/redis:7.0.1-debian-11-r0", "registry.access.redhat.com/ubi9/ubi:9.2-1", "eclipse-temurin:17.0.9_9-jre", "alpine:3.18",
            "ubuntu:22.04", "debian:bookworm", "grafana/grafana:9.0.0", "clamav/clamav:1.2.0", "bellsoft/liberica-openjdk-alpine:17.0.9-11", "python:3.12", "rancher/k3s:v1.27.1-k3s1",
        ];
        const string Renovate = """{"extends": ["config:best-practices"]}""";
        var all = RepositoryText.Of(("renovate.json", Renovate), ("Dockerfile", string.Concat(images.Select(i => $"FROM {i}\n"))));

        Assert.Equal(
            images.Select(i => RepositoryText.Of(("renovate.json", Renovate), ("Dockerfile", $"FROM {i}\n")).RuleOf("Dockerfile", 1).Summary),
            images.Select((_, at) => all.RuleOf("Dockerfile", at + 1).Summary));
    }

    [Fact]
    public void Many_globs_of_many_stars_take_little_memory()
    {
        var globs = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"{string.Concat(Enumerable.Repeat("*a", 100))}{i}\""));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var repository = RepositoryText.Of(
            ("renovate.json", $$"""{"packageRules": [{"matchPackageNames": [{{globs}}], "packageRules": [{{string.Join(',', Enumerable.Repeat("{\"enabled\": true}", 50))}}]}]}"""),
            ("Dockerfile", $"FROM {new string('a', 180)}:1\n"));

        Assert.Empty(repository.Errors);
        Assert.True(repository.RuleOf("Dockerfile", 1).Enabled);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    [Fact]
    public void Many_prefixes_are_no_mistake()
    {
        var prefixes = string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"registry.acme.test/team{i}\""));

        Assert.Empty(RepositoryText.Of(("renovate.json", $$"""{"packageRules": [{"matchPackagePrefixes": [{{prefixes}}], "enabled": false}]}"""), ("Dockerfile", Python)).Errors);
    }

    [Theory]
    [InlineData("""{"matchPackageNames": [{0}]}""", 900, 100, "more than 20000 patterns")]
    [InlineData("""{"matchPackageNames": [{0}]}""", 300, 1, "more than 200 different expressions")]
    public void More_patterns_than_anyone_writes_are_an_error(string rule, int patterns, int nested, string says)
    {
        var names = string.Join(',', Enumerable.Range(0, patterns).Select(i => nested > 1 ? $"\"a{i}\"" : $"\"/a{i}/\""));
        var text = rule.Replace("{0}", names, StringComparison.Ordinal).TrimEnd('}') + $$""", "packageRules": [{{string.Join(',', Enumerable.Repeat("{\"enabled\": true}", nested))}}]}""";

        Assert.Contains(says, Assert.Single(RepositoryText.Of(("renovate.json", $$"""{"packageRules": [{{text}}]}"""), ("Dockerfile", Python)).Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/i")]
    [InlineData("!/")]
    [InlineData("!/i")]
    [InlineData("//")]
    public void A_pattern_of_files_that_says_nothing_is_no_end(string pattern) =>
        Assert.Empty(RepositoryText.Of(("renovate.json", $$$"""{"customManagers": [{"customType": "regex", "managerFilePatterns": ["{{{pattern}}}"], "matchStrings": ["image: (?<depName>[a-z]+):(?<currentValue>[0-9.]+)"], "datasourceTemplate": "docker"}]}"""), ("Dockerfile", Python)).Errors);

    [Fact]
    public void What_it_does_not_read_is_not_claimed()
    {
        var repository = RepositoryText.Of(("renovate.json", "{}"), ("k8s/web.yaml", Pod("nginx:1.27.0")), ("azure-pipelines.yml", "resources:\n  containers:\n    - container: a\n      image: ubuntu:22.04\n"), ("Dockerfile", Python));

        Assert.Null(repository.RuleOf("k8s/web.yaml", 8).Source);
        Assert.Null(repository.RuleOf("azure-pipelines.yml", 4).Source);
        Assert.Equal("renovate.json:1", repository.RuleOf("Dockerfile", 1).Source?.ToString());
    }

    [Theory]
    [InlineData("""{"enabled": false}""", "renovate.json:1", "Renovate is switched off")]
    [InlineData("""{"dockerfile": {"enabled": false}}""", "renovate.json:1", "dockerfile is switched off")]
    [InlineData("""{"dockerfile": false}""", "renovate.json:1", "dockerfile is switched off")]
    [InlineData("{\n\"enabledManagers\": [\"npm\"]}", "renovate.json:2", "enabledManagers does not name dockerfile")]
    [InlineData("{\n\"ignorePaths\": [\"images/**\"]}", "renovate.json:2", "its path is among ignorePaths: images/**")]
    [InlineData("{\n\"ignorePaths\": [\"mages/x\"]}", "renovate.json:2", "its path is among ignorePaths: mages/x")]
    [InlineData("{\n\"includePaths\": [\"apps/**\"]}", "renovate.json:2", "its path is not among includePaths")]
    [InlineData("{\n\"ignoreDeps\": [\"node\",\n\"python\"]}", "renovate.json:3", "it is among ignoreDeps")]
    [InlineData("{\"packageRules\": [\n{\"matchDatasources\": [\"docker\"], \"enabled\": false}]}", "renovate.json:2", "a package rule switches it off")]
    [InlineData("{\"packageRules\": [\n{\"matchCategories\": [\"docker\"], \"description\": \"By hand\", \"enabled\": false}]}", "renovate.json:2", "By hand")]
    [InlineData("{\"docker\": {\n\"enabled\": false}}", "renovate.json:2", "docker is switched off")]
    [InlineData("{\n\"extends\": [\"docker:disable\"]}", "renovate.json:2", "dockerfile is switched off")]
    [InlineData("{\n\"extends\": [\":disableRenovate\"]}", "renovate.json:2", "Renovate is switched off")]
    [InlineData("{\n\"extends\": [\"github>acme/renovate\"]}", "renovate.json:2", "all that is said of it is in 'github>acme/renovate', which is not read")]
    public void What_it_leaves_alone_stays_and_says_why(string configuration, string source, string reason)
    {
        var rule = RepositoryText.Of(("renovate.json", configuration), ("images/x/Dockerfile", Python)).RuleOf("images/x/Dockerfile", 1);

        Assert.False(rule.Enabled);
        Assert.Equal($"{source} {reason}", $"{rule.Source} {rule.Reason}");
    }

    // 2026-03-02 is a Monday, 2026-04-01 a Wednesday.
    [Theory]
    [InlineData("""["before 5am on monday"]""", "2026-03-02T04:59:59Z", "2026-03-02T05:00:00Z")]
    [InlineData("""["* 0-4 * * 1"]""", "2026-03-02T04:59:59Z", "2026-03-02T05:00:00Z")]
    [InlineData("""["* 0-4 1 * 1"]""", "2026-06-01T04:59:59Z", "2026-03-02T04:00:00Z")]
    [InlineData("""["* * * * 1#2"]""", "2026-03-09T04:59:59Z", "2026-03-02T04:00:00Z")]
    [InlineData("""["* * L * *"]""", "2028-02-29T04:59:59Z", "2028-02-28T04:00:00Z")]
    [InlineData("""["* * * * 1L"]""", "2026-03-30T04:59:59Z", "2026-03-23T04:00:00Z")]
    [InlineData("""["every weekend"]""", "2026-03-01T12:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("\"every weekday\"", "2026-03-02T12:00:00Z", "2026-03-01T00:00:00Z")]
    [InlineData("""["after 10pm and before 5am every weekday"]""", "2026-03-02T22:00:00Z", "2026-03-02T12:00:00Z")]
    [InlineData("""["after 10pm and before 5am every weekday"]""", "2026-03-02T04:00:00Z", "2026-03-01T23:00:00Z")]
    [InlineData("""["after 10am and before 5:30pm"]""", "2026-03-02T17:29:00Z", "2026-03-02T17:30:00Z")]
    [InlineData("""["on the first day of the month"]""", "2026-04-01T17:29:00Z", "2026-04-02T17:30:00Z")]
    [InlineData("""["every month"]""", "2026-04-01T04:29:00Z", "2026-04-01T05:00:00Z")]
    [InlineData("""["every 3 months on the first day of the month"]""", "2026-04-01T17:29:00Z", "2026-03-01T17:30:00Z")]
    [InlineData("""["on monday and friday"]""", "2026-03-06T17:29:00Z", "2026-03-05T17:30:00Z")]
    [InlineData("""["on monday through thursday"]""", "2026-03-05T17:29:00Z", "2026-03-06T17:30:00Z")]
    [InlineData("""["every tuesday"]""", "2026-03-03T17:29:00Z", "2026-03-04T17:30:00Z")]
    [InlineData("""["every 2 weeks on monday"]""", "2026-03-09T17:29:00Z", "2026-03-02T17:30:00Z")]
    [InlineData("""["every weekday except on monday"]""", "2026-03-03T17:29:00Z", "2026-03-02T17:30:00Z")]
    [InlineData("""["every weekday and every weekend"]""", "2026-03-01T17:29:00Z", "2026-03-02T17:30:00Z")]
    [InlineData("""["on saturday,sunday"]""", "2026-02-28T17:29:00Z", "2026-03-02T17:30:00Z")]
    [InlineData("""["on friday through monday"]""", "2026-02-28T17:29:00Z", "2026-03-01T17:30:00Z")]
    [InlineData("""["on the last day"]""", "2026-04-30T17:29:00Z", "2026-04-29T17:30:00Z")]
    [InlineData("""["on monday", "on friday"]""", "2026-03-06T17:29:00Z", "2026-03-05T17:30:00Z")]
    [InlineData("""["on monday"], "timezone": "Asia/Tokyo" """, "2026-03-01T15:00:00Z", "2026-03-02T15:00:00Z")]
    [InlineData("""["on tuesday"], "extends": ["schedule:weekly"]""", "2026-03-03T15:00:00Z", "2026-03-02T03:00:00Z")]
    [InlineData("""["on tuesday"], "packageRules": [{"matchPackageNames": ["python"], "extends": ["schedule:weekly"]}]""", "2026-03-02T03:00:00Z", "2026-03-03T03:00:00Z")]
    [InlineData("""["on tuesday"], "extends": [":timezone(America/New_York)"]""", "2026-03-04T04:00:00Z", "2026-03-03T04:00:00Z")]
    public void Pull_requests_wait_for_their_schedule(string schedule, string open, string closed)
    {
        var rule = RepositoryText.Of(("renovate.json", $$"""{"schedule": {{schedule}}}"""), ("Dockerfile", Python)).RuleOf("Dockerfile", 1);

        Assert.True(rule.For(UpdateKind.Minor).Proposal.Schedule!.IsOpen(DateTimeOffset.Parse(open, CultureInfo.InvariantCulture)));
        Assert.False(rule.For(UpdateKind.Minor).Proposal.Schedule!.IsOpen(DateTimeOffset.Parse(closed, CultureInfo.InvariantCulture)));
        Assert.Same(rule.Proposal.Schedule, rule.For(UpdateKind.Major).Proposal.Schedule);
    }

    [Theory]
    [InlineData("""["at any time"]""")]
    [InlineData("\"at any time\"")]
    [InlineData("[]")]
    [InlineData("""["on monday"], "packageRules": [{"matchPackageNames": ["python"], "schedule": ["at any time"]}]""")]
    public void No_schedule_is_always(string schedule)
    {
        var repository = RepositoryText.Of(("renovate.json", $$"""{"schedule": {{schedule}}}"""), ("Dockerfile", Python));

        Assert.Empty(repository.Errors);
        Assert.Null(repository.RuleOf("Dockerfile", 1).Proposal.Schedule);
    }

    [Theory]
    [InlineData("""["now and then"]""", "'now and then' is no schedule")]
    [InlineData("""["before 5AM"]""", "'before 5AM' is no schedule")]
    [InlineData("""["every day"]""", "'every day' is no schedule")]
    [InlineData("""["on monday", "at any time"]""", "'at any time' is no schedule")]
    [InlineData("""["also on monday also"]""", "no schedule")]
    [InlineData("""["every 15 minutes on monday"]""", "names minutes")]
    [InlineData("""["at 5:00"]""", "has no months, days")]
    [InlineData("""["0 5 * * 1"]""", "names minutes")]
    [InlineData("""["* 22-5 * * *"]""", "is no hour")]
    [InlineData("""["* 5/2 * * *"]""", "steps from a single value")]
    [InlineData("""["every weekday except before 9am"]""", "is not read")]
    [InlineData("""["on monday in 2027"]""", "is not read")]
    [InlineData("""["on monday"], "timezone": "Mars/Olympus" """, "is no time zone")]
    public void A_schedule_that_is_none_is_told_with_its_line(string schedule, string message)
    {
        var repository = RepositoryText.Of(("renovate.json", $$"""
            {
              "packageRules": [{"matchPackageNames": ["python"],
                "schedule": {{schedule}}
              }]
            }
            """), ("Dockerfile", Python));

        var error = Assert.Single(repository.Errors);
        Assert.StartsWith("renovate.json:3: ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(repository.RuleOf("Dockerfile", 1).Enabled);
    }

    [Fact]
    public void Any_text_is_a_schedule_or_none() => Word(
        "every ", "weekday", " on ", "monday", "friday", " before ", "5am", "after ", "10:30pm", " and ", "the first ", "day", " of the month", "3", " months", " except ", "also ", "last ", "-", ",", "at ",
        "2nd", " hours", "starting on ", "between ", "day instance", "weeks", "in 2026", "*", " ", "s", "99999999999", "@", "on the ", "through ", "sunday")
        .Array[0, 14].Sample(
            parts =>
            {
                var repository = RepositoryText.Of(("renovate.json", $$"""{"schedule": ["on monday", "{{string.Concat(parts)}}"]}"""), ("Dockerfile", Python));
                if (!repository.Errors.Any())
                {
                    repository.RuleOf("Dockerfile", 1).Proposal.Schedule!.NextOpening(DateTimeOffset.UnixEpoch);
                }
            },
            iter: 300);

    [Theory]
    [InlineData("{}", "10 renovate.json:1")]
    [InlineData("{\n\"prConcurrentLimit\": 3}", "3 renovate.json:2")]
    [InlineData("{\n\"prConcurrentLimit\": 0}", " ")]
    [InlineData("{\n\"branchConcurrentLimit\": 0}", "10 renovate.json:1")]
    [InlineData("{\n\"branchConcurrentLimit\": 4}", "4 renovate.json:2")]
    [InlineData("{\n\"branchConcurrentLimit\": 40}", "10 renovate.json:1")]
    [InlineData("{\n\"prConcurrentLimit\": 0,\n\"branchConcurrentLimit\": 40}", "40 renovate.json:3")]
    [InlineData("{\n\"extends\": [\"config:base\",\n\":prConcurrentLimit20\"]}", "20 renovate.json:3")]
    [InlineData("{\n\"extends\": [\"config:base\",\n\":disableRateLimiting\"]}", " ")]
    [InlineData("{\"packageRules\": [{\"matchPackageNames\": [\"node\"],\n\"prConcurrentLimit\": 1}]}", "10 renovate.json:1")]
    [InlineData("{\"packageRules\": [{\"matchPackageNames\": [\"python\"],\n\"prConcurrentLimit\": 1}]}", "1 renovate.json:2")]
    public void A_limit_counts_over_all_that_is_under_it(string configuration, string limit)
    {
        var proposal = RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python)).RuleOf("Dockerfile", 1).Proposal;

        Assert.Equal(limit, $"{proposal.Limit} {proposal.LimitedBy}");
    }

    [Theory]
    [InlineData("""{"groupName": "images"}""", false)]
    [InlineData("""{"groupName": "images", "separateMajorMinor": false}""", true)]
    [InlineData("""{"extends": ["group:all"]}""", true)]
    [InlineData("""{"extends": ["group:all"], "separateMajorReleases": true}""", false)]
    public void Major_steps_travel_with_others_where_they_are_not_separate(string configuration, bool together) =>
        Assert.Equal(together, RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python)).RuleOf("Dockerfile", 1).For(UpdateKind.Major).Proposal.GroupsMajors);

    [Theory]
    [InlineData("""{"packageRules": [{"matchPackageNames": ["*"], "enabled": false}, {"matchPackageNames": ["python"], "enabled": true}]}""")]
    [InlineData("""{"enabledManagers": ["dockerfile"]}""")]
    [InlineData("""{"ignorePaths": ["IMAGES/**"], "includePaths": ["images/**"]}""")]
    [InlineData("""{"extends": ["docker:disable"], "dockerfile": {"enabled": true}}""")]
    [InlineData("""{"packageRules": [{"matchSourceUrls": ["*"], "enabled": false}, {"matchDepTypes": ["action"], "enabled": false}]}""")]
    public void What_is_not_left_alone_goes_on(string configuration) =>
        Assert.Equal("4.0.0-slim", RepositoryText.Of(("renovate.json", configuration), ("images/x/Dockerfile", Python)).Decide("images/x/Dockerfile", 1, Tags));

    [Theory]
    [InlineData("""{"matchPackageNames": ["pyth*"]}""", true)]
    [InlineData("""{"matchPackageNames": ["/^py/"]}""", true)]
    [InlineData("""{"matchPackageNames": ["!python"]}""", false)]
    [InlineData("""{"matchPackageNames": ["library/python"]}""", false)]
    [InlineData("""{"matchPackagePatterns": ["^py"]}""", true)]
    [InlineData("""{"matchPackagePrefixes": ["pyt"]}""", true)]
    [InlineData("""{"matchPackagePrefixes": ["python"]}""", true)]
    [InlineData("""{"packageNames": ["python"]}""", true)]
    [InlineData("""{"excludePackageNames": ["python"], "matchDatasources": ["docker"]}""", false)]
    [InlineData("""{"matchDepNames": ["python"], "matchManagers": ["dockerfile"]}""", true)]
    [InlineData("""{"matchManagers": ["docker-compose", "kubernetes"]}""", false)]
    [InlineData("""{"matchDatasources": ["npm"]}""", false)]
    [InlineData("""{"matchFileNames": ["images/**"]}""", true)]
    [InlineData("""{"matchFileNames": ["images/*"]}""", false)]
    [InlineData("""{"matchFileNames": ["**/Dockerfile"]}""", true)]
    [InlineData("""{"matchPaths": ["images/{x,y}/*"]}""", true)]
    [InlineData("""{"matchCurrentValue": "/-slim$/"}""", true)]
    [InlineData("""{"matchCurrentValue": "!/-slim$/"}""", false)]
    [InlineData("""{"matchDepTypes": ["final"]}""", false)]
    [InlineData("""{"extends": ["packages:linters"]}""", false)]
    [InlineData("""{"extends": ["monorepo:babel"]}""", false)]
    public void A_rule_is_for_what_its_matchers_match(string matchers, bool holds)
    {
        var configuration = $$"""{"packageRules": [{{matchers[..^1]}}, "allowedVersions": "/^3\\.12\\./", "labels": ["x"]}]}""";
        var repository = RepositoryText.Of(("renovate.json", configuration), ("images/x/Dockerfile", Python));

        Assert.Empty(repository.Errors);
        Assert.Equal(holds ? "3.12.7-slim" : "4.0.0-slim", repository.Decide("images/x/Dockerfile", 1, Tags));
        Assert.Equal(holds ? ["x"] : [], repository.RuleOf("images/x/Dockerfile", 1).Proposal.Labels);
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"pinDigests": true}""", true)]
    [InlineData("""{"docker": {"pinDigests": true}}""", true)]
    [InlineData("""{"extends": ["docker:pinDigests"]}""", true)]
    [InlineData("""{"extends": ["config:best-practices"]}""", true)]
    [InlineData("""{"extends": ["config:recommended"]}""", false)]
    [InlineData("""{"extends": ["config:best-practices"], "ignorePresets": ["docker:pinDigests"]}""", false)]
    [InlineData("""{"pinDigests": true, "pinDigest": {"enabled": false}}""", false)]
    [InlineData("""{"pinDigests": true, "packageRules": [{"matchUpdateTypes": ["pinDigest"], "enabled": false}]}""", false)]
    public void Digests_are_pinned_where_it_says_so(string configuration, bool pins) =>
        Assert.Equal(pins, RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python)).RuleOf("Dockerfile", 1).Pins);

    [Fact]
    public void Settings_of_a_manager_go_over_those_for_all()
    {
        var repository = RepositoryText.Of(("renovate.json", """{"pinDigests": true, "labels": ["a"], "docker-compose": {"labels": ["b"]}}"""), ("Dockerfile", Python), ("compose.yaml", "services:\n  a:\n    image: redis:7\n"), ("values.yaml", "image:\n  repository: acme/shop\n  tag: 1.8.0\n"));

        Assert.Equal(["a"], repository.RuleOf("Dockerfile", 1).Proposal.Labels);
        Assert.Equal(["b"], repository.RuleOf("compose.yaml", 3).Proposal.Labels);
        Assert.False(repository.RuleOf("values.yaml", 2).Pins);
    }

    [Fact]
    public void Kinds_of_update_are_proposed_as_each_has_it()
    {
        const string configuration = """
            {
              "extends": ["group:allNonMajor", ":automergeMinor", ":disableDigestUpdates"],
              "automergeType": "pr",
              "major": {"addLabels": ["major"], "reviewers": ["team:acme/core", "@ann"]},
              "labels": ["images"],
              "semanticCommits": "enabled",
              "prConcurrentLimit": 3,
              "baseBranches": ["next"],
              "packageRules": [{"matchPackageNames": ["python"], "matchUpdateTypes": ["patch"], "requiredStatusChecks": ["ci/build"]}]
            }
            """;
        var rule = RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python)).RuleOf("Dockerfile", 1);

        Assert.False(rule.Proposal.Automerge);
        Assert.Null(rule.Proposal.Group);
        Assert.False(rule.Refreshes);
        Assert.Equal(("all non-major dependencies", true), (rule.For(UpdateKind.Minor).Proposal.Group, rule.For(UpdateKind.Minor).Proposal.Automerge));
        Assert.Equal(["ci/build"], rule.For(UpdateKind.Patch).Proposal.RequiredChecks);
        var major = rule.For(UpdateKind.Major).Proposal;
        Assert.False(major.Automerge);
        Assert.Equal(["images", "major"], major.Labels);
        Assert.Equal(["acme/core", "ann"], major.Reviewers);
        Assert.Equal(("chore(deps)", 3, "next"), (major.CommitPrefix, major.Limit, major.TargetBranch));
        Assert.Equal("Pin Dependencies", rule.For(UpdateKind.Pin).Proposal.Group);
    }

    [Theory]
    [InlineData("""{"automerge": true}""", true)]
    [InlineData("""{"automerge": true, "automergeSchedule": ["at any time"]}""", true)]
    [InlineData("""{"automerge": true, "automergeSchedule": ["after 10pm"]}""", false)]
    [InlineData("""{"automerge": true, "extends": ["schedule:automergeNonOfficeHours"]}""", false)]
    public void What_may_be_merged_at_some_times_only_is_left_to_people(string configuration, bool merges) =>
        Assert.Equal(merges, RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python)).RuleOf("Dockerfile", 1).Proposal.Automerge);

    [Fact]
    public void Drafts_and_merges_without_checks_are_as_it_says()
    {
        var proposal = RepositoryText.Of(("renovate.json", """{"draftPR": true, "automerge": true, "extends": [":skipStatusChecks"]}"""), ("Dockerfile", Python)).RuleOf("Dockerfile", 1).Proposal;

        Assert.Equal((true, true, true), (proposal.IsDraft, proposal.Automerge, proposal.MergesUnchecked));
    }

    [Fact]
    public void The_first_file_counts_and_others_are_told_of()
    {
        var repository = RepositoryText.Of((".renovaterc", """{"enabled": false}"""), (".github/renovate.json5", "// c\n{enabled: true,}"), ("package.json", """{"renovate": {"enabled": false}}"""), ("Dockerfile", Python));

        Assert.True(repository.RuleOf("Dockerfile", 1).Enabled);
        Assert.Equal([".renovaterc:1: it is passed over: Renovate reads one configuration, and .github/renovate.json5 goes before it"], repository.Remarks);
    }

    [Theory]
    [InlineData("""{"renovate": "config:best-practices"}""", true)]
    [InlineData("""{"renovate": {"extends": ["config:base"]}}""", false)]
    [InlineData("""{"name": "renovate"}""", null)]
    [InlineData("""{"name": "x"}""", null)]
    public void A_package_may_hold_it(string package, bool? pins)
    {
        var rule = RepositoryText.Of(("package.json", package), ("Dockerfile", Python)).RuleOf("Dockerfile", 1);
        Assert.Equal(pins, rule.Source is null ? null : rule.Pins);
    }

    [Theory]
    [InlineData("{", "renovate.json:1: this is no valid JSON: it ends before it is complete")]
    [InlineData("[]", "renovate.json:1: a configuration is an object: write { \"extends\": [\"config:recommended\"] }")]
    [InlineData("{\n\"packageRule\": []}", "renovate.json:2: there is no key 'packageRule': did you mean 'packageRules'?")]
    [InlineData("{\n\"extends\": [\"config:recomended\"]}", "renovate.json:2: there is no preset 'config:recomended': did you mean 'config:recommended'?")]
    [InlineData("{\n\"labels\": \"a\", \"automerge\": \"perhaps\"}", "renovate.json:2: 'automerge' is true or false, not 'perhaps'")]
    [InlineData("{\"packageRules\": [{\n\"matchPackageNames\": [\"/(/\"]}]}", "renovate.json:2: '(' is no regular expression: it has a group that is not closed: write \\( where a bracket is meant")]
    [InlineData("{\"packageRules\": [{\n\"allowedVersions\": \"/(/\"}]}", "renovate.json:2: '(' is no regular expression: it has a group that is not closed: write \\( where a bracket is meant")]
    [InlineData("{\"kubernetes\": {\n\"fileMatch\": [\"(\"]}}", "renovate.json:2: '(' is no regular expression: it has a group that is not closed: write \\( where a bracket is meant")]
    [InlineData("{\"packageRules\": [{\n\"minimumReleaseAge\": \"soon\"}]}", "renovate.json:2: 'soon' is no span of time: write '3 days'")]
    public void What_it_would_decide_for_stays_where_it_is_wrong(string configuration, string error)
    {
        var repository = RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python), ("bicepconfig.json", "{}"));

        Assert.Equal([error], repository.Errors);
        Assert.Equal((false, "renovate.json is wrong"), (repository.RuleOf("Dockerfile", 1).Enabled, repository.RuleOf("Dockerfile", 1).Reason));
    }

    [Fact]
    public void What_is_for_other_packages_does_no_harm()
    {
        const string configuration = """
            {
              "extends": ["config:js-app", ":maintainLockFilesWeekly", "group:jestMonorepo", "local>acme/renovate-config"],
              "npmrc": "x", "rangeStrategy": "pin", "lockFileMaintenance": {"enabled": true},
              "packageRules": [{"matchDatasources": ["pypi"], "versioning": "rpm", "allowedVersions": "~=1.4"}, {"matchPackageNames": ["django"], "versioning": "no-such"}],
              "dependencyDashboard": true, "prHourlyLimit": 2
            }
            """;
        var repository = RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python));

        Assert.Empty(repository.Errors);
        Assert.Equal("4.0.0-slim", repository.Decide("Dockerfile", 1, Tags));
        Assert.Equal(
        [
            "renovate.json:1: no image has to do with lockFileMaintenance, npmrc, rangeStrategy: passed over",
            "renovate.json:2: what 'local>acme/renovate-config' says is not known here, for it is in another place: write into this file what of it has to hold",
            "renovate.json:4: there is no versioning 'no-such'; what the rule is for stays as it is",
            "renovate.json:5: 'dependencyDashboard' has no meaning here, and is passed over",
            "renovate.json:5: 'prHourlyLimit' has no meaning here, and is passed over",
        ], repository.Remarks);
    }

    [Fact]
    public void What_is_not_obeyed_is_told_by_name_and_once_also_where_a_preset_says_it()
    {
        const string configuration = """{"prHourlyLimit": 2, "commitHourlyLimit": 1, "semanticCommits": "auto", "packageRules": [{"dependencyDashboardApproval": true, "matchUpdateTypes": ["major"]}, {"dependencyDashboardApproval": true}]}""";

        Assert.Equal(
            ["prHourlyLimit", "commitHourlyLimit", "dependencyDashboardApproval"],
            RepositoryText.Of(("renovate.json", configuration), ("Dockerfile", Python)).Remarks.Select(r => r.Split('\'')[1]));
        Assert.Equal(
            ["renovate.json:1: 'dependencyDashboardApproval' has no meaning here, and is passed over"],
            RepositoryText.Of(("renovate.json", """{"extends": [":approveMajorUpdates", ":dependencyDashboardApproval"]}"""), ("Dockerfile", Python)).Remarks);
    }

    [Theory]
    [InlineData("\"replacementName\": \"acme/python\"", "acme/python", null)]
    [InlineData("\"replacementName\": \"ghcr.io/acme/python\", \"replacementVersion\": \"3.13-acme\"", "ghcr.io/acme/python", "3.13-acme")]
    [InlineData("\"replacementNameTemplate\": \"ghcr.io/mirror/{{{packageName}}}\"", "ghcr.io/mirror/python", null)]
    [InlineData("\"replacementNameTemplate\": \"{{{replace '^pyth' 'cyth' packageName}}}\"", "cython", null)]
    [InlineData("\"replacementNameTemplate\": \"ghcr.io/{{replace 'py' 'go/py' depName}}\"", "ghcr.io/go/python", null)]
    [InlineData("\"replacementName\": \"acme/python\", \"replacement\": {\"enabled\": false}", null, null)]
    [InlineData("\"replacementName\": \"@acme/python\"", null, null)]
    public void An_image_is_replaced_as_a_rule_says(string rule, string? image, string? version)
    {
        var repository = RepositoryText.Of(
            ("renovate.json", $$"""{"packageRules": [{"matchDatasources": ["docker"], "matchPackageNames": ["python"], {{rule}}}, {"matchUpdateTypes": ["replacement"], "groupName": "moves"}]}"""),
            ("Dockerfile", Python + "FROM redis:7\n"));

        Assert.Empty(repository.Errors);
        Assert.Empty(repository.Remarks);
        var found = repository.RuleOf("Dockerfile", 1);
        Assert.Equal((image, version), (found.Replacement?.Image.Familiar, found.Replacement?.Version));
        Assert.Equal(image is null ? "docker" : $"docker, replaced by {image}", found.Summary);
        Assert.Equal(rule.Contains('@', StringComparison.Ordinal) || image is not null ? "moves" : null, found.For(UpdateKind.Successor).Proposal.Group);
        Assert.Null(repository.RuleOf("Dockerfile", 2).Replacement);
        if (version is not null)
        {
            Assert.Equal(version, found.Replacement!.Choose("3.12", [version, "3.12"]).Tag);
            Assert.Null(found.Replacement.Choose("3.12", ["3.12"]).Tag);
        }
    }

    [Theory]
    [InlineData("\"replacementNameTemplate\": \"{{{replace '^(py).*' '$1' packageName}}}\"", "replacementNameTemplate")]
    [InlineData("\"replacementNameTemplate\": \"{{lookup a b}}\"", "replacementNameTemplate")]
    [InlineData("\"replacementVersion\": \"3\"", "replacementVersion")]
    [InlineData("\"replacementName\": \"a\", \"replacementVersionTemplate\": \"3\"", "replacementVersionTemplate")]
    public void What_can_not_be_read_of_a_replacement_is_told(string rule, string key)
    {
        var repository = RepositoryText.Of(("renovate.json", $$"""{"packageRules": [{"matchPackageNames": ["python"], {{rule}}}]}"""), ("Dockerfile", Python));

        Assert.Contains($"'{key}'", Assert.Single(repository.Remarks), StringComparison.Ordinal);
        Assert.Equal(key == "replacementVersionTemplate", repository.RuleOf("Dockerfile", 1).Replacement is not null);
    }

    [Fact]
    public void Major_steps_travel_apart()
    {
        var repository = RepositoryText.Of(("renovate.json", "{}"), ("Dockerfile", Python));
        var inForce = repository.Policies.For(repository.UseAt("Dockerfile", 1));

        Assert.Equal(["3.13.1-slim", "4.0.0-slim"], inForce.Policies.Select(p => p.Decide(new TagQuestion("3.12.4-slim", Tags.Split(' '))).Selected));
    }

    [Fact]
    public void Workarounds_know_images_with_versions_of_their_own()
    {
        var repository = RepositoryText.Of(("renovate.json", """{"extends": ["config:recommended"]}"""), ("Dockerfile", "FROM node:20.1.0-alpine\nFROM eclipse-temurin:17.0.9_9-jre\nFROM ubuntu:22.04\nFROM alpine:3.18\n"), ("tests/Dockerfile", Python));

        Assert.Equal("20.2.0-alpine", repository.Decide("Dockerfile", 1, "20.1.0-alpine 20.2.0-alpine 20.3.0"));
        Assert.Equal("21.0.1_12-jre", repository.Decide("Dockerfile", 2, "17.0.9_9-jre 17.0.10_7-jre 21.0.1_12-jre 22.0.1_8-jre"));
        Assert.Equal("3.19", repository.Decide("Dockerfile", 4, "3.18 3.19 20240329"));
        Assert.Equal("its path is among ignorePaths: **/tests/**", repository.RuleOf("tests/Dockerfile", 1).Reason);
    }

    [Fact]
    public void An_expression_of_ones_own_finds_images()
    {
        const string configuration = """
            {customManagers: [
              {customType: 'regex', fileMatch: ['^conf/.+\\.ya?ml$'], matchStrings: ['image=(?<depName>[^:]+):(?<currentValue>[^@\\s]+)(@(?<currentDigest>sha256:[a-f0-9]+))?'], datasourceTemplate: 'docker', versioningTemplate: 'semver'},
              {customType: 'regex', managerFilePatterns: ['tool.txt'], matchStrings: ['version: (?<currentValue>\\S+)'], depNameTemplate: 'acme/tool', datasourceTemplate: 'docker'},
              {customType: 'regex', managerFilePatterns: ['tool.txt'], matchStrings: ['helm: (?<currentValue>\\S+)'], depNameTemplate: 'helm/helm', datasourceTemplate: 'github-releases'},
            ]}
            """;
        var repository = RepositoryText.Of(("renovate.json5", configuration), ("conf/a/b.yml", "image=acme/shop:1.8.0\n"), ("other/b.yml", "image=acme/shop:1.8.0\n"), ("tool.txt", "version: 1.0\nhelm: 3.1.0\n"));

        Assert.Empty(repository.Errors);
        Assert.Empty(repository.Remarks);
        Assert.Equal(["conf/a/b.yml acme/shop 1.8.0", "tool.txt acme/tool 1.0"], repository.Uses.Select(u => $"{u.Path} {u.Reference?.Name.Familiar} {u.Reference?.Tag}"));
        Assert.Equal("renovate.json5:1", repository.RuleOf("conf/a/b.yml", 1).Source?.ToString());
        Assert.Equal("semver", repository.RuleOf("conf/a/b.yml", 1).Summary);
        Assert.Equal("1.1", repository.Decide("tool.txt", 1, "1.0 1.1 1.1.1"));
    }

    [Fact]
    public void Uses_treated_alike_have_one_rule()
    {
        var repository = RepositoryText.Of(("renovate.json", """{"extends": ["config:recommended"], "packageRules": [{"matchPackageNames": ["redis"], "allowedVersions": "<8"}]}"""), ("a/Dockerfile", "FROM python:3\nFROM redis:7\n"), ("b/Dockerfile", "FROM golang:1\nFROM redis:6\n"));

        Assert.Same(repository.RuleOf("a/Dockerfile", 1), repository.RuleOf("b/Dockerfile", 1));
        Assert.Same(repository.RuleOf("a/Dockerfile", 2), repository.RuleOf("b/Dockerfile", 2));
        Assert.NotSame(repository.RuleOf("a/Dockerfile", 1), repository.RuleOf("a/Dockerfile", 2));
    }

    [Fact]
    public void The_words_of_a_rule_decide_as_it_does()
    {
        var versions = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 4], Gen.Int[0, 9], Word("", "-slim", "-rc1"), (a, b, c, s) => $"{a}.{b}.{c}{s}");
        var setting = Word("\"allowedVersions\": \"<3\"", "\"versioning\": \"semver\"", "\"separateMinorPatch\": true", "\"major\": {\"enabled\": false}", "\"ignoreUnstable\": false", "\"minimumReleaseAge\": \"3 days\"", "\"labels\": [\"a\"]");
        var matcher = Word("\"matchPackageNames\": [\"python\"]", "\"matchUpdateTypes\": [\"major\"]", "\"matchCurrentValue\": \"/^1/\"", "\"matchManagers\": [\"dockerfile\"]", "\"matchPackageNames\": [\"x\"]");
        Gen.Select(setting, Gen.Select(matcher, setting, (m, s) => $"{{{m}, {s}}}").Array[0, 4], versions.Array[1, 12]).Sample((top, rules, tags) =>
        {
            var repository = RepositoryText.Of(("renovate.json", $"{{\"extends\": [\"config:recommended\"], {top}, \"packageRules\": [{string.Join(",", rules)}]}}"), ("Dockerfile", $"FROM python:{tags[0]}\n"));
            Assert.Empty(repository.Errors);
            var rule = repository.RuleOf("Dockerfile", 1);
            var question = new TagQuestion(tags[0], tags);
            Assert.Equal(rule.Policy!.Decide(question), rule.Text.Read()!.Decide(question));
        }, iter: 100);
    }

    [Fact]
    public void Nothing_throws_whatever_is_written()
    {
        var sample = File.ReadAllText(Path.Combine(Root(), "samples", "renovate-rules", ".github", "renovate.json5"));
        Gen.Select(Gen.Int[0, sample.Length - 1], Gen.Int[0, 40], Gen.OneOf(Gen.String, Word("{", "}", "[", "]", ",", "'", "null", "extends: [':group(:group(:x,y),z)']", "docker: {packageRules: [{packageRules: [{}]}]},", "matchStrings: ['(?<a'],"))).Sample((at, length, text) =>
        {
            var mutated = string.Concat(sample.AsSpan(0, at), text, sample.AsSpan(Math.Min(sample.Length, at + length)));
            var repository = RepositoryText.Of(("renovate.json", mutated), ("Dockerfile", Python), ("versions.env", "# renovate: datasource=docker depName=a/b\nA_VERSION=1\n"));
            Assert.NotNull(repository.RuleOf("Dockerfile", 1).Source);
        }, iter: 300);
    }

    [Theory]
    [InlineData("{\"packageRules\": [", "{\"enabled\": true},", 12_000)]
    [InlineData("{\"extends\": [", "\"config:recommended\",", 5_000)]
    [InlineData("{\"major\":", "{\"major\":", 10_000)]
    [InlineData("{\"ignorePaths\": [\"", "{a,{b,c}}", 1_000)]
    [InlineData("{\"packageRules\": [", "{\"extends\": [\"config:best-practices\"]},", 1_500)]
    public void Hostile_text_is_an_error_in_bounded_time(string start, string piece, int times)
    {
        var end = start.EndsWith('"') ? "\"]}" : start.EndsWith('[') ? "]}" : "";
        Assert.NotEmpty(RepositoryText.Of(("renovate.json", start + string.Concat(Enumerable.Repeat(piece, times)) + end), ("Dockerfile", Python)).Errors);
    }

    private static string Pod(string image) => $"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: {image}\n";

    private static Gen<string> Word(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("not below the repository");
        }

        return folder;
    }

    [Fact]
    public void Globs_of_many_alternatives_and_classes_of_characters_are_read()
    {
        var globs = "{" + string.Join(',', Enumerable.Range(0, 60).Select(i => $"a-long-folder-of-the-sort-{i}/**")) + "}";
        var repository = RepositoryText.Of(
            ("renovate.json", "{\"ignorePaths\": [\"" + globs + "\"], \"packageRules\": [{\"matchPackageNames\": [\"/^[[:lower:]]+$/\"], \"allowedVersions\": \"/^3[.]12/\"}]}"),
            ("Dockerfile", "FROM python:3.11\n"), ("a-long-folder-of-the-sort-59/Dockerfile", "FROM python:3.11\n"));
        Assert.Empty(repository.Errors);
        Assert.Equal("3.12", repository.Decide("Dockerfile", 1, "3.11 3.12 3.13"));
        Assert.False(repository.RuleOf("a-long-folder-of-the-sort-59/Dockerfile", 1) is { Enabled: true, Source: { } source } && source.ToString()!.Contains("renovate", StringComparison.Ordinal));
    }

    [Fact]
    public void What_an_expression_finds_of_another_datasource_is_no_image()
    {
        var repository = RepositoryText.Of(
            ("renovate.json", "{\"customManagers\": [{\"customType\": \"regex\", \"managerFilePatterns\": [\"**/*.env\"], \"matchStrings\": [\"# (?<datasource>[a-z-]+) (?<depName>\\\\S+)\\\\n\\\\w+=(?<currentValue>\\\\S+)\"]}]}"),
            ("versions.env", "# docker redis\nA=7\n# npm left-pad\nB=1\n# docker nginx\nC=1\n"));
        Assert.Empty(repository.Errors);
        Assert.Equal(["redis:7", "nginx:1"], repository.Uses.Select(u => u.Reference!.Familiar));
    }
}
