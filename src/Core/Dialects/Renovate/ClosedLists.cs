using System.Collections.Frozen;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Conditions whose values are names that Renovate knows: any other name never holds, and is most likely misspelt.</summary>
internal static class ClosedLists
{
    /// <summary>What comes before names that the configuration gives itself.</summary>
    private const string Custom = "custom.";

    private static readonly FrozenDictionary<string, FrozenSet<string>> Names = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal)
    {
        ["matchManagers"] = ImageReaders.Names.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        ["matchUpdateTypes"] = Split("major minor patch pin pinDigest digest rollback replacement bump lockFileMaintenance lockfileUpdate"),
        ["matchCategories"] = Split("""
            ansible batect bazel c cd ci custom dart docker dotnet elixir golang haskell helm iac java js kubernetes node perl php python ruby rust swift terraform
            """),

        // Those of lib/modules/datasource, and three names of older releases.
        ["matchDatasources"] = Split("""
            adoptium-java apk artifactory aws-eks-addon aws-machine-image aws-rds azure-bicep-resource azure-pipelines-tasks azure-tags bazel
            bitbucket-server-tags bitbucket-tags bitrise buildpacks-registry cdnjs clojure conan conda cpan crate dart dart-version deb deno devbox
            docker dotnet dotnet-version elm-package endoflife-date flutter-version forgejo-releases forgejo-tags galaxy galaxy-collection git-refs
            git-tags gitea-releases gitea-tags github-digest github-release-attachments github-releases github-runners github-tags gitlab-packages
            gitlab-releases gitlab-tags glasskube-packages go golang-version gradle-version hackage helm hermit hex hexpm-bob java-version
            jenkins-plugins jsr kubernetes-api maven nextcloud node node-version npm nuget orb packagist pod puppet-forge pypi python-version repology
            rpm ruby-version rubygems rust-version sbt-package sbt-plugin terraform-module terraform-provider typst unity3d unity3d-packages
            """),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Tells of names that there aren't; patterns are left alone.</summary>
    public static void Check(ConfigurationText text, ConfigurationMapping rule, string key)
    {
        if (!Names.TryGetValue(key, out var known) || !rule.TryGet(key, out var node))
        {
            return;
        }

        foreach (var item in (node is YamlSequence list ? list.Items.Take(ConfigurationMapping.MostItems) : [node]).Select(n => n.Target).OfType<YamlScalar>())
        {
            var name = item.Value.StartsWith('!') ? item.Value[1..] : item.Value;
            if (IsName(name) && !known.Contains(name) && !name.StartsWith(Custom, StringComparison.OrdinalIgnoreCase))
            {
                text.Wrong(item, $"Renovate knows no '{Excerpt.Of(name)}' for {key}{NearestKey.Hint(name, known.Order(StringComparer.Ordinal))}");
            }
        }
    }

    private static bool IsName(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static FrozenSet<string> Split(string names) => names.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
