using System.Text;
using System.Text.Json.Serialization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;

namespace Basewatch.Core.Jobs.State;

/// <summary>What is known of a repository without reading its inventory.</summary>
/// <param name="Repository"><c>owner/name</c> as its host writes it.</param>
/// <param name="ChangeToken">Of the listing that the inventory answered.</param>
/// <param name="Branch">Default branch.</param>
/// <param name="Commit">Commit that was read.</param>
/// <param name="ReadAs"><see cref="OrganisationConfiguration.VersionOf"/> when it was read.</param>
/// <param name="At">When it was read.</param>
/// <param name="Uses">Number of uses found.</param>
/// <param name="Problems">Files that could not be read.</param>
public sealed record RepositoryRecord(string Repository, string? ChangeToken, string Branch, string Commit, int ReadAs, DateTimeOffset At, int Uses, IReadOnlyList<FileProblem> Problems);

/// <summary>Everything that a repository uses.</summary>
/// <param name="Branch">Default branch.</param>
/// <param name="Commit">Commit that was read.</param>
/// <param name="FormatsVersion"><see cref="FormatsOf"/> when it was read.</param>
/// <param name="Files">Every file that a format may read, also where it names nothing: it need not be fetched again.</param>
/// <param name="Settings">Every file that is configuration as a whole.</param>
/// <param name="Indexed">Images that the index may name this repository for: more than <paramref name="Files"/> have while the index is being written.</param>
public sealed record Inventory(
    string Branch, string Commit, int FormatsVersion, IReadOnlyList<InventoryFile> Files, IReadOnlyList<InventorySettings> Settings, IReadOnlyList<string> Indexed)
{
    /// <summary>Raised whenever a format finds other uses in the same text than before, so that files are read again.</summary>
    public const int CurrentFormats = 5;

    /// <summary>Names what a catalogue finds: of files read with another value nothing is known.</summary>
    public static int FormatsOf(FormatCatalog formats) => CurrentFormats ^ formats.Definitions;

    /// <summary>Every part of dialects' configuration.</summary>
    [JsonIgnore]
    public IEnumerable<ConfigurationPart> Parts => Settings.SelectMany(s => s.Parts).Concat(Files.SelectMany(f => f.Parts ?? []));

    /// <summary>Every use, as the planner takes it.</summary>
    [JsonIgnore]
    public IEnumerable<ImageUse> Uses => Files.SelectMany(f => f.Uses.Select(u => u.ToUse(f.Path)));
}

/// <summary>One file of an inventory.</summary>
/// <param name="Path">From the root.</param>
/// <param name="Blob">SHA of its content.</param>
/// <param name="Mode">Git's mode.</param>
/// <param name="Uses">What it names.</param>
/// <param name="Problems">What could not be read.</param>
/// <param name="Siblings">The files beside it that it was read with; null for none.</param>
/// <param name="Parts">The parts of dialects' configuration in it; null for none.</param>
public sealed record InventoryFile(
    string Path,
    string Blob,
    string Mode,
    IReadOnlyList<InventoryUse> Uses,
    IReadOnlyList<FileProblem> Problems,
    IReadOnlyList<InventorySibling>? Siblings = null,
    IReadOnlyList<ConfigurationPart>? Parts = null)
{
    /// <summary>Names all that its uses were found in: it differs when one of the files does, or has another name: which of two gives a value is a matter of their names.</summary>
    [JsonIgnore]
    public string Basis => Siblings is null ? Blob : string.Join('+', Siblings.Select(s => $"{s.Path}@{s.Blob}").Prepend(Blob));
}

/// <summary>A file that is configuration as a whole.</summary>
/// <param name="Path">From the root.</param>
/// <param name="Blob">SHA of its content.</param>
/// <param name="Parts">Its text, for each dialect that reads it.</param>
/// <param name="Problem">Why it can't be read; null when all is well.</param>
public sealed record InventorySettings(string Path, string Blob, IReadOnlyList<ConfigurationPart> Parts, FileProblem? Problem);

/// <summary>A file that another one of its folder is read with.</summary>
/// <param name="Path">From the root.</param>
/// <param name="Blob">SHA of its content.</param>
/// <param name="Mode">Git's mode.</param>
public sealed record InventorySibling(string Path, string Blob, string Mode);

