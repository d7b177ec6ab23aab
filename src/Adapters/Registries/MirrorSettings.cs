using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>A registry, or a part of one, that holds images of another.</summary>
public sealed record MirrorSettings
{
    /// <summary>What names of its images begin with: <c>contoso.azurecr.io/hub</c>, <c>mirror.gcr.io</c>; or the name of one image.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>What stands in its place in the source: <c>docker.io</c>, <c>docker.io/library</c>; or the name of that image there.</summary>
    public string Source { get; set; } = "";

    /// <summary>Which of the two is asked what there is. There is no default: each is wrong for the other kind of mirror.</summary>
    public MirrorLookup? LookIn { get; set; }
}
