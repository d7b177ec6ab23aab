using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests.Drivers;

/// <summary>
/// A part of the shared registry for one test alone, which stands in for Docker Hub: what the product knows as
/// <c>python</c> is <c>this-test/library/python</c> there.
/// </summary>
internal sealed class ImageNamespace(RegistryServer registry)
{
    private readonly string _name = $"t{Guid.NewGuid():N}"[..12];

    /// <summary>Makes the product look here for Docker Hub's images.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Basewatch__Registries__0__Host"] = "docker.io",
        ["Basewatch__Registries__0__Endpoint"] = $"http://{registry.Address}/{_name}",
        ["Basewatch__Registries__0__Insecure"] = "true",
        ["Basewatch__Registries__0__AllowPrivate"] = "true",
    };

    /// <summary>Pushes an image, or another one under its tag, and returns the digest that the tag names now.</summary>
    /// <param name="image"><c>python:3.12-slim</c>.</param>
    /// <param name="content">What is in it.</param>
    public Task<string> PushAsync(string image, string content = "first")
    {
        var parts = image.Split(':');
        return registry.Driver.PushAsync(new SampleImage(In(parts[0]), parts[1]) { Content = content }, TestContext.Current.CancellationToken);
    }

    /// <summary>Deletes a tag.</summary>
    public Task DeleteAsync(string image)
    {
        var parts = image.Split(':');
        return registry.Driver.DeleteTagAsync(In(parts[0]), parts[1], TestContext.Current.CancellationToken);
    }

    /// <summary>How many requests there were for an image's tags.</summary>
    public async Task<int> TagListsAsync(string image) => (await registry.RequestsAsync(TestContext.Current.CancellationToken))
        .Count(r => r.Path.StartsWith($"/v2/{In(image)}/tags/list", StringComparison.Ordinal));

    /// <summary>How many requests there were about all of its images, this driver's own among them.</summary>
    public async Task<int> RequestsAsync() => (await registry.RequestsAsync(TestContext.Current.CancellationToken))
        .Count(r => r.Path.StartsWith($"/v2/{_name}/", StringComparison.Ordinal));

    /// <summary>How many requests there were for manifests by digest, and for configurations.</summary>
    public async Task<int> ContentsAsync() => (await registry.RequestsAsync(TestContext.Current.CancellationToken))
        .Count(r => r.Method == "GET" && r.Path.StartsWith($"/v2/{_name}/", StringComparison.Ordinal) && r.Path.Contains("/sha256:", StringComparison.Ordinal));

    private string In(string repository) => $"{_name}/{(repository.Contains('/', StringComparison.Ordinal) ? "" : "library/")}{repository}";
}
