using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries.Faults;

/// <summary>
/// Whole checks through a proxy that makes faults by script. What must come of each is computed from the script: an image is decided exactly as
/// without faults, or is not decided, and is told with the failure that its fault is. <c>BASEWATCH_FAULT_RUNS</c> is the number of runs;
/// <c>BASEWATCH_FAULT_SEED</c> replays one.
/// </summary>
public sealed class FaultRunTests(RegistryServer server, ITestOutputHelper output) : IClassFixture<RegistryServer>
{
    private const int Lanes = 8;
    private const int UsualRuns = 160;

    private static readonly DateTimeOffset Now = new(2026, 8, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentDictionary<string, Task<FaultProxy.Answer>> _answers = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The first two are of one registry, the others each of one of their own.
    private static IReadOnlyList<(int Host, string Repository, string Tag, string Policy)> Images { get; } =
    [
        (0, "faults/minor", "1.0.0", "{level: minor}"),
        (0, "faults/still", "1.1.0", "docker"),
        (1, "faults/age", "1.0.0", "{minimumAge: 3d}"),
        (2, "faults/platforms", "1.0.0", "{level: minor}"),
        (3, "faults/gone", "0.9.0", "docker"),
        (4, "faults/precise", "1", "precise"),
    ];

    [Fact]
    public async Task Whatever_a_registry_does_nothing_is_decided_wrongly_and_everything_missing_is_told()
    {
        await FillAsync();
        var only = Environment.GetEnvironmentVariable("BASEWATCH_FAULT_SEED");
        var runs = int.TryParse(Environment.GetEnvironmentVariable("BASEWATCH_FAULT_RUNS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : UsualRuns;
        var seeds = new ConcurrentQueue<int>(only is null ? Enumerable.Range(1, runs) : [int.Parse(only, CultureInfo.InvariantCulture)]);
        var wrong = new ConcurrentQueue<string>();
        var (requests, failing, count) = (0, 0, seeds.Count);
        var began = TimeProvider.System.GetTimestamp();
        var allocated = GC.GetTotalAllocatedBytes();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Lanes, count)).Select(async _ =>
        {
            await using var proxy = await FaultProxy.StartAsync(server, 5, _answers, Token);
            var plain = await RunAsync(proxy, new FaultScript(new Dictionary<(string, string), Fault>()), []);
            while (seeds.TryDequeue(out var seed))
            {
                var random = new Random(seed);
                var faults = Images.Where(_ => random.Next(10) < 6).ToDictionary(i => (Host: proxy.Hosts[i.Host], i.Repository), i => Fault.Random(random, isAlone: i.Host != 0));
                var lost = Enumerable.Range(0, random.Next(4) == 0 ? 3 : 0).Select(i => $"faults/lost-{i}").ToList();
                var script = new FaultScript(faults);
                var run = await RunAsync(proxy, script, lost);
                Interlocked.Add(ref requests, script.Requests);
                foreach (var problem in Compare(proxy, plain, run, faults, lost, ref failing))
                {
                    wrong.Enqueue($"seed {seed}: {problem} [{string.Join("; ", faults.Select(f => $"{f.Key.Repository}: {f.Value}"))}]");
                }
            }
        }));

        var each = (GC.GetTotalAllocatedBytes() - allocated) / count;
        output.WriteLine($"{count} runs in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s: {requests} requests, {failing} images that had to fail, {each / 1024} KiB allocated a run, the proxy's included");
        Assert.True(wrong.IsEmpty, $"{wrong.Count} are wrong (BASEWATCH_FAULT_SEED replays one):\n{string.Join('\n', wrong.Take(20))}");
        Assert.True(each < 16 * 1024 * 1024, $"{each} bytes were allocated for each run");
    }

    private static List<string> Compare(
        FaultProxy proxy, Run plain, Run run, Dictionary<(string Host, string Repository), Fault> faults, List<string> lost, ref int failing)
    {
        var problems = new List<string>();
        foreach (var image in Images)
        {
            var name = ImageName.Parse($"{proxy.Hosts[image.Host]}/{image.Repository}");
            var fault = faults.GetValueOrDefault((name.Registry, image.Repository));
            var isAsked = fault is not null && (fault.Question is null || plain.Asked.Contains((image.Repository, fault.Question.Value)));
            var expected = isAsked ? fault!.Outcomes : new HashSet<RegistryFailure>();
            var (assessment, failures) = (run.Assessments[name], run.Failures(name));
            if (expected.Count == 0)
            {
                if (Text(assessment) != Text(plain.Assessments[name]) || failures.Count > 0)
                {
                    problems.Add($"{image.Repository} is judged as {Text(assessment)}, and without faults as {Text(plain.Assessments[name])}");
                }

                continue;
            }

            failing++;
            if (assessment is not { Problem.Length: > 0, Updates.Count: 0, IsGone: false } || failures.Count == 0 || !failures.IsSubsetOf(expected))
            {
                problems.Add($"{image.Repository} should fail as {string.Join(" or ", expected)}, and failed as {string.Join(", ", failures)}: {Text(assessment)}");
            }
        }

        var told = lost.Select(l => run.Assessments[ImageName.Parse($"{proxy.Nobody}/{l}")].Problem).ToHashSet();
        if (told.Count > 1 || (lost.Count > 0 && told.Single() is null) || lost.Exists(l => !run.Failures(ImageName.Parse($"{proxy.Nobody}/{l}")).SetEquals([RegistryFailure.Unreachable])))
        {
            problems.Add($"a host where nobody is was told as {string.Join(" / ", told)}");
        }

        return problems;
    }

