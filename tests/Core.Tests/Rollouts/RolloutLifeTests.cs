using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;
using Basewatch.Core.Tests.Jobs;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>Rollouts over the loopback GitHub, from the first version to the last stage, and back.</summary>
public sealed class RolloutLifeTests
{
    private const string Stages = """
        rollout:
          stages:
            - name: dev
              files: [clusters/dev/**]
            - name: staging
              files: [clusters/staging/**]
              after: dev
              soak: 2h
              verify: [{check: smoke}]
            - name: production
              files: [clusters/production/**]
              after: staging
              verify: [{check: smoke}]
              window: {open: [after 9:00 and before 16:00 on monday through thursday], timezone: Europe/Berlin, holidays: [2026-11-25]}
        """;

    private const string Dev = "_stage/dev/web", Staging = "_stage/staging/web", Production = "_stage/production/web";

    private static async Task<RolloutLife> StartAsync(string configuration = Stages)
    {
        var life = await RolloutLife.StartAsync(configuration);
        life.Loop.Registry.Push("web", "1.0.0");
        life.Create("deploy", [.. ((string[])["dev", "staging", "production"]).Select(s => ($"clusters/{s}/web.yaml", RolloutLife.Pod("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first"))))]);
        await life.SettleAsync();
        return life;
    }

    [Fact]
    public async Task A_version_goes_through_three_stages_with_soak_checks_and_a_window()
    {
        await using var life = await StartAsync();
        Assert.Empty(life["deploy"].OpenPullRequests);

        // Monday, ten in the morning in Berlin.
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        Assert.NotNull(life.Find("deploy", Dev));
        Assert.Single(life["deploy"].OpenPullRequests);
        Assert.EndsWith("in dev", life.Find("deploy", Dev)!.Title, StringComparison.Ordinal);

        life.Merge("deploy", Dev);
        await life.SettleAsync();
        var staging = life.Find("deploy", Staging);
        Assert.NotNull(staging);
        Assert.Null(life.Find("deploy", Production));
        Assert.Contains("dev: merged (nothing shows whether it is deployed) since 2026-11-23", staging.Body, StringComparison.Ordinal);
        Assert.Contains("1.1.0@" + MemoryRegistry.DigestOf("web:1.1.0 first"), life.Image("deploy", "clusters/staging/web.yaml", staging.Branch), StringComparison.Ordinal);

        // What is republished meanwhile is another freight.
        life.Loop.Registry.Push("web", "1.1.0", "second");
        await life.SettleAsync();
        Assert.Contains(MemoryRegistry.DigestOf("web:1.1.0 first").ToString(), life.Image("deploy", "clusters/staging/web.yaml", "basewatch/" + Staging), StringComparison.Ordinal);

        life.Merge("deploy", Staging);
        await life.WaitAsync(TimeSpan.FromHours(3));
        Assert.Null(life.Find("deploy", Production));

        // The check of the merge passes after the soak.
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");
        await life.SettleAsync();
        var production = life.Find("deploy", Production);
        Assert.NotNull(production);
        Assert.Contains("soaked 2 h, passed check smoke", production.Body, StringComparison.Ordinal);

        life.Merge("deploy", Production);
        await life.SettleAsync();
        Assert.Equal("web:1.1.0@" + MemoryRegistry.DigestOf("web:1.1.0 first"), life.Image("deploy", "clusters/production/web.yaml"));
    }

    [Fact]
    public async Task Nothing_is_promoted_outside_its_window()
    {
        await using var life = await StartAsync();
        await life.WaitAsync(TimeSpan.FromHours(28));
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");

        // On Tuesday it is verified after four. Wednesday is a holiday.
        await life.WaitAsync(new DateTimeOffset(2026, 11, 24, 20, 0, 0, TimeSpan.Zero) - life.Loop.Time.GetUtcNow());
        Assert.Null(life.Find("deploy", Production));
        await life.WaitAsync(TimeSpan.FromHours(16));
        Assert.Null(life.Find("deploy", Production));
        await life.WaitAsync(TimeSpan.FromHours(24));
        Assert.NotNull(life.Find("deploy", Production));
    }

    [Fact]
    public async Task What_fails_in_staging_is_taken_back_blocked_and_not_proposed_again()
    {
        await using var life = await StartAsync();
        life.Create("other", ("clusters/other/web.yaml", RolloutLife.Pod("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first"))));
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        Assert.Single(life["other"].OpenPullRequests);

        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "failure");
        await life.SettleAsync();
        var back = life.Find("deploy", "_back/staging/web");
        Assert.NotNull(back);
        Assert.Equal("Take web back to 1.0.0 in staging", back.Title);
        Assert.Contains("check smoke", back.Body, StringComparison.Ordinal);
        Assert.Null(life.Find("deploy", Production));
        Assert.Empty(life["other"].OpenPullRequests);
        var block = Assert.Single(await life.HoldsAsync());
        Assert.Contains("staging of acme/deploy: check smoke", block.Reason, StringComparison.Ordinal);

        life.Merge("deploy", "_back/staging/web");
        await life.SettleAsync();
        Assert.Equal("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first"), life.Image("deploy", "clusters/staging/web.yaml"));
        Assert.Empty(life["deploy"].OpenPullRequests);

        // The next version is another matter.
        life.Loop.Registry.Push("web", "1.1.1");
        await life.SettleAsync();
        Assert.NotNull(life.Find("deploy", Dev));
        Assert.Single(life["other"].OpenPullRequests);
    }

    [Fact]
    public async Task A_revert_by_hand_is_a_leave_and_a_change_by_hand_an_entry()
    {
        await using var life = await StartAsync();
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        Assert.NotNull(life.Find("deploy", Staging));

        life.Write("deploy", "clusters/dev/web.yaml", RolloutLife.Pod("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first")));
        await life.SettleAsync();
        Assert.Null(life.Find("deploy", Staging));

        // Ahead by hand: nothing takes it back, and what comes after it comes after it.
        life.Loop.Registry.Push("web", "1.2.0");
        life.Loop.Registry.Push("web", "1.3.0");
        life.Write("deploy", "clusters/production/web.yaml", RolloutLife.Pod("web:1.2.0@" + MemoryRegistry.DigestOf("web:1.2.0 first")));
        await life.SettleAsync();
        Assert.Null(life.Find("deploy", Production));
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");
        await life.WaitAsync(TimeSpan.FromHours(2.5));
        Assert.Contains("1.3.0", life.Find("deploy", Production)!.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_freight_does_not_take_over_the_soak_of_an_older_one()
    {
        await using var life = await StartAsync();
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");
        life.Loop.Registry.Push("web", "1.2.0");
        await life.WaitAsync(TimeSpan.FromHours(1.5));
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");
        await life.WaitAsync(TimeSpan.FromHours(1));
        Assert.Null(life.Find("deploy", Production));
        await life.WaitAsync(TimeSpan.FromHours(1.5));
        Assert.Contains("1.2.0", life.Find("deploy", Production)!.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_frozen_waits_until_it_is_released()
    {
        await using var life = await StartAsync();
        var freeze = new Hold(HoldKind.Freeze, "acme", "the shop is full", "ann", life.Loop.Time.GetUtcNow()) { Stage = "staging" };
        await life.HoldAsync(freeze);
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.WaitAsync(TimeSpan.FromHours(5));
        Assert.Null(life.Find("deploy", Staging));
        await life.ReleaseAsync(freeze);
        await life.WaitAsync(TimeSpan.FromDays(1));
        Assert.NotNull(life.Find("deploy", Staging));
    }

    [Fact]
    public async Task What_fails_in_production_is_taken_back_there_and_blocked_everywhere()
    {
        await using var life = await StartAsync();
        life.Create("other", ("clusters/other/web.yaml", RolloutLife.Pod("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first"))));
        life.Loop.Registry.Push("web", "1.1.0");
        await ToProductionAsync(life);
        life.Merge("deploy", Production);
        await life.SettleAsync();
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "failure");
        await life.SettleAsync();

        Assert.Equal("Take web back to 1.0.0 in production", life.Find("deploy", "_back/production/web")!.Title);
        Assert.Null(life.Find("deploy", "_back/staging/web"));
        Assert.Empty(life["other"].OpenPullRequests);
        life.Merge("deploy", "_back/production/web");
        await life.WaitAsync(TimeSpan.FromDays(2));
        Assert.Equal("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first"), life.Image("deploy", "clusters/production/web.yaml"));
        Assert.Empty(life["deploy"].OpenPullRequests);
        Assert.Single(await life.HoldsAsync());
    }

    [Fact]
    public async Task A_promotion_that_nobody_approves_in_time_is_given_up_and_the_next_freight_comes()
    {
        await using var life = await StartAsync("""
            rollout:
              stages:
                - {name: dev, files: [clusters/dev/**]}
                - {name: staging, files: [clusters/staging/**], after: dev}
                - {name: production, files: [clusters/production/**], after: staging, approvals: 1, approveWithin: 2d}
            """);
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        var first = life.Find("deploy", Production)!.Number;
        await life.WaitAsync(TimeSpan.FromHours(49));
        Assert.Null(life.Find("deploy", Production));
        Assert.False(life["deploy"].PullRequest(first).IsOpen);

        // One that is approved waits for whoever merges it.
        life.Loop.Registry.Push("web", "1.2.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        var second = life.Find("deploy", Production)!;
        life["deploy"].Person("ann").Approve(second.Number);
        await life.WaitAsync(TimeSpan.FromHours(60));
        Assert.Equal(second.Number, life.Find("deploy", Production)?.Number);
    }

    [Fact]
    public async Task Merged_is_not_deployed_where_something_shows_deployments()
    {
        await using var life = await StartAsync("""
            rollout:
              stages:
                - {name: dev, files: [clusters/dev/**], soak: 1h, verify: [{deployment: dev}]}
                - {name: staging, files: [clusters/staging/**], after: dev}
            """);
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.WaitAsync(TimeSpan.FromHours(5));
        Assert.Null(life.Find("deploy", Staging));

        // To somewhere else, and of another commit: neither says anything of this.
        life["deploy"].Deploy(life["deploy"].Tip("main")!, "production", "success");
        await life.WaitAsync(TimeSpan.FromHours(2));
        Assert.Null(life.Find("deploy", Staging));

        life["deploy"].Deploy(life["deploy"].Tip("main")!, "dev", "success");
        await life.SettleAsync();
        Assert.Null(life.Find("deploy", Staging));
        await life.WaitAsync(TimeSpan.FromHours(1.5));
        Assert.Contains("dev: deployed since 2026-11-23", life.Find("deploy", Staging)!.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_that_fails_for_a_moment_has_blinked_and_one_that_goes_on_failing_takes_back()
    {
        var probes = new Probe();
        await using var life = await StartAsync("""
            rollout:
              stages:
                - {name: dev, files: [clusters/dev/**], soak: 1h, automerge: true, automergeReverts: true, verify: [{probe: 'https://web.example.com/health'}]}
                - {name: staging, files: [clusters/staging/**], after: dev}
            """);
        life.Loop.Probes = probes;
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life["deploy"].SetStatus(life.Find("deploy", Dev)!.Head, "ci", "success");
        await life.SettleAsync();
        Assert.Contains("1.1.0", life.Image("deploy", "clusters/dev/web.yaml"), StringComparison.Ordinal);

        probes.Answer = new Evidence(EvidenceState.Failed, "status 503");
        await life.SettleAsync();
        probes.Answer = new Evidence(EvidenceState.Passed, "status 200");
        await life.WaitAsync(TimeSpan.FromHours(2));
        Assert.NotNull(life.Find("deploy", Staging));

        life.Loop.Registry.Push("web", "1.2.0");
        await life.SettleAsync();
        life["deploy"].SetStatus(life.Find("deploy", Dev)!.Head, "ci", "success");
        await life.SettleAsync();
        probes.Answer = new Evidence(EvidenceState.Failed, "status 503");
        await life.WaitAsync(TimeSpan.FromHours(1));
        Assert.Contains("probe https://web.example.com/health: status 503", Assert.Single(await life.HoldsAsync()).Reason, StringComparison.Ordinal);
        life["deploy"].SetStatus(life.Find("deploy", "_back/dev/web")!.Head, "ci", "success");
        await life.SettleAsync();

        // Back to what was good, by itself.
        Assert.Contains("1.1.0", life.Image("deploy", "clusters/dev/web.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_freights_are_in_flight_and_each_is_promoted_when_it_is_its_turn()
    {
        await using var life = await StartAsync();
        life.Loop.Registry.Push("web", "1.1.0");
        await ToProductionAsync(life);
        life.Loop.Registry.Push("web", "1.2.0");
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();

        // The older one was verified, and stays offered until the newer one is.
        Assert.Contains("1.1.0", life.Find("deploy", Production)!.Title, StringComparison.Ordinal);
        var number = life.Find("deploy", Production)!.Number;
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");
        await life.WaitAsync(TimeSpan.FromHours(2.5));
        Assert.Contains("1.2.0", life.Find("deploy", Production)!.Title, StringComparison.Ordinal);
        Assert.Equal(number, life.Find("deploy", Production)!.Number);
    }

    private static async Task ToProductionAsync(RolloutLife life)
    {
        await life.SettleAsync();
        life.Merge("deploy", Dev);
        await life.SettleAsync();
        life.Merge("deploy", Staging);
        await life.SettleAsync();
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");
        await life.WaitAsync(TimeSpan.FromHours(2.5));
        Assert.NotNull(life.Find("deploy", Production));
    }

    private sealed class Probe : IProbes
    {
        public Evidence Answer { get; set; } = new(EvidenceState.Passed, "status 200");

        public Task<Evidence> AskAsync(Verification verification, CancellationToken cancellationToken) => Task.FromResult(Answer);
    }
}
