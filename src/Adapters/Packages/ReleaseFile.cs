using System.Globalization;
using System.Runtime.InteropServices;

namespace Basewatch.Adapters.Packages;

/// <summary>What a <c>Release</c> file says of a suite of an archive.</summary>
/// <param name="Suite">Its name by its age: <c>stable</c>.</param>
/// <param name="Codename">Its name for good: <c>bookworm</c>.</param>
/// <param name="Date">When it was made; null: it does not say so.</param>
/// <param name="ValidUntil">Until when it may be believed; null: for good.</param>
/// <param name="IsByHash">Whether indexes are to be had by their hashes.</param>
/// <param name="Files">The indexes by their paths.</param>
internal sealed record ReleaseFile(string Suite, string Codename, DateTimeOffset? Date, DateTimeOffset? ValidUntil, bool IsByHash, IReadOnlyDictionary<string, ReleaseFile.Entry> Files)
{
    /// <summary>Reads the text; what is not understood is left out.</summary>
    public static ReleaseFile Read(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var files = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var section = "";
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length > 0 && line[0] is ' ' or '\t')
            {
                if (section == "SHA256")
                {
                    var parts = line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (parts is [{ Length: 64 } hash, var size, var path] && hash.All(char.IsAsciiHexDigitLower) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                    {
                        files[path] = new Entry(hash, bytes);
                    }
                }

                continue;
            }

            var colon = line.IndexOf(':');
            if (colon > 0)
            {
                section = line[..colon].ToString();
                fields.TryAdd(section, line[(colon + 1)..].Trim().ToString());
            }
        }

        return new ReleaseFile(
            fields.GetValueOrDefault("Suite", ""),
            fields.GetValueOrDefault("Codename", ""),
            DateOf(fields, "Date"),
            fields.ContainsKey("Valid-Until") ? DateOf(fields, "Valid-Until") ?? DateTimeOffset.MinValue : null,
            fields.GetValueOrDefault("Acquire-By-Hash") == "yes",
            files);
    }

    private static DateTimeOffset? DateOf(Dictionary<string, string> fields, string name) =>
        DateTimeOffset.TryParseExact(fields.GetValueOrDefault(name, "").Replace(" UTC", " GMT", StringComparison.Ordinal), "ddd, d MMM yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var date) ? date : null;

    /// <param name="Sha256">In lower-case hexadecimal digits.</param>
    /// <param name="Size">In bytes.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Entry(string Sha256, long Size);
}
