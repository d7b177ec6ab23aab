using System.Globalization;
using System.Text.RegularExpressions;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Bench.Lifecycle;

/// <summary>
/// What an official image's tag says by plain rules, made apart from the product's own code so that both can be compared: which
/// version it begins with, which distribution stands in it, and which cycles of the catalogue these are.
/// </summary>
/// <param name="Version">What it says of a version.</param>
/// <param name="Cycle">The cycle of it, where <see cref="Version"/> is <see cref="VersionKind.Named"/>.</param>
/// <param name="NamesDistribution">Whether it names a distribution with a release that the catalogue has.</param>
/// <param name="DistributionCycle">The cycle of that.</param>
internal sealed partial record TagReading(VersionKind Version, string? Cycle, bool NamesDistribution, string? DistributionCycle)
{
    private static readonly Dictionary<string, string> NodeNames = new(StringComparer.Ordinal)
    {
        ["argon"] = "4", ["boron"] = "6", ["carbon"] = "8", ["dubnium"] = "10", ["erbium"] = "12", ["fermium"] = "14", ["gallium"] = "16",
        ["hydrogen"] = "18", ["iron"] = "20", ["jod"] = "22", ["krypton"] = "24",
    };

    /// <summary>Reads a tag of an image that ships a product.</summary>
    public static TagReading Of(string tag, Product product, IReadOnlyDictionary<string, Product> products)
    {
        var (version, cycle) = VersionOf(tag, product);
        var distribution = DistributionOf(tag, product, products);
        return new TagReading(version, cycle, distribution is not null, distribution);
    }

    private static (VersionKind, string?) VersionOf(string tag, Product product)
    {
        var word = tag.Split('-')[0];
        if (product.Cycles.FirstOrDefault(c => c.Codename?.Split(' ')[0].Equals(word, StringComparison.OrdinalIgnoreCase) == true) is { } codename)
        {
            return (VersionKind.Named, codename.Name);
        }

        if (product.Name == "nodejs" && (NodeNames.TryGetValue(word, out var node) || (word == "lts" && tag.Split('-') is [_, var line, ..] && NodeNames.TryGetValue(line, out node))))
        {
            return (VersionKind.Named, node);
        }

        var match = Number().Match(tag);
        if (!match.Success || match.Groups["version"].Value.Split('.')[0].Length > 4)
        {
            return (VersionKind.None, null);
        }

        var parts = match.Groups["version"].Value.Split('.');
        for (var i = parts.Length; i > 0; i--)
        {
            var name = string.Join('.', parts.Take(i));
            if (product.Cycles.Any(c => c.Name == name))
            {
                return (VersionKind.Named, name);
            }
        }

        var all = string.Join('.', parts) + ".";
        return (product.Cycles.Any(c => c.Name.StartsWith(all, StringComparison.Ordinal)) ? VersionKind.Floats : VersionKind.Outside, null);
    }

    private static string? DistributionOf(string tag, Product product, IReadOnlyDictionary<string, Product> products)
    {
        foreach (var piece in tag.Split('-'))
        {
            foreach (var name in new[] { "debian", "ubuntu" })
            {
                if (product.Name != name && piece.Length > 3 && products[name].Cycles.FirstOrDefault(c => c.Codename?.Split(' ')[0].Equals(piece, StringComparison.OrdinalIgnoreCase) == true) is { } cycle)
                {
                    return cycle.Name;
                }
            }
        }

        foreach (Match match in Release().Matches(tag.Replace("-", "--", StringComparison.Ordinal)))
        {
            var (word, release) = (match.Groups["word"].Value, match.Groups["release"].Value);
            var name = word switch
            {
                "alpine" => "alpine-linux", "debian" => "debian", "ubuntu" => "ubuntu", "ubi" => "rhel", "oraclelinux" => "oracle-linux", "al" or "amazonlinux" => "amazon-linux",
                "centos" => "centos", "fedora" => "fedora", "nanoserver" => "windows-nano-server", _ => "windows-server-core",
            };
            var expected = word is "nanoserver" or "windowsservercore" ? WindowsOf(release) : release;
            if (name != product.Name && products[name].Cycles.FirstOrDefault(c => c.Name == expected || expected.StartsWith(c.Name + ".", StringComparison.Ordinal)) is { } cycle)
            {
                return cycle.Name;
            }
        }

        return null;
    }

    private static string WindowsOf(string release) => release switch
    {
        "1809" => "2019",
        "sac2016" => "1607",
        _ when release.StartsWith("ltsc", StringComparison.Ordinal) => release[4..],
        _ => release.ToLower(CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^(?:v|beta-|chakracore-|open-)?(?<version>[0-9]+(?:\.[0-9]+)*)(?:$|[-_]|u[0-9]|(?:a|b|rc|RC|alpha|beta|M|m)[0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    [GeneratedRegex("(^|-)(?<word>alpine|debian|ubuntu|ubi|oraclelinux|al|amazonlinux|centos|fedora|nanoserver|windowsservercore)-*(?<release>(ltsc|sac)?[0-9][0-9A-Z.]*)($|-)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Release();
}

/// <summary>What a tag says of a version.</summary>
internal enum VersionKind
{
    /// <summary>Nothing: <c>latest</c>, <c>bookworm</c>, a day.</summary>
    None,

    /// <summary>One of a cycle.</summary>
    Named,

    /// <summary>Several cycles may be meant: <c>3</c>.</summary>
    Floats,

    /// <summary>One that the catalogue has no cycle for.</summary>
    Outside,
}
