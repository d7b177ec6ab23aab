using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Basewatch.Core.Tests.Planning;
using CsCheck;

namespace Basewatch.Core.Tests.Jobs;

public sealed class FactsCacheTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 15, 12, 0, 0, TimeSpan.Zero);

    private static readonly ImageName App = ImageName.Parse("acme/app");

    private readonly MemoryRegistry _registry = new();

    private readonly Shelf _shelf = new();

    public FactsCacheTests()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0", created: Now.AddDays(-9));
    }

    [Fact]
    public async Task A_second_run_asks_for_tags_and_digests_and_for_nothing_that_never_changes()
    {
        var first = await AskAsync(Now);
        var (lists, digests, manifests) = (_registry.Lists, _registry.Resolutions, _registry.Manifests);
        Assert.True(manifests > 0);

        var second = await AskAsync(Now.AddHours(1));

        Assert.Equal((2 * lists, 2 * digests, manifests), (_registry.Lists, _registry.Resolutions, _registry.Manifests));
        Assert.Equal(first.Digests, second.Digests);
        Assert.Equal(first.Contents.Count, second.Contents.Count);
        Assert.All(first.Contents, c => Assert.Equal(c.Value.Images, second.Contents[c.Key].Images));
        Assert.All(first.Contents, c => Assert.Equal(c.Value.Date, second.Contents[c.Key].Date));
    }

    [Fact]
    public async Task A_tag_that_was_published_anew_is_noticed()
    {
        await AskAsync(Now);
        _registry.Push("acme/app", "1.1.0", "rebuilt");

        Assert.Equal(MemoryRegistry.DigestOf("acme/app:1.1.0 rebuilt"), (await AskAsync(Now)).Digests["1.1.0"]);
    }

    [Fact]
    public async Task A_tag_that_has_come_since_was_first_seen_by_the_run_that_found_it()
    {
        await AskAsync(Now);
        _registry.Push("acme/app", "1.2.0");
        Assert.Equal(Now.AddDays(1), (await AskAsync(Now.AddDays(1))).FirstSeen["1.2.0"]);

        var later = await AskAsync(Now.AddDays(2));

        Assert.Equal(Now.AddDays(1), Assert.Single(later.FirstSeen).Value);
    }

    [Fact]
    public async Task What_a_registry_did_not_have_is_asked_for_again()
    {
        _registry.Missing.Add(MemoryRegistry.DigestOf("acme/app:1.1.0 first"));
        Assert.Contains((await AskAsync(Now)).Contents.Values, c => c.IsGone);

        _registry.Missing.Clear();

        Assert.DoesNotContain((await AskAsync(Now)).Contents.Values, c => c.IsGone || c.Images!.Count == 0);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_changes_nothing_that_is_kept()
    {
        await AskAsync(Now);
        var before = _shelf.Values.Single().Value;
        _registry.Silent.Add(App);
        Assert.NotNull((await AskAsync(Now)).Problem);

        Assert.Equal(before, _shelf.Values.Single().Value);
    }

    [Theory]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"image":"docker.io/acme/other"}""")]
    [InlineData("""{"facts":{"tags":null}}""")]
    [InlineData("""{"facts":{"tags":["1.0.0",null]}}""")]
    [InlineData("""{"facts":{"tags":["a b"]}}""")]
    [InlineData("""{"facts":{"digests":{"1.0.0":null}}}""")]
    [InlineData("""{"facts":{"firstSeen":{"9.9.9":"2026-08-01T00:00:00Z"}}}""")]
    [InlineData("""{"facts":{"firstSeen":{"1.0.0":"2030-08-01T00:00:00Z"}}}""")]
    [InlineData("""{"facts":{"contents":{"sha256:12":{"isDated":false}}}}""")]
    [InlineData("""{"facts":{"contents":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":null}}}""")]
    [InlineData("""{"facts":{"contents":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":{"images":["0 no platform at all/ /"],"isDated":false}}}}""")]
    [InlineData("""{"facts":{"contents":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":{"images":[null],"isDated":false}}}}""")]
    [InlineData("""{"facts":{"contents":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":{"date":"2026-08-01T00:00:00Z","isDated":true}}}}""")]
    [InlineData("""{"facts":{"contents":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":{"date":"2026-08-01T00:00:00Z","source":99,"isDated":true}}}}""")]
    [InlineData("""{"facts":{"contents":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":{"date":"1980-01-01T00:00:00Z","source":"Configuration","isDated":true}}}}""")]
    [InlineData("""{"facts":{"pushed":{"9.9.9":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","at":"2026-08-01T00:00:00Z"}}}}""")]
    [InlineData("""{"facts":{"pushed":{"1.0.0":{"digest":"sha256:12","at":"2026-08-01T00:00:00Z"}}}}""")]
    [InlineData("""{"facts":{"pushed":{"1.0.0":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","at":"2030-08-01T00:00:00Z"}}}}""")]
    [InlineData("""{"facts":{"signatures":{"sha256:12":{"kind":1,"askedAt":"2026-08-01T00:00:00Z"}}}}""")]
    [InlineData("""{"facts":{"signatures":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":{"kind":7,"askedAt":"2026-08-01T00:00:00Z"}}}}""")]
    [InlineData("""{"facts":{"signatures":{"sha256:0000000000000000000000000000000000000000000000000000000000000000":{"kind":0,"askedAt":"2030-08-01T00:00:00Z"}}}}""")]
    public async Task Of_a_record_that_no_run_can_have_written_nothing_is_believed(string change)
    {
        await AskAsync(Now);
        var record = JsonNode.Parse(_shelf.Values[App.Canonical].Span)!.AsObject();
        var cache = new FactsCache(_shelf);
        Assert.NotNull(await cache.FindAsync(App, Now, TestContext.Current.CancellationToken));

        Merge(record, JsonNode.Parse(change)!.AsObject());
        _shelf.Values[App.Canonical] = Encoding.UTF8.GetBytes(record.ToJsonString());

        Assert.Null(await cache.FindAsync(App, Now, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Whatever_lies_there_nothing_fails()
    {
        await AskAsync(Now);
        var whole = _shelf.Values[App.Canonical].ToArray();
        var cache = new FactsCache(_shelf);
        await Gen.OneOf(
            Gen.Byte.Array[0, 200],
            Gen.Int[0, whole.Length - 1].Select(n => whole[..n]),
            Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, (at, with) => (byte[])[.. whole[..at], with, .. whole[(at + 1)..]]))
            .SampleAsync(async bytes =>
            {
                var shelf = new Shelf();
                shelf.Values[App.Canonical] = bytes;
                await new FactsCache(shelf).FindAsync(App, Now, CancellationToken.None);
            });
        Assert.NotNull(await cache.FindAsync(App, Now, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_was_learnt_of_a_mirror_in_one_place_is_not_taken_for_the_other()
    {
        var mirror = new ImageMirror(ImageName.Parse("ghcr.io/acme/app"), MirrorLookup.Mirror);
        await AskAsync(Now);
        var manifests = _registry.Manifests;

        _registry.Mirrors[App] = mirror;
        _registry.Push("acme/app", "1.2.0");
        var other = await AskAsync(Now.AddHours(1));
        Assert.Equal(mirror, other.Mirror);
        Assert.Empty(other.FirstSeen);
        Assert.True(_registry.Manifests > manifests);

        manifests = _registry.Manifests;
        _registry.Push("acme/app", "0.9.0");
        Assert.Equal(["0.9.0"], (await AskAsync(Now.AddHours(2))).FirstSeen.Keys);
        Assert.Equal(manifests, _registry.Manifests);
    }

    private static void Merge(JsonObject into, JsonObject change)
    {
        foreach (var (key, value) in change.ToList())
        {
            if (value is JsonObject inner && into[key] is JsonObject own)
            {
                Merge(own, inner);
            }
            else
            {
                into[key] = value?.DeepClone();
            }
        }
    }

    private async Task<ImageFacts> AskAsync(DateTimeOffset now)
    {
        var use = Some.At(ImageReference.Parse($"acme/app:1.0.0@{MemoryRegistry.DigestOf("acme/app:1.0.0 first")}"));
        var facts = await new RegistrySurvey(_registry, new FactsCache(_shelf)).AskAsync(
            UpdatePlanner.Followed([use], PolicySet.Default), new TagChoices(now), null, TestContext.Current.CancellationToken);
        return facts[App];
    }

    private sealed class Shelf : ICache
    {
        public Dictionary<string, ReadOnlyMemory<byte>> Values { get; } = new(StringComparer.Ordinal);

        public Task<ReadOnlyMemory<byte>?> ReadAsync(string name, CancellationToken cancellationToken) =>
            Task.FromResult<ReadOnlyMemory<byte>?>(Values.TryGetValue(name, out var value) ? value : null);

        public Task WriteAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
        {
            Values[name] = value;
            return Task.CompletedTask;
        }
    }
}
