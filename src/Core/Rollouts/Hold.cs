using System.Text.Json.Serialization;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Rollouts;

/// <summary>What a hold stops.</summary>
public enum HoldKind
{
    /// <summary>Promotions, to one stage or to all.</summary>
    Freeze,

    /// <summary>One digest of an image, or one tag where no digest is known.</summary>
    Block,
}

/// <summary>Something that stops updates until it is released.</summary>
/// <param name="Kind">What it stops.</param>
/// <param name="Scope">For whom: <c>owner</c>, or <c>owner/name</c> for one repository.</param>
/// <param name="Reason">Why, in one line of plain text.</param>
/// <param name="By">Who said so.</param>
/// <param name="At">When.</param>
public sealed record Hold([property: JsonConverter(typeof(JsonStringEnumConverter<HoldKind>))] HoldKind Kind, string Scope, string Reason, string By, DateTimeOffset At)
{
    /// <summary>Of a freeze: the stage; null: everything in the scope.</summary>
    public string? Stage { get; init; }

    /// <summary>Of a block: the image as a canonical reference, <c>registry/repository@digest</c> or <c>registry/repository:tag</c>.</summary>
    public string? Image { get; init; }

    /// <summary>When it ends by itself; null: when it is released.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The owner whose it is.</summary>
    [JsonIgnore]
    public string Owner => Scope.Split('/')[0];

    /// <summary>Names it among all of an owner's.</summary>
    [JsonIgnore]
    public string Key => $"{Kind.ToString().ToLowerInvariant()} {Scope.ToLowerInvariant()} {Stage ?? Image}";

    /// <summary>Whether it counts at a time.</summary>
    public bool IsInForce(DateTimeOffset now) => !(Until <= now);

    /// <summary>Whether it counts in a repository.</summary>
    public bool IsFor(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return string.Equals(Scope, repository.Owner, StringComparison.OrdinalIgnoreCase) || string.Equals(Scope, repository.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What a block names of a reference: its digest, or its tag where it has none.</summary>
    public static string ImageOf(ImageReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return (reference.Digest is null ? reference : reference with { Tag = null }).Canonical;
    }
}

/// <summary>What is held in one repository, at one time.</summary>
public sealed class HoldSet
{
    private readonly Dictionary<string, Hold> _blocks;
    private readonly List<Hold> _freezes;

    /// <summary>Takes those that count.</summary>
    /// <param name="holds">Of the repository's owner.</param>
    /// <param name="isFor">Which of them count.</param>
    /// <param name="now">The time.</param>
    public HoldSet(IEnumerable<Hold> holds, Func<Hold, bool> isFor, DateTimeOffset now)
    {
        var all = holds.Where(h => h.IsInForce(now) && isFor(h)).ToList();
        _blocks = all.Where(h => h is { Kind: HoldKind.Block, Image: not null }).GroupBy(h => h.Image!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        _freezes = [.. all.Where(h => h.Kind == HoldKind.Freeze)];
    }

    /// <summary>Nothing.</summary>
    public static HoldSet None { get; } = new([], _ => false, default);

    /// <summary>Why a reference must not be proposed; null: it may.</summary>
    public Hold? BlockOf(ImageReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return _blocks.Count == 0 ? null
            : _blocks.GetValueOrDefault(Hold.ImageOf(reference)) ?? (reference is { Digest: not null, Tag: not null } ? _blocks.GetValueOrDefault(Hold.ImageOf(reference with { Digest = null })) : null);
    }

    /// <summary>Whether a freight has something that is blocked.</summary>
    public Hold? BlockOf(Freight freight)
    {
        ArgumentNullException.ThrowIfNull(freight);
        return _blocks.Count == 0 ? null : freight.Parsed.Select(BlockOf).FirstOrDefault(b => b is not null);
    }

    /// <summary>Why nothing may be promoted to a stage, or, without one, proposed at all; null: it may.</summary>
    public Hold? FreezeOf(string? stage) => _freezes.Find(f => f.Stage is null || f.Stage == stage);
}