/// <summary>A use without its spans: they are found again when the file is edited.</summary>
/// <param name="Format">The format that found it.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Text">What is written there.</param>
/// <param name="Skip">Why it can't be updated.</param>
/// <param name="Pinnable">Whether a digest may be added.</param>
/// <param name="Platform">The platform asked for.</param>
/// <param name="IsKnown">Whether the image is known where it can't be updated.</param>
/// <param name="Keyword">What of a Dockerfile names the image.</param>
public sealed record InventoryUse(string Format, int Line, int Column, string Text, string? Skip, bool Pinnable, string? Platform, bool IsKnown = false, string? Keyword = null)
{
    /// <summary>The record of a use.</summary>
    public static InventoryUse Of(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return new(use.Format, use.Line, use.Column, use.Written.Value, use.Skip, use.Pinnable, use.Platform?.ToString(), use.Skip is not null && use.Reference is not null, use.Keyword);
    }

    /// <summary>The use again.</summary>
    public ImageUse ToUse(string path) => new()
    {
        Path = path,
        Format = Format,
        Line = Line,
        Column = Column,
        Written = WrittenText.At(Text, 0),
        Reference = Skip is null || IsKnown ? ImageReference.Parse(Text) : null,
        Skip = Skip,
        Pinnable = Pinnable,
        Keyword = Keyword,
        Platform = Images.Platform.TryParse(Platform, out var platform) ? platform : null,
    };
}

/// <summary>What is known of an image without reading its tags.</summary>
/// <param name="Image">Canonical name.</param>
/// <param name="At">When its registry last gave a whole answer; null: never yet.</param>
/// <param name="Problem">Why the last question had no whole answer.</param>
/// <param name="ProblemAt">When that was.</param>
/// <param name="Told">For each <see cref="ImagePlace.Follows"/>, <see cref="UpdatePlanner.Outlook"/> as its users have been told of it.</param>
public sealed record ImageRecord(string Image, DateTimeOffset? At, string? Problem, DateTimeOffset? ProblemAt, IReadOnlyDictionary<string, string>? Told);

/// <summary><see cref="ImageFacts"/> as they are kept.</summary>
public sealed record ImageFactsRecord(IReadOnlyList<string>? Tags, IReadOnlyDictionary<string, string?> Digests, IReadOnlyDictionary<string, string> DigestProblems)
{
    /// <summary>By digest.</summary>
    public IReadOnlyDictionary<string, ImageContentRecord>? Contents { get; init; }

    /// <summary>By digest.</summary>
    public IReadOnlyDictionary<string, string>? ContentProblems { get; init; }

    /// <summary>By tag.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? FirstSeen { get; init; }

    /// <summary>By tag.</summary>
    public IReadOnlyDictionary<string, PushDateRecord>? Pushed { get; init; }

    /// <summary>By digest.</summary>
    public IReadOnlyDictionary<string, SignatureFact>? Signatures { get; init; }

    /// <summary>By digest.</summary>
    public IReadOnlyDictionary<string, string>? SignatureProblems { get; init; }

    /// <summary>What it is a mirror of.</summary>
    public string? Source { get; init; }

    /// <summary>Which of the two was asked; null where it is no mirror.</summary>
    public MirrorLookup? LookIn { get; init; }

    /// <summary>Tags that the mirror lacks.</summary>
    public IReadOnlyList<string>? Lacking { get; init; }

    /// <summary>Why that is not known.</summary>
    public string? SourceProblem { get; init; }

