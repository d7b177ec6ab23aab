using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>Says what an image ships and how long that lives, by a catalogue. Pure; made once for a catalogue, since it builds an index.</summary>
public sealed class LifecycleResolver
{
    /// <summary>From so many days before its end on, an image is <see cref="LifecycleStatus.Ending"/>.</summary>
    public const int EndingDays = 180;

    private readonly Dictionary<string, Product> _byImage = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Product> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Product> _official = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Product Product, string Word)> _afterWord = new(StringComparer.Ordinal);
    private readonly Dictionary<Product, (Product Other, string[] Words)> _seconds = new(ReferenceEqualityComparer.Instance);
    private readonly List<(string Pattern, Product Product)> _own = [];
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

            foreach (var pattern in product.OwnImages)
            {
                _own.Add((pattern, product));
            }
        }

        foreach (var (image, name) in KnownImages.Others)
        {
            if (_byName.TryGetValue(name, out var product))
            {
                _byImage.TryAdd(image, product);
            }
        }

        foreach (var (official, name) in KnownImages.Official)
        {
            if (_byName.TryGetValue(name, out var product))
            {
                _official.TryAdd(official, product);
            }
        }

        foreach (var (image, name, word) in KnownImages.AfterWord)
        {
            if (_byName.TryGetValue(name, out var product))
            {
                _afterWord.TryAdd(image, (product, word));
            }
        }

        foreach (var (first, second, words) in KnownImages.Seconds)
        {
            if (_byName.TryGetValue(first, out var product) && _byName.TryGetValue(second, out var other))
            {
                _seconds.TryAdd(product, (other, words));
            }
        }

        _distributions = new DistributionNames(_byName);
    }

    /// <summary>What an image ships and where that is in its life.</summary>
    /// <param name="image">The image; without a tag it is <c>latest</c>, which follows the newest and has no cycle of its own.</param>
    /// <param name="today">The day that is asked for.</param>
    public ImageLifecycle Resolve(ImageReference image, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(image);
        var canonical = image.Name.Canonical;
        var tag = image.Tag is null ? null : TagVersion.Of(image.Tag);
        var (product, cycle, evidence) = ShippedBy(image.Name, canonical, tag);
        var distribution = DistributionOf(image.Name, canonical, tag, cycle);
        if (distribution?.Product == product)
        {
            // A distribution's own image may say its release in its name alone.
            (cycle, distribution) = (cycle ?? distribution?.Cycle, null);
        }

        var status = (StatusOf(cycle, today), StatusOf(distribution?.Cycle, today)) switch
        {
            (LifecycleStatus.Unknown, var other) => other,
            (var own, LifecycleStatus.Unknown) => own,
            var (own, other) => own > other ? own : other,
        };
        return product is null && distribution is null
            ? ImageLifecycle.Unknown
            : new ImageLifecycle(status)
            {
                Product = product is null ? null : LifeOfCycle(LifeOf.Product, product, cycle, evidence),
                Distribution = distribution is { } found ? LifeOfCycle(LifeOf.Distribution, found.Product, found.Cycle, null) : null,
            };
    }

    /// <summary>
    /// The product that a repository ships: by its identifiers; an official image also by name. A cache in front of Docker Hub
    /// keeps the path: <c>registry.example/hub/library/python</c> is Python.
    /// </summary>
    internal Product? ProductOf(ImageName name) => ProductOf(name, name.Canonical);

    /// <summary>The product and the cycle of it that an image ships, as far as its name and its tag say.</summary>
    internal (Product? Product, Cycle? Cycle) ShippedBy(ImageName name, TagVersion tag)
    {
        var (product, cycle, _) = ShippedBy(name, name.Canonical, tag);
        return (product, cycle);
    }

    /// <inheritdoc cref="CycleNames.Find"/>
    internal static Cycle? CycleOf(Product product, TagVersion tag) => CycleNames.Find(product, tag);

    /// <summary>The distribution that a tag names and its cycle there; null where it names none that the catalogue has.</summary>
    internal (Product Product, Cycle Cycle)? DistributionOf(TagVersion tag) => _distributions.Find(tag.Text);

    /// <summary>Where a cycle is in its life.</summary>
    internal static LifecycleStatus StatusOf(Cycle? cycle, DateOnly today) => cycle is null ? LifecycleStatus.Unknown : StatusOf(cycle.Eol, cycle.IsEol, today);

    /// <summary>Where something is on a day that ends on another.</summary>
    internal static LifecycleStatus StatusOf(DateOnly? eol, bool isEnded, DateOnly today) => eol switch
    {
        null => isEnded ? LifecycleStatus.Ended : LifecycleStatus.Unknown,
        { } day when day <= today => LifecycleStatus.Ended,
        { } day when day.DayNumber - today.DayNumber <= EndingDays => LifecycleStatus.Ending,
        _ => LifecycleStatus.Maintained,
    };

    /// <summary>First word of a codename in lower case, as tags write it: <c>noble</c>.</summary>
    internal static string? CodenameOf(Cycle cycle) => cycle.Codename is { Length: > 0 } codename ? codename.Split(' ', 2)[0].ToLowerInvariant() : null;

    /// <inheritdoc cref="CycleNames.FirstPiece"/>
    internal static string FirstPiece(string tag) => CycleNames.FirstPiece(tag);

    /// <inheritdoc cref="CycleNames.LongestPrefix"/>
    internal static Cycle? LongestPrefix(Product product, string version) => CycleNames.LongestPrefix(product, version);

    private static Life LifeOfCycle(LifeOf of, Product product, Cycle? cycle, string? evidence) => new(of, product.Name, product.Label, cycle?.Name, cycle?.Eol)
    {
        ActiveUntil = cycle?.ActiveUntil,
        ExtendedUntil = cycle?.ExtendedEol,
        IsEnded = cycle is { Eol: null, IsEol: true },
        IsLts = cycle?.IsLts == true,
        Url = product.Url,
        Evidence = cycle?.Source ?? evidence,
    };

    private Product? ProductOf(ImageName name, string canonical)
    {
        if (OwnOf(name, canonical) is { } own)
        {
            return own;
        }

        if (_byImage.TryGetValue(canonical, out var product))
        {
            return product;
        }

        if (_afterWord.TryGetValue(canonical, out var known))
        {
            return known.Product;
        }

        var slash = canonical.LastIndexOf('/');
        var space = canonical.AsSpan(0, slash);
        var last = canonical[(slash + 1)..];
        if (space.EndsWith("/library", StringComparison.Ordinal))
        {
            return _byImage.TryGetValue($"{ImageName.DockerHub}/library/{last}", out product) || ByName(last, out product) ? product : null;
        }

        if (KnownImages.NamedAsOfficial.GetAlternateLookup<ReadOnlySpan<char>>().Contains(space))
        {
            return ByName(last, out product) ? product : null;
        }

        if (KnownImages.Public.Contains(name.Registry) && name.Repository.Length == (last.Length * 2) + 1 && name.Repository.StartsWith(last, StringComparison.Ordinal))
        {
            return ByName(last, out product) ? product : null;
        }

        return canonical.StartsWith(KnownImages.DistrolessNode, StringComparison.Ordinal) ? _byName.GetValueOrDefault("nodejs") : null;
    }

    private bool ByName(string name, out Product? product) => _official.TryGetValue(name, out product) || _byName.TryGetValue(name, out product);

    private Product? OwnOf(ImageName name, string canonical)
    {
        if (_own.Count == 0)
        {
            return null;
        }

        var familiar = name.Familiar;
        foreach (var (pattern, product) in _own)
        {
            if (Wildcard.Matches(pattern, canonical) || Wildcard.Matches(pattern, familiar))
            {
                return product;
            }
        }

        return null;
    }

    private (Product? Product, Cycle? Cycle, string? Evidence) ShippedBy(ImageName name, string canonical, TagVersion? tag)
    {
        if (ProductOf(name, canonical) is not { } product)
        {
            return default;
        }

        var evidence = product.OwnImages.Count > 0 && OwnOf(name, canonical) == product ? product.Source : null;
        if (evidence is null && canonical.StartsWith(KnownImages.DistrolessNode, StringComparison.Ordinal))
        {
            return (product, CycleNames.After(product, "nodejs", canonical[(canonical.LastIndexOf('/') + 1)..]), null);
        }

        if (tag is null)
        {
            return (product, null, evidence);
        }

        if (evidence is null && _afterWord.TryGetValue(canonical, out var known))
        {
            return (product, CycleNames.After(product, known.Word, tag.Text), null);
        }

        if (_seconds.TryGetValue(product, out var second))
        {
            if (second.Words.Length > 0)
            {
                product = HasPiece(tag.Text, second.Words) ? second.Other : product;
            }
            else if (CycleNames.Find(product, tag) is null && CycleNames.Find(second.Other, tag) is not null)
            {
                product = second.Other;
            }
        }

        return (product, CycleNames.Find(product, tag), evidence);
    }

    /// <summary>Whether a tag has a piece that begins with one of some words.</summary>
    private static bool HasPiece(ReadOnlySpan<char> tag, string[] words)
    {
        foreach (var range in tag.Split('-'))
        {
            foreach (var word in words)
            {
                if (tag[range].StartsWith(word, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The distribution that an image's tag names, or else its name.</summary>
    private (Product Product, Cycle Cycle)? DistributionOf(ImageName name, string canonical, TagVersion? tag, Cycle? cycle)
    {
        if (tag is not null)
        {
            // What names the cycle of the product names no distribution: ROS Kinetic is no Ubuntu 22.10.
            var isCodename = cycle is not null && tag.Scheme != TagScheme.Version;
            if (_distributions.Find(tag.Text, skipFirst: isCodename) is { } found)
            {
                return found;
            }

            if (UbuntuOf(canonical, tag) is { } release)
            {
                return (_byName["ubuntu"], release);
            }
        }

        return _distributions.FindInName(name.Repository.Replace('/', '-'));
    }

    private Cycle? UbuntuOf(string canonical, TagVersion tag)
    {
        var isBase = canonical == KnownImages.UbuntuReleases;
        if ((!isBase && !canonical.StartsWith(KnownImages.Canonicals, StringComparison.Ordinal)) || !_byName.TryGetValue("ubuntu", out var ubuntu))
        {
            return null;
        }

        var text = tag.Text.AsSpan();
        foreach (var range in text.SplitAny('-', '_'))
        {
            foreach (var cycle in ubuntu.Cycles)
            {
                if (text[range].Equals(cycle.Name, StringComparison.Ordinal) && (!isBase || range.Start.Value == 0))
                {
                    return cycle;
                }
            }
        }

        return null;
    }
}
