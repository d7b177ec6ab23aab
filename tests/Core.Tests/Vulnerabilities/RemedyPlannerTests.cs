using Basewatch.Core.Vulnerabilities;
using CsCheck;

namespace Basewatch.Core.Tests.Vulnerabilities;

public sealed class RemedyPlannerTests
{
    private static readonly string[] Names = ["openssl", "curl", "zlib"];

    private static readonly Gen<string?> Version = Gen.OneOf(Gen.Const((string?)null), Gen.Int[1, 5].Select(v => (string?)$"{v}"));

    private static readonly Gen<InstalledPackage> Package = Gen.Select(Gen.OneOf(Names), Gen.Int[1, 5], (n, v) => VulnerabilityMatcherTests.Package(n, $"{v}"));

    private static readonly Gen<VulnerabilityFinding> Finding = Gen.Select(Package, Gen.Int[1, 4], Version, Gen.Enum<Severity>(), (p, id, fix, severity) =>
        new VulnerabilityFinding(p, $"CVE-{id}") { FixedIn = Number(fix) > Number(p.Version) ? fix : null, Severity = severity });

    private static readonly Gen<IReadOnlyList<InstalledPackage>?> Packages = Gen.OneOf(
        Gen.Const((IReadOnlyList<InstalledPackage>?)null),
        Package.List[0, 3].Select(l => (IReadOnlyList<InstalledPackage>?)[.. l.DistinctBy(p => p.Name)]));

    private static readonly Gen<RemedyFacts> Facts = Gen.Select(Gen.Dictionary(Gen.OneOf(Names), Gen.Int[1, 5])[0, 3], Packages, Packages, Finding.List[0, 3], Gen.Bool, (archive, below, newer, found, answered) =>
        new RemedyFacts
        {
            ArchiveVersion = p => archive.TryGetValue(p.Source, out var v) ? $"{v}" : null,
            Base = below,
            NewerBase = newer,
            NewerBaseFindings = newer is null || !answered ? null : [.. found.Where(f => newer.Contains(f.Package))],
        });

    [Fact]
    public void Something_is_done_only_where_an_archive_or_a_base_really_holds_another_version() => Gen.Select(Finding.List[0, 5], Facts).Sample((findings, facts) =>
    {
        var judged = RemedyPlanner.Judge(findings, facts);
        Assert.Equal(findings, judged.Select(j => j.Finding));
        foreach (var (finding, remedy, reason) in judged)
        {
            var installed = Number(finding.Package.Version);
            Assert.NotEmpty(reason);
            switch (remedy)
            {
                case Remedy.Rebuild:
                    Assert.NotNull(finding.FixedIn);
                    Assert.True(Number(facts.ArchiveVersion(finding.Package)) >= Number(finding.FixedIn));
                    Assert.True(Number(facts.ArchiveVersion(finding.Package)) > installed);
                    break;
                case Remedy.NewerBase:
                    Assert.NotNull(facts.NewerBase);
                    Assert.DoesNotContain(facts.NewerBaseFindings ?? [], f => f.Identity == finding.Identity);
                    Assert.All(facts.NewerBase.Where(p => p.Source == finding.Package.Source), p =>
                    {
                        Assert.True(Number(p.Version) > installed);
                        Assert.True(finding.FixedIn is null ? facts.NewerBaseFindings is not null : Number(p.Version) >= Number(finding.FixedIn));
                    });
                    break;
            }
        }
    });

    [Fact]
    public void What_a_feed_says_alone_starts_nothing() => Finding.List[1, 5].Sample(findings =>
        Assert.DoesNotContain(RemedyPlanner.Judge(findings, new RemedyFacts()), j => j.Acts));

    [Fact]
    public void A_feed_that_lies_hides_nothing_of_what_another_says() => Gen.Select(Finding.List[1, 5], Finding.List[0, 5], Facts).Sample((findings, lies, facts) =>
    {
        var before = RemedyPlanner.Judge(findings, facts);
        Assert.Equal(before, RemedyPlanner.Judge([.. findings, .. lies], facts).Take(before.Count));
    });

