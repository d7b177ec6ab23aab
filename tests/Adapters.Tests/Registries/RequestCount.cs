using System.Diagnostics.Metrics;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>Counts the requests to a registry, those without an answer too.</summary>
internal sealed class RequestCount : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public RequestCount(string host)
    {
        _listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "basewatch.registry.requests")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "server.address", Value: string asked } && asked == host)
                {
                    Interlocked.Add(ref _count, value);
                }
            }
        });
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
