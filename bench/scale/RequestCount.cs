using Azure.Core;
using Azure.Core.Pipeline;

namespace Basewatch.Bench.Scale;

/// <summary>Counts the requests of Azure's clients.</summary>
internal sealed class RequestCount : HttpPipelineSynchronousPolicy
{
    private int _count;

    /// <summary>Requests since this was last called.</summary>
    public int Take() => Interlocked.Exchange(ref _count, 0);

    public override void OnSendingRequest(HttpMessage message) => Interlocked.Increment(ref _count);
}
