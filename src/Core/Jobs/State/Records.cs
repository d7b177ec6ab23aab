using System.Text;
using System.Text.Json.Serialization;
using Basewatch.Core.Alerts;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Builds;
using Basewatch.Core.Formats.Packages;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Rollouts;
using Basewatch.Core.Vulnerabilities;

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
    public const int CurrentFormats = 8;

    /// <summary>Names what a catalogue finds: of files read with another value nothing is known.</summary>
    public static int FormatsOf(FormatCatalog formats) => CurrentFormats ^ formats.Definitions;

    /// <summary>Every part of dialects' configuration.</summary>
    [JsonIgnore]
    public IEnumerable<ConfigurationPart> Parts => Settings.SelectMany(s => s.Parts).Concat(Files.SelectMany(f => f.Parts ?? []));

    /// <summary>Every use, as the planner takes it.</summary>
    [JsonIgnore]
    public IEnumerable<ImageUse> Uses => Files.SelectMany(f => f.Uses.Select(u => u.ToUse(f.Path)));

    /// <summary>Every package that a Dockerfile pins.</summary>
    [JsonIgnore]
    public IEnumerable<PackageUse> Packages => Files.SelectMany(f => (f.Packages ?? []).Select(p => p.ToUse(f.Path)));

    /// <summary>Everything that is built from a Dockerfile.</summary>
    [JsonIgnore]
    public IEnumerable<ImageBuild> Builds => Files.SelectMany(f => f.Builds ?? []);
}

/// <summary>One file of an inventory.</summary>
/// <param name="Path">From the root.</param>
/// <param name="Blob">SHA of its content.</param>
/// <param name="Mode">Git's mode.</param>
/// <param name="Uses">What it names.</param>
/// <param name="Problems">What could not be read.</param>
/// <param name="Siblings">The files beside it that it was read with; null for none.</param>
/// <param name="Parts">The parts of dialects' configuration in it; null for none.</param>
/// <param name="Builds">What it says to be built from which Dockerfile; null for nothing.</param>
/// <param name="Packages">The packages that it pins; null for none.</param>
public sealed record InventoryFile(
    string Path,
    string Blob,
    string Mode,
    IReadOnlyList<InventoryUse> Uses,
    IReadOnlyList<FileProblem> Problems,
    IReadOnlyList<InventorySibling>? Siblings = null,
    IReadOnlyList<ConfigurationPart>? Parts = null,
    IReadOnlyList<ImageBuild>? Builds = null,
    IReadOnlyList<InventoryPackage>? Packages = null)
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
/// <param name="Stages">The stages of a Dockerfile that are built on it.</param>
public sealed record InventoryUse(
    string Format, int Line, int Column, string Text, string? Skip, bool Pinnable, string? Platform, bool IsKnown = false, string? Keyword = null, IReadOnlyList<string>? Stages = null)
{
    /// <summary>The record of a use.</summary>
    public static InventoryUse Of(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return new(use.Format, use.Line, use.Column, use.Written.Value, use.Skip, use.Pinnable, use.Platform?.ToString(), use.Skip is not null && use.Reference is not null, use.Keyword, use.Stages);
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
        Stages = Stages,
        Platform = Images.Platform.TryParse(Platform, out var platform) ? platform : null,
    };
}

/// <summary>A pinned package without its spans.</summary>
/// <param name="Ecosystem"><see cref="PackageEcosystems.Word"/>.</param>
/// <param name="Name">The package.</param>
/// <param name="Version">The version.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Constraint">Whether it is exact (0), a prefix (1) or a range (2).</param>
/// <param name="Bases">Line and column of each base, one after another.</param>
/// <param name="Architecture">The distribution's name.</param>
/// <param name="Target">Another suite.</param>
/// <param name="Platform">The platform of the stage.</param>
/// <param name="HasOwnSources">Whether its stage adds sources.</param>
/// <param name="Skip">Why it can't be moved.</param>
public sealed record InventoryPackage(
    string Ecosystem, string Name, string Version, int Line, int Column, int Constraint, IReadOnlyList<int> Bases,
    string? Architecture = null, string? Target = null, string? Platform = null, bool HasOwnSources = false, string? Skip = null)
{
    /// <summary>The record of a package.</summary>
    public static InventoryPackage Of(PackageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return new(
            use.Ecosystem.Word(), use.Name, use.Version.Value, use.Line, use.Column, (int)use.Constraint, [.. use.Bases.SelectMany(b => new[] { b.Line, b.Column })],
            use.Architecture, use.Target, use.Platform?.ToString(), use.HasOwnSources, use.Skip);
    }

    /// <summary>The package again.</summary>
    public PackageUse ToUse(string path) => new()
    {
        Path = path,
        Line = Line,
        Column = Column,
        Ecosystem = PackageEcosystems.ByWord[Ecosystem],
        Name = Name,
        Version = WrittenText.At(Version, 0),
        Constraint = (PackageConstraint)Constraint,
        Architecture = Architecture,
        Target = Target,
        Platform = Images.Platform.TryParse(Platform, out var platform) ? platform : null,
        HasOwnSources = HasOwnSources,
        Skip = Skip,
        Bases = [.. Bases.Chunk(2).Select(b => new BasePlace(b[0], b[1]))],
    };
}

