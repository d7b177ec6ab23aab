using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>What did people and checks do to pull requests? By the schedule in <c>Basewatch__Schedules__Reviews</c>.</summary>
public sealed class ReviewsTimer(IJobQueue queue)
{
    /// <summary>Starts the loop.</summary>
    [Function(nameof(ReviewsTimer))]
    public Task RunAsync([TimerTrigger("%Basewatch:Schedules:Reviews%")] TimerInfo timer, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new ReviewPullRequests(), TimeSpan.Zero, cancellationToken);
}
