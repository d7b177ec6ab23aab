using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>
/// The resource <c>ImageUpdater</c> (<c>api/v1alpha1/imageupdater_types.go</c>). What an image says stands over what its Applications
/// are told, and that over what all are told.
/// </summary>
internal sealed class ImageUpdaterResource
{
    private const string Update = "commonUpdateSettings";
    private const string WriteBackConfig = "writeBackConfig";
    private const string Verification = "imagesVerification";
    private const string Applications = "applicationRefs";

    private static readonly string[] SpecKeys = ["namespace", Update, WriteBackConfig, Verification, Applications];
    private static readonly string[] UpdateKeys = ["updateStrategy", "forceUpdate", "allowTags", "ignoreTags", "pullSecret", "platforms"];
    private static readonly string[] GitKeys = ["repository", "branch", "writeBackTarget", "pullRequest"];
    private static readonly string[] RefKeys = ["namePattern", "labelSelectors", "useAnnotations", "images", Update, WriteBackConfig, Verification];
    private static readonly string[] ImageKeys = ["alias", "imageName", "manifestTargets", Update, Verification];

    private readonly ConfigurationPart _part;
    private readonly ConfigurationText _text;

    private ImageUpdaterResource(ConfigurationPart part, ConfigurationText text, YamlMapping root)
    {
        (_part, _text) = (part, text);
        var spec = root.Mapping("spec") ?? new YamlMapping(root.Start, null);
        Namespace = (root.Mapping("metadata")?.Scalar("namespace") ?? spec.Scalar("namespace")) is { IsEmpty: false } given ? given.Value : null;
        Refs = Read(text.Open(spec, "'spec'", SpecKeys));
    }

    /// <summary>Its namespace, whose Applications it is for; null where that is said elsewhere.</summary>
    public string? Namespace { get; }

    /// <summary>Its entries, in the order in which they are asked.</summary>
    public IReadOnlyList<ApplicationRef> Refs { get; }

    /// <summary>Reads the resource.</summary>
    /// <param name="part">Where it is written.</param>
    /// <param name="file">That, as text.</param>
    /// <param name="root">The document.</param>
    /// <param name="findings">What there is to say.</param>
    public static ImageUpdaterResource Read(ConfigurationPart part, SourceFile file, YamlMapping root, Findings findings)
    {
        var text = new ConfigurationText(file);
        var resource = new ImageUpdaterResource(part, text, root);
        foreach (var error in text.Errors)
        {
            findings.Wrong(error);
        }

        foreach (var remark in text.Remarks)
        {
            findings.Remark(remark.Path, remark.Line, remark.Message);
        }

        return resource;
    }

    private IReadOnlyList<ApplicationRef> Read(ConfigurationMapping spec)
    {
        var common = ReadUpdate(spec);
        var writeBack = ReadWriteBack(spec);
        RemarkOnVerification(spec);
        if (!spec.Has(Applications))
        {
            spec.Wrong(Applications, $"'{Applications}' is missing: it says which Applications are meant");
        }

        var mistake = spec.IsSound ? null : "what the resource says for all Applications is wrong";
        var refs = spec.Mappings(Applications, RefKeys).Select(r => Read(r, common, writeBack, mistake)).ToList();

        // One bad pattern, and none of them is asked (FilterApplicationsForUpdate).
        if (refs.Exists(r => r.Pattern is null))
        {
            refs = [.. refs.Select(r => r with { UsesAnnotations = false, Settings = r.Settings with { Mistake = "one of its patterns for names is wrong" } })];
        }

        return [.. refs.OrderByDescending(r => r.Specificity)];
    }

