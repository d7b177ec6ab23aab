using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>
/// Which uses are an Application's: those that it has itself, and those of manifests and values in the folders and files that it names.
/// That its repository is another one can't be told from here.
/// </summary>
internal sealed class ApplicationScope
{
    private const string Parameters = ArgoCdFormat.ParametersFile;

    /// <summary>Formats of what Argo CD renders.</summary>
    private static readonly HashSet<string> Formats = new(
        ["kubernetes", "kustomize", "helm-values", "helm-chart", "helm-resource", "argocd", "argo-workflows", "tekton", "crossplane", "flux", "comment"], StringComparer.Ordinal);

    private static readonly string[] Kustomizations = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    private readonly Application _application;
    private readonly List<SourcePath> _targets = [];
    private readonly SourcePath[] _bases;

    /// <summary>Makes the scope of an Application.</summary>
    /// <param name="application">The Application.</param>
    /// <param name="writeBack">Where the updater writes for it.</param>
    /// <param name="bases">What kustomizations take from elsewhere.</param>
    public ApplicationScope(Application application, WriteBack writeBack, KustomizeBases bases)
    {
        _application = application;
        _bases = [.. application.Sources.Select(s => s.Folder).OfType<SourcePath>().SelectMany(bases.Of)];
        if (writeBack is { IsGit: true, Target: { } target })
        {
            foreach (var folder in application.Sources.Select(s => s.Path).DefaultIfEmpty("").Distinct(StringComparer.Ordinal))
            {
                _targets.AddRange(FilesOf(folder, target).Select(f => SourcePath.File(folder, f, application.Folders)).OfType<SourcePath>());
            }
        }
    }

    /// <summary>What it takes to ask it, one for a folder.</summary>
    public int Cost => 1 + _bases.Length + _targets.Sum(t => t.Cost) + _application.Sources.Sum(s => (s.Folder?.Cost ?? 0) + s.ValueFiles.Sum(v => v.Cost));

    /// <summary>Whether a use is in a file that Argo CD may render.</summary>
    public static bool IsRendered(ImageUse use) => Formats.Contains(use.Format);

    /// <summary>
    /// How close a use is to the Application, the lower the closer; null where it is none of its uses. Its own are closest, then the
    /// files that the updater writes, those that are named, those in its folders, of which the deepest is closest, and those in the
    /// bases of its kustomizations.
    /// </summary>
    public int? DistanceOf(ImageUse use)
    {
        const int Step = 2048;
        var path = use.Path;
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        var isParameters = name.StartsWith(Parameters, StringComparison.Ordinal);
        if (use.Format == "argocd" && !isParameters)
        {
            return path == _application.Part.Path && use.Line >= _application.FirstLine && use.Line <= _application.LastLine ? 0 : null;
        }

        if (isParameters && !IsOwn(name))
        {
            return null;
        }

        if (_targets.Exists(t => t.Holds(path)))
        {
            return Step;
        }

        int? least = null;
        foreach (var source in _application.Sources)
        {
            var isNamed = source.ValueFiles.Any(f => f.Holds(path));
            var distance = isNamed ? 2 * Step
                : source.Folder?.Holds(path) != true || IsOtherValues(source, use, name) ? int.MaxValue
                : (isParameters ? Step : 3 * Step) - source.Folder.Depth;
            least = distance < (least ?? int.MaxValue) ? distance : least;
        }

        foreach (var found in least is null && !isParameters ? _bases : [])
        {
            least = found.Holds(path) ? Math.Min(least ?? int.MaxValue, (4 * Step) - found.Depth) : least;
        }

        return least;
    }

    /// <summary>What is there for what a template leaves open, see <see cref="SourcePath.FilledBy"/>.</summary>
    public string? FilledBy(string path)
    {
        foreach (var source in _application.Sources)
        {
            foreach (var known in source.ValueFiles.Prepend(source.Folder))
            {
                if (known?.Holds(path) == true && known.FilledBy(path) is { } filled)
                {
                    return filled;
                }
            }
        }

        return null;
    }

    /// <summary>The files of <c>write-back-target</c> (<c>parseKustomizeBase</c> and <c>parseTarget</c> in <c>pkg/argocd/update.go</c>), beside a folder or from the root.</summary>
    private static IEnumerable<string> FilesOf(string folder, string target)
    {
        var colon = target.IndexOf(':', StringComparison.Ordinal);
        var (kind, path) = colon < 0 ? (target, "") : (target[..colon], target[(colon + 1)..]);
        return kind switch
        {
            "kustomization" => Kustomizations.Select(f => path.Length == 0 ? f : $"{path}/{f}"),
            "helmvalues" => [path.Length == 0 ? "values.yaml" : path],
            _ when target.StartsWith('/') || folder.Length == 0 => [target],
            _ => ["/" + target],
        };
    }

    /// <summary>Values that belong to another Application of the same chart.</summary>
    private static bool IsOtherValues(ApplicationSource source, ImageUse use, ReadOnlySpan<char> name) =>
        use.Format == "helm-values" && source.ValueFiles.Count > 0 && name is not ("values.yaml" or "values.yml");

    /// <summary><c>.argocd-source.yaml</c> is for all, <c>.argocd-source-shop.yaml</c> and <c>.argocd-source-argocd_shop.yaml</c> for one.</summary>
    private bool IsOwn(ReadOnlySpan<char> name)
    {
        var end = name[Parameters.Length..];
        if (end.StartsWith("."))
        {
            return true;
        }

        var dot = end.LastIndexOf('.');
        var owner = end.IsEmpty ? end : end[1..(dot < 1 ? end.Length : dot)];
        var own = _application.GeneratedName;
        return own.Contains("{{", StringComparison.Ordinal) || owner.Equals(own, StringComparison.Ordinal)
            || (owner.IndexOf('_') is >= 0 and var line && owner[(line + 1)..].Equals(own, StringComparison.Ordinal));
    }
}
