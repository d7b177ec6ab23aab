using System.Globalization;

namespace Basewatch.Core.Lifecycle;

/// <summary>
/// How one catalogue follows another. It is made by people from files, so what is suddenly not there any more is rather a mistake than
/// news: a product that vanished is carried along for a while, and a catalogue with less than half of the products is no catalogue.
/// A date that moved counts, in whichever direction, and is told where it is earlier.
/// </summary>
/// <param name="Carried">Products of the catalogue before that the new one has not, with the time since when.</param>
/// <param name="Remarks">What a person should know, one sentence each.</param>
public sealed record CatalogContinuity(IReadOnlyList<CarriedProduct> Carried, IReadOnlyList<string> Remarks)
{
    /// <summary>For so long what vanished is carried along, and what shrank is not believed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(30);

    /// <summary>The most dates that are told of one catalogue.</summary>
    private const int MostRemarks = 100;

    /// <summary>Whether a catalogue can't follow another, for it has lost most of it.</summary>
    public static bool IsBroken(LifecycleCatalog last, LifecycleCatalog next)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(next);
        return next.Products.Count * 2 < last.Products.Count;
    }

    /// <summary>What of a catalogue goes on in the one that follows it.</summary>
    /// <param name="last">The catalogue before, without what it carried itself.</param>
    /// <param name="carried">What it carried.</param>
    /// <param name="next">The new one.</param>
    /// <param name="now">When it was had.</param>
    public static CatalogContinuity Of(LifecycleCatalog last, IReadOnlyList<CarriedProduct> carried, LifecycleCatalog next, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(carried);
        ArgumentNullException.ThrowIfNull(next);
        var there = next.Products.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var kept = carried.Where(c => !there.ContainsKey(c.Product.Name) && now - c.Since < Patience).ToList();
        var remarks = new List<string>();
        foreach (var product in last.Products)
        {
            if (!there.TryGetValue(product.Name, out var same))
            {
                kept.Add(new CarriedProduct(product, now));
                remarks.Add($"{product.Label} is not in it any more: it is carried along for {Patience.TotalDays:0} days");
                continue;
            }

            foreach (var cycle in product.Cycles)
            {
                if (cycle.Eol is { } before && same.Cycles.FirstOrDefault(c => c.Name == cycle.Name) is { } its)
                {
                    if (its.Eol < before)
                    {
                        remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{product.Label} {cycle.Name} ends {its.Eol:yyyy-MM-dd} by it, and not {before:yyyy-MM-dd} any more"));
                    }
                    else if (its.Eol is null && !its.IsEol)
                    {
                        remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{product.Label} {cycle.Name} has no end by it, where it was {before:yyyy-MM-dd}"));
                    }
                }
            }
        }

        return new CatalogContinuity(kept, [.. remarks.Take(MostRemarks)]);
    }
}

/// <summary>A product that the newest catalogue has not, or not whole.</summary>
/// <param name="Product">As it was.</param>
/// <param name="Since">When it was missed for the first time.</param>
public sealed record CarriedProduct(Product Product, DateTimeOffset Since);
