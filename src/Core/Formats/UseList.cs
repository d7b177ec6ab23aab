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

    private readonly Dictionary<long, ImageUse> _uses = [];
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
            Add(WrittenText.Unplaced(scalar.Value[start..].Trim()), scalar.Start, platform, skip, locked ?? Reasons.Escaped, pinnable);
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
    /// <param name="here">Whether the use is at the offset wherever the value's parts stand: several uses may share what their values begin with, or have it in another line.</param>
    public void Add(
        WrittenText written, int offset, Platform? platform = null, string? skip = null, string? locked = null, bool pinnable = true, DigestPlace? digestPlace = null, bool here = false)
    {
        var place = here ? offset : written.Spans.Where(s => s.Path is null).Select(s => (int?)s.Start).FirstOrDefault() ?? offset;
        if (HasRoom(file.PositionOf(place)))
        {
            Add(ImageUse.Of(file, format, written, place, platform, pinnable, skip, locked) with { DigestPlace = digestPlace });
        }
    }

    /// <summary>Adds what was found in a text inside the file, such as a Dockerfile in a value.</summary>
    public void Add(FormatReading reading)
    {
        foreach (var use in reading.Uses)
        {
            Add(use);
        }

        _problems.AddRange(reading.Problems);
    }

    /// <summary>Adds a use that another reader made; nothing happens where one is there already.</summary>
    public void Add(ImageUse use)
    {
        if (HasRoom((use.Line, use.Column)))
        {
            _uses[KeyOf((use.Line, use.Column))] = use;
        }
    }

    private bool HasRoom((int Line, int Column) place)
    {
        if (_uses.ContainsKey(KeyOf(place)))
        {
            return false;
        }

        if (_uses.Count >= MostUses)
        {
            if (_problems.All(p => p.Message != TooMany))
            {
                _problems.Add(new FileProblem(file.Path, null, TooMany));
            }

            return false;
        }

        return true;
    }

    private static long KeyOf((int Line, int Column) place) => ((long)place.Line << 32) | (uint)place.Column;

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

        if (_uses.Count == 0 && _problems.Count == 0)
        {
            return FormatReading.None;
        }

        List<ImageUse> uses = [.. _uses.Values];
        uses.Sort((a, b) => KeyOf((a.Line, a.Column)).CompareTo(KeyOf((b.Line, b.Column))));
        return new FormatReading(uses, _problems);
    }

    private static readonly string TooMany = $"the file names more than {MostUses} images: the rest is not read";
}
