using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>
/// What a mirror of copies lacks that the policy would choose if it were there. It is never proposed: it is told, with what brings
/// it there. How old it is, what it is for and whether it is signed is looked at when it is there.
/// </summary>
internal static class ImportAdvice
{
    /// <summary>One sentence for each tag that is worth to be copied, without a full stop.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="followed">The tag in use and its policy.</param>
    /// <param name="choices">What policies answered so far.</param>
    public static IReadOnlyList<string> Of(ImageFacts facts, FollowedTag followed, TagChoices choices)
    {
        if (facts.Mirror is not { LookIn: MirrorLookup.Mirror } mirror)
        {
            return [];
        }

        if (facts.SourceProblem is { } problem)
        {
            return [$"what {mirror.Source.Familiar} has besides is not known: {problem}"];
        }

        return [.. Missing(facts, followed, choices).Select(tag => $"{tag} is in {mirror.Source.Familiar} and not in {facts.Image.Familiar}: {Way(facts.Image, mirror.Source, tag)}")];
    }

    /// <summary>The tags in use and to go to that the mirror lacks.</summary>
    public static IReadOnlyList<string> Missing(ImageFacts facts, FollowedTag followed, TagChoices choices)
    {
        if (facts.Lacking.Count == 0)
        {
            return [];
        }

        var lacking = facts.Lacking.ToHashSet(StringComparer.Ordinal);
        var choice = choices.WithLacking(facts, followed);
        return [.. (choice.IsFinal ? choice.Steps.Select(s => s.Tag) : []).Prepend(followed.Tag).Where(lacking.Contains)];
    }

    /// <summary>How a tag is copied. Names and tags hold nothing that a shell would read otherwise.</summary>
    private static string Way(ImageName image, ImageName source, string tag) =>
        AzureNameOf(image.Registry) is { } name
            ? $"az acr import --name {name} --source {source.Canonical}:{tag} --image {image.Repository}:{tag}"
            : "it has to be copied there before it can be used";

    /// <summary>The name of one of Azure's registries, which are letters and digits; a hash with a dash before it may follow it in the host.</summary>
    private static string? AzureNameOf(string host) =>
        host.Split('.') is [{ Length: > 0 } label, "azurecr", "io" or "cn" or "us"] ? label.Split('-')[0] : null;
}
