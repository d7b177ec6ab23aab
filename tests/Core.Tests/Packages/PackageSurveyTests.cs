using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Packages;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Tests.Packages;

/// <summary>Pinned packages against their archives.</summary>
public sealed class PackageSurveyTests
{
    private readonly MemoryPackages _indexes = new();

    [Theory]
    [InlineData("debian:12", "debian/bookworm")]
    [InlineData("debian:12.1-slim", "debian/bookworm")]
    [InlineData("debian:bookworm-20240101-slim", "debian/bookworm")]
    [InlineData("python:3.12-slim-bookworm", "debian/bookworm")]
    [InlineData("mcr.microsoft.com/dotnet/sdk:8.0-jammy", "ubuntu/jammy")]
    [InlineData("ubuntu:24.04", "ubuntu/noble")]
    [InlineData("alpine:3.20.3", "alpine/3.20")]
    [InlineData("alpine:edge", "alpine/edge")]
    [InlineData("node:22-alpine3.20", "alpine/3.20")]
    [InlineData("rockylinux:9.3", "rocky/9")]
    [InlineData("registry.access.redhat.com/ubi9/ubi-minimal:9.4-1", "ubi/9")]
    [InlineData("registry.access.redhat.com/ubi9:latest", "ubi/9")]
    [InlineData("fedora:40", "fedora/40")]
    [InlineData("python:3.12", null)]
    [InlineData("alpine:3", null)]
    [InlineData("ghcr.io/acme/debian-tools:12", null)]
    public void The_suite_of_an_image_is_in_its_tag(string image, string? suite) => Assert.Equal(suite, Suite.Of(ImageReference.Parse(image))?.ToString());

    [Fact]
    public async Task The_newest_of_the_suite_is_taken_and_what_is_gone_is_told()
    {
        _indexes.Archive["debian/bookworm * curl"] = ["7.88.1-10+deb12u5", "7.88.1-10+deb12u12"];
        _indexes.Archive["debian/bookworm * git"] = ["1:2.39.5-0+deb12u2"];
        _indexes.Archive["debian/bookworm * wget"] = ["1.21.3-1+b2"];
        _indexes.Archive["debian/bookworm * jq"] = ["1.6-2.1"];
        var found = await AssessAsync("FROM debian:12\nRUN apt-get install curl=7.88.1-10+deb12u5 git=1:2.39.2-1.1 wget=1.21.3-1+b2 docker-ce=1 jq=1.7* tree=2.*\n");
        Assert.Equal(
            [
                "curl 7.88.1-10+deb12u5 -> 7.88.1-10+deb12u12",
                "git 1:2.39.2-1.1 -> 1:2.39.5-0+deb12u2 gone",
                "wget 1.21.3-1+b2",
                "docker-ce 1",
                "jq 1.7* -> 1.6-2.1 gone",
                "tree 2.*",
            ],
            found.Select(Describe));
        Assert.Contains("may come from a source of its own", found[3].Reason, StringComparison.Ordinal);
        Assert.Contains("breaks", found[1].Updates[0].Reason, StringComparison.Ordinal);
        Assert.Single(_indexes.Asked);
    }

    [Fact]
    public async Task A_version_is_there_only_if_every_platform_has_it()
    {
        _indexes.Archive["debian/bookworm amd64 curl"] = ["1-1", "1-2", "1-3"];
        _indexes.Archive["debian/bookworm arm64 curl"] = ["1-1", "1-2"];
        var rule = new Basewatch.Core.Dialects.PolicyRule(Basewatch.Core.Dialects.PolicyText.Docker, null) { Platforms = [new("linux", "amd64"), new("linux", "arm64")] };
        var both = await AssessAsync("FROM debian:12\nRUN apt-get install curl=1-1\n", rule: rule);
        Assert.Equal("curl 1-1 -> 1-2", Describe(both.Single()));
        Assert.Contains("linux/arm64", both[0].Updates[0].Reason, StringComparison.Ordinal);
        Assert.Equal("curl 1-1 -> 1-3", Describe((await AssessAsync("FROM debian:12\nRUN apt-get install curl:amd64=1-1\n", rule: rule)).Single()));
    }

