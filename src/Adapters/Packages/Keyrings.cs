using System.Collections.Concurrent;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Packages;

/// <summary>The keyrings of distributions: those of the settings, else the one that is shipped, else what the machine has installed.</summary>
internal sealed class Keyrings(string? folder)
{
    private const string AlpineKeys = "/usr/share/apk/keys";

    private const int LargestFile = 1024 * 1024;

    private readonly ConcurrentDictionary<string, Keyring> _rings = new(StringComparer.Ordinal);

    /// <summary>The keyring of a distribution.</summary>
    /// <exception cref="PackageIndexException">There is none.</exception>
    public Keyring Of(string distribution, string source) => _rings.GetOrAdd(distribution, name =>
    {
        try
        {
            if (folder is not null && Read(Path.Combine(folder, $"{name}.gpg")) is { } own)
            {
                return Keyring.Read(own);
            }

            using var shipped = typeof(Keyrings).Assembly.GetManifestResourceStream($"Basewatch.Adapters.Packages.{name}-archive-keyring.gpg");
            if (shipped is not null)
            {
                using var bytes = new MemoryStream();
                shipped.CopyTo(bytes);
                return Keyring.Read(bytes.ToArray());
            }

            return Read($"/usr/share/keyrings/{name}-archive-keyring.gpg") is { } installed ? Keyring.Read(installed)
                : throw new PackageIndexException(source, $"there is no keyring of {name}, so that its index can't be believed: put {name}-archive-keyring.gpg as {name}.gpg into the folder of Packages:Keyrings");
        }
        catch (Exception e) when (e is InvalidDataException or UnauthorizedAccessException or (IOException and not PackageIndexException))
        {
            throw new PackageIndexException(source, $"the keyring of {name} can't be read: {e.Message}", e);
        }
    });

    /// <summary>A key of Alpine by its name; null where there is none.</summary>
    public string? AlpineKey(string name)
    {
        if (name.Length is 0 or > 200 || name != Path.GetFileName(name) || !name.EndsWith(".rsa.pub", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return (folder is null ? null : Read(Path.Combine(folder, name)) ?? []) is { Length: > 0 } own ? System.Text.Encoding.ASCII.GetString(own)
                : Read(Path.Combine(AlpineKeys, name)) is { } installed ? System.Text.Encoding.ASCII.GetString(installed)
                : null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    /// <summary>Whether any key of Alpine was given: then what none of them signed is not believed.</summary>
    public bool HasAlpineKeys => new[] { folder, AlpineKeys }.Any(f => Directory.Exists(f) && Directory.EnumerateFiles(f, "*.rsa.pub").Any());

    private static byte[]? Read(string path) => !File.Exists(path) ? null
        : new FileInfo(path).Length <= LargestFile ? File.ReadAllBytes(path)
        : throw new InvalidDataException($"{path} is larger than any keyring");
}
