using System.Collections.Concurrent;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Tests.Packages;

/// <summary>Answers requests as a test says.</summary>
internal sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    private readonly Lock _gate = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(answer(request));
        }
    }
}

/// <summary>Keeps things in memory.</summary>
internal sealed class MemoryCache : ICache
{
    private readonly ConcurrentDictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public Task<ReadOnlyMemory<byte>?> ReadAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_values.TryGetValue(name, out var value) ? value : default(ReadOnlyMemory<byte>?));

    public Task WriteAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        _values[name] = value.ToArray();
        return Task.CompletedTask;
    }
}
