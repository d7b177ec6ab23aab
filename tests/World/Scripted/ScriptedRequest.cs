namespace Basewatch.World.Scripted;

/// <summary>A request as a <see cref="ScriptedServer"/> got it.</summary>
/// <param name="Method">GET, HEAD, …</param>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">Header values, several joined by commas; the names' case doesn't matter.</param>
/// <param name="Body">The whole body as UTF-8.</param>
public sealed record ScriptedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);
