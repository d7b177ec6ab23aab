using System.Collections.Frozen;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// What Renovate's own presets say of images (<see href="https://docs.renovatebot.com/presets-default/"/>). Whatever of them
/// concerns other packages, how a pull request looks or a dashboard is not here; a preset of which nothing is left is empty.
/// </summary>
internal static class PresetTable
{
    /// <summary>Presets of which nothing concerns images, however many there are.</summary>
    private static readonly string[] OfOtherPackages = ["monorepo:", "packages:", "replacements:", "mergeConfidence:", "abandonments:", "global:", "npm:", "compatibility:"];

    /// <summary>Names of older releases.</summary>
    private static readonly FrozenDictionary<string, string> Older = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["config:base"] = "config:recommended",
        ["config:base-js"] = "config:recommended",
        ["config:application"] = "config:js-app",
        ["config:library"] = "config:js-lib",
        ["default:base"] = "config:recommended",
        ["default:app"] = "config:js-app",
        ["default:js-app"] = "config:js-app",
        ["default:library"] = "config:js-lib",
        ["default:automergeBranchMergeCommit"] = "default:automergeBranch",
        ["default:automergeBranchPush"] = "default:automergeBranch",
        ["default:masterIssue"] = "default:dependencyDashboard",
        ["default:masterIssueApproval"] = "default:dependencyDashboardApproval",
        ["default:disableLockFiles"] = "default:skipArtifactsUpdate",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, YamlMapping> Known = Read("""
        {
          'config:recommended': { extends: ['default:semanticPrefixFixDepsChoreOthers', 'default:ignoreModulesAndTests', 'workarounds:all'] },
          'config:js-app': { extends: ['config:recommended'] },
          'config:js-lib': { extends: ['config:recommended'] },
          'config:best-practices': { extends: ['config:recommended', 'docker:pinDigests', 'helpers:pinGitHubActionDigests'] },
          'config:semverAllMonthly': { extends: ['group:all', 'schedule:monthly'], separateMajorMinor: false },
          'config:semverAllWeekly': { extends: ['group:all', 'schedule:weekly'], separateMajorMinor: false },

          'docker:disable': { circleci: { enabled: false }, 'docker-compose': { enabled: false }, dockerfile: { enabled: false } },
          'docker:disableMajor': { packageRules: [{ matchDatasources: ['docker'], matchUpdateTypes: ['major'], enabled: false }] },
          'docker:enableMajor': { packageRules: [{ matchDatasources: ['docker'], matchUpdateTypes: ['major'], enabled: true }] },
          'docker:pinDigests': {
            packageRules: [{ matchDatasources: ['docker'], pinDigests: true }, { matchManagers: ['argocd', 'devcontainer', 'helmv3', 'pyenv'], pinDigests: false }],
          },

          'default:approveMajorUpdates': { packageRules: [{ matchUpdateTypes: ['major'], dependencyDashboardApproval: true }] },
          'default:assignAndReview': { extends: ['default:assignee({{arg0}})', 'default:reviewer({{arg0}})'] },
          'default:assignee': { assignees: ['{{arg0}}'] },
          'default:reviewer': { reviewers: ['{{arg0}}'] },
          'default:automergeAll': { automerge: true },
          'default:automergeMajor': { automerge: true },
          'default:automergeDisabled': { automerge: false },
          'default:automergeBranch': { automergeType: 'branch' },
          'default:automergePr': { automergeType: 'pr' },
          'default:automergeDigest': { digest: { automerge: true } },
          'default:automergeMinor': { minor: { automerge: true }, patch: { automerge: true }, pin: { automerge: true } },
          'default:automergePatch': { patch: { automerge: true }, pin: { automerge: true }, separateMinorPatch: true },
          'default:automergeRequireAllStatusChecks': { ignoreTests: false },
          'default:skipStatusChecks': { ignoreTests: true },
          'default:automergeStableNonMajor': { packageRules: [{ matchCurrentVersion: '!/^0/', matchUpdateTypes: ['minor', 'patch'], automerge: true }] },
          'default:combinePatchMinorReleases': { separateMinorPatch: false },
          'default:dependencyDashboardApproval': { dependencyDashboardApproval: true },
          'default:disableDigestUpdates': { digest: { enabled: false } },
          'default:disableMajorUpdates': { major: { enabled: false } },
          'default:disableRateLimiting': { prConcurrentLimit: 0, prHourlyLimit: 0 },
          'default:disableRenovate': { enabled: false },
          'default:enableRenovate': { enabled: true },
          'default:docker': { 'docker-compose': { enabled: true }, dockerfile: { enabled: true } },
          'default:followTag': { packageRules: [{ matchPackageNames: ['{{arg0}}'], followTag: '{{arg1}}' }] },
          'default:group': { packageRules: [{ extends: ['{{arg0}}'], groupName: '{{arg1}}' }] },
          'default:ignoreModulesAndTests': {
            ignorePaths: [
              '**/node_modules/**', '**/bower_components/**', '**/vendor/**', '**/examples/**', '**/__tests__/**', '**/test/**', '**/tests/**', '**/__fixtures__/**',
            ],
            nuget: { ignorePaths: ['**/node_modules/**', '**/bower_components/**', '**/vendor/**', '**/examples/**', '**/__fixtures__/**'] },
          },
          'default:includeNodeModules': { ignorePaths: [] },
          'default:ignoreUnstable': { ignoreUnstable: true },
          'default:label': { labels: ['{{arg0}}'] },
          'default:labels': { labels: ['{{arg0}}', '{{arg1}}'] },
          'default:pathSemanticCommitType': { packageRules: [{ matchFileNames: ['{{arg0}}'], semanticCommitType: '{{arg1}}' }] },
          'default:pinDigests': { pinDigests: true },
          'default:pinDigestsDisabled': { pinDigests: false },
          'default:prConcurrentLimit10': { prConcurrentLimit: 10 },
          'default:prConcurrentLimit20': { prConcurrentLimit: 20 },
          'default:prConcurrentLimitNone': { prConcurrentLimit: 0 },
          'default:semanticCommits': { semanticCommits: 'enabled' },
          'default:semanticCommitsDisabled': { semanticCommits: 'disabled' },
          'default:semanticCommitScope': { semanticCommitScope: '{{arg0}}' },
          'default:semanticCommitScopeDisabled': { semanticCommitScope: null },
          'default:semanticCommitType': { semanticCommitType: '{{arg0}}' },
          'default:semanticCommitTypeAll': { packageRules: [{ matchFileNames: ['**/*'], semanticCommitType: '{{arg0}}' }] },
          'default:semanticPrefixChore': { semanticCommitType: 'chore' },
          'default:semanticPrefixFix': { semanticCommitType: 'fix' },
          'default:semanticPrefixFixDepsChoreOthers': { packageRules: [{ matchPackageNames: ['*'], semanticCommitType: 'chore' }] },
          'default:separateMajorReleases': { separateMajorMinor: true },
          'default:separateMultipleMajorReleases': { separateMajorMinor: true, separateMultipleMajor: true },
          'default:separateMultipleMinorReleases': { separateMultipleMinor: true },
          'default:separatePatchReleases': { separateMinorPatch: true },
          'default:timezone': { timezone: '{{arg0}}' },

          'group:all': { groupName: 'all dependencies', separateMajorMinor: false, packageRules: [{ matchPackageNames: ['*'], groupName: 'all dependencies' }] },
          'group:allDigest': { packageRules: [{ matchPackageNames: ['*'], matchUpdateTypes: ['digest'], groupName: 'all digest updates' }] },
          'group:allNonMajor': { packageRules: [{ matchPackageNames: ['*'], matchUpdateTypes: ['minor', 'patch'], groupName: 'all non-major dependencies' }] },
          'group:dotNetCore': { packageRules: [{ matchDatasources: ['docker'], matchPackageNames: ['mcr.microsoft.com/dotnet/**'], groupName: '.NET Core Docker containers' }] },
          'group:pnpm': { packageRules: [{ matchDatasources: ['docker', 'npm'], matchPackageNames: ['pnpm', 'ghcr.io/pnpm/pnpm'], groupName: 'pnpm packages' }] },

          'helpers:pinGitHubActionDigests': { packageRules: [{ matchDepTypes: ['action', 'workflow'], pinDigests: true }] },
          'helpers:pinGitHubActionDigestsToSemver': { extends: ['helpers:pinGitHubActionDigests'] },

          'schedule:daily': { schedule: ['* 0-3 * * *'] },
          'schedule:earlyMondays': { schedule: ['* 0-3 * * 1'] },
          'schedule:weekly': { schedule: ['* 0-3 * * 1'] },
          'schedule:monthly': { schedule: ['* 0-3 1 * *'] },
          'schedule:quarterly': { schedule: ['* * 1 */3 *'] },
          'schedule:yearly': { schedule: ['* * 1 */12 *'] },
          'schedule:nonOfficeHours': { schedule: ['* 0-4,22-23 * * 1-5', '* * * * 0,6'] },
          'schedule:officeHours': { schedule: ['* 8-17 * * 1-5'] },
          'schedule:weekdays': { schedule: ['* * * * 1-5'] },
          'schedule:weekends': { schedule: ['* * * * 0,6'] },
          'schedule:automergeDaily': { automergeSchedule: ['* 0-3 * * *'] },
          'schedule:automergeEarlyMondays': { automergeSchedule: ['* 0-3 * * 1'] },
          'schedule:automergeWeekly': { automergeSchedule: ['* 0-3 * * 1'] },
          'schedule:automergeMonthly': { automergeSchedule: ['* 0-3 1 * *'] },
          'schedule:automergeQuarterly': { automergeSchedule: ['* * 1 */3 *'] },
          'schedule:automergeYearly': { automergeSchedule: ['* * 1 */12 *'] },
          'schedule:automergeNonOfficeHours': { automergeSchedule: ['* 0-4,22-23 * * 1-5', '* * * * 0,6'] },
          'schedule:automergeOfficeHours': { automergeSchedule: ['* 8-17 * * 1-5'] },
          'schedule:automergeWeekdays': { automergeSchedule: ['* * * * 1-5'] },
          'schedule:automergeWeekends': { automergeSchedule: ['* * * * 0,6'] },

          'security:only-security-updates': { extends: ['config:recommended'], packageRules: [{ matchPackageNames: ['*'], enabled: false }] },

          'customManagers:azurePipelinesVersions': { customManagers: [{ managerFilePatterns: ['**/.azuredevops/**/*.{yml,yaml}', 'azure*pipeline*.{yml,yaml}'] }] },
          'customManagers:bitbucketPipelinesVersions': { customManagers: [{ managerFilePatterns: ['**/*-pipelines.yml'] }] },
          'customManagers:dockerfileVersions': {
            customManagers: [{ managerFilePatterns: ['**/[Dd]ockerfile*', '**/[Cc]ontainerfile*', '**/*.[Dd]ockerfile*', '**/*.[Cc]ontainerfile*'] }],
          },
          'customManagers:githubActionsVersions': {
            customManagers: [{ managerFilePatterns: ['/(^|/)(workflow-templates|\\.(?:github|gitea|forgejo)/(?:workflows|actions))/.+\\.ya?ml$/', '/(^|/)action\\.ya?ml$/'] }],
          },
          'customManagers:gitlabPipelineVersions': { customManagers: [{ managerFilePatterns: ['**/*.gitlab-ci.{yml,yaml}'] }] },
          'customManagers:helmChartYamlAppVersions': { customManagers: [{ managerFilePatterns: ['**/Chart.yaml'] }] },
          'customManagers:makefileVersions': { customManagers: [{ managerFilePatterns: ['**/[Mm]akefile', '**/GNUMakefile', '**/*.mk'] }] },
          'customManagers:mavenPropertyVersions': { customManagers: [{ managerFilePatterns: ['**/pom.xml'] }] },
          'customManagers:tfvarsVersions': { customManagers: [{ managerFilePatterns: ['**/*.tfvars'] }] },

          'workarounds:all': {
            extends: [
              'workarounds:nodeDockerVersioning', 'workarounds:doNotUpgradeFromAlpineStableToEdge', 'workarounds:supportRedHatImageVersion', 'workarounds:javaLTSVersions',
              'workarounds:containerbase', 'workarounds:bitnamiDockerImageVersioning', 'workarounds:clamavDockerImageVersioning', 'workarounds:grafanaDockerImageVersioning',
              'workarounds:libericaJdkDockerVersioning', 'workarounds:ubuntuDockerVersioning',
            ],
          },
          'workarounds:nodeDockerVersioning': {
            packageRules: [{
              matchDatasources: ['docker'],
              matchPackageNames: [
                '/(?:^|/)node$/', '!calico/node', '!docker.io/calico/node', '!ghcr.io/devcontainers/features/node', '!kindest/node', '!docker.io/kindest/node',
              ],
              versioning: 'node',
              versionCompatibility: '^(?<version>[^-]+)(?<compatibility>-.*)?$',
            }],
          },
          'workarounds:doNotUpgradeFromAlpineStableToEdge': {
            packageRules: [
              { matchDatasources: ['docker'], matchDepNames: ['alpine'], matchCurrentVersion: '!/^\\d{8}$/', allowedVersions: '<20000000' },
              { matchDatasources: ['docker'], matchPackageNames: ['alpine'], matchCurrentVersion: '!/^\\d{8}$/', allowedVersions: '<20000000' },
            ],
          },
          'workarounds:supportRedHatImageVersion': {
            packageRules: [{
              matchDatasources: ['docker'],
              matchPackageNames: [
                'registry.access.redhat.com/rhel', 'registry.access.redhat.com/rhel-atomic', 'registry.access.redhat.com/rhel-init', 'registry.access.redhat.com/rhel-minimal',
                'registry.access.redhat.com/rhceph/**', 'registry.access.redhat.com/rhgs3/**', 'registry.access.redhat.com/rhel7**', 'registry.access.redhat.com/rhel8/**',
                'registry.access.redhat.com/rhel9/**', 'registry.access.redhat.com/rhscl/**', 'registry.access.redhat.com/ubi*{,/}**', 'redhat/**',
              ],
              versioning: 'redhat',
            }],
          },
          'workarounds:javaLTSVersions': {
            packageRules: [
              {
                matchDatasources: ['docker'],
                matchPackageNames: [
                  'eclipse-temurin', 'amazoncorretto', 'adoptopenjdk', 'openjdk', 'java', 'java-jdk', 'java-jre', 'sapmachine', '/^azul/zulu-openjdk/',
                  '/^bellsoft/liberica-openj(dk|re)-/', '/^cimg/openjdk/',
                ],
                allowedVersions: '/^(?:8|11|17|21|25)(?:\\.|-|$)/',
                versioning: 'regex:^(?<major>\\d+)?(\\.(?<minor>\\d+))?(\\.(?<patch>\\d+))?([\\._+](?<build>(\\d\\.?)+)(LTS)?)?(-(?<compatibility>.*))?$',
              },
              {
                matchDatasources: ['docker'],
                matchDepNames: ['eclipse-temurin', 'amazoncorretto', 'adoptopenjdk', 'openjdk', 'java', 'java-jre', 'sapmachine'],
                allowedVersions: '/^(?:8|11|17|21|25)(?:\\.|-|$)/',
                versioning: 'regex:^(?<major>\\d+)?(\\.(?<minor>\\d+))?(\\.(?<patch>\\d+))?([\\._+](?<build>(\\d\\.?)+)(LTS)?)?(-(?<compatibility>.*))?$',
              },
              {
                matchDatasources: ['docker'],
                matchPackageNames: [
                  'eclipse-temurin', 'amazoncorretto', 'adoptopenjdk', 'openjdk', 'java', 'java-jdk', 'java-jre', 'sapmachine', '/^azul/zulu-openjdk/',
                  '/^bellsoft/liberica-openj(dk|re)-/', '/^cimg/openjdk/',
                ],
                matchCurrentValue: '/^\\d+(-|$)/',
                versioning: 'docker',
              },
              {
                matchDatasources: ['docker'],
                matchDepNames: ['eclipse-temurin', 'amazoncorretto', 'adoptopenjdk', 'openjdk', 'java', 'java-jre', 'sapmachine'],
                matchCurrentValue: '/^\\d+(-|$)/',
                versioning: 'docker',
              },
              {
                matchDatasources: ['docker'],
                matchPackageNames: ['bellsoft/hardened-liberica-runtime-container', 'bellsoft/liberica-runtime-container'],
                allowedVersions: '/^(?:jdk|jdk-all|jre)-(?:8|11|17|21|25)(?:\\.|-|$)/',
              },
            ],
          },
          'workarounds:containerbase': {
            packageRules: [{ matchDatasources: ['docker'], matchPackageNames: ['/^(?:(?:docker|ghcr)\\.io/)?(?:containerbase|renovate)/node$/'], versioning: 'node' }],
          },
          'workarounds:bitnamiDockerImageVersioning': {
            packageRules: [{
              matchDatasources: ['docker'],
              matchPackageNames: ['bitnami/**', 'docker.io/bitnami/**', 'gcr.io/bitnami-containers/**', '*-docker.pkg.dev/vmw-app-catalog/**'],
              matchCurrentValue: '/^(?<major>\\d+)(?:\\.(?<minor>\\d+)(?:\\.(?<patch>\\d+))?)?-(?<compatibility>.+)-(?<build>\\d+)(?:-r(?<revision>\\d+))?$/',
              versioning: 'regex:^(?<major>\\d+)(?:\\.(?<minor>\\d+)(?:\\.(?<patch>\\d+))?)?(:?-(?<compatibility>.+)-(?<build>\\d+)(?:-r(?<revision>\\d+))?)?$',
            }],
          },
          'workarounds:clamavDockerImageVersioning': {
            packageRules: [{
              matchDatasources: ['docker'],
              matchPackageNames: ['clamav/clamav', 'clamav/clamav-debian'],
              versioning: 'regex:^(?<major>\\d+)\\.(?<minor>\\d+)(\\.(?<patch>\\d+))?(-(?<build>\\d+))?(_(?<compatibility>.+))?$',
            }],
          },
          'workarounds:grafanaDockerImageVersioning': {
            packageRules: [{
              matchDatasources: ['docker'],
              matchPackageNames: ['grafana/grafana', 'docker.io/grafana/grafana', 'grafana/grafana-enterprise', 'docker.io/grafana/grafana-enterprise'],
              versioning: 'regex:^(?<major>\\d+)\\.(?<minor>\\d+)\\.(?<patch>\\d+)(?:-security-(?<build>\\d+))?(?:-(?<compatibility>.*))?$',
            }],
          },
          'workarounds:libericaJdkDockerVersioning': {
            packageRules: [
              {
                matchDatasources: ['docker'],
                matchPackageNames: ['bellsoft/hardened-liberica-runtime-container', 'bellsoft/liberica-runtime-container'],
                matchCurrentValue: '/^jdk-[^a][^l]{2}/',
                versioning: 'regex:^jdk-(?<major>\\d+)?(\\.(?<minor>\\d+))?(\\.(?<patch>\\d+))?([\\._+](?<build>(\\d\\.?)+))?(-(?<compatibility>.*))?$',
              },
              {
                matchDatasources: ['docker'],
                matchPackageNames: ['bellsoft/hardened-liberica-runtime-container', 'bellsoft/liberica-runtime-container'],
                matchCurrentValue: '/^jdk-all/',
                versioning: 'regex:^jdk-all-(?<major>\\d+)?(\\.(?<minor>\\d+))?(\\.(?<patch>\\d+))?([\\._+](?<build>(\\d\\.?)+))?(-(?<compatibility>.*))?$',
              },
              {
                matchDatasources: ['docker'],
                matchPackageNames: ['bellsoft/hardened-liberica-runtime-container', 'bellsoft/liberica-runtime-container'],
                matchCurrentValue: '/^jre-/',
                versioning: 'regex:^jre-(?<major>\\d+)?(\\.(?<minor>\\d+))?(\\.(?<patch>\\d+))?([\\._+](?<build>(\\d\\.?)+))?(-(?<compatibility>.*))?$',
              },
            ],
          },
          'workarounds:ubuntuDockerVersioning': { packageRules: [{ matchDatasources: ['docker'], matchDepNames: ['ubuntu'], versioning: 'ubuntu' }] },
        }
        """);

