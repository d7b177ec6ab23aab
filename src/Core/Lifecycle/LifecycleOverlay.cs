using System.Security.Cryptography;
using System.Text;

namespace Basewatch.Core.Lifecycle;

/// <summary>Products, cycles and dates of one's own, over a catalogue: an internal base image, an end that paid support moves.</summary>
/// <param name="Products">Those that count first come first; of one product what the first does not say the next may.</param>
public sealed record LifecycleOverlay(IReadOnlyList<OwnProduct> Products)
{
    private string? _fingerprint;

    /// <summary>Nothing of one's own.</summary>
    public static LifecycleOverlay None { get; } = new([]);

    /// <summary>Whether it changes nothing.</summary>
    public bool IsEmpty => Products.Count == 0;

    /// <summary>The same for overlays that say the same.</summary>
    public string Fingerprint => _fingerprint ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Products.Select(p => p.Text)))));

    /// <summary>This overlay, and where it says nothing, another one.</summary>
    public LifecycleOverlay Over(LifecycleOverlay other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.IsEmpty ? this : IsEmpty ? other : new([.. Products, .. other.Products]);
    }

    /// <summary>A catalogue as it is with this over it. Pure.</summary>
    public LifecycleCatalog Over(LifecycleCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (IsEmpty)
        {
            return catalog;
        }

        // One is meant by its alias too: node and nodejs.
        var names = catalog.Products.ToDictionary(p => p.Name, p => p.Name, StringComparer.Ordinal);
        foreach (var product in catalog.Products)
        {
            foreach (var alias in product.Aliases)
            {
                names.TryAdd(alias, product.Name);
            }
        }

        var own = Products
            .GroupBy(p => names.GetValueOrDefault(p.Name, p.Name), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Aggregate((first, next) => first.Over(next)), StringComparer.Ordinal);
        var known = catalog.Products.Select(p => own.Remove(p.Name, out var mine) ? mine.Over(p) : p).ToList();

        // Those that only the repository knows, in the order in which they are written.
        var added = Products.Select(p => p.Name).Distinct(StringComparer.Ordinal).Where(own.ContainsKey)
            .Select(name => own[name].Over(new Product(name, name, [], [], [])));
        return catalog with { Products = [.. known, .. added] };
    }

    /// <inheritdoc/>
    public bool Equals(LifecycleOverlay? other) => other is not null && Fingerprint == other.Fingerprint;

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode(StringComparison.Ordinal);
}

/// <summary>What one says of a product. What is null or empty says nothing.</summary>
/// <param name="Name">Its key; one of the catalogue's, or a new one.</param>
/// <param name="Source">Where it is written: <c>.github/basewatch.yml:12</c>.</param>
public sealed record OwnProduct(string Name, string Source)
{
    /// <summary>For people.</summary>
    public string? Label { get; init; }

    /// <summary>Its page.</summary>
    public string? Url { get; init; }

    /// <summary>Images that ship it, familiar or canonical, with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Whether the end of its extended support counts as its end.</summary>
    public bool? UsesExtended { get; init; }

    /// <summary>Its cycles.</summary>
    public IReadOnlyList<OwnCycle> Cycles { get; init; } = [];

    /// <summary>All of it in a text that no other has.</summary>
    internal string Text => string.Join('\u001f', [Name, Source, Label, Url, UsesExtended?.ToString(), .. Images, "\u001e", .. Cycles.Select(c => c.ToString())]);

    /// <summary>This, and where it says nothing, another one.</summary>
    internal OwnProduct Over(OwnProduct other) => this with
    {
        Label = Label ?? other.Label,
        Url = Url ?? other.Url,
        Images = [.. Images.Union(other.Images, StringComparer.Ordinal)],
        UsesExtended = UsesExtended ?? other.UsesExtended,
        Cycles = [.. Cycles.Select(c => other.Cycles.FirstOrDefault(o => o.Name == c.Name) is { } theirs ? c.Over(theirs) : c), .. other.Cycles.Where(o => Cycles.All(c => c.Name != o.Name))],
    };

    /// <summary>The catalogue's product as it is with this over it.</summary>
    internal Product Over(Product product)
    {
        var known = product.Cycles.Select(c => Cycles.FirstOrDefault(o => o.Name == c.Name) is { } own ? own.Over(c) : c).Select(Extended);
        var added = Cycles.Where(o => product.Cycles.All(c => c.Name != o.Name)).Select(o => Extended(o.Over(new Cycle(o.Name, null, null, null, IsEol: false, null, IsLts: false))));
        return product with
        {
            Label = Label ?? product.Label,
            Url = Url ?? product.Url,
            OwnImages = Images,
            Source = Source,
            Cycles = [.. added, .. known],
        };
    }

    private Cycle Extended(Cycle cycle) =>
        UsesExtended == true && cycle.ExtendedEol is { } day && Cycles.FirstOrDefault(c => c.Name == cycle.Name)?.Eol is null
            ? cycle with { Eol = day, IsEol = false, Source = cycle.Source ?? $"{Source}, extended support" }
            : cycle;
}

/// <summary>What one says of a cycle. What is null says nothing.</summary>
/// <param name="Name">Its key: <c>3.8</c>.</param>
/// <param name="Source">Where it is written: <c>.github/basewatch.yml:14</c>.</param>
public sealed record OwnCycle(string Name, string Source)
{
    /// <summary>Name for people.</summary>
    public string? Codename { get; init; }

    /// <summary>First release.</summary>
    public DateOnly? Released { get; init; }

    /// <summary>The first day without security fixes.</summary>
    public DateOnly? Eol { get; init; }

    /// <summary>The first day without active support.</summary>
    public DateOnly? ActiveUntil { get; init; }

    /// <summary>The first day without extended support.</summary>
    public DateOnly? ExtendedEol { get; init; }

    /// <summary>Whether it is a long-term one.</summary>
    public bool? IsLts { get; init; }

    /// <summary>Why it is otherwise than the catalogue says.</summary>
    public string? Reason { get; init; }

    internal OwnCycle Over(OwnCycle other) => this with
    {
        Codename = Codename ?? other.Codename,
        Released = Released ?? other.Released,
        Eol = Eol ?? other.Eol,
        ActiveUntil = ActiveUntil ?? other.ActiveUntil,
        ExtendedEol = ExtendedEol ?? other.ExtendedEol,
        IsLts = IsLts ?? other.IsLts,
        Reason = Reason ?? other.Reason,

        // Of the day that counts the place is told.
        Source = Eol is null && other.Eol is not null ? other.Source : Source,
    };

    internal Cycle Over(Cycle cycle) => cycle with
    {
        Codename = Codename ?? cycle.Codename,
        Released = Released ?? cycle.Released,
        Eol = Eol ?? cycle.Eol,
        IsEol = Eol is null && cycle.IsEol,
        ActiveUntil = ActiveUntil ?? cycle.ActiveUntil,
        ExtendedEol = ExtendedEol ?? cycle.ExtendedEol,
        IsLts = IsLts ?? cycle.IsLts,
        Source = Reason is null ? Source : $"{Source}, {Reason}",
    };
}
