using System.Globalization;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>serve</c>, killed or asked to stop in the middle of its work and started again. <c>BASEWATCH_KILL_RUNS=200</c> does so that often.</summary>
public sealed class KilledServeTests(RegistryServer registry) : IAsyncLifetime
{
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("BASEWATCH_KILL_RUNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 12;

    /// <summary>GitHub counts requests, and the emulated one does too: each of these has a GitHub of its own.</summary>
    private const int RoundsAtOnce = 20;

    private const string Repository = GitHubEmulator.Organization + "/killed";

    private readonly GitHubEmulator _github = new();

    private readonly ImageNamespace _images = new(registry);

    /// <summary>A seed and a number of rounds each.</summary>
    public static TheoryData<int, int> Parts
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (var i = 0; i < Rounds; i += RoundsAtOnce)
            {
                data.Add(4711 + i, Math.Min(RoundsAtOnce, Rounds - i));
            }

            return data;
        }
    }

    public ValueTask InitializeAsync() => _github.InitializeAsync();

    public ValueTask DisposeAsync() => _github.DisposeAsync();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task Killed_at_any_moment_it_ends_in_the_same_state(int seed, int rounds)
    {
        await _github.Driver.CreateRepositoryAsync(
            Repository,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Dockerfile"] = "FROM alpine:3.20\nFROM nginx:1.28\nFROM redis:7.2.1\n",
                ["compose.yaml"] = "services:\n  db:\n    image: postgres:17.1\n  web:\n    image: python:3.8-slim\n",
            },
            Cancelled);
        foreach (var image in new[] { "alpine:3.20", "alpine:3.21", "nginx:1.28", "nginx:1.29", "redis:7.2.1", "redis:7.4.0", "redis:8.0.1", "python:3.8-slim" })
        {
            await _images.PushAsync(image);
        }

        await using var inbox = new TeamsInbox();
        await inbox.InitializeAsync();
        await using var serve = new ServeProcess().Over(_github, Repository).With(_images.Settings).With("Basewatch__PullRequests__PerHour", "100").Telling(inbox);

        // Each round has work of its own: the first ones open pull requests, the later ones change them.
        var random = new Random(seed);
        var moments = new List<string>();
        var stopped = 0;
        for (var round = 0; round < rounds; round++)
        {
            var content = string.Create(CultureInfo.InvariantCulture, $"build {round}");
            await _images.PushAsync("postgres:17.1", content);
            await _images.PushAsync("alpine:3.21", content);
            var branches = await _github.Driver.BranchesAsync(Repository, Cancelled);
            await serve.StartAsync();
            moments.Add(await WaitForMomentAsync(round, random, branches));
            if (random.Next(2) == 0)
            {
                await serve.KillAsync();
            }
            else
            {
                stopped++;
                Assert.Equal(0, await serve.StopAsync());
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{stopped} of {rounds} asked to stop, the others killed, after {string.Join(", ", moments)}");
        Assert.DoesNotContain("can't be read", serve.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("a defect of Basewatch", serve.Log, StringComparison.Ordinal);
        var digest = await _images.PushAsync("postgres:17.1", "the last build");
        await serve.StartAsync();
        await Eventually.SeeAsync(
            "the branch follows the last build",
            () => _github.Driver.TextAsync(Repository, "compose.yaml", "basewatch/digests", Cancelled),
            text => text?.Contains($"postgres:17.1@{digest}", StringComparison.Ordinal) ?? false,
            () => serve.Log);
        await Eventually.SeeAsync("nothing waits", () => serve.StatusAsync(), s => (int)s!["pending"]! == 0, () => serve.Log);

        string[] keys = ["basewatch/alpine-3.x", "basewatch/digests", "basewatch/nginx-1.x", "basewatch/redis-7.x.x", "basewatch/redis-x.x.x"];
        var pulls = await _github.Driver.PullRequestsAsync(Repository, Cancelled);
        Assert.Equal(keys, pulls.Where(p => p.IsOpen).Select(p => p.Head).Order(StringComparer.Ordinal));
        Assert.Equal(keys.Length, pulls.Count);
        var after = await _github.Driver.BranchesAsync(Repository, Cancelled);
        Assert.Equal(keys.Append("main"), after.Keys.Order(StringComparer.Ordinal));
        foreach (var key in keys)
        {
            Assert.Equal(2, (await _github.Driver.CommitMessagesAsync(Repository, key, Cancelled)).Count);
        }

        // Told at least once; twice only where the kill came between telling and noting it. A claim that a killed process
        // left behind holds for ten minutes, longer than this test.
        var status = (await serve.StatusAsync())!;
        Assert.Empty(status["failures"]!.AsArray());
        Assert.InRange(inbox.Cards.Count, (int)status["alerts"]!, (int)status["alerts"]! + 1);

        // Nothing more comes of looking again.
        using (await serve.PostAsync("/api/scan", ""))
        {
            var asked = await _images.TagListsAsync("nginx");
            await Eventually.SeeAsync("another look", () => _images.TagListsAsync("nginx"), n => n > asked, () => serve.Log);
        }

        await Eventually.SeeAsync("nothing waits", () => serve.StatusAsync(), s => (int)s!["pending"]! == 0, () => serve.Log);
        Assert.Equal(after, await _github.Driver.BranchesAsync(Repository, Cancelled));
        Assert.Equal(keys.Length, (await _github.Driver.PullRequestsAsync(Repository, Cancelled)).Count);
    }

    /// <summary>Waits for a moment to kill in: of the clock, of what the registry is asked, or of what GitHub shows.</summary>
    private async Task<string> WaitForMomentAsync(int round, Random random, IReadOnlyDictionary<string, string> branches)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        switch (round % 3)
        {
            case 0:
                var delay = TimeSpan.FromMilliseconds(random.Next(50, 900));
                await Task.Delay(delay, Cancelled);
                return $"{delay.TotalMilliseconds:0} ms";
            case 1:
                var asked = await _images.RequestsAsync();
                var wanted = asked + random.Next(1, 8);
                while (await _images.RequestsAsync() < wanted && !limit.IsCancellationRequested)
                {
                    await Task.Delay(10, Cancelled);
                }

                return $"{wanted - asked} registry requests";
            default:
                while (!limit.IsCancellationRequested && (await _github.Driver.BranchesAsync(Repository, Cancelled)).All(b => branches.GetValueOrDefault(b.Key) == b.Value))
                {
                    await Task.Delay(10, Cancelled);
                }

                return "a branch was written";
        }
    }
}
