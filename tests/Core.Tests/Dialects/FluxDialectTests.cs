using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class FluxDialectTests
{
    private const string NotTag = "^.*\\\\-alpha$";

    /// <summary>The inputs and outcomes of image-reflector-controller's tests of policies and of tag filters.</summary>
    [Theory]
    [InlineData("{semver: {range: 1.0.x}}", "1.0.0 1.0.0.1 1.0.0p 1.0.1 1.2.0 0.1.0", "1.0.1")]
    [InlineData("{semver: {range: 1.0.x}}", "v1.2.3 v1.0.0 v0.1.0", "v1.0.0")]
    [InlineData("{semver: {range: 1.0.x}}", "b1.2.3 b1.0.0 b0.1.0", null)]
    [InlineData("{semver: {range: 1.0.x}}", "", null)]
    [InlineData("{semver: {range: 1.0.x}}", "1.2.0", null)]
    [InlineData("{semver: {range: v1.0.x}}", "1.0.0 2.0.0 1.0.1 1.2.0", "1.0.1")]
    [InlineData("{semver: {range: 1.0.x}}", "v1.0.0 v2.0.0 v1.0.1 v1.2.0", "v1.0.1")]
    [InlineData("{semver: {range: 1.0.x}}", "0.1.0 0.1.1 0.2.0 1.0.0 1.0.1 1.0.2 1.1.0-alpha", "1.0.2")]
    [InlineData("{alphabetical: {order: asc}}", "16.04 16.04.1 16.10 20.04 20.10", "20.10")]
    [InlineData("{alphabetical: {order: desc}}", "16.04 16.04.1 16.10 20.04 20.10", "16.04")]
    [InlineData("{alphabetical: {}}", "xenial yakkety zesty artful bionic", "zesty")]
    [InlineData("{alphabetical: {order: desc}}", "xenial yakkety zesty artful bionic", "artful")]
    [InlineData("{alphabetical: {order: ''}}", "1606234201 1606364286 1606334092 1606334284 1606334201", "1606364286")]
    [InlineData("{alphabetical: {order: DESC}}", "1606234201 1606364286 1606334092 1606334284 1606334201", "1606234201")]
    [InlineData("{alphabetical: {order: asc}}", "rel-1606234201 rel-1606364286 rel-1606334092 rel-1606334284 rel-1606334201", "rel-1606364286")]
    [InlineData("{alphabetical: {order: asc}}", "2021-01-08T21-18-21Z 2020-05-08T21-18-21Z 1990-01-08T00-20-00Z 2023-05-08T00-20-00Z", "2023-05-08T00-20-00Z")]
    [InlineData("{alphabetical: {order: desc}}", "2021-01-08T21-18-21Z 2020-05-08T21-18-21Z 1990-01-08T00-20-00Z 2023-05-08T00-20-00Z", "1990-01-08T00-20-00Z")]
    [InlineData("{alphabetical: {order: asc}}", "", null)]
    [InlineData("{numerical: {order: asc}}", "-62 -88 73 72 15 16 15 29 -33 -91", "73")]
    [InlineData("{numerical: {order: desc}}", "5 -8 -78 25 70 -4 80 92 -20 -24", "-78")]
    [InlineData("{numerical: {}}", "47.40896403322944 -27.8520927455902 53.47333823144817 3.2008658570411086", "53.47333823144817")]
    [InlineData("{numerical: {order: desc}}", "-65.27202780220686 57.82948329142309 -90.29082099756083 -12.041712603564264", "-90.29082099756083")]
    [InlineData("{numerical: {}}", "1", "1")]
    [InlineData("{numerical: {}}", "0 1a b", null)]
    [InlineData("{numerical: {}}", "", null)]
    public void The_latest_is_what_Flux_finds(string policy, string tags, string? selected) =>
        Assert.Equal(selected, Decide($"{{policy: {policy}}}", tags).Selected);

    [Theory]
    [InlineData("{semver: {range: '>=0.x'}}", "^test-(.*)$", "$1", "test-0.1.0 test-0.1.1 dev-0.2.0 1.0.0 1.0.1 1.0.2 1.1.0-alpha", "test-0.1.1")]
    [InlineData("{numerical: {order: asc}}", @"1.0.0-rc\.(?P<num>[0-9]+)", "$num", "1.0.0 1.0.0-rc.1 1.0.0-rc.2 1.0.0-rc.3 1.0.1-rc.2", "1.0.0-rc.3")]
    [InlineData("{alphabetical: {order: asc}}", "foo-(?P<word>[a-z]+)", "$word", "foo-aaa bar-bbb foo-zzz baz-nnn foo-ooo", "foo-zzz")]
    [InlineData("{alphabetical: {}}", "^ver", "", "ver1 ver2 ver3 rel1", "ver3")]
    [InlineData("{numerical: {}}", @"ver(\d+)", "$1", "ver1 ver2 ver3 rel1 ver10", "ver10")]
    [InlineData("{alphabetical: {}}", "^(?P<tag>123-[0-9]+\\.[0-9]+\\.[a-z0-9]+[^-debug])", "$tag", "123-123.123.abcd123-debug 123-123.123.abcd123 123-123.123.abcd456-debug 123-123.123.abcd456", "123-123.123.abcd456")]
    [InlineData("{alphabetical: {}}", "^123-[0-9]+\\.[0-9]+\\.[a-z0-9]+-debug", "", "123-123.123.abcd123-debug 123-123.123.abcd123 123-123.123.abcd456-debug 123-123.123.abcd456", "123-123.123.abcd456-debug")]
    [InlineData("{alphabetical: {}}", @"^RELEASE\.(?P<timestamp>.*)Z$", "$timestamp", "RELEASE.2024-01-16T16-07-38Z RELEASE.2024-02-01T00-00-00Z RELEASE.2024-03-01T00-00-00Z.fips latest", "RELEASE.2024-02-01T00-00-00Z")]
    [InlineData("{numerical: {}}", "^main-[a-f0-9]+-(?P<ts>[0-9]+)", "$ts", "main-0a1b2c-1700000000 main-ffffff-1600000000 main-abc-1800000000", "main-abc-1800000000")]
    [InlineData("{semver: {range: '*'}}", "nothing", "", "1.0.0", null)]
    public void Tags_are_filtered_and_extracted_from(string policy, string pattern, string extract, string tags, string? selected) =>
        Assert.Equal(selected, Decide(Spec(policy, pattern, extract), tags).Selected);

    /// <summary>Go's <c>Expand</c> and RE2, where .NET would do otherwise.</summary>
    [Theory]
    [InlineData("(?P<a>[0-9]+)-([0-9]+)", "$2", "1-5 2-4", "1-5")]
    [InlineData("([0-9]+)-(?P<a>[0-9]+)", "${a}", "1-5 2-4", "1-5")]
    [InlineData("([0-9]+)-([0-9]+)", "${1}0", "1-5 2-4", "2-4")]
    [InlineData("([0-9]+)-([0-9]+)", "1$1x", "1-5 2-4", "1-5")]
    [InlineData("[0-9]+", "$0", "a1 b3 c2", "b3")]
    [InlineData("([[:digit:]]+)$", "$1", "a1 b3 c2", "b3")]
    [InlineData(@"\Qa.\E(\d)", "$1", "a.1 ab9", "a.1")]
    [InlineData("[a-z-[]([0-9])", "$1", "a1 -2 e0", "-2")]
    [InlineData("(?i:RC)([0-9])", "$1", "rc1 RC2 xx9", "RC2")]
    [InlineData("(?i)RC([0-9])", "$1", "rc1 RC2 xx9", "RC2")]
    [InlineData(@"\x{72}\x63(\pN)", "$1", "rc1 rc2 xx9", "rc2")]
    [InlineData(@"r\_(\p{^L})", "$1", "r_1 r_2 xx9", "r_2")]
    [InlineData("a{,2}(.)", "$1", "a{,2}7 aa9", "a{,2}7")]
    public void Expressions_are_Go_s(string pattern, string extract, string tags, string selected) =>
        Assert.Equal(selected, Decide(Spec("{numerical: {}}", pattern, extract), tags).Selected);

    [Theory]
    [InlineData("{semver: {range: '*'}}", "1.0 2 v3 1.0.0", "1.0.0")]
    [InlineData("{semver: {range: '*-0'}}", "1-rc.1.2 0.9.0", "1-rc.1.2")]
    [InlineData("{semver: {range: '*'}}", "2024.01.05 2024.1.4", "2024.01.05")]
    [InlineData("{semver: {range: '*'}}", "1.0.0 v1.0.0 01.0.0", "v1.0.0")]
    [InlineData("{semver: {range: '>=1.0.0'}}", "1.0.0 2.0.0-rc.1", "1.0.0")]
    [InlineData("{semver: {range: '>=1.0.0-0'}}", "1.0.0 2.0.0-rc.1", "2.0.0-rc.1")]
    [InlineData("{semver: {range: '^0.2.3'}}", "0.2.9 0.3.0", "0.2.9")]
    [InlineData("{numerical: {}}", "1 01 1.0", "01")]
    [InlineData("{numerical: {}}", "1_000 999 1e2 0x1p3", "1_000")]
    [InlineData("{numerical: {}}", "inf 5 NaN", "5")]
    [InlineData("{numerical: {}}", "1e999 5", null)]
    [InlineData("{numerical: {}}", "1__0 5", null)]
    [InlineData("{numerical: {}}", "0x1F 5", null)]
    [InlineData("{numerical: {}}", "0x1F.8p1 63.5", "63.5")]
    public void An_odd_tag_counts_as_in_Flux(string policy, string tags, string? selected) =>
        Assert.Equal(selected, Decide($"{{policy: {policy}}}", tags).Selected);

    [Theory]
    [InlineData("null", "1.0.0.sig 0.1.0 1.0.0", "1.0.0.sig", false)]
    [InlineData("[]", "1.0.0.sig 0.1.0 1.0.0", "1.0.0.sig", false)]
    [InlineData("[\"" + NotTag + "\"]", "1.0.0-alpha 1.0.0.sig 0.1.0", "1.0.0.sig", true)]
    [InlineData("[\"" + NotTag + "\"]", "1.0.0-alpha", "1.0.0-alpha", false)]
    [InlineData("[c, a]", "a b c", "c", false)]
    public void Excluded_tags_are_never_chosen(string list, string tags, string tag, bool chosen) =>
        Assert.Equal(chosen, Decide($"{{policy: {{alphabetical: {{}}}}, exclusionList: {list}}}", tags).Selected == tag);

    [Fact]
    public void The_current_tag_has_no_say_and_stays_when_it_is_the_latest()
    {
        const string Spec = "{policy: {semver: {range: 1.x}}}";
        Assert.Equal(new Verdict(null, UpdateKind.None, "1.2.0 is the newest version in 1.x"), Decide(Spec, "1.0.0 1.2.0", "1.2.0"));
        Assert.Equal(new Verdict("1.2.0", UpdateKind.Minor, "the newest version in 1.x"), Decide(Spec, "1.0.0 1.2.0", "1.0.0"));
        Assert.Equal(new Verdict("1.2.0", UpdateKind.Major, "the newest version in 1.x"), Decide(Spec, "1.0.0 1.2.0 2.0.0", "2.0.0"));
        Assert.Equal(new Verdict("1.2.0", UpdateKind.Major, "the newest version in 1.x"), Decide(Spec, "1.0.0 1.2.0", "latest"));
        Assert.Equal(Verdict.Stay("the policy is suspended"), Decide("{policy: {semver: {range: 1.x}}, suspend: true}", "1.0.0"));
    }

    [Theory]
    [InlineData("{policy: {semver: {range: 1.0.x}}}", "2.0.0", "no tag is a version in 1.0.x")]
    [InlineData("{policy: {numerical: {}}}", "1 x", "'x' is no number, and Flux orders nothing then: leave such tags out with filterTags")]
    [InlineData("{policy: {numerical: {}}, filterTags: {pattern: ^a}}", "b", "there are no tags that match ^a")]
    [InlineData("{policy: {numerical: {}}}", "a.sig", "there is no tag that is not excluded")]
    public void A_reason_tells_why_nothing_is_chosen(string spec, string tags, string reason) =>
        Assert.Equal(Verdict.Stay(reason), Decide(spec, tags));

    [Theory]
    [InlineData("1.0.x", 1, "write the spec of one ImagePolicy")]
    [InlineData("", 1, "write the spec of one ImagePolicy")]
    [InlineData("{}", 1, "'policy' is missing")]
    [InlineData("policy: {}", 1, "'policy' is empty")]
    [InlineData("policy: {semver: null}", 1, "'policy' is empty")]
    [InlineData("policy: 1.x", 1, "'policy' has keys: semver, alphabetical, numerical")]
    [InlineData("policy:\n  semver:\n    range: 1x", 3, "'1x' is no version range")]
    [InlineData("policy:\n  semver:\n    range: ''", 3, "there is an empty version range")]
    [InlineData("policy:\n  semver: {}", 2, "'range' is missing")]
    [InlineData("policy:\n  semver: '1.x'", 2, "'semver' has keys: range")]
    [InlineData("policy:\n  semver: {range: [1]}", 2, "'range' is a text")]
    [InlineData("policy:\n  alphabetical: {order: up}", 2, "'order' is asc or desc")]
    [InlineData("policy:\n  semVer: {range: 1.x}", 2, "there is no key 'semVer' in 'policy': did you mean 'semver'?")]
    [InlineData("policy: {alphabetical: {}}\nfiltertags: {}", 2, "did you mean 'filterTags'?")]
    [InlineData("policy: {alphabetical: {}}\nkind: ImagePolicy", 2, "there is no key 'kind': known are policy, filterTags, exclusionList")]
    [InlineData("policy: {alphabetical: {}}\npolicy: {numerical: {}}", 2, "'policy' is written twice, first in line 1")]
    [InlineData("policy: {alphabetical: {}}\nfilterTags:\n  pattern: ^test-(.*", 3, "'^test-(.*' is no regular expression")]
    [InlineData("policy: {alphabetical: {}}\nfilterTags: {pattern: '(?=a)'}", 2, "it has a look-around, which RE2 doesn't know")]
    [InlineData("policy: {alphabetical: {}}\nfilterTags: {pattern: '(a)\\1'}", 2, "it has a back-reference, which RE2 doesn't know")]
    [InlineData("policy: {alphabetical: {}}\nfilterTags: {pattern: 'a{1001}'}", 2, "RE2 counts to 1000")]
    [InlineData("policy: {alphabetical: {}}\nfilterTags: {pattern: 'a**'}", 2, "is no regular expression")]
    [InlineData("policy: {alphabetical: {}}\nexclusionList:\n- a\n- '[='", 4, "it has a '[' without its ']'")]
    [InlineData("policy: {alphabetical: {}}\nexclusionList: a", 2, "'exclusionList' is a list")]
    [InlineData("policy: {alphabetical: {}}\ndigestReflectionPolicy: Sometimes", 2, "is Never, IfNotPresent or Always")]
    [InlineData("policy: {alphabetical: {}}\ndigestReflectionPolicy: Always", 2, "needs an interval")]
    [InlineData("policy: {alphabetical: {}}\ninterval: 5m", 2, "'interval' is there only with")]
    [InlineData("policy: {alphabetical: {}}\nsuspend: maybe", 2, "'suspend' is true or false")]
    [InlineData("policy: {alphabetical: {}}\n---\npolicy: {alphabetical: {}}", 3, "more than one document")]
    [InlineData("policy: ]", 1, "no valid YAML")]
    public void What_is_wrong_is_told_with_its_line(string spec, int line, string said)
    {
        var reading = Read(spec);

        Assert.Null(reading.Policy);
        var error = Assert.Single(reading.Errors);
        Assert.Equal(line, error.Line);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_meaning_here_is_told_once_and_harms_nothing()
    {
        var reading = Read("imageRepositoryRef: {name: app}\nimage: ghcr.io/acme/app\ninterval: 5m\nprovider: azure\ndigestReflectionPolicy: IfNotPresent\npolicy:\n  semver: {range: 1.x}\n  numerical: {}\n");

        Assert.Empty(reading.Errors);
        Assert.NotNull(reading.Policy);
        Assert.Equal([(2, "image"), (3, "interval"), (4, "provider"), (5, "digestReflectionPolicy"), (8, "numerical")], reading.Remarks.Select(r => (r.Line!.Value, r.Message.Split('\'')[1])).Order());
        Assert.Empty(Read("{\"policy\": {\"semver\": {\"range\": \"1.x\"}}, \"imageRepositoryRef\": {\"name\": \"app\"}}").Remarks);
    }

    [Fact]
    public void The_dialect_is_found_by_its_name() => Assert.IsType<FluxDialect>(DialectCatalog.Find("flux"));

    [Fact]
    public void What_is_chosen_is_a_candidate_whatever_the_order_and_chosen_again()
    {
        var policy = Gen.OneOf("{semver: {range: '>=0.1-0'}}", "{semver: {range: 1.x}}", "{alphabetical: {}}", "{alphabetical: {order: desc}}", "{numerical: {}}", "{numerical: {order: desc}}");
        var filter = Gen.OneOf("", ", filterTags: {pattern: '^v?(.*)$', extract: $1}", ", filterTags: {pattern: '[0-9]'}", ", exclusionList: ['0$']");
        var tag = Gen.OneOf(
            Gen.Select(Gen.OneOf("", "v"), Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2], Gen.OneOf("", "-rc.1", "+b")).Select((v, a, b, c, s) => $"{v}{a}.{b}.{c}{s}"),
            Gen.Int[0, 20].Select(i => i.ToString(CultureInfo.InvariantCulture)),
            Gen.OneOf("nan", "inf", "1.0", "01", "latest", "a.sig"));
        Gen.Select(policy, filter, tag.Array[0, 20], Gen.Int).Sample((p, f, tags, seed) =>
        {
            var spec = $"{{policy: {p}{f}}}";
            var verdict = Read(spec).Policy!.Decide(new TagQuestion(null, tags));
            var shuffled = tags.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(verdict, Read(spec).Policy!.Decide(new TagQuestion(null, shuffled)));
            if (verdict.Selected is { } selected)
            {
                Assert.Contains(selected, tags);
                Assert.Null(Read(spec).Policy!.Decide(new TagQuestion(selected, tags)).Selected);
            }
        });
    }

    [Fact]
    public void Nothing_throws_whatever_the_text()
    {
        var piece = Gen.OneOf("policy", "semver", "range", "filterTags", "pattern", "extract", "exclusionList", ": ", "{", "}", "[", "]", ", ", "\n", "  ", "- ", "'", "\"", "&a ", "*a", "1.x", "(?P<a>", "\\", "$1", "${", ")", "null", "|\n");
        piece.Array[0, 25].Select(string.Concat).Sample(text =>
        {
            var reading = Read(text);
            Assert.Equal(reading.Policy is null, reading.Errors.Count > 0);
            reading.Policy?.Decide(new TagQuestion("1.0.0", ["1.0.1", "a.sig", ""]));
        });
    }

    [Fact]
    public void No_expression_throws()
    {
        var piece = Gen.OneOf("a", "1", ".", "*", "+", "?", "(", ")", "(?", "(?P<n>", "(?i)", ":", "[", "]", "[^", "[:alpha:]", "-", "\\", "\\d", "\\Q", "\\E", "\\p{L}", "\\pN", "\\x", "{", "}", "{2}", "{2,3}", "|", "^", "$", "$n", "é", "{1000}", "#", " ");
        piece.Array[0, 15].Select(string.Concat).Sample(pattern =>
        {
            var reading = Read(Spec("{alphabetical: {}}", pattern, pattern));
            Assert.Equal(reading.Policy is null, reading.Errors.Count > 0);
            reading.Policy?.Decide(new TagQuestion(null, ["a1", "aa-11", "1.0.0"]));
        });
    }

    [Fact]
    public void A_hostile_expression_costs_little()
    {
        var tags = Enumerable.Range(0, 2_000).Select(i => new string('a', 120) + i.ToString(CultureInfo.InvariantCulture)).ToArray();
        var clock = Stopwatch.StartNew();
        foreach (var pattern in new[] { "(a+)+$", "(a|aa)*(a|aa)*b", "(((a{1,100}){1,100}){1,100})b", "(.*)(.*)(.*)(.*)(.*)b" })
        {
            Read(Spec("{alphabetical: {}}", pattern, "$0$0$0")).Policy?.Decide(new TagQuestion(null, tags));
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private static string Spec(string policy, string pattern, string extract) =>
        $"{{policy: {policy}, filterTags: {{pattern: {JsonSerializer.Serialize(pattern)}, extract: {JsonSerializer.Serialize(extract)}}}}}";

    private static PolicyReading Read(string spec) => new FluxDialect().ReadPolicy(new SourceFile("--policy", spec));

    private static Verdict Decide(string spec, string tags, string? current = null)
    {
        var reading = Read(spec);
        Assert.Empty(reading.Errors);
        return reading.Policy!.Decide(new TagQuestion(current, tags.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }
}
