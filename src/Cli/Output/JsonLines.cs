using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;

namespace Basewatch.Cli.Output;

/// <summary>One JSON object a line on stdout.</summary>
internal static class JsonLines
{
    private const int MostHeld = 64 * 1024;

    /// <summary>Writes each row on a line of its own.</summary>
    public static void Write<T>(IEnumerable<T> rows, JsonTypeInfo<T> json)
    {
        using var stdout = Console.OpenStandardOutput();
        var lines = new ArrayBufferWriter<byte>(MostHeld * 2);

        // Characters as they are where JSON allows it: this is read by programs, never put into a page.
        using var writer = new Utf8JsonWriter(lines, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        foreach (var row in rows)
        {
            JsonSerializer.Serialize(writer, row, json);
            writer.Flush();
            writer.Reset();
            lines.Write("\n"u8);
            if (lines.WrittenCount >= MostHeld)
            {
                stdout.Write(lines.WrittenSpan);
                lines.ResetWrittenCount();
            }
        }

        stdout.Write(lines.WrittenSpan);
    }
}

/// <summary>A use, as <c>scan --format json</c> prints it.</summary>
internal sealed record UseRow(string File, int Line, int Column, string Format, string? Image, string? Registry, string? Repository, string? Tag, string? Digest, string? Skip)
{
    public static UseRow Of(ImageUse use) => new(
        use.Path, use.Line, use.Column, use.Format,
        use.Reference?.Name.Canonical, use.Reference?.Name.Registry, use.Reference?.Name.Repository,
        use.Reference?.Tag, use.Reference?.Digest?.ToString(), use.Skip);
}

/// <summary>A finding, as <c>check --format json</c> prints it.</summary>
internal sealed record FindingRow(
    string File, int Line, int Column, string Format, string? Image, string? Registry, string? Repository, string? Tag, string? Digest, string? Skip,
    VersionRow? Current, VersionRow? Latest, string Kind, string? Policy, string Reason, LifecycleRow? Lifecycle, string? Problem)
{
    /// <summary>One row for each update; one for a tag that is gone; one where there is nothing to do.</summary>
    public static IEnumerable<FindingRow> Of(CheckReport report)
    {
        var findings = report.Findings.ToDictionary<UseFinding, object>(f => f.Assessment.Use, ReferenceEqualityComparer.Instance);
        foreach (var use in report.Scan.Uses)
        {
            if (!findings.TryGetValue(use, out var finding))
            {
                yield return Row(use, null, null, UpdateKind.None, null, use.Skip ?? "", null, null);
                continue;
            }

            var (assessment, lifecycle) = (finding.Assessment, LifecycleRow.Of(finding));
            if (assessment.IsGone)
            {
                yield return Row(use, VersionRow.Of(use.Reference), assessment.Updates is [{ Kind: not UpdateKind.Successor } next, ..] ? VersionRow.Of(next.Target) : null, UpdateKind.Gone, assessment.Policy, assessment.Reason, lifecycle, null);
            }

            foreach (var update in assessment.Updates)
            {
                var latest = VersionRow.Of(update.Target)! with { Image = update.Kind == UpdateKind.Successor ? update.Target.Name.Canonical : null };
                yield return Row(use, VersionRow.Of(use.Reference), latest, update.Kind, update.Policy, update.Reason, lifecycle, null);
            }

            if (!assessment.IsGone && assessment.Updates.Count == 0)
            {
                yield return Row(use, VersionRow.Of(use.Reference), null, UpdateKind.None, assessment.Policy, assessment.Reason, lifecycle, assessment.Problem);
            }
        }
    }

    /// <summary>The word for a kind in every machine-readable output.</summary>
    public static string Word(UpdateKind kind) => kind switch
    {
        UpdateKind.Pin => "pin",
        UpdateKind.Digest => "digest",
        UpdateKind.Patch => "patch",
        UpdateKind.Minor => "minor",
        UpdateKind.Major => "major",
        UpdateKind.Successor => "successor",
        UpdateKind.Gone => "gone",
        _ => "none",
    };

    private static FindingRow Row(ImageUse use, VersionRow? current, VersionRow? latest, UpdateKind kind, string? policy, string reason, LifecycleRow? lifecycle, string? problem)
    {
        var u = UseRow.Of(use);
        return new(u.File, u.Line, u.Column, u.Format, u.Image, u.Registry, u.Repository, u.Tag, u.Digest, u.Skip, current, latest, Word(kind), policy, reason, lifecycle, problem);
    }
}

/// <summary>Tag and digest.</summary>
internal sealed record VersionRow(string? Tag, string? Digest)
{
    /// <summary>Canonical name, where it is that of another image; left out elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Image { get; init; }

