using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Planning.PullRequests;

public sealed class VerdictTextTests
{
    private static readonly ChangeSet Set = ChangeSet.Group(
        [Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, line: 1), Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, line: 2)], path => path).Single();

    private static readonly PullRequestFacts Ending = new() { LifecycleOf = _ => new ImageLifecycle(LifecycleStatus.Ending) { Product = new Life(LifeOf.Product, "python", "Python", "3.9", new DateOnly(2026, 12, 1)) } };

    [Fact]
    public void All_is_well_where_everything_is_changed() =>
        Assert.Equal(new Ports.Verdict(CheckState.Passed, "All 2 references are changed", "2 of 2 image references changed."), VerdictText.Of(Set, Set.Updates, new(), isTouched: false));

    [Fact]
    public void What_matters_most_is_the_title()
    {
        var facts = Ending with { Dropped = [new FileProblem("Dockerfile", 2, "no single edit changes it, @octocat")] };

        Assert.Equal("python:3.9 ends on 2026-12-01", VerdictText.Of(Set, Set.Updates, Ending, isTouched: false).Title);
        Assert.Equal("1 of 2 references changed, the others can't be", VerdictText.Of(Set, [Set.Updates[0]], facts, isTouched: false).Title);
        Assert.Equal("Somebody else has pushed to the branch: it is left as it is", VerdictText.Of(Set, [Set.Updates[0]], facts, isTouched: true).Title);
        Assert.Equal(
            "1 of 2 image references changed.\n\n- `python:3.9` reaches its end of life on 2026-12-01.\n- Not changed: `Dockerfile:2`: no single edit changes it, @\u200Doctocat",
            VerdictText.Of(Set, [Set.Updates[0]], facts, isTouched: false).Summary);
    }

    [Fact]
    public void Only_a_pull_request_that_changes_nothing_fails()
    {
        Assert.Equal(CheckState.Failed, VerdictText.Of(Set, [], new(), isTouched: false).State);
        Assert.Equal(CheckState.Passed, VerdictText.Of(Set, [Set.Updates[0]], Ending, isTouched: true).State);
    }

    [Fact]
    public void A_title_is_no_longer_than_a_status_takes()
    {
        var path = new string('x', 120);
        var set = ChangeSet.Group([Some.Update("python:3.8", $"acme.example/{path}/app:3.9", UpdateKind.Successor)], p => p).Single();

        Assert.InRange(VerdictText.Of(set, set.Updates, Ending, isTouched: false).Title.Length, 1, VerdictText.LongestTitle);
    }
}
