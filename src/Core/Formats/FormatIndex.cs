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
                var entry = new Entry(i, formats[i], pattern, IsNameKnown: false);
                if (name.AsSpan().IndexOfAny('*', '?') < 0)
                {
                    Add(byName, name, entry with { IsNameKnown = true });
                }
                else if (dot >= 0 && dot + 1 < name.Length && name.AsSpan(dot).IndexOfAny('*', '?') < 0)
                {
                    Add(byEnding, name[dot..], entry with { IsNameKnown = name.AsSpan(0, dot) is "*" });
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
        var search = new Search(path, stackalloc Range[FilePattern.DeepestPath]);
        if (_byName.TryGetValue(search.Name, out var named))
        {
            search.Collect(named);
        }

        if (search.Name.LastIndexOf('.') is var dot and >= 0 && _byEnding.TryGetValue(search.Name[dot..], out var ending))
        {
            search.Collect(ending);
        }

        if (!search.Name.IsEmpty && _byFirst.TryGetValue(char.ToLowerInvariant(search.Name[0]), out var begun))
        {
            search.Collect(begun);
        }

        search.Collect(_others);
        return search.Found();
    }

    /// <summary>Goes through entries for one path, which is split into its names at most once.</summary>
    private ref struct Search(string path, Span<Range> ranges)
    {
        private readonly Span<Range> _ranges = ranges;
        private int _names;
        private List<Entry>? _found;

        public ReadOnlySpan<char> Name { get; } = path.AsSpan(path.LastIndexOf('/') + 1);

        public void Collect(List<Entry> entries)
        {
            foreach (var entry in entries)
            {
                // Patterns of one format stand together.
                if ((_found is not [.., var last] || last.Order != entry.Order)
                    && (entry.IsNameKnown || FilePattern.IsNameMatch(entry.Pattern.FileName, Name))
                    && (entry.Pattern.IsInAnyFolder || IsMatch(entry.Pattern))
                    && !entry.Format.Excludes(path))
                {
                    (_found ??= []).Add(entry);
                }
            }
        }

        public readonly List<IFormat> Found()
        {
            if (_found is null)
            {
                return [];
            }

            _found.Sort((a, b) => a.Order.CompareTo(b.Order));
            var formats = new List<IFormat>(_found.Count);
            foreach (var entry in _found)
            {
                if (formats is not [.., var last] || last != entry.Format)
                {
                    formats.Add(entry.Format);
                }
            }

            return formats;
        }

        private bool IsMatch(FilePattern pattern)
        {
            _names = _names == 0 ? path.AsSpan().Split(_ranges, '/') : _names;
            return pattern.IsMatch(path, _ranges[.._names]);
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

    /// <summary>A pattern of a format; its name needs no look where the index found it by all that it says of the name.</summary>
    private sealed record Entry(int Order, IFormat Format, FilePattern Pattern, bool IsNameKnown);
}
