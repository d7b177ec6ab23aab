using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// State in Azure: an entity of a table for each entry, and a blob for each value that no property can hold. Table and
/// container are made if they are missing.
/// </summary>
/// <remarks>
/// A blob belongs to one write of one entry, and never changes. It is written before the entity that names it, and deleted
/// once no entity does; so an entity's blob is always there, or the entity has been replaced meanwhile. A process that ends
/// in between leaves a blob which nothing names: it takes room and does no harm.
/// </remarks>
public sealed partial class TableStateStore : IStateStore
{
    /// <summary>Longest binary property (<see href="https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#property-types"/>).</summary>
    private const int LongestInline = 64 * 1024;

    /// <summary>Longest key: 1 KiB of UTF-16. What is longer keeps its first part, for the order, and a hash.</summary>
    private const int LongestKey = 512;
    private const int KeptOfLongKey = 400;

    private const string ValueProperty = "Value";
    private const string BlobProperty = "Blob";
    private const string WriteProperty = "Write";
    private const string LongRowProperty = "LongRow";

    private readonly TableClient _table;
    private readonly BlobContainerClient _blobs;
    private readonly ILogger _logger;
    private readonly OnFirstUse _created;

    /// <summary>Creates the store.</summary>
    /// <param name="table">For the entries; nothing else may be in it.</param>
    /// <param name="blobs">For large values; nothing else may be in it.</param>
    /// <param name="logger">Told of blobs that could not be deleted.</param>
    public TableStateStore(TableClient table, BlobContainerClient blobs, ILogger<TableStateStore>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(blobs);
        (_table, _blobs, _logger) = (table, blobs, logger ?? NullLogger<TableStateStore>.Instance);
        _created = new OnFirstUse(async () =>
        {
            await CallAsync(_table.Uri, () => _table.CreateIfNotExistsAsync(), CancellationToken.None);
            await CallAsync(_blobs.Uri, () => _blobs.CreateIfNotExistsAsync(), CancellationToken.None);
        });
    }

