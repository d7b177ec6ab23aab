using Basewatch.Core.Policies.Semver;

using CsCheck;

namespace Basewatch.Core.Tests.Policies.Semver;

public sealed class GoConstraintTests
{
    /// <summary>The inputs and outcomes of the original's <c>TestConstraintCheck</c> and <c>TestConstraintsCheck</c>.</summary>
    [Theory]
    [InlineData("=2.0.0", "2.0.0", "1.2.3")]
    [InlineData("=2.0", "2.0.0 2.0.1", "1.2.3")]
    [InlineData("4.1", "4.1.0", "")]
    [InlineData("!=4.1.0", "4.1.1", "4.1.0 5.1.0-alpha.1")]
    [InlineData("!=4.1", "5.1.0", "4.1.0 4.1.1 5.1.0-alpha.1")]
    [InlineData("!=4.1-alpha", "4.1.0", "4.1.0-alpha 4.1.1-alpha")]
    [InlineData("<11", "0.1.0", "11.1.0")]
    [InlineData("<1.1", "0.1.0", "1.1.0 1.1.1")]
    [InlineData("<=11", "1.2.3 11.2.3", "12.2.3")]
    [InlineData("<=1.1", "0.1.0 1.1.0 1.1.1", "1.2.3 0.1.0-alpha")]
    [InlineData(">1.1", "4.1.0", "1.1.0")]
    [InlineData(">0", "1", "0 0.0.1-alpha 0.0.0-alpha")]
    [InlineData(">0.0", "", "0.0.1-alpha")]
    [InlineData(">0-0", "", "0.0.1-alpha 0.0.0-alpha")]
    [InlineData(">0.0-0", "", "0.0.1-alpha")]
    [InlineData(">0.0.0-0", "0.0.0-alpha", "")]
    [InlineData(">1.2.3-alpha.1", "1.2.3-alpha.2 1.3.3-alpha.2", "")]
    [InlineData(">11", "", "11.1.0")]
    [InlineData(">11.1", "11.2.1", "11.1.0 11.1.1")]
    [InlineData(">=11", "11.1.2", "")]
    [InlineData(">=11.1", "11.1.2", "11.0.2")]
    [InlineData(">=1.1", "4.1.0 1.1.0", "0.0.9 4.1.0-beta")]
    [InlineData(">=0", "0", "0.0.1-alpha 0.0.0-alpha")]
    [InlineData(">=0.0", "", "0.0.1-alpha")]
    [InlineData(">=0-0", "0.0.1-alpha 0.0.0-alpha", "")]
    [InlineData(">=0.0-0", "0.0.1-alpha", "")]
    [InlineData(">=0.0.0-0", "0.0.0-alpha 1.2.3 3.4.5-beta.1", "")]
    [InlineData("<0", "", "0.0.0-alpha")]
    [InlineData("<0-z", "0.0.0-alpha", "")]
    [InlineData("=0", "", "1")]
    [InlineData("*", "1 4.5.6 1.2.3", "1.2.3-alpha.1")]
    [InlineData("*-0", "1.2.3-alpha.1", "")]
    [InlineData("2.*", "2.1.1", "1 3.4.5")]
    [InlineData("2.1.*", "2.1.1", "2.2.1")]
    [InlineData("2", "2.1.1", "1 3.4.5")]
    [InlineData("2.1", "2.1.1", "2.2.1")]
    [InlineData("~1.2.3", "1.2.4 1.2.5", "1.3.4 1.2.2 1.3.2")]
    [InlineData("~1.2", "1.2.4", "1.3.4")]
    [InlineData("~1", "1.2.4 1.3.5 1.4", "2.3.4 2.1.1")]
    [InlineData("~0.2.3", "0.2.5", "0.3.5")]
    [InlineData("~1.2.3-beta.2", "1.2.3-beta.4 1.2.4-beta.2", "1.3.4-beta.2")]
    [InlineData("^1.2.3", "1.8.9", "2.8.9 1.2.1")]
    [InlineData("^1.1.0", "", "2.1.0")]
    [InlineData("^1.2.0", "", "2.2.1 1.2.1-alpha.1")]
    [InlineData("^1.2.0-alpha.0", "1.2.1-alpha.1 1.2.1-alpha.0", "")]
    [InlineData("^1.2.0-alpha.2", "", "1.2.0-alpha.1")]
    [InlineData("^1.2", "1.8.9", "2.8.9")]
    [InlineData("^1", "1.8.9", "2.8.9")]
    [InlineData("^0.2.3", "0.2.5", "0.5.6")]
    [InlineData("^0.2", "0.2.5", "0.5.6")]
    [InlineData("^0.0.3", "0.0.3", "0.0.4")]
    [InlineData("^0.0", "0.0.3", "0.1.4 1.0.4")]
    [InlineData("^0", "0.2.3", "1.1.4")]
    [InlineData("^0.2.3-beta.2", "0.2.3-beta.4 0.2.4-beta.2 0.2.3-beta.2", "0.3.4-beta.2")]
    [InlineData("~0.0.0", "1.2.3", "")]
    [InlineData("0.x.x", "", "1.2.3")]
    [InlineData("0.0.x", "", "1.2.3")]
    [InlineData("0.0.0", "", "1.2.3")]
    [InlineData("^0.0.0", "", "1.2.3")]
    [InlineData("= 2.0", "2.0.0", "1.2.3")]
    [InlineData("4.1.x", "4.1.3", "")]
    [InlineData("1.x", "1.4", "")]
    [InlineData("!=4.x", "5.1.0", "4.1.0")]
    [InlineData("!=4.1.x", "4.2.0", "")]
    [InlineData("!=4.2.x", "", "4.2.3")]
    [InlineData("<1.x", "0.1.1", "1.1.1 2.0.0")]
    [InlineData("<1.1.x", "1.0.500", "1.2.1 1.1.500")]
    [InlineData("<1.2.x", "1.1.1", "")]
    [InlineData("<=1.1-a", "0.1.0-alpha", "")]
    [InlineData("<=1.x", "1.1.0", "")]
    [InlineData("<=2.x", "", "3.0.0")]
    [InlineData("<=1.1.x", "", "1.2.500")]
    [InlineData("<=4.5", "3.4.0 3.7.0", "4.6.3")]
    [InlineData(">1.1, <2", "1.2.1", "1.1.1")]
    [InlineData(">1.1, <3", "", "4.3.2")]
    [InlineData(">=1.1, <2, !=1.2.3", "", "1.2.3")]
    [InlineData(">1.1 <2", "1.2.1", "1.1.1")]
    [InlineData(">1.1    <3", "", "4.3.2")]
    [InlineData(">=1.1    <2    !=1.2.3", "", "1.2.3")]
    [InlineData(">=1.1, <2, !=1.2.3 || > 3", "4.1.2", "3.1.2 3.0.0 1.2.3")]
    [InlineData(">=1.1, <2, !=1.2.3 || >= 3", "3.0.0", "")]
    [InlineData(">=1.1 <2 !=1.2.3", "", "1.2.3")]
    [InlineData(">=1.1 <2 !=1.2.3 || > 3", "4.1.2", "3.1.2 3.0.0 1.2.3")]
    [InlineData(">=1.1 <2 !=1.2.3 || >= 3", "3.0.0", "")]
    [InlineData("> 1.1, <     2", "", "1.1.1")]
    [InlineData(">   1.1, <2", "1.2.1", "")]
    [InlineData(">1.1, <  3", "", "4.3.2")]
    [InlineData(">= 1.1, <     2, !=1.2.3", "", "1.2.3")]
    [InlineData("> 1.1 < 2", "", "1.1.1")]
    [InlineData(">1.1 < 2", "1.2.1", "")]
    [InlineData("> 1.1    <3", "", "4.3.2")]
    [InlineData(">=1.1    < 2    != 1.2.3", "", "1.2.3")]
    [InlineData(">= 1.1, <2, !=1.2.3 || > 3", "4.1.2", "3.0.0 1.2.3")]
    [InlineData(">= 1.1, <2, != 1.2.3 || > 3", "", "3.1.2")]
    [InlineData(">= 1.1, <2, != 1.2.3 || >= 3", "3.0.0", "")]
    [InlineData(">= 1.1 <2 != 1.2.3", "", "1.2.3")]
    [InlineData(">= 1.1 <2 != 1.2.3 || > 3", "4.1.2", "3.1.2")]
    [InlineData(">= 1.1 <2 != 1.2.3 || >= 3", "3.0.0", "")]
    [InlineData(">= 1.1 < 2 !=1.2.3 || > 3", "", "3.0.0")]
    [InlineData(">=1.1 < 2 !=1.2.3 || > 3", "", "1.2.3")]
    [InlineData(">= 1.0.0  <= 2.0.0-beta", "1.0.1-beta 1.0.1", "3.0.0")]
    [InlineData(">= 1.0.0  <= 2.0.0-beta || > 3", "1.0.1-beta", "3.0.1-beta")]
    [InlineData(">= 1.0.0  <= 2.0.0-beta != 1.0.1 || > 3", "1.0.1-beta", "")]
    [InlineData(">= 1.0.0  <= 2.0.0-beta != 1.0.1-beta || > 3", "", "1.0.1-beta")]
    [InlineData(">= 1.0.0-0  <= 2.0.0", "1.0.1-beta", "")]
    [InlineData("1.1 - 2", "1.1.1", "")]
    [InlineData("1.5.0 - 4.5", "3.7.0", "")]
    [InlineData("1.1-3", "", "4.3.2")]
    [InlineData("^1.1", "1.1.1", "4.3.2")]
    [InlineData("^1.x", "1.1.1", "2.1.1 1.1.1-beta1")]
    [InlineData("^2.x", "", "1.1.1")]
    [InlineData("^1.1.2-alpha", "1.2.1-beta1", "")]
    [InlineData("^1.2.x-alpha", "", "1.1.1-beta1")]
    [InlineData("^0.0.1", "0.0.1", "0.3.1")]
    [InlineData("~*", "2.1.1", "")]
    [InlineData("~1.x", "1.3.5 1.4", "2.1.1")]
    [InlineData("~1.1", "1.1.1", "1.1.1-alpha 1.2.3")]
    [InlineData("~1.1-alpha", "1.1.1-beta", "")]
    [InlineData("~1.1.1-beta", "1.1.1", "1.1.1-alpha")]
    [InlineData("~1.3", "", "2.4.5")]
    [InlineData("1.0.0 - 2.0.0 <=2.0.0", "1.5.0", "")]
    [InlineData("1.0.0 - 2.0.0, <=2.0.0", "1.5.0", "")]
    public void A_range_holds_what_it_does_in_Go(string range, string inside, string outside)
    {
        var constraint = Read(range);

        Assert.All(Versions(inside), v => Assert.True(constraint.Contains(v), v.Original));
        Assert.All(Versions(outside), v => Assert.False(constraint.Contains(v), v.Original));
    }

