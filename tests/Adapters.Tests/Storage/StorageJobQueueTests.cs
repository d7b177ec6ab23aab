using System.Text;
using Azure.Core;
using Azure.Storage;
using Azure.Storage.Queues;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class StorageJobQueueTests : JobQueueContract, IClassFixture<AzuriteServer>
{
    private readonly string _name = $"jobs-{Guid.NewGuid():N}";
    private readonly Warnings _warnings = new();
    private readonly QueueServiceClient _service;

    public StorageJobQueueTests(AzuriteServer azurite)
    {
        _service = new QueueServiceClient(azurite.ConnectionString);
        Queue = new StorageJobQueue(_service, _name, _warnings);
    }

    protected override IJobQueue Queue { get; }

    protected override Task PassAsync(TimeSpan time) => Task.Delay(time + TimeSpan.FromMilliseconds(200), Cancelled);

    [Fact]
    public async Task A_message_is_what_a_Functions_queue_trigger_expects()
    {
        await Queue.EnqueueAsync(new Reconcile("octo-org/web"), TimeSpan.Zero, Cancelled);

        var message = (await _service.GetQueueClient(_name).PeekMessageAsync(Cancelled)).Value;
        Assert.Equal("""{"job":"reconcile","repository":"octo-org/web"}""", Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString())));
        Assert.True(message.ExpiresOn > message.InsertedOn!.Value.AddYears(100));
    }

    [Theory]
    [InlineData("not Base64!")]
    [InlineData("")]
    [InlineData("/w==")]
    [InlineData("bnVsbA==")]
    [InlineData("eyJqb2IiOiJzaW5nIn0=")]
    [InlineData("eyJyZXBvc2l0b3J5Ijoib2N0by1vcmcvd2ViIn0=")]
    [InlineData("e30=")]
    [InlineData("{\"job\":\"reconcile\",\"repository\":\"octo-org/web\"}")]
    public async Task What_is_no_job_is_put_aside_and_the_next_one_comes(string text)
    {
        await ((StorageJobQueue)Queue).OpenAsync(Cancelled);
        await _service.GetQueueClient(_name).SendMessageAsync(text, Cancelled);
        await Queue.EnqueueAsync(new FindRepositories(), TimeSpan.Zero, Cancelled);

        var received = await ReceiveAsync(Long);
        Assert.Equal(new FindRepositories(), received.Job);
        await Queue.CompleteAsync(received, Cancelled);

        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
        Assert.Equal(text, (await _service.GetQueueClient($"{_name}-poison").PeekMessageAsync(Cancelled)).Value.Body.ToString());
        Assert.Contains($"{_name}-poison", Assert.Single(_warnings.Messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "Storage Queue Data Contributor")]
    [InlineData(0, "can't be reached")]
    public async Task An_account_that_does_not_answer_well_is_told_with_its_host(int status, string words)
    {
        var server = await ScriptedServer.StartAsync(Answers.Status(status));
        var address = server.Address;
        if (status == 0)
        {
            await server.DisposeAsync();
        }

        var options = new QueueClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(10), Mode = RetryMode.Fixed } };
        var account = new StorageSharedKeyCredential("account", Convert.ToBase64String(Encoding.UTF8.GetBytes("key")));
        var queue = new StorageJobQueue(new QueueServiceClient(address, account, options));

        var e = await Assert.ThrowsAsync<JobQueueException>(() => queue.ReceiveAsync(Long, Cancelled));
        Assert.StartsWith(address.Authority + ": ", e.Message, StringComparison.Ordinal);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        await server.DisposeAsync();
    }

    private sealed class Warnings : ILogger<StorageJobQueue>
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add(formatter(state, exception));
    }
}
