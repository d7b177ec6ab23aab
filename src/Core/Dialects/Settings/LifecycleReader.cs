using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads <c>lifecycles</c>: products, cycles and dates of one's own.</summary>
internal static class LifecycleReader
{
    /// <summary>The most products, and the most cycles of one.</summary>
    public const int MostProducts = 200, MostCycles = 200;

    private const int MostImages = 100;

    private const int LongestName = 100, LongestText = 500;

    /// <summary>The keys of a product.</summary>
    public static IReadOnlyList<string> ProductKeys { get; } = ["product", "label", "url", "images", "useExtended", "cycles"];

    /// <summary>The keys of a cycle.</summary>
    public static IReadOnlyList<string> CycleKeys { get; } = ["cycle", "codename", "released", "eol", "eoas", "eoes", "lts", "reason"];

    /// <summary>Reads what stands under the key; what is wrong is told, and left out.</summary>
    public static LifecycleOverlay Read(ConfigurationMapping root, ConfigurationText text, Func<ConfigurationMapping, List<string>> readImages)
    {
        var products = new List<OwnProduct>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in root.Mappings("lifecycles", ProductKeys, MostProducts))
        {
            var name = Name(item, "product", "its key, as endoflife.date has it, or one of your own, as in product: python");
            if (name is not null && !names.Add(name))
            {
                item.Wrong("product", $"'{name}' is written twice: put all its cycles into one entry");
            }

            var label = Text(item, "label");
            var url = Text(item, "url");
            if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"))
            {
                item.Wrong("url", $"'{Excerpt.Of(url)}' is no address: write it as https://example.com/page");
            }

            var images = readImages(item);
            if (images.Count > MostImages)
            {
                item.Wrong("images", $"'images' has more than {MostImages} items");
            }

            var usesExtended = item.Flag("useExtended");
            var cycles = ReadCycles(item, text);
            if (cycles.Count == 0 && images.Count == 0 && usesExtended is null && item.IsSound)
            {
                item.Wrong("product", "nothing is said of it: give it images, cycles, or 'useExtended: true'");
            }

            if (item.IsSound && name is not null)
            {
                products.Add(new OwnProduct(name, SourceOf(item, text)) { Label = label, Url = url, Images = images, UsesExtended = usesExtended, Cycles = cycles });
            }
        }

        return products.Count == 0 ? LifecycleOverlay.None : new LifecycleOverlay(products);
    }

    private static List<OwnCycle> ReadCycles(ConfigurationMapping product, ConfigurationText text)
    {
        var cycles = new List<OwnCycle>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in product.Mappings("cycles", CycleKeys, MostCycles))
        {
            var name = Name(item, "cycle", "what its versions begin with, in quotes, as in cycle: '3.8'");
            if (name is not null && !names.Add(name))
            {
                item.Wrong("cycle", $"the cycle '{name}' is written twice: keep one of them");
            }

            var cycle = new OwnCycle(name ?? "", SourceOf(item, text))
            {
                Codename = Text(item, "codename"),
                Released = Day(item, "released"),
                ActiveUntil = Day(item, "eoas"),
                Eol = Day(item, "eol"),
                ExtendedEol = Day(item, "eoes"),
                IsLts = item.Flag("lts"),
                Reason = Text(item, "reason"),
            };
            if (cycle is { Eol: { } eol, Released: { } released } && eol < released)
            {
                item.Wrong("eol", "'eol' is before 'released': a cycle can't end before it begins");
            }

            if (item.IsSound)
            {
                cycles.Add(cycle);
            }
        }

        return cycles;
    }

    private static string? Name(ConfigurationMapping item, string key, string hint)
    {
        if (item.Needed(key, hint) is not { } scalar)
        {
            return null;
        }

        if (scalar.Value.Length <= LongestName && scalar.Value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+'))
        {
            return scalar.Value;
        }

        item.Wrong(scalar, $"'{Excerpt.Of(scalar.Value)}' is no {key}: letters, digits, '.', '-', '_' and '+', {LongestName} at the most");
        return null;
    }

    private static string? Text(ConfigurationMapping item, string key)
    {
        if (item.Text(key) is not { } text)
        {
            return null;
        }

        if (text.Length <= LongestText && !text.Any(char.IsControl))
        {
            return text;
        }

        item.Wrong(key, text.Length > LongestText ? $"'{key}' is longer than {LongestText} characters" : $"'{key}' has a control character: write one line");
        return null;
    }

    private static DateOnly? Day(ConfigurationMapping item, string key)
    {
        if (item.Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (DateOnly.TryParseExact(scalar.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        item.Wrong(scalar, $"'{Excerpt.Of(scalar.Value)}' is no day: write it as 2027-10-31");
        return null;
    }

    private static string SourceOf(ConfigurationMapping item, ConfigurationText text) => string.Create(CultureInfo.InvariantCulture, $"{text.File.Path}:{text.LineOf(item.Node)}");
}
