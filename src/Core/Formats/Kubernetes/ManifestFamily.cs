using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Kubernetes;

/// <summary>Resources that a format of their own reads.</summary>
internal enum ManifestFamily
{
    /// <summary>Any other.</summary>
    Kubernetes,

    /// <summary>Tekton pipelines: parameters are written <c>$(params.name)</c>.</summary>
    Tekton,

    /// <summary>Argo Workflows and Events: parameters are written <c>{{inputs.parameters.name}}</c>.</summary>
    Argo,

    /// <summary>Skaffold, whose configuration looks like a resource and is none.</summary>
    Skaffold,
}

/// <summary>Tells resources by <c>apiVersion</c> and <c>kind</c>.</summary>
internal static class ManifestFamilies
{
    private static readonly HashSet<string> ArgoKinds = new(StringComparer.Ordinal)
    {
        "Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow", "WorkflowTaskSet", "Sensor", "EventSource",
    };

    /// <summary>The family of a resource.</summary>
    public static ManifestFamily Of(YamlScalar apiVersion, YamlScalar kind) =>
        apiVersion.Value.StartsWith("tekton.dev/", StringComparison.Ordinal) ? ManifestFamily.Tekton
        : apiVersion.Value.StartsWith("argoproj.io/", StringComparison.Ordinal) && ArgoKinds.Contains(kind.Value) ? ManifestFamily.Argo
        : apiVersion.Value.StartsWith("skaffold/", StringComparison.Ordinal) ? ManifestFamily.Skaffold
        : ManifestFamily.Kubernetes;
}