    public static VersionRow? Of(ImageReference? reference) => reference is null ? null : new(reference.Tag, reference.Digest?.ToString());
}

/// <summary>A lifecycle; <c>status</c> is one of maintained, ending, ended, unknown.</summary>
internal sealed record LifecycleRow(string? Product, string? Cycle, DateOnly? Eol, string? Distribution, string? DistributionCycle, DateOnly? DistributionEol, string Status, string? Successor)
{
    public static LifecycleRow Of(UseFinding finding)
    {
        var life = finding.Lifecycle;
        return new(life.Product, life.Cycle, life.Eol, life.Distribution, life.DistributionCycle, life.DistributionEol, Word(life.Status), finding.Successor?.Familiar);
    }

    public static string Word(LifecycleStatus status) => status switch
    {
        LifecycleStatus.Maintained => "maintained",
        LifecycleStatus.Ending => "ending",
        LifecycleStatus.Ended => "ended",
        _ => "unknown",
    };
}

/// <summary>What <c>digest --format json</c> prints; <c>signature</c> is notation, cosign or none, null where the registry would not say, and <c>endOfLife</c> the day that its publisher has attached.</summary>
internal sealed record DigestRow(string Image, string? Tag, string Digest, string MediaType, IReadOnlyList<PlatformRow> Platforms, string? Signature, DateOnly? EndOfLife);

/// <summary>One platform of an index.</summary>
internal sealed record PlatformRow(string Platform, string Digest);

/// <summary>What <c>tags --format json</c> prints for each tag.</summary>
internal sealed record TagRow(string Image, string Tag);

/// <summary>What <c>policy</c> prints: the tag that is selected, null to stay, and why.</summary>
internal sealed record VerdictRow(string? Selected, string Reason);

/// <summary>What <c>config explain --format json</c> prints for each use; <c>source</c> is null for the default, <c>others</c> have a rule that does not count.</summary>
internal sealed record ExplainRow(string File, int Line, string? Image, string? Policy, SourceRow? Source, IReadOnlyList<SourceRow> Others)
{
    public static ExplainRow Of(ImageUse use, PolicySet policies)
    {
        List<PolicyRule> claims = use.Reference is null ? [] : [.. policies.ClaimsOf(use)];
        return new(
            use.Path, use.Line, use.Reference?.Name.Canonical, claims.FirstOrDefault()?.Summary,
            Row(claims.FirstOrDefault()?.Source), [.. claims.Skip(1).Select(c => Row(c.Source)).OfType<SourceRow>()]);

        static SourceRow? Row(RuleSource? source) => source is null ? null : new SourceRow(source.File, source.Line, source.Dialect);
    }
}

/// <summary>Where a policy is written.</summary>
internal sealed record SourceRow(string File, int? Line, string Dialect);

/// <summary>What <c>update --branch --format json</c> prints for each change set.</summary>
internal sealed record BranchRow(string Branch, string Title, string State, string? Commit, string? Note);

/// <summary>What <c>update --format json</c> prints for each update.</summary>
internal sealed record UpdateRow(string File, int Line, string Image, VersionRow From, VersionRow To, string Kind, bool Written, string? Branch, string? Problem);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UseRow))]
[JsonSerializable(typeof(FindingRow))]
[JsonSerializable(typeof(DigestRow))]
[JsonSerializable(typeof(TagRow))]
[JsonSerializable(typeof(VerdictRow))]
[JsonSerializable(typeof(ExplainRow))]
[JsonSerializable(typeof(UpdateRow))]
[JsonSerializable(typeof(BranchRow))]
internal sealed partial class RowJson : JsonSerializerContext;
