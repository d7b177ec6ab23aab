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
}
