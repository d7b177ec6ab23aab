using CsCheck;
using RenovateExpressions = Basewatch.Core.Dialects.Renovate.Expressions;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>Globs that are matched as they are written, against the same made into expressions.</summary>
public sealed class PathGlobTests
{
    private static readonly Gen<string> Globs = Gen.OneOf<string>("a", "b", "?", "*", "**", "/", "/**/", "**/", "/*", ".").Array[1, 7].Select(parts => string.Concat(parts));

    private static readonly Gen<string> Texts = Gen.OneOf<string>("a", "b", "A", "/", ".", "ab", "a/").Array[0, 7].Select(parts => string.Concat(parts));

    [Fact]
    public void It_matches_what_its_expression_matches() =>
        Gen.Select(Globs, Texts, Gen.Bool).Sample((glob, text, ignoreCase) =>
        {
            // A class of one letter says the same as the letter, and makes an expression of the whole.
            Assert.False(RenovateExpressions.IsCostly(glob + "x"));
            Assert.True(RenovateExpressions.IsCostly(glob + "[x]"));
            Assert.Equal(Matches(glob + "[x]", text + "x", ignoreCase), Matches(glob + "x", text + "x", ignoreCase));
            Assert.Equal(Matches("[x]" + glob, "x" + text, ignoreCase), Matches("x" + glob, "x" + text, ignoreCase));
            Assert.Equal(Matches("[x]/" + glob, "x/" + text, ignoreCase), Matches("x/" + glob, "x/" + text, ignoreCase));
        });

    private static bool Matches(string glob, string text, bool ignoreCase)
    {
        Assert.True(RenovateExpressions.TryReadGlob(glob, ignoreCase, out var matches, out var error), error);
        return matches(text);
    }
}
