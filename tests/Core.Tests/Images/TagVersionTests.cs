using Basewatch.Core.Images;

using CsCheck;


namespace Basewatch.Core.Tests.Images;

public sealed class TagVersionTests
{
    [Theory]
    [InlineData("3.12-slim-bookworm", "|3.12||-slim-bookworm")]
    [InlineData("3.18-alpine3.18", "|3.18||-alpine3.18")]
    [InlineData("17.0.9_9-jre", "|17.0.9|_9|-jre")]
    [InlineData("9.0-1697", "|9.0|-1697|")]
    [InlineData("15.3-r1", "|15.3|-r1|")]
    [InlineData("4.8-windowsservercore-ltsc2022", "|4.8||-windowsservercore-ltsc2022")]
    [InlineData("4.8-20240111-windowsservercore-ltsc2022", "|4.8|-20240111|-windowsservercore-ltsc2022")]
    [InlineData("1.0.0-rc1", "|1.0.0|rc1|")]
    [InlineData("3.7.0b1", "|3.7.0|b1|")]
    [InlineData("3.20.0_rc1", "|3.20.0|rc1|")]
    [InlineData("18.0.0.Beta1", "|18.0.0|beta1|")]
    [InlineData("18.0.0.Final", "|18.0.0||.Final")]
    [InlineData("2.4.1a", "|2.4.1||a")]
    [InlineData("v1.2.4", "v|1.2.4||")]
    [InlineData("release-v1.2.4", "release-v|1.2.4||")]
    [InlineData("alpine-2.3.0", "alpine-|2.3.0||")]
    [InlineData("18.04", "|18.4||")]
    [InlineData("8.0.100-jammy", "|8.0.100||-jammy")]
    [InlineData("8u392-b08-jdk", "|8.392|-b8|-jdk")]
    [InlineData("v3.9.0-177-ged5bcde", "v|3.9.0|-g177|")]
    [InlineData("4.0.13-24-trixie", "|4.0.13||-24-trixie")]
    [InlineData("1.2.3-debian-11-r12", "|1.2.3|$r12|-debian-11")]
    [InlineData("10.9.1-noble-rc", "|10.9.1|rc|-noble")]
    [InlineData("2019-CU18-ubuntu-20.04", "|2019|-CU18|-ubuntu-20.04")]
    [InlineData("1234567", "|1234567||")]
    public void A_version_is_read_with_what_is_around_it(string tag, string parts)
    {
        var read = TagVersion.Of(tag);

        Assert.Equal(TagScheme.Version, read.Scheme);
        Assert.Equal(parts, $"{read.Prefix}|{string.Join('.', read.Numbers)}|{read.PreReleaseText?.ToLowerInvariant()}{read.BuildWord?.TrimEnd('-')}{(read.BuildWord == "-" ? "-" : "")}{string.Join('.', read.Build)}|{read.Suffix}");
    }

    [Theory]
    [InlineData("2024-01-01", "|2024.1.1|")]
    [InlineData("20231001", "|20231001|")]
    [InlineData("202401", "|202401|")]
    [InlineData("RELEASE.2024-01-16T16-07-38Z", "RELEASE.|2024.1.16.16.7.38|")]
    [InlineData("bullseye-20240110", "bullseye-|20240110|")]
    [InlineData("bookworm-20240110-slim", "bookworm-|20240110|-slim")]
    [InlineData("base-20240101.0.204074", "base-|20240101.0.204074|")]
    public void A_date_is_told_apart_from_a_version(string tag, string parts)
    {
        var read = TagVersion.Of(tag);

        Assert.Equal(TagScheme.Date, read.Scheme);
        Assert.Equal(parts, $"{read.Prefix}|{string.Join('.', read.Numbers)}|{read.Suffix}");
    }

    [Theory]
    [InlineData("0a1b2c3", TagScheme.Commit)]
    [InlineData("sha-0a1b2c3", TagScheme.Commit)]
    [InlineData("stable", TagScheme.Name)]
    [InlineData("latest", TagScheme.Name)]
    [InlineData("alpine3.20", TagScheme.Name)]
    [InlineData("ltsc2022", TagScheme.Name)]
    [InlineData("20241332", TagScheme.Version)]
    [InlineData("1.2.3.4.5.6.7.8.9", TagScheme.Name)]
    [InlineData("9999999999999999999999", TagScheme.Name)]
    public void Names_commits_and_what_can_not_be_read_have_no_order(string tag, TagScheme scheme) =>
        Assert.Equal(scheme, TagVersion.Of(tag).Scheme);

    [Fact]
    public void Pre_releases_come_in_their_order_before_the_release_and_builds_after_it()
    {
        string[] ordered = ["1.2.0-dev1", "1.2.0a1", "1.2.0-alpha.2", "1.2.0-preview.1", "1.2.0b1", "1.2.0-rc1", "1.2.0-rc2", "1.2.0", "1.2.0-r1", "1.2.0-r12", "1.2.1"];

        Assert.Equal(ordered, ordered.Reverse().Order(Comparer<string>.Create((a, b) => TagVersion.Of(a).CompareVersion(TagVersion.Of(b)))));
    }

    [Fact]
    public void Any_text_is_read_and_nothing_of_it_is_lost_or_thrown()
    {
        var piece = Gen.OneOf("-", "_", ".", "v", "rc", "b", "g0a1b2c3", "T", "Z", "u", "r", "KB", "20240110", "2024", "01", "7", "999999999999999999999", "slim");

        piece.Array[0, 12].Select(string.Concat).Sample(
            tag =>
            {
                var read = TagVersion.Of(tag);
                Assert.Equal(tag, read.Text);
                Assert.StartsWith(read.Prefix + read.VersionText, tag, StringComparison.Ordinal);
                Assert.Contains(read.Suffix, tag, StringComparison.Ordinal);
                Assert.Equal(read.IsOrdered, read.Precision > 0);
                Assert.True(!read.IsOrdered || (read.IsWrittenLike(TagVersion.Of(tag)) && read.CompareVersion(TagVersion.Of(tag)) == 0));
            },
            iter: 20_000);
    }
}
