namespace Basewatch.World.Parts;

/// <summary>A program that can be run.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Libraries">The folders of libraries that came with it; none where the system's serve it.</param>
internal sealed record DebianProgram(string Path, IReadOnlyList<string> Libraries)
{
    /// <summary>What it needs in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = Libraries.Count == 0
        ? new Dictionary<string, string>(StringComparer.Ordinal)
        : new Dictionary<string, string>(StringComparer.Ordinal) { ["LD_LIBRARY_PATH"] = string.Join(':', Libraries) };
}
