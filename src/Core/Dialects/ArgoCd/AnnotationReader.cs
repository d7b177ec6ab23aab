using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>
/// The annotations of an Application, as <c>pkg/argocd/annotations.go</c> reads them: what is wrong with one of them is wrong with the
/// Application.
/// </summary>
/// <param name="application">The Application.</param>
/// <param name="findings">What there is to say.</param>
internal sealed class AnnotationReader(Application application, Findings findings)
{
    private const string List = "image-list";
    private const string ForceUpdate = "force-update";
    private const string PullSecret = "pull-secret";
    private const string Method = "write-back-method";
    private const string Target = "write-back-target";
    private const string Branch = "git-branch";
    private const string Repository = "git-repository";
    private const string KustomizeName = "kustomize.image-name";

    private static readonly string[] HelmNames = ["helm.image-name", "helm.image-tag", "helm.image-spec"];

    /// <summary>Those of the whole Application.</summary>
    private static readonly string[] Own = [List, Method, Target, Branch, Repository, .. Shared];

    /// <summary>Those of an image, behind its alias.</summary>
    private static readonly string[] OfImages = ["platforms", KustomizeName, .. HelmNames, .. Shared];

    private string? _mistake;
    private string? _unnamed;

    private static string[] Shared => ["update-strategy", "allow-tags", "ignore-tags", "tag-match", ForceUpdate, PullSecret];

    /// <summary>Whether an Application names images.</summary>
    public static bool Has(Application application) => application.Annotations.TryGetValue(ManifestParts.Group + List, out var list) && list.Value.Trim().Length > 0;

    /// <summary>Whether an Application has some for the updater and names no images by them.</summary>
    public static bool HasWithoutList(Application application) => !Has(application) && application.Annotations.Keys.Any(k => k.StartsWith(ManifestParts.Group, StringComparison.Ordinal));

    /// <summary>Reads those of an Application that names no images: the updater leaves it alone.</summary>
    public ApplicationSettings ReadWithoutList()
    {
        var line = application.Annotations.First(a => a.Key.StartsWith(ManifestParts.Group, StringComparison.Ordinal)).Value.Line;
        findings.Remark(application.Part.Path, line, $"'{Excerpt.Of(application.Name)}' has annotations for the updater and no '{List}' with images: its images stay as they are");
        RemarkOnOthers(null);
        return new ApplicationSettings([], WriteBack.Read(null, null, null, pulls: false, out _), application.Part) { Unnamed = $"its Application has no '{List}' with images" };
    }

    /// <summary>Reads them.</summary>
    public ApplicationSettings Read()
    {
        var list = Find(List)!;
        var common = ReadSettings("", Shared);
        var images = new List<ImageEntry>();
        var aliases = new HashSet<string>(StringComparer.Ordinal);
        string[] written = list.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (written.Length > ConfigurationMapping.MostItems)
        {
            Wrong(list.Line, $"'{List}' has more than {ConfigurationMapping.MostItems} images");
        }

        foreach (var pair in written.Take(ConfigurationMapping.MostItems))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var alias = equals < 0 ? "" : pair[..equals].Trim();
            aliases.Add(alias);
            if (ReadImage(list, alias, pair[(equals + 1)..].Trim(), common) is { } image)
            {
                images.Add(image);
            }
        }

        var writeBack = WriteBack.Read(TextOf(Method), TextOf(Target), TextOf(Branch), pulls: false, out var error);
        if (error is var (key, message))
        {
            Wrong(Find(key switch { WriteBackKey.Target => Target, WriteBackKey.Branch => Branch, _ => Method })?.Line ?? list.Line, message);
        }

