using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;
using Basewatch.Core.Rollouts;
using static Basewatch.Core.Jobs.Notices.NoticeJson;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>What Flux or Argo CD says of a commit that it deploys.</summary>
/// <param name="Subject"><c>flux NAMESPACE/NAME</c>, or <c>argocd NAME</c>.</param>
/// <param name="Commit">Its whole SHA, in lower case.</param>
/// <param name="State">Passed or failed.</param>
/// <param name="At">When that was; null: it does not say.</param>
/// <param name="Detail">In one line of plain text.</param>
public sealed partial record RolloutDelivery(string Subject, string Commit, EvidenceState State, DateTimeOffset? At, string Detail)
{
    /// <summary>The most that is read of one delivery, in bytes: a message of Flux has up to 39,000 characters.</summary>
    public const int LargestDelivery = 256 * 1024;

    private const int MostDepth = 16;

    /// <summary>What Kubernetes takes for a namespace, a name, and a slash.</summary>
    private const int LongestName = 63 + 1 + 253;

    /// <summary>
    /// What a Kustomization says when it is healthy. The word that all is done (<c>ReconciliationSucceeded</c>) Flux keeps for commit
    /// statuses, and this has the reason <c>Progressing</c>:
    /// <see href="https://github.com/fluxcd/kustomize-controller/blob/main/internal/controller/kustomization_controller.go"/>.
    /// </summary>
    private const string Healthy = "Health check passed";

    /// <summary>The subject of a Kustomization or HelmRelease.</summary>
    /// <param name="name"><c>namespace/name</c>.</param>
    public static string Flux(string name) => "flux " + name;

    /// <summary>The subject of an Application.</summary>
    public static string ArgoCd(string name) => "argocd " + name;

    /// <summary>Reads an event of Flux (<see href="https://pkg.go.dev/github.com/fluxcd/pkg/apis/event/v1beta1#Event"/>).</summary>
    /// <returns>Null where it says nothing of a commit, or neither good nor bad.</returns>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static RolloutDelivery? ParseFlux(ReadOnlyMemory<byte> body)
    {
        using var document = OpenObject(body);
        var root = document.RootElement;
        if (Text(root, "involvedObject", "kind") is not ("Kustomization" or "HelmRelease")
            || NameOf(Text(root, "involvedObject", "namespace"), Text(root, "involvedObject", "name")) is not { } name
            || CommitOf(Metadata("originRevision") ?? Metadata("revision")) is not { } commit)
        {
            return null;
        }

        var (reason, message) = (Text(root, "reason") ?? "", Text(root, "message") ?? "");
        EvidenceState? state = Text(root, "severity") switch
        {
            // Neither is about what was merged: its source was not there yet, or something newer came.
            "error" when reason is "ArtifactFailed" or "HealthCheckCanceled" => null,
            "error" => EvidenceState.Failed,
            "info" when reason is "ReconciliationSucceeded" or "InstallSucceeded" or "UpgradeSucceeded" or "TestSucceeded"
                || message.StartsWith(Healthy, StringComparison.Ordinal) => EvidenceState.Passed,
            _ => null,
        };
        return state is { } known
            ? new(Flux(name), commit, known, TimeOf(Text(root, "timestamp")), known == EvidenceState.Passed ? "healthy" : Line(reason, message))
            : null;

        // The controller that passes it on takes the group off.
        string? Metadata(string key) =>
            Text(root, "metadata", key) ?? Text(root, "metadata", $"kustomize.toolkit.fluxcd.io/{key}") ?? Text(root, "metadata", $"helm.toolkit.fluxcd.io/{key}");
    }

    /// <summary>Reads what the template in <c>docs/rollout.md</c> makes of an Application.</summary>
    /// <returns>Null where it says nothing of a commit, or neither good nor bad.</returns>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static RolloutDelivery? ParseArgoCd(ReadOnlyMemory<byte> body)
    {
        using var document = OpenObject(body);
        var root = document.RootElement;
        if (Text(root, "application") is not { Length: > 0 and <= LongestName } name)
        {
            return null;
        }

        // What the cluster was compared with, and what was put into it last: of another commit the phase says nothing.
        var compared = CommitOf(Text(root, "revision"));
        var operated = CommitOf(Text(root, "operationRevision"));
        var (phase, health) = (Text(root, "phase"), Text(root, "health"));
        var at = TimeOf(Text(root, "finishedAt"));
        if (phase is "Failed" or "Error")
        {
            return (operated ?? compared) is { } tried ? new(ArgoCd(name), tried, EvidenceState.Failed, at, $"the sync ended with {phase}") : null;
        }

        var isThere = Text(root, "sync") == "Synced" || (phase == "Succeeded" && operated == compared);
        return compared is null || !isThere || phase == "Running" ? null
            : health == "Healthy" ? new(ArgoCd(name), compared, EvidenceState.Passed, at, "healthy")
            : health == "Degraded" ? new(ArgoCd(name), compared, EvidenceState.Failed, at, "degraded")
            : null;
    }

    private static JsonDocument OpenObject(ReadOnlyMemory<byte> body)
    {
        var document = Open(body, MostDepth);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new FormatException("the body is no JSON object");
    }

    private static string? NameOf(string? space, string? name) =>
        !string.IsNullOrEmpty(space) && !string.IsNullOrEmpty(name) && space.Length + name.Length < LongestName ? $"{space}/{name}" : null;

    private static string? CommitOf(string? revision) =>
        revision is { Length: <= 1000 } && Revision.Match(revision) is { Success: true } match ? match.Groups["commit"].Value.ToLowerInvariant() : null;

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;

    private static string Line(string reason, string message) => Excerpt.Of($"{reason}: {message.Trim().Split('\n')[0]}".TrimEnd('.', ' ', ':', '\r'));

    /// <summary><c>main@sha1:…</c>, <c>main/…</c> of older ones, and the SHA alone.</summary>
    [GeneratedRegex("(?:^|[@/:])(?<commit>[0-9a-fA-F]{40})\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Revision { get; }
}
