using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>What is attached to images: by the API, as the specification has it, and by the referrers tag of a registry without one.</summary>
public sealed class ReferrersTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private const string Notation = "application/vnd.cncf.notary.signature";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Digest Subject => Scripts.ImageDigest;

    [Fact]
    public async Task Everything_that_is_attached_is_read_page_by_page()
    {
        await using var scripted = await ScriptedServer.StartAsync(context => context.Request.Query.ContainsKey("last")
            ? Index(Entry("sbom", "application/spdx+json"))(context)
            : Index(Entry("signature", Notation)).With("Link", $"</v2/team/app/referrers/{Subject}?last=1>; rel=\"next\"")(context));
        using var registry = Scripts.Open();

        var referrers = await registry.GetReferrersAsync(scripted.Name(), Subject, null, null, Token);

        Assert.Equal([Notation, "application/spdx+json"], referrers.Select(r => r.ArtifactType));
        Assert.Equal(("of signature", 700), (referrers[0].Annotations["note"], referrers[0].Size));
        Assert.Equal([$"/v2/team/app/referrers/{Subject}", $"/v2/team/app/referrers/{Subject}?last=1"], scripted.Requests.Select(r => r.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_type_is_asked_for_whether_the_registry_filters_or_not(bool filters)
    {
        await using var scripted = await ScriptedServer.StartAsync(filters
            ? Index(Entry("signature", Notation)).With("OCI-Filters-Applied", "artifactType")
            : Index(Entry("signature", Notation), Entry("sbom", "application/spdx+json")));
        using var registry = Scripts.Open();

        Assert.Equal(Notation, Assert.Single(await registry.GetReferrersAsync(scripted.Name(), Subject, Notation, null, Token)).ArtifactType);
        Assert.EndsWith("?artifactType=application%2Fvnd.cncf.notary.signature", Assert.Single(scripted.Requests).Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(400)]
    [InlineData(200)]
    public async Task A_registry_without_the_API_is_asked_for_it_once(int status)
    {
        // With 200: one that answers every address with something.
        await using var scripted = await ScriptedServer.StartAsync(Answers.Json("""{"manifests":[]}""", status));
        using var registry = Scripts.Open();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => registry.GetReferrersAsync(scripted.Name($"team/app{n}"), Subject, null, ["1.0"], Token)));

        Assert.All(answers, Assert.Empty);
        Assert.Single(scripted.Requests);
    }

    [Fact]
    public async Task A_registry_that_fails_is_not_taken_for_one_without_signatures()
    {
        await using var scripted = await ScriptedServer.StartAsync(Answers.Status(403));
        using var registry = Scripts.Open();
        Assert.Equal(RegistryFailure.Denied, (await Assert.ThrowsAsync<RegistryException>(() => registry.GetReferrersAsync(scripted.Name(), Subject, null, [], Token))).Failure);

        scripted.Script = Answers.Text(200, Scripts.IndexType, """{"manifests":[{"digest":"sha256:12"}]}""");
        var wrong = await Assert.ThrowsAsync<RegistryException>(() => registry.GetReferrersAsync(scripted.Name(), Subject, null, [], Token));
        Assert.Contains("an index with an entry that has no valid digest", wrong.Message, StringComparison.Ordinal);

        scripted.Script = Index(Entry("signature", Notation)).With("Link", $"</v2/team/app/referrers/{Subject}?last=1>; rel=\"next\"");
        var circle = await Assert.ThrowsAsync<RegistryException>(() => registry.GetReferrersAsync(scripted.Name(), Subject, null, [], Token));
        Assert.Contains("in a circle", circle.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_of_the_pages_is_no_answer()
    {
        await using var scripted = await ScriptedServer.StartAsync(context => context.Request.Query.ContainsKey("last")
            ? Answers.Status(404)(context)
            : Index(Entry("sbom", "application/spdx+json")).With("Link", $"</v2/team/app/referrers/{Subject}?last=1>; rel=\"next\"")(context));
        using var registry = Scripts.Open();
        Assert.Equal(RegistryFailure.Malformed, (await Assert.ThrowsAsync<RegistryException>(() => registry.GetReferrersAsync(scripted.Name(), Subject, null, [], Token))).Failure);
    }

    [Fact]
    public async Task The_referrers_tag_of_a_real_registry_is_read_where_it_is_among_the_tags()
    {
        var image = new SampleImage("referrers/tagged", "1.0.0");
        var digest = Digest.Parse(await server.Driver.PushAsync(image, Token));
        var name = ImageName.Parse($"{server.Address}/{image.Repository}");
        await server.ForgetRequestsAsync(Token);
        using var registry = Scripts.Open();

        Assert.Empty(await registry.GetReferrersAsync(name, digest, null, ["1.0.0"], Token));
        Assert.Empty(await registry.GetReferrersAsync(name, digest, null, ["1.0.0"], Token));
        Assert.Single(await server.RequestsAsync(Token));

        await PutAsync(image.Repository, Referrer.TagOf(digest), $$"""{"schemaVersion":2,"mediaType":"{{Scripts.IndexType}}","manifests":[]}""");
        Assert.Empty(await registry.GetReferrersAsync(name, digest, null, null, Token));

        // The registry holds the index to what it names.
        var signature = await server.Driver.PushAsync(image with { Tag = "signature", Index = false, Content = "signature" }, Token);
        await PutAsync(
            image.Repository, Referrer.TagOf(digest),
            $$"""{"schemaVersion":2,"mediaType":"{{Scripts.IndexType}}","manifests":[{"mediaType":"{{Scripts.ManifestType}}","digest":"{{signature}}","size":{{await SizeAsync(image.Repository, signature)}},"artifactType":"{{Notation}}"}]}""");
        var tags = await registry.ListTagsAsync(name, Token);
        Assert.Equal(SignatureKind.Notation, SignatureKinds.Of(await registry.GetReferrersAsync(name, digest, null, tags, Token)));
    }

    [Theory]
    [InlineData(Notation, null, SignatureKind.Notation)]
    [InlineData("application/vnd.dev.cosign.artifact.sig.v1+json", null, SignatureKind.Cosign)]
    [InlineData("application/vnd.dev.sigstore.bundle.v0.3+json", null, SignatureKind.Cosign)]
    [InlineData("application/vnd.dev.sigstore.bundle.v0.3+json", "https://sigstore.dev/cosign/sign/v1", SignatureKind.Cosign)]
    [InlineData("application/vnd.dev.sigstore.bundle.v0.3+json", "https://slsa.dev/provenance/v1", SignatureKind.None)]
    [InlineData("application/spdx+json", null, SignatureKind.None)]
    [InlineData(null, null, SignatureKind.None)]
    public void A_signature_is_told_from_what_else_is_attached(string? type, string? predicate, SignatureKind kind)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        if (predicate is not null)
        {
            annotations["dev.sigstore.bundle.predicateType"] = predicate;
        }

        Assert.Equal(kind, SignatureKinds.Of(new Referrer(Subject, type, Scripts.ManifestType, 1, annotations)));
    }

    [Theory]
    [InlineData("2025-11-10", "2025-11-10")]
    [InlineData("2025-11-10T00:00:00Z", "2025-11-10")]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public void The_end_of_life_that_is_attached_is_read(string? written, string? date)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        if (written is not null)
        {
            annotations["vnd.microsoft.artifact.lifecycle.end-of-life.date"] = written;
        }

        var notice = new Referrer(Subject, LifecycleAnnotation.ArtifactType, Scripts.ManifestType, 1, annotations);
        Assert.Equal(date is null ? null : DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture), LifecycleAnnotation.EndOfLife([notice]));
        Assert.Null(LifecycleAnnotation.EndOfLife([notice with { ArtifactType = Notation }]));
    }

    private static string Entry(string content, string type) =>
        $$$"""{"mediaType":"{{{Scripts.ManifestType}}}","digest":"{{{Digest.Of(System.Text.Encoding.UTF8.GetBytes(content))}}}","size":700,"artifactType":"{{{type}}}","annotations":{"note":"of {{{content}}}"}}""";

    private static RequestDelegate Index(params string[] entries) =>
        Answers.Text(200, Scripts.IndexType, $$"""{"schemaVersion":2,"mediaType":"{{Scripts.IndexType}}","manifests":[{{string.Join(',', entries)}}]}""");

    private async Task PutAsync(string repository, string tag, string index)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Address}") };
        using var content = new StringContent(index);
        content.Headers.ContentType = new(Scripts.IndexType);
        using var answer = await client.PutAsync(new Uri($"/v2/{repository}/manifests/{tag}", UriKind.Relative), content, Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    private async Task<int> SizeAsync(string repository, string digest)
    {
        using var registry = Scripts.Open();
        return (await registry.GetManifestAsync(ImageReference.Parse($"{server.Address}/{repository}@{digest}"), Token))!.Body.Length;
    }
}
