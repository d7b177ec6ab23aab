using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using CsCheck;

namespace Basewatch.Core.Tests.Planning.PullRequests;

public sealed class PullRequestTextTests
{
    [Fact]
    public void It_says_what_moves_where_and_why()
    {
        var digest = new string('a', 64);
        var set = ChangeSet.Group([Some.Update("python:3.12.4-slim", $"python:3.14.2-slim@sha256:{digest}", UpdateKind.Minor, "app/Dockerfile", 3)], path => path).Single();

        var text = PullRequestText.Of(set, set.Updates, new());

        Assert.Equal("Update python from 3.12.4-slim to 3.14.2-slim", text.Title);
        Assert.Contains("| Image | `python` |\n|:--|:--|\n| From | `3.12.4-slim` |\n| To | `3.14.2-slim` `@aaaaaaaaaaaa` |\n| Kind | minor |\n| File | `app/Dockerfile:3` |", text.Body, StringComparison.Ordinal);
        Assert.Contains("**Why:** because (policy `docker`, by default)", text.Body, StringComparison.Ordinal);
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
        Assert.Equal(title, PullRequestText.Of(set, set.Updates, new()).Title);
        Assert.Equal(title, PullRequestText.CommitMessage(set, set.Updates, "t1").Split('\n')[0]);
    }

    [Fact]
    public void A_group_is_named_where_it_is_more_than_one_image()
    {
        Assert.Equal("Update 2 images of tools", Title(Set(new ProposalSettings { Group = "tools" }, "python", "node")));
        Assert.Equal("Update python from 3.12 to 3.14", Title(Set(new ProposalSettings { Group = "tools" }, "python")));

        static string Title(ChangeSet set) => PullRequestText.Of(set, set.Updates, new()).Title;
    }

