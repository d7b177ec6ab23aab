using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;
using Basewatch.Core.Tests.Jobs;
using CsCheck;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>
/// Random histories of a repository with three stages, with processes that die between any two calls, held against a model that knows
/// only what was pushed, merged and shown.
/// </summary>
public sealed class RolloutModelTests
{
    private const string Configuration = """
        rollout:
          stages:
            - {name: dev, files: [dev.yaml], verify: [{check: smoke}]}
            - {name: staging, files: [staging.yaml], after: dev, soak: 2h, verify: [{check: smoke}]}
            - {name: production, files: [production.yaml], after: staging, verify: [{check: smoke}]}
        """;

    private static readonly string[] Stages = ["dev", "staging", "production"];

    private static readonly TimeSpan Soak = TimeSpan.FromHours(2);

    private enum Happening
    {
        Version,
        Republished,
        Merge,
        TakeBack,
        Good,
        Bad,
        HourPasses,
        HoursPass,
        RevertByHand,
        AheadByHand,
        Freeze,
        Release,
        OtherCommit,
    }

    [Fact]
    public async Task No_stage_is_offered_what_was_not_verified_before_it()
    {
        // What moves things on comes most often, so that histories come to their end.
        var happenings = Gen.Frequency((6, Gen.Const(Happening.Merge)), (6, Gen.Const(Happening.Good)), (3, Gen.Const(Happening.HoursPass)), (2, Gen.Const(Happening.Version)), (2, Gen.Const(Happening.Bad)), (8, Gen.Enum<Happening>()));
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        await Gen.Select(happenings, Gen.Int[0, 2], Gen.Int[0, 120], Gen.Bool).List[8, 30].SampleAsync(
            async history =>
            {
                using var world = new Model();
                await world.SettleAsync(null);
                foreach (var (happening, stage, at, after) in history)
                {
                    world.Happen(happening, Stages[stage]);
                    await world.SettleAsync(at < 60 ? new CrashPlan(at, after) : null);
                }

                foreach (var what in world.Seen)
                {
                    seen[what] = seen.GetValueOrDefault(what) + 1;
                }
            },
            iter: 80,
            threads: 1);

        // A history in which nothing happens proves nothing.
        Assert.All((string[])["staging offered", "production offered", "taken back", "blocked", "crashed"], what => Assert.True(seen.GetValueOrDefault(what) >= 8, $"{what}: {seen.GetValueOrDefault(what)}"));
    }

    /// <summary>What must be true whoever did it: written without the product's planner.</summary>
    private sealed class Model : IDisposable
    {
        private readonly Loop _loop = new() { State = new MemoryStateStore(), IsAttended = true };

        private readonly Dictionary<string, List<(string Image, DateTimeOffset At, HashSet<string> Commits)>> _held = Stages.ToDictionary(s => s, _ => new List<(string, DateTimeOffset, HashSet<string>)>(), StringComparer.Ordinal);

        private readonly HashSet<string> _good = new(StringComparer.Ordinal);

        private readonly HashSet<string> _bad = new(StringComparer.Ordinal);

        private readonly HashSet<int> _known = [];

        private int _version;

        /// <summary>What has happened at all.</summary>
        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        private Hold? _freeze;

        public Model()
        {
            _loop.Registry.Push("web", "1.0.0");
            var pod = RolloutLife.Pod("web:1.0.0@" + MemoryRegistry.DigestOf("web:1.0.0 first"));
            _loop.Host.Create(Loop.Web, [(".github/basewatch.yml", Configuration), .. Stages.Select(s => ($"{s}.yaml", pod))]);
        }

        private string Tip => _loop.Host.Branches(Loop.Web)["main"];

        private IEnumerable<PullRequest> Open => _loop.Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open);

        public void Dispose() => _loop.Dispose();

        public void Happen(Happening happening, string stage)
        {
            switch (happening)
            {
                case Happening.Version:
                    _loop.Registry.Push("web", string.Create(CultureInfo.InvariantCulture, $"1.{++_version}.0"));
                    break;
                case Happening.Republished:
                    _loop.Registry.Push("web", string.Create(CultureInfo.InvariantCulture, $"1.{_version}.0"), string.Create(CultureInfo.InvariantCulture, $"build {_loop.Time.GetUtcNow().Ticks}"));
                    break;
                case Happening.Merge:
                    Merge(Open.Select(p => p.Branch).Where(b => b.Contains("/_stage/", StringComparison.Ordinal)).OrderBy(b => !b.Contains(stage, StringComparison.Ordinal)).FirstOrDefault());
                    break;
                case Happening.TakeBack:
                    Merge(Open.Select(p => p.Branch).FirstOrDefault(b => b.Contains("/_back/", StringComparison.Ordinal)));
                    break;
                case Happening.Good:
                    Show(CheckState.Passed, _good);
                    break;
                case Happening.Bad:
                    Show(CheckState.Failed, _bad);
                    break;
                case Happening.HourPasses:
                    _loop.Time.Advance(TimeSpan.FromHours(1));
                    break;
                case Happening.HoursPass:
                    _loop.Time.Advance(TimeSpan.FromHours(3));
                    break;
                case Happening.RevertByHand when _held[stage].Count > 1:
                    Write(stage, _held[stage][^2].Image);
                    break;
                case Happening.AheadByHand:
                    var tag = string.Create(CultureInfo.InvariantCulture, $"1.{++_version}.0");
                    _loop.Registry.Push("web", tag);
                    Write(stage, $"web:{tag}@{MemoryRegistry.DigestOf($"web:{tag} first")}");
                    break;
                case Happening.Freeze when _freeze is null:
                    _freeze = new Hold(HoldKind.Freeze, "acme/web", "no changes", "ann", _loop.Time.GetUtcNow()) { Stage = stage };
                    _loop.RecallAsync(async m => { await m.Rollouts.Holds.PutAsync(RolloutMemory.HoldKey(_freeze), _freeze, default); return true; }).GetAwaiter().GetResult();
                    break;
                case Happening.Release when _freeze is not null:
                    _loop.RecallAsync(async m =>
                    {
                        await m.Rollouts.Holds.DeleteAsync(RolloutMemory.HoldKey(_freeze!), default);
                        await m.Pending.PutAsync(Memory.PendingKey(Loop.Web), new PendingRecord("acme/web", _loop.Time.GetUtcNow(), "released"), default);
                        return true;
                    }).GetAwaiter().GetResult();
                    _freeze = null;
                    break;
                case Happening.OtherCommit:
                    _loop.Host.Push(Loop.Web, "main", ("notes.txt", string.Create(CultureInfo.InvariantCulture, $"{_loop.Time.GetUtcNow().Ticks}")));
                    break;
                default:
                    break;
            }
        }

