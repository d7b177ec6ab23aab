using System.Reflection;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Notices;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;
using Basewatch.Core.Tests.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>What shows whether a freight is good, and what does not.</summary>
public sealed class EvidenceFinderTests : IDeploymentHost, IProbes
{
    private static readonly string First = new('a', 40);

    private static readonly string Newest = new('b', 40);

    private static readonly string Other = new('c', 40);

    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly EvidenceSubject Subject = new(RepositoryName.Parse("acme/web"), [First, Newest], Noon);

    private readonly FakeTimeProvider _time = new(Noon.AddHours(1));

    private readonly Memory _memory = new(new MemoryStateStore());

    private readonly InProcessJobQueue _queue;

    private readonly DeliveryBook _book;

    private readonly Dictionary<string, List<CheckResult>> _checks = new(StringComparer.Ordinal);

    private readonly List<Deployment> _deployments = [];

    private int _asked;

    public EvidenceFinderTests()
    {
        _queue = new InProcessJobQueue(_time);
        _book = new DeliveryBook(_memory, new NoticeIntake(_memory, _queue, new PendingRepositories(_memory, _queue, _time), _time), _time);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("smoke", "smoke P", "", EvidenceState.Passed, "passed")]
    [InlineData("smoke", "", "smoke P", EvidenceState.Passed, "passed")]
    [InlineData("smoke", "smoke F", "", EvidenceState.Failed, "smoke failed")]
    [InlineData("smoke", "smoke O", "", EvidenceState.Missing, "smoke is not finished")]
    [InlineData("smoke", "", "", EvidenceState.Missing, "no check smoke yet")]
    [InlineData("smoke", "build P", "lint F", EvidenceState.Missing, "no check smoke yet")]
    [InlineData("smoke*", "smoke-eu P", "smoke-us P", EvidenceState.Passed, "2 checks passed")]
    [InlineData("smoke*", "smoke-eu P", "smoke-us F", EvidenceState.Failed, "smoke-us failed")]
    [InlineData("smoke*", "smoke-eu O", "smoke-us F", EvidenceState.Failed, "smoke-us failed")]
    [InlineData("*", "", "", EvidenceState.Missing, "no check yet")]
    // Cancelled for a newer one; and failed for what came with another commit.
    [InlineData("smoke", "smoke F", "smoke P", EvidenceState.Passed, "passed")]
    [InlineData("smoke", "smoke P", "smoke F", EvidenceState.Passed, "passed")]
    [InlineData("smoke", "smoke F", "smoke O", EvidenceState.Failed, "smoke failed")]
    public async Task Checks_of_the_commits_with_the_freight_count(string name, string first, string newest, EvidenceState state, string detail)
    {
        (_checks[First], _checks[Newest]) = (Checks(first), Checks(newest));
        _checks[Other] = [new CheckResult(name, CheckState.Passed), new CheckResult(name, CheckState.Failed)];
        Assert.Equal((state, detail), Said(await FindAsync(VerificationKind.Check, name)));
    }

    [Theory]
    [InlineData("success", EvidenceState.Passed, "succeeded")]
    [InlineData("inactive", EvidenceState.Passed, "succeeded")]
    [InlineData("failure", EvidenceState.Failed, "failed")]
    [InlineData("error", EvidenceState.Failed, "failed")]
    [InlineData("in_progress", EvidenceState.Missing, "its state is in_progress")]
    [InlineData(null, EvidenceState.Missing, "it has begun")]
    public async Task The_newest_deployment_counts(string? newest, EvidenceState state, string detail)
    {
        _deployments.Add(new Deployment(1, First, "production", state == EvidenceState.Passed ? "failure" : "success", Noon, null));
        _deployments.Add(new Deployment(2, Newest, "production", newest, Noon.AddMinutes(1), "https://example.com/"));
        Assert.Equal((state, detail), Said(await FindAsync(VerificationKind.Deployment, "production")));
    }

