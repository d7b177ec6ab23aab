using System.Globalization;
using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.State;

/// <summary>What is remembered of rollouts. A scope is an owner, or a repository that has stages of its own.</summary>
public sealed class RolloutMemory
{
    private const string ScopesPartition = "rollouts";

    private const int LongestKey = 500;

    /// <summary>Keeps it in a store.</summary>
    public RolloutMemory(IStateStore store)
    {
        Scopes = new(store, StateJson.Default.RolloutScopeRecord, isCache: true);
        Memberships = new(store, StateJson.Default.MembershipRecord, isCache: true);
        Lines = new(store, StateJson.Default.LineRecord, isCache: false);
        Members = new(store, StateJson.Default.Member, isCache: false);
        Waves = new(store, StateJson.Default.WaveRecord, isCache: false);
        WaveMembers = new(store, StateJson.Default.WaveMember, isCache: false);
        Holds = new(store, StateJson.Default.Hold, isCache: false);
        Promotions = new(store, StateJson.Default.PersonalPromotion, isCache: false);
        Paces = new(store, StateJson.Default.RolloutPaceRecord, isCache: true);
        Deeds = new(store, StateJson.Default.RolloutDeed, isCache: false);
    }

    /// <summary>Cache: who rolls out.</summary>
    public StateTable<RolloutScopeRecord> Scopes { get; }

    /// <summary>Cache: in which lines and waves each repository is.</summary>
    public StateTable<MembershipRecord> Memberships { get; }

    /// <summary>Ledger: what is decided of each line.</summary>
    public StateTable<LineRecord> Lines { get; }

    /// <summary>Ledger: what each repository has of each line, and had.</summary>
    public StateTable<Member> Members { get; }

    /// <summary>Ledger: how far each update has come across repositories.</summary>
    public StateTable<WaveRecord> Waves { get; }

    /// <summary>Ledger: how each repository does with it.</summary>
    public StateTable<WaveMember> WaveMembers { get; }

    /// <summary>Ledger: what is frozen and blocked.</summary>
    public StateTable<Hold> Holds { get; }

    /// <summary>Ledger: what people promoted.</summary>
    public StateTable<PersonalPromotion> Promotions { get; }

    /// <summary>Ledger: what people did, and why.</summary>
    public StateTable<RolloutDeed> Deeds { get; }

    /// <summary>Cache: when rollouts are looked at again.</summary>
    public StateTable<RolloutPaceRecord> Paces { get; }

    /// <summary>Key of the only <see cref="RolloutPaceRecord"/>.</summary>
    public static StateKey PaceKey { get; } = new("service", "rollouts");

    /// <summary>Everyone who rolls out.</summary>
    public IAsyncEnumerable<RolloutScopeRecord> ListScopesAsync(CancellationToken cancellationToken) => Scopes.ListAsync(ScopesPartition, "", cancellationToken);

    /// <summary>Every line of a scope.</summary>
    public IAsyncEnumerable<LineRecord> ListLinesAsync(string scope, CancellationToken cancellationToken) => Lines.ListAsync(LinesPartition(scope), "", cancellationToken);

    /// <summary>Every repository's part of a line.</summary>
    public IAsyncEnumerable<Member> ListMembersAsync(string scope, string line, CancellationToken cancellationToken) => Members.ListAsync(MembersPartition(scope, line), "", cancellationToken);

    /// <summary>Every update that goes through an owner's repositories in waves.</summary>
    public IAsyncEnumerable<WaveRecord> ListWavesAsync(string owner, CancellationToken cancellationToken) => Waves.ListAsync(WavesPartition(owner), "", cancellationToken);

    /// <summary>Every repository that it is for.</summary>
    public IAsyncEnumerable<WaveMember> ListWaveMembersAsync(string owner, string target, CancellationToken cancellationToken) => WaveMembers.ListAsync(WaveMembersPartition(owner, target), "", cancellationToken);

    /// <summary>Everything that an owner's people and rollouts have frozen and blocked.</summary>
    public IAsyncEnumerable<Hold> ListHoldsAsync(string owner, CancellationToken cancellationToken) => Holds.ListAsync(HoldsPartition(owner), "", cancellationToken);

    /// <summary>What people promoted within a scope.</summary>
    public IAsyncEnumerable<PersonalPromotion> ListPromotionsAsync(string scope, CancellationToken cancellationToken) => Promotions.ListAsync(PromotionsPartition(scope), "", cancellationToken);

    /// <summary>What people did, the oldest first.</summary>
    public IAsyncEnumerable<RolloutDeed> ListDeedsAsync(string owner, CancellationToken cancellationToken) => Deeds.ListAsync(DeedsPartition(owner), "", cancellationToken);

    /// <summary>Key of a scope.</summary>
    public static StateKey ScopeKey(string scope) => new(ScopesPartition, Lower(scope));

