using System.Text;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Tests.Formats;

public sealed class ImageBuildTests
{
    [Theory]
    [InlineData("compose.yml", "services:\n  web:\n    image: acme/web:${TAG}\n    build: ./web\n", "acme/web web/Dockerfile")]
    [InlineData("deploy/compose.yml", "services:\n  web:\n    image: acme/web:${TAG:-1}\n    build: {context: ../web, dockerfile: docker/prod.Dockerfile, target: run}\n", "acme/web:1 web/docker/prod.Dockerfile#run")]
    [InlineData("compose.yml", "services:\n  web:\n    image: ${REGISTRY}/web\n    build: .\n", "")]
    [InlineData("compose.yml", "services:\n  web:\n    image: acme/web\n    build: https://github.com/acme/web.git\n", "")]
    [InlineData("compose.yml", "services:\n  web:\n    image: acme/web\n    build: ../../elsewhere\n", "")]
    [InlineData("skaffold.yaml", "apiVersion: skaffold/v4beta6\nkind: Config\nbuild:\n  artifacts:\n  - image: acme/web\n    context: web\n    docker: {dockerfile: Dockerfile.prod}\n  - image: acme/java\n    jib: {}\n", "acme/web web/Dockerfile.prod")]
    [InlineData("docker-bake.hcl", "variable \"TAG\" { default = \"1\" }\ntarget \"base\" { dockerfile = \"Dockerfile.prod\" }\ntarget \"web\" {\n inherits = [\"base\"]\n context = \"web\"\n tags = [\"acme/web:${TAG}\", \"acme/web:latest\"]\n}\n", "acme/web:1 web/Dockerfile.prod;acme/web:latest web/Dockerfile.prod")]
    [InlineData(".github/workflows/a.yml", "env: {REGISTRY: ghcr.io, NAME: '${{ github.repository }}'}\njobs:\n  a:\n    steps:\n    - uses: docker/metadata-action@v5\n      id: meta\n      with:\n        images: |\n          ${{ env.REGISTRY }}/${{ env.NAME }}\n          name=acme/web,enable=true\n    - uses: docker/build-push-action@v6\n      with: {context: app, tags: '${{ steps.meta.outputs.tags }}'}\n", "ghcr.io/{repository} app/Dockerfile;acme/web app/Dockerfile")]
    [InlineData(".github/workflows/a.yml", "jobs:\n  a:\n    strategy:\n      matrix:\n        include:\n        - {image: web, file: web/Dockerfile}\n        - {image: db, file: db/Dockerfile}\n    steps:\n    - uses: docker/build-push-action@v6\n      with:\n        file: ${{ matrix.file }}\n        tags: acme/${{ matrix.image }}:${{ github.sha }},acme/${{ matrix.image }}:latest\n", "acme/web web/Dockerfile;acme/web:latest web/Dockerfile;acme/db db/Dockerfile;acme/db:latest db/Dockerfile")]
    [InlineData(".github/workflows/a.yml", "env: {IMAGE: acme/web}\njobs:\n  a:\n    steps:\n    - run: |\n        docker buildx build --push \\\n          -t $IMAGE:${{ github.sha }} --target run \\\n          -f deploy/Dockerfile . && echo done\n", "acme/web deploy/Dockerfile#run")]
    [InlineData(".gitlab-ci.yml", "build:\n  script:\n  - docker build -t \"acme/web:$CI_COMMIT_SHA\" web\n  - docker build -t $CI_REGISTRY_IMAGE .\n", "acme/web web/Dockerfile")]
    [InlineData("azure-pipelines.yml", "steps:\n- script: az acr build --registry acme --image web:1 --file web/Dockerfile .\n", "acme.azurecr.io/web:1 web/Dockerfile")]
    [InlineData("acr-task.yaml", "version: v1.1.0\nsteps:\n- build: -t $Registry/web:$ID -f web/Dockerfile .\n- cmd: alpine:3.20 true\n", "azurecr.io/web web/Dockerfile")]
    public void Builds_are_found(string path, string text, string expected) =>
        Assert.Equal(
            expected.Split(';', StringSplitOptions.RemoveEmptyEntries),
            FormatCatalog.Default.Read(path, Encoding.UTF8.GetBytes(text)).Builds.Select(b => $"{b.Image} {b.Dockerfile}{(b.Stage is null ? "" : "#" + b.Stage)}"));

    [Theory]
    [InlineData("FROM node:16 AS build\nFROM python:3.8\n", "node:16: build; python:3.8: -")]
    [InlineData("FROM python:3.8 AS base\nFROM base AS test\nFROM node:16 AS build\nFROM base\nCOPY --from=build /a /a\n", "python:3.8: base test -; node:16: build")]
    [InlineData("FROM alpine:3.18 AS base-amd64\nFROM debian:11 AS base-arm64\nFROM base-${TARGETARCH}\n", "alpine:3.18: base-amd64 -; debian:11: base-arm64 -")]
    [InlineData("ARG BASE=python:3.8\nFROM $BASE AS Final\n", "python:3.8: final -")]
    [InlineData("FROM golang:1.22\nFROM scratch\n", "golang:1.22:")]
    public void The_stages_that_rest_on_a_base_are_known(string text, string expected) =>
        Assert.Equal(
            expected,
            string.Join("; ", FormatCatalog.Default.Read("Dockerfile", Encoding.UTF8.GetBytes(text)).Uses
                .Select(u => $"{u.Reference!.Familiar}: {string.Join(' ', (u.Stages ?? []).Select(s => s.Length == 0 ? "-" : s))}".TrimEnd())));

    [Fact]
    public void A_repository_stands_for_its_own_name_in_lower_case() =>
        Assert.Equal("ghcr.io/acme/web:1", new Core.Formats.Builds.ImageBuild("ghcr.io/{repository}:1", "Dockerfile", null).In("Acme", "Web")?.ToString());
}
