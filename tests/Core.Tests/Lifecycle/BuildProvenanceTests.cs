using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using CsCheck;
using static Basewatch.Core.Tests.Jobs.MemoryRegistry;

namespace Basewatch.Core.Tests.Lifecycle;

/// <summary>What an image is built from: by annotations, provenance, labels, layers. What is said is true, or is "unknown".</summary>
public sealed class BuildProvenanceTests
{
    private static readonly Digest Subject = DigestOf("image");

    private static readonly ImageReference Python = ImageReference.Parse("python:3.12-slim");

    private static readonly Digest At = DigestOf("python then");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_base_is_the_material_that_the_Dockerfile_names(bool isFirst)
    {
        var provenance = Read(Statement(isFirst, [("docker/dockerfile@1", "frontend"), ("golang@1.25?platform=linux%2Famd64", "go"), ("python@3.12-slim?platform=linux%2Famd64", "python then")]));
        Assert.Equal(["golang:1.25", "python:3.12-slim"], provenance.Materials!.Select(m => (m.Image with { Digest = null }).Familiar));
        Assert.Equal(new ImageOrigin(Python, At, OriginSource.Provenance), Origin(provenance, Python));
        Assert.Equal(new string('a', 40), provenance.Revision);

        // Of two images that a build took none is the base where nothing tells which.
        Assert.Equal(ImageOrigin.Unknown, Origin(provenance));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_all_of_the_build_its_layers_tell_which_is_the_base_without_any_Dockerfile(bool isFirst)
    {
        var layers = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["golang:1.25"] = ["g1", "g2"], ["python:3.12-slim"] = ["p1"] };
        var statement = Statement(isFirst, [("golang@1.25", "go"), ("python@3.12-slim", "python then")], layers);
        Assert.Equal(new ImageOrigin(Python, At, OriginSource.Provenance), Origin(Read(statement, "p1", "own")));

        // Squashed, or from scratch: it begins with none of them.
        Assert.Equal(ImageOrigin.Unknown, Origin(Read(statement, "own"), Python));
    }

    [Fact]
    public void One_that_took_only_a_builders_image_and_is_from_scratch_is_not_said_to_be_built_from_it() =>
        Assert.Equal(ImageOrigin.Unknown, Origin(Read(Statement(isFirst: false, [("golang@1.25", "go")]))));

    [Fact]
    public void An_annotation_goes_first_and_a_label_that_was_inherited_goes_last()
    {
        var provenance = Read(Statement(isFirst: true, [("python@3.12-slim", "python then")]));
        var debian = ImageReference.Parse("debian:12");
        var annotated = new ImageEvidence(Subject) { Base = debian, BaseDigest = DigestOf("d"), BaseSaidBy = BaseWord.Annotation };
        Assert.Equal(new ImageOrigin(debian, DigestOf("d"), OriginSource.Annotation), ImageOrigin.Of(provenance.AddTo(annotated), [Python], null, null));

        var labelled = annotated with { BaseSaidBy = BaseWord.Label };
        Assert.Equal(new ImageOrigin(Python, At, OriginSource.Provenance), ImageOrigin.Of(provenance.AddTo(labelled), [Python], null, null));
        Assert.Equal(OriginSource.Label, ImageOrigin.Of(labelled, [], null, null).Source);
        Assert.Equal(new ImageOrigin(Python, At, OriginSource.Layers), ImageOrigin.Of(labelled, [], Python with { Digest = At }, null));
        Assert.Equal(OriginSource.Unknown, ImageOrigin.Of(provenance.AddTo(labelled), [], null, null).Source);
        Assert.Equal(new ImageOrigin(Python, null, OriginSource.Dockerfile), ImageOrigin.Of(new ImageEvidence(Subject), [], null, Python));
    }

    [Fact]
    public void A_registry_is_part_of_the_name_and_the_digest_may_stand_anywhere()
    {
        var provenance = Read(Statement(isFirst: false, [("ghcr.io/acme/base@1.0", "b"), ($"acme/tool@{DigestOf("t")}", null), ("acme/late@2?digest=" + Uri.EscapeDataString(DigestOf("l").ToString()), null)]));
        Assert.Equal([$"ghcr.io/acme/base:1.0@{DigestOf("b")}", $"acme/tool@{DigestOf("t")}", $"acme/late:2@{DigestOf("l")}"], provenance.Materials!.Select(m => m.Image.Familiar));
    }

