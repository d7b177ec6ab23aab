using System.Globalization;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>
/// Reads reports of scanners: Trivy's JSON, Grype's JSON, and SARIF (<see href="https://docs.oasis-open.org/sarif/sarif/v2.1.0/"/>) as those two write
/// it. Which one it is, it says itself. What is not as it should be is passed over; findings that are not about a package of a distribution too.
/// </summary>
public static class ReportReader
{
    /// <summary>The largest report, in bytes.</summary>
    public const int LargestReport = 16 * 1024 * 1024;

    /// <summary>Findings of one report; those after them are not read.</summary>
    public const int MostFindings = 20_000;

    private const int MostImages = 20;

    private const int MostFixes = 20;

    private static readonly ReportedFinding Nothing = new("", "", "");

    /// <summary>Reads a report.</summary>
    /// <exception cref="FormatException">It is none; the message says why, and what is taken.</exception>
    public static VulnerabilityReport Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > LargestReport)
        {
            throw new FormatException($"a report of more than {LargestReport / (1024 * 1024)} MiB");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            var root = document.RootElement;
            return root.TryMember("matches", JsonValueKind.Array, out _) ? Grype(root)
                : root.TryMember("runs", JsonValueKind.Array, out _) ? Sarif(root)
                : root.TryMember("SchemaVersion", JsonValueKind.Number, out _) || root.TryMember("Results", JsonValueKind.Array, out _) ? Trivy(root)
                : throw new FormatException("no report that is read here: send JSON of Trivy or Grype, or SARIF");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"a report that can't be read ({Excerpt.Of(e.Message)})", e);
        }
    }

    private static VulnerabilityReport Trivy(JsonElement root)
    {
        root.TryMember("Metadata", JsonValueKind.Object, out var metadata);
        metadata.TryMember("OS", JsonValueKind.Object, out var system);
        var findings = new List<ReportedFinding>();
        foreach (var result in root.Items("Results", MostFindings).Where(r => r.Text("Class") is "os-pkgs" or null))
        {
            foreach (var item in result.Items("Vulnerabilities", MostFindings))
            {
                item.TryMember("PkgIdentifier", JsonValueKind.Object, out var identifier);
                Add(findings, item.Text("VulnerabilityID"), item.Text("PkgName"), item.Text("InstalledVersion"), Nothing with
                {
                    Url = identifier.Text("PURL") ?? UrlOf(system.Text("Family"), system.Text("Name"), item.Text("PkgName"), item.Text("InstalledVersion")),
                    Severity = SeverityScale.OfWord(item.Text("Severity")),
                    Score = Scores(item).DefaultIfEmpty(null).Max(),
                    FixedIn = Versions((item.Text("FixedVersion") ?? "").Split(',', StringSplitOptions.TrimEntries)),
                });
            }
        }

        return new VulnerabilityReport("Trivy", Images(Texts(metadata, "RepoDigests").Append(root.Text("ArtifactName"))), findings);

        static IEnumerable<double?> Scores(JsonElement item) => item.TryMember("CVSS", JsonValueKind.Object, out var scores)
            ? scores.EnumerateObject().Take(MostFixes).Select(s => Score(Number(s.Value, "V3Score") ?? Number(s.Value, "V40Score") ?? Number(s.Value, "V2Score")))
            : [];
    }

    private static VulnerabilityReport Grype(JsonElement root)
    {
        root.TryMember("source", JsonValueKind.Object, out var source);
        source.TryMember("target", JsonValueKind.Object, out var target);
        root.TryMember("distro", JsonValueKind.Object, out var system);
        var findings = new List<ReportedFinding>();
        foreach (var match in root.Items("matches", MostFindings))
        {
            if (!match.TryMember("vulnerability", JsonValueKind.Object, out var vulnerability) || !match.TryMember("artifact", JsonValueKind.Object, out var artifact)
                || artifact.Text("type") is not ("deb" or "apk" or "rpm"))
            {
                continue;
            }

            vulnerability.TryMember("fix", JsonValueKind.Object, out var fix);
            Add(findings, vulnerability.Text("id"), artifact.Text("name"), artifact.Text("version"), Nothing with
            {
                Url = artifact.Text("purl") ?? UrlOf(system.Text("name"), system.Text("version"), artifact.Text("name"), artifact.Text("version")),
                Severity = SeverityScale.OfWord(vulnerability.Text("severity")),
                Score = vulnerability.Items("cvss", MostFixes).Select(c => c.TryMember("metrics", JsonValueKind.Object, out var metrics) ? Score(Number(metrics, "baseScore")) : null).DefaultIfEmpty(null).Max(),
                FixedIn = Versions(Texts(fix, "versions")),
            });
        }

        return new VulnerabilityReport("Grype", Images(Texts(target, "repoDigests").Append(target.Text("userInput"))), findings);
    }

    private static VulnerabilityReport Sarif(JsonElement root)
    {
        var (findings, tool) = (new List<ReportedFinding>(), (string?)null);
        foreach (var run in root.Items("runs", MostImages))
        {
            var rules = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            if (run.TryMember("tool", JsonValueKind.Object, out var made) && made.TryMember("driver", JsonValueKind.Object, out var driver))
            {
                tool ??= driver.Text("name");
                foreach (var rule in driver.Items("rules", MostFindings).Where(r => r.Text("id") is not null))
                {
                    rules.TryAdd(rule.Text("id")!, rule);
                }
            }

            foreach (var result in run.Items("results", MostFindings))
            {
                if (result.Text("ruleId") is not { } id || !result.TryMember("message", JsonValueKind.Object, out var message))
                {
                    continue;
                }

                rules.GetValueOrDefault(id).TryMember("properties", JsonValueKind.Object, out var properties);
                var lines = (message.Text("text") ?? "").Split('\n', 50, StringSplitOptions.TrimEntries);
                var score = Score(double.TryParse(properties.Text("security-severity"), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : null);
                var said = Nothing with
                {
                    Score = score,
                    Severity = SeverityScale.OfWord(Line("Severity")) is var word and not Severity.Unknown ? word : score is null ? Severity.Unknown : SeverityScale.OfScore(score.Value),
                };
                if (Line("Package") is { } name)
                {
                    Add(findings, id, name, Line("Installed Version"), said with { FixedIn = Versions((Line("Fixed Version") ?? "").Split(',', StringSplitOptions.TrimEntries)) });
                    continue;
                }

                // Grype's rules are of one vulnerability in one package each, and name it by its URL.
                foreach (var url in Texts(properties, "purls").Where(u => PackageUrl.TryParse(u, out _)))
                {
                    var package = PackageUrl.Parse(url!);
                    var suffix = $"-{package.Name}";
                    Add(findings, id.EndsWith(suffix, StringComparison.Ordinal) ? id[..^suffix.Length] : id, package.Name, package.Version, said with { Url = url });
                }

                string? Line(string key) => Array.Find(lines, l => l.StartsWith(key + ": ", StringComparison.Ordinal)) is { } line ? line[(key.Length + 2)..] : null;
            }
        }

        return new VulnerabilityReport(Excerpt.Of(tool ?? "SARIF"), [], findings);
    }

    private static void Add(List<ReportedFinding> findings, string? id, string? name, string? version, ReportedFinding said)
    {
        if (findings.Count < MostFindings && OsvReader.IsId(id) && IsPlain(name) && IsPlain(version))
        {
            findings.Add(said with { Id = id!, Name = name!, Version = version! });
        }
    }

    /// <summary>Where the report has no package URL: one made of what it says of the operating system.</summary>
    private static string? UrlOf(string? family, string? release, string? name, string? version)
    {
        var type = family?.ToLowerInvariant() switch { "debian" or "ubuntu" => "deb", "alpine" or "wolfi" or "chainguard" => "apk", null => null, _ => "rpm" };
        return type is null || name is null || version is null ? null
            : $"pkg:{type}/{Uri.EscapeDataString(family!)}/{Uri.EscapeDataString(name)}@{Uri.EscapeDataString(version)}{(release is null ? "" : $"?distro={Uri.EscapeDataString(release)}")}";
    }

    private static List<ImageReference> Images(IEnumerable<string?> names) =>
        [.. names.Take(MostImages).Select(n => n is { Length: <= 1000 } && ImageReference.TryParse(n, out var reference) && reference.Digest is not null ? reference with { Tag = null } : null).OfType<ImageReference>().Distinct()];

    private static List<string> Versions(IEnumerable<string?> versions) => [.. versions.Where(IsPlain).OfType<string>().Take(MostFixes)];

    private static IEnumerable<string?> Texts(JsonElement of, string name) => of.Items(name, MostFixes).Select(i => i.ValueKind == JsonValueKind.String ? i.GetString() : null);

    private static double? Number(JsonElement of, string name) => of.TryMember(name, JsonValueKind.Number, out var number) && number.TryGetDouble(out var value) ? value : null;

    private static double? Score(double? score) => score is >= 0 and <= 10 ? score : null;

    private static bool IsPlain(string? text) => text is { Length: > 0 and <= InstalledPackage.LongestText } && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
