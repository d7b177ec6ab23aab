using Basewatch.Core.Formats;

namespace Basewatch.Core.Tests.Formats;

public sealed class FilePatternTests
{
    [Theory]
    [InlineData("Dockerfile*", "a/b/dockerfile.dev", true)]
    [InlineData("*.{yml,yaml}", "x.YAML", true)]
    [InlineData("*.{yml,yaml}", "x.yaml/readme", false)]
    [InlineData(".github/workflows/*.yml", ".github/workflows/ci.yml", true)]
    [InlineData(".github/workflows/*.yml", "sub/.github/workflows/ci.yml", true)]
    [InlineData(".github/workflows/*.yml", ".github/workflows/a/ci.yml", false)]
    [InlineData("/.drone.yml", ".drone.yml", true)]
    [InlineData("/.drone.yml", "a/.drone.yml", false)]
    [InlineData("charts/**/values*.yaml", "charts/values.yaml", true)]
    [InlineData("charts/**/values*.yaml", "x/charts/a/b/values-prod.yaml", true)]
    [InlineData("charts/**/values*.yaml", "charts/a/b/value.yaml", false)]
    [InlineData("{a,{b,c}x}.yml", "a.yml", true)]
    [InlineData("{a,{b,c}x}.yml", "cx.yml", true)]
    [InlineData("{a,{b,c}x}.yml", "c.yml", false)]
    [InlineData("}{a,b}", "}b", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void A_pattern_means_files_by_their_names_or_paths(string pattern, string path, bool isMatch) =>
        Assert.Equal(isMatch, FilePattern.Parse(pattern).Any(p => p.IsMatch(path)));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a{b")]
    [InlineData("{a,a,a,a}{a,a,a,a}{a,a,a,a}{a,a,a,a}")]
    public void What_is_no_pattern_is_refused(string pattern) => Assert.Throws<FormatException>(() => FilePattern.Parse(pattern));
}
