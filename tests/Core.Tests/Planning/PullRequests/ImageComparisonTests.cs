using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using CsCheck;
using static Basewatch.Core.Tests.Planning.PullRequests.Described;

namespace Basewatch.Core.Tests.Planning.PullRequests;

public sealed class ImageComparisonTests
{
    private static readonly Gen<string> Word = Gen.OneOf("a", "b", "PATH", "8080/tcp", "sh -c 'x'", "");

    private static readonly Gen<Dictionary<string, string>> Texts = Gen.Dictionary(Word, Word)[0, 4];

    private static readonly Gen<ImageDescription> Some = Gen.Select(
        Gen.Select(Gen.Int[0, 5], Gen.Long[0, long.MaxValue]).List[0, 6],
        Texts,
        Texts,
        Gen.Select(Word.List[0, 3], Word.List[0, 3], Word.List[0, 3]),
        Gen.Select(Word.Null(), Word.Null(), Gen.Bool, Gen.Int[0, 3]))
        .Select((layers, environment, labels, lists, more) => new ImageDescription(DigestOf("x"), new ImageConfiguration(Linux, DateTimeOffset.UnixEpoch.AddYears(50 + more.Item4))
        {
            Environment = environment,
            Labels = labels,
            Ports = lists.Item1,
            Volumes = lists.Item2,
            Command = lists.Item3,
            User = more.Item1,
            WorkingDirectory = more.Item2,
            DiffIds = more.Item3 ? [.. layers.Select(l => DigestOf($"content {l.Item1 / 2}"))] : [],
        })
        {
            Layers = [.. layers.Select(l => new ManifestLayer(DigestOf($"{l.Item1}"), l.Item2))],
        });

    [Fact]
    public void An_image_does_not_differ_from_itself() =>
        Some.Sample(image => Assert.True(ImageComparison.Of(image, image).IsEmpty));

    [Fact]
    public void Seen_from_the_other_side_it_is_the_other_way_round() =>
        Gen.Select(Some, Some).Sample((one, other) =>
        {
            var (there, back) = (ImageComparison.Of(one, other), ImageComparison.Of(other, one).Swapped());
            Assert.Equal(there.Layers, back.Layers);
            Assert.Equal(there.Differences, back.Differences);
        });

    [Fact]
    public void Every_layer_is_counted_once() =>
        Gen.Select(Some, Some).Sample((one, other) =>
        {
            var layers = ImageComparison.Of(one, other).Layers;
            Assert.Equal(one.Layers.Count, layers.Shared + layers.Removed);
            Assert.Equal(other.Layers.Count, layers.Shared + layers.Added);
            Assert.All(new[] { layers.SharedBytes, layers.AddedBytes, layers.RemovedBytes }, bytes => Assert.InRange(bytes, 0, long.MaxValue));
        });

    [Fact]
    public void In_what_order_things_are_listed_does_not_matter() =>
        Some.Sample(image =>
        {
            var turned = image.With(c => c with
            {
                Environment = c.Environment.Reverse().ToDictionary(StringComparer.Ordinal),
                Labels = c.Labels.Reverse().ToDictionary(StringComparer.Ordinal),
                Ports = [.. c.Ports.Reverse()],
                Volumes = [.. c.Volumes.Reverse()],
            });
            Assert.True(ImageComparison.Of(image, turned).IsEmpty);
        });

    [Fact]
    public void A_layer_that_was_packed_anew_is_shared()
    {
        var before = Image("a", "2026-01-01", ("one", 10), ("two", 5));
        var after = before with { Layers = [new ManifestLayer(DigestOf("zstd"), 8_000_000), before.Layers[1]] };

        Assert.Equal(new LayerComparison(2, 13_000_000, 0, 0, 0, 0), LayerComparison.Of(before, after));
    }

    [Theory]
    [InlineData("DB_PASSWORD", "hunter2", false)]
    [InlineData("API_KEY", "1", false)]
    [InlineData("GITHUB_TOKEN", "x", false)]
    [InlineData("FLAGS", "--secret=abc", false)]
    [InlineData("DATABASE_URL", "pg://u:p@db", false)]
    [InlineData("NODE_VERSION", "24.1.0", true)]
    public void A_value_that_may_be_a_secret_is_not_shown(string name, string value, bool isShown)
    {
        var step = new ImageStep(ImageReference.Parse("a:1"), ImageReference.Parse("a:2"));
        var (before, after) = (Image("a", "2026-01-01").With(c => c with { Environment = Described.Texts((name, "old")) }), Image("a", "2026-01-01").With(c => c with { Environment = Described.Texts((name, value)) }));
        var set = ChangeSet.Group([Planning.Some.Update("a:1", "a:2", Core.Policies.UpdateKind.Minor)], path => path).Single();

        var body = PullRequestText.Of(set, set.Updates, new() { Contents = new Dictionary<ImageStep, ImageStepContent> { [step] = new(Linux, before, after) } }).Body;

        Assert.Contains($"`{name}`", body, StringComparison.Ordinal);
        Assert.Equal(isShown, body.Contains(value, StringComparison.Ordinal) && body.Contains("`old`", StringComparison.Ordinal));
    }
}