    [Fact]
    public async Task A_deployment_of_another_commit_or_of_an_earlier_time_shows_nothing()
    {
        _deployments.Add(new Deployment(1, Other, "production", "success", Noon, null));
        _deployments.Add(new Deployment(2, First, "production", "success", Noon.AddHours(-1), null));
        Assert.Equal((EvidenceState.Missing, "no deployment to production yet"), Said(await FindAsync(VerificationKind.Deployment, "production")));

        // It is seen on the default branch after it was merged, and may be deployed by then.
        _deployments.Add(new Deployment(3, First, "production", "success", Noon.AddMinutes(-4), null));
        Assert.Equal(EvidenceState.Passed, (await FindAsync(VerificationKind.Deployment, "production")).State);
    }

    [Theory]
    [InlineData(VerificationKind.Flux, "apps/web")]
    [InlineData(VerificationKind.ArgoCd, "web")]
    public async Task What_was_said_of_a_commit_with_the_freight_counts_the_last_word_first(VerificationKind kind, string name)
    {
        Assert.Equal((EvidenceState.Missing, "nothing was heard of it yet"), Said(await FindAsync(kind, name)));
        var key = kind == VerificationKind.Flux ? RolloutDelivery.Flux(name) : RolloutDelivery.ArgoCd(name);
        await SayAsync(key, Other, EvidenceState.Passed, Noon);
        await SayAsync(key + "-2", First, EvidenceState.Passed, Noon);
        Assert.Equal((EvidenceState.Missing, "nothing was heard of it with this commit yet"), Said(await FindAsync(kind, name)));

        await SayAsync(key, First, EvidenceState.Passed, Noon.AddMinutes(1));
        Assert.Equal(EvidenceState.Passed, (await FindAsync(kind, name)).State);
        await SayAsync(key, Newest, EvidenceState.Failed, Noon.AddMinutes(2));
        Assert.Equal((EvidenceState.Failed, "detail"), Said(await FindAsync(kind, name)));
        await SayAsync(key, Newest, EvidenceState.Passed, Noon.AddMinutes(2));
        Assert.Equal((EvidenceState.Passed, Noon.AddMinutes(2)), ((await FindAsync(kind, name)).State, (await FindAsync(kind, name)).At));
    }

    [Fact]
    public async Task What_is_older_than_what_was_heard_is_passed_over()
    {
        var key = RolloutDelivery.Flux("apps/web");
        Assert.True(await SayAsync(key, First, EvidenceState.Passed, Noon));
        Assert.True(await SayAsync(key, First, EvidenceState.Failed, Noon.AddMinutes(1)));
        Assert.False(await SayAsync(key, First, EvidenceState.Passed, Noon));
        Assert.Equal(EvidenceState.Failed, (await FindAsync(VerificationKind.Flux, "apps/web")).State);

        // A time in the future, which would keep out all that comes, is now; and so is none.
        Assert.True(await SayAsync(key, First, EvidenceState.Failed, Noon.AddYears(10)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await SayAsync(key, First, EvidenceState.Passed, null));
        Assert.Equal((EvidenceState.Passed, _time.GetUtcNow()), ((await FindAsync(VerificationKind.Flux, "apps/web")).State, (await FindAsync(VerificationKind.Flux, "apps/web")).At));
    }

    [Fact]
    public async Task Of_each_subject_the_last_ten_commits_are_kept_and_one_look_comes_of_them()
    {
        var key = RolloutDelivery.Flux("apps/web");
        for (var i = 0; i < 30; i++)
        {
            await SayAsync(key, $"{i:D40}", EvidenceState.Passed, Noon.AddSeconds(i));
        }

        var kept = (await _memory.Deliveries.GetAsync(Memory.DeliveriesKey(key), Cancelled))!.Deliveries;
        Assert.Equal(Enumerable.Range(20, 10).Select(i => $"{i:D40}"), kept.Select(d => d.Commit));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new ReviewRollouts(), (await _queue.ReceiveAsync(TimeSpan.FromDays(1), Cancelled))!.Job);
        Assert.Null(await _queue.ReceiveAsync(TimeSpan.FromDays(1), Cancelled));
    }

