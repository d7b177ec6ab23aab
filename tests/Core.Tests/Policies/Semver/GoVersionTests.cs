using Basewatch.Core.Policies.Semver;

using CsCheck;

namespace Basewatch.Core.Tests.Policies.Semver;

/// <summary>Most inputs and outcomes are those of the original's <c>version_test.go</c>.</summary>
public sealed class GoVersionTests
{
    [Theory]
    [InlineData("1.2.3")]
    [InlineData("1.2.3+test.01")]
    [InlineData("1.2.3-alpha.-1")]
    [InlineData("v1.2.3")]
    [InlineData("1.0")]
    [InlineData("v1.0")]
    [InlineData("1")]
    [InlineData("v1")]
    [InlineData("1.2-5")]
    [InlineData("v1.2-5")]
    [InlineData("1.2-beta.5")]
    [InlineData("v1.2-beta.5")]
    [InlineData("1.2.0-x.Y.0+metadata")]
    [InlineData("v1.2.0-x.Y.0+metadata")]
    [InlineData("1.2.0-x.Y.0+metadata-width-hypen")]
    [InlineData("v1.2.0-x.Y.0+metadata-width-hypen")]
    [InlineData("1.2.3-rc1-with-hypen")]
    [InlineData("v1.2.3-rc1-with-hypen")]
    [InlineData("1.2.3-0abc123")]
    [InlineData("1.2.2147483648")]
    [InlineData("1.2147483648.3")]
    [InlineData("2147483648.3.0")]
    [InlineData("20221209-update-renovatejson-v4")]
    [InlineData("01.1.1")]
    [InlineData("1.01.1")]
    [InlineData("1.1.01")]
    [InlineData("18446744073709551615")]
    [InlineData("1-a.b.c")]
    public void A_version_is_read(string text)
    {
        Assert.True(GoVersion.TryParse(text, out var version));
        Assert.Equal(text, version.ToString());
    }

