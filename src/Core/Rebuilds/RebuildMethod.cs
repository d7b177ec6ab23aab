using System.Text.Json.Serialization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Rebuilds;

/// <summary>How a build is started.</summary>
public enum RebuildKind
{
    /// <summary>A workflow of GitHub's that is dispatched with inputs.</summary>
    Workflow,

    /// <summary>An event of GitHub's (<c>repository_dispatch</c>) that workflows wait for.</summary>
    Event,

    /// <summary>A commit of the refreshed digest to the default branch, which starts what pushes start.</summary>
    Commit,

    /// <summary>A run of a task of Azure Container Registry.</summary>
    AcrTask,
}

/// <summary>A way to have images built that somebody has configured.</summary>
/// <param name="Kind">How.</param>
/// <param name="Name">The workflow's file, the event's type, the task's name; empty for a commit.</param>
public sealed record RebuildMethod([property: JsonConverter(typeof(JsonStringEnumConverter<RebuildKind>))] RebuildKind Kind, string Name)
{
    /// <summary>The placeholders of inputs.</summary>
    public static IReadOnlyList<string> Placeholders { get; } = ["{id}", "{image}", "{reason}", "{base}", "{digest}", "{dockerfile}"];

    /// <summary>The images that it builds: canonical or familiar names with <c>*</c> and <c>?</c>; null: all.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>The branch or tag that a workflow runs on; null: the default branch.</summary>
    public string? Ref { get; init; }

    /// <summary>What a workflow or an event is given, with <see cref="Placeholders"/>; for a task its values.</summary>
    public IReadOnlyDictionary<string, string>? Inputs { get; init; }

    /// <summary>The repository that has the workflow, <c>owner/name</c>; null: the one with the Dockerfile.</summary>
    public string? Repository { get; init; }

    /// <summary>The task's registry.</summary>
    public string? Registry { get; init; }

    /// <summary>The resource group of that.</summary>
    public string? ResourceGroup { get; init; }

    /// <summary>The subscription of that.</summary>
    public string? Subscription { get; init; }

    /// <summary>Whether it reaches beyond the repository that it is configured in, which only an organisation may decide.</summary>
    [JsonIgnore]
    public bool IsFarReaching => Kind == RebuildKind.AcrTask || Repository is not null;

    /// <summary>For people: <c>workflow build.yml</c>.</summary>
    [JsonIgnore]
    public string Words => Kind switch
    {
        RebuildKind.Workflow => $"workflow {Name}{(Repository is null ? "" : $" of {Repository}")}",
        RebuildKind.Event => $"event {Name}{(Repository is null ? "" : $" of {Repository}")}",
        RebuildKind.Commit => "commit of the digest",
        _ => $"task {Name} of {Registry}",
    };

    /// <summary>Whether it is for an image.</summary>
    public bool IsFor(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Images is null || Images.Any(p => Wildcard.Matches(p, image.Canonical) || Wildcard.Matches(p, image.Familiar));
    }
}
