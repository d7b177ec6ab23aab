using Basewatch.Core.Images;

namespace Basewatch.Core.Rebuilds;

/// <summary>Which own image is built on which, to any depth. Pure; the same whatever the order in which images are given.</summary>
public sealed class RebuildGraph
{
    /// <summary>Stands for a registry of Azure that is not named where an image is built.</summary>
    private const string Azure = "azurecr.io";

    private readonly OwnImage[] _all;

    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    private readonly Dictionary<ImageName, List<int>> _byName = [];

    private readonly List<int>[] _parents;

    private readonly List<int>[] _children;

    private readonly int[] _depths;

    private readonly HashSet<int> _circular = [];

    private readonly string[] _watched;

    private RebuildGraph(List<OwnImage> images)
    {
        var all = _all = [.. images];
        for (var i = 0; i < all.Length; i++)
        {
            _index.Add(all[i].Key, i);
            if (!_byName.TryGetValue(all[i].Name, out var same))
            {
                _byName[all[i].Name] = same = [];
            }

            same.Add(i);
        }

        (_parents, _children, _depths, _watched) = (new List<int>[all.Length], new List<int>[all.Length], new int[all.Length], new string[all.Length]);
        for (var i = 0; i < all.Length; i++)
        {
            (_parents[i], _children[i]) = ([], []);
        }

        var roots = new HashSet<ImageReference>();
        var used = new SortedSet<string>?[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            foreach (var reference in all[i].Bases)
            {
                if (BuilderAt(reference) is not { } parent)
                {
                    roots.Add(reference);
                    continue;
                }

                (used[parent] ??= new SortedSet<string>(StringComparer.Ordinal)).Add(reference.FollowedTag ?? "latest");
                if (!_parents[i].Contains(parent))
                {
                    _parents[i].Add(parent);
                    _children[parent].Add(i);
                }
            }
        }

        for (var i = 0; i < all.Length; i++)
        {
            // What others are built on is what matters; then what it is built as.
            _watched[i] = used[i]?.Min ?? all[i].Tags.Order(StringComparer.Ordinal).FirstOrDefault() ?? "latest";
        }

        Cycles = FindCycles();
        Images = Sort();
        Roots = [.. roots.OrderBy(r => r.Canonical, StringComparer.Ordinal)];
    }

    /// <summary>Every own image: what is built on another comes after it, but for those on a cycle.</summary>
    public IReadOnlyList<OwnImage> Images { get; }

    /// <summary>The bases that no own image is.</summary>
    public IReadOnlyList<ImageReference> Roots { get; }

    /// <summary>Images that are built on each other round in a circle.</summary>
    public IReadOnlyList<IReadOnlyList<OwnImage>> Cycles { get; }

    /// <summary>Makes the graph of images.</summary>
    /// <param name="images">Every own image; of two that say they are the same the first counts.</param>
    public static RebuildGraph Of(IEnumerable<OwnImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var all = images.ToList();
        var azure = all.SelectMany(i => i.Bases).Select(b => b.Name).Where(n => n.Registry.EndsWith("." + Azure, StringComparison.Ordinal)).Distinct()
            .ToLookup(n => n.Repository, StringComparer.Ordinal);
        return new RebuildGraph([.. all.Select(Named).OfType<OwnImage>().OrderBy(i => i.Key, StringComparer.Ordinal).DistinctBy(i => i.Key, StringComparer.Ordinal)]);

        // A task builds into its own registry without naming it: whoever is built on the image does, or how the task is run.
        OwnImage? Named(OwnImage image) =>
            image.Name.Registry != Azure ? image
            : image.Methods.FirstOrDefault(m => m.Registry is not null)?.Registry is { } registry && ImageName.TryParse($"{(registry.Contains('.', StringComparison.Ordinal) ? registry : $"{registry}.{Azure}")}/{image.Name.Repository}", out var told, out _) ? image with { Name = told }
            : azure[image.Name.Repository].Take(2).ToList() is [var only] ? image with { Name = only }
            : null;
    }

    /// <summary>The own image of a key; null where there is none.</summary>
    public OwnImage? Find(string key) => _index.TryGetValue(key, out var at) ? _all[at] : null;

    /// <summary>What builds a base; null where nothing does, or several do and none of them is the one.</summary>
    public OwnImage? BuilderOf(ImageReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return BuilderAt(reference) is { } at ? _all[at] : null;
    }

    /// <summary>The tag by which it is seen whether an image was built.</summary>
    public ImageReference WatchedOf(OwnImage image) => new(_all[At(image)].Name, _watched[At(image)]);

    /// <summary>The own images that an image is built on.</summary>
    public IEnumerable<OwnImage> ParentsOf(OwnImage image) => _parents[At(image)].Select(i => _all[i]);

    /// <summary>The own images that are built on an image.</summary>
    public IEnumerable<OwnImage> ChildrenOf(OwnImage image) => _children[At(image)].Select(i => _all[i]);

    /// <summary>How many own images are below it: 0 for one that is built on bases of others alone.</summary>
    public int DepthOf(OwnImage image) => _depths[At(image)];

    /// <summary>Whether it is built, in the end, on itself.</summary>
    public bool IsCircular(OwnImage image) => _circular.Contains(At(image));

