using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using CsCheck;

namespace Basewatch.Core.Tests.Lifecycle;

public sealed class LineageTests
{
    private static readonly ImageLives Lives = new(new LifecycleResolver(SmallCatalog.Value), SmallCatalog.Today);

    private readonly BuiltImages _builds = new();

    private readonly KnownBases _bases = new();

    private readonly Dictionary<ImageReference, ImageEvidence> _evidence = [];

    [Fact]
    public void An_image_built_on_a_dead_one_is_dead_and_names_the_root_and_all_between()
    {
        Build("acme/base:1", "python:3.8-slim");
        Build("acme/web:2", "acme/base:1");
        Build("acme/shop:3", "acme/web:2");

        var life = Resolve("acme/shop:3");

        Assert.Equal(LifecycleStatus.Ended, life.Status);
        Assert.Equal("Python 3.8", life.First?.Title);
        Assert.Equal("python:3.8-slim", life.Inherited?.Root.Familiar);
        Assert.Equal(["acme/base:1", "acme/web:2"], life.Inherited?.Through.Select(t => t.Familiar));
    }

    [Fact]
    public void An_image_that_dies_before_its_base_keeps_its_own_life()
    {
        Build("node:16", "debian:bookworm");

        var life = Resolve("node:16");

        Assert.Null(life.Inherited);
        Assert.Equal("Node.js 16", life.First?.Title);
    }

    [Fact]
    public void What_an_image_says_of_its_base_goes_before_a_Dockerfile_that_has_changed_since()
    {
        Build("acme/web:2", "python:3.14");
        _evidence[Parse("acme/web:2")] = Evidence() with { Base = Parse("python:3.8"), BaseDigest = Digest.Of("x"u8) };

        Assert.Equal("Python 3.8", Resolve("acme/web:2").First?.Title);
    }

    [Fact]
    public void A_Dockerfile_that_the_content_refutes_decides_nothing()
    {
        Build("acme/web:2", "python:3.8");
        Build("acme/shop:2", "acme/web:2");
        _evidence[Parse("acme/web:2")] = Evidence(new ShippedVersion("python", "3.14.1", "its variable PYTHON_VERSION"));

        Assert.Equal("Python 3.14", Resolve("acme/web:2").First?.Title);
        Assert.Equal(LifecycleStatus.Maintained, Resolve("acme/shop:2").Status);

        // Who was built on Python would have its variable.
        _evidence[Parse("acme/web:2")] = Evidence();
        Assert.Equal(LifecycleStatus.Unknown, Resolve("acme/web:2").Status);
    }

    [Fact]
    public void What_its_variables_say_is_told_with_the_image_that_they_come_from()
    {
        Build("acme/web:2", "python:3.8");
        _evidence[Parse("acme/web:2")] = Evidence(new ShippedVersion("python", "3.8.20", "its variable PYTHON_VERSION"));

        var life = Resolve("acme/web:2");

        Assert.Equal("its variable PYTHON_VERSION", life.Product?.Evidence);
        Assert.Equal("python:3.8", life.Inherited?.Root.Familiar);
    }

    [Fact]
    public void The_base_with_the_most_layers_in_common_is_the_base()
    {
        var layers = Enumerable.Range(0, 5).Select(i => Digest.Of([(byte)i])).ToList();
        _bases.Add(Parse("debian:bullseye"), layers[..1]);
        _bases.Add(Parse("python:3.8-bullseye"), layers[..3]);
        _bases.Add(Parse("node:16"), [.. layers[..3], Digest.Of("other"u8)]);
        _evidence[Parse("acme/web:2")] = new ImageEvidence(Digest.Of("web"u8)) { Layers = layers, Products = [new ShippedVersion("python", "3.8.20", "its variable")] };

        // Debian 11 ends before Python 3.8 does.
        var life = Resolve("acme/web:2");

        Assert.Equal("python:3.8-bullseye", life.Inherited?.Root.Familiar);
        Assert.Equal("Debian 11", life.Inherited?.Life.Title);
    }