    private static async Task<Run> RunAsync(FaultProxy proxy, FaultScript script, List<string> lost)
    {
        proxy.Script = script;
        var time = new HastyTime(20);
        using var oci = Scripts.Open(options: new RegistryOptions { RequestTimeout = TimeSpan.FromSeconds(40), CallTimeout = TimeSpan.FromSeconds(200), ListTimeout = TimeSpan.FromMinutes(50) }, time: time);
        var registry = DispatchProxy.Create<IRegistry, FailureRecord>();
        var record = (FailureRecord)(object)registry;
        record.Inner = oci;
        var uses = Images.Select(i => (Reference: ImageReference.Parse($"{proxy.Hosts[i.Host]}/{i.Repository}:{i.Tag}"), i.Policy))
            .Concat(lost.Select(l => (Reference: ImageReference.Parse($"{proxy.Nobody}/{l}:1"), Policy: "docker")))
            .Select(i => (
                Use: ImageUse.Of(new SourceFile("Dockerfile", i.Reference.Canonical), "dockerfile", WrittenText.At(i.Reference.Canonical, 0), 0, new Platform("linux", "amd64")),
                Policies: new PolicySet([], new PolicyRule(new PolicyText("basewatch", i.Policy), DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", i.Policy)).Policy))))
            .ToList();
        var followed = uses.SelectMany(u => UpdatePlanner.Followed([u.Use], u.Policies)).ToDictionary();

        // Far more than any run takes: what hangs is a failure and not a long test.
        var facts = await new RegistrySurvey(registry).AskAsync(followed, new TagChoices(Now), null, Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
        return new Run(
            uses.Select(u => UpdatePlanner.Assess([u.Use], u.Policies, facts, new TagChoices(Now)).Single()).ToDictionary(a => a.Use.Reference!.Name),
            record.Failures,
            script.Asked.Select(a => (FaultScript.Repository(a.Path), a.Question)).ToHashSet());
    }

    private static string Text(Assessment assessment) =>
        $"{assessment.IsGone} {assessment.Policy} '{assessment.Reason}' problem '{assessment.Problem}' -> {string.Join(", ", assessment.Updates.Select(u => $"{u.Kind} {u.Target} ({u.Reason})"))}";

    private async Task FillAsync()
    {
        async Task PushAsync(SampleImage image) => await server.Driver.PushAsync(image, Token);
        foreach (var tag in new[] { "1.0.0", "1.1.0", "2.0.0" })
        {
            await PushAsync(new SampleImage("faults/minor", tag));
        }

        await PushAsync(new SampleImage("faults/still", "1.1.0"));
        await PushAsync(new SampleImage("faults/gone", "1.0.0"));
        foreach (var (tag, days) in new[] { ("1.0.0", 40), ("1.1.0", 9), ("1.2.0", 1) })
        {
            await PushAsync(new SampleImage("faults/age", tag) { Created = Now.AddDays(-days) });
        }

        await PushAsync(new SampleImage("faults/platforms", "1.0.0"));
        await PushAsync(new SampleImage("faults/platforms", "1.1.0"));
        await PushAsync(new SampleImage("faults/platforms", "1.2.0") { Platforms = ["linux/amd64"] });
        await PushAsync(new SampleImage("faults/platforms", "1.3.0") { Platforms = ["linux/arm64"], Index = false });
        foreach (var tag in new[] { "1", "1.0.0", "1.1.0", "2.0.0" })
        {
            await PushAsync(new SampleImage("faults/precise", tag));
        }
    }

    private sealed record Run(
        IReadOnlyDictionary<ImageName, Assessment> Assessments, IReadOnlyCollection<(ImageName Image, RegistryFailure Failure)> AllFailures, IReadOnlySet<(string Repository, Question Question)> Asked)
    {
        public HashSet<RegistryFailure> Failures(ImageName image) => [.. AllFailures.Where(f => f.Image == image).Select(f => f.Failure)];
    }
}

/// <summary>A registry that notes how its calls failed, whatever they are.</summary>
public class FailureRecord : DispatchProxy
{
    private readonly ConcurrentQueue<(ImageName Image, RegistryFailure Failure)> _failures = new();

    /// <summary>Whose calls.</summary>
    public IRegistry Inner { get; set; } = null!;

    /// <summary>How they failed.</summary>
    public IReadOnlyCollection<(ImageName Image, RegistryFailure Failure)> Failures => _failures;

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.Invoke(Inner, args);
        var image = args![0] as ImageName ?? (args[0] as ImageReference)?.Name;
        if (result is Task task && image is not null)
        {
            _ = task.ContinueWith(
                t =>
                {
                    if (t.Exception?.InnerException is RegistryException e)
                    {
                        _failures.Enqueue((image, e.Failure));
                    }
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        return result;
    }
}
