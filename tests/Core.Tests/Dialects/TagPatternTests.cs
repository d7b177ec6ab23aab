using Basewatch.Core.Dialects.ArgoCd;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class TagPatternTests
{
    /// <summary>The rows of Go's own <c>path/filepath/match_test.go</c>, and more. Null: bad pattern.</summary>
    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*", "abc", true)]
    [InlineData("a*", "ab/c", false)]
    [InlineData("a*/b", "abc/b", true)]
    [InlineData("a*/b", "a/c/b", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [InlineData("ab[c]", "abc", true)]
    [InlineData("ab[b-d]", "abc", true)]
    [InlineData("ab[e-g]", "abc", false)]
    [InlineData("ab[^c]", "abc", false)]
    [InlineData("ab[^b-d]", "abc", false)]
    [InlineData("ab[^e-g]", "abc", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "ab", false)]
    [InlineData("a?b", "a☺b", true)]
    [InlineData("a[^a]b", "a☺b", true)]
    [InlineData("a???b", "a☺b", false)]
    [InlineData("a[^a][^a][^a]b", "a☺b", false)]
    [InlineData("[a-ζ]*", "α", true)]
    [InlineData("*[a-ζ]", "A", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("a*b", "a/b", false)]
    [InlineData("[\\]a]", "]", true)]
    [InlineData("[\\-]", "-", true)]
    [InlineData("[x\\-]", "x", true)]
    [InlineData("[x\\-]", "-", true)]
    [InlineData("[x\\-]", "z", false)]
    [InlineData("[\\-x]", "x", true)]
    [InlineData("[\\-x]", "-", true)]
    [InlineData("[\\-x]", "a", false)]
    [InlineData("[]a]", "]", null)]
    [InlineData("[-]", "-", null)]
    [InlineData("[x-]", "x", null)]
    [InlineData("[-x]", "x", null)]
    [InlineData("\\", "a", null)]
    [InlineData("[a-b-c]", "a", null)]
    [InlineData("[", "a", null)]
    [InlineData("[^", "a", null)]
    [InlineData("[^bc", "a", null)]
    [InlineData("a[", "ab", null)]
    [InlineData("a/b[", "x", null)]
    [InlineData("*x", "xxx", true)]
    [InlineData("[]", "a", null)]
    [InlineData("[^]", "a", null)]
    [InlineData("[a", "a", null)]
    [InlineData("[a\\", "a", null)]
    [InlineData("a\\", "a", null)]
    [InlineData("*[", "", null)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("**", "abc", true)]
    [InlineData("**c", "abc", true)]
    [InlineData("a**c", "ac", true)]
    [InlineData("*a*", "bab", true)]
    [InlineData("?*", "", false)]
    [InlineData("?*", "a", true)]
    [InlineData("*?", "a", true)]
    [InlineData("[*]", "*", true)]
    [InlineData("[*]", "a", false)]
    [InlineData("[!a]", "b", false)]
    [InlineData("[!a]", "!", true)]
    [InlineData("[^^]", "^", false)]
    [InlineData("[z-a]", "m", false)]
    [InlineData("[^z-a]", "m", true)]
    [InlineData("[[]", "[", true)]
    [InlineData("[[*]", "*", true)]
    [InlineData("]", "]", true)]
    [InlineData("{a,b}", "a", false)]
    [InlineData("a/?", "a/b", true)]
    [InlineData("a[/]b", "a/b", true)]
    [InlineData("*[/a]*b", "a/b", false)]
    [InlineData("*-dev", "1.0-dev-dev", true)]
    [InlineData("1.?.*", "1.2.30", true)]
    [InlineData("1.?.*", "1.20.3", false)]
    public void It_matches_what_filepath_Match_matches(string pattern, string tag, bool? matches)
    {
        Assert.Equal(matches is not null, TagPattern.TryParse(pattern, out var read));
        if (read is not null)
        {
            Assert.Equal(matches, read.Matches(tag));
        }
    }

    [Theory]
    [InlineData("latest", "latest")]
    [InlineData("a\\*b", "a*b")]
    [InlineData("[a]b", "ab")]
    [InlineData("", "")]
    [InlineData("a?", null)]
    [InlineData("*", null)]
    [InlineData("a[b-c]", null)]
    [InlineData("a[^b]", null)]
    public void A_pattern_without_choice_is_one_tag(string pattern, string? literal)
    {
        Assert.True(TagPattern.TryParse(pattern, out var read));
        Assert.Equal(literal, read.Literal);
    }

    [Fact]
    public void A_literal_matches_itself_alone()
    {
        var text = Gen.Char["a*?[]\\-^/b"].Array[0, 12].Select(c => new string(c));
        Gen.Select(text, text).Sample((pattern, tag) =>
        {
            if (TagPattern.TryParse(pattern, out var read) && read.Literal is { } literal)
            {
                Assert.True(read.Matches(literal));
                Assert.Equal(tag == literal, read.Matches(tag));
            }
        });
    }

    [Fact]
    public void A_star_takes_the_place_of_any_part_without_a_slash()
    {
        var text = Gen.Char["ab.-1"].Array[0, 12].Select(c => new string(c));
        Gen.Select(text, text, text).Sample((before, part, after) =>
        {
            Assert.True(TagPattern.TryParse(before + "*" + after, out var read));
            Assert.True(read.Matches(before + part + after));
            Assert.False(read.Matches(before + part + "/" + after));
        });
    }
}
