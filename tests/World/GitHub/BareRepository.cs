using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Basewatch.World.Parts;

namespace Basewatch.World.GitHub;

/// <summary>
/// A bare Git repository in a folder, which <c>git</c> itself can read. Loose objects and refs are read and written here;
/// what needs judgement (merging) is left to <c>git merge-tree</c>. Not safe for several threads: the server has one lock.
/// </summary>
internal sealed class BareRepository
{
    private readonly string _folder;
    private readonly Dictionary<string, GitObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GitCommit> _commits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<GitEntry>> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), string?> _merges = [];
    private readonly SortedDictionary<string, string> _refs = new(StringComparer.Ordinal);

    /// <summary>Makes an empty repository in a folder that isn't there yet.</summary>
    public BareRepository(string folder, string defaultBranch)
    {
        _folder = folder;
        foreach (var part in (string[])["objects/info", "objects/pack", "refs/heads", "refs/tags"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        File.WriteAllText(Path.Combine(folder, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
        PointHead(defaultBranch);
    }

    /// <summary>Full names (<c>refs/heads/main</c>) and the objects that they point to, in order.</summary>
    public IReadOnlyDictionary<string, string> Refs => _refs;

    /// <summary>The folder.</summary>
    public string Folder => _folder;

    /// <summary>What <c>HEAD</c> points to.</summary>
    public void PointHead(string branch) => File.WriteAllText(Path.Combine(_folder, "HEAD"), $"ref: refs/heads/{branch}\n");

    /// <summary>An object, or null.</summary>
    public GitObject? Find(string sha)
    {
        if (_objects.TryGetValue(sha, out var known))
        {
            return known;
        }

        if (sha.Length != 40 || !sha.All(char.IsAsciiHexDigitLower) || !File.Exists(PathOf(sha)))
        {
            return null;
        }

        using var file = File.OpenRead(PathOf(sha));
        using var inflated = new ZLibStream(file, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        inflated.CopyTo(memory);
        var bytes = memory.ToArray();
        var end = Array.IndexOf(bytes, (byte)0);
        var found = new GitObject(Encoding.ASCII.GetString(bytes, 0, end).Split(' ')[0], bytes[(end + 1)..]);
        return _objects[sha] = found;
    }

    /// <summary>An object that must be there.</summary>
    public GitObject Get(string sha) => Find(sha) ?? throw new InvalidOperationException($"There is no object {sha} in {_folder}.");

    /// <summary>Writes an object and returns its SHA-1.</summary>
    public string Write(string kind, byte[] content)
    {
        byte[] whole = [.. Encoding.ASCII.GetBytes($"{kind} {content.Length}\0"), .. content];
#pragma warning disable CA5350 // Git names objects by SHA-1.
        var sha = Convert.ToHexStringLower(SHA1.HashData(whole));
#pragma warning restore CA5350
        if (_objects.TryAdd(sha, new GitObject(kind, content)))
        {
            var path = PathOf(sha);
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var file = File.Create(path);
                using var deflated = new ZLibStream(file, CompressionLevel.Fastest);
                deflated.Write(whole);
            }
        }

        return sha;
    }

    /// <summary>Takes over every object that another repository has, as a fork's network does.</summary>
    public void TakeFrom(BareRepository other)
    {
        foreach (var (_, item) in other._objects)
        {
            Write(item.Kind, item.Content);
        }
    }

    /// <summary>A commit, or null when there is no such object or it is another kind.</summary>
    public GitCommit? FindCommit(string sha)
    {
        if (!_commits.TryGetValue(sha, out var commit) && Find(sha) is { Kind: "commit", Content: { } content })
        {
            commit = _commits[sha] = Parse(sha, Encoding.UTF8.GetString(content));
        }

        return commit;
    }

    /// <summary>A commit that must be there.</summary>
    public GitCommit GetCommit(string sha) => FindCommit(sha) ?? throw new InvalidOperationException($"There is no commit {sha} in {_folder}.");

    /// <summary>Writes a commit.</summary>
    public GitCommit WriteCommit(string tree, IReadOnlyList<string> parents, GitIdentity author, GitIdentity committer, string message)
    {
        var text = new StringBuilder($"tree {tree}\n");
        foreach (var parent in parents)
        {
            text.Append(CultureInfo.InvariantCulture, $"parent {parent}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"author {Line(author)}\ncommitter {Line(committer)}\n\n{message}");
        return GetCommit(Write("commit", Encoding.UTF8.GetBytes(text.ToString())));

        static string Line(GitIdentity who) => string.Create(CultureInfo.InvariantCulture, $"{who.Name} <{who.Email}> {who.At.ToUnixTimeSeconds()} +0000");
    }

    /// <summary>The entries that are directly in a tree.</summary>
    public IReadOnlyList<GitEntry> Tree(string sha)
    {
        var bytes = Get(sha).Content;
        var entries = new List<GitEntry>();
        for (var at = 0; at < bytes.Length;)
        {
            var space = Array.IndexOf(bytes, (byte)' ', at);
            var end = Array.IndexOf(bytes, (byte)0, space);
            entries.Add(new GitEntry(
                Encoding.ASCII.GetString(bytes, at, space - at).PadLeft(6, '0'),
                Encoding.UTF8.GetString(bytes, space + 1, end - space - 1),
                Convert.ToHexStringLower(bytes, end + 1, 20)));
            at = end + 21;
        }

        return entries;
    }

    /// <summary>Everything below a tree, folders too, by whole paths in Git's order.</summary>
    public IReadOnlyList<GitEntry> AllEntries(string tree)
    {
        var all = new List<GitEntry>();
        Add(tree, "");
        return all;

        void Add(string sha, string prefix)
        {
            foreach (var entry in Tree(sha))
            {
                all.Add(entry with { Name = prefix + entry.Name });
                if (entry.Kind == "tree")
                {
                    Add(entry.Sha, $"{prefix}{entry.Name}/");
                }
            }
        }
    }

    /// <summary>Every file below a tree, by whole paths.</summary>
    public IReadOnlyList<GitEntry> Files(string tree) =>
        _files.TryGetValue(tree, out var known) ? known : _files[tree] = [.. AllEntries(tree).Where(e => e.Kind != "tree")];

    /// <summary>Writes a tree, and those below it, of files with whole paths.</summary>
    public string WriteTree(IEnumerable<GitEntry> files)
    {
        var entries = new List<(GitEntry Entry, string Order)>();
        foreach (var group in files.GroupBy(f => f.Name.Split('/')[0], StringComparer.Ordinal))
        {
            var below = group.Where(f => f.Name.Length > group.Key.Length).Select(f => f with { Name = f.Name[(group.Key.Length + 1)..] }).ToList();
            // A folder is ordered as if its name ended in a slash.
            entries.Add(below.Count == 0
                ? (group.Last() with { Name = group.Key }, group.Key)
                : (new GitEntry("040000", group.Key, WriteTree(below)), group.Key + "/"));
        }

        using var content = new MemoryStream();
        foreach (var (entry, _) in entries.OrderBy(e => e.Order, Utf8Order.Instance))
        {
            content.Write(Encoding.UTF8.GetBytes($"{entry.Mode.TrimStart('0')} {entry.Name}\0"));
            content.Write(Convert.FromHexString(entry.Sha));
        }

        return Write("tree", content.ToArray());
    }

    /// <summary>Writes the tree that comes of another one by some changes; a change to null removes.</summary>
    public string WriteTree(string? baseTree, IEnumerable<(string Path, GitEntry? Entry)> changes)
    {
        var files = (baseTree is null ? [] : Files(baseTree)).ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var (path, entry) in changes)
        {
            foreach (var covered in files.Keys.Where(k => k == path || k.StartsWith(path + "/", StringComparison.Ordinal) || path.StartsWith(k + "/", StringComparison.Ordinal)).ToList())
            {
                files.Remove(covered);
            }

            foreach (var file in entry switch
            {
                null => [],
                { Kind: "tree" } => Files(entry.Sha).Select(f => f with { Name = $"{path}/{f.Name}" }),
                _ => [entry with { Name = path }],
            })
            {
                files[file.Name] = file;
            }
        }

        return WriteTree(files.Values);
    }

    /// <summary>Points a ref somewhere, or removes it.</summary>
    public void SetRef(string name, string? sha)
    {
        var path = Path.Combine(_folder, name);
        if (sha is null)
        {
            _refs.Remove(name);
            File.Delete(path);
            // refs/heads/a/ must make room for refs/heads/a.
            for (var parent = Path.GetDirectoryName(path)!; parent.Length > Path.Combine(_folder, "refs/heads").Length && !Directory.EnumerateFileSystemEntries(parent).Any(); parent = Path.GetDirectoryName(parent)!)
            {
                Directory.Delete(parent);
            }

            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, sha + "\n");
        _refs[name] = sha;
    }

    /// <summary>Whether a ref of that name would be a folder of others, or lie in another one.</summary>
    public bool Collides(string name) =>
        _refs.Keys.Any(r => r.StartsWith(name + "/", StringComparison.Ordinal) || name.StartsWith(r + "/", StringComparison.Ordinal));

    /// <summary>A commit and everything before it, newest first.</summary>
    public IReadOnlyList<GitCommit> History(string sha, Func<string, bool>? isKnown = null)
    {
        var found = new List<GitCommit>();
        var seen = new HashSet<string>([sha], StringComparer.Ordinal);
        var waiting = new PriorityQueue<GitCommit, (long, int)>();
        var order = 0;
        Add(sha);
        while (waiting.TryDequeue(out var commit, out _))
        {
            found.Add(commit);
            foreach (var parent in commit.Parents.Where(seen.Add))
            {
                Add(parent);
            }
        }

        return found;

        void Add(string next)
        {
            if (isKnown?.Invoke(next) != true)
            {
                var commit = GetCommit(next);
                waiting.Enqueue(commit, (-commit.Committer.At.ToUnixTimeSeconds(), order++));
            }
        }
    }

    /// <summary>Commits of <paramref name="head"/> that <paramref name="notIn"/> doesn't lead to, newest first.</summary>
    public IReadOnlyList<GitCommit> Ahead(string head, string notIn)
    {
        var known = Reachable(notIn);
        return History(head, known.Contains);
    }

    /// <summary>Is a commit the other one, or before it?</summary>
    public bool IsAncestor(string ancestor, string of) => ancestor == of || Reachable(of).Contains(ancestor);

    /// <summary>The newest commit that both have, or null.</summary>
    public string? MergeBase(string one, string other)
    {
        var known = Reachable(one);
        return History(other).Select(c => c.Sha).Where(known.Contains).FirstOrDefault(c => true);
    }

    /// <summary>The tree of a merge by Git; null where it conflicts.</summary>
    public string? Merge(string into, string from)
    {
        if (IsAncestor(into, from))
        {
            return GetCommit(from).Tree;
        }

        if (IsAncestor(from, into))
        {
            return GetCommit(into).Tree;
        }

        if (!_merges.TryGetValue((into, from), out var tree))
        {
            tree = _merges[(into, from)] = MergeByGit(into, from);
        }

        return tree;
    }

    /// <summary>The tree of one commit's changes put onto another one; null where it conflicts.</summary>
    public string? CherryPick(GitCommit commit, string onto)
    {
        if (commit.Parents is not [var parent, ..])
        {
            return null;
        }

        // merge-tree before Git 2.40 takes no base: a commit that has it does as well.
        var stand = WriteCommit(GetCommit(onto).Tree, [parent], commit.Author, commit.Committer, "onto");
        return Merge(stand.Sha, commit.Sha);
    }

    private HashSet<string> Reachable(string sha)
    {
        var seen = new HashSet<string>([sha], StringComparer.Ordinal);
        var waiting = new Stack<string>([sha]);
        while (waiting.TryPop(out var next))
        {
            foreach (var parent in GetCommit(next).Parents.Where(seen.Add))
            {
                waiting.Push(parent);
            }
        }

        return seen;
    }

    private string? MergeByGit(string into, string from)
    {
        var start = new ProcessStartInfo("git", ["--git-dir", _folder, "merge-tree", "--write-tree", "--no-messages", into, from])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new MissingPartException("git", "it can't be started");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode switch
        {
            0 => output.Trim(),
            1 => null,
            _ => throw new InvalidOperationException($"git merge-tree (which needs Git 2.38 or later) ended with {process.ExitCode}: {error.GetAwaiter().GetResult().Trim()}"),
        };
    }

    private static GitCommit Parse(string sha, string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = text[..end].Split('\n');
        return new GitCommit(
            sha,
            One("tree "),
            [.. lines.Where(l => l.StartsWith("parent ", StringComparison.Ordinal)).Select(l => l["parent ".Length..])],
            Identity(One("author ")),
            Identity(One("committer ")),
            text[(end + 2)..]);

        string One(string prefix) => lines.First(l => l.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..];
    }

    private static GitIdentity Identity(string line)
    {
        var (open, close) = (line.LastIndexOf(" <", StringComparison.Ordinal), line.LastIndexOf("> ", StringComparison.Ordinal));
        var seconds = long.Parse(line[(close + 2)..].Split(' ')[0], CultureInfo.InvariantCulture);
        return new GitIdentity(line[..open], line[(open + 2)..close], DateTimeOffset.FromUnixTimeSeconds(seconds));
    }

    private string PathOf(string sha) => Path.Combine(_folder, "objects", sha[..2], sha[2..]);

    /// <summary>Git orders names by their bytes.</summary>
    private sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}