    [Theory]
    [InlineData("1.2.3-alpha.01")]
    [InlineData("1.2.beta")]
    [InlineData("v1.2.beta")]
    [InlineData("foo")]
    [InlineData("\n1.2")]
    [InlineData("\nv1.2")]
    [InlineData("1.2.3-beta.01")]
    [InlineData("1.2.3.4")]
    [InlineData("v1.2.3.4")]
    [InlineData("12.3.4.1234")]
    [InlineData("12.23.4.1234")]
    [InlineData("12.3.34.1234")]
    [InlineData("1.1.2+.123")]
    [InlineData("1.0.0-alpha_beta")]
    [InlineData("1.0.0-alpha..")]
    [InlineData("1.0.0-alpha..1")]
    [InlineData("9.8.7+meta+meta")]
    [InlineData("1.2.31----RC-SNAPSHOT.12.09.1--.12+788")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("v")]
    [InlineData("V1")]
    [InlineData("vv1")]
    [InlineData("1.")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3+")]
    [InlineData("1.2.3-a+")]
    [InlineData("1.2.3\n")]
    [InlineData("18446744073709551616")]
    public void What_is_no_version_is_told(string? text) => Assert.False(GoVersion.TryParse(text, out _));

    [Theory]
    [InlineData("1.2.3")]
    [InlineData("1.2.3+test.01")]
    [InlineData("1.2.3-alpha.-1")]
    [InlineData("1.2.0-x.Y.0+metadata")]
    [InlineData("1.2.0-x.Y.0+metadata-width-hypen")]
    [InlineData("1.2.3-rc1-with-hypen")]
    [InlineData("1.2.3-0abc123")]
    [InlineData("1.2.2147483648")]
    [InlineData("1.2147483648.3")]
    [InlineData("2147483648.3.0")]
    public void A_strict_version_is_read(string text) => Assert.True(GoVersion.TryParseStrict(text, out _));

    [Theory]
    [InlineData("1.2.3-alpha.01")]
    [InlineData("v1.2.3")]
    [InlineData("1.0")]
    [InlineData("v1.0")]
    [InlineData("1")]
    [InlineData("v1")]
    [InlineData("1.2")]
    [InlineData("1.2.beta")]
    [InlineData("v1.2.beta")]
    [InlineData("foo")]
    [InlineData("1.2-5")]
    [InlineData("v1.2-5")]
    [InlineData("1.2-beta.5")]
    [InlineData("v1.2-beta.5")]
    [InlineData("\n1.2")]
    [InlineData("\nv1.2")]
    [InlineData("v1.2.0-x.Y.0+metadata")]
    [InlineData("v1.2.0-x.Y.0+metadata-width-hypen")]
    [InlineData("1.2.3-beta.01")]
    [InlineData("v1.2.3-rc1-with-hypen")]
    [InlineData("1.2.3.4")]
    [InlineData("v1.2.3.4")]
    [InlineData("20221209-update-renovatejson-v4")]
    [InlineData("1.1.2+.123")]
    [InlineData("1.0.0-alpha_beta")]
    [InlineData("1.0.0-alpha..")]
    [InlineData("1.0.0-alpha..1")]
    [InlineData("01.1.1")]
    [InlineData("1.01.1")]
    [InlineData("1.1.01")]
    [InlineData("9.8.7+meta+meta")]
    [InlineData("1.2.31----RC-SNAPSHOT.12.09.1--.12+788")]
    [InlineData("1.2.3-0123")]
    [InlineData("1.2.3-0123.0123")]
    [InlineData("+invalid")]
    [InlineData("-invalid")]
    [InlineData("-invalid.01")]
    [InlineData("alpha+beta")]
    [InlineData("1.2.3-alpha_beta+foo")]
    public void What_is_no_strict_version_is_told(string text) => Assert.False(GoVersion.TryParseStrict(text, out _));

    [Theory]
    [InlineData("1.2.3", "1.5.1", -1)]
    [InlineData("2.2.3", "1.5.1", 1)]
    [InlineData("2.2.3", "2.2.2", 1)]
    [InlineData("3.2-beta", "3.2-beta", 0)]
    [InlineData("1.3", "1.1.4", 1)]
    [InlineData("4.2", "4.2-beta", 1)]
    [InlineData("4.2-alpha", "4.2-beta", -1)]
    [InlineData("4.2-beta.2", "4.2-beta.1", 1)]
    [InlineData("4.2-beta.10", "4.2-beta.9", 1)]
    [InlineData("4.2-beta2", "4.2-beta1", 1)]
    [InlineData("4.2-beta", "4.2-beta.2", -1)]
    [InlineData("4.2-beta", "4.2-beta.foo", -1)]
    [InlineData("1.2+bar", "1.2+baz", 0)]
    [InlineData("v01.2", "1.02.0", 0)]
    [InlineData("1.0.0-beta.4", "1.0.0-beta.-2", -1)]
    [InlineData("1.0.0-beta.-2", "1.0.0-beta.-3", -1)]
    [InlineData("1.0.0-beta.-3", "1.0.0-beta.5", 1)]
    [InlineData("1.0.0-99999999999999999999", "1.0.0-5", 1)]
    [InlineData("1.0.0-99999999999999999999", "1.0.0-100000000000000000000", 1)]
    public void Versions_have_an_order(string a, string b, int order)
    {
        Assert.True(GoVersion.TryParse(a, out var one));
        Assert.True(GoVersion.TryParse(b, out var other));
        Assert.Equal((order, -order), (Math.Sign(one.CompareVersion(other)), Math.Sign(other.CompareVersion(one))));
    }

    [Fact]
    public void A_version_has_its_parts()
    {
        Assert.True(GoVersion.TryParse("v1.02-rc.1+b.2", out var version));
        Assert.Equal((1UL, 2UL, 0UL, "rc.1", "b.2"), (version.Major, version.Minor, version.Patch, version.PreRelease, version.Metadata));
    }

    [Fact]
    public void What_is_strict_is_lenient_too()
    {
        var text = Gen.OneOf("0", "1", "01", "12", ".", "-", "+", "v", "a").Array[1, 9].Select(string.Concat);
        text.Sample(t => Assert.True(!GoVersion.TryParseStrict(t, out var strict) || (GoVersion.TryParse(t, out var version) && version == strict)));
    }
}
