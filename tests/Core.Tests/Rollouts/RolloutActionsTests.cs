using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Tests.Jobs;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>What people do to rollouts, over the loopback GitHub: each deed is done once, leaves who, when and why, and has its effect.</summary>
public sealed class RolloutActionsTests
{
    private const string Stages = """
        rollout:
          stages:
            - {name: dev, files: [clusters/dev/**]}
            - {name: staging, files: [clusters/staging/**], after: dev, soak: 2d, verify: [{check: smoke}]}
            - {name: production, files: [clusters/production/**], after: staging}
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_failed_is_released_by_a_person_and_goes_on()
    {
        await using var life = await StartAsync();
        await ToStagingAsync(life);
        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "failure");
        await life.SettleAsync();
        Assert.NotNull(life.Find("deploy", "_back/staging/web"));

        var released = await ActAsync(life, a => a.ReleaseAsync(new RolloutSubject("acme", Image: "web:1.1.0"), "the check was broken", "ann", Cancelled));
        Assert.False(released.IsRefused, released.Words);
        await life.SettleAsync();
        Assert.Empty(await life.HoldsAsync());
        Assert.Null(life.Find("deploy", "_back/staging/web"));
        Assert.Contains("released by ann", life.Find("deploy", "_stage/production/web")!.Body, StringComparison.Ordinal);

        // Done twice it is done once.
        await ActAsync(life, a => a.ReleaseAsync(new RolloutSubject("acme", Image: "web:1.1.0"), "the check was broken", "ann", Cancelled));
        var deed = Assert.Single(await DeedsAsync(life));
        Assert.Equal(("ann", "release", "the check was broken"), (deed.By, deed.Deed, deed.Reason));
    }

    [Fact]
    public async Task To_promote_skips_the_soak_and_never_what_has_to_be_shown()
    {
        await using var life = await StartAsync();
        await ToStagingAsync(life);
        var early = await ActAsync(life, a => a.PromoteAsync("acme", "web", "production", null, "a customer waits", "ann", Cancelled));
        Assert.False(early.IsRefused, early.Words);
        await life.SettleAsync();
        Assert.Null(life.Find("deploy", "_stage/production/web"));

        life["deploy"].SetStatus(life["deploy"].Tip("main")!, "smoke", "success");
        await life.SettleAsync();
        Assert.Contains("had it promoted without waiting", life.Find("deploy", "_stage/production/web")!.Body, StringComparison.Ordinal);
        Assert.True((await ActAsync(life, a => a.PromoteAsync("acme", "web", "production", "ffff", "why not", "ann", Cancelled))).IsRefused);
    }

    [Fact]
    public async Task What_is_blocked_by_hand_is_proposed_nowhere_and_a_freeze_ends_by_itself()
    {
        await using var life = await StartAsync();
        var until = life.Loop.Time.GetUtcNow().AddHours(3);
        Assert.False((await ActAsync(life, a => a.HoldAsync(new RolloutSubject("acme"), "the shop is full", "ann", until, Cancelled))).IsRefused);
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        Assert.Empty(life["deploy"].OpenPullRequests);
        await life.WaitAsync(TimeSpan.FromHours(4));
        Assert.NotNull(life.Find("deploy", "_stage/dev/web"));

        Assert.False((await ActAsync(life, a => a.BlockAsync(new RolloutSubject("acme", Image: "web:1.1.0"), "it eats memory", "bob", Cancelled))).IsRefused);
        await life.SettleAsync();
        Assert.Empty(life["deploy"].OpenPullRequests);
        Assert.Equal(["hold", "block"], (await DeedsAsync(life)).Select(d => d.Deed));

        // Nothing is done that can't be meant.
        Assert.All(
            [
                await ActAsync(life, a => a.HoldAsync(new RolloutSubject("acme"), " ", "ann", null, Cancelled)),
                await ActAsync(life, a => a.HoldAsync(new RolloutSubject("acme", "prod"), "why", "ann", null, Cancelled)),
                await ActAsync(life, a => a.HoldAsync(new RolloutSubject("elsewhere"), "why", "ann", null, Cancelled)),
                await ActAsync(life, a => a.BlockAsync(new RolloutSubject("acme", Image: "web@sha256:12"), "why", "ann", Cancelled)),
            ],
            a => Assert.True(a.IsRefused, a.Words));
    }

    private static async Task<RolloutLife> StartAsync()
    {
        var life = await RolloutLife.StartAsync(Stages);
        life.Loop.Registry.Push("web", "1.0.0");
        life.Create("deploy", [.. ((string[])["dev", "staging", "production"]).Select(s => ($"clusters/{s}/web.yaml", RolloutLife.Pod("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first"))))]);
        await life.SettleAsync();
        return life;
    }

    private static async Task ToStagingAsync(RolloutLife life)
    {
        life.Loop.Registry.Push("web", "1.1.0");
        await life.SettleAsync();
        life.Merge("deploy", "_stage/dev/web");
        await life.SettleAsync();
        life.Merge("deploy", "_stage/staging/web");
        await life.SettleAsync();
    }

    private static Task<RolloutAnswer> ActAsync(RolloutLife life, Func<RolloutActions, Task<RolloutAnswer>> act) => life.Loop.RecallAsync(m =>
    {
        var queue = new InProcessJobQueue(life.Loop.Time);
        return act(new RolloutActions(m, new PendingRepositories(m, queue, life.Loop.Time), queue, life.Loop.Time));
    });

    private static Task<List<RolloutDeed>> DeedsAsync(RolloutLife life) => life.Loop.RecallAsync(async m => await m.Rollouts.ListDeedsAsync("acme", Cancelled).ToListAsync(Cancelled));
}
