using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Policies;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Planning;

/// <summary>Updates that travel together in one pull request.</summary>
/// <param name="Key">
/// Names the change set for good, whatever its target: <c>python-3.x-slim</c>, <c>python-x.x-slim</c> for majors,
/// <c>digests</c>; <c>_stage/STAGE/LINE</c> and <c>_back/STAGE/LINE</c> for what goes through stages; <c>openjdk-to-eclipse-temurin</c>; <c>_successor/python/python-3.8</c>; <c>_group/NAME</c> and <c>_group/NAME-major</c> for groups. Fit for a branch name: what begins with an
/// underscore is no image's, so that no branch is in another's way.
/// </param>
/// <param name="Updates">At least one, by file and line.</param>
/// <param name="Basis">What the updates were found in: the SHA of each file's content, in the order of the updates.</param>
public sealed record ChangeSet(string Key, IReadOnlyList<Update> Updates, IReadOnlyList<string> Basis)
{
    /// <summary>Key of the change set that pins and refreshes digests and moves no tag.</summary>
    public const string DigestsKey = "digests";

    private const string Major = "-major";

    /// <summary>The stage that it is for; null: none.</summary>
    public RolloutStep? Rollout => Updates.Count == 0 ? null : Updates[0].Rollout;

    /// <summary>What the key of a change set of packages alone begins with: <c>_packages/apt</c>, <c>_packages/npm-major</c>.</summary>
    public const string PackagesKey = "_packages/";

    /// <summary>What every branch of Basewatch begins with.</summary>
    public const string BranchPrefix = "basewatch/";

    private const int LongestName = 60;

    /// <summary>Packages whose versions move with them, or alone where there are no updates: then there is at least one.</summary>
    public IReadOnlyList<PackageUpdate> Packages { get; init; } = [];

    /// <summary>Whether nothing is left in it.</summary>
    public bool IsEmpty => Updates.Count + Packages.Count == 0;

    /// <summary>How far its furthest step goes.</summary>
    public UpdateKind Furthest => Updates.Select(u => u.Kind).Concat(Packages.Select(p => p.Kind)).DefaultIfEmpty().Max();

    /// <summary>The branch that it is made against; null: the default branch.</summary>
    public string? TargetBranch { get; init; }

    /// <summary>The group that it is; null: it is none.</summary>
    public string? GroupName => Updates.Count == 0 ? null : GroupOf(Updates[0]);

    /// <summary>
    /// How it is proposed, where its updates' rules differ: with the labels, reviewers, assignees and required checks of all;
    /// with the prefix and milestone of the first that has one; as a draft if any says so; merged without a person only if all may be,
    /// with the most approvals that any asks for; at times that suit all; and with a template for its commit if all have that one. Limits are <see cref="Limits"/>.
    /// </summary>
    public ProposalSettings Proposal
    {
        get
        {
            var all = Rules.Select(r => r?.Proposal ?? ProposalSettings.Default).Distinct().ToList();
            var stage = Rollout?.Stage;
            var isTakeBack = Rollout is { IsTakeBack: true };
            return new ProposalSettings
            {
                Group = GroupName,
                TargetBranch = TargetBranch,
                Labels = Union(all, p => p.Labels),
                Reviewers = Union(all, p => p.Reviewers),
                Assignees = Union(all, p => p.Assignees),
                CommitPrefix = all.Select(p => p.CommitPrefix).FirstOrDefault(p => !string.IsNullOrWhiteSpace(p)),
                MessageTemplate = all.Select(p => p.MessageTemplate).Distinct(StringComparer.Ordinal).ToList() is [var only] ? only : null,
                Schedule = isTakeBack ? null : CommonSchedule.Of([.. all.Select(p => p.Schedule).OfType<Schedule>()]),
                Milestone = all.Select(p => p.Milestone).FirstOrDefault(m => !string.IsNullOrWhiteSpace(m)),
                IsDraft = all.Exists(p => p.IsDraft) || Updates.Any(u => u.WayOut is not null),
                Automerge = (isTakeBack ? stage?.AutomergeReverts ?? stage?.Automerge : stage?.Automerge) ?? (all.Count > 0 && Updates.Count > 0 && all.All(p => p.Automerge) && Updates.All(u => u.WayOut is null)),
                MergesUnchecked = all.Count > 0 && all.All(p => p.MergesUnchecked),
                RequiredChecks = Union(all, p => p.RequiredChecks),
                Approvals = isTakeBack && stage?.AutomergeReverts == true ? 0 : Math.Max(stage?.Approvals ?? 0, all.Select(p => p.Approvals).DefaultIfEmpty().Max()),
            };
        }
    }

