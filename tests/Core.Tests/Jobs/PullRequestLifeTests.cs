using System.Globalization;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;
using CsCheck;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Months of pull requests in seconds, with what must be true after every step.</summary>
public sealed class PullRequestLifeTests
{
    private const string Python = PullRequestLife.Python;

    private const string Digests = PullRequestLife.Digests;

    private static readonly Dictionary<string, (string? Configuration, Action<PullRequestLife>[] Steps)> Scenarios = new(StringComparer.Ordinal)
    {
        ["a target that moves"] = (null, [l => l.Loop.Registry.Push("python", "3.12.6-slim"), l => l.Loop.Registry.Push("python", "3.12.7-slim"), l => l.Loop.Registry.Push("redis", "7.2", "second")]),
        ["a file that changes under it"] = (null, [l => l.Write(("Dockerfile", "# new\n" + PullRequestLife.Dockerfile)), l => l.Write(("other.txt", "x"))]),
        ["a person's commits"] = (null, [l => l.Push(Python), l => l.Loop.Registry.Push("python", "3.12.6-slim"), l => { l.GiveUp(Python); l.Say(Python, "@basewatch recreate"); }]),
        ["closed, and reopened by hand"] = (null, [l => l.Close(Python), l => l.Loop.Registry.Push("python", "3.12.5-slim", "second"), l => l.Host.Reopen(Loop.Web, l.Pull(Python).Number)]),
        ["closed, and reopened by a word"] = (null, [l => l.Close(Python), l => l.Say(Python, "@basewatch reopen"), l => l.Close(Python), l => l.Loop.Registry.Push("python", "3.12.6-slim")]),
        ["ignored and taken back"] = (null, [l => l.Say(Python, "@basewatch ignore this image"), l => l.Loop.Registry.Push("python", "3.13.0-slim"), l => l.Say(Python, "@basewatch unignore")]),
        ["ignored by a label"] = (null, [l => l.Host.Label(Loop.Web, l.Pull(Python).Number, "basewatch: ignore"), l => l.Loop.Registry.Push("python", "3.12.6-slim")]),
        ["merged elsewhere"] = (null, [l => l.Write(("Dockerfile", "FROM scratch\n")), l => l.Write(("Dockerfile", PullRequestLife.Dockerfile))]),
        ["merged by a person"] = (null, [l => l.Merge(Python), l => l.Merge(Digests), l => l.Loop.Registry.Push("python", "3.12.6-slim")]),
        ["a branch that was deleted"] = (null, [l => { l.Close(Python); l.Host.DeleteBranch(Loop.Web, Python); }, l => l.Loop.Registry.Push("python", "3.12.6-slim")]),
        ["a renamed default branch"] = (null, [l => l.Host.Rename(Loop.Web, "main", "trunk"), l => l.Loop.Registry.Push("python", "3.12.6-slim")]),
        ["another default branch"] = (null, [l => l.Host.Rename(Loop.Web, "main", "trunk", retargets: false), l => l.Loop.Registry.Push("python", "3.12.6-slim")]),
        ["branches have to be up to date"] = (null, [l => { l.Host.IsStrict = true; l.Write(("other.txt", "x")); }, l => l.Write(("other.txt", "y"))]),
        ["automerge"] = ("pullRequests: {automerge: true, requiredChecks: [ci/build], labels: [docker]}", [l => l.Green("ci/build"), l => l.Loop.Registry.Push("python", "3.12.6-slim")]),
        ["automerge that is red, then green"] = ("pullRequests: {automerge: true}", [l => l.Red("ci/build"), l => l.Green("ci/build")]),
        ["merge when green"] = (null, [l => l.Say(Python, "@basewatch merge when green"), l => l.Green("ci/build")]),
        ["labels are set though the first try is broken off"] = ("pullRequests: {labels: [docker, base], reviewers: [ann]}", []),
        ["other words"] = (null, [l => l.Say(Python, "@basewatch dance"), l => l.Say(Python, "@basewatch ignore this image", "eve"), l => l.Say(Python, "> @basewatch ignore this image")]),
        ["another configuration"] = (null, [l => l.Write((".github/basewatch.yml", "pullRequests: {commitPrefix: 'chore(deps)'}")), l => l.Write((".github/basewatch.yml", "pullRequests: {enabled: false}")), l => l.Write((".github/basewatch.yml", "rules: []"))]),
        ["a box that is ticked"] = (null, [l => l.Write(("other.txt", "x")), l => l.Host.Edit(Loop.Web, l.Pull(Python).Number, b => b.Replace("- [ ] <!-- basewatch:rebase -->", "- [x] <!-- basewatch:rebase -->", StringComparison.Ordinal))]),
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task After_every_step_people_are_respected_and_nothing_is_left_to_do(string scenario)
    {
        using var life = await PlayAsync(scenario, null);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Whichever_request_fails_once_the_next_runs_come_to_the_same_end(string scenario)
    {
        string expected;
        using (var life = await PlayAsync(scenario, null))
        {
            expected = life.Describe();
        }

        foreach (var after in new[] { false, true })
        {
            for (var at = 0; ; at++)
            {
                var fault = new FaultPlan(at, after);
                try
                {
                    using var life = await PlayAsync(scenario, fault);
                    Assert.Equal(expected, life.Describe());
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Assert.Fail($"{scenario}: call {at}, {fault.Failed}: {e.Message}\n{e.StackTrace}");
                }

                if (fault.Failed is null)
                {
                    break;
                }
            }
        }
    }

    [Fact]
    public async Task A_branch_with_a_persons_commits_is_told_so_once_and_can_be_given_back()
    {
        using var life = await StartAsync();
        life.Push(Python);
        await life.SettleAsync();
        life.Loop.Registry.Push("python", "3.12.6-slim");
        await life.SettleAsync();
        Assert.Single(life.Host.Said, s => s.Contains("@basewatch recreate", StringComparison.Ordinal));

        life.Say(Python, "@basewatch rebase");
        await life.SettleAsync();
        Assert.Contains("confused 1", life.Host.Said);

        life.GiveUp(Python);
        life.Say(Python, "Thanks!\n\n@basewatch recreate");
        await life.SettleAsync();
        Assert.Contains("+1 2", life.Host.Said);
        Assert.Contains("3.12.6-slim@", life.Host.Text(Loop.Web, Python, "Dockerfile"), StringComparison.Ordinal);
        Assert.NotNull(CommitSeal.ChangeOfUntouched((await life.Host.GetBranchAsync(Loop.Web, Python, TestContext.Current.CancellationToken))!));
    }

    [Theory]
    [InlineData("version", "3.12.5-slim", true)]
    [InlineData("minor", "3.12.5-slim", false)]
    [InlineData("minor", "3.13.0-slim", true)]
    [InlineData("major", "3.13.0-slim", false)]
    [InlineData("image", "3.13.0-slim", false)]
    public async Task What_is_ignored_goes_as_far_as_was_said(string scope, string next, bool isProposed)
    {
        using var life = await StartAsync();
        life.Loop.Registry.Push("python", "3.12.4.1-slim");
        life.Say(Python, $"@basewatch ignore this {scope}");
        await life.SettleAsync();
        Assert.DoesNotContain(life.Open, p => p.Branch == Python);
        Assert.DoesNotContain(Python, life.Branches.Keys);

        // The last of 3.12 was 3.12.5.
        life.Loop.Registry.Push("python", next == "3.12.5-slim" ? "3.12.9-slim" : next);
        await life.SettleAsync();
        Assert.Equal(isProposed, life.Open.Any(p => p.Branch == Python));
        Assert.Contains((await life.Loop.RecallAsync(m => m.ListRefusalsAsync(Loop.Web, TestContext.Current.CancellationToken).ToListAsync().AsTask())), r => r is { By: "ann", IsDone: true });

        // Without the ledger the pull request itself tells.
        life.Loop.State!.Clear();
        await life.SettleAsync();
        Assert.Equal(isProposed, life.Open.Any(p => p.Branch == Python));
    }

    [Theory]
    [InlineData("version", true)]
    [InlineData("minor", false)]
    [InlineData("image", false)]
    public async Task What_is_closed_goes_as_far_as_is_configured(string scope, bool isProposed)
    {
        using var life = await StartAsync($"pullRequests: {{whenClosed: {scope}}}");
        life.Close(Python);
        await life.SettleAsync();
        life.Loop.Registry.Push("python", "3.12.6-slim");
        await life.SettleAsync();
        Assert.Equal(isProposed, life.Open.Any(p => p.Branch == Python));
    }

    [Fact]
    public async Task Those_who_may_not_write_are_not_obeyed_and_unknown_words_are_answered_once()
    {
        using var life = await StartAsync();
        life.Say(Python, "@basewatch ignore this image", "eve");
        life.Say(Python, "@basewatch dance");
        life.Say(Python, "@basewatch sing");
        life.Say(Python, "```\n@basewatch ignore this image\n```\nas `@basewatch ignore this image` says");
        await life.SettleAsync();
        Assert.Contains(life.Open, p => p.Branch == Python);
        Assert.Equal(["confused 1", "confused 2", "confused 3"], life.Host.Said.Where(s => s.StartsWith("confused", StringComparison.Ordinal)));
        Assert.Single(life.Host.Said, s => s.Contains("| `@basewatch rebase` |", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_green_pull_request_is_merged_and_its_branch_deleted()
    {
        using var life = await StartAsync("pullRequests: {automerge: [patch], requiredChecks: [ci/build]}");
        Assert.Contains(life.Host.Said, s => s.EndsWith("waits for ci/build, of which nothing is there yet", StringComparison.Ordinal));

        // Another check than the one that is asked for is not enough.
        life.Green("lint");
        await life.SettleAsync();
        Assert.Contains(life.Open, p => p.Branch == Python);

        life.Green("lint", "ci/build");
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Merged, life.Pull(Python).State);
        Assert.Equal(PullRequestState.Open, life.Pull(Digests).State);
        Assert.DoesNotContain(Python, life.Branches.Keys);
        Assert.Equal("merged", (await life.RecordAsync(Python))!.State);
    }

    [Theory]
    [InlineData(nameof(IReviewHost.ListChecksAsync), "the token needs checks: read")]
    [InlineData(nameof(IReviewHost.MergeAsync), "the token needs workflows: write")]
    public async Task Who_may_not_see_checks_or_merge_does_all_else(string method, string refusal)
    {
        using var life = await StartAsync("pullRequests: {automerge: [patch], requiredChecks: [ci/build]}");
        life.Host.Refusals[method] = refusal;
        life.Green("ci/build");
        var before = life.Branches[Digests];
        life.Loop.Registry.Push("redis", "7.2", "second");
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Open, life.Pull(Python).State);
        Assert.NotEqual(before, life.Branches[Digests]);
        Assert.Contains(refusal, (await life.RecordAsync(Python))!.Note, StringComparison.Ordinal);
        Assert.Contains(life.Host.Said, s => s.Contains("Failed: Not merged: ", StringComparison.Ordinal) && s.Contains(refusal, StringComparison.Ordinal));

        life.Host.Refusals.Clear();
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Merged, life.Pull(Python).State);
    }

    [Theory]
    [InlineData("@basewatch ignore this version")]
    [InlineData("@basewatch merge")]
    public async Task What_a_person_pushes_while_it_is_closed_or_merged_is_not_deleted(string command)
    {
        using var life = await StartAsync();
        life.Green("ci/build");
        life.Host.Ended = branch => life.Push(branch);
        life.Say(Python, command);
        await life.SettleAsync();
        Assert.NotEqual(PullRequestState.Open, life.Pull(Python).State);
        Assert.Contains(Python, life.Branches.Keys);
    }

    [Fact]
    public async Task Those_who_may_not_write_make_no_more_than_a_few_answers()
    {
        using var life = await StartAsync();
        for (var i = 0; i < 40; i++)
        {
            life.Say(Python, "@basewatch merge", "eve");
        }

        life.Say(Python, "@basewatch merge");
        await life.SettleAsync();
        Assert.Equal(5, life.Host.Said.Count(s => s.StartsWith("confused", StringComparison.Ordinal)));
        Assert.Equal("ann", (await life.RecordAsync(Python))!.MergeAskedBy);
    }

    [Fact]
    public async Task Who_may_not_read_comments_updates_all_the_same()
    {
        using var life = await StartAsync();
        life.Host.Refusals[nameof(IReviewHost.ListCommentsAsync)] = "the token needs issues: read";
        life.Say(Python, "@basewatch ignore this version");
        life.Loop.Registry.Push("redis", "7.2", "second");
        var before = life.Branches[Digests];
        await life.SettleAsync();
        Assert.NotEqual(before, life.Branches[Digests]);

        life.Host.Refusals.Clear();
        life.Say(Python, "thanks");
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Closed, life.Pull(Python).State);
    }

    [Fact]
    public async Task What_moves_to_another_pull_request_is_closed_with_that_reason()
    {
        using var life = await StartAsync();
        life.Write((".github/basewatch.yml", "rules: [{images: python, pullRequests: {group: base}}]"));
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Closed, life.Pull(Python).State);
        Assert.Contains("in another pull request", (await life.RecordAsync(Python))!.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_check_is_named_those_that_may_still_begin_are_waited_for()
    {
        using var life = await StartAsync("pullRequests: {automerge: [patch]}");
        life.Host.Checks[""] = [new CheckResult("build", CheckState.Passed) { At = life.Loop.Time.GetUtcNow() }];
        await life.Loop.RunAsync();
        Assert.Equal(PullRequestState.Open, life.Pull(Python).State);

        life.Loop.Time.Advance(TimeSpan.FromMinutes(2));
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Merged, life.Pull(Python).State);
    }

    [Fact]
    public async Task A_job_of_our_own_name_is_a_check_as_any()
    {
        using var life = await StartAsync("pullRequests: {automerge: [patch], requiredChecks: [basewatch]}");
        life.Red("basewatch");
        await life.SettleAsync();
        Assert.Contains("basewatch failed", life.Pull(Python).Body, StringComparison.Ordinal);

        life.Green("basewatch");
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Merged, life.Pull(Python).State);
    }

