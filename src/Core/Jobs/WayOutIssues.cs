using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Makes the issues of a repository what they should be: one open for each product and cycle that has to be left. What a person closed
/// stays closed; what a person wrote below the marker stays.
/// </summary>
public sealed partial class WayOutIssues(Memory memory, ImageDescriber images, ContentBudget budget, PauseSwitch pauses, TimeProvider time, ILogger<WayOutIssues> logger, IIssueHost? host = null)
{
    /// <summary>The label of every issue.</summary>
    public const string Label = "end-of-life";

    private const string Opening = "opening";

    private const string Opened = "open";

    private const string Closing = "closing";

    private const string Closed = "closed";

    private const string Declined = "declined";

    private const string Refused = "refused";

    /// <summary>How long a host without issues, or that does not let us, is believed.</summary>
    private static readonly TimeSpan RefusalHolds = TimeSpan.FromDays(7);

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Does what is to be done.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="plans">What its issues should be about.</param>
    /// <param name="report">What was found, and what could not be judged.</param>
    /// <param name="lifeOf">How long images live.</param>
    /// <param name="linkOf">The pull request that takes a way; null where there is none.</param>
    /// <param name="isObserving">Whether nothing may be written.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The open ones by key, and when to go on where there was no room.</returns>
    public async Task<(IReadOnlyDictionary<string, int> Open, DateTimeOffset? Again)> ReconcileAsync(
        RepositoryName repository, IReadOnlyList<WayOutPlan> plans, WayOutReport report, Func<ImageReference, ImageLifecycle?> lifeOf, Func<WayOut, string?> linkOf, bool isObserving, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plans);
        ArgumentNullException.ThrowIfNull(report);
        var open = new Dictionary<string, int>(StringComparer.Ordinal);
        if (host is null || report.IsUnknown)
        {
            return (open, null);
        }

        var records = await memory.ListIssuesAsync(repository, cancellationToken).ToDictionaryAsync(r => r.Key, StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);
        var wanted = plans.ToDictionary(p => p.Key, StringComparer.Ordinal);
        if (wanted.Keys.All(k => records.GetValueOrDefault(k) is { State: not Closed } r && IsSettled(r)) && records.Values.All(r => IsSettled(r) || wanted.ContainsKey(r.Key)))
        {
            return (open, null);
        }

        if (isObserving)
        {
            foreach (var plan in plans.Where(p => !records.ContainsKey(p.Key)))
            {
                var title = WayOutText.TitleOf(plan, Today);
                LogObserved(repository, title);
            }

            return (open, null);
        }

        if (await pauses.FindAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            return (open, null);
        }

