using System.Diagnostics;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;

using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class FluxRepositoryTests
{
    private const string Repository = """
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImageRepository
        metadata: {name: app, namespace: flux-system}
        spec:
          image: ghcr.io/acme/app
          interval: 5m
        """;

    private const string Policy = """
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImagePolicy
        metadata: {name: app, namespace: flux-system, labels: {team: a}}
        spec:
          imageRepositoryRef: {name: app}
          policy: {semver: {range: 1.x}}
        """;

    private const string Automation = """
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImageUpdateAutomation
        metadata: {name: all, namespace: flux-system}
        spec:
          interval: 5m
          sourceRef: {kind: GitRepository, name: fleet}
          git:
            checkout: {ref: {branch: release}}
            commit: {author: {email: flux@example.com}}
            push: {branch: flux-updates}
          update: {path: ./apps, strategy: Setters}
        """;

    private const string Tags = "1.0.0 1.4.0 2.0.0 1.5.0.sig 1.4.1-rc.1";

    /// <summary>What a marked line leads to; the policy, its repository and the automation are there.</summary>
    [Theory]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}", "1.4.0")]
    [InlineData("image: ghcr.io/acme/app:1.0.0   ##{  \"$imagepolicy\" :\"flux-system:app\" , \"other\": \"x\"}  ", "1.4.0")]
    [InlineData("image: 'ghcr.io/acme/app:1.0.0' # {\"$imagepolicy\": \"other:app\", \"$imagepolicy\": \"flux-system:app\"}", "1.4.0")]
    [InlineData("image: \"ghcr.io/acme/app:1.0.0\"\t# {\"$imagepolicy\": \"flux-system:app\"}", "1.4.0")]
    [InlineData("image: ghcr.io/acme/app:2.0.0 # {\"$imagepolicy\": \"flux-system:app\"}", "1.4.0")]
    [InlineData("image: ghcr.io/acme/app # {\"$imagepolicy\": \"flux-system:app\"}", "1.4.0")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app:tag\"}", null, "only the tag")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app:name\"}", null, "only the name")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app:digest\"}", null, "no digest in its line")]
    [InlineData("image: ghcr.io/acme/other:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}", null, "its ImageRepository has ghcr.io/acme/app")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"other:app\"}", null, "ImagePolicy other/app is not in this repository")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:lost\"}", null, "ImagePolicy flux-system/lost is not in this repository")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"} by Flux", null, "its configuration is wrong")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # by Flux # {\"$imagepolicy\": \"flux-system:app\"}", null, "its configuration is wrong")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app:version\"}", null, "its configuration is wrong")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"app\"}", null, "its configuration is wrong")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": {\"name\": \"app\"}}", null, "its configuration is wrong")]
    [InlineData("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\", \"n\": 1}", null, "its configuration is wrong")]
    public void A_marker_is_read_as_Flux_reads_it(string line, string? selected, string? reason = null)
    {
        var repository = RepositoryText.Of(("flux.yaml", All()), ("apps/pod.yaml", Pod(line)));
        Assert.Equal(selected, repository.Decide("apps/pod.yaml", 6, Tags));
        var rule = repository.RuleOf("apps/pod.yaml", 6);
        Assert.Equal(selected is not null, rule.Enabled);
        Assert.Equal("flux", rule.Source!.Dialect);
        if (reason is not null)
        {
            Assert.Contains(reason, rule.Reason, StringComparison.Ordinal);
            Assert.Contains(reason, repository.UseAt("apps/pod.yaml", 6).Skip, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{'$imagepolicy': 'flux-system:app'}")]
    [InlineData("$imagepolicy: flux-system:app")]
    [InlineData("{$imagepolicy: \"flux-system:app\"}")]
    public void A_marker_in_other_quotes_is_an_error(string marker)
    {
        var repository = RepositoryText.Of(("flux.yaml", All()), ("apps/pod.yaml", Pod($"image: ghcr.io/acme/app:1.0.0 # {marker}")));
        Assert.StartsWith("apps/pod.yaml:6: this marker is not read by Flux", Assert.Single(repository.Errors), StringComparison.Ordinal);
        Assert.False(repository.RuleOf("apps/pod.yaml", 6).Enabled);
    }

    [Fact]
    public void A_watched_repository_names_no_tag_that_could_be_gone()
    {
        var repository = RepositoryText.Of(("flux.yaml", "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata: {name: db}\nspec:\n  image: ghcr.io/acme/db\n"));
        var use = Assert.Single(repository.Uses);
        var image = use.Reference!.Name;
        var facts = new ImageFacts(image) { Tags = ["main-1"], Digests = new Dictionary<string, Digest?>(StringComparer.Ordinal) { ["latest"] = null } };

        var assessment = UpdatePlanner.Assess([use], repository.Policies, new Dictionary<ImageName, ImageFacts> { [image] = facts }, new TagChoices(default)).Single();

        Assert.False(assessment.IsGone);
        Assert.Empty(assessment.Updates);
    }

    [Fact]
    public void A_use_without_a_marker_is_not_claimed()
    {
        var repository = RepositoryText.Of(("flux.yaml", All()), ("apps/pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # $imagepolicy")), ("apps/pod.json", """{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "ghcr.io/acme/app:1.0.0"}]}}"""));
        Assert.Equal(2, repository.Uses.Count(u => u.Path.StartsWith("apps/", StringComparison.Ordinal)));
        Assert.All(repository.Uses.Where(u => u.Path.StartsWith("apps/", StringComparison.Ordinal)), u => Assert.Null(repository.Policies.For(u).Rule.Source));
    }

    [Fact]
    public void A_rule_says_where_it_is_from_and_how_it_is_proposed()
    {
        var repository = RepositoryText.Of(("flux.yaml", All()), ("apps/pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")), ("apps/b.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")));
        var rule = repository.RuleOf("apps/pod.yaml", 6);
        Assert.Same(rule, repository.RuleOf("apps/b.yaml", 6));
        Assert.Equal(("flux.yaml:8", "semver 1.x", false), (rule.Source!.ToString(), rule.Summary, rule.Pins));
        Assert.Equal(("flux-flux-system-all", "release"), (rule.Proposal.Group, rule.Proposal.TargetBranch));
        Assert.Equal("""{"policy":{"semver":{"range":"1.x"}}}""", rule.Text.Text);
        Assert.Empty(repository.Errors);
        Assert.Contains(repository.Remarks, r => r.StartsWith("flux.yaml:24: 'push.branch' is passed over", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("digestReflectionPolicy: Never", false, false)]
    [InlineData("digestReflectionPolicy: IfNotPresent", true, false)]
    [InlineData("digestReflectionPolicy: Always\n  interval: 5m", true, false)]
    public void A_digest_is_added_where_Flux_writes_one(string reflection, bool whole, bool tagAlone)
    {
        var repository = RepositoryText.Of(
            ("flux.yaml", $"{Repository}\n---\n{Policy}\n  {reflection}\n"),
            ("pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")),
            ("values.yaml", "image:\n  repository: ghcr.io/acme/app\n  tag: 1.0.0 # {\"$imagepolicy\": \"flux-system:app:tag\"}\n"),
            ("b/values.yaml", "image:\n  repository: ghcr.io/acme/app # {\"$imagepolicy\": \"flux-system:app:name\"}\n  tag: 1.0.0 # {\"$imagepolicy\": \"flux-system:app:tag\"}\n  digest: \"\" # {\"$imagepolicy\": \"flux-system:app:digest\"}\n"));
        Assert.Empty(repository.Errors);
        Assert.Equal(whole, repository.RuleOf("pod.yaml", 6).Pins);
        var (tag, digest) = (Only(repository, "values.yaml"), Only(repository, "b/values.yaml"));
        Assert.Equal((true, tagAlone), (tag.Enabled, tag.Pins));
        Assert.Equal((true, whole), (digest.Enabled, digest.Pins));
        Assert.Equal(!reflection.Contains("IfNotPresent", StringComparison.Ordinal), repository.RuleOf("pod.yaml", 6).Refreshes);
        Assert.Equal(!whole, repository.Remarks.Any(r => r.Contains("Flux would empty", StringComparison.Ordinal)));
    }

    [Fact]
    public void Values_and_Kustomize_have_a_marker_for_each_line()
    {
        const string Digest = "sha256:97b83c73d3165f2deb95e02459a6e905f092260cd991f4c4eae2f192ddb99cbe";
        var repository = RepositoryText.Of(
            ("flux.yaml", All()),
            ("apps/values.yaml", "image:\n  repository: ghcr.io/acme/app # {\"$imagepolicy\": \"flux-system:app:name\"}\n  tag: 1.0.0 # {\"$imagepolicy\": \"flux-system:app:tag\"}\n"),
            ("apps/kustomization.yaml", $"images:\n  - name: app\n    newName: ghcr.io/acme/app # {{\"$imagepolicy\": \"flux-system:app:name\"}}\n    newTag: 1.0.0 # {{\"$imagepolicy\": \"flux-system:app:tag\"}}\n    digest: {Digest} # {{\"$imagepolicy\": \"flux-system:app:digest\"}}\n"),
            ("apps/n/values.yaml", "image:\n  repository: ghcr.io/acme/app # {\"$imagepolicy\": \"flux-system:app:name\"}\n  tag: 1.0.0\n"),
            ("apps/m/values.yaml", "image:\n  repository: ghcr.io/acme/app\n  tag: 1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}\n"));
        Assert.Empty(repository.Errors);
        Assert.Equal("1.4.0", Only(repository, "apps/values.yaml").Policy!.Decide(new TagQuestion("1.0.0", Tags.Split(' '))).Selected);
        Assert.Equal("flux.yaml:8", Only(repository, "apps/kustomization.yaml").Source!.ToString());
        Assert.Equal("no marker is for its tag", Only(repository, "apps/n/values.yaml").Reason);
        Assert.Contains("the whole reference", Only(repository, "apps/m/values.yaml").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./apps", "apps/pod.yaml", true)]
    [InlineData("apps/", "apps/a/pod.yaml", true)]
    [InlineData("/apps/../apps", "apps/pod.yaml", true)]
    [InlineData("../..", "apps/pod.yaml", true)]
    [InlineData("''", "apps/pod.yaml", true)]
    [InlineData("./app", "apps/pod.yaml", false)]
    [InlineData("./apps/staging", "apps/pod.yaml", false)]
    [InlineData("./clusters/${cluster}", "apps/pod.yaml", true)]
    public void An_automation_writes_below_its_path(string path, string file, bool isOn)
    {
        var repository = RepositoryText.Of(("flux.yaml", All().Replace("./apps", path, StringComparison.Ordinal)), (file, Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")));
        var rule = repository.RuleOf(file, 6);
        Assert.Equal(isOn, rule.Enabled);
        Assert.Equal(isOn ? "flux.yaml:8" : "flux.yaml:15", rule.Source!.ToString());
    }

    [Theory]
    [InlineData("matchLabels: {team: a}", true)]
    [InlineData("matchLabels: {team: b}", false)]
    [InlineData("matchExpressions: [{key: team, operator: In, values: [a, b]}]", true)]
    [InlineData("matchExpressions: [{key: team, operator: NotIn, values: [a]}]", false)]
    [InlineData("matchExpressions: [{key: other, operator: Exists}]", false)]
    [InlineData("matchExpressions: [{key: other, operator: DoesNotExist}]", true)]
    [InlineData("matchExpressions: [{key: other, operator: Is}]", false)]
    public void An_automation_selects_policies(string selector, bool isOn)
    {
        var repository = RepositoryText.Of(("flux.yaml", All() + $"\n  policySelector: {{{selector}}}"), ("apps/pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")));
        Assert.Equal(isOn, repository.RuleOf("apps/pod.yaml", 6).Enabled);
    }

    [Theory]
    [InlineData("spec:\n  image:", "spec:\n  suspend: true\n  image:", "ImageRepository flux-system/app is suspended")]
    [InlineData("  policy: {", "  suspend: true\n  policy: {", "ImagePolicy flux-system/app is suspended")]
    [InlineData("  update: {", "  suspend: true\n  update: {", "ImageUpdateAutomation flux-system/all is suspended")]
    [InlineData("1.x}", "1.x.y.z}", "its configuration is wrong")]
    [InlineData("  policy: {", "  polcy: {", "its configuration is wrong")]
    [InlineData("  update: {", "  updates: {", "its configuration is wrong")]
    [InlineData("  interval: 5m\n---", "  interval: 5m\n  exclusionList: ['(']\n---", "its configuration is wrong")]
    [InlineData("1.x}", "\"${range}\"}", "a variable that Flux fills in")]
    [InlineData("  imageRepositoryRef: {name: app}\n", "", "is patched in flux.yaml:8")]
    [InlineData("all, namespace: flux-system", "all, namespace: other", "no ImageUpdateAutomation takes up ImagePolicy flux-system/app")]
    public void What_is_suspended_or_wrong_leaves_its_uses_as_they_are(string from, string to, string reason)
    {
        var repository = RepositoryText.Of(("flux.yaml", All().Replace(from, to, StringComparison.Ordinal)), ("apps/pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")));
        Assert.Contains(reason, repository.RuleOf("apps/pod.yaml", 6).Reason, StringComparison.Ordinal);
        Assert.Equal(reason.EndsWith("wrong", StringComparison.Ordinal), repository.Errors.Any());
        Assert.All(repository.Errors, e => Assert.Matches("^flux.yaml:[0-9]+: ", e));
    }

    [Fact]
    public void A_document_that_is_broken_leaves_the_others()
    {
        var repository = RepositoryText.Of(("flux.yaml", $"apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\n  bad: [\n---\n{All()}"), ("apps/pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")));
        Assert.StartsWith("flux.yaml:3: this is no valid YAML", Assert.Single(repository.Errors), StringComparison.Ordinal);
        Assert.Equal("flux.yaml:12", repository.RuleOf("apps/pod.yaml", 6).Source!.ToString());
        Assert.True(repository.RuleOf("apps/pod.yaml", 6).Enabled);
    }

    [Fact]
    public void Lists_and_JSON_have_resources_too()
    {
        const string List = """
            {"apiVersion": "v1", "kind": "List", "items": [
              {"apiVersion": "image.toolkit.fluxcd.io/v1beta1", "kind": "ImageRepository", "metadata": {"name": "app", "namespace": "x"}, "spec": {"image": "ghcr.io/acme/app"}},
              {"apiVersion": "image.toolkit.fluxcd.io/v1beta1", "kind": "ImagePolicy", "metadata": {"name": "app", "namespace": "x"},
               "spec": {"imageRepositoryRef": {"name": "app"}, "policy": {"semver": {"range": "1.x"}}}}]}
            """;
        var repository = RepositoryText.Of(("flux.json", List), ("apps/pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"x:app\"}")));
        Assert.Equal(("flux.json:3", "1.4.0"), (repository.RuleOf("apps/pod.yaml", 6).Source!.ToString(), repository.Decide("apps/pod.yaml", 6, Tags)));
        Assert.Null(repository.RuleOf("apps/pod.yaml", 6).Proposal.Group);
    }

    [Fact]
    public void The_nearest_of_several_policies_counts_and_equally_near_ones_do_not()
    {
        const string Marked = "image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}";
        var staging = All().Replace("1.x", "2.x", StringComparison.Ordinal).Replace("./apps", "./clusters/staging", StringComparison.Ordinal);
        var production = All().Replace("./apps", "./clusters/production", StringComparison.Ordinal);
        var repository = RepositoryText.Of(
            ("clusters/production/flux.yaml", production),
            ("clusters/production/apps/pod.yaml", Pod(Marked)),
            ("clusters/staging/flux.yaml", staging),
            ("clusters/staging/pod.yaml", Pod(Marked)),
            ("apps/pod.yaml", Pod(Marked)));
        Assert.Equal("1.4.0", repository.Decide("clusters/production/apps/pod.yaml", 6, Tags));
        Assert.Equal("2.0.0", repository.Decide("clusters/staging/pod.yaml", 6, Tags));
        var reason = repository.RuleOf("apps/pod.yaml", 6).Reason;
        Assert.Equal("there are several ImagePolicies called flux-system/app: clusters/production/flux.yaml:8, clusters/staging/flux.yaml:8", reason);
        Assert.Contains($"apps/pod.yaml:6: {reason}: what it is for stays as it is", repository.Remarks);
    }

    [Fact]
    public void A_policy_without_a_namespace_is_found_by_its_name()
    {
        var repository = RepositoryText.Of(("flux.yaml", All().Replace(", namespace: flux-system", "", StringComparison.Ordinal)), ("apps/pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"apps:app\"}")));
        Assert.Equal("1.4.0", repository.Decide("apps/pod.yaml", 6, Tags));
        Assert.Equal("flux-apps-all", repository.RuleOf("apps/pod.yaml", 6).Proposal.Group);
    }

    [Fact]
    public void Exclusions_of_the_image_repository_take_the_place_of_the_default()
    {
        var files = (string exclusions) => RepositoryText.Of(
            ("flux.yaml", $"{Repository}\n{exclusions}\n---\n{Policy.Replace("semver: {range: 1.x}", "alphabetical: {}", StringComparison.Ordinal)}"),
            ("pod.yaml", Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")));
        Assert.Equal("2.0.0", files("").Decide("pod.yaml", 6, "1.0.0 2.0.0 3.0.0.sig"));
        Assert.Equal("3.0.0.sig", files("  exclusionList: ['-rc']").Decide("pod.yaml", 6, "1.0.0 2.0.0 3.0.0.sig 4-rc"));
    }

    [Theory]
    [InlineData("a: 1 # {\"$imagepolicy\": \"flux-system:app\"}", "x.yaml:1: nothing is known to be an image here")]
    [InlineData("a: {image: b:1} # {\"$imagepolicy\": \"flux-system:app\"}", "x.yaml:1: nothing is known to be an image here")]
    [InlineData("a: |\n  image: b:1 # {\"$imagepolicy\": \"flux-system:app\"}", "x.yaml:2: nothing is known to be an image here")]
    [InlineData("# image: b:1 # {\"$imagepolicy\": \"flux-system:app\"}", null)]
    [InlineData("a: 'see \"$imagepolicy\"'", null)]
    public void A_marker_without_an_image_is_told(string text, string? remark)
    {
        var remarks = RepositoryText.Of(("x.yaml", text)).Remarks.ToList();
        Assert.Equal(remark is null ? 0 : 1, remarks.Count);
        Assert.All(remarks, r => Assert.StartsWith(remark!, r, StringComparison.Ordinal));
    }

    [Fact]
    public void A_comment_above_the_item_of_a_list_is_a_marker()
    {
        const string Text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    args:\n    - --x\n    # {\"$imagepolicy\": \"flux-system:app\"}\n    - ghcr.io/acme/app:1.0.0\n    image: ghcr.io/acme/app:1.1.0\n";
        var repository = RepositoryText.Of(("flux.yaml", All()), ("apps/pod.yaml", Text));
        var marked = repository.Uses.Where(u => u.Path == "apps/pod.yaml" && repository.Policies.For(u).Rule.Source is not null).Select(u => u.Line);
        Assert.Equal(repository.Uses.Any(u => u.Path == "apps/pod.yaml" && u.Line == 9) ? [9] : [], marked);
    }

    [Fact]
    public void A_file_that_Flux_cannot_read_stays_as_it_is()
    {
        var text = Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}") + "\n---\napiVersion: v1\nkind: [\n";
        var repository = RepositoryText.Of(("flux.yaml", All()), ("apps/pod.yaml", text));
        Assert.Equal("Flux passes over this file, which is no valid YAML", repository.RuleOf("apps/pod.yaml", 6).Reason);
    }

    /// <summary>Nothing throws, rules decide as their words do, and it is over soon.</summary>
    [Fact]
    public void No_text_is_too_broken()
    {
        var watch = Stopwatch.StartNew();
        var sample = $"{All()}\n---\n{Pod("image: ghcr.io/acme/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}")}\n---\nimages:\n- newName: ghcr.io/acme/app # {{\"$imagepolicy\": \"flux-system:app:name\"}}\n  newTag: 1.0.0 # {{\"$imagepolicy\": \"flux-system:app:tag\"}}\n";
        string[] pieces = ["\n", " ", "#", "\"", "'", "{", "}", "[", "|", "---", "*a", "&a ", "${x}", "$imagepolicy", "\t", "~", "(", "\ud800", ":", "- ", "\r"];
        Gen.Select(Gen.Int[0, sample.Length], Gen.Int[0, 40], Gen.Int[0, pieces.Length - 1]).List[1, 6].Sample(
            changes =>
            {
                var text = sample;
                foreach (var (at, length, index) in changes)
                {
                    var start = Math.Min(at, text.Length);
                    text = text[..start] + pieces[index] + text[Math.Min(text.Length, start + length)..];
                }

                var uses = FormatCatalog.Default.Read("kustomization.yaml", SourceFile.Encode(text.Replace('\ud800', '\ufffd'))).Uses;
                var parts = new FluxDialect().FindParts(new SourceFile("kustomization.yaml", text), uses).ToList();
                var reading = new FluxDialect().ReadRules(parts);
                foreach (var rule in uses.Where(u => u.Reference is not null).Select(u => reading.Rules?.For(u)).OfType<PolicyRule>().Where(r => r.Enabled))
                {
                    var question = new TagQuestion("1.0.0", Tags.Split(' '));
                    Assert.Equal(rule.Policy!.Decide(question), rule.Text.Read()!.Decide(question));
                }
            },
            iter: 1500);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
    }

    private static PolicyRule Only(RepositoryText repository, string path) => repository.Policies.For(repository.Uses.Single(u => u.Path == path)).Rule;

    private static string All() => $"{Repository}\n---\n{Policy}\n---\n{Automation}".ReplaceLineEndings("\n");

    /// <summary>A pod whose sixth line is a line.</summary>
    private static string Pod(string line) => $"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    {line}\n";
}
