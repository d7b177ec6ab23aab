using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Tests.Planning.PullRequests;
using static Basewatch.Core.Tests.Planning.PullRequests.Described;

namespace Basewatch.Core.Tests.Planning.WaysOut;

/// <summary>What issues about ways out say, in <c>Bodies</c>. <c>BASEWATCH_WRITE_DOCS=1</c> writes them.</summary>
public sealed class WayOutBodyTests
{
    private static readonly Life OldPython = new(LifeOf.Product, "python", "Python", "3.8", new DateOnly(2024, 10, 7)) { Url = "https://endoflife.date/python" };

    private static readonly Dictionary<string, Func<WayOutPlan>> Cases = new(StringComparer.Ordinal)
    {
        ["python"] = () => new WayOutPlan(OldPython, [Python()]),
        ["mysql"] = () => new WayOutPlan(
            new Life(LifeOf.Product, "mysql", "MySQL", "5.6", new DateOnly(2021, 2, 5)) { ExtendedUntil = new DateOnly(2021, 3, 1), Url = "https://endoflife.date/mysql" },
            [new WayOut(ImageReference.Parse("mysql:5.6"), new Life(LifeOf.Product, "mysql", "MySQL", "5.6", new DateOnly(2021, 2, 5)) { Url = "https://endoflife.date/mysql" })
            {
                Uses = [Use("mysql:5.6", "compose.yaml", 12), Use("mysql:5.6", "k8s/db.yaml", 31)],
                Next = ImageReference.Parse($"mysql:5.7.44@{DigestOf("5.7.44")}"),
                HeldBack = "renovate.json:4 holds it back (allowedVersions <6)",
                Successor = new Successor(ImageReference.Parse("mysql:8.4.7"), "newest maintained MySQL of the same flavour: 8.4, maintained until 2032-04-30")
                {
                    Path = UpgradePath.Of("mysql"),
                    Steps = [new("5.7", ImageReference.Parse("mysql:5.7.44")), new("8.0", null), new("8.4", ImageReference.Parse("mysql:8.4.7"))],
                },
            }]),
        ["centos"] = () =>
        {
            var image = ImageReference.Parse("centos:7");
            var deprecated = DeprecatedImage.Of(image.Name)!;
            var life = new Life(LifeOf.Product, "centos", "CentOS", "7", new DateOnly(2024, 6, 30)) { Url = "https://endoflife.date/centos" };
            return new WayOutPlan(life, [new WayOut(image, life) { Uses = [Use("centos:7", "Dockerfile", 1)], Deprecated = deprecated, Successor = new Successor(null, "its publishers have given it up, and what takes its place is for people to choose") }]);
        },
        ["hostile"] = () =>
        {
            var life = new Life(LifeOf.Image, "<script>", "@octocat [x](https://evil.example)", "`|`", null) { IsEnded = true, Url = "https://evil.example/)](javascript:1)" };
            return new WayOutPlan(life, [new WayOut(ImageReference.Parse("evil.example/a/b:1"), life)
            {
                Uses = [Use("evil.example/a/b:1", "a|b`<img src=x>`@octocat/[x](https://evil.example)/Dockerfile", 3)],
                HeldBack = "<b> @octocat #1 ![i](https://evil.example/i.png)",
                Successor = new Successor(null, "<img src=x> www.evil.example @octocat GH-1"),
            }]);
        },
    };

