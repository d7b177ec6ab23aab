using System.Text.Encodings.Web;
using System.Text.Json;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.Packages;

namespace Basewatch.Cli.Output;

/// <summary>A report as SARIF 2.1.0, for code scanning (<see href="https://docs.oasis-open.org/sarif/sarif/v2.1.0/"/>).</summary>
internal static class SarifReport
{
    private static readonly (string Id, string Text)[] Rules =
    [
        ("update", "An image or a pinned package has a newer version, or a tag was republished."),
        ("gone", "An image is no longer in its registry, or a pinned package in its archive."),
        ("eol", "An image is near or past its end of life."),
        ("unreadable", "A file could not be read."),
    ];

    public static void Write(CheckReport report)
    {
        using var stdout = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(json);
        json.WriteStartArray("results");
        foreach (var finding in report.Findings)
        {
            WriteFinding(json, finding);
        }

        foreach (var package in report.Packages)
        {
            WritePackage(json, package);
        }

        foreach (var problem in report.Scan.Problems)
        {
            WriteResult(json, "unreadable", "warning", problem.Message, problem.Path, problem.Line ?? 1, 1);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stdout.WriteByte((byte)'\n');
    }

    private static void WriteTool(Utf8JsonWriter json)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "Basewatch");
        json.WriteString("version", typeof(SarifReport).Assembly.GetName().Version!.ToString(3));
        json.WriteStartArray("rules");
        foreach (var (id, text) in Rules)
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteStartObject("shortDescription");
            json.WriteString("text", text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WritePackage(Utf8JsonWriter json, PackageAssessment package)
    {
        var use = package.Use;
        if (package.IsGone)
        {
            WriteResult(json, "gone", "error", $"{use.Name}: {package.Reason}", use.Path, use.Line, use.Column);
        }

        foreach (var update in package.Updates)
        {
            WriteResult(json, "update", "note", $"{use.Name}: {FindingRow.Word(update.Kind)} update to {update.Version}: {update.Reason}", use.Path, use.Line, use.Column);
        }
    }

    private static void WriteFinding(Utf8JsonWriter json, UseFinding finding)
    {
        var (assessment, life) = (finding.Assessment, finding.Lifecycle);
        var use = assessment.Use;
        var name = use.Reference!.Name.Familiar;
        if (assessment.IsGone)
        {
            Write("gone", "error", $"{name}: {use.Reference.FollowedTag} is no longer in the registry");
        }

        foreach (var update in assessment.Updates)
        {
            Write("update", "note", $"{name}: {FindingRow.Word(update.Kind)} update to {(update.Target.Name == use.Reference.Name ? "" : update.Target.Name.Familiar + ":")}{update.Target.Tag}{(update.Target.Digest is null ? "" : "@" + update.Target.Digest)}: {update.Reason}");
        }

        if (life.Status is LifecycleStatus.Ended or LifecycleStatus.Ending)
        {
            Write(
                "eol",
                life.Status == LifecycleStatus.Ended ? "error" : "warning",
                $"{life.First?.Title} {(life.Status == LifecycleStatus.Ended ? "reached" : "reaches")} its end of life on {life.Ends:yyyy-MM-dd}"
                    + (finding.Successor is null ? "" : $"; move to {finding.Successor.Familiar}"));
        }

        void Write(string rule, string level, string text) => WriteResult(json, rule, level, text, use.Path, use.Line, use.Column);
    }

    private static void WriteResult(Utf8JsonWriter json, string rule, string level, string text, string path, int line, int column)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", rule);
        json.WriteString("level", level);
        json.WriteStartObject("message");
        json.WriteString("text", text);
        json.WriteEndObject();
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", line);
        json.WriteNumber("startColumn", column);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