    [Fact]
    public async Task A_red_check_or_a_reviewer_keeps_it_open_and_the_body_says_so()
    {
        using var life = await StartAsync("pullRequests: {automerge: true}");
        life.Red("ci/build");
        await life.SettleAsync();
        Assert.Contains("ci/build failed", life.Pull(Python).Body, StringComparison.Ordinal);
        Assert.Contains(life.Host.Said, s => s.Contains("Failed: Not merged: ci/build failed", StringComparison.Ordinal));

        life.Green("ci/build");
        life.Host.Review = new ReviewState(["ann", "bob", "cid"], IsRefused: true);
        await life.SettleAsync();
        Assert.Contains("a reviewer asks for changes", life.Pull(Python).Body, StringComparison.Ordinal);
        Assert.Contains(life.Open, p => p.Branch == Python);

        life.Host.Review = new ReviewState([], IsRefused: false);
        await life.SettleAsync();
        Assert.Equal(PullRequestState.Merged, life.Pull(Python).State);
    }

    [Theory]
    [InlineData("pullRequests: {automerge: true}", false)]
    [InlineData("pullRequests: {automerge: true, requiredChecks: []}", true)]
    public async Task Without_any_check_nothing_is_merged_unless_that_is_said(string configuration, bool isMerged)
    {
        using var life = await StartAsync(configuration);
        await life.SettleAsync();
        Assert.Equal(isMerged, life.Open.Count == 0);
    }

