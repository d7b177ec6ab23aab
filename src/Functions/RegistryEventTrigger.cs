using System.Text;
using Basewatch.Adapters.Hosting.Endpoints;
using Basewatch.Core.Jobs;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>Looks at an image as soon as Event Grid tells that it was pushed or deleted.</summary>
public sealed class RegistryEventTrigger(RegistryEventsEndpoint endpoint)
{
    /// <summary>Takes one event, in either schema. The host has answered the handshake and checked the key.</summary>
    [Function(nameof(RegistryEventTrigger))]
    public Task RunAsync([EventGridTrigger] string registryEvent, CancellationToken cancellationToken) =>
        endpoint.EnqueueAsync(RegistryEvents.Parse(Encoding.UTF8.GetBytes(registryEvent)), cancellationToken);
}
