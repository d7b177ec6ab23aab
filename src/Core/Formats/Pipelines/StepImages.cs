using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Pipelines;

/// <summary>Pipelines whose steps are containers: a list or a mapping of steps, each with an <c>image</c>.</summary>
internal static class StepImages
{
    private static readonly IReadOnlyDictionary<string, YamlNode> NoRow = new Dictionary<string, YamlNode>(StringComparer.Ordinal);

    /// <summary>Adds the images of the steps under some keys.</summary>
    public static void Add(PipelineImages images, YamlMapping root, Platform? platform, params ReadOnlySpan<string> keys)
    {
        var seen = new HashSet<YamlNode>();
        foreach (var key in keys)
        {
            foreach (var step in PipelineFile.Items(root.Effective(key), seen))
            {
                images.Add(step.Effective("image"), platform: platform);
            }
        }
    }

    /// <summary>Adds the images of the steps under some keys, for every combination of the pipeline's <c>matrix</c>.</summary>
    public static void AddWithMatrix(PipelineImages images, YamlMapping root, params ReadOnlySpan<string> keys)
    {
        var seen = new HashSet<YamlNode>();
        var matrix = root.Effective("matrix") as YamlMapping;
        var platform = Platform.TryParse(root.Scalar("platform")?.Value ?? root.Mapping("labels")?.Scalar("platform")?.Value, out var parsed) ? parsed : null;
        foreach (var key in keys)
        {
            foreach (var step in PipelineFile.Items(root.Effective(key), seen))
            {
                if (step.Effective("image") is not YamlScalar image || images.IsFull)
                {
                    continue;
                }

                List<string> names = image.Value.Contains('$', StringComparison.Ordinal) ? [.. images.NamesIn(image.Value)] : [];
                List<string> used = matrix is null ? [] : [.. names.Where(n => IsInMatrix(matrix, n))];
                var rows = used.Count > 0 ? images.Rows.Of(matrix!, used) : [];
                foreach (var row in rows.Count > 0 ? rows : [NoRow])
                {
                    images.Add(image, name => row.TryGetValue(name, out var value) ? Binding.Of(value) : new Binding(null, $"the variable {Excerpt.Of(name)} has no value in this file"), platform: platform);
                }
            }
        }
    }

    private static bool IsInMatrix(YamlMapping matrix, string name) =>
        matrix.Effective(name) is not null
        || (matrix.Effective("include") is YamlSequence include && include.Items.Take(256).Any(i => i.Target is YamlMapping entry && entry.TryGet(name, out _)));
}
