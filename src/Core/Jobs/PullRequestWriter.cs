using System.Collections.Concurrent;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Finds what the words of pull requests are made of. What can't be had makes them poorer, and keeps none from being opened.</summary>
public sealed partial class PullRequestWriter(
    LifecycleBook lifecycles, ImageDescriber images, TimeProvider time, ILogger<PullRequestWriter> logger, IReviewHost? reviews = null)
{
    private readonly ConcurrentDictionary<RepositoryName, (RepositoryHead At, CommitHabit Habit)> _habits = new();

    /// <summary>Title and body of a pull request.</summary>
    /// <param name="repository">Where it is.</param>
    /// <param name="head">The repository's default branch, whose history shows how titles are worded there.</param>
    /// <param name="changeSet">What it changes.</param>
    /// <param name="written">The updates of it that its branch holds.</param>
    /// <param name="facts">What else it tells, without what is found here: lifecycles, contents, habit and time.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<PullRequestText> WriteAsync(
        RepositoryName repository, RepositoryHead head, ChangeSet changeSet, IReadOnlyList<Update> written, PullRequestFacts facts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var habit = await HabitAsync(repository, head, cancellationToken).ConfigureAwait(false);
        var contents = await images.DescribeAsync(written, facts.Vulnerabilities, cancellationToken).ConfigureAwait(false);
        facts = await CompleteAsync(facts, cancellationToken).ConfigureAwait(false);
        return PullRequestText.Of(changeSet, written, facts with { Contents = contents, Habit = habit });
    }

    /// <summary>The title alone; no registry is asked for it.</summary>
    public async Task<string> TitleAsync(RepositoryName repository, RepositoryHead head, ChangeSet changeSet, CancellationToken cancellationToken) =>
        PullRequestText.TitleOf(changeSet, await HabitAsync(repository, head, cancellationToken).ConfigureAwait(false));

    /// <summary>Makes the message of a commit from the SHA of its tree.</summary>
    public async Task<Func<string, string>> MessageAsync(
        RepositoryName repository, RepositoryHead head, ChangeSet changeSet, IReadOnlyList<Update> written, CancellationToken cancellationToken)
    {
        var habit = await HabitAsync(repository, head, cancellationToken).ConfigureAwait(false);
        return tree => PullRequestText.CommitMessage(changeSet, written, tree, habit);
    }

    /// <summary>What is shown beside the checks of its commit.</summary>
    /// <param name="changeSet">What it changes.</param>
    /// <param name="written">The updates of it that its branch holds.</param>
    /// <param name="facts">As for <see cref="WriteAsync"/>.</param>
    /// <param name="isTouched">Whether a person has pushed to its branch.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<Verdict> VerdictAsync(ChangeSet changeSet, IReadOnlyList<Update> written, PullRequestFacts facts, bool isTouched, CancellationToken cancellationToken) =>
        VerdictText.Of(changeSet, written, await CompleteAsync(facts, cancellationToken).ConfigureAwait(false), isTouched);

    private async Task<PullRequestFacts> CompleteAsync(PullRequestFacts facts, CancellationToken cancellationToken)
    {
        var resolver = await lifecycles.FindAsync(facts.Lifecycles, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        return facts with { LifecycleOf = reference => resolver?.Resolve(reference, today), Now = now };
    }

    /// <summary>How titles are worded in a repository. Looked for once for each commit of its default branch.</summary>
    private async Task<CommitHabit> HabitAsync(RepositoryName repository, RepositoryHead head, CancellationToken cancellationToken)
    {
        if (reviews is null)
        {
            return CommitHabit.None;
        }

        if (_habits.TryGetValue(repository, out var known) && known.At == head)
        {
            return known.Habit;
        }

        CommitHabit habit;
        try
        {
            habit = CommitHabit.Of(await reviews.ListCommitMessagesAsync(repository, head.Branch, cancellationToken).ConfigureAwait(false));
        }
        catch (RepositoryHostException e) when (e.Failure is not (RepositoryHostFailure.RateLimited or RepositoryHostFailure.Unreachable))
        {
            LogNoHabit(repository, e.Message);
            habit = CommitHabit.None;
        }

        _habits[repository] = (head, habit);
        return habit;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: titles begin as always, since its history can't be read: {Problem}")]
    private partial void LogNoHabit(RepositoryName repository, string problem);
}
