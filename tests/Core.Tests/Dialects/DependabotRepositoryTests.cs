using System.Globalization;
using Basewatch.Core.Dialects.Dependabot;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>Whole repositories; what each ecosystem reads is from dependabot-core's file fetchers and parsers.</summary>
public sealed class DependabotRepositoryTests
{
    private const string File = ".github/dependabot.yml";
    private const string Pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: nginx:1.26.0\n";
    private const string Compose = "services:\n  a:\n    image: nginx:1.26.0\n";
    private const string Values = "image:\n  repository: nginx\n  tag: 1.26.0\n";
    private const string Off = "none";

    [Theory]
    [InlineData("Dockerfile", 1, "python", "3.12.4-slim", "3.12-slim 3.12.4-slim 3.12.5 3.12.5-alpine 3.12.5-slim 3.13.0rc2-slim latest", 3, "3.12.5-slim", null)]
    [InlineData("charts/shop/values.yaml", 2, "shop/web", "2.3.0", "2.3.0 2.3.4 2.4.0 3.0.0", 62, "2.3.4", null)]
    [InlineData("compose.yaml", 3, "postgres", "16.3-alpine", "16.3-alpine 16.4 16.4-alpine 17.0-alpine 18.0-alpine", 49, "16.4-alpine", "local")]
    [InlineData("compose.yaml", 5, "redis", "7.2.5-alpine", "7.2.5-alpine 7.2.6-alpine 7.4.1 7.4.1-alpine", 49, "7.4.1-alpine", "local")]
    [InlineData("compose.yaml", 7, "mailhog/mailhog", "v1.0.0", "latest v1.0.0 v1.0.1", 49, "v1.0.1", null)]
    [InlineData("k8s/web.yaml", 16, "nginx", "1.27.0", "1.27.0 1.27.2 1.28.0 1.28.1-alpine mainline", 39, "1.28.0", null)]
    [InlineData("k8s/web.yaml", 18, "nginx-prometheus-exporter", "1.1.0", "1.1.0 1.2.0 1.3.0 1.4.0-rc1", 39, "1.3.0", null)]
    [InlineData("services/api/Dockerfile", 6, "node", "20.11.1-alpine", "20.11.1-alpine 20.12.2 20.12.2-alpine 20.13.1-alpine 20.15.0-alpine 22.3.0-alpine", 17, "20.12.2-alpine", "runtimes")]
    [InlineData("services/cache/Dockerfile", 1, "redis", "7.2", "7 7.2 7.2.5 7.4 7.4.1 8.0", 17, "7.4", null)]
    [InlineData("services/worker/Dockerfile", 1, "python", "3.12.4-slim-bookworm", "3.12.4-slim-bookworm 3.12.6-slim-bookworm 3.13.0-slim-bookworm 3.13.1-slim", 17, "3.13.0-slim-bookworm", "runtimes")]
    [InlineData("services/worker/Dockerfile", 2, "uv", "0.4.18", "0.4.18", null, null, null)]
    [InlineData("k8s/staging/web.yaml", 8, "nginx", "1.26.2", "1.26.2", null, null, null)]
    public void The_sample_is_read(string path, int line, string image, string current, string tags, int? rule, string? selected, string? group)
    {
        var repository = Sample();
        var use = repository.UseAt(path, line);
        var found = repository.RuleOf(path, line);
        var verdict = found.Policy?.Decide(new TagQuestion(current, tags.Split(' ')));

        Assert.EndsWith($"{image}:{current}", use.Written.Value, StringComparison.Ordinal);
        Assert.Equal(rule, found.Source?.Line);
        if (rule is null)
        {
            return;
        }

        Assert.Equal((selected, false), (verdict!.Selected, found.Pins));
        Assert.Equal(group, found.For(verdict.Kind).Proposal.Group);
        Assert.Equal(selected, found.Text.Read()!.Decide(new TagQuestion(current, tags.Split(' '))).Selected);
    }

