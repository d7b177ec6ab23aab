using System.Text.RegularExpressions;

namespace Basewatch.World.Parts;

/// <summary>
/// A program of Debian: the installed one if there is one, else unpacked from its package and those of its libraries,
/// which needs no root.
/// </summary>
internal sealed partial class DebianPackage
{
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(2);
    private readonly string _name;
    private readonly Lazy<Task<DebianProgram>> _shared;

    private DebianPackage(string name) => (_name, _shared) = (name, new(() => InstallAsync(CancellationToken.None)));

    /// <summary>The distribution registry.</summary>
    public static DebianPackage DockerRegistry { get; } = new("docker-registry");

    /// <summary>Copies images between registries and folders.</summary>
    public static DebianPackage Skopeo { get; } = new("skopeo");

    /// <summary>Makes images in folders of the OCI layout.</summary>
    public static DebianPackage Umoci { get; } = new("umoci");

    /// <summary>The program that is named as its package; asked for once a process.</summary>
    /// <exception cref="MissingPartException">It is not here and can't be fetched.</exception>
    public Task<DebianProgram> GetAsync(CancellationToken cancellationToken) => _shared.Value.WaitAsync(cancellationToken);

    private async Task<DebianProgram> InstallAsync(CancellationToken cancellationToken) =>
        Command.Find(_name) is { } installed ? new DebianProgram(installed, []) : In(await PartsFolder.GetAsync(_name, FillAsync, cancellationToken));

    private DebianProgram In(string folder) =>
        new(Path.Combine(folder, "usr", "bin", _name), [.. Directory.EnumerateFiles(folder, "lib*.so.*", SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(f)!).Distinct().Order(StringComparer.Ordinal)]);

    private async Task FillAsync(string folder, CancellationToken cancellationToken)
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
            throw Missing($"it isn't on PATH, and apt-get download {_name} ended with {exitCode}: {output.Split('\n')[^1]}");
        }

        foreach (var package in Directory.GetFiles(folder, "*.deb"))
        {
            (exitCode, output) = await Command.RunAsync(folder, StepLimit, "dpkg-deb", ["-x", package, folder], cancellationToken);
            if (exitCode != 0)
            {
                throw Missing($"dpkg-deb -x {Path.GetFileName(package)} ended with {exitCode}: {output}");
            }

            File.Delete(package);
        }

        var program = In(folder);
        (exitCode, output) = await Command.RunAsync(folder, StepLimit, program.Path, ["--version"], cancellationToken, program.Environment);
        if (exitCode != 0)
        {
            throw Missing($"what its package holds doesn't run here; --version ended with {exitCode}: {output}");
        }
    }

    private async Task<(int ExitCode, string Output)> DownloadAsync(string folder, CancellationToken cancellationToken)
    {
        // Releases name libraries differently, so the package is asked. Their packages are named lib…; what else it depends on
        // are daemons and settings that it does without, and the C library is the system's: the loader's own.
        List<string> packages = [_name];
        for (var fresh = packages; fresh.Count > 0;)
        {
            var (exitCode, output) = await Command.RunAsync(folder, StepLimit, "apt-cache", ["depends", "--important", .. fresh], cancellationToken);
            if (exitCode != 0)
            {
                return (exitCode, output);
            }

            fresh = [.. Dependency.Matches(output).Select(m => m.Groups["library"].Value).Where(l => l is not ("libc6" or "libgcc-s1")).Except(packages, StringComparer.Ordinal)];
            packages.AddRange(fresh);
        }

        return await Command.RunAsync(folder, StepLimit, "apt-get", ["download", "-qq", "-o", "Acquire::Retries=1", .. packages], cancellationToken);
    }

    private MissingPartException Missing(string reason) => new($"Debian's {_name}", reason);

    [GeneratedRegex(@"^ [ |](Pre)?Depends: (?<library>lib[a-z0-9.+-]+)$", RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Dependency { get; }
}
