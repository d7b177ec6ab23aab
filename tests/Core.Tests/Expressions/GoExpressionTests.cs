using System.Diagnostics;
using Basewatch.Core.Expressions;
using CsCheck;

namespace Basewatch.Core.Tests.Expressions;

public sealed class GoExpressionTests
{
    /// <summary>Expression, text, and where the first match and its groups are: rows of Go's own <c>regexp/find_test.go</c>, and more.</summary>
    [Theory]
    [InlineData("", "", "0-0")]
    [InlineData("a+", "baaab", "1-4")]
    [InlineData("x", "y", null)]
    [InlineData(".*", "abcdef", "0-6")]
    [InlineData("$", "abcde", "5-5")]
    [InlineData("^abcd$", "abcd", "0-4")]
    [InlineData("^abcd$", "abcde", null)]
    [InlineData("^abcd$", "abcd\n", null)]
    [InlineData("(?m)^abcd$", "x\nabcd\n", "2-6")]
    [InlineData("[^a-z]+", "ab1234cd", "2-6")]
    [InlineData(@"[a\-\]z]+", "az]-bcz", "0-4")]
    [InlineData("()", "", "0-0 0-0")]
    [InlineData("(([^xyz]*)(d))", "abcd", "0-4 0-4 0-3 3-4")]
    [InlineData("((a|b|c)*(d))", "abcd", "0-4 0-4 2-3 3-4")]
    [InlineData("(((a|b|c)*)(d))", "abcd", "0-4 0-4 0-3 2-3 3-4")]
    [InlineData(@"\a\f\n\r\t\v", "\a\f\n\r\t\v", "0-6")]
    [InlineData("a*(|(b))c*", "aacc", "0-4 2-2 -")]
    [InlineData("(.*).*", "ab", "0-2 0-2")]
    [InlineData("[.]", ".", "0-1")]
    [InlineData("da(.)a$", "daXY data", "5-9 7-8")]
    [InlineData("(aa)*$", "a", "1-1 -")]
    [InlineData("(?:A(?:A|a))", "Aa", "0-2")]
    [InlineData("(a){0}", "", "0-0 -")]
    [InlineData("(?-s)(?:(?:^).)", "\n", null)]
    [InlineData("(?s)(?:(?:^).)", "\n", "0-1")]
    [InlineData(@"\B", "xx", "1-1")]
    [InlineData(@"\B", "x", null)]
    [InlineData(@"[^\S\s]", "abcd", null)]
    [InlineData("[^\\S[:space:]]", "abcd", null)]
    [InlineData(@"[^\D\d]", "abcd", null)]
    [InlineData("[^\\D[:digit:]]", "abcd", null)]
    [InlineData(@"(?i)\W", "k", null)]
    [InlineData(@"(?i)\W", "s", null)]
    [InlineData(@"(?i)[[:^lower:]]", "K", null)]
    [InlineData(@"\!\#\$\%\&\(\)\*\+\,\-\.\/\:\;\<\=\>\?\@\[\\\]\^\_\{\|\}\~", @"!#$%&()*+,-./:;<=>?@[\]^_{|}~", "0-29")]
    [InlineData("[[:upper:]-]+", "ab-CD", "2-5")]
    [InlineData("[]a]+", "]a", "0-2")]
    [InlineData("[a-b-c]+", "b-c", "0-3")]
    [InlineData(@"[\d-z]+", "1-z", "0-3")]
    [InlineData("[a-z-[aeiou]]", "b]", "0-2")]
    [InlineData("[&&b]", "&", "0-1")]
    [InlineData("x{2,1", "x{2,1", "0-5")]
    [InlineData("a{,2}", "a{,2}", "0-5")]
    [InlineData("a*{", "aa{", "0-3")]
    [InlineData("x{01}", "x{01}", "0-5")]
    [InlineData(@"\Q+|*?{[\E", "+|*?{[", "0-6")]
    [InlineData(@"\Qab\E+", "abbb", "0-4")]
    [InlineData(@"\Q\\E", @"\", "0-1")]
    [InlineData(@"[\012-\234]\141", "ba", "0-2")]
    [InlineData(@"[\x{41}-\x7a]\x61", "ba", "0-2")]
    [InlineData("(?U)a+", "aaa", "0-1")]
    [InlineData("(?U)a+?", "aaa", "0-3")]
    [InlineData("(?U:a+)a+", "aaa", "0-3")]
    [InlineData("(?i)AB(?-i)c", "abc", "0-3")]
    [InlineData("(?i:A)b", "aB", null)]
    [InlineData("^(a(?i)b|c)d", "CD", null)]
    [InlineData("(a(?i)b|c)d", "Cd", "0-2 0-1")]
    [InlineData("(?P<y>a)(b)(?<x>c)", "abc", "0-3 0-1 1-2 2-3")]
    [InlineData("(?P<n>a)(?P<n>b)", "ab", "0-2 0-1 1-2")]
    [InlineData(@"\pL\p{Nd}\PL\p{^Lu}", "a1.b", "0-4")]
    [InlineData(@"[\p{Lu}x]+", "aXx", "1-3")]
    [InlineData(@"\p{Any}", "a", "0-1")]
    [InlineData(@"\p{^Any}", "a", null)]
    [InlineData("日本語+", "日本語語", "0-4")]
    [InlineData("#  x", "#  x", "0-4")]
    [InlineData("\U0001F600+", "\U0001F600\U0001F600", "0-4")]
    [InlineData("[\U0001F600]", "a", null)]
    [InlineData("[^\U0001F600]", "a", "0-1")]
    [InlineData("^*a", "a", "0-1")]
    [InlineData("(?)a", "a", "0-1")]
    public void It_matches_what_Go_matches(string text, string input, string? places)
    {
        Assert.True(GoExpression.TryParse(text, out var expression, out var error), error?.Message);

        var match = expression.Regex.Match(input);

        Assert.Equal(places, match.Success ? string.Join(' ', match.Groups.Values.Select(g => g.Success ? $"{g.Index}-{g.Index + g.Length}" : "-")) : null);
        Assert.Equal(match.Success, expression.IsMatch(input));
    }

    [Fact]
    public void Groups_are_numbered_from_left_to_right()
    {
        Assert.True(GoExpression.TryParse("(?P<y>a)(b)(?<_1>c)", out var expression, out _));
        Assert.Equal((1, 3, null), (expression.GroupNumber("y"), expression.GroupNumber("_1"), expression.GroupNumber("2")));
    }

    /// <summary>What Go refuses: rows of its <c>regexp/syntax/parse_test.go</c>, and more.</summary>
    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("(a))")]
    [InlineData("(a|b|")]
    [InlineData("a|b|)")]
    [InlineData("[a-z")]
    [InlineData("([a-z)")]
    [InlineData("[]")]
    [InlineData("[aA-zZ")]
    [InlineData("x{1001}")]
    [InlineData("x{9876543210}")]
    [InlineData("x{2,1}")]
    [InlineData("x{1,9876543210}")]
    [InlineData("(?P<name>a")]
    [InlineData("(?P<name")]
    [InlineData("(?P<x y>a)")]
    [InlineData("(?P<>a)")]
    [InlineData("(?<x y>a)")]
    [InlineData("[a-Z]")]
    [InlineData(@"[a-\d]")]
    [InlineData(@"\Q\E*")]
    [InlineData("a{100000,}")]
    [InlineData("((((((((((x{2}){2}){2}){2}){2}){2}){2}){2}){2}){2})")]
    [InlineData("(?:[a-z]{4}){0,251}")]
    [InlineData("a++")]
    [InlineData("a**")]
    [InlineData("a?*")]
    [InlineData("a{1}*")]
    [InlineData(".{1}{2}.{3}")]
    [InlineData("a???")]
    [InlineData("*")]
    [InlineData("a|*")]
    [InlineData("(+a)")]
    [InlineData(@"\")]
    [InlineData(@"\1")]
    [InlineData(@"\8")]
    [InlineData(@"\Z")]
    [InlineData(@"\C")]
    [InlineData(@"\k<n>")]
    [InlineData(@"\x{110000}")]
    [InlineData(@"\x{}")]
    [InlineData(@"\xg0")]
    [InlineData(@"\x4")]
    [InlineData(@"\p{")]
    [InlineData("[[:word]:]]")]
    [InlineData("[[:nothing:]]")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)")]
    [InlineData("(?<!a)")]
    [InlineData("(?>a)")]
    [InlineData("(?#a)")]
    [InlineData("(?x)a")]
    [InlineData("(?i-)a")]
    [InlineData("(?i--s)a")]
    [InlineData("(?")]
    public void What_Go_refuses_is_refused(string text)
    {
        Assert.False(GoExpression.TryParse(text, out _, out var error));
        Assert.True(error.IsWrongInGo, error.Message);
    }

    [Theory]
    [InlineData(@"\p{Greek}")]
    [InlineData("a{1000}b{1000}c")]
    [InlineData(@"(?i)[^\W][^\W][^\W][^\W][^\W][^\W][^\W][^\W][^\W]")]
    [InlineData("((a?){30}){30}(((b|c|d)?){30}){30}")]
    public void What_only_Go_takes_is_told_apart(string text)
    {
        Assert.False(GoExpression.TryParse(text, out _, out var error));
        Assert.False(error.IsWrongInGo, error.Message);
    }

    [Fact]
    public void What_is_too_long_or_too_deep_is_told_apart()
    {
        foreach (var text in new[] { new string('a', GoExpression.LongestText + 1), new string('(', 900) + new string(')', 900) })
        {
            Assert.False(GoExpression.TryParse(text, out _, out var error));
            Assert.False(error.IsWrongInGo);
        }
    }

    [Fact]
    public void No_text_breaks_it()
    {
        var piece = Gen.OneOf("(", ")", "[", "]", "[^", "[:alpha:]", "{2}", "{", "}", "*", "+", "?", "|", "^", "$", ".", "\\", "\\d", "\\W", "\\pL", "\\p{Lu}", "\\Q", "\\E", "\\x", "(?", "(?i)", "(?U-s:", "(?P<a>", "-", "a", "z", "0", ",", "7", "é", "\U0001F600", "\uD800", "\0", "\n");
        piece.Array[0, 14].Select(string.Concat).Sample(text =>
        {
            Assert.True(GoExpression.TryParse(text, out var expression, out var error) == (error is null));
            expression?.IsMatch("1.2.3-alpha");
        });
    }

    [Fact]
    public void What_is_taken_is_made_in_bounded_time_and_memory()
    {
        var piece = Gen.OneOf(
            Gen.OneOf("(", "(?:", ")", ")", ")", "[", "[^", "]", "]", "{2}", "{1000}", "{31,}", "{0,900}", "{", "}", ",", "*", "+", "?", "|", "^", "$", ".", "\\", "\\W", "\\S", "\\pL", "(?i)", "(?i:", "(?m)", "(?s:", "(?P<a>", "-", "a", "k", "0", "9", "[\0-\uFFFF]", "[^a]"),
            Gen.Char['\u0100', '\uD000'].Select(c => $"{c}"));
        var run = Gen.Select(piece.Array[1, 8].Select(string.Concat), Gen.Int[1, 60], (text, times) => string.Concat(Enumerable.Repeat(text, times)));
        var characters = Gen.Char['\u0100', '\uD000'].Array[1, 1000].Select(c => new string(c));
        Gen.Select(Gen.Frequency((6, run), (1, characters)).Array[1, 5].Select(string.Concat), Gen.Bool).Sample(
            (text, ignoreCase) =>
            {
                var clock = Stopwatch.StartNew();
                var before = GC.GetAllocatedBytesForCurrentThread();
                if (GoExpression.TryParse(text, out var expression, out _, ignoreCase))
                {
                    _ = expression.Backtracking;
                }

                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200_000_000);
            },
            iter: 1000);
    }

    [Fact]
    public void Flags_can_be_given_beside_it()
    {
        Assert.True(GoExpression.TryParse("^a(?-i)b$", out var expression, out _, ignoreCase: true, multiline: true));
        Assert.Equal((true, false, false), (expression.IsMatch("x\nAb\n"), expression.IsMatch("AB"), expression.IsMatch("Ab\r\n")));
        Assert.Equal("^a(?-i)b$", expression.Text);
    }

    [Fact]
    public void Of_groups_of_a_name_the_one_that_took_part_is_meant()
    {
        Assert.True(GoExpression.TryParse("^(?:v(?<n>[0-9]+)|(r)(?<n>[0-9]+))$", out var expression, out _));
        Assert.Equal(["n", "2"], expression.Groups);
        Assert.Equal("5 r 5", $"{expression.Group("n")!.In(expression.Match("r5"))} {expression.Group("2")!.In(expression.Match("r5"))} {expression.Group("n")!.In(expression.Match("v5"))}");
        Assert.Equal("r5", expression.Group("0")!.In(expression.Match("r5")).Value);
        Assert.Null(expression.Group("4"));
        Assert.Null(expression.Group("m"));
    }

    [Fact]
    public void A_text_quoted_is_itself() =>
        Gen.Char[' ', '~'].Array[0, 20].Select(c => new string(c)).Sample(text =>
        {
            Assert.True(GoExpression.TryParse("^" + string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : $@"\{c}")) + "$", out var expression, out var error), error?.Message);
            Assert.True(expression.IsMatch(text));
            Assert.False(expression.IsMatch(text + "x"));
        });
}