    [Fact]
    public void The_sample_tells_how_updates_are_proposed()
    {
        var repository = Sample();
        var (root, services) = (repository.RuleOf("Dockerfile", 1).Proposal, repository.RuleOf("services/api/Dockerfile", 1).Proposal);
        var (manifests, compose) = (repository.RuleOf("k8s/web.yaml", 16).Proposal, repository.RuleOf("compose.yaml", 3).Proposal);

        Assert.Empty(repository.Errors);
        Assert.Equal(["platform-team"], root.Reviewers);
        Assert.Equal(["dependencies", "docker"], root.Labels);
        Assert.Equal(5, root.Limit);
        Assert.Equal("weekly on Monday from 5:00, UTC", root.Schedule!.Text);
        Assert.Equal(("build(deps)", 3, "daily from 6:00, Europe/Zurich"), (services.CommitPrefix, services.Limit, services.Schedule!.Text));
        Assert.Null(services.Group);
        Assert.Equal("runtimes", repository.RuleOf("services/api/Dockerfile", 1).For(UpdateKind.Patch).Proposal.Group);
        Assert.Equal(["octocat"], manifests.Assignees);
        Assert.Equal("monthly from 5:00, UTC", manifests.Schedule!.Text);
        Assert.Equal(("develop", "local"), (compose.TargetBranch, repository.RuleOf("compose.yaml", 3).For(UpdateKind.Major).Proposal.Group));
        Assert.Equal(["dependencies", "docker_compose"], compose.Labels);
        Assert.Equal(2, repository.Remarks.Count());
        Assert.Same(repository.RuleOf("services/api/Dockerfile", 1), repository.RuleOf("services/worker/Dockerfile", 1) is { Summary: "minor or patch" } ? repository.RuleOf("services/api/Dockerfile", 6) : null);
        Assert.Equal("minor or patch, not ~> 20.13", repository.RuleOf("services/api/Dockerfile", 1).Summary);
        Assert.Equal("newest, after 5 to 14 days", repository.RuleOf("k8s/web.yaml", 16).Summary);
        Assert.Equal("newest", repository.RuleOf("k8s/web.yaml", 18).Summary);
    }

    [Theory]
    [InlineData("docker", "Dockerfile", "FROM nginx:1.26.0\n", true)]
    [InlineData("docker", "api.Dockerfile", "FROM nginx:1.26.0\n", true)]
    [InlineData("docker", "Dockerfile.dev", "FROM --platform=$BUILDPLATFORM nginx:1.26.0 AS a\n", true)]
    [InlineData("docker", "Containerfile", "FROM nginx:1.26.0\n", true)]
    [InlineData("docker", "Dockerfile", "ARG V=1.26.0\nFROM nginx:$V\n", false)]
    [InlineData("docker", "Dockerfile", "# syntax=docker/dockerfile:1.6\n", false)]
    [InlineData("docker", "web.yaml", Pod, true)]
    [InlineData("docker", ".web.yaml", Pod, false)]
    [InlineData("docker", "values-prod.yaml", Values, true)]
    [InlineData("docker", "compose.yaml", Compose, false)]
    [InlineData("docker-compose", "compose.yaml", Compose, true)]
    [InlineData("docker-compose", "docker-compose.override.yml", Compose, true)]
    [InlineData("docker-compose", "docker-compose-dev.yml", Compose, true)]
    [InlineData("docker-compose", "Dockerfile", "FROM nginx:1.26.0\n", false)]
    [InlineData("helm", "values.yaml", Values, true)]
    [InlineData("helm", "prod-values.yml", Values, true)]
    [InlineData("helm", "values-prod.yaml", Values, false)]
    [InlineData("helm", "web.yaml", Pod, false)]
    [InlineData("terraform", "Dockerfile", "FROM nginx:1.26.0\n", false)]
    public void An_ecosystem_reads_its_own_files(string ecosystem, string path, string text, bool reads)
    {
        var repository = RepositoryText.Of((File, Entry(ecosystem)), (path, text));

        Assert.Empty(repository.Errors);
        Assert.All(repository.Uses, u => Assert.Equal(reads ? "dependabot" : null, repository.Policies.For(u).Rule.Source?.Dialect));
    }

