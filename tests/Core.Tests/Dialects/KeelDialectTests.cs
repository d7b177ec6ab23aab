using System.Diagnostics;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Keel;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>Rows from Keel's own tests stand beside the name of their file there.</summary>
public sealed class KeelDialectTests
{
    private const string Kafka = "3.0.0 3.0.1 5.0.0 7.9.1-1-ubi8 8.0.0 8.3.1 latest";
    private const string Builds = "1.3.0-dev build-2a3560ef-1694132169 build-1a3560ef-1696801785 build-3a3560ef-1695801785";
    private const string LinuxServer = "v0.1.2-ls1 v0.1.2-ls2 v0.1.3-ls1 v0.1.3-ls2 v0.2.0-ls2 v0.2.0-ls3";

    // internal/policy/semver_test.go, where one tag is asked about.
    [Theory]
    [InlineData("all", false, "1.4.5", "1.4.3", false)]
    [InlineData("all", false, "1.4.5", "1.4.6", true)]
    [InlineData("all", false, "1.4.5", "1.4.5", false)]
    [InlineData("all", false, "1.4", "1.5", true)]
    [InlineData("all", false, "1.4.5", "3050", false)]
    [InlineData("all", false, "1.4.5-xx", "1.4.5-yy", true)]
    [InlineData("all", true, "1.4.5-xx", "1.4.5-yy", true)]
    [InlineData("major", false, "1.4.5", "1.5.5", true)]
    [InlineData("major", false, "1.4.5", "2.4.5", true)]
    [InlineData("patch", false, "1.4.5", "1.4.6", true)]
    [InlineData("patch", false, "1.4", "1.4.6", true)]
    [InlineData("patch", false, "1.4", "1.5.6", false)]
    [InlineData("patch", false, "1.4.5", "1.4.4", false)]
    [InlineData("patch", false, "1.4", "1.5", false)]
    [InlineData("patch", false, "1.4.5-xx", "1.4.5-yy", true)]
    [InlineData("patch", true, "1.4.5-xx", "1.4.5-yy", false)]
    [InlineData("minor", false, "1.4.5", "1.5.5", true)]
    [InlineData("minor", false, "1.4", "1.5", true)]
    [InlineData("minor", false, "1.4.5", "1.4.6", true)]
    [InlineData("minor", false, "1.4.5", "2.0.0", false)]
    [InlineData("minor", true, "1.4.5", "1.4.5-xx", false)]
    [InlineData("minor", true, "v1.0.0", "v1.0.1-metadata", false)]
    [InlineData("minor", true, "v1.0.0-metadata", "v1.0.1-metadata", true)]
    [InlineData("minor", true, "1.4.5-xx", "1.4.6-xx", true)]
    [InlineData("minor", true, "1.4.5-xx", "1.4.6-yy", false)]
    public void A_version_follows_where_the_level_and_the_pre_release_allow_it(string policy, bool matchPreRelease, string current, string candidate, bool follows) =>
        Assert.Equal(follows ? candidate : null, Decide($"{{policy: {policy}, matchPreRelease: {(matchPreRelease ? "true" : "false")}}}", current, candidate).Selected);

    // internal/policy/force_test.go; what is an update of the same tag there is its digest's affair here.
    [Theory]
    [InlineData(false, "latest", "latest", false)]
    [InlineData(false, "latest", "main", true)]
    [InlineData(false, "latest", "1.2.3", true)]
    [InlineData(false, "7.9.1-1-ubi8", "8.0.0", true)]
    [InlineData(false, "7.9.1-1-ubi8", "3.0.0", false)]
    [InlineData(false, "8.1.0", "8.0.0", false)]
    [InlineData(false, "8.1.0", "8.1.0", false)]
    [InlineData(false, "1.4.5", "1.4.6", true)]
    [InlineData(false, "1.2.3-4", "1.2.3-3", false)]
    [InlineData(false, "1.2.3-3", "1.2.3-4", true)]
    [InlineData(false, "7.9.1-1-ubi8", "7.9.1", true)]
    [InlineData(true, "latest", "latest", false)]
    [InlineData(true, "latest", "main", false)]
    [InlineData(true, "1.2.3", "1.2.4", false)]
    public void Force_takes_any_tag_that_is_not_an_older_version(bool matchTag, string current, string candidate, bool follows) =>
        Assert.Equal(follows ? candidate : null, Decide($"{{policy: force, matchTag: '{(matchTag ? "true" : "false")}'}}", current, candidate).Selected);

