using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Builds;

/// <summary>Artifacts of Skaffold that are built from a Dockerfile (<see href="https://skaffold.dev/docs/references/yaml/"/>).</summary>
internal static class SkaffoldBuilds
{
    private static readonly string[] OtherBuilders = ["buildpacks", "jib", "ko", "bazel", "custom"];

    public static IEnumerable<ImageBuild?> Read(SourceFile file)
    {
        var folder = BuildReader.FolderOf(file);
        foreach (var artifact in YamlStream.Read(file).Documents.OfType<YamlMapping>()
            .Where(r => r.Scalar("apiVersion")?.Value.StartsWith("skaffold/", StringComparison.Ordinal) == true)
            .SelectMany(r => r.Mapping("build")?.Mappings("artifacts") ?? [])
            .Where(a => OtherBuilders.All(b => a.Effective(b) is null)))
        {
            var docker = artifact.Mapping("docker") ?? artifact.Mapping("kaniko");
            yield return ImageBuild.Of(
                artifact.Scalar("image")?.Value,
                BuildReader.PathOf(folder, artifact.Scalar("context")?.Value, docker?.Scalar("dockerfile")?.Value, isInContext: true),
                docker?.Scalar("target")?.Value);
        }
    }
}
