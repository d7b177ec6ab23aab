using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>Placeholder until merged.</summary>
public sealed class EvidenceFinder(Memory memory, IReviewHost? review = null, IDeploymentHost? deployments = null, IProbes? probes = null)
{
    /// <summary>Nothing.</summary>
    public Task<Evidence> FindAsync(Verification verification, EvidenceSubject subject, bool mayReachFar, CancellationToken cancellationToken) =>
        Task.FromResult(Evidence.Missing($"{verification.Text} {subject.Repository} {mayReachFar} {memory is null} {review is null} {deployments is null} {probes is null} {cancellationToken.IsCancellationRequested}"));
}
