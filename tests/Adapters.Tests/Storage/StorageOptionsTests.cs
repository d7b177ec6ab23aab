using Basewatch.Adapters.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class StorageOptionsTests
{
    private const string ConnectionString =
        "DefaultEndpointsProtocol=https;AccountName=basewatch;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net";

    public static TheoryData<StorageOptions> Good { get; } =
    [
        new StorageOptions { SqlitePath = "state.db" },
        new StorageOptions { ConnectionString = ConnectionString },
        new StorageOptions { ConnectionString = "UseDevelopmentStorage=true" },
        new StorageOptions { AccountName = "basewatch1" },
        new StorageOptions { AccountName = "basewatch1", ClientId = "1b6f1a0c-0000-0000-0000-000000000000", Table = "Basewatch", Container = "base-watch", Queue = "base-watch" },
        new StorageOptions
        {
            TableEndpoint = new Uri("https://b.table.core.usgovcloudapi.net"),
            BlobEndpoint = new Uri("https://b.blob.core.usgovcloudapi.net"),
            QueueEndpoint = new Uri("https://b.queue.core.usgovcloudapi.net"),
        },
    ];

    public static TheoryData<StorageOptions, string> Bad { get; } = new()
    {
        { new StorageOptions(), "0 of them" },
        { new StorageOptions { SqlitePath = "state.db", AccountName = "basewatch" }, "2 of them" },
        { new StorageOptions { SqlitePath = " " }, "SqlitePath" },
        { new StorageOptions { ConnectionString = "c2VjcmV0" }, "ConnectionString" },
        { new StorageOptions { ConnectionString = "AccountName=basewatch;AccountKey=c2VjcmV0!" }, "ConnectionString" },
        { new StorageOptions { AccountName = "https://basewatch.blob.core.windows.net" }, "AccountName" },
        { new StorageOptions { TableEndpoint = new Uri("https://b.table.core.windows.net") }, "BlobEndpoint" },
        { new StorageOptions { TableEndpoint = new Uri("http://b.table.core.windows.net") }, "TableEndpoint" },
        { new StorageOptions { TableEndpoint = new Uri("https://b.table.core.windows.net?sig=c2VjcmV0") }, "TableEndpoint" },
        { new StorageOptions { SqlitePath = "state.db", Table = "base-watch" }, "Table" },
        { new StorageOptions { SqlitePath = "state.db", Container = "Base" }, "Container" },
        { new StorageOptions { SqlitePath = "state.db", Queue = "base--watch" }, "Queue" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Each_way_to_say_where_is_accepted(StorageOptions options)
    {
        Assert.Empty(options.Validate());
        Assert.Equal(options.SqlitePath is not null, options.CreateStateStore(NullLoggerFactory.Instance) is SqliteStateStore);
        Assert.Equal(options.SqlitePath is not null, options.CreateJobQueue(TimeProvider.System, NullLoggerFactory.Instance) is InProcessJobQueue);
        Assert.DoesNotContain("c2VjcmV0", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_wrong_is_said_by_the_name_of_the_option_and_shows_no_secret(StorageOptions options, string word)
    {
        var problems = options.Validate();

        Assert.Contains(problems, problem => problem.Contains(word, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("c2VjcmV0", StringComparison.Ordinal));
    }
}
