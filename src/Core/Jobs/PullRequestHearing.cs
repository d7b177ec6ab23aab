using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>What people said of one pull request since it was looked at last.</summary>
/// <param name="key"><see cref="ChangeSet.Key"/>.</param>
/// <param name="pullRequest">Which.</param>
internal sealed class HeardPullRequest(string key, PullRequest pullRequest)
{
    public string Key => key;

    /// <summary>The pull request; with another body once that was changed.</summary>
    public PullRequest PullRequest { get; set; } = pullRequest;

    /// <summary>Comments with commands, the oldest first, and whether each may be obeyed.</summary>
    public List<HeardComment> Comments { get; } = [];

    /// <summary>Labels of ours, which are taken off once they are obeyed.</summary>
    public List<string> Labels { get; } = [];

    /// <summary>The newest comment, with a command or without.</summary>
    public Comment? Newest { get; set; }

    /// <summary>Whether its branch shall be put on top of its base.</summary>
    public bool IsRebaseAsked { get; set; }

    /// <summary>Whether its branch shall be written anew.</summary>
    public bool IsRecreateAsked { get; set; }
}

/// <summary>A comment with commands.</summary>
internal sealed record HeardComment(Comment Comment, IReadOnlyList<PullRequestCommand> Commands, bool MayWrite);

/// <summary>
/// Listens to people: commands in comments, labels, boxes. What they decide is written into the ledger before anything is
/// planned; what they ask for once is planned; and only when it is done is it acknowledged, and counts as heard.
/// </summary>
public sealed partial class PullRequestHearing(IRepositoryHost host, TimeProvider time, ILogger<PullRequestHearing> logger, IReviewHost? review = null)
{
    /// <summary>Puts the branch on top of its base.</summary>
    public const string RebaseLabel = "basewatch: rebase";

    /// <summary>Closes it, and never proposes the version again.</summary>
    public const string IgnoreLabel = "basewatch: ignore";

    /// <summary>On a closed one: proposes it again.</summary>
    public const string ReopenLabel = "basewatch: reopen";

    /// <summary>How long after it was closed a pull request is listened to.</summary>
    internal static readonly TimeSpan LastingAfterClose = TimeSpan.FromDays(90);

    /// <summary>Longer than clocks differ.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>The most comments of people who may not write that one look shows a face for.</summary>
    private const int MostFaces = 5;

    /// <summary>Whether anybody is there to listen to.</summary>
    public bool IsAttended => review is not null;

    /// <summary>Reads what was said, and writes down what was decided.</summary>
    internal async Task<IReadOnlyList<HeardPullRequest>> HearAsync(RepositoryWork work, IReadOnlyDictionary<string, ExistingPullRequests> existing, CancellationToken cancellationToken)
    {
        if (review is null)
        {
            return [];
        }

        var heard = new List<HeardPullRequest>();
        var writers = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, state) in existing.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var pullRequest = state.Open ?? state.PullRequests.FirstOrDefault(p => p.State == PullRequestState.Closed && PullRequestMarker.TryFind(p.Body, out _) && !(p.UpdatedAt < time.GetUtcNow() - LastingAfterClose));
            if (pullRequest is null)
            {
                continue;
            }

            if (work.Refusals.Find(r => r.Number == pullRequest.Number) is { } refusal)
            {
                if (pullRequest.State == PullRequestState.Closed && !refusal.IsDone)
                {
                    await work.RefuseAsync(refusal with { IsDone = true }, cancellationToken).ConfigureAwait(false);
                }
                else if (pullRequest.State == PullRequestState.Open && refusal.IsDone)
                {
                    // Opened again by the host's own button.
                    await work.ForgetRefusalAsync(pullRequest.Number, cancellationToken).ConfigureAwait(false);
                }
            }

            HeardPullRequest one;
            try
            {
                one = await ReadAsync(work, key, pullRequest, writers, cancellationToken).ConfigureAwait(false);
            }
            catch (RepositoryHostException e) when (e.Failure is not (RepositoryHostFailure.RateLimited or RepositoryHostFailure.Unreachable))
            {
                // It is asked again by the next run; all else goes on.
                LogUnheard(work.Repository, pullRequest.Number, e.Message);
                continue;
            }

