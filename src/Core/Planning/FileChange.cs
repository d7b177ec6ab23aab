using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Packages;
using Basewatch.Core.Images;
using Basewatch.Core.Planning.Packages;

namespace Basewatch.Core.Planning;

/// <summary>A file of a repository as it is.</summary>
/// <param name="Path">From the root.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Siblings">Paths of the files beside it that it is read with.</param>
public sealed record FileContent(string Path, byte[] Bytes, IReadOnlyList<string> Siblings);

/// <summary>What became of the updates of files that are read together: mostly a single one.</summary>
/// <param name="Contents">The new bytes by path, of those files that change.</param>
/// <param name="Applied">The updates in them.</param>
/// <param name="Dropped">Updates that could not be written, and why.</param>
public sealed record FileChange(IReadOnlyDictionary<string, byte[]> Contents, IReadOnlyList<Update> Applied, IReadOnlyList<FileProblem> Dropped)
{
    /// <summary>The packages whose versions are moved in them.</summary>
    public IReadOnlyList<PackageUpdate> AppliedPackages { get; init; } = [];

    /// <summary>
    /// Puts updates whose files have to be edited together into one group: those that share a file which gives variables
    /// their values. Gives for each group every file that has to be looked at: with updates, their siblings, and all others
    /// that read these.
    /// </summary>
    /// <param name="updates">The updates.</param>
    /// <param name="files">Every file of the repository that a format reads, with its siblings.</param>
    public static IReadOnlyList<(IReadOnlyList<Update> Updates, IReadOnlyList<string> Paths)> Group(IEnumerable<Update> updates, IReadOnlyDictionary<string, IReadOnlyList<string>> files)
    {
        ArgumentNullException.ThrowIfNull(updates);
        ArgumentNullException.ThrowIfNull(files);
        var readers = files.SelectMany(f => f.Value.Select(s => (Sibling: s, Reader: f.Key))).ToLookup(f => f.Sibling, f => f.Reader, StringComparer.Ordinal);

        // Siblings are of one folder, so a folder is a group; a file without any is one by itself.
        return [.. updates
            .GroupBy(u => SiblingsOf(u.Use.Path).Count > 0 || readers.Contains(u.Use.Path) ? u.Use.Path[..(u.Use.Path.LastIndexOf('/') + 1)] : u.Use.Path, StringComparer.Ordinal)
            .Select(g =>
            {
                var paths = g.Select(u => u.Use.Path).ToHashSet(StringComparer.Ordinal);
                paths.UnionWith(paths.SelectMany(SiblingsOf).ToList());
                paths.UnionWith(paths.SelectMany(p => readers[p]).ToList());
                paths.UnionWith(paths.SelectMany(SiblingsOf).ToList());
                return ((IReadOnlyList<Update>)[.. g], (IReadOnlyList<string>)[.. paths.Order(StringComparer.Ordinal)]);
            })];

        IReadOnlyList<string> SiblingsOf(string path) => files.GetValueOrDefault(path, []);
    }

    /// <summary>As <see cref="Group(IEnumerable{Update}, IReadOnlyDictionary{string, IReadOnlyList{string}})"/>, with the packages that are moved in the same files.</summary>
    public static IReadOnlyList<(IReadOnlyList<Update> Updates, IReadOnlyList<PackageUpdate> Packages, IReadOnlyList<string> Paths)> Group(
        IEnumerable<Update> updates, IReadOnlyList<PackageUpdate> packages, IReadOnlyDictionary<string, IReadOnlyList<string>> files)
    {
        ArgumentNullException.ThrowIfNull(packages);
        var groups = Group(updates, files).Select(g => (g.Updates, Packages: (IReadOnlyList<PackageUpdate>)[.. packages.Where(p => g.Paths.Contains(p.Use.Path, StringComparer.Ordinal))], g.Paths)).ToList();
        var placed = groups.SelectMany(g => g.Packages).ToHashSet(ReferenceEqualityComparer.Instance);
        groups.AddRange(packages.Where(p => !placed.Contains(p)).GroupBy(p => p.Use.Path, StringComparer.Ordinal)
            .Select(g => ((IReadOnlyList<Update>)[], (IReadOnlyList<PackageUpdate>)[.. g], (IReadOnlyList<string>)[.. files.GetValueOrDefault(g.Key, []).Append(g.Key).Order(StringComparer.Ordinal)])));
        return groups;
    }

    /// <summary>As <see cref="Apply(FormatCatalog, IReadOnlyList{FileContent}, IReadOnlyList{Update})"/>, with the packages that are moved in the same files.</summary>
    public static FileChange Apply(FormatCatalog formats, IReadOnlyList<FileContent> contents, IReadOnlyList<Update> updates, IReadOnlyList<PackageUpdate> packages)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(packages);
        var images = Apply(formats, contents, updates);
        if (packages.Count == 0)
        {
            return images;
        }

