using System.Globalization;
using System.Text;
using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Vulnerabilities;

namespace Basewatch.Core.Jobs.State;

/// <summary>
/// What is remembered between runs, and under which keys. A repository's state is one partition, an image's users
/// another; the lists that every run reads hold small records only.
/// </summary>
public sealed class Memory
{
    private const string RepositoriesPartition = "repositories";

    private const string ImagesPartition = "images";

    private const string PendingPartition = "pending";

    private const string OutboxPartition = "outbox";

    private const string ToldPartition = "told";

    private const string AlertNotesPartition = "alert notes";

    private const string PullRequestLinesPartition = "pull requests";

    private const string FailuresPartition = "failures";

    private const string SnoozesPartition = "snoozes";

    private const string ReviewsPartition = "reviews";

    private const string EvidencePartition = "evidence";

    private const string BuildsPartition = "builds";

    private const string SummariesPartition = "summaries";

    private const string RunsPartition = "runs";

    private const string WaysOutPartition = "ways-out";

    private const string RebuildsPartition = "rebuilds";

    private const string RebuildTagsPartition = "rebuild tags";

    private const string OwnImagesPartition = "own images";

    private const string RebuildWishesPartition = "rebuild wishes";

    private const string DeliveriesPartition = "deliveries";

    private const string RolloutOwnersPartition = "rollout owners";

    private const string IssuePrefix = "issue:";

    private const string RefusalPrefix = "refusal:";

    private const int LongestKey = 500;

    /// <summary>Keeps everything in one store.</summary>
    public Memory(IStateStore store)
    {
        Rollouts = new(store);
        Repositories = new(store, StateJson.Default.RepositoryRecord, isCache: true);
        Inventories = new(store, StateJson.Default.Inventory, isCache: true);
        Images = new(store, StateJson.Default.ImageRecord, isCache: true);
        Facts = new(store, StateJson.Default.ImageFactsRecord, isCache: true);
        Users = new(store, StateJson.Default.ImageUser, isCache: true);
        PullRequests = new(store, StateJson.Default.PullRequestRecord, isCache: false);
        Pending = new(store, StateJson.Default.PendingRecord, isCache: true);
        Told = new(store, StateJson.Default.AlertLedger, isCache: false);
        Outbox = new(store, StateJson.Default.OutboxRecord, isCache: false);
        Messages = new(store, MessageJson.Default.Message, isCache: false);
        Channels = new(store, StateJson.Default.ChannelRecord, isCache: true);
        AlertNotes = new(store, StateJson.Default.AlertNotesRecord, isCache: true);
        NewUses = new(store, StateJson.Default.NewUsesRecord, isCache: true);
        CodeOwners = new(store, StateJson.Default.CodeOwnersRecord, isCache: true);
        PullRequestLines = new(store, StateJson.Default.PullRequestLine, isCache: true);
        Snapshots = new(store, StateJson.Default.WeekSnapshot, isCache: true);
        Failures = new(store, StateJson.Default.FailureRecord, isCache: true);
        Refusals = new(store, StateJson.Default.RefusalRecord, isCache: false);
        Paces = new(store, StateJson.Default.PaceRecord, isCache: true);
        Reviews = new(store, StateJson.Default.ReviewRecord, isCache: true);
        Contents = new(store, StateJson.Default.ContentRecord, isCache: true);
        Pauses = new(store, StateJson.Default.PauseRecord, isCache: false);
        Snoozes = new(store, StateJson.Default.SnoozeRecord, isCache: false);
        Issues = new(store, StateJson.Default.IssueRecord, isCache: false);
        WaysOut = new(store, StateJson.Default.WayOutRecord, isCache: true);
        Leases = new(store, StateJson.Default.LeaseRecord, isCache: true);
        RegistryPauses = new(store, StateJson.Default.RegistryPauseRecord, isCache: true);
        Decisions = new(store, StateJson.Default.DecisionsRecord, isCache: true);
        Evidence = new(store, StateJson.Default.ImageEvidenceRecord, isCache: true);
        Builds = new(store, StateJson.Default.BuildsRecord, isCache: true);
        Rebuilds = new(store, StateJson.Default.RebuildEntry, isCache: false);
        RebuildTags = new(store, StateJson.Default.RebuildTagsRecord, isCache: true);
        OwnImages = new(store, StateJson.Default.OwnImageRecord, isCache: true);
        RebuildWishes = new(store, StateJson.Default.RebuildWishRecord, isCache: true);
        RebuildPaces = new(store, StateJson.Default.RebuildPaceRecord, isCache: true);
        Summaries = new(store, StateJson.Default.SummaryRecord, isCache: true);
        Outlooks = new(store, StateJson.Default.OutlookRecord, isCache: true);
        Runs = new(store, StateJson.Default.RunRecord, isCache: true);
        Packages = new(store, StateJson.Default.ImagePackagesRecord, isCache: true);
        Vulnerabilities = new(store, StateJson.Default.Vulnerability, isCache: true);
        Reports = new(store, StateJson.Default.ReportsRecord, isCache: true);
        Deliveries = new(store, StateJson.Default.DeliveriesRecord, isCache: true);
        RolloutOwners = new(store, StateJson.Default.RolloutOwnerRecord, isCache: true);
    }

