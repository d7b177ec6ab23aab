using System.Text.Json;
using System.Text.Json.Serialization;

namespace Basewatch.Core.Jobs;

/// <summary>
/// One piece of work: one repository, one image, or a look at all of them. Small, and harmless when done twice.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "job")]
[JsonDerivedType(typeof(FindRepositories), "find-repositories")]
[JsonDerivedType(typeof(TakeInventory), "take-inventory")]
[JsonDerivedType(typeof(ForgetRepository), "forget-repository")]
[JsonDerivedType(typeof(RefreshImages), "refresh-images")]
[JsonDerivedType(typeof(RefreshImage), "refresh-image")]
[JsonDerivedType(typeof(Reconcile), "reconcile")]
[JsonDerivedType(typeof(ReviewLifecycles), "review-lifecycles")]
[JsonDerivedType(typeof(ReviewPullRequests), "review-pull-requests")]
[JsonDerivedType(typeof(ReviewAlerts), "review-alerts")]
[JsonDerivedType(typeof(DeliverAlerts), "deliver-alerts")]
[JsonDerivedType(typeof(ReviewRebuilds), "review-rebuilds")]
[JsonDerivedType(typeof(ReviewVulnerabilities), "review-vulnerabilities")]
[JsonDerivedType(typeof(ReviewRollouts), "review-rollouts")]
public abstract record Job
{
    /// <summary>Reads a job as <see cref="ToJson"/> writes it.</summary>
    /// <exception cref="JsonException">The text is no job.</exception>
    public static Job FromJson(string json) =>
        JsonSerializer.Deserialize(json, JobJson.Default.Job) ?? throw new JsonException("the message is empty");

    /// <summary>What it is about: <c>repository octo-org/web</c>, <c>image docker.io/library/python</c>; empty for a look at everything.</summary>
    [JsonIgnore]
    public virtual string Subject => "";

    /// <summary>Whether no two instances may be at work on its subject at the same time.</summary>
    [JsonIgnore]
    public virtual bool IsExclusive => false;

    /// <summary>One line of JSON: <c>{"job":"reconcile","repository":"octo-org/web"}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JobJson.Default.Job);
}

/// <summary>Which repositories have moved? Each one that has is inventoried.</summary>
/// <param name="From">How many of the listing an earlier run has looked at; null: none.</param>
public sealed record FindRepositories(int? From = null) : Job;

/// <summary>Which images does a repository use?</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="ChangeToken">What the listing showed when the job was made; kept once the inventory is done.</param>
public sealed record TakeInventory(string Repository, string? ChangeToken = null) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => $"repository {Repository}";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsExclusive => true;
}

/// <summary>A repository is no longer looked after: archived, deleted, or taken out of the settings.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
public sealed record ForgetRepository(string Repository) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => $"repository {Repository}";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsExclusive => true;
}

/// <summary>What do the registries hold of the images in use? Each one that changed is told to its users.</summary>
/// <param name="After">Canonical name of the last that an earlier run has come to; null: none.</param>
public sealed record RefreshImages(string? After = null) : Job;

/// <summary>What does the registry hold of one image?</summary>
/// <param name="Image">Canonical name: <c>docker.io/library/python</c>.</param>
public sealed record RefreshImage(string Image) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => $"image {Image}";
}

/// <summary>What should the pull requests of a repository be? Makes them so.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
public sealed record Reconcile(string Repository) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => $"repository {Repository}";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsExclusive => true;
}

/// <summary>What did people and checks do to open pull requests? Each repository where they did something is reconciled.</summary>
/// <param name="After">The last repository that an earlier run has come to; null: none.</param>
public sealed record ReviewPullRequests(string? After = null) : Job;

/// <summary>Which of the images in use are near or past their end of life, and what else is to be told today? It is put on its way.</summary>
/// <param name="WhenCalm">Whether it waits until no repository has come to use other images for a while; null: no.</param>
public sealed record ReviewLifecycles(bool? WhenCalm = null) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => "alerts";
}

/// <summary>Is there anything to be told that does not wait for the day, or a message that was lost on its way?</summary>
public sealed record ReviewAlerts : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => "alerts";
}

/// <summary>Sends what is on its way to a channel.</summary>
/// <param name="Channel">Its name.</param>
public sealed record DeliverAlerts(string Channel) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => $"channel {Channel}";
}

/// <summary>Which own images should be built again, which of them now, and how are those doing that are being built?</summary>
/// <param name="Image">Canonical name of an image that was pushed: a look at nothing else; null: at everything.</param>
/// <param name="IsFollowing">Whether it is only looked at what is being built; null: no.</param>
public sealed record ReviewRebuilds(string? Image = null, bool? IsFollowing = null) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => "rebuilds";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsExclusive => true;
}

/// <summary>Of which own images are vulnerabilities a reason to build them again?</summary>
public sealed record ReviewVulnerabilities : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => "vulnerabilities";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsExclusive => true;
}

/// <summary>Which freights are verified, which failed, and what does each stage get?</summary>
/// <param name="Owner">Only of this owner; null: of all.</param>
public sealed record ReviewRollouts(string? Owner = null) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => "rollouts";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsExclusive => true;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
internal sealed partial class JobJson : JsonSerializerContext;