    [Theory]
    [InlineData("directory: /", "", "a")]
    [InlineData("directory: a", "a", "")]
    [InlineData("directory: ./a/", "a", "a/b")]
    [InlineData("directory: '/*'", "", "a", false)]
    [InlineData("directories: [/a, /b]", "b", "c")]
    [InlineData("directories: ['/*']", "a", "a/b")]
    [InlineData("directories: ['*']", "", "a/b")]
    [InlineData("directories: ['**/*']", "", null)]
    [InlineData("directories: ['/**/*']", "a/b/c", null)]
    [InlineData("directories: ['/a/**']", "a/b", "a/b/c")]
    [InlineData("directories: ['/a/**/']", "a/b/c", "b")]
    [InlineData("directories: ['/a/**/x']", "a/x", "a/b")]
    [InlineData("directories: ['/a/**/x']", "a/b/c/x", "a/b/c/y")]
    [InlineData("directories: ['/lib-?']", "lib-a", "lib-ab")]
    [InlineData("directories: ['/lib-[a-c]']", "lib-b", "lib-d")]
    [InlineData("directories: ['/{a,b}/*']", "b/x", "c/x")]
    [InlineData("directories: ['/*']", ".hidden", "a/.hidden")]
    [InlineData("directories: ['/A*']", "Ab", "ab")]
    public void Folders_are_those_that_are_written(string written, string inside, string? outside, bool holds = true)
    {
        var repository = RepositoryText.Of((File, Entry("docker", written)), (At(inside), "FROM nginx:1.26.0\n"), (At(outside ?? "o/u/t"), "FROM nginx:1.26.0\n"));

        Assert.Equal(holds, repository.RuleOf(At(inside), 1).Source is not null);
        Assert.Equal(outside is null, repository.RuleOf(At(outside ?? "o/u/t"), 1).Source is not null);

        static string At(string folder) => folder.Length == 0 ? "Dockerfile" : $"{folder}/Dockerfile";
    }

    [Theory]
    [InlineData("Dockerfile", true)]
    [InlineData("a/Dockerfile", true)]
    [InlineData("a/**", true)]
    [InlineData("a", true)]
    [InlineData("/a/", true)]
    [InlineData("**/Dockerfile", true)]
    [InlineData("*file", true)]
    [InlineData("b/**", false)]
    [InlineData("Docker", false)]
    public void What_is_excluded_stays_as_it_is(string path, bool excluded)
    {
        var repository = RepositoryText.Of((File, Entry("docker", $"directory: /a\n    exclude-paths: ['{path}']")), ("a/Dockerfile", "FROM nginx:1.26.0\n"));
        var rule = repository.RuleOf("a/Dockerfile", 1);

        Assert.Equal(!excluded, rule.Enabled);
        Assert.Equal(excluded ? 5 : 3, rule.Source!.Line);
    }

    [Theory]
    [InlineData("docker", "ghcr.io/acme/app:1.0.0", "acme/app", true)]
    [InlineData("docker", "ghcr.io/acme/app:1.0.0", "ghcr.io/acme/app", false)]
    [InlineData("docker", "docker.io/library/nginx:1.0.0", "library/nginx", true)]
    [InlineData("docker", "docker.io/library/nginx:1.0.0", "nginx", false)]
    [InlineData("docker", "nginx:1.0.0", "NGINX", true)]
    [InlineData("docker", "registry.example:5000/base/ruby:1.0.0", "base/*", true)]
    [InlineData("docker", "acme/nginx:1.0.0", "nginx", false)]
    public void Images_are_named_without_their_registry(string ecosystem, string image, string name, bool isNamed)
    {
        var repository = RepositoryText.Of((File, Entry(ecosystem, $"directory: /\n    ignore: [{{dependency-name: '{name}'}}]")), ("Dockerfile", $"FROM {image}\n"));

        Assert.Equal(!isNamed, repository.RuleOf("Dockerfile", 1).Enabled);
    }