        var texts = new Dictionary<string, byte[]>(images.Contents, StringComparer.Ordinal);
        var (applied, dropped) = (new List<PackageUpdate>(), new List<FileProblem>(images.Dropped));
        foreach (var group in packages.GroupBy(p => p.Use.Path, StringComparer.Ordinal))
        {
            var content = contents.First(c => c.Path == group.Key);
            if (!SourceFile.TryRead(content.Path, content.Bytes, out var before, out var unreadable)
                || !SourceFile.TryRead(content.Path, texts.GetValueOrDefault(content.Path, content.Bytes), out var now, out unreadable))
            {
                dropped.Add(unreadable);
                continue;
            }

            // An edit of an image leaves their order as it is, and may move what stands behind it on its line.
            var found = formats.Read(before).Packages;
            var targets = new Dictionary<int, string>();
            var byNumber = new Dictionary<int, PackageUpdate>();
            foreach (var update in group)
            {
                var number = Enumerable.Range(0, found.Count).FirstOrDefault(i => found[i].Line == update.Use.Line && found[i].Column == update.Use.Column && found[i].Name == update.Use.Name && found[i].Version.Value == update.Use.Version.Value, -1);
                if (number < 0)
                {
                    dropped.Add(new FileProblem(update.Use.Path, update.Use.Line, $"{Excerpt.Of(update.Use.Name)} {Excerpt.Of(update.Use.Version.Value)} is no longer here"));
                }
                else
                {
                    (targets[number], byNumber[number]) = (update.Version, update);
                }
            }

            if (targets.Count > 0 && formats.Read(now).Packages.Count == found.Count)
            {
                var text = PackageEdit.Apply(formats, now, targets, out var written, out var problems);
                dropped.AddRange(problems);
                applied.AddRange(written.Select(w => byNumber[w]));
                if (written.Count > 0)
                {
                    texts[content.Path] = SourceFile.Encode(text);
                }
            }
        }

        return new FileChange(texts, images.Applied, dropped) { AppliedPackages = applied };
    }

    /// <summary>
    /// Writes the updates of files that are read together, at most one a use. An update that can't be written is dropped
    /// with the reason, and the others are written without it.
    /// </summary>
    /// <param name="formats">The formats that read the files.</param>
    /// <param name="contents">The files that <see cref="Group(IEnumerable{Update}, IReadOnlyDictionary{string, IReadOnlyList{string}})"/> names, with the bytes that the uses were found in.</param>
    /// <param name="updates">What is to be changed. Uses are matched by their file, line, column and text.</param>
    public static FileChange Apply(FormatCatalog formats, IReadOnlyList<FileContent> contents, IReadOnlyList<Update> updates)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(updates);
        var dropped = new List<FileProblem>();
        var files = Read(formats, contents, updates, dropped);
        var found = files.SelectMany(f => f.Uses).ToLookup(u => (u.Path, u.Line, u.Column, u.Written.Value));
        var targets = new Dictionary<ImageUse, ImageReference>(ReferenceEqualityComparer.Instance);
        var applied = new List<Update>();
        var readable = files.Select(f => f.File.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var update in updates.Where(u => readable.Contains(u.Use.Path)))
        {
            if (found[(update.Use.Path, update.Use.Line, update.Use.Column, update.Use.Written.Value)].FirstOrDefault() is { } use)
            {
                targets[use] = update.Target;
                applied.Add(update with { Use = use });
            }
            else
            {
                dropped.Add(new FileProblem(update.Use.Path, update.Use.Line, $"'{Excerpt.Of(update.Use.Written.Value)}' is no longer here"));
            }
        }

        if (targets.Count > 0 && ReferenceEdit.TryApply(formats, files, targets, out var texts, out _))
        {
            return new FileChange(Encode(texts), applied, dropped);
        }

        // Something stands in the way: find out what, by halves. Updates of one place are written together or not at all.
        var kept = new Dictionary<ImageUse, ImageReference>(ReferenceEqualityComparer.Instance);
        texts = null;
        var next = new Stack<IReadOnlyList<IReadOnlyList<Update>>>([[.. applied.GroupBy(PlaceOf).Select(g => (IReadOnlyList<Update>)[.. g])]]);
        while (next.TryPop(out var units))
        {
            var tried = new Dictionary<ImageUse, ImageReference>(kept, ReferenceEqualityComparer.Instance);
            foreach (var update in units.SelectMany(u => u))
            {
                tried[update.Use] = update.Target;
            }

            if (tried.Count == kept.Count)
            {
                continue;
            }

            if (ReferenceEdit.TryApply(formats, files, tried, out var edited, out var problem))
            {
                (kept, texts) = (tried, edited);
            }
            else if (units is [var only])
            {
                foreach (var update in only)
                {
                    applied.Remove(update);
                    dropped.Add(problem);
                }
            }
            else
            {
                next.Push([.. units.Skip(units.Count / 2)]);
                next.Push([.. units.Take(units.Count / 2)]);
            }
        }

        return new FileChange(Encode(texts), applied, dropped);
    }

    /// <summary>Where an update is written: several uses may have their value from one variable.</summary>
    private static TextSpan PlaceOf(Update update) =>
        ReferenceEdit.TryCreate(update.Use, update.Target, out var edits, out _) && edits is [var first, ..]
            ? first.Span with { Path = first.Span.Path ?? update.Use.Path }
            : new TextSpan(update.Use.Line, update.Use.Column, update.Use.Path + "\n");

    private static List<(SourceFile File, IReadOnlyList<ImageUse> Uses)> Read(FormatCatalog formats, IReadOnlyList<FileContent> contents, IReadOnlyList<Update> updates, List<FileProblem> dropped)
    {
        var plain = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        foreach (var content in contents)
        {
            if (SourceFile.TryRead(content.Path, content.Bytes, out var file, out var unreadable))
            {
                plain[content.Path] = file;
            }
            else if (updates.Any(u => u.Use.Path == content.Path))
            {
                dropped.Add(unreadable);
            }
        }

        return [.. contents.Where(c => plain.ContainsKey(c.Path)).Select(c =>
        {
            var file = new SourceFile(c.Path, plain[c.Path].Text, [.. c.Siblings.Select(s => plain.GetValueOrDefault(s)).OfType<SourceFile>()]);
            return (file, formats.Read(file).Uses);
        })];
    }

    private static Dictionary<string, byte[]> Encode(IReadOnlyDictionary<string, string>? texts) =>
        texts?.ToDictionary(t => t.Key, t => SourceFile.Encode(t.Value), StringComparer.Ordinal) ?? [];
}