    private ApplicationRef Read(ConfigurationMapping entry, UpdateSettings all, WriteBackSettings writeBack, string? mistake)
    {
        var pattern = entry.Needed("namePattern", "a name of Applications, in which * stands for anything");
        var isPattern = TagPattern.TryParse(pattern?.Value ?? "", out var names) && pattern is not null;
        if (pattern is { Value.Length: > ApplicationRef.LongestName })
        {
            entry.Wrong("namePattern", $"'namePattern' is longer than {ApplicationRef.LongestName} characters, and no name is");
            isPattern = false;
        }
        else if (pattern is not null && !isPattern)
        {
            entry.Wrong("namePattern", $"'{Excerpt.Of(pattern.Value)}' has a bracket or backslash without its other part");
        }

        var selector = ReadSelector(entry);
        var usesAnnotations = entry.Flag("useAnnotations") ?? false;
        RemarkOnVerification(entry);
        var common = all.With(ReadUpdate(entry));
        var own = ReadWriteBack(entry);
        if (usesAnnotations)
        {
            foreach (var key in entry.Keys.Where(k => k is "images" or Update or WriteBackConfig))
            {
                entry.Remark(key, $"'{key}' is passed over where 'useAnnotations' is true");
            }
        }
        else if (!entry.Has("images"))
        {
            entry.Wrong("images", "'images' is missing: name images, or write 'useAnnotations: true'");
        }

        var written = Read(entry, own.Over(writeBack), out var wrong);
        mistake ??= entry.IsSound ? wrong : "this entry of the resource is wrong";
        List<ImageEntry> images = [.. entry.Mappings("images", ImageKeys).Select(i => ReadImage(i, common)).OfType<ImageEntry>()];
        return new ApplicationRef(isPattern ? names : null, selector, usesAnnotations, ApplicationRef.SpecificityOf(pattern?.Value ?? "", selector), new ApplicationSettings(images, written, _part) { Mistake = mistake });
    }

    private ImageEntry? ReadImage(ConfigurationMapping entry, UpdateSettings common)
    {
        entry.Needed("alias", "a short name for the image");
        var name = entry.Needed("imageName", "the image, and behind a colon which tags are wanted");
        var settings = common.With(ReadUpdate(entry));
        RemarkOnVerification(entry);
        var replaced = ReadTargets(entry);
        if (name is null)
        {
            return null;
        }

        if (!ImageEntry.TryReadImage(name.Value.Trim(), out var image, out var constraint, out var error))
        {
            entry.Wrong("imageName", $"'{Excerpt.Of(name.Value)}' is no image: {error}");
            return null;
        }

        return new ImageEntry(image, constraint, settings, _text.LineOf(entry.Node))
        {
            Replaced = ImageEntry.ReplacedBy(image, replaced),
            Mistake = entry.IsSound ? null : "this entry of the resource is wrong",
        };
    }

    /// <summary>The name that Kustomize is to find; Helm's paths are found by what they hold.</summary>
    private static string? ReadTargets(ConfigurationMapping entry)
    {
        if (entry.Mapping("manifestTargets", ["helm", "kustomize", "plugin"]) is not { } targets)
        {
            return null;
        }

        if (targets.Keys.Count != 1)
        {
            entry.Wrong("manifestTargets", "'manifestTargets' is one of helm, kustomize and plugin");
        }

        targets.Mapping("helm", ["name", "tag", "spec"]);
        targets.Mapping("plugin", ["name", "tag", "spec"]);
        return targets.Mapping("kustomize", ["name"])?.Text("name");
    }

    private static UpdateSettings ReadUpdate(ConfigurationMapping entry)
    {
        var settings = new UpdateSettings();
        if (entry.Mapping(Update, UpdateKeys) is not { } update)
        {
            return settings;
        }

        foreach (var (key, name) in new[] { ("updateStrategy", "update-strategy"), ("allowTags", "allow-tags") })
        {
            if (update.Text(key) is { } text)
            {
                settings.Set(name, text, update.LineOf(key));
            }
        }

        foreach (var (key, name) in new[] { ("ignoreTags", "ignore-tags"), ("platforms", "platforms") })
        {
            if (update.Has(key))
            {
                settings.Set(name, update.Texts(key, mayBeOne: false), update.LineOf(key));
            }
        }

        if (update.Flag("forceUpdate") is not null)
        {
            update.Remark("forceUpdate", "'forceUpdate' has no meaning here: what is in the files is looked at, and not what is running");
        }

        if (update.Text("pullSecret") is not null)
        {
            update.Remark("pullSecret", "'pullSecret' is passed over: how registries are logged in to is set elsewhere");
        }

        return settings;
    }