            await DecideAsync(work, one, cancellationToken).ConfigureAwait(false);
            heard.Add(one);
        }

        return heard;
    }

    /// <summary>Whether something may happen to it yet in the second in which something happened last: hosts tell no more than that.</summary>
    internal static bool IsFresh(PullRequest pullRequest, DateTimeOffset now) => pullRequest.UpdatedAt > now - Fresh;

    /// <summary>What is to be planned with what was heard.</summary>
    internal static ExistingPullRequests Add(HeardPullRequest heard, ExistingPullRequests state) => state with
    {
        PullRequests = [.. state.PullRequests.Select(p => p.Number == heard.PullRequest.Number ? heard.PullRequest : p)],
        IsRebaseAsked = heard.IsRebaseAsked,
        IsRecreateAsked = heard.IsRecreateAsked,
    };

    /// <summary>Shows that it was obeyed. What fails here is done again by the next run.</summary>
    /// <param name="work">The repository.</param>
    /// <param name="heard">What was said.</param>
    /// <param name="operation">What was done about it.</param>
    /// <param name="sayAsync">Says something on a pull request, if there is room; false: there is none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal async Task SettleAsync(RepositoryWork work, HeardPullRequest heard, PullRequestOperation? operation, Func<int, string, Task<bool>> sayAsync, CancellationToken cancellationToken)
    {
        var (repository, number) = (work.Repository, heard.PullRequest.Number);
        if (operation is LeavePullRequest { Until: not null } && (heard.IsRebaseAsked || heard.IsRecreateAsked))
        {
            // It waits for room; it is asked for as long.
            return;
        }

        var faces = 0;
        foreach (var (comment, commands, mayWrite) in heard.Comments)
        {
            var isObeyed = mayWrite && commands.All(c => c is not PullRequestCommand.Unknown && !(c is PullRequestCommand.Rebase && operation is LeavePullRequest));
            var needsHelp = mayWrite && (commands.Contains(PullRequestCommand.Help) || (commands.Contains(PullRequestCommand.Unknown) && work.Records.GetValueOrDefault(heard.Key) is not { IsHelped: true }));
            if (needsHelp)
            {
                if (!await sayAsync(number, PullRequestCommands.Help).ConfigureAwait(false))
                {
                    return;
                }

                await work.RecordAsync(heard.Key, number, r => r with { IsHelped = true }, cancellationToken).ConfigureAwait(false);
            }

            // Anybody may write as many as he likes where anybody may comment.
            if (mayWrite || ++faces <= MostFaces)
            {
                await review!.AcknowledgeAsync(repository, comment.Id, isObeyed, cancellationToken).ConfigureAwait(false);
            }

            await work.RecordAsync(heard.Key, number, r => r with { HeardUntil = comment.Id, HeardAt = comment.At }, cancellationToken).ConfigureAwait(false);
            LogHeard(repository, number, comment.Author, commands[0], isObeyed);
        }

        foreach (var label in heard.Labels)
        {
            await review!.RemoveLabelAsync(repository, number, label, cancellationToken).ConfigureAwait(false);
        }

        await work.RecordAsync(
            heard.Key,
            number,
            r => r with { SeenAt = IsFresh(heard.PullRequest, time.GetUtcNow()) ? null : heard.PullRequest.UpdatedAt, HeardUntil = heard.Newest?.Id ?? r.HeardUntil, HeardAt = heard.Newest?.At ?? r.HeardAt },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<HeardPullRequest> ReadAsync(RepositoryWork work, string key, PullRequest pullRequest, Dictionary<string, bool> writers, CancellationToken cancellationToken)
    {
        var heard = new HeardPullRequest(key, pullRequest);
        string[] ours = pullRequest.State == PullRequestState.Open ? [RebaseLabel, IgnoreLabel, ReopenLabel] : [ReopenLabel];
        heard.Labels.AddRange(pullRequest.Labels.Where(l => ours.Contains(l, StringComparer.OrdinalIgnoreCase)));
        var record = work.IsKnown(key, pullRequest.Number) ? work.Records[key] : null;
        if (record?.SeenAt is { } seen && seen == pullRequest.UpdatedAt)
        {
            return heard;
        }

        var comments = await review!.ListCommentsAsync(work.Repository, pullRequest.Number, record?.HeardAt, cancellationToken).ConfigureAwait(false);
        foreach (var comment in comments.Where(c => !(c.Id <= record?.HeardUntil)).OrderBy(c => c.Id))
        {
            heard.Newest = comment;

            // Of one that the ledger does not know, what was said before was obeyed then, or is for people.
            if (record is not null && PullRequestCommands.Read(comment.Body) is { Count: > 0 } commands)
            {
                if (!writers.TryGetValue(comment.Author, out var mayWrite))
                {
                    mayWrite = writers[comment.Author] = await review.MayWriteAsync(work.Repository, comment.Author, cancellationToken).ConfigureAwait(false);
                }

                heard.Comments.Add(new HeardComment(comment, commands, mayWrite));
            }
        }

        return heard;
    }

    private async Task DecideAsync(RepositoryWork work, HeardPullRequest heard, CancellationToken cancellationToken)
    {
        var isOpen = heard.PullRequest.State == PullRequestState.Open;
        heard.IsRebaseAsked = isOpen && (PullRequestPlanner.IsTicked(heard.PullRequest.Body) || Has(RebaseLabel));
        if (isOpen && Has(IgnoreLabel))
        {
            await RefuseAsync(work, heard, RefusalScope.Version, by: null, cancellationToken).ConfigureAwait(false);
        }
        else if (Has(ReopenLabel))
        {
            await ReopenAsync(work, heard, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (comment, command) in heard.Comments.Where(c => c.MayWrite).SelectMany(c => c.Commands.Select(command => (c.Comment, command))))
        {
            switch (command)
            {
                case PullRequestCommand.Rebase:
                    heard.IsRebaseAsked = isOpen;
                    break;
                case PullRequestCommand.Recreate:
                    heard.IsRecreateAsked = isOpen;
                    break;
                case PullRequestCommand.IgnoreVersion or PullRequestCommand.IgnoreMinor or PullRequestCommand.IgnoreMajor or PullRequestCommand.IgnoreImage:
                    await RefuseAsync(work, heard, (RefusalScope)(command - PullRequestCommand.IgnoreVersion), comment.Author, cancellationToken).ConfigureAwait(false);
                    break;
                case PullRequestCommand.Reopen:
                    await ReopenAsync(work, heard, cancellationToken).ConfigureAwait(false);
                    break;
                case PullRequestCommand.Merge when PullRequestMarker.TryFind(heard.PullRequest.Body, out var marker):
                    await work.RecordAsync(heard.Key, heard.PullRequest.Number, r => r with { MergeAsked = marker.VersionsId, MergeAskedBy = comment.Author }, cancellationToken).ConfigureAwait(false);
                    break;
                case PullRequestCommand.CancelMerge:
                    await work.RecordAsync(heard.Key, heard.PullRequest.Number, r => r with { MergeAsked = null, MergeAskedBy = null }, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    break;
            }
        }

        bool Has(string label) => heard.Labels.Contains(label, StringComparer.OrdinalIgnoreCase);
    }

    private async Task RefuseAsync(RepositoryWork work, HeardPullRequest heard, RefusalScope scope, string? by, CancellationToken cancellationToken)
    {
        var (number, title, body) = (heard.PullRequest.Number, heard.PullRequest.Title, heard.PullRequest.Body);
        if (!PullRequestMarker.TryFind(body, out var marker))
        {
            return;
        }

        var isClosed = heard.PullRequest.State == PullRequestState.Closed;
        var refused = marker with { Ignored = scope };
        await work.RefuseAsync(new RefusalRecord(number, heard.Key, title, scope, [.. refused.Refused(scope)], by, time.GetUtcNow(), isClosed), cancellationToken).ConfigureAwait(false);
        if (isClosed && refused != marker)
        {
            await WriteAsync(work, heard, refused.In(body), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What a closed one proposed may be proposed again: by another, for which the next plan sees.</summary>
    private async Task ReopenAsync(RepositoryWork work, HeardPullRequest heard, CancellationToken cancellationToken)
    {
        var (pullRequest, body) = (heard.PullRequest, heard.PullRequest.Body);
        if (!PullRequestMarker.TryFind(body, out var marker))
        {
            return;
        }

        var ids = Enum.GetValues<RefusalScope>().SelectMany(s => (marker with { Ignored = s }).Refused(s)).ToHashSet(StringComparer.Ordinal);
        foreach (var refusal in work.Refusals.Where(r => r.Number == pullRequest.Number || r.Ids.Any(ids.Contains)).ToList())
        {
            await work.ForgetRefusalAsync(refusal.Number, cancellationToken).ConfigureAwait(false);
        }

        // Last: as long as it says so, this is done again.
        if (pullRequest.State == PullRequestState.Closed)
        {
            await WriteAsync(work, heard, PullRequestMarker.StripFrom(body), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(RepositoryWork work, HeardPullRequest heard, string body, CancellationToken cancellationToken)
    {
        await host.UpdatePullRequestAsync(work.Repository, heard.PullRequest.Number, heard.PullRequest.Title, body, cancellationToken).ConfigureAwait(false);
        heard.PullRequest = heard.PullRequest with { Body = body };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: what was said on #{Number} can't be read: {Reason}")]
    private partial void LogUnheard(RepositoryName repository, int number, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: #{Number}: {Author} asked for {Command}; obeyed: {IsObeyed}")]
    private partial void LogHeard(RepositoryName repository, int number, string author, PullRequestCommand command, bool isObeyed);
}