    /// <summary>How many pull requests may be open, for each place that says so: it is opened when all have room.</summary>
    public IReadOnlyList<ProposalLimit> Limits =>
        [.. Rules
            .Where(r => r?.Proposal.Limit is not null)
            .Select(r => new ProposalLimit((r!.Proposal.LimitedBy ?? r.Source)?.ToString() ?? "the settings", Math.Max(0, r.Proposal.Limit!.Value)))
            .GroupBy(l => l.Source, StringComparer.Ordinal)
            .Select(g => g.MinBy(l => l.Most)!)];

    private IEnumerable<PolicyRule?> Rules => (Updates.Count > 0 ? Updates.Select(u => u.Rule) : Packages.Select(p => p.Rule)).Distinct();

    /// <summary>Name of its branch.</summary>
    public string Branch => BranchPrefix + Key;

    /// <summary>The images that it is about; of packages alone, those that their stages are built on.</summary>
    public IEnumerable<ImageName> Images => (Updates.Count > 0 ? Updates.Select(u => u.Target.Name) : Packages.Select(p => p.Base).OfType<ImageName>()).Distinct();

    /// <summary>
    /// Changes with what the pull request would write: files as they are on the default branch, places and targets. So a
    /// branch is written anew as soon as one of its files changes under it, and never conflicts. Sixteen hexadecimal digits.
    /// </summary>
    public string Fingerprint => Hash(Updates
        .Select(u => $"{u.Use.Path}\n{u.Use.Line}:{u.Use.Column}\n{u.Use.Written.Value}\n{u.Target}")
        .Concat(Basis)
        .Concat(Packages.Select(p => $"{p.Use.Path}\n{p.Use.Line}:{p.Use.Column}\n{p.Use.Version.Value}\n{p.Proposal}\n{p.Basis}")));

    /// <summary>Updates that belong here and that this access may not make: files below <c>.github/workflows</c>.</summary>
    public IReadOnlyList<Update> LeftOut { get; init; } = [];

    /// <summary>What is proposed, one for each image and version: whoever closes the pull request declines these.</summary>
    public IEnumerable<string> Proposals => Ids(RefusalScope.Version);

    /// <summary>What is proposed, as far as a refusal of that scope would go.</summary>
    public IEnumerable<string> Ids(RefusalScope scope) => Updates.Select(u => IdOf(u, scope)).Concat(Packages.Select(p => IdOf(p, scope))).Distinct(StringComparer.Ordinal);

    /// <summary>Names all versions that are proposed, whatever is written where: what a person agreed to.</summary>
    public string VersionsId => Hash(Proposals.Order(StringComparer.Ordinal))[..8];

    /// <summary>Names an image in a marker: eight hexadecimal digits.</summary>
    public static string IdOf(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Hash([image.Canonical])[..8];
    }

    /// <summary>The change set without what a person has declined.</summary>
    public ChangeSet Without(IReadOnlySet<string> declined)
    {
        ArgumentNullException.ThrowIfNull(declined);
        if (declined.Count == 0)
        {
            return this;
        }

        List<Update> updates = [.. Updates.Where(u => !Enum.GetValues<RefusalScope>().Any(s => declined.Contains(IdOf(u, s))))];

        // What goes with a base that nobody wants stays with the one that is there.
        return this with
        {
            Updates = updates,
            Packages = [.. Packages.Where(p => (Updates.Count == 0 || updates.Contains(p.With!)) && !Enum.GetValues<RefusalScope>().Any(s => declined.Contains(IdOf(p, s))))],
        };
    }

    /// <summary>Names the version of a package that is proposed; or all of the package. Eight hexadecimal digits.</summary>
    public static string IdOf(PackageUpdate package, RefusalScope scope)
    {
        ArgumentNullException.ThrowIfNull(package);
        return Hash([scope == RefusalScope.Image ? $"{package.Use.Ecosystem.Word()} {package.Use.Name}" : package.Proposal])[..8];
    }

