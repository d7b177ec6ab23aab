namespace Basewatch.World.Parts;

/// <summary>
/// The registry of Debian's package <c>docker-registry</c>: the installed one if there is one, else unpacked from the
/// package, which needs no root.
/// </summary>
internal static class DockerRegistry
{
    private const string Name = "Debian's docker-registry";
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<string>> Shared = new(() => InstallAsync(CancellationToken.None));

    /// <summary>The path of the binary.</summary>
    /// <exception cref="MissingPartException">It is not here and can't be fetched.</exception>
    public static Task<string> GetAsync(CancellationToken cancellationToken) => Shared.Value.WaitAsync(cancellationToken);

    private static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        if (Command.Find("docker-registry") is { } installed)
        {
            return installed;
        }

        var home = await PartsFolder.GetAsync("docker-registry", FillAsync, cancellationToken);
        return Path.Combine(home, "usr", "bin", "docker-registry");
    }

    private static async Task FillAsync(string folder, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await DownloadAsync(folder, cancellationToken);
        if (exitCode != 0 && exitCode != 127 && Environment.IsPrivilegedProcess)
        {
            // The lists of a fresh container are empty.
            await Command.RunAsync(folder, StepLimit, "apt-get", ["update", "-qq", "-o", "Acquire::Retries=1"], cancellationToken);
            (exitCode, output) = await DownloadAsync(folder, cancellationToken);
        }

        if (exitCode != 0)
        {
            throw new MissingPartException(Name, $"it isn't on PATH, and apt-get download docker-registry ended with {exitCode}: {output.Split('\n')[^1]}");
        }

        var package = Directory.GetFiles(folder, "docker-registry_*.deb").Single();
        (exitCode, output) = await Command.RunAsync(folder, StepLimit, "dpkg-deb", ["-x", package, folder], cancellationToken);
        if (exitCode != 0)
        {
            throw new MissingPartException(Name, $"dpkg-deb -x ended with {exitCode}: {output}");
        }

        File.Delete(package);
    }

    private static Task<(int ExitCode, string Output)> DownloadAsync(string folder, CancellationToken cancellationToken) =>
        Command.RunAsync(folder, StepLimit, "apt-get", ["download", "-qq", "-o", "Acquire::Retries=1", "docker-registry"], cancellationToken);
}
