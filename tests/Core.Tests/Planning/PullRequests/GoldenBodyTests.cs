using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Policies;
using Basewatch.Core.Tests.Planning.WaysOut;
using Basewatch.Core.Vulnerabilities;
using static Basewatch.Core.Tests.Planning.PullRequests.Described;

namespace Basewatch.Core.Tests.Planning.PullRequests;

/// <summary>
/// What pull requests of every kind say, in <c>Bodies</c>. <c>BASEWATCH_WRITE_DOCS=1</c> writes them.
/// </summary>
public sealed class GoldenBodyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private static readonly string[] Names = ["python", "node", "redis", "ghcr.io/acme/app", "mcr.microsoft.com/dotnet/sdk"];

    private static readonly Dictionary<string, Func<(IReadOnlyList<Update> Updates, PullRequestFacts Facts)>> Cases = new(StringComparer.Ordinal)
    {
        ["patch"] = () => ([Some.Update("python:3.14.1-slim", "python:3.14.2-slim", UpdateKind.Patch, "app/Dockerfile", 3) with { Reason = "newest 3.….…-slim" }], new()),
        ["minor"] = () =>
        {
            var update = Some.Update("python:3.12.4-slim", $"python:3.14.2-slim@{DigestOf("new")}", UpdateKind.Minor, "app/Dockerfile", 3) with { Reason = "newest 3.….…-slim" };
            return ([update, update with { Use = Some.At(update.Use.Reference!, "services/checkout/deploy/docker/production.Dockerfile", 12) }], Compared(update));
        },
        ["major"] = () => ([Some.Update("mcr.microsoft.com/dotnet/aspnet:8.0.11-jammy-chiseled-composite", $"mcr.microsoft.com/dotnet/aspnet:10.0.1-noble-chiseled-composite@{DigestOf("new")}", UpdateKind.Major, "src/Web/Dockerfile", 7) with
        {
            Reason = "newest …-chiseled-composite",
            Rule = Rule(new ProposalSettings { Automerge = true, RequiredChecks = ["ci/build", "ci/scan"], Approvals = 1 }),
        }], new PullRequestFacts { IsAttended = true, LifecycleOf = r => r.Tag is ['8', ..] ? Life(".NET", "8", 2026, 11, 10, "Ubuntu", "22.04", 2027, 4, 1) : Life(".NET", "10", 2028, 11, 14, "Ubuntu", "24.04", 2029, 5, 31) }),
        ["digest"] = () =>
        {
            var update = Some.Update($"python:3.14-slim@{DigestOf("old")}", $"python:3.14-slim@{DigestOf("new")}", UpdateKind.Digest, "app/Dockerfile", 3) with { Reason = "3.14-slim was republished", Policy = "digest" };
            return ([update], Compared(update) with { IsAttended = true });
        },
        ["digests"] = () =>
        {
            var updates = Enumerable.Range(0, 14).Select(i => Some.Update($"{Names[i % Names.Length]}:{3 + i}.1@{DigestOf($"old {i}")}", $"{Names[i % Names.Length]}:{3 + i}.1@{DigestOf($"new {i}")}", UpdateKind.Digest, $"services/{i}/Dockerfile", 1) with { Reason = $"{3 + i}.1 was republished", Policy = "digest" }).ToList();
            return (updates, new PullRequestFacts { IsAttended = true, Now = Now, Contents = updates.Take(10).ToDictionary(ImageStep.Of, u => new ImageStepContent(Linux, Image("o", "2026-10-02", ("base", 28.1), ("app " + u.Use.Path, 10.2)), Image("n", "2026-11-20", ("base", 28.1), ("new " + u.Use.Path, 11.4)).With(c => c with { User = u.Use.Path.Contains('7', StringComparison.Ordinal) ? "nobody" : null }))) });
        },
        ["pins"] = () => ([.. Enumerable.Range(0, 40).Select(i => Some.Update($"{Names[i % Names.Length]}:{3 + (i % 11)}.1", $"{Names[i % Names.Length]}:{3 + (i % 11)}.1@{DigestOf($"new {i % 11}")}", UpdateKind.Pin, $"deploy/{i}/compose.yaml", 4) with { Reason = $"{3 + (i % 11)}.1 is not pinned: it can change without notice", Policy = "digest" })], new() { IsAttended = true }),
        ["successor"] = () => ([Some.Update("openjdk:17-jdk-slim", $"eclipse-temurin:17-jdk-noble@{DigestOf("new")}", UpdateKind.Successor, ".github/workflows/build.yml", 21) with { Policy = "replacement", Reason = "eclipse-temurin takes the place of openjdk, newest 17-jdk-…: openjdk has been given up", Rule = Rule(new()) }], new() { LifecycleOf = r => r.Name.Familiar == "openjdk" ? Life("OpenJDK", "17", 2024, 9, 1) : Life("Eclipse Temurin", "17", 2027, 10, 31) }),
        ["group"] = () =>
        {
            List<Update> updates =
            [
                Some.Update("python:3.12.4-slim", $"python:3.14.2-slim@{DigestOf("new")}", UpdateKind.Minor, "app/Dockerfile", 3),
                Some.Update("node:22.1.0-alpine3.22", $"node:22.12.0-alpine3.23@{DigestOf("node")}", UpdateKind.Minor, "web/Dockerfile", 1),
                Some.Update("registry.gitlab.com/acme-platform/observability/otel-collector:0.138.0", $"registry.gitlab.com/acme-platform/observability/otel-collector:0.139.0@{DigestOf("otel")}", UpdateKind.Minor, "deploy/kubernetes/overlays/production/otel-collector.yaml", 118),
                Some.Update("postgres:17.1", $"postgres:17.2@{DigestOf("pg")}", UpdateKind.Patch, "compose.yaml", 9),
            ];
            updates = [.. updates.Select(u => u with { Rule = Rule(new ProposalSettings { Group = "tools" }), Reason = $"newest {u.Target.Tag?.Split('.')[0]}.…" })];
            return (updates, Compared(updates[0]) with { IsAttended = true, Notes = ["Its checks don't start by themselves, since it was opened with the token of a workflow: close and reopen it to start them."], LifecycleOf = r => r.Name.Familiar == "python" ? Life("Python", r.Tag?[..4] ?? "", 2030, 10, 31, "Debian", "13", 2028, 8, 9) : null });
        },
        ["end-of-life"] = () => ([Some.Update("python:3.8-slim", $"python:3.8-slim@{DigestOf("new")}", UpdateKind.Pin, "app/Dockerfile", 3) with { Reason = "3.8-slim is not pinned: it can change without notice", Policy = "digest" }], new() { LifecycleOf = _ => Life("Python", "3.8", 2024, 10, 7) with { Status = LifecycleStatus.Ended } }),
        ["dead-digest"] = () =>
        {
            var update = Some.Update($"python:3.8-slim@{DigestOf("old")}", $"python:3.8-slim@{DigestOf("new")}", UpdateKind.Digest, "app/Dockerfile", 3) with { Reason = "3.8-slim was republished", Policy = "digest" };
            return ([update], new() { LifecycleOf = _ => Life("Python", "3.8", 2024, 10, 7) with { Status = LifecycleStatus.Ended }, WayOutOf = _ => WayOutText.Pointer(WayOutBodyTests.Python(), null) });
        },
        ["way-out"] = () =>
        {
            var way = WayOutBodyTests.Python();
            var update = Some.Update("python:3.8-slim-buster", way.Next!.ToString(), UpdateKind.Successor, "app/Dockerfile", 3) with { Policy = "endOfLife", Reason = way.Successor.Reason, WayOut = way };
            return ([update], Compared(update) with { IsAttended = true, LifecycleOf = WayOutBodyTests.Resolve });
        },
        ["dropped"] = () => ([Some.Update("redis:7.2.0", "redis:7.4.1", UpdateKind.Minor, "compose.yaml", 9) with { Reason = "newest 7.….…" }], new()
        {
            Dropped = [new FileProblem("charts/cache/values.yaml", 31, "the tag is used by three other images too: change them together"), new FileProblem(".github/workflows/ci.yml", 12, "no single edit changes it")],
            Notes = ["This access may not change workflow files: grant the App the permission `workflows`."],
        }),
        ["vulnerabilities"] = () =>
        {
            var update = Some.Update($"python:3.14-slim@{DigestOf("old")}", $"python:3.14-slim@{DigestOf("new")}", UpdateKind.Digest, "app/Dockerfile", 3) with { Reason = "3.14-slim was republished", Policy = "digest" };
            var facts = Compared(update) with { IsAttended = true };
            return ([update], facts with { Contents = facts.Contents.ToDictionary(c => c.Key, c => c.Value with { Vulnerabilities = Mended(14) }) });
        },
        ["vulnerabilities-of-many"] = () =>
        {
            var updates = Enumerable.Range(0, 5).Select(i => Some.Update($"{Names[i]}:3.1@{DigestOf($"old {i}")}", $"{Names[i]}:3.1@{DigestOf($"new {i}")}", UpdateKind.Digest, $"services/{i}/Dockerfile", 1) with { Reason = "3.1 was republished", Policy = "digest" }).ToList();
            return (updates, new PullRequestFacts { IsAttended = true, Contents = updates.Select((u, i) => (u, i)).ToDictionary(x => ImageStep.Of(x.u), x => new ImageStepContent(Linux, null, null) { Vulnerabilities = x.i == 3 ? null : Mended(2 * x.i) }) });
        },
        ["hostile"] = () =>
        {
            var update = Some.Update("python:3.12", "python:3.14", UpdateKind.Minor, "a|b`<img src=x>`@octocat/[x](https://evil.example)\n# x/Dockerfile", 3) with
            {
                Reason = "newest <script>alert(1)</script> @octocat fixes #1 [x](javascript:1) ![i](https://evil.example/i.png) https://evil.example www.evil.example \u202Egnp.exe | a",
                Policy = "`<b>`",
                Rule = Rule(new()) with { Source = new RuleSource("<a href='https://evil.example'>.yml", 3, "basewatch") },
            };
            var evil = Image("evil", "2026-11-01", ("b", 1)).With(c => c with
            {
                User = "</details><img src=x onerror=1>",
                Environment = Texts(("A|B", "`|`"), ("DB_PASSWORD", "hunter2"), ("<b>", "@octocat"), ("URL", "https://u:p@evil.example"), ("X", new string('x', 1000))),
                Labels = Texts(("org.opencontainers.image.source", "https://github.com/evil/../../x)](https://evil.example"), ("a", "#1 @octocat"), ("<!--", "-->")),
                Entrypoint = ["sh", "-c", "echo `id` | tee"],
                Ports = ["80/tcp\n\n# x"],
            });
            return ([update], new() { Now = Now, Contents = new Dictionary<ImageStep, ImageStepContent> { [ImageStep.Of(update)] = new(new Platform("<b>", "x"), Image("good", "2026-10-01", ("a", 1)), evil) { Links = SourceLinks.Of(null, evil, update.Target, null) } }, Dropped = [new FileProblem("<x>|`", 3, "[x](https://evil.example) @octocat")] });
        },
    };

    public static TheoryData<string> Kinds => [.. Cases.Keys];

    /// <summary>So many vulnerabilities are fixed, and one comes.</summary>
    private static VulnerabilityComparison Mended(int count)
    {
        var release = new DistributionRelease("debian", "13");
        InstalledPackage Of(string name, string version) => new(PackageFormat.Deb, release, name, version);
        List<InstalledPackage> before = [Of("openssl", "3.5.0-1"), Of("zlib", "1:1.3-1"), Of("curl", "8.14.1-2")];
        List<InstalledPackage> after = [Of("openssl", "3.5.1-1+deb13u1"), Of("zlib", "1:1.3-2"), Of("libxml2", "2.14.5-1")];
        return VulnerabilityComparison.Of(
            Enumerable.Range(0, count).Select(i => new VulnerabilityFinding(before[i % 3], $"CVE-2026-{1000 + i}") { Severity = (Severity)(i % 6), Score = i % 4 == 0 ? null : 3.1 + (i % 6) }),
            count == 0 ? [] : [new VulnerabilityFinding(after[2], "CVE-2026-2000") { Severity = Severity.Low, Score = 3.3 }],
            PackageChange.Between(before, after));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_body_is_as_it_was_looked_at(string kind)
    {
        var path = Path.Combine(Repository(), "tests", "Core.Tests", "Planning", "PullRequests", "Bodies", kind + ".md");
        var body = Body(kind);
        if (Environment.GetEnvironmentVariable("BASEWATCH_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, body + "\n");
        }

        Assert.Equal(File.ReadAllText(path), body + "\n", ignoreLineEndingDifferences: true);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_body_is_half_a_page(string kind)
    {
        var body = Body(kind);

        Assert.InRange(body.Split('\n').Length, 1, 60);
        Assert.True(PullRequestMarker.TryFind(body, out _));
        Assert.EndsWith(" -->", body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_body_has_no_element_that_is_not_meant(string kind) => RenderedBody.CheckAll(Body(kind));

    private static string Body(string kind)
    {
        var (updates, facts) = Cases[kind]();
        var set = ChangeSet.Group(updates, path => "blob of " + path).Single();
        return PullRequestText.Of(set, set.Updates, facts).Body;
    }

    private static PolicyRule Rule(ProposalSettings settings) => new(PolicyText.Docker, null) { Source = new RuleSource(".github/basewatch.yml", 14, "basewatch"), Proposal = settings };

    private static ImageLifecycle Life(string product, string cycle, int year, int month, int day, string? distribution = null, string? release = null, int endYear = 1, int endMonth = 1, int endDay = 1) =>
        new(LifecycleStatus.Maintained)
        {
            Product = new Life(LifeOf.Product, product, product, cycle, new DateOnly(year, month, day)),
            Distribution = distribution is null ? null : new Life(LifeOf.Distribution, distribution, distribution, release, new DateOnly(endYear, endMonth, endDay)),
        };

    /// <summary>Python as it is built, from one Debian to the next.</summary>
    private static PullRequestFacts Compared(Update update)
    {
        var before = Image("old", "2026-09-12", ("debian 1", 28.2), ("libraries 1", 3.3), ("python 1", 11.9), ("links", 0.0003))
            .With(c => c with
            {
                Environment = Texts(("PATH", "/usr/local/bin:/usr/bin"), ("PYTHON_VERSION", "3.12.4"), ("PYTHON_SHA256", new string('1', 64)), ("GPG_KEY", "7169605F62C751356D054A26A821E680E5FA6305"), ("PYTHON_PIP_VERSION", "24.0")),
                Command = ["python3"],
                Ports = ["8080/tcp"],
                Labels = Texts(("maintainer", "a@example.org"), ("org.opencontainers.image.version", "3.12.4")),
            }).Official("python", new string('a', 40), "debian:bookworm-slim");
        var after = Image("new", "2026-11-01", ("debian 2", 29.8), ("libraries 2", 3.9), ("python 2", 12.8), ("links", 0.0003))
            .With(c => c with
            {
                Environment = Texts(("PATH", "/usr/local/bin:/usr/bin"), ("PYTHON_VERSION", "3.14.2"), ("PYTHON_SHA256", new string('2', 64)), ("GPG_KEY", "7169605F62C751356D054A26A821E680E5FA6306"), ("PIP_ROOT_USER_ACTION", "ignore")),
                Command = ["python3", "-I"],
                User = "app",
                Labels = Texts(("maintainer", "a@example.org"), ("org.opencontainers.image.version", "3.14.2")),
            }).Official("python", new string('b', 40), "debian:trixie-slim");
        return new PullRequestFacts
        {
            Now = Now,
            Contents = new Dictionary<ImageStep, ImageStepContent> { [ImageStep.Of(update)] = new(Linux, before, after) { Links = SourceLinks.Of(before, after, update.Target, null) } },
            LifecycleOf = r => Life("Python", r.Tag?.StartsWith("3.12", StringComparison.Ordinal) == true ? "3.12" : "3.14", r.Tag?.StartsWith("3.12", StringComparison.Ordinal) == true ? 2028 : 2030, 10, 31),
        };
    }

    private static string Repository()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Functions.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
