using Basewatch.Core.Dialects.ArgoCd;
using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies.Semver;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Argo CD Image Updater: the annotations of one image, without their prefix and its alias, and <c>constraint</c> for what
/// stands behind the image's colon in <c>image-list</c>. The names of the <c>ImageUpdater</c> resource are read as well.
/// </summary>
public sealed class ArgoCdDialect : IDialect
{
    /// <summary>Kubernetes takes no more annotations than this, in bytes.</summary>
    private const int LongestText = 256 * 1024;

    private const int MostPatterns = 1000;
    private const int LongestPattern = 256;

    private const string Strategy = "update-strategy";
    private const string Constraint = "constraint";
    private const string AllowTags = "allow-tags";
    private const string IgnoreTags = "ignore-tags";
    private const string Platforms = "platforms";
    private const string ForceUpdate = "force-update";

    /// <summary>What is said of platforms where there is a policy alone; a rule of a repository has them.</summary>
    internal const string NoPlatforms = "'platforms' has no part in which tag is next and is passed over: in a repository, it says what an image has to be there for";

    /// <summary>The old name of <see cref="AllowTags"/>, which it gives way to.</summary>
    private const string TagMatch = "tag-match";

    /// <summary>Every key, and what it is called here.</summary>
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        [Strategy] = Strategy,
        ["updateStrategy"] = Strategy,
        [Constraint] = Constraint,
        [AllowTags] = AllowTags,
        ["allowTags"] = AllowTags,
        [TagMatch] = TagMatch,
        [IgnoreTags] = IgnoreTags,
        ["ignoreTags"] = IgnoreTags,
        [Platforms] = Platforms,
        [ForceUpdate] = ForceUpdate,
        ["forceUpdate"] = ForceUpdate,
        ["pull-secret"] = "pull-secret",
        ["pullSecret"] = "pull-secret",
        ["image-list"] = "image-list",
        ["write-back-method"] = "write-back-method",
        ["write-back-target"] = "write-back-target",
        ["git-branch"] = "git-branch",
        ["git-repository"] = "git-repository",
        ["helm.image-name"] = "helm.image-name",
        ["helm.image-tag"] = "helm.image-tag",
        ["helm.image-spec"] = "helm.image-spec",
        ["kustomize.image-name"] = "kustomize.image-name",
    };

    private static readonly string[] Names = [.. Keys.Values.Distinct(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public string Name => "argocd";

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var annotations = new ConfigurationText(text) { LongestText = LongestText, NameOf = key => Keys.GetValueOrDefault(key, key), HintOf = Hint };
        return annotations.Root("annotations are keys with values, such as '{update-strategy: semver, constraint: ^1.0}'", LongestText, mayBeEmpty: true) is { } mapping
            ? new Reader(annotations, annotations.Open(mapping, "", Names)).Read()
            : annotations.Reading(null);
    }

    /// <inheritdoc/>
    public bool MayHaveParts(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("argoproj.io/"u8) >= 0 || bytes.IndexOf("git.commit-message-template"u8) >= 0 || (KustomizeFormat.IsNamedSo(path) && bytes.IndexOf("../"u8) >= 0);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationPart> FindParts(SourceFile file, IReadOnlyList<ImageUse> uses)
    {
        ArgumentNullException.ThrowIfNull(file);
        return ManifestParts.Find(file, Name);
    }

    /// <inheritdoc/>
    public DialectReading ReadRules(IReadOnlyList<ConfigurationPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return new RepositoryReader(this).Read(parts);
    }

    private static string? Hint(string key)
    {
        var end = key.AsSpan(key.LastIndexOf('/') + 1);
        foreach (var name in Keys.Keys)
        {
            if (end.EndsWith(name, StringComparison.Ordinal) && (end.Length == name.Length || end[^(name.Length + 1)] == '.'))
            {
                return $": write '{name}', without the prefix and the image's alias";
            }
        }

        return NearestKey.Hint(key, Keys.Keys);
    }

    private sealed class Reader(ConfigurationText text, ConfigurationMapping image)
    {
        private string? _refusal;

        public PolicyReading Read()
        {
            foreach (var key in image.Keys.Where(k => k is not (Strategy or Constraint or AllowTags or TagMatch or IgnoreTags)))
            {
                image.Remark(key, key == Platforms
                    ? NoPlatforms
                    : $"'{key}' has no part in which tag is next and is passed over");
            }

            var strategy = ReadStrategy();
            var constraint = ReadText(Constraint);
            var range = strategy == UpdateStrategy.Semver ? ReadRange(constraint) : null;
            if (strategy == UpdateStrategy.Digest && constraint.Length == 0)
            {
                image.Wrong(image.Has(Constraint) ? Constraint : Strategy, image.Has(Constraint)
                    ? "the strategy 'digest' follows one tag, and the constraint names none"
                    : "the strategy 'digest' follows one tag: write it as constraint, such as 'constraint: latest'");
            }

            if (strategy is UpdateStrategy.NewestBuild or UpdateStrategy.Alphabetical && constraint.Length > 0)
            {
                image.Remark(Constraint, "the constraint means nothing to the strategies newest-build and alphabetical: 'allow-tags' says which tags there are");
            }

            var allowed = ReadAllowed();
            var ignored = ReadIgnored();
            CheckPlatforms(strategy);
            CheckForceUpdate();
            return text.Reading(new ArgoCdPolicy(strategy, constraint, range, new TagFilter(allowed, ignored), _refusal));
        }

        private UpdateStrategy ReadStrategy()
        {
            var written = ReadText(Strategy);
            switch (written.ToLowerInvariant())
            {
                case "" or "semver":
                    return UpdateStrategy.Semver;
                case "newest-build" or "latest":
                    return UpdateStrategy.NewestBuild;
                case "alphabetical" or "name":
                    return UpdateStrategy.Alphabetical;
                case "digest":
                    return UpdateStrategy.Digest;
                default:
                    image.Remark(Strategy, $"there is no strategy '{Excerpt.Of(written)}', and it counts as 'semver', as Argo CD Image Updater has it: "
                        + "semver, newest-build, alphabetical and digest are known");
                    return UpdateStrategy.Semver;
            }
        }

        private GoConstraint? ReadRange(string constraint)
        {
            if (!GoConstraint.TryParse(constraint.Length == 0 ? "*" : constraint, out var range, out var error))
            {
                image.Wrong(Constraint, error);
            }

            return range;
        }

        /// <summary>What is no match function, and what Go can't compile, matches no tag (image/options.go, <c>ParseMatch</c>).</summary>
        private GoExpression? ReadAllowed()
        {
            var key = ReadText(AllowTags).Length > 0 ? AllowTags : TagMatch;
            var written = ReadText(key);
            if (written.Length == 0 || written.Equals("any", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            var colon = written.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !written.AsSpan(0, colon).Equals("regexp", StringComparison.OrdinalIgnoreCase))
            {
                Refuse(key, $"'{Excerpt.Of(written)}' in {key} is neither 'any' nor 'regexp:' with an expression, so no tag matches");
                return null;
            }

            if (GoExpression.TryParse(written[(colon + 1)..], out var expression, out var error))
            {
                return expression;
            }

            if (error.IsWrongInGo)
            {
                Refuse(key, $"the expression of {key} is none, so no tag matches: {error.Message}");
            }
            else
            {
                image.Wrong(key, $"the expression of {key} can't be used here: {error.Message}");
            }

            return null;
        }

        private List<TagPattern> ReadIgnored()
        {
            var patterns = new List<TagPattern>();
            var written = ReadList(IgnoreTags);
            if (written.Count > MostPatterns)
            {
                image.Wrong(IgnoreTags, $"{IgnoreTags} has {written.Count} patterns, and no more than {MostPatterns} are taken");
                return patterns;
            }

            foreach (var pattern in written)
            {
                if (pattern.Length > LongestPattern)
                {
                    image.Wrong(IgnoreTags, $"a pattern of {IgnoreTags} may have {LongestPattern} characters, this one has {pattern.Length}");
                }
                else if (TagPattern.TryParse(pattern, out var read))
                {
                    patterns.Add(read);
                }
                else
                {
                    image.Remark(IgnoreTags, $"'{Excerpt.Of(pattern)}' in {IgnoreTags} has a bracket or backslash without its other part, so it ignores nothing");
                }
            }

            return patterns;
        }

        /// <summary>A platform that can't be read is the platform of no image (image/options.go, <c>GetPlatformOptions</c>).</summary>
        private void CheckPlatforms(UpdateStrategy strategy)
        {
            var written = ReadList(Platforms).FindAll(p => p.Length > 0);
            if (strategy is UpdateStrategy.NewestBuild or UpdateStrategy.Digest && written.Count > 0 && !written.Exists(p => p.Contains('/', StringComparison.Ordinal)))
            {
                Refuse(Platforms, $"no image has the platform '{Excerpt.Of(written[0])}', which is not written as os/architecture, so no tag is taken");
            }
        }

        private void CheckForceUpdate()
        {
            if (image.Has(ForceUpdate)
                && ReadText(ForceUpdate) is not ("1" or "t" or "T" or "true" or "True" or "TRUE" or "0" or "f" or "F" or "false" or "False" or "FALSE"))
            {
                image.Wrong(ForceUpdate, $"{ForceUpdate} is 'true' or 'false', and Argo CD Image Updater skips the application otherwise");
            }
        }

        /// <summary>The text of a key, without the spaces around it; empty where it has none.</summary>
        private string ReadText(string key) => image.Text(key)?.Trim() ?? "";

        /// <summary>What is between the commas of an annotation, or the resource's list.</summary>
        private List<string> ReadList(string key) =>
            image.TryGet(key, out var node) && node is YamlSequence ? [.. image.Texts(key, MostPatterns)]
            : ReadText(key) is { Length: > 0 } written ? [.. written.Split(',', StringSplitOptions.TrimEntries)]
            : [];

        private void Refuse(string key, string message)
        {
            image.Remark(key, message);
            _refusal ??= message;
        }
    }
}