        RemarkOnOthers(aliases);
        return new ApplicationSettings(images, writeBack, application.Part) { Mistake = _mistake, Unnamed = _unnamed };
    }

    private ImageEntry? ReadImage(Annotation list, string alias, string text, UpdateSettings common)
    {
        var path = application.Part.Path;
        var settings = alias.Length == 0 ? common : common.With(ReadSettings(alias, OfImages));
        if (text.Length == 0)
        {
            Wrong(list.Line, $"the alias '{Excerpt.Of(alias)}' has no image: the updater skips the whole Application");
            _unnamed ??= $"its configuration is wrong: an entry of '{List}' has no image";
            return null;
        }

        // nginx:>=1.0 is the image 1.0 with the alias nginx:>, which is nowhere.
        if (alias.Contains(':', StringComparison.Ordinal) && ImageEntry.TryReadImage(alias, out var meant, out _, out _))
        {
            const string NeedsAlias = "what is before the first '=' is read as an alias";
            findings.Wrong(path, list.Line, $"in '{Excerpt.Of($"{alias}={text}")}' {NeedsAlias}: write one before it, such as 'app={Excerpt.Of($"{alias}={text}")}'");
            return new ImageEntry(meant, "", settings, list.Line) { Mistake = NeedsAlias };
        }

        if (!ImageEntry.TryReadImage(text, out var image, out var constraint, out var error))
        {
            if (text.Contains("{{", StringComparison.Ordinal))
            {
                findings.Remark(path, list.Line, $"which image '{Excerpt.Of(text)}' is in '{List}' is known only when the ApplicationSet makes its Applications");
            }
            else
            {
                findings.Wrong(path, list.Line, $"'{Excerpt.Of(text)}' in '{List}' is no image: {error}");
                _unnamed ??= $"its configuration is wrong: '{Excerpt.Of(text)}' in '{List}' is no image";
            }

            return null;
        }

        var kustomize = Find(KustomizeName, alias);
        if (alias.Length > 0 && kustomize is { Value.Length: > 0 } && HelmNames.Any(n => TextOf(n, alias) is { Length: > 0 }))
        {
            Wrong(kustomize.Line, $"'{Excerpt.Of(alias)}' is written for Helm and for Kustomize: keep one of them");
        }

        return new ImageEntry(image, constraint, settings, list.Line) { Replaced = ImageEntry.ReplacedBy(image, alias.Length == 0 ? null : kustomize?.Value) };
    }

    private UpdateSettings ReadSettings(string alias, IReadOnlyList<string> names)
    {
        var settings = new UpdateSettings();
        foreach (var name in names)
        {
            if (Find(name, alias) is not { } found)
            {
                continue;
            }

            var text = found.Value.Trim();
            if (name == ForceUpdate)
            {
                findings.Remark(application.Part.Path, found.Line, $"'{ForceUpdate}' has no meaning here: what is in the files is looked at, and not what is running");
                if (text is not ("1" or "t" or "T" or "true" or "True" or "TRUE" or "0" or "f" or "F" or "false" or "False" or "FALSE"))
                {
                    Wrong(found.Line, $"'{ForceUpdate}' is 'true' or 'false', not '{Excerpt.Of(text)}': the updater skips the whole Application");
                }
            }
            else if (name == PullSecret)
            {
                findings.Remark(application.Part.Path, found.Line, $"'{PullSecret}' is passed over: how registries are logged in to is set elsewhere");
            }
            else if (text.Length > 0 && UpdateSettings.Names.Contains(name, StringComparer.Ordinal))
            {
                settings.Set(name, text, found.Line);
            }
        }

        return settings;
    }

    /// <summary>What nothing reads is most likely misspelt.</summary>
    private void RemarkOnOthers(HashSet<string>? aliases)
    {
        foreach (var (key, (_, line)) in application.Annotations)
        {
            if (!key.StartsWith(ManifestParts.Group, StringComparison.Ordinal))
            {
                continue;
            }

            var name = key[ManifestParts.Group.Length..];
            var path = application.Part.Path;
            if (Own.Contains(name, StringComparer.Ordinal))
            {
                if (name == Repository)
                {
                    findings.Remark(path, line, $"'{Repository}' is passed over: images are written where they are found");
                }
            }
            else if (OfImages.FirstOrDefault(n => name.Length > n.Length && name.EndsWith(n, StringComparison.Ordinal) && name[^(n.Length + 1)] == '.') is { } known)
            {
                var alias = name[..^(known.Length + 1)];
                if (aliases?.Any(a => KeyOf(a) == alias) == false)
                {
                    findings.Remark(path, line, $"'{Excerpt.Of(name)}' is passed over: no image in '{List}' has the alias '{Excerpt.Of(alias)}'");
                }
            }
            else
            {
                var dot = name.IndexOf('.', StringComparison.Ordinal);
                findings.Remark(path, line, $"there is no annotation '{Excerpt.Of(name)}', and it is passed over{NearestKey.Hint(name[(dot + 1)..], dot < 0 ? Own : OfImages)}");
            }
        }
    }

    private Annotation? Find(string name, string alias = "") => application.Annotations.GetValueOrDefault(ManifestParts.Group + (alias.Length == 0 ? name : $"{KeyOf(alias)}.{name}"));

    private string? TextOf(string name, string alias = "") => Find(name, alias)?.Value.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>An annotation has one slash: before version 1, that of an alias was written as an underscore.</summary>
    private static string KeyOf(string alias) => alias.Replace('/', '_');

    private void Wrong(int line, string message)
    {
        findings.Wrong(application.Part.Path, line, message);
        _mistake ??= message;
    }
}
