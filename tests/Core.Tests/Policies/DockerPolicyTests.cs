using System.Globalization;

using Basewatch.Core.Images;
using Basewatch.Core.Policies;

using CsCheck;


namespace Basewatch.Core.Tests.Policies;

public sealed class DockerPolicyTests
{
    private static readonly DockerPolicy Any = new(UpdateKind.Major);

    private static readonly DockerPolicy WithinMajor = new(UpdateKind.Minor);

    [Theory]
    [InlineData("8.1.0", "8.1.5 8.2.5 8.2 9", "8.2.5", UpdateKind.Minor)]
    [InlineData("8.1", "8.2 8.2.5 9.0 9", "9.0", UpdateKind.Major)]
    [InlineData("8", "8.2 9.0 9", "9", UpdateKind.Major)]
    [InlineData("1.2.0-alpine", "1.2.1 1.2.1-alpine", "1.2.1-alpine", UpdateKind.Patch)]
    [InlineData("3.18-alpine3.18", "3.19-alpine3.19 3.19-alpine3.18", "3.19-alpine3.19", UpdateKind.Minor)]
    [InlineData("3.7.0", "3.7.1b1 3.7.1", "3.7.1", UpdateKind.Patch)]
    [InlineData("3.7.0b1", "3.7.0b5 3.8.0b1", "3.7.0b5", UpdateKind.Patch)]
    [InlineData("1.0.0-rc1", "1.0.0 1.1.0-rc1", "1.0.0", UpdateKind.Patch)]
    [InlineData("1.2.3", "v1.2.4", null, UpdateKind.None)]
    [InlineData("v1.2.3", "1.2.5 v1.2.4", "v1.2.4", UpdateKind.Patch)]
    [InlineData("alpine-2.3.0", "alpine-2.4.0", "alpine-2.4.0", UpdateKind.Minor)]
    [InlineData("0a1b2c3", "0a1b2c4", null, UpdateKind.None)]
    [InlineData("20231001", "20231101 2024.1 20240230", "20231101", UpdateKind.Minor)]
    [InlineData("2024-01-01", "2024-02-01 20240301", "2024-02-01", UpdateKind.Minor)]
    [InlineData("5.2.3", "20.04.1 5.3.0", "5.3.0", UpdateKind.Minor)]
    [InlineData("17.0.9_9-jre", "17.0.10_7-jre 17.0.10_7-jdk", "17.0.10_7-jre", UpdateKind.Patch)]
    [InlineData("21_35-jdk", "21.0.1_12-jdk 21-jdk", "21.0.1_12-jdk", UpdateKind.Patch)]
    [InlineData("11.0.20_8-jre", "11.0.20.1_1-jre", "11.0.20.1_1-jre", UpdateKind.Patch)]
    [InlineData("8u382-b05-jdk", "8u392-b08-jdk 8u392-b08-jre 17-jdk", "8u392-b08-jdk", UpdateKind.Patch)]
    [InlineData("9.0-1697", "9.1-1800 9.1 9.0-1800", "9.1-1800", UpdateKind.Minor)]
    [InlineData("9.3-1361", "9.3-1475 9.3-1361.1699548032", "9.3-1475", UpdateKind.Patch)]
    [InlineData("1.27.0-perl", "1.27.1-perl 1.27.1-alpine-perl", "1.27.1-perl", UpdateKind.Patch)]
    [InlineData("1.2.3.4", "1.2.3.5 1.2.4", "1.2.3.5", UpdateKind.Patch)]
    [InlineData("15.3-r1", "15.3-r2", "15.3-r2", UpdateKind.Patch)]
    [InlineData("15.3-r1", "15.4-r0 15.3-r2", "15.4-r0", UpdateKind.Minor)]
    [InlineData("15.3.0-debian-11-r12", "15.3.0-debian-11-r14 15.4.0-debian-11-r0 15.4.0-debian-11", "15.4.0-debian-11-r0", UpdateKind.Minor)]
    [InlineData("4.8-windowsservercore-ltsc2022", "4.8.1-windowsservercore-ltsc2022 4.9-windowsservercore-ltsc2025 4.9-windowsservercore-ltsc2022", "4.9-windowsservercore-ltsc2022", UpdateKind.Minor)]
    [InlineData("4.8-windowsservercore-ltsc2022", "4.9-windowsservercore-ltsc2025", null, UpdateKind.None)]
    [InlineData("8.0.100-jammy", "8.0.400-noble 9.0.100-jammy", "9.0.100-jammy", UpdateKind.Major)]
    [InlineData("v3.9.0-177-ged5bcde", "v3.10.0-169-gfe040d3 v3.11.0", "v3.10.0-169-gfe040d3", UpdateKind.Minor)]
    [InlineData("1803-KB4487017", "1903-KB4505057", "1903-KB4505057", UpdateKind.Major)]
    [InlineData("bullseye-20240110", "bookworm-20240211 bullseye-20240211 bullseye-20240311-slim", "bullseye-20240211", UpdateKind.Patch)]
    [InlineData("bookworm-20240110-slim", "bookworm-20240211-slim bookworm-20240311", "bookworm-20240211-slim", UpdateKind.Patch)]
    [InlineData("oldstable-20240110", "oldstable-20240211 stable-20240311", "oldstable-20240211", UpdateKind.Minor)]
    [InlineData("RELEASE.2024-01-16T16-07-38Z", "RELEASE.2024-01-18T22-51-28Z RELEASE.2024-01-18T22-51-28Z.fips", "RELEASE.2024-01-18T22-51-28Z", UpdateKind.Minor)]
    [InlineData("v1.27.3-k3s1", "v1.27.4-k3s1 v1.27.4-k3s1-amd64 v1.28.0-rc1-k3s1", "v1.27.4-k3s1", UpdateKind.Patch)]
    [InlineData("3.14.0-slim-trixie", "3.14.1-slim-trixie 3.15.0a1-slim-trixie", "3.14.1-slim-trixie", UpdateKind.Patch)]
    [InlineData("10.9-ubi-rc", "10.9-ubi 10.10-rc", "10.9-ubi", UpdateKind.Patch)]
    [InlineData("3.12-dev", "3.13-dev 3.14", "3.13-dev", UpdateKind.Minor)]
    [InlineData("1.1.3-18", "1.1.3-20 1.2.0-18 1.2.0-20", "1.2.0-18", UpdateKind.Minor)]
    [InlineData("8.0.35-27", "8.0.36-28", "8.0.36-28", UpdateKind.Patch)]
    [InlineData("20.04", "20.10 22.04 22.10 23.04 20.04.1", "22.04", UpdateKind.Major)]
    [InlineData("25.10", "26.04 26.10 20.04", "26.04", UpdateKind.Major)]
    [InlineData("8u342-b07.1-jdk", "8u342-b07-jdk 8u352-b08-jdk", "8u352-b08-jdk", UpdateKind.Patch)]
    [InlineData("23.04", "23.05 24.02 24.03", "24.03", UpdateKind.Major)]
    [InlineData("18.04", "18.05 20.04 20.09", "20.09", UpdateKind.Major)]
    [InlineData("4.0.0-rc-4-eclipse-temurin-21", "4.0.0-rc-5-eclipse-temurin-21 4.0.0-rc-6-eclipse-temurin-17 4.1.0-rc-1-eclipse-temurin-21", "4.0.0-rc-5-eclipse-temurin-21", UpdateKind.Patch)]
    [InlineData("19-ea-33-jdk", "19-ea-36-jdk 20-ea-3-jdk", "19-ea-36-jdk", UpdateKind.Patch)]
    [InlineData("1.17-rc", "1.17rc1 1.17rc2", null, UpdateKind.None)]
    [InlineData("1.18beta1-stretch", "1.18-rc-stretch 1.18beta2-stretch", "1.18beta2-stretch", UpdateKind.Patch)]
    [InlineData("3.9.1-bookworm", "3.14.0-forky", null, UpdateKind.None)]
    [InlineData("16", "18 20 114 20240101 latest", "20", UpdateKind.Major)]
    [InlineData("8.0.0-preview.7.23375.6-jammy", "8.0.0-rc.2.23480.2-jammy 8.0.0-preview.6.1-jammy 9.0.0-preview.1.1-jammy", "8.0.0-rc.2.23480.2-jammy", UpdateKind.Patch)]
    public void The_newest_tag_that_is_written_alike_is_next(string current, string candidates, string? selected, UpdateKind kind)
    {
        var verdict = Any.Decide(new TagQuestion(current, [current, .. candidates.Split(' ')]));

        Assert.Equal(selected, verdict.Selected);
        Assert.Equal(kind, verdict.Kind);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("stable")]
    [InlineData("bookworm")]
    [InlineData("alpine3.20")]
    [InlineData("sha-0a1b2c3")]
    [InlineData("ltsc2022")]
    [InlineData("nanoserver-1809")]
    public void A_tag_without_a_version_stays_and_says_so(string current)
    {
        var verdict = Any.Decide(new TagQuestion(current, [current, "1.0", "alpine3.21", "0a1b2c4", "sha-1a1b2c3", "ltsc2025", "nanoserver-1903", "trixie"]));

        Assert.Null(verdict.Selected);
        Assert.Contains(current, verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.1", "8.2 9.0", "8.2", "newest 8.x; 9.0 is a major step")]
    [InlineData("3.11-slim", "3.12-slim 4.0-slim 3.13", "3.12-slim", "newest 3.x with suffix -slim; 4.0-slim is a major step")]
    [InlineData("16", "18 22", null, "16 follows its own minor versions; 22 is a major step")]
    [InlineData("8.0.100-jammy", "8.0.400-noble 9.0.100-jammy", null, "8.0.100-jammy is the newest 8.x with suffix -jammy; 9.0.100-jammy is a major step")]
    [InlineData("1.0.0-rc1", "1.0.0", "1.0.0", "newest 1.x; the release follows its pre-release")]
    public void Within_a_major_version_what_lies_beyond_is_told_and_not_taken(string current, string candidates, string? selected, string reason)
    {
        var verdict = WithinMajor.Decide(new TagQuestion(current, [current, .. candidates.Split(' ')]));

        Assert.Equal(selected, verdict.Selected);
        Assert.Equal(reason, verdict.Reason);
    }

    [Theory]
    [InlineData("3.9.1-buster", "3.9.2-buster 3.14.0-bookworm 3.14.0-trixie 3.14.0-sid", "3.14.0-trixie", "3.9.2-buster")]
    [InlineData("3.12.1-alpine3.18", "3.12.2-alpine3.18 3.12.9-alpine3.20 3.12.9-alpine3.21 3.12.9-alpine", "3.12.9-alpine3.21", "3.12.2-alpine3.18")]
    [InlineData("17.0.9_9-jre-ubi8-minimal", "17.0.10_7-jre-ubi9-minimal 17.0.11_7-jdk-ubi9-minimal", "17.0.10_7-jre-ubi9-minimal", null)]
    public void A_newer_distribution_is_taken_only_with_a_newer_version_and_as_a_major_step(string current, string candidates, string major, string? minor)
    {
        var question = new TagQuestion(current, [current, .. candidates.Split(' ')]);

        var verdict = Any.Decide(question);

        Assert.Equal(major, verdict.Selected);
        Assert.Equal(UpdateKind.Major, verdict.Kind);
        Assert.Equal(minor, WithinMajor.Decide(question).Selected);
    }

    [Fact]
    public void The_newest_version_keeps_its_distribution_where_it_is_there_on_it()
    {
        var verdict = Any.Decide(new TagQuestion("3.12.1-slim-bookworm", ["3.12.2-slim-bookworm", "3.12.2-slim-trixie"]));

        Assert.Equal("3.12.2-slim-bookworm", verdict.Selected);
        Assert.Equal(UpdateKind.Patch, verdict.Kind);
    }

    [Theory]
    [InlineData("1-alpine3.20", "1.24.4-alpine3.20 1.24-alpine3.20 1-alpine3.23 1.27.0-alpine3.23 1-alpine3.24 1.27.0-alpine3.24", "1-alpine3.24", "newest version; 1.27.0 is there only as -alpine3.24, on a newer distribution")]
    [InlineData("1.30-alpine3.23-slim", "1.30.4-alpine3.23-slim 1.31-alpine3.23-slim 1.31.3-alpine3.23-slim 1.31-alpine3.24-slim 1.31.4-alpine3.24-slim", "1.31-alpine3.24-slim", null)]
    [InlineData("2.4-alpine3.13", "2.4.46-alpine3.13 2.4-alpine3.24 2.4.68-alpine3.24", "2.4-alpine3.24", null)]
    [InlineData("3-slim-bookworm", "3.14.7-slim-bookworm 3-slim-trixie 3.14.7-slim-trixie 3.15.0rc1-slim-trixie", null, null)]
    [InlineData("3-slim-bookworm", "3.14.6-slim-bookworm 3-slim-trixie 3.14.7-slim 3.14.7-slim-forky", null, null)]
    [InlineData("1-windowsservercore-1709", "1.11.2-windowsservercore-1709 1-windowsservercore-1809 1.13.5-windowsservercore-1809", null, null)]
    [InlineData("21-jdk-alpine-3.20", "21.0.6_7-jdk-alpine-3.20 21-jdk-alpine-3.24 21.0.12_8-jdk-alpine-3.24", "21-jdk-alpine-3.24", null)]
    public void A_tag_that_is_built_no_more_on_its_distribution_moves_to_where_its_versions_go_on(string current, string candidates, string? selected, string? reason)
    {
        var question = new TagQuestion(current, [current, .. candidates.Split(' ')]);

        var verdict = Any.Decide(question);

        Assert.Equal(selected, verdict.Selected);
        Assert.Equal(selected is null ? UpdateKind.None : UpdateKind.Major, verdict.Kind);
        Assert.Equal(reason ?? verdict.Reason, verdict.Reason);
        Assert.Null(new DockerPolicy(UpdateKind.Major, DistributionMove.Stay).Decide(new TagQuestion(selected ?? current, question.Candidates)).Selected);
    }

    [Theory]
    [InlineData("22.04", "2023-12-01", null)]
    [InlineData("22.04", "2024-04-24", null)]
    [InlineData("22.04", "2024-05-01", "24.04")]
    [InlineData("20.04", "2023-12-01", "22.04")]
    [InlineData("23.10", "2023-12-01", null)]
    public void Ubuntu_is_left_for_a_long_term_release_only_when_that_is_out(string current, string day, string? selected)
    {
        // Since 1 December 2023 the image has a tag 24.04, for what was released on 25 April 2024.
        var question = new TagQuestion(current, ["20.04", "22.04", "22.10", "23.04", "23.10", "24.04"])
        {
            Now = DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        };

        Assert.Equal(selected, Any.Decide(question).Selected);
    }

    [Fact]
    public void What_is_selected_is_a_newer_candidate_of_the_same_form_whatever_the_order_and_asking_again_stays()
    {
        var number = Gen.Int[0, 30];
        var version = Gen.OneOf(
            number.Select(a => $"{a}"),
            Gen.Select(number, number, (a, b) => $"{a}.{b}"),
            Gen.Select(number, number, number, (a, b, c) => $"{a}.{b}.{c}"),
            Gen.Int[1, 28].Select(d => $"202401{d:00}"));
        var tag = Gen.Select(
            Gen.OneOf("", "", "", "v", "alpine-"),
            version,
            Gen.OneOf("", "", "rc1", "-rc2", "_9", "-r3", "-1800", "-7"),
            Gen.OneOf("", "-slim", "-bookworm", "-trixie", "-alpine3.20", "-alpine3.21", "-jre"),
            (a, b, c, d) => a + b + c + d);
        var kinds = Gen.OneOf(UpdateKind.Patch, UpdateKind.Minor, UpdateKind.Major);

        Gen.Select(tag, tag.Array[0, 60], kinds, Gen.Int[0, 1000]).Sample(
            (current, candidates, furthest, seed) =>
            {
                var policy = new DockerPolicy(furthest);
                var verdict = policy.Decide(new TagQuestion(current, candidates));
                string[] shuffled = [.. candidates];
                new Random(seed).Shuffle(shuffled);

                Assert.Equal(verdict, policy.Decide(new TagQuestion(current, shuffled)));
                if (verdict.Selected is not { } selected)
                {
                    Assert.Equal(UpdateKind.None, verdict.Kind);
                    return;
                }

                var before = TagVersion.Of(current);
                var after = TagVersion.Of(selected);
                Assert.Contains(selected, candidates);
                Assert.True(verdict.Kind <= furthest);
                Assert.True(after.CompareVersion(before) > 0 || (after.CompareVersion(before) == 0 && verdict.Kind == UpdateKind.Major));
                Assert.True(after.IsWrittenLike(before));
                Assert.True(before.IsPreRelease || !after.IsPreRelease);
                Assert.True(verdict.Kind == UpdateKind.Major || after.Suffix == before.Suffix);
                Assert.Null(policy.Decide(new TagQuestion(selected, candidates)).Selected);
            },
            iter: 20_000);
    }
}
