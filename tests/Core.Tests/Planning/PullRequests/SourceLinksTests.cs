using Basewatch.Core.Images;
using Basewatch.Core.Planning.PullRequests;
using static Basewatch.Core.Tests.Planning.PullRequests.Described;

namespace Basewatch.Core.Tests.Planning.PullRequests;

public sealed class SourceLinksTests
{
    private const string Source = "org.opencontainers.image.source";

    private const string Revision = "org.opencontainers.image.revision";

    private static readonly string Old = new('a', 40);

    private static readonly string New = new('b', 40);

    [Theory]
    [InlineData("https://github.com/acme/app", "https://github.com/acme/app", "https://github.com/acme/app/releases", "https://github.com/acme/app/compare/{0}...{1}")]
    [InlineData("https://github.com/acme/app.git#0123:dir", "https://github.com/acme/app", "https://github.com/acme/app/releases", "https://github.com/acme/app/compare/{0}...{1}")]
    [InlineData("git@github.com:acme/app.git", "https://github.com/acme/app", "https://github.com/acme/app/releases", "https://github.com/acme/app/compare/{0}...{1}")]
    [InlineData("https://github.com/acme/app/tree/main/docker", "https://github.com/acme/app", "https://github.com/acme/app/releases", "https://github.com/acme/app/compare/{0}...{1}")]
    [InlineData("https://gitlab.com/acme/team/app/-/tree/main", "https://gitlab.com/acme/team/app", "https://gitlab.com/acme/team/app/-/releases", "https://gitlab.com/acme/team/app/-/compare/{0}...{1}")]
    [InlineData("ssh://git@bitbucket.org/acme/app.git", "https://bitbucket.org/acme/app", null, "https://bitbucket.org/acme/app/branches/compare/{1}%0D{0}")]
    [InlineData("https://github.com.evil.example/acme/app", null, null, null)]
    [InlineData("https://evil.example/github.com/acme/app", null, null, null)]
    [InlineData("https://user:secret@github.com/acme/app", null, null, null)]
    [InlineData("https://github.com/acme/..", null, null, null)]
    [InlineData("https://github.com/acme", null, null, null)]
    [InlineData("https://github.com/acme/a)b", null, null, null)]
    [InlineData("javascript:alert(1)//github.com/a/b", null, null, null)]
    [InlineData("https://github.com/acme/app\n(x)", null, null, null)]
    public void Addresses_are_built_and_never_copied(string source, string? repository, string? releases, string? compare)
    {
        var links = SourceLinks.Of(Annotated(source, Old), Annotated(source, New), ImageReference.Parse("other:1"), null);

        Assert.Equal(repository, links?.Repository);
        Assert.Equal(releases, links?.Releases);
        Assert.Equal(compare is null ? null : string.Format(System.Globalization.CultureInfo.InvariantCulture, compare, Old, New), links?.Compare);
    }

    [Fact]
    public void What_a_base_says_too_is_not_the_images_own()
    {
        var below = Labelled("https://github.com/acme/base", Old, "base");
        var inherited = Labelled("https://github.com/acme/base", Old, "base", "app");
        var own = Labelled("https://github.com/acme/thing", New, "base", "app");

        Assert.Null(SourceLinks.Of(null, inherited, ImageReference.Parse("ghcr.io/acme/app:1"), below));
        Assert.Equal("https://github.com/acme/thing", SourceLinks.Of(null, own, ImageReference.Parse("ghcr.io/acme/app:1"), below)?.Repository);
    }

    [Fact]
    public void In_doubt_there_is_no_link()
    {
        var own = Labelled("https://github.com/acme/thing", New, "base", "app");

        Assert.Null(SourceLinks.Of(null, own, ImageReference.Parse("ghcr.io/acme/app:1"), null));
        Assert.Null(SourceLinks.Of(null, own, ImageReference.Parse("ghcr.io/acme/app:1"), Labelled("https://github.com/acme/base", Old, "not below")));
    }

    [Fact]
    public void A_repository_that_is_named_as_the_image_is_its_own()
    {
        var (before, after) = (Labelled("https://github.com/acme/app", Old, "one"), Labelled("https://github.com/Acme/App", New, "two"));

        var links = SourceLinks.Of(before, after, ImageReference.Parse("ghcr.io/acme/app:1.4.0-slim"), null);
        Assert.Equal("https://github.com/Acme/App", links?.Repository);
        Assert.Null(links?.Compare);

        // Whose version is the tag's, whose label is not the base's.
        (before, after) = (before.Of("acme/app", "1.3.0"), after.Of("acme/app", "1.4.0"));
        Assert.Equal($"https://github.com/acme/app/compare/{Old}...{New}", SourceLinks.Of(before, after, ImageReference.Parse("ghcr.io/acme/app:v1.4.0-slim"), null)?.Compare);
        Assert.Null(SourceLinks.Of(before, after, ImageReference.Parse("ghcr.io/acme/app:2"), null)?.Compare);
    }

    [Fact]
    public void A_revision_that_is_the_bases_compares_nothing()
    {
        var below = Labelled("https://github.com/acme/base", New, "base");
        var (before, after) = (Labelled("https://github.com/acme/thing", Old, "base", "one"), Labelled("https://github.com/acme/thing", New, "base", "two"));

        var links = SourceLinks.Of(before, after, ImageReference.Parse("x:1"), below);

        Assert.NotNull(links);
        Assert.Null(links.Compare);
    }

    private static ImageDescription Annotated(string source, string revision) =>
        Image("x", "2026-01-01") with { IndexAnnotations = Texts((Source, source), (Revision, revision)) };

    private static ImageDescription Labelled(string source, string revision, params string[] layers) =>
        Image("x", "2026-01-01", [.. layers.Select(l => (l, 1.0))]).With(c => c with { Labels = Texts((Source, source), (Revision, revision)) });
}

internal static class Versions
{
    public static ImageDescription Of(this ImageDescription image, string repository, string version) => image.With(c => c with
    {
        Labels = c.Labels.Append(new("org.opencontainers.image.version", version)).Where(l => l.Key != "org.opencontainers.image.source")
            .Append(new("org.opencontainers.image.source", $"https://github.com/{repository}")).ToDictionary(StringComparer.Ordinal),
    });
}
