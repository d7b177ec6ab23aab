using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>The lives of an image by its name and by what it says of itself: where its tag is silent, its content speaks. Pure.</summary>
public sealed class ImageLives(LifecycleResolver resolver, DateOnly today)
{
    /// <summary>The day that is asked for, in UTC.</summary>
    public DateOnly Today => today;

    /// <summary>By its name and tag alone.</summary>
    public ImageLifecycle Named(ImageReference image) => resolver.Resolve(image, today);

    /// <summary>The lives of an image, without what it inherits.</summary>
    /// <param name="image">The image.</param>
    /// <param name="evidence">What it says of itself; null where that is not known.</param>
    public ImageLifecycle Of(ImageReference image, ImageEvidence? evidence)
    {
        ArgumentNullException.ThrowIfNull(image);
        var named = Named(image);
        if (evidence is null)
        {
            return named;
        }

        var product = named.Product;
        if (product?.Cycle is null)
        {
            var shipped = Products(evidence).Where(l => product is null ? l.Of == LifeOf.Product : l.Key == product.Key);
            product = Earliest(shipped) is { } known ? known with { Of = LifeOf.Product } : product;
        }

        var lifecycle = named with
        {
            Product = product,
            Distribution = named.Distribution ?? (product is not null && ImageEvidenceReader.IsDistribution(product.Key) ? null : DistributionOf(evidence)),
            Published = evidence.PublishedEnd is { } end
                ? new Life(LifeOf.Image, image.Name.Canonical, image.Name.Familiar, null, end) { Evidence = "the lifecycle annotation that its publisher has attached" }
                : named.Published,
        };
        return With(lifecycle);
    }

    /// <summary>Everything that an image says to contain, each with its cycle.</summary>
    public IEnumerable<Life> Products(ImageEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence.Products.Append(evidence.Distribution).OfType<ShippedVersion>().Select(Find).OfType<Life>();
    }

    /// <summary>A lifecycle with the status that its lives amount to.</summary>
    public ImageLifecycle With(ImageLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        var status = lifecycle.Lives.Aggregate(LifecycleStatus.Unknown, (worst, life) => StatusOf(life) is var own && own > worst ? own : worst);
        return lifecycle with { Status = status };
    }

    /// <summary>Of several lives the one that ends first; one that has an end before one that has none.</summary>
    internal static Life? Earliest(IEnumerable<Life> lives) => lives.MinBy(EndOf);

    /// <summary>When a life ends, for comparison.</summary>
    internal static DateOnly EndOf(Life life) => life.Eol ?? (life.IsEnded ? DateOnly.MinValue : DateOnly.MaxValue);

    private Life? DistributionOf(ImageEvidence evidence) =>
        (evidence.Distribution is { } said ? Find(said) : null) is { } life ? life with { Of = LifeOf.Distribution }
        : evidence.Base is { } below && Named(below) is var its
            && (its.Distribution ?? (its.Product is { Cycle: not null } product && ImageEvidenceReader.IsDistribution(product.Key) ? product : null)) is { } found
            ? found with { Of = LifeOf.Distribution, Evidence = $"it is built from {below with { Digest = null }}, as its label org.opencontainers.image.base.name says" }
        : null;

    /// <summary>A version's cycle, as an official image of that product and tag would have it.</summary>
    private Life? Find(ShippedVersion version) =>
        ImageReference.TryParse($"{ImageName.DockerHub}/library/{version.Product}:{version.Version}", out var official)
            && Named(official).Product is { Cycle: not null } life && life.Key == version.Product
            ? life with { Of = ImageEvidenceReader.IsDistribution(version.Product) ? LifeOf.Distribution : LifeOf.Product, Evidence = version.Source }
            : null;

    private LifecycleStatus StatusOf(Life life) => life switch
    {
        { Eol: null } => life.IsEnded ? LifecycleStatus.Ended : LifecycleStatus.Unknown,
        { Eol: { } end } when end <= today => LifecycleStatus.Ended,
        { Eol: { } end } when end.DayNumber - today.DayNumber <= LifecycleResolver.EndingDays => LifecycleStatus.Ending,
        _ => LifecycleStatus.Maintained,
    };
}