    [Fact]
    public async Task What_was_to_be_merged_is_not_when_it_became_another()
    {
        using var life = await StartAsync();
        life.Say(Python, "@basewatch merge when green");
        await life.SettleAsync();
        Assert.Contains("as `ann` asked", life.Pull(Python).Body, StringComparison.Ordinal);

        life.Loop.Registry.Push("python", "3.12.6-slim");
        await life.SettleAsync();
        life.Green("ci/build");
        await life.SettleAsync();
        Assert.Contains(life.Open, p => p.Branch == Python);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Workflow_files_are_left_out_where_they_may_not_be_changed(bool isKnown)
    {
        using var life = new PullRequestLife();
        life.Host.Abilities = new HostAbilities { ChangesWorkflows = !isKnown };
        life.Host.RefusesWorkflows = true;
        life.Write((".github/workflows/ci.yml", "jobs:\n  a:\n    container: python:3.12.4-slim\n"));
        await life.SettleAsync();

        var pull = life.Pull(Python);
        Assert.Contains("permission", pull.Body, StringComparison.Ordinal);
        Assert.Contains("3.12.4-slim", life.Host.Text(Loop.Web, Python, ".github/workflows/ci.yml"), StringComparison.Ordinal);
        Assert.Contains("3.12.5-slim", life.Host.Text(Loop.Web, Python, "Dockerfile"), StringComparison.Ordinal);

        (life.Host.Abilities, life.Host.RefusesWorkflows) = (HostAbilities.All, false);
        life.Loop.Time.Advance(TimeSpan.FromDays(2));
        life.Write(("other.txt", "x"));
        await life.SettleAsync();
        Assert.Contains("3.12.5-slim", life.Host.Text(Loop.Web, Python, ".github/workflows/ci.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_an_hour_are_opened_and_ten_at_a_time()
    {
        using var life = Many(15, null);
        for (var hour = 1; hour <= 8; hour++)
        {
            await life.Loop.RunAsync();
            Assert.Equal(Math.Min(10, hour * 2), life.Open.Count);
            life.Loop.Time.Advance(TimeSpan.FromHours(1));
        }

        life.Merge(life.Open[0].Branch);
        await life.Loop.RunAsync();
        Assert.Equal(10, life.Open.Count);
    }

    [Fact]
    public async Task What_leaves_a_dead_version_comes_first()
    {
        using var life = Many(3, "pullRequests: {perHour: 1}");
        life.Loop.Registry.Push("python", "3.8.1");
        life.Loop.Registry.Push("python", "3.14.1");
        life.Write(("z/Dockerfile", "FROM python:3.8.1\n"));
        await life.Loop.RunAsync();
        Assert.Contains("python", Assert.Single(life.Open).Branch, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Across_an_organisation_no_more_is_written_than_its_host_takes()
    {
        using var life = new PullRequestLife();
        life.Loop.Content = new ContentLimits(PerMinute: 3, PerHour: 5);
        for (var i = 0; i < 4; i++)
        {
            life.Host.Create(RepositoryName.Parse($"acme/r{i}"), ("Dockerfile", PullRequestLife.Dockerfile));
        }

        // What waits is no failure, and comes when there is room.
        Assert.Empty(await life.Loop.RunAsync());
        Assert.Equal(3, life.Host.Drafts.Count);
        life.Loop.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(await life.Loop.RunAsync());
        Assert.Equal(5, life.Host.Drafts.Count);
        life.Loop.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Empty(await life.Loop.RunAsync());
        Assert.Equal(5, life.Host.Drafts.Count);
        life.Loop.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Empty(await life.Loop.RunAsync());
        Assert.Equal(8, life.Host.Drafts.Count);
    }

    [Fact]
    public async Task While_it_is_paused_nothing_is_written_and_then_everything_goes_on()
    {
        using var life = new PullRequestLife();
        await PauseAsync(p => p.PauseAsync("a release", "ann", null, TestContext.Current.CancellationToken));
        await life.SettleAsync();
        Assert.Empty(life.Host.Writes);

        await PauseAsync(p => p.ResumeAsync(TestContext.Current.CancellationToken));
        await life.SettleAsync();
        Assert.Equal(2, life.Open.Count);

        await PauseAsync(p => p.PauseAsync(null, null, life.Loop.Time.GetUtcNow().AddHours(2), TestContext.Current.CancellationToken));
        life.Loop.Registry.Push("python", "3.12.6-slim");
        await life.SettleAsync();
        Assert.DoesNotContain("3.12.6", life.Pull(Python).Title, StringComparison.Ordinal);
        life.Loop.Time.Advance(TimeSpan.FromHours(2));
        await life.SettleAsync();
        Assert.Contains("3.12.6", life.Pull(Python).Title, StringComparison.Ordinal);

        Task PauseAsync(Func<PauseSwitch, Task> act) => life.Loop.RecallAsync(async m =>
        {
            await act(new PauseSwitch(m, isPausedBySettings: false, life.Loop.Time));
            return true;
        });
    }

    [Fact]
    public async Task Two_workers_at_once_open_nothing_twice()
    {
        for (var i = 0; i < 10; i++)
        {
            using var life = new PullRequestLife();
            await Task.WhenAll(life.Loop.RunAsync(), life.Loop.RunAsync());
            await life.SettleAsync();
            Assert.Equal(2, life.Open.Count);
        }
    }

    private enum Happening
    {
        Version,
        Republished,
        FileChanges,
        OtherFileChanges,
        Commit,
        Close,
        Reopen,
        Merge,
        DeleteBranch,
        Rebase,
        Recreate,
        IgnoreVersion,
        IgnoreImage,
        Unignore,
        MergeWhenGreen,
        Green,
        Red,
        Rename,
        Stranger,
        LedgerIsLost,
    }

    [Fact]
    public async Task Whatever_happens_the_same_is_true() =>
        await Gen.Select(Gen.Enum<Happening>(), Gen.Bool).List[1, 14].SampleAsync(
            async history =>
            {
                using var life = await StartAsync();
                var version = 5;
                foreach (var (happening, isPython) in history)
                {
                    Happen(life, happening, isPython ? Python : Digests, ref version);
                    await life.SettleAsync();
                }
            },
            iter: 60,
            threads: 1);

    private static void Happen(PullRequestLife life, Happening happening, string branch, ref int version)
    {
        var pull = life.Host.PullRequests(Loop.Web).LastOrDefault(p => p.Branch == branch);
        var isOpen = pull?.State == PullRequestState.Open;
        var isOnIt = isOpen && life.Branches.ContainsKey(branch);
        switch (happening)
        {
            case Happening.Version:
                life.Loop.Registry.Push("python", string.Create(CultureInfo.InvariantCulture, $"3.12.{++version}-slim"));
                break;
            case Happening.Republished:
                life.Loop.Registry.Push("redis", "7.2", string.Create(CultureInfo.InvariantCulture, $"build {++version}"));
                break;
            case Happening.FileChanges:
                life.Write(("Dockerfile", string.Create(CultureInfo.InvariantCulture, $"# {++version}\n") + life.Host.Text(Loop.Web, life.Host.DefaultBranch(Loop.Web), "Dockerfile")));
                break;
            case Happening.OtherFileChanges:
                life.Host.IsStrict = true;
                life.Write(("other.txt", string.Create(CultureInfo.InvariantCulture, $"{++version}")));
                break;
            case Happening.Commit when isOnIt:
                life.Push(branch);
                break;
            case Happening.Close when isOpen:
                life.Close(branch);
                break;
            case Happening.Reopen when pull?.State == PullRequestState.Closed && life.Branches.ContainsKey(branch):
                life.Host.Reopen(Loop.Web, pull.Number);
                break;
            case Happening.Merge when isOnIt && life.Host.MergeStateOf(Loop.Web, pull!.Number) is MergeState.Clean:
                life.GiveUp(branch);
                life.Merge(branch);
                break;
            case Happening.DeleteBranch when pull is not null && !isOpen:
                life.GiveUp(branch);
                life.Host.DeleteBranch(Loop.Web, branch);
                break;
            case Happening.Rebase when isOpen:
                life.Say(branch, "@basewatch rebase");
                break;
            case Happening.Recreate when isOpen:
                life.GiveUp(branch);
                life.Say(branch, "@basewatch recreate");
                break;
            case Happening.IgnoreVersion when pull is not null:
                life.Say(branch, "@basewatch ignore this version");
                break;
            case Happening.IgnoreImage when pull is not null:
                life.Say(branch, "@basewatch ignore this image");
                break;
            case Happening.Unignore when pull is not null:
                life.Say(branch, "@basewatch unignore");
                break;
            case Happening.MergeWhenGreen when isOpen:
                life.Say(branch, "@basewatch merge when green");
                break;
            case Happening.Green:
                life.Green("ci/build");
                break;
            case Happening.Red:
                life.Red("ci/build");
                break;
            case Happening.Rename:
                life.Host.Rename(Loop.Web, life.Host.DefaultBranch(Loop.Web), string.Create(CultureInfo.InvariantCulture, $"trunk{++version}"), retargets: version % 2 == 0);
                break;
            case Happening.Stranger when isOpen:
                life.Say(branch, "@basewatch recreate", "eve");
                break;
            case Happening.LedgerIsLost:
                life.Loop.State!.Clear();
                break;
            default:
                break;
        }
    }

    private static async Task<PullRequestLife> StartAsync(string? configuration = null)
    {
        var life = new PullRequestLife(configuration);
        await life.SettleAsync();
        return life;
    }

    private static async Task<PullRequestLife> PlayAsync(string scenario, FaultPlan? fault)
    {
        var (configuration, steps) = Scenarios[scenario];
        var life = new PullRequestLife(configuration);

        // How it begins is the same in all: one without steps is enough to break that off.
        life.Loop.Fault = steps.Length == 0 ? fault : null;
        await life.SettleAsync();
        life.Loop.Fault = fault;
        foreach (var step in steps)
        {
            step(life);
            await life.SettleAsync();
        }

        return life;
    }

    private static PullRequestLife Many(int images, string? configuration)
    {
        var life = new PullRequestLife(configuration) { Loop = { Limits = null } };
        life.Write(("Dockerfile", string.Concat(Enumerable.Range(1, images).Select(i => $"FROM acme/app{i}:1.0\n"))));
        for (var i = 1; i <= images; i++)
        {
            life.Loop.Registry.Push($"acme/app{i}", "1.0");
            life.Loop.Registry.Push($"acme/app{i}", "1.1");
        }

        return life;
    }
}
