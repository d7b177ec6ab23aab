using System.Globalization;
using System.Reflection;

namespace Basewatch.World.Parts;

/// <summary>
/// The folder <c>tests/World/.parts</c>, where fetched parts stay between runs. A part is there whole or not at all:
/// it is made in a temporary folder and renamed, under a lock that all test processes share.
/// </summary>
internal static class PartsFolder
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(6);

    /// <summary>The folder <c>tests/World</c> of the work tree that this assembly was built from.</summary>
    public static string World { get; } = typeof(PartsFolder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key is "WorldDirectory").Value!;

    private static string Root => Path.Combine(World, ".parts");

    /// <summary>The folder of the part; made by <paramref name="install"/> if it isn't there.</summary>
    /// <param name="name">The folder's name, which changes with the part's version.</param>
    /// <param name="install">Fills the empty folder it is given, or throws.</param>
    /// <param name="cancellationToken">Ends the wait and the installation.</param>
    public static async Task<string> GetAsync(string name, Func<string, CancellationToken, Task> install, CancellationToken cancellationToken)
    {
        var home = Path.Combine(Root, name);
        if (Directory.Exists(home))
        {
            return home;
        }

        Directory.CreateDirectory(Root);
        await using var held = await LockAsync(cancellationToken);
        if (Directory.Exists(home))
        {
            return home;
        }

        // Whoever left these behind is gone: the lock is ours.
        foreach (var abandoned in Directory.EnumerateDirectories(Root, "tmp-*"))
        {
            Directory.Delete(abandoned, recursive: true);
        }

        var making = Path.Combine(Root, "tmp-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(making);
        try
        {
            await install(making, cancellationToken);
            Directory.Move(making, home);
        }
        finally
        {
            if (Directory.Exists(making))
            {
                Directory.Delete(making, recursive: true);
            }
        }

        return home;
    }

    private static async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LockPatience);
        while (true)
        {
            try
            {
                // Exclusive across processes (flock on Unix), and let go by the system when the process dies.
                return new FileStream(Path.Combine(Root, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
            }
        }
    }
}
