using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>What kustomizations take from beside their folders: the base of an overlay belongs to the overlay's Application.</summary>
internal sealed class KustomizeBases
{
    private const int MostBases = 100;
    private const int MostFolders = 100_000;

    private static readonly string[] Keys = ["resources", "bases", "components"];

    private readonly Dictionary<string, List<string>> _byFolder = new(StringComparer.Ordinal);

    /// <summary>How many folders have one.</summary>
    public int Count => _byFolder.Count;

    /// <summary>Whether a kustomization takes something from beside its folder.</summary>
    public static bool IsPart(string path, YamlMapping root) => KustomizeFormat.IsNamedSo(path) && OutsideOf(root).Any();

    /// <summary>Takes what a kustomization has.</summary>
    public void Add(string path, YamlMapping root)
    {
        var folder = path[..Math.Max(0, path.LastIndexOf('/'))];
        if (_byFolder.Count >= MostFolders || _byFolder.ContainsKey(folder))
        {
            return;
        }

        _byFolder[folder] = [.. OutsideOf(root).Select(o => SourcePath.Normalize($"{folder}/{o}")).OfType<string>().Where(o => o.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>What is beside a folder and belongs to it, also by way of others.</summary>
    public IReadOnlyList<SourcePath> Of(SourcePath folder)
    {
        if (Count == 0)
        {
            return [];
        }

        var next = new Queue<string>(folder.Literal is { } literal ? [literal] : _byFolder.Keys.Where(k => folder.Holds($"{k}/kustomization.yaml")).Take(MostBases));
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (found.Count < MostBases && next.TryDequeue(out var at))
        {
            foreach (var target in _byFolder.GetValueOrDefault(at) ?? [])
            {
                if (found.Count < MostBases && found.Add(target))
                {
                    next.Enqueue(target);
                }
            }
        }

        return [.. found.Select(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".yml", StringComparison.Ordinal) ? SourcePath.File("", f, []) : SourcePath.Folder(f, [])).OfType<SourcePath>()];
    }

    private static IEnumerable<string> OutsideOf(YamlMapping root) =>
        Keys.SelectMany(k => root.TryGet(k, out var list) && list is YamlSequence items ? items.Items.Take(MostBases) : [])
            .Select(i => (i.Target as YamlScalar)?.Value).OfType<string>().Where(t => t.StartsWith("..", StringComparison.Ordinal) && t.Length < 1024);
}
