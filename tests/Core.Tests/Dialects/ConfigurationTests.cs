using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Tests.Planning;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

/// <summary><c>.github/basewatch.yml</c>: what is read, what is wrong, and that its schema says the same.</summary>
public sealed class ConfigurationTests
{
    private static readonly string Docs = Path.Combine(Root(), "docs");

    private static readonly JsonSchema Schema = new(JsonNode.Parse(File.ReadAllText(Path.Combine(Docs, "basewatch.schema.json")))!.AsObject());

    public static TheoryData<string> Right =>
    [
        "",
        "# nothing yet\n",
        "{}",
        "rules:\nformats: []\n",
        "furthest: digest",
        "rules:\n- {images: python, policy: 'semver:>=3.12 <4'}\n- policy: digest\n",
        "rules:\n- {images: [python, 'ghcr.io/acme/*', 'localhost:5000/a', '*.azurecr.io/*'], files: ['/a/**/Dockerfile', '{a,b}.yaml'], formats: [dockerfile, compose], policy: docker, reason: because}\n",
        "rules:\n- images: python\n  enabled: false\n  reason: by hand\n- images: python-*\n  enabled: true\n",
        "rules:\n- policy: {policy: semver, range: '>=3', minimumAge: 3d, ignoreTags: ['*-rc*'], level: minor}\n",
        "rules:\n- policy: {policy: regex, pattern: '^main-(?<compare>[0-9]+)$', compare: compare, order: desc, filterTags: {pattern: '^main'}}\n",
        "rules:\n- policy: {distribution: follow}\n",
        "formats:\n- {name: versions, files: [versions.txt], pattern: '^image (?<image>\\S+)'}\nrules:\n- {formats: versions, policy: digest}\n",
        "formats:\n- {name: tool, files: VERSION, pattern: '^(?<tag>\\S+)$', image: ghcr.io/acme/tool}\n",
        "ignorePaths: [/examples/**, '*.bak']\n",
        """{"rules": [{"images": "python", "policy": "digest"}]}""",
        "rules:\n- {images: openjdk, replaceWith: eclipse-temurin}\n- {images: 'adopt*', replaceWith: {image: eclipse-temurin, tag: '$1-jdk', pattern: '^(\\d+)-jdk.*'}, enabled: true}\n",
        "rules:\n- {images: python, platforms: linux/amd64}\n- {images: busybox, platforms: [linux/arm64/v8, windows/amd64], policy: digest}\n",
        "rules:\n- {files: a/Dockerfile, policy: digest}\n- {images: python, files: b/Dockerfile, policy: digest}\n- {images: python, policy: digest}\n",
        "endOfLife: {propose: issue, prefer: newest, before: 90d}\n",
        "endOfLife: {propose: pullRequest}\n",
        "packages: false\n",
        "packages: {apt: true, apk: false, npm: minor, go: major, bases: [{images: [ghcr.io/acme/base, 'acme/*'], suite: debian/12}]}\n",
        "pullRequests: {enabled: true, open: 5, perHour: 0, commitsPerHour: 20, whenClosed: minor, schedule: before 5am on monday, timezone: Europe/Berlin, labels: [docker], automerge: [patch, digest], requiredChecks: [], approvals: 1}\n",
        "rules:\n- pullRequests: {group: all, groupMajors: true, reviewers: ['@ann', acme/web], assignees: bob, milestone: Q4, draft: true, targetBranch: develop, commitPrefix: 'build(deps)', schedule: ['* 0-4 * * 1'], open: 1, automerge: false}\n",
        "lifecycles:\n- {product: acme, label: Acme, url: 'https://wiki.example/a', images: ['acme/*'], cycles: [{cycle: '1', codename: One, released: 2026-01-01, eoas: 2026-06-01, eol: 2027-01-01, eoes: 2028-01-01, lts: true, reason: ours}]}\n- {product: python, useExtended: true}\n",
        "rollout: {infer: true}\n",
        "rollout:\n  stages:\n  waves: []\n",
        "rollout: {stages: [{name: a, images: 'acme/*'}, {name: b, files: b/, after: a, needs: any, alone: true, soak: 1w2d3h4m, passing: 1, window: {open: at any time, holidays: 02-29}}, {name: c, after: [b, a], within: 1d12h}]}\n",
        "rollout: {stages: [{name: a, verify: [{check: '*'}, {deployment: prod}, {flux: apps/web}, {argocd: web}, {probe: 'http://10.0.0.1:8080/?a=b', status: 204}, {metric: up, prometheus: 'https://p.acme.dev/x', least: -1e3}]}]}\n",
        "rollout: {waves: [{images: python, canaries: acme/web, shares: [100], soak: 12h, passing: 90, failing: 0}, {}]}\n",
    ];