    [Fact]
    public async Task What_a_source_of_the_stages_own_may_hold_is_not_judged()
    {
        _indexes.Archive["debian/bookworm * nodejs"] = ["18.19.0+dfsg-6"];
        var found = await AssessAsync("FROM debian:12 AS a\nRUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash -\nFROM a\nRUN apt-get install nodejs=20.11.0-1nodesource1\n");
        Assert.Equal("nodejs 20.11.0-1nodesource1", Describe(found.Single()));
        Assert.Equal("nodejs 20.11.0-1 gone", Describe((await AssessAsync("FROM debian:12\nRUN apt-get install nodejs=20.11.0-1\n")).Single()));
    }

    [Fact]
    public async Task Alpine_and_RPM_have_pins_of_their_own()
    {
        _indexes.Archive["alpine/3.20 * curl"] = ["8.9.1-r2"];
        _indexes.Archive["alpine/3.20 * git"] = ["2.45.2-r0"];
        _indexes.Archive["rocky/9 * curl"] = ["7.76.1-29.el9_4.1", "7.76.1-31.el9"];
        _indexes.Archive["rocky/9 * openssl"] = ["1:3.0.7-27.el9", "1:3.0.7-28.el9"];
        _indexes.Archive["rocky/9 * nodejs"] = ["1:18.20.4-1.el9"];
        var alpine = await AssessAsync("FROM alpine:3.20\nRUN apk add curl=8.9.1-r0 'git~=2.45' 'curl~=8.8' 'curl>8'\n");
        Assert.Equal(["curl 8.9.1-r0 -> 8.9.1-r2 gone", "git 2.45", "curl 8.8 -> 8.9 gone", "curl 8"], alpine.Select(Describe));
        var rocky = await AssessAsync("FROM rockylinux:9\nRUN dnf install -y curl-7.76.1-29.el9_4.1 openssl-3.0.7-27.el9 openssl-1:3.0.7-27.el9.x86_64 nodejs-18.20.4 nodejs-18.19.0\n");
        Assert.Equal(
            ["curl 7.76.1-29.el9_4.1 -> 7.76.1-31.el9", "openssl 3.0.7-27.el9 -> 3.0.7-28.el9", "openssl 1:3.0.7-27.el9 -> 1:3.0.7-28.el9", "nodejs 18.20.4", "nodejs 18.19.0 -> 18.20.4 gone"],
            rocky.Select(Describe));
    }

    [Fact]
    public async Task Nothing_goes_from_one_stream_of_a_module_to_another()
    {
        _indexes.Archive["rocky/9 * nodejs"] = ["1:16.20.2-8.el9_4", "1:18.20.4-1.module_el9+1234+abcdef", "1:20.16.0-1.module+el9.4.0+22196+d82931da"];
        _indexes.Archive["rocky/9 * ruby"] = ["3.1.5-145.module_el9+1"];
        _indexes.Archive["rocky/10 * nodejs"] = ["1:22.1.0-1.el10"];
        const string Text = "FROM rockylinux:9\nRUN dnf install -y nodejs-16.20.2-7.el9 nodejs-16.20.2-8.el9_4 nodejs-18.20.4-1.module_el9+1233+0000 nodejs-18.20.4 nodejs-18.19.0 ruby-3.1.5\n";
        var use = FormatCatalog.Default.Read("Dockerfile", SourceFile.Encode(Text)).Uses.Single();
        var found = await AssessAsync(Text, updates: new Update(use, ImageReference.Parse("rockylinux:10"), UpdateKind.Major, "docker", "newer"));
        Assert.Equal(
            ["nodejs 16.20.2-7.el9 -> 16.20.2-8.el9_4 -> 22.1.0-1.el10 gone", "nodejs 16.20.2-8.el9_4 -> 22.1.0-1.el10", "nodejs 18.20.4-1.module_el9+1233+0000", "nodejs 18.20.4 -> 22.1.0", "nodejs 18.19.0 -> 22.1.0", "ruby 3.1.5"],
            found.Select(Describe));
        Assert.All(found.Where(f => f.Updates.Count == 0), f => Assert.Equal("it is of a module, whose stream is not known", f.Reason));
    }

