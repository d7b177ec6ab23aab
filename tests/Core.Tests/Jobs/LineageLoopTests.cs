using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>What the service knows of the lives of images in use that their names do not tell, and what it asks for it.</summary>
public sealed class LineageLoopTests : IDisposable
{
    private static readonly LifecycleResolver Resolver = new(Lifecycle.SmallCatalog.Value);

    private readonly Loop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task An_image_is_asked_of_once_and_a_quiet_run_asks_nothing_more()
    {
        Push("ghcr.io/acme/web", "1.0", variables: ("PYTHON_VERSION", "3.8.20"));
        _loop.Host.Create(Loop.Web, ("k8s.yaml", Pod("ghcr.io/acme/web:1.0")));
        _loop.Host.Create(RepositoryName.Parse("acme/other"), ("k8s.yaml", Pod("ghcr.io/acme/web:1.0")));
        await _loop.RunAsync();
        Assert.Equal(1, _loop.Registry.Configurations);

        var line = Assert.Single(await LinesAsync());
        Assert.Equal("Python 3.8", line.Lifecycle.First?.Title);
        Assert.Equal("its variable PYTHON_VERSION", line.Lifecycle.First?.Evidence);
        Assert.Equal(2, line.Places.Count);

        var (manifests, referrers) = (_loop.Registry.Manifests, _loop.Registry.Referrers);
        _loop.Time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync();
        _loop.Time.Advance(TimeSpan.FromDays(10));
        await _loop.RunAsync();
        Assert.Equal((manifests, referrers, 1), (_loop.Registry.Manifests, _loop.Registry.Referrers, _loop.Registry.Configurations));

        // Built anew, it is asked of again.
        Push("ghcr.io/acme/web", "1.0", content: "second", variables: ("PYTHON_VERSION", "3.14.1"));
        await _loop.RunAsync();
        Assert.Equal(2, _loop.Registry.Configurations);
        Assert.Equal("Python 3.14", Assert.Single(await LinesAsync()).Lifecycle.First?.Title);
    }

    [Fact]
    public async Task Docker_Hub_is_not_asked_where_the_tag_says_all()
    {
        Push("python", "3.8-bullseye");
        Push("python", "3.9");
        _loop.Lifecycles = Lifecycle.SmallCatalog.Value;
        _loop.Host.Create(Loop.Web, ("k8s.yaml", Pod("python:3.8-bullseye")));
        await _loop.RunAsync();
        Assert.Equal(0, _loop.Registry.Configurations);

        _loop.Host.Push(Loop.Web, "main", ("k8s.yaml", Pod("python:3.9")));
        await _loop.RunAsync();
        await _loop.RunAsync();
        Assert.Equal(1, _loop.Registry.Configurations);
    }

    [Fact]
    public async Task A_lifecycle_annotation_is_looked_for_at_Microsofts_registries_and_again_after_a_week()
    {
        var digest = Push("mcr.microsoft.com/acme/web", "1.0");
        Push("ghcr.io/acme/web", "1.0");
        _loop.Host.Create(Loop.Web, ("k8s.yaml", Pod("mcr.microsoft.com/acme/web:1.0") + "---\n" + Pod("ghcr.io/acme/web:1.0")));
        await _loop.RunAsync();
        Assert.Equal(1, _loop.Registry.Referrers);
        await _loop.RunAsync();
        Assert.Equal(1, _loop.Registry.Referrers);

        _loop.Registry.Attached[digest] = new Referrer(
            MemoryRegistry.DigestOf("note"), LifecycleAnnotation.ArtifactType, "application/vnd.oci.image.manifest.v1+json", 1,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["vnd.microsoft.artifact.lifecycle.end-of-life.date"] = "2026-12-01" });
        _loop.Time.Advance(TimeSpan.FromDays(8));
        await _loop.RunAsync();

