using System.Collections.Frozen;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>What Renovate calls a manager: it reads one sort of file. The facts are those of <c>lib/modules/manager</c>.</summary>
/// <param name="Name">Its name: <c>docker-compose</c>.</param>
/// <param name="Formats">What of ours reads the same.</param>
/// <param name="Patterns">The files it reads; none: it reads nothing until the configuration says what.</param>
/// <param name="Categories">What <c>matchCategories</c> may call it.</param>
/// <param name="DepTypes">What its images may be by <c>matchDepTypes</c>; none: they have no such type.</param>
internal sealed record ImageReader(string Name, IReadOnlyList<string> Formats, IReadOnlyList<string> Patterns, IReadOnlyList<string> Categories, IReadOnlyList<string> DepTypes)
{
    /// <summary>The manager of expressions of one's own.</summary>
    public const string Custom = "custom.regex";

    /// <summary><see cref="Patterns"/>, read.</summary>
    public IReadOnlyList<Predicate<string>> Files { get; } =
        [.. Patterns.Select(p => Expressions.TryReadPattern(p, out var matches, out var error) ? matches : throw new FormatException(error))];

    /// <summary>False: it is off until the configuration switches it on.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Whether its own settings say that digests are not pinned, whatever the configuration says for all.</summary>
    public bool LeavesUnpinned { get; init; }
}

/// <summary>The managers.</summary>
internal static class ImageReaders
{
    private static readonly string[] TerraformTypes =
    [
        "docker_image", "docker_container", "docker_service", "docker_registry_image", "kubernetes_pod", "kubernetes_cron_job", "kubernetes_daemonset", "kubernetes_daemon_set_v1",
        "kubernetes_deployment", "kubernetes_job", "kubernetes_replication_controller", "kubernetes_stateful_set",
    ];

