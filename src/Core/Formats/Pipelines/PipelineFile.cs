using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Pipelines;

/// <summary>Reads the documents of a file of a pipeline.</summary>
internal static class PipelineFile
{
    /// <summary>Reads every document that is a mapping.</summary>
    /// <param name="file">The file.</param>
    /// <param name="images">What is found.</param>
    /// <param name="isPlain">Whether the file is of this kind by its path: what can't be parsed in it is reported.</param>
    /// <param name="read">Reads a document; false where it is something else.</param>
    public static FormatReading Read(SourceFile file, PipelineImages images, bool isPlain, Func<YamlMapping, bool> read)
    {
        var yaml = YamlStream.Read(file);
        if (yaml.Problem is not null && isPlain && HasStatements(file.Text))
        {
            yaml = TemplateMask.Read(file) with { Problem = null };
        }

        var found = isPlain;
        foreach (var document in yaml.Documents)
        {
            if (document is YamlMapping root)
            {
                found |= read(root);
            }
        }

        return images.ToReading(found ? yaml.Problem : null);
    }

    /// <summary>Whether a line is a statement of a template that the pipeline is made from.</summary>
    private static bool HasStatements(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.TrimStart(" \t-").StartsWith("{{", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The mappings in a list or a mapping: items of a list, or members of a mapping.</summary>
    public static IEnumerable<YamlMapping> Items(YamlNode? node, HashSet<YamlNode> seen) => node switch
    {
        YamlSequence => YamlMerge.Flatten(node, seen).OfType<YamlMapping>().Where(seen.Add),
        YamlMapping mapping when seen.Add(mapping) => mapping.Members(seen).Select(m => m.Value).OfType<YamlMapping>().Where(seen.Add),
        _ => [],
    };

    /// <summary>An image that is a scalar, or a mapping that has it under a key.</summary>
    public static YamlNode? ImageOf(YamlNode? node, string key) => node is YamlMapping mapping ? mapping.Effective(key) : node;

    /// <summary>The scalars of a list.</summary>
    public static IEnumerable<YamlScalar> Scalars(YamlNode? node) => node is YamlSequence sequence ? sequence.Items.Select(i => i.Target).OfType<YamlScalar>() : [];
}