    // internal/policy/force_test.go, the order of the list: what is tried first from a tag that anything may follow.
    [Theory]
    [InlineData("3.0.0 3.0.1 7.9.1-1-ubi8 8.0.0 latest 8.3.1", "8.3.1")]
    [InlineData("latest main beta", "latest")]
    [InlineData("1.3 2.5 2.7 3.8", "3.8")]
    [InlineData("v1.0.0 v1.2.0 v1.1.0", "v1.2.0")]
    [InlineData("", null)]
    public void Force_tries_versions_from_the_newest_down_and_then_the_list(string tags, string? selected) =>
        Assert.Equal(selected, Decide("{policy: force}", "canary", tags).Selected);

    // internal/policy/glob_test.go
    [Theory]
    [InlineData("latest", "latest", "latest", false)]
    [InlineData("latest", "latest", "earliest", false)]
    [InlineData("lat*", "latest", "latest", false)]
    [InlineData("latest.*", "latest.20241321", "latest.20251321", true)]
    [InlineData("latest.*", "latest.20251321", "latest.20241321", false)]
    public void A_glob_takes_what_comes_behind_the_current_tag(string pattern, string current, string candidate, bool follows) =>
        Assert.Equal(follows ? candidate : null, Decide($"{{policy: 'glob:{pattern}'}}", current, candidate).Selected);