/// <summary>What is known of an image without reading its tags.</summary>
/// <param name="Image">Canonical name.</param>
/// <param name="At">When its registry last gave a whole answer; null: never yet.</param>
/// <param name="Problem">Why the last question had no whole answer.</param>
/// <param name="ProblemAt">When that was.</param>
/// <param name="Told">For each <see cref="ImagePlace.Follows"/>, <see cref="UpdatePlanner.Outlook"/> as its users have been told of it.</param>
public sealed record ImageRecord(string Image, DateTimeOffset? At, string? Problem, DateTimeOffset? ProblemAt, IReadOnlyDictionary<string, string>? Told)
{
    /// <summary>How it stands in its registry; null as long as nobody looked.</summary>
    public ImageStanding? Standing { get; init; }
}

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
/// <param name="Digest">The digest that it is pinned to; null where it is not.</param>
public sealed record ImagePlace(string? Tag, string Path, int Line, PolicyText? Policy = null, string? Digest = null)
{
    /// <summary>Tells apart what places follow: the tag, and under which policy; null where it follows nothing, or stays as it is.</summary>
    [JsonIgnore]
    public string? Follows => Tag is null || Policy == PolicyText.None ? null : Policy is null ? Tag : $"{Tag} {Images.Digest.Of(Encoding.UTF8.GetBytes($"{Policy.Dialect} {Policy.Text}{(Policy.Signed is { } signed ? $" signed {signed}" : "")}")).Hex[..16]}";
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
    /// <summary>When it was opened; null where that was not written down.</summary>
    public DateTimeOffset? OpenedAt { get; init; }

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

/// <summary>An issue in the ledger.</summary>
/// <param name="Key"><see cref="Planning.WaysOut.WayOut.Key"/>.</param>
/// <param name="Number">Its number; null while there is none.</param>
/// <param name="Url">Its page.</param>
/// <param name="Title">Its title.</param>
/// <param name="State">
/// What Basewatch did or saw last: <c>opening</c>, <c>open</c>, <c>closing</c>, <c>closed</c> (by Basewatch: nothing is left to tell),
/// <c>declined</c> (by a person), <c>refused</c> (there are no issues, or this access may not open any).
/// </param>
/// <param name="Note">Why it was refused.</param>
/// <param name="At">When.</param>
public sealed record IssueRecord(string Key, int? Number, string? Url, string Title, string State, string? Note, DateTimeOffset At);

/// <summary>A repository with something that ends, and by what its ways out were found.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Outlook">Differs when they have to be looked for again.</param>
public sealed record WayOutRecord(string Repository, string Outlook);

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

/// <summary>A message on its way to a channel: small, so that all of them can be listed; what it says is kept apart.</summary>
/// <param name="Id"><see cref="Message.Id"/>.</param>
/// <param name="Channel">Where it goes.</param>
/// <param name="Owner">Whose repositories it is about.</param>
/// <param name="Title">Its title.</param>
/// <param name="State">Where it is on its way.</param>
/// <param name="At">When it was written.</param>
public sealed record OutboxRecord(string Id, string Channel, string Owner, string Title, [property: JsonConverter(typeof(JsonStringEnumConverter<OutboxState>))] OutboxState State, DateTimeOffset At)
{
    /// <summary>How often the channel did not take it.</summary>
    public int Attempts { get; init; }

    /// <summary>When that was for the first time.</summary>
    public DateTimeOffset? RefusedSince { get; init; }

    /// <summary>It is not sent again before.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When a worker took it on; null: nobody is sending it.</summary>
    public DateTimeOffset? ClaimedAt { get; init; }

    /// <summary>Why the channel did not take it the last time.</summary>
    public string? Problem { get; init; }

