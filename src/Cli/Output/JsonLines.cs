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
using Basewatch.Core.Packages;
using Basewatch.Core.Planning.Packages;
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
    /// <summary>The package, where the row is of one that a Dockerfile pins; left out elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Package { get; init; }

    /// <summary>Where the package comes from: <c>apt</c>, <c>npm</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ecosystem { get; init; }

    /// <summary>The release of a distribution that it was looked for in: <c>debian/bookworm</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Suite { get; init; }

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

        foreach (var row in report.Packages.SelectMany(Of))
        {
            yield return row;
        }
    }

    /// <summary>One row for each step of a pinned package, one for each that is gone, one where there is nothing to do.</summary>
    private static IEnumerable<FindingRow> Of(PackageAssessment package)
    {
        if (package.IsGone)
        {
            yield return Row(package, package.Updates is [var next, ..] ? next.Version : null, UpdateKind.Gone, package.Reason);
        }

        foreach (var update in package.Updates)
        {
            yield return Row(package, update.Version, update.Kind, update.Reason);
        }

        if (!package.IsGone && package.Updates.Count == 0)
        {
            yield return Row(package, null, UpdateKind.None, package.Reason);
        }

        static FindingRow Row(PackageAssessment package, string? next, UpdateKind kind, string reason) =>
            new(package.Use.Path, package.Use.Line, package.Use.Column, "dockerfile", null, null, null, null, null, package.Use.Skip,
                new VersionRow(package.Use.Version.Value, null), next is null ? null : new VersionRow(next, null), Word(kind), null, reason, null, package.Problem)
            {
                Package = package.Use.Name,
                Ecosystem = package.Use.Ecosystem.Word(),
                Suite = package.Suite?.ToString(),
            };
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

/// <summary>A lifecycle; <c>product</c> and <c>distribution</c> are the catalogue's keys, <c>status</c> is one of maintained, ending, ended, unknown.</summary>
internal sealed record LifecycleRow(
    string? Product, string? Cycle, DateOnly? Eol, string? Distribution, string? DistributionCycle, DateOnly? DistributionEol, string Status,
    string? Successor, string? Label, string? DistributionLabel, DateOnly? Ends, string? EndsFirst, string? Evidence, string? Root)
{
    public static LifecycleRow Of(UseFinding finding)
    {
        var (life, product, distribution) = (finding.Lifecycle, finding.Lifecycle.Product, finding.Lifecycle.Distribution);
        return new(
            product?.Key, product?.Cycle, product?.Eol, distribution?.Key, distribution?.Cycle, distribution?.Eol, Word(life.Status),
            finding.Successor?.Familiar, product?.Label, distribution?.Label, life.Ends, WordOfFirst(life), EvidenceOf(life), life.Inherited?.Root.Familiar);
    }

    /// <summary>Whose the life is that ends first.</summary>
    public static string? WordOfFirst(ImageLifecycle life) => life.First switch
    {
        null => null,
        var first when ReferenceEquals(first, life.Product) => "product",
        var first when ReferenceEquals(first, life.Distribution) => "distribution",
        var first when ReferenceEquals(first, life.Published) => "image",
        _ => "base",
    };

    /// <summary>What says so that is not the tag: of what ends first before all else.</summary>
    public static string? EvidenceOf(ImageLifecycle life) => new[] { life.First, life.Product, life.Distribution }.Select(l => l?.Evidence).FirstOrDefault(e => e is not null);

    public static string Word(LifecycleStatus status) => status switch
    {
        LifecycleStatus.Maintained => "maintained",
        LifecycleStatus.Ending => "ending",
        LifecycleStatus.Ended => "ended",
        _ => "unknown",
    };
}

/// <summary>
/// What <c>eol --format json</c> prints for each reference: <c>support</c> and <c>distributionSupport</c> are one of active, security,
/// extended, none, unknown; <c>endsFirst</c> is product, distribution, image, or base, whose <c>root</c> is named; <c>file</c> and <c>line</c> are there for the uses of a folder.
/// </summary>
internal sealed record EolRow(
    string Image, string? Product, string? Cycle, DateOnly? Eol, string? Distribution, string? DistributionCycle, DateOnly? DistributionEol, string Status,
    string? Label, string? DistributionLabel, DateOnly? Ends, string? EndsFirst, int? DaysLeft,
    string Support, DateOnly? Eoas, DateOnly? Eoes, bool? Lts,
    string DistributionSupport, DateOnly? DistributionEoas, DateOnly? DistributionEoes, bool? DistributionLts,
    string? Evidence, string? Root, string? File, int? Line)
{
    public static EolRow Of(ImageLife life, DateOnly today)
    {
        var (product, distribution) = (life.Lifecycle.Product, life.Lifecycle.Distribution);
        return new(
            life.Image, product?.Key, product?.Cycle, product?.Eol, distribution?.Key, distribution?.Cycle, distribution?.Eol, LifecycleRow.Word(life.Lifecycle.Status),
            product?.Label, distribution?.Label, life.Lifecycle.Ends, LifecycleRow.WordOfFirst(life.Lifecycle), life.Lifecycle.Ends?.DayNumber - today.DayNumber,
            Word(product, today), product?.ActiveUntil, product?.ExtendedUntil, product?.Cycle is null ? null : product.IsLts,
            Word(distribution, today), distribution?.ActiveUntil, distribution?.ExtendedUntil, distribution?.Cycle is null ? null : distribution.IsLts,
            LifecycleRow.EvidenceOf(life.Lifecycle), life.Lifecycle.Inherited?.Root.Familiar, life.File, life.Line);
    }

    private static string Word(Life? life, DateOnly today) => life?.SupportOn(today) switch
    {
        SupportKind.Active => "active",
        SupportKind.Security => "security",
        SupportKind.Extended => "extended",
        SupportKind.None => "none",
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
    /// <summary>The stage of the rollout that holds it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }

    public static ExplainRow Of(ImageUse use, PolicySet policies, string? stage)
    {
        List<PolicyRule> claims = use.Reference is null ? [] : [.. policies.ClaimsOf(use)];
        return new(
            use.Path, use.Line, use.Reference?.Name.Canonical, claims.FirstOrDefault()?.Summary,
            Row(claims.FirstOrDefault()?.Source), [.. claims.Skip(1).Select(c => Row(c.Source)).OfType<SourceRow>()])
        { Stage = stage };

        static SourceRow? Row(RuleSource? source) => source is null ? null : new SourceRow(source.File, source.Line, source.Dialect);
    }
}

/// <summary>Where a policy is written.</summary>
internal sealed record SourceRow(string File, int? Line, string Dialect);

/// <summary>What <c>update --branch --format json</c> prints for each change set.</summary>
internal sealed record BranchRow(string Branch, string Title, string State, string? Commit, string? Note);

/// <summary>What <c>update --format json</c> prints for each update.</summary>
internal sealed record UpdateRow(string File, int Line, string Image, VersionRow From, VersionRow To, string Kind, bool Written, string? Branch, string? Problem)
{
    /// <summary>The package, where it is one; the image is empty then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Package { get; init; }

    /// <summary>Where the package comes from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ecosystem { get; init; }
}

/// <summary>What <c>rebuilds --format json</c> prints for each own image.</summary>
internal sealed record RebuildRow(
    string Image, string Repository, string Dockerfile, int Depth, IReadOnlyList<string> Bases, string? BuiltFrom, string? BuiltFromDigest, string BuiltFromSource,
    string? Action, IReadOnlyList<string> Reasons, string? WaitsFor, DateTimeOffset? NotBefore, string? Method, string? Url, int Failures, string? Problem, string? LastEnd, DateTimeOffset? EndedAt);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UseRow))]
[JsonSerializable(typeof(FindingRow))]
[JsonSerializable(typeof(DigestRow))]
[JsonSerializable(typeof(TagRow))]
[JsonSerializable(typeof(EolRow))]
[JsonSerializable(typeof(VerdictRow))]
[JsonSerializable(typeof(ExplainRow))]
[JsonSerializable(typeof(UpdateRow))]
[JsonSerializable(typeof(BranchRow))]
[JsonSerializable(typeof(RebuildRow))]
internal sealed partial class RowJson : JsonSerializerContext;