    // The test of github.com/ryanuber/go-glob, and what its code says of other signs.
    [Theory]
    [InlineData("", "test", false)]
    [InlineData("test", "test", true)]
    [InlineData("*", "test", true)]
    [InlineData("***", "test", true)]
    [InlineData("*test", "this-is-a-test", true)]
    [InlineData("this*", "this-is-a-test", true)]
    [InlineData("*is-*", "this-is-a-test", true)]
    [InlineData("*is*a*", "this-is-a-test", true)]
    [InlineData("**test**", "this-is-a-test", true)]
    [InlineData("**is**a***test*", "this-is-a-test", true)]
    [InlineData("test*", "this-is-a-test", false)]
    [InlineData("*is", "this-is-a-test", false)]
    [InlineData("*no*", "this-is-a-test", false)]
    [InlineData("t*t", "t", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("1.?", "1.2", false)]
    [InlineData("1.[0-9]", "1.2", false)]
    [InlineData("[x]*", "[x]y", true)]
    public void Only_an_asterisk_stands_for_anything_in_a_glob(string pattern, string tag, bool matches) =>
        Assert.Equal(matches ? tag : null, Decide($"{{policy: 'glob:{pattern}'}}", "", tag).Selected);

    // trigger/poll/multi_tags_watcher_test.go
    [Theory]
    [InlineData("{policy: major, matchPreRelease: false}", "1.3", "1.3 2.5 2.7 3.8", "3.8")]
    [InlineData("{policy: major, matchPreRelease: false}", "2.5", "1.3 2.5 2.7 3.8", "3.8")]
    [InlineData("{policy: minor, matchPreRelease: false}", "2.5", "1.3 2.5 2.7 3.8", "2.7")]
    [InlineData("{policy: major}", "1.1.0", "1.3.0-dev 1.5.0 1.8.0-alpha", "1.5.0")]
    [InlineData("{policy: major}", "1.0.0", "1.3.0-dev 1.5.0 1.8.0-alpha", "1.5.0")]
    [InlineData("{policy: major}", "1.2.0-dev", "1.3.0-dev 1.5.0 1.8.0-alpha", "1.3.0-dev")]
    [InlineData("{policy: minor, matchPreRelease: false}", "1.2.0-dev", "1.3.0-dev 1.5.0 1.8.0-alpha", "1.8.0-alpha")]
    [InlineData("{policy: all}", "1.6.0-alpha", "1.3.0-dev 1.5.0 1.8.0-alpha", "1.8.0-alpha")]
    [InlineData("{policy: minor, matchPreRelease: false}", "v0.1.0-ls1", LinuxServer, "v0.2.0-ls3")]
    [InlineData("{policy: minor}", "v0.1.0-ls1", LinuxServer, "v0.1.3-ls1")]
    [InlineData("{policy: patch, matchPreRelease: false}", "1.2", "1.3 1.5 2.0 1.2.1", "1.2.1")]
    [InlineData("{policy: minor, matchPreRelease: false}", "1.2", "1.3 1.5 2.0 1.2.1", "1.5")]
    [InlineData("{policy: major, matchPreRelease: false}", "1.2", "1.3 1.5 2.0 1.2.1", "2.0")]
    [InlineData("{policy: patch, matchPreRelease: false}", "1.2.0", "1.3.0 1.5.0 2.0.0 1.2.1", "1.2.1")]
    [InlineData("{policy: minor, matchPreRelease: false}", "1.2.0", "1.3.0 1.5.0 2.0.0 1.2.1", "1.5.0")]
    [InlineData("{policy: major, matchPreRelease: false}", "1.2.0", "1.3.0 1.5.0 2.0.0 1.2.1", "2.0.0")]
    [InlineData("{policy: 'glob:build-*'}", "1.0.0", "1.3.0-dev build-1694132169 build-1696801785 build-1695801785", "build-1696801785")]
    [InlineData("{policy: 'regexp:^build-.*-(?P<compare>.+)$'}", "1.0.0", Builds, "build-1a3560ef-1696801785")]
    [InlineData("{policy: 'regexp:^build-.*$'}", "1.0.0", Builds, "build-3a3560ef-1695801785")]
    [InlineData("{policy: force}", "7.9.1-1-ubi8", Kafka, "8.3.1")]
    [InlineData("{policy: force}", "8.3.1", Kafka, null)]
    [InlineData("{policy: force}", "8.1.0", "8.0.0 8.1.0 8.2.0", "8.2.0")]
    [InlineData("{policy: force}", "7.9.1-1-ubi8", "3.0.0 5.0.0", null)]
    public void The_first_acceptable_tag_from_the_newest_down_is_next(string policy, string current, string tags, string? selected) =>
        Assert.Equal(selected, Decide(policy, current, tags).Selected);

    // What follows from the code alone.
    [Theory]
    [InlineData("{policy: minor}", "latest", "1.0.0 2.0.0-rc1 1.9.0", "2.0.0-rc1")]
    [InlineData("{policy: patch}", "latest", "3050 latest 0.1", "0.1")]
    [InlineData("{policy: patch}", null, "1.0.0 2.0.0", "2.0.0")]
    [InlineData("{policy: all}", "main", "1.0.0", null)]
    [InlineData("{policy: all}", "42", "43 42.1", "42.1")]
    [InlineData("{policy: all}", "2", "3-rc.1 3-rc", "3-rc.1")]
    [InlineData("{policy: all}", "1.2.3", "1.2.3.4 1.3.x 01.4.0 V1.5.0 1.6. 1.7.0-", "01.4.0")]
    [InlineData("{policy: all}", "1.4.0", "1.5 1.5.0 v1.5.0", "1.5")]
    [InlineData("{policy: all}", "1.4.0", "v1.5.0 1.5 1.5.0", "v1.5.0")]
    [InlineData("{policy: all}", "v1.5.0", "1.5 1.5.0 1.5.0-rc1", null)]
    [InlineData("{policy: all}", "1.0.0", "9223372036854775808.0 9223372036854775807.0", "9223372036854775807.0")]
    [InlineData("{policy: major}", "1.0.0-01", "1.0.0-01 1.0.0-1 1.1.0-1", null)]
    [InlineData("{policy: all}", "1.0.0-01", "1.0.0-01 1.0.0-1", null)]
    [InlineData("{policy: force}", "latest", "3.0.0 latest main", "3.0.0")]
    [InlineData("{policy: force}", "main", "latest main", "latest")]
    [InlineData("{policy: force}", "latest", "latest main", null)]
    [InlineData("{policy: force}", "1.0.0", "v1.0.0 1.0.0 latest", null)]
    [InlineData("{policy: force}", "1.0.0", "0.9.0 latest main", "latest")]
    [InlineData("{policy: force}", "41", "42 latest", "42")]
    [InlineData("{policy: 'glob:1.*'}", "1.9", "1.8 1.10 1.9", null)]
    [InlineData("{policy: 'regexp:^v'}", "v3", "v1 v2", "v2")]
    [InlineData("{policy: 'regexp:^v'}", "v2", "v1 v2", null)]
    [InlineData("{policy: 'regexp:(?P<compare>[0-9]+)'}", "a9", "a10 b9 c9", "b9")]
    [InlineData("{policy: 'regexp:^(?P<compare>a)?(b|c)'}", "x", "b c ab", "ab")]
    [InlineData("{policy: 'regexp:^.*:?$'}", "a", "a b", "b")]
    [InlineData("{policy: never}", "1.0.0", "1.0.1", null)]
    [InlineData("{policy: ''}", "1.0.0", "1.0.1", null)]
    [InlineData("{policy: }", "1.0.0", "1.0.1", null)]
    [InlineData("{}", "1.0.0", "1.0.1", null)]
    [InlineData("{matchTag: true}", "1.0.0", "1.0.1", null)]
    [InlineData("{policy: force, match-tag: true}", "1.0.0", "1.0.1", null)]
    [InlineData("{policy: force, match-tag: true, matchTag: false}", "1.0.0", "1.0.1", "1.0.1")]
    [InlineData("{policy: force, matchTag: false, match-tag: true}", "1.0.0", "1.0.1", "1.0.1")]
    [InlineData("{keel.sh/policy: minor, keel.sh/matchPreRelease: 'false'}", "1.0.0", "1.0.1-rc1", "1.0.1-rc1")]
    [InlineData("{keel.observer/policy: minor}", "1.0.0", "1.0.1", "1.0.1")]
    [InlineData("{keel.observer/policy: never, policy: minor}", "1.0.0", "1.0.1", "1.0.1")]
    [InlineData("{policy: minor, keel.observer/policy: never}", "1.0.0", "1.0.1", "1.0.1")]
    [InlineData("{\"policy\": \"minor\", \"matchPreRelease\": \"false\"}", "1.0.0", "1.0.1-rc1", "1.0.1-rc1")]
    public void Odd_cases_are_decided_as_Keel_decides_them(string policy, string? current, string tags, string? selected) =>
        Assert.Equal(selected, Decide(policy, current, tags).Selected);

    [Theory]
    [InlineData("{policy: all}", "1.2.3", "2.0.0", UpdateKind.Major)]
    [InlineData("{policy: all}", "1.2.3", "1.3", UpdateKind.Minor)]
    [InlineData("{policy: all}", "1.2.3-a", "1.2.3", UpdateKind.Patch)]
    [InlineData("{policy: all}", "latest", "1.2.3", UpdateKind.Major)]
    [InlineData("{policy: 'glob:*'}", "bookworm-20240101", "bookworm-20240201", UpdateKind.Patch)]
    [InlineData("{policy: 'glob:*'}", "bookworm", "trixie", UpdateKind.Major)]
    public void How_far_a_step_goes_is_told(string policy, string current, string candidate, UpdateKind kind) =>
        Assert.Equal((candidate, kind), Decide(policy, current, candidate) is var v ? (v.Selected, v.Kind) : default);

    [Theory]
    [InlineData("{policy: minor}", "1.2.0", "1.3.0 2.0.0", "newest 1.x without pre-release; 2.0.0 is a major step")]
    [InlineData("{policy: minor}", "1.2.0", "1.3.0-rc1", "1.2.0 is the newest 1.x without pre-release; 1.3.0-rc1 has another pre-release")]
    [InlineData("{policy: patch, matchPreRelease: false}", "1.2.0", "1.3.0", "1.2.0 is the newest 1.2.x; 1.3.0 is a minor step")]
    [InlineData("{policy: all}", "1.2.0", "1.1.0", "1.2.0 is the newest version")]
    [InlineData("{policy: major}", "1.2.0-dev", "1.4.0-dev", "newest version with pre-release dev")]
    [InlineData("{policy: all}", "main", "1.1.0", "main is no version")]
    [InlineData("{policy: 'glob:v*'}", "main", "1.1.0", "no tag matches v*")]
    [InlineData("{policy: 'regexp:^v(?P<compare>.*)'}", "main", "v1", "last by its group compare of those that match ^v(?P<compare>.*)")]
    [InlineData("{policy: never}", "main", "v1", "never keeps the tag")]
    public void The_reason_is_one_sentence(string policy, string current, string tags, string reason) =>
        Assert.Equal(reason, Decide(policy, current, tags).Reason);

    [Theory]
    [InlineData("{policy: foo}", 1, "Keel has no policy 'foo', only all, major, minor, patch, force, never, glob:<pattern> and regexp:<expression>")]
    [InlineData("{policy: Minor}", 1, ": did you mean 'minor'?")]
    [InlineData("policy: all\npolcy: minor", 2, "there is no key 'polcy' in Keel's settings: did you mean 'policy'?")]
    [InlineData("policy: all\nmatchprerelease: false", 2, ": did you mean 'matchPreRelease'?")]
    [InlineData("policy: all\nupdate-strategy: semver", 2, "there is no key 'update-strategy' in Keel's settings")]
    [InlineData("policy: all\n\nkeel.sh/policy: minor", 3, "'policy' is written twice, first in line 1")]
    [InlineData("matchTag: 'yes'\npolicy: force", 1, "'matchTag' is true or false, not 'yes'")]
    [InlineData("policy: minor\nmatchPreRelease: False", 2, "'matchPreRelease' is true or false, not 'False'")]
    [InlineData("policy: [minor]", 1, "'policy' is a text")]
    [InlineData("policy: 'glob:a:b'", 1, "has a second colon")]
    [InlineData("policy: 'regexp:('", 1, "'(' is no regular expression: it has a group")]
    [InlineData("policy: 'regexp:(?=a)'", 1, "it has a look-around, which RE2 doesn't know")]
    [InlineData("policy: all\napprovals: two", 2, "'approvals' is a whole number from 0 to 100, not 'two'")]
    [InlineData("policy: all\napprovals: -1", 2, "from 0 to 100, not '-1'")]
    [InlineData("policy: all\napprovalDeadline: 1.5", 2, "'approvalDeadline' is a whole number from 0 to 8784, not '1.5'")]
    [InlineData("policy: all\npollSchedule: '@every ten minutes'", 2, "'pollSchedule' has no duration such as 90s, 10m or 1h30m")]
    [InlineData("policy: all\npollSchedule: '0 99 * * *'", 2, "'pollSchedule' has '99' for the minute, where numbers go from 0 to 59")]
    [InlineData("", 1, "one mapping of its keys")]
    [InlineData("minor", 1, "one mapping of its keys")]
    [InlineData("{policy: all}\n---\n{policy: all}", 3, "more than one document")]
    [InlineData("policy: all\n  matchTag: [", 2, "this is no valid YAML")]
    public void A_mistake_is_an_error_with_its_line(string policy, int line, string message)
    {
        var reading = Read(policy);

        Assert.Null(reading.Policy);
        var error = Assert.Single(reading.Errors);
        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_says_nothing_of_the_next_tag_is_a_remark_each_once()
    {
        var reading = Read("""
            policy: minor
            trigger: poll
            pollSchedule: "@every 2m"
            approvals: "2"
            approvalDeadline: "48"
            notify: "#ops, #dev"
            releaseNotes: https://example.com/notes
            imagepullsecret: registry
            initContainers: "true"
            imageVolumes: "true"
            monitorContainers: "^app$"
            matchTag: "true"
            keel.sh/digest: sha256:00
            """);

        Assert.NotNull(reading.Policy);
        Assert.Empty(reading.Errors);
        Assert.Equal([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], reading.Remarks.Select(r => r.Line ?? 0));
        Assert.Equal("--policy:3: 'pollSchedule' has no part in which tag is next: it says when registries are asked", reading.Remarks[1].ToString());
    }

    [Fact]
    public void What_is_selected_is_a_candidate_and_the_next_question_has_no_other_answer()
    {
        var policies = Gen.OneOf(
            "{policy: all}", "{policy: major}", "{policy: minor}", "{policy: patch}", "{policy: minor, matchPreRelease: false}", "{policy: patch, matchPreRelease: false}",
            "{policy: force}", "{policy: force, matchTag: true}", "{policy: never}", "{policy: 'glob:*1*'}", "{policy: 'glob:v*'}",
            "{policy: 'regexp:^v?(?P<compare>[0-9]+)'}", "{policy: 'regexp:a$'}");
        Gen.Select(policies, Tags).Sample((policy, tags) =>
        {
            var question = new TagQuestion(tags[0], tags);
            var decided = Read(policy).Policy!;
            var verdict = decided.Decide(question);
            if (verdict.Selected is not { } selected)
            {
                return verdict.Kind == UpdateKind.None && verdict.Reason.Length > 0;
            }

            return tags.Contains(selected) && selected != tags[0] && verdict.Kind > UpdateKind.Digest
                && decided.Decide(question with { Current = selected }).Selected is null;
        });
    }

    [Fact]
    public void The_order_of_the_list_matters_only_among_equal_versions()
    {
        Gen.Select(Gen.OneOf("all", "major", "minor", "patch"), Tags).Sample((policy, tags) =>
        {
            var decided = Read($"{{policy: {policy}}}").Policy!;
            var forth = decided.Decide(new TagQuestion(tags[0], tags)).Selected;
            var back = decided.Decide(new TagQuestion(tags[0], [.. tags.Reverse()])).Selected;
            return forth is null == back is null && (forth is null || Decide($"{{policy: {policy}}}", forth, back!).Selected is null);
        });
    }

    [Fact]
    public void Nothing_throws_on_any_text()
    {
        Gen.Select(Gen.OneOf("", "{policy: '", "{policy: 'regexp:", "policy: all\npollSchedule: '", "{policy: 'glob:"), Gen.String, Gen.String).Sample((start, text, tag) =>
        {
            foreach (var reading in new[] { Read(start + text), Read(start + text.Replace("'", "''", StringComparison.Ordinal) + "'}") })
            {
                Assert.Equal(reading.Policy is null, reading.Errors.Count > 0);
                reading.Policy?.Decide(new TagQuestion(tag, [tag, text, "1.0.0"]));
            }
        });
    }

    [Fact]
    public void Bombs_are_errors_in_bounded_time()
    {
        var nested = "{policy: {a: " + new string('[', 100_000) + "}}";
        var aliases = "a: &a [x]\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"b{i}: &b{i} [*a, *a, *a]\n"));
        var long_ = "{policy: '" + new string('x', 1_000_000) + "'}";
        var repeated = "{policy: 'regexp:(((a{30}){30}){30}){30}'}";
        var started = Stopwatch.GetTimestamp();
        Assert.All(new[] { nested, aliases, long_, repeated }, text => Assert.NotEmpty(Read(text).Errors));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
    }

    // What Go's regexp takes and .NET's does not, or takes for something else.
    [Theory]
    [InlineData("^(?P<x>a)(?P<compare>[0-9]+)$", "a10 a9", "a9")]
    [InlineData("(?P<compare>b)|(?P<compare>a)", "ab ba", "ba")]
    [InlineData(@"^\Q1.2\E", "1x2 1.2", "1.2")]
    [InlineData(@"^\pN\_\x{61}\061$", "1_a1", "1_a1")]
    [InlineData("^[[:alpha:]][^[:^digit:]]$", "ab a1 1a", "a1")]
    [InlineData("^[a-z-[b]$", "[ b", "b")]
    [InlineData("^[]a]$", "a", "a")]
    [InlineData("^a{01}$", "a", null)]
    [InlineData("^(?i:A)b$", "ab aB", "ab")]
    public void Expressions_are_read_as_Go_reads_them(string expression, string tags, string? selected) =>
        Assert.Equal(selected, Decide($"{{policy: 'regexp:{expression}'}}", "", tags).Selected);

    [Theory]
    [InlineData("a**")]
    [InlineData("*a")]
    [InlineData("a{1001}")]
    [InlineData("a{2,1}")]
    [InlineData(@"(a)\1")]
    [InlineData("(?>a)")]
    [InlineData("(?<!a)b")]
    [InlineData("(?#a)b")]
    [InlineData("[z-a]")]
    [InlineData("[a")]
    [InlineData("[[:letter:]]")]
    [InlineData("a)")]
    [InlineData(@"\Z")]
    [InlineData("(?P<a-b>c)")]
    public void Expressions_that_Go_refuses_are_errors(string expression) =>
        Assert.Single(Read($"{{policy: 'regexp:{expression}'}}").Errors);

    [Fact]
    public void An_expression_that_backtracks_without_end_is_decided_all_the_same()
    {
        var tags = Enumerable.Range(0, 1000).Select(i => new string('a', 100) + i).Append("aab").ToArray();
        var started = Stopwatch.GetTimestamp();
        Assert.Equal("aab", Read("{policy: 'regexp:^(?P<compare>(a|aa)+)b$'}").Policy!.Decide(new TagQuestion("x", tags)).Selected);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
    }

    [Fact]
    public void Other_keys_are_kept_for_those_who_ask()
    {
        var file = new SourceFile("--policy", "{pollSchedule: '@every 1h30m', approvals: 2, approvalDeadline: '48', notify: '#ops, #dev', releaseNotes: https://example.com}");
        var settings = KeelSettings.Read(KeelSettings.Open(file), (YamlMapping)YamlStream.Read(file).Documents[0]);

        Assert.Equal(TimeSpan.FromMinutes(90), settings.PollSchedule!.Every);
        Assert.Equal((2, TimeSpan.FromHours(48), "https://example.com"), (settings.Approvals, settings.ApprovalDeadline, settings.ReleaseNotes));
        Assert.Equal(["#ops", "#dev"], settings.Notify);
    }

    [Theory]
    [InlineData("@every 500ms", true)]
    [InlineData("@daily", true)]
    [InlineData("@reboot", false)]
    [InlineData("@every 5", false)]
    [InlineData("@every ", false)]
    [InlineData("0 */10 * * * *", true)]
    [InlineData("0 0 8-18 * JAN-mar mon,FRI", true)]
    [InlineData("0 0 8 ? *", true)]
    [InlineData("* * * *", false)]
    [InlineData("0 0 24 * * *", false)]
    [InlineData("0 0 9-8 * * *", false)]
    [InlineData("0 0 */0 * * *", false)]
    public void A_schedule_is_read_as_Keel_reads_it(string schedule, bool isTaken) =>
        Assert.Equal(isTaken, Read($"{{policy: all, pollSchedule: '{schedule}'}}").Policy is not null);

    private static Gen<string[]> Tags { get; } = Gen.OneOf(
        Gen.Select(
            Gen.OneOf("", "", "v"), Gen.Int[0, 3], Gen.Int[0, 3], Gen.OneOf("", ".0", ".1", ".2"), Gen.OneOf("", "", "-1", "-01", "-a", "-a.1", "-rc.10", "-rc.9"),
            (v, a, b, c, pre) => $"{v}{a}.{b}{c}{pre}"),
        Gen.OneOf("latest", "main", "1", "2", "v3", "3050", "edge-a", "1.2.3.4", "x1")).Array[1, 30];

    private static PolicyReading Read(string policy) => new KeelDialect().ReadPolicy(new SourceFile("--policy", policy));

    private static Verdict Decide(string policy, string? current, string tags)
    {
        var reading = Read(policy);
        Assert.Empty(reading.Errors);
        return reading.Policy!.Decide(new TagQuestion(current, tags.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }
}
