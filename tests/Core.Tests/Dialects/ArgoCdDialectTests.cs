using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;
using Basewatch.Core.Policies.Semver;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class ArgoCdDialectTests
{
    private const string T = "0.1 0.5.1 0.9 1.0 1.0.1 1.1.2 2.0.3";

    /// <summary>The tables of <c>registry-scanner/pkg/image/version_test.go</c> and <c>pkg/tag/tag_test.go</c>, and the oddities that follow from the code.</summary>
    [Theory]
    [InlineData("", "1.0", T, "2.0.3")]
    [InlineData("{}", "1.0", T, "2.0.3")]
    [InlineData("{constraint: ^1.0}", "1.0", T, "1.1.2")]
    [InlineData("{constraint: ~1.0}", "1.0", T, "1.0.1")]
    [InlineData("{constraint: ^1.0}", "latest", T, "1.1.2")]
    [InlineData("{}", "latest", T, "2.0.3")]
    [InlineData("{}", null, "v2.2.0 v2.3.0-rc.0.18.g1abb7b5dd-ppc64le", "v2.2.0")]
    [InlineData("{constraint: ~1.0}", "1.0", "0.1 0.5.1 0.9 2.0.3", null)]
    [InlineData("{constraint: ~1.0}", "1.0", "", null)]
    [InlineData("{update-strategy: semver}", "bb", "zz bb yy cc yy aa ll", null)]
    [InlineData("{update-strategy: alphabetical}", "bb", "zz bb yy cc yy aa ll", "zz")]
    [InlineData("{update-strategy: name}", "bb", "zz bb yy cc yy aa ll", "zz")]
    [InlineData("{update-strategy: digest, constraint: latest}", "1.0", "latest 1.0", "latest")]
    [InlineData("{update-strategy: digest, constraint: latest}", null, "latest 1.0", "latest")]
    [InlineData("{update-strategy: digest, constraint: latest}", "latest", "latest 1.0", null)]
    [InlineData("{update-strategy: digest, constraint: ^1.0}", "1.0", "1.0 1.1", null)]
    [InlineData("{update-strategy: digest, constraint: latest, ignore-tags: latest}", "1.0", "latest 1.0", null)]
    // The listed tag is a constraint: 1.20 is 1.20.x.
    [InlineData("{constraint: '1.20'}", "1.20", "1.20 1.20.2 1.21.0", "1.20.2")]
    [InlineData("{constraint: 1.20}", "1.20", "1.20 1.20.2 1.21.0", "1.20.2")]
    // Up and down alike: the current tag is not asked.
    [InlineData("{constraint: ^1.0}", "2.0.3", T, "1.1.2")]
    [InlineData("{update-strategy: alphabetical}", "zzz", "a b", "b")]
    [InlineData("{constraint: ^1.0}", "1.1.2", T, null)]
    [InlineData("{constraint: 2.x-0}", "1.0.0", "2.0.0-rc1 1.9.0", "2.0.0-rc1")]
    [InlineData("{}", "1.0.0", "20240101 v3 007 1.0.0", "20240101")]
    // Equal versions: the last by its text (tag/semver.go).
    [InlineData("{}", null, "v1.0 1.0.0 1.0 1", "v1.0")]
    [InlineData("{}", null, "1.0.0+b 1.0.0 1.0.0+a", "1.0.0+b")]
    [InlineData("{update-strategy: Semver}", null, T, "2.0.3")]
    [InlineData("{update-strategy: newest, constraint: ^1.0}", null, T, "1.1.2")]
    [InlineData("{update-strategy: ' ALPHABETICAL '}", null, "a B", "a")]
    [InlineData("{update-strategy: alphabetical, constraint: ^1.0}", null, "1.0 2.0", "2.0")]
    // allow-tags (image/options_test.go).
    [InlineData("{allow-tags: any}", null, T, "2.0.3")]
    [InlineData("{allow-tags: ANY}", null, T, "2.0.3")]
    [InlineData("{allow-tags: ''}", null, T, "2.0.3")]
    [InlineData("{allow-tags: }", null, T, "2.0.3")]
    [InlineData("{allow-tags: other}", null, T, null)]
    [InlineData("{allow-tags: 'not-regexp:a-z'}", null, T, null)]
    [InlineData("{allow-tags: 'regexp:[aA-zZ', update-strategy: alphabetical}", null, "a b", null)]
    [InlineData("{allow-tags: 'regexp:(?=a)', update-strategy: alphabetical}", null, "a b", null)]
    [InlineData("{allow-tags: 'RegExp:[aA-zZ]', update-strategy: alphabetical}", null, "12 3b 45", "3b")]
    [InlineData("{allow-tags: 'regexp:^1\\.0'}", null, T, "1.0.1")]
    [InlineData("{allow-tags: 'regexp:0.1'}", null, T, "1.0.1")]
    [InlineData("{allow-tags: 'regexp: ^1'}", null, T, null)]
    [InlineData("{allow-tags: 'regexp:', ignore-tags: 2.0.3}", null, T, "1.1.2")]
    [InlineData("{allow-tags: 'regexp:^[[:digit:]]+\\.[[:digit:]]+$'}", null, T, "1.0")]
    [InlineData("{tag-match: 'regexp:^1\\.0'}", null, T, "1.0.1")]
    [InlineData("{tag-match: 'regexp:^1\\.0', allow-tags: any}", null, T, "2.0.3")]
    // ignore-tags (image/version_test.go).
    [InlineData("{ignore-tags: 'tag1, tag2', update-strategy: alphabetical}", null, "tag1 tag2 tag0", "tag0")]
    [InlineData("{ignore-tags: 'tag?, foo', update-strategy: alphabetical}", null, "tag1 foo tag10 bar", "tag10")]
    [InlineData("{ignore-tags: '*'}", "1.0", T, null)]
    [InlineData("{ignore-tags: '2.[!0].*,[1-2'}", null, T, "1.1.2")]
    [InlineData("{ignore-tags: '2.[^0].*,[1-2'}", null, T, "2.0.3")]
    [InlineData("{ignore-tags: '2.*, ,1.1.[^3]'}", null, T, "1.0.1")]
    [InlineData("{ignore-tags: [2.*, 1.1.2]}", null, T, "1.0.1")]
    [InlineData("{ignoreTags: [2.*], updateStrategy: semver, allowTags: 'regexp:^1'}", null, T, "1.1.2")]
    // A platform that can't be read is that of no image; it counts only where images are looked at.
    [InlineData("{platforms: amd64}", null, T, "2.0.3")]
    [InlineData("{platforms: amd64, update-strategy: digest, constraint: '1.0'}", null, T, null)]
    [InlineData("{platforms: 'amd64, linux/arm64', update-strategy: digest, constraint: '1.0'}", null, T, "1.0")]
    [InlineData("{platforms: linux/arm/v6, pull-secret: env:A, force-update: 'true'}", null, T, "2.0.3")]
    public void It_chooses_as_Argo_CD_Image_Updater_does(string text, string? current, string candidates, string? selected)
    {
        var verdict = Policy(text).Decide(new TagQuestion(current, candidates.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Equal(selected, verdict.Selected);
        Assert.Equal(selected is null, verdict.Kind == UpdateKind.None);
    }

    [Theory]
    [InlineData("newest-build", "zz:0 bb:5 yy:10 cc:15 yy:20 aa:25 ll:30", "ll")]
    [InlineData("latest", "v2.0.2:4 v1.0:1 v1.0.1:0 v2.0.3:3 v2.0:2", "v2.0.2")]
    [InlineData("latest", "v2.0.2:0 v1.0:0 v1.0.1:0 v2.0.3:0 v2.0:0", "v2.0.3")]
    [InlineData("newest-build", "a:3 b:5 c d", "b")]
    [InlineData("newest-build", "a b", null)]
    public void The_newest_build_is_found_by_dates(string strategy, string tags, string? selected)
    {
        var pairs = tags.Split(' ').Select(t => t.Split(':')).ToList();
        var pushed = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var pair in pairs.Where(p => p.Length == 2))
        {
            pushed[pair[0]] = DateTimeOffset.UnixEpoch.AddSeconds(int.Parse(pair[1], CultureInfo.InvariantCulture));
        }

        var verdict = Policy($"{{update-strategy: {strategy}}}").Decide(new TagQuestion("bb", [.. pairs.Select(p => p[0])]) { Facts = TagFacts.Of(pushed) });

        Assert.Equal(selected, verdict.Selected);
    }

    [Theory]
    [InlineData("{constraint: ^1.0}", null, T, "newest version in ^1.0")]
    [InlineData("{}", null, T, "newest release")]
    [InlineData("{}", "2.0.3", T, "2.0.3 is the newest release")]
    [InlineData("{constraint: ^1.0}", "2.0.3", T, "newest version in ^1.0; it is lower than 2.0.3")]
    [InlineData("{ignore-tags: 2.*}", null, T, "newest release that allow-tags and ignore-tags leave")]
    [InlineData("{constraint: ~7}", null, T, "no tag is a version in ~7")]
    [InlineData("{allow-tags: other}", null, T, "'other' in allow-tags is neither 'any' nor 'regexp:' with an expression, so no tag matches")]
    [InlineData("{update-strategy: newest-build}", null, "a", "there is no tag with a date, and the newest build is found by dates; 1 tag whose date is not known is passed over")]
    [InlineData("{update-strategy: digest, constraint: latest}", "latest", "latest", "the policy keeps the tag latest and refreshes its digest")]
    [InlineData("{update-strategy: digest, constraint: latest}", "latest", "dev", "the tag latest, whose digest is to be followed, is not there")]
    public void It_says_why(string text, string? current, string candidates, string reason) =>
        Assert.Equal(reason, Policy(text).Decide(new TagQuestion(current, candidates.Split(' '))).Reason);

    [Theory]
    [InlineData("{}", "1.0", "1.0.1", UpdateKind.Patch)]
    [InlineData("{}", "1.0.0", "v1.1", UpdateKind.Minor)]
    [InlineData("{}", "1.0.0", "2", UpdateKind.Major)]
    [InlineData("{}", "latest", "1.0.1", UpdateKind.Major)]
    [InlineData("{}", null, "1.0.1", UpdateKind.Major)]
    [InlineData("{update-strategy: alphabetical}", "2024-01-01", "2024-02-01", UpdateKind.Minor)]
    public void It_says_how_far_it_goes(string text, string? current, string candidate, UpdateKind kind) =>
        Assert.Equal(kind, Policy(text).Decide(new TagQuestion(current, [candidate])).Kind);

    [Theory]
    [InlineData("{constraint: latest}", 1, "'latest' is no version range")]
    [InlineData("update-strategy: semver\nconstraint: 1x", 2, "'1x' is no version range")]
    [InlineData("update-strategy: newest, \n\nconstraint: '>='", 3, "is no version range")]
    [InlineData("{update-strategy: digest}", 1, "write it as constraint")]
    [InlineData("{update-strategy: digest, constraint: ''}", 1, "names none")]
    [InlineData("constraint: ^1\nupdate-strateg: semver", 2, "there is no key 'update-strateg': did you mean 'update-strategy'?")]
    [InlineData("{app.allow-tags: any}", 1, "write 'allow-tags', without the prefix and the image's alias")]
    [InlineData("{argocd-image-updater.argoproj.io/app.helm.image-tag: a}", 1, "write 'helm.image-tag', without")]
    [InlineData("{wibble: any}", 1, "there is no key 'wibble'")]
    [InlineData("{allow-tags: any, allowTags: any}", 1, "'allow-tags' is written twice")]
    [InlineData("{constraint: [1.0]}", 1, "'constraint' is a text")]
    [InlineData("{ignore-tags: [[a]]}", 1, "'ignore-tags' is a list of texts")]
    [InlineData("{[a]: b}", 1, "a key is a word, and here is a list or a mapping")]
    [InlineData("{constraint: *nothing}", 1, "this is an alias, and there is no anchor of its name")]
    [InlineData("{force-update: maybe}", 1, "force-update is 'true' or 'false'")]
    [InlineData("{allow-tags: 'regexp:\\p{Greek}'}", 1, "can't be used here")]
    [InlineData("docker", 1, "annotations are keys with values")]
    [InlineData("[a]", 1, "annotations are keys with values")]
    [InlineData("{}\n---\n{}", 3, "there is more than one document")]
    [InlineData("a: b: c", 1, "no valid YAML")]
    public void A_mistake_is_named_with_its_line(string text, int line, string message)
    {
        var reading = Read(text);

        Assert.Null(reading.Policy);
        var error = Assert.Single(reading.Errors);
        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{pull-secret: 'env:SECRET'}", "'pull-secret' has no part in which tag is next and is passed over")]
    [InlineData("{platforms: linux/amd64}", "'platforms' has no part in which tag is next and is passed over: in a repository, it says what an image has to be there for")]
    [InlineData("{update-strategy: newest}", "there is no strategy 'newest', and it counts as 'semver'")]
    [InlineData("{update-strategy: name, constraint: a}", "the constraint means nothing to the strategies newest-build and alphabetical")]
    [InlineData("{ignore-tags: 'a[,b'}", "'a[' in ignore-tags has a bracket or backslash without its other part, so it ignores nothing")]
    [InlineData("{allow-tags: 'regexp:('}", "the expression of allow-tags is none, so no tag matches: it has a group that is not closed")]
    [InlineData("{}", null)]
    public void What_means_nothing_is_said(string text, string? remark)
    {
        var reading = Read(text);

        Assert.NotNull(reading.Policy);
        Assert.Equal(remark is null ? 0 : 1, reading.Remarks.Count);
        Assert.StartsWith(remark ?? "", string.Concat(reading.Remarks.Select(r => r.Message)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_large_is_refused()
    {
        string[] texts =
        [
            "{allow-tags: 'regexp:" + new string('a', 5000) + "'}",
            "{ignore-tags: '" + new string('a', 300) + "'}",
            "{ignore-tags: '" + string.Concat(Enumerable.Repeat("a,", 2000)) + "'}",
            "{constraint: '" + string.Concat(Enumerable.Repeat(">1 ", 2000)) + "'}",
            "# " + new string('a', 300_000),
            string.Concat(Enumerable.Range(0, 10_000).Select(i => $"key{i}: a\n")),
        ];
        Assert.All(texts, text =>
        {
            var reading = Read(text);
            Assert.Null(reading.Policy);
            Assert.InRange(reading.Errors.Count, 1, 100);
        });
    }

    [Fact]
    public void What_is_selected_is_a_candidate_that_the_rule_takes_whatever_the_order()
    {
        var number = Gen.Int[0, 3];
        var tag = Gen.Select(Gen.OneOf("", "v", "b"), number, number, Gen.OneOf("", ".0", ".1", "-rc1", "-dev"), (p, a, b, s) => $"{p}{a}.{b}{s}");
        var text = Gen.OneOf(
            "{constraint: ^1.0}", "{constraint: 1.x-0 || >2}", "{}", "{update-strategy: name}", "{update-strategy: latest}", "{update-strategy: digest, constraint: '1.1'}");
        var filter = Gen.OneOf("", ", ignore-tags: '*-dev,v?.*'", ", allow-tags: 'regexp:^[v1]'");
        Gen.Select(text, filter, tag.Null(), tag.Array[0, 30], Gen.Int[0, 1000]).Sample((rule, also, current, candidates, seed) =>
        {
            var policy = Policy(rule == "{}" ? "{" + also.TrimStart(',') + "}" : rule[..^1] + also + "}");
            var random = new Random(seed);
            var pushed = candidates.Distinct(StringComparer.Ordinal).Where(_ => random.Next(4) > 0)
                .ToDictionary(t => t, _ => DateTimeOffset.UnixEpoch.AddDays(random.Next(5)), StringComparer.Ordinal);
            var verdict = policy.Decide(new TagQuestion(current, candidates) { Facts = TagFacts.Of(pushed) });
            string[] shuffled = [.. candidates];
            random.Shuffle(shuffled);

            Assert.Equal(verdict, policy.Decide(new TagQuestion(current, shuffled) { Facts = TagFacts.Of(pushed) }));
            if (verdict.Selected is { } selected)
            {
                Assert.Contains(selected, candidates);
                Assert.NotEqual(current, selected);
                Assert.False(also.Contains("dev", StringComparison.Ordinal) && (selected.EndsWith("-dev", StringComparison.Ordinal) || selected.StartsWith('v')));
                Assert.False(also.Contains("regexp", StringComparison.Ordinal) && selected[0] is not ('v' or '1'));
                Assert.True(!rule.Contains('^', StringComparison.Ordinal) || (GoVersion.TryParse(selected, out var version) && version is { Major: 1, PreRelease: "" }));
                Assert.Null(policy.Decide(new TagQuestion(selected, candidates) { Facts = TagFacts.Of(pushed) }).Selected);
            }
        });
    }

    [Fact]
    public void No_text_breaks_it()
    {
        var piece = Gen.OneOf(
            "{", "}", "[", "]", ": ", ", ", "\n", "'", "\"", "&a ", "*a", "- ", "<<", "update-strategy", "constraint", "allow-tags", "ignore-tags", "platforms", "force-update", "digest", "semver", "regexp:", "(", "a*", "[a-", "^1.0", "é", "\0", "#", "|\n ");
        piece.Array[0, 20].Select(string.Concat).Sample(text =>
        {
            var reading = Read(text);
            Assert.True(reading.Policy is null == reading.Errors.Count > 0);
            reading.Policy?.Decide(new TagQuestion("1.0", ["1.1", "a", ""]));
        });
    }

    private static PolicyReading Read(string text) => new ArgoCdDialect().ReadPolicy(new SourceFile("policy.yml", text));

    private static IPolicy Policy(string text)
    {
        var reading = Read(text);
        Assert.Empty(reading.Errors);
        return reading.Policy!;
    }
}
