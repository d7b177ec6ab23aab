using Basewatch.Adapters.Storage;
using CsCheck;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class StateKeyTextTests
{
    private static readonly Gen<string> Text =
        Gen.Frequency((2, Gen.Char), (1, Gen.Char[' ', '~']), (1, Gen.Char['\0', '\u009f'])).Array[0, 8].Select(chars => new string(chars));

    [Fact]
    public void Any_text_is_read_back() =>
        Text.Sample(text => Assert.Equal(text, StateKeyText.Unescape(StateKeyText.Escape(text))));

    [Fact]
    public void Spelled_texts_sort_as_the_texts_do() =>
        // A common beginning, so that the first difference is anywhere.
        Gen.Select(Text, Text, Text).Sample((start, one, other) => Assert.Equal(
            Math.Sign(string.CompareOrdinal(start + one, start + other)),
            Math.Sign(string.CompareOrdinal(StateKeyText.Escape(start + one), StateKeyText.Escape(start + other)))));

    [Fact]
    public void Each_character_sorts_before_the_next()
    {
        for (var c = '\0'; c < '\uFFFF'; c++)
        {
            Assert.True(string.CompareOrdinal(StateKeyText.Escape($"{c}"), StateKeyText.Escape($"{(char)(c + 1)}")) < 0);
        }
    }

    [Fact]
    public void Only_characters_that_Azure_takes_are_used() =>
        Text.Sample(text => Assert.All(StateKeyText.Escape(text), c => Assert.True(c is > ' ' and < '\u007f' and not ('/' or '\\' or '#' or '?' or '%' or '~'))));

    [Theory]
    [InlineData("octo-org/web", "octo-org._web")]
    [InlineData("docker.io/library/python", "docker..io._library._python")]
    [InlineData("a b", "a!20b")]
    [InlineData("é", "{00e9")]
    public void Names_stay_readable(string text, string spelled) => Assert.Equal(spelled, StateKeyText.Escape(text));

    [Theory]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("a!2")]
    [InlineData("!zz")]
    [InlineData("{00e")]
    [InlineData("a~b")]
    public void What_was_not_spelled_here_is_refused(string spelled) =>
        Assert.Throws<FormatException>(() => StateKeyText.Unescape(spelled));
}
