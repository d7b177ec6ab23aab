using System.Diagnostics;
using Basewatch.Core.Dialects;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class ArgoCdRepositoryTests
{
    private const string Wrong = "its configuration is wrong: ";

    /// <summary>A Deployment whose image is in line 10.</summary>
    private static (string, string) Deployment(string path, string image) => (path, $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: app
        spec:
          template:
            spec:
              containers:
                - name: app
                  image: {{image}}
        """);

    /// <summary>An Application of the folder <c>k8s/app</c>; its annotations begin in line 7.</summary>
    private static (string, string) Application(string annotations, string source = "path: k8s/app", string name = "app", string path = "apps/app.yaml") => (path, $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata:
          name: {{name}}
          labels: {team: a, tier: web}
          annotations:
        {{string.Join('\n', annotations.Split('\n').Select(a => $"    argocd-image-updater.argoproj.io/{a}"))}}
        spec:
          source:
            repoURL: https://github.com/acme/deploy.git
            targetRevision: main
            {{source.Replace("\n", "\n    ", StringComparison.Ordinal)}}
        """);

    private static RepositoryText OneUse(string annotations, string image = "ghcr.io/acme/app:1.0.0") =>
        RepositoryText.Of(Application(annotations), Deployment("k8s/app/deployment.yaml", image));

    private static PolicyRule RuleOf(RepositoryText repository) => repository.RuleOf("k8s/app/deployment.yaml", 10);

    [Fact]
    public void What_no_list_names_is_left_to_others()
    {
        var repository = OneUse("image-list: app=ghcr.io/acme/other");
        Assert.Null(RuleOf(repository).Source);
    }

    [Theory]
    [InlineData("image-list: ghcr.io/acme/app:~1.0\nupdate-strategy: alphabetical", "{update-strategy: alphabetical, constraint: \"~1.0\"}", "alphabetical", false)]
    [InlineData("image-list: 'x=busybox, app=ghcr.io/acme/app:^1.0'\napp.ignore-tags: '*-rc*, 1.3.*'\nupdate-strategy: alphabetical\napp.update-strategy: semver", "{update-strategy: semver, constraint: ^1.0, ignore-tags: \"*-rc*, 1.3.*\"}", "semver ^1.0, not *-rc*, 1.3.*", false)]
    [InlineData("image-list: app=ghcr.io/acme/app:main\napp.update-strategy: digest", "{update-strategy: digest, constraint: main}", "digest of main", true)]
    [InlineData("image-list: app=ghcr.io/acme/app@sha256:aaaa", "{}", "semver", false)]
    [InlineData("image-list: app=ghcr.io/acme/app:1.20\napp.allow-tags: 'regexp:^[0-9.]+$'\napp.platforms: linux/arm64,linux/amd64", "{constraint: \"1.20\", allow-tags: \"regexp:^[0-9.]+$\", platforms: \"linux/arm64,linux/amd64\"}", "semver 1.20, only regexp:^[0-9.]+$, for linux/arm64, linux/amd64", false)]
    public void Annotations_are_put_together(string annotations, string words, string summary, bool pins)
    {
        var rule = RuleOf(OneUse(annotations));
        Assert.Equal((words, summary, pins), (rule.Text.Text, rule.Summary, rule.Pins));
        Assert.Equal(new RuleSource("apps/app.yaml", 7, "argocd"), rule.Source);
    }

    [Theory]
    [InlineData("image-list: app=ghcr.io/acme/app:^a.b\npull-secret: a", 7, "ghcr.io/acme/app: ")]
    [InlineData("image-list: app=ghcr.io/acme/app\nupdate-strategy: digest", 8, "the strategy 'digest' follows one tag")]
    [InlineData("image-list: app=ghcr.io/acme/app\nx.force-update: maybe\nforce-update: maybe", 9, "'force-update' is 'true' or 'false', not 'maybe'")]
    [InlineData("image-list: app=ghcr.io/acme/app,y=\napp.update-strategy: name", 7, "the alias 'y' has no image")]
    [InlineData("image-list: app=ghcr.io/acme/app\nwrite-back-method: gti", 8, "'gti' is no way to write back")]
    [InlineData("image-list: app=ghcr.io/acme/app\nwrite-back-method: git:vault", 8, "'vault' is no source of credentials")]
    [InlineData("image-list: app=ghcr.io/acme/app\nwrite-back-method: git\nwrite-back-target: base/kustomization.yaml", 9, "write 'kustomization:'")]
    [InlineData("image-list: app=ghcr.io/acme/app\nwrite-back-method: git\ngit-branch: 'a:b:c'", 9, "'a:b:c' is no branch")]
    [InlineData("image-list: app=ghcr.io/acme/app\nwrite-back-method: git\ngit-branch: 'a b'", 9, "'a b' is no name of a branch")]
    [InlineData("image-list: app=ghcr.io/acme/app\napp.kustomize.image-name: a\napp.helm.image-tag: b", 8, "'app' is written for Helm and for Kustomize")]
    [InlineData("image-list: ghcr.io/acme/app:>=1.0", 7, "what is before the first '=' is read as an alias")]
    public void What_is_wrong_is_told_and_leaves_its_uses_as_they_are(string annotations, int line, string message)
    {
        var repository = OneUse(annotations);
        var error = Assert.Single(repository.Errors);
        Assert.StartsWith($"apps/app.yaml:{line}: ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
        var rule = RuleOf(repository);
        Assert.False(rule.Enabled);
        Assert.StartsWith(Wrong, rule.Reason, StringComparison.Ordinal);
        Assert.Equal(7, rule.Source!.Line);
    }

    [Fact]
    public void One_wrong_image_leaves_the_others_alone()
    {
        var repository = RepositoryText.Of(
            Application("image-list: a=ghcr.io/acme/a:^a.b, b=ghcr.io/acme/b"), Deployment("k8s/app/a.yaml", "ghcr.io/acme/a:1"), Deployment("k8s/app/b.yaml", "ghcr.io/acme/b:1.0"));
        Assert.False(repository.RuleOf("k8s/app/a.yaml", 10).Enabled);
        Assert.Equal("1.1", repository.Decide("k8s/app/b.yaml", 10, "1.0 1.1"));
    }

    [Theory]
    [InlineData("image-list: app=ghcr.io/acme/app\npull-secret: x", "apps/app.yaml:8: 'pull-secret' is passed over: how registries are logged in to is set elsewhere")]
    [InlineData("image-list: app=ghcr.io/acme/app\napp.alow-tags: any", "apps/app.yaml:8: there is no annotation 'app.alow-tags', and it is passed over: did you mean 'allow-tags'?")]
    [InlineData("image-list: app=ghcr.io/acme/app\nap.allow-tags: any", "apps/app.yaml:8: 'ap.allow-tags' is passed over: no image in 'image-list' has the alias 'ap'")]
    [InlineData("image-list: app=ghcr.io/acme/app\ngit-repository: git@github.com:a/b.git", "apps/app.yaml:8: 'git-repository' is passed over: images are written where they are found")]
    [InlineData("image-list: app=ghcr.io/acme/app\nupdate-strategy: newest", "apps/app.yaml:8: there is no strategy 'newest', and it counts as 'semver', as Argo CD Image Updater has it: semver, newest-build, alphabetical and digest are known")]
    [InlineData("image-list: 'app=ghcr.io/acme/app,{{image}}'", "apps/app.yaml:7: which image '{{image}}' is in 'image-list' is known only when the ApplicationSet makes its Applications")]
    public void What_has_no_meaning_is_told(string annotations, string remark)
    {
        var repository = OneUse(annotations);
        Assert.Empty(repository.Errors);
        Assert.Equal([remark], repository.Remarks);
        Assert.True(RuleOf(repository).Enabled);
    }

    [Theory]
    [InlineData("image-list: app=ghcr.io/Acme/app:1", "apps/app.yaml:7: ")]
    [InlineData("image-list: x=busybox, y=ghcr.io/Acme/app", "apps/app.yaml:7: ")]
    [InlineData("image-list: app=", "apps/app.yaml:7: the alias 'app' has no image")]
    [InlineData("image-list: app: \"ghcr.io/acme/app", "apps/app.yaml:7: this is no valid YAML")]
    [InlineData("image-list: \"ghcr.io/acme/app", "apps/app.yaml:7: this is no valid YAML")]
    [InlineData("image-list: @app", "apps/app.yaml:7: this is no valid YAML: while scanning for the next token, found character that cannot start any token: put the value in quotes")]
    public void What_an_unreadable_list_may_name_stays(string annotations, string error)
    {
        var repository = RepositoryText.Of(Application(annotations), Deployment("k8s/app/deployment.yaml", "ghcr.io/acme/app:1.0.0"), Deployment("k8s/other/deployment.yaml", "ghcr.io/acme/app:1.0.0"));
        Assert.StartsWith(error, Assert.Single(repository.Errors), StringComparison.Ordinal);
        Assert.False(RuleOf(repository).Enabled);
        Assert.StartsWith(Wrong, RuleOf(repository).Reason, StringComparison.Ordinal);
        Assert.Null(repository.RuleOf("k8s/other/deployment.yaml", 10).Source);
    }

    [Fact]
    public void What_a_list_names_is_decided_beside_an_entry_that_is_unreadable()
    {
        var repository = OneUse("image-list: app=ghcr.io/acme/app, b=ghcr.io/Acme/b");
        Assert.Single(repository.Errors);
        Assert.True(RuleOf(repository).Enabled);
    }

    [Theory]
    [InlineData("image-lst: app=ghcr.io/acme/app", "apps/app.yaml:7: there is no annotation 'image-lst', and it is passed over: did you mean 'image-list'?")]
    [InlineData("app.update-strategy: semver", null)]
    public void An_Application_with_annotations_and_no_list_is_left_alone(string annotations, string? remark)
    {
        var repository = OneUse(annotations);
        Assert.Empty(repository.Errors);
        Assert.Equal(new[] { "apps/app.yaml:7: 'app' has annotations for the updater and no 'image-list' with images: its images stay as they are", remark }.OfType<string>(), repository.Remarks);
        Assert.Equal((false, "its Application has no 'image-list' with images"), (RuleOf(repository).Enabled, RuleOf(repository).Reason));
    }

    [Fact]
    public void An_Application_that_is_too_long_is_an_error()
    {
        var (path, text) = Application("image-list: app=ghcr.io/acme/app");
        var repository = RepositoryText.Of((path, text + "\ninfo: [{name: a, value: " + new string('a', ConfigurationPart.LongestText) + "}]\n"), Deployment("k8s/app/deployment.yaml", "ghcr.io/acme/app:1.0.0"));
        Assert.StartsWith("apps/app.yaml:1: this document is longer than", Assert.Single(repository.Errors), StringComparison.Ordinal);
        Assert.False(RuleOf(repository).Enabled);
    }

    [Fact]
    public void Branch_group_and_the_message_of_commits_go_into_the_proposal()
    {
        var settings = ("settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-image-updater-config}\ndata:\n  git.commit-message-template: |\n    chore(images): update {{ .AppName }}\n\n    more\n");
        var repository = RepositoryText.Of(
            Application("image-list: app=ghcr.io/acme/app\nwrite-back-method: git\ngit-branch: 'release/1:updates-{{.SHA256}}'"), Deployment("k8s/app/deployment.yaml", "ghcr.io/acme/app:1"), settings);
        var proposal = RuleOf(repository).Proposal;
        Assert.Equal(("argocd-app", "release/1", "chore(images)"), (proposal.Group, proposal.TargetBranch, proposal.CommitPrefix));
    }

    [Fact]
    public void Applications_of_one_name_are_told_apart_by_their_folders()
    {
        var repository = RepositoryText.Of(
            Application("image-list: ghcr.io/acme/app", "path: dev", path: "clusters/dev/app.yaml"), Application("image-list: ghcr.io/acme/app", "path: prod", path: "clusters/prod/app.yaml"),
            Deployment("dev/d.yaml", "ghcr.io/acme/app:1"), Deployment("prod/d.yaml", "ghcr.io/acme/app:1"));
        Assert.Equal("argocd-clusters-dev-app", repository.RuleOf("dev/d.yaml", 10).Proposal.Group);
        Assert.Equal("argocd-clusters-prod-app", repository.RuleOf("prod/d.yaml", 10).Proposal.Group);
    }

    [Theory]
    [InlineData("path: k8s/app", "k8s/app/base/deployment.yaml", true)]
    [InlineData("path: ./k8s/x/../app/", "k8s/app/deployment.yaml", true)]
    [InlineData("path: .", "anywhere/deployment.yaml", true)]
    [InlineData("path: k8s/ap", "k8s/app/deployment.yaml", false)]
    [InlineData("path: k8s/App", "k8s/app/deployment.yaml", false)]
    [InlineData("path: ../k8s/app", "k8s/app/deployment.yaml", false)]
    [InlineData("chart: app\npath: k8s", "k8s/deployment.yaml", false)]
    public void Manifests_in_its_folder_are_an_Applications(string source, string path, bool isClaimed)
    {
        var repository = RepositoryText.Of(Application("image-list: ghcr.io/acme/app", source), Deployment(path, "ghcr.io/acme/app:1.0"));
        Assert.Equal(isClaimed, repository.RuleOf(path, 10).Source is not null);
    }

    [Theory]
    [InlineData("path: charts/app", "charts/app/values.yaml", true)]
    [InlineData("path: charts/app", "charts/app/values-dev.yaml", true)]
    [InlineData("path: charts/app\nhelm:\n  valueFiles: [values-prod.yaml]", "charts/app/values-prod.yaml", true)]
    [InlineData("path: charts/app\nhelm:\n  valueFiles: [values-prod.yaml]", "charts/app/values.yaml", true)]
    [InlineData("path: charts/app\nhelm:\n  valueFiles: [values-prod.yaml]", "charts/app/values-dev.yaml", false)]
    [InlineData("path: charts/app\nhelm:\n  valueFiles: [../../envs/prod/values.yaml]", "envs/prod/values.yaml", true)]
    [InlineData("path: charts/app\nhelm:\n  valueFiles: [/envs/prod/values.yaml]", "envs/prod/values.yaml", true)]
    [InlineData("path: charts/app\nhelm:\n  valueFiles: [$values/envs/prod/values.yaml]", "envs/prod/values.yaml", true)]
    [InlineData("chart: app\nhelm:\n  valueFiles: [$values/envs/prod/values.yaml]", "envs/prod/values.yaml", true)]
    [InlineData("chart: app\nhelm:\n  valueFiles: [$values/envs/prod/values.yaml]", "envs/dev/values.yaml", false)]
    [InlineData("chart: app\nhelm:\n  valueFiles: ['https://acme.com/envs/prod/values.yaml']", "envs/prod/values.yaml", false)]
    public void Values_that_it_names_are_an_Applications(string source, string path, bool isClaimed)
    {
        var repository = RepositoryText.Of(Application("image-list: ghcr.io/acme/app", source), (path, "image:\n  repository: ghcr.io/acme/app\n  tag: 1.0.0\n"));
        Assert.Equal(isClaimed, repository.RuleOf(path, 2).Source is not null);
    }

    [Theory]
    [InlineData("helmvalues:/envs/values.yaml", "envs/values.yaml")]
    [InlineData("helmvalues:../x/values.yaml", "k8s/x/values.yaml")]
    [InlineData("helmvalues", "k8s/app/values.yaml")]
    [InlineData("helm/values.yaml", "helm/values.yaml")]
    public void The_target_is_an_Applications(string target, string path)
    {
        var repository = RepositoryText.Of(Application($"image-list: ghcr.io/acme/app\nwrite-back-method: git\nwrite-back-target: {target}"), (path, "image:\n  repository: ghcr.io/acme/app\n  tag: 1.0.0\n"));
        Assert.NotNull(repository.RuleOf(path, 2).Source);
    }

    [Theory]
    [InlineData("kustomization", "k8s/app/kustomization.yaml")]
    [InlineData("kustomization:../baz", "k8s/baz/kustomization.yaml")]
    [InlineData("kustomization:/overlays/prod", "overlays/prod/kustomization.yml")]
    public void The_kustomization_that_is_written_is_an_Applications(string target, string path)
    {
        var repository = RepositoryText.Of(
            Application($"image-list: ghcr.io/acme/app\nwrite-back-method: git:secret:argocd/git\nwrite-back-target: {target}"), (path, "resources: [a.yaml]\nimages:\n  - name: ghcr.io/acme/app\n    newTag: 1.0.0\n"));
        Assert.NotNull(repository.RuleOf(path, 3).Source);
    }

    [Fact]
    public void Parameters_in_Git_are_those_of_the_Application_in_their_name()
    {
        const string Text = "helm:\n  parameters:\n    - name: image.name\n      value: ghcr.io/acme/app\n      forcestring: true\n    - name: image.tag\n      value: 1.0.0\n      forcestring: true\n";
        var repository = RepositoryText.Of(
            Application("image-list: ghcr.io/acme/app:~1.0", "path: charts/app", "a", "a.yaml"), Application("image-list: ghcr.io/acme/app:~2.0", "path: charts/app", "b", "b.yaml"),
            ("charts/app/.argocd-source-a.yaml", Text), ("charts/app/.argocd-source-team_b.yaml", Text), ("charts/app/.argocd-source-c.yaml", Text), ("charts/app/.argocd-source.yaml", "kustomize:\n  images:\n    - ghcr.io/acme/app:1.0\n"));
        Assert.Equal("a.yaml", repository.RuleOf("charts/app/.argocd-source-a.yaml", 4).Source!.File);
        Assert.Equal("b.yaml", repository.RuleOf("charts/app/.argocd-source-team_b.yaml", 4).Source!.File);
        Assert.Null(repository.RuleOf("charts/app/.argocd-source-c.yaml", 4).Source);
        Assert.Equal("a.yaml", repository.RuleOf("charts/app/.argocd-source.yaml", 3).Source!.File);
    }

    [Fact]
    public void What_an_Application_holds_itself_is_its_own()
    {
        const string Source = "path: k8s/app\nkustomize:\n  images:\n    - ghcr.io/acme/app:1.0";
        var (_, a) = Application("image-list: ghcr.io/acme/app:~1.0", Source, "a");
        var (_, b) = Application("image-list: ghcr.io/acme/app:~2.0", Source, "b");
        var repository = RepositoryText.Of(("apps.yaml", $"{a}\n---\n# b\n{b}\n---\n"));
        Assert.Equal(("argocd-a", "argocd-b"), (repository.RuleOf("apps.yaml", 15).Proposal.Group, repository.RuleOf("apps.yaml", 32).Proposal.Group));
        Assert.Equal(24, repository.RuleOf("apps.yaml", 32).Source!.Line);
    }

    [Fact]
    public void Of_several_Applications_the_closest_counts()
    {
        var repository = RepositoryText.Of(
            Application("image-list: ghcr.io/acme/app", "path: .", "root", "1.yaml"),
            Application("image-list: ghcr.io/acme/app", "path: charts/app\nhelm:\n  valueFiles: [values-prod.yaml]", "prod", "2.yaml"),
            Application("image-list: ghcr.io/acme/app", "path: charts/app", "app", "3.yaml"),
            Application("image-list: ghcr.io/acme/app\nwrite-back-method: git\nwrite-back-target: helmvalues:/charts/app/values-dev.yaml", "path: charts/app", "dev", "4.yaml"),
            ("charts/app/values-prod.yaml", "image: ghcr.io/acme/app:1.0\n"), ("charts/app/values-dev.yaml", "image: ghcr.io/acme/app:1.0\n"), Deployment("charts/app/x.yaml", "ghcr.io/acme/app:1.0"), Deployment("x.yaml", "ghcr.io/acme/app:1.0"));
        Assert.Equal("argocd-prod", repository.RuleOf("charts/app/values-prod.yaml", 1).Proposal.Group);
        Assert.Equal("argocd-dev", repository.RuleOf("charts/app/values-dev.yaml", 1).Proposal.Group);
        Assert.Equal("argocd-prod", repository.RuleOf("charts/app/x.yaml", 10).Proposal.Group);
        Assert.Equal("argocd-root", repository.RuleOf("x.yaml", 10).Proposal.Group);
    }

    [Fact]
    public void The_base_of_an_overlay_is_the_overlays_Applications()
    {
        var repository = RepositoryText.Of(
            Application("image-list: ghcr.io/acme/app:~1.0", "path: overlays/prod"), ("overlays/prod/kustomization.yaml", "resources:\n  - ../../base\n  - ../../shared/one.yaml\n"),
            ("base/kustomization.yaml", "resources: [deployment.yaml, ../common/]\n"), ("common/kustomization.yaml", "resources: [../base, https://acme.com/x]\n"),
            Deployment("base/deployment.yaml", "ghcr.io/acme/app:1.0"), Deployment("common/deployment.yaml", "ghcr.io/acme/app:1.0"), Deployment("shared/one.yaml", "ghcr.io/acme/app:1.0"), Deployment("shared/two.yaml", "ghcr.io/acme/app:1.0"));
        Assert.Equal(["base/deployment.yaml", "common/deployment.yaml", "shared/one.yaml"], repository.Uses.Where(u => repository.Policies.For(u).Rule.Source is not null).Select(u => u.Path));
    }

    [Theory]
    [InlineData("overlays/prod/kustomization.yaml", true)]
    [InlineData("Kustomization.yml", true)]
    [InlineData("overlays/prod/values.yaml", false)]
    [InlineData("tsconfig.json", false)]
    public void Only_kustomizations_are_decoded_for_paths_to_elsewhere(string path, bool isDecoded) =>
        Assert.Equal(isDecoded, new ArgoCdDialect().MayHaveParts(path, "resources: [../base]"u8));

    [Fact]
    public void A_Dockerfile_in_the_folder_is_none_of_it()
    {
        var repository = RepositoryText.Of(Application("image-list: python:3.11"), ("k8s/app/Dockerfile", "FROM python:3.11\n"));
        Assert.Null(repository.RuleOf("k8s/app/Dockerfile", 1).Source);
    }

    [Theory]
    [InlineData("docker.io/library/nginx")]
    [InlineData("index.docker.io/nginx")]
    public void A_name_in_full_is_the_same_image(string name)
    {
        var repository = OneUse($"image-list: {name}:^1.0", "nginx:1.0.0");
        Assert.Equal("1.2.0", repository.Decide("k8s/app/deployment.yaml", 10, "1.0.0 1.2.0 2.0.0"));
    }

    [Fact]
    public void Of_two_aliases_of_one_image_that_counts_which_takes_the_tag()
    {
        const string List = "image-list: a=ghcr.io/acme/app:~1.0, b=ghcr.io/acme/app:~2.0, c=ghcr.io/acme/app\nc.update-strategy: newest-build\nc.allow-tags: regexp:^dev-";
        Assert.Equal("{constraint: \"~1.0\"}", RuleOf(OneUse(List, "ghcr.io/acme/app:1.0.0")).Text.Text);
        Assert.Equal("{constraint: \"~2.0\"}", RuleOf(OneUse(List, "ghcr.io/acme/app:2.0.0")).Text.Text);
        Assert.Equal("newest-build, only regexp:^dev-", RuleOf(OneUse(List, "ghcr.io/acme/app:dev-1")).Summary);
        Assert.Equal("{constraint: \"~1.0\"}", RuleOf(OneUse(List, "ghcr.io/acme/app:x")).Text.Text);
    }

    [Fact]
    public void What_Kustomize_replaces_stays_as_it_is()
    {
        var repository = OneUse("image-list: app=ghcr.io/acme/app:~1.0\napp.kustomize.image-name: acme/original", "acme/original:1.0");
        Assert.Equal((false, "Kustomize is to put ghcr.io/acme/app in its place, whose tag is not written here"), (RuleOf(repository).Enabled, RuleOf(repository).Reason));
    }

    private static (string, string) ApplicationSet(string generators, string source) => ("sets/fleet.yaml", $$$"""
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata:
          name: fleet
        spec:
          generators: {{{generators}}}
          template:
            metadata:
              name: '{{.path.basename}}-app'
              annotations:
                argocd-image-updater.argoproj.io/image-list: app=ghcr.io/acme/app:~1.0
            spec:
              source:
                repoURL: https://github.com/acme/deploy.git
                {{{source}}}
        """);

    [Theory]
    [InlineData("[{git: {directories: [{path: apps/*}]}}]", "path: '{{.path.path}}'", "apps/shop/d.yaml", "argocd-fleet-shop")]
    [InlineData("[{matrix: {generators: [{clusters: {}}, {git: {directories: [{path: apps/*}]}}]}}]", "path: '{{path}}/overlays'", "apps/shop/overlays/x/d.yaml", "argocd-fleet-shop")]
    [InlineData("[{git: {directories: [{path: apps/*}]}}]", "path: '{{.path.path}}'", "other/shop/d.yaml", null)]
    [InlineData("[{git: {files: [{path: envs/*/config.json}]}}]", "path: '{{.path.path}}'", "envs/dev/d.yaml", "argocd-fleet-dev")]
    [InlineData("[{list: {elements: [{env: dev}]}}]", "path: 'overlays/{{env}}'", "overlays/dev/d.yaml", "argocd-fleet-dev")]
    [InlineData("[{list: {elements: [{env: dev}]}}]", "path: 'overlays/app-{{env}}'", "overlays/app-dev/d.yaml", "argocd-fleet-app-dev")]
    [InlineData("[{list: {elements: [{env: dev}]}}]", "path: 'overlays/{{env}}'", "overlays/d.yaml", null)]
    [InlineData("[{list: {elements: []}}]", "path: '{{path}}'", "x/d.yaml", "argocd-fleet")]
    public void An_ApplicationSet_is_for_what_its_generator_finds(string generators, string source, string path, string? group)
    {
        var repository = RepositoryText.Of(ApplicationSet(generators, source), Deployment(path, "ghcr.io/acme/app:1.0"));
        Assert.Empty(repository.Errors);
        Assert.Equal(group, repository.RuleOf(path, 10).Proposal.Group);
    }

    private static (string, string) Updater(string spec) => ("updater.yaml", $"apiVersion: argocd-image-updater.argoproj.io/v1alpha1\nkind: ImageUpdater\nmetadata:\n  name: all\nspec:\n  {spec.Replace("\n", "\n  ", StringComparison.Ordinal)}\n");

    private static RepositoryText UpdaterOf(string spec, string annotations = "x: y") =>
        RepositoryText.Of(Updater(spec), Application(annotations), Deployment("k8s/app/deployment.yaml", "ghcr.io/acme/app:1.0.0"));

    [Theory]
    [InlineData("applicationRefs:\n- {namePattern: '*', images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}", "{constraint: \"~1.0\"}")]
    [InlineData("applicationRefs:\n- {namePattern: 'b*', images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}", null)]
    [InlineData("applicationRefs:\n- {namePattern: '*', images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}\n- {namePattern: 'ap*', images: [{alias: a, imageName: 'ghcr.io/acme/app:~2.0'}]}", "{constraint: \"~2.0\"}")]
    [InlineData("applicationRefs:\n- {namePattern: 'app', images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}\n- {namePattern: 'ap*', labelSelectors: {matchLabels: {team: a}}, images: [{alias: a, imageName: 'ghcr.io/acme/app:~2.0'}]}", "{constraint: \"~1.0\"}")]
    [InlineData("applicationRefs:\n- {namePattern: 'ap*', images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}\n- {namePattern: '*', labelSelectors: {matchLabels: {team: a}}, images: [{alias: a, imageName: 'ghcr.io/acme/app:~2.0'}]}", "{constraint: \"~2.0\"}")]
    [InlineData("applicationRefs:\n- {namePattern: 'app', labelSelectors: {matchLabels: {team: b}}, images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}", null)]
    [InlineData("applicationRefs:\n- {namePattern: 'app', labelSelectors: {matchExpressions: [{key: team, operator: NotIn, values: [b]}, {key: tier, operator: Exists}, {key: z, operator: DoesNotExist}]}, images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}", "{constraint: \"~1.0\"}")]
    [InlineData("commonUpdateSettings: {updateStrategy: alphabetical, ignoreTags: [a, b], platforms: [linux/arm64]}\napplicationRefs:\n- namePattern: app\n  commonUpdateSettings: {allowTags: any}\n  images: [{alias: a, imageName: ghcr.io/acme/app, commonUpdateSettings: {ignoreTags: []}}]", "{update-strategy: alphabetical, allow-tags: any, ignore-tags: [], platforms: [linux/arm64]}")]
    [InlineData("applicationRefs:\n- {namePattern: app, useAnnotations: true}\n- {namePattern: '*', images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0'}]}", "{constraint: \"~1.0\"}")]
    public void The_most_exact_entry_of_the_resource_counts(string spec, string? words)
    {
        var repository = UpdaterOf(spec);
        Assert.Empty(repository.Errors);
        Assert.Equal(words ?? "docker", RuleOf(repository).Text.Text);
    }

    [Fact]
    public void Platforms_are_required_by_annotation_and_by_resource()
    {
        var annotated = OneUse("image-list: app=ghcr.io/acme/app\napp.platforms: linux/arm64, amd64,linux/arm/v7");
        Assert.Equal(["linux/arm64", "linux/arm/v7"], RuleOf(annotated).Platforms.Select(p => p.ToString()));
        Assert.Empty(annotated.Remarks);
        var resource = UpdaterOf("commonUpdateSettings: {platforms: [linux/arm64]}\napplicationRefs:\n- {namePattern: app, images: [{alias: a, imageName: ghcr.io/acme/app}]}");
        Assert.Equal(["linux/arm64"], RuleOf(resource).Platforms.Select(p => p.ToString()));
    }

    [Fact]
    public void With_a_resource_annotations_count_where_it_says_so()
    {
        const string Annotations = "image-list: ghcr.io/acme/app:~3.0";
        var without = UpdaterOf("applicationRefs:\n- {namePattern: x, useAnnotations: true}", Annotations);
        Assert.Null(RuleOf(without).Source);
        Assert.Contains("the annotations of 'app' are passed over", Assert.Single(without.Remarks), StringComparison.Ordinal);
        var with = UpdaterOf("applicationRefs:\n- {namePattern: '*', useAnnotations: true}", Annotations);
        Assert.Equal("{constraint: \"~3.0\"}", RuleOf(with).Text.Text);
    }

    [Fact]
    public void The_resource_says_how_updates_are_proposed()
    {
        var repository = UpdaterOf("""
            writeBackConfig:
              method: git
              gitConfig: {branch: dev, pullRequest: {github: {}, labels: [images, images, ' x ']}}
            applicationRefs:
            - namePattern: '*'
              images: [{alias: a, imageName: ghcr.io/acme/app}]
            """);
        var proposal = RuleOf(repository).Proposal;
        Assert.Equal(("argocd-app", "dev", "images, x"), (proposal.Group, proposal.TargetBranch, string.Join(", ", proposal.Labels)));
    }

    [Theory]
    [InlineData("applicationRefs:\n- {namePattern: '[a', images: []}\n- {namePattern: app, images: [{alias: a, imageName: ghcr.io/acme/app}]}", 7, "has a bracket or backslash without its other part")]
    [InlineData("commonUpdateSettings: {updateStrateg: semver}\napplicationRefs:\n- {namePattern: app, images: [{alias: a, imageName: ghcr.io/acme/app}]}", 6, "there is no key 'updateStrateg' in 'commonUpdateSettings': did you mean 'updateStrategy'?")]
    [InlineData("applicationRefs:\n- {namePattern: app, images: [{alias: a, imageName: ghcr.io/acme/app, tag: 1}]}", 7, "there is no key 'tag'")]
    [InlineData("applicationRefs:\n- {namePattern: app, images: [{alias: a, imageName: ghcr.io/acme/app, manifestTargets: {helm: {}, kustomize: {name: x}}}]}", 7, "one of helm, kustomize and plugin")]
    [InlineData("applicationRefs:\n- {namePattern: app, writeBackConfig: {method: git, gitConfig: {branch: 'a:b', pullRequest: {github: {}}}}, images: [{alias: a, imageName: ghcr.io/acme/app}]}", 7, "the branch is the base alone")]
    [InlineData("applicationRefs:\n- {namePattern: app, images: [{alias: a, imageName: 'ghcr.io/acme/app:^a.b'}]}", 7, "ghcr.io/acme/app: ")]
    public void What_is_wrong_in_the_resource_is_told_and_leaves_its_uses_as_they_are(string spec, int line, string message)
    {
        var repository = UpdaterOf(spec);
        var error = Assert.Single(repository.Errors);
        Assert.StartsWith($"updater.yaml:{line}: ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(RuleOf(repository).Enabled);
        Assert.StartsWith(Wrong, RuleOf(repository).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_YAML_is_told()
    {
        var repository = RepositoryText.Of(("updater.yaml", "kind: ImageUpdater\napiVersion: argocd-image-updater.argoproj.io/v1alpha1\nspec:\n  a: [\n"));
        Assert.StartsWith("updater.yaml:", Assert.Single(repository.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_resources_and_JSON_are_read()
    {
        const string Text = """
            {"apiVersion": "v1", "kind": "List", "items": [
              {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "app", "annotations": {
                "argocd-image-updater.argoproj.io/image-list": "ghcr.io/acme/app:~1.0"}}, "spec": {"source": {"repoURL": "x", "path": "k8s"}}}
            ]}
            """;
        var repository = RepositoryText.Of(("apps.json", Text), Deployment("k8s/d.yaml", "ghcr.io/acme/app:1.0"));
        Assert.Equal("apps.json:3", repository.RuleOf("k8s/d.yaml", 10).Source!.ToString());
    }

    /// <summary>Everything at once, to be broken.</summary>
    private static readonly (string Path, string Text)[] Whole =
    [
        Application("image-list: a=ghcr.io/acme/app:~1.0, b=redis:7, ghcr.io/acme/x\na.allow-tags: 'regexp:^1\\.[0-9]+$'\nb.update-strategy: digest\nignore-tags: '*-rc*'\nwrite-back-method: git\nwrite-back-target: kustomization:../app\ngit-branch: main:x", "path: k8s/app\nkustomize:\n  images: [redis:7]"),
        ApplicationSet("[{git: {directories: [{path: apps/*}]}}]", "path: '{{.path.path}}'"),
        Updater("commonUpdateSettings: {ignoreTags: ['*-rc*']}\napplicationRefs:\n- namePattern: 'a*'\n  labelSelectors: {matchLabels: {team: a}}\n  useAnnotations: true\n- namePattern: '*'\n  images: [{alias: a, imageName: 'ghcr.io/acme/app:~1.0', manifestTargets: {kustomize: {name: x}}}]"),
        Deployment("k8s/app/deployment.yaml", "ghcr.io/acme/app:1.0"),
        Deployment("apps/shop/deployment.yaml", "ghcr.io/acme/app:1.0"),
    ];

    [Fact]
    public void The_words_of_a_rule_decide_as_it_does_and_no_text_breaks_it()
    {
        var watch = Stopwatch.StartNew();
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2000], Gen.Int[0, 40], Gen.OneOf("", "{", "}", "[", ":", "\n", "'", "&a ", "*a", "{{", "}}", "..", "**", "=", ",", "~", "x", "\0", "😀", "- ", "|"), Gen.Bool).Sample(
            (file, at, length, put, alone) =>
            {
                var files = Whole.ToArray();
                var text = files[file].Text;
                at = Math.Min(at, text.Length);
                files[file].Text = text[..at] + put + text[Math.Min(text.Length, at + length)..];
                var repository = RepositoryText.Of([.. files.Where((_, i) => !alone || i != 2)]);
                foreach (var use in repository.Uses.Where(u => u.Reference is not null))
                {
                    var rule = repository.Policies.For(use).Rule;
                    if (rule is { Enabled: true, Source: not null })
                    {
                        var question = new TagQuestion(use.Reference!.FollowedTag, ["1.0", "1.1", "2.0.0", "2.0.0-rc1", "7", "7.2", "x", "latest"]);
                        Assert.Equal(rule.Policy!.Decide(question), rule.Text.Read()!.Decide(question));
                    }
                }
            }, iter: 400, threads: 1);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Much_configuration_takes_no_long_time()
    {
        var watch = Stopwatch.StartNew();
        List<(string, string)> files = [Updater("applicationRefs:\n" + string.Join('\n', Enumerable.Range(0, 900).Select(i => $"- {{namePattern: '*a*a*a*a*b{i}*', images: [{{alias: a, imageName: x}}]}}")))];
        files.AddRange(Enumerable.Range(0, 1000).Select(i => Application("x: y", "path: '*/*/*'", new string('a', 250), $"apps/{i}.yaml")));
        var repository = RepositoryText.Of(files);
        Assert.Contains(repository.Errors, e => e.Contains("there are more Applications", StringComparison.Ordinal));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }
}
