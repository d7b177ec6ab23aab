using System.Text;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>What Flux and Argo CD say, read.</summary>
public sealed class RolloutDeliveryTests
{
    private const string Sha = "0123456789abcdef0123456789abcdef01234567";

    private const string Other = "fedcba9876543210fedcba9876543210fedcba98";

    // As notification-controller forwards what kustomize-controller records: the group is off the keys, and health has the reason Progressing.
    [Theory]
    [InlineData("Kustomization", "info", "Progressing", "Health check passed in 12.034s", "main@sha1:" + Sha, "Passed healthy")]
    [InlineData("Kustomization", "info", "ReconciliationSucceeded", "Reconciliation finished in 1s, next run in 10m0s", "main@sha1:" + Sha, "Passed healthy")]
    [InlineData("HelmRelease", "info", "UpgradeSucceeded", "Helm upgrade succeeded", Sha, "Passed healthy")]
    [InlineData("HelmRelease", "info", "TestSucceeded", "Helm test succeeded", "sha1:" + Sha, "Passed healthy")]
    [InlineData("Kustomization", "error", "HealthCheckFailed", "health check failed after 30s: timeout waiting for:\n[Deployment/apps/web]", "main@sha1:" + Sha, "Failed HealthCheckFailed: health check failed after 30s: timeout waiting for")]
    [InlineData("Kustomization", "error", "BuildFailed", "kustomize build failed.", "main/" + Sha, "Failed BuildFailed: kustomize build failed")]
    [InlineData("Kustomization", "info", "Progressing", "Deployment/apps/web configured", "main@sha1:" + Sha, null)]
    [InlineData("Kustomization", "info", "DependencyNotReady", "Dependencies do not meet ready condition", "main@sha1:" + Sha, null)]
    [InlineData("Kustomization", "error", "ArtifactFailed", "failed to download archive", "main@sha1:" + Sha, null)]
    [InlineData("Kustomization", "trace", "ReconciliationSucceeded", "", "main@sha1:" + Sha, null)]
    [InlineData("HelmRelease", "info", "RollbackSucceeded", "Helm rollback succeeded", "main@sha1:" + Sha, null)]
    [InlineData("GitRepository", "info", "ReconciliationSucceeded", "", "main@sha1:" + Sha, null)]
    // No whole commit.
    [InlineData("HelmRelease", "info", "UpgradeSucceeded", "", "6.5.4+0123456789ab", null)]
    [InlineData("Kustomization", "info", "ReconciliationSucceeded", "", "latest@sha256:" + Sha + "0123456789abcdef01234567", null)]
    [InlineData("Kustomization", "info", "ReconciliationSucceeded", "", "x" + Sha, null)]
    [InlineData("Kustomization", "info", "ReconciliationSucceeded", "", "main@sha1:" + Sha + "\n", null)]
    [InlineData("Kustomization", "info", "ReconciliationSucceeded", "", "", null)]
    public void An_event_of_Flux(string kind, string severity, string reason, string message, string revision, string? expected)
    {
        foreach (var key in new[] { "revision", "originRevision", "kustomize.toolkit.fluxcd.io/revision", "helm.toolkit.fluxcd.io/originRevision" })
        {
            var read = RolloutDelivery.ParseFlux(Json(new
            {
                involvedObject = new { kind, @namespace = "apps", name = "web", uid = "7", apiVersion = "kustomize.toolkit.fluxcd.io/v1" },
                severity,
                timestamp = "2026-11-24T12:00:00Z",
                message,
                reason,
                metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [key] = revision, ["commit_status"] = "update" },
                reportingController = "kustomize-controller",
            }));
            Assert.Equal(expected, read is null ? null : $"{read.State} {read.Detail}");
            Assert.True(read is null || (read.Subject, read.Commit, read.At) == ("flux apps/web", Sha, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)));
        }
    }

    [Fact]
    public void Of_an_artifact_the_commit_counts_that_it_was_made_of() =>
        Assert.Equal(Sha, RolloutDelivery.ParseFlux(Json(new
        {
            involvedObject = new { kind = "Kustomization", @namespace = "apps", name = "web" },
            severity = "info",
            message = "Health check passed in 1s",
            metadata = new { revision = "latest@sha256:" + new string('0', 64), originRevision = "main@sha1:" + Sha.ToUpperInvariant() },
        }))!.Commit);

    [Theory]
    [InlineData(Sha, Sha, "Succeeded", "Healthy", "Synced", "Passed " + Sha)]
    [InlineData(Sha, "", "", "Healthy", "Synced", "Passed " + Sha)]
    [InlineData(Sha, Sha, "Succeeded", "Healthy", "OutOfSync", "Passed " + Sha)]
    [InlineData(Sha, Sha, "Succeeded", "Degraded", "Synced", "Failed " + Sha)]
    [InlineData(Sha, Sha, "Failed", "Healthy", "OutOfSync", "Failed " + Sha)]
    [InlineData(Sha, "<no value>", "Error", "Missing", "OutOfSync", "Failed " + Sha)]
    // What was synced before failed, or is healthy: the new commit has nothing to do with it.
    [InlineData(Sha, Other, "Failed", "Degraded", "OutOfSync", "Failed " + Other)]
    [InlineData(Sha, Other, "Succeeded", "Healthy", "OutOfSync", null)]
    [InlineData(Sha, Other, "Succeeded", "Degraded", "OutOfSync", null)]
    [InlineData(Sha, Sha, "Running", "Healthy", "Synced", null)]
    [InlineData(Sha, Sha, "Succeeded", "Progressing", "Synced", null)]
    [InlineData(Sha, Sha, "Succeeded", "<no value>", "Synced", null)]
    [InlineData("", "", "Succeeded", "Healthy", "OutOfSync", null)]
    [InlineData("main", "main", "Succeeded", "Healthy", "Synced", null)]
    public void A_notification_of_Argo_CD(string revision, string operationRevision, string phase, string health, string sync, string? expected)
    {
        var read = RolloutDelivery.ParseArgoCd(Json(new { application = "web", revision, operationRevision, phase, health, sync, finishedAt = "2026-11-24T12:00:00Z" }));
        Assert.Equal(expected, read is null ? null : $"{read.State} {read.Commit}");
        Assert.True(read is null || (read.Subject, read.At) == ("argocd web", new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("<no value>")]
    [InlineData("")]
    public void A_time_that_is_none_is_no_time(string finishedAt) =>
        Assert.Null(RolloutDelivery.ParseArgoCd(Json(new { application = "web", revision = Sha, health = "Healthy", sync = "Synced", finishedAt }))!.At);

    [Fact]
    public void No_body_breaks_a_reader()
    {
        string[] odd = ["{}", """{"involvedObject":[],"metadata":7,"application":{}}""", """{"involvedObject":{"kind":"Kustomization","namespace":"\ud800","name":null}}""", $$"""{"application":"{{new string('a', 1000)}}","revision":"{{Sha}}","health":"Healthy","sync":"Synced"}"""];
        Assert.All(odd, body => Assert.Null(RolloutDelivery.ParseFlux(Encoding.UTF8.GetBytes(body))));
        Assert.All(odd, body => Assert.Null(RolloutDelivery.ParseArgoCd(Encoding.UTF8.GetBytes(body))));
        string[] none = ["", "[]", "7", "{", new string('[', 10_000)];
        Assert.All(none, body => Assert.Throws<FormatException>(() => RolloutDelivery.ParseFlux(Encoding.UTF8.GetBytes(body))));
        Assert.All(none, body => Assert.Throws<FormatException>(() => RolloutDelivery.ParseArgoCd(Encoding.UTF8.GetBytes(body))));
    }

    [Fact]
    public void Words_of_strangers_are_one_short_line()
    {
        var read = RolloutDelivery.ParseFlux(Json(new { involvedObject = new { kind = "Kustomization", @namespace = "apps", name = "web" }, severity = "error", reason = "X\u001b", message = new string('m', 39_000), metadata = new { revision = Sha } }))!;
        Assert.InRange(read.Detail.Length, 1, 101);
        Assert.DoesNotContain(read.Detail, char.IsControl);
        Assert.Equal(EvidenceState.Failed, read.State);
    }

    private static byte[] Json(object value) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value);
}
