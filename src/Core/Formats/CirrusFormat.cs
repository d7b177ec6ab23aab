using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Tasks of Cirrus CI (<see href="https://cirrus-ci.org/guide/linux/"/>).</summary>
public sealed class CirrusFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "cirrus";

    /// <inheritdoc/>
    public string Finds => "`image` of `container`, `arm_container`, `windows_container` and others, their `matrix` and `additional_containers`, and of steps of a `pipe`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".cirrus*.{yml,yaml}", ".cirrus/*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            var env = (root.Effective("env") ?? root.Effective("environment")) as YamlMapping;
            foreach (var (key, mapping) in YamlMerge.Mappings(root, static k => k is not ("env" or "environment")))
            {
                if (IsContainer(key))
                {
                    AddAll(mapping);
                }
                else if (key == "pipe")
                {
                    foreach (var step in PipelineFile.Items(mapping.Effective("steps"), []))
                    {
                        AddAll(step);
                    }
                }
            }

            return true;

            void AddAll(YamlMapping owner)
            {
                AddImage(owner, owner.Start);
                foreach (var choice in PipelineFile.Items(owner.Effective("matrix"), []))
                {
                    AddImage(choice, owner.Start);
                }
            }

            void AddImage(YamlMapping owner, int group)
            {
                var image = owner.Effective("image");
                var choices = (image as YamlMapping)?.Effective("matrix") ?? image;
                foreach (var one in choices is YamlSequence ? PipelineFile.Scalars(choices) : Enumerable.Repeat(choices as YamlScalar, 1))
                {
                    images.Add(one, name => Binding.Of(env?.Effective(name)) is { Value: not null } value ? value : new Binding(null, $"the variable {Images.Excerpt.Of(name)} has no value that holds for the whole file"), group: group);
                }
            }
        });
    }

    private static bool IsContainer(string key) =>
        key is "container" or "additional_containers" || (key.EndsWith("_container", StringComparison.Ordinal) && !key.EndsWith("_dev_container", StringComparison.Ordinal));
}
