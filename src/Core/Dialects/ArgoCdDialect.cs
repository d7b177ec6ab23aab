using Basewatch.Core.Dialects.ArgoCd;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies.Expressions;
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
    private const int MostErrors = 50;

    private const string Strategy = "update-strategy";
    private const string Constraint = "constraint";
    private const string AllowTags = "allow-tags";
    private const string IgnoreTags = "ignore-tags";
    private const string Platforms = "platforms";
    private const string ForceUpdate = "force-update";

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

    /// <inheritdoc/>
    public string Name => "argocd";

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Text.Length > LongestText)
        {
            return PolicyReading.Wrong(new FileProblem(text.Path, null, $"the text is longer than {LongestText} characters, the most that Kubernetes takes as annotations"));
        }

        var stream = YamlStream.Read(text);
        if (stream.Problem is { } problem)
        {
            return PolicyReading.Wrong(problem);
        }

        return stream.Documents switch
        {
            [] or [YamlScalar { IsNull: true }] => new Reader(text).Read(new YamlMapping(0, null)),
            [YamlMapping mapping] => new Reader(text).Read(mapping),
            [var other] => Wrong(text, other, "annotations are keys with values, such as '{update-strategy: semver, constraint: ^1.0}'"),
            [_, var second, ..] => Wrong(text, second, "there is a second document, and a policy is one"),
        };
    }

    private static PolicyReading Wrong(SourceFile file, YamlNode node, string message) =>
        PolicyReading.Wrong(new FileProblem(file.Path, file.PositionOf(node.Start).Line, message));

    private sealed class Reader(SourceFile file)
    {
        private readonly List<FileProblem> _errors = [];
        private readonly List<FileProblem> _remarks = [];
        private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
        private string? _refusal;

        public PolicyReading Read(YamlMapping mapping)
        {
            for (var i = 0; i < mapping.Entries.Count && _errors.Count < MostErrors; i++)
            {
                Take(mapping.Entries[i].Key, mapping.Entries[i].Value);
            }

            var strategy = ReadStrategy();
            var constraint = ReadText(Constraint);
            var range = strategy == UpdateStrategy.Semver ? ReadRange(constraint) : null;
            if (strategy == UpdateStrategy.Digest && constraint.Length == 0 && !_values.ContainsKey(Constraint))
            {
                Error(_values[Strategy], "the strategy 'digest' follows one tag: write it as constraint, such as 'constraint: latest'");
            }
            else if (strategy == UpdateStrategy.Digest && constraint.Length == 0)
            {
                Error(_values[Constraint], "the strategy 'digest' follows one tag, and the constraint names none");
            }

            if (strategy is UpdateStrategy.NewestBuild or UpdateStrategy.Alphabetical && constraint.Length > 0)
            {
                Remark(_values[Constraint], "the constraint means nothing to the strategies newest-build and alphabetical: 'allow-tags' says which tags there are");
            }

            var allowed = ReadAllowed();
            var ignored = ReadIgnored();
            CheckPlatforms(strategy);
            CheckForceUpdate();
            return new PolicyReading(
                _errors.Count > 0 ? null : new ArgoCdPolicy(strategy, constraint, range, new TagFilter(allowed, ignored), _refusal), _errors, _remarks);
        }

        private void Take(YamlNode key, YamlNode value)
        {
            if (key.Target is not YamlScalar { Value: var written })
            {
                Error(key, "a key is a list or a mapping, and annotations are named by text");
            }
            else if (!Keys.TryGetValue(written, out var name))
            {
                Error(key, $"there is no key '{Excerpt.Of(written)}'{Hint(written)}");
            }
            else if (value.Target is not { } target)
            {
                Error(value, $"'{written}' is an alias without an anchor");
            }
            else if (!_values.TryAdd(name, target))
            {
                Error(key, $"'{name}' is written twice");
            }
            else if (name is not (Strategy or Constraint or AllowTags or TagMatch or IgnoreTags))
            {
                Remark(key, $"'{name}' has no part in which tag is next and is passed over");
            }
        }

        private static string Hint(string key)
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

        private UpdateStrategy ReadStrategy()
        {
            var text = ReadText(Strategy);
            switch (text.ToLowerInvariant())
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
                    Remark(_values[Strategy], $"there is no strategy '{Excerpt.Of(text)}', and it counts as 'semver', as Argo CD Image Updater has it: "
                        + "semver, newest-build, alphabetical and digest are known");
                    return UpdateStrategy.Semver;
            }
        }

        private GoConstraint? ReadRange(string constraint)
        {
            if (!GoConstraint.TryParse(constraint.Length == 0 ? "*" : constraint, out var range, out var error))
            {
                Error(_values[Constraint], error);
            }

            return range;
        }

        /// <summary>What is no match function, and what Go can't compile, matches no tag (image/options.go, <c>ParseMatch</c>).</summary>
        private GoExpression? ReadAllowed()
        {
            var key = ReadText(AllowTags).Length > 0 ? AllowTags : TagMatch;
            var text = ReadText(key);
            if (text.Length == 0 || text.Equals("any", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !text.AsSpan(0, colon).Equals("regexp", StringComparison.OrdinalIgnoreCase))
            {
                Refuse(_values[key], $"'{Excerpt.Of(text)}' in {key} is neither 'any' nor 'regexp:' with an expression, so no tag matches");
                return null;
            }

            if (GoExpression.TryParse(text[(colon + 1)..], out var expression, out var error))
            {
                return expression;
            }

            if (error.IsWrongInGo)
            {
                Refuse(_values[key], $"the expression of {key} is none, {error.Message}, so no tag matches");
            }
            else
            {
                Error(_values[key], $"the expression of {key} can't be used here: {error.Message}");
            }

            return null;
        }

        private List<TagPattern> ReadIgnored()
        {
            var patterns = new List<TagPattern>();
            var written = ReadList(IgnoreTags);
            if (written.Count > MostPatterns)
            {
                Error(_values[IgnoreTags], $"{IgnoreTags} has {written.Count} patterns, and no more than {MostPatterns} are taken");
                return patterns;
            }

            foreach (var (node, text) in written)
            {
                if (text.Length > LongestPattern)
                {
                    Error(node, $"a pattern of {IgnoreTags} may have {LongestPattern} characters, this one has {text.Length}");
                }
                else if (TagPattern.TryParse(text, out var pattern))
                {
                    patterns.Add(pattern);
                }
                else
                {
                    Remark(node, $"'{Excerpt.Of(text)}' in {IgnoreTags} has a bracket or backslash without its other part, so it ignores nothing");
                }
            }

            return patterns;
        }

        /// <summary>A platform that can't be read is the platform of no image (image/options.go, <c>GetPlatformOptions</c>).</summary>
        private void CheckPlatforms(UpdateStrategy strategy)
        {
            var written = ReadList(Platforms).Where(p => p.Text.Length > 0).ToList();
            if (strategy is UpdateStrategy.NewestBuild or UpdateStrategy.Digest && written.Count > 0 && !written.Exists(p => p.Text.Contains('/', StringComparison.Ordinal)))
            {
                Refuse(written[0].Node, $"no image has the platform '{Excerpt.Of(written[0].Text)}', which is not written as os/architecture, so no tag is taken");
            }
        }

        private void CheckForceUpdate()
        {
            if (_values.TryGetValue(ForceUpdate, out var node) && node is not YamlScalar { IsNull: true }
                && ReadText(ForceUpdate) is not ("1" or "t" or "T" or "true" or "True" or "TRUE" or "0" or "f" or "F" or "false" or "False" or "FALSE"))
            {
                Error(node, $"{ForceUpdate} is 'true' or 'false', and Argo CD Image Updater skips the application otherwise");
            }
        }

        /// <summary>The text of a key, without the spaces around it; empty where it has none.</summary>
        private string ReadText(string name)
        {
            if (!_values.TryGetValue(name, out var node))
            {
                return "";
            }

            if (node is YamlScalar scalar)
            {
                return scalar.IsNull ? "" : scalar.Value.Trim();
            }

            _values.Remove(name);
            Error(node, $"'{name}' is a text, and a list or a mapping is written");
            return "";
        }

        /// <summary>What is between the commas of an annotation, or the resource's list.</summary>
        private List<(YamlNode Node, string Text)> ReadList(string name)
        {
            if (!_values.TryGetValue(name, out var node) || node is not YamlSequence list)
            {
                var text = ReadText(name);
                return text.Length == 0 ? [] : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(t => (node!, t))];
            }

            var items = new List<(YamlNode, string)>();
            foreach (var item in list.Items)
            {
                if (item.Target is YamlScalar scalar)
                {
                    items.Add((scalar, scalar.Value));
                }
                else
                {
                    Error(item, $"'{name}' is a list of texts");
                }
            }

            return items;
        }

        private void Error(YamlNode node, string message) => _errors.Add(At(node, message));

        private void Remark(YamlNode node, string message) => _remarks.Add(At(node, message));

        private void Refuse(YamlNode node, string message)
        {
            Remark(node, message);
            _refusal ??= message;
        }

        private FileProblem At(YamlNode node, string message) => new(file.Path, file.PositionOf(node.Start).Line, message);
    }
}
