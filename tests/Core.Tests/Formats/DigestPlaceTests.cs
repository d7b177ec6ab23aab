using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using CsCheck;

namespace Basewatch.Core.Tests.Formats;

/// <summary>Where a digest goes that a file does not have yet.</summary>
public sealed class DigestPlaceTests
{
    private static readonly Digest New = Digest.Of("new"u8);

    [Theory]
    [InlineData("values.yaml", "image:\n  repository: a\n  tag: 1.9\n", "image:\n  repository: a\n  tag: 1.10.0@{0}\n")]
    [InlineData("values.yaml", "image:\n  repository: a\n  tag: '1.9'  # x\n", "image:\n  repository: a\n  tag: '1.10.0@{0}'  # x\n")]
    [InlineData("values.yaml", "image:\n  repository: a\n  tag: 1.9\n  digest: \"\"\n", "image:\n  repository: a\n  tag: 1.10.0\n  digest: \"{0}\"\n")]
    [InlineData("values.yaml", "image:\n  repository: a\n  tag: 1.9\n  digest:\n", "image:\n  repository: a\n  tag: 1.10.0\n  digest: {0}\n")]
    [InlineData("values.yaml", "image:\n  repository: a\n  digest: ~ # none\n  tag: 1.9\n", "image:\n  repository: a\n  digest: {0} # none\n  tag: 1.10.0\n")]
    [InlineData("values.yaml", "image: {repository: a, tag: 1.9, sha: ''}\n", "image: {repository: a, tag: 1.10.0, sha: '{1}'}\n")]
    [InlineData("values.yaml", "image: {repository: a, tag: 1.9, digest: }\n", "image: {repository: a, tag: 1.10.0, digest: {0}}\n")]
    [InlineData("values.yaml", "image: {repository: a, digest: , tag: 1.9}\n", "image: {repository: a, digest: {0}, tag: 1.10.0}\n")]
    [InlineData("values.yaml", "image:\n  repository: a\n  tag: 1.9\n  sha: {2}\n", "image:\n  repository: a\n  tag: 1.10.0\n  sha: {1}\n")]
    [InlineData("values.yaml", "image:\r\n  repository: a\r\n  tag: \"1.9\" # x\r\nother:\r\n  image: {{repository: b, tag: v1, digest: \"sha256:{2}\"}}\r\n", "image:\r\n  repository: a\r\n  tag: \"1.10.0\" # x\r\n  digest: \"{0}\"\r\nother:\r\n  image: {{repository: b, tag: v1, digest: \"sha256:{2}\"}}\r\n")]
    [InlineData("application.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      values: |\n        image:\n          repository: a\n          tag: 1.9\n          digest: \"\"\n", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      values: |\n        image:\n          repository: a\n          tag: 1.10.0\n          digest: \"{0}\"\n")]
    [InlineData("application.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      values: |\n        image:\n          repository: a\n          digest:\n          tag: 1.9\n", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      values: |\n        image:\n          repository: a\n          digest: {0}\n          tag: 1.10.0\n")]
    [InlineData("kustomization.yaml", "images:\n- name: a\n  newTag: v1", "images:\n- name: a\n  newTag: 1.10.0\n  digest: {0}")]
    [InlineData("kustomization.yaml", "images:\n- newTag: v1 # x\n  name: a\n", "images:\n- newTag: 1.10.0 # x\n  digest: {0}\n  name: a\n")]
    [InlineData("kustomization.yaml", "images: [{name: a, newTag: 'v1'}]\n", "images: [{name: a, newTag: '1.10.0', digest: '{0}'}]\n")]
    [InlineData("kustomization.yaml", "{\"images\": [{\"name\": \"a\", \"newTag\": \"v1\"}]}\n", "{\"images\": [{\"name\": \"a\", \"newTag\": \"1.10.0\", \"digest\": \"{0}\"}]}\n")]
    [InlineData("kustomization.yaml", "images:\n- name: a\n  newTag: v1\n  digest: \"\"\n", "images:\n- name: a\n  newTag: 1.10.0\n  digest: \"{0}\"\n")]
    [InlineData("oci.yaml", "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: oci://a.io/b\n  ref:\n    tag: v1\n", "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: oci://a.io/b\n  ref:\n    tag: 1.10.0\n    digest: {0}\n")]
    public void A_digest_goes_where_the_file_has_digests(string path, string before, string after)
    {
        var file = new SourceFile(path, Fill(before));
        var uses = FormatCatalog.Default.Read(file).Uses;
        var targets = new Dictionary<ImageUse, ImageReference> { [uses[0]] = uses[0].Reference! with { Tag = "1.10.0", Digest = New } };
        Assert.True(ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], targets, out var texts, out var problem), problem?.ToString());
        Assert.Equal(Fill(after), texts[path]);
    }