    private static WriteBackSettings ReadWriteBack(ConfigurationMapping entry)
    {
        if (entry.Mapping(WriteBackConfig, ["method", "gitConfig"]) is not { } config)
        {
            return WriteBackSettings.None;
        }

        var git = config.Mapping("gitConfig", GitKeys);
        if (git?.Text("repository") is not null)
        {
            git.Remark("repository", "'repository' is passed over: images are written where they are found");
        }

        IReadOnlyList<string>? labels = null;
        var pulls = git?.Mapping("pullRequest", ["github", "gitlab", "labels"]);
        if (pulls is not null)
        {
            labels = [.. pulls.Texts("labels", 100, mayBeOne: false).Select(l => l.Trim()).Where(l => l.Length is > 0 and <= 255).Distinct(StringComparer.Ordinal)];
            if (pulls.Keys.Count(k => k is "github" or "gitlab") != 1)
            {
                git!.Wrong("pullRequest", "'pullRequest' is one of github and gitlab");
            }
        }

        return new WriteBackSettings(config.Text("method"), git?.Text("writeBackTarget"), git?.Text("branch"), labels);
    }

    private static WriteBack Read(ConfigurationMapping entry, WriteBackSettings settings, out string? mistake)
    {
        var writeBack = WriteBack.Read(settings.Method, settings.Target, settings.Branch, pulls: settings.Labels is not null, out var error);
        mistake = error?.Message;
        if (error is { Message: var message })
        {
            entry.Wrong(WriteBackConfig, message);
        }

        return writeBack with { Labels = writeBack.IsGit ? settings.Labels ?? [] : [] };
    }

    private static LabelSelector? ReadSelector(ConfigurationMapping entry)
    {
        if (entry.Mapping("labelSelectors", ["matchLabels", "matchExpressions"]) is not { } selector)
        {
            return null;
        }

        var requirements = new List<(string, string, IReadOnlyList<string>)>();
        if (selector.TryGet("matchLabels", out var labels))
        {
            foreach (var (key, value) in (labels as YamlMapping)?.Named.Take(ConfigurationMapping.MostItems) ?? [])
            {
                requirements.Add((key, "In", [(value as YamlScalar)?.Value ?? ""]));
            }

            if (labels is not YamlMapping)
            {
                selector.Wrong("matchLabels", "'matchLabels' has labels and their values");
            }
        }

        foreach (var expression in selector.Mappings("matchExpressions", ["key", "operator", "values"]))
        {
            if (expression.Needed("key", "the label")?.Value is { } key && expression.Needed("operator", string.Join(", ", LabelSelector.Operators)) is not null
                && expression.Choice("operator", [.. LabelSelector.Operators]) is { } op)
            {
                requirements.Add((key, op, expression.Texts("values", mayBeOne: false)));
            }
        }

        return new LabelSelector(requirements, requirements.Count);
    }

    private void RemarkOnVerification(ConfigurationMapping entry)
    {
        if (entry.TryGet(Verification, out var node))
        {
            _text.Remark(node, $"'{Verification}' is passed over: signatures are not verified here");
        }
    }

    /// <summary>What is said of writing back; null where nothing is.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="Target">Where.</param>
    /// <param name="Branch">Against which branch.</param>
    /// <param name="Labels">Labels of pull requests; null where there are to be none.</param>
    private sealed record WriteBackSettings(string? Method, string? Target, string? Branch, IReadOnlyList<string>? Labels)
    {
        public static readonly WriteBackSettings None = new(null, null, null, null);

        public WriteBackSettings Over(WriteBackSettings others) => new(Method ?? others.Method, Target ?? others.Target, Branch ?? others.Branch, Labels ?? others.Labels);
    }
}