    [Fact]
    public async Task Languages_go_within_their_major_version_and_apart_to_the_next()
    {
        _indexes.Languages["pip poetry"] = ["1.8.2", "1.8.5", "2.0.0", "2.1.0rc1"];
        _indexes.Languages["npm npm"] = ["10.5.0", "10.9.2", "11.0.0", "11.1.0-beta.1"];
        _indexes.Languages["go golang.org/x/tools/cmd/goimports"] = ["v0.19.0", "v0.28.0"];
        _indexes.Languages["gem bundler"] = ["2.5.6", "2.5.22", "3.0.0.beta1"];
        _indexes.Languages["dotnet dotnet-ef"] = ["8.0.3", "8.0.11", "9.0.0"];
        const string Text = "FROM scratch\nRUN pip install poetry==1.8.2 && npm i -g npm@10 npm@10.5.0 && go install golang.org/x/tools/cmd/goimports@v0.19.0 && gem install bundler -v 2.5.6 && dotnet tool install dotnet-ef --version 8.0.3\n";
        Assert.Equal(
            [
                "poetry 1.8.2 -> 1.8.5 -> 2.0.0",
                "npm 10 -> 11",
                "npm 10.5.0 -> 10.9.2 -> 11.0.0",
                "golang.org/x/tools/cmd/goimports v0.19.0 -> v0.28.0",
                "bundler 2.5.6 -> 2.5.22",
                "dotnet-ef 8.0.3 -> 8.0.11 -> 9.0.0",
            ],
            (await AssessAsync(Text)).Select(Describe));
        var words = new PackageWords { Levels = new Dictionary<PackageEcosystem, UpdateKind> { [PackageEcosystem.Npm] = UpdateKind.Minor, [PackageEcosystem.Pip] = UpdateKind.None, [PackageEcosystem.Go] = UpdateKind.Patch } };
        Assert.Equal(
            ["npm 10", "npm 10.5.0 -> 10.9.2", "golang.org/x/tools/cmd/goimports v0.19.0", "bundler 2.5.6 -> 2.5.22", "dotnet-ef 8.0.3 -> 8.0.11 -> 9.0.0"],
            (await AssessAsync(Text, words)).Select(Describe));
    }