    [Fact]
    public void In_values_that_helm_reads_the_registry_belongs_to_the_name()
    {
        const string Chart = "image:\n  registry: ghcr.io\n  repository: acme/app\n  tag: 1.0.0\n";
        var by = (string name) => RepositoryText.Of((File, Entry("helm", $"directory: /\n    ignore: [{{dependency-name: '{name}'}}]")), ("values.yaml", Chart));

        Assert.All(by("ghcr.io/acme/app").Uses, u => Assert.False(by("ghcr.io/acme/app").Policies.For(u).Rule.Enabled));
        Assert.All(by("acme/app").Uses, u => Assert.True(by("acme/app").Policies.For(u).Rule.Enabled));
    }

    [Theory]
    [InlineData("allow: [{dependency-name: 'node'}]", "no rule under allow is for this image", 4)]
    [InlineData("allow: [{dependency-type: indirect}]", "no rule under allow is for this image", 4)]
    [InlineData("ignore:\n      - dependency-name: node\n      - dependency-name: ng*", "every version is ignored", 6)]
    [InlineData("ignore:\n      - {dependency-name: nginx, versions: ['>= 0']}", "every version is ignored", 5)]
    [InlineData("open-pull-requests-limit: 0", "open-pull-requests-limit is 0", 4)]
    public void What_is_left_alone_says_where_that_is_written(string rules, string reason, int line)
    {
        var rule = RepositoryText.Of((File, Entry("docker", $"{rules}\n    directory: /")), ("Dockerfile", "FROM nginx:1.26.0\n")).RuleOf("Dockerfile", 1);

        Assert.Equal((false, Off, reason, line), (rule.Enabled, rule.Summary, rule.Reason, rule.Source!.Line!.Value));
    }

    [Theory]
    [InlineData("allow: [{dependency-name: nginx, update-types: ['version-update:semver-patch']}, {dependency-name: node}]", "{allow: [{update-types: [\"version-update:semver-patch\"]}]}", "patch")]
    [InlineData("allow: [{dependency-name: nginx, update-types: ['version-update:semver-patch']}, {dependency-name: '*'}]", "{}", "newest")]
    [InlineData("ignore: [{dependency-name: n*, versions: ['>= 1.28', '1.27.x']}, {dependency-name: node}, {dependency-name: '*', update-types: ['version-update:semver-major']}]", "{ignore: [{versions: [\">= 1.28\", \"1.27.x\"], update-types: [\"version-update:semver-major\"]}]}", "minor or patch, not >= 1.28, not 1.27.x")]
    [InlineData("cooldown: {default-days: 5, semver-major-days: 14, include: [nginx, node]}", "{cooldown: {default-days: 5, semver-major-days: 14}}", "newest, after 5 to 14 days")]
    [InlineData("cooldown: {default-days: 5, exclude: [ng*]}", "{cooldown: {exclude: [\"*\"]}}", "newest")]
    public void The_words_of_a_rule_are_what_is_left_for_its_image(string rules, string words, string summary)
    {
        var rule = RepositoryText.Of((File, Entry("docker", $"directory: /\n    {rules}")), ("Dockerfile", "FROM nginx:1.26.0\n")).RuleOf("Dockerfile", 1);

        Assert.Equal((words, summary), (rule.Text.Text, rule.Summary));
    }

