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
public abstract record Job
{
    /// <summary>Reads a job as <see cref="ToJson"/> writes it.</summary>
    /// <exception cref="JsonException">The text is no job.</exception>
    public static Job FromJson(string json) =>
        JsonSerializer.Deserialize(json, JobJson.Default.Job) ?? throw new JsonException("the message is empty");

    /// <summary>What it is about: <c>repository octo-org/web</c>, <c>image docker.io/library/python</c>; empty for a look at everything.</summary>
    [JsonIgnore]
    public virtual string Subject => "";

    /// <summary>One line of JSON: <c>{"job":"reconcile","repository":"octo-org/web"}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JobJson.Default.Job);
}

/// <summary>Which repositories have moved? Each one that has is inventoried.</summary>
public sealed record FindRepositories : Job;

/// <summary>Which images does a repository use?</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="ChangeToken">What the listing showed when the job was made; kept once the inventory is done.</param>
public sealed record TakeInventory(string Repository, string? ChangeToken = null) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => $"repository {Repository}";
}

/// <summary>A repository is no longer looked after: archived, deleted, or taken out of the settings.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
public sealed record ForgetRepository(string Repository) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => $"repository {Repository}";
}

/// <summary>What do the registries hold of the images in use? Each one that changed is told to its users.</summary>
public sealed record RefreshImages : Job;

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
}

/// <summary>What did people and checks do to open pull requests? Each repository where they did something is reconciled.</summary>
public sealed record ReviewPullRequests : Job;

/// <summary>Which of the images in use are near or past their end of life? Each is told once.</summary>
/// <param name="Image">Canonical name of the one to look at; null: all.</param>
public sealed record ReviewLifecycles(string? Image = null) : Job
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Subject => Image is null ? "" : $"image {Image}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
internal sealed partial class JobJson : JsonSerializerContext;
