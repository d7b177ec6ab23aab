using Basewatch.Core.Packages;
using CsCheck;

namespace Basewatch.Core.Tests.Packages;

/// <summary>The orders of the distributions' versions.</summary>
public sealed class VersionOrderTests
{
    internal static readonly Gen<string> Debian =
        from epoch in Gen.Frequency((8, Gen.Const("")), (1, Gen.Int[0, 12].Select(e => $"{e}:")))
        from first in Gen.Int[0, 30]
        from upstream in Gen.OneOf("0", "1", "00", "9", "10", "a", "B", "z", ".", "+", "~", "-", "~~", ".0", "+dfsg", "~rc1", "~bpo12+1").Array[0, 6]
        from revision in Gen.Frequency((1, Gen.Const("")), (3, Gen.OneOf("-0", "-1", "-01", "-1+b1", "-1~deb12u1", "-1ubuntu2", "-1+deb12u5", "-~", "-a")))
        select $"{epoch}{first}{string.Concat(upstream)}{revision}";

    private static readonly Gen<string> Apk =
        from numbers in Gen.OneOf("0", "1", "2", "9", "10", "01", "05", "100").Array[1, 4]
        from letter in Gen.Frequency((4, Gen.Const("")), (1, Gen.OneOf("a", "b", "z")))
        from suffix in Gen.Frequency((3, Gen.Const("")), (2, Gen.OneOf("_alpha", "_alpha2", "_beta1", "_pre", "_pre3", "_rc1", "_rc10", "_git20240101", "_p1", "_p2", "_rc1_p1")))
        from revision in Gen.Frequency((1, Gen.Const("")), (3, Gen.Int[0, 12].Select(r => $"-r{r}")))
        select string.Join('.', numbers) + letter + suffix + revision;

    private static readonly Gen<string> Rpm =
        from epoch in Gen.Frequency((5, Gen.Const("")), (1, Gen.Int[0, 3].Select(e => $"{e}:")))
        from version in Gen.OneOf("1", "2", "10", ".", "a", "b", "rc", "~rc1", "~", "^", "^git1", "_", "+", "05").Array[0, 5]
        from release in Gen.OneOf("-1", "-1.el9", "-2.el9_4", "-10.fc40", "-1~bootstrap")
        select $"{epoch}1{string.Concat(version)}{release}";

    [Theory]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0~~", "1.0~", -1)]
    [InlineData("1.0", "1.0+b1", -1)]
    [InlineData("1.0", "1.0a", -1)]
    [InlineData("1.0a", "1.0.", -1)]
    [InlineData("0:1.0", "1.0", 0)]
    [InlineData("2.0", "1:1.0", -1)]
    [InlineData("1.09", "1.9", 0)]
    [InlineData("7.88.1-10+deb12u5", "7.88.1-10+deb12u12", -1)]
    [InlineData("7.88.1-10", "7.88.1-10+deb12u5", -1)]
    [InlineData("99999999999999999999999", "99999999999999999999998", 1)]
    [InlineData("1.0", "1.0-0", 0)]
    [InlineData("1-2-3", "1-10-3", -1)]
    public void Debian_versions_are_in_the_order_of_dpkg(string a, string b, int order) =>
        Assert.Equal(order, Math.Sign(DebianVersion.Compare(DebianVersion.Parse(a), DebianVersion.Parse(b))));

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    [InlineData("a:1")]
    [InlineData("1-")]
    [InlineData("1 2")]
    [InlineData("-1")]
    [InlineData("a1")]
    [InlineData("1_2")]
    public void What_dpkg_refuses_is_no_Debian_version(string text) => Assert.False(DebianVersion.TryParse(text, out _));

