using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class RenovateDialectTests
{
    private const string Parted = "versionCompatibility: '^(?<version>[^-]+)(?<compatibility>-.*)?$'";

    private static readonly DateTimeOffset Now = new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);

    // What Renovate itself proposes, its highest where it proposes several, also where a person would choose otherwise.
    [Theory]
    [InlineData("{}", "8.1.0", "8.1.5 8.2.5 8.2 9.0 9", "8.2.5")]
    [InlineData("{}", "8.1", "8.2 8.2.5 9.0 9", "9.0")]
    [InlineData("major: {enabled: false}", "8.1", "8.2 8.2.5 9.0 9", "8.2")]
    [InlineData("{}", "8", "8.2 9.0 9", "9")]
    [InlineData("{versioning: node, " + Parted + "}", "18.10.0-alpine", "18.20.0 18.19.0-alpine", "18.19.0-alpine")]
    [InlineData("{versioning: debian, " + Parted + "}", "bullseye-slim", "bookworm bookworm-slim", "bookworm-slim")]
    [InlineData("pinDigests: true", "alpine", "alpine 3.18", null)]
    [InlineData("{}", "alpine", "alpine 3.18", null)]
    [InlineData("{}", null, "3.18", null)]
    [InlineData("{}", "1.2.0-alpine", "1.2.1 1.2.1-alpine", "1.2.1-alpine")]
    [InlineData("{}", "3.18-alpine3.18", "3.19-alpine3.19 3.19-alpine3.18", "3.19-alpine3.18")]
    [InlineData("{}", "3.7.0", "3.7.1b1 3.7.1", "3.7.1")]
    [InlineData("{}", "3.7.0b1", "3.7.0b5 3.8.0b1", "3.7.0b5")]
    [InlineData("{}", "1.0.0-rc1", "1.0.0 1.1.0-rc1", "1.1.0-rc1")]
    [InlineData("{}", "1.2.3", "v1.2.4", "v1.2.4")]
    [InlineData("{}", "alpine-2.3.0", "alpine-2.4.0", null)]
    [InlineData("{}", "0a1b2c3", "0a1b2c4", null)]
    [InlineData("{}", "20231001", "20231101", "20231101")]
    [InlineData("{}", "20231001", "20231101 20250101", "20231101")]
    [InlineData("{}", "2024-01-01", "2024-02-01", null)]
    [InlineData("{}", "5.2.3", "20.04.1 5.3.0", "20.04.1")]
    [InlineData("{}", "17.0.9_9-jre", "17.0.10_7-jre", null)]
    [InlineData("{}", "9.0-1697", "9.1-1800", null)]
    [InlineData("versioning: redhat", "9.0-1697", "9.1-1800", "9.1-1800")]
    [InlineData("{}", "1.27.0-perl", "1.27.1-perl 1.27.1-alpine-perl", "1.27.1-perl")]
    [InlineData("{}", "1.2.3.4", "1.2.3.5 1.2.4", "1.2.3.5")]
    [InlineData("{}", "15.3-r1", "15.4-r0 15.3-r2", null)]
    [InlineData("{}", "4.8-windowsservercore-ltsc2022", "4.8.1-windowsservercore-ltsc2022 4.9-windowsservercore-ltsc2022", "4.9-windowsservercore-ltsc2022")]
    [InlineData("{}", "8.0.100-jammy", "8.0.400-noble 9.0.100-jammy", "9.0.100-jammy")]
    public void The_highest_of_Renovates_own_proposals_is_chosen(string rule, string? current, string candidates, string? selected) =>
        Assert.Equal(selected, Decide(rule, current, candidates).Selected);

    [Theory]
    [InlineData("docker", "1.2", "1.2.1 1.2-alpine 1.3", "1.3")]
    [InlineData("semver", "1.2.3", "1.2.4-alpine 1.2.4 1.3", "1.2.4")]
    [InlineData("semver", "1.2.3-alpine", "1.2.4-alpine 1.3.0", "1.3.0")]
    [InlineData("semver-coerced", "1.2", "1.2-alpine 2.3-beta 1.9", "1.9")]
    [InlineData("semver-coerced", "20.04", "22.04", null)]
    [InlineData("loose", "1.2-alpine", "1.10-alpine 1.9", "1.10-alpine")]
    [InlineData("loose", "1.2", "1.3-rc1 1.2.1", "1.3-rc1")]
    [InlineData("npm", "1.2.3", "1.2 1.3.0 2.0.0-rc1", "1.3.0")]
    [InlineData("npm", "18", "18.1.0 20.2.0 20", "20")]
    [InlineData("npm", "18.x", "18.1.0 20.2.0 20.x", "20.x")]
    [InlineData("npm", "18", "18.1.0 20.2.0", null)]
    [InlineData("node", "20.1.0", "25.1.0 24.2.0", "24.2.0")]
    [InlineData("node", "20.1.0", "24.2.0 v24.3.0", null)] // 24.3.0 would be written, and is not there
    [InlineData("node", "hydrogen", "18.1.0 24.2.0 krypton", "krypton")]
    [InlineData("redhat", "1.2.3.GA-4", "1.2.3.GA-5 1.2.3-4.1", "1.2.3.GA-5")]
    [InlineData("ubuntu", "22.04", "22.10 24.04 25.10 24.04.1", "24.04.1")]
    [InlineData("ubuntu", "jammy", "noble oracular", "noble")]
    [InlineData("ubuntu", "jammy-20230301", "noble-20240801 jammy-20240227 jammy", "jammy-20240227")]
    [InlineData("debian", "11", "12 12.5 13 14", "13")]
    [InlineData("debian", "bullseye", "trixie sid testing", "trixie")]
    [InlineData("debian", "oldstable", "stable 13", "stable")]
    [InlineData("debian", "bookworm-20240110", "bookworm-20240211", null)]
    [InlineData("regex:^(?<major>\\d+)\\.(?<minor>\\d+)-(?<compatibility>[a-z]+)$", "1.2-slim", "1.4-slim 1.5-full 1.6", "1.4-slim")]
    [InlineData("regex:^(?<major>\\d+)\\.(?<minor>\\d+)\\.(?<patch>\\d+)_(?<build>\\d+)-jre$", "17.0.9_9-jre", "17.0.10_7-jre 17.0.9_11-jre", "17.0.10_7-jre")]
    [InlineData("kubernetes-api", "apps/v1beta1", "apps/v1 v2", null)]
    [InlineData("helm", "18", "18.1.0 20.2.0 20", "20")]
    [InlineData("hashicorp", "v1.2.3", "1.3.0 v1.3.0", "v1.3.0")]
    [InlineData("hashicorp", "1.2", "1.2.9 1.3.1 1.3", "1.3")]
    [InlineData("hashicorp", "1.x", "1.3.1 2.x", null)]
    [InlineData("composer", "1.2.3", "1.2.3-p1 1.2.4-beta1", "1.2.3-p1")]
    [InlineData("composer", "1.2.0-beta1", "1.2.0-beta3 1.2.0-RC1 1.3.0-beta1", "1.2.0-beta3")] // capitals come before small letters
    [InlineData("composer", "8.1-fpm", "8.2-fpm-alpine 8.1.0", "8.1.0")]
    [InlineData("same-major", "1.2.3", "1.9.0 2.1.0", "2.1.0")]
    [InlineData("same-major", "1.2.3", "1.9.0 1.10.0-rc1", null)]
    [InlineData("same-major", "0.9.0", "1.2.0", null)]
    [InlineData("maven", "3.9-slim", "3.9.1 3.10-slim 3.11-SNAPSHOT 3.11-rc1", "3.10-slim")]
    [InlineData("maven", "1.0-alpha1", "1.0-beta1 1.0 1.0-a2 1.1-alpha1", "1.0")]
    [InlineData("maven", "1.0.0-alpha1", "1.0.0-alpha2 1.1.0-alpha3", "1.0.0-alpha2")]
    [InlineData("maven", "v1.9", "v1.10.Final 1.10.GA.1", "1.10.GA.1")]
    [InlineData("maven", "1.0", "1.0-sp1 1.0.0 1.0-final 1.0-ga", "1.0-sp1")]
    [InlineData("nuget", "1.2.3", "1.3.0 2.0.0", null)] // this or a newer one
    [InlineData("pep440", "3.12", "3.13-slim 3.13 3.14rc1 3.14.dev1", "3.13")]
    [InlineData("pep440", "3.12.0rc1", "3.12.0rc2 3.12.0.post1.dev1 3.13.0a1", "3.12.0.post1.dev1")]
    [InlineData("pep440", "3.12.0", "3.12.0.post1 3.12", "3.12.0.post1")]
    [InlineData("pep440", "1.0", "1.0-2 1.0-1", "1.0-2")]
    [InlineData("python", "3.12", "3.13", null)]
    [InlineData("python", "3.12", "3.13 3.13.1", "3.13")]
    [InlineData("python", "3.12.1", "3.13.0 3.14.0rc1", "3.13.0")]
    [InlineData("poetry", "3.12.1", "3.13.0.1 3.12.9", "3.12.9")]
    [InlineData("ruby", "3.2.2", "3.3.0-slim 3.3.0 3.4.0.preview1", "3.3.0")]
    [InlineData("ruby", "3.2.0.rc1", "3.2.0.rc2 3.3.0.rc1", "3.2.0.rc2")]
    [InlineData("ruby", "v3.2", "3.3 v3.3", "v3.3")]
    [InlineData("git", "0a1b2c3", "0a1b2c4 ffffffff", null)]
    public void Each_versioning_reads_tags_in_its_own_way(string versioning, string current, string candidates, string? selected) =>
        Assert.Equal(selected, Decide($"versioning: '{versioning}'", current, candidates).Selected);

    [Theory]
    [InlineData("pep440", "~=3.12", "3.14", "4.0", "3.11")]
    [InlineData("pep440", "==3.12.*, !=3.12.4", "3.12.3", "3.12.4 3.13.0", "3.12.0")]
    [InlineData("pep440", ">3.12", "3.13", "3.12.0.post1", "3.11")]
    [InlineData("python", "<3.14,!=3.13.5", "3.12.5", "3.13.5 3.14.0", "3.12.1")]
    [InlineData("python", "^3.12", "3.14.0", "4.0.0", "3.12.1")]
    [InlineData("maven", "[1.0,2.0),[3.0,)", "1.9", "2.0 2.5", "1.0")]
    [InlineData("maven", "(,1.5]", "1.5", "1.6", "1.0")]
    [InlineData("ruby", "~> 3.2.1", "3.2.9", "3.3.0", "3.2.2")]
    [InlineData("ruby", ">= 3, != 3.4.0", "3.3.9", "3.4.0", "3.2.2")]
    [InlineData("hashicorp", "~> 1.2", "1.9.0", "2.0.0", "1.2.0")]
    [InlineData("hashicorp", ">= 1.2, < 1.5", "1.4.9", "1.5.0", "1.2.0")]
    [InlineData("composer", "~1.2 || ^3", "3.9.0", "2.0.0 4.0.0", "1.2.0")]
    public void Allowed_versions_are_a_range_of_the_versioning(string versioning, string range, string allowed, string excluded, string current)
    {
        var policy = Read($"{{versioning: '{versioning}', allowedVersions: '{range}', separateMajorMinor: false, ignoreUnstable: false}}");

        Assert.Equal(allowed, policy.Decide(new TagQuestion(current, [current, allowed, .. excluded.Split(' ')]) { Now = Now }).Selected);
        Assert.Null(policy.Decide(new TagQuestion(current, [current, .. excluded.Split(' ')]) { Now = Now }).Selected);
    }

    [Theory]
    [InlineData("<4", "3.12", "3.13 4.0", "3.13")]
    [InlineData("<4", "3.12-slim", "3.13-slim 4.0-slim", "3.13-slim")]
    [InlineData("<4", "3.12.0-slim", "3.13.1-slim", null)] // a semantic version, so it counts as a pre-release
    [InlineData("3.13", "3.12", "3.13 3.14", "3.13")]
    [InlineData("/^3\\./", "3.12.0-slim", "3.13.1-slim 4.0.0-slim", "3.13.1-slim")]
    [InlineData("!/^4/", "3.12", "3.13 4.0", "3.13")]
    [InlineData("/SLIM$/i", "3.12-slim", "3.13-slim", "3.13-slim")]
    [InlineData("<{{add major 1}}", "3.12", "3.13 4.0", "3.13")]
    [InlineData("~{{major}}.{{minor}}", "3.12.1", "3.12.9 3.13.0", "3.12.9")]
    public void Versions_outside_the_allowed_ones_are_passed_over(string allowed, string current, string candidates, string? selected) =>
        Assert.Equal(selected, Decide($"allowedVersions: '{allowed}'", current, candidates).Selected);

    [Theory]
    [InlineData("{matchUpdateTypes: [major], enabled: false}", "1.2.3", "1.2.4 1.3.0 2.0.0", "1.3.0")]
    [InlineData("{matchUpdateTypes: [minor, major], enabled: false}", "1.2.3", "1.2.4 1.3.0 2.0.0", null)] // the patch is in the minor step's bucket
    [InlineData("[{separateMinorPatch: true}, {matchUpdateTypes: ['!patch'], enabled: false}]", "1.2.3", "1.2.4 1.3.0 2.0.0", "1.2.4")]
    [InlineData("{minor: {enabled: false}, separateMinorPatch: true}", "1.2.3", "1.2.4 1.3.0", "1.2.4")]
    [InlineData("{matchUpdateTypes: [major], allowedVersions: '<2'}", "1.2.3", "2.0.0", "2.0.0")]
    [InlineData("{separateMajorMinor: false, major: {enabled: false}}", "1.2.3", "1.3.0 2.0.0", null)]
    [InlineData("{matchCurrentVersion: '<2', versioning: semver, enabled: false}", "1.2.3", "1.3.0", "1.3.0")] // docker's versioning knows no ranges
    [InlineData("[{versioning: npm}, {matchCurrentVersion: '<2', enabled: false}]", "1.2.3", "1.3.0", null)]
    [InlineData("{matchCurrentVersion: '/^1/', enabled: false}", "1.2.3", "1.3.0", null)]
    [InlineData("{matchCurrentValue: '*-slim', enabled: false}", "1.2-slim", "1.3-slim", null)]
    [InlineData("{matchNewValue: '/^1[.]4/', enabled: false}", "1.2", "1.3 1.4", null)]
    [InlineData("{matchIsBreaking: true, enabled: false}", "1.2", "1.3 2.0", "1.3")]
    [InlineData("enabled: false", "1.2", "1.3", null)]
    [InlineData("{packageRules: [{matchPackageNames: [a/b], enabled: false}, {enabled: true}]}", "1.2", "1.3", "1.3")]
    [InlineData("maxMajorIncrement: 5", "5.2.3", "20.04.1 5.3.0", "5.3.0")]
    [InlineData("ignoreUnstable: false", "3.7.0", "3.8.0b1", "3.8.0b1")]
    [InlineData("updatePinnedDependencies: false", "1.2", "1.3", null)]
    [InlineData("followTag: latest", "1.2", "1.3 latest", null)]
    [InlineData("rollbackPrs: true", "1.2.3", "1.2.1 1.2.2 1.1.0", "1.2.2")]
    [InlineData("rollbackPrs: true", "1.2.3", "1.2.3 1.1.0", null)]
    [InlineData("extractVersion: '^v(?<version>.+)$'", "1.2.3", "v1.2.4", null)]
    [InlineData("extractVersion: '^v?(?<version>.+)$'", "1.2.3", "1.2.4 v1.2.4", "1.2.4")]
    [InlineData("{}", "1.2.3", "v1.2.4 1.2.4", "1.2.4")] // of equal versions the last
    [InlineData("{}", "1.2.3", "1.2.4 v1.2.4", "v1.2.4")]
    public void Rules_hold_as_they_do_in_Renovate(string rule, string current, string candidates, string? selected) =>
        Assert.Equal(selected, Decide(rule, current, candidates).Selected);

    [Theory]
    [InlineData("minimumReleaseAge: 3 days", "1.3")]
    [InlineData("minimumReleaseAge: 12 hours", "1.4")]
    [InlineData("minimumReleaseAge: 1 day", "1.3")] // half an hour is added
    [InlineData("{minimumReleaseAge: 1 day, minimumReleaseAgeBuffer: 0 s}", "1.4")]
    [InlineData("minimumReleaseAge: 2 months", null)]
    [InlineData("{minimumReleaseAge: 2 months, internalChecksFilter: flexible}", "2.0")]
    [InlineData("{minimumReleaseAge: 2 months, internalChecksFilter: none}", "2.0")]
    [InlineData("{minimumReleaseAge: 3 days, minimumReleaseAgeBehaviour: timestamp-optional}", "2.0")]
    [InlineData("{matchUpdateTypes: [major], minimumReleaseAge: 3 days}", "1.4")]
    [InlineData("{minor: {minimumReleaseAge: 3 days}, major: {enabled: false}}", "1.3")]
    [InlineData("{matchCurrentAge: '> 30 days', allowedVersions: '<1.4'}", "1.3")]
    [InlineData("{matchCurrentAge: '< 30 days', allowedVersions: '<1.4'}", "2.0")]
    [InlineData("stabilityDays: 3", "1.3")]
    public void A_version_that_is_not_old_enough_waits_for_an_older_one(string rule, string? selected)
    {
        var question = new TagQuestion("1.2", ["1.2", "1.3", "1.4", "2.0"])
        {
            Now = Now,
            Facts = TagFacts.Of(new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal) { ["1.2"] = Now.AddDays(-100), ["1.3"] = Now.AddDays(-10), ["1.4"] = Now.AddDays(-1) }),
        };

        Assert.Equal(selected, Read(rule).Decide(question).Selected);
    }

    [Theory]
    [InlineData("1.2", "1.3 2.0", "newest that may follow 1.2 in the versioning 'docker'; 1.3 is proposed beside it as a minor step")]
    [InlineData("alpine", "3.18", "alpine is no version that the versioning 'docker' reads")]
    [InlineData("2.0", "1.0", "no newer version that may follow 2.0 in the versioning 'docker'")]
    public void The_reason_is_one_sentence(string current, string candidates, string reason) => Assert.Equal(reason, Decide("{}", current, candidates).Reason);

    [Theory]
    [InlineData("// why\n{\n  versioning: 'npm', /* and */ allowedVersions: \"<2\",\n}")]
    [InlineData("{\"versioning\":\"npm\",\"allowedVersions\":\"<2\"}")]
    [InlineData("versioning: npm\nallowedVersions: <2\n")]
    [InlineData("{versioning: npm, allowedVersions: <2}")]
    [InlineData("{packageRules: [{versioning: 'npm'}, {'allowedVersions': '\\x3c2',},],}")]
    public void A_rule_is_JSON_JSON5_or_YAML(string rule) => Assert.Equal("1.3.0", Decide(rule, "1.2.0", "1.3.0 2.0.0").Selected);

    [Theory]
    [InlineData("allowedVersion: '<4'", "p:1: there is no key 'allowedVersion' in a package rule: did you mean 'allowedVersions'")]
    [InlineData("\nversioning: sevmer", "p:2: there is no versioning 'sevmer': did you mean 'semver'")]
    [InlineData("versioning: gradle", "p:1: the versioning 'gradle' is not read for images: write one of docker, semver, ")]
    [InlineData("versioning: 'regex:^(?<version>.*)$'", "p:1: regex versioning needs a group major, minor or patch")]
    [InlineData("versioning: 'regex:^(?<major>\\d+(?=a))'", "p:1: '^(?<major>\\d+(?=a))' is no regular expression: it has a look-around")]
    [InlineData("allowedVersions: 'four'", "p:1: 'four' is no range of the versioning 'docker' nor of npm")]
    [InlineData("allowedVersions: '<{{mayor}}'", "p:1: '{{mayor}}' is not filled in")]
    [InlineData("allowedVersions: '/(/'", "p:1: '(' is no regular expression")]
    [InlineData("minimumReleaseAge: soon", "p:1: 'soon' is no span of time")]
    [InlineData("matchCurrentAge: 3 days", "p:1: '3 days' is no age")]
    [InlineData("internalChecksFilter: lax", "p:1: 'lax' is no internalChecksFilter: known are strict, flexible, none")]
    [InlineData("enabled: maybe", "p:1: 'enabled' is true or false")]
    [InlineData("enabled: true\nenabled: false", "p:2: 'enabled' is written twice, first in line 1")]
    [InlineData("{enabled: [}", "p:1: this is no valid YAML")]
    [InlineData("{ // x\n  enabled: yes }", "p:2: this is no valid JSON")]
    [InlineData("matchJsonata: ['a']", "p:1: matchJsonata is not read")]
    [InlineData("docker", "p:1: a package rule is a mapping of keys")]
    [InlineData("versionCompatibility: '^(.*)$'", "p:1: 'versionCompatibility' needs a group for the version")]
    public void A_mistake_is_told_with_its_line_and_what_to_do(string rule, string message)
    {
        var reading = new RenovateDialect().ReadPolicy(new SourceFile("p", rule));

        Assert.Null(reading.Policy);
        Assert.StartsWith(message, reading.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(10_001, false)]
    public void As_many_rules_are_read_as_of_a_repository(int rules, bool isRead) =>
        Assert.Equal(isRead, new RenovateDialect().ReadPolicy(new SourceFile("p", $"[{string.Join(',', Enumerable.Repeat("{allowedVersions: '<4'}", rules))}]")).Policy is not null);

    [Fact]
    public void What_has_no_part_in_the_choice_is_told_once()
    {
        var reading = new RenovateDialect().ReadPolicy(new SourceFile("p", "[{automerge: true, labels: [a]}, {automerge: false, respectLatest: false, matchPackageNames: [x]}]"));

        Assert.NotNull(reading.Policy);
        Assert.Equal(["automerge", "labels", "respectLatest", "matchPackageNames"], reading.Remarks.Select(r => r.Message.Split(' ')[0].Trim('\'')));
    }

    [Fact]
    public void What_is_chosen_is_a_candidate_and_is_chosen_once()
    {
        var tags = Tag.Array[1, 12];
        Gen.Select(Rule, Tag, tags).Sample((rule, current, candidates) =>
        {
            var policy = Read(rule);
            var selected = policy.Decide(new TagQuestion(current, candidates) { Now = Now }).Selected;
            if (selected is not null)
            {
                Assert.Contains(selected, candidates);
                Assert.NotEqual(current, selected);
                if (!rule.Contains("rollback", StringComparison.Ordinal))
                {
                    var next = policy.Decide(new TagQuestion(selected, candidates) { Now = Now });
                    Assert.True(next.Selected is null, $"{rule}: {current} -> {selected} -> {next.Selected}");
                }
            }
        });
    }

    [Fact]
    public void Nothing_throws_whatever_is_written()
    {
        var versioning = Words("pep440", "python", "maven", "nuget", "ruby", "composer", "hashicorp", "same-major", "npm", "docker").Select(v => $"versioning: {v}\nallowedVersions: ");
        var text = Gen.OneOf(Gen.String, Gen.Select(versioning, Range, (a, b) => $"{a}'{b}'"), Gen.Select(Words("versioning: ", "allowedVersions: ", "{minimumReleaseAge: ", "matchCurrentValue: ", "[{", "// "), Gen.String, (a, b) => a + b));
        Gen.Select(text, Gen.OneOf(Gen.String, Range), Gen.OneOf(Gen.String, Range).Array).Sample((rule, current, candidates) =>
        {
            var reading = new RenovateDialect().ReadPolicy(new SourceFile("p", rule));
            Assert.True(reading.Policy is not null || reading.Errors.Count > 0);
            reading.Policy?.Decide(new TagQuestion(current, candidates) { Now = Now });
        });
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a:", 100_000)]
    [InlineData("[{}, ", 5_000)]
    [InlineData("allowedVersions: '(a+)+", 1_000)]
    public void Hostile_text_is_an_error_in_bounded_time(string piece, int times) =>
        Assert.Null(new RenovateDialect().ReadPolicy(new SourceFile("p", string.Concat(Enumerable.Repeat(piece, times)))).Policy);

    [Fact]
    public void An_expression_that_would_backtrack_for_ever_is_quick() =>
        Assert.Null(Decide("allowedVersions: '/^(a+)+$/'", "1.2", "1.3 " + new string('a', 120)).Selected);

    private static Gen<string> Rule { get; } = Gen.Select(
        Words("docker", "semver", "semver-coerced", "loose", "npm", "node", "redhat", "ubuntu", "debian", "maven", "nuget", "pep440", "ruby", "composer", "hashicorp", "same-major", "git", "regex:^(?<major>[0-9]+)(\\.(?<minor>[0-9]+))?"),
        Words("", ", ignoreUnstable: false", ", rollbackPrs: true", ", separateMajorMinor: false", ", " + Parted, ", matchUpdateTypes: [major], enabled: false"),
        (versioning, rest) => $"{{versioning: '{versioning}'{rest}}}");

    private static Gen<string> Tag { get; } = Gen.OneOf(
        Words("jammy", "noble", "22.04", "24.04", "noble-20240801", "bookworm", "12", "13", "stable", "18", "18.x", "20.1.0", "v20.1.0", "iron"),
        Gen.Select(Words("", "v"), Gen.Int[0, 4], Gen.Int[0, 4], Gen.Int[0, 9], Words("", "-alpine", "-rc1", "b1", "_3", "-1"), (v, a, b, c, s) => $"{v}{a}.{b}.{c}{s}"),
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4], Words("", "-alpine", "-slim"), (a, b, s) => $"{a}.{b}{s}"));

    private static Gen<string> Range { get; } = Words(
        "<", ">", "=", "~", "^", "!", "[", "]", "(", ")", ",", ".", "-", "_", "*", "|", "@", " ", "1", "2", "0", "12", "v", "a", "rc", "dev", "post", "final", "p1", "x", "+").Array[0, 14].Select(string.Concat);

    private static Gen<string> Words(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static Verdict Decide(string rule, string? current, string candidates) =>
        Read(rule).Decide(new TagQuestion(current, candidates.Split(' ')) { Now = Now });

    private static IPolicy Read(string rule)
    {
        var reading = new RenovateDialect().ReadPolicy(new SourceFile("p", rule));
        Assert.Empty(reading.Errors);
        return reading.Policy!;
    }
}
