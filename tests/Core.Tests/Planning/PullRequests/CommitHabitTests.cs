using Basewatch.Core.Dialects;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Planning.PullRequests;

public sealed class CommitHabitTests
{
    [Theory]
    [InlineData("Update python from 3.12 to 3.14")]
    [InlineData("Update python from 3.12 to 3.14", "Add a page", "Mend the door", "Say why")]
    [InlineData("update python from 3.12 to 3.14", "add a page", "mend the door", "say why")]
    [InlineData("chore(deps): update python from 3.12 to 3.14", "feat: a page", "fix(door)!: close it", "docs: say why")]
    [InlineData("chore(deps): Update python from 3.12 to 3.14", "feat: A page", "fix(door): Close it")]
    [InlineData("Chore(deps): Update python from 3.12 to 3.14", "Feat: A page", "Fix(door): Close it")]
    [InlineData("build(deps): bump", "feat: a page", "fix: b", "build(deps): bump golang from 1.25 to 1.26 in /docker", "build(deps-dev): bump jest from 1 to 2", "build(deps-dev): bump jest from 2 to 3")]
    [InlineData("fix(deps): u", "feat: a page", "fix: b", "fix(deps): update dependency x to v2", "fix(deps): update dependency y to v2", "chore(deps): pin dependencies")]
    [InlineData("chore: u", "feat: a page", "fix: b", "chore: bump node from 22 to 24")]
    [InlineData("Update", "Merge pull request #1 from a/b", "feat: a", "Add b", "Say c", "Merge branch 'main'")]
    [InlineData("Update", "Bump golang from 1.25 to 1.26", "chore(deps): update docker tag to v2\n\nSigned-off-by: renovate[bot] <x>")]
    [InlineData("chore(deps): u", "feat: a page", "chore(deps): update python\n\nBasewatch-Seal: 0", "Update x\n\nBasewatch-Seal: 0", "Update y\n\nBasewatch-Seal: 0", "1.2.3")]
    [InlineData("update", "lib/net: mend it", "src: a", "http: b", "core: c", "Door: close", "X: y")]
    public void Titles_are_worded_as_in_the_repository(string expected, params string[] messages)
    {
        var title = Title(CommitHabit.Of(messages), null);

        Assert.StartsWith(expected.Split(": ")[0].Split(' ')[0], title, StringComparison.Ordinal);
        Assert.Equal(expected.Contains(": ", StringComparison.Ordinal), title.Contains(": ", StringComparison.Ordinal));
        if (expected.EndsWith("3.14", StringComparison.Ordinal))
        {
            Assert.Equal(expected, title);
        }
    }

    [Fact]
    public void What_is_configured_goes_before()
    {
        var habit = CommitHabit.Of(["feat: A page", "fix: The door"]);

        Assert.Equal("deps: Update python from 3.12 to 3.14", Title(habit, "deps"));
        Assert.Equal("deps: update python from 3.12 to 3.14", Title(CommitHabit.None, "deps"));
    }

    [Fact]
    public void A_commit_is_titled_as_its_pull_request()
    {
        var habit = CommitHabit.Of(["feat: a page"]);
        var set = Set(null);

        Assert.Equal(PullRequestText.Of(set, set.Updates, new() { Habit = habit }).Title, PullRequestText.CommitMessage(set, set.Updates, "t1", habit).Split('\n')[0]);
    }

    [Fact]
    public void No_history_makes_a_title_more_than_words()
    {
        string[] pieces = ["feat", "chore(deps)", ":", "!", " ", "\n", "[skip ci]", "@octocat", "#1", "(", ")", "bump a from b to c", "Merge ", "\u202E", "<b>", "x"];
        Gen.Int[0, pieces.Length - 1].Array[0, 8].Select(i => string.Concat(i.Select(n => pieces[n]))).List[0, 6].Sample(messages =>
            Assert.Matches(@"^([A-Za-z-]{2,20}(\([A-Za-z0-9 ,._/-]{1,40}\))?: )?[Uu]pdate python from 3\.12 to 3\.14$", Title(CommitHabit.Of(messages), null)));
    }

    private static string Title(CommitHabit habit, string? prefix)
    {
        var set = Set(prefix);
        return PullRequestText.Of(set, set.Updates, new() { Habit = habit }).Title;
    }

    private static ChangeSet Set(string? prefix) => ChangeSet.Group(
        [Some.Update("python:3.12", "python:3.14", UpdateKind.Minor) with { Rule = new PolicyRule(PolicyText.Docker, null) { Proposal = new ProposalSettings { CommitPrefix = prefix } } }],
        path => path).Single();
}