    [Fact]
    public void The_verdicts_are_three()
    {
        var package = VulnerabilityMatcherTests.Package("openssl", "1");
        var finding = new VulnerabilityFinding(package, "CVE-2024-1") { FixedIn = "3" };
        var (below, newer) = ((IReadOnlyList<InstalledPackage>)[package], (IReadOnlyList<InstalledPackage>)[package with { Version = "3", SourceVersion = "3" }]);
        Assert.Equal(Remedy.Rebuild, Judge(finding, new() { ArchiveVersion = _ => "3" }));
        Assert.Equal(Remedy.Rebuild, Judge(finding, new() { ArchiveVersion = _ => "3", Base = [] }));
        Assert.Equal(Remedy.None, Judge(finding, new() { ArchiveVersion = _ => "2" }));
        Assert.Equal(Remedy.None, Judge(finding with { FixedIn = null }, new() { ArchiveVersion = _ => "9" }));
        Assert.Equal(Remedy.NewerBase, Judge(finding, new() { Base = below, NewerBase = newer }));
        Assert.Equal(Remedy.NewerBase, Judge(finding, new() { Base = below, NewerBase = [] }));
        Assert.Equal(Remedy.None, Judge(finding, new() { Base = [], NewerBase = newer }));

        // A rebuild would take the same base again.
        Assert.Equal(Remedy.None, Judge(finding, new() { ArchiveVersion = _ => "3", Base = below, NewerBase = below }));
        Assert.Equal(Remedy.None, Judge(finding, new() { ArchiveVersion = _ => "3", Base = below }));
        Assert.Equal(Remedy.None, Judge(finding, new() { ArchiveVersion = _ => "3", NewerBase = below }));

        static Remedy Judge(VulnerabilityFinding finding, RemedyFacts facts) => Assert.Single(RemedyPlanner.Judge([finding], facts)).Remedy;
    }

    [Fact]
    public void What_is_fixed_one_way_is_introduced_the_other() => Gen.Select(Finding.List[0, 6], Finding.List[0, 6], Package.List[0, 4], Package.List[0, 4]).Sample((old, young, before, after) =>
    {
        var there = VulnerabilityComparison.Of(old, young, PackageChange.Between(before, after));
        var back = VulnerabilityComparison.Of(young, old, PackageChange.Between(after, before));
        Assert.Equal(there.Fixed.Select(f => f.Identity), back.Introduced.Select(f => f.Identity));
        Assert.Equal(there.Introduced.Select(f => f.Identity), back.Fixed.Select(f => f.Identity));
        Assert.Equal(there.Changes, back.Changes.Select(c => new PackageChange(c.After, c.Before)));
        Assert.Empty(there.Fixed.Select(f => f.Identity).Intersect(there.Introduced.Select(f => f.Identity)));
        Assert.False(there.Mends(Severity.Negligible) && back.Mends(Severity.Negligible));
        Assert.True(there.Mends(Severity.Negligible) || !there.Mends(Severity.High));
        var same = VulnerabilityComparison.Of(old, old, PackageChange.Between(before, before));
        Assert.Empty(same.Fixed.Concat(same.Introduced));
        Assert.Empty(same.Changes);
    });

    [Fact]
    public void What_does_not_count_is_left_out()
    {
        var settings = new VulnerabilitySettings { Ignored = ["cve-2024-1", "DSA-1"] };
        var package = VulnerabilityMatcherTests.Package("openssl", "1");
        VulnerabilityFinding[] findings = [new(package, "CVE-2024-1"), new(package, "CVE-2024-2") { RecordId = "DSA-1" }, new(package, "CVE-2024-3")];
        Assert.Equal(["CVE-2024-3"], settings.Counted(findings).Select(f => f.Id));
        Assert.Equal(["CVE-2024-3"], settings.Counted(VulnerabilityComparison.Of(findings, [], [])).Fixed.Select(f => f.Id));
    }

    private static int Number(string? version) => version is null ? -1 : int.Parse(version, System.Globalization.CultureInfo.InvariantCulture);
}