    /// <summary>The record of facts.</summary>
    public static ImageFactsRecord Of(ImageFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return new(facts.Tags, Sorted(facts.Digests, t => t, d => d?.ToString()), Sorted(facts.DigestProblems, t => t, p => p))
        {
            Contents = facts.Contents.Count == 0 ? null : Sorted(facts.Contents, d => d.ToString(), ImageContentRecord.Of),
            ContentProblems = facts.ContentProblems.Count == 0 ? null : Sorted(facts.ContentProblems, d => d.ToString(), p => p),
            FirstSeen = facts.FirstSeen.Count == 0 ? null : Sorted(facts.FirstSeen, t => t, s => s),
            Pushed = facts.Pushed.Count == 0 ? null : Sorted(facts.Pushed, t => t, p => new PushDateRecord(p.Digest.ToString(), p.At)),
            Signatures = facts.Signatures.Count == 0 ? null : Sorted(facts.Signatures, d => d.ToString(), s => s),
            SignatureProblems = facts.SignatureProblems.Count == 0 ? null : Sorted(facts.SignatureProblems, d => d.ToString(), p => p),
            Source = facts.Mirror?.Source.Canonical,
            LookIn = facts.Mirror?.LookIn,
            Lacking = facts.Lacking.Count == 0 ? null : facts.Lacking,
            SourceProblem = facts.SourceProblem,
        };
    }

    /// <summary>The facts again.</summary>
    public ImageFacts ToFacts(ImageName image) => new(image)
    {
        Tags = Tags,
        Digests = Digests.ToDictionary(d => d.Key, d => d.Value is null ? null : Digest.Parse(d.Value), StringComparer.Ordinal),
        DigestProblems = DigestProblems,
        Contents = (Contents ?? new Dictionary<string, ImageContentRecord>(StringComparer.Ordinal)).ToDictionary(c => Digest.Parse(c.Key), c => c.Value.ToContent()),
        ContentProblems = (ContentProblems ?? new Dictionary<string, string>(StringComparer.Ordinal)).ToDictionary(c => Digest.Parse(c.Key), c => c.Value),
        FirstSeen = FirstSeen ?? new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal),
        Pushed = (Pushed ?? new Dictionary<string, PushDateRecord>(StringComparer.Ordinal)).ToDictionary(p => p.Key, p => new PushDate(Digest.Parse(p.Value.Digest), p.Value.At), StringComparer.Ordinal),
        Signatures = (Signatures ?? new Dictionary<string, SignatureFact>(StringComparer.Ordinal)).ToDictionary(s => Digest.Parse(s.Key), s => s.Value),
        SignatureProblems = (SignatureProblems ?? new Dictionary<string, string>(StringComparer.Ordinal)).ToDictionary(s => Digest.Parse(s.Key), s => s.Value),
        Mirror = Source is not null && LookIn is { } place ? new ImageMirror(ImageName.Parse(Source), place) : null,
        Lacking = Lacking ?? [],
        SourceProblem = SourceProblem,
    };

    private static SortedDictionary<string, T> Sorted<TKey, TValue, T>(IReadOnlyDictionary<TKey, TValue> facts, Func<TKey, string> key, Func<TValue, T> value)
        where TKey : notnull =>
        new(facts.ToDictionary(f => key(f.Key), f => value(f.Value), StringComparer.Ordinal), StringComparer.Ordinal);
}

/// <summary><see cref="ImageContent"/> as it is kept.</summary>
/// <param name="Images">For each platform the beginning of a digest; null where nobody asked.</param>
/// <param name="Date">When it was made.</param>
/// <param name="Source">Who says so.</param>
/// <param name="IsDated">Whether its date was asked for.</param>
/// <param name="IsGone">Whether the registry does not have it.</param>
public sealed record ImageContentRecord(
    IReadOnlyList<string>? Images,
    DateTimeOffset? Date,
    // By name: sources are in the order of their worth.
    [property: JsonConverter(typeof(JsonStringEnumConverter<DateSource>))] DateSource? Source,
    bool IsDated,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsGone = false)
{
    /// <summary>The record of a content.</summary>
    public static ImageContentRecord Of(ImageContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new(content.Images?.Select(i => $"{i.Id} {i.Platform.ToFullString()}").ToList(), content.Date?.At, content.Date?.Source, content.IsDated, content.IsGone);
    }

    /// <summary>The content again.</summary>
    public ImageContent ToContent() => new()
    {
        Images = Images?.Select(Image).OfType<PlatformImage>().ToList(),
        Date = Date is { } at && Source is { } source ? new TagDate(at, source) : null,
        IsDated = IsDated,
        IsGone = IsGone,
    };

    private static PlatformImage? Image(string text) =>
        text.Split(' ', 2) is [var id, var platform] && Platform.TryParseFull(platform, out var read) ? new PlatformImage(read, id) : null;
}

