namespace Basewatch.Core.Formats;

/// <summary>
/// Quadlet units of Podman: <c>Image=</c> of containers, images and volumes
/// (<see href="https://docs.podman.io/en/latest/markdown/podman-systemd.unit.5.html"/>).
/// </summary>
public sealed class QuadletFormat : IFormat
{
    /// <summary>Where an image may come from without a registry.</summary>
    private static readonly string[] LocalTransports = ["oci:", "oci-archive:", "dir:", "docker-archive:", "docker-daemon:", "containers-storage:"];

    /// <inheritdoc/>
    public string Name => "quadlet";

    /// <inheritdoc/>
    public string Finds => "`Image=` of containers, images and volumes, and of their drop-ins";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{container,image,volume}", "*.{container,image,volume}.d/*.conf"];

    /// <summary>Other files have these endings too.</summary>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("Image"u8) >= 0 && (bytes.IndexOf("[Container]"u8) >= 0 || bytes.IndexOf("[Image]"u8) >= 0 || bytes.IndexOf("[Volume]"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var section = "";
        var images = new List<(string Section, WrittenText Value)>();
        var isOtherVolume = false;
        foreach (var line in Lines(file.Text))
        {
            var text = line.Value.AsSpan().Trim();
            if (text is ['[', .. var name, ']'])
            {
                section = name.ToString();
                continue;
            }

            var equals = line.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                continue;
            }

            var key = line.Value.AsSpan(0, equals).Trim();
            var value = Trim(line, equals + 1);
            if (key is "Image" && section is "Container" or "Image" or "Volume")
            {
                images.Add((section, value));
            }
            else if (key is "Driver" && section is "Volume")
            {
                isOtherVolume |= value.Value.Length > 0 && value.Value != "image";
            }
        }

        foreach (var (of, image) in images)
        {
            if (of != "Volume" || !isOtherVolume)
            {
                Add(uses, image);
            }
        }

        return uses.ToReading();
    }

    private static void Add(UseList uses, WrittenText image)
    {
        var value = image.Value;
        if (value.StartsWith("docker://", StringComparison.Ordinal))
        {
            image = image.Slice("docker://".Length..);
        }
        else if (LocalTransports.Any(t => value.StartsWith(t, StringComparison.Ordinal)))
        {
            return;
        }

        // A unit that pulls or builds the image.
        if (value.Length == 0 || value.EndsWith(".image", StringComparison.Ordinal) || value.EndsWith(".build", StringComparison.Ordinal))
        {
            return;
        }

        var skip = value.Contains('%', StringComparison.Ordinal) ? "systemd puts something in the place of '%'"
            : value.Contains('$', StringComparison.Ordinal) ? Reasons.Variable
            : null;
        uses.Add(image, image.Spans.FirstOrDefault().Start, skip: skip);
    }

    /// <summary>A value without the blanks and quotes around it.</summary>
    private static WrittenText Trim(WrittenText line, int start)
    {
        var end = line.Value.Length;
        while (start < end && char.IsWhiteSpace(line.Value[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(line.Value[end - 1]))
        {
            end--;
        }

        return end - start >= 2 && line.Value[start] is '"' or '\'' && line.Value[end - 1] == line.Value[start] ? line.Slice((start + 1)..(end - 1)) : line.Slice(start..end);
    }

    /// <summary>Lines with those that continue them, without comments, which may stand between.</summary>
    private static IEnumerable<WrittenText> Lines(string text)
    {
        const int MostPieces = 1000;
        var pieces = new List<WrittenText>();
        for (var at = text.StartsWith('\uFEFF') ? 1 : 0; at < text.Length;)
        {
            var end = text.AsSpan(at).IndexOfAny('\r', '\n');
            end = end < 0 ? text.Length : at + end;
            var line = text.AsSpan(at, end - at);
            if (!(line.TrimStart() is ['#' or ';', ..]))
            {
                var continues = line.EndsWith("\\", StringComparison.Ordinal);
                if (pieces.Count < MostPieces)
                {
                    pieces.Add(WrittenText.At(text[at..(continues ? end - 1 : end)], at));
                    pieces.AddRange(continues ? [WrittenText.Unplaced(" ")] : []);
                }

                if (!continues)
                {
                    yield return pieces is [var only] ? only : WrittenText.Join(pieces);
                    pieces.Clear();
                }
            }

            at = end + (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n' ? 2 : 1);
        }

        if (pieces.Count > 0)
        {
            yield return WrittenText.Join(pieces);
        }
    }
}
