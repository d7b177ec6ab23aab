using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class TableStateStoreTests(AzuriteServer azurite) : StateStoreContract, IClassFixture<AzuriteServer>
{
    private static readonly StateKey Key = new("octo-org/web", "row");

    private readonly string _name = $"state{Guid.NewGuid():N}";

    protected override int Cases => 25;

    private TableClient Table => new(azurite.ConnectionString, _name);

    private BlobContainerClient Blobs => new(azurite.ConnectionString, _name);

    protected override Task<IStateStore> CreateAsync() => Task.FromResult<IStateStore>(new TableStateStore(Table, Blobs));

    protected override async Task AssertEmptyAsync()
    {
        Assert.Empty(await Table.QueryAsync<TableEntity>(cancellationToken: Cancelled).ToListAsync(Cancelled));
        Assert.Empty(await BlobNamesAsync());
    }

    public override async ValueTask DisposeAsync()
    {
        // In memory: what is not deleted stays in the server until its end.
        await Table.DeleteAsync(Cancelled);
        await Blobs.DeleteIfExistsAsync(cancellationToken: Cancelled);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Another_store_on_the_same_account_sees_everything()
    {
        var version = await PutAsync(Key, "kept", StateVersion.None);

        var other = await CreateAsync();
        Assert.Equal(version, (await other.GetAsync(Key, Cancelled))?.Version);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task A_write_whose_answer_is_lost_is_told_as_done(int length)
    {
        await ((TableStateStore)Store).OpenAsync(Cancelled);
        var store = new TableStateStore(new TableClient(azurite.ConnectionString, _name, LosingOneAnswer("POST")), Blobs);
        var first = await store.TryPutAsync(Key, Noise(length, seed: 1), StateVersion.None, Cancelled);
        Assert.NotNull(first);

        store = new TableStateStore(new TableClient(azurite.ConnectionString, _name, LosingOneAnswer("PUT")), Blobs);
        var second = await store.TryPutAsync(Key, Noise(length, seed: 2), first, Cancelled);
        Assert.NotNull(second);
        var entry = await Store.GetAsync(Key, Cancelled);
        Assert.Equal(second, entry?.Version);
        Assert.True(entry!.Value.Span.SequenceEqual(Noise(length, seed: 2)));

        store = new TableStateStore(new TableClient(azurite.ConnectionString, _name, LosingOneAnswer("DELETE")), Blobs);
        Assert.True(await store.TryDeleteAsync(Key, second, Cancelled));
        await AssertEmptyAsync();
    }

    [Fact]
    public async Task An_entry_replaced_between_entity_and_blob_is_read_again()
    {
        await Store.TryPutAsync(Key, Noise(100_000, seed: 1), StateVersion.None, Cancelled);
        var got = await ReaderSurprisedBy(ReplaceAsync(2)).GetAsync(Key, Cancelled);
        Assert.True(got!.Value.Span.SequenceEqual(Noise(100_000, seed: 2)));

        var listed = await ReaderSurprisedBy(ReplaceAsync(3)).ListAsync(Key.Partition, Cancelled).SingleAsync(Cancelled);
        Assert.True(listed.Value.Span.SequenceEqual(Noise(100_000, seed: 3)));

        Func<Task> ReplaceAsync(int seed) => () => Store.TryPutAsync(Key, Noise(100_000, seed), StateVersion.Any, Cancelled);
    }

    [Fact]
    public async Task An_entry_deleted_between_entity_and_blob_is_gone()
    {
        await Store.TryPutAsync(Key, Noise(100_000, seed: 1), StateVersion.None, Cancelled);
        Assert.Null(await ReaderSurprisedBy(DeleteAsync).GetAsync(Key, Cancelled));

        await Store.TryPutAsync(Key, Noise(100_000, seed: 1), StateVersion.None, Cancelled);
        Assert.Empty(await ReaderSurprisedBy(DeleteAsync).ListAsync(Key.Partition, Cancelled).ToListAsync(Cancelled));

        Task DeleteAsync() => Store.TryDeleteAsync(Key, StateVersion.Any, Cancelled);
    }

    [Fact]
    public async Task A_value_is_a_blob_only_where_no_property_can_hold_it()
    {
        await Store.TryPutAsync(Key, new byte[16 * 1024 * 1024], StateVersion.Any, Cancelled);
        await Store.TryPutAsync(Key with { Row = "noise" }, Noise((64 * 1024) - 1, seed: 1), StateVersion.Any, Cancelled);
        Assert.Empty(await BlobNamesAsync());

        await Store.TryPutAsync(Key, Noise(64 * 1024, seed: 1), StateVersion.Any, Cancelled);
        Assert.Single(await BlobNamesAsync());
    }

    [Fact]
    public async Task A_lost_blob_is_told_and_can_be_replaced()
    {
        await Store.TryPutAsync(Key, Noise(100_000, seed: 1), StateVersion.None, Cancelled);
        await Blobs.DeleteBlobAsync(Assert.Single(await BlobNamesAsync()), cancellationToken: Cancelled);

        var e = await Assert.ThrowsAsync<StateStoreException>(() => Store.GetAsync(Key, Cancelled));
        Assert.Contains("'row' of 'octo-org/web'", e.Message, StringComparison.Ordinal);
        Assert.Contains(Table.Uri.Authority.Split(':')[0], e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StateStoreException>(() => ListAsync(Key.Partition));

        await PutAsync(Key, "again", StateVersion.Any);
        Assert.NotNull(await Store.GetAsync(Key, Cancelled));
    }

    [Fact]
    public async Task A_damaged_value_is_told_with_its_key()
    {
        await PutAsync(Key, "x", StateVersion.None);
        var entity = await Table.QueryAsync<TableEntity>(cancellationToken: Cancelled).SingleAsync(Cancelled);
        entity["Value"] = new byte[] { 7 };
        await Table.UpdateEntityAsync(entity, entity.ETag, TableUpdateMode.Replace, Cancelled);

        var e = await Assert.ThrowsAsync<StateStoreException>(() => Store.GetAsync(Key, Cancelled));
        Assert.Contains("'row' of 'octo-org/web'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_deleted_in_use_is_told()
    {
        var version = await PutAsync(Key, "x", StateVersion.None);
        await Table.DeleteAsync(Cancelled);

        var e = await Assert.ThrowsAsync<StateStoreException>(() => Store.TryPutAsync(Key, Bytes("y"), version, Cancelled));
        Assert.Contains("TableNotFound", e.Message, StringComparison.Ordinal);
        await Table.CreateAsync(Cancelled);
    }

    [Theory]
    [InlineData(403, "Storage Table Data Contributor")]
    [InlineData(500, "answered 500")]
    public async Task A_refusal_names_the_host_and_what_to_do(int status, string words)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Status(status));
        var store = await StoreAtAsync(server.Address);

        var e = await Assert.ThrowsAsync<StateStoreException>(() => store.GetAsync(Key, Cancelled));
        Assert.StartsWith(server.Host + ": ", e.Message, StringComparison.Ordinal);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_can_not_be_reached_is_told_and_tried_again_later()
    {
        var server = await ScriptedServer.StartAsync(Answers.Status(500));
        var address = server.Address;
        await server.DisposeAsync();
        var store = await StoreAtAsync(address);

        for (var i = 0; i < 2; i++)
        {
            var e = await Assert.ThrowsAsync<StateStoreException>(() => store.TryPutAsync(Key, Bytes("x"), StateVersion.None, Cancelled));
            Assert.Equal($"{address.Authority}: can't be reached. Check network and address.", e.Message);
        }
    }

    private static Task<TableStateStore> StoreAtAsync(Uri address)
    {
        var tables = new TableClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(10), Mode = RetryMode.Fixed } };
        var account = new TableSharedKeyCredential("account", Convert.ToBase64String(Bytes("key")));
        return Task.FromResult(new TableStateStore(new TableClient(address, "state", account, tables), new BlobContainerClient(new Uri(address, "state"))));
    }

    private static TableClientOptions LosingOneAnswer(string method)
    {
        var options = new TableClientOptions { Retry = { Delay = TimeSpan.FromMilliseconds(10), Mode = RetryMode.Fixed } };
        options.AddPolicy(new LosesOneAnswer(method), HttpPipelinePosition.PerRetry);
        return options;
    }

    /// <summary>A store on the same account in which something happens just before the first blob is read.</summary>
    private TableStateStore ReaderSurprisedBy(Func<Task> surprise)
    {
        var options = new BlobClientOptions();
        options.AddPolicy(new BeforeFirstRead(surprise), HttpPipelinePosition.PerCall);
        return new TableStateStore(Table, new BlobContainerClient(azurite.ConnectionString, _name, options));
    }

    private async Task<List<string>> BlobNamesAsync() =>
        await Blobs.GetBlobsAsync(cancellationToken: Cancelled).Select(blob => blob.Name).ToListAsync(Cancelled);

    /// <summary>Lets the first request of a method through, and breaks its answer off.</summary>
    private sealed class LosesOneAnswer(string method) : HttpPipelinePolicy
    {
        private int _lost;

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await ProcessNextAsync(message, pipeline);
            // Making the table is a POST too.
            var isOfAnEntity = !message.Request.Uri.Path.EndsWith("/Tables", StringComparison.Ordinal);
            if (isOfAnEntity && message.Request.Method.Method == method && Interlocked.Exchange(ref _lost, 1) == 0)
            {
                Assert.InRange(message.Response.Status, 200, 299);
                throw new IOException("The connection was reset.");
            }
        }
    }

    private sealed class BeforeFirstRead(Func<Task> surprise) : HttpPipelinePolicy
    {
        private int _surprised;

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Method == RequestMethod.Get && Interlocked.Exchange(ref _surprised, 1) == 0)
            {
                await surprise();
            }

            await ProcessNextAsync(message, pipeline);
        }
    }
}