        DateTimeOffset? again = null;
        try
        {
            var found = await FindAsync(repository, cancellationToken).ConfigureAwait(false);
            foreach (var key in wanted.Keys.Union(records.Keys, StringComparer.Ordinal).Union(found.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList())
            {
                var until = await DoAsync(repository, key, wanted.GetValueOrDefault(key), found.GetValueOrDefault(key), records.GetValueOrDefault(key), cancellationToken).ConfigureAwait(false);
                again = until < again || again is null ? until ?? again : again;
            }
        }
        catch (RepositoryHostException e) when (e.Failure is RepositoryHostFailure.Denied or RepositoryHostFailure.NotFound)
        {
            await RefuseAsync(e.Message).ConfigureAwait(false);
        }

        return (open, again);

        async Task<DateTimeOffset?> DoAsync(RepositoryName name, string key, WayOutPlan? plan, Issue? issue, IssueRecord? record, CancellationToken token)
        {
            if (plan is null)
            {
                return await EndAsync(key, issue, record, token).ConfigureAwait(false);
            }

            if (issue is null && record is { Number: { } number, State: Opened or Closing })
            {
                // Its label was taken off, or it was closed.
                issue = await host.GetIssueAsync(name, number, token).ConfigureAwait(false);
                if (issue is { IsOpen: true } && record.State == Opened)
                {
                    open[key] = number;
                }
                else if (issue is not { IsOpen: true })
                {
                    // By us, if that was broken off; else by a person: it stays closed for this cycle.
                    if (record.State == Opened)
                    {
                        await PutAsync(record with { State = Declined }, token).ConfigureAwait(false);
                        return null;
                    }

                    issue = null;
                }
            }

            if (issue is null)
            {
                if (IsSettled(record) && record!.State != Closed)
                {
                    return null;
                }

                return await OpenAsync(plan, token).ConfigureAwait(false);
            }

            open[key] = issue.Number;
            var isRecorded = record is { State: Opened } && record.Number == issue.Number;
            if (!IssueMarker.TryFind(issue.Body, out var marker, out var below) || marker.Plan != FingerprintOf(plan))
            {
                var body = await BodyAsync(plan, below, token).ConfigureAwait(false);
                await host.UpdateIssueAsync(name, issue.Number, WayOutText.TitleOf(plan, Today), body, token).ConfigureAwait(false);
                LogUpdated(name, issue.Number, plan.Life.Title);
            }

            if (!isRecorded || record!.Note is not null)
            {
                await PutAsync(new IssueRecord(key, issue.Number, issue.Url, issue.Title, Opened, null, default), token).ConfigureAwait(false);
            }

            return null;
        }

        async Task<DateTimeOffset?> OpenAsync(WayOutPlan plan, CancellationToken token)
        {
            if (await budget.TakeAsync(repository, token).ConfigureAwait(false) is { } until)
            {
                return until;
            }

            var title = WayOutText.TitleOf(plan, Today);
            await PutAsync(new IssueRecord(plan.Key, null, null, title, Opening, null, default), token).ConfigureAwait(false);
            if (await host.OpenIssueAsync(repository, new IssueDraft(title, await BodyAsync(plan, "", token).ConfigureAwait(false), [Label]), token).ConfigureAwait(false) is not { } issue)
            {
                await RefuseAsync("its issues are switched off").ConfigureAwait(false);
                return null;
            }

            open[plan.Key] = issue.Number;
            LogOpened(repository, issue.Number, title);
            await PutAsync(new IssueRecord(plan.Key, issue.Number, issue.Url, title, Opened, null, default), token).ConfigureAwait(false);
            return null;
        }

        async Task<DateTimeOffset?> EndAsync(string key, Issue? issue, IssueRecord? record, CancellationToken token)
        {
            if (report.Undecided.Contains(key))
            {
                if (issue is not null)
                {
                    open[key] = issue.Number;
                }

                return null;
            }

            if (issue is null && record is { Number: { } number, State: Opened or Closing })
            {
                issue = await host.GetIssueAsync(repository, number, token).ConfigureAwait(false) is { IsOpen: true } unlabelled ? unlabelled : null;
            }

            if (issue is not null)
            {
                if (await budget.TakeAsync(repository, token).ConfigureAwait(false) is { } until)
                {
                    return until;
                }

                await PutAsync(new IssueRecord(key, issue.Number, issue.Url, issue.Title, Closing, null, default), token).ConfigureAwait(false);
                var reason = report.Ways.Any(w => w.Key == key) ? "It is not to be told by an issue any more." : "Nothing in this repository depends on it any more, or an ordinary update leads out of it.";
                await host.CloseIssueAsync(repository, issue.Number, reason, token).ConfigureAwait(false);
                LogClosed(repository, issue.Number, key);
                await PutAsync(new IssueRecord(key, issue.Number, issue.Url, issue.Title, Closed, null, default), token).ConfigureAwait(false);
            }
            else if (record is { State: Opening or Opened or Closing })
            {
                await PutAsync(record with { State = record.State == Opened ? Declined : Closed }, token).ConfigureAwait(false);
            }

            return null;
        }

        async Task PutAsync(IssueRecord record, CancellationToken token)
        {
            record = record with { At = time.GetUtcNow() };
            await memory.Issues.PutAsync(Memory.IssueKey(repository, record.Key), record, token).ConfigureAwait(false);
            records[record.Key] = record;
        }

        // Told once, and tried again some day.
        async Task RefuseAsync(string reason)
        {
            LogRefused(repository, reason);
            foreach (var plan in plans.Where(p => records.GetValueOrDefault(p.Key)?.State is not (Opened or Declined)))
            {
                await PutAsync(new IssueRecord(plan.Key, null, null, WayOutText.TitleOf(plan, Today), Refused, reason, default), cancellationToken).ConfigureAwait(false);
            }
        }

        string FingerprintOf(WayOutPlan plan) => ChangeSet.Hash([plan.Fingerprint, $"{plan.Life.Eol <= Today}", .. plan.Ways.Select(w => linkOf(w) ?? "")]);

        async Task<string> BodyAsync(WayOutPlan plan, string below, CancellationToken token)
        {
            const int MostBelow = PullRequestText.LongestBody / 2;
            var steps = plan.Ways.Where(w => w.Next is not null).SelectMany(w => w.Uses.Select(u => new Update(u, w.Next!, UpdateKind.Successor, "", "")));
            var contents = await images.DescribeAsync(steps, token).ConfigureAwait(false);
            var rest = below.Length <= MostBelow ? below : below[..MostBelow];
            var marker = new IssueMarker(plan.Key, FingerprintOf(plan)).ToString();
            return $"{WayOutText.Body(plan, contents, lifeOf, linkOf, Today, PullRequestText.LongestBody - marker.Length - rest.Length - 1)}\n{marker}{rest}";
        }
    }

    /// <summary>Whether nothing more is done about it as long as nothing is wanted of it: a person closed it, or the host does not take it.</summary>
    private bool IsSettled(IssueRecord? record) =>
        record is { State: Declined or Closed } || (record is { State: Refused } && time.GetUtcNow() - record.At < RefusalHolds);

    private async Task<Dictionary<string, Issue>> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Issue>(StringComparer.Ordinal);
        foreach (var issue in (await host!.ListOpenIssuesAsync(repository, Label, cancellationToken).ConfigureAwait(false)).OrderBy(i => i.Number))
        {
            if (IssueMarker.TryFind(issue.Body, out var marker, out _))
            {
                found.TryAdd(marker.Key, issue);
            }
        }

        return found;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: opened issue #{Number}: {Title}")]
    private partial void LogOpened(RepositoryName repository, int number, string title);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: updated issue #{Number} about {Life}")]
    private partial void LogUpdated(RepositoryName repository, int number, string life);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: closed issue #{Number} about {Key}")]
    private partial void LogClosed(RepositoryName repository, int number, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: would open an issue: {Title}")]
    private partial void LogObserved(RepositoryName repository, string title);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: no issue is opened: {Reason}")]
    private partial void LogRefused(RepositoryName repository, string reason);
}
