using System.Globalization;
using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

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

    private const string AlertsPartition = "alerts";

    private const string FailuresPartition = "failures";

    private const string ReviewsPartition = "reviews";

    private const string RefusalPrefix = "refusal:";

    private const int LongestKey = 500;

    /// <summary>Keeps everything in one store.</summary>
    public Memory(IStateStore store)
    {
        Repositories = new(store, StateJson.Default.RepositoryRecord, isCache: true);
        Inventories = new(store, StateJson.Default.Inventory, isCache: true);
        Images = new(store, StateJson.Default.ImageRecord, isCache: true);
        Facts = new(store, StateJson.Default.ImageFactsRecord, isCache: true);
        Users = new(store, StateJson.Default.ImageUser, isCache: true);
        PullRequests = new(store, StateJson.Default.PullRequestRecord, isCache: false);
        Pending = new(store, StateJson.Default.PendingRecord, isCache: true);
        Alerts = new(store, StateJson.Default.AlertRecord, isCache: false);
        Failures = new(store, StateJson.Default.FailureRecord, isCache: true);
        Refusals = new(store, StateJson.Default.RefusalRecord, isCache: false);
        Paces = new(store, StateJson.Default.PaceRecord, isCache: true);
        Reviews = new(store, StateJson.Default.ReviewRecord, isCache: true);
        Contents = new(store, StateJson.Default.ContentRecord, isCache: true);
        Pauses = new(store, StateJson.Default.PauseRecord, isCache: false);
        Decisions = new(store, StateJson.Default.DecisionsRecord, isCache: true);
    }

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

    /// <summary>Ledger: alerts.</summary>
    public StateTable<AlertRecord> Alerts { get; }

    /// <summary>What failed and has not been done since.</summary>
    public StateTable<FailureRecord> Failures { get; }

    /// <summary>What the pull requests as they are were decided by.</summary>
    public StateTable<DecisionsRecord> Decisions { get; }

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

    /// <summary>Every alert.</summary>
    public IAsyncEnumerable<AlertRecord> ListAlertsAsync(CancellationToken cancellationToken) => Alerts.ListAsync(AlertsPartition, "", cancellationToken);

    /// <summary>Every failure.</summary>
    public IAsyncEnumerable<FailureRecord> ListFailuresAsync(CancellationToken cancellationToken) => Failures.ListAsync(FailuresPartition, "", cancellationToken);

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

    /// <summary>Key of an alert.</summary>
    public static StateKey AlertKey(string subject) => new(AlertsPartition, Fit(subject));

    /// <summary>Key of a job's failure.</summary>
    public static StateKey FailureKey(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(FailuresPartition, Fit(job switch
        {
            TakeInventory j => $"inventory {j.Repository}",
            Reconcile j => $"reconcile {j.Repository}",
            RefreshImage j => $"image {j.Image}",
            ReviewLifecycles j => $"lifecycle {j.Image}",
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
