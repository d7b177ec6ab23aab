using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.PullRequests;

namespace Basewatch.Core.Planning.WaysOut;

/// <summary>What a step will most likely break, from facts alone, and what is not known. Sentences of Markdown without a full stop.</summary>
/// <param name="Facts">What is known to be otherwise.</param>
/// <param name="Unknowns">What nobody has looked at.</param>
public sealed record WhatBreaks(IReadOnlyList<string> Facts, IReadOnlyList<string> Unknowns)
{
    /// <summary>How distributions install packages, and which C library they have.</summary>
    private static readonly (string Product, string Packages, string Library)[] Distributions =
    [
        ("alpine-linux", "apk", "musl"), ("debian", "apt", "glibc"), ("ubuntu", "apt", "glibc"), ("rhel", "dnf or microdnf", "glibc"), ("centos", "yum or dnf", "glibc"),
        ("rocky-linux", "dnf", "glibc"), ("almalinux", "dnf", "glibc"), ("oracle-linux", "dnf or microdnf", "glibc"), ("amazon-linux", "dnf or yum", "glibc"), ("fedora", "dnf", "glibc"),
    ];

    /// <summary>Compares what is left with what is gone to.</summary>
    /// <param name="old">What is left.</param>
    /// <param name="young">The step.</param>
    /// <param name="content">What registries say of both; null where that is not known.</param>
    /// <param name="lifeOf">How long images live.</param>
    public static WhatBreaks Of(ImageReference old, ImageReference young, ImageStepContent? content, Func<ImageReference, ImageLifecycle?> lifeOf)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(young);
        ArgumentNullException.ThrowIfNull(lifeOf);
        List<string> facts = [], unknowns = [];
        if (old.Name != young.Name)
        {
            facts.Add($"It is another image: {Code(old.Name.Familiar)} → {Code(young.Name.Familiar)}");
        }

        AddVersions(facts, TagVersion.Of(old.Tag ?? ""), TagVersion.Of(young.Tag ?? ""));
        AddDistributions(facts, unknowns, lifeOf(old with { Digest = null }), lifeOf(young with { Digest = null }));
        if (content?.Comparison is { } comparison)
        {
            facts.AddRange(ComparisonText.Breaking(comparison));
            var (less, more) = (SizeOf(content.Before!), SizeOf(content.After!));
            if (less > 0 && more > 0 && Math.Max(less, more) > Math.Min(less, more) * 5 / 4)
            {
                facts.Add($"Size: {ComparisonText.Size(less)} → {ComparisonText.Size(more)} to pull");
            }

            if (IsBare(young, content.After!) && !IsBare(old, content.Before!))
            {
                facts.Add("It is made without a distribution: most likely there is neither a shell nor a package manager in it");
            }
        }
        else
        {
            unknowns.Add("How both images are configured: a registry did not say");
        }

        unknowns.Add("Whether what is built on it works: nothing was run");
        return new WhatBreaks(facts, unknowns);
    }

    private static void AddVersions(List<string> facts, TagVersion before, TagVersion after)
    {
        if (before.Scheme != TagScheme.Version || after.Scheme != TagScheme.Version || before.Numbers.Count == 0 || after.Numbers.Count == 0)
        {
            return;
        }

        var (old, young) = (string.Join('.', before.Numbers.Take(2)), string.Join('.', after.Numbers.Take(2)));
        if (after.Numbers[0] > before.Numbers[0])
        {
            var majors = after.Numbers[0] - before.Numbers[0];
            facts.Add(majors == 1 ? $"A major version: {before.Numbers[0]} → {after.Numbers[0]}"
                : string.Create(CultureInfo.InvariantCulture, $"A major version: {before.Numbers[0]} → {after.Numbers[0]}; up to {majors - 1} between are stepped over"));
        }
        else if (before.Precision > 1 && after.Precision > 1 && after.Numbers[0] == before.Numbers[0] && after.Numbers[1] > before.Numbers[1])
        {
            var minors = after.Numbers[1] - before.Numbers[1];
            facts.Add(minors == 1 ? $"A minor version: {old} → {young}"
                : string.Create(CultureInfo.InvariantCulture, $"Minor versions: {old} → {young}; up to {minors - 1} between are stepped over"));
        }
    }

    private static void AddDistributions(List<string> facts, List<string> unknowns, ImageLifecycle? before, ImageLifecycle? after)
    {
        var (old, young) = (DistributionOf(before), DistributionOf(after));
        if (old is null || young is null)
        {
            unknowns.Add("Which distribution it is made of, as far as its tag does not say");
            return;
        }

        if (old.Key == young.Key && old.Cycle == young.Cycle)
        {
            return;
        }

        facts.Add($"Distribution: {Markdown.Text(Excerpt.Of(old.Title))} → {Markdown.Text(Excerpt.Of(young.Title))}");
        if (Array.Find(Distributions, d => d.Product == old.Key) is { Product: not null } one && Array.Find(Distributions, d => d.Product == young.Key) is { Product: not null } other)
        {
            if (one.Packages != other.Packages)
            {
                facts.Add($"Packages: {one.Packages} → {other.Packages}");
            }

            if (one.Library != other.Library)
            {
                facts.Add($"C library: {one.Library} → {other.Library}; what was compiled for the one does not run with the other");
            }
        }
    }

    private static Life? DistributionOf(ImageLifecycle? lifecycle) =>
        lifecycle?.Distribution ?? (lifecycle?.Product is { } product && Array.Exists(Distributions, d => d.Product == product.Key) ? product : null);

    private static bool IsBare(ImageReference reference, ImageDescription image) =>
        new[] { reference.Name.Repository, reference.Tag, image.BaseName }.OfType<string>().Any(t => t.Contains("distroless", StringComparison.OrdinalIgnoreCase) || t.Contains("chiseled", StringComparison.OrdinalIgnoreCase) || t == "scratch");

    private static long SizeOf(ImageDescription image)
    {
        var sum = 0L;
        foreach (var layer in image.Layers)
        {
            sum = Math.Min(long.MaxValue / 2, sum + Math.Clamp(layer.Size, 0, long.MaxValue / 4));
        }

        return sum;
    }

    private static string Code(string text) => Markdown.Code(Excerpt.Of(text));
}
