using System.Security.Cryptography;

namespace Basewatch.World.Parts;

/// <summary>axe-core, which finds barriers in pages, as <c>Parts/Axe/package-lock.json</c> pins it.</summary>
public static class AxeCore
{
    private const string Name = "axe-core";
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(2);

    /// <summary>Its script.</summary>
    /// <exception cref="MissingPartException">It is not here and can't be fetched.</exception>
    public static async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var description = Path.Combine(PartsFolder.World, "Parts", "Axe");
        var pins = SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(description, "package-lock.json"), cancellationToken));
        var home = await PartsFolder.GetAsync("axe-" + Convert.ToHexStringLower(pins)[..12], FillAsync, cancellationToken);
        return await File.ReadAllTextAsync(Path.Combine(home, "node_modules", "axe-core", "axe.min.js"), cancellationToken);

        async Task FillAsync(string folder, CancellationToken ct)
        {
            foreach (var file in (string[])["package.json", "package-lock.json"])
            {
                File.Copy(Path.Combine(description, file), Path.Combine(folder, file));
            }

            var (exitCode, output) = await Command.RunAsync(folder, InstallLimit, "npm",
                ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"], ct);
            if (exitCode != 0)
            {
                throw new MissingPartException(Name, $"npm ci in tests/World/Parts/Axe ended with {exitCode}: {output}");
            }
        }
    }
}
