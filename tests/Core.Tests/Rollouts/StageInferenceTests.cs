using Basewatch.Core.Formats;
using Basewatch.Core.Rollouts;
using CsCheck;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>Stages by folders and files that are called as environments.</summary>
public sealed class StageInferenceTests
{
    private static readonly string[] Order = ["dev", "test", "staging", "production"];

    private static readonly Dictionary<string, string> Canonical = new()
    {
        ["dev"] = "dev",
        ["Development"] = "dev",
        ["qa"] = "test",
        ["test"] = "test",
        ["integration"] = "test",
        ["staging"] = "staging",
        ["stg"] = "staging",
        ["pre-prod"] = "staging",
        ["UAT"] = "staging",
        ["production"] = "production",
        ["prod"] = "production",
        ["live"] = "production",
    };

    private static readonly Gen<string> Word = Gen.OneOf([.. Canonical.Keys]);

    private static readonly Gen<string> Name = Gen.OneOf(Word, Gen.OneOf("apps", "web", "products", "overlays", "values", "base", "Overlays", "a-b", ".github", "src"));

    private static readonly Gen<string> File = Gen.OneOf(
        Gen.OneOf("kustomization.yaml", "values.yaml", "README.md", "values-non-prod.yaml", "values-dev-prod.yaml"),
        Gen.Select(Gen.OneOf("values-{0}.yaml", "values.{0}.yml", "{0}.values.yaml", "{0}.yaml", "compose_{0}.yml", "app.{0}.json"), Word, (f, w) => string.Format(System.Globalization.CultureInfo.InvariantCulture, f, w)));

    private static readonly Gen<string[]> Paths = Gen.Select(Name.Array[0, 3], File, (folders, file) => string.Join('/', [.. folders, file])).Array[0, 40];

    [Theory]
    [InlineData("clusters/staging/web.yaml clusters/production/web.yaml clusters/base.yaml", "staging: /clusters/staging/**; production<staging: /clusters/production/**")]
    [InlineData("apps/a/overlays/dev/k.yaml apps/a/overlays/prod/k.yaml apps/b/overlays/staging/k.yaml apps/b/overlays/prod/x/k.yaml apps/a/base/k.yaml", "dev: /apps/a/overlays/dev/**; staging<dev: /apps/b/overlays/staging/**; production<staging: /apps/a/overlays/prod/** /apps/b/overlays/prod/**")]
    [InlineData("environments/live/a.tf environments/qa/a.tf", "test: /environments/qa/**; production<test: /environments/live/**")]
    [InlineData("envs/dev/a envs/test/a", "dev: /envs/dev/**; test<dev: /envs/test/**")]
    [InlineData("chart/values.yaml chart/values-staging.yaml chart/values-prd.yaml", "staging: /chart/values-staging.yaml; production<staging: /chart/values-prd.yaml")]
    [InlineData("values.Development.yaml values.production.yaml", "dev: /values.development.yaml; production<dev: /values.production.yaml")]
    [InlineData("staging.values.yaml prod.values.yaml", "staging: /staging.values.yaml; production<staging: /prod.values.yaml")]
    [InlineData("values/prod.yaml values/pre-prod.yaml values/int.yaml", "test: /values/int.yaml; staging<test: /values/pre-prod.yaml; production<staging: /values/prod.yaml")]
    [InlineData("docker-compose.prod.yml docker-compose.uat.yml docker-compose.yml", "staging: /docker-compose.uat.yml; production<staging: /docker-compose.prod.yml")]
    [InlineData("clusters/stage/values-prod.yaml clusters/prod/values-stage.yaml", "staging: /clusters/stage/**; production<staging: /clusters/prod/**")]
    [InlineData("c/prod/overlays/dev/k.yaml c/staging/overlays/prod/k.yaml c/prod/overlays/prod/k.yaml", "staging: /c/staging/**; production<staging: /c/prod/**")]
    [InlineData("", "")]
    [InlineData("clusters/production/a.yaml", "")]
    [InlineData("products/a.yaml staging/a.yaml", "")]
    [InlineData("test/a.cs src/a.cs", "")]
    [InlineData("dev/run.sh test/a.cs", "")]
    [InlineData("a/staging/a.yaml b/production/a.yaml", "")]
    [InlineData("src/test/java/A.java src/main/java/live/A.java", "")]
    [InlineData("values-staging.yaml chart/values-production.yaml", "")]
    [InlineData("values-staging.yaml app-production.yaml", "")]
    [InlineData("values-staging.yaml values-non-prod.yaml values-non_prod.yaml", "")]
    [InlineData("values-staging.yaml values-products.yaml", "")]
    [InlineData("webpack.dev.js webpack.prod.js", "")]
    [InlineData("Dockerfile.dev Dockerfile.prod", "")]
    [InlineData("docker-compose.dev.yml docker-compose.test.yml", "")]
    [InlineData(".github/workflows/staging.yml .github/workflows/prod.yml", "")]
    [InlineData("vendor/a/staging/a.yaml vendor/a/prod/a.yaml", "")]
    [InlineData("{{name}}/staging/a.yaml {{name}}/prod/a.yaml", "")]
    public void Common_layouts_are_known(string paths, string expected) => Assert.Equal(expected, Text(StageInference.Infer(paths.Split(' '))));