    /// <summary>What is remembered of rollouts.</summary>
    public RolloutMemory Rollouts { get; }

    /// <summary>Cache: every repository.</summary>
    public StateTable<RepositoryRecord> Repositories { get; }

    /// <summary>Cache: what each repository uses.</summary>
    public StateTable<Inventory> Inventories { get; }

    /// <summary>Cache: every image in use.</summary>
    public StateTable<ImageRecord> Images { get; }

    /// <summary>Cache: what registries said of each image.</summary>
    public StateTable<ImageFactsRecord> Facts { get; }

    /// <summary>Cache: who uses each image.</summary>
    public StateTable<ImageUser> Users { get; }

    /// <summary>Ledger: pull requests.</summary>
    public StateTable<PullRequestRecord> PullRequests { get; }

    /// <summary>Ledger: what people do not want.</summary>
    public StateTable<RefusalRecord> Refusals { get; }

    /// <summary>How fast work goes in each repository.</summary>
    public StateTable<PaceRecord> Paces { get; }

    /// <summary>Repositories with open pull requests.</summary>
    public StateTable<ReviewRecord> Reviews { get; }

    /// <summary>What was written to each owner's repositories.</summary>
    public StateTable<ContentRecord> Contents { get; }

    /// <summary>Ledger: whether everything is paused.</summary>
    public StateTable<PauseRecord> Pauses { get; }

    /// <summary>Repositories that wait to be reconciled. Written before the job is queued, so that a lost job is found again.</summary>
    public StateTable<PendingRecord> Pending { get; }

    /// <summary>Ledger: what each channel was told of each owner's repositories.</summary>
    public StateTable<AlertLedger> Told { get; }

    /// <summary>Ledger: messages on their way.</summary>
    public StateTable<OutboxRecord> Outbox { get; }

    /// <summary>Ledger: what they say.</summary>
    public StateTable<Message> Messages { get; }

    /// <summary>How each channel is doing.</summary>
    public StateTable<ChannelRecord> Channels { get; }

    /// <summary>What is odd about alerts.</summary>
    public StateTable<AlertNotesRecord> AlertNotes { get; }

    /// <summary>Whether there are new uses that no review has seen.</summary>
    public StateTable<NewUsesRecord> NewUses { get; }

    /// <summary>Cache: who owns which files.</summary>
    public StateTable<CodeOwnersRecord> CodeOwners { get; }

    /// <summary>Pull requests that are open, or ended lately, of all repositories.</summary>
    public StateTable<PullRequestLine> PullRequestLines { get; }

    /// <summary>Each week of each owner's.</summary>
    public StateTable<WeekSnapshot> Snapshots { get; }

    /// <summary>What failed and has not been done since.</summary>
    public StateTable<FailureRecord> Failures { get; }

    /// <summary>What the pull requests as they are were decided by.</summary>
    public StateTable<DecisionsRecord> Decisions { get; }

    /// <summary>Cache: what digests in use say of their lives.</summary>
    public StateTable<ImageEvidenceRecord> Evidence { get; }

    /// <summary>Cache: what each repository builds.</summary>
    public StateTable<BuildsRecord> Builds { get; }