    [Theory]
    [InlineData("all: {patterns: ['*']}\n      web: {patterns: [nginx]}", "web", "web", "web")]
    [InlineData("all: {patterns: ['*']}\n      web: {patterns: ['ng*']}", "web", "web", "web")]
    [InlineData("small: {update-types: [minor, patch]}\n      rest: {patterns: ['*']}", null, "small", null)]
    [InlineData("small: {update-types: [minor, patch]}\n      rest: {exclude-patterns: [node]}", "rest", "small", "rest")]
    [InlineData("small: {patterns: [nginx], update-types: [patch]}\n      rest: {patterns: ['*']}", null, null, null)]
    [InlineData("small: {patterns: ['*'], update-types: [minor, patch]}\n      big: {patterns: ['*'], update-types: [major]}", "big", "small", null)]
    [InlineData("each: {group-by: dependency-name}", "each/nginx", "each/nginx", "each/nginx")]
    [InlineData("alerts: {applies-to: security-updates, patterns: ['*']}", null, null, null)]
    [InlineData("dev: {dependency-type: development}\n      rest: {exclude-patterns: [node]}", "rest", "rest", "rest")]
    [InlineData("rest: {exclude-patterns: ['ngi*']}", null, null, null)]
    public void An_update_travels_in_the_group_that_names_it_most_exactly(string groups, string? major, string? minor, string? digest)
    {
        var rule = RepositoryText.Of((File, Entry("docker", $"directory: /\n    groups:\n      {groups}")), ("Dockerfile", "FROM nginx:1.26.0\n")).RuleOf("Dockerfile", 1);

        Assert.Equal((major, minor, digest), (Group(UpdateKind.Major), Group(UpdateKind.Minor), Group(UpdateKind.Digest)));

        string? Group(UpdateKind kind) => rule.For(kind).Proposal.Group;
    }

    [Fact]
    public void Groups_of_one_name_in_two_entries_are_two()
    {
        var text = Entry("docker", "directory: /\n    groups: {all: {patterns: ['*']}}") + Entry("docker-compose", "directory: /\n    groups: {all: {patterns: ['*']}}").Split("updates:\n")[1];
        var repository = RepositoryText.Of((File, text), ("Dockerfile", "FROM nginx:1.26.0\n"), ("compose.yaml", Compose));

        Assert.Equal("all (docker /)", repository.RuleOf("Dockerfile", 1).Proposal.Group);
        Assert.Equal("all (docker-compose /)", repository.RuleOf("compose.yaml", 3).Proposal.Group);
    }

    [Fact]
    public void A_group_of_several_ecosystems_decides_for_the_images_that_it_names()
    {
        const string Text = """
            version: 2
            multi-ecosystem-groups:
              infra:
                schedule: {interval: weekly, day: friday}
                labels: [infra]
                assignees: [ada]
                target-branch: next
            updates:
              - package-ecosystem: docker
                directory: /
                patterns: [nginx]
                multi-ecosystem-group: infra
                assignees: [bob]
              - package-ecosystem: docker-compose
                directory: /
                patterns: ["*"]
                multi-ecosystem-group: infra
            """;
        var repository = RepositoryText.Of((File, Text), ("Dockerfile", "FROM nginx:1.26.0\nFROM node:20.0.0\n"), ("compose.yaml", Compose));
        var nginx = repository.RuleOf("Dockerfile", 1).Proposal;

        Assert.Empty(repository.Errors);
        Assert.Equal(("infra", "next", "weekly on Friday from 5:00, UTC"), (nginx.Group, nginx.TargetBranch, nginx.Schedule!.Text));
        Assert.Equal(["bob", "ada"], nginx.Assignees);
        Assert.Equal(["infra"], nginx.Labels);
        Assert.Null(repository.RuleOf("Dockerfile", 2).Proposal.Group);
        Assert.Equal("infra", repository.RuleOf("compose.yaml", 3).Proposal.Group);
    }

    [Fact]
    public void The_entry_for_the_default_branch_is_asked_first()
    {
        var text = Entry("docker", "directory: /\n    target-branch: old") + Entry("docker").Split("updates:\n")[1];

        Assert.Equal(7, RepositoryText.Of((File, text), ("Dockerfile", "FROM nginx:1.26.0\n")).RuleOf("Dockerfile", 1).Source!.Line);
    }

