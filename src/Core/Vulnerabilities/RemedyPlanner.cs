namespace Basewatch.Core.Vulnerabilities;

/// <summary>What does away with a vulnerability.</summary>
public enum Remedy
{
    /// <summary>Nobody has fixed it yet, or nobody but a feed says so: nothing is done.</summary>
    None,

    /// <summary>The distribution's archive holds the fix: the same build, done again, takes it.</summary>
    Rebuild,

    /// <summary>A newer base has it no more.</summary>
    NewerBase,
}

/// <summary>A finding with what does away with it.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Remedy">What does away with it.</param>
/// <param name="Reason">Why, in one sentence without a full stop.</param>
public sealed record JudgedFinding(VulnerabilityFinding Finding, Remedy Remedy, string Reason)
{
    /// <summary>Whether something is to be done.</summary>
    public bool Acts => Remedy != Remedy.None;
}

/// <summary>What is known beside the findings. What is not known is null, and decides nothing.</summary>
public sealed record RemedyFacts
{
    /// <summary>The version of a package's source that the distribution's archive holds now, in the image's suite; null where the archive does not have it, or was not asked.</summary>
    public Func<InstalledPackage, string?> ArchiveVersion { get; init; } = _ => null;

    /// <summary>Packages of the base that the image was built on.</summary>
    public IReadOnlyList<InstalledPackage>? Base { get; init; }

    /// <summary>Packages of the base that it would be built on: the newer digest of the same, or the one that is proposed.</summary>
    public IReadOnlyList<InstalledPackage>? NewerBase { get; init; }

    /// <summary>What was found of those; null: nobody answered.</summary>
    public IReadOnlyList<VulnerabilityFinding>? NewerBaseFindings { get; init; }

    /// <summary>Name of the newer base, for people.</summary>
    public string NewerBaseName { get; init; } = "a newer base";
}

/// <summary>
/// Decides what does away with each vulnerability of an image. A feed alone never decides: that an archive or a base really holds another
/// version is needed beside it. Pure.
/// </summary>
public static class RemedyPlanner
{
    /// <summary>Judges findings.</summary>
    public static IReadOnlyList<JudgedFinding> Judge(IEnumerable<VulnerabilityFinding> findings, RemedyFacts facts)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(facts);
        var found = (facts.NewerBaseFindings ?? []).Select(f => f.Identity).ToHashSet();
        return [.. findings.Select(f => Judge(f, facts, found))];
    }

    private static JudgedFinding Judge(VulnerabilityFinding finding, RemedyFacts facts, HashSet<(string, string)> found)
    {
        var package = finding.Package;
        var isOfBase = facts.Base is { } below ? below.Any(p => IsSame(p, package) && p.SourceVersion == package.SourceVersion) : facts.NewerBase?.Any(p => IsSame(p, package)) == true;
        if (isOfBase && facts.NewerBase is { } newer && !found.Contains(finding.Identity))
        {
            var there = newer.Where(p => IsSame(p, package)).ToList();
            if (there.Count == 0)
            {
                return new(finding, Remedy.NewerBase, $"{facts.NewerBaseName} has {package.Source} no more");
            }

            if (there.TrueForAll(p => PackageOrder.Compare(package.Format, p.SourceVersion, package.SourceVersion) > 0
                && (finding.FixedIn is null ? facts.NewerBaseFindings is not null : PackageOrder.Compare(package.Format, p.SourceVersion, finding.FixedIn) >= 0)))
            {
                return new(finding, Remedy.NewerBase, $"{facts.NewerBaseName} has {package.Source} {there[0].SourceVersion}");
            }
        }

        if (finding.FixedIn is not { } fix)
        {
            return new(finding, Remedy.None, "nobody has fixed it yet");
        }

        if (facts.ArchiveVersion(package) is not { } held)
        {
            return new(finding, Remedy.None, $"{finding.Source} says that {fix} fixes it, and the distribution's archive was not seen to hold it");
        }

        if (!(PackageOrder.Compare(package.Format, held, fix) >= 0) || !(PackageOrder.Compare(package.Format, held, package.SourceVersion) > 0))
        {
            return new(finding, Remedy.None, $"{finding.Source} says that {fix} fixes it, and the distribution's archive holds {held}");
        }

        // What the base brings is there again after a build on it.
        return isOfBase
            ? new(finding, Remedy.None, $"the distribution's archive holds {held}, and the base does not have it yet")
            : new(finding, Remedy.Rebuild, $"the distribution's archive holds {held}");
    }

    private static bool IsSame(InstalledPackage one, InstalledPackage other) => one.Source == other.Source && one.Format == other.Format && one.Release.Id == other.Release.Id;
}
