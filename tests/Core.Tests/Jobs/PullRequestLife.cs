using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A repository in which people and registries do things, and Basewatch after each of them.</summary>
internal sealed class PullRequestLife : IDisposable
{
    public const string Dockerfile = "FROM python:3.12.4-slim\nFROM redis:7.2\n";

    public const string Python = "basewatch/python-3.x.x-slim";

    public const string Digests = "basewatch/digests";

    /// <summary>Branches whose newest commit is a person's.</summary>
    private readonly Dictionary<string, string> _persons = new(StringComparer.Ordinal);

    public PullRequestLife(string? configuration = null)
    {
        Loop = new Loop { State = new MemoryStateStore(), IsAttended = true };
        Loop.Registry.Push("python", "3.12.4-slim");
        Loop.Registry.Push("python", "3.12.5-slim");
        Loop.Registry.Push("redis", "7.2");
        Loop.Host.Create(Loop.Web, [("Dockerfile", Dockerfile), .. configuration is null ? [] : new[] { (".github/basewatch.yml", configuration) }]);
    }

    public Loop Loop { get; }

    public MemoryRepositoryHost Host => Loop.Host;

    public IReadOnlyList<PullRequest> Open => [.. Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open)];

    public PullRequest Pull(string branch) => Host.PullRequests(Loop.Web).Last(p => p.Branch == branch);

    public IReadOnlyDictionary<string, string> Branches => Host.Branches(Loop.Web);

    public void Dispose() => Loop.Dispose();

    public void Say(string branch, string text, string author = "ann") => Host.Comment(Loop.Web, Pull(branch).Number, text, author);

    public void Close(string branch) => Host.Close(Loop.Web, Pull(branch).Number);

    public void Merge(string branch) => Host.Merge(Loop.Web, Pull(branch).Number);

    public void Write(params (string Path, string Text)[] files) => Host.Push(Loop.Web, Host.DefaultBranch(Loop.Web), files);

    /// <summary>A person's commit on a branch of ours.</summary>
    public void Push(string branch)
    {
        Host.Push(Loop.Web, branch, ("notes.txt", "mine"));
        _persons[branch] = Branches[branch];
    }

    /// <summary>A person gives a branch back, or deletes it.</summary>
    public void GiveUp(string branch) => _persons.Remove(branch);

    public void Green(params string[] names) => Host.Checks[""] = [.. names.Select(n => new CheckResult(n, CheckState.Passed))];

    public void Red(string name) => Host.Checks[""] = [new CheckResult(name, CheckState.Failed)];

    /// <summary>Lets Basewatch run until what may have failed is done again, and holds what it did to what must always be true.</summary>
    public async Task SettleAsync()
    {
        var failed = Loop.Fault?.Failed;
        for (var i = 0; i < 3; i++)
        {
            await Loop.RunAsync();
            Check();
            Loop.Time.Advance(TimeSpan.FromMinutes(5));
        }

        var (writes, said) = (Host.Writes.Count, Host.Said.Count);
        var failures = Loop.Fault?.Failed == failed ? await Loop.RunAsync() : [];
        if (Loop.Fault?.Failed != failed)
        {
            await SettleAsync();
            return;
        }

        Assert.Empty(failures);
        Assert.Empty(Host.Writes.Skip(writes));
        Assert.Empty(Host.Said.Skip(said));
        Check();
    }

    public Task<PullRequestRecord?> RecordAsync(string branch) =>
        Loop.RecallAsync(m => m.PullRequests.GetAsync(Memory.PullRequestKey(Loop.Web, branch[ChangeSet.BranchPrefix.Length..]), TestContext.Current.CancellationToken));

    /// <summary>What there is in the end, in words: for comparing two histories.</summary>
    public string Describe() => string.Join('\n', [
        .. Open.OrderBy(p => p.Branch, StringComparer.Ordinal).Select(p => $"{p.Branch} -> {p.Base}: {p.Title} [{string.Join(',', p.Labels.Order(StringComparer.Ordinal))}] {Host.Text(Loop.Web, p.Branch, "Dockerfile")}"),
        .. Branches.Keys.Order(StringComparer.Ordinal),
        Host.Text(Loop.Web, Host.DefaultBranch(Loop.Web), "Dockerfile"),
    ]);

    private void Check()
    {
        var pulls = Host.PullRequests(Loop.Web);
        var open = pulls.Where(p => p.State == PullRequestState.Open).ToList();
        Assert.Equal(open.Count, open.Select(p => p.Branch).Distinct(StringComparer.Ordinal).Count());
        foreach (var closed in pulls.Where(p => p.State == PullRequestState.Closed))
        {
            if (PullRequestMarker.TryFind(closed.Body, out var refused))
            {
                var ids = refused.Refused(RefusalScope.Version).ToHashSet(StringComparer.Ordinal);
                Assert.All(open.Where(o => !_persons.ContainsKey(o.Branch)), o => Assert.True(
                    !PullRequestMarker.TryFind(o.Body, out var proposed) || !(refused.Ignored == RefusalScope.Image ? proposed.Images : proposed.Proposals).Split(',').Any(ids.Contains),
                    $"#{o.Number} proposes what #{closed.Number} was closed for"));
            }
        }

        Assert.All(_persons, p => Assert.Equal(p.Value, Branches.GetValueOrDefault(p.Key)));
    }
}
