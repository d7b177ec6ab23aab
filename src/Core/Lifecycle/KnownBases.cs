using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>Images whose layers are known, found by the layers that others share with them.</summary>
public sealed class KnownBases
{
    private readonly Dictionary<Digest, List<(ImageReference Image, IReadOnlyList<Digest> Layers)>> _byTop = [];

    /// <summary>Adds an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="layers">Its uncompressed layers, the lowest first.</param>
    public void Add(ImageReference image, IReadOnlyList<Digest> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers is not [.., var top])
        {
            return;
        }

        if (!_byTop.TryGetValue(top, out var same))
        {
            _byTop[top] = same = [];
        }

        same.Add((image, layers));
    }

    /// <summary>The image with the most layers among those that an image begins with all layers of; null where there is none.</summary>
    public ImageReference? Below(ImageReference image, IReadOnlyList<Digest> layers)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(layers);
        for (var count = layers.Count - 1; count > 0; count--)
        {
            if (_byTop.TryGetValue(layers[count - 1], out var bases)
                && bases.Find(b => b.Image.Name != image.Name && b.Layers.Count == count && b.Layers.SequenceEqual(layers.Take(count))).Image is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
