using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Ports;

/// <summary>Asks running things how they are, as an organisation's configuration says. Nothing throws but for cancellation: what can't be reached is <see cref="EvidenceState.Failed"/> of a probe, and <see cref="EvidenceState.Missing"/> of a metric.</summary>
public interface IProbes
{
    /// <summary>Asks for a <see cref="VerificationKind.Probe"/> or a <see cref="VerificationKind.Metric"/>.</summary>
    Task<Evidence> AskAsync(Verification verification, CancellationToken cancellationToken);
}