    [Theory]
    [InlineData("interval: daily", "2026-11-23T05:00Z", "2026-11-28T05:00Z")] // Monday to Friday
    [InlineData("interval: weekly", "2026-11-23T05:00Z", "2026-11-24T05:00Z")]
    [InlineData("{interval: weekly, day: sunday, time: '23:30', timezone: Europe/Zurich}", "2026-11-22T22:30Z", "2026-11-23T22:30Z")]
    [InlineData("interval: monthly", "2026-12-01T05:00Z", "2026-12-02T05:00Z")]
    [InlineData("interval: quarterly", "2026-10-01T05:00Z", "2026-10-02T05:00Z")]
    [InlineData("interval: semiannually", "2026-07-01T05:00Z", "2026-07-02T05:00Z")]
    [InlineData("interval: yearly", "2026-01-01T05:00Z", "2026-01-02T05:00Z")]
    [InlineData("{interval: cron, cronjob: '10 22 5,20 * *'}", "2026-11-20T22:10Z", "2026-11-21T22:10Z")]
    [InlineData("{interval: cron, cronjob: every monday at 5pm}", "2026-11-23T17:00Z", "2026-11-24T17:00Z")]
    [InlineData("{interval: cron, cronjob: 'every month at 12:30am'}", "2026-11-01T00:30Z", "2026-11-02T00:30Z")]
    public void A_schedule_is_open_for_a_day_from_its_time_on(string written, string from, string until)
    {
        var text = Entry("docker").Replace("{interval: weekly}", written.StartsWith('{') ? written : $"{{{written}}}", StringComparison.Ordinal);
        var schedule = RepositoryText.Of((File, text), ("Dockerfile", "FROM nginx:1.26.0\n")).RuleOf("Dockerfile", 1).Proposal.Schedule!;
        var (first, last) = (DateTimeOffset.Parse(from, CultureInfo.InvariantCulture), DateTimeOffset.Parse(until, CultureInfo.InvariantCulture));

        Assert.Equal((false, true), (schedule.IsOpen(first.AddMinutes(-1)), schedule.IsOpen(first)));
        Assert.Equal((true, false), (schedule.IsOpen(last.AddMinutes(-1)), schedule.IsOpen(last)));
    }

    [Theory]
    [InlineData("schedule: {interval: weekly}", "schedules: {interval: weekly}", 5, "there is no key 'schedules' in an entry of 'updates': did you mean 'schedule'?")]
    [InlineData("    schedule: {interval: weekly}\n", "", 3, "'schedule' is missing: write 'schedule: {interval: weekly}'")]
    [InlineData("weekly", "fortnightly", 5, "'fortnightly' is no interval")]
    [InlineData("interval: weekly", "interval: cron", 5, "'cronjob' is missing")]
    [InlineData("interval: weekly", "interval: cron, cronjob: '* * *'", 5, "no cron expression")]
    [InlineData("interval: weekly", "interval: weekly, time: '25:00'", 5, "'25:00' is no time")]
    [InlineData("interval: weekly", "interval: weekly, timezone: ../../etc/passwd", 5, "there is no time zone")]
    [InlineData("directory: /", "directory: /\n    directories: [/]", 5, "exclude each other")]
    [InlineData("    directory: /\n", "", 3, "'directory' is missing")]
    [InlineData("directory: /", "directory: /\n    ignore: [{dependency-name: a, versions: ['^1']}]", 5, "'^1' is no range")]
    [InlineData("directory: /", "directory: /\n    registries: [acme]", 5, "there is no registry 'acme' in 'registries'")]
    [InlineData("directory: /", "directory: /\n    multi-ecosystem-group: a", 5, "there is no group 'a' in 'multi-ecosystem-groups'")]
    [InlineData("directory: /", "directory: /\n    groups: {a: {update-types: [all]}}", 5, "'all' is no update type of a group")]
    [InlineData("directory: /", "directory: /\n    open-pull-requests-limit: many", 5, "'open-pull-requests-limit' is a whole number")]
    [InlineData("package-ecosystem: docker", "package-ecosystem: dockr", 3, "there is no ecosystem 'dockr': did you mean 'docker'?")]
    [InlineData("version: 2", "version: 1", 1, "version '1' is not read: write 'version: 2'")]
    [InlineData("version: 2\n", "", 1, "'version' is missing")]
    [InlineData("updates:", "update:", 2, "there is no key 'update' in dependabot.yml: did you mean 'updates'?")]
    [InlineData("updates:", "updates: [", 3, "")]
    public void What_a_mistake_is_about_stays_as_it_is(string right, string wrong, int line, string message)
    {
        var repository = RepositoryText.Of((File, Entry("docker").Replace(right, wrong, StringComparison.Ordinal)), ("Dockerfile", "FROM nginx:1.26.0\n"));
        var rule = repository.RuleOf("Dockerfile", 1);

        Assert.Contains(repository.Decided.Errors, e => e.Line == line && e.Message.Contains(message, StringComparison.Ordinal));
        Assert.Equal((false, "its configuration is wrong", File), (rule.Enabled, rule.Reason, rule.Source!.File));
    }

