using System.Text.RegularExpressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>What an ecosystem of Dependabot reads, and how it names images.</summary>
/// <param name="Name">Its <c>package-ecosystem</c>.</param>
/// <param name="Label">The label that it adds where a file has several ecosystems.</param>
internal sealed partial record Ecosystem(string Name, string Label)
{
    /// <summary>Dockerfiles, manifests of Kubernetes, values of Helm (<c>docker/lib/dependabot/docker/file_fetcher.rb</c>).</summary>
    public static Ecosystem Docker { get; } = new("docker", "docker");

    /// <summary>Compose files (<c>docker/lib/dependabot/docker_compose/file_fetcher.rb</c>).</summary>
    public static Ecosystem DockerCompose { get; } = new("docker-compose", "docker_compose");

    /// <summary>Charts and their values (<c>helm/lib/dependabot/helm/file_parser.rb</c>).</summary>
    public static Ecosystem Helm { get; } = new("helm", "helm");

    /// <summary>Those that have to do with images.</summary>
    public static IReadOnlyList<Ecosystem> All { get; } = [Docker, DockerCompose, Helm];

    /// <summary>Every ecosystem that there is, to tell a mistake from one that is none of ours.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "bazel", "bun", "bundler", "cargo", "composer", "conda", "deno", "devcontainers", "docker", "docker-compose", "dotnet-sdk", "elm", "github-actions", "gitsubmodule",
        "gomod", "gradle", "helm", "julia", "maven", "mise", "mix", "nix", "npm", "nuget", "opentofu", "pip", "pre-commit", "pub", "rust-toolchain", "sbt", "swift", "terraform", "uv", "vcpkg",
    ];

    /// <summary>Whether it reads a use, in whatever folder it is.</summary>
    public bool Reads(ImageUse use)
    {
        // FROM alone, and that without variables.
        if (use.Keyword is not (null or "FROM"))
        {
            return false;
        }

        var name = use.Path.AsSpan(use.Path.LastIndexOf('/') + 1);
        return this == Docker ? ReadsAsDocker(use.Format, name)
            : this == DockerCompose ? use.Format == "compose" && IsCompose().IsMatch(name)
            : (use.Format == "helm-values" && IsValues().IsMatch(name)) || (use.Format == "helm-chart" && IsChart().IsMatch(name));
    }

    /// <summary>
    /// The name that <c>dependency-name</c> and <c>patterns</c> are compared with: as it is written, without the registry. In values
    /// that the ecosystem helm reads the registry is part of it, and a chart has no more than its own name.
    /// </summary>
    public string DependencyName(ImageUse use)
    {
        var name = use.Written.Value[ReferenceLayout.Of(use.Written.Value).Name];
        var slash = this != Helm ? name.IndexOf('/', StringComparison.Ordinal) : use.Format == "helm-chart" ? name.LastIndexOf('/') : -1;
        return slash >= 0 && (this == Helm || ImageName.IsRegistry(name.AsSpan(0, slash))) ? name[(slash + 1)..] : name;
    }

    private static bool ReadsAsDocker(string format, ReadOnlySpan<char> name)
    {
        var isYaml = name is not ['.', ..] && (name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase));
        return format switch
        {
            "dockerfile" => !isYaml && (name.Contains("dockerfile", StringComparison.OrdinalIgnoreCase) || name.Contains("containerfile", StringComparison.OrdinalIgnoreCase)),
            "kubernetes" or "tekton" or "argo-workflows" => isYaml,
            "helm-values" => isYaml && IsAnyValues().IsMatch(name),
            _ => false,
        };
    }

    [GeneratedRegex(@"(?:docker-)?compose(?:-\w+)?(?:\.[\w-]+)?\.ya?ml", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IsCompose();

    [GeneratedRegex(@"values[-a-z_0-9.]*\.ya?ml$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IsAnyValues();

    [GeneratedRegex(@"values\.ya?ml$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IsValues();

    [GeneratedRegex(@"chart\.ya?ml$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IsChart();
}
