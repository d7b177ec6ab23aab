using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Tasks of Azure Container Registry (<see href="https://learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml"/>).</summary>
public sealed class AcrTasksFormat : IFormat
{
    /// <summary>Aliases for images that the registry chooses, in tasks from version 1.1.0 on.</summary>
    private static readonly HashSet<string> BuiltInImages = new(StringComparer.Ordinal) { "acr", "az", "bash", "curl", "cssc" };

    /// <inheritdoc/>
    public string Name => "acr-tasks";

    /// <inheritdoc/>
    public string Finds => "the image that begins a `cmd` of the `steps`, with the values of `alias`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("cmd:"u8) >= 0 && bytes.IndexOf("steps:"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        var isPlain = file.Name.StartsWith("acb.", StringComparison.OrdinalIgnoreCase) || file.Name.StartsWith("acr-task", StringComparison.OrdinalIgnoreCase);
        return PipelineFile.Read(file, images, isPlain, root =>
        {
            var version = root.Scalar("version")?.Value;
            if (!(isPlain ? version is null || IsVersion(version) : IsVersion(version)) || root.Effective("steps") is not YamlSequence steps || root.TryGet("apiVersion", out _))
            {
                return false;
            }

            var hasAliases = version is not (null or "v1.0.0" or "1.0.0");
            var values = (root.Effective("alias") as YamlMapping)?.Effective("values") as YamlMapping;
            foreach (var step in steps.Mappings)
            {
                if (step.Effective("cmd") is not YamlScalar { IsNull: false } command || Image(file, command) is not { Value.Length: > 0 } image)
                {
                    continue;
                }

                images.Add(
                    image,
                    command.Start,
                    name => Binding.Of(values?.Effective(name)) is { Value: not null } value ? value : new Binding(null, $"the alias {Excerpt.Of(name)} is known only when the task runs"),
                    select: value => (hasAliases && BuiltInImages.Contains(value.Value)) || value.Value.StartsWith('-') ? null : value,
                    locked: image.Spans.Any() ? null : Reasons.Escaped);
            }

            return true;
        });
    }

    private static bool IsVersion(string? version) => version is not null && (version.StartsWith("v1.", StringComparison.Ordinal) || version.StartsWith("1.", StringComparison.Ordinal));

    /// <summary>The image of a command, which often goes on over several lines.</summary>
    private static WrittenText Image(SourceFile file, YamlScalar command)
    {
        if (command.Written is { } written)
        {
            return FirstWord(written);
        }

        var word = FirstWord(WrittenText.Unplaced(command.Value));
        var at = file.Text[command.Start] is '"' or '\'' ? command.Start + 1 : file.Text[command.Start] is '|' or '>' ? file.Text.IndexOf('\n', command.Start) : command.Start;
        while (at >= 0 && at < file.Text.Length && char.IsWhiteSpace(file.Text[at]))
        {
            at++;
        }

        return at >= 0 && string.CompareOrdinal(file.Text, at, word.Value, 0, word.Value.Length) == 0 ? WrittenText.At(word.Value, at) : word;
    }

    /// <summary>Up to the first white space that stands in no placeholder of a template.</summary>
    private static WrittenText FirstWord(WrittenText command)
    {
        var text = command.Value;
        var start = 0;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        var end = start;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
        {
            var close = text.AsSpan(end).StartsWith("{{", StringComparison.Ordinal) ? text.IndexOf("}}", end, StringComparison.Ordinal) : -1;
            end = close < 0 ? end + 1 : close + 2;
        }

        return command.Slice(start..end);
    }
}
