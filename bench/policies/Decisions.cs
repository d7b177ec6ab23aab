using System.Diagnostics;
using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Bench.Policies;

/// <summary>How long each policy takes to decide over all tags of a large repository, and what it allocates.</summary>
internal static class Decisions
{
    private const int Rounds = 15;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Policies with the tag that is in use.</summary>
    private static readonly (string Dialect, string Policy, string Current)[] Cases =
    [
        ("basewatch", "docker", "3.4.5-slim-bookworm"),
        ("basewatch", "docker", "3.4.5"),
        ("basewatch", "{distribution: follow}", "3.4.5-slim-bookworm"),
        ("basewatch", "semver:>=3.4 <5", "3.4.5-slim-bookworm"),
        ("basewatch", "semver:*", "3.4.5"),
        ("basewatch", "numerical", "1234"),
        ("basewatch", "alphabetical", "main"),
        ("basewatch", "newestBuild", "3.4.5"),
        ("basewatch", "glob:main-*", "main-0012345-77"),
        ("basewatch", "regex:^main-[0-9a-f]+-([0-9]+)$", "main-0012345-77"),
        ("basewatch", "distribution", "3.4.5-slim-bookworm"),
        ("basewatch", "precise", "3.4"),
        ("basewatch", "floating", "3.4.5"),
        ("basewatch", "followTag:latest", "3.4.5"),
        ("basewatch", "{policy: numerical, filterTags: {pattern: '^main-[0-9a-f]+-(?<n>[0-9]+)$', extract: '$n'}}", "main-0012345-77"),
        ("basewatch", "{policy: semver, range: '*', filterTags: {pattern: '^(?<v>[0-9.]+)-slim-bookworm$', extract: '$v'}}", "3.4.5-slim-bookworm"),
        ("basewatch", "{allowedVersions: '<6', ignoreTags: ['*-rc*', '*5.9*'], minimumAge: 3d, level: major}", "3.4.5-slim-bookworm"),
        ("basewatch", "{policy: semver, range: '*', allowedVersions: '<6', ignoreTags: ['*-rc*'], minimumAge: 3d, level: minor}", "3.4.5"),
        ("flux", "{policy: {semver: {range: '>=3.4 <5'}}}", "3.4.5"),
        ("flux", "{policy: {numerical: {}}, filterTags: {pattern: '^main-[a-f0-9]+-(?P<ts>[0-9]+)', extract: '$ts'}}", "main-0012345-77"),
        ("flux", "{policy: {numerical: {}}, filterTags: {pattern: '(?P<first>[0-9]+).*?(?P<last>[0-9]*)$', extract: '${first}${last}'}}", "3.4.5"),
        ("flux", "{policy: {semver: {range: '*'}}, filterTags: {pattern: '^(?P<v>[0-9.]+)-slim-bookworm$', extract: '$v'}, exclusionList: ['-rc', '^latest$']}", "3.4.5-slim-bookworm"),
    ];

    public static void Measure()
    {
        Console.WriteLine($"{"policy",-110} {"15,000 tags",22} {"30,000 tags",24} {"ratio",7}");
        foreach (var (dialect, text, current) in Cases)
        {
            var policy = DialectCatalog.Find(dialect)!.ReadPolicy(new SourceFile("policy", text)).Policy!;
            var half = Time(policy, Question(current, 15_000));
            var whole = Time(policy, Question(current, 30_000));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{text,-110} {half.Milliseconds,8:0.00} ms {half.Bytes,10:#,0} B {whole.Milliseconds,8:0.00} ms {whole.Bytes,10:#,0} B {whole.Milliseconds / half.Milliseconds,7:0.0}"));
        }
    }

    /// <summary>The median of several rounds.</summary>
    private static (double Milliseconds, long Bytes) Time(IPolicy policy, Func<TagQuestion> question)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            policy.Decide(question());
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = policy.Decide(question());
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        var times = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            if (policy.Decide(question()) != verdict)
            {
                throw new InvalidOperationException($"{policy.Name} decides the same question twice, and differently");
            }

            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return (times[Rounds / 2], bytes);
    }

    /// <summary>Tags as a language's official image has them: versions in flavours on several distributions, builds and names. What is known of them is for one decision.</summary>
    private static Func<TagQuestion> Question(string current, int count)
    {
        string[] flavours = ["", "-slim", "-bookworm", "-slim-bookworm", "-alpine3.20", "-slim-trixie", "-rc1", "-windowsservercore-ltsc2022"];
        var tags = new List<string> { "latest", "main", current };
        for (var i = 0; tags.Count < count; i++)
        {
            tags.Add((i % 10) switch
            {
                8 => $"main-{i:x7}-{i}",
                9 => $"{i}",
                _ => $"{1 + (i / 10 % 8)}.{i / 80 % 20}.{i / 1600}{flavours[i % 10]}",
            });
        }

        var pushed = tags.Distinct(StringComparer.Ordinal).Select((tag, i) => (tag, i)).ToDictionary(t => t.tag, t => Now.AddMinutes(-t.i), StringComparer.Ordinal);
        var digests = tags.Distinct(StringComparer.Ordinal).Select((tag, i) => (tag, i)).ToDictionary(t => t.tag, t => Digest.Of([(byte)(t.i % 50)]), StringComparer.Ordinal);
        return () => new TagQuestion(current, tags) { Now = Now, Facts = TagFacts.Of(pushed, digests) };
    }
}
