using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Builds;

/// <summary>Steps of tasks of Azure Container Registry: <c>build: -t $Registry/web:$ID -f Dockerfile .</c></summary>
internal static class AcrTaskBuilds
{
    /// <summary>The registry that runs the task, which it does not name.</summary>
    private static readonly string[] Own = ["$Registry", "${Registry}", "{{.Run.Registry}}", "{{ .Run.Registry }}"];

    public static IEnumerable<ImageBuild?> Read(SourceFile file) =>
        YamlStream.Read(file).Documents.OfType<YamlMapping>()
            .SelectMany(r => r.Mappings("steps"))
            .Select(s => s.Scalar("build")?.Value)
            .OfType<string>()
            .SelectMany(b => CommandBuilds.ReadArguments(Own.Aggregate(b, (text, own) => text.Replace(own, "azurecr.io", StringComparison.Ordinal)), "", static _ => null));
}
