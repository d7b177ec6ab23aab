using Basewatch.Core.Formats;
using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Pipelines of every kind made up.</summary>
internal static class GeneratedPipelines
{
    private static readonly Gen<Part> Job = Gen.OneOf(
        Reference.Select(r => new Part("", $"  @: {{ container: {Flow(r)}, steps: [] }}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    # container: no:1\n    container:\n      image:   '{r}'   # {r}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    strategy:\n      matrix:\n        image: [\"{r}\"]\n    container: ${{{{ matrix.image }}}}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    services:\n      a: &@ {{image: \"{r}\"}}\n      b: *@\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    steps:\n    - run: docker run no:1\n    - uses: docker://{r}\n", [r])));

    private static readonly Gen<Part> GitLabJob = Gen.OneOf(
        Reference.Select(r => new Part("", $"@:\n  script: x\n  image: {Flow(r)}\n", [r])),
        Reference.Select(r => new Part("", $"@:\n  script: x\n  image: {{name: \"{r}\", entrypoint: []}}\n", [r])),
        Reference.Select(r => new Part("", $".@: {{image: $IMAGE}}\n@:\n  variables: {{IMAGE: '{r}'}}\n  extends: .@\n", [r])),
        Reference.Select(r => new Part("", $"@:\n  image: ${{CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX}}/{r}\n", [r])),
        Reference.Select(r => new Part("", $"@:\n  script: x\n  services:\n  - \"{r}\"\n", [r])));

    private static readonly Gen<Part> AzureJob = Gen.OneOf(
        Reference.Select(r => new Part("", $"- job: @\n  container: {{ image: {Flow(r)} }}\n", [r])),
        Reference.Select(r => new Part("", $"- job: @\n  container:\n    image: \"{r}\" # {r}\n  steps:\n  - script: x\n", [r])),
        Reference.Select(r => new Part("", $"- job: @\n  variables:\n  - name: image\n    value: '{r}'\n  container: {{image: $(image)}}\n", [r])));

    private static readonly Gen<Part> DockerItem = Gen.OneOf(
        Reference.Select(r => new Part("", $"  @:\n    docker: [{{image: {Flow(r)}}}]\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    parameters: {{image: {{default: \"{r}\"}}}}\n    docker:\n    - image: << parameters.image >>\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    docker:\n      - image: '{r}'\n        auth: {{}}\n", [r])));

    private static readonly Gen<Part> Step = Gen.OneOf(
        Reference.Select(r => new Part("", $"- {{ name: @, image: {Flow(r)} }}\n", [r])),
        Reference.Select(r => new Part("", $"- name: @\n  # image: no:1\n  image: \"{r}\"  # {r}\n", [r])));

    private static readonly Gen<Part> BitbucketStep = Gen.OneOf(
        Reference.Select(r => new Part("", $"  - step: {{image: '{r}', script: [x]}}\n", [r])),
        Reference.Select(r => new Part("", $"  - step:\n      image:\n        name: {Flow(r)} # image: no:1\n      script: [x]\n", [r])),
        Reference.Select(r => new Part("", $"  - step:\n      script:\n      - pipe: \"docker://{r}\"\n", [r])));

    private static readonly Gen<Part> BuildkiteStep = Gen.OneOf(
        Reference.Select(r => new Part("", $"- label: é😀\n  plugins:\n  - docker#v5.11.0:\n      image: {Flow(r)} # image: no:1\n", [r])),
        Reference.Select(r => new Part("", $"- plugins: [{{\"docker#v5.11.0\": {{image: '{r}'}}}}]\n", [r])),
        Reference.Select(r => new Part("", $"- command: docker run {r}\n", [])));

    /// <summary>Where a command may begin, a short name is one.</summary>
    private static readonly Gen<Part> AcrStep = Gen.OneOf(
        Reference.Where(r => PlainReference.Is(r) && !r.StartsWith('[')).Select(r => new Part("", $"- cmd: {r} -x # no:1\n", [r])),
        Reference.Where(r => PlainReference.Is(r)).Select(r => new Part("", $"- id: @\n  cmd: '{r}'\n", [r])),
        Reference.Select(r => new Part("", $"- push: ['{r}']\n", [])));

    private static readonly Gen<Part> NamedImage = Gen.OneOf(
        Reference.Select(r => new Part("", $"  @: {{ image: '{r}' }}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    # image: no:1\n    image:   {Flow(r)} # {r}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    \"image\": \"{r}\"\n", [r])));