    [Fact]
    public void It_says_who_configured_it_and_how_it_may_be_merged()
    {
        var set = Set(new ProposalSettings { Automerge = true, RequiredChecks = ["build", "test"], Approvals = 1 }, "python");

        var body = PullRequestText.Of(set, set.Updates, new()).Body;

        Assert.Contains("because (policy `docker`, as `.github/dependabot.yml:3` says)", body, StringComparison.Ordinal);
        Assert.Contains("It may be merged once `build`, `test` have passed, and one person has approved, by whoever merges: Basewatch does not.", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Automated image update", "Automated image update")]
    [InlineData("Update\r\n\r\n\n\n{{ range .Changed.Changes }}- {{ .OldValue }} -> {{ .NewValue }}\n{{ end }}", "Update\n\n- python:3.12 -> python:3.14\n- node:3.12 -> node:3.14")]
    [InlineData("{{ range $file, $objects := .Changed.FileChanges }}{{ $file }}:{{ range $_, $changes := $objects }}{{ len $changes }}{{ end }}{{ end }}", "Dockerfile:2")]
    [InlineData("{{ range $object, $_ := .Changed.Objects }}{{ $object.Kind }}{{ end }}", null)]
    [InlineData("{{ range .Changed.Changes }}{{ .Setter }}{{ end }}", null)]
    [InlineData("{{ .Unknown }}", null)]
    [InlineData("{{ unclosed", null)]
    [InlineData(" \n\t\n", null)]
    [InlineData("[ci skip]", null)]
    [InlineData("Update [CI skip] images[skip ci]", "Update  images")]
    [InlineData("[ci [ci skip]skip]", null)]
    [InlineData("Update\n\nSkip-Checks: true\nCo-authored-by: a <a@example.org>\nx", "Update\n\nx")]
    [InlineData("a\0b\u001b[1m\u202Ec", "a b [1m c")]
    [InlineData("by @octocat, fixes #12 and gh-3, python@sha256 C# https://example.org", "by @\u200Doctocat, fixes #\u200D12 and gh\u200D-3, python@sha256 C# https:\u200D//example.org")]
    [InlineData("Update\nBasewatch-Change: 0\n  basewatch-seal: 0\nBasewatch-Seal : 0\nend", "Update\nend")]
    public void A_commit_says_what_the_template_makes_of_it(string template, string? text)
    {
        var set = Set(new ProposalSettings { MessageTemplate = template, Group = "all" }, "python", "node");

        var message = PullRequestText.CommitMessage(set, set.Updates, "t1");

        Assert.Equal(text ?? "Update 2 images of all", message[..message.IndexOf("\n\nBasewatch-Change: ", StringComparison.Ordinal)]);
        Assert.Equal("Update 2 images of all", PullRequestText.Of(set, set.Updates, new()).Title);
        Assert.Equal(set.Fingerprint, ChangeOf(message));
    }

    [Fact]
    public void A_commit_tells_of_what_it_holds()
    {
        var set = Set(new ProposalSettings { MessageTemplate = "{{ range .Changed.Changes }}{{ .NewValue }} {{ end }}", Group = "all" }, "python", "node");

        Assert.StartsWith("node:3.14\n\nBasewatch-Change: ", PullRequestText.CommitMessage(set, [set.Updates[1]], "t1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_counts_where_all_have_it()
    {
        var (one, other) = (Set(new ProposalSettings { MessageTemplate = "Ours", Group = "all" }, "python"), Set(new ProposalSettings { Group = "all" }, "node"));
        var both = ChangeSet.Group([.. one.Updates, .. other.Updates], path => path).Single();

        Assert.StartsWith("Update 2 images of all\n\n", PullRequestText.CommitMessage(both, both.Updates, "t1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_any_template_is_bounded_and_keeps_its_seal()
    {
        string[] pieces = ["Basewatch-Seal: ", "Basewatch-Change: ", "\n", "\r", "@", "#1", "\u202E", "\uD83D\uDE00", "x: ", "{{ range .Changed.Changes }}", "{{ end }}", "{{ .NewValue }}", new string('y', 5000), new string('\n', 500)];
        Gen.Int[0, pieces.Length - 1].Array[0, 12].Sample(
            indexes =>
            {
                var set = Set(new ProposalSettings { MessageTemplate = string.Concat(indexes.Select(i => pieces[i])) }, "python");
                var message = PullRequestText.CommitMessage(set, set.Updates, "t1");
                Assert.Equal(set.Fingerprint, ChangeOf(message));
                Assert.InRange(message.Length, 1, CommitText.Longest + 100);
                Assert.DoesNotContain(message, c => c != '\n' && Markdown.IsInvisible(c));
                Assert.Equal(2, message.Split('\n').Count(l => l.Contains("Basewatch-", StringComparison.Ordinal)));
            },
            iter: 2000);
    }

    private static string? ChangeOf(string message) => CommitSeal.ChangeOfUntouched(new CommitInfo("c1", "t1", message, []));

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

        var text = PullRequestText.Of(set, set.Updates, new() { LifecycleOf = _ => new ImageLifecycle(LifecycleStatus.Ended) { Product = new Life(LifeOf.Product, "python", "Python", "3.8", new DateOnly(2024, 10, 7)) } });

        Assert.Contains("`python:3.8` has been past its end of life since 2024-10-07", text.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void What_could_not_be_written_is_not_claimed()
    {
        var set = ChangeSet.Group(
            [Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, line: 1), Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, line: 2)],
            path => path).Single();

        var text = PullRequestText.Of(set, [set.Updates[0]], new() { Dropped = [new FileProblem("Dockerfile", 2, "no single edit changes it")] });

        Assert.Contains("`Dockerfile:1`", text.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("`Dockerfile:2` |", text.Body, StringComparison.Ordinal);
        Assert.Contains("- `Dockerfile:2`: no single edit changes it", text.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void It_stays_within_what_GitHub_takes_however_much_changes()
    {
        var path = new string('x', 3000);
        var updates = Enumerable.Range(1, 400).Select(i => Some.Update("python:3.8", "python:3.9", UpdateKind.Minor, path, i));
        var set = ChangeSet.Group(updates, p => p).Single();

        var text = PullRequestText.Of(set, set.Updates, new());

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