    /// <summary>Host of the channel then, never its address.</summary>
    public string? Host { get; init; }
}

/// <summary>Where a message is on its way.</summary>
public enum OutboxState
{
    /// <summary>It was written, and counts once the ledger names it.</summary>
    Decided,

    /// <summary>It has to be sent.</summary>
    Ready,

    /// <summary>It was tried for long enough.</summary>
    Dead,
}

/// <summary>How a channel is doing.</summary>
/// <param name="Sent">Messages that it took.</param>
/// <param name="SentAt">When it took the last one.</param>
/// <param name="NotBefore">It asked to be left alone until then.</param>
public sealed record ChannelRecord(int Sent, DateTimeOffset? SentAt, DateTimeOffset? NotBefore);

/// <summary>What is odd about alerts of an owner's repositories.</summary>
/// <param name="Owner">Who.</param>
/// <param name="Problems">What is wrong with routes and channels.</param>
/// <param name="Untaken">Places near or past an end that no route takes.</param>
public sealed record AlertNotesRecord(string Owner, IReadOnlyList<string> Problems, int Untaken);

/// <summary>Repositories have come to use images that they did not use before, or in other places.</summary>
/// <param name="At">When that was seen last.</param>
public sealed record NewUsesRecord(DateTimeOffset At);

/// <summary>Who owns a repository's files.</summary>
/// <param name="Commit">The commit that was looked at.</param>
/// <param name="Blob">SHA of the file; null where there is none.</param>
/// <param name="Text">The file.</param>
public sealed record CodeOwnersRecord(string Commit, string? Blob, string Text);

/// <summary>Alerts that a person lets rest.</summary>
/// <param name="Subject">What they are about.</param>
/// <param name="Until">The first day on which they are told again; null: acknowledged, never again for this date of end.</param>
/// <param name="Reason">Why, in that person's words.</param>
/// <param name="By">Who, where a sign-in says so; null: somebody with the link.</param>
/// <param name="At">When.</param>
public sealed record SnoozeRecord(string Subject, DateOnly? Until, string? Reason, string? By, DateTimeOffset At);

/// <summary>What all decisions rest on beside the repositories and the registries.</summary>
/// <param name="Mode">What Basewatch may do.</param>
/// <param name="Policies"><see cref="PolicySources.Fingerprint"/>.</param>
/// <param name="Summaries"><see cref="SummaryRecord.CurrentVersion"/>.</param>
public sealed record DecisionsRecord(ServiceMode Mode, string Policies, int Summaries = SummaryRecord.CurrentVersion);

/// <summary>What became of a repository when it was reconciled last: small, since all of them are read at once.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="At">When.</param>
/// <param name="Current">Uses that name the newest image which their policies allow, pinned or not.</param>
/// <param name="Behind">Uses for which there is a newer one, or whose tag is gone.</param>
/// <param name="Undecided">Uses about which the registry did not say enough.</param>
/// <param name="Excluded">Uses that are not looked after: built on the spot, excluded by a comment, of no known image.</param>
/// <param name="PullRequests">The ledger's, open ones and the newest of the others.</param>
public sealed record SummaryRecord(string Repository, DateTimeOffset At, int Current, int Behind, int Undecided, int Excluded, IReadOnlyList<PullRequestSummary> PullRequests)
{
    /// <summary>Raised whenever there is more to be told, so that all repositories are reconciled once.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Pull requests that are kept beside the open ones.</summary>
    public const int MostEnded = 20;
}

/// <summary>What people want to know first of a <see cref="PullRequestRecord"/>.</summary>
/// <param name="Number">Its number; null while there is none.</param>
/// <param name="Url">Its page.</param>
/// <param name="Title">Its title.</param>
/// <param name="State"><see cref="PullRequestRecord.State"/>.</param>
/// <param name="Note">Why it was left or closed, or what it waits for.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="At">When anything became of it last.</param>
public sealed record PullRequestSummary(int? Number, string? Url, string Title, string State, string? Note, DateTimeOffset? OpenedAt, DateTimeOffset At)
{
    /// <summary>Whether it waits for somebody.</summary>
    [JsonIgnore]
    public bool IsOpen => Number is not null && State is "opening" or "opened" or "updated" or "left" or "closing" or "merging";