    private static readonly Gen<Part> CirrusTask = Gen.OneOf(
        Reference.Select(r => new Part("", $"@_task:\n  container: {{ image: '{r}' }}\n", [r])),
        Reference.Select(r => new Part("", $"@_task:\n  arm_container:\n    image: {Flow(r)} # image: no:1\n", [r])));

    private static readonly Gen<Part> ProwJob = Gen.OneOf(
        Reference.Select(r => new Part("", $"- name: @\n  spec:\n    containers:\n    - image: {Flow(r)} # image: no:1\n", [r])),
        Reference.Select(r => new Part("", $"- {{name: @, spec: {{containers: [{{image: '{r}'}}]}}}}\n", [r])));

    private static readonly Gen<Part> ConcourseResource = Gen.OneOf(
        GeneratedHelmFiles.Tagged.Where(r => GeneratedHelmFiles.Digest(r).Length == 0).Select(r => new Part("", $"- name: @\n  type: registry-image\n  source: {{repository: '{GeneratedHelmFiles.Name(r)}', tag: '{GeneratedHelmFiles.Tag(r)}'}}\n", [r])),
        GeneratedHelmFiles.Tagged.Where(r => GeneratedHelmFiles.Digest(r).Length == 0).Select(r => new Part("", $"- name: @\n  type: registry-image\n  source:\n    tag: \"{GeneratedHelmFiles.Tag(r)}\" # no:1\n    repository: {GeneratedHelmFiles.Name(r)}\n", [r])));

    private static readonly Gen<Part> GroovyStage = Gen.OneOf(
        Reference.Select(r => new Part("", $"agent {{ docker '{r}' }} // '{r}'\n", [r])),
        Reference.Select(r => new Part("", $"agent {{ docker {{ label 'x'\n image \"{r}\" }} }}\n", [r])),
        Reference.Select(r => new Part("", $"def @ = '{r}'\ndocker.image(@).inside {{ }}\n", [r])),
        Reference.Select(r => new Part("", $"docker.image('{r}').inside {{ sh 'x' }}\n", [r])));

    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        ("github-actions", Of(".github/workflows/ci.yml", Job, "", "jobs:\n")),
        ("gitlab-ci", Of(".gitlab-ci.yml", GitLabJob, "", "stages: [a]\n")),
        ("azure-pipelines", Of("azure-pipelines.yml", AzureJob, "", "jobs:\n")),
        ("circleci", Of(".circleci/config.yml", DockerItem, "", "jobs:\n")),
        ("drone", Of("x/.drone.yml", Step, "", "kind: pipeline\nsteps:\n")),
        ("woodpecker", Of(".woodpecker/a.yaml", Step, "", "steps:\n")),
        ("vela", Of(".vela.yml", Step, "", "steps:\n")),
        ("jenkins", Of("ci/Jenkinsfile", GroovyStage, "", "")),
        ("cloudbuild", Of("cloudbuild.yaml", Step.Select(s => s with { Body = s.Body.Replace("name: @", "id: @", StringComparison.Ordinal).Replace(" image: ", " name: ", StringComparison.Ordinal) }), "", "steps:\n")),
        ("bitbucket-pipelines", Of("bitbucket-pipelines.yml", BitbucketStep, "", "pipelines:\n  default:\n")),
        ("buildkite", Of(".buildkite/pipeline.yml", BuildkiteStep, "", "steps:\n")),
        ("acr-tasks", Of("acr-task.yaml", AcrStep, "", "version: v1.1.0\nsteps:\n")),
        ("azure-developer-cli", Of("azure.yaml", NamedImage.Select(s => s with { Body = s.Body.Contains("{ ", StringComparison.Ordinal) ? s.Body.Replace("{ ", "{ host: aks, ", StringComparison.Ordinal) : s.Body + "    host: aks\n" }), "", "name: shop\nservices:\n")),
        ("cirrus", Of(".cirrus.yml", CirrusTask, "", "env: {A: b}\n")),
        ("screwdriver", Of("screwdriver.yaml", NamedImage, "", "jobs:\n")),
        ("codefresh", Of("codefresh.yml", NamedImage, "", "version: '1.0'\nsteps:\n")),
        ("prow", Of("jobs.yaml", ProwJob, "", "periodics:\n")),
        ("concourse", Of("ci/pipeline.yml", ConcourseResource, "", "jobs: []\nresources:\n")),
        ("semaphore", Of(".semaphore/a.yml", Step, "", "agent: {}\ncontainers:\n")),
    ];
}