    /// <summary>Key of a repository's lines and waves.</summary>
    public static StateKey MembershipKey(RepositoryName repository) => new("repository " + Lower(repository.ToString()), "rollout");

    /// <summary>Key of a line.</summary>
    public static StateKey LineKey(string scope, string line) => new(LinesPartition(scope), Fit(line));

    /// <summary>Key of a repository's part of a line.</summary>
    public static StateKey MemberKey(string scope, string line, string stage, RepositoryName repository) => new(MembersPartition(scope, line), Fit($"{stage} {Lower(repository.ToString())}"));

    /// <summary>Key of an update in waves.</summary>
    public static StateKey WaveKey(string owner, string target) => new(WavesPartition(owner), Fit(target));

    /// <summary>Key of a repository that it is for.</summary>
    public static StateKey WaveMemberKey(string owner, string target, RepositoryName repository) => new(WaveMembersPartition(owner, target), Lower(repository.ToString()));

    /// <summary>Key of a hold.</summary>
    public static StateKey HoldKey(Hold hold)
    {
        ArgumentNullException.ThrowIfNull(hold);
        return new(HoldsPartition(hold.Owner), Fit(hold.Key));
    }

    /// <summary>Key of what a person promoted.</summary>
    public static StateKey PromotionKey(string scope, PersonalPromotion promotion)
    {
        ArgumentNullException.ThrowIfNull(promotion);
        return new(PromotionsPartition(scope), Fit($"{promotion.Stage} {promotion.Freight}"));
    }

    /// <summary>Key of what a person did.</summary>
    public static StateKey DeedKey(string owner, RolloutDeed deed)
    {
        ArgumentNullException.ThrowIfNull(deed);
        return new(DeedsPartition(owner), Fit(string.Create(CultureInfo.InvariantCulture, $"{deed.At.UtcTicks:D19} {deed.Deed} {deed.Subject}")));
    }

    private static string LinesPartition(string scope) => Fit("rollout " + Lower(scope));

    private static string MembersPartition(string scope, string line) => Fit($"rollout members {Lower(scope)} {line}");

    private static string WavesPartition(string owner) => Fit("waves " + Lower(owner));

    private static string WaveMembersPartition(string owner, string target) => Fit($"wave members {Lower(owner)} {target}");

    private static string HoldsPartition(string owner) => Fit("holds " + Lower(owner));

    private static string PromotionsPartition(string scope) => Fit("promotions " + Lower(scope));

    private static string DeedsPartition(string owner) => Fit("rollout deeds " + Lower(owner));

    private static string Lower(string text) => text.ToLowerInvariant();

    private static string Fit(string key) => key.Length <= LongestKey ? key : string.Concat(key.AsSpan(0, LongestKey - 65), " ", Digest.Of(Encoding.UTF8.GetBytes(key)).Hex);
}

/// <summary>Someone who rolls out.</summary>
/// <param name="Scope"><c>owner</c>, or <c>owner/name</c>.</param>
public sealed record RolloutScopeRecord(string Scope);

/// <summary>When rollouts are looked at again.</summary>
/// <param name="NextAt">A look is queued for then.</param>
public sealed record RolloutPaceRecord(DateTimeOffset NextAt);

/// <summary>In which lines and waves a repository is.</summary>
/// <param name="Lines">Its lines.</param>
/// <param name="Waves">The updates that it waits for, or gets.</param>
public sealed record MembershipRecord(IReadOnlyList<LineMembership> Lines, IReadOnlyList<WaveMembership> Waves)
{
    /// <summary>In none.</summary>
    public static MembershipRecord None { get; } = new([], []);
}

/// <summary>That a repository uses a line in a stage.</summary>
public sealed record LineMembership(string Scope, string Line, string Stage);

/// <summary>That a repository has an update that goes through repositories in waves.</summary>
/// <param name="From">What it uses, as a canonical reference.</param>
/// <param name="Target">What that is updated to, with its digest.</param>
/// <param name="Path">In which file, the first of them.</param>
public sealed record WaveMembership(string From, string Target, string Path);

/// <summary>What is decided of a line.</summary>
/// <param name="State">It.</param>
/// <param name="ToTell">Repositories that have not been marked for it yet: a crash on the way loses none.</param>
public sealed record LineRecord(LineState State, IReadOnlyList<string> ToTell);

/// <summary>How far an update has come.</summary>
/// <param name="State">It.</param>
/// <param name="ToTell">Repositories that have not been marked for it yet.</param>
public sealed record WaveRecord(WaveState State, IReadOnlyList<string> ToTell);

/// <summary>What a person did to a rollout, or what it did by itself that people want to know of.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Deed"><c>promote</c>, <c>hold</c>, <c>block</c>, <c>release</c>.</param>
/// <param name="Subject">What to: <c>production</c>, <c>acme.azurecr.io/web@sha256:…</c>.</param>
/// <param name="Reason">Why.</param>
public sealed record RolloutDeed(DateTimeOffset At, string By, string Deed, string Subject, string Reason);
