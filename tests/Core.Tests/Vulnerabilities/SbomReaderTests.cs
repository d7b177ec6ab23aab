using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Basewatch.Core.Images;
using Basewatch.Core.Vulnerabilities;
using CsCheck;

namespace Basewatch.Core.Tests.Vulnerabilities;

public sealed class SbomReaderTests
{
    private static readonly Digest Image = Digest.Of("image"u8);

    private static readonly string[] Urls =
    [
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc",
        "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12",
        "pkg:npm/left-pad@1.3.0",
    ];

    /// <summary>The same list in every coat in which it may come.</summary>
    public static TheoryData<string> Coats => ["SPDX", "CycloneDX", "in-toto SPDX", "in-toto CycloneDX", "DSSE", "bundle", "predicate first"];

    [Theory]
    [MemberData(nameof(Coats))]
    public void The_same_packages_are_read_in_every_coat(string coat)
    {
        var list = SbomReader.Read(Encoding.UTF8.GetBytes(Dress(coat).ToJsonString()));
        Assert.Equal(["libc6 2.36-9+deb12u4 glibc", "openssl 3.0.11-1~deb12u2 openssl"], list.Packages.Select(p => $"{p.Name} {p.Version} {p.Source}"));
        Assert.Equal(coat is "SPDX" or "CycloneDX" ? [] : [Image], list.Subjects);
        Assert.True(list.IsAbout([Image]));
        Assert.Equal(coat is "SPDX" or "CycloneDX", list.IsAbout([Digest.Of("another"u8)]));
        Assert.False(list.IsOfBuildStage);
    }

    [Fact]
    public void A_cut_list_is_refused_wherever_it_is_cut() => Gen.Select(Gen.OneOf(Coats.Select(c => c.Data).ToArray()), Gen.Double[0, 0.999]).Sample((coat, part) =>
    {
        var whole = Encoding.UTF8.GetBytes(Dress(coat).ToJsonString());
        Assert.Throws<FormatException>(() => SbomReader.Read(whole.AsSpan(0, (int)(whole.Length * part))));
    });