    /// <summary>What follows from the original's code and has no test there.</summary>
    [Theory]
    [InlineData("^*", "0.0.0", "0.0.1 0.1.0 1.0.0")]
    [InlineData(">*", "0.0.1 1.0.0", "0.0.0")]
    [InlineData("<=*", "0.0.0 0.0.9", "0.1.0 1.0.0")]
    [InlineData("<*", "", "0.0.0 1.0.0")]
    [InlineData("!=*", "0.0.1 1.0.0", "0.0.0")]
    [InlineData("~0.0.0", "0.0.0 0.9.9 7.8.9", "1.0.0-rc")]
    [InlineData("!=1.2-rc", "1.2.0 1.2.0-beta 1.3.0-rc", "1.2.0-rc 1.2.7-rc")]
    [InlineData("1.x.7", "1.0.0 1.9.9", "2.0.0")]
    [InlineData("*.5.6", "1.0.0 9.9.9", "1.0.0-rc")]
    [InlineData("1.2.3+build", "1.2.3 1.2.3+other", "1.2.4")]
    [InlineData("~>1.2", "1.2.9", "1.3.0")]
    [InlineData("=>1.2 =<1.3", "1.2.0 1.3.9", "1.1.9 1.4.0")]
    [InlineData("1 - 2||3 - 4", "", "")]
    [InlineData("1 - 2 || 3 - 4", "1.0.0 2.9.9 3.0.0 4.9.9", "0.9.9 5.0.0")]
    [InlineData("1||2 - 3", "1.0.0 2.5.0 3.0.0 9.0.0", "0.9.0")]
    [InlineData("1.0.0-0 - 2", "1.0.0-rc 2.0.0-rc 2.9.9", "3.0.0")]
    [InlineData(">=1.0.0-0 || >5", "1.0.0-rc 6.0.0-rc", "0.9.0-rc")]
    [InlineData("018446744073709551615.0.0", "18446744073709551615.0.0", "1.0.0")]
    [InlineData("V1", "", "")]
    public void An_odd_range_holds_what_the_code_says(string range, string inside, string outside)
    {
        if (inside.Length + outside.Length == 0)
        {
            Assert.False(GoConstraint.TryParse(range, out _, out _));
            return;
        }

        A_range_holds_what_it_does_in_Go(range, inside, outside);
    }