    /// <summary>A text, the mistakes as <c>line: part of the message</c>, and whether the schema sees them too.</summary>
    public static TheoryData<string, string, bool> Wrong => new()
    {
        { "rulez: []", "1: did you mean 'rules'?", true },
        { "whatever: 1", "1: known are rules, ignorePaths, formats, furthest", true },
        { "- a", "1: this is no configuration", true },
        { "furthest:", "1: 'furthest' is empty: write one of patch, minor, major, digest, or leave it out", true },
        { "furthest: ''\nignorePaths:\n", "1: 'furthest' is empty|2: 'ignorePaths' is empty: write a text, or leave it out", true },
        { "rules:\n- {images: , policy: digest}\n- policy:\n  files:\n", "2: 'images' is empty|3: 'policy' is empty|4: 'files' is empty", true },
        { "rules:\n- enabled:\n- policy: {policy: semver, range: , preReleases: }", "2: 'enabled' is empty: write true or false|3: 'range' is empty: as in range:|3: 'preReleases' is empty: write true or false", true },
        { "endOfLife: {propose: isue}", "1: did you mean 'issue'?", true },
        { "endOfLife: {before: 90}", "1: '90' is no number of days: write it as in before: 180d", true },
        { "endOfLife: {before: 9999d}", "1: '9999d' is no number of days", false },
        { "packages: maybe", "1: 'packages' is true or false", true },
        { "packages: []", "1: 'packages' has keys: apt", true },
        { "packages: {apt: minor}", "1: 'minor' is no apt", true },
        { "packages: {pip: minr}", "1: did you mean 'minor'?", true },
        { "packages: {bases: [{images: acme/base, suite: windows/11}]}", "1: 'windows/11' is no suite", false },
        { "packages: {bases: [{images: acme/base}]}", "1: 'suite' is missing", true },
        { "furthest: minr", "1: did you mean 'minor'?", true },
        { "furthest: minor\nfurthest: major", "2: 'furthest' is written twice, first in line 1", false },
        { "rules: 5", "1: 'rules' is a list", true },
        { "rules:\n- 5", "2: an entry of 'rules' has keys", true },
        { "rules:\n- {image: python, policy: digest}", "2: did you mean 'images'?", true },
        { "rules:\n- images: python", "2: the rule says nothing", true },
        { "rules:\n- images: []\n  policy: digest", "2: 'images' is empty", true },
        { "rules:\n- images: python:3.12\n  policy: digest", "2: has a tag or a digest", false },
        { "rules:\n- images: [python, Bad!]\n  policy: digest", "2: 'Bad!' is no image's name", false },
        { "rules:\n- files: 'a\\b'\n  policy: digest", "2: has a backslash", false },
        { "rules:\n- files: '{a'\n  policy: digest", "2: a brace is not closed", false },
        { "rules:\n- formats: dokerfile\n  policy: digest", "2: did you mean 'dockerfile'?", false },
        { "rules:\n- policy: dockre", "2: there is no policy 'dockre'", false },
        { "rules:\n- images: python\n  policy: 'semver:>='\n", "3: range", false },
        { "rules:\n- images: python\n  policy: {policy: semver, rnge: '1'}\n", "3: did you mean 'range'?|3: 'range' is missing", true },
        { "rules:\n- images: python\n  policy:\n    policy: semver\n    range: x y z\n", "5: range", false },
        { "rules:\n- policy: {policy: regex, pattern: '('}", "2: expression", false },
        { "rules:\n- policy: {policy: digest, range: '1'}", "2: 'range' has no meaning with the policy 'digest'", false },
        { "rules:\n- policy: docker\n  enabled: false", "2: take its policy out", false },
        { "rules:\n- signed: required\n  enabled: false", "2: take its signed out", false },
        { "rules:\n- signed: always", "2: 'always' is no signed", true },
        { "rules:\n- platforms: linux/arm64\n  enabled: false", "2: take its platforms out", false },
        { "rules:\n- platforms:\n  - linux/arm64\n  - linux/amd65\n  - linx/amd64\n  - arm64", "4: did you mean 'amd64'?|5: did you mean 'linux'?|6: write os/architecture", true },
        { "rules:\n- replaceWith: a", "2: name those that are to be replaced", false },
        { "rules:\n- {images: a, replaceWith: 'b:1'}", "2: write it without tag and digest", false },
        { "rules:\n- {images: 'a*', replaceWith: ab}", "2: the rule is for ab itself too", false },
        { "rules:\n- {images: a, replaceWith: {imge: b}}", "2: did you mean 'image'?|2: 'image' is missing", true },
        { "rules:\n- {images: a, replaceWith: {image: b, pattern: '^(a)$', tag: '$2'}}", "2: no group '2'", false },
        { "rules:\n- {images: a, replaceWith: b}\n- {images: b, replaceWith: a}", "3: the rule on line 2 leads from a back", false },
        { "rules:\n- {images: a, replaceWith: b}\n- {images: b, replaceWith: c}\n- {images: c, replaceWith: a}", "4: the rule on line 3 leads from a back", false },
        { "rules:\n- {images: a, replaceWith: {image: b, tag: x}}", "2: 'tag' is made of what 'pattern' finds", true },
        { "rules:\n- {images: a, replaceWith: {image: b, pattern: x}}", "2: 'tag' is missing", true },
        { "rules:\n- {images: a, replaceWith: b, enabled: false}", "2: take its replaceWith out", false },
        { "rules:\n- platforms: []", "2: 'platforms' is empty", true },
        { "rules:\n- enabled: maybe", "2: 'enabled' is true or false, not 'maybe'", true },
        { "rules:\n- policy: digest\n- images: python\n  policy: docker", "3: the one on line 2 takes all", false },
        { "rules:\n- images: py*\n  policy: digest\n- images: [python, 'py-*']\n  files: x\n  policy: docker", "4: the one on line 2 takes all", false },
        { "rules:\n- {images: docker.io/library/python, policy: digest}\n- {images: python, policy: docker}", "3: the one on line 2 takes all", false },
        { "rules:\n- {files: '**', policy: digest}\n- {files: a.yaml, policy: docker}", "3: the one on line 2 takes all", false },
        { "formats:\n- {name: Bad, pattern: '(', image: 'B!'}", "2: a format's name|2: no regular expression|2: 'files' is missing|2: no image's name", true },
        { "formats:\n- {name: a, files: x, pattern: '(?=x)(?<image>x)'}", "2: look-around", false },
        { "formats:\n- {name: compose, files: x, pattern: '(?<image>x)'}", "2: another format has this name", false },
        { "formats:\n- {files: x, pattern: '(?<image>x)'}", "2: 'name' is missing", true },
        { "pullRequests: 5", "1: 'pullRequests' has keys", true },
        { "pullRequests: {opn: 5}", "1: did you mean 'open'?", true },
        { "pullRequests: {open: -1, whenClosed: never}", "1: 'open' is a whole number from 0|1: 'never' is no whenClosed", true },
        { "pullRequests:\n  schedule: sometimes\n  timezone: Mars\n", "2: sometimes|3: 'Mars' is no time zone", false },
        { "pullRequests: {automerge: [ptch], reviewers: [a b], labels: ['a,b']}", "1: did you mean 'patch'?|1: 'a b' is neither|1: 'a,b' has a comma", true },
        { "rules:\n- pullRequests: {whenClosed: minor}", "2: there is no key 'whenClosed'", true },
        { "rules:\n- {enabled: false, pullRequests: {group: a}}", "2: take its pullRequests out", false },
        { "rules:\n- pullRequests: {timezone: UTC}", "2: 'timezone' is for a schedule", false },
        { "lifecycles:\n- {product: python, cycle: []}", "2: did you mean 'cycles'?", true },
        { "lifecycles:\n- {product: python}", "2: nothing is said of it", false },
        { "lifecycles:\n- {images: a}", "2: 'product' is missing", true },
        { "lifecycles:\n- {product: a b, images: 'x:1', url: 'javascript:x'}", "2: 'a b' is no product|2: has a tag|2: is no address", true },
        { "lifecycles:\n- product: a\n  useExtended: perhaps\n  cycles:\n  - {cycle: '1', eol: 2027-13-01}\n  - {cycle: '1', eol: soon}\n  - {eol: 2027-01-01}", "3: 'useExtended' is true or false|5: '2027-13-01' is no day|6: written twice|6: 'soon' is no day|7: 'cycle' is missing", true },
        { "lifecycles:\n- {product: a, cycles: [{cycle: '1', released: 2027-01-01, eol: 2026-01-01}]}\n- {product: a, useExtended: true}", "2: 'eol' is before 'released'|3: 'a' is written twice", false },
        { "rollout: []", "1: 'rollout' has keys: infer, stages, waves", true },
        { "rollout: {stage: []}", "1: did you mean 'stages'?", true },
        { "rollout: {infer: perhaps}", "1: 'infer' is true or false", true },
        { "rollout:\n  stages:\n  - {soak: 2h}", "3: 'name' is missing", true },
        { "rollout:\n  stages:\n  - {name: a b}\n", "3: 'a b' is no name of a stage", true },
        { "rollout:\n  stages:\n  - {name: a..b}\n", "3: 'a..b' is no name of a stage", false },
        { "rollout:\n  stages:\n  - {name: prod, files: a}\n  - name: Prod\n", "4: the stage in line 3 has this name", false },
        { "rollout:\n  stages:\n  - {name: a, fils: x}\n", "3: did you mean 'files'?", true },
        { "rollout:\n  stages:\n  - {name: a}\n  - {name: b, files: x}\n", "4: the one in line 3 takes all that it is for", false },
        { "rollout:\n  stages:\n  - {name: staging, files: a}\n  - name: prod\n    after: [stagng]\n", "5: there is no stage 'stagng': did you mean 'staging'?", false },
        { "rollout:\n  stages:\n  - {name: a,\n     after: a}\n", "4: 'a' can't come after itself", false },
        { "rollout:\n  stages:\n  - {name: a, after: []}\n", "3: 'after' is empty", true },
        { "rollout:\n  stages:\n  - {name: a, files: a, after: c}\n  - {name: b, files: b, after: a}\n  - {name: c, files: c, after: b}\n  - {name: d, after: c}\n", "3: 'a' comes after itself, by way of c and b", false },
        { "rollout:\n  stages:\n  - {name: a, needs: any,\n     alone: true}\n", "3: 'needs' is for a stage that comes after others|4: 'alone' is for a stage", true },
        { "rollout:\n  stages:\n  - {name: a, files: a}\n  - {name: b, after: a, needs: some}\n", "4: 'some' is no needs", true },
        { "rollout:\n  stages:\n  - {name: a, soak: 2,\n     within: 400d}\n", "3: '2' is no time|4: '400d' is no time of a minute or more, of up to a year", true },
        { "rollout:\n  stages:\n  - {name: a, soak: 2h30,\n     approveWithin: 12h1d}\n", "3: '2h30' is no time|4: '12h1d' is no time", true },
        { "rollout:\n  stages:\n  - {name: a, soak: 1d,\n     within: 24h}\n", "4: 'within' is not longer than 'soak'", false },
        { "rollout:\n  stages:\n  - {name: a, passing: 0,\n     failing: 101,\n     approvals: -1}\n", "3: 'passing' is a whole number from 1 to 100|4: 'failing' is a whole number|5: 'approvals' is a whole number", true },
        { "rollout:\n  stages:\n  - {name: a, repositories: deploy-*}\n", "3: 'deploy-*' is no repository: write owner/name", true },
        { "rollout:\n  stages:\n  - {name: a, images: 'python:3',\n     files: '{a'}\n", "3: has a tag|4: a brace is not closed", false },
        { "rollout:\n  stages:\n  - name: a\n    verify:\n    - {}\n    - {check: a, flux: b/c}\n    - {chek: a}\n", "5: exactly one of check, deployment|6: exactly one of|7: did you mean 'check'?|7: exactly one of", true },
        { "rollout:\n  stages:\n  - name: a\n    verify:\n    - {check: a, status: 200}\n    - {probe: 'https://a.b', most: 1}\n", "5: 'status' has no meaning for 'check': leave it out|6: 'most' has no meaning for 'probe', which takes status, contains", true },
        { "rollout:\n  stages:\n  - name: a\n    verify:\n    - probe: ftp://a.b\n    - probe: https://me:secret@a.b/\n    - probe: https://a.b/#x\n    - probe: a.b\n", "5: 'probe' is an address that begins with https:// or http://|6: 'probe' has a name or password|7: 'probe' has a '#'|8: 'probe' is an address", true },
        { "rollout:\n  stages:\n  - name: a\n    verify:\n    - {probe: 'https://a.b', status: 99}\n", "5: 'status' is a whole number from 100 to 599", true },
        { "rollout:\n  stages:\n  - name: a\n    verify:\n    - {metric: up, most: 1}\n    - {metric: down, prometheus: 'https://a.b'}\n    - {metric: x, prometheus: 'https://a.b/?q', most: NaN}\n    - {metric: y, prometheus: 'https://a.b', most: 1, least: 2}\n", "5: 'prometheus' is missing|6: 'metric' needs a limit|7: 'prometheus' has a '?'|7: 'most' is a number|8: 'least' is above 'most'", true },
        { "rollout:\n  stages:\n  - name: a\n    verify:\n    - {flux: web}\n    - {argocd: a/b}\n    - {check: x}\n    - {check: x}\n", "5: 'web' is no flux|6: 'a/b' is no argocd|8: 'check x' is there twice", true },
        { "rollout:\n  stages:\n  - name: a\n    verify: [" + string.Join(',', Enumerable.Range(0, 21).Select(i => $"{{check: c{i}}}")) + "]\n", "4: 'verify' has more than 20 items", true },
        { "rollout:\n  stages: [" + string.Join(',', Enumerable.Range(0, 51).Select(i => $"{{name: c{i}, files: f{i}}}")) + "]\n", "2: 'stages' has more than 50 items", true },
        { "rollout:\n  stages:\n  - name: a\n    window: {timezone: UTC}\n", "4: 'window' says nothing", true },
        { "rollout:\n  stages:\n  - name: a\n    window:\n      open: sometimes\n      closed: at any time\n      timezone: Mars\n      holidays: [2026-02-29, 12-32, xmas]\n", "5: sometimes|6: closed at any time|7: 'Mars' is no time zone|8: '2026-02-29' is no day|8: '12-32' is no day|8: 'xmas' is no day", true },
        { "rollout:\n  stages:\n  - name: a\n    window: {open: [], clsed: on friday}\n", "4: 'open' is empty|4: did you mean 'closed'?", true },
        { "rollout:\n  waves:\n  - {images: a, share: [100]}\n", "3: did you mean 'shares'?", true },
        { "rollout:\n  waves:\n  - shares: [10, 10, 100]\n  - images: b\n    shares: [1, 50]\n  - shares: 100\n  - shares: [0, 101]\n  - shares: []\n", "3: 10 is not more than the 10 before it|5: the last of 'shares' is 100|6: 'shares' is a list|7: '0' is no share|7: '101' is no share|8: the last of 'shares' is 100", true },
        { "rollout:\n  waves:\n  - {soak: 0m,\n     canaries: web}\n", "3: '0m' is no time of a minute or more|4: 'web' is no repository", true },
        { "rollout:\n  waves:\n  - {}\n  - {images: python}\n", "4: those in line 3 take all", false },
        { "rules: [\n", "2: no valid YAML", false },
        { "{}\n---\n{}\n", "3: more than one document", false },
        { "rules:\n- images: *.azurecr.io/x\n  policy: digest\n- images: [*x]\n  policy: digest\n", "2: in quotes|4: in quotes", true },
        { "rulez: 1\nrules:\n- {images: 'a b', files: '{', formats: x-x, policy: nope, enabled: perhaps}\n", "1: 'rulez'|3: 'a b'|3: a brace|3: 'x-x'|3: 'nope'|3: 'perhaps'", true },
    };

