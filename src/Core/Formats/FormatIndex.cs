namespace Basewatch.Core.Formats;

/// <summary>Finds the formats of a path by its name or ending first: it is asked for every file of every repository.</summary>
internal sealed class FormatIndex
{
    private readonly Dictionary<string, List<Entry>>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly Dictionary<string, List<Entry>>.AlternateLookup<ReadOnlySpan<char>> _byEnding;
    private readonly Dictionary<char, List<Entry>> _byFirst = [];
    private readonly List<Entry> _others = [];

    public FormatIndex(IReadOnlyList<IFormat> formats)
    {
        var byName = new Dictionary<string, List<Entry>>(StringComparer.OrdinalIgnoreCase);
        var byEnding = new Dictionary<string, List<Entry>>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < formats.Count; i++)
        {
            foreach (var pattern in formats[i].Files.SelectMany(FilePattern.Parse))
            {
                var name = pattern.FileName;
                var dot = name.LastIndexOf('.');
                var entry = new Entry(i, formats[i], pattern);
                if (name.AsSpan().IndexOfAny('*', '?') < 0)
                {
                    Add(byName, name, entry);
                }
                else if (dot >= 0 && dot + 1 < name.Length && name.AsSpan(dot).IndexOfAny('*', '?') < 0)
                {
                    Add(byEnding, name[dot..], entry);
                }
                else if (name[0] is not ('*' or '?'))
                {
                    Add(_byFirst, char.ToLowerInvariant(name[0]), entry);
                }
                else
                {
                    _others.Add(entry);
                }
            }
        }

        _byName = byName.GetAlternateLookup<ReadOnlySpan<char>>();
        _byEnding = byEnding.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The formats whose patterns mean this path, in the order of the catalogue.</summary>
    public IReadOnlyList<IFormat> Of(string path)
    {
        SortedList<int, IFormat>? found = null;
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        if (_byName.TryGetValue(name, out var named))
        {
            Collect(named, path, name, ref found);
        }

        if (name.LastIndexOf('.') is var dot and >= 0 && _byEnding.TryGetValue(name[dot..], out var ending))
        {
            Collect(ending, path, name, ref found);
        }

        if (!name.IsEmpty && _byFirst.TryGetValue(char.ToLowerInvariant(name[0]), out var begun))
        {
            Collect(begun, path, name, ref found);
        }

        Collect(_others, path, name, ref found);
        return found is null ? [] : [.. found.Values];
    }

    private static void Collect(List<Entry> entries, string path, ReadOnlySpan<char> name, ref SortedList<int, IFormat>? found)
    {
        foreach (var (order, format, pattern) in entries)
        {
            if ((found is null || !found.ContainsKey(order)) && FilePattern.IsNameMatch(pattern.FileName, name) && pattern.IsMatch(path) && !format.Excludes(path))
            {
                (found ??= [])[order] = format;
            }
        }
    }

    private static void Add<TKey>(Dictionary<TKey, List<Entry>> index, TKey key, Entry entry)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var entries))
        {
            index[key] = entries = [];
        }

        entries.Add(entry);
    }

    private sealed record Entry(int Order, IFormat Format, FilePattern Pattern);
}
