using System.Buffers.Binary;
using System.Security.Cryptography;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>What an organisation says for all of its repositories: our own configuration in its repository <c>.github</c>.</summary>
public sealed class OrganisationConfiguration(Memory memory, FormatCatalog formats)
{
    private const string Name = ".github";

    /// <summary>Whether a repository's own configuration holds for its whole organisation.</summary>
    public static bool IsHome(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return string.Equals(repository.Name, Name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The configuration for a repository; null where its organisation has none, or it is its own.</summary>
    public async Task<ConfigurationPart?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (IsHome(repository))
        {
            return null;
        }

        var home = RepositoryName.Parse($"{repository.Owner}/{Name}");
        var inventory = await memory.Inventories.GetAsync(Memory.InventoryKey(home), cancellationToken).ConfigureAwait(false);
        return inventory?.Parts.FirstOrDefault(p => p.Path == RepositoryConfiguration.Path) is { } part ? part with { Path = $"{home}:{part.Path}" } : null;
    }

    /// <summary>Differs where a file of the same content may be read, or its uses decided, otherwise: by other formats or another configuration of the organisation.</summary>
    /// <param name="configuration">What <see cref="FindAsync"/> found.</param>
    public int VersionOf(ConfigurationPart? configuration) =>
        Inventory.FormatsOf(formats) ^ (configuration is null ? 0 : BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(SourceFile.Encode(configuration.Text))));

    /// <summary>What a repository says of itself, over what its organisation says.</summary>
    /// <param name="parts">Parts of its own.</param>
    /// <param name="configuration">What <see cref="FindAsync"/> found.</param>
    public RepositorySettings Read(IEnumerable<ConfigurationPart> parts, ConfigurationPart? configuration) => RepositorySettings.Read(parts, formats, configuration);
}