    /// <summary>The summary of a pull request.</summary>
    public static PullRequestSummary Of(PullRequestRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new(record.Number, record.Url, record.Title, record.State, record.Note, record.OpenedAt, record.At);
    }
}

/// <summary>What a repository's uses should be.</summary>
/// <param name="Uses">By file and line; no more than <see cref="Most"/>.</param>
public sealed record OutlookRecord(IReadOnlyList<UseOutlook> Uses)
{
    /// <summary>The most uses that are kept.</summary>
    public const int Most = 5000;
}

/// <summary>What one use should be.</summary>
/// <param name="Path">File.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Next">The image that it should name, familiar; null: it stays.</param>
/// <param name="Kind">How far that is; <c>gone</c> where its tag is.</param>
/// <param name="Reason">Why, or what the registry did not answer.</param>
public sealed record UseOutlook(string Path, int Line, int Column, string? Next, string? Kind, string Reason);

/// <summary>The last run of a loop: of a job that looks at everything.</summary>
/// <param name="Loop">Name of the job: <c>FindRepositories</c>.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Problem">Why it failed or was put off; null: it is done.</param>
/// <param name="DoneAt">When it was done last; null: never yet.</param>
public sealed record RunRecord(string Loop, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string? Problem, DateTimeOffset? DoneAt);

/// <summary>A job that failed.</summary>
/// <param name="Job">Its JSON.</param>
/// <param name="Message">What went wrong.</param>
/// <param name="At">When it failed last.</param>
/// <param name="Times">How often in a row.</param>
/// <param name="NotBefore">It is not done again before; null: whenever it comes.</param>
/// <param name="Since">When it failed first; null where that was not written down.</param>
public sealed record FailureRecord(string Job, string Message, DateTimeOffset At, int Times, DateTimeOffset? NotBefore, DateTimeOffset? Since = null);

/// <summary>The right to work on something alone.</summary>
/// <param name="Owner"><see cref="Ports.IInstance.Id"/> of the holder.</param>
/// <param name="Until">It runs out then.</param>
public sealed record LeaseRecord(string Owner, DateTimeOffset Until);

/// <summary>A registry that asked to be left alone.</summary>
/// <param name="Until">Until when.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RegistryPauseRecord(DateTimeOffset Until, string Reason);

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
[JsonSerializable(typeof(AlertLedger))]
[JsonSerializable(typeof(OutboxRecord))]
[JsonSerializable(typeof(ChannelRecord))]
[JsonSerializable(typeof(AlertNotesRecord))]
[JsonSerializable(typeof(NewUsesRecord))]
[JsonSerializable(typeof(CodeOwnersRecord))]
[JsonSerializable(typeof(PullRequestLine))]
[JsonSerializable(typeof(WeekSnapshot))]
[JsonSerializable(typeof(FailureRecord))]
[JsonSerializable(typeof(DecisionsRecord))]
[JsonSerializable(typeof(SnoozeRecord))]
[JsonSerializable(typeof(ImageEvidenceRecord))]
[JsonSerializable(typeof(BuildsRecord))]
[JsonSerializable(typeof(SummaryRecord))]
[JsonSerializable(typeof(OutlookRecord))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(IssueRecord))]
[JsonSerializable(typeof(RebuildEntry))]
[JsonSerializable(typeof(RebuildTagsRecord))]
[JsonSerializable(typeof(OwnImageRecord))]
[JsonSerializable(typeof(RebuildWishRecord))]
[JsonSerializable(typeof(RebuildPaceRecord))]
[JsonSerializable(typeof(WayOutRecord))]
[JsonSerializable(typeof(ImagePackagesRecord))]
[JsonSerializable(typeof(Vulnerability))]
[JsonSerializable(typeof(ReportsRecord))]
[JsonSerializable(typeof(RolloutScopeRecord))]
[JsonSerializable(typeof(RolloutPaceRecord))]
[JsonSerializable(typeof(MembershipRecord))]
[JsonSerializable(typeof(LineRecord))]
[JsonSerializable(typeof(Member))]
[JsonSerializable(typeof(WaveRecord))]
[JsonSerializable(typeof(WaveMember))]
[JsonSerializable(typeof(Hold))]
[JsonSerializable(typeof(PersonalPromotion))]
[JsonSerializable(typeof(RolloutDeed))]
[JsonSerializable(typeof(DeliveriesRecord))]
[JsonSerializable(typeof(RolloutOwnerRecord))]
[JsonSerializable(typeof(LeaseRecord))]
[JsonSerializable(typeof(RegistryPauseRecord))]
internal sealed partial class StateJson : JsonSerializerContext;

/// <summary>Messages are kept with the names of their kinds, which say the same in every version.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Message))]
internal sealed partial class MessageJson : JsonSerializerContext;
