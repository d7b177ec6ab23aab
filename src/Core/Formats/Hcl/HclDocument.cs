using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Hcl;

/// <summary>A file of HCL, in its native syntax or as JSON.</summary>
/// <param name="Root">Its body, as far as it could be read.</param>
/// <param name="Problem">What could not be read, with its line.</param>
internal sealed record HclDocument(HclObject Root, FileProblem? Problem)
{
    /// <summary>Reads a file, once for all formats; nothing throws, whatever the text.</summary>
    public static HclDocument Read(SourceFile file) => file.Parsed(static f => Read(f, sibling: null));

    /// <summary>Reads a file of the same folder: its values know that they stand there.</summary>
    public static HclDocument ReadSibling(SourceFile sibling) => sibling.Parsed(static f => new Sibling(Read(f, f))).Document;

    /// <summary>Reads a value of a file that is HCL itself.</summary>
    public static HclDocument Read(SourceFile file, WrittenText text) => new HclParser(file, text).ReadDocument();

    private static HclDocument Read(SourceFile file, SourceFile? sibling) =>
        file.Path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? ReadJson(file, sibling)
            : new HclParser(file, WrittenText.At(file.Text, 0, sibling)).ReadDocument();

    private static HclDocument ReadJson(SourceFile file, SourceFile? sibling)
    {
        var yaml = YamlStream.Read(file);
        var convert = new HclFromYaml(file, templates: true, sibling);
        return yaml.Documents is [YamlMapping root, ..] && convert.Convert(root) is HclObject body
            ? new HclDocument(HclFromYaml.Blocks(body), yaml.Problem)
            : new HclDocument(new HclObject(0), yaml.Problem);
    }

    /// <summary>So that a file read for itself and as a sibling of another is told apart.</summary>
    private sealed record Sibling(HclDocument Document);
}
