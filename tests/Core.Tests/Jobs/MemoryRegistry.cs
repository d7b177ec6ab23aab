using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A registry in memory. A tag's digest follows from the content that it was pushed with.</summary>
internal sealed class MemoryRegistry : IRegistry
{
    private readonly Dictionary<ImageName, SortedDictionary<string, Digest>> _images = [];

    /// <summary>Images whose registry does not answer.</summary>
    public HashSet<ImageName> Silent { get; } = [];

    /// <summary>Tags whose digest the registry does not give, and how long it asks to wait.</summary>
    public Dictionary<string, TimeSpan> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests so far.</summary>
    public int Requests { get; private set; }

    public static Digest DigestOf(string content) => Digest.Of(Encoding.UTF8.GetBytes(content));

    public void Push(string image, string tag, string content = "first")
    {
        var name = ImageName.Parse(image);
        if (!_images.TryGetValue(name, out var tags))
        {
            _images[name] = tags = new SortedDictionary<string, Digest>(StringComparer.Ordinal);
        }

        tags[tag] = DigestOf($"{image}:{tag} {content}");
    }

    public void Delete(string image, string tag) => _images[ImageName.Parse(image)].Remove(tag);

    public Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken)
    {
        Ask(image);
        return Task.FromResult<IReadOnlyList<string>?>(_images.TryGetValue(image, out var tags) ? [.. tags.Keys] : null);
    }

    public Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        Ask(reference.Name);
        if (Refused.TryGetValue(reference.Tag!, out var wait))
        {
            throw new RegistryException(reference.Name.Registry, RegistryFailure.RateLimited, $"asked too often: request {Requests}", wait);
        }

        return Task.FromResult(_images.TryGetValue(reference.Name, out var tags) ? tags.GetValueOrDefault(reference.Tag!) : null);
    }

    public Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Ask(ImageName image)
    {
        lock (_images)
        {
            Requests++;
        }

        if (Silent.Contains(image))
        {
            throw new RegistryException(image.Registry, RegistryFailure.Unreachable, $"{image.Registry} did not answer");
        }
    }
}
