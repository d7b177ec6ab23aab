using System.Collections.Immutable;

namespace Basewatch.Core.Images;

/// <summary>
/// What an image says of itself (<see href="https://github.com/opencontainers/image-spec/blob/main/config.md"/>). Lists and
/// texts are bounded: of a text that is too long, its digest stands for it.
/// </summary>
/// <param name="Platform">What it runs on; null where it does not say.</param>
/// <param name="Created">When it was built; null where it does not say.</param>
public sealed record ImageConfiguration(Platform? Platform, DateTimeOffset? Created)
{
    /// <summary>Environment variables by name.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Labels by name.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Who it runs as; null or empty: root.</summary>
    public string? User { get; init; }

    /// <summary>Where it starts; null or empty: the root.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What it starts.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>What it starts, or what the entrypoint is given.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Ports that it listens on: <c>8080/tcp</c>.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Folders that hold data of their own.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Digests of the layers as they are unpacked, the lowest first.</summary>
    public IReadOnlyList<Digest> DiffIds { get; init; } = [];
}
