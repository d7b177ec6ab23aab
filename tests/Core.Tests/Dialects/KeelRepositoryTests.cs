using System.Diagnostics;
using System.Globalization;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>What Keel's settings in a repository are for, and what they lead to.</summary>
public sealed class KeelRepositoryTests
{
    private const string Tags = "1.0.0 1.0.1 1.1.0 1.2.0-rc.1 2.0.0 2.1.0-a";

    private const string Values = """
        image:
          repository: acme/shop
          tag: 1.0.0
          digest: ""
        worker:
          image: acme/worker:1.0.0
        other:
          image: {repository: acme/other, tag: 1.0.0}
        """;

    [Theory]
    [InlineData("labels: {keel.sh/polcy: minor}", "a.yaml:4: without a policy Keel leaves the workload alone: Keel has no key 'polcy': did you mean 'policy'?")]
    [InlineData("annotations: {keel.observer/polcy: minor}", "a.yaml:4: without a policy Keel leaves the workload alone: Keel has no key 'keel.observer/polcy': did you mean 'policy'?")]
    [InlineData("annotations: {keel.sh/trigger: poll}", null)]
    public void A_key_that_there_is_not_is_told_without_a_policy(string metadata, string? remark)
    {
        var repository = RepositoryText.Of(("a.yaml", Workload(metadata)));

        Assert.Empty(repository.Errors);
        Assert.Equal(remark is null ? [] : [remark], repository.Remarks);
        Assert.Null(repository.RuleOf("a.yaml", LineOf(Workload(metadata), "acme/app")).Source);
    }

