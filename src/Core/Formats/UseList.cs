using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Collects the uses that a format finds in a file: each place once, in the order of the text, and no more than anyone writes.</summary>
/// <param name="file">The file.</param>
/// <param name="format">Name of the format.</param>
internal sealed class UseList(SourceFile file, string format)
{
    /// <summary>More images than any file names.</summary>
    public const int MostUses = 10_000;

    private readonly SortedDictionary<int, ImageUse> _uses = [];
    private readonly List<FileProblem> _problems = [];

    /// <summary>Number of uses so far.</summary>
    public int Count => _uses.Count;

    /// <summary>What is wrong with the file itself.</summary>
    public void Add(FileProblem problem) => _problems.Add(problem);

    /// <summary>Adds a scalar that is a whole reference, with or without a scheme such as <c>docker://</c> before it.</summary>
    /// <param name="scalar">Nothing is added where it is null or empty.</param>
    /// <param name="prefix">Taken off where the value begins with it.</param>
    /// <param name="platform">The platform that is asked for.</param>
    /// <param name="skip">Why the image can't be known.</param>
    /// <param name="locked">Why the image, though known, can't be changed.</param>
    /// <param name="pinnable">Whether a digest may be added.</param>
    public void Add(YamlScalar? scalar, string prefix = "", Platform? platform = null, string? skip = null, string? locked = null, bool pinnable = true)
    {
        if (scalar is null || scalar.IsNull || scalar.Value.Length == 0)
        {
            return;
        }

        var start = scalar.Value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? prefix.Length : 0;
        if (scalar.Written is { } written)
        {
            Add(start == 0 ? written : written.Slice(start..), scalar.Start, platform, skip, locked, pinnable);
        }
        else
        {
            Add(WrittenText.Unplaced(scalar.Value[start..].Trim()), scalar.Start, platform, skip, locked ?? "it is written with escapes or over several lines: write it on one line", pinnable);
        }
    }

    /// <summary>Adds a value; nothing happens where one that begins in the same place is there already.</summary>
    /// <param name="written">The value.</param>
    /// <param name="offset">Where the use is: used where the value stands nowhere in this file.</param>
    /// <param name="platform">The platform that is asked for.</param>
    /// <param name="skip">Why the image can't be known.</param>
    /// <param name="locked">Why the image, though known, can't be changed.</param>
    /// <param name="pinnable">Whether a digest may be added.</param>
    /// <param name="digestPlace">Where a digest goes, if not after the tag.</param>
    public void Add(
        WrittenText written, int offset, Platform? platform = null, string? skip = null, string? locked = null, bool pinnable = true, DigestPlace? digestPlace = null)
    {
        var place = written.Spans.Where(s => s.Path is null).Select(s => (int?)s.Start).FirstOrDefault() ?? offset;
        if (_uses.ContainsKey(place))
        {
            return;
        }

        if (_uses.Count >= MostUses)
        {
            if (_problems.All(p => p.Message != TooMany))
            {
                _problems.Add(new FileProblem(file.Path, null, TooMany));
            }

            return;
        }

        _uses[place] = ImageUse.Of(file, format, written, place, platform, pinnable, skip, locked) with { DigestPlace = digestPlace };
    }

    /// <summary>Adds a use that another reader made; nothing happens where one that begins in the same place is there already.</summary>
    public void Add(ImageUse use)
    {
        if (use.Written.Spans.Where(s => s.Path is null).Select(s => (int?)s.Start).FirstOrDefault() is { } place && _uses.Count < MostUses)
        {
            _uses.TryAdd(place, use);
        }
    }

    /// <summary>Where the uses are written.</summary>
    public IEnumerable<TextSpan> Places => _uses.Values.SelectMany(u => u.Written.Spans);

    /// <summary>All of it.</summary>
    /// <param name="problem">Why the rest of the file could not be read.</param>
    public FormatReading ToReading(FileProblem? problem = null)
    {
        if (problem is not null)
        {
            _problems.Add(problem);
        }

        return _uses.Count == 0 && _problems.Count == 0 ? FormatReading.None : new FormatReading([.. _uses.Values], _problems);
    }

    private static readonly string TooMany = $"the file names more than {MostUses} images: the rest is not read";
}
