using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Has images built again whose base moved, in the order in which they are built on each other. Each build is written down before it is
/// started and after, and looked for where it is not known whether it was: none is started twice.
/// </summary>
public sealed partial class ReviewRebuildsProcessor(
    RebuildBook book, RebuildLook look, Memory memory, RebuildLimits limits, ServiceMode mode, PauseSwitch pauses, DigestCommit commits, IJobQueue queue, TimeProvider time, ILogger<ReviewRebuildsProcessor> logger, IBuildHost? builds = null)
{
    /// <summary>Own images that are met for the first time in one look; the others come with the next.</summary>
    private const int MostNew = 200;

    /// <summary>How soon what runs is looked at again.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(30);

    /// <summary>A build that shows by then was started, and one that does not was not.</summary>
    public static readonly TimeSpan ShowsWithin = TimeSpan.FromMinutes(2);

    /// <summary>For so long a build may be unknown to its host.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(15);

    /// <summary>For so long a build may run.</summary>
    private static readonly TimeSpan LongestBuild = TimeSpan.FromHours(24);

    /// <summary>For so long the image of a build that has succeeded is waited for.</summary>
    public static readonly TimeSpan PushedWithin = TimeSpan.FromMinutes(10);

    /// <summary>For so long the image is waited for of a build that is left to its host.</summary>
    private static readonly TimeSpan HostBuildsWithin = TimeSpan.FromHours(2);

    /// <summary>Whether an image is one that own images are built on, or as.</summary>
    public async Task<bool> ConcernsAsync(ImageName image, CancellationToken cancellationToken) =>
        await memory.RebuildTags.GetAsync(Memory.RebuildTagsKey(image), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>One look: at everything; or at one image that was pushed; or at what is being built.</summary>
    public async Task<JobOutcome> RunAsync(ReviewRebuilds job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var picture = await book.ReadAsync(cancellationToken).ConfigureAwait(false);
        await ForgetAsync(picture, cancellationToken).ConfigureAwait(false);
        if (picture.Graph.Images.Count == 0)
        {
            return JobOutcome.Done;
        }

        var only = job.Image is { } text && ImageName.TryParse(text, out var name, out _) ? name : null;
        await LookAsync(picture, only, job.IsFollowing ?? false, cancellationToken).ConfigureAwait(false);
        await FollowAsync(picture, cancellationToken).ConfigureAwait(false);
        await NoticeAsync(picture, cancellationToken).ConfigureAwait(false);
        if (mode == ServiceMode.Propose && builds is not null && await pauses.FindAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            await StartAsync(picture, cancellationToken).ConfigureAwait(false);
        }

        await ComeBackAsync(picture, cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    /// <summary>What no Dockerfile builds any more is forgotten, but for what is being built.</summary>
    private async Task ForgetAsync(RebuildPicture picture, CancellationToken cancellationToken)
    {
        foreach (var key in picture.Facts.Keys.Where(k => picture.Graph.Find(k) is null).ToList())
        {
            picture.Facts.Remove(key);
            await memory.OwnImages.DeleteAsync(Memory.OwnImageKey(key), cancellationToken).ConfigureAwait(false);
        }

        foreach (var (key, entry) in picture.Entries.Where(e => picture.Graph.Find(e.Key) is null).ToList())
        {
            picture.Entries.Remove(key);
            if (entry.IsBuilding && time.GetUtcNow() - entry.StartedAt < LongestBuild)
            {
                // Its repository may only not have been read again yet.
                continue;
            }

            await memory.Rebuilds.DeleteAsync(Memory.RebuildKey(key), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(RebuildPicture picture, ImageName? only, bool isFollowing, CancellationToken cancellationToken)
    {
        var graph = picture.Graph;
        var tags = new HashSet<ImageReference>();
        foreach (var image in graph.Images)
        {
            var watched = graph.WatchedOf(image);
            if (picture.Entries.GetValueOrDefault(image.Key)?.IsBuilding == true || (only is not null && watched.Name == only))
            {
                tags.Add(watched);
            }

            if (!isFollowing)
            {
                tags.UnionWith(image.Bases.Where(b => b.Tag is not null || b.Digest is null).Where(image.Follows).Select(b => new ImageReference(b.Name, b.FollowedTag)).Where(t => only is null || t.Name == only));
            }
        }

        if (!isFollowing && only is null)
        {
            tags.UnionWith(graph.Images.Where(i => !picture.Facts.ContainsKey(i.Key)).Take(MostNew).Select(graph.WatchedOf));
        }

        var answers = await look.LookAsync(picture, tags, cancellationToken).ConfigureAwait(false);
        await LearnAsync(picture, graph.Images, answers, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds out what images were built on whose tag was answered for, where that is not known of its digest yet.</summary>
    private async Task LearnAsync(RebuildPicture picture, IEnumerable<OwnImage> images, IReadOnlyDictionary<ImageReference, Digest?> answers, CancellationToken cancellationToken)
    {
        foreach (var image in images)
        {
            var facts = picture.Facts.GetValueOrDefault(image.Key);
            var isAnswered = answers.TryGetValue(picture.Graph.WatchedOf(image), out var digest);
            if (isAnswered ? facts is not null && facts.Digest == digest && !RebuildLook.IsOutdated(picture, image, facts) : facts is null || !RebuildLook.IsOutdated(picture, image, facts))
            {
                continue;
            }

            try
            {
                await look.LearnAsync(picture, image, isAnswered ? digest : facts!.Digest, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RegistryException or RepositoryHostException)
            {
                LogUnlearnt(image.Name.Familiar, e.Message);
            }
        }
    }

    /// <summary>How builds are doing, and what became of their images.</summary>
    private async Task FollowAsync(RebuildPicture picture, CancellationToken cancellationToken)
    {
        if (builds is null)
        {
            return;
        }

        // Runs that bear no name of ours are taken in the order in which they were asked for.
        foreach (var image in picture.Graph.Images.Where(i => picture.Entries.GetValueOrDefault(i.Key)?.IsBuilding == true).OrderBy(i => picture.Entries[i.Key].StartedAt).ToList())
        {
            try
            {
                await FollowAsync(picture, image, picture.Entries[image.Key], cancellationToken).ConfigureAwait(false);
            }
            catch (BuildHostException e)
            {
                // It is looked for again: nothing is known of it.
                LogUnfollowed(image.Name.Familiar, e.Message);
            }
            catch (RepositoryHostException e)
            {
                LogUnfollowed(image.Name.Familiar, e.Message);
            }
        }
    }

    private async Task FollowAsync(RebuildPicture picture, OwnImage image, RebuildEntry entry, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var request = RequestOf(image, entry);
        var age = now - (entry.StartedAt ?? now);
        if (entry.Stage == RebuildStage.Starting || (entry.Stage == RebuildStage.Running && entry.Run is null))
        {
            var others = picture.Entries.Values.Where(e => e.Key != entry.Key).SelectMany(e => new[] { e.Run, e.IsBuilding ? e.BuildId : null }).OfType<string>().ToHashSet(StringComparer.Ordinal);
            if (await FindAsync(request, entry, others, cancellationToken).ConfigureAwait(false) is { } found)
            {
                entry = await KeepAsync(picture, entry, e => e.Started(found.Run, found.Url), cancellationToken).ConfigureAwait(false) ?? entry;
            }
            else if (entry.Stage == RebuildStage.Starting && now >= (entry.AskAgainAt(ShowsWithin) ?? now))
            {
                // Whoever decided it died before he started it, or was not heard: by the same id.
                if (mode == ServiceMode.Propose && await pauses.FindAsync(cancellationToken).ConfigureAwait(false) is null
                    && await KeepAsync(picture, entry, e => e.SentAgain(now), cancellationToken).ConfigureAwait(false) is { } again)
                {
                    await SendAsync(picture, image, again, cancellationToken).ConfigureAwait(false);
                }

                return;
            }
            else if (entry.Stage == RebuildStage.Running && age >= LostAfter)
            {
                await FailAsync(picture, image, entry, $"it was started, and no run of it was seen within {LostAfter.TotalMinutes:0} minutes", cancellationToken).ConfigureAwait(false);
                return;
            }
            else
            {
                return;
            }
        }

        if (entry is { Stage: RebuildStage.Running, Run: { } id })
        {
            var run = await builds!.GetAsync(request, id, cancellationToken).ConfigureAwait(false);

            // A commit starts more than the image's build: once that has been pushed, the rest does not matter.
            switch (entry.Method?.Kind == RebuildKind.Commit && IsBuilt(picture, image, entry) ? BuildState.Succeeded : run.State)
            {
                case BuildState.Failed:
                    await FailAsync(picture, image, entry with { Url = run.Url ?? entry.Url }, run.Problem ?? "it failed", cancellationToken).ConfigureAwait(false);
                    return;
                case BuildState.Succeeded:
                    LogSucceeded(image.Name.Familiar, run.Url ?? id);
                    entry = await KeepAsync(picture, entry, e => e.Succeeded(now) with { Url = run.Url ?? e.Url }, cancellationToken).ConfigureAwait(false) ?? entry;
                    break;
                case var _ when entry.Method?.Kind == RebuildKind.Commit && run.Url is null && age >= LostAfter:
                    // Nothing was started by it that could be followed: the image tells.
                    entry = await KeepAsync(picture, entry, e => e.Succeeded(now), cancellationToken).ConfigureAwait(false) ?? entry;
                    break;
                case var _ when age >= LongestBuild:
                    await FailAsync(picture, image, entry, $"it did not end within {LongestBuild.TotalHours:0} hours", cancellationToken).ConfigureAwait(false);
                    return;
                default:
                    return;
            }
        }

        if (entry.Stage == RebuildStage.Pushing)
        {
            await SettleAsync(picture, image, entry, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the image is another one, and for none of the reasons of its build to be built again.</summary>
    private static bool IsBuilt(RebuildPicture picture, OwnImage image, RebuildEntry entry) =>
        picture.Facts.GetValueOrDefault(image.Key)?.Digest is { } digest && digest.ToString() != entry.Before
        && !picture.CausesOf(image).Select(c => c.Id).Intersect(entry.Causes.Select(c => c.Id), StringComparer.Ordinal).Any();

    private async Task SettleAsync(RebuildPicture picture, OwnImage image, RebuildEntry entry, CancellationToken cancellationToken)
    {
        // It was looked at before it was known that the build is done.
        await LearnAsync(picture, [image], await look.LookAsync(picture, [picture.Graph.WatchedOf(image)], cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var digest = picture.Facts.GetValueOrDefault(image.Key)?.Digest;
        var left = picture.CausesOf(image);
        var isPushed = digest is not null && digest.ToString() != entry.Before;
        var isLate = now - (entry.EndedAt ?? now) >= (entry.Run is null ? HostBuildsWithin : PushedWithin);
        if (!isPushed && !isLate)
        {
            return;
        }

        var had = entry.Causes.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var end = !isPushed ? RebuildEnd.Unchanged : left.Any(c => had.Contains(c.Id)) ? RebuildEnd.StillOld : RebuildEnd.Built;
        if (await KeepAsync(picture, entry, e => e.Settled(end, left, now), cancellationToken).ConfigureAwait(false) is not null)
        {
            LogSettled(image.Name.Familiar, end);
            await TellAsync(end != RebuildEnd.Built, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FailAsync(RebuildPicture picture, OwnImage image, RebuildEntry entry, string problem, CancellationToken cancellationToken)
    {
        if (await KeepAsync(picture, entry, e => (e with { Url = entry.Url }).Failed(Excerpt.Of(problem), time.GetUtcNow()), cancellationToken).ConfigureAwait(false) is { } failed)
        {
            LogFailed(image.Name.Familiar, failed.Failures, problem);
            await TellAsync(failed.IsStopped, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is wrong is told without waiting for the timer.</summary>
    private Task TellAsync(bool isTrouble, CancellationToken cancellationToken) =>
        isTrouble ? queue.EnqueueAsync(new ReviewAlerts(), TimeSpan.Zero, cancellationToken) : Task.CompletedTask;

    /// <summary>Writes down what there is to build, and why.</summary>
    private async Task NoticeAsync(RebuildPicture picture, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var image in picture.Graph.Images)
        {
            var known = picture.Entries.GetValueOrDefault(image.Key);
            var entry = picture.EntryOf(image, now);
            if (known is null ? entry.Causes.Count > 0 : !ReferenceEquals(entry, known))
            {
                await KeepAsync(picture, known ?? new RebuildEntry(image.Key), e => e.Notice(picture.CausesOf(image), now), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task StartAsync(RebuildPicture picture, CancellationToken cancellationToken)
    {
        // What others have built meanwhile is not built again.
        var due = picture.Plan(limits, time.GetUtcNow()).Starts.Select(s => s.Image).ToList();
        if (due.Count == 0)
        {
            return;
        }

        var answers = await look.LookAsync(picture, due.Select(picture.Graph.WatchedOf), cancellationToken).ConfigureAwait(false);
        await LearnAsync(picture, due, answers, cancellationToken).ConfigureAwait(false);
        await NoticeAsync(picture, cancellationToken).ConfigureAwait(false);
        foreach (var step in picture.Plan(limits, time.GetUtcNow()).Starts.Where(s => due.Contains(s.Image) && answers.ContainsKey(picture.Graph.WatchedOf(s.Image))).ToList())
        {
            var known = picture.Entries[step.Image.Key];
            var begun = await KeepAsync(picture, known, e => e.Begin(step.Method!, picture.Facts[step.Image.Key].Digest, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
            if (begun is not null)
            {
                await SendAsync(picture, step.Image, begun, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Starts what is written down to be started.</summary>
    private async Task SendAsync(RebuildPicture picture, OwnImage image, RebuildEntry entry, CancellationToken cancellationToken)
    {
        var request = RequestOf(image, entry);
        try
        {
            var run = entry.Method!.Kind == RebuildKind.Commit
                ? await commits.StartAsync(request, image, entry.Causes, cancellationToken).ConfigureAwait(false)
                : await builds!.StartAsync(request, cancellationToken).ConfigureAwait(false);
            LogStarted(image.Name.Familiar, request.Method.Words, request.Reason);
            var now = time.GetUtcNow();
            await KeepAsync(picture, entry, e => run.State == BuildState.LeftToHost ? e.Started(null, run.Url).Succeeded(now) with { Problem = run.Problem } : e.Started(run.Run, run.Url), cancellationToken).ConfigureAwait(false);
        }
        catch (BuildHostException e) when (e.IsRefusal)
        {
            await FailAsync(picture, image, entry, e.Message, cancellationToken).ConfigureAwait(false);
        }
        catch (BuildHostException e) when (e.RetryAfter is { } wait)
        {
            LogUnfollowed(image.Name.Familiar, e.Message);
            await KeepAsync(picture, entry, known => known.NotStarted() with { NotBefore = time.GetUtcNow() + wait }, cancellationToken).ConfigureAwait(false);
        }
        catch (BuildHostException e)
        {
            // It may have been started all the same: it is looked for.
            LogUnfollowed(image.Name.Familiar, e.Message);
        }
        catch (RepositoryHostException e) when (e.Failure is RepositoryHostFailure.Denied or RepositoryHostFailure.NotFound or RepositoryHostFailure.Malformed)
        {
            await FailAsync(picture, image, entry, e.Message, cancellationToken).ConfigureAwait(false);
        }
        catch (RepositoryHostException e)
        {
            LogUnfollowed(image.Name.Familiar, e.Message);
        }
    }

    private Task<BuildRun?> FindAsync(BuildRequest request, RebuildEntry entry, IReadOnlySet<string> others, CancellationToken cancellationToken) =>
        request.Method.Kind == RebuildKind.Commit && entry.Stage == RebuildStage.Starting
            ? commits.FindAsync(request, cancellationToken)
            : builds!.FindAsync(request, entry.StartedAt ?? time.GetUtcNow(), others, cancellationToken);

    private static BuildRequest RequestOf(OwnImage image, RebuildEntry entry)
    {
        var reason = string.Join("; ", entry.Causes.Take(5).Select(c => c.Words));
        var cause = entry.Causes.FirstOrDefault(c => c.Reason == RebuildReason.BaseDigest);
        var repository = RepositoryName.Parse(entry.Method!.Repository ?? image.Repository);
        return new BuildRequest(entry.BuildId, repository, entry.Method, image.Name.Familiar, reason)
        {
            IsForBase = entry.Causes.All(c => c.Reason == RebuildReason.BaseDigest),
            Inputs = (entry.Method.Inputs ?? new Dictionary<string, string>(StringComparer.Ordinal)).ToDictionary(i => i.Key, i => Filled(i.Value), StringComparer.Ordinal),
        };

        string Filled(string text) => text
            .Replace("{id}", entry.BuildId, StringComparison.Ordinal)
            .Replace("{image}", image.Name.Canonical, StringComparison.Ordinal)
            .Replace("{base}", cause?.Subject ?? "", StringComparison.Ordinal)
            .Replace("{digest}", cause?.To ?? "", StringComparison.Ordinal)
            .Replace("{dockerfile}", image.Dockerfile, StringComparison.Ordinal)
            .Replace("{reason}", reason, StringComparison.Ordinal);
    }

    /// <summary>Writes an entry if it is still what it was; null where another worker was first.</summary>
    private async Task<RebuildEntry?> KeepAsync(RebuildPicture picture, RebuildEntry seen, Func<RebuildEntry, RebuildEntry> change, CancellationToken cancellationToken)
    {
        var key = Memory.RebuildKey(seen.Key);
        var (kept, entry) = await memory.Rebuilds.ReadEntryAsync(key, cancellationToken).ConfigureAwait(false);
        var known = kept ?? new RebuildEntry(seen.Key);
        if (known.Stage != seen.Stage || known.Sequence != seen.Sequence || known.Run != seen.Run)
        {
            picture.Entries[seen.Key] = known;
            return null;
        }

        var after = change(known);
        if (!await memory.Rebuilds.ReplaceAsync(key, after, entry, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        picture.Entries[seen.Key] = after;
        return after;
    }

    /// <summary>Queues the next look at what runs, or waits for a moment. One that is queued does for all.</summary>
    private async Task ComeBackAsync(RebuildPicture picture, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var next = picture.Entries.Values.Any(e => e.IsBuilding) ? now + Pace : picture.Plan(limits, now).Next;
        if (next is not { } at)
        {
            return;
        }

        at = at < now + Pace ? now + Pace : at;
        var (pace, entry) = await memory.RebuildPaces.ReadEntryAsync(Memory.RebuildPaceKey, cancellationToken).ConfigureAwait(false);
        if ((pace is null || pace.NextAt <= now || pace.NextAt > at) && await memory.RebuildPaces.ReplaceAsync(Memory.RebuildPaceKey, new RebuildPaceRecord(at), entry, cancellationToken).ConfigureAwait(false))
        {
            await queue.EnqueueAsync(new ReviewRebuilds(IsFollowing: true), at - now, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Image} is built by {Method}: {Reason}")]
    private partial void LogStarted(string image, string method, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Image}: {Run} has succeeded")]
    private partial void LogSucceeded(string image, string run);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Image} after its build: {End}")]
    private partial void LogSettled(string image, RebuildEnd end);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Image}: build number {Failures} in a row failed: {Problem}")]
    private partial void LogFailed(string image, int failures, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Image}: how its build is doing is not known: {Problem}")]
    private partial void LogUnfollowed(string image, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Image}: what it was built on is not known: {Problem}")]
    private partial void LogUnlearnt(string image, string problem);
}