    [Fact]
    public void There_are_two_stages_or_none_each_after_the_one_before_it() => Paths.Sample(paths =>
    {
        var rollout = StageInference.Infer(paths);

        Assert.NotEqual(1, rollout.Stages.Count);
        Assert.Equal(Order.Where(o => rollout.Find(o) is not null), rollout.Stages.Select(s => s.Name));
        Assert.Equal(rollout.Stages.Select(s => s.Name).SkipLast(1), rollout.Stages.SelectMany(s => s.After));
    });

    [Fact]
    public void A_file_is_in_one_stage_at_the_most_and_names_it() => Paths.Sample(paths =>
    {
        var rollout = StageInference.Infer(paths);
        foreach (var path in paths)
        {
            var stages = rollout.Stages.Where(s => s.Scope.Files.Any(f => FilePattern.IsAnyMatch(f, [path]))).ToList();
            Assert.InRange(stages.Count, 0, 1);
            Assert.All(stages, s => Assert.Contains(Canonical, c => c.Value == s.Name && path.Contains(c.Key, StringComparison.OrdinalIgnoreCase)));
        }

        Assert.All(rollout.Stages, s => Assert.All(s.Scope.Files, f => Assert.True(FilePattern.IsAnyMatch(f, paths))));
    });

    [Fact]
    public void Order_case_and_repetition_do_not_matter() => Gen.Select(Paths, Gen.Int).Sample((paths, seed) =>
    {
        var other = paths.Concat(paths.Select(p => p.ToUpperInvariant())).ToArray();
        new Random(seed).Shuffle(other);

        Assert.Equal(Text(StageInference.Infer(paths)), Text(StageInference.Infer(other)));
    });

    [Fact]
    public void What_names_no_environment_changes_nothing() => Gen.Select(Paths, Gen.OneOf("a", "products", "x/y").Array[0, 5]).Sample((paths, folders) =>
        Assert.Equal(Text(StageInference.Infer(paths)), Text(StageInference.Infer([.. paths, .. folders.Select(f => $"{f}/deployment.yaml")]))));

    [Fact]
    public void Nothing_throws_whatever_the_paths() => Gen.String.Array[0, 20].Sample(paths => StageInference.Infer([.. paths, .. paths.Select(p => $"{p}/prod/a"), .. paths.Select(p => $"{p}/staging/a")]));

    [Fact]
    public void More_places_than_are_read_are_none() =>
        Assert.True(StageInference.Infer(Enumerable.Range(0, 50_000).SelectMany(i => (string[])[$"a{i}/staging/a", $"a{i}/prod/a"])).IsEmpty);

    private static string Text(Rollout rollout) =>
        string.Join("; ", rollout.Stages.Select(s => $"{s.Name}{string.Concat(s.After.Select(a => $"<{a}"))}: {string.Join(' ', s.Scope.Files)}"));
}
