using System.Text.RegularExpressions;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Helm;

/// <summary>A chart, or another artifact, in a registry: <c>oci://host/path</c>, perhaps a name, and a version.</summary>
internal static partial class OciChart
{
    /// <summary>The scheme of such an address.</summary>
    public const string Scheme = "oci://";

    /// <summary>Whether a text is such an address.</summary>
    public static bool IsAddress(YamlScalar? scalar) => scalar is not null && scalar.Value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds a chart.</summary>
    /// <param name="file">The file.</param>
    /// <param name="uses">Where it goes.</param>
    /// <param name="place">Where the use is.</param>
    /// <param name="address">The address, with or without its scheme; of another file where <paramref name="addressFile"/> is.</param>
    /// <param name="name">The chart's name, where it is not in the address.</param>
    /// <param name="version">Its version; null where there is none.</param>
    /// <param name="locked">Why it can't be changed.</param>
    /// <param name="addressFile">The file that the address is in, where that is another.</param>
    /// <param name="isChart">Whether it is a chart, so that its version may be a range.</param>
    /// <param name="nameStart">Where the name begins in its value.</param>
    public static void Add(SourceFile file, UseList uses, YamlNode place, YamlScalar address, YamlScalar? name, YamlScalar? version, string? locked = null, SourceFile? addressFile = null, bool isChart = true, int nameStart = 0)
    {
        var pieces = new List<WrittenText>();
        var host = addressFile is not null ? WrittenText.Unplaced(address.Value.Trim()) : Written(file, address);
        var start = host.Value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Scheme.Length : 0;
        pieces.Add(host.Slice(start..Math.Max(start, host.Value.TrimEnd('/').Length)));
        if (name is not null)
        {
            pieces.Add(WrittenText.Unplaced("/"));
            pieces.Add(Written(file, name).Slice(Math.Min(nameStart, name.Value.Length)..));
        }

        var tag = version is { IsEmpty: false } ? Written(file, version) : null;
        string? problem = null;
        if (tag is null && ReferenceLayout.Of(pieces[0].Value) is { Tag: null, Digest: null })
        {
            problem = locked ?? "it has no version: the newest is taken";
        }
        else if (tag is null)
        {
            problem = null;
        }
        else if (isChart && !IsVersion().IsMatch(tag.Value) && !tag.Value.Contains('{', StringComparison.Ordinal) && !tag.Value.Contains(TemplateMask.Mark, StringComparison.Ordinal))
        {
            problem = "a range of versions: Helm takes the newest in it";
        }
        else if (isChart && tag.Value.Contains('+', StringComparison.Ordinal))
        {
            problem = "its tag has '_' for the '+' of the version";
            tag = WrittenText.Unplaced(tag.Value.Replace('+', '_'));
        }

        if (tag is not null)
        {
            pieces.Add(WrittenText.Unplaced(":"));
            pieces.Add(tag);
        }

        var whole = WrittenText.Join(pieces);
        var skip = whole.Value.Contains('$', StringComparison.Ordinal) ? Reasons.Variable
            : whole.Value.AsSpan().IndexOfAny("{" + TemplateMask.Mark) >= 0 ? Reasons.Template
            : ImageReference.TryParse(whole.Value, out _, out var error) ? null
            : problem ?? $"no reference: {error}";
        uses.Add(whole, StartOf(place), skip: skip, locked: problem ?? locked, pinnable: false, here: true);
    }

    private static int StartOf(YamlNode node)
    {
        if (node is not YamlScalar { Written: { } written } scalar)
        {
            return node.Start;
        }

        var from = scalar.Value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Scheme.Length : 0;
        return written.Slice(from..).Spans.FirstOrDefault(new TextSpan(node.Start, 0)) is { Path: null } span ? span.Start : node.Start;
    }

    private static WrittenText Written(SourceFile file, YamlScalar scalar) => TemplateMask.Restore(scalar.Text, file);

    [GeneratedRegex(@"^v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$", RegexOptions.NonBacktracking)]
    private static partial Regex IsVersion();
}
