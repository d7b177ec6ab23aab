using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using CsCheck;

namespace Basewatch.Core.Tests.Planning;

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
            operations = PullRequestPlanner.Plan(desired, existing, _silent ? new HashSet<ImageName> { changeSet.Updates[0].Target.Name } : new HashSet<ImageName>(), DateTimeOffset.UnixEpoch);
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
            _branch = new CommitInfo(Sha(), tree, PullRequestText.CommitMessage(changeSet, tree), []);
        }

        private PullRequest? Open() => _pulls.SingleOrDefault(p => p.State == PullRequestState.Open);

        private ChangeSet Desired()
        {
            var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_target} {_build}")));
            return ChangeSet.Group([Some.Update("python:3.0.0", string.Create(CultureInfo.InvariantCulture, $"python:3.{_target}.0@{digest}"), UpdateKind.Minor)], path => path).Single();
        }

        private static string Body(ChangeSet changeSet) => PullRequestText.Of(changeSet, changeSet.Updates, [], _ => null).Body;

        private void Change(int number, Func<PullRequest, PullRequest> change) => _pulls[number - 1] = change(_pulls[number - 1]);

        private string Sha() => (++_commits).ToString("x40", CultureInfo.InvariantCulture);
    }
}
