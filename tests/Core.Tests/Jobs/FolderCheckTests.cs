using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Basewatch.Core.Tests.Lifecycle;

namespace Basewatch.Core.Tests.Jobs;

public sealed class FolderCheckTests
{
    [Fact]
    public async Task What_is_wrong_with_a_registry_is_told_once_with_the_number_of_its_images()
    {
        var registry = new MemoryRegistry();
        foreach (var image in new[] { "dead.example.com/a", "dead.example.com/b", "dead.example.com/c", "slow.example.com/a" })
        {
            registry.Silent.Add(ImageName.Parse(image));
        }

        var file = Encoding.UTF8.GetBytes("FROM dead.example.com/a:1\nFROM dead.example.com/b:1\nFROM dead.example.com/c:1\nFROM dead.example.com/c:2\nFROM slow.example.com/a:1\n");
        var scan = FolderScan.Read(FormatCatalog.Default, ["Dockerfile"], _ => file.Length, _ => file, null, TestContext.Current.CancellationToken);
        var policies = new PolicySet([], new PolicyRule(new PolicyText("basewatch", "docker"), DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", "docker")).Policy));

        var report = await new FolderCheck(new RegistrySurvey(registry), policies, new NoCatalog(), TimeProvider.System).RunAsync(scan, comparesPlatforms: false, null, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["3 images of dead.example.com: dead.example.com did not answer", "slow.example.com/a: slow.example.com did not answer"],
            report.RegistryProblems);
        Assert.All(report.Findings, f => Assert.NotNull(f.Assessment.Problem));
    }

    [Fact]
    public async Task An_image_that_the_folder_builds_inherits_what_its_Dockerfile_rests_on()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["app/Dockerfile"] = "FROM node:16 AS build\nFROM python:3.8\n"u8.ToArray(),
            ["compose.yml"] = "services:\n  web:\n    image: acme/web:${TAG}\n    build: app\n"u8.ToArray(),
            ["k8s.yaml"] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: 'acme/web:1.0'}\n"u8.ToArray(),
        };
        var scan = FolderScan.Read(FormatCatalog.Default, [.. files.Keys], p => files[p].Length, p => files[p], null, TestContext.Current.CancellationToken);
        var policies = new PolicySet([], new PolicyRule(new PolicyText("basewatch", "docker"), DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", "docker")).Policy));

        var report = await new FolderCheck(new RegistrySurvey(new MemoryRegistry()), policies, new Known(), TimeProvider.System).RunAsync(scan, comparesPlatforms: false, null, TestContext.Current.CancellationToken);

        var life = report.Findings.Single(f => f.Assessment.Use.Path == "k8s.yaml").Lifecycle;
        Assert.Equal(("Python 3.8", "python:3.8"), (life.First?.Title, life.Inherited?.Root.Familiar));
    }

    [Fact]
    public async Task Nothing_is_proposed_for_an_image_that_the_folder_builds_from_a_dying_base()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["app/Dockerfile"] = "FROM debian:10\n"u8.ToArray(),
            ["compose.yml"] = "services:\n  web:\n    image: ghcr.io/x/python:${TAG}\n    build: app\n"u8.ToArray(),
            ["k8s.yaml"] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: 'ghcr.io/x/python:3.9'}\n"u8.ToArray(),
        };
        var registry = new MemoryRegistry();
        foreach (var (image, tag) in new[] { ("debian", "10"), ("ghcr.io/x/python", "3.9"), ("ghcr.io/x/python", "3.14") })
        {
            registry.Push(image, tag);
        }

        var scan = FolderScan.Read(FormatCatalog.Default, [.. files.Keys], p => files[p].Length, p => files[p], null, TestContext.Current.CancellationToken);
        var policies = new PolicySet([], new PolicyRule(new PolicyText("basewatch", "digest"), DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", "digest")).Policy));

        var report = await new FolderCheck(new RegistrySurvey(registry), policies, new Known(), TimeProvider.System).RunAsync(scan, comparesPlatforms: false, null, TestContext.Current.CancellationToken);

        var finding = report.Findings.Single(f => f.Assessment.Use.Path == "k8s.yaml");
        Assert.Equal("debian:10", finding.Lifecycle.Inherited?.Root.Familiar);
        Assert.Null(finding.Successor);
        Assert.DoesNotContain(finding.Assessment.Updates, u => u.Kind == UpdateKind.Successor);
    }

    [Theory]
    [InlineData("python:3.9-slim-buster", null, "python:3.14.2-slim-trixie", true)]
    [InlineData("python:3.8-slim", null, "python:3.14.2-slim", false)]
    [InlineData("python:3.14-slim", null, null, false)]
    [InlineData("node:16-alpine3.18", null, "node:24.1.0-alpine3.22", true)]
    [InlineData("node:16-alpine3.18", "linux/arm/v7", null, false)]
    [InlineData("debian:bullseye-slim", null, "debian:trixie-slim", true)]
    [InlineData("openjdk:17-jdk-slim", null, "eclipse-temurin:17-jdk", true)]
    public async Task A_way_out_is_a_step_to_a_successor_where_no_update_leads_out(string image, string? platform, string? next, bool isStep)
    {
        var registry = new MemoryRegistry();
        foreach (var tag in new[] { "python:3.9-slim-buster", "python:3.14.2-slim-trixie", "python:3.8-slim", "python:3.14-slim", "python:3.14.2-slim", "node:16-alpine3.18", "node:24.1.0-alpine3.22", "debian:bullseye-slim", "debian:trixie-slim", "openjdk:17-jdk-slim", "eclipse-temurin:17-jdk" })
        {
            registry.Push(tag.Split(':')[0], tag.Split(':')[1]);
        }

        var file = Encoding.UTF8.GetBytes($"FROM {(platform is null ? "" : $"--platform={platform} ")}{image}\n");
        var scan = FolderScan.Read(FormatCatalog.Default, ["Dockerfile"], _ => file.Length, _ => file, null, TestContext.Current.CancellationToken);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(SmallCatalog.Today, TimeOnly.MinValue, TimeSpan.Zero));

        var report = await new FolderCheck(new RegistrySurvey(registry), PolicySet.Default, new Known(), time).RunAsync(scan, comparesPlatforms: true, null, TestContext.Current.CancellationToken);

        var finding = Assert.Single(report.Findings);
        Assert.Empty(report.RegistryProblems);
        Assert.Null(finding.Assessment.Problem);
        var step = finding.Assessment.Updates.SingleOrDefault(u => u.Kind == UpdateKind.Successor);
        Assert.Equal(isStep ? next : null, step is null ? null : (step.Target with { Digest = null }).Familiar);
        Assert.Equal(isStep, step?.Target.Digest is not null);
        if (platform is null)
        {
            Assert.Equal(next, finding.Successor?.Familiar);
        }
    }

    private sealed class Known : ILifecycleCatalog
    {
        public Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken) => Task.FromResult(SmallCatalog.Value);
    }

    private sealed class NoCatalog : ILifecycleCatalog
    {
        public Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken) => Task.FromResult(new LifecycleCatalog([], DateTimeOffset.UnixEpoch));
    }
}