    /// <summary>
    /// Names what an update proposes: for a step to another tag that is the tag, however often it is republished; for a digest
    /// it is the digest; or all of the tag's minor or major version, where it has one; or all of the image. Eight hexadecimal digits.
    /// </summary>
    public static string IdOf(Update update, RefusalScope scope)
    {
        ArgumentNullException.ThrowIfNull(update);
        var target = update.Target;
        if (update.Rollout is { } step)
        {
            // Who does not want it in one stage has said nothing of the others.
            return Hash([$"{step.Stage.Name} {IdOf(update with { Rollout = null }, scope)}{(step.IsTakeBack ? " back" : "")}"])[..8];
        }

        if (scope == RefusalScope.Image)
        {
            return IdOf(target.Name);
        }

        var parts = scope == RefusalScope.Major ? 1 : 2;
        return scope != RefusalScope.Version
            && update.Kind is not (UpdateKind.Digest or UpdateKind.Pin)
            && target.Tag is { } tag && TagVersion.Of(tag) is { Scheme: TagScheme.Version, Precision: var precision } version && precision >= parts
            ? Hash([$"{target.Name.Canonical} {string.Join('.', version.Numbers.Take(parts))}.x"])[..8]
            : Hash([(update.Kind is UpdateKind.Digest or UpdateKind.Pin ? target : target with { Digest = null }).ToString()])[..8];
    }

    /// <summary>Sorts updates into change sets, by key. The order of updates does not matter.</summary>
    /// <param name="updates">The updates of one repository.</param>
    /// <param name="contentOf">The SHA of a file's content.</param>
    /// <param name="defaultBranch">Name of the default branch: to name it is to say nothing.</param>
    public static IReadOnlyList<ChangeSet> Group(IEnumerable<Update> updates, Func<string, string> contentOf, string? defaultBranch = null)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var all = updates.ToList();