    /// <summary>Those that read images.</summary>
    public static IReadOnlyList<ImageReader> All { get; } =
    [
        Reads("dockerfile", ["dockerfile"], ["/(^|/|\\.)([Dd]ocker|[Cc]ontainer)file$/", "/(^|/)([Dd]ocker|[Cc]ontainer)file[^/]*$/"], "docker", "syntax stage final install"),
        Reads("docker-compose", ["compose"], ["/(^|/)(?:docker-)?compose[^/]*\\.ya?ml$/"], "docker"),
        Reads("devcontainer", ["devcontainer"], ["/^.devcontainer/devcontainer.json$/", "/^.devcontainer.json$/", "/^.devcontainer/[^/]+/devcontainer.json$/"], "docker", "feature image"),
        Reads("quadlet", ["quadlet"], ["/.+\\.container$/", "/.+\\.image$/", "/.+\\.volume$/"], "docker", "image"),
        Reads("buildpacks", ["buildpacks"], ["/(^|/)project\\.toml$/"], "docker ci cd") with { LeavesUnpinned = true },
        Reads("helm-values", ["helm-values"], ["/(^|/)values\\.ya?ml$/"], "helm kubernetes") with { LeavesUnpinned = true },
        Reads("helmv3", ["helm-chart"], ["/(^|/)Chart\\.ya?ml$/"], "helm kubernetes"),
        Reads("helmfile", ["helmfile"], ["/(^|/)helmfile\\.ya?ml(?:\\.gotmpl)?$/", "/(^|/)helmfile\\.d/.+\\.ya?ml(?:\\.gotmpl)?$/"], "cd helm kubernetes"),
        Reads("kustomize", ["kustomize"], ["/(^|/)kustomization\\.ya?ml$/"], "kubernetes", "Kustomization Component HelmChart") with { LeavesUnpinned = true },
        Reads("flux", ["flux"], ["/(?:^|/)gotk-components\\.ya?ml$/"], "cd kubernetes"),
        Reads("argocd", ["argocd"], [], "kubernetes cd"),
        Reads("tekton", ["tekton"], [], "ci cd", "tekton-annotation tekton-bundle tekton-step-image"),
        Reads("crossplane", ["crossplane"], [], "kubernetes iac", "provider configuration function"),
        Reads("sveltos", ["helm-resource"], [], "kubernetes cd", "ClusterProfile Profile EventTrigger ClusterPromotion"),
        Reads("fleet", ["fleet"], ["/(^|/)fleet\\.ya?ml/"], "cd kubernetes", "fleet"),
        Reads("vendir", ["carvel"], ["/(^|/)vendir\\.yml$/"], "helm kubernetes", "HelmChart"),
        Reads("kubernetes", ["kubernetes", "argo-workflows", "tekton", "flux", "helm-resource"], [], "kubernetes"),
        Reads("github-actions", ["github-actions"], ["/(^|/)(workflow-templates|\\.(?:github|gitea|forgejo)/(?:workflows|actions))/.+\\.ya?ml$/", "/(^|/)action\\.ya?ml$/"], "ci", "docker container service"),
        Reads("gitlabci", ["gitlab-ci"], ["/\\.gitlab-ci\\.ya?ml$/"], "ci", "image image-name service-image"),
        Reads("azure-pipelines", ["azure-pipelines"], ["/(^|/).azuredevops/.+\\.ya?ml$/", "/azure.*pipelines?.*\\.ya?ml$/"], "ci", "docker") with { IsOn = false },
        Reads("circleci", ["circleci"], ["/(^|/)\\.circleci/.+\\.ya?ml$/"], "ci", "docker"),
        Reads("bitbucket-pipelines", ["bitbucket-pipelines"], ["**/*-pipelines.yml"], "ci", "docker"),
        Reads("droneci", ["drone"], ["/(^|/)\\.drone\\.yml$/"], "ci", "docker"),
        Reads("woodpecker", ["woodpecker"], ["/^\\.woodpecker(?:/[^/]+)?\\.ya?ml$/"], "ci"),
        Reads("crow", ["woodpecker"], ["/^\\.crow(?:/[^/]+)?\\.ya?ml$/"], "ci"),
        Reads("velaci", ["vela"], ["/(^|/)\\.vela\\.ya?ml$/"], "ci"),
        Reads("cloudbuild", ["cloudbuild"], ["/(^|/)cloudbuild\\.ya?ml/"], "ci"),
        Reads("batect", ["batect"], ["/(^|/)batect(-bundle)?\\.ya?ml$/"], "batect"),
        Reads("ansible", ["ansible"], ["/(^|/)tasks/[^/]+\\.ya?ml$/"], "ansible iac"),
        Reads("bazel", ["bazel"], ["/(^|/)WORKSPACE(|\\.bazel|\\.bzlmod)$/", "/\\.WORKSPACE\\.bazel$/", "/\\.bzl$/"], "bazel", "container_pull _container_pull oci_pull _oci_pull"),
        Reads("bazel-module", ["bazel"], ["/(^|/|\\.)MODULE\\.bazel$/"], "bazel", "oci_pull rules_img_pull"),
        Reads("terraform", ["terraform"], ["**/*.tf", "**/*.tofu"], "iac terraform", string.Join(' ', TerraformTypes)) with { LeavesUnpinned = true },
        Reads("nuget", ["msbuild"], ["/\\.(?:cs|fs|vb|sql)proj$/", "/\\.(?:props|targets)$/"], "dotnet", "docker"),
        Reads("maven", ["maven"], ["/(^|/|\\.)pom\\.xml$/", "/(^|/)pom\\.template\\.xml$/"], "java"),
    ];

    /// <summary>Names of all of Renovate's managers, of images and of anything else.</summary>
    public static FrozenSet<string> Names { get; } = """
        ansible ansible-galaxy ant apm argocd asdf azure-pipelines batect batect-wrapper bazel bazel-module bazelisk bicep bitbucket-pipelines bitrise buildkite buildpacks
        bun bun-version bundler cake cargo cdnurl circleci cloudbuild cocoapods composer conan copier cpanfile crossplane crow deno deps-edn devbox devcontainer
        docker-compose dockerfile droneci fleet flux fvm git-submodules github-actions gitlabci gitlabci-include glasskube gleam gomod gradle gradle-lite gradle-wrapper
        haskell-cabal helm-requirements helm-values helmfile helmsman helmv3 hermit homeassistant-manifest homebrew html jenkins jsonnet-bundler kotlin-script kubernetes
        kustomize leiningen maven maven-wrapper meteor mint mise mix nix nodenv npm nuget nvm ocb osgi pep621 pep723 pip-compile pip_requirements pip_setup pipenv pixi
        poetry pre-commit proto pub puppet pyenv quadlet renovate-config ruby-version runtime-version rust-toolchain sbt scalafmt setup-cfg smithy sveltos swift tekton
        terraform terraform-version terragrunt terragrunt-version tflint-plugin travis typst unity3d velaci vendir woodpecker xcodegen regex jsonata
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static ImageReader Reads(string name, IReadOnlyList<string> formats, IReadOnlyList<string> patterns, string categories, string depTypes = "") =>
        new(name, formats, patterns, categories.Split(' '), depTypes.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