    [Theory]
    [InlineData("1.0_rc1", "1.0", -1)]
    [InlineData("1.0_alpha", "1.0_beta", -1)]
    [InlineData("1.0_beta", "1.0_pre", -1)]
    [InlineData("1.0_pre", "1.0_rc", -1)]
    [InlineData("1.0_rc1", "1.0_rc10", -1)]
    [InlineData("1.0", "1.0_cvs", -1)]
    [InlineData("1.0_cvs", "1.0_svn", -1)]
    [InlineData("1.0_git", "1.0_hg", -1)]
    [InlineData("1.0_hg", "1.0_p1", -1)]
    [InlineData("1.0", "1.0.0", -1)]
    [InlineData("1.0a", "1.0b", -1)]
    [InlineData("1.0", "1.0a", -1)]
    [InlineData("8.5.0-r0", "8.5.0-r10", -1)]
    [InlineData("8.5.0-r9", "8.5.0_p1-r0", -1)]
    [InlineData("8.5.0_rc1-r9", "8.5.0-r0", -1)]
    [InlineData("1.05", "1.1", -1)]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("1.0-r1", "1.0-r1", 0)]
    [InlineData("20240226-r0", "20230506-r0", 1)]
    public void Alpine_versions_are_in_the_order_of_apk(string a, string b, int order)
    {
        Assert.Equal(order, Math.Sign(ApkVersion.Compare(ApkVersion.Parse(a), ApkVersion.Parse(b))));
        Assert.Equal(-order, Math.Sign(ApkVersion.Compare(ApkVersion.Parse(b), ApkVersion.Parse(a))));
    }

    [Theory]
    [InlineData("1.0-1", "1.0-1", 0)]
    [InlineData("1.0~rc1-1", "1.0-1", -1)]
    [InlineData("1.0^git1-1", "1.0-1", 1)]
    [InlineData("1.0^git1-1", "1.0.1-1", -1)]
    [InlineData("1.0a-1", "1.0.1-1", -1)]
    [InlineData("1.05-1", "1.5-1", 0)]
    [InlineData("1.0_1-1", "1.0.1-1", 0)]
    [InlineData("2.0-1", "1:1.0-1", -1)]
    [InlineData("7.76.1-29.el9", "7.76.1-29.el9_4.1", -1)]
    [InlineData("7.76.1", "7.76.1-29.el9", 0)]
    [InlineData("xyz.4-1", "8-1", -1)]
    [InlineData("2_0-1", "2.0-1", 0)]
    public void Rpm_versions_are_in_the_order_of_rpm(string a, string b, int order)
    {
        Assert.Equal(order, Math.Sign(RpmVersion.Compare(RpmVersion.Parse(a), RpmVersion.Parse(b))));
        Assert.Equal(-order, Math.Sign(RpmVersion.Compare(RpmVersion.Parse(b), RpmVersion.Parse(a))));
    }

    [Fact]
    public void Debians_order_is_one() => IsOrder(Debian, t => DebianVersion.TryParse(t, out var v) ? v : null, DebianVersion.Compare);

    [Fact]
    public void Alpines_order_is_one() => IsOrder(Apk, t => ApkVersion.TryParse(t, out var v) ? v : null, ApkVersion.Compare);

    [Fact]
    public void Rpms_order_is_one() => IsOrder(Rpm, t => RpmVersion.TryParse(t, out var v) ? v : null, RpmVersion.Compare);

    [Theory]
    [InlineData("8.5.0-r0", "8.5", true)]
    [InlineData("8.5.0-r0", "8.5.0", true)]
    [InlineData("8.50.0-r0", "8.5", false)]
    [InlineData("8.5_rc1-r0", "8.5", true)]
    [InlineData("9.5.0-r0", "8.5", false)]
    public void A_fuzzy_pin_holds_what_begins_with_it(string version, string prefix, bool holds) =>
        Assert.Equal(holds, ApkVersion.Parse(version).IsWithin(ApkVersion.Parse(prefix)));

    private static void IsOrder<T>(Gen<string> texts, Func<string, T?> parse, Func<T, T, int> compare)
        where T : class
    {
        var read = 0;
        Gen.Select(texts, texts, texts).Sample((x, y, z) =>
        {
            if (parse(x) is not { } a || parse(y) is not { } b || parse(z) is not { } c)
            {
                return;
            }

            Interlocked.Increment(ref read);
            Assert.Equal(0, compare(a, a));
            Assert.Equal(Math.Sign(compare(a, b)), -Math.Sign(compare(b, a)));
            T[] sorted = [a, b, c];
            Array.Sort(sorted, (p, q) => compare(p, q));
            Assert.True(compare(sorted[0], sorted[1]) <= 0 && compare(sorted[1], sorted[2]) <= 0 && compare(sorted[0], sorted[2]) <= 0, $"{x} {y} {z}");
        }, iter: 20_000);
        Assert.True(read > 5_000);
    }
}
