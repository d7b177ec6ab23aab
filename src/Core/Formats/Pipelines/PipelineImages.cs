using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Pipelines;

/// <summary>
/// Collects the images of a pipeline. One place may name several, through a matrix or through jobs that extend it: each
/// is a use, and several versions of one image are left as they are, since someone builds with all of them.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="format">Name of the format.</param>
/// <param name="syntaxes">How the pipeline writes placeholders.</param>
internal sealed class PipelineImages(SourceFile file, string format, params IReadOnlyList<PlaceholderSyntax> syntaxes)
{
    /// <summary>Values tried in one file.</summary>
    private const int MostValues = 50_000;

    private readonly Dictionary<int, List<Candidate>> _candidates = [];
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private int _values;

    /// <summary>The combinations of the pipeline's matrices.</summary>
    public MatrixRows Rows { get; } = new();

    /// <summary>Whether no more is read.</summary>
    public bool IsFull => _values > MostValues;

    /// <summary>Nothing in a text is replaced by anything that the file knows.</summary>
    public static Binding NoVariables(string name) => default;

    /// <summary>The names of the placeholders in a text.</summary>
    public IEnumerable<string> NamesIn(string text) => syntaxes.SelectMany(s => s.Names(text)).Distinct(StringComparer.Ordinal);

    /// <summary>Adds a scalar that is a whole reference; nothing is added for anything else.</summary>
    /// <param name="node">The scalar.</param>
    /// <param name="lookup">What is known of a name.</param>
    /// <param name="prefix">Taken off where the value begins with it.</param>
    /// <param name="platform">The platform that is asked for.</param>
    /// <param name="select">Cuts the reference out of the value; null where there is none.</param>
    /// <param name="group">Where the choice between several images stands that this is one of, if not in this place.</param>
    public void Add(
        YamlNode? node,
        Func<string, Binding>? lookup = null,
        string prefix = "",
        Platform? platform = null,
        Func<WrittenText, WrittenText?>? select = null,
        int? group = null)
    {
        if (node is not YamlScalar { IsEmpty: false } scalar)
        {
            return;
        }

        if (scalar.Value.Contains(TemplateMask.Mark, StringComparison.Ordinal))
        {
            lookup = static _ => new Binding(null, Reasons.Template);
        }

        Add(TemplateMask.Restore(scalar.Text, file), scalar.Start, lookup, prefix, platform, select, scalar.Written is null ? Reasons.Escaped : null, group: group);
    }

    /// <summary>Adds a text that is a whole reference.</summary>
    /// <param name="written">The text.</param>
    /// <param name="offset">Where it stands.</param>
    /// <param name="lookup">What is known of a name.</param>
    /// <param name="prefix">Taken off where the value begins with it.</param>
    /// <param name="platform">The platform that is asked for.</param>
    /// <param name="select">Cuts the reference out of the value; null where there is none.</param>
    /// <param name="locked">Why the image, though known, can't be changed.</param>
    /// <param name="pinnable">Whether a digest may be added.</param>
    /// <param name="group">Where the choice between several images stands that this is one of, if not in this place.</param>
    public void Add(
        WrittenText written,
        int offset,
        Func<string, Binding>? lookup = null,
        string prefix = "",
        Platform? platform = null,
        Func<WrittenText, WrittenText?>? select = null,
        string? locked = null,
        bool pinnable = true,
        int? group = null)
    {
        if (++_values > MostValues)
        {
            return;
        }

        var (found, missing, isVariable) = Substitution.Of(written, syntaxes, lookup ?? NoVariables);
        var value = found ?? written;
        if (prefix.Length > 0 && value.Value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            value = value.Slice(prefix.Length..);
        }

        var selected = found is null || select is null ? value : select(value);
        if (selected is { Value.Length: > 0 } && !string.IsNullOrWhiteSpace(selected.Value))
        {
            var place = found is null && selected == written ? offset : selected.Spans.Where(s => s.Path is null).Select(s => (int?)s.Start).FirstOrDefault() ?? offset;
            if (!_candidates.TryGetValue(offset, out var candidates))
            {
                _candidates[offset] = candidates = [];
            }

            candidates.Add(new Candidate(selected, place, platform, missing, locked, pinnable && (!isVariable || selected.HoldsDigest), group ?? offset));
        }
    }

    /// <summary>All of it.</summary>
    /// <param name="problem">Why the rest of the file could not be read.</param>
    public FormatReading ToReading(FileProblem? problem)
    {
        var uses = new List<Placed>();
        List<FileProblem> problems = problem is null ? [] : [problem];
        var versions = _candidates.Values.SelectMany(c => c).GroupBy(c => c.Group).ToDictionary(g => g.Key, g => VersionsOf([.. g.Where(c => c.Skip is null)]));
        foreach (var candidates in _candidates.OrderBy(c => c.Key).Select(c => c.Value))
        {
            var known = candidates.Where(c => c.Skip is null).ToList();
            foreach (var candidate in known.Count > 0 ? known : candidates.Take(1))
            {
                var spans = candidate.Written.Spans.ToList();
                var last = spans is [] ? candidate.Place : spans[^1].Start;
                if (uses.Count < UseList.MostUses && _places.Add(spans is [] ? $"@{candidate.Place}" : string.Join(' ', spans.Select(s => $"{s.Start}+{s.Length}"))))
                {
                    var locked = candidate.Locked ?? (versions[candidate.Group].Contains(candidate.Written.Value) ? "it is one of several versions that are built" : null);
                    uses.Add(new Placed(candidate.Place, last, ImageUse.Of(file, format, candidate.Written, candidate.Place, candidate.Platform, candidate.Pinnable && candidate.Skip is null, candidate.Skip, locked)));
                }
            }
        }

        if (uses.Count >= UseList.MostUses || _values > MostValues)
        {
            problems.Add(new FileProblem(file.Path, null, $"the file names more than {UseList.MostUses} images: the rest is not read"));
        }

        return uses.Count == 0 && problems.Count == 0
            ? FormatReading.None
            : new FormatReading([.. uses.OrderBy(u => u.Place).ThenBy(u => u.Last).Select(u => u.Use)], problems);
    }

    /// <summary>The values that name an image which another value names with another tag.</summary>
    private static HashSet<string> VersionsOf(List<Candidate> candidates)
    {
        if (candidates.Count < 2)
        {
            return [];
        }

        return candidates.Select(c => c.Written.Value).Distinct(StringComparer.Ordinal)
            .GroupBy(v => ImageReference.TryParse(v, out var reference) ? reference.Name.Canonical : "", StringComparer.Ordinal)
            .Where(g => g.Skip(1).Any())
            .SelectMany(g => g)
            .ToHashSet(StringComparer.Ordinal);
    }

    private sealed record Placed(int Place, int Last, ImageUse Use);

    private sealed record Candidate(WrittenText Written, int Place, Platform? Platform, string? Skip, string? Locked, bool Pinnable, int Group);
}