    public static TheoryData<string> Kinds => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_issue_is_as_it_was_looked_at(string kind)
    {
        var path = Path.Combine(Repository(), "tests", "Core.Tests", "Planning", "WaysOut", "Bodies", kind + ".md");
        var body = Body(kind);
        if (Environment.GetEnvironmentVariable("BASEWATCH_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, body + "\n");
        }

        Assert.Equal(File.ReadAllText(path), body + "\n", ignoreLineEndingDifferences: true);
        Assert.True(IssueMarker.TryFind(body + "\nmine", out var marker, out var below));
        Assert.Equal((Cases[kind]().Key, "\nmine"), (marker.Key, below));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_issue_has_no_element_that_is_not_meant(string kind) => RenderedBody.CheckAll(Body(kind));

    [Fact]
    public void What_breaks_is_said_from_facts_and_what_nobody_has_looked_at_is_said_too()
    {
        var before = Image("old", "2024-01-01", ("a", 100)).With(c => c with { User = null, Entrypoint = ["python"], Ports = ["80/tcp"], Environment = Texts(("LANG", "C"), ("PIP", "1")), WorkingDirectory = "/app" });
        var after = Image("new", "2026-01-01", ("b", 20)).With(c => c with { User = "65532", Command = ["sh"], Environment = Texts(("LANG", "C"), ("NEW", "1")), WorkingDirectory = "/" });

        var breaks = WhatBreaks.Of(ImageReference.Parse("node:16.1.0-bullseye"), ImageReference.Parse("node:24.2.0-alpine3.22"), new ImageStepContent(Linux, before, after), Resolve);

        Assert.Contains("A major version: 16 → 24; up to 7 between are stepped over", breaks.Facts);
        Assert.Contains("Distribution: Debian 11 → Alpine Linux 3.22", breaks.Facts);
        Assert.Contains("Packages: apt → apk", breaks.Facts);
        Assert.Contains(breaks.Facts, f => f.StartsWith("C library: glibc → musl", StringComparison.Ordinal));
        Assert.Contains("User: root → `65532`", breaks.Facts);
        Assert.Contains("Entrypoint: `python` → none", breaks.Facts);
        Assert.Contains("Ports: gone `80/tcp`", breaks.Facts);
        Assert.Contains("Environment: gone `PIP`", breaks.Facts);
        Assert.Contains("Size: 100 MB → 20 MB to pull", breaks.Facts);
        Assert.DoesNotContain(breaks.Facts, f => f.Contains("NEW", StringComparison.Ordinal));
        Assert.Contains(breaks.Unknowns, u => u.Contains("nothing was run", StringComparison.Ordinal));
        Assert.Contains(WhatBreaks.Of(ImageReference.Parse("a:1"), ImageReference.Parse("a:2"), null, _ => null).Unknowns, u => u.Contains("a registry did not say", StringComparison.Ordinal));
    }

    internal static WayOut Python() => new(ImageReference.Parse("python:3.8-slim-buster"), OldPython)
    {
        Uses = [Use("python:3.8-slim-buster", "app/Dockerfile", 3)],
        Next = ImageReference.Parse($"python:3.14.2-slim-trixie@{DigestOf("new")}"),
        Successor = new Successor(ImageReference.Parse("python:3.14.2-slim-trixie"), "newest maintained Python of the same flavour: 3.14, maintained until 2030-10-31")
        {
            Steps = [new SuccessorStep("3.14", ImageReference.Parse("python:3.14.2-slim-trixie"))],
        },
    };

    internal static ImageLifecycle Resolve(ImageReference reference) => new LifecycleResolver(Lifecycle.SmallCatalog.Value).Resolve(reference, Lifecycle.SmallCatalog.Today);

    private static string Body(string kind)
    {
        var plan = Cases[kind]();
        var contents = plan.Ways.Where(w => w.Next is not null).SelectMany(w => w.Uses.Select(u => new ImageStep(u.Reference!, w.Next!))).Distinct()
            .ToDictionary(s => s, _ => new ImageStepContent(Linux, Image("old", "2024-01-01", ("a", 50)).With(c => c with { Command = ["python3"] }), Image("new", "2026-11-01", ("b", 52)).With(c => c with { Command = ["python3"], User = "app" })));
        return $"{WayOutText.Body(plan, contents, Resolve, _ => null, Lifecycle.SmallCatalog.Today, PullRequestText.LongestBody)}\n{new IssueMarker(plan.Key, plan.Fingerprint)}";
    }

    private static Core.Formats.ImageUse Use(string image, string path, int line) => Some.At(ImageReference.Parse(image), path, line);

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Functions.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