    [Fact]
    public async Task What_is_withdrawn_is_not_gone_and_nothing_goes_there()
    {
        _indexes.Languages["npm npm"] = ["10.5.0", "(10.5.1)", "(10.9.9)"];
        _indexes.Languages["pip poetry"] = ["1.8.2", "(1.8.3)", "1.8.5", "(1.9.0)"];
        _indexes.Languages["pip black"] = ["(24.1.0)"];
        var found = await AssessAsync("FROM scratch\nRUN npm i -g npm@10.5.0 npm@10.5.1 && pip install poetry==1.8.3 poetry==1.9.* black==24.1.0 black==24.0.0\n");
        Assert.Equal(["npm 10.5.0", "npm 10.5.1", "poetry 1.8.3 -> 1.8.5", "poetry 1.9.* gone", "black 24.1.0", "black 24.0.0 gone"], found.Select(Describe));
        Assert.Equal("npm has it that 10.5.1 is withdrawn by its authors, and installs it still", found[1].Reason);
        Assert.StartsWith("PyPI has it that 1.8.3 is withdrawn by its authors; ", found[2].Updates[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_asked_where_nothing_is_pinned_or_wanted()
    {
        Assert.Empty(await AssessAsync("FROM debian:12\nRUN apt-get install curl\n"));
        Assert.Empty(await AssessAsync("FROM debian:12\nRUN apt-get install curl=1\n", new PackageWords { Enabled = false }));
        await AssessAsync("FROM python:3.12\nRUN apt-get install curl=1\n");
        await AssessAsync("FROM debian:12\n# basewatch: ignore\nRUN apt-get install curl=1\n");
        Assert.Empty(_indexes.Asked);
    }

    [Fact]
    public async Task An_archive_that_is_silent_decides_nothing()
    {
        _indexes.IsSilent = true;
        var found = await AssessAsync("FROM debian:12\nRUN apt-get install curl=1 && npm i -g x@1.0.0\n");
        Assert.All(found, f => Assert.Equal((0, false, true), (f.Updates.Count, f.IsGone, f.Problem is not null)));
    }

    [Fact]
    public async Task The_package_goes_with_the_base_where_both_move_and_to_the_next_suite_with_it()
    {
        _indexes.Archive["debian/bookworm * curl"] = ["7-2"];
        _indexes.Archive["debian/trixie * curl"] = ["8-1"];
        const string Text = "FROM python:3.12.1-bookworm\nRUN apt-get install curl=7-1\n";
        var use = FormatCatalog.Default.Read("Dockerfile", SourceFile.Encode(Text)).Uses.Single();
        Update[] steps =
        [
            new(use, ImageReference.Parse("python:3.12.2-bookworm"), UpdateKind.Patch, "docker", "newer"),
            new(use, ImageReference.Parse("python:3.13.0-trixie"), UpdateKind.Major, "docker", "newer"),
        ];
        var found = await AssessAsync(Text, updates: steps);
        Assert.Equal("curl 7-1 -> 7-2 -> 8-1 gone", Describe(found.Single()));
        var sets = ChangeSet.Group(steps, [.. found.SelectMany(f => f.Updates)], _ => "sha");
        Assert.Equal(["7-2", "8-1"], sets.OrderBy(s => s.Furthest).Select(s => s.Packages.Single().Version));
        var major = sets.Single(s => s.Furthest == UpdateKind.Major);
        var change = FileChange.Apply(FormatCatalog.Default, [new FileContent("Dockerfile", SourceFile.Encode(Text), [])], major.Updates, major.Packages);
        Assert.Empty(change.Dropped);
        Assert.Equal("FROM python:3.13.0-trixie\nRUN apt-get install curl=8-1\n", System.Text.Encoding.UTF8.GetString(change.Contents["Dockerfile"]));

        // With the major step alone to take, the package goes its own way too.
        found = await AssessAsync(Text, updates: steps[1..]);
        sets = ChangeSet.Group(steps[1..], [.. found.SelectMany(f => f.Updates)], _ => "sha");
        Assert.Equal(["_packages/apt 7-2", "python-x.x.x-trixie 8-1"], sets.Select(s => $"{s.Key} {s.Packages.Single().Version}"));

        // A declined base takes its packages along, and a declined package goes alone.
        Assert.True(major.Without(major.Ids(Basewatch.Core.Dialects.RefusalScope.Version).ToHashSet(StringComparer.Ordinal)).IsEmpty);
        var rest = major.Without(new HashSet<string>(StringComparer.Ordinal) { ChangeSet.IdOf(major.Packages[0], Basewatch.Core.Dialects.RefusalScope.Version) });
        Assert.Equal((1, 0), (rest.Updates.Count, rest.Packages.Count));
        Assert.NotEqual(major.Fingerprint, rest.Fingerprint);
    }

    [Fact]
    public void Two_packages_of_one_version_are_moved_together_or_told()
    {
        const string Text = "FROM debian:12\nENV V=1-1\nRUN apt-get install a=$V b=$V c=2-1\n";
        var packages = FormatCatalog.Default.Read("Dockerfile", SourceFile.Encode(Text)).Packages;
        FileContent[] contents = [new("Dockerfile", SourceFile.Encode(Text), [])];
        var same = FileChange.Apply(FormatCatalog.Default, contents, [], [.. packages.Select(p => new PackageUpdate(p, p.Name == "c" ? "2-2" : "1-2", UpdateKind.Patch, ""))]);
        Assert.Empty(same.Dropped);
        Assert.Equal("FROM debian:12\nENV V=1-2\nRUN apt-get install a=$V b=$V c=2-2\n", System.Text.Encoding.UTF8.GetString(same.Contents["Dockerfile"]));
        var other = FileChange.Apply(FormatCatalog.Default, contents, [], [.. packages.Select(p => new PackageUpdate(p, p.Name == "b" ? "1-3" : p.Name == "a" ? "1-2" : "2-2", UpdateKind.Patch, ""))]);
        Assert.Equal(2, other.Dropped.Count);
        Assert.Equal("FROM debian:12\nENV V=1-1\nRUN apt-get install a=$V b=$V c=2-2\n", System.Text.Encoding.UTF8.GetString(other.Contents["Dockerfile"]));
    }

    private async Task<IReadOnlyList<PackageAssessment>> AssessAsync(string text, PackageWords? words = null, Basewatch.Core.Dialects.PolicyRule? rule = null, params Update[] updates)
    {
        var reading = FormatCatalog.Default.Read("Dockerfile", SourceFile.Encode(text));
        var settings = PackageSettings.Of(words ?? PackageWords.None);
        return await new PackageSurvey(_indexes).AssessAsync(
            reading.Packages,
            new PackageQuestion(settings, [.. reading.Uses.Select(u => new Assessment(u, updates, IsGone: false, "docker", "", null))], image => settings.SuiteOf(image) ?? Suite.Of(image), _ => rule),
            TestContext.Current.CancellationToken);
    }

    private static string Describe(PackageAssessment a) => $"{a.Use.Name} {a.Use.Version.Value}{string.Concat(a.Updates.Select(u => $" -> {u.Version}"))}{(a.IsGone ? " gone" : "")}";
}
