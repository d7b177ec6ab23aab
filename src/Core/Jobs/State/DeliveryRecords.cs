using System.Text.Json.Serialization;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.State;

/// <summary>What was said of one thing that is deployed, the oldest first.</summary>
/// <param name="Subject"><c>flux NAMESPACE/NAME</c>, or <c>argocd NAME</c>.</param>
/// <param name="Deliveries">The last few.</param>
public sealed record DeliveriesRecord(string Subject, IReadOnlyList<DeliveryRecord> Deliveries)
{
    /// <summary>More are not kept.</summary>
    public const int Most = 10;
}

/// <summary>How a commit does where it is deployed.</summary>
/// <param name="Commit">Its whole SHA, in lower case.</param>
/// <param name="State">Passed or failed.</param>
/// <param name="At">When that was, as the sender says; never later than it was heard.</param>
/// <param name="Detail">In one line of plain text.</param>
public sealed record DeliveryRecord(string Commit, [property: JsonConverter(typeof(JsonStringEnumConverter<EvidenceState>))] EvidenceState State, DateTimeOffset At, string Detail);

/// <summary>An owner in whose repositories something waits to be verified: only there what GitHub tells of checks and deployments is a cause to look.</summary>
/// <param name="Owner">The owner.</param>
public sealed record RolloutOwnerRecord(string Owner);
