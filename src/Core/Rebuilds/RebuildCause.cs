using System.Text.Json.Serialization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Rebuilds;

/// <summary>Why an image should be built again.</summary>
public enum RebuildReason
{
    /// <summary>The tag of its base names another digest than when it was built.</summary>
    BaseDigest,

    /// <summary>Its Dockerfile names another tag of its base than it was built from.</summary>
    BaseVersion,

    /// <summary>A file that it depends on is another one than in the commit that it was built of.</summary>
    Dependency,

    /// <summary>A vulnerability in it is fixed where it would come from.</summary>
    Vulnerability,
}

/// <summary>One reason to build an image again.</summary>
/// <param name="Reason">Of what kind.</param>
/// <param name="Subject">The base, the file, the vulnerability.</param>
/// <param name="From">What it was built with, shortly; null: not known.</param>
/// <param name="To">What it would be built with.</param>
public sealed record RebuildCause([property: JsonConverter(typeof(JsonStringEnumConverter<RebuildReason>))] RebuildReason Reason, string Subject, string? From, string To)
{
    /// <summary>How urgent it is: the higher the sooner.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>Whether a commit of the default branch brought it about, which its own workflows mostly build at once.</summary>
    [JsonIgnore]
    public bool IsOfCommit => Reason is RebuildReason.BaseVersion or RebuildReason.Dependency;

    /// <summary>What tells it from others: the same again is no news.</summary>
    [JsonIgnore]
    public string Id => $"{Reason} {Subject} {To}";

    /// <summary>For people.</summary>
    [JsonIgnore]
    public string Words => Reason switch
    {
        RebuildReason.BaseDigest => $"{Subject} has a new digest, {Short(To)}{(From is null ? "" : $" after {Short(From)}")}",
        RebuildReason.BaseVersion => $"its Dockerfile names {To}, and it was built from {From}",
        RebuildReason.Dependency => $"{Subject} changed after it was built",
        _ => $"{Subject} is fixed in {To}",
    };

    private static string Short(string digest) => Digest.TryParse(digest, out var read) ? read.Hex[..12] : Excerpt.Of(digest);
}
