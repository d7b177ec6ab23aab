using System.Diagnostics;
using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Dependabot;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>Cases are those of dependabot-core's own specs (<c>docker/spec</c>, <c>common/spec</c>) and beyond.</summary>
public sealed class DependabotDialectTests
{
    private const string Temurin = "17.0.1_12-jre-windowsservercore-ltsc2022 17.0.2_8-jre-alpine 17.0.1_12-jre-alpine 17-jre-alpine 11.0.14_9-jre-alpine 11-jre-alpine 11.0.16_8-jdk 11.0.16.1_1-jdk";
    private const string Golang = "1.25.0 1.25.0-alpine3.22 1.25.0-alpine3.23 1.25.0-bookworm 1.26.0 1.26.0-alpine3.23 1.26.0-bookworm 1.27.0 1.27.0-alpine3.23 1.27.0-alpine3.24 1.27.0-bookworm";
    private const string Python = "3 3-slim 3.5 3.6 3.6.2 3.6.3 3.6.2-alpine3.6 3.6.3-alpine3.6 3.6.3-alpine 3.6.3-slim 3.7-rc 3.7.0a1 3.7.0a2 3.7-rc-slim";
    private const string Minimal = "8.5 8.7 8.7-923.1669829893 8.7-1049";
    private const string Nginx = "1.25.3-alpine-arm64 1.25.3-alpine-amd64 1.25.3-alpine 1.25.4-alpine-arm64 1.25.4-alpine-amd64 1.25.4-alpine";
    private const string Sha = "7.1 7.1-0.3.1 7.1-0.3 7.1-0.1 7.1-ed7eee0 7.2 7.2-0.3.1 7.2-0.3 7.2-0.2 7.2-g7b82110 7.2-9658143";
    private const string Windows = "1709 1803 1803-KB4487017 1803-KB4503286 1809-KB4505056 1903 1903-KB4497464 1903-KB4505057 10.0.16299.1087 10.0.17763.557 10.0.18362.175";
    private const string Java = "21-ea-32 22-ea-7 22-ea-7-windowsservercore-1809 22-ea-jdk-nanoserver-1809 22-ea-9-windowsservercore-1809";
    private const string Framework = "4.8-windowsservercore-ltsc2022 4.8-20250909-windowsservercore-ltsc2022 4.8.1-windowsservercore-ltsc2022 4.8.1-20251014-windowsservercore-ltsc2022 4.8.1-windowsservercore-ltsc2019";
    private const string Described = "v3.2.0-10-g0208ead v3.9.0-173-g4d84d01 v3.9.0-177-ged5bcde v3.9.0-181-gbabf17f v3.10.0-17-gfefefef v3.10.0-169-gfe040d3";
    private const string Ubuntu = "12.10 13.04 14.04 16.04 16.10 17.04 17.10 artful artful-20170826 artful-20170916 trusty-20170728 trusty-20170817 xenial-20170915";
    private const string Ruby = "2.4 2.4-slim 2.4.0 2.4.0-slim 2.4.1-slim 2.4.2 2.4.2-slim 2.4.2-slim-stretch 2.5-slim 2.5.0-slim 2.5.0-rc1-slim";
    private const string Owasp = "3.3-apache-202209221209 3.3-nginx-alpine-202209221209 4-apache-202502070602 4-nginx-alpine-202502070602 4-nginx-202502070602 4-openresty-202502070602";