    [Fact]
    public void A_tag_that_would_be_read_as_a_number_is_put_in_quotes()
    {
        var file = new SourceFile("values.yaml", "image:\n  repository: a\n  tag: 1.9\n  digest:\nother:\n  image: {repository: b, tag: v1}\n");
        var uses = FormatCatalog.Default.Read(file).Uses;
        var targets = uses.ToDictionary(u => u, u => u.Reference! with { Tag = "1.10", Digest = u == uses[0] ? New : null });
        Assert.True(ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], targets, out var texts, out _));
        Assert.Equal(Fill("image:\n  repository: a\n  tag: \"1.10\"\n  digest: {0}\nother:\n  image: {repository: b, tag: \"1.10\"}\n"), texts["values.yaml"]);

        file = new SourceFile("kustomization.yaml", "images:\n- name: a\n  newTag: v1\n");
        uses = FormatCatalog.Default.Read(file).Uses;
        Assert.True(ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], new Dictionary<ImageUse, ImageReference> { [uses[0]] = uses[0].Reference! with { Tag = "9" } }, out texts, out _));
        Assert.Equal("images:\n- name: a\n  newTag: \"9\"\n", texts["kustomization.yaml"]);
    }

    /// <summary>Values in a file of their own, and in a text inside another file.</summary>
    private static readonly Gen<(string Path, string Head, int Indent)> Home = Gen.OneOf(
        ("values.yaml", "", 0),
        ("values.yaml", "a:\n  b:\n    c:\n", 6),
        ("application.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      values: |\n", 8),
        ("chart.yaml", "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |-\n", 4),
        ("release.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n", 4));

    /// <summary>Whether a digest has a key beside the tag, and what stands there.</summary>
    private static readonly Gen<string?> Held = Gen.OneOf<string?>(null, "", "~", "null", "\"\"", "''");

    [Fact]
    public void A_digest_follows_the_style_of_its_file() => Gen.Select(Home, Held, Gen.OneOf("digest", "sha"), Gen.OneOf("", "'", "\""), Gen.Bool.Array[5]).Sample((home, held, key, quote, turns) =>
    {
        var (block, crlf, comment, last, tagFirst) = (turns[0], turns[1], turns[2] ? " # é😀" : "", turns[3], turns[4]);
        var (tag, digest) = ($"tag: {quote}v1.9{quote}", $"{key}: {held}");
        string[] keys = ["repository: acme/app", .. held is null ? [tag] : tagFirst ? (string[])[tag, digest] : [digest, tag]];
        var pad = new string(' ', home.Indent);
        var text = home.Head + pad + "image:" + (block ? "\n" + string.Concat(keys.Select(k => $"{pad}  {k.TrimEnd()}{comment}\n")) : $" {{{string.Join(", ", keys)}}}{comment}\n");
        text = last ? text[..^1] : text;
        text = crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;
        var file = new SourceFile(home.Path, text);
        var uses = FormatCatalog.Default.Read(file).Uses;
        var target = Assert.Single(uses).Reference! with { Tag = "1.10", Digest = New };
        Assert.True(ReferenceEdit.TryApply(FormatCatalog.Default, [(file, uses)], new Dictionary<ImageUse, ImageReference> { [uses[0]] = target }, out var texts, out var problem), problem?.ToString());

        var written = texts[home.Path];
        Assert.Equal(target, Assert.Single(FormatCatalog.Default.Read(new SourceFile(home.Path, written)).Uses).Reference);
        Assert.Equal(text.Count(c => c == '\n'), written.Count(c => c == '\n'));
        Assert.Equal(text.Count(c => c == '\r'), written.Count(c => c == '\r'));
        var number = quote.Length > 0 ? $"tag: {quote}1.10{quote}" : "tag: \"1.10\"";
        var around = held is "\"\"" or "''" ? held[..1] : "";
        Assert.Contains(held is null ? $"tag: {quote}1.10@{New}{quote}" : number, written, StringComparison.Ordinal);
        Assert.True(held is null || written.Contains($"{key}: {around}{(key == "sha" ? New.Hex : New.ToString())}{around}", StringComparison.Ordinal), written);
    }, iter: 1000);

    private static string Fill(string text) => text.Replace("{0}", New.ToString(), StringComparison.Ordinal).Replace("{1}", New.Hex, StringComparison.Ordinal)
        .Replace("{2}", new string('a', 64), StringComparison.Ordinal).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);
}
