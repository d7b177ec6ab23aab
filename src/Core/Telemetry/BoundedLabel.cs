using System.Collections.Concurrent;

namespace Basewatch.Core.Telemetry;

/// <summary>
/// Values of a label that strangers choose: names of registries come from repositories, and a metric keeps a series for each. The first ones have
/// their own, all others share one.
/// </summary>
/// <param name="most">How many have their own.</param>
public sealed class BoundedLabel(int most)
{
    /// <summary>All others, as OpenTelemetry's conventions call them.</summary>
    public const string Others = "_OTHER";

    private readonly ConcurrentDictionary<string, byte> _known = new(StringComparer.Ordinal);

    /// <summary>The value, or <see cref="Others"/>.</summary>
    public string Of(string value) =>
        _known.ContainsKey(value) || (_known.Count < most && (_known.TryAdd(value, 0) || _known.ContainsKey(value))) ? value : Others;
}