        // A place can't take two steps at once.
        var steps = all.CountBy(u => u.Use).ToDictionary();
        return [.. all
            .GroupBy(u => KeyOf(u, TargetOf(u), isOnly: steps[u.Use] == 1), StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, Updates: g.OrderBy(u => u.Use.Path, StringComparer.Ordinal).ThenBy(u => u.Use.Line).ThenBy(u => u.Use.Column).ToList()))
            .Select(g => new ChangeSet(g.Key, g.Updates, [.. g.Updates.Select(u => u.Use.Path).Distinct(StringComparer.Ordinal).Select(contentOf)]) { TargetBranch = TargetOf(g.Updates[0]) })];

        string? TargetOf(Update update) => update.Rule?.Proposal.TargetBranch is { Length: > 0 } branch && branch != defaultBranch ? branch : null;
    }

    /// <summary>Sorts updates into change sets with the packages that travel with them; those that travel alone are change sets of their own.</summary>
    /// <param name="updates">The updates of one repository.</param>
    /// <param name="packages">Its packages.</param>
    /// <param name="contentOf">The SHA of a file's content.</param>
    /// <param name="defaultBranch">Name of the default branch.</param>
    public static IReadOnlyList<ChangeSet> Group(IEnumerable<Update> updates, IReadOnlyList<PackageUpdate> packages, Func<string, string> contentOf, string? defaultBranch = null)
    {
        ArgumentNullException.ThrowIfNull(packages);
        ArgumentNullException.ThrowIfNull(contentOf);
        var images = Group(updates, contentOf, defaultBranch);
        if (packages.Count == 0)
        {
            return images;
        }

        var ordered = packages
            .OrderBy(p => p.Use.Path, StringComparer.Ordinal).ThenBy(p => p.Use.Line).ThenBy(p => p.Use.Column)
            .Select(p => p with { Basis = contentOf(p.Use.Path) })
            .ToList();
        var with = images.Select(c => c with { Packages = [.. ordered.Where(p => p.With is not null && c.Updates.Contains(p.With))] }).ToList();
        var placed = with.SelectMany(c => c.Packages).ToHashSet();
        var alone = ordered
            .Where(p => !p.LeavesSuite && !placed.Contains(p))
            .GroupBy(p => (Target: p.Rule?.Proposal.TargetBranch is { Length: > 0 } branch && branch != defaultBranch ? branch : null, Key: $"{PackagesKey}{p.Use.Ecosystem.Word()}{(p.Kind == UpdateKind.Major ? Major : "")}"))
            .Select(g => new ChangeSet(g.Key.Target is { } target ? $"_to/{Name(target)}/{g.Key.Key}" : g.Key.Key, [], []) { Packages = [.. g], TargetBranch = g.Key.Target });
        return [.. with.Concat(alone).OrderBy(c => c.Key, StringComparer.Ordinal)];
    }

    private static string? GroupOf(Update update) => update.WayOut is null && update.Rule?.Proposal.Group is { Length: > 0 } group ? group : null;

    /// <summary>Key of what is brought to a stage, or taken back in it; of majors beside other updates it is longer.</summary>
    public static string KeyOf(RolloutStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return $"{(step.IsTakeBack ? "_back" : "_stage")}/{Name(step.KeyName ?? step.Stage.Name)}/{Name(step.Line.StartsWith(RolloutStep.GroupPrefix, StringComparison.Ordinal) ? step.Line : step.LineText)}";
    }

    private static string KeyOf(Update update, string? targetBranch, bool isOnly)
    {
        var key = update.Rollout is { } step ? $"{KeyOf(step)}{(step is { Freight: null, IsTakeBack: false } && update.Kind is UpdateKind.Major or UpdateKind.Successor && !isOnly ? Major : "")}"
            : GroupOf(update) is { } group ? $"_group/{Name(group)}{(update.Kind is UpdateKind.Major or UpdateKind.Successor && !(isOnly && update.Rule!.Proposal.GroupsMajors) ? Major : "")}"
            : update.Kind is UpdateKind.Digest or UpdateKind.Pin ? DigestsKey
            : update.WayOut is { } way && update.Target.Name == update.Use.Reference!.Name ? BranchName($"_successor/{update.Target.Name.Familiar}/{way.Key}")
            : update.Kind is UpdateKind.Successor ? BranchName($"{update.Use.Reference!.Name.Familiar}-to-{update.Target.Name.Familiar}")
            : BranchName($"{update.Target.Name.Familiar}-{Series(update.Target.Tag!, update.Kind)}");
        return targetBranch is null ? key : $"_to/{Name(targetBranch)}/{key}";
    }

    /// <summary>A name as one part of a branch's. One that can't stand as it is, or might be taken for another, gets a hash.</summary>
    private static string Name(string name)
    {
        const int Hashed = 9;
        var safe = BranchName(name.Length > LongestName ? name[..LongestName] : name).TrimStart('.').Replace('/', '_');
        return safe == name && !name.EndsWith(Major, StringComparison.Ordinal) && !(name.Length > Hashed && name[^Hashed] == '-' && name[^(Hashed - 1)..].All(char.IsAsciiHexDigitLower))
            ? name
            : $"{safe}-{Hash([name])[..(Hashed - 1)]}";
    }

    private static IReadOnlyList<string> Union(IEnumerable<ProposalSettings> all, Func<ProposalSettings, IReadOnlyList<string>> of) =>
        [.. all.SelectMany(of).Where(t => t.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>
    /// The tag with its moving parts as <c>x</c>: <c>3.14.2-slim</c> is <c>3.x.x-slim</c> within a major version and
    /// <c>x.x.x-slim</c> across. Of a date every part moves.
    /// </summary>
    private static string Series(string tag, UpdateKind kind)
    {
        var series = new StringBuilder(tag.Length);
        var keepsFirst = kind is not UpdateKind.Major && TagVersion.Of(tag).Scheme == TagScheme.Version;
        for (var i = 0; i < tag.Length; i++)
        {
            if (!char.IsAsciiDigit(tag[i]))
            {
                series.Append(tag[i]);
                continue;
            }

            var start = i;
            while (i + 1 < tag.Length && char.IsAsciiDigit(tag[i + 1]))
            {
                i++;
            }

            series.Append(keepsFirst ? tag.AsSpan(start, i + 1 - start) : "x");
            keepsFirst = false;
        }

        // Nothing of a date says which of two steps is the major one.
        return kind is UpdateKind.Major && TagVersion.Of(tag).Scheme != TagScheme.Version ? series + Major : series.ToString();
    }

    /// <summary>What Git refuses in the name of a branch (git check-ref-format) becomes an underscore.</summary>
    private static string BranchName(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' ? c : '_')).Replace("..", "._", StringComparison.Ordinal);
        return string.Join('/', safe.Split('/').Select(part =>
            part.EndsWith(".lock", StringComparison.Ordinal) || part.EndsWith('.') ? part + "_" : part.StartsWith('.') ? "_" + part : part));
    }

    internal static string Hash(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join("\n\n", lines))))[..16];
}

/// <summary>How many pull requests may be open at a time.</summary>
/// <param name="Source">Where that is written: what is under one is counted together.</param>
/// <param name="Most">From 0.</param>
public sealed record ProposalLimit(string Source, int Most)
{
    /// <summary>Names it in a marker: eight hexadecimal digits.</summary>
    public string Id => ChangeSet.Hash([Source])[..8];
}