        Assert.Equal(2, _loop.Registry.Referrers);
        Assert.Equal(new DateOnly(2026, 12, 1), (await LinesAsync()).Single(l => l.Image.Name.Registry == "mcr.microsoft.com").Lifecycle.Ends);
        Assert.Equal(2, _loop.Registry.Configurations);
    }

    [Fact]
    public async Task An_own_image_inherits_through_Dockerfiles_in_several_repositories()
    {
        foreach (var image in new[] { "ghcr.io/acme/base", "ghcr.io/acme/web" })
        {
            _loop.Registry.Push(image, "1.0");
        }

        _loop.Registry.Push("python", "3.8-slim");
        _loop.Registry.Push("node", "16");
        _loop.Host.Create(RepositoryName.Parse("acme/base"), ("Dockerfile", "FROM python:3.8-slim\n"), (".github/workflows/build.yml", Workflow("ghcr.io/${{ github.repository }}:1.0", "Dockerfile")));
        _loop.Host.Create(
            RepositoryName.Parse("acme/web"),
            ("app/Dockerfile", "FROM node:16 AS build\nFROM ghcr.io/acme/base:1.0\nCOPY --from=build /app /app\n"),
            (".github/workflows/build.yml", Workflow("ghcr.io/acme/web:${{ github.sha }}", "app/Dockerfile")));
        _loop.Host.Create(RepositoryName.Parse("acme/deploy"), ("k8s.yaml", Pod("ghcr.io/acme/web:1.0")));
        await _loop.RunAsync();
        await _loop.RunAsync();

        var web = (await LinesAsync()).Single(l => l.Image.Familiar == "ghcr.io/acme/web:1.0").Lifecycle;
        Assert.Equal("Python 3.8", web.First?.Title);
        Assert.Equal("python:3.8-slim", web.Inherited?.Root.Familiar);
        Assert.Equal(["ghcr.io/acme/base:1.0"], web.Inherited?.Through.Select(t => t.Familiar));

        // The Dockerfile moves on.
        _loop.Host.Push(RepositoryName.Parse("acme/base"), "main", ("Dockerfile", "FROM python:3.14-slim\n"));
        await _loop.RunAsync();
        Assert.Equal(LifecycleStatus.Maintained, (await LinesAsync()).Single(l => l.Image.Familiar == "ghcr.io/acme/web:1.0").Lifecycle.Status);
    }

    [Fact]
    public async Task An_own_image_is_known_by_the_layers_of_a_base_in_use()
    {
        Push("debian", "bullseye", layers: ["debian"]);
        Push("ghcr.io/acme/web", "1.0", layers: ["debian", "web"]);
        _loop.Host.Create(Loop.Web, ("k8s.yaml", Pod("ghcr.io/acme/web:1.0") + "---\n" + Pod("debian:bullseye")));
        await _loop.RunAsync();

        Assert.Equal("debian:bullseye", (await LinesAsync()).Single(l => l.Image.Familiar == "ghcr.io/acme/web:1.0").Lifecycle.Inherited?.Root.Familiar);
    }

    [Fact]
    public async Task A_use_by_digest_alone_is_a_line_of_its_own_and_one_tag_may_be_two()
    {
        var old = Push("ghcr.io/acme/web", "1.0", variables: ("PYTHON_VERSION", "3.8.20"));
        var young = Push("ghcr.io/acme/web", "1.0", content: "second", variables: ("PYTHON_VERSION", "3.14.1"));
        _loop.Host.Create(Loop.Web, ("k8s.yaml", string.Join("---\n", new[] { $"ghcr.io/acme/web@{old}", $"ghcr.io/acme/web:1.0@{old}", $"ghcr.io/acme/web:1.0@{young}" }.Select(Pod))));
        await _loop.RunAsync();

        Assert.Equal(
            [($"ghcr.io/acme/web@{old}", "Python 3.8"), ("ghcr.io/acme/web:1.0", "Python 3.8"), ("ghcr.io/acme/web:1.0", "Python 3.14")],
            (await LinesAsync()).Select(l => (l.Image.Familiar, l.Lifecycle.First?.Title)));
    }

    [Fact]
    public async Task What_is_gone_and_what_nobody_rebuilds_is_remarked_and_not_where_a_newer_tag_is_young()
    {
        var now = _loop.Time.GetUtcNow();
        Push("ghcr.io/acme/old", "1.0", created: now.AddDays(-500));
        Push("ghcr.io/acme/living", "1.0", created: now.AddDays(-500));
        Push("ghcr.io/acme/living", "1.1", created: now.AddDays(-5));
        Push("ghcr.io/acme/gone", "2.0");
        _loop.Host.Create(Loop.Web, ("k8s.yaml", $"{Pod("ghcr.io/acme/old:1.0")}---\n{Pod("ghcr.io/acme/living:1.0")}---\n{Pod("ghcr.io/acme/gone:1.0")}---\n{Pod("ghcr.io/acme/never:1.0")}"));
        await _loop.RunAsync();

        var remarks = (await LinesAsync()).ToDictionary(l => l.Image.Familiar, l => string.Join('|', l.Remarks), StringComparer.Ordinal);
        Assert.Equal("nobody has rebuilt it for a year: the newest of its tags, 1.0, was built on 2025-07-11 (image config)", remarks["ghcr.io/acme/old:1.0"]);
        Assert.Equal("", remarks["ghcr.io/acme/living:1.0"]);
        Assert.Equal("the tag 1.0 is gone from its registry", remarks["ghcr.io/acme/gone:1.0"]);
        Assert.Equal("ghcr.io no longer has this repository, or shows it to nobody", remarks["ghcr.io/acme/never:1.0"]);
    }

    [Fact]
    public async Task A_registry_that_refuses_leaves_a_gap_fails_nothing_and_is_asked_again_the_next_day()
    {
        Push("ghcr.io/acme/web", "1.0", variables: ("PYTHON_VERSION", "3.8.20"));
        _loop.Host.Create(Loop.Web, ("compose.yml", "services:\n  web:\n    image: ghcr.io/acme/web@" + MemoryRegistry.DigestOf("ghcr.io/acme/web:1.0 first") + "\n"));
        _loop.Registry.RefusedContents = true;
        Assert.Empty(await _loop.RunAsync());
        var asked = _loop.Registry.Manifests;
        Assert.Empty(await _loop.RunAsync());
        Assert.Equal(asked, _loop.Registry.Manifests);
        Assert.Equal(LifecycleStatus.Unknown, Assert.Single(await LinesAsync()).Lifecycle.Status);

        _loop.Registry.RefusedContents = false;
        _loop.Time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync();
        Assert.Equal("Python 3.8", Assert.Single(await LinesAsync()).Lifecycle.First?.Title);
    }

    private Digest Push(
        string image, string tag, string content = "first", DateTimeOffset? created = null, string[]? layers = null, params (string Name, string Value)[] variables)
    {
        _loop.Registry.Push(image, tag, content, created);
        var digest = MemoryRegistry.DigestOf($"{image}:{tag} {content}");
        _loop.Registry.Said[digest] = new ImageConfiguration(new Platform("linux", "amd64"), created)
        {
            Environment = variables.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal),
            DiffIds = [.. (layers ?? [image, tag]).Select(MemoryRegistry.DigestOf)],
        };
        return digest;
    }

    private Task<List<ImageLine>> LinesAsync() => _loop.RecallAsync(memory =>
        new LifecycleSurvey(memory).ReadAsync(Resolver, Lifecycle.SmallCatalog.Today, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken).AsTask());

    private static string Pod(string image) => $"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: a\n    image: {image}\n";

    private static string Workflow(string tags, string file) =>
        $"on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n    - uses: docker/build-push-action@v6\n      with:\n        file: {file}\n        tags: {tags}\n";
}