        public async Task SettleAsync(CrashPlan? crash)
        {
            Look();
            if (crash is not null)
            {
                try
                {
                    await _loop.RunAsync(crash);
                }
                catch (CrashException)
                {
                    // The process is gone; the next one goes on.
                    Seen.Add("crashed");
                }

                Check();
            }

            for (var i = 0; i < 4; i++)
            {
                _loop.Time.Advance(TimeSpan.FromMinutes(5));
                await _loop.RunAsync();
                Look();
                Check();
            }

            var writes = _loop.Host.Writes.Count;
            Assert.Empty(await _loop.RunAsync());
            Assert.Empty(_loop.Host.Writes.Skip(writes));
        }

        private void Merge(string? branch)
        {
            if (Open.FirstOrDefault(p => p.Branch == branch) is { } pull && _loop.Host.MergeStateOf(Loop.Web, pull.Number) is MergeState.Clean)
            {
                _loop.Host.Merge(Loop.Web, pull.Number);
            }
        }

        private void Write(string stage, string image) => _loop.Host.Push(Loop.Web, "main", ($"{stage}.yaml", RolloutLife.Pod(image)));

        private void Show(CheckState state, HashSet<string> commits)
        {
            if (_good.Contains(Tip) || _bad.Contains(Tip))
            {
                return;
            }

            _loop.Host.Checks[Tip] = [new CheckResult("smoke", state) { At = _loop.Time.GetUtcNow() }];
            commits.Add(Tip);
        }

        /// <summary>Writes down what each stage holds.</summary>
        private void Look()
        {
            foreach (var stage in Stages)
            {
                var image = ImageIn(stage, "main");
                var held = _held[stage];
                if (held.Count == 0 || held[^1].Image != image)
                {
                    held.Add((image, _loop.Time.GetUtcNow(), []));
                }

                held[^1].Commits.Add(Tip);
            }
        }

        private string ImageIn(string stage, string branch) => _loop.Host.Text(Loop.Web, branch, $"{stage}.yaml").Split("image: ")[1].Trim();

        private void Check()
        {
            foreach (var pull in Open.Where(p => p.Branch.StartsWith("basewatch/_stage/", StringComparison.Ordinal)))
            {
                var stage = pull.Branch.Split('/')[2];
                var image = ImageIn(stage, pull.Branch);
                Seen.Add($"{stage} offered");
                if (stage != "dev")
                {
                    // It was in the stage before, was shown to be good there, and for as long as it takes.
                    var upstream = Stages[Array.IndexOf(Stages, stage) - 1];
                    Assert.True(
                        _held[upstream].Exists(h => h.Image == image && h.Commits.Overlaps(_good) && (stage != "production" || _loop.Time.GetUtcNow() - h.At >= Soak)),
                        $"{stage} is offered {image}, which {upstream} has not verified");
                }

                if (!_known.Contains(pull.Number))
                {
                    Assert.False(_freeze?.Stage == stage, $"{stage} is frozen, and is offered {image}");
                }
            }

            _known.UnionWith(Open.Select(p => p.Number));
            var blocked = _loop.RecallAsync(async m => await m.Rollouts.ListHoldsAsync("acme", default).Where(h => h.Kind == HoldKind.Block).ToListAsync()).GetAwaiter().GetResult();
            Seen.UnionWith(Open.Where(p => p.Branch.StartsWith("basewatch/_back/", StringComparison.Ordinal)).Select(_ => "taken back"));
            foreach (var block in blocked)
            {
                Seen.Add("blocked");

                // Nothing is blocked that did not fail.
                Assert.True(_held.Values.SelectMany(h => h).Any(h => ImageReference.Parse(h.Image).Digest!.ToString() == ImageReference.Parse(block.Image!).Digest!.ToString() && h.Commits.Overlaps(_bad)), $"{block.Image} is blocked, and never failed");
            }
        }
    }
}