    [Fact]
    public void Whatever_is_in_the_place_of_anything_is_passed_over_or_refused() => Gen.Select(Gen.OneOf(Coats.Select(c => c.Data).ToArray()), Gen.Int[0, 60], Gen.Int[0, 6]).Sample((coat, place, what) =>
    {
        var root = Dress(coat);
        var places = Descend(root).ToList();
        places[place % places.Count].ReplaceWith(what switch { 0 => (JsonNode?)null, 1 => 1, 2 => "text", 3 => new JsonObject(), 4 => new JsonArray(), 5 => true, _ => JsonNode.Parse("[[{\"packages\":[{}]}]]") });
        try
        {
            Assert.InRange(SbomReader.Read(Encoding.UTF8.GetBytes(root.ToJsonString())).Packages.Count, 0, 2);
        }
        catch (FormatException)
        {
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"packages\":[]}")]
    [InlineData("{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"https://slsa.dev/provenance/v0.2\",\"predicate\":{}}")]
    [InlineData("{\"spdxVersion\":\"SPDX-3.0\",\"packages\":[]}")]
    [InlineData("{\"spdxVersion\":\"SPDX-2.3\"}{}")]
    [InlineData("{\"payload\":\"e30=\"}")]
    [InlineData("{\"payload\":\"no base64\"}")]
    [InlineData("{\"payload\":\"eyJwYXlsb2FkIjoiZXlKaWIyMUdiM0p0WVhRaU9pSkRlV05zYjI1bFJGZ2lmUT09In0=\"}")]
    public void What_is_no_list_is_refused(string text) => Assert.Throws<FormatException>(() => SbomReader.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Depth_is_bounded() =>
        Assert.Throws<FormatException>(() => SbomReader.Read(Encoding.UTF8.GetBytes("{\"bomFormat\":\"CycloneDX\",\"components\":" + string.Concat(Enumerable.Repeat("[{\"components\":", 100)) + "[]" + string.Concat(Enumerable.Repeat("}]", 100)) + "}")));

    [Fact]
    public void Packages_are_bounded_and_files_are_passed_over()
    {
        var text = new StringBuilder("""{"spdxVersion":"SPDX-2.3","name":"sbom","files":[""");
        text.AppendJoin(',', Enumerable.Range(0, 20_000).Select(i => $$"""{"fileName":"/usr/share/{{i}}","packages":[{}]}""")).Append("],\"packages\":[");
        text.AppendJoin(',', Enumerable.Range(0, SbomReader.MostPackages + 5).Select(i => $$"""{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:deb/debian/p{{i}}@1?distro=12"}]}""")).Append("]}");
        Assert.Equal(SbomReader.MostPackages, SbomReader.Read(Encoding.UTF8.GetBytes(text.ToString())).Packages.Count);
    }

    [Fact]
    public void The_release_may_stand_in_the_list_alone_and_the_source_in_words()
    {
        var spdx = """
            {"spdxVersion":"SPDX-2.3","packages":[
              {"name":"libssl3","versionInfo":"3.0.11-1","sourceInfo":"built package from: openssl 3.0.11-1~deb12u2","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/libssl3@3.0.11-1"}]},
              {"name":"debian","versionInfo":"12.5","primaryPackagePurpose":"OPERATING-SYSTEM"}]}
            """;
        var cyclone = """
            {"bomFormat":"CycloneDX","specVersion":"1.5","components":[
              {"type":"library","name":"libssl3","version":"3.0.11-1","purl":"pkg:deb/debian/libssl3@3.0.11-1","properties":[
                {"name":"aquasecurity:trivy:SrcName","value":"openssl"},{"name":"aquasecurity:trivy:SrcVersion","value":"3.0.11"},{"name":"aquasecurity:trivy:SrcRelease","value":"1~deb12u2"}]},
              {"type":"operating-system","name":"debian","version":"12.5"}]}
            """;
        foreach (var text in new[] { spdx, cyclone })
        {
            var package = Assert.Single(SbomReader.Read(Encoding.UTF8.GetBytes(text)).Packages);
            Assert.Equal(("openssl", "3.0.11-1~deb12u2"), (package.Source, package.SourceVersion));
            Assert.Equal(["Debian:12"], package.Release.Ecosystems);
        }
    }

    [Fact]
    public void A_list_of_a_build_stage_is_known_as_one()
    {
        var list = SbomReader.Read("""{"spdxVersion":"SPDX-2.3","name":"sbom-build","packages":[]}"""u8);
        Assert.True(list.IsOfBuildStage);
    }

    internal static JsonObject Spdx(IEnumerable<string> urls, string name = "sbom") => new()
    {
        ["SPDXID"] = "SPDXRef-DOCUMENT",
        ["spdxVersion"] = "SPDX-2.3",
        ["name"] = name,
        ["files"] = new JsonArray(new JsonObject { ["fileName"] = "/bin/sh" }),
        ["packages"] = new JsonArray([.. urls.Select(u => (JsonNode)new JsonObject
        {
            ["name"] = "x",
            ["SPDXID"] = "SPDXRef-x",
            ["externalRefs"] = new JsonArray(
                new JsonObject { ["referenceCategory"] = "SECURITY", ["referenceType"] = "cpe23Type", ["referenceLocator"] = "cpe:2.3:a:x" },
                new JsonObject { ["referenceCategory"] = "PACKAGE-MANAGER", ["referenceType"] = "purl", ["referenceLocator"] = u }),
        })]),
        ["relationships"] = new JsonArray(new JsonObject { ["spdxElementId"] = "SPDXRef-x", ["relationshipType"] = "CONTAINS" }),
    };

    internal static JsonObject Statement(JsonObject predicate, string type, Digest subject) => new()
    {
        ["_type"] = "https://in-toto.io/Statement/v0.1",
        ["predicateType"] = type,
        ["subject"] = new JsonArray(new JsonObject { ["name"] = "_", ["digest"] = new JsonObject { ["sha256"] = subject.Hex } }),
        ["predicate"] = predicate,
    };

    private static JsonObject Cyclone(IEnumerable<string> urls) => new()
    {
        ["bomFormat"] = "CycloneDX",
        ["specVersion"] = "1.6",
        ["metadata"] = new JsonObject { ["component"] = new JsonObject { ["type"] = "container", ["name"] = "image" } },
        // The second is within the first.
        ["components"] = new JsonArray(new JsonObject
        {
            ["type"] = "library",
            ["name"] = "x",
            ["purl"] = urls.First(),
            ["components"] = new JsonArray([.. urls.Skip(1).Select(u => (JsonNode)new JsonObject { ["type"] = "library", ["name"] = "y", ["purl"] = u })]),
        }),
    };

    private static JsonObject Dress(string coat)
    {
        var statement = Statement(Spdx(Urls), "https://spdx.dev/Document", Image);
        return coat switch
        {
            "SPDX" => Spdx(Urls),
            "CycloneDX" => Cyclone(Urls),
            "in-toto CycloneDX" => Statement(Cyclone(Urls), "https://cyclonedx.org/bom", Image),
            "DSSE" => Envelope(statement),
            "bundle" => new JsonObject { ["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json", ["verificationMaterial"] = new JsonObject(), ["dsseEnvelope"] = Envelope(statement) },
            "predicate first" => new JsonObject(statement.ToList().Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())).Reverse()),
            _ => statement,
        };

        static JsonObject Envelope(JsonObject statement) => new()
        {
            ["payloadType"] = "application/vnd.in-toto+json",
            ["payload"] = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(statement)),
            ["signatures"] = new JsonArray(new JsonObject { ["sig"] = "x" }),
        };
    }

    private static IEnumerable<JsonNode> Descend(JsonNode node) => (node switch
    {
        JsonObject o => o.Select(m => m.Value),
        JsonArray a => a,
        _ => Enumerable.Empty<JsonNode?>(),
    }).OfType<JsonNode>().SelectMany(n => Descend(n).Prepend(n));
}