    [Fact]
    public void A_statement_about_another_image_or_of_another_kind_says_nothing()
    {
        var statement = Statement(isFirst: true, [("python@3.12-slim", "python then")]);
        Assert.Same(BuildProvenance.None, BuildProvenance.Read(Encoding.UTF8.GetBytes(statement.ToJsonString()), DigestOf("another"), []));
        statement["predicateType"] = "https://spdx.dev/Document";
        Assert.Same(BuildProvenance.None, Read(statement));
    }

    [Fact]
    public void No_text_throws()
    {
        var whole = Encoding.UTF8.GetBytes(Statement(isFirst: true, [("python@3.12-slim", "python then")], new Dictionary<string, string[]>(StringComparer.Ordinal) { ["python:3.12-slim"] = ["p1"] }).ToJsonString());
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var mutated = whole[..Math.Max(length, at + 1)];
            mutated[at] = value;
            BuildProvenance.Read(mutated, Subject, []);
        }, iter: 5000);
    }

    private static ImageOrigin Origin(BuildProvenance provenance, params ImageReference[] written) => ImageOrigin.Of(provenance.AddTo(new ImageEvidence(Subject)), written, null, null);

    private static BuildProvenance Read(JsonNode statement, params string[] layers) => BuildProvenance.Read(Encoding.UTF8.GetBytes(statement.ToJsonString()), Subject, [.. layers.Select(DigestOf)]);

    /// <summary>As BuildKit writes it.</summary>
    private static JsonObject Statement(bool isFirst, (string Uri, string? Content)[] materials, Dictionary<string, string[]>? layers = null)
    {
        var listed = new JsonArray([.. materials.Select(m => new JsonObject { ["uri"] = "pkg:docker/" + m.Uri, ["digest"] = m.Content is null ? [] : new JsonObject { ["sha256"] = DigestOf(m.Content).Hex } })]);
        listed.Add(new JsonObject { ["uri"] = "https://github.com/acme/web.git", ["digest"] = new JsonObject { ["sha1"] = new string('a', 40) } });
        var metadata = new JsonObject { ["vcs"] = new JsonObject { ["revision"] = new string('a', 40), ["source"] = "https://github.com/acme/web" } };
        JsonObject? config = null;
        if (layers is not null)
        {
            var steps = layers.Select((l, i) => (Id: $"step{i}", Source: l.Key, Chain: l.Value)).ToList();
            config = new JsonObject
            {
                ["llbDefinition"] = new JsonArray([.. steps.Select(s => new JsonObject
                {
                    ["id"] = s.Id,
                    ["op"] = new JsonObject { ["Op"] = new JsonObject { ["source"] = new JsonObject { ["identifier"] = $"docker-image://{ImageReference.Parse(s.Source).Canonical}@{DigestOf(materials.Single(m => m.Uri.StartsWith(s.Source.Split(':')[0], StringComparison.Ordinal)).Content!)}" } } },
                })]),
            };
            metadata["layers"] = new JsonObject([.. steps.Select(s => KeyValuePair.Create($"{s.Id}:0", (JsonNode?)new JsonArray(new JsonArray([.. s.Chain.Select(c => new JsonObject { ["digest"] = DigestOf(c).ToString() })]))))]);
        }

        return new JsonObject
        {
            ["_type"] = "https://in-toto.io/Statement/v0.1",
            ["predicateType"] = isFirst ? "https://slsa.dev/provenance/v1" : "https://slsa.dev/provenance/v0.2",
            ["subject"] = new JsonArray(new JsonObject { ["name"] = "pkg:docker/ghcr.io/acme/web@1", ["digest"] = new JsonObject { ["sha256"] = Subject.Hex } }),
            ["predicate"] = isFirst
                ? new JsonObject
                {
                    ["buildDefinition"] = new JsonObject { ["resolvedDependencies"] = listed, ["internalParameters"] = new JsonObject { ["buildConfig"] = config } },
                    ["runDetails"] = new JsonObject { ["metadata"] = new JsonObject { ["buildkit_metadata"] = metadata } },
                }
                : new JsonObject { ["materials"] = listed, ["buildConfig"] = config, ["metadata"] = new JsonObject { ["https://mobyproject.org/buildkit@v1#metadata"] = metadata } },
        };
    }
}