    /// <summary>Everything that digests in use say of their lives.</summary>
    public IAsyncEnumerable<ImageEvidenceRecord> ListEvidenceAsync(CancellationToken cancellationToken) => Evidence.ListAsync(EvidencePartition, "", cancellationToken);

    /// <summary>What every repository builds.</summary>
    public IAsyncEnumerable<BuildsRecord> ListBuildsAsync(CancellationToken cancellationToken) => Builds.ListAsync(BuildsPartition, "", cancellationToken);

    /// <summary>Key of what a digest says of its life.</summary>
    public static StateKey EvidenceKey(ImageName image, Digest digest)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new(EvidencePartition, Fit($"{image.Canonical}@{digest}"));
    }

    /// <summary>Key of what a repository builds.</summary>
    public static StateKey BuildsKey(RepositoryName repository) => new(BuildsPartition, Fold(repository));

    /// <summary>Who works on what alone.</summary>
    public StateTable<LeaseRecord> Leases { get; }

    /// <summary>Registries that asked to be left alone.</summary>
    public StateTable<RegistryPauseRecord> RegistryPauses { get; }

    /// <summary>Ledger: which alerts people let rest.</summary>
    public StateTable<SnoozeRecord> Snoozes { get; }

    /// <summary>Cache: what became of each repository when it was reconciled last, in few words.</summary>
    public StateTable<SummaryRecord> Summaries { get; }

    /// <summary>Cache: what each repository's uses should be.</summary>
    public StateTable<OutlookRecord> Outlooks { get; }

    /// <summary>Cache: the last run of each loop.</summary>
    public StateTable<RunRecord> Runs { get; }

    /// <summary>Cache: the packages of images.</summary>
    public StateTable<ImagePackagesRecord> Packages { get; }

    /// <summary>Cache: what the feed said of vulnerabilities.</summary>
    public StateTable<Vulnerability> Vulnerabilities { get; }

    /// <summary>Reports of scanners that were handed in.</summary>
    public StateTable<ReportsRecord> Reports { get; }

    /// <summary>What Flux and Argo CD said of what they deploy.</summary>
    public StateTable<DeliveriesRecord> Deliveries { get; }

    /// <summary>Cache: owners in whose repositories something waits to be verified.</summary>
    public StateTable<RolloutOwnerRecord> RolloutOwners { get; }

    /// <summary>Key of what was said of one thing that is deployed.</summary>
    /// <param name="subject"><see cref="DeliveriesRecord.Subject"/>.</param>
    public static StateKey DeliveriesKey(string subject) => new(DeliveriesPartition, Fit(subject));

    /// <summary>Key of an owner in whose repositories something waits to be verified.</summary>
    public static StateKey RolloutOwnerKey(string owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return new(RolloutOwnersPartition, Fit(owner.ToLowerInvariant()));
    }

    /// <summary>Key of an image's packages for a platform.</summary>
    public static StateKey PackagesKey(ImageName image, Digest digest, Platform platform)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new(Fit("packages " + image.Canonical), Fit($"{digest} {platform}"));
    }

    /// <summary>Key of what the feed said of a vulnerability.</summary>
    public static StateKey VulnerabilityKey(string id) => new("vulnerabilities", Fit(id));

    /// <summary>Key of an image's reports.</summary>
    public static StateKey ReportsKey(ImageName image, Digest digest)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new(Fit("reports " + image.Canonical), digest.ToString());
    }

    /// <summary>Ledger: builds that were started, and what waits for one.</summary>
    public StateTable<RebuildEntry> Rebuilds { get; }

    /// <summary>Cache: what the tags name that own images are built on, or as.</summary>
    public StateTable<RebuildTagsRecord> RebuildTags { get; }

    /// <summary>Cache: what own images were built on.</summary>
    public StateTable<OwnImageRecord> OwnImages { get; }

    /// <summary>Cache: images that should be built again for other reasons than their bases.</summary>
    public StateTable<RebuildWishRecord> RebuildWishes { get; }

    /// <summary>Cache: when rebuilds are looked at again.</summary>
    public StateTable<RebuildPaceRecord> RebuildPaces { get; }

    /// <summary>Key of the only <see cref="RebuildPaceRecord"/>.</summary>
    public static StateKey RebuildPaceKey { get; } = new("service", "rebuilds");

    /// <summary>Every image in the ledger of rebuilds.</summary>
    public IAsyncEnumerable<RebuildEntry> ListRebuildsAsync(CancellationToken cancellationToken) => Rebuilds.ListAsync(RebuildsPartition, "", cancellationToken);

    /// <summary>Every image that own images are built on, or as.</summary>
    public IAsyncEnumerable<RebuildTagsRecord> ListRebuildTagsAsync(CancellationToken cancellationToken) => RebuildTags.ListAsync(RebuildTagsPartition, "", cancellationToken);

    /// <summary>Every own image.</summary>
    public IAsyncEnumerable<OwnImageRecord> ListOwnImagesAsync(CancellationToken cancellationToken) => OwnImages.ListAsync(OwnImagesPartition, "", cancellationToken);

    /// <summary>Every wish.</summary>
    public IAsyncEnumerable<RebuildWishRecord> ListRebuildWishesAsync(CancellationToken cancellationToken) => RebuildWishes.ListAsync(RebuildWishesPartition, "", cancellationToken);

    /// <summary>Key of an image in the ledger of rebuilds.</summary>
    public static StateKey RebuildKey(string key) => new(RebuildsPartition, Fit(key));

    /// <summary>Key of an image that own images are built on, or as.</summary>
    public static StateKey RebuildTagsKey(ImageName image) => new(RebuildTagsPartition, Fit(image.Canonical));

    /// <summary>Key of an own image.</summary>
    public static StateKey OwnImageKey(string key) => new(OwnImagesPartition, Fit(key));

    /// <summary>Key of a wish.</summary>
    public static StateKey RebuildWishKey(ImageName image, string source) => new(RebuildWishesPartition, Fit($"{image.Canonical} {source}"));

    /// <summary>Ledger: issues about ways out.</summary>
    public StateTable<IssueRecord> Issues { get; }

    /// <summary>Cache: by what ways out were found last.</summary>
    public StateTable<WayOutRecord> WaysOut { get; }

    /// <summary>Every issue of a repository's ledger.</summary>
    public IAsyncEnumerable<IssueRecord> ListIssuesAsync(RepositoryName repository, CancellationToken cancellationToken) => Issues.ListAsync(PartitionOf(repository), IssuePrefix, cancellationToken);

    /// <summary>Key of an issue.</summary>
    public static StateKey IssueKey(RepositoryName repository, string key) => new(PartitionOf(repository), Fit(IssuePrefix + key));

    /// <summary>Every repository with something that ends.</summary>
    public IAsyncEnumerable<WayOutRecord> ListWaysOutAsync(CancellationToken cancellationToken) => WaysOut.ListAsync(WaysOutPartition, "", cancellationToken);

    /// <summary>Key of the ways out of a repository.</summary>
    public static StateKey WayOutKey(RepositoryName repository) => new(WaysOutPartition, Fold(repository));

    /// <summary>Key of the only <see cref="DecisionsRecord"/>.</summary>
    public static StateKey DecisionsKey { get; } = new("service", "decisions");

    /// <summary>Every repository's record.</summary>
    public IAsyncEnumerable<RepositoryRecord> ListRepositoriesAsync(CancellationToken cancellationToken) => Repositories.ListAsync(RepositoriesPartition, "", cancellationToken);

    /// <summary>Every image's record.</summary>
    public IAsyncEnumerable<ImageRecord> ListImagesAsync(CancellationToken cancellationToken) => Images.ListAsync(ImagesPartition, "", cancellationToken);

    /// <summary>Everyone who uses an image.</summary>
    public IAsyncEnumerable<ImageUser> ListUsersAsync(ImageName image, CancellationToken cancellationToken) => Users.ListAsync(UsersPartition(image), "", cancellationToken);

    /// <summary>Every pull request of a repository's ledger.</summary>
    public IAsyncEnumerable<PullRequestRecord> ListPullRequestsAsync(RepositoryName repository, CancellationToken cancellationToken) => PullRequests.ListAsync(PartitionOf(repository), "pull:", cancellationToken);

    /// <summary>Everything that a repository does not want.</summary>
    public IAsyncEnumerable<RefusalRecord> ListRefusalsAsync(RepositoryName repository, CancellationToken cancellationToken) => Refusals.ListAsync(PartitionOf(repository), RefusalPrefix, cancellationToken);

    /// <summary>Every repository with open pull requests.</summary>
    public IAsyncEnumerable<ReviewRecord> ListReviewsAsync(CancellationToken cancellationToken) => Reviews.ListAsync(ReviewsPartition, "", cancellationToken);

    /// <summary>Every repository that waits.</summary>
    public IAsyncEnumerable<PendingRecord> ListPendingAsync(CancellationToken cancellationToken) => Pending.ListAsync(PendingPartition, "", cancellationToken);

    /// <summary>Every message on its way, in the order in which they were decided.</summary>
    public IAsyncEnumerable<OutboxRecord> ListOutboxAsync(CancellationToken cancellationToken) => Outbox.ListAsync(OutboxPartition, "", cancellationToken);

    /// <summary>Every channel that took something.</summary>
    public IAsyncEnumerable<ChannelRecord> ListChannelsAsync(CancellationToken cancellationToken) => Channels.ListAsync("channels", "", cancellationToken);

    /// <summary>Everything that is odd about alerts.</summary>
    public IAsyncEnumerable<AlertNotesRecord> ListAlertNotesAsync(CancellationToken cancellationToken) => AlertNotes.ListAsync(AlertNotesPartition, "", cancellationToken);

    /// <summary>Every pull request that is open, or ended lately.</summary>
    public IAsyncEnumerable<PullRequestLine> ListPullRequestLinesAsync(CancellationToken cancellationToken) => PullRequestLines.ListAsync(PullRequestLinesPartition, "", cancellationToken);

    /// <summary>Every failure.</summary>
    public IAsyncEnumerable<FailureRecord> ListFailuresAsync(CancellationToken cancellationToken) => Failures.ListAsync(FailuresPartition, "", cancellationToken);

    /// <summary>Every repository's summary.</summary>
    public IAsyncEnumerable<SummaryRecord> ListSummariesAsync(CancellationToken cancellationToken) => Summaries.ListAsync(SummariesPartition, "", cancellationToken);

    /// <summary>The last run of every loop.</summary>
    public IAsyncEnumerable<RunRecord> ListRunsAsync(CancellationToken cancellationToken) => Runs.ListAsync(RunsPartition, "", cancellationToken);

    /// <summary>What every channel was told of every owner's repositories.</summary>
    public IAsyncEnumerable<AlertLedger> ListToldAsync(CancellationToken cancellationToken) => Told.ListAsync(ToldPartition, "", cancellationToken);

    /// <summary>Key of a repository's summary.</summary>
    public static StateKey SummaryKey(RepositoryName repository) => new(SummariesPartition, Fold(repository));

    /// <summary>Key of what a repository's uses should be.</summary>
    public static StateKey OutlookKey(RepositoryName repository) => new(PartitionOf(repository), "outlook");

    /// <summary>Key of a loop's last run.</summary>
    public static StateKey RunKey(string loop) => new(RunsPartition, loop);

    /// <summary>Key of a repository's record.</summary>
    public static StateKey RepositoryKey(RepositoryName repository) => new(RepositoriesPartition, Fold(repository));

    /// <summary>Key of a repository's inventory.</summary>
    public static StateKey InventoryKey(RepositoryName repository) => new(PartitionOf(repository), "inventory");

    /// <summary>Key of a pull request.</summary>
    public static StateKey PullRequestKey(RepositoryName repository, string key) => new(PartitionOf(repository), Fit("pull:" + key));

    /// <summary>Key of what was said in a pull request.</summary>
    public static StateKey RefusalKey(RepositoryName repository, int number) => new(PartitionOf(repository), string.Create(CultureInfo.InvariantCulture, $"{RefusalPrefix}{number:D8}"));

    /// <summary>Key of a repository's pace.</summary>
    public static StateKey PaceKey(RepositoryName repository) => new(PartitionOf(repository), "pace");

    /// <summary>Key of a repository with open pull requests.</summary>
    public static StateKey ReviewKey(RepositoryName repository) => new(ReviewsPartition, Fold(repository));

    /// <summary>Key of what was written to an owner's repositories.</summary>
    public static StateKey ContentKey(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return new("content", repository.Owner.ToLowerInvariant());
    }

    /// <summary>Key of the only <see cref="PauseRecord"/>.</summary>
    public static StateKey PauseKey { get; } = new("service", "pause");

    /// <summary>Key of an image's record.</summary>
    public static StateKey ImageKey(ImageName image) => new(ImagesPartition, Fit(image.Canonical));

    /// <summary>Key of an image's facts.</summary>
    public static StateKey FactsKey(ImageName image) => new(Fit("facts " + image.Canonical), "facts");

    /// <summary>Key of how a repository uses an image.</summary>
    public static StateKey UserKey(ImageName image, RepositoryName repository) => new(UsersPartition(image), Fold(repository));

    /// <summary>Key of a waiting repository.</summary>
    public static StateKey PendingKey(RepositoryName repository) => new(PendingPartition, Fold(repository));

    /// <summary>Key of what a channel was told of an owner's repositories.</summary>
    public static StateKey ToldKey(string owner, string channel) => new(ToldPartition, Fit($"{owner.ToLowerInvariant()} {channel.ToLowerInvariant()}"));

    /// <summary>Key of a message on its way.</summary>
    public static StateKey OutboxKey(string id) => new(OutboxPartition, Fit(id));

    /// <summary>Key of what a message says.</summary>
    public static StateKey MessageKey(string id) => new(Fit("message " + id), "message");

    /// <summary>Key of how a channel is doing.</summary>
    public static StateKey ChannelKey(string channel) => new("channels", Fit(channel.ToLowerInvariant()));

    /// <summary>Key of what is odd about alerts of an owner's repositories.</summary>
    public static StateKey AlertNotesKey(string owner) => new(AlertNotesPartition, Fit(owner.ToLowerInvariant()));

    /// <summary>Key of the only <see cref="NewUsesRecord"/>.</summary>
    public static StateKey NewUsesKey { get; } = new("service", "new uses");

    /// <summary>Key of who owns a repository's files.</summary>
    public static StateKey CodeOwnersKey(RepositoryName repository) => new(PartitionOf(repository), "owners");

    /// <summary>Key of a pull request among those of all repositories.</summary>
    public static StateKey PullRequestLineKey(RepositoryName repository, int number) => new(PullRequestLinesPartition, string.Create(CultureInfo.InvariantCulture, $"{Fold(repository)} {number:D8}"));

    /// <summary>Key of an owner's week.</summary>
    public static StateKey SnapshotKey(string owner, DateOnly day) => new(Fit("weeks " + owner.ToLowerInvariant()), day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>Everything that rests.</summary>
    public IAsyncEnumerable<SnoozeRecord> ListSnoozesAsync(CancellationToken cancellationToken) => Snoozes.ListAsync(SnoozesPartition, "", cancellationToken);

    /// <summary>Key of what rests.</summary>
    public static StateKey SnoozeKey(string subject) => new(SnoozesPartition, Fit(subject));

    /// <summary>Key of the lease of a subject, which is the same in any case.</summary>
    public static StateKey LeaseKey(string subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return new("leases", Fit(subject.ToLowerInvariant()));
    }

    /// <summary>Key of a registry that asked to be left alone.</summary>
    public static StateKey RegistryPauseKey(string registry) => new("registry pauses", Fit(registry));

    /// <summary>Key of a job's failure.</summary>
    public static StateKey FailureKey(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(FailuresPartition, Fit(job switch
        {
            TakeInventory j => $"inventory {j.Repository}",
            Reconcile j => $"reconcile {j.Repository}",
            RefreshImage j => $"image {j.Image}",
            DeliverAlerts j => $"channel {j.Channel}",
            _ => job.GetType().Name,
        }));
    }

    private static string PartitionOf(RepositoryName repository) => "repository " + Fold(repository);

    private static string UsersPartition(ImageName image) => Fit("users " + image.Canonical);

    /// <summary>A store takes keys of 500 characters: the end of a longer one is replaced by its hash.</summary>
    private static string Fit(string key) =>
        key.Length <= LongestKey ? key : string.Concat(key.AsSpan(0, LongestKey - 65), " ", Digest.Of(Encoding.UTF8.GetBytes(key)).Hex);

    /// <summary>Repository names are the same in any case.</summary>
    private static string Fold(RepositoryName repository) => repository.ToString().ToLowerInvariant();
}