    [Fact]
    public void A_mistake_in_an_entry_leaves_the_others_alone()
    {
        var text = Entry("docker", "directory: /a\n    labels: {}") + Entry("docker", "directory: /b").Split("updates:\n")[1] + "  - package-ecosystem: npm\n    whatever: [1\n    , 2]\n";
        var repository = RepositoryText.Of((File, text), ("a/Dockerfile", "FROM nginx:1.26.0\n"), ("b/Dockerfile", "FROM nginx:1.26.0\n"), ("c/Dockerfile", "FROM nginx:1.26.0\n"));

        Assert.Single(repository.Errors);
        Assert.False(repository.RuleOf("a/Dockerfile", 1).Enabled);
        Assert.Equal("1.27.0", repository.Decide("b/Dockerfile", 1, "1.26.0 1.27.0"));
        Assert.Null(repository.RuleOf("c/Dockerfile", 1).Source);
    }

    [Fact]
    public void What_has_no_meaning_is_told_by_name_and_once()
    {
        var keys = "directory: /\n    milestone: 4\n    rebase-strategy: disabled\n    vendor: true\n    versioning-strategy: auto\n    reviewers: [ada]\n    pull-request-branch-name: {separator: '-'}";
        var text = Entry("docker", keys) + Entry("docker-compose", keys).Split("updates:\n")[1];
        var remarks = RepositoryText.Of((File, text)).Remarks.ToList();

        Assert.Equal(6, remarks.Count);
        Assert.Contains($"{File}:5: 'milestone' is passed over: it is a number, and a milestone is found by its title here", remarks);
    }

