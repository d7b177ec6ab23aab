using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

/// <summary>What every <see cref="IJobQueue"/> does.</summary>
public abstract class JobQueueContract
{
    /// <summary>Long enough that no test outlasts it.</summary>
    protected static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>The shortest time that every queue knows.</summary>
    protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly Job[] Jobs =
    [
        new FindRepositories(), new TakeInventory("octo-org/web"), new RefreshImages(), new RefreshImage("docker.io/library/python"),
        new Reconcile("octo-org/web"), new ReviewLifecycles(),
    ];

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A new and empty queue.</summary>
    protected abstract IJobQueue Queue { get; }

    /// <summary>Lets time pass, a little more than asked.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    [Fact]
    public async Task An_empty_queue_gives_nothing() => Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));

    [Fact]
    public async Task Every_job_arrives_as_it_was_sent()
    {
        foreach (var job in Jobs)
        {
            await Queue.EnqueueAsync(job, TimeSpan.Zero, Cancelled);
        }

        var received = new HashSet<Job>();
        while (await Queue.ReceiveAsync(Long, Cancelled) is { } next)
        {
            Assert.Equal(1, next.Deliveries);
            received.Add(next.Job);
            await Queue.CompleteAsync(next, Cancelled);
        }

        Assert.Equal(Jobs.ToHashSet(), received);
    }

    [Fact]
    public async Task Many_workers_get_each_job_once()
    {
        var jobs = Enumerable.Range(0, 60).Select(i => new Reconcile($"octo-org/web{i}")).ToHashSet<Job>();
        await Parallel.ForEachAsync(jobs, Cancelled, async (job, cancellationToken) => await Queue.EnqueueAsync(job, TimeSpan.Zero, cancellationToken));

        var received = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                var mine = new List<Job>();
                while (await Queue.ReceiveAsync(Long, Cancelled) is { } next)
                {
                    mine.Add(next.Job);
                    await Queue.CompleteAsync(next, Cancelled);
                }

                return mine;
            },
            Cancelled)));

        var all = received.SelectMany(mine => mine).ToList();
        Assert.Equal(jobs.Count, all.Count);
        Assert.Equal(jobs, all.ToHashSet());
    }

    [Fact]
    public async Task A_completed_job_does_not_come_again()
    {
        await Queue.EnqueueAsync(Jobs[0], TimeSpan.Zero, Cancelled);
        var received = await ReceiveAsync(Second);
        await Queue.CompleteAsync(received, Cancelled);
        await Queue.CompleteAsync(received, Cancelled);
        await Queue.ReturnAsync(received, TimeSpan.Zero, Cancelled);

        await PassAsync(Second);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
    }

    [Fact]
    public async Task A_job_that_is_not_completed_comes_again_and_the_first_receipt_is_outdated()
    {
        await Queue.EnqueueAsync(Jobs[1], TimeSpan.Zero, Cancelled);
        var first = await ReceiveAsync(Second);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));

        await PassAsync(Second);
        var second = await ReceiveAsync(Second);
        Assert.Equal(first.Job, second.Job);
        Assert.Equal(2, second.Deliveries);

        await Queue.CompleteAsync(first, Cancelled);
        await Queue.ReturnAsync(first, TimeSpan.Zero, Cancelled);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));

        await PassAsync(Second);
        var third = await ReceiveAsync(Long);
        Assert.Equal(3, third.Deliveries);
        await Queue.CompleteAsync(third, Cancelled);
    }

    [Fact]
    public async Task A_job_is_done_in_time_as_long_as_nobody_else_got_it()
    {
        await Queue.EnqueueAsync(Jobs[1], TimeSpan.Zero, Cancelled);
        var late = await ReceiveAsync(Second);

        await PassAsync(Second);
        await Queue.CompleteAsync(late, Cancelled);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
    }

    [Fact]
    public async Task A_delayed_job_is_seen_after_its_delay()
    {
        await Queue.EnqueueAsync(Jobs[2], Second, Cancelled);
        await Queue.EnqueueAsync(Jobs[3], TimeSpan.FromDays(30), Cancelled);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));

        await PassAsync(Second);
        Assert.Equal(Jobs[2], (await ReceiveAsync(Long)).Job);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
    }

    [Fact]
    public async Task A_returned_job_comes_again_after_its_delay()
    {
        await Queue.EnqueueAsync(Jobs[4], TimeSpan.Zero, Cancelled);
        await Queue.ReturnAsync(await ReceiveAsync(Long), TimeSpan.Zero, Cancelled);
        var second = await ReceiveAsync(Long);
        Assert.Equal((Jobs[4], 2), (second.Job, second.Deliveries));

        await Queue.ReturnAsync(second, Second, Cancelled);
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
        await PassAsync(Second);
        var third = await ReceiveAsync(Long);
        Assert.Equal((Jobs[4], 3), (third.Job, third.Deliveries));
    }

    [Fact]
    public async Task A_receipt_of_another_queue_does_nothing()
    {
        await Queue.EnqueueAsync(Jobs[4], TimeSpan.Zero, Cancelled);
        foreach (var receipt in new[] { "", "7", "one two", $"{Guid.NewGuid()} AgAAAAMAAAAAAAAA" })
        {
            await Queue.CompleteAsync(new ReceivedJob(Jobs[4], 1, receipt), Cancelled);
        }

        Assert.Equal(1, (await ReceiveAsync(Long)).Deliveries);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Queue.EnqueueAsync(Jobs[0], TimeSpan.Zero, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Queue.ReceiveAsync(Long, cancelled));
        Assert.Null(await Queue.ReceiveAsync(Long, Cancelled));
    }

    protected async Task<ReceivedJob> ReceiveAsync(TimeSpan visibility)
    {
        var received = await Queue.ReceiveAsync(visibility, Cancelled);
        Assert.NotNull(received);
        return received;
    }
}
