using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class BasewatchDialectTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly BasewatchDialect Dialect = new();

    [Theory]
    [InlineData("docker", "1.0", "1.1", "1.1")]
    [InlineData("'semver: ~3.12'", "3.12.1", "3.12.2 3.13.0", "3.12.2")]
    [InlineData("semver: ~3.12", "3.12.1", "3.12.2 3.13.0", "3.12.2")]
    [InlineData("semver:>=3.12 <4", "3.12.1", "3.13.0 4.0.0", "3.13.0")]
    [InlineData("{\"policy\": \"semver\", \"range\": \">=3.12 <4\"}", "3.12.1", "3.13.0 4.0.0", "3.13.0")]
    [InlineData("{policy: semver, range: '*', preReleases: true}", "3.12.1-rc1", "3.13.0-rc1", "3.13.0-rc1")]
    [InlineData("{policy: numerical}", "9", "8 9 10 11a latest", "10")]
    [InlineData("{policy: numerical, order: desc}", "9", "8 9 10", "8")]
    [InlineData("numerical", "latest", "8 10", "10")]
    [InlineData("numerical", "10", "8 10 010", null)]
    [InlineData("alphabetical", "artful", "xenial yakkety zesty artful bionic", "zesty")]
    [InlineData("{policy: alphabetical, order: desc}", "xenial", "xenial yakkety artful bionic", "artful")]
    [InlineData("glob:main-*", "main-9", "main-9 main-10 main-2 dev-11", "main-10")]
    [InlineData("{policy: glob, pattern: '3.*-slim', level: patch}", "3.12.1-slim", "3.12.9-slim 3.12.10-slim 3.13.0-slim 3.14.0", "3.12.10-slim")]
    [InlineData("regex:^main-[0-9a-f]+-([0-9]+)$", "main-aaaaaaa-9", "main-0000000-10 main-bbbbbbb-8 dev-1-99", "main-0000000-10")]
    [InlineData("{policy: regex, pattern: '^(?P<flavour>[a-z]+)-(?<major>\\d+)-(?<minor>\\d+)$', compare: [major, minor], keep: flavour}", "web-1-9", "web-1-10 web-2-0 app-3-0", "web-2-0")]
    [InlineData("{policy: regex, pattern: '^b(?<compare>\\d+)-(x|y)$', order: desc}", "b5-x", "b5-x b4-y b6-x", "b4-y")]
    [InlineData("{filterTags: {pattern: '^v(?<v>.*)$', extract: '$v'}}", "v1.0", "v1.1 1.2", "v1.1")]
    [InlineData("{policy: numerical, filterTags: {pattern: '^main-[a-f0-9]+-(?<n>[0-9]+)$', extract: '${n}'}}", "main-abc-5", "main-abc-5 main-def-12 main-fff-7 13", "main-def-12")]
    [InlineData("{policy: semver, range: '>=1', filterTags: {pattern: '^release-(\\d+)_(\\d+)$', extract: '$1.${2}.0'}}", "release-1_2", "release-1_10 release-1_9 1.11.0", "release-1_10")]
    [InlineData("{allowedVersions: '<20'}", "16", "18 20 22", "18")]
    [InlineData("{allowedVersions: '<20'}", "16-alpine", "18-alpine 20-alpine", "18-alpine")]
    [InlineData("{allowedVersions: '/^1\\./'}", "1.2", "1.3 2.0", "1.3")]
    [InlineData("{allowedVersions: '!/3$/'}", "1.2", "1.3 1.4", "1.4")]
    [InlineData("{ignoreTags: ['*-rc*', '1.3']}", "1.1", "1.2 1.3", "1.2")]
    [InlineData("{ignoreTags: 1.3}", "1.1", "1.2 1.3", "1.2")]
    [InlineData("{level: minor}", "1.1.0", "1.1.1 1.2.0 2.0.0", "1.2.0")]
    [InlineData("{level: patch}", "1.1.0", "1.1.1 1.2.0 2.0.0", "1.1.1")]
    [InlineData("{policy: semver, range: '*', level: patch}", "1.1.0", "1.1.1 1.2.0 2.0.0", "1.1.1")]
    [InlineData("{distribution: stay}", "3.9.1-buster", "3.9.2-buster 3.14.0-trixie", "3.9.2-buster")]
    [InlineData("{distribution: follow}", "3.9.1-buster", "3.9.2-buster 3.9.2-bookworm 3.9.2-trixie", "3.9.2-trixie")]
    [InlineData("{distribution: follow}", "3.9.2-buster", "3.9.2-buster 3.9.2-bookworm 3.9.1-trixie", "3.9.2-bookworm")]
    [InlineData("{distribution: ifNeeded}", "3.9.1-buster", "3.9.2-buster 3.9.2-trixie", "3.9.2-buster")]
    [InlineData("distribution", "3.12-slim-bookworm", "3.12-slim-trixie 3.13-slim-trixie 3.12-trixie 3.12-slim-bullseye", "3.12-slim-trixie")]
    [InlineData("distribution", "3.12-alpine3.18", "3.12-alpine3.9 3.12-alpine3.19 3.12-alpine3.20 3.12-alpine", "3.12-alpine3.20")]
    [InlineData("distribution", "jammy", "noble mantic resolute-20260601 focal", "noble")]
    [InlineData("distribution", "bookworm-slim", "trixie-slim forky-slim sid-slim", "trixie-slim")]
    [InlineData("distribution", "bookworm-20240110-slim", "trixie-20240211-slim trixie-20231010-slim trixie-20240211", "trixie-20240211-slim")]
    [InlineData("distribution", "3.12", "3.12-trixie", null)]
    [InlineData("digest", "1.0", "1.1", null)]
    public void A_policy_in_our_words_chooses(string policy, string current, string candidates, string? selected)
    {
        var question = new TagQuestion(current, [current, .. candidates.Split(' ')]);
        var read = Read(policy);

        Assert.Equal(selected, read.Decide(question).Selected);
        Assert.Null(selected is null ? null : read.Decide(question with { Current = selected }).Selected);
    }

    [Theory]
    [InlineData("{minimumAge: 3d}", "1.2", "newest version; 1.3 was pushed less than 3 days ago")]
    [InlineData("{minimumAge: 12h}", "1.3", "newest version; 1.4 has no known push date, so nobody knows how old it is")]
    [InlineData("{minimumAge: 4 weeks}", null, "1.0 is the newest version; 1.4 has no known push date, so nobody knows how old it is")]
    [InlineData("newestBuild", "1.3", "pushed last, on 2026-08-19; of 1 tags nobody knows when they were pushed")]
    [InlineData("{policy: newestBuild, minimumAge: 1w}", "1.1", "pushed last, on 2026-08-01; of 0 tags")]
    public void Age_is_counted_from_the_day_of_the_push(string policy, string? selected, string reason)
    {
        var question = new TagQuestion("1.0", ["1.0", "1.1", "1.2", "1.3"])
        {
            Now = Now,
            Facts = TagFacts.Of(new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal)
            {
                ["1.0"] = Now.AddDays(-300),
                ["1.1"] = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero),
                ["1.2"] = Now.AddDays(-4),
                ["1.3"] = Now.AddDays(-1),
            }),
        };
        question = policy.Contains("1w", StringComparison.Ordinal) ? question : question with { Candidates = [.. question.Candidates, "1.4"] };
        if (policy.Contains("3d", StringComparison.Ordinal) || policy.Contains("weeks", StringComparison.Ordinal))
        {
            question = question with { Candidates = policy.Contains("3d", StringComparison.Ordinal) ? ["1.0", "1.1", "1.2", "1.3"] : ["1.0", "1.2", "1.3", "1.4"] };
        }

        var verdict = Read(policy).Decide(question);

        Assert.Equal(selected, verdict.Selected);
        Assert.Equal(reason.Replace("; of 0 tags", "; 1.3 was pushed less than 7 days ago", StringComparison.Ordinal), verdict.Reason);
    }

    [Theory]
    [InlineData("{policy: semver, range: '>=3.12 <3.13'}", "3.12.1-slim", "3.12.4-slim 3.13.0-slim", "newest in >=3.12 <3.13 with suffix -slim; 3.13.0-slim is outside")]
    [InlineData("{allowedVersions: '<20'}", "16", "18 20", "newest version; 20 is outside <20")]
    [InlineData("{ignoreTags: '20*'}", "16", "18 20", "newest version; 20 is ignored by 20*")]
    [InlineData("{policy: glob, pattern: '*', level: minor}", "1.0", "1.1 2.0", "the last of *; 2.0 is a major step")]
    [InlineData("{filterTags: {pattern: '^v'}}", "1.0", "v1.1", "without a tag there is nothing to compare with; 1.0 does not match ^v")]
    [InlineData("newestBuild", "1.0", "1.1", "of no tag it is known when it was pushed")]
    public void The_reason_tells_what_was_not_taken(string policy, string current, string candidates, string reason) =>
        Assert.Equal(reason, Read(policy).Decide(new TagQuestion(current, [current, .. candidates.Split(' ')])).Reason);

    [Theory]
    [InlineData("precise", "3.12-slim", "3.12.4-slim")]
    [InlineData("precise", "3-slim", "3.12.4-slim")]
    [InlineData("precise", "3.12.4-slim", null)]
    [InlineData("precise", "slim", "3.12.4-slim")]
    [InlineData("precise", "latest", "3.12.4")]
    [InlineData("precise", "bookworm", "bookworm-20240110")]
    [InlineData("precise", "9.0", "9.0-1697")]
    [InlineData("precise", "unknown", null)]
    [InlineData("floating", "3.12.4-slim", "3.12-slim")]
    [InlineData("{policy: floating, moves: minor}", "3.12.4-slim", "3-slim")]
    [InlineData("floating", "3.12-slim", null)]
    [InlineData("followTag:latest", "3.12.3", "3.12.4")]
    [InlineData("{followTag: latest}", "3.13.0", "3.12.4")]
    [InlineData("{followTag: latest, allowedVersions: '>=3.13'}", "3.13.0", null)]
    [InlineData("followTag:latest", "3.12.4", null)]
    [InlineData("followTag:latest", "3.12.3-slim", null)]
    [InlineData("followTag:gone", "3.12.3", null)]
    public void Names_of_one_image_are_told_by_its_digest(string policy, string current, string? selected)
    {
        var (full, slim, debian, ubi) = (Some("full"), Some("slim"), Some("debian"), Some("ubi"));
        var digests = new Dictionary<string, Digest>(StringComparer.Ordinal)
        {
            ["3.12.4"] = full,
            ["3.12"] = full,
            ["latest"] = full,
            ["3.13.0"] = Some("other"),
            ["3.12.3"] = Some("older"),
            ["3.12.4-slim"] = slim,
            ["3.12.4-slim-bookworm"] = slim,
            ["3.12-slim"] = slim,
            ["3-slim"] = slim,
            ["slim"] = slim,
            ["bookworm"] = debian,
            ["bookworm-20240110"] = debian,
            ["bookworm-20240110-slim"] = slim,
            ["9.0"] = ubi,
            ["9.0-1697"] = ubi,
        };
        var question = new TagQuestion(current, [.. digests.Keys]) { Facts = TagFacts.Of(digests: digests) };
        var read = Read(policy);

        Assert.Equal(selected, read.Decide(question).Selected);
        Assert.Null(selected is null ? null : read.Decide(question with { Current = selected }).Selected);

        static Digest Some(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
    }

    [Theory]
    [InlineData("", 1, "there is no policy ''")]
    [InlineData("newest", 1, "there is no policy 'newest'")]
    [InlineData("{policy: semvr}", 1, "did you mean 'semver'?")]
    [InlineData("policy: semver\nrnage: '1'", 1, "'range' is missing")]
    [InlineData("policy: semver\nrange: '1'\nallowedVersion: '2'", 3, "there is no key 'allowedVersion': did you mean 'allowedVersions'?")]
    [InlineData("policy: semver\nrange: banana", 2, "'banana' is no version range")]
    [InlineData("policy: docker\nrange: '1'", 2, "'range' has no meaning with the policy 'docker': it is for semver")]
    [InlineData("policy: semver\nfollowTag: stable\nrange: '1'", 2, "'followTag' has no meaning with the policy 'semver'")]
    [InlineData("policy: digest\nminimumAge: 3d", 2, "'minimumAge' has no meaning with the policy 'digest'")]
    [InlineData("policy: numerical\nlevel: minor", 2, "'level' has no meaning with the policy 'numerical'")]
    [InlineData("level: tiny", 1, "'tiny' is no level: known are major, minor, patch")]
    [InlineData("minimumAge: 3", 1, "write 12h, 3d or 2w")]
    [InlineData("minimumAge: 99999999d", 1, "is no age of at most ten years")]
    [InlineData("filterTags: {extract: $1}", 1, "'pattern' is missing")]
    [InlineData("filterTags: {pattern: 'v(.*', extract: $1}", 1, "is no regular expression")]
    [InlineData("filterTags: {pattern: '(?=v)'}", 1, "look-around")]
    [InlineData("filterTags: {pattern: 'v(?<v>.*)', extract: '$w'}", 1, "has no group 'w': it has v")]
    [InlineData("filterTags: {pattern: 'v(?<v>.*)', extract: 'v'}", 1, "makes the same of every tag")]
    [InlineData("filterTags: {pattern: 'v.*', extract: '$'}", 1, "has a $ without the name of a group")]
    [InlineData("policy: newestBuild\nfilterTags:\n  pattern: v(.*)\n  extract: $1", 4, "'extract' has no meaning with the policy 'newestBuild'")]
    [InlineData("policy: regex\npattern: ^a$", 2, "does not say what to compare")]
    [InlineData("policy: regex\npattern: ^(a)(b)$\ncompare: c", 2, "has no group 'c'")]
    [InlineData("policy: regex\npattern: ^(?<a>a)$\ncompare: a\nkeep: a", 2, "can't be compared and kept")]
    [InlineData("allowedVersions: /(/", 1, "is no regular expression")]
    [InlineData("ignoreTags: ['a b']", 1, "has the character ' '")]
    [InlineData("ignoreTags: [[a]]", 1, "'ignoreTags' is a list of texts")]
    [InlineData("level: minor\nlevel: major", 2, "is written twice, first in line 1")]
    [InlineData("{policy: docker", 1, "no valid YAML")]
    [InlineData("policy: docker\n---\npolicy: digest", 3, "more than one document")]
    public void A_mistake_is_told_with_its_line(string policy, int line, string message)
    {
        var reading = Dialect.ReadPolicy(new SourceFile("p.yml", policy));

        Assert.Null(reading.Policy);
        Assert.Contains(reading.Errors, e => e.Line == line && e.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_throws_and_nothing_takes_long_whatever_the_text()
    {
        var piece = Gen.OneOf("policy", "semver", ": ", ", ", "{", "}", "[", "]", "'", "\n", "  ", "range", "filterTags", "pattern", "extract", "$1", "(a|b)*", "level", "&a", "*a", "<<", "minimumAge", "3d", "(?P<n>x)", "regex");
        piece.Array[0, 30].Sample(pieces =>
        {
            var reading = Dialect.ReadPolicy(new SourceFile("p.yml", string.Concat(pieces)));
            Assert.Equal(reading.Policy is null, reading.Errors.Count > 0);
        });

        string[] hostile =
        [
            "filterTags: {pattern: '((a{1000}){1000}){1000}b'}", "filterTags: {pattern: '(a+)+$'}", "filterTags: {pattern: '(" + new string('(', 2000) + "'}",
            "ignoreTags: [" + string.Join(", ", Enumerable.Repeat("a*", 100_000)) + "]", "policy: semver\nrange: '" + string.Join(" || ", Enumerable.Repeat("1", 10_000)) + "'",
            "ignoreTags: '" + string.Concat(Enumerable.Repeat("a*", 60)) + "'",
        ];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var text in hostile)
        {
            Dialect.ReadPolicy(new SourceFile("p.yml", text)).Policy?.Decide(new TagQuestion("1.0", [.. Enumerable.Repeat(new string('a', 128), 1000), "1.1"]));
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public void What_is_selected_is_a_candidate_that_the_rule_allows_whatever_the_order_and_asking_again_stays()
    {
        string[] selectors =
        [
            "policy: docker", "policy: docker\ndistribution: follow", "policy: docker\ndistribution: stay", "policy: docker\nlevel: minor", "policy: semver\nrange: '>=2'",
            "policy: semver\nrange: '*'\nlevel: patch", "policy: numerical", "policy: numerical\norder: desc", "policy: alphabetical", "policy: alphabetical\norder: desc",
            "policy: newestBuild", "policy: glob\npattern: '*.?*'", "policy: glob\npattern: '?.*'\norder: desc", "policy: regex\npattern: '^v?(?<compare>[0-9.]+)(?<s>.*)$'\nkeep: s",
            "policy: distribution", "policy: precise", "policy: floating", "followTag: '3'",
        ];
        string[] filters =
        [
            "", "ignoreTags: ['*3*', '*-rc*']", "allowedVersions: '<4'", "allowedVersions: '!/2/'", "minimumAge: 5d", "filterTags: {pattern: '^v|[0-3]'}",
            "minimumAge: 5d\nallowedVersions: '>1'\nignoreTags: '*5'",
        ];
        var rules = (from s in selectors from f in filters select s + "\n" + f).ToArray();

        var number = Gen.Int[0, 6];
        var tag = Gen.Select(
            Gen.OneOf("", "", "", "v"),
            Gen.OneOf(number.Select(a => $"{a}"), Gen.Select(number, number, (a, b) => $"{a}.{b}"), Gen.Select(number, number, number, (a, b, c) => $"{a}.{b}.{c}")),
            Gen.OneOf("", "", "", "-rc1", "-slim", "-bookworm", "-trixie"),
            (a, b, c) => a + b + c);
        Gen.Select(Gen.Int[0, rules.Length - 1].Select(i => rules[i]), tag, tag.Array[0, 40], Gen.Int[0, 1000]).Sample(
            (text, current, candidates, seed) =>
            {
                var policy = Read(text);
                var question = new TagQuestion(current, candidates)
                {
                    Now = Now,
                    Facts = TagFacts.Of(
                        candidates.Where(c => Mix(c, seed) % 5 != 0).Distinct(StringComparer.Ordinal).ToDictionary(c => c, c => Now.AddDays(-Mix(c, seed) % 20), StringComparer.Ordinal),
                        candidates.Append(current).Distinct(StringComparer.Ordinal).ToDictionary(c => c, c => Digest.Of([(byte)(Mix(c, seed + 1) % 3)]), StringComparer.Ordinal)),
                };
                string[] shuffled = [.. candidates];
                new Random(seed).Shuffle(shuffled);
                var verdict = policy.Decide(question);

                Assert.Equal(verdict, policy.Decide(question with { Candidates = shuffled }));
                Assert.NotEmpty(verdict.Reason);
                Assert.Equal(verdict.Selected is null, verdict.Kind == UpdateKind.None);
                if (verdict.Selected is not { } selected)
                {
                    return;
                }

                Assert.Contains(selected, candidates);
                Assert.NotEqual(current, selected);
                Assert.True(!text.Contains("'*3*'", StringComparison.Ordinal) || !(selected.Contains('3', StringComparison.Ordinal) || selected.Contains("-rc", StringComparison.Ordinal)));
                Assert.True(!text.Contains("minimumAge", StringComparison.Ordinal) || Now - question.Facts.PeekDate(selected).Value!.At >= TimeSpan.FromDays(5));
                Assert.True(!text.Contains("'<4'", StringComparison.Ordinal) || TagVersion.Of(selected).Numbers[0] < 4);
                Assert.True(!text.Contains("!/2/", StringComparison.Ordinal) || !selected.Contains('2', StringComparison.Ordinal));
                Assert.True(!text.Contains("level: minor", StringComparison.Ordinal) || verdict.Kind <= UpdateKind.Minor);
                Assert.Null(policy.Decide(question with { Current = selected }).Selected);
            },
            iter: 20_000);

        static int Mix(string text, int seed) => text.Aggregate(seed, (h, c) => ((h * 31) + c) & 0xFFFFFF);
    }

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("*-rc*", "1.0-rc1", true)]
    [InlineData("*-rc*", "1.0", false)]
    [InlineData("1.?", "1.2", true)]
    [InlineData("1.?", "1.", false)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyyd", false)]
    [InlineData("A", "a", false)]
    [InlineData("", "", null)]
    [InlineData("[ab]", "a", null)]
    public void A_glob_matches_the_whole_tag(string pattern, string tag, bool? matches) =>
        Assert.Equal(matches, TagGlob.TryCreate(pattern, out var glob, out _) ? glob.Matches(tag) : null);

    private static IPolicy Read(string text)
    {
        var reading = Dialect.ReadPolicy(new SourceFile("--policy", text));
        Assert.Empty(reading.Errors);
        return reading.Policy!;
    }
}