    /// <summary>Makes table and container now if they are missing, so that a wrong account is found out at start.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => _created.EnsureAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken)
    {
        StateKeyText.Check(key);
        await _created.EnsureAsync(cancellationToken);
        StateVersion? lost = null;
        while (await ReadAsync(key, select: null, cancellationToken) is { } entity)
        {
            var version = VersionOf(entity);
            if (await ValueOfAsync(key, entity, cancellationToken) is { } value)
            {
                return new StateEntry(key, value, version);
            }

            // The blob went because the entry was replaced: look again. If it was not, the blob is lost.
            if (version == lost)
            {
                throw new StateStoreException(
                    $"{_blobs.Uri.Authority}: entry '{key.Row}' of '{key.Partition}' names a blob that is gone from container '{_blobs.Name}'. Delete the entity, and what it held is fetched anew.");
            }

            lost = version;
        }

        return null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StateEntry> ListAsync(string partition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StateKeyText.Check(partition);
        await _created.EnsureAsync(cancellationToken);
        await foreach (var (row, entity) in EntitiesAsync(partition, cancellationToken))
        {
            var key = new StateKey(partition, row);
            var entry = await ValueOfAsync(key, entity, cancellationToken) is { } value
                ? new StateEntry(key, value, VersionOf(entity))
                : await GetAsync(key, cancellationToken);
            if (entry is not null)
            {
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<StateVersion?> TryPutAsync(StateKey key, ReadOnlyMemory<byte> value, StateVersion expected, CancellationToken cancellationToken)
    {
        StateKeyText.Check(key);
        var packed = StateValue.Pack(value.Span);
        await _created.EnsureAsync(cancellationToken);

        var write = Guid.NewGuid().ToString("N");
        var entity = new TableEntity(KeyOf(key.Partition), KeyOf(key.Row)) { [WriteProperty] = write };
        if (entity.RowKey.Length > KeptOfLongKey && StateKeyText.Escape(key.Row) is var spelled && spelled != entity.RowKey)
        {
            entity[LongRowProperty] = spelled;
        }

        var isLarge = packed.Length > LongestInline;
        if (isLarge)
        {
            entity[BlobProperty] = write;
            // Overwriting: when the answer to a first attempt got lost, the second one must not fail on its own blob.
            await CallAsync(_blobs.Uri, () => Blob(key, write).UploadAsync(BinaryData.FromBytes(packed), overwrite: true, cancellationToken), cancellationToken);
        }
        else
        {
            entity[ValueProperty] = packed;
        }

        var version = expected == StateVersion.Any
            ? await ReplaceAsync(key, entity, cancellationToken)
            : await WriteAsync(key, entity, expected, cancellationToken);
        if (version is null && isLarge)
        {
            await DropBlobAsync(key, write, cancellationToken);
        }

        return version;
    }

    /// <inheritdoc/>
    public async Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken)
    {
        StateKeyText.Check(key);
        await _created.EnsureAsync(cancellationToken);
        if (expected != StateVersion.Any && expected != StateVersion.None)
        {
            return await DeleteAsync(key, expected, cancellationToken);
        }

        while (await ReadAsync(key, [BlobProperty], cancellationToken) is { } entity)
        {
            if (expected == StateVersion.None)
            {
                return false;
            }

            if (await DeleteAsync(key, VersionOf(entity), cancellationToken))
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>Replaces what is there whatever it is; but knowing what it is, so that its blob can be deleted.</summary>
    private async Task<StateVersion> ReplaceAsync(StateKey key, TableEntity entity, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Each time round another writer has got through, so this comes to an end.
            var current = await ReadAsync(key, [BlobProperty], cancellationToken);
            if (await WriteAsync(key, entity, current is null ? StateVersion.None : VersionOf(current), cancellationToken) is { } version)
            {
                return version;
            }
        }
    }

    private async Task<StateVersion?> WriteAsync(StateKey key, TableEntity entity, StateVersion expected, CancellationToken cancellationToken)
    {
        var (etag, replacedBlob) = Split(expected);
        var version = await CallAsync(
            _table.Uri,
            async () =>
            {
                try
                {
                    var response = expected == StateVersion.None
                        ? await _table.AddEntityAsync(entity, cancellationToken)
                        : await _table.UpdateEntityAsync(entity, etag, TableUpdateMode.Replace, cancellationToken);
                    return Version(response.Headers.ETag!.Value, entity);
                }
                catch (RequestFailedException e) when (IsLostRace(e))
                {
                    // Lost, or won by the attempt before, whose answer did not arrive: then what is there is ours.
                    var current = await ReadAsync(key, [WriteProperty, BlobProperty], cancellationToken);
                    return current is not null && current.GetString(WriteProperty) == entity.GetString(WriteProperty) ? VersionOf(current) : null;
                }
            },
            cancellationToken);
        if (version is not null && replacedBlob is not null)
        {
            await DropBlobAsync(key, replacedBlob, cancellationToken);
        }

        return version;
    }

    private async Task<bool> DeleteAsync(StateKey key, StateVersion version, CancellationToken cancellationToken)
    {
        var (etag, blob) = Split(version);
        var gone = await CallAsync(
            _table.Uri,
            async () =>
            {
                try
                {
                    // The client takes 404 for success, as the port does.
                    await _table.DeleteEntityAsync(KeyOf(key.Partition), KeyOf(key.Row), etag, cancellationToken);
                    return true;
                }
                catch (RequestFailedException e) when (IsLostRace(e))
                {
                    return false;
                }
            },
            cancellationToken);
        if (gone && blob is not null)
        {
            await DropBlobAsync(key, blob, cancellationToken);
        }

        return gone;
    }

    private static bool IsLostRace(RequestFailedException e) => (e.Status, e.ErrorCode) switch
    {
        (412, _) => true,
        (409, var code) => code == "EntityAlreadyExists",
        (404, var code) => code != "TableNotFound",
        _ => false,
    };

    private async Task<TableEntity?> ReadAsync(StateKey key, IEnumerable<string>? select, CancellationToken cancellationToken)
    {
        var response = await CallAsync(
            _table.Uri, () => _table.GetEntityIfExistsAsync<TableEntity>(KeyOf(key.Partition), KeyOf(key.Row), select, cancellationToken), cancellationToken);
        return response.HasValue ? response.Value : null;
    }

    /// <summary>
    /// The entities of a partition in ordinal order of rows. The table sorts them by key; only those whose keys are cut
    /// off stand by hash within their common beginning, and are put in order here.
    /// </summary>
    private async IAsyncEnumerable<(string Row, TableEntity Entity)> EntitiesAsync(string partition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var alike = new List<(string Row, TableEntity Entity)>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {KeyOf(partition)}");
        await using var pages = _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).AsPages().GetAsyncEnumerator(cancellationToken);
        while (await CallAsync(_table.Uri, () => pages.MoveNextAsync().AsTask(), cancellationToken))
        {
            foreach (var entity in pages.Current.Values)
            {
                if (alike.Count > 0 && !StartAlike(alike[0].Entity.RowKey, entity.RowKey))
                {
                    foreach (var found in InOrder(alike))
                    {
                        yield return found;
                    }

                    alike.Clear();
                }

                alike.Add((RowOf(entity), entity));
            }
        }

        foreach (var found in InOrder(alike))
        {
            yield return found;
        }
    }

    private static bool StartAlike(string one, string other) =>
        one.Length >= KeptOfLongKey && other.Length >= KeptOfLongKey && one.AsSpan(0, KeptOfLongKey).SequenceEqual(other.AsSpan(0, KeptOfLongKey));

    private static IEnumerable<(string Row, TableEntity Entity)> InOrder(List<(string Row, TableEntity Entity)> alike) =>
        alike.OrderBy(found => found.Row, StringComparer.Ordinal);

    private string RowOf(TableEntity entity)
    {
        try
        {
            return StateKeyText.Unescape(entity.GetString(LongRowProperty) ?? entity.RowKey);
        }
        catch (FormatException e)
        {
            throw new StateStoreException($"{_table.Uri.Authority}: table '{_table.Name}': {e.Message}. Delete that entity, or choose a table of its own for the state.", e);
        }
    }

    /// <summary>The value of an entity; null when its blob is gone.</summary>
    private async Task<byte[]?> ValueOfAsync(StateKey key, TableEntity entity, CancellationToken cancellationToken)
    {
        var packed = entity.GetString(BlobProperty) is { } blob
            ? await DownloadAsync(key, blob, cancellationToken)
            : entity.GetBinary(ValueProperty) ?? [];
        if (packed is null)
        {
            return null;
        }

        try
        {
            return StateValue.Unpack(packed);
        }
        catch (InvalidDataException e)
        {
            throw new StateStoreException(
                $"{_table.Uri.Authority}: table '{_table.Name}': entry '{key.Row}' of '{key.Partition}': {e.Message}. Delete the entity, and what it held is fetched anew.", e);
        }
    }

    private Task<byte[]?> DownloadAsync(StateKey key, string blob, CancellationToken cancellationToken) => CallAsync(
        _blobs.Uri,
        async () =>
        {
            try
            {
                using var download = (await Blob(key, blob).DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
                if (download.Details.ContentLength > StateValue.LongestPacked)
                {
                    throw new StateStoreException(
                        $"{_blobs.Uri.Authority}: container '{_blobs.Name}': a blob of entry '{key.Row}' of '{key.Partition}' has {download.Details.ContentLength} bytes, and Basewatch writes none over {StateValue.LongestPacked}. Delete entity and blob.");
                }

                var packed = new byte[download.Details.ContentLength];
                await download.Content.ReadExactlyAsync(packed, cancellationToken);
                return packed;
            }
            catch (RequestFailedException e) when (e.Status == 404 && e.ErrorCode == "BlobNotFound")
            {
                return null;
            }
        },
        cancellationToken);

    /// <summary>Deletes a blob that no entity names any more.</summary>
    private async Task DropBlobAsync(StateKey key, string blob, CancellationToken cancellationToken)
    {
        try
        {
            await Blob(key, blob).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
        catch (Exception e) when (AzureFault.Is(e, cancellationToken))
        {
            // What the caller asked for is done, and has to be told as done.
            LogBlobLeft(Blob(key, blob).Name, _blobs.Name, AzureFault.Describe(_blobs.Uri, e));
        }
    }

    /// <summary>A folder for each entry, a name for each write.</summary>
    private BlobClient Blob(StateKey key, string write) =>
        _blobs.GetBlobClient($"{Hash(StateKeyText.Escape(key.Partition) + ' ' + StateKeyText.Escape(key.Row))}/{write}");

    private static string KeyOf(string text)
    {
        var spelled = StateKeyText.Escape(text);
        // A tilde is in no spelling.
        return spelled.Length <= LongestKey ? spelled : $"{spelled.AsSpan(0, KeptOfLongKey)}~{Hash(spelled)}";
    }

    private static string Hash(string ascii) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ascii)));

    // A version names the blob too, so that whoever replaces the entry knows what to delete.
    private static StateVersion VersionOf(TableEntity entity) => Version(entity.ETag, entity);

    private static StateVersion Version(ETag etag, TableEntity entity) =>
        new(entity.GetString(BlobProperty) is { } blob ? $"{etag}\n{blob}" : etag.ToString());

    private static (ETag ETag, string? Blob) Split(StateVersion version) =>
        version.Tag.Split('\n') is [var etag, var blob] ? (new ETag(etag), blob) : (new ETag(version.Tag), null);

    private static async Task<T> CallAsync<T>(Uri endpoint, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (AzureFault.Is(e, cancellationToken))
        {
            throw new StateStoreException(AzureFault.Describe(endpoint, e), e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Blob {Blob} in container {Container} is no longer needed and could not be deleted: {Reason}")]
    private partial void LogBlobLeft(string blob, string container, string reason);
}