    [Theory]
    [InlineData(VerificationKind.Probe)]
    [InlineData(VerificationKind.Metric)]
    public async Task What_reaches_far_is_asked_for_the_organisation_alone(VerificationKind kind)
    {
        Assert.Equal((EvidenceState.Missing, "it counts in the organisation's configuration alone"), Said(await FindAsync(kind, "https://example.com/", mayReachFar: false)));
        Assert.Equal(0, _asked);
        Assert.Equal((EvidenceState.Failed, "asked"), Said(await FindAsync(kind, "https://example.com/")));
    }

    [Theory]
    [InlineData(RepositoryHostFailure.Denied)]
    [InlineData(RepositoryHostFailure.RateLimited)]
    [InlineData(RepositoryHostFailure.Unreachable)]
    public async Task Who_does_not_answer_decides_nothing(RepositoryHostFailure failure)
    {
        _failure = failure;
        Assert.Equal((EvidenceState.Missing, "it says no"), Said(await FindAsync(VerificationKind.Check, "*")));
        Assert.Equal((EvidenceState.Missing, "it says no"), Said(await FindAsync(VerificationKind.Deployment, "production")));
    }

    [Theory]
    [InlineData(VerificationKind.Check)]
    [InlineData(VerificationKind.Deployment)]
    [InlineData(VerificationKind.Probe)]
    public async Task Where_nobody_can_be_asked_nothing_is_shown(VerificationKind kind) =>
        Assert.Equal(EvidenceState.Missing, (await new EvidenceFinder(null, null, null, _memory).FindAsync(new Verification(kind, "any"), Subject, mayReachFar: true, Cancelled)).State);

    public Task<IReadOnlyList<Deployment>> ListDeploymentsAsync(RepositoryName repository, string commit, string environment, CancellationToken cancellationToken)
    {
        ThrowIfPlanned();

        // A host that pays no heed to the commit is no reason to believe it.
        return Task.FromResult<IReadOnlyList<Deployment>>([.. _deployments.Where(d => d.Environment == environment).Reverse()]);
    }

    public Task<Evidence> AskAsync(Verification verification, CancellationToken cancellationToken)
    {
        _asked++;
        return Task.FromResult(new Evidence(EvidenceState.Failed, "asked"));
    }

    private RepositoryHostFailure? _failure;

    private static List<CheckResult> Checks(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split(' ')).Select(c => new CheckResult(c[0], c[1] switch { "P" => CheckState.Passed, "F" => CheckState.Failed, _ => CheckState.Pending }))];

    private static (EvidenceState, string) Said(Evidence evidence) => (evidence.State, evidence.Detail);

    private Task<bool> SayAsync(string subject, string commit, EvidenceState state, DateTimeOffset? at) =>
        _book.TakeAsync(new RolloutDelivery(subject, commit, state, at, "detail"), Cancelled);

    private Task<Evidence> FindAsync(VerificationKind kind, string name, bool mayReachFar = true)
    {
        var review = DispatchProxy.Create<IReviewHost, ChecksOnly>();
        ((ChecksOnly)(object)review).Find = commit =>
        {
            ThrowIfPlanned();
            return _checks.GetValueOrDefault(commit) ?? [];
        };
        return new EvidenceFinder(review, this, this, _memory).FindAsync(new Verification(kind, name), Subject, mayReachFar, Cancelled);
    }

    private void ThrowIfPlanned()
    {
        if (_failure is { } failure)
        {
            throw new RepositoryHostException("github.test", failure, "it says no.");
        }
    }
}

/// <summary>A host that knows checks and nothing else.</summary>
#pragma warning disable CA1852 // DispatchProxy makes a subclass of it.
internal class ChecksOnly : DispatchProxy
#pragma warning restore CA1852
{
    public Func<string, IReadOnlyList<CheckResult>> Find { get; set; } = _ => [];

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IReviewHost.ListChecksAsync) ? Task.FromResult(Find((string)args![1]!)) : throw new NotSupportedException(targetMethod.Name);
}
