using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using CsCheck;

namespace Basewatch.Core.Tests.Planning.PullRequests;

/// <summary>Plays random histories on a model of one change set's branch and pull requests.</summary>
public sealed class PullRequestPlannerTests
{
    private const string Key = "python-3.x.x";

    private enum Event
    {
        TargetMoves,
        TargetIsRepublished,
        TargetIsReached,
        PersonPushes,
        PersonAmendsMessage,
        PersonCloses,
        PersonReopens,
        PersonDeletesBranch,
        RegistryFallsSilent,
        RegistryAnswers,
        CrashBeforeText,
        Reconcile,
    }

    [Fact]
    public void Whatever_happens_people_are_respected_and_planning_settles() =>
        Gen.Enum<Event>().List[1, 40].Sample(
            history =>
            {
                var model = new Model();
                foreach (var happening in history)
                {
                    model.Happen(happening);
                }

                model.Reconcile();
                Assert.False(model.Step(out _), "a second reconcile did something");
            },
            iter: 5000);

    [Fact]
    public void No_more_is_opened_than_schedules_and_limits_allow() =>
        Gen.Select(Some.Rules, Gen.Int[0, 6], Gen.Int[0, (1 << 6) - 1], Gen.Int[0, 24 * 60]).Sample((rules, count, open, minutes) =>
        {
            var now = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes);
            var desired = ChangeSet.Group(
                Enumerable.Range(1, count).Select(i => Some.Update($"acme/app{i}:1.0", $"acme/app{i}:1.1", UpdateKind.Minor, line: i) with { Rule = rules[i % rules.Count] }),
                path => path,
                "main");
            var existing = desired.Where((_, i) => (open & (1 << i)) != 0).ToDictionary(c => c.Key, Opened, StringComparer.Ordinal);

            var operations = PullRequestPlanner.Plan(desired, existing, new PlanningContext(now));

            Assert.Equal(desired.Count, operations.Count);
            var opened = operations.OfType<OpenPullRequest>().Select(o => o.ChangeSet).ToList();
            Assert.All(opened, c => Assert.True(c.Proposal.Schedule?.IsOpen(now) != false));

            // Those that are open already go on, and take the room of others.
            Assert.All(existing.Keys, key => Assert.True(operations.Single(o => o.Key == key) is KeepPullRequest or LeavePullRequest { Number: not null }));
            var afterwards = opened.Concat(desired.Where(c => existing.ContainsKey(c.Key))).ToList();
            foreach (var limit in opened.SelectMany(c => c.Limits))
            {
                Assert.True(afterwards.Count(c => c.Limits.Any(l => l.Source == limit.Source)) <= limit.Most);
            }

            // Nothing is held without need, and what waits for a time is looked at then.
            foreach (var left in operations.OfType<LeavePullRequest>().Where(o => o.Number is null))
            {
                var set = desired.Single(c => c.Key == left.Key);
                var isClosed = set.Proposal.Schedule?.IsOpen(now) == false;
                Assert.Equal(isClosed, left.Reason.StartsWith("waits for its schedule: from ", StringComparison.Ordinal));
                Assert.True(isClosed || set.Limits.Any(l => afterwards.Count(c => c.Limits.Any(o => o.Source == l.Source)) >= l.Most), left.Reason);
                Assert.True(left.Until is null || left.Until > now);
            }

            static ExistingPullRequests Opened(ChangeSet set)
            {
                var branch = new CommitInfo("c1", "t1", PullRequestText.CommitMessage(set, set.Updates, "t1"), []);
                return new ExistingPullRequests(branch, [new PullRequest(1, set.Branch, "c1", PullRequestState.Open, "", Body(set), "")]);
            }
        });

    [Fact]
    public void A_pull_request_that_is_left_takes_its_room_and_one_that_is_closed_gives_it_free()
    {
        var rule = new PolicyRule(PolicyText.Docker, null) { Source = new RuleSource(".github/dependabot.yml", 3, "dependabot"), Proposal = new ProposalSettings { Limit = 1 } };
        var old = ChangeSet.Group([Some.Update("redis:7.0", "redis:7.2", UpdateKind.Minor) with { Rule = rule }], path => path).Single();
        var set = ChangeSet.Group([Some.Update("python:3.12", "python:3.14", UpdateKind.Minor) with { Rule = rule }], path => path).Single();

        Assert.IsType<OpenPullRequest>(Plan(PullRequestText.CommitMessage(old, old.Updates, "t1")));
        Assert.Equal("waits: 1 pull request is open already, as .github/dependabot.yml:3 says", Assert.IsType<LeavePullRequest>(Plan("a person's work")).Reason);

        PullRequestOperation Plan(string message)
        {
            var existing = new ExistingPullRequests(
                new CommitInfo("c1", "t1", message, []),
                [new PullRequest(1, old.Branch, "c1", PullRequestState.Open, "", PullRequestText.Of(old, old.Updates, new()).Body, "")]);
            return PullRequestPlanner.Plan([set], new Dictionary<string, ExistingPullRequests>(StringComparer.Ordinal) { [old.Key] = existing }, new PlanningContext(DateTimeOffset.UnixEpoch)).Single(o => o.Key == set.Key);
        }
    }

    [Fact]
    public void What_can_not_be_made_against_its_branch_is_left_with_the_reason()
    {
        var rule = new PolicyRule(PolicyText.Docker, null) { Proposal = new ProposalSettings { TargetBranch = "develop" } };
        var set = ChangeSet.Group([Some.Update("python:3.12", "python:3.14", UpdateKind.Minor) with { Rule = rule }], path => path, "main").Single();
        var existing = new Dictionary<string, ExistingPullRequests>(StringComparer.Ordinal) { [set.Key] = ExistingPullRequests.None with { TargetProblem = "there is no branch develop" } };
        var operation = PullRequestPlanner.Plan([set], existing, new PlanningContext(DateTimeOffset.UnixEpoch)).Single();
        Assert.Equal("there is no branch develop", Assert.IsType<LeavePullRequest>(operation).Reason);
    }

    [Fact]
    public void A_body_keeps_its_marker_and_gives_it_back() =>
        Gen.Select(Gen.String, Gen.String).Sample((before, after) =>
        {
            var marker = new PullRequestMarker(Key, "0123456789abcdef", "fedcba98,76543210", "01234567");
            Assert.True(PullRequestMarker.TryFind($"{before}\n{marker}", out var found));
            Assert.Equal(marker, found);
            PullRequestMarker.TryFind(before + after, out _);
        });

    [Fact]
    public void Only_a_commit_as_it_was_written_is_untouched()
    {
        var message = CommitSeal.Seal("Update python", "abc", "t1");
        Assert.Equal("abc", Change(message));
        Assert.Equal("abc", Change(message.TrimEnd()));
        Assert.Null(Change(message, tree: "t2"));
        Assert.Null(Change("Fix the build"));
        Assert.Null(Change("Reworded\n\n" + message));
        Assert.Null(Change(message.Replace("python", "node", StringComparison.Ordinal)));
        Assert.Null(Change(message + "\nand more"));

        static string? Change(string message, string tree = "t1") => CommitSeal.ChangeOfUntouched(new CommitInfo("c", tree, message, []));
    }

    /// <summary>A body as it is written.</summary>
    private static string Body(ChangeSet changeSet) => (PullRequestMarker.Of(changeSet) with { Told = PullRequestPlanner.ToldOf(changeSet, []) }).In("text");

    private sealed class Model
    {
        private readonly List<PullRequest> _pulls = [];

        private CommitInfo? _branch;

        private int _target = 1;

        private int _build;

        private bool _reached;

        private bool _silent;

        private int _commits;

        private string? _personsCommit;

        private readonly HashSet<string> _declined = new(StringComparer.Ordinal);

        public void Happen(Event happening)
        {
            switch (happening)
            {
                case Event.TargetMoves:
                    (_target, _build, _reached) = (_target + 1, 0, false);
                    break;
                case Event.TargetIsRepublished:
                    _build++;
                    break;
                case Event.TargetIsReached:
                    _reached = true;
                    break;
                case Event.PersonPushes when _branch is not null:
                    _branch = new CommitInfo(Sha(), Sha(), "mine", [_branch.Sha]);
                    _personsCommit = _branch.Sha;
                    break;
                case Event.PersonAmendsMessage when _branch is not null:
                    _branch = _branch with { Sha = Sha(), Message = "Reworded\n\n" + _branch.Message };
                    _personsCommit = _branch.Sha;
                    break;
                case Event.PersonCloses when Open() is { } open:
                    Change(open.Number, p => p with { State = PullRequestState.Closed });
                    if (PullRequestMarker.TryFind(open.Body, out var marker))
                    {
                        _declined.UnionWith(marker.Proposals.Split(','));
                    }

                    break;
                case Event.PersonReopens when Open() is null && _pulls.LastOrDefault() is { State: PullRequestState.Closed } last:
                    Change(last.Number, p => p with { State = PullRequestState.Open });
                    if (PullRequestMarker.TryFind(last.Body, out var reopened))
                    {
                        _declined.ExceptWith(reopened.Proposals.Split(','));
                    }

                    break;
                case Event.PersonDeletesBranch when _branch is not null && Open() is null:
                    (_branch, _personsCommit) = (null, null);
                    break;
                case Event.RegistryFallsSilent:
                    _silent = true;
                    break;
                case Event.RegistryAnswers:
                    _silent = false;
                    break;
                case Event.CrashBeforeText:
                    Step(out _, crashBeforeText: true);
                    break;
                case Event.Reconcile:
                    Reconcile();
                    break;
                default:
                    break;
            }
        }

        public void Reconcile()
        {
            for (var i = 0; i < 3; i++)
            {
                Step(out _);
            }
        }

        /// <summary>Plans and does; true when something was done.</summary>
        public bool Step(out IReadOnlyList<PullRequestOperation> operations, bool crashBeforeText = false)
        {
            var changeSet = Desired();
            IReadOnlyList<ChangeSet> desired = _reached || _silent ? [] : [changeSet];
            var existing = new Dictionary<string, ExistingPullRequests>(StringComparer.Ordinal)
            {
                [Key] = new(_branch, [.. Enumerable.Reverse(_pulls)]),
            };
            operations = PullRequestPlanner.Plan(desired, existing, new PlanningContext(DateTimeOffset.UnixEpoch) { Undecided = _silent ? new HashSet<ImageName> { changeSet.Updates[0].Target.Name } : new HashSet<ImageName>() });
            var done = false;
            foreach (var operation in operations)
            {
                done |= Do(operation, crashBeforeText);
            }

            Assert.InRange(_pulls.Count(p => p.State == PullRequestState.Open), 0, 1);
            if (_personsCommit is not null)
            {
                Assert.Equal(_personsCommit, _branch?.Sha);
            }

            return done;
        }

        private bool Do(PullRequestOperation operation, bool crashBeforeText)
        {
            switch (operation)
            {
                case OpenPullRequest open:
                    Assert.Empty(open.ChangeSet.Proposals.Intersect(_declined));
                    Assert.Null(Open());
                    Write(open.ChangeSet, open.WriteBranch, open.ExpectedBranch);
                    if (!crashBeforeText)
                    {
                        _pulls.Add(new PullRequest(_pulls.Count + 1, ChangeSet.BranchPrefix + Key, _branch!.Sha, PullRequestState.Open, "", Body(open.ChangeSet), ""));
                    }

                    return true;
                case UpdatePullRequest update:
                    Write(update.ChangeSet, update.WriteBranch, update.ExpectedBranch);
                    if (!crashBeforeText)
                    {
                        Change(update.Number, p => p with { Body = Body(update.ChangeSet) });
                    }

                    return true;
                case ClosePullRequest close:
                    Assert.False(_silent, "closed on partial knowledge");
                    Change(close.Number, p => p with { State = PullRequestState.Closed, Body = "" });
                    if (!crashBeforeText)
                    {
                        _branch = null;
                    }

                    return true;
                case DeleteBranch:
                    _branch = null;
                    return true;
                default:
                    return false;
            }
        }

        private void Write(ChangeSet changeSet, bool write, string? expected)
        {
            if (!write)
            {
                Assert.Equal(changeSet.Fingerprint, CommitSeal.ChangeOfUntouched(_branch!));
                return;
            }

            Assert.Equal(expected, _branch?.Sha);
            var tree = Sha();
            _branch = new CommitInfo(Sha(), tree, PullRequestText.CommitMessage(changeSet, changeSet.Updates, tree), []);
        }

        private PullRequest? Open() => _pulls.SingleOrDefault(p => p.State == PullRequestState.Open);

        private ChangeSet Desired()
        {
            var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_target} {_build}")));
            return ChangeSet.Group([Some.Update("python:3.0.0", string.Create(CultureInfo.InvariantCulture, $"python:3.{_target}.0@{digest}"), UpdateKind.Minor)], path => path).Single();
        }

        private void Change(int number, Func<PullRequest, PullRequest> change) => _pulls[number - 1] = change(_pulls[number - 1]);

        private string Sha() => (++_commits).ToString("x40", CultureInfo.InvariantCulture);
    }
}