/// <summary>Facts as the command line keeps them.</summary>
/// <param name="Version">What they mean.</param>
/// <param name="Image">Canonical name.</param>
/// <param name="Facts">Tags, contents, and when tags were first seen.</param>
internal sealed record KeptFacts(int Version, string Image, ImageFactsRecord Facts);

/// <summary><see cref="PushDate"/> as it is kept.</summary>
/// <param name="Digest">What the tag named then.</param>
/// <param name="At">When.</param>
public sealed record PushDateRecord(string Digest, DateTimeOffset At);

/// <summary>How one repository uses one image: the index from images to repositories.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Places">Every place.</param>
public sealed record ImageUser(string Repository, IReadOnlyList<ImagePlace> Places);

/// <summary>A place that uses an image.</summary>
/// <param name="Tag">The tag it follows; null where it has a digest alone.</param>
/// <param name="Path">File.</param>
/// <param name="Line">From 1.</param>
/// <param name="Policy">The policy that its repository has for it; null where it has none.</param>
public sealed record ImagePlace(string? Tag, string Path, int Line, PolicyText? Policy = null)
{
    /// <summary>Tells apart what places follow: the tag, and under which policy; null where it follows nothing, or stays as it is.</summary>
    [JsonIgnore]
    public string? Follows => Tag is null || Policy == PolicyText.None ? null : Policy is null ? Tag : $"{Tag} {Digest.Of(Encoding.UTF8.GetBytes($"{Policy.Dialect} {Policy.Text}{(Policy.Signed is { } signed ? $" signed {signed}" : "")}")).Hex[..16]}";
}

/// <summary>A pull request in the ledger.</summary>
/// <param name="Key"><see cref="ChangeSet.Key"/>.</param>
/// <param name="Number">Its number; null while there is none.</param>
/// <param name="Url">Its page.</param>
/// <param name="Title">Its title.</param>
/// <param name="State">
/// What Basewatch did or saw last: <c>opening</c> (before it is opened, until its labels are set), <c>opened</c>, <c>updated</c>,
/// <c>closing</c>, <c>closed</c>, <c>merged</c>, <c>declined</c> (closed by a person, or because one said so), <c>ended</c> (gone in a way
/// that is not known), <c>left</c>, <c>proposed</c> (observe mode).
/// </param>
/// <param name="HeadCommit">The commit that Basewatch put at the head of its branch.</param>
/// <param name="Change"><see cref="ChangeSet.Fingerprint"/> of that commit.</param>
/// <param name="Note">Why it was left or closed.</param>
/// <param name="At">When.</param>
public sealed record PullRequestRecord(string Key, int? Number, string? Url, string Title, string State, string? HeadCommit, string? Change, string? Note, DateTimeOffset At)
{
    /// <summary>When anything had happened to it last, of what was obeyed; null: nothing of it was looked at yet.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>The newest comment that was obeyed or answered.</summary>
    public long? HeardUntil { get; init; }

    /// <summary>When that was written.</summary>
    public DateTimeOffset? HeardAt { get; init; }

    /// <summary><see cref="ChangeSet.VersionsId"/> of what somebody wants to be merged when it is green.</summary>
    public string? MergeAsked { get; init; }

    /// <summary>Who.</summary>
    public string? MergeAskedBy { get; init; }

    /// <summary>Whether it was told that its branch is left to those who pushed to it.</summary>
    public bool IsToldTouched { get; init; }

    /// <summary>Whether it was told what may be asked of Basewatch.</summary>
    public bool IsHelped { get; init; }

    /// <summary>The commit and the words of the last verdict that was shown.</summary>
    public string? Reported { get; init; }
}

/// <summary>What a person said that a repository does not want.</summary>
/// <param name="Number">The pull request where it was said.</param>
/// <param name="Key">Its <see cref="ChangeSet.Key"/>.</param>
/// <param name="Title">Its title then.</param>
/// <param name="Scope">How far it goes.</param>
/// <param name="Ids"><see cref="Refusal.Ids"/>.</param>
/// <param name="By">Login of who said it; null where that is not known.</param>
/// <param name="At">When.</param>
/// <param name="IsDone">Whether the pull request was closed for it.</param>
public sealed record RefusalRecord(
    int Number, string Key, string Title, [property: JsonConverter(typeof(JsonStringEnumConverter<RefusalScope>))] RefusalScope Scope, IReadOnlyList<string> Ids, string? By, DateTimeOffset At, bool IsDone);

