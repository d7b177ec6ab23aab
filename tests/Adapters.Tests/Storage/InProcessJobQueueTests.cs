using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class InProcessJobQueueTests : JobQueueContract
{
    private static readonly Reconcile Job = new("octo-org/web");

    private readonly FakeTimeProvider _time = new();

    public InProcessJobQueueTests() => Queue = new InProcessJobQueue(_time);

    protected override IJobQueue Queue { get; }

    protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_job_that_waits_is_not_queued_again()
    {
        await Queue.EnqueueAsync(Job, TimeSpan.Zero, Cancelled);
        await Queue.EnqueueAsync(new Reconcile("octo-org/web"), TimeSpan.Zero, Cancelled);
        await Queue.EnqueueAsync(new TakeInventory("octo-org/web"), TimeSpan.Zero, Cancelled);

        await ReceiveAsync(Long);
        await ReceiveAsync(Long);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
    }

    [Fact]
    public async Task Of_two_equal_jobs_the_earlier_time_counts()
    {
        await Queue.EnqueueAsync(Job, Long, Cancelled);
        await Queue.EnqueueAsync(Job, Second, Cancelled);
        await Queue.EnqueueAsync(Job, Long, Cancelled);

        await PassAsync(Second);
        await Queue.CompleteAsync(await ReceiveAsync(Long), Cancelled);
        await PassAsync(Long);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
    }

    [Fact]
    public async Task A_job_that_is_being_done_or_was_returned_is_queued_again()
    {
        await Queue.EnqueueAsync(Job, TimeSpan.Zero, Cancelled);
        var working = await ReceiveAsync(Long);
        await Queue.EnqueueAsync(Job, TimeSpan.Zero, Cancelled);

        var again = await ReceiveAsync(Long);
        Assert.Equal(1, again.Deliveries);
        await Queue.ReturnAsync(working, Long, Cancelled);
        await Queue.EnqueueAsync(Job, TimeSpan.Zero, Cancelled);
        Assert.Equal(1, (await ReceiveAsync(Long)).Deliveries);
    }

    [Fact]
    public async Task What_is_due_first_comes_first()
    {
        for (var i = 0; i < 10; i++)
        {
            await Queue.EnqueueAsync(new Reconcile($"o/{i}"), TimeSpan.FromSeconds(i * 7 % 10), Cancelled);
        }

        await PassAsync(Long);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(new Reconcile($"o/{i * 3 % 10}"), (await ReceiveAsync(Long)).Job);
        }
    }
}
