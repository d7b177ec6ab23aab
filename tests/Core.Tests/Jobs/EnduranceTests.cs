using System.Globalization;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Jobs that would take too long, registries that want to be left alone, and messages that were given up.</summary>
public sealed class EnduranceTests : IDisposable
{
    private const int Many = 60;

    private readonly Loop _loop = new() { State = new MemoryStateStore() };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_look_at_very_many_repositories_goes_on_in_other_jobs_and_leaves_none_out()
    {
        for (var i = 0; i < Many; i++)
        {
            _loop.Host.Create(RepositoryName.Parse(string.Create(CultureInfo.InvariantCulture, $"acme/r{i}")), ("Dockerfile", "FROM scratch\n"));
        }

        var (starts, taken) = await RunAsync(new FindRepositories());

        Assert.InRange(starts, 2, Many);
        Assert.Equal(Many, taken.OfType<TakeInventory>().Select(j => j.Repository).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Many, taken.OfType<TakeInventory>().Count());
    }

    [Fact]
    public async Task A_look_at_very_many_images_goes_on_in_other_jobs_and_leaves_none_out()
    {
        var memory = new Memory(_loop.State!);
        for (var i = 0; i < Many; i++)
        {
            var name = ImageName.Parse(string.Create(CultureInfo.InvariantCulture, $"acme/i{i}"));
            await memory.Images.PutAsync(Memory.ImageKey(name), new ImageRecord(name.Canonical, null, null, null, null), Cancelled);
        }

        var (starts, taken) = await RunAsync(new RefreshImages());

        Assert.InRange(starts, 2, Many);
        Assert.Equal(Many, taken.OfType<RefreshImage>().Select(j => j.Image).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Many, taken.OfType<RefreshImage>().Count());
    }

    [Fact]
    public async Task A_review_of_very_many_repositories_goes_on_in_other_jobs_and_leaves_none_out()
    {
        var memory = new Memory(_loop.State!);
        for (var i = 0; i < Many; i++)
        {
            // In two cases, which the store has in another order.
            var name = RepositoryName.Parse(string.Create(CultureInfo.InvariantCulture, $"acme/{(i % 2 == 0 ? 'R' : 'r')}{i}"));
            _loop.Host.Create(name, ("Dockerfile", "FROM scratch\n"));
            await memory.Reviews.PutAsync(Memory.ReviewKey(name), new ReviewRecord(name.ToString(), "", true, []), Cancelled);
        }

        var (starts, taken) = await RunAsync(new ReviewPullRequests());

        Assert.InRange(starts, 2, Many);
        Assert.Equal(Many, taken.OfType<Reconcile>().Count());
    }

    [Fact]
    public async Task A_registry_that_asks_to_wait_is_asked_by_no_instance_until_then()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", "FROM python:3.12.4-slim\nFROM redis:7.2\nFROM ghcr.io/acme/base:1.0\n"));
        foreach (var (image, tag) in new[] { ("python", "3.12.4-slim"), ("redis", "7.2"), ("ghcr.io/acme/base", "1.0") })
        {
            _loop.Registry.Push(image, tag);
        }

        await _loop.RunAsync();
        _loop.Registry.Wait = TimeSpan.FromMinutes(10);
        await using (var first = _loop.Services(_loop.State!, new InProcessJobQueue(_loop.Time)))
        {
            Assert.IsType<JobPostponed>(await first.GetRequiredService<JobRunner>().RunAsync(new RefreshImage("docker.io/library/python"), Cancelled));
        }

        _loop.Registry.Wait = null;
        var asked = _loop.Registry.Requests;
        await using var second = _loop.Services(_loop.State!, new InProcessJobQueue(_loop.Time));
        var runner = second.GetRequiredService<JobRunner>();
        var postponed = Assert.IsType<JobPostponed>(await runner.RunAsync(new RefreshImage("docker.io/library/redis"), Cancelled));
        Assert.Equal(TimeSpan.FromMinutes(10), postponed.After);
        Assert.Equal(asked, _loop.Registry.Requests);

        // Others may be asked, and this one later.
        Assert.IsType<JobDone>(await runner.RunAsync(new RefreshImage("ghcr.io/acme/base"), Cancelled));
        Assert.True(_loop.Registry.Requests > asked);
        _loop.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.IsType<JobDone>(await runner.RunAsync(new RefreshImage("docker.io/library/redis"), Cancelled));
    }

    [Fact]
    public async Task What_is_given_up_is_noted_until_it_is_done()
    {
        _loop.Host.Create(Loop.Web, ("Dockerfile", "FROM scratch\n"));
        await using var services = _loop.Services(_loop.State!, new InProcessJobQueue(_loop.Time));
        var runner = services.GetRequiredService<JobRunner>();
        var memory = services.GetRequiredService<Memory>();
        await runner.GiveUpAsync(new TakeInventory("acme/web").ToJson(), Cancelled);
        var failure = Assert.Single(await memory.ListFailuresAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Contains("given up", failure.Message, StringComparison.Ordinal);

        // What is no job leaves nothing but a line in the log.
        foreach (var message in new[] { "", "nonsense", "{}", """{"job":"unknown"}""" })
        {
            await runner.GiveUpAsync(message, Cancelled);
        }

        Assert.Single(await memory.ListFailuresAsync(Cancelled).ToListAsync(Cancelled));
        await runner.RunAsync(new TakeInventory("acme/web"), Cancelled);
        Assert.Empty(await memory.ListFailuresAsync(Cancelled).ToListAsync(Cancelled));
    }

    /// <summary>Does a job and what goes on of it, where every message takes nine seconds to send.</summary>
    /// <returns>How many runs it took, and the other jobs that were queued.</returns>
    private async Task<(int Runs, List<Job> Others)> RunAsync(Job start)
    {
        var queue = new SlowQueue(_loop);
        _loop.IsAttended = true;
        await using var services = _loop.Services(_loop.State!, queue);
        var runner = services.GetRequiredService<JobRunner>();
        var (runs, others) = (0, new List<Job>());
        await queue.EnqueueAsync(start, TimeSpan.Zero, Cancelled);
        while (queue.Jobs.TryDequeue(out var job))
        {
            if (job.GetType() != start.GetType())
            {
                others.Add(job);
                continue;
            }

            var begun = _loop.Time.GetUtcNow();
            await runner.RunAsync(job, Cancelled);
            Assert.InRange(_loop.Time.GetUtcNow() - begun, TimeSpan.Zero, TimeSpan.FromMinutes(10));
            Assert.True(++runs <= Many, "it never ends");
        }

        return (runs, others);
    }

    private sealed class SlowQueue(Loop loop) : IJobQueue
    {
        public Queue<Job> Jobs { get; } = new();

        public async Task EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken)
        {
            await Task.Yield();
            lock (Jobs)
            {
                loop.Time.Advance(TimeSpan.FromSeconds(9));
                Jobs.Enqueue(job);
            }
        }

        public Task<ReceivedJob?> ReceiveAsync(TimeSpan visibility, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task CompleteAsync(ReceivedJob job, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ReturnAsync(ReceivedJob job, TimeSpan delay, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
