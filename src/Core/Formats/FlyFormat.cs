namespace Basewatch.Core.Formats;

/// <summary>Fly.io: <c>image</c> in the section <c>[build]</c> (<see href="https://fly.io/docs/reference/configuration/#the-build-section"/>).</summary>
public sealed class FlyFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "fly";

    /// <inheritdoc/>
    public string Finds => "`image` in `[build]`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["fly*.toml"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("[build]"u8) >= 0 && bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var text = file.Text;
        var isBuild = false;
        for (int at = 0, end; at < text.Length; at = end + 1)
        {
            end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end;
            var line = text.AsSpan(at, end - at);
            var trimmed = line.Trim();
            if (trimmed.StartsWith('['))
            {
                isBuild = trimmed.StartsWith("[build]", StringComparison.Ordinal);
            }
            else if (isBuild && trimmed.StartsWith("image", StringComparison.Ordinal) && trimmed["image".Length..].TrimStart().StartsWith('='))
            {
                var open = line.IndexOfAny('"', '\'');
                var length = open < 0 ? -1 : line[(open + 1)..].IndexOf(line[open]);
                if (length > 0)
                {
                    uses.Add(WrittenText.At(line.Slice(open + 1, length).ToString(), at + open + 1), at + open + 1);
                }
            }
        }

        return uses.ToReading();
    }
}
