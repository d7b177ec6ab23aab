using Basewatch.Core.Formats.Toml;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Cloud Native Buildpacks: the builder and buildpacks of a project, what a builder and a package are made of
/// (<see href="https://buildpacks.io/docs/reference/config/"/>).
/// </summary>
public sealed class BuildpacksFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "buildpacks";

    /// <inheritdoc/>
    public string Finds => "builder and buildpacks of a project, build and run images of a builder, images that packages are made of";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["{project,builder,package}.toml"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("buildpack"u8) >= 0 || bytes.IndexOf("docker:/"u8) >= 0 || bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("builder"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var toml = TomlTree.Read(file);
        var uses = new UseList(file, Name);
        var root = toml.Root;
        if (file.Name.Equals("project.toml", StringComparison.OrdinalIgnoreCase))
        {
            ReadProject(uses, root.Mapping("io")?.Mapping("buildpacks"), "group");
            ReadProject(uses, root.Mapping("build"), "buildpacks");
        }
        else if (file.Name.Equals("builder.toml", StringComparison.OrdinalIgnoreCase))
        {
            uses.Add(root.Mapping("build")?.Scalar("image"));
            foreach (var image in Tables(root.Mapping("run"), "images"))
            {
                uses.Add(image.Scalar("image"));
                AddMirrors(uses, image, "mirrors");
            }

            uses.Add(root.Mapping("stack")?.Scalar("build-image"));
            uses.Add(root.Mapping("stack")?.Scalar("run-image"));
            AddMirrors(uses, root.Mapping("stack"), "run-image-mirrors");
            AddLocators(uses, Tables(root, "buildpacks"));
            AddLocators(uses, Tables(root, "extensions"));
        }
        else
        {
            AddLocators(uses, Tables(root, "dependencies"));
        }

        return uses.ToReading(uses.Count == 0 ? null : toml.Problem);
    }

    private static void ReadProject(UseList uses, YamlMapping? project, string buildpacks)
    {
        if (project is null)
        {
            return;
        }

        if (project.Scalar("builder") is { } builder)
        {
            Add(uses, builder);
        }

        AddLocators(uses, Tables(project, buildpacks));
        AddLocators(uses, Tables(project.Mapping("pre"), "group"));
        AddLocators(uses, Tables(project.Mapping("post"), "group"));
    }

    private static void AddLocators(UseList uses, IEnumerable<YamlMapping> tables)
    {
        foreach (var table in tables)
        {
            foreach (var locator in new[] { table.Scalar("uri"), table.Scalar("image") }.OfType<YamlScalar>().Where(l => BuildpackLocator.IsImage(l.Value)))
            {
                Add(uses, locator);
            }
        }
    }

    private static void AddMirrors(UseList uses, YamlMapping? table, string key)
    {
        foreach (var mirror in (table is not null && table.TryGet(key, out var mirrors) ? mirrors as YamlSequence : null)?.Items ?? [])
        {
            uses.Add(mirror as YamlScalar);
        }
    }

    private static void Add(UseList uses, YamlScalar locator) => uses.Add(locator, BuildpackLocator.SchemeOf(locator.Value));

    private static IEnumerable<YamlMapping> Tables(YamlMapping? table, string key) =>
        (table is not null && table.TryGet(key, out var all) ? all as YamlSequence : null)?.Items.OfType<YamlMapping>() ?? [];
}