    private static readonly DateTimeOffset Now = new(2026, 9, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Ubuntu, "17.04", "17.10")]
    [InlineData(Ubuntu, "17.10", null)]
    [InlineData(Ubuntu, "artful", null)]
    [InlineData(Ubuntu, "309403913c7f0848e6616446edec909b55d53571", null)]
    [InlineData(Ubuntu, "artful-20170826", "artful-20170916")]
    [InlineData(Ubuntu, "trusty-20170728", "trusty-20170817")]
    [InlineData("1.0 1234567891", "1234567890", "1234567891")]
    [InlineData(Ruby, "2.4.0-slim", "2.5.0-slim")]
    [InlineData(Ruby, "2.4.0", "2.4.2")]
    [InlineData(Windows, "10.0.16299.1087", "10.0.18362.175")]
    [InlineData(Windows, "1803-KB4487017", "1903-KB4505057")]
    [InlineData("7.3.9-fpm-buster 7.4.0RC5-fpm-buster 7.4.0RC6-fpm-buster", "7.4.0RC6-fpm-buster", null)]
    [InlineData("v1.5.0 v1.6.0 v1.6.0-rc.1 v1.6.0-rc.2", "v1.5.0", "v1.6.0")]
    [InlineData(Sha, "7.2-0.1", "7.2-0.3")]
    [InlineData(Sha, "7.1-0.1", "7.2-0.3")]
    [InlineData(Described, "v3.9.0-177-ged5bcde", "v3.10.0-169-gfe040d3")]
    [InlineData("20231101-230548-g159857a0b 20231203-230414-gd53f37589", "20231101-230548-g159857a0b", "20231203-230414-gd53f37589")]
    [InlineData("jdk-11.0.2.7-alpine-slim jdk-11.0.2.9-alpine-slim jdk-11.0.2.9-alpine jdk-11.28", "jdk-11.0.2.7-alpine-slim", "jdk-11.0.2.9-alpine-slim")]
    [InlineData("3.10-master-777 3.10-master-999", "3.10-master-777", "3.10-master-999")]
    [InlineData("v3.10-master-777 v3.10-master-999", "v3.10-master-777", "v3.10-master-999")]
    [InlineData("11-jdk-master-111 11-jdk-master-222", "11-jdk-master-111", "11-jdk-master-222")]
    [InlineData(Java, "21-ea-32", "22-ea-7")]
    [InlineData(Java, "22-ea-7-windowsservercore-1809", "22-ea-9-windowsservercore-1809")]
    [InlineData("img_20230915.3 img_20231011.1", "img_20230915.3", null)]
    [InlineData(Temurin, "17.0.1_12-jre-alpine", "17.0.2_8-jre-alpine")]
    [InlineData(Temurin, "11.0.16_8-jdk", "11.0.16.1_1-jdk")]
    [InlineData("2.1.3 2.10.0 2.10.0pre20220530_929ab5b", "2.1.3", "2.10.0")]
    [InlineData(Python, "3.5", "3.6")]
    [InlineData(Python, "3.7.0a1", "3.7.0a2")]
    [InlineData(Python, "3.6.2-alpine3.6", "3.6.3-alpine3.6")]
    [InlineData("3.6 3.6.3", "3.6", null)]
    [InlineData(Minimal, "8.7-923.1669829893", "8.7-1049")]
    [InlineData(Minimal, "8.5", "8.7")]
    [InlineData(Golang, "1.25", null)]
    [InlineData(Golang, "1.25.0", "1.27.0")]
    [InlineData(Golang, "1.26.0-alpine3.23", "1.27.0-alpine3.23")]
    [InlineData("v1.5.0 v1.7.1", "v1.7.2", null)]
    [InlineData(Owasp, "3.3-apache-202209221209", "4-apache-202502070602")]
    [InlineData(Owasp, "3.3-nginx-alpine-202209221209", "4-nginx-alpine-202502070602")]
    [InlineData("4.0.2-alpine3.23 4.0.2-slim-bookworm 4.0.2-bookworm 4.0.2-slim", "4.0.2-alpine3.23", null)]
    [InlineData("4.0.2-alpine3.23 4.0.3-alpine3.23 4.0.3-slim-bookworm 4.0.3-bookworm", "4.0.2-alpine3.23", "4.0.3-alpine3.23")]
    [InlineData("18.0.0-alpine3.17 18.0.0-alpine3.18 20.0.0-alpine3.18 22.0.0-alpine3.18 22.0.0-alpine3.19", "18.0.0-alpine3.18", "22.0.0-alpine3.18")]
    [InlineData(Nginx, "1.25.3-alpine-arm64", "1.25.4-alpine-arm64")]
    [InlineData(Nginx, "1.25.3-alpine-amd64", "1.25.4-alpine-amd64")]
    [InlineData(Nginx, "1.25.3-alpine", "1.25.4-alpine")]
    [InlineData(Framework, "4.8.1-windowsservercore-ltsc2022", "4.8-20250909-windowsservercore-ltsc2022")]
    [InlineData("2.0-sdk 2.1-sdk 2.1.300-sdk 2.0-runtime 2.1-runtime", "2.0-sdk", "2.1-sdk")]
    [InlineData("2.0-sdk 2.1-sdk 2.1.300-sdk 2.0-runtime 2.1-runtime", "2.0-runtime", "2.1-runtime")]
    // A coarser tag that is newer is taken, as in the complaint about 4.0.13-24-trixie.
    [InlineData("4.0.13-24-trixie 4-22-trixie 4.0-24-trixie", "4.0.13-24-trixie", "4-22-trixie")]
    // Other kinds of version: a year beside numbers, a build beside a date.
    [InlineData("5.2.3 20.04.1", "5.2.3", "20.04.1")]
    [InlineData("12 202401", "12", "202401")]
    [InlineData("1.2.3 2024.01", "1.2.3", null)]
    // A version that the tool can't read is none.
    [InlineData("2024_01_01 2024_02_01", "2024_01_01", null)]
    [InlineData("1.0.0 1.1.0 v1.2.0 1.2.0", "1.0.0", "1.2.0")]
    [InlineData("1.0.0 1.1.0 v1.2.0 1.2.0", "v1.0.0", "v1.2.0")]
    public void The_tools_own_cases_are_decided_alike(string tags, string current, string? selected)
    {
        Assert.Equal(selected, Decide("{}", current, tags).Selected);
        Assert.Equal(selected, Decide("{}", current, string.Join(' ', tags.Split(' ').Reverse())).Selected);
    }

    [Theory]
    [InlineData("ignore: [{versions: ['>= 17.10']}]", "17.04", null)]
    [InlineData("ignore: [{versions: ['>= 17.10, < 17.2']}]", "17.04", "17.10")]
    [InlineData("ignore: [{versions: ['>= 0']}]", "16.04", null)]
    [InlineData("ignore: [{dependency-name: ubuntu}]", "16.04", null)]
    [InlineData("ignore: [{dependency-name: '*', update-types: ['version-update:semver-major']}]", "16.04", "16.10")]
    [InlineData("ignore: [{dependency-name: '*', update-types: [' Version-Update:SEMVER-major ']}]", "16.04", "16.10")]
    [InlineData("ignore: [{dependency-name: '*', update-types: ['version-update:semver-minor']}]", "16.04", "17.10")]
    [InlineData("ignore: [{update-types: ['version-update:semver-major', 'version-update:semver-minor']}]", "16.04", null)]
    [InlineData("ignore: [{versions: ['17.10']}, {versions: [17.04]}]", "16.04", "16.10")]
    [InlineData("ignore: [{versions: ['17.x']}]", "16.04", "17.10")]
    [InlineData("ignore: [{versions: ['~> 17.0']}]", "16.04", "16.10")]
    [InlineData("ignore: [{versions: ['!= 17.04']}]", "16.04", "17.04")]
    [InlineData("allow: [{dependency-name: ubuntu}]", "16.04", "17.10")]
    [InlineData("allow: [{dependency-type: direct}]", "16.04", "17.10")]
    [InlineData("allow: [{dependency-type: production}]", "16.04", "17.10")]
    [InlineData("allow: [{dependency-type: development}]", "16.04", null)]
    [InlineData("allow: [{dependency-type: indirect}]", "16.04", null)]
    [InlineData("allow: [{update-types: ['version-update:semver-minor']}]", "16.04", "16.10")]
    [InlineData("allow: [{update-types: ['version-update:semver-minor']}, {dependency-type: all}]", "16.04", "17.10")]
    [InlineData("allow: [{update-types: ['version-update:semver-patch']}]", "16.04", null)]
    [InlineData("allow: [{dependency-type: development}, {update-types: ['version-update:semver-minor']}]", "16.04", "16.10")]
    [InlineData("allow:\nignore:\ncooldown:", "16.04", "17.10")]
    [InlineData("", "16.04", "17.10")]
    [InlineData("""{"ignore": [{"dependency-name": "*", "versions": ["> 17"]}]}""", "16.04", "16.10")]
    public void Rules_are_obeyed(string policy, string current, string? selected) => Assert.Equal(selected, Decide(policy, current, Ubuntu).Selected);

    [Theory]
    [InlineData("1.2.3", "> 1.2.3, < 1.3", ">= 1.3.a, < 2", ">= 2.a")]
    [InlineData("1.2", "> 1.2, < 1.3", ">= 1.3.a, < 2", ">= 2.a")]
    [InlineData("1", "> 1, < 1.1", ">= 1.1.a, < 2", ">= 2.a")]
    [InlineData("v11.0.14", "> 11.0.14, < 11.1", ">= 11.1.a, < 12", ">= 12.a")]
    [InlineData("17.0.2_8-jre", "> 17.0.2, < 17.1", ">= 17.1.a, < 18", ">= 18.a")]
    [InlineData("artful-20170826", "> 20170826, < 20170826.1", ">= 20170826.1.a, < 20170827", ">= 20170827.a")]
    [InlineData("img_20230915.3", "> 20230915.3, < 20230915.4", ">= 20230915.4.a, < 20230916", ">= 20230916.a")]
    [InlineData("3.15.0a2", "> 3.15.0a2, < 3.16", ">= 3.16.a, < 4", ">= 4.a")]
    public void Steps_are_ranges_above_the_tag_in_use(string tag, string patch, string minor, string major)
    {
        Assert.True(DependabotVersion.TryParse(tag, out var version));

        Assert.Equal([major, minor, patch], SemverSteps.All.Select(s => SemverSteps.Range(s, version)));
    }

    [Theory]
    [InlineData("version-update:semver-patch", "1.2.3", "1.2.4 1.2.5", "1.3 1.3.0 1.4.0 2 2.0.0 3.0.0 1.2.3")]
    [InlineData("version-update:semver-minor", "1.2.3", "1.3 1.3.0 1.4 1.4.0", "1.2.4 1.2.5 2 2.0 3.0.0 1.2.3")]
    [InlineData("version-update:semver-major", "1.2.3", "2 2.0 2.0.0 3 3.0.0", "1.2.4 1.3.0 1.4 1.2.3")]
    [InlineData("version-update:semver-patch", "1", "1.0.2 1.0.5", "1 1.0.0 1.1 1.2.0 2")]
    [InlineData("version-update:semver-major", "v11.0.14", "17 12-ea", "11 11.0.14 11.5")]
    public void Ignored_steps_hold_the_tools_versions(string type, string current, string ignored, string allowed)
    {
        Assert.True(DependabotVersion.TryParse(current, out var version));
        var step = type[^5..] switch { "major" => SemverStep.Major, "minor" => SemverStep.Minor, _ => SemverStep.Patch };
        Assert.True(GemRequirement.TryParse(SemverSteps.Range(step, version), out var range));

        Assert.All(ignored.Split(' '), v => Assert.True(Holds(range, v), v));
        Assert.All(allowed.Split(' '), v => Assert.False(Holds(range, v), v));

        static bool Holds(GemRequirement range, string text) => DependabotVersion.TryParse(text, out var v) && range.IsSatisfiedBy(v.Release);
    }

    [Theory]
    [InlineData("~> 1.2", "1.2 1.9 1.2.0.1", "2.0 2.0.a 1.1 1.2.a")]
    [InlineData("~> 1.2.3", "1.2.3 1.2.9", "1.3 1.3.a 1.2.2")]
    [InlineData("~> 1", "1 1.9", "2 0.9 2.a")]
    [InlineData("~> 1.2.a", "1.2 1.2.a 1.9", "2.0 2.a 1.1")]
    [InlineData("~> 4.2.5, >= 4.2.5.1", "4.2.5.1 4.2.6", "4.2.5 4.3")]
    [InlineData(">= 2.a", "2 2.a 2.0.rc1 3", "1.9 1.9.z")]
    [InlineData("> 20.8.1.alpine3.18, < 20.9", "20.8.1 20.8.2", "20.9.0 20.8.1.alpine3.18 20.8.1.alpine3.17")]
    [InlineData("= 1.0", "1 1.0.0", "1.0.1 1.0.a")]
    [InlineData("1.0-1", "1.pre.1 1.0.pre.1", "1.0 1.1")]
    [InlineData("!= 1.0", "1.0.a 2", "1 1.0.0")]
    [InlineData("<= 1.0", "1.0.0 1.0.rc1 0", "1.0.0.1")]
    [InlineData("", "0 1.2", "0.a")]
    [InlineData(">=1,<2,", "1 1.9 2.a", "2 0.9")]
    [InlineData("> 1.0.0.rc1", "1.0 1.0.rc2 1.0.0.rc1.1", "1.0.a 1.0.0.rc1")]
    [InlineData(">= 99999999999999999999", "99999999999999999999 100000000000000000000", "99999999999999999998")]
    public void Ranges_are_those_of_RubyGems(string text, string within, string outside)
    {
        Assert.True(GemRequirement.TryParse(text, out var range));

        Assert.All(within.Split(' '), v => Assert.True(range.IsSatisfiedBy(Version(v)), v));
        Assert.All(outside.Split(' '), v => Assert.False(range.IsSatisfiedBy(Version(v)), v));
    }

    [Theory]
    [InlineData("^1.0")]
    [InlineData("3.*")]
    [InlineData(">= 1.0 < 2")]
    [InlineData("[1.0,2.0)")]
    [InlineData("== 1.0")]
    [InlineData(">= 1,, < 2")]
    [InlineData("latest")]
    [InlineData("1.")]
    [InlineData("v1.0")]
    public void What_RubyGems_does_not_read_is_no_range(string text) => Assert.False(GemRequirement.TryParse(text, out _));

    [Theory]
    [InlineData("2.4.2", "2.1.0")]
    [InlineData("2.4.3", "2.4.2")]
    [InlineData("11.0.16.1", "11.0.16_8")]
    [InlineData("17.0.2_8", "17.0.1_12")]
    [InlineData("artful_15", "artful_10")]
    [InlineData("artful-15", "artful-10")]
    [InlineData("img_20231011.1", "img_20230915.3")]
    [InlineData("1.0", "1.0.rc1")]
    public void Versions_are_ordered_as_the_tools_spec_says(string above, string below)
    {
        Assert.True(DependabotVersion.TryParse(above, out var a));
        Assert.True(DependabotVersion.TryParse(below, out var b));

        Assert.Equal((1, -1), (Math.Sign(DependabotVersion.Compare(a, b)), Math.Sign(DependabotVersion.Compare(b, a))));
    }

    [Theory]
    [InlineData("3.15.0a2 1.0.0-alpha 1.0.0-alpha.1 2.0-ALPHA 3.5.0b3 1.0.0-beta 2.0-BETA 3.6.0rc1 1.0.0-rc 1.0.0-rc.1 2.0-RC 1.0-dev 1.0.0-DEV 1.0-preview 1.0-pre 1.0.0-PRE", true)]
    [InlineData("1.0-nightly 1.0-snapshot 1.0.0-canary 1.0-unstable 1.0.0a1 2.1.0b2 3.2.0rc3 1.0.0.post1 2.1.0.POST2 1.0.0.dev0 2.1.0.DEV1", true)]
    // Odd, and so: an architecture and a distribution's release look alike.
    [InlineData("1.25.3-alpine-arm64 1.0-arm64v8 4.8-windowsservercore-ltsc2022 1.0-alpine3 1.0-archlinux", true)]
    [InlineData("3.14.1 1.0.0 2.4.2 3.14.1-slim-trixie 3.6.3-alpine 2.7.14-stretch 1.27.0-alpine3.23 v3.10.0-169-gfe040d3 1.0-postfix 1.0-prefork", false)]
    public void Pre_releases_are_told_by_the_tools_patterns(string tags, bool arePreReleases) => Assert.All(tags.Split(' '), text =>
    {
        Assert.True(DependabotTag.TryParse(text, out var tag));
        Assert.Equal(arePreReleases, tag.LooksLikePreRelease());
    });

    [Theory]
    [InlineData("4.8-20250909-windowsservercore-ltsc2022", null, "4.8-20250909", "-windowsservercore-ltsc2022", "4.8-20250909")]
    [InlineData("1803-KB4487017", null, "1803-KB4487017", null, "1803-4487017")]
    [InlineData("22-ea-7", null, "22-ea-7", null, "22-7")]
    [InlineData("v3.10-master-777", "v3.10-master-", "777", null, "777")]
    [InlineData("v3.9.0-177-ged5bcde", null, "3.9.0-177", "-ged5bcde", "3.9.0-177")]
    [InlineData("jdk-11.0.2.7-alpine-slim", "jdk-", "11.0.2.7", "-alpine-slim", "11.0.2.7")]
    [InlineData("4.0.0-rc-5-ibm-semeru-17-noble", null, "4.0.0-rc-5-ibm-semeru-17", "-noble", "4.0.0-5-17")]
    [InlineData("4.0.0-rc-5-ibm-semeru-17anoble", null, "4.0.0-rc-5", "-ibm-semeru-17anoble", "4.0.0-5")]
    [InlineData("17.0.2_8-jre", null, "17.0.2_8", "-jre", "17.0.2_8")]
    [InlineData("1.0.RC1", null, "1.0.RC1", null, "1.0.rc1")]
    public void A_tag_is_taken_apart_as_the_tool_does(string text, string? prefix, string version, string? suffix, string numeric)
    {
        Assert.True(DependabotTag.TryParse(text, out var tag));

        Assert.Equal((prefix, version, suffix, numeric), (tag.Prefix, tag.Version, tag.Suffix, tag.NumericVersion));
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("artful")]
    [InlineData("img_20230915.3")]
    [InlineData("2.10.0pre20220530_929ab5b")]
    [InlineData("RELEASE.2024-01-16T16-07-38Z")]
    [InlineData("")]
    public void A_tag_without_a_version_is_none(string text) => Assert.False(DependabotTag.TryParse(text, out _));

    [Theory]
    [InlineData("cooldown: {default-days: 5, semver-major-days: 14, semver-minor-days: 7, semver-patch-days: 2}", 8, "1.1.0")]
    [InlineData("cooldown: {default-days: 5, semver-major-days: 14, semver-minor-days: 7, semver-patch-days: 2}", 14, "2.0.0")]
    [InlineData("cooldown: {default-days: 5, semver-major-days: 14, semver-minor-days: 7, semver-patch-days: 2}", 2, "1.0.1")]
    [InlineData("cooldown: {default-days: 5, semver-major-days: 14, semver-minor-days: 7, semver-patch-days: 2}", 1, null)]
    [InlineData("cooldown: {default-days: 7, semver-major-days: 0}", 6, null)]
    [InlineData("cooldown: {default-days: 7}", 7, "2.0.0")]
    [InlineData("cooldown: {semver-major-days: 30}", 3, "1.1.0")]
    [InlineData("{}", 2, null)]
    [InlineData("{}", 3, "2.0.0")]
    [InlineData("cooldown: {default-days: 0}", 0, "2.0.0")]
    [InlineData("cooldown: {default-days: 30, exclude: ['*']}", 0, "2.0.0")]
    [InlineData("cooldown: {default-days: 30, include: [node]}", 8, null)]
    public void A_tag_waits_by_the_step_that_it_is(string policy, int days, string? selected)
    {
        string[] tags = ["1.0.0", "1.0.1", "1.1.0", "2.0.0"];
        var question = new TagQuestion("1.0.0", tags) { Now = Now, Facts = TagFacts.Of(tags.ToDictionary(t => t, _ => Now.AddDays(-days), StringComparer.Ordinal)) };

        Assert.Equal(selected, Policy(policy).Decide(question).Selected);
    }

    [Fact]
    public void A_tag_of_unknown_age_does_not_wait()
    {
        var question = new TagQuestion("1.0.0", ["1.1.0", "1.2.0"]) { Now = Now, Facts = TagFacts.Of(new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal) { ["1.2.0"] = Now }) };

        var verdict = Policy("cooldown: {default-days: 9}").Decide(question);

        Assert.Equal("1.1.0", verdict.Selected);
        Assert.Equal("newest tag; 1.2.0 is not yet 9 days old", verdict.Reason);
    }

    [Theory]
    [InlineData("python", "1.1.0")]
    [InlineData("Python", "1.1.0")]
    [InlineData("node", "2.0.0")]
    [InlineData("acme/node", null)]
    [InlineData("acme/app", "2.0.0")]
    public void Rules_count_for_the_images_they_name(string image, string? selected)
    {
        var policy = (DependabotPolicy)Policy("allow: [{dependency-name: 'p*n'}, {dependency-name: node}, {dependency-name: ACME/a*}]\nignore: [{dependency-name: PYTHON, update-types: ['version-update:semver-major']}]");

        Assert.Equal(selected, policy.For(image).Decide(new TagQuestion("1.0.0", ["1.0.0", "1.1.0", "2.0.0"])).Selected);
    }

    [Theory]
    [InlineData("package-*", "package-a", true)]
    [InlineData("package-*", "package", false)]
    [InlineData("acme/*", "acme/team/app", true)]
    [InlineData("Acme", "acme", false)]
    [InlineData("no[a-e]e", "node", true)]
    [InlineData("no[^a-e]e", "node", false)]
    [InlineData("n?de", "node", true)]
    [InlineData("n\\*de", "node", false)]
    [InlineData("no[de", "node", false)]
    public void A_cooldown_names_images_as_files(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.MatchesFile(pattern, name));

    [Theory]
    [InlineData("ignored:", 1, "there is no key 'ignored' in an entry of dependabot.yml: did you mean 'ignore'?")]
    [InlineData("ignore:\n  - dependency: x", 2, "there is no key 'dependency' in 'ignore': known are dependency-name, versions, update-types")]
    [InlineData("ignore:\n  - versions: ['^1.0']", 2, "'^1.0' is no range: write it as Ruby does, such as '>= 2, < 3', '~> 1.2' or '4.1.0'")]
    [InlineData("ignore:\n  - versions:\n      - '>= 1'\n      - '3.*'", 4, "'3.*' is no range: write it as Ruby does, such as '>= 2, < 3', '~> 1.2' or '4.1.0'")]
    [InlineData("ignore:\n  - versions: '>= 1'", 2, "'versions' is a list: put '- ' before each item, or [ ] around them")]
    [InlineData("ignore:\n  - update-types: [version-update:semver-mayor]", 2, "'version-update:semver-mayor' is no update type: did you mean 'version-update:semver-major'?")]
    [InlineData("ignore:\n  dependency-name: x", 1, "'ignore' is a list: put '- ' before each item, or [ ] around them")]
    [InlineData("ignore: [x]", 1, "an entry of 'ignore' has keys: dependency-name, versions, update-types")]
    [InlineData("allow: []\nallow: []", 2, "'allow' is written twice, first in line 1: keep one of them")]
    [InlineData("allow: [{dependency-type: prod}]", 1, "'prod' is no dependency-type: known are direct, indirect, all, production, development")]
    [InlineData("cooldown: 5", 1, "'cooldown' has keys: default-days, semver-major-days, semver-minor-days, semver-patch-days, include, exclude")]
    [InlineData("cooldown:\n  default-days: five", 2, "'default-days' is a whole number from 0 to 36500, not 'five'")]
    [InlineData("cooldown:\n  default-days: -1", 2, "'default-days' is a whole number from 0 to 36500, not '-1'")]
    [InlineData("cooldown:\n  default-day: 1", 2, "there is no key 'default-day' in 'cooldown': did you mean 'default-days'?")]
    [InlineData("updates: []", 1, "there is no key 'updates' in an entry of dependabot.yml: it is a key of the whole file, so write one entry of it")]
    [InlineData("docker", 1, "write the keys of one entry, such as 'ignore: [{dependency-name: \"*\", versions: [\">= 4\"]}]'")]
    public void A_mistake_is_told_with_its_line_and_what_to_do(string policy, int line, string message)
    {
        var reading = new DependabotDialect().ReadPolicy(new SourceFile("p.yml", policy));

        Assert.Null(reading.Policy);
        Assert.Equal(new FileProblem("p.yml", line, message), Assert.Single(reading.Errors));
    }

    [Theory]
    [InlineData("versioning-strategy: increase", 1, "'versioning-strategy' has no say in which tag of an image is next and is passed over")]
    [InlineData("allow:\n- dependency-type: development", 2, "'dependency-type: development' allows no image: images are used directly and in production")]
    [InlineData("ignore:\n- versions: [3.x]", 2, "'3.x' means the one version of that name: for every version of 3 write '~> 3.0'")]
    [InlineData("ignore:\n- versions: [1.10]", 2, "without quotes 1.10 is the number 1.1: write \"1.10\" where the version is meant")]
    [InlineData("ignore: [{dependency-name: node}, {dependency-name: go}]", null, "'dependency-name' is passed over: every rule is taken to be for the image that is asked about")]
    [InlineData("cooldown: {exclude: [node]}", null, "'exclude' is passed over but for '*': the image that is asked about is taken not to be in it")]
    public void What_has_no_meaning_is_told_once(string policy, int? line, string message)
    {
        var reading = new DependabotDialect().ReadPolicy(new SourceFile("p.yml", policy));

        Assert.NotNull(reading.Policy);
        Assert.Equal(new FileProblem("p.yml", line, message), Assert.Single(reading.Remarks));
    }

    [Theory]
    [InlineData("{}", "1.0.0", "1.1.0", UpdateKind.Minor, "newest tag")]
    [InlineData("{}", "1.0.0-slim", "2.0.0-slim 2.1.0", UpdateKind.Major, "newest tag with suffix -slim")]
    [InlineData("{}", "17.0.2_7", "17.0.2_8", UpdateKind.Patch, "newest tag")]
    [InlineData("ignore: [{update-types: ['version-update:semver-major']}]", "1.0.0", "1.0.1 2.0.0 3.0.0", UpdateKind.Patch, "newest tag; 3.0.0 is ignored by >= 2.a")]
    [InlineData("ignore: [{versions: ['>= 2']}]", "1.0.0", "2.0.0", UpdateKind.None, "1.0.0 is the newest tag that may be taken; 2.0.0 is ignored by >= 2")]
    [InlineData("ignore: [{}]", "1.0.0", "2.0.0", UpdateKind.None, "every version is ignored")]
    [InlineData("allow: [{dependency-type: indirect}]", "1.0.0", "2.0.0", UpdateKind.None, "no rule under allow covers this image")]
    [InlineData("{}", "latest", "2.0.0", UpdateKind.None, "latest holds no version that Dependabot compares")]
    public void A_verdict_says_why(string policy, string current, string tags, UpdateKind kind, string reason)
    {
        var verdict = Decide(policy, current, tags);

        Assert.Equal((kind, reason), (verdict.Kind, verdict.Reason));
    }

    [Fact]
    public void Without_a_tag_it_stays() => Assert.Null(Policy("{}").Decide(new TagQuestion(null, ["1.0"])).Selected);

    [Theory]
    [InlineData("{}", "2.5.0-slim")]
    [InlineData("cooldown: {exclude: ['*']}", "2.5.0-slim")]
    [InlineData("cooldown: {default-days: 3}", "2.5.0.1-slim")]
    public void A_more_precise_tag_is_taken_only_under_a_cooldown_that_is_written(string policy, string selected) =>
        Assert.Equal(selected, Decide(policy, "2.4.0-slim", "2.4.0-slim 2.5.0-slim 2.5.0.1-slim 2.5-slim").Selected);

    [Fact]
    public void What_is_selected_is_a_newer_candidate_in_any_order_and_selecting_again_changes_nothing()
    {
        var number = Gen.Int[0, 6];
        var tag = Gen.Select(Gen.OneOf("", "", "v", "jdk-"), number, number, number, Gen.OneOf("", "", "-rc1", "-slim", "_8", "-1", "-ea-2", ".alpine"), (v, a, b, c, s) => $"{v}{a}.{b}.{c}{s}");
        (string Text, Func<string, SemverStep?, double, bool> MayBe)[] policies =
        [
            ("{}", (_, _, days) => days >= 3),
            ("ignore: [{update-types: ['version-update:semver-major']}]", (_, step, _) => step != SemverStep.Major),
            ("ignore: [{versions: ['>= 4', '~> 2.1']}]", (next, _, _) => !StartsWith(next, "4", "5", "6", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6")),
            ("allow: [{update-types: ['version-update:semver-minor', 'version-update:semver-patch']}]", (_, step, _) => step != SemverStep.Major),
            ("cooldown: {default-days: 5, semver-major-days: 14}", (_, step, days) => days >= (step == SemverStep.Major ? 14 : 5)),
        ];
        Gen.Select(Gen.Int[0, policies.Length - 1].Select(i => policies[i]), tag, tag.Array[0, 40], Gen.Int[0, 20]).Sample((policy, current, tags, age) =>
        {
            var pushed = tags.Distinct(StringComparer.Ordinal).Select((t, i) => (t, i)).ToDictionary(t => t.t, t => Now.AddDays(-((t.i * 7 + age) % 21)), StringComparer.Ordinal);
            var question = new TagQuestion(current, tags) { Now = Now, Facts = TagFacts.Of(pushed) };
            var selected = Policy(policy.Text).Decide(question).Selected;

            Assert.Equal(selected, Policy(policy.Text).Decide(question with { Candidates = [.. tags.Reverse()] }).Selected);
            if (selected is null)
            {
                return;
            }

            Assert.Contains(selected, tags);
            Assert.True(DependabotVersion.TryParse(Numeric(selected), out var next));
            Assert.True(DependabotVersion.TryParse(Numeric(current), out var now));
            Assert.True(DependabotVersion.Compare(next, now) > 0);
            Assert.True(policy.MayBe(next.Release.Text, SemverSteps.Between(now, next), (Now - pushed[selected]).TotalDays));

            // What a step is counts from the tag in use: from the next one, others may be near.
            if (!policy.Text.Contains("semver", StringComparison.Ordinal))
            {
                Assert.Null(Policy(policy.Text).Decide(question with { Current = selected }).Selected);
            }
        });

        static string Numeric(string text) => DependabotTag.TryParse(text, out var tag) ? tag.NumericVersion : "";
        static bool StartsWith(string text, params string[] starts) => starts.Any(s => text == s || text.StartsWith(s + ".", StringComparison.Ordinal));
    }

    [Fact]
    public void No_text_throws()
    {
        var piece = Gen.OneOf("allow", "ignore", "cooldown", ": ", "[", "]", "{", "}", "- ", "\n  ", "\n", "dependency-name", "versions", "update-types", ">= 1", "~> 2.a", ", ", "&a ", "*a", "'", "default-days", "7", "1.10", "é", "\0", "<<");
        var versionPiece = Gen.OneOf("1", "20240101", ".", "-", "_", "v", "KB", "rc", "a", "ea", "g1234567", "latest", "99999999999999999999", "\n", "é", "~>", ">=", ",", " ");
        Gen.Select(piece.Array[0, 20], versionPiece.Array[0, 8], versionPiece.Array[0, 8].Array[0, 10]).Sample((pieces, current, tags) =>
        {
            var reading = new DependabotDialect().ReadPolicy(new SourceFile("p.yml", string.Concat(pieces)));
            Assert.True(reading.Policy is null == reading.Errors.Count > 0);
            Assert.All(reading.Errors.Concat(reading.Remarks), p => Assert.False(string.IsNullOrEmpty(p.Message)));

            string[] candidates = [.. tags.Select(t => string.Concat(t))];
            var verdict = (reading.Policy ?? Policy("{}")).Decide(new TagQuestion(string.Concat(current), candidates));
            Assert.True(verdict.Selected is null || candidates.Contains(verdict.Selected, StringComparer.Ordinal));
            _ = GemRequirement.TryParse(string.Concat(current), out _);
            _ = NamePattern.MatchesFile(string.Concat(pieces), string.Concat(current));
        });
    }

    [Fact]
    public void Much_of_everything_is_refused_or_decided_in_bounded_time()
    {
        var many = "ignore: [{versions: [" + string.Join(',', Enumerable.Range(0, 1_001).Select(i => $"'{i}.0.1'")) + "]}]";
        Assert.Contains("more than 1000", Assert.Single(new DependabotDialect().ReadPolicy(new SourceFile("p.yml", many)).Errors).Message, StringComparison.Ordinal);
        var longer = $"ignore: [{{versions: ['{new string('1', 501)}']}}]";
        Assert.Contains("longer than 500", Assert.Single(new DependabotDialect().ReadPolicy(new SourceFile("p.yml", longer)).Errors).Message, StringComparison.Ordinal);

        var tags = Enumerable.Range(0, 15_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i / 900}.{i / 30 % 30}.{i % 30}-slim")).ToArray();
        var policy = Policy("ignore: [{update-types: ['version-update:semver-major']}]");
        Assert.Equal("3.29.29-slim", policy.Decide(new TagQuestion("3.1.1-slim", tags)).Selected);

        // Some 5 ms by itself: the bound is for a machine that does much else.
        var clock = Stopwatch.StartNew();
        policy.Decide(new TagQuestion("3.1.1-slim", tags));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1_000);
    }

    private static GemVersion Version(string text) => GemVersion.TryParse(text, out var version) ? version : throw new FormatException(text);

    private static IPolicy Policy(string text)
    {
        var reading = new DependabotDialect().ReadPolicy(new SourceFile("p.yml", text));
        Assert.Empty(reading.Errors);
        return reading.Policy!;
    }

    private static Verdict Decide(string policy, string current, string tags) => Policy(policy).Decide(new TagQuestion(current, tags.Split(' ')));
}
