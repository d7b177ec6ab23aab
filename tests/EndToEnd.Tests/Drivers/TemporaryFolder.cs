namespace Basewatch.EndToEnd.Tests.Drivers;

/// <summary>A folder of one test alone.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("basewatch-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
