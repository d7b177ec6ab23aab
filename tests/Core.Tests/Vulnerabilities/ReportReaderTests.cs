using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Core.Vulnerabilities;
using CsCheck;

namespace Basewatch.Core.Tests.Vulnerabilities;

public sealed class ReportReaderTests
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>The same finding, as each scanner writes it.</summary>
    private static readonly Dictionary<string, string> Reports = new(StringComparer.Ordinal)
    {
        ["Trivy"] = """
            {"SchemaVersion":2,"ArtifactName":"registry.example.com/app:1","ArtifactType":"container_image","Metadata":{"OS":{"Family":"debian","Name":"12.5"},"RepoDigests":["registry.example.com/app@DIGEST"]},
             "Results":[{"Target":"app (debian 12.5)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[
               {"VulnerabilityID":"CVE-2024-0727","PkgName":"libssl3","PkgIdentifier":{"PURL":"pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64\u0026distro=debian-12.5"},"InstalledVersion":"3.0.11-1~deb12u2","FixedVersion":"3.0.13-1~deb12u1","Severity":"HIGH","CVSS":{"nvd":{"V3Score":7.5}}}]},
              {"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"left-pad","InstalledVersion":"1"}]}]}
            """,
        ["Grype"] = """
            {"matches":[{"vulnerability":{"id":"CVE-2024-0727","severity":"High","cvss":[{"metrics":{"baseScore":7.5}}],"fix":{"versions":["3.0.13-1~deb12u1"],"state":"fixed"}},
               "artifact":{"name":"libssl3","version":"3.0.11-1~deb12u2","type":"deb","purl":"pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl"}},
              {"vulnerability":{"id":"GHSA-1"},"artifact":{"name":"left-pad","version":"1","type":"npm"}}],
             "source":{"type":"image","target":{"userInput":"registry.example.com/app:1","repoDigests":["registry.example.com/app@DIGEST"]}},"distro":{"name":"debian","version":"12"}}
            """,
        ["SARIF of Trivy"] = """
            {"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy","rules":[{"id":"CVE-2024-0727","properties":{"security-severity":"7.5"}}]}},
             "results":[{"ruleId":"CVE-2024-0727","level":"error","message":{"text":"Package: libssl3\nInstalled Version: 3.0.11-1~deb12u2\nVulnerability CVE-2024-0727\nSeverity: HIGH\nFixed Version: 3.0.13-1~deb12u1\nLink: [CVE-2024-0727](https://avd.aquasec.com/nvd/cve-2024-0727)"}}]}]}
            """,
        ["SARIF of Grype"] = """
            {"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Grype","rules":[{"id":"CVE-2024-0727-libssl3","properties":{"security-severity":"7.5","purls":["pkg:deb/debian/libssl3@3.0.11-1~deb12u2?distro=debian-12&upstream=openssl"]}}]}},
             "results":[{"ruleId":"CVE-2024-0727-libssl3","message":{"text":"A high vulnerability in deb package: libssl3, version 3.0.11-1~deb12u2 was found at: /var/lib/dpkg/status"}}]}]}
            """,
    };

    public static TheoryData<string> Kinds => [.. Reports.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_finding_is_read_of_each_scanner(string kind)
    {
        var report = ReportReader.Read(Encoding.UTF8.GetBytes(Report(kind)));
        var finding = Assert.Single(report.Findings);
        Assert.EndsWith(report.Tool, kind, StringComparison.Ordinal);
        Assert.Equal(("CVE-2024-0727", "libssl3", "3.0.11-1~deb12u2", Severity.High, 7.5), (finding.Id, finding.Name, finding.Version, finding.Severity, finding.Score));
        Assert.Equal(kind == "SARIF of Grype" ? [] : ["3.0.13-1~deb12u1"], finding.FixedIn);
        Assert.Equal(kind.StartsWith("SARIF", StringComparison.Ordinal) ? [] : [$"registry.example.com/app@{Digest}"], report.Images.Select(i => i.ToString()));

        // In the image's own package, which knows what it was built from.
        var package = VulnerabilityMatcherTests.Package("libssl3", "3.0.11-1~deb12u2") with { Source = "openssl" };
        var found = finding.In(report.Tool, [package])!;
        Assert.Equal((package, ("CVE-2024-0727", "openssl")), (found.Package, found.Identity));
        Assert.Null(finding.In(report.Tool, []));
        Assert.Null(finding.In(report.Tool, [package with { Version = "3.0.13-1~deb12u1", SourceVersion = "3.0.13-1~deb12u1" }]));
        Assert.Equal(kind == "SARIF of Trivy", finding.In(report.Tool, null) is null);
    }

    [Fact]
    public void Whatever_is_in_the_place_of_anything_is_passed_over_or_refused() => Gen.Select(Gen.OneOf(Reports.Keys.ToArray()), Gen.Int[0, 80], Gen.Int[0, 6]).Sample((kind, place, what) =>
    {
        var root = JsonNode.Parse(Report(kind))!;
        var places = Descend(root).ToList();
        places[place % places.Count].ReplaceWith(what switch { 0 => (JsonNode?)null, 1 => 1e300, 2 => "a\n\u0000b", 3 => new JsonObject(), 4 => new JsonArray(), 5 => true, _ => JsonNode.Parse("[[{\"id\":[{}]}]]") });
        try
        {
            var report = ReportReader.Read(Encoding.UTF8.GetBytes(root.ToJsonString()));
            Assert.All(report.Findings, f => Assert.DoesNotContain(f.Id + f.Name + f.Version + string.Concat(f.FixedIn), char.IsControl));
            Assert.All(report.Findings, f => Assert.InRange(f.Score ?? 0, 0, 10));
        }
        catch (FormatException)
        {
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"matches\":")]
    [InlineData("<html>")]
    public void What_is_no_report_is_refused(string text) => Assert.Throws<FormatException>(() => ReportReader.Read(Encoding.UTF8.GetBytes(text)));

    private static string Report(string kind) => Reports[kind].Replace("DIGEST", Digest, StringComparison.Ordinal);

    private static IEnumerable<JsonNode> Descend(JsonNode node) => (node switch
    {
        JsonObject o => o.Select(m => m.Value),
        JsonArray a => a,
        _ => Enumerable.Empty<JsonNode?>(),
    }).OfType<JsonNode>().SelectMany(n => Descend(n).Prepend(n));
}
