namespace Basewatch.World.Servers;

/// <summary>One request that a registry answered.</summary>
/// <param name="Method">GET, HEAD, …</param>
/// <param name="Path">Path and query.</param>
/// <param name="Status">The status of the answer.</param>
public sealed record RegistryRequest(string Method, string Path, int Status);
