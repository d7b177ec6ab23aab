using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Planning;

public sealed class PullRequestTextTests
{
    [Fact]
    public void It_says_what_moves_where_and_why()
    {
        var digest = new string('a', 64);
        var set = ChangeSet.Group([Some.Update("python:3.12.4-slim", $"python:3.14.2-slim@sha256:{digest}", UpdateKind.Minor, "app/Dockerfile", 3)], path => path).Single();

        var text = PullRequestText.Of(set, set.Updates, [], _ => null);

        Assert.Equal("Update python from 3.12.4-slim to 3.14.2-slim", text.Title);
        Assert.Contains("| `python` | `app/Dockerfile:3` | `3.12.4-slim` | `3.14.2-slim@aaaaaaaaaaaa` | minor |", text.Body, StringComparison.Ordinal);
        Assert.Contains("- `python`: because (policy `docker`).", text.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Update python from 3.12 to 3.14")]
    [InlineData("chore(deps)", "chore(deps): update python from 3.12 to 3.14")]
    [InlineData("build", "build: update python from 3.12 to 3.14")]
    [InlineData("fix:", "fix: update python from 3.12 to 3.14")]
    [InlineData("a\nBasewatch-Seal: 0", "a\uFFFDBasewatch-Seal: 0: update python from 3.12 to 3.14")]
    public void A_title_begins_with_the_prefix(string? prefix, string title)
    {
        var set = Set(new ProposalSettings { CommitPrefix = prefix }, "python");
        Assert.Equal(title, PullRequestText.Of(set, set.Updates, [], _ => null).Title);
        Assert.Equal(title, PullRequestText.CommitMessage(set, "t1").Split('\n')[0]);
    }

    [Fact]
    public void A_group_is_named_where_it_is_more_than_one_image()
    {
        Assert.Equal("Update 2 images of tools", Title(Set(new ProposalSettings { Group = "tools" }, "python", "node")));
        Assert.Equal("Update python from 3.12 to 3.14", Title(Set(new ProposalSettings { Group = "tools" }, "python")));

        static string Title(ChangeSet set) => PullRequestText.Of(set, set.Updates, [], _ => null).Title;
    }

    [Fact]
    public void It_says_who_configured_it_and_how_it_may_be_merged()
    {
        var set = Set(new ProposalSettings { Automerge = true, RequiredChecks = ["build", "test"], Approvals = 1 }, "python");

        var body = PullRequestText.Of(set, set.Updates, [], _ => null).Body;

        Assert.Contains("- Proposed as `.github/dependabot.yml:3` says.", body, StringComparison.Ordinal);
        Assert.Contains("- It may be merged once `build`, `test` have passed, and one person has approved, by whoever merges: Basewatch does not.", body, StringComparison.Ordinal);
    }

    private static ChangeSet Set(ProposalSettings settings, params string[] images)
    {
        var rule = new PolicyRule(PolicyText.Docker, null) { Source = new RuleSource(".github/dependabot.yml", 3, "dependabot"), Proposal = settings };
        return ChangeSet.Group(images.Select((image, i) => Some.Update($"{image}:3.12", $"{image}:3.14", UpdateKind.Minor, line: i + 1) with { Rule = rule }), path => path).Single();
    }

    [Fact]
    public void A_dead_base_is_named_as_dead_where_it_is_only_refreshed()
    {
        var digest = new string('a', 64);
        var set = ChangeSet.Group([Some.Update("python:3.8", $"python:3.8@sha256:{digest}", UpdateKind.Pin)], path => path).Single();

        var text = PullRequestText.Of(set, set.Updates, [], _ => ImageLifecycle.Unknown with { Product = "Python", Cycle = "3.8", Eol = new DateOnly(2024, 10, 7), Status = LifecycleStatus.Ended });

        Assert.Contains("`python:3.8` is past its end of life since 2024-10-07", text.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void What_could_not_be_written_is_not_claimed()
    {
        var set = ChangeSet.Group(
            [Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, line: 1), Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, line: 2)],
            path => path).Single();

        var text = PullRequestText.Of(set, [set.Updates[0]], [new FileProblem("Dockerfile", 2, "no single edit changes it")], _ => null);

        Assert.Contains("`Dockerfile:1`", text.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("| `Dockerfile:2`", text.Body, StringComparison.Ordinal);
        Assert.Contains("- `Dockerfile:2`: no single edit changes it", text.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void It_stays_within_what_GitHub_takes_however_much_changes()
    {
        var path = new string('x', 3000);
        var updates = Enumerable.Range(1, 400).Select(i => Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, path, i));
        var set = ChangeSet.Group(updates, p => p).Single();

        var text = PullRequestText.Of(set, set.Updates, [], _ => null);

        Assert.InRange(text.Body.Length, 1, PullRequestText.LongestBody);
        Assert.True(PullRequestMarker.TryFind(text.Body, out _));
    }

    [Fact]
    public void Text_from_outside_stays_text() =>
        Gen.String.Sample(text =>
        {
            var plain = Markdown.Text(text);
            Assert.DoesNotContain('<', plain);
            Assert.DoesNotContain('\n', plain);
            for (var i = 0; i + 1 < plain.Length; i++)
            {
                Assert.False(plain[i] is '@' or '#' && char.IsLetterOrDigit(plain[i + 1]), plain);
            }

            var code = Markdown.Code(text);
            Assert.DoesNotContain('\n', code);
            if (code.Length > 0)
            {
                var fence = code[..code.AsSpan().IndexOfAnyExcept('`')];
                var inner = code[fence.Length..^fence.Length];
                Assert.DoesNotContain(fence, inner, StringComparison.Ordinal);
            }
        });
}
