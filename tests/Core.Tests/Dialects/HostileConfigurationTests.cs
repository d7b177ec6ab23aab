using System.Diagnostics;
using System.Globalization;
using Basewatch.Core.Dialects;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>Configuration that was written to do harm: it ends soon, and where it is wrong its uses stay as they are.</summary>
public sealed class HostileConfigurationTests
{
    private const string Dockerfile = "FROM python:3.12.4-slim\n";
    private const string Deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: api
          labels: {keel.sh/policy: 'POLICY'}
        spec:
          template:
            spec:
              containers:
              - name: api
                image: ghcr.io/acme/api:1.0.0 # {"$imagepolicy": "flux-system:api"}

        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string Deep = new('[', 100_000);
    private static readonly string Catastrophe = "(a|a|aa)+(b*)*" + string.Concat(Enumerable.Repeat("(x{1,1000}){1,1000}", 20)) + "$";
    private static readonly string Bomb = string.Concat(
        ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n", .. Enumerable.Range(1, 20).Select(i => string.Create(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"))]);

    /// <summary>What it is, where it stands, and whether it is wrong: the default must not decide then.</summary>
    public static TheoryData<string, string, string, bool> Texts => new()
    {
        { "renovate: deep", "renovate.json", "{\"packageRules\": " + Deep, true },
        { "renovate: a million rules", "renovate.json", "{\"packageRules\": [" + string.Join(',', Enumerable.Repeat("{}", 1_000_000)) + "]}", true },
        { "renovate: an expression", "renovate.json", "{\"packageRules\": [{\"matchPackageNames\": [\"/" + Catastrophe + "/\"], \"enabled\": false}]}", false },
        { "renovate: names without end", "renovate.json", "{\"packageRules\": [{\"matchPackageNames\": [" + string.Join(',', Enumerable.Repeat("\"" + new string('*', 50) + "\"", 4000)) + "], \"enabled\": false}]}", false },
        { "renovate: presets of presets", "renovate.json", "{\"extends\": [" + string.Join(',', Enumerable.Repeat("\"config:recommended\", \"config:best-practices\"", 5000)) + "]}", false },
        { "renovate: itself", "renovate.json", "{\"extends\": [\"local>acme/web\", \"github>acme/web:renovate\", \":a(:a(:a))\"]}", false },
        { "renovate: other text", "renovate.json", "{\"packageRules\": 1}", true },
        { "renovate: an expression for uses", "renovate.json", "{\"customManagers\": [{\"customType\": \"regex\", \"fileMatch\": [\".*\"], \"matchStrings\": [\"(?<depName>" + "(a*)*)" + ":(?<currentValue>" + "(b+)+)\"], \"datasourceTemplate\": \"docker\"}]}", false },
        { "dependabot: deep", ".github/dependabot.yml", "version: 2\nupdates: " + Deep, true },
        { "dependabot: a bomb", ".github/dependabot.yml", Bomb + "version: 2\nupdates: *a20\n", true },
        { "dependabot: a million entries", ".github/dependabot.yml", "version: 2\nupdates:\n" + string.Concat(Enumerable.Repeat("- {package-ecosystem: docker, directory: /, schedule: {interval: daily}}\n", 1_000_000)), true },
        { "dependabot: directories", ".github/dependabot.yml", "version: 2\nupdates:\n- {package-ecosystem: docker, schedule: {interval: daily}, directories: [" + string.Join(',', Enumerable.Repeat("'" + string.Concat(Enumerable.Repeat("**/*", 20)) + "'", 2000)) + "]}\n", false },
        { "ours: a bomb", ".github/basewatch.yml", Bomb + "rules: *a20\n", true },
        { "keel: an expression", "k8s/api.yaml", Deployment.Replace("POLICY", "regexp:" + Catastrophe, StringComparison.Ordinal), true },
        { "keel: a glob", "k8s/api.yaml", Deployment.Replace("POLICY", "glob:" + new string('*', 500), StringComparison.Ordinal), false },
        { "flux: an expression", "k8s/api.yaml", Deployment.Replace("POLICY", "minor", StringComparison.Ordinal) + "---\n" + FluxPolicy("{semver: {range: '>=1'}}", "{pattern: '" + Catastrophe + "', extract: '$1'}"), true },
        { "flux: a range", "k8s/api.yaml", Deployment + "---\n" + FluxPolicy("{semver: {range: '" + string.Join(" || ", Enumerable.Repeat(">=1.0.0 <2.0.0", 5000)) + "'}}", "null"), true },
        { "flux: many markers", "k8s/api.yaml", Deployment + string.Concat(Enumerable.Repeat("---\nx: y # {\"$imagepolicy\": \"flux-system:api\"}\n", 20_000)), true },
        { "argocd: images", "k8s/api.yaml", Deployment + "---\n" + Application("image-list: '" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"a{i}=ghcr.io/acme/api:~1")) + "'"), false },
        { "argocd: an expression", "k8s/api.yaml", Deployment + "---\n" + Application("image-list: api=ghcr.io/acme/api\n    argocd-image-updater.argoproj.io/api.allow-tags: 'regexp:" + Catastrophe + "'"), false },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void It_ends_soon_and_nothing_is_decided_by_what_is_wrong(string what, string path, string text, bool isWrong)
    {
        var clock = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var repository = RepositoryText.Of(("Dockerfile", Dockerfile), (path, text));
        foreach (var use in repository.Uses.Where(u => u.Reference is not null))
        {
            _ = repository.Policies.For(use).Rule;
        }

        Assert.True(clock.Elapsed < Patience, $"{what} took {clock.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000_000, what);
        if (isWrong)
        {
            var dialect = what.Split(':')[0] == "ours" ? "basewatch" : what.Split(':')[0];
            Assert.Contains(repository.Decided.Errors.Concat(repository.Scan.Problems), e => e.Path == path);
            Assert.All(
                repository.Uses.Where(u => u.Reference is not null && (path != "k8s/api.yaml" || u.Path == path)),
                u => Assert.False(repository.Policies.For(u).Rule is { Enabled: true, Source: null }, $"{dialect}: the default decides for {u.Path}:{u.Line}"));
        }
    }

    /// <summary>Each place where somebody else's regular expression is read: what it is, the file, its text with EXPRESSION, and the line.</summary>
    public static TheoryData<string, string, string, int> Doors => new()
    {
        { "ours: a format", ".github/basewatch.yml", "formats:\n- name: own\n  files: '*.txt'\n  pattern: '(?<image>EXPRESSION)'\n", 4 },
        { "ours: a policy", ".github/basewatch.yml", "rules:\n- policy: 'regex:(EXPRESSION)'\n", 2 },
        { "ours: a policy in parts", ".github/basewatch.yml", "rules:\n- policy: {policy: regex,\n    pattern: '(EXPRESSION)'}\n", 3 },
        { "ours: filterTags", ".github/basewatch.yml", "rules:\n- policy: {policy: numerical,\n    filterTags: {pattern: 'EXPRESSION'}}\n", 3 },
        { "ours: allowedVersions", ".github/basewatch.yml", "rules:\n- policy: {policy: docker,\n    allowedVersions: '/EXPRESSION/'}\n", 3 },
        { "ours: replaceWith", ".github/basewatch.yml", "rules:\n- images: python\n  replaceWith: {image: pypy, tag: $1,\n    pattern: '(EXPRESSION)'}\n", 4 },
        { "renovate: names", "renovate.json", "{\"packageRules\": [{\n\"matchPackageNames\": [\"/EXPRESSION/\"], \"enabled\": false}]}", 2 },
        { "renovate: names of any case", "renovate.json", "{\"packageRules\": [{\n\"matchPackageNames\": [\"/EXPRESSION/i\"], \"enabled\": false}]}", 2 },
        { "renovate: allowedVersions", "renovate.json", "{\"packageRules\": [{\n\"allowedVersions\": \"/EXPRESSION/\"}]}", 2 },
        { "renovate: not allowedVersions", "renovate.json", "{\"packageRules\": [{\n\"allowedVersions\": \"!/EXPRESSION/i\"}]}", 2 },
        { "renovate: the current value", "renovate.json", "{\"packageRules\": [{\n\"matchCurrentValue\": \"/EXPRESSION/\", \"enabled\": false}]}", 2 },
        { "renovate: versioning", "renovate.json", "{\"packageRules\": [{\n\"versioning\": \"regex:^(?<major>EXPRESSION)$\"}]}", 2 },
        { "renovate: extractVersion", "renovate.json", "{\"packageRules\": [{\n\"extractVersion\": \"^(?<version>EXPRESSION)$\"}]}", 2 },
        { "renovate: files", "renovate.json", "{\"kubernetes\": {\n\"managerFilePatterns\": [\"/EXPRESSION/\"]}}", 2 },
        { "renovate: customManagers", "renovate.json", "{\"customManagers\": [{\"customType\": \"regex\", \"managerFilePatterns\": [\"**/*.env\"], \"datasourceTemplate\": \"docker\",\n\"matchStrings\": [\"(?<depName>EXPRESSION):(?<currentValue>.*)\"]}]}", 2 },
        { "flux: filterTags", "k8s/api.yaml", FluxPolicy("{numerical: {}}", "{pattern: 'EXPRESSION', extract: '$1'}"), 7 },
        { "flux: exclusionList", "k8s/api.yaml", "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata: {name: api, namespace: flux-system}\nspec:\n  image: ghcr.io/acme/api\n  exclusionList:\n  - 'EXPRESSION'\n---\n" + FluxPolicy("{numerical: {}}", "null"), 7 },
        { "argocd: allow-tags", "k8s/api.yaml", Application("image-list: api=ghcr.io/acme/api\n    argocd-image-updater.argoproj.io/api.allow-tags: 'regexp:EXPRESSION'"), 7 },
        { "keel: a policy", "k8s/api.yaml", Deployment.Replace("POLICY", "regexp:EXPRESSION", StringComparison.Ordinal), 5 },
    };

    /// <summary>What .NET alone would take from ten seconds to forever for, and gigabytes.</summary>
    private static readonly string[] Explosions =
    [
        "a{1000000000}b{1000000000}",
        "(((a{1000}b{1000}){1000}){1000}){1000}",
        "((([ab]{1000}c){1000}){1000}d){1000}",
        string.Concat(Enumerable.Range(0, 900).Select(i => (char)(0x100 + (i * 20)))),
    ];

    [Theory]
    [MemberData(nameof(Doors))]
    public void No_expression_explodes(string what, string path, string text, int line)
    {
        foreach (var expression in Explosions.SelectMany(e => new[] { e, "(?i)" + e }))
        {
            var clock = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();

            var repository = RepositoryText.Of(("Dockerfile", Dockerfile), (path, text.Replace("EXPRESSION", expression, StringComparison.Ordinal)));

            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{what} took {clock.Elapsed}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200_000_000, what);
            Assert.Contains(repository.Errors.Concat(repository.Remarks), e => e.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{path}:{line}: "), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_dialect_is_tried() =>
        Assert.Empty(DialectCatalog.All.Select(d => d.Name == "basewatch" ? "ours" : d.Name).Except(Texts.Select(t => t.Data.Item1.Split(':')[0])));

    private static string FluxPolicy(string policy, string filter) =>
        $$"""
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImagePolicy
        metadata: {name: api, namespace: flux-system}
        spec:
          imageRepositoryRef: {name: api}
          policy: {{policy}}
          filterTags: {{filter}}

        """;

    private static string Application(string annotation) =>
        $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata:
          name: api
          annotations:
            argocd-image-updater.argoproj.io/{{annotation}}
        spec:
          source: {repoURL: https://github.com/acme/web, path: k8s}

        """;

    [Fact]
    public void What_several_dialects_say_alike_is_told_once()
    {
        const string Text = "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata:\n  name: a\n  annotations:\n    keel.sh/policy: minor\n    argocd-image-updater.argoproj.io/image-list: a\nspec: {repoURL: [\n";
        var repository = RepositoryText.Of(("a.yaml", Text));
        var all = DialectCatalog.All.SelectMany(d => d.ReadRules([.. repository.Scan.Parts.Where(p => p.Dialect == d.Name)]).Errors).Select(e => e.ToString()).ToList();

        Assert.Equal(all.Distinct(StringComparer.Ordinal), repository.Errors);
        Assert.NotEqual(all.Count, repository.Errors.Count());
    }
}