    // Where labels and annotations both say something: internal/policy/policy.go, provider/kubernetes/updates.go.
    [Theory]
    [InlineData("labels: {keel.sh/policy: minor}", "1.1.0")]
    [InlineData("annotations: {keel.sh/policy: patch}", "1.0.1")]
    [InlineData("labels: {keel.sh/policy: patch}\n  annotations: {keel.sh/policy: major}", "2.0.0")]
    [InlineData("annotations: {keel.sh/policy: patch}\n  labels: {keel.sh/policy: major}", "1.0.1")]
    [InlineData("annotations: {keel.sh/policy: all}\n  labels: {keel.sh/policy: patch, keel.sh/matchPreRelease: 'false'}", "2.1.0-a")]
    [InlineData("annotations: {keel.sh/policy: major}\n  labels: {keel.sh/matchPreRelease: 'false'}", "2.0.0")]
    [InlineData("annotations: {keel.sh/policy: major, keel.sh/matchPreRelease: 'false'}", "2.1.0-a")]
    [InlineData("annotations: {keel.sh/matchPreRelease: 'false'}\n  labels: {keel.sh/policy: major}", "2.0.0")]
    [InlineData("annotations: {keel.observer/policy: patch}\n  labels: {keel.sh/policy: major}", "1.0.1")]
    [InlineData("annotations: {keel.observer/policy: patch, keel.sh/policy: major}", "2.0.0")]
    [InlineData("annotations: {keel.sh/policy: never}\n  labels: {keel.sh/policy: major}", null)]
    [InlineData("annotations: {keel.sh/policy: ''}\n  labels: {keel.sh/policy: major}", null)]
    [InlineData("annotations: {keel.sh/policy: force, keel.sh/match-tag: 'true'}", null)]
    [InlineData("annotations: {keel.sh/policy: force, keel.sh/matchTag: 'true', keel.sh/match-tag: 'false'}", null)]
    [InlineData("annotations: {keel.sh/policy: force}\n  labels: {keel.sh/matchTag: 'true'}", "2.1.0-a")]
    [InlineData("annotations: {'keel.sh/policy': 'glob:1.0*'}", "1.0.1")]
    [InlineData("annotations: {'keel.sh/policy': 'regexp:^1[.]([0-9]+)[.](?P<compare>[0-9]+)$'}", "1.0.1")]
    public void Labels_and_annotations_count_as_Keel_has_them(string metadata, string? selected)
    {
        var repository = RepositoryText.Of(("a.yaml", Workload(metadata)));
        var line = LineOf(Workload(metadata), "acme/app");

        Assert.Empty(repository.Errors);
        Assert.Equal("keel", repository.RuleOf("a.yaml", line).Source!.Dialect);
        Assert.Equal(selected, repository.Decide("a.yaml", line, Tags));
        AssertTextSaysTheSame(repository);
    }

    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("annotations: {keel.sh/initContainers: 'true'}", true, false, false)]
    [InlineData("labels: {keel.sh/initContainers: 'true'}", false, false, false)]
    [InlineData("labels: {keel.sh/imageVolumes: 'true'}", false, true, false)]
    [InlineData("labels: {keel.sh/imageVolumes: 'false'}\n  annotations: {keel.sh/imageVolumes: 'true'}", false, false, false)]
    [InlineData("annotations: {keel.sh/monitorContainers: side}", false, false, true)]
    [InlineData("annotations: {keel.sh/monitorcontainers: '^app$', keel.sh/initContainers: 'true'}\n  labels: {keel.sh/monitorContainers: side}", false, false, false)]
    public void Containers_are_chosen_as_Keel_chooses_them(string metadata, bool hasInit, bool hasVolume, bool isSideAlone)
    {
        var text = $$"""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata:
              {{metadata}}
              {{(metadata.Contains("labels:", StringComparison.Ordinal) ? "name: x" : "labels: {keel.sh/policy: minor}")}}
            spec:
              template:
                spec:
                  initContainers: [{name: init, image: acme/init:1.0.0}]
                  containers:
                    - {name: app, image: acme/app:1.0.0}
                    - {name: side, image: acme/side:1.0.0}
                  volumes: [{name: data, image: {reference: 'acme/data:1.0.0'} }]
            """;
        text = text.Contains("keel.sh/policy", StringComparison.Ordinal) ? text : text.Replace("labels: {", "labels: {keel.sh/policy: minor, ", StringComparison.Ordinal);
        var repository = RepositoryText.Of(("a.yaml", text));

        Assert.Empty(repository.Errors);
        List<string> expected = [];
        expected.AddRange(isSideAlone ? [] : ["acme/app"]);
        expected.AddRange(hasInit ? ["acme/init"] : []);
        expected.AddRange(isSideAlone || !metadata.Contains("app$", StringComparison.Ordinal) ? ["acme/side"] : []);
        expected.AddRange(hasVolume ? ["acme/data"] : []);
        Assert.Equal(expected.Order(StringComparer.Ordinal), ClaimedBy(repository));
    }

    [Theory]
    [InlineData("apps/v1", "Deployment", true)]
    [InlineData("apps/v1", "StatefulSet", true)]
    [InlineData("extensions/v1beta1", "DaemonSet", true)]
    [InlineData("apps/v1", "ReplicaSet", false)]
    [InlineData("batch/v1", "Job", false)]
    [InlineData("argoproj.io/v1alpha1", "Deployment", false)]
    public void Workloads_that_Keel_watches_are_its_own(string apiVersion, string kind, bool isWatched)
    {
        var text = Workload("labels: {keel.sh/policy: all}").Replace("apps/v1", apiVersion, StringComparison.Ordinal).Replace("Deployment", kind, StringComparison.Ordinal);
        Assert.Equal(isWatched ? ["acme/app"] : [], ClaimedBy(RepositoryText.Of(("a.yaml", text))));
    }

    [Fact]
    public void Settings_of_a_pod_or_without_a_policy_are_nobodys()
    {
        var repository = RepositoryText.Of(
            ("a.yaml", Workload("name: x").Replace("  template:", "  template:\n    metadata: {annotations: {keel.sh/policy: all}}", StringComparison.Ordinal)),
            ("b.yaml", Workload("annotations: {keel.sh/trigger: poll, keel.sh/approvals: '2'}")));
        Assert.Empty(ClaimedBy(repository));
        Assert.Empty(repository.Errors);
    }

    [Fact]
    public void Lists_documents_JSON_and_merged_mappings_are_read()
    {
        const string List = """
            # first
            apiVersion: v1
            kind: ConfigMap
            ---
            apiVersion: v1
            kind: List
            items:
              - apiVersion: apps/v1
                kind: Deployment
                metadata:
                  annotations: &keel
                    keel.sh/policy: patch
                spec: {template: {spec: {containers: [{name: a, image: acme/a:1.0.0}]}}}
              - {apiVersion: apps/v1, kind: Deployment, metadata: {annotations: *keel}, spec: {template: {spec: {containers: [{name: b, image: 'acme/b:1.0.0'}]}}}}
              - apiVersion: batch/v1
                kind: CronJob
                metadata:
                  annotations:
                    keel.sh/approvals: "2"
                    <<: *keel
                spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: acme/c:1.0.0}]}}}}}
            """;
        const string Json = """
            {"apiVersion":"apps/v1","kind":"StatefulSet",
             "metadata":{"labels":{
               "keel.sh/policy":"patch"}},
             "spec":{"template":{"spec":{"containers":[
               {"name":"d","image":"acme/d:1.0.0"}]}}}}
            """;
        var repository = RepositoryText.Of(("a.yaml", List), ("d.json", Json));

        Assert.Empty(repository.Errors);
        Assert.Equal(["acme/a", "acme/b", "acme/c", "acme/d"], ClaimedBy(repository));
        Assert.Equal("1.0.1", repository.Decide("a.yaml", 13, Tags));
        Assert.Equal("a.yaml:12", repository.RuleOf("a.yaml", 13).Source!.ToString());
        Assert.Equal("d.json:3", repository.RuleOf("d.json", 5).Source!.ToString());
        Assert.Equal(2, repository.RuleOf("a.yaml", 21).Proposal.Approvals);
    }

    [Theory]
    [InlineData("annotations:\n    keel.sh/trigger: poll\n    keel.sh/policy: mino", "a.yaml:6: Keel has no policy 'mino', only all, major, minor, patch, force, never, glob:<pattern> and regexp:<expression>: did you mean 'minor'?")]
    [InlineData("annotations:\n    keel.sh/policy: 'glob:a:b'", "a.yaml:5: 'glob:a:b' has a second colon, with which Keel takes no pattern: no tag has one")]
    [InlineData("annotations:\n    keel.sh/policy: 'regexp:('", null)]
    [InlineData("annotations:\n    keel.sh/policy: all\n    keel.sh/monitorContainers: '('", null)]
    [InlineData("annotations:\n    keel.sh/policy: all\n    keel.sh/aprovals: '1'", "a.yaml:6: there is no key 'keel.sh/aprovals' in Keel's settings: did you mean 'approvals'?")]
    [InlineData("annotations:\n    keel.sh/policy: all\n  labels:\n    keel.sh/approvals: two", "a.yaml:7: 'approvals' is a whole number from 0 to 100, not 'two'")]
    [InlineData("annotations:\n    keel.sh/policy: all\n    keel.sh/matchTag: 'yes'", "a.yaml:6: 'matchTag' is true or false, not 'yes'")]
    [InlineData("annotations:\n    keel.sh/policy: [all]", "a.yaml:5: 'policy' is a text")]
    public void What_is_wrong_is_told_with_its_line_and_its_uses_stay(string metadata, string? error)
    {
        var repository = RepositoryText.Of(("a.yaml", Workload(metadata)), ("b.yaml", Workload("labels: {keel.sh/policy: all}")));

        Assert.Equal(error ?? repository.Errors.First(e => e.StartsWith("a.yaml:", StringComparison.Ordinal)), Assert.Single(repository.Errors));
        var use = repository.UseAt("a.yaml", LineOf(Workload(metadata), "acme/app"));
        Assert.False(repository.Policies.For(use).Rule.Enabled);
        Assert.Contains("its configuration is wrong", use.Skip!, StringComparison.Ordinal);
        Assert.Equal("2.1.0-a", repository.Decide("b.yaml", LineOf(Workload("labels: {keel.sh/policy: all}"), "acme/app"), Tags));
    }

    [Fact]
    public void What_has_no_meaning_here_is_told_once()
    {
        var text = Workload("annotations: {keel.sh/policy: all, keel.sh/trigger: poll, keel.sh/notify: '#ops', keel.sh/approvals: '1'}\n  labels: {keel.sh/policy: patch, keel.sh/pollSchedule: x}");
        var remarks = RepositoryText.Of(("a.yaml", text), ("b.yaml", text)).Remarks;
        Assert.Equal(
            [
                "a.yaml:4: 'notify' has no part in which tag is next: it says who is told",
                "a.yaml:4: 'trigger' has no part in which tag is next: it says how Keel hears of new tags",
                "a.yaml:5: the label 'policy' does not count: the policy is in the annotations",
                "a.yaml:5: the label 'pollSchedule' does not count: Keel reads it as an annotation only",
            ],
            remarks.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_overlay_without_the_images_is_told()
    {
        var repository = RepositoryText.Of(("patch.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n    keel.sh/policy: all\n"));
        Assert.Contains("patch.yaml:5: no image that this is for stands in this file", Assert.Single(repository.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_is_added_where_Keel_would_start_the_workload_anew()
    {
        Assert.False(RepositoryText.Of(("a.yaml", Workload("labels: {keel.sh/policy: all}"))).RuleOf("a.yaml", 9).Pins);
        Assert.True(RepositoryText.Of(("a.yaml", Workload("labels: {keel.sh/policy: force, keel.sh/matchTag: 'true'}"))).RuleOf("a.yaml", 9).Pins);
    }

    // 2026-01-04 is a Sunday. Seconds come first; a day of the month and one of the week are either enough.
    [Theory]
    [InlineData("0 0 3 * * *", "2026-01-05T03:20", "2026-01-05T04:00")]
    [InlineData("30 15 3 ? *", "2026-01-05T03:15", "2026-01-05T03:14")]
    [InlineData("0 */200 8 * * MON-FRI", "2026-01-05T08:59", "2026-01-04T08:00")]
    [InlineData("0 0 0 10 * 1", "2026-01-10T00:30", "2026-01-11T00:30")]
    [InlineData("0 0 0 10 * 1", "2026-01-05T00:30", "2026-01-04T00:30")]
    [InlineData("0 0 0 */2 * 1", "2026-01-05T00:30", "2026-01-12T00:30")]
    [InlineData("@weekly", "2026-01-04T00:59", "2026-01-05T00:00")]
    [InlineData("@monthly", "2026-02-01T00:00", "2026-02-02T00:00")]
    public void Updates_are_proposed_after_a_look(string schedule, string open, string closed)
    {
        var repository = RepositoryText.Of(("a.yaml", Workload($"annotations: {{keel.sh/policy: all, keel.sh/trigger: poll, keel.sh/pollSchedule: '{schedule}'}}")));

        var found = repository.RuleOf("a.yaml", 9).Proposal.Schedule!;
        Assert.True(found.IsOpen(DateTimeOffset.Parse(open + "Z", CultureInfo.InvariantCulture)));
        Assert.False(found.IsOpen(DateTimeOffset.Parse(closed + "Z", CultureInfo.InvariantCulture)));
        Assert.DoesNotContain(repository.Remarks, r => r.Contains("pollSchedule", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("keel.sh/trigger: poll, keel.sh/pollSchedule: '@every 5m'")]
    [InlineData("keel.sh/trigger: default, keel.sh/pollSchedule: '@daily'")]
    [InlineData("keel.sh/pollSchedule: '@daily'")]
    public void Without_times_or_polls_updates_are_proposed_always(string settings)
    {
        var repository = RepositoryText.Of(("a.yaml", Workload($"annotations: {{keel.sh/policy: all, {settings}}}")));

        Assert.Null(repository.RuleOf("a.yaml", 9).Proposal.Schedule);
        Assert.Contains(repository.Remarks, r => r.Contains("'pollSchedule' has no part", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chart_names_the_values_that_are_its_images()
    {
        var repository = RepositoryText.Of(("shop/values.yaml", Values + """

            keel:
              enabled: true
              policy: minor
              matchPreRelease: false
              Trigger: poll
              approvals: 2
              images:
                - {repository: image.repository, tag: image.tag, digest: image.digest}
                - repository: worker.image
                  releaseNotes: https://example.com
                - {repository: global.image, tag: global.tag}
            """));

        Assert.Empty(repository.Errors);
        Assert.Equal(["acme/shop", "acme/worker"], ClaimedBy(repository));
        Assert.Equal("1.2.0-rc.1", repository.Decide("shop/values.yaml", 2, Tags));
        var (shop, worker) = (repository.RuleOf("shop/values.yaml", 2), repository.RuleOf("shop/values.yaml", 6));
        Assert.Equal((true, false), (shop.Pins, worker.Pins));
        Assert.Equal((2, "minor, any pre-release", "shop/values.yaml:11"), (worker.Proposal.Approvals, worker.Summary, worker.Source!.ToString()));
        Assert.Equal(
            ["10: Keel has no key 'enabled' for charts", "10: no image that this is for stands in", "13: 'trigger' has no part in which tag i", "18: 'releaseNotes' of an image has no me"],
            repository.Remarks.Select(r => r["shop/values.yaml:".Length..][..40].TrimEnd()).Order(StringComparer.Ordinal));
        AssertTextSaysTheSame(repository);
    }

    [Theory]
    [InlineData("policy: all", false, "")]
    [InlineData("policy: ''", true, "")]
    [InlineData("trigger: poll", true, "")]
    [InlineData("policy: never", true, "", true)]
    [InlineData("policy: alll", true, "values.yaml:11: Keel has no policy", true)]
    [InlineData("policy: all, matchTag: 'true'", true, "values.yaml:11: 'matchTag' stands without quotes", true)]
    [InlineData("policy: all, trigger: webhook", true, "values.yaml:11: 'trigger' is poll or default", true)]
    public void A_chart_is_read_as_Keel_reads_it(string settings, bool hasImages, string error, bool isOff = false)
    {
        var images = hasImages ? ", images: [{repository: image.repository, tag: image.tag}]" : "";
        var repository = RepositoryText.Of(("values.yaml", $"{Values}\n# Keel\nkeel:\n  {{{settings}{images}}}\n"));

        Assert.Equal(isOff ? ["acme/shop"] : [], ClaimedBy(repository));
        Assert.Equal(!isOff, repository.RuleOf("values.yaml", 2).Enabled);
        Assert.Equal(error.Length, repository.Errors.Count() * error.Length);
        Assert.All(repository.Errors, e => Assert.StartsWith(error, e, StringComparison.Ordinal));
    }

    [Fact]
    public void Bombs_end_in_time_and_leave_nothing_to_the_default()
    {
        var containers = string.Concat(Enumerable.Range(0, 1000).Select(i => $"\n        - {{name: c{i}, image: 'acme/c{i}:1.0.0'}}"));
        var first = Workload("labels: &l {keel.sh/policy: all, keel.sh/x: '" + new string('x', 300_000) + "'}").Replace("      containers:", "      containers: &c" + containers + "\n      rest:", StringComparison.Ordinal);
        var text = "apiVersion: v1\nkind: List\nitems:\n- " + first.Replace("\n", "\n  ", StringComparison.Ordinal)
            + string.Concat(Enumerable.Repeat("\n- {apiVersion: apps/v1, kind: Deployment, metadata: {labels: *l, annotations: {<<: [*l, *l]}}, spec: {template: {spec: {containers: *c}}}}", 3000));
        var started = Stopwatch.GetTimestamp();
        var repository = RepositoryText.Of(("a.yaml", text));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
        Assert.NotEmpty(repository.Errors);
        Assert.All(repository.Uses.Where(u => u.Written.Value.StartsWith("acme/c", StringComparison.Ordinal)), u => Assert.False(repository.Policies.For(u).Rule.Enabled));
    }

    [Fact]
    public void Nothing_throws_and_each_rule_is_kept_by_its_words()
    {
        string[] samples =
        [
            Workload("annotations: {keel.sh/policy: minor, keel.sh/initContainers: 'true', keel.sh/monitorContainers: '^a'}\n  labels: {keel.sh/policy: force, keel.sh/matchTag: 'true'}"),
            Values + "\nkeel:\n  policy: patch\n  images:\n    - {repository: image.repository, tag: image.tag}\n",
        ];
        Gen.Select(Gen.Int[0, samples.Length - 1].Select(i => samples[i]), Gen.Int[0, 500], Gen.Int[0, 12], Gen.OneOf(Gen.String, Gen.OneOf("{", "[", "*l", "&l", "\n", "'", "glob:", "regexp:", "never", "<<: ", "keel.sh/", "- ", ": "))).Sample(m =>
        {
            var (sample, at, length, text) = m;
            at = Math.Min(at, sample.Length);
            var changed = sample[..at] + text + sample[Math.Min(at + length, sample.Length)..];
            AssertTextSaysTheSame(RepositoryText.Of(("values.yaml", changed)));
        }, iter: 300);
    }

    private static string Workload(string metadata) => $"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          {metadata}
        spec:
          template:
            spec:
              containers:
                - name: app
                  image: acme/app:1.0.0
        """.Replace("- name: app\n          image: acme/app:1.0.0", "- {name: app, image: 'acme/app:1.0.0'}", StringComparison.Ordinal);

    private static int LineOf(string text, string word) => text[..text.IndexOf(word, StringComparison.Ordinal)].Count(c => c == '\n') + 1;

    private static IEnumerable<string> ClaimedBy(RepositoryText repository) =>
        repository.Uses.Where(u => u.Reference is not null && repository.Policies.For(u).Rule.Source?.Dialect == "keel").Select(u => u.Reference!.Name.Familiar).Order(StringComparer.Ordinal);

    /// <summary>The service keeps a rule's words alone.</summary>
    private static void AssertTextSaysTheSame(RepositoryText repository)
    {
        foreach (var use in repository.Uses.Where(u => u.Reference is not null))
        {
            var rule = repository.Policies.For(use).Rule;
            if (rule is { Enabled: true, Policy: { } policy })
            {
                var question = new TagQuestion(use.Reference!.FollowedTag, Tags.Split(' '));
                Assert.Equal(policy.Decide(question), rule.Text.Read()!.Decide(question));
            }
        }
    }
}