    [Fact]
    public void Of_two_Dockerfiles_that_differ_neither_decides_but_for_the_tag_that_one_names()
    {
        _builds.Add([Built("acme/web", "python:3.8"), Built("acme/web:node", "node:22")]);
        Assert.Equal(LifecycleStatus.Unknown, Resolve("acme/web:1").Status);
        Assert.Equal("Node.js 22", Resolve("acme/web:node").First?.Title);

        var same = new BuiltImages();
        same.Add([Built("acme/web", "python:3.8"), Built("acme/web:node", "python:3.8")]);
        Assert.NotEmpty(same.BasesOf(Parse("acme/web:1")));
    }

    [Fact]
    public void A_registry_of_Azure_need_not_be_named_where_an_image_is_built()
    {
        _builds.Add([Built("azurecr.io/web", "python:3.8")]);

        Assert.Equal(LifecycleStatus.Ended, Resolve("acme.azurecr.io/web:1").Status);
        Assert.Equal(LifecycleStatus.Unknown, Resolve("ghcr.io/web:1").Status);
    }

    [Fact]
    public void An_image_is_as_near_its_end_as_the_first_of_its_ancestors_whatever_the_graph()
    {
        // Node i may be built from any other, cycles among them; some are named after what ends.
        var graph = Gen.Int[1, 14].SelectMany(n => Gen.Select(
            Gen.Int[0, n - 1].List[0, 2].Array[n],
            Gen.OneOf("", "python:3.8", "python:3.14", "node:16", "node:22", "ubuntu:20.04").Array[n]));
        graph.Sample(g =>
        {
            var (parents, roots) = g;
            var builds = new BuiltImages();
            for (var i = 0; i < parents.Length; i++)
            {
                var bases = parents[i].Distinct().Select(Name).Concat(roots[i] is { Length: > 0 } root ? [root] : []).Select(Parse).ToList();
                builds.Add([new BuiltImage(Parse(Name(i)).Name, "1", "acme/all", $"{i}/Dockerfile", bases)]);
            }

            var lineage = new Lineage(Lives, _ => null, builds, new KnownBases());
            for (var i = 0; i < parents.Length; i++)
            {
                var reachable = Reach(i, parents);
                var ends = reachable.Select(r => roots[r]).Where(r => r.Length > 0).Distinct(StringComparer.Ordinal).ToDictionary(r => r, r => Lives.Named(Parse(r)).Ends!.Value, StringComparer.Ordinal);
                var life = lineage.Resolve(Parse(Name(i)));
                if (ends.Count == 0)
                {
                    Assert.Null(life.Ends);
                    continue;
                }

                Assert.Equal(ends.Values.Min(), life.Ends);
                Assert.Equal(ends.Values.Min(), ends[life.Inherited!.Root.Familiar]);

                // Each of those between is built from the one before it.
                var chain = life.Inherited.Through.Select(t => t.Familiar).Append(Name(i)).ToList();
                Assert.Contains(life.Inherited.Root, builds.BasesOf(Parse(chain[0])));
                Assert.All(chain.Zip(chain.Skip(1)), pair => Assert.Contains(Parse(pair.First), builds.BasesOf(Parse(pair.Second))));
            }
        });

        static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"acme/image{i}:1");

        static HashSet<int> Reach(int from, List<int>[] parents)
        {
            var seen = new HashSet<int> { from };
            var next = new Stack<int>([from]);
            while (next.TryPop(out var i))
            {
                foreach (var parent in parents[i].Where(seen.Add))
                {
                    next.Push(parent);
                }
            }

            return seen;
        }
    }

    private ImageLifecycle Resolve(string image) => new Lineage(Lives, i => _evidence.GetValueOrDefault(i), _builds, _bases).Resolve(Parse(image));

    private void Build(string image, string below) => _builds.Add([Built(image, below)]);

    private static BuiltImage Built(string image, string below) => new(Parse(image).Name, Parse(image).Tag, "acme/all", "Dockerfile", [Parse(below)]);

    private static ImageEvidence Evidence(params ShippedVersion[] products) => new(Digest.Of("some"u8)) { Products = products, Layers = [Digest.Of("layer"u8)] };

    private static ImageReference Parse(string image) => ImageReference.Parse(image);
}
