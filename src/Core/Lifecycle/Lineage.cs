using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>
/// Which image is built from which, to any depth: an image built from one that dies is dying. What an image says of itself goes before the
/// layers that it shares, and those before a Dockerfile, which may have changed since. Pure.
/// </summary>
/// <param name="lives">Lives by name and content.</param>
/// <param name="evidence">What is known of an image's content; null: nothing.</param>
/// <param name="builds">What Dockerfiles say.</param>
/// <param name="bases">Images known by their layers.</param>
public sealed class Lineage(ImageLives lives, Func<ImageReference, ImageEvidence?> evidence, BuiltImages builds, KnownBases bases)
{
    /// <summary>More ancestors than any image has; the graph may have cycles, and was drawn by strangers.</summary>
    private const int MostAncestors = 1000;

    private readonly Dictionary<ImageReference, Node> _nodes = [];

    /// <summary>All lives of an image: by its name, by its content, and by what it is built from.</summary>
    public ImageLifecycle Resolve(ImageReference image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var own = Find(image);
        if (InheritedBy(own) is not { } inherited)
        {
            return own.Lifecycle;
        }

        // What its variables say, an ancestor may say by its name: then that is named.
        return own.Lifecycle.First is { } first
            && (ImageLives.EndOf(inherited.Life) is var end && ImageLives.EndOf(first) is var ownEnd && (end > ownEnd || (end == ownEnd && first.Evidence is null)))
            ? own.Lifecycle
            : lives.With(own.Lifecycle with { Inherited = inherited });
    }

    /// <summary>What an image is built from, as far as anything says so.</summary>
    public IReadOnlyList<ImageReference> BasesOf(ImageReference image) => Find(image).Bases;

    private InheritedLife? InheritedBy(Node image)
    {
        (Life Life, Step At)? earliest = null;
        var seen = new HashSet<ImageReference> { image.Image };
        var next = new Queue<Step>();
        Enqueue(new Step(image, null));
        while (next.TryDequeue(out var step))
        {
            foreach (var life in step.Of.Lifecycle.Lives.Where(l => l.IsEndKnown && !IsRefuted(l, step)))
            {
                // Of ancestors that die of the same, the farthest is the root.
                if (earliest is not { } other || ImageLives.EndOf(life) <= ImageLives.EndOf(other.Life))
                {
                    earliest = (life, step);
                }
            }

            Enqueue(step);
        }

        if (earliest is not { } found)
        {
            return null;
        }

        var through = new List<ImageReference>();
        for (var step = found.At.From; step?.From is not null; step = step.From)
        {
            through.Add(Shown(step.Of.Image));
        }

        return new InheritedLife(found.Life, Shown(found.At.Of.Image), through);

        void Enqueue(Step step)
        {
            foreach (var reference in step.Of.Bases)
            {
                if (seen.Count <= MostAncestors && !(reference.Name == image.Image.Name && reference.Tag == image.Image.Tag) && seen.Add(reference))
                {
                    next.Enqueue(new Step(Find(reference), step));
                }
            }
        }
    }

    /// <summary>Whether the content of something between says that it has another version of this; or, where only a Dockerfile says what it is built from, nothing of it at all.</summary>
    private static bool IsRefuted(Life life, Step at)
    {
        var isOfficial = ImageEvidenceReader.IsAlwaysSaid(life.Key) && at.Of.Image.Name is { Registry: ImageName.DockerHub } name && name.Repository.StartsWith("library/", StringComparison.Ordinal);
        for (var step = at.From; step is not null; step = step.From)
        {
            if (step.Of.Evidence is { Layers.Count: > 0 }
                && (step.Of.Shipped.Where(l => l.Key == life.Key).ToList() is { Count: > 0 } same ? same.TrueForAll(l => l.Cycle != life.Cycle) : isOfficial && !step.Of.IsSaid))
            {
                return true;
            }
        }

        return false;
    }

    private Node Find(ImageReference image)
    {
        if (_nodes.TryGetValue(image, out var known))
        {
            return known;
        }

        var content = evidence(image);
        var lifecycle = lives.Of(image, content);
        var shipped = content is null ? [] : lives.Products(content).Append(lifecycle.Distribution).Append(lifecycle.Product is { Cycle: not null } product ? product : null).OfType<Life>().ToList();
        var said = SaidBy(image, content);
        return _nodes[image] = new Node(
            image, lifecycle, content, shipped, said is not null ? [said] : builds.BasesOf(image) is { Count: > 0 } built ? built : builds.RootOf(content?.Source), said is not null);
    }

    /// <summary>What an image says itself to be built from, by annotation, provenance, label or layers.</summary>
    private ImageReference? SaidBy(ImageReference image, ImageEvidence? content) =>
        content is not null && ImageOrigin.Of(content, builds.BasesOf(image), bases.Below(image, content.Layers), null) is { Base: { } named } origin
            ? origin.At is { } digest ? named with { Digest = digest } : named
            : null;

    private static ImageReference Shown(ImageReference image) => image.Tag is null ? image : image with { Digest = null };

    /// <param name="Image">The image.</param>
    /// <param name="Lifecycle">Its own lives.</param>
    /// <param name="Evidence">What it says of itself.</param>
    /// <param name="Shipped">What it contains by that.</param>
    /// <param name="Bases">What it is built from.</param>
    /// <param name="IsSaid">Whether it says so itself.</param>
    private sealed record Node(ImageReference Image, ImageLifecycle Lifecycle, ImageEvidence? Evidence, IReadOnlyList<Life> Shipped, IReadOnlyList<ImageReference> Bases, bool IsSaid);

    /// <param name="Of">An ancestor.</param>
    /// <param name="From">What is built from it; null for the image that is asked for.</param>
    private sealed record Step(Node Of, Step? From);
}