    [Theory]
    [InlineData(">= 1.1")]
    [InlineData(">40.50.60, < 50.70")]
    [InlineData("2.0")]
    [InlineData("v2.3.5-20161202202307-sha.e8fc5e5")]
    [InlineData("v1.2.3-0abc")]
    [InlineData(">= 1.2.3 < 2.0 || => 3.0 < 4")]
    [InlineData(">= 1.2.3, < 2.0 || => 3.0, < 4")]
    [InlineData("3 - 4 || => 3.0, < 4")]
    [InlineData("12.3.34 ~1.2.3")]
    [InlineData("1.0.0 - 2.0.0, <=2.0.0")]
    [InlineData("2.x,   >=1.2.3 || >4.5.6, < 5.7 || >40.50.60, < 50.70")]
    [InlineData("987654321.123456789.654123789")]
    [InlineData(" \t1 ,2\n")]
    public void A_range_is_read(string range) => Assert.Equal(range, Read(range).ToString());

    [Theory]
    [InlineData("v1.2.3-beta.01", "'v1.2.3-beta.01' is no version range")]
    [InlineData(">= bar", "'>= bar' is no version range")]
    [InlineData("BAR >= 1.2.3", "'BAR >= 1.2.3' is no version range")]
    [InlineData("12.3.4.1234", "is no version range")]
    [InlineData("12.3.34~ 1.2.3", "is no version range")]
    [InlineData("1 || ~ || 2", "'~' in '1 || ~ || 2' is no version range")]
    [InlineData("1 ||", "there is an empty version range in '1 ||'")]
    [InlineData("", "there is an empty version range")]
    [InlineData(null, "there is an empty version range")]
    [InlineData("1.0.0p", "is no version range")]
    [InlineData("1x", "is no version range")]
    [InlineData("x1", "is no version range")]
    [InlineData("-1", "is no version range")]
    [InlineData("*-*", "is no version range")]
    [InlineData("1,,2", "is no version range")]
    [InlineData("1,", "is no version range")]
    [InlineData(">=1<2", "is no version range")]
    [InlineData("1 2 - 3", "is no version range")]
    [InlineData("1 - 2 - 3", "is no version range")]
    [InlineData(">=1 - 2", "is no version range")]
    [InlineData("1|2", "is no version range")]
    [InlineData("1.2\u00a0", "is no version range")]
    [InlineData("18446744073709551616", "is no version range")]
    public void What_is_no_range_is_explained(string? range, string said)
    {
        Assert.False(GoConstraint.TryParse(range, out _, out var error));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_has_a_longest_length()
    {
        Assert.True(GoConstraint.TryParse(new string('1', 10).PadRight(GoConstraint.LongestText), out _, out _));
        Assert.False(GoConstraint.TryParse("1".PadRight(GoConstraint.LongestText + 1), out _, out var error));
        Assert.Contains("1000 characters", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_throws_whatever_the_text()
    {
        var text = Gen.OneOf(" ", "  ", ",", "|", "||", "-", " - ", "+", ".", "1", "0", "10", "x", "*", "v", "a", ">", "<", "=", "~", "^", "!", "\t", "é").Array[0, 30].Select(string.Concat);
        Gen.Select(text, text).Sample((range, tag) =>
        {
            var isRange = GoConstraint.TryParse(range, out var constraint, out var error);
            Assert.Equal(isRange, error is null);
            if (isRange && GoVersion.TryParse(tag, out var version))
            {
                constraint!.Contains(version);
            }
        });
    }

    private static GoConstraint Read(string range)
    {
        Assert.True(GoConstraint.TryParse(range, out var constraint, out var error), error);
        return constraint;
    }

    private static IEnumerable<GoVersion> Versions(string texts) => texts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text =>
    {
        Assert.True(GoVersion.TryParse(text, out var version), text);
        return version;
    });
}
