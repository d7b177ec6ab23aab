using System.Text.RegularExpressions;
using Basewatch.World.Parts;

namespace Basewatch.World.Servers;

/// <summary>Azurite: Azure's blobs, queues and tables, in memory.</summary>
public sealed partial class AzuriteServer : RealServer
{
    private string? _connectionString;

    /// <summary>The connection string of the well-known development account, with this server's addresses.</summary>
    public string ConnectionString => Running(_connectionString);

    /// <inheritdoc/>
    protected override async Task StartAsync(CancellationToken cancellationToken)
    {
        var packages = await NodePackages.GetAsync(cancellationToken);
        // Port 0: the system chooses, and Azurite says which, so that nothing races for a port.
        var process = Own(ServerProcess.Start("Azurite", TemporaryFolder, packages.Node,
        [
            Path.Combine(packages.Modules, "azurite", "dist", "src", "azurite.js"),
            "--blobPort", "0", "--queuePort", "0", "--tablePort", "0",
            "--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry",
        ]));

        var blob = await process.WaitForLineAsync(BlobReady, Patience, cancellationToken);
        var queue = await process.WaitForLineAsync(QueueReady, Patience, cancellationToken);
        var table = await process.WaitForLineAsync(TableReady, Patience, cancellationToken);
        // The account and key that Azurite documents for everyone.
        const string Account = "devstoreaccount1";
        const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        _connectionString =
            $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};" +
            $"BlobEndpoint={blob.Groups["address"].Value}/{Account};" +
            $"QueueEndpoint={queue.Groups["address"].Value}/{Account};" +
            $"TableEndpoint={table.Groups["address"].Value}/{Account};";
    }

    [GeneratedRegex("Blob service is successfully listening at (?<address>http://\\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex BlobReady { get; }

    [GeneratedRegex("Queue service is successfully listening at (?<address>http://\\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex QueueReady { get; }

    [GeneratedRegex("Table service is successfully listening at (?<address>http://\\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex TableReady { get; }
}
