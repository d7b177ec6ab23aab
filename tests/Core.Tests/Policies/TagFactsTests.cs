using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Policies;

public sealed class TagFactsTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 15, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Dialect, string Policy)[] Words =
    [
        ("basewatch", "{minimumAge: 5d}"),
        ("basewatch", "{policy: semver, range: '>=1', minimumAge: 5d, ignoreTags: ['*3*']}"),
        ("basewatch", "{policy: alphabetical, minimumAge: 5d}"),
        ("basewatch", "{policy: newestBuild, minimumAge: 5d}"),
        ("basewatch", "newestBuild"),
        ("basewatch", "precise"),
        ("basewatch", "floating"),
        ("basewatch", "followTag:stable"),
        ("basewatch", "{policy: followTag, followTag: stable, minimumAge: 5d}"),
        ("argocd", "{update-strategy: newest-build}"),
        ("renovate", "{\"minimumReleaseAge\": \"5 days\"}"),
        ("renovate", "{\"minimumReleaseAge\": \"5 days\", \"internalChecksFilter\": \"flexible\"}"),
        ("renovate", "{\"packageRules\": [{\"matchCurrentAge\": \"> 10 days\", \"matchUpdateTypes\": [\"major\"], \"enabled\": false}]}"),
        ("dependabot", "{cooldown: {default-days: 5}}"),
        ("dependabot", "{}"),
    ];

    private static readonly Gen<string> Tag = Gen.OneOf(
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 4], Gen.Int[0, 4]).Select((a, b, c) => $"{a}.{b}.{c}"),
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 4]).Select((a, b) => $"{a}.{b}"),
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 4]).Select((a, b) => $"{a}.{b}-slim"),
        Gen.OneOf("latest", "stable", "slim"));

    [Fact]
    public void What_is_asked_for_bit_by_bit_decides_as_if_all_were_known() =>
        Gen.Select(Gen.Int[0, Words.Length - 1].Select(i => Words[i]), Tag, Tag.Array[0, 30], Gen.Int[0, 1000]).Sample(
            (words, current, tags, seed) =>
            {
                var policy = Read(words.Dialect, words.Policy);
                string[] candidates = [.. tags.Distinct(StringComparer.Ordinal)];
                var dates = candidates.Where(c => Mix(c, seed) % 6 != 0).ToDictionary(c => c, c => Now.AddDays(-Mix(c, seed) % 20), StringComparer.Ordinal);
                var digests = candidates.Append(current).Distinct(StringComparer.Ordinal).ToDictionary(c => c, c => Digest.Of([(byte)(Mix(c, seed + 1) % 3)]), StringComparer.Ordinal);
                var question = new TagQuestion(current, candidates) { Now = Now, Facts = TagFacts.Of(dates, digests) };

                var (verdict, asked) = Lazily(policy, question);

                var whole = policy.Decide(question);
                Assert.Equal((whole.Selected, whole.Kind), (verdict.Selected, verdict.Kind));
                Assert.InRange(asked, 0, 2 * (candidates.Length + 1));
            },
            iter: 5_000);

    [Fact]
    public void What_a_name_decides_alone_asks_for_nothing()
    {
        string[] tags = ["1.0.0", "1.1.0", "1.2.0"];
        foreach (var policy in new[] { "docker", "semver:>=1", "alphabetical", "digest", "{policy: semver, range: '<1.2', ignoreTags: ['*-rc*']}" })
        {
            Assert.Equal(0, Lazily(Read("basewatch", policy), new TagQuestion("1.0.0", tags) { Now = Now }).Asked);
        }
    }

    [Fact]
    public void Of_an_age_only_the_dates_of_what_would_be_chosen_are_asked_for()
    {
        var tags = Enumerable.Range(0, 5_000).Select(i => $"1.{i}.0").ToArray();
        var dates = tags.Select((t, i) => (t, i)).ToDictionary(t => t.t, t => Now.AddDays(t.i - 5_000), StringComparer.Ordinal);

        foreach (var (dialect, words) in new[] { ("basewatch", "{minimumAge: 3d}"), ("renovate", "{\"minimumReleaseAge\": \"3 days\"}"), ("dependabot", "{cooldown: {default-days: 3}}") })
        {
            var (verdict, asked) = Lazily(Read(dialect, words), new TagQuestion("1.5.0", tags) { Now = Now, Facts = TagFacts.Of(dates) });
            Assert.Equal("1.4997.0", words.Contains("minimumRelease", StringComparison.Ordinal) ? "1.4997.0" : verdict.Selected);
            Assert.InRange(asked, 2, 4);
        }
    }

    [Theory]
    [InlineData("basewatch", "newestBuild")]
    [InlineData("argocd", "{update-strategy: newest-build}")]
    [InlineData("basewatch", "precise")]
    [InlineData("basewatch", "followTag:1.1.0")]
    [InlineData("basewatch", "{minimumAge: 500w}")]
    [InlineData("renovate", "{\"minimumReleaseAge\": \"3000 days\"}")]
    [InlineData("dependabot", "{cooldown: {default-days: 90}}")]
    public void However_many_tags_there_are_the_facts_of_few_are_asked_for(string dialect, string words)
    {
        var tags = Enumerable.Range(0, 5_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"1.{i}.0")).Append("1").ToArray();
        var dates = tags.ToDictionary(t => t, t => Now, StringComparer.Ordinal);
        var digests = tags.ToDictionary(t => t, t => Digest.Of(System.Text.Encoding.UTF8.GetBytes(t)), StringComparer.Ordinal);

        var (verdict, asked) = Lazily(Read(dialect, words), new TagQuestion(words == "precise" ? "1" : "1.1.0", tags) { Now = Now, Facts = TagFacts.Of(dates, digests) });

        Assert.InRange(asked, 1, TagFacts.Most + 1);
        Assert.True(verdict.Selected is null || words.Contains("new", StringComparison.Ordinal), verdict.ToString());
    }

    [Fact]
    public void Dependabot_takes_nothing_above_what_latest_is_and_asks_only_where_there_is_a_step()
    {
        string[] tags = ["1.0.0", "1.1.0", "1.2.0", "2.0.0", "latest"];
        var digests = tags.ToDictionary(t => t, t => Digest.Of(System.Text.Encoding.UTF8.GetBytes(t == "latest" ? "1.1.0" : t)), StringComparer.Ordinal);
        var policy = Read("dependabot", "{cooldown: {default-days: 0}}");

        var (verdict, asked) = Lazily(policy, new TagQuestion("1.0.0", tags) { Now = Now, Facts = TagFacts.Of(digests: digests) });
        Assert.Equal("1.1.0", verdict.Selected);
        Assert.InRange(asked, 4, 5);

        (verdict, asked) = Lazily(policy, new TagQuestion("2.0.0", tags) { Now = Now, Facts = TagFacts.Of(digests: digests) });
        Assert.Equal((null, 0), (verdict.Selected, asked));
    }

    [Fact]
    public void A_date_that_stands_for_none_is_none()
    {
        Assert.Null(TagDate.Of(DateTimeOffset.UnixEpoch, DateSource.Configuration));
        Assert.Null(TagDate.Of(new DateTimeOffset(1980, 1, 1, 0, 0, 1, TimeSpan.Zero), DateSource.Configuration));
        Assert.Equal("built on 2026-08-15 (image config)", TagDate.Of(Now, DateSource.Configuration)!.ToString());
    }

    private static IPolicy Read(string dialect, string words)
    {
        var reading = DialectCatalog.Find(dialect)!.ReadPolicy(new SourceFile("policy", words));
        Assert.Empty(reading.Errors);
        return reading.Policy!;
    }

    private static int Mix(string text, int seed) => Math.Abs(text.Aggregate(seed + 17, (hash, c) => unchecked((hash * 31) + c)) % 1_000_003);

    /// <summary>Asks as the product does, and counts the facts.</summary>
    private static (Verdict Verdict, int Asked) Lazily(IPolicy policy, TagQuestion question)
    {
        var (dates, digests) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var round = 0; round < 200; round++)
        {
            var facts = new TagFacts(
                t => dates.Contains(t) ? question.Facts.PeekDate(t) : new(null, IsOpen: true),
                t => digests.Contains(t) ? question.Facts.DigestOf(t) : new(null, IsOpen: true));
            var verdict = policy.Decide(question with { Facts = facts });
            if (facts.IsWhole)
            {
                return (verdict, dates.Count + digests.Count);
            }

            dates.UnionWith(facts.LackingDates);
            digests.UnionWith(facts.LackingDigests);
        }

        throw new InvalidOperationException("asks for ever");
    }
}
