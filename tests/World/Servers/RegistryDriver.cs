using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Basewatch.World.Servers;

/// <summary>
/// Arranges a registry, and looks at it, by the OCI distribution API
/// (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md"/>).
/// </summary>
/// <param name="client">Knows the registry's address and, where it asks for one, the login.</param>
public sealed class RegistryDriver(HttpClient client)
{
    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly ConcurrentDictionary<(string Repository, string Digest), bool> _pushed = new();

    /// <summary>Pushes an image under its tag, over whatever the tag named before, and returns the digest that the tag names now.</summary>
    public async Task<string> PushAsync(SampleImage image, CancellationToken cancellationToken)
    {
        var parts = image.Build();
        foreach (var blob in parts.Blobs)
        {
            await PushBlobAsync(image.Repository, blob, cancellationToken);
        }

        for (var i = 0; i < parts.Manifests.Count; i++)
        {
            var manifest = parts.Manifests[i];
            var reference = i == parts.Manifests.Count - 1 ? image.Tag : manifest.Digest;
            using var content = new ByteArrayContent(manifest.Body);
            content.Headers.ContentType = new MediaTypeHeaderValue(manifest.MediaType);
            using var answer = await client.PutAsync($"/v2/{image.Repository}/manifests/{reference}", content, cancellationToken);
            await ExpectAsync(answer, HttpStatusCode.Created, cancellationToken);
        }

        return parts.Manifests[^1].Digest;
    }

    /// <summary>Pushes one plain image a tag, and returns the digests in the same order.</summary>
    public async Task<IReadOnlyList<string>> PushAsync(string repository, IEnumerable<string> tags, CancellationToken cancellationToken)
    {
        var digests = new List<string>();
        foreach (var tag in tags)
        {
            digests.Add(await PushAsync(new SampleImage(repository, tag), cancellationToken));
        }

        return digests;
    }

    /// <summary>The digest that a tag names, or null if there is no such tag.</summary>
    public async Task<string?> DigestAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/v2/{repository}/manifests/{tag}");
        foreach (var type in ManifestTypes)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        using var answer = await client.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ExpectAsync(answer, HttpStatusCode.OK, cancellationToken);
        return answer.Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <summary>A manifest or index, by tag or digest.</summary>
    public async Task<JsonNode> ManifestAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/{repository}/manifests/{reference}");
        foreach (var type in ManifestTypes)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        using var answer = await client.SendAsync(request, cancellationToken);
        await ExpectAsync(answer, HttpStatusCode.OK, cancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken))!;
    }

    /// <summary>A blob's bytes.</summary>
    public Task<byte[]> BlobAsync(string repository, string digest, CancellationToken cancellationToken) =>
        client.GetByteArrayAsync($"/v2/{repository}/blobs/{digest}", cancellationToken);

    /// <summary>The tags of a repository in the registry's order; empty if there is no such repository or no tag in it.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync($"/v2/{repository}/tags/list", cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        await ExpectAsync(answer, HttpStatusCode.OK, cancellationToken);
        var tags = JsonNode.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken))!["tags"];
        return tags is null ? [] : [.. tags.AsArray().Select(t => t!.GetValue<string>())];
    }

    /// <summary>
    /// Removes a tag. Distribution 2.8 can only delete a manifest, by its digest, and with it go all tags that name it;
    /// sample images of different tags never share a digest.
    /// </summary>
    public async Task DeleteTagAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        var digest = await DigestAsync(repository, tag, cancellationToken)
            ?? throw new InvalidOperationException($"{repository} has no tag {tag} to delete.");
        using var answer = await client.DeleteAsync($"/v2/{repository}/manifests/{digest}", cancellationToken);
        await ExpectAsync(answer, HttpStatusCode.Accepted, cancellationToken);
    }

    private async Task PushBlobAsync(string repository, byte[] blob, CancellationToken cancellationToken)
    {
        var digest = SampleManifest.DigestOf(blob);
        if (!_pushed.TryAdd((repository, digest), true))
        {
            return;
        }

        using var begun = await client.PostAsync($"/v2/{repository}/blobs/uploads/", content: null, cancellationToken);
        await ExpectAsync(begun, HttpStatusCode.Accepted, cancellationToken);
        var upload = new UriBuilder(new Uri(client.BaseAddress!, begun.Headers.Location!));
        upload.Query = $"{upload.Query.TrimStart('?')}&digest={Uri.EscapeDataString(digest)}";
        using var content = new ByteArrayContent(blob);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await client.PutAsync(upload.Uri, content, cancellationToken);
        await ExpectAsync(answer, HttpStatusCode.Created, cancellationToken);
    }

    private static async Task ExpectAsync(HttpResponseMessage answer, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != expected)
        {
            throw new InvalidOperationException(
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}, not {(int)expected}: " +
                await answer.Content.ReadAsStringAsync(cancellationToken));
        }
    }
}
