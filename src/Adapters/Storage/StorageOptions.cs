using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// Where state and jobs are kept: one of a SQLite file, an Azure Storage connection string, the name of a storage account,
/// or its three addresses. With a name or addresses the process signs in with its Azure identity.
/// </summary>
public sealed record StorageOptions
{
    /// <summary>Name of the queue when nothing else is said.</summary>
    public const string DefaultQueue = "jobs";

    /// <summary>Where the Functions host puts what failed too often in <see cref="DefaultQueue"/>.</summary>
    public const string PoisonQueue = DefaultQueue + "-poison";

    /// <summary>A SQLite file. Jobs then stay in memory.</summary>
    public string? SqlitePath { get; set; }

    /// <summary>A connection string with account key or shared access signature; <c>UseDevelopmentStorage=true</c> for Azurite. A secret.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A storage account of the public Azure cloud.</summary>
    public string? AccountName { get; set; }

    /// <summary>Address of the account's tables, such as <c>https://account.table.core.windows.net</c>.</summary>
    public Uri? TableEndpoint { get; set; }

    /// <summary>Address of the account's blobs.</summary>
    public Uri? BlobEndpoint { get; set; }

    /// <summary>Address of the account's queues.</summary>
    public Uri? QueueEndpoint { get; set; }

    /// <summary>Client ID of a user-assigned managed identity; null for whatever identity is at hand.</summary>
    public string? ClientId { get; set; }

    /// <summary>Table of the entries.</summary>
    public string Table { get; set; } = "state";

    /// <summary>Container of large values.</summary>
    public string Container { get; set; } = "state";

    /// <summary>Queue of the jobs.</summary>
    public string Queue { get; set; } = DefaultQueue;

    private bool HasEndpoints => TableEndpoint is not null || BlobEndpoint is not null || QueueEndpoint is not null;

    /// <summary>What is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        var ways = new[] { SqlitePath is not null, ConnectionString is not null, AccountName is not null, HasEndpoints }.Count(said => said);
        if (ways != 1)
        {
            problems.Add($"Storage: say one of {nameof(SqlitePath)}, {nameof(ConnectionString)}, {nameof(AccountName)}, or the three endpoints; {ways} of them are set.");
        }

        if (SqlitePath is not null && string.IsNullOrWhiteSpace(SqlitePath))
        {
            problems.Add($"Storage: {nameof(SqlitePath)} is empty.");
        }

        if (ConnectionString is not null && !IsConnectionString(ConnectionString))
        {
            // Not shown: it may be a key in the wrong place.
            problems.Add($"Storage: {nameof(ConnectionString)} is no connection string of a storage account. Copy it from the account's access keys.");
        }

        if (AccountName is not null && !(AccountName.Length is >= 3 and <= 24 && AccountName.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))))
        {
            problems.Add($"Storage: {nameof(AccountName)} is the short name of the account: 3 to 24 small letters and digits.");
        }

        if (HasEndpoints)
        {
            CheckEndpoint(nameof(TableEndpoint), TableEndpoint);
            CheckEndpoint(nameof(BlobEndpoint), BlobEndpoint);
            CheckEndpoint(nameof(QueueEndpoint), QueueEndpoint);
        }

        // https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#table-names
        if (!(Table.Length is >= 3 and <= 63 && char.IsAsciiLetter(Table[0]) && Table.All(char.IsAsciiLetterOrDigit)))
        {
            problems.Add($"Storage: {nameof(Table)} has 3 to 63 letters and digits, a letter first.");
        }

        CheckName(nameof(Container), Container, longest: 63);
        // Its poison queue has a longer name.
        CheckName(nameof(Queue), Queue, longest: 63 - "-poison".Length);
        return problems;

        void CheckEndpoint(string option, Uri? endpoint)
        {
            if (endpoint is not { IsAbsoluteUri: true, Scheme: "https", Query: "", UserInfo: "" })
            {
                problems.Add($"Storage: {option} has to be an https address without a signature, as table, blob and queue endpoints go together and the identity is sent there.");
            }
        }

        // https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata
        void CheckName(string option, string name, int longest)
        {
            if (!(name.Length >= 3 && name.Length <= longest
                && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
                && !name.StartsWith('-') && !name.EndsWith('-') && !name.Contains("--", StringComparison.Ordinal)))
            {
                problems.Add($"Storage: {option} has 3 to {longest} small letters, digits and single hyphens between them.");
            }
        }
    }

    /// <summary>Makes the state store of valid options. Nothing is opened before its first use.</summary>
    public IStateStore CreateStateStore(ILoggerFactory loggers)
    {
        if (SqlitePath is not null)
        {
            return new SqliteStateStore(SqlitePath);
        }

        var (tables, blobs) = ConnectionString is not null
            ? (new TableServiceClient(ConnectionString), new BlobServiceClient(ConnectionString))
            : (new TableServiceClient(Endpoint(TableEndpoint, "table"), Identity()), new BlobServiceClient(Endpoint(BlobEndpoint, "blob"), Identity()));
        return new TableStateStore(tables.GetTableClient(Table), blobs.GetBlobContainerClient(Container), loggers.CreateLogger<TableStateStore>());
    }

    /// <summary>Makes the job queue of valid options. Nothing is opened before its first use.</summary>
    public IJobQueue CreateJobQueue(TimeProvider time, ILoggerFactory loggers)
    {
        if (SqlitePath is not null)
        {
            return new InProcessJobQueue(time);
        }

        var queues = ConnectionString is not null
            ? new QueueServiceClient(ConnectionString)
            : new QueueServiceClient(Endpoint(QueueEndpoint, "queue"), Identity());
        return new StorageJobQueue(queues, Queue, loggers.CreateLogger<StorageJobQueue>(), time);
    }

    /// <summary>Without the connection string, which is a secret.</summary>
    public override string ToString() =>
        SqlitePath ?? (ConnectionString is not null ? "a storage account by connection string" : AccountName ?? TableEndpoint?.Host ?? "nowhere");

    private static bool IsConnectionString(string text)
    {
        try
        {
            _ = new QueueServiceClient(text);
            _ = new TableServiceClient(text);
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private Uri Endpoint(Uri? said, string service) => said ?? new Uri($"https://{AccountName}.{service}.core.windows.net");

    private DefaultAzureCredential Identity() => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = ClientId });
}
