using System.Globalization;
using Basewatch.Core.Jobs;
using Basewatch.Core.Tests.Jobs;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>One image in very many repositories, over the loopback GitHub with its limits.</summary>
public sealed class WaveLifeTests
{
    private const int Many = 400;

    private const string Waves = """
        rollout:
          waves:
            - {images: [python], canaries: [acme/canary-*], shares: [1, 10, 100], soak: 1d, passing: 90, failing: 6}
        """;

    [Fact]
    public async Task Four_hundred_repositories_get_it_in_waves_though_one_in_twenty_fails()
    {
        await using var life = await StartAsync();
        Assert.Empty(Open(life));

        life.Loop.Registry.Push("python", "3.12.5");
        await PassAsync(life, TimeSpan.FromHours(2));
        Assert.Equal(["canary-1", "canary-2"], Open(life));

        // Their checks pass, and the time does not.
        Show(life, _ => "success");
        await PassAsync(life, TimeSpan.FromHours(20));
        Assert.Equal(2, Open(life).Count);
        await PassAsync(life, TimeSpan.FromHours(8));
        Assert.Equal(4, Open(life).Count);

        Show(life, _ => "success");
        await PassAsync(life, TimeSpan.FromHours(28));
        Assert.Equal(Many / 10, Open(life).Count);

        // Two of forty: within what may fail. The others get it, no faster than GitHub lets them be opened.
        var failing = Open(life).Where(r => !r.StartsWith("canary", StringComparison.Ordinal)).Skip(5).Take(2).ToHashSet(StringComparer.Ordinal);
        Show(life, r => failing.Contains(r) ? "failure" : "success");
        await PassAsync(life, TimeSpan.FromHours(40));
        Assert.Equal(Many, Open(life).Count);
        Assert.Equal(Many, life.Server.Requests.Count(r => r.Method == "POST" && r.Template.EndsWith("/pulls", StringComparison.Ordinal) && r.Status == 201));

        // Statuses count there too, and what is refused for once is made up for.
        Assert.InRange(life.Server.Requests.Count(r => r.Status is 403 or 429), 0, 20);
    }

    [Fact]
    public async Task Too_many_failures_stop_the_rest_until_a_person_lets_it_go_on()
    {
        await using var life = await StartAsync();
        life.Loop.Registry.Push("python", "3.12.5");
        await PassAsync(life, TimeSpan.FromHours(2));
        Show(life, r => r == "canary-1" ? "failure" : "success");
        await PassAsync(life, TimeSpan.FromDays(3));
        Assert.Equal(["canary-1", "canary-2"], Open(life));
        var wave = Assert.Single(await life.Loop.RecallAsync(async m => await m.Rollouts.ListWavesAsync("acme", default).ToListAsync()));
        Assert.Equal("stopped: the checks of 1 of 2 repositories failed, and no more than 6 % may", wave.State.Words);

        // Mended in the repository: the checks pass, and it goes on.
        life["canary-1"].SetStatus(life["canary-1"].Tip("basewatch/python-3.x.x")!, "ci", "success");
        await PassAsync(life, TimeSpan.FromHours(20));
        Assert.Equal(4, Open(life).Count);
    }

    private static async Task<RolloutLife> StartAsync()
    {
        var life = await RolloutLife.StartAsync(Waves);
        life.Loop.Content = new ContentLimits();
        life.Server.ContentPerMinute = 80;
        life.Loop.Registry.Push("python", "3.12.4");
        for (var i = 1; i <= Many; i++)
        {
            life.Create(i <= 2 ? $"canary-{i}" : string.Create(CultureInfo.InvariantCulture, $"service-{i}"), ("Dockerfile", $"FROM python:3.12.4@{MemoryRegistry.DigestOf("python:3.12.4 first")}\n"));
        }

        await PassAsync(life, TimeSpan.FromMinutes(30));
        return life;
    }

    private static async Task PassAsync(RolloutLife life, TimeSpan time)
    {
        var end = life.Loop.Time.GetUtcNow() + time;
        while (life.Loop.Time.GetUtcNow() < end)
        {
            life.Loop.Time.Advance(time < TimeSpan.FromHours(3) ? TimeSpan.FromMinutes(15) : TimeSpan.FromHours(2));
            await life.Loop.RunAsync();
        }
    }

    private static List<string> Open(RolloutLife life) => [.. life.Repositories.Where(r => r.Value.OpenPullRequests.Count > 0).Select(r => r.Key).Order(StringComparer.Ordinal)];

    private static void Show(RolloutLife life, Func<string, string> state)
    {
        foreach (var (name, repository) in life.Repositories)
        {
            foreach (var pull in repository.OpenPullRequests)
            {
                repository.SetStatus(pull.Head, "ci", state(name));
            }
        }
    }
}
