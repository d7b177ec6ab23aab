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

    private static readonly Gen<Part> GroovyStage = Gen.OneOf(
        Reference.Select(r => new Part("", $"agent {{ docker '{r}' }} // '{r}'\n", [r])),
        Reference.Select(r => new Part("", $"agent {{ docker {{ label 'x'\n image \"{r}\" }} }}\n", [r])),
        Reference.Select(r => new Part("", $"def @ = '{r}'\ndocker.image(@).inside {{ }}\n", [r])),
        Reference.Select(r => new Part("", $"docker.image('{r}').inside {{ sh 'x' }}\n", [r])));

    public static Gen<GeneratedFile> Any { get; } = Gen.OneOf(
        Of(".github/workflows/ci.yml", Job, "", "jobs:\n"),
        Of(".gitlab-ci.yml", GitLabJob, "", "stages: [a]\n"),
        Of("azure-pipelines.yml", AzureJob, "", "jobs:\n"),
        Of(".circleci/config.yml", DockerItem, "", "jobs:\n"),
        Of("x/.drone.yml", Step, "", "kind: pipeline\nsteps:\n"),
        Of(".woodpecker/a.yaml", Step, "", "steps:\n"),
        Of(".vela.yml", Step, "", "steps:\n"),
        Of("ci/Jenkinsfile", GroovyStage, "", ""),
        Of("cloudbuild.yaml", Step.Select(s => s with { Body = s.Body.Replace("name: @", "id: @", StringComparison.Ordinal).Replace(" image: ", " name: ", StringComparison.Ordinal) }), "", "steps:\n"),
        Of(".semaphore/a.yml", Step, "", "agent: {}\ncontainers:\n"));
}