    [Theory]
    [MemberData(nameof(Right))]
    public void What_is_right_is_read_and_the_schema_takes_it(string text)
    {
        var reading = Read(text);

        Assert.Empty(reading.Errors);
        Assert.NotNull(reading.Configuration);
        Assert.Null(Schema.Check(ValueOf(text)));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Every_mistake_is_told_with_its_line(string text, string expected, bool isSeenBySchema)
    {
        var reading = Read(text);

        Assert.Null(reading.Configuration);
        foreach (var mistake in expected.Split('|'))
        {
            var colon = mistake.IndexOf(": ", StringComparison.Ordinal);
            Assert.Contains(reading.Errors, e => $"{e.Line}" == mistake[..colon] && e.Message.Contains(mistake[(colon + 2)..], StringComparison.Ordinal));
        }

        Assert.True(expected.Split('|').Length == reading.Errors.Count, string.Join('\n', reading.Errors));
        Assert.All(reading.Errors, e => Assert.Equal(RepositoryConfiguration.Path, e.Path));
        Assert.Equal(isSeenBySchema, ValueOf(text) is { } value && Schema.Check(value) is not null);
    }

    [Theory]
    [InlineData("basewatch.yml", "basewatch.yml: this file is not read: move it to .github/basewatch.yml")]
    [InlineData(".basewatch.yaml", ".basewatch.yaml: this file is not read: move it to .github/basewatch.yml")]
    [InlineData(".github/Basewatch.yml a/basewatch.yml", ".github/Basewatch.yml: this file is not read: move it to .github/basewatch.yml")]
    [InlineData(".github/basewatch.yml .github/basewatch.yaml", ".github/basewatch.yaml: this file is not read: .github/basewatch.yml is")]
    [InlineData(".github/basewatch.yaml basewatch.yml", "basewatch.yml: this file is not read: .github/basewatch.yaml is")]
    [InlineData(".github/basewatch.yaml docs/basewatch.yml", "")]
    public void A_file_that_is_taken_for_the_configuration_and_is_not_read_is_told(string paths, string expected) =>
        Assert.Equal(expected, string.Join('\n', RepositoryConfiguration.Misplaced(paths.Split(' '))));

    [Fact]
    public void The_other_ending_of_the_name_is_read_where_the_usual_one_is_not_there()
    {
        (string, string) other = (RepositoryConfiguration.OtherPath, "furthest: patch\n"), dockerfile = ("Dockerfile", "FROM python:3.12.1\n");

        Assert.Equal("docker {level: patch}", RepositoryText.Of(other, dockerfile).RuleOf("Dockerfile", 1).Summary);
        Assert.Equal("digest", RepositoryText.Of(other, dockerfile, (RepositoryConfiguration.Path, "furthest: digest\n")).RuleOf("Dockerfile", 1).Summary);
    }

    [Fact]
    public void Patterns_that_match_no_file_are_told_with_their_line()
    {
        var repository = RepositoryText.Of(
            (RepositoryConfiguration.Path, "ignorePaths: ['old/**', '*.bak']\nrules:\n- {files: ['service/**', 'services/**', '{a,web}/*'], policy: digest}\n"),
            (".github/dependabot.yml", "version: 2\nupdates:\n- {package-ecosystem: docker, directory: /service, schedule: {interval: daily}}\n- package-ecosystem: docker\n  directories: [/, /services, '/web*', '/lib/**', /services/a/b/]\n  schedule: {interval: daily}\n"));

        Assert.Equal(
            [
                ".github/basewatch.yml:1: '*.bak' matches no file of the repository",
                ".github/basewatch.yml:3: 'service/**' matches no file of the repository",
                ".github/dependabot.yml:3: '/service' is no folder of the repository with files in it",
                ".github/dependabot.yml:5: '/lib/**' is no folder of the repository with files in it",
            ],
            repository.Policies.FindUnmatched(["Dockerfile", "old/a", "services/a/b/Dockerfile", "web/Dockerfile"]).Select(p => p.ToString()));
    }

    [Fact]
    public void What_is_said_of_pull_requests_is_a_rules_own_then_the_repositorys_then_the_organisations()
    {
        var own = Read("pullRequests: {labels: [own], open: 3}\nrules:\n- {images: redis, pullRequests: {labels: [], automerge: [patch]}}\n").Configuration!;
        var settings = new RepositorySettings(own.Over(Read("pullRequests: {labels: [theirs], milestone: Q4, perHour: 1}").Configuration!), FormatCatalog.Default, []);
        var policies = PolicySources.None.Read(settings, []).Policies;
        var (redis, python) = (policies.For(Use("redis:7.2")).Rule, policies.For(Use("python:3.12")).Rule);

        Assert.Equal((0, "Q4", false, true), (redis.Proposal.Labels.Count, redis.Proposal.Milestone, redis.Proposal.Automerge, redis.For(UpdateKind.Patch).Proposal.Automerge));
        Assert.Equal(("own", "Q4", false), (Assert.Single(python.Proposal.Labels), python.Proposal.Milestone, python.For(UpdateKind.Patch).Proposal.Automerge));
        var rules = new PullRequestRules { MostAnHour = new ProposalLimit("the settings", 2) }.Under(settings.Configuration.PullRequests);
        Assert.Equal((3, 1), (rules.MostOpen!.Most, rules.MostAnHour!.Most));

        static ImageUse Use(string image) => new() { Path = "Dockerfile", Format = "dockerfile", Line = 1, Column = 1, Written = WrittenText.At(image, 0), Reference = ImageReference.Parse(image) };
    }

    [Fact]
    public void Reader_and_schema_know_the_same_keys_and_each_is_described()
    {
        Assert.Equal(ConfigurationReader.Keys.Order(), Schema.KeysOf("").Order());
        Assert.Equal(ConfigurationReader.RuleKeys.Order(), Schema.KeysOf("$defs/rule").Order());
        Assert.Equal(ConfigurationReader.ReplacementKeys.Order(), Schema.KeysOf("$defs/replacement").Order());
        Assert.Equal(ConfigurationReader.FormatKeys.Order(), Schema.KeysOf("$defs/format").Order());
        Assert.Equal(ConfigurationReader.LifecycleKeys.Order(), Schema.KeysOf("$defs/lifecycle").Order());
        Assert.Equal(ConfigurationReader.CycleKeys.Order(), Schema.KeysOf("$defs/cycle").Order());
        Assert.Equal(ConfigurationReader.PullRequestKeys.Order(), Schema.KeysOf("$defs/pullRequests").Order());
        Assert.Equal(ConfigurationReader.EndOfLifeKeys.Order(), Schema.KeysOf("$defs/endOfLife").Order());
        Assert.Equal(ConfigurationReader.VulnerabilityKeys.Order(), Schema.KeysOf("$defs/vulnerabilities").Order());
        Assert.Equal(ConfigurationReader.PackageKeys.Order(), Schema.KeysOf("$defs/packages").Order());
        Assert.Equal(ConfigurationReader.PackageBaseKeys.Order(), Schema.KeysOf("$defs/packageBase").Order());
        Assert.Equal(ConfigurationReader.ProposalKeys.Order(), Schema.KeysOf("$defs/proposal").Order());
        Assert.Equal(ConfigurationReader.AlertKeys.Order(), Schema.KeysOf("$defs/alerts").Order());
        Assert.Equal(ConfigurationReader.AlertRouteKeys.Order(), Schema.KeysOf("$defs/route").Order());
        Assert.Equal(ConfigurationReader.RebuildKeys.Order(), Schema.KeysOf("$defs/rebuild").Order());
        Assert.Equal(ConfigurationReader.RebuildMethodKeys.Order(), Schema.KeysOf("$defs/rebuildMethod").Order());
        Assert.Equal(ConfigurationReader.RolloutKeys.Order(), Schema.KeysOf("$defs/rollout").Order());
        Assert.Equal(ConfigurationReader.StageKeys.Order(), Schema.KeysOf("$defs/stage").Order());
        Assert.Equal(ConfigurationReader.VerificationKeys.Order(), Schema.KeysOf("$defs/verification").Order());
        Assert.Equal(ConfigurationReader.WindowKeys.Order(), Schema.KeysOf("$defs/window").Order());
        Assert.Equal(ConfigurationReader.WaveKeys.Order(), Schema.KeysOf("$defs/waves").Order());
        Assert.Equal(PolicyReader.Keys.Order(), Schema.KeysOf("$defs/policy").Order());
        Assert.Empty(Schema.Undescribed());
    }

    [Fact]
    public void The_example_of_the_documentation_is_right()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "configuration.md")).ReplaceLineEndings("\n");
        var text = page.Split("```yaml\n")[1].Split("```")[0];

        var configuration = Read(text).Configuration!;

        Assert.Empty(Read(text).Errors);
        Assert.Null(Schema.Check(ValueOf(text)));
        Assert.Equal(["semver:>=3.12 <4", "semver {range: >=2, minimumAge: 3d}, for linux/amd64, linux/arm64", "digest", "none"], configuration.Rules.Select(r => r.Rule.Summary));
        Assert.Equal("docker {level: minor}", configuration.Fallback?.Summary);
        Assert.All([.. configuration.Rules.Select(r => r.Rule).Where(r => r.Enabled), configuration.Fallback!], r => Assert.Equivalent(r.Policy, r.Text.Read()));
        Assert.True(configuration.Ignores("examples/web/Dockerfile"));
        Assert.False(configuration.Ignores("web/examples/Dockerfile"));
        Assert.Equal("versions", Assert.Single(configuration.Formats).Name);
    }

    [Fact]
    public void The_rollout_of_the_documentation_is_right()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "configuration.md")).ReplaceLineEndings("\n");
        var text = page.Split("## Rollout\n")[1].Split("```yaml\n")[1].Split("```")[0];

        Assert.Empty(Read(text).Errors);
        Assert.Null(Schema.Check(ValueOf(text)));
        Assert.Equal(["staging", "production"], Read(text).Configuration!.Rollout.Stages.Select(s => s.Name));
    }

    [Fact]
    public void The_first_rule_that_is_for_a_use_counts_by_image_file_and_format()
    {
        var policies = Policies(
            """
            furthest: patch
            rules:
            - {images: python, files: /a/Dockerfile, policy: 'semver:~3.12'}
            - {images: python, formats: compose, policy: digest}
            - {images: 'ghcr.io/acme/*', enabled: false, reason: theirs}
            """);

        Assert.Equal("semver:~3.12 .github/basewatch.yml:3", InForce("python", "a/Dockerfile"));
        Assert.Equal("docker {level: patch} .github/basewatch.yml:1", InForce("python", "b/Dockerfile"));
        Assert.Equal("digest .github/basewatch.yml:4", InForce("python", "a/compose.yaml", "compose"));
        Assert.Equal("none .github/basewatch.yml:5", InForce("ghcr.io/acme/web", "a/Dockerfile"));
        var off = policies.Apply(Use("ghcr.io/acme/web:1", "a/Dockerfile"));
        Assert.Equal("switched off by .github/basewatch.yml:5: theirs", off.Skip);
        Assert.False(off.IsLookedUp);

        string InForce(string image, string path, string format = "dockerfile") =>
            policies.For(Use(image, path) with { Format = format }).Rule is var rule ? $"{rule.Summary} {rule.Source}" : "";
    }

    [Fact]
    public void Rules_of_the_command_line_go_first_and_ignored_files_stay_ignored()
    {
        Assert.True(ScopedRule.TryCreate("python", "docker", new RuleSource("--policy", null, "basewatch"), out var given, out _));

        var policies = Policies("ignorePaths: old/**\nfurthest: digest\nrules:\n- {images: python, enabled: false}\n", given);

        Assert.Null(policies.Apply(Use("python:3", "Dockerfile")).Skip);
        Assert.Equal(2, policies.For(Use("python:3", "Dockerfile")).Policies.Count);
        Assert.Equal("digest", policies.For(Use("node:3", "Dockerfile")).Name);
        Assert.StartsWith("switched off by .github/basewatch.yml:1", policies.Apply(Use("python:3", "old/Dockerfile")).Skip, StringComparison.Ordinal);
    }

    [Fact]
    public void Uses_of_one_tag_are_decided_each_by_its_own_rule()
    {
        var policies = Policies("rules:\n- {files: a/*, policy: 'semver:~3.12'}\n- {files: b/*, policy: digest}\n- {files: c/*, policy: {level: patch}}\n- {files: d/*, enabled: false}\n");
        string[] tags = ["3.12.1", "3.12.9", "3.14.0", "4.0.0"];
        var python = ImageName.Parse("python");
        List<ImageUse> uses = [.. "abcde".Select(f => Use("python:3.12.1", $"{f}/Dockerfile"))];
        var needed = UpdatePlanner.Needed(new ImageFacts(python) { Tags = tags }, UpdatePlanner.Followed(uses, policies)[python], new TagChoices(default)).Digests;
        var facts = new ImageFacts(python) { Tags = tags, Digests = needed.ToDictionary(t => t, t => (Digest?)Digest.Of(Encoding.UTF8.GetBytes(t)), StringComparer.Ordinal) };

        var assessed = UpdatePlanner.Assess(uses, policies, new Dictionary<ImageName, ImageFacts> { [python] = facts }, new TagChoices(default));

        Assert.Equal(
            ["3.12.9", "3.12.1", "3.12.9", "", "3.14.0 4.0.0"],
            assessed.Select(a => string.Join(' ', a.Updates.Select(u => u.Target.Tag))));
        Assert.Equal("switched off by .github/basewatch.yml:5", assessed[3].Reason);
    }

    [Theory]
    [InlineData("images: python")]
    [InlineData("images: library/python")]
    [InlineData("images: docker.io/python")]
    [InlineData("images: index.docker.io/library/python")]
    [InlineData("images: 'library/*'")]
    [InlineData("images: 'docker.io/py*'")]
    [InlineData("files: services/")]
    [InlineData("files: '/services/'")]
    public void A_name_or_folder_may_be_written_in_any_way(string scope) =>
        Assert.False(Policies($"rules:\n- {{{scope}, enabled: false}}\n").For(Use("python:3", "services/a/Dockerfile")).Rule.Enabled);

    [Fact]
    public void Majors_travel_apart_with_filters_too()
    {
        var policies = Policies("rules:\n- policy: {ignoreTags: '*-rc*'}\n");

        Assert.Equal(2, policies.For(Use("python:3", "Dockerfile")).Policies.Count);
    }

    [Fact]
    public void Nothing_throws_whatever_the_text() =>
        Gen.Select(Gen.OneOf([.. Right.Select(r => r.Data), .. Wrong.Select(w => (string)w.Data.Item1)]), Gen.Int[0, 400], Gen.Int[0, 20], Gen.OneOf([.. "{}[]:,-&*!|>'\"#\n a?\0\uD800".Select(c => c.ToString())]))
            .Sample((text, at, cut, put) =>
            {
                var from = Math.Min(at, text.Length);
                var reading = Read(string.Concat(text.AsSpan(0, from), put, text.AsSpan(Math.Min(text.Length, from + cut))));
                Assert.Equal(reading.Configuration is null, reading.Errors.Count > 0);
            });

    [Fact]
    public void Hostile_texts_end_soon_with_their_place()
    {
        var clock = Stopwatch.StartNew();
        string[] texts =
        [
            "rules: " + new string('[', 100_000),
            "rules:\n" + string.Concat(Enumerable.Repeat("- {images: python, policy: digest}\n", 100_000)),
            "a: &a [x, x, x, x, x, x, x, x, x, x]\nrules:\n" + string.Concat(Enumerable.Range(0, 499).Select(i => $"- {{images: *a, files: ['{{a,b}}{{c,d}}{{e,f}}{i}'], policy: digest}}\n")),
            string.Concat(Enumerable.Range(0, 100_000).Select(i => $"k{i}: 1\n")),
            "r: &r {" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"k{i}: 1, ")) + "}\nrules: [" + string.Join(',', Enumerable.Repeat("*r", 499)) + "]",
            "ignorePaths: '" + new string('*', 100_000) + "'",
            "rules:\n- policy: 'regex:(" + new string('a', 1_000_000) + "'",
        ];
        Assert.All(texts, t => Assert.InRange(Read(t).Errors.Count, 1, 200));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
    }

    private static ImageUse Use(string reference, string path) => Some.At(ImageReference.Parse(reference), path);

    private static ConfigurationReading Read(string text) => ConfigurationReader.Read(new SourceFile(RepositoryConfiguration.Path, text), FormatCatalog.Default);

    private static PolicySet Policies(string text, params IReadOnlyList<ScopedRule> given)
    {
        var settings = RepositorySettings.Read([new ConfigurationPart("basewatch", RepositoryConfiguration.Path, 1, text)], FormatCatalog.Default);
        Assert.Empty(settings.Errors);
        return new PolicySources(given).Read(settings, []).Policies;
    }

    private static JsonNode? ValueOf(string text) => JsonSchema.ValueOf(YamlStream.Read(new SourceFile("x", text)) is { Documents: [var first, ..] } ? first : null);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("not below the repository");
        }

        return folder;
    }
}
