using System.Collections.Frozen;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Names of Renovate's options (<see href="https://docs.renovatebot.com/configuration-options/"/>).</summary>
internal static class Options
{
    /// <summary>Those that decide nothing about a tag: labels, schedules, pull requests, which images a rule is for.</summary>
    public static readonly FrozenSet<string> PassedOver = Words("""
        abandonmentThreshold addLabels additionalBranchPrefix additionalReviewers assignAutomerge assignees assigneesFromCodeOwners
        assigneesSampleSize autoApprove autoReplaceGlobalMatch automerge automergeComment automergeSchedule automergeStrategy automergeType
        azureWorkItemId azureWorkItemType baseBranchPatterns bbAutoResolvePrTasks bbUseDefaultReviewers branchConcurrentLimit branchName
        branchNameStrict branchPrefix branchPrefixOld branchTopic bumpVersion bumpVersions changelogUrl cloneSubmodules cloneSubmodulesFilter
        commitBody commitBodyTable commitHourlyLimit commitMessage commitMessageAction commitMessageExtra commitMessageLowerCase commitMessagePrefix
        commitMessageSuffix commitMessageTopic commitTrailers composerIgnorePlatformReqs confidential configMigration configWarningReuseIssue
        constraints constraintsFiltering constraintsVersioning customDatasources customManagers customizeDashboard defaultRegistryUrls
        dependencyDashboard dependencyDashboardApproval dependencyDashboardAutoclose dependencyDashboardCategory dependencyDashboardFooter
        dependencyDashboardHeader dependencyDashboardLabels dependencyDashboardOSVVulnerabilitySummary dependencyDashboardReportAbandonment
        dependencyDashboardTitle description draftPR enabledManagers encrypted env excludeCommitPaths expandCodeOwnersGroups extends fetchChangeLogs
        filterUnavailableUsers forkModeDisallowMaintainerEdits forkProcessing gitAuthor gitIgnoredAuthors gitLabIgnoreApprovals goGetDirs group
        groupName groupSingleUpdates groupSlug hashedBranchLength hostRules ignoreDeprecated ignoreDeps ignorePaths ignorePlugins ignorePresets
        ignoreReviewers ignoreScripts ignoreTests includePaths internalChecksAsSuccess keepUpdatedLabel labels lockFileMaintenance logLevelRemap
        matchBaseBranches matchCategories matchDatasources matchDepNames matchDepTypes matchFileNames matchManagers matchPackageNames
        matchRegistryUrls matchRepositories matchSourceUrls milestone minimumGroupSize mode npmToken npmrc npmrcMerge osvVulnerabilityAlerts
        overrideDatasource overrideDepName overrideDescription overridePackageName platformAutomerge platformCommit postUpdateOptions
        postUpgradeTasks prBodyColumns prBodyDefinitions prBodyHeadingDefinitions prBodyNotes prBodyTemplate prConcurrentLimit prCreation prFooter
        prHeader prHourlyLimit prNotPendingHours prPriority prTitle prTitleStrict printConfig pruneBranchAfterAutomerge pruneStaleBranches
        rangeStrategy rebaseLabel rebaseWhen recreateWhen registryAliases registryUrls replacementApproach replacementName replacementNameTemplate
        replacementVersion replacementVersionTemplate reviewers reviewersFromCodeOwners reviewersSampleSize schedule semanticCommitScope
        semanticCommitType semanticCommits skipArtifactsUpdate skipInstalls sourceDirectory sourceUrl statusCheckNames statusCheckWhen
        stopUpdatingLabel suppressNotifications timezone toolSettings updateInternalDeps updateNotScheduled useBaseBranchConfig userStrings
        vulnerabilityAlerts
        """);

    /// <summary>Those that are obeyed.</summary>
    public static readonly FrozenSet<string> Obeyed = Words("""
        allowedVersions digest enabled extractVersion followTag ignoreUnstable internalChecksFilter major matchConfidence matchCurrentAge
        matchCurrentValue matchCurrentVersion matchIsBreaking matchNewValue matchUpdateTypes maxMajorIncrement minimumReleaseAge
        minimumReleaseAgeBehaviour minimumReleaseAgeBuffer minor packageRules patch pin pinDigest pinDigests replacement respectLatest rollback
        rollbackPrs separateMajorMinor separateMinorPatch separateMultipleMajor separateMultipleMinor updatePinnedDependencies
        versionCompatibility versioning
        """);

    /// <summary>Those that other packages have and images do not.</summary>
    public static readonly FrozenSet<string> OfOtherPackages = Words("""
        bumpVersion bumpVersions cloneSubmodules cloneSubmodulesFilter composerIgnorePlatformReqs constraints constraintsFiltering constraintsVersioning
        customDatasources goGetDirs ignorePlugins ignoreScripts lockFileMaintenance npmToken npmrc npmrcMerge osvVulnerabilityAlerts pinVersions
        postUpdateOptions postUpgradeTasks rangeStrategy skipArtifactsUpdate skipInstalls toolSettings transitiveRemediation updateInternalDeps
        vulnerabilityAlerts
        """);

    /// <summary>Those that a repository does not set.</summary>
    public static readonly FrozenSet<string> OfTheServer = Words("""
        allowPlugins allowScripts allowedCommands autodiscover autodiscoverFilter baseDir binarySource cacheDir dryRun endpoint force
        forkOrg forkToken gitPrivateKey gitUrl globalExtends inheritConfig onboarding onboardingBranch onboardingConfig onboardingNoDeps onboardingPrTitle
        optimizeForDisabled password persistRepoData platform prCommitsPerRunLimit privateKey redisUrl repositories repositoryCache requireConfig
        secrets token username variables
        """);

    /// <summary>Those of older releases that no longer do anything.</summary>
    public static readonly FrozenSet<string> Dropped = Words("""
        allowCommandTemplating allowPostUpgradeCommandTemplating automergeComment branchPrefixOld compatibility deepExtract gitFs groupBranchName groupCommitMessage
        groupPrBody groupPrTitle ignoreNodeModules ignoreNpmrcFile includeForks lazyGrouping maintainYarnLock packageFiles raiseDeprecationWarnings
        rebaseConflictedPrs rebaseStalePrs recreateClosed renovateFork statusCheckVerify supportPolicy trustLevel unpublishSafe unstablePattern
        updateLockFiles upgradeInRange yarnCacheFolder yarnMaintenanceBranchName yarnMaintenanceCommitMessage yarnMaintenancePrBody yarnMaintenancePrTitle
        """);

    /// <summary>Sections of older releases for all managers of a language.</summary>
    public static readonly FrozenSet<string> Languages = Words("docker dotnet golang java js node php python ruby rust");

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => Obeyed.Concat(PassedOver);

    private static FrozenSet<string> Words(string text) => text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
