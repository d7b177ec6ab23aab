using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>What an organisation says for all of its repositories: our own configuration in its repository <c>.github</c>.</summary>
/// <param name="memory">Where the repository's inventory is, once it is taken.</param>
/// <param name="host">Asked where there is none: not yet, or the repository is not among those that are looked after.</param>
/// <param name="formats">The formats that are there without configuration.</param>
/// <param name="time">What the host said holds for a while.</param>
public sealed class OrganisationConfiguration(Memory memory, IRepositoryHost host, FormatCatalog formats, TimeProvider time)
{
    private const string Name = ".github";

    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<RepositoryName, (DateTimeOffset At, ConfigurationPart? Part)> _heard = new();

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
        var part = inventory is not null and not { Commit: "" } ? RepositorySettings.OwnAmong(inventory.Parts) : await AskAsync(home, cancellationToken).ConfigureAwait(false);
        return part is null ? null : part with { Path = $"{home}:{part.Path}" };
    }

    /// <summary>Until the inventory is there, nothing must be decided as if there were no configuration.</summary>
    private async Task<ConfigurationPart?> AskAsync(RepositoryName home, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_heard.TryGetValue(home, out var heard) && now - heard.At < Lasting)
        {
            return heard.Part;
        }

        ConfigurationPart? part = null;
        if (await host.GetHeadAsync(home, cancellationToken).ConfigureAwait(false) is { } head)
        {
            var tree = await host.GetTreeAsync(home, head.Commit, cancellationToken).ConfigureAwait(false);
            var parts = new List<ConfigurationPart>();
            foreach (var path in DialectCatalog.Files.Where(RepositoryConfiguration.IsPath))
            {
                if (await ConfigurationFile.FindAsync(host, home, tree, path, cancellationToken).ConfigureAwait(false) is { } file)
                {
                    parts.AddRange((await file.ReadAsync(host, home, cancellationToken).ConfigureAwait(false)).Parts);
                }
            }

            part = RepositorySettings.OwnAmong(parts);
        }

        _heard[home] = (now, part);
        return part;
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
