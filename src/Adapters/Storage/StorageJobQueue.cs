using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// Jobs in an Azure Storage queue, as the Functions queue trigger reads them: JSON in Base64. What is no job goes to the
/// queue <c>{name}-poison</c>, where that trigger also puts what failed too often. Queues are made if they are missing.
/// </summary>
public sealed partial class StorageJobQueue : IJobQueue
{
    /// <summary>Azure's limit for delay and visibility; more is cut down to it, which harms nothing.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);

    /// <summary>Messages stay until they are done.</summary>
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly QueueClient _jobs;
    private readonly QueueClient _poison;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly OnFirstUse _created;
    private readonly OnFirstUse _poisonCreated;

    /// <summary>Creates the queue.</summary>
    /// <param name="service">The account. Its message encoding must be <see cref="QueueMessageEncoding.None"/>, the default.</param>
    /// <param name="name">Name of the queue.</param>
    /// <param name="logger">Told of what is no job.</param>
    /// <param name="time">Says when jobs are due.</param>
    public StorageJobQueue(QueueServiceClient service, string name = StorageOptions.DefaultQueue, ILogger<StorageJobQueue>? logger = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        ArgumentNullException.ThrowIfNull(service);
        _jobs = service.GetQueueClient(name);
        _poison = service.GetQueueClient($"{name}-poison");
        _logger = logger ?? NullLogger<StorageJobQueue>.Instance;
        _created = new OnFirstUse(() => CallAsync(() => _jobs.CreateIfNotExistsAsync(), CancellationToken.None));
        _poisonCreated = new OnFirstUse(() => CallAsync(() => _poison.CreateIfNotExistsAsync(), CancellationToken.None));
    }

    /// <summary>Makes the queue now if it is missing, so that a wrong account is found out at start.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => _created.EnsureAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        await _created.EnsureAsync(cancellationToken);
        await CallAsync(() => _jobs.SendMessageAsync(Encode(JobMessage.Of(job, _time.GetUtcNow() + delay)), WholeSeconds(delay), Forever, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        await _created.EnsureAsync(cancellationToken);
        await CallAsync(() => _jobs.GetPropertiesAsync(cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ReceivedJob?> ReceiveAsync(TimeSpan visibility, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(visibility, TimeSpan.Zero);
        await _created.EnsureAsync(cancellationToken);
        while (true)
        {
            QueueMessage? message = await CallAsync(() => _jobs.ReceiveMessageAsync(WholeSeconds(visibility), cancellationToken), cancellationToken);
            if (message is null)
            {
                return null;
            }

            var text = message.Body.ToString();
            try
            {
                var received = Decode(text);
                return new ReceivedJob(received.Job, (int)message.DequeueCount, $"{message.MessageId} {message.PopReceipt}") { Message = received };
            }
            catch (Exception e) when (e is JsonException or FormatException or DecoderFallbackException or NotSupportedException)
            {
                // What it holds may be anything, and stays out of the log.
                LogPoison(message.MessageId, _jobs.Name, _poison.Name, e.GetType().Name);
                await _poisonCreated.EnsureAsync(cancellationToken);
                await CallAsync(() => _poison.SendMessageAsync(text, timeToLive: Forever, cancellationToken: cancellationToken), cancellationToken);
                await UnlessOutdatedAsync(() => _jobs.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken), cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(ReceivedJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.Receipt.Split(' ') is [var id, var receipt])
        {
            await UnlessOutdatedAsync(() => _jobs.DeleteMessageAsync(id, receipt, cancellationToken), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task ReturnAsync(ReceivedJob job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (job.Receipt.Split(' ') is [var id, var receipt])
        {
            await UnlessOutdatedAsync(
                async () => (await _jobs.UpdateMessageAsync(id, receipt, Encode(job.Message), WholeSeconds(delay), cancellationToken)).GetRawResponse(),
                cancellationToken);
        }
    }

    private static string Encode(JobMessage job) => Convert.ToBase64String(Encoding.UTF8.GetBytes(job.ToJson()));

    private static JobMessage Decode(string text) => JobMessage.FromJson(StrictUtf8.GetString(Convert.FromBase64String(text)));

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Azure counts whole seconds. Rounded up: never earlier than asked.
    private static TimeSpan WholeSeconds(TimeSpan delay) =>
        delay > LongestDelay ? LongestDelay : TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds));

    /// <summary>False when the message was handed to someone else meanwhile, or is gone.</summary>
    private Task<bool> UnlessOutdatedAsync(Func<Task<Response>> call, CancellationToken cancellationToken) => CallAsync(
        async () =>
        {
            try
            {
                await call();
                return true;
            }
            catch (RequestFailedException e) when (
                e.ErrorCode == QueueErrorCode.MessageNotFound || e.ErrorCode == QueueErrorCode.PopReceiptMismatch)
            {
                return false;
            }
        },
        cancellationToken);

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (AzureFault.Is(e, cancellationToken))
        {
            throw new JobQueueException(AzureFault.Describe(_jobs.Uri, e), e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} in queue {Queue} is no job ({Reason}); moved to queue {Poison}")]
    private partial void LogPoison(string id, string queue, string poison, string reason);
}