/// <summary>How fast work goes in a repository.</summary>
/// <param name="Opened">When pull requests were opened, of the last hour.</param>
/// <param name="Written">When branches were written, likewise.</param>
/// <param name="WorkflowsRefused">When the host refused last to have a workflow file changed.</param>
public sealed record PaceRecord(IReadOnlyList<DateTimeOffset> Opened, IReadOnlyList<DateTimeOffset> Written, DateTimeOffset? WorkflowsRefused)
{
    /// <summary>Nothing was done yet.</summary>
    public static PaceRecord None { get; } = new([], [], null);
}

/// <summary>A repository with open pull requests.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Seen">Names what its pull requests were like when they were reconciled.</param>
/// <param name="IsWaiting">Whether one waits for what its list does not show: checks, mostly.</param>
/// <param name="Closed">Branches of pull requests that a person closed lately, and that he may want back.</param>
public sealed record ReviewRecord(string Repository, string Seen, bool IsWaiting, IReadOnlyList<string> Closed);

/// <summary>What was written to an owner's repositories in the last hour.</summary>
/// <param name="Minutes">Number by minute since 1970.</param>
public sealed record ContentRecord(IReadOnlyDictionary<long, int> Minutes);

/// <summary>Nothing is written to any repository.</summary>
/// <param name="Reason">Why, for people.</param>
/// <param name="By">Who said so.</param>
/// <param name="At">When.</param>
/// <param name="Until">Until when; null: until somebody says otherwise.</param>
public sealed record PauseRecord(string? Reason, string? By, DateTimeOffset At, DateTimeOffset? Until);

/// <summary>A repository that waits to be reconciled.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="Cause">Why, for people.</param>
/// <param name="NotBefore">Its job is due then, and was queued for then; null: it is due.</param>
public sealed record PendingRecord(string Repository, DateTimeOffset Since, string Cause, DateTimeOffset? NotBefore = null);

/// <summary>An alert in the ledger. It is claimed before it is sent and marked after, so that a crash between may double it and never loses it.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="ClaimedAt">When a worker took it on; null: nobody is sending it.</param>
/// <param name="SentAt">When the channel took it last; null: not yet.</param>
/// <param name="Told">The repositories that it named.</param>
public sealed record AlertRecord(string Subject, DateTimeOffset? ClaimedAt, DateTimeOffset? SentAt, IReadOnlyList<string> Told);

/// <summary>What all decisions rest on beside the repositories and the registries.</summary>
/// <param name="Mode">What Basewatch may do.</param>
/// <param name="Policies"><see cref="PolicySources.Fingerprint"/>.</param>
public sealed record DecisionsRecord(ServiceMode Mode, string Policies);

/// <summary>A job that failed.</summary>
/// <param name="Job">Its JSON.</param>
/// <param name="Message">What went wrong.</param>
/// <param name="At">When it failed last.</param>
/// <param name="Times">How often in a row.</param>
/// <param name="NotBefore">It is not done again before; null: whenever it comes.</param>
public sealed record FailureRecord(string Job, string Message, DateTimeOffset At, int Times, DateTimeOffset? NotBefore);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RepositoryRecord))]
[JsonSerializable(typeof(Inventory))]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(ImageFactsRecord))]
[JsonSerializable(typeof(KeptFacts))]
[JsonSerializable(typeof(ImageUser))]
[JsonSerializable(typeof(PullRequestRecord))]
[JsonSerializable(typeof(PendingRecord))]
[JsonSerializable(typeof(RefusalRecord))]
[JsonSerializable(typeof(PaceRecord))]
[JsonSerializable(typeof(ReviewRecord))]
[JsonSerializable(typeof(ContentRecord))]
[JsonSerializable(typeof(PauseRecord))]
[JsonSerializable(typeof(AlertRecord))]
[JsonSerializable(typeof(FailureRecord))]
[JsonSerializable(typeof(DecisionsRecord))]
internal sealed partial class StateJson : JsonSerializerContext;
