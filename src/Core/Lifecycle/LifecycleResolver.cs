using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>Says what an image ships and how long that lives, by a catalogue. Pure; made once for a catalogue, since it builds an index.</summary>
public sealed class LifecycleResolver
{
    /// <summary>From so many days before its end on, an image is <see cref="LifecycleStatus.Ending"/>.</summary>
    public const int EndingDays = 180;

    /// <summary>Repositories that the catalogue gives no identifier for.</summary>
    private static readonly (string Image, string Product)[] Known =
    [
        ("mcr.microsoft.com/dotnet/sdk", "dotnet"),
        ("mcr.microsoft.com/dotnet/aspnet", "dotnet"),
        ("mcr.microsoft.com/dotnet/runtime", "dotnet"),
        ("mcr.microsoft.com/dotnet/runtime-deps", "dotnet"),
    ];

    private readonly Dictionary<string, Product> _byImage = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Product> _byName = new(StringComparer.Ordinal);
    private readonly DistributionNames _distributions;

    /// <summary>Creates a resolver over a catalogue.</summary>
    public LifecycleResolver(LifecycleCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        foreach (var product in catalog.Products)
        {
            _byName.TryAdd(product.Name, product);
        }

        foreach (var product in catalog.Products)
        {
            foreach (var image in product.Images)
            {
                _byImage.TryAdd(image, product);
            }

            foreach (var alias in product.Aliases)
            {
                _byName.TryAdd(alias, product);
            }
        }

        foreach (var (image, name) in Known)
        {
            if (_byName.TryGetValue(name, out var product))
            {
                _byImage.TryAdd(image, product);
            }
        }

        _distributions = new DistributionNames(_byName);
    }

    /// <summary>What an image ships and where that is in its life.</summary>
    /// <param name="image">The image; without a tag it is <c>latest</c>, which follows the newest and has no cycle of its own.</param>
    /// <param name="today">The day that is asked for, in UTC.</param>
    public ImageLifecycle Resolve(ImageReference image, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(image);
        var product = ProductOf(image.Name);
        var tag = image.Tag is null ? null : TagVersion.Of(image.Tag);
        var cycle = product is null || tag is null ? null : CycleOf(product, tag);
        var distribution = tag is null ? null : DistributionOf(tag);
        if (distribution?.Product == product)
        {
            distribution = null;
        }

        var status = (StatusOf(cycle, today), StatusOf(distribution?.Cycle, today)) switch
        {
            (LifecycleStatus.Unknown, var other) => other,
            (var own, LifecycleStatus.Unknown) => own,
            var (own, other) => own > other ? own : other,
        };
        return product is null && distribution is null
            ? ImageLifecycle.Unknown
            : new ImageLifecycle(
                product?.Label, cycle?.Name, cycle?.Eol, distribution?.Product.Label, distribution?.Cycle.Name, distribution?.Cycle.Eol, status);
    }

    /// <summary>
    /// The product that a repository ships: by its identifiers; an official image also by name. A cache in front of Docker Hub
    /// keeps the path: <c>registry.example/hub/library/python</c> is Python.
    /// </summary>
    internal Product? ProductOf(ImageName name)
    {
        if (_byImage.TryGetValue(name.Canonical, out var product))
        {
            return product;
        }

        var at = name.Repository.LastIndexOf('/');
        var isOfficial = at >= 0 && (name.Repository.AsSpan(0, at) is "library" || name.Repository.AsSpan(0, at).EndsWith("/library", StringComparison.Ordinal));
        if (!isOfficial)
        {
            return null;
        }

        var official = name.Repository[(at + 1)..];
        return _byImage.TryGetValue($"{ImageName.DockerHub}/library/{official}", out product) || _byName.TryGetValue(official, out product) ? product : null;
    }

    /// <summary>
    /// The cycle of a tag: the longest cycle name that its version begins with, part by part, or the cycle that its first piece is
    /// the codename of. Null for a tag that floats over cycles: <c>3</c>, <c>latest</c>, <c>lts</c>.
    /// </summary>
    internal static Cycle? CycleOf(Product product, TagVersion tag)
    {
        if (tag.Scheme == TagScheme.Version && tag.Prefix is "" or "v")
        {
            return LongestPrefix(product, tag.VersionText);
        }

        var codename = FirstPiece(tag.Text);
        return product.Cycles.FirstOrDefault(c => CodenameOf(c) is { } own && own == codename);
    }

    /// <summary>The distribution that a tag names and its cycle there; null where it names none that the catalogue has.</summary>
    internal (Product Product, Cycle Cycle)? DistributionOf(TagVersion tag) =>
        _distributions.Find(tag.IsOrdered ? tag.Suffix : tag.Text);

    /// <summary>Where a cycle is in its life.</summary>
    internal static LifecycleStatus StatusOf(Cycle? cycle, DateOnly today) => cycle switch
    {
        null => LifecycleStatus.Unknown,
        { Eol: null } => cycle.IsEol ? LifecycleStatus.Ended : LifecycleStatus.Unknown,
        { Eol: { } eol } when eol <= today => LifecycleStatus.Ended,
        { Eol: { } eol } when eol.DayNumber - today.DayNumber <= EndingDays => LifecycleStatus.Ending,
        _ => LifecycleStatus.Maintained,
    };

    /// <summary>First word of a codename in lower case, as tags write it: <c>noble</c>.</summary>
    internal static string? CodenameOf(Cycle cycle) => cycle.Codename is { Length: > 0 } codename ? codename.Split(' ', 2)[0].ToLowerInvariant() : null;

    /// <summary>A tag up to its first dash.</summary>
    internal static string FirstPiece(string tag) => tag.Split('-', 2)[0];

    /// <summary>The longest cycle name that a version begins with, part by part: <c>3.8.19</c> is of 3.8.</summary>
    internal static Cycle? LongestPrefix(Product product, string version)
    {
        Cycle? longest = null;
        foreach (var cycle in product.Cycles)
        {
            if (version.StartsWith(cycle.Name, StringComparison.Ordinal)
                && (version.Length == cycle.Name.Length || version[cycle.Name.Length] is '.' or 'u')
                && (longest is null || cycle.Name.Length > longest.Name.Length))
            {
                longest = cycle;
            }
        }

        return longest;
    }
}