    /// <summary>Presets that are there and say nothing of images.</summary>
    private static readonly FrozenSet<string> Empty = """
        default:automergeLinters default:automergeTesters default:automergeTypes default:configMigration default:dependencyDashboard default:disableDependencyDashboard
        default:disableDevDependencies default:disableDomain default:disableHost default:disablePeerDependencies default:disablePrControls default:disableVulnerabilityAlerts
        default:doNotPinPackage default:enablePreCommit default:enableVulnerabilityAlerts default:enableVulnerabilityAlertsWithAdditionalLabel
        default:enableVulnerabilityAlertsWithLabel default:githubComToken default:gitSignOff default:gomod default:maintainLockFilesDisabled default:maintainLockFilesMonthly
        default:maintainLockFilesWeekly default:meteor default:noUnscheduledUpdates default:npm default:pinAllExceptPeerDependencies default:pinDependencies
        default:pinDevDependencies default:pinOnlyDevDependencies default:pinSkipCi default:pinVersions default:preserveSemverRanges default:prHourlyLimit1
        default:prHourlyLimit2 default:prHourlyLimit4 default:prHourlyLimitNone default:prImmediately default:prNotPending default:rebaseStalePrs default:renovatePrefix
        default:respectLatest default:skipArtifactsUpdate default:updateNotScheduled default:widenPeerDependencies default:autodetectPinVersions
        default:autodetectRangeStrategy default:enableGradleLite default:switchToGradleLite default:unpublishSafe default:onlyNpm
        security:gomodIndirectSecurityUpdates security:minimumReleaseAgeCrate security:minimumReleaseAgeNpm security:minimumReleaseAgePypi security:openssf-scorecard
        customManagers:biomeVersions customManagers:tsconfigNodeVersions customManagers:valeVersions
        workarounds:disableEclipseLifecycleMapping workarounds:disableGradleReplacements workarounds:disableMavenParentRoot workarounds:groupings
        workarounds:ignoreHttp4sDigestMilestones workarounds:ignoreSpringCloudNumeric workarounds:ignoreWeb3jCoreWithOldReleaseTimestamp
        workarounds:k3sKubernetesVersioning workarounds:mavenCommonsAncientVersion workarounds:reduceRepologyServerLoad workarounds:rke2KubernetesVersioning
        workarounds:typesNodeVersioning preview:buildkite preview:dockerCompose preview:dockerVersions helpers:disableTypesNodeMajor helpers:followTypescriptNext
        helpers:followTypescriptRc helpers:forgejoDigestChangelogs helpers:giteaDigestChangelogs helpers:githubDigestChangelogs helpers:gitlabDigestChangelogs
        helpers:goXPackagesChangelogLink helpers:goXPackagesNameLink helpers:renovateChangelog helpers:oddIsUnstable helpers:oddIsUnstablePackages
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] Packages = ["config:", "default:", "docker:", "group:", "schedule:", "workarounds:", "security:", "helpers:", "customManagers:", "preview:", .. OfOtherPackages];

    /// <summary>The package rules of all of them.</summary>
    public static IEnumerable<YamlMapping> Rules =>
        Known.Values.SelectMany(p => p.TryGet("packageRules", out var rules) && rules is YamlSequence list ? list.Mappings : []);

    /// <summary>Whether a name is one of Renovate's own presets, there or not.</summary>
    public static bool IsOwn(string name) => name.StartsWith(':') || Array.Exists(Packages, p => Full(name).StartsWith(p, StringComparison.Ordinal));

    /// <summary>What a preset says; null where there is none of the name.</summary>
    /// <param name="name">Its name without arguments: <c>:automergeMinor</c>, <c>config:recommended</c>.</param>
    public static YamlMapping? Find(string name)
    {
        name = Full(name);
        name = Older.GetValueOrDefault(name, name);
        if (Known.TryGetValue(name, out var preset))
        {
            return preset;
        }

        // A list of packages narrows a rule to what is no image.
        return name.StartsWith("packages:", StringComparison.Ordinal) ? SettingNodes.Mapping("matchPackageNames", SettingNodes.List([SettingNodes.Text(name, 0)], 0), 0)
            : name.StartsWith("monorepo:", StringComparison.Ordinal) ? SettingNodes.Mapping("matchSourceUrls", SettingNodes.List([SettingNodes.Text(name, 0)], 0), 0)
            : Empty.Contains(name) || name.StartsWith("group:", StringComparison.Ordinal) || Array.Exists(OfOtherPackages, p => name.StartsWith(p, StringComparison.Ordinal)) ? new YamlMapping(0, null)
            : null;
    }

    /// <summary>What to say of a name that is none: <c>: did you mean 'config:recommended'?</c></summary>
    public static string Hint(string name) => NearestKey.Hint(Full(name), Known.Keys.Concat(Empty));

    private static string Full(string name) =>
        name.StartsWith(':') ? "default" + name
        : name.StartsWith("regexManagers:", StringComparison.Ordinal) ? "customManagers:" + name["regexManagers:".Length..]
        : name;

    private static FrozenDictionary<string, YamlMapping> Read(string table)
    {
        var root = (YamlMapping)Json5Tree.Read(new SourceFile("presets", table)).Root!;
        return root.Entries.ToFrozenDictionary(e => SettingNodes.Name(e.Key)!, e => (YamlMapping)e.Value, StringComparer.Ordinal);
    }
}