    /// <summary>The graph as a tree: each image once, with what is built on it right behind. What hangs on no base comes last.</summary>
    /// <param name="isShown">Whether an image is in it; what is built on one that is not does not hang on it.</param>
    public IEnumerable<RebuildBranch> Tree(Func<OwnImage, bool> isShown)
    {
        ArgumentNullException.ThrowIfNull(isShown);
        var tops = Images.Where(i => DepthOf(i) == 0 && isShown(i)).SelectMany(i => i.Bases.Distinct().Where(b => BuilderAt(b) is null).Select(b => (Base: b, Image: i))).ToLookup(t => t.Base, t => t.Image);
        var placed = new HashSet<OwnImage>();
        var beginnings = Roots.SelectMany(r => tops[r].Select(t => ((ImageReference?)r, t))).Concat(Images.Where(isShown).Select(i => ((ImageReference?)null, i)));
        foreach (var (root, top) in beginnings)
        {
            // As deep as repositories say: no recursion.
            var next = new Stack<RebuildBranch>([new RebuildBranch(root, top, 0)]);
            while (next.TryPop(out var branch))
            {
                if (!placed.Add(branch.Image))
                {
                    continue;
                }

                yield return branch;
                foreach (var child in ChildrenOf(branch.Image).Where(c => isShown(c) && !placed.Contains(c)).Reverse())
                {
                    next.Push(new RebuildBranch(root, child, branch.Level + 1));
                }
            }
        }
    }

    private int At(OwnImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _index[image.Key];
    }

    private int? BuilderAt(ImageReference reference)
    {
        if (!_byName.TryGetValue(reference.Name, out var same))
        {
            return null;
        }

        // One that names the tag goes before those that are built as whatever.
        var tag = reference.FollowedTag;
        var named = tag is null ? [] : same.Where(i => _all[i].Tags.Contains(tag, StringComparer.Ordinal)).ToList();
        var possible = named.Count > 0 ? named : same.Where(i => _all[i].Tags.Count == 0 || tag is null).ToList();
        return possible is [var only] ? only : null;
    }

    /// <summary>Parents first; of those that could come next the smallest key. What is on a cycle comes last.</summary>
    private List<OwnImage> Sort()
    {
        var open = new int[_all.Length];
        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < _all.Length; i++)
        {
            // An edge from a cycle is none: nothing on it is ever built here.
            open[i] = _circular.Contains(i) ? -1 : _parents[i].Count(p => !_circular.Contains(p));
            if (open[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        var sorted = new List<OwnImage>(_all.Length);
        while (ready.TryDequeue(out var at, out _))
        {
            sorted.Add(_all[at]);
            foreach (var child in _children[at].Where(c => !_circular.Contains(c)))
            {
                _depths[child] = Math.Max(_depths[child], _depths[at] + 1);
                if (--open[child] == 0)
                {
                    ready.Enqueue(child, child);
                }
            }
        }

        sorted.AddRange(_circular.Order().Select(i => _all[i]));
        return sorted;
    }

    /// <summary>Tarjan's strongly connected components, without recursion: repositories decide how deep it is.</summary>
    private List<IReadOnlyList<OwnImage>> FindCycles()
    {
        var (order, low, onStack) = (new int[_all.Length], new int[_all.Length], new bool[_all.Length]);
        var (stack, cycles, next) = (new Stack<int>(), new List<IReadOnlyList<OwnImage>>(), 0);
        for (var start = 0; start < _all.Length; start++)
        {
            if (order[start] != 0)
            {
                continue;
            }

            var walk = new Stack<(int At, int Child)>();
            walk.Push((start, 0));
            while (walk.TryPop(out var step))
            {
                var (at, child) = step;
                if (child == 0)
                {
                    order[at] = low[at] = ++next;
                    stack.Push(at);
                    onStack[at] = true;
                }
                else
                {
                    low[at] = Math.Min(low[at], low[_children[at][child - 1]]);
                }

                var isDeeper = false;
                for (; child < _children[at].Count; child++)
                {
                    var to = _children[at][child];
                    if (order[to] == 0)
                    {
                        walk.Push((at, child + 1));
                        walk.Push((to, 0));
                        isDeeper = true;
                        break;
                    }

                    if (onStack[to])
                    {
                        low[at] = Math.Min(low[at], order[to]);
                    }
                }

                if (isDeeper || low[at] != order[at])
                {
                    continue;
                }

                var members = new List<int>();
                int member;
                do
                {
                    member = stack.Pop();
                    onStack[member] = false;
                    members.Add(member);
                }
                while (member != at);

                if (members.Count > 1 || _children[at].Contains(at))
                {
                    _circular.UnionWith(members);
                    cycles.Add([.. members.Order().Select(m => _all[m])]);
                }
            }
        }

        return [.. cycles.OrderBy(c => c[0].Key, StringComparer.Ordinal)];
    }
}

/// <summary>An image in the tree of a graph.</summary>
/// <param name="Root">The base at the bottom of it; null where that is none, or nothing but a circle.</param>
/// <param name="Image">The image.</param>
/// <param name="Level">How many images are between it and the root.</param>
public sealed record RebuildBranch(ImageReference? Root, OwnImage Image, int Level);