    [Fact]
    public void Either_ending_of_the_file_will_do()
    {
        Assert.NotNull(RepositoryText.Of((".github/dependabot.yaml", Entry("docker")), ("Dockerfile", "FROM nginx:1.26.0\n")).RuleOf("Dockerfile", 1).Source);
        Assert.Contains(RepositoryText.Of((".github/dependabot.yaml", Entry("docker")), (File, Entry("docker"))).Remarks, r => r.StartsWith(".github/dependabot.yaml", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FROM nginx\n")]
    [InlineData("FROM nginx:latest\n")]
    [InlineData("FROM nginx:mainline-alpine\n")]
    public void Images_whose_tag_it_does_not_compare_stay(string text)
    {
        var repository = RepositoryText.Of((File, Entry("docker")), ("Dockerfile", text));

        Assert.Null(repository.Decide("Dockerfile", 1, "1.26.0 1.27.0 latest mainline-alpine mainline-alpine3.20"));
        Assert.False(repository.RuleOf("Dockerfile", 1).Pins);
    }

    [Fact]
    public void No_text_throws_and_words_decide_as_their_rules_do()
    {
        var sample = SampleText(File);
        var pieces = Gen.OneOf("\n", "  ", ": ", "- ", "[", "}", "*", "**/", "&a ", "*a", "'", "\"", "docker", "updates:", "groups:", "0", "x: {<<: *a}", "\t", "{a,{b,c}}", "versions: ['< 1.28']");
        Gen.Select(Gen.Int[0, sample.Length], Gen.Int[0, 40], pieces, Gen.Int[0, sample.Length], pieces).Sample(
            (at, cut, piece, other, second) =>
            {
                var text = sample.Remove(at, Math.Min(cut, sample.Length - at)).Insert(at, piece);
                text = text.Insert(Math.Min(other, text.Length), second);
                var repository = RepositoryText.Of((File, text), ("Dockerfile", "FROM nginx:1.26.0\n"), ("services/a/Dockerfile", "FROM node:20.11.1\n"), ("compose.yaml", Compose));
                foreach (var use in repository.Uses)
                {
                    var rule = repository.Policies.For(use).Rule;
                    Assert.Same(rule, repository.Policies.For(use).Rule);
                    if (rule is { Enabled: true, Policy: DependabotPolicy policy })
                    {
                        var question = new TagQuestion("1.26.0", ["1.26.0", "1.26.1", "1.27.3", "1.28.0", "2.0.0", "20.13.1"]);
                        Assert.Equal(policy.Decide(question).Selected, rule.Text.Read()!.Decide(question).Selected);
                    }
                }

                return true;
            },
            iter: 400);
    }

    [Fact]
    public void Much_of_everything_is_read_in_bounded_time()
    {
        var watch = TimeProvider.System.GetTimestamp();
        var long1 = string.Concat(Enumerable.Repeat("**/a*", 90));
        string[] texts =
        [
            Entry("docker", $"directories: ['{string.Concat(Enumerable.Repeat("{a,b}", 90))}']"),
            Entry("docker", $"directories: ['{long1}']\n    exclude-paths: ['{long1}']"),
            Entry("docker", $"directory: /\n    groups: {{{string.Join(", ", Enumerable.Range(0, 900).Select(i => $"g{i}: {{patterns: ['*{i}*']}}"))}}}"),
            "version: 2\nupdates:\n" + string.Concat(Enumerable.Range(0, 900).Select(i => $"  - {{package-ecosystem: docker, directory: /a{i}, schedule: {{interval: daily}}}}\n")),
            "a: &a [x, x]\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"b{i}: &b{i} [*{(i == 0 ? "a" : $"b{i - 1}")}, *{(i == 0 ? "a" : $"b{i - 1}")}]\n")),
            new string('[', 100_000),
        ];
        foreach (var text in texts)
        {
            var folder = string.Join('/', Enumerable.Repeat("aaaa", 40));
            var repository = RepositoryText.Of((File, text), ("Dockerfile", string.Concat(Enumerable.Range(0, 200).Select(i => $"FROM a{i}:1.0.0\n"))), ($"{folder}/Dockerfile", "FROM a:1.0.0\n"));
            Assert.All(repository.Uses, u => repository.Policies.For(u));
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(watch).TotalSeconds, 0, 20);
    }

    private static string Entry(string ecosystem, string rest = "directory: /") =>
        $"version: 2\nupdates:\n  - package-ecosystem: {ecosystem}\n    {rest}\n    schedule: {{interval: weekly}}\n";

    private static RepositoryText Sample()
    {
        string[] paths = [File, "Dockerfile", "compose.yaml", "charts/shop/Chart.yaml", "charts/shop/values.yaml", "k8s/web.yaml", "k8s/staging/web.yaml", "services/api/Dockerfile", "services/cache/Dockerfile", "services/worker/Dockerfile"];
        return RepositoryText.Of([.. paths.Select(p => (p, SampleText(p)))]);
    }

    private static string SampleText(string path)
    {
        var folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("not below the repository");
        }

        return System.IO.File.ReadAllText(Path.Combine(folder, "samples", "dependabot", path));
    }
}
