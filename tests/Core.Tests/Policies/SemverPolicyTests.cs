using Basewatch.Core.Images;
using Basewatch.Core.Policies;

using CsCheck;


namespace Basewatch.Core.Tests.Policies;

public sealed class SemverPolicyTests
{
    [Theory]
    [InlineData(">=3.12 <3.13", "3.12.1-slim", "3.12.4-slim 3.12.5 3.13.0-slim", "3.12.4-slim")]
    [InlineData("^1.0", "v1.0.1", "1.9.0 v1.8.0 v2.0.0 v1.9.0-rc1", "v1.8.0")]
    [InlineData("~1.2", "1.2.0", "1.2.9 1.3.0", "1.2.9")]
    [InlineData("1.x", "1.2", "1.3 1.4.1 2.0", "1.3")]
    [InlineData("<2", "1.2.0", "2.0.0", null)]
    [InlineData("<2", "3.2.0", "1.0.0 4.0.0", null)]
    [InlineData(">=1.0.0-rc1", "1.0.0-rc1", "1.0.0-rc2 1.1.0-rc1", "1.0.0-rc2")]
    [InlineData("*", "latest", "1.0.0", null)]
    [InlineData("*", null, "1.0.0 1.1 1.1.0 v1.0.9 2.0.0-alpine 20240101", "1.1.0")]
    public void The_newest_version_in_the_range_is_next(string range, string? current, string candidates, string? selected)
    {
        Assert.True(SemverPolicy.TryCreate(range, out var policy, out _));

        Assert.Equal(selected, policy.Decide(new TagQuestion(current, candidates.Split(' '))).Selected);
    }

    [Theory]
    [InlineData("docker", "docker")]
    [InlineData(" digest ", "digest")]
    [InlineData("semver: ~3.12", "semver")]
    public void A_short_form_makes_a_policy(string text, string name)
    {
        Assert.True(PolicyCatalog.TryCreate(text, out var policy, out _));
        Assert.Equal(name, policy.Name);
    }

    [Theory]
    [InlineData(null, "there is no policy ''")]
    [InlineData("newest", "there is no policy 'newest'")]
    [InlineData("semver", "needs a range")]
    [InlineData("semver:", "needs a range")]
    [InlineData("semver:>=banana", "'>=banana' is no version range")]
    [InlineData("docker:3", "takes nothing behind a colon")]
    public void A_wrong_short_form_is_explained(string? text, string error)
    {
        Assert.False(PolicyCatalog.TryCreate(text, out _, out var said));
        Assert.Contains(error, said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_digest_policy_never_moves_a_tag() =>
        Assert.Equal((null, UpdateKind.None), new DigestPolicy().Decide(new TagQuestion("1.0", ["1.1"])) is var v ? (v.Selected, v.Kind) : default);

    [Fact]
    public void What_is_selected_is_a_newer_candidate_in_the_range_written_alike_whatever_the_order()
    {
        var number = Gen.Int[0, 9];
        var tag = Gen.Select(Gen.OneOf("", "v"), number, number, number, Gen.OneOf("", "", "-rc1", "-slim"), (v, a, b, c, s) => $"{v}{a}.{b}.{c}{s}");

        Gen.Select(tag, tag.Array[0, 40], number, Gen.Int[0, 1000]).Sample((current, candidates, most, seed) =>
        {
            Assert.True(SemverPolicy.TryCreate($"<={most}.x", out var policy, out _));
            var verdict = policy.Decide(new TagQuestion(current, candidates));
            string[] shuffled = [.. candidates];
            new Random(seed).Shuffle(shuffled);

            Assert.Equal(verdict, policy.Decide(new TagQuestion(current, shuffled)));
            if (verdict.Selected is { } selected)
            {
                var (before, after) = (TagVersion.Of(current), TagVersion.Of(selected));
                Assert.Contains(selected, candidates);
                Assert.True(after.IsWrittenLike(before) && after.Suffix == before.Suffix && after.CompareVersion(before) > 0);
                Assert.True(after.Numbers[0] <= most);
                Assert.Null(policy.Decide(new TagQuestion(selected, candidates)).Selected);
            }
        });
    }
}
