using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Tests.Formats;

/// <summary>A value that several uses are written with is one edit where all want the same, and none where they don't.</summary>
public sealed class SharedValueTests
{
    public static TheoryData<string, string> Cases { get; } = new()
    {
        { "Dockerfile", "ARG V=1.9\nFROM acme/app:$V AS a\nFROM acme/app:$V\n" },
        { "compose.yaml", "x-image: &i acme/app:1.9\nservices:\n  a: {image: *i}\n  b: {image: \"acme/app:${V:-1.9}\"}\n" },
        { ".env", "V=1.9\n|compose.prod.yaml\nservices:\n  b:\n    image: acme/app:${V}\n|compose.yaml\nservices:\n  a:\n    image: acme/app:${V}\n  c:\n    image: acme/app:${V}\n" },
        { "variables.tf", "variable \"v\" {\n  default = \"1.9\"\n}\n|main.tf\nresource \"docker_container\" \"a\" {\n  image = \"acme/app:${var.v}\"\n}\nresource \"docker_container\" \"b\" {\n  image = \"acme/app:${var.v}\"\n}\n|other.tf\nresource \"docker_container\" \"c\" {\n  image = \"acme/app:${var.v}\"\n}\n" },
        { "terraform.tfvars", "v = \"1.9\"\n|main.tf\nvariable \"v\" {}\nresource \"docker_container\" \"a\" {\n  image = \"acme/app:${var.v}\"\n}\n|other.tf\nresource \"docker_container\" \"c\" {\n  image = \"acme/app:${var.v}\"\n}\n" },
        { "locals.tf", "locals {\n  v = \"1.9\"\n}\n|main.tf\nresource \"docker_container\" \"a\" {\n  image = \"acme/app:${local.v}\"\n}\n|other.tf\nresource \"docker_container\" \"c\" {\n  image = \"acme/app:${local.v}\"\n}\n" },
        { "main.parameters.json", "{\"$schema\": \"https://x/deploymentParameters.json#\", \"parameters\": {\"v\": {\"value\": \"1.9\"}}}\n|main.bicep\nparam v string\nresource a 'Microsoft.App/jobs@1' = {\n  image: 'acme/app:${v}'\n}\nresource b 'Microsoft.App/jobs@1' = {\n  image: 'acme/app:${v}'\n}\n" },
        { ".gitlab-ci.yml", "variables:\n  V: \"1.9\"\na:\n  script: x\n  image: acme/app:$V\nb:\n  script: x\n  image: acme/app:$V\n" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_one_edit_where_all_want_the_same_and_none_where_they_do_not(string first, string texts)
    {
        var contents = Contents(first + "\n" + texts);
        var uses = contents.SelectMany(c => FormatCatalog.Default.Read(c.Path, c.Bytes, [.. c.Siblings.Select(s => new SourceFile(s, Encoding.UTF8.GetString(contents.Single(o => o.Path == s).Bytes)))]).Uses)
            .Where(u => u.Reference is { Tag: "1.9" } && u.Skip is null).ToList();
        var shared = uses.Where(u => uses.Count(o => Places(o).Intersect(Places(u)).Any()) > 1).ToList();
        Assert.True(shared.Count > 1 || first == "compose.yaml", string.Join('\n', uses.Select(u => $"{u.Path}:{u.Line} {u.Written.Value}")));

        var change = Apply(contents, [.. uses.Select(u => To(u, "1.10.0"))]);
        Assert.Empty(change.Dropped);
        Assert.Equal(uses.Count, change.Applied.Count);
        Assert.All(change.Contents, c => Assert.Equal(
            Encoding.UTF8.GetString(contents.Single(o => o.Path == c.Key).Bytes).Replace("1.9", "1.10.0", StringComparison.Ordinal), Encoding.UTF8.GetString(c.Value)));
        Assert.Equal(contents.Where(c => Encoding.UTF8.GetString(c.Bytes).Contains("1.9", StringComparison.Ordinal)).Select(c => c.Path), change.Contents.Keys.Order(StringComparer.Ordinal));

        if (shared.Count > 1)
        {
            change = Apply(contents, [.. shared.Select((u, i) => To(u, i == 0 ? "1.10.0" : "2.0"))]);
            Assert.Empty(change.Contents);
            Assert.Equal(shared.Count, change.Dropped.Count);

            change = Apply(contents, [To(shared[^1], "1.10.0")]);
            Assert.Empty(change.Contents);
            Assert.Contains("after the edit this would read", Assert.Single(change.Dropped).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_is_written_though_another_update_cannot_be()
    {
        var contents = Contents("Dockerfile\nARG V=1.9\nARG A=1 B=.9\nFROM acme/app:$V AS a\nFROM acme/app:$A$B\nFROM acme/app:$V\n");
        var uses = FormatCatalog.Default.Read("Dockerfile", contents[0].Bytes, []).Uses;
        Assert.All(uses, u => Assert.Equal("1.9", u.Reference!.Tag));

        var change = Apply(contents, [.. uses.Select(u => To(u, "2.0"))]);
        Assert.Equal([3, 5], change.Applied.Select(u => u.Use.Line));
        Assert.Contains("several places", Assert.Single(change.Dropped).Message, StringComparison.Ordinal);
        Assert.StartsWith("ARG V=2.0\nARG A=1 B=.9\n", Encoding.UTF8.GetString(change.Contents["Dockerfile"]), StringComparison.Ordinal);
    }

    private static FileChange Apply(IReadOnlyList<FileContent> contents, IReadOnlyList<Update> updates)
    {
        var group = Assert.Single(FileChange.Group(updates, contents.ToDictionary(c => c.Path, c => c.Siblings, StringComparer.Ordinal)));
        return FileChange.Apply(FormatCatalog.Default, [.. contents.Where(c => group.Paths.Contains(c.Path))], group.Updates);
    }

    private static Update To(ImageUse use, string tag) => new(use, use.Reference! with { Tag = tag }, UpdateKind.Minor, "docker", "because");

    private static IEnumerable<TextSpan> Places(ImageUse use) => use.Written.Spans.Select(s => s with { Path = s.Path ?? use.Path });

    /// <summary>Files as they lie in one folder: each its name and then its text.</summary>
    private static FileContent[] Contents(string files)
    {
        var texts = files.Split('|').Select(f => f.Split('\n', 2)).OrderBy(f => f[0], StringComparer.Ordinal).ToList();
        var selection = FileSelection.Of(FormatCatalog.Default, [.. texts.Select(t => t[0])], static _ => 1);
        return [.. texts.Select(t => new FileContent(t[0], Encoding.UTF8.GetBytes(t[1]), [.. selection.SiblingsOf(t[0])]))];
    }
}
