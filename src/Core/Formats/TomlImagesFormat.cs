using Basewatch.Core.Formats.Toml;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Images in configuration written in TOML: Fly.io, Cloudflare's Wrangler, Cross for Rust, cibuildwheel.</summary>
public sealed class TomlImagesFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "toml";

    /// <inheritdoc/>
    public string Finds => "`build.image` of Fly.io, `containers` of Wrangler, `image` of Cross, images of cibuildwheel";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["fly*.toml", "wrangler*.toml", "Cross.toml", "pyproject.toml", "cibuildwheel.toml"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        return bytes.IndexOf("image"u8) >= 0 && (!path.EndsWith("pyproject.toml", StringComparison.OrdinalIgnoreCase) || bytes.IndexOf("cibuildwheel"u8) >= 0);
    }

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var toml = TomlTree.Read(file);
        var uses = new UseList(file, Name);
        var root = toml.Root;
        var name = file.Name;
        if (name.StartsWith("fly", StringComparison.OrdinalIgnoreCase))
        {
            uses.Add(root.Mapping("build")?.Scalar("image"));
            uses.Add(root.Mapping("build")?.Scalar("builder"));
        }
        else if (name.StartsWith("wrangler", StringComparison.OrdinalIgnoreCase))
        {
            ReadContainers(uses, root);
            foreach (var environment in root.Mapping("env")?.Named.Select(e => e.Value).OfType<YamlMapping>() ?? [])
            {
                ReadContainers(uses, environment);
            }
        }
        else if (name.StartsWith("cross", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var target in root.Mapping("target")?.Named.Select(e => e.Value).OfType<YamlMapping>() ?? [])
            {
                AddUnlessShort(uses, target.Scalar("image") ?? target.Mapping("image")?.Scalar("name"));
            }
        }
        else
        {
            var options = name.StartsWith("pyproject", StringComparison.OrdinalIgnoreCase) ? root.Mapping("tool")?.Mapping("cibuildwheel") : root.Mapping("tool")?.Mapping("cibuildwheel") ?? root;
            ReadWheels(uses, options);
            ReadWheels(uses, options?.Mapping("linux"));
            foreach (var change in (options is not null && options.TryGet("overrides", out var changes) ? changes as YamlSequence : null)?.Items.OfType<YamlMapping>() ?? [])
            {
                ReadWheels(uses, change);
            }
        }

        return uses.ToReading(uses.Count == 0 ? null : toml.Problem);
    }

    /// <summary>A container's image, unless it is the path of a Dockerfile.</summary>
    private static void ReadContainers(UseList uses, YamlMapping table)
    {
        foreach (var container in (table.TryGet("containers", out var all) ? all as YamlSequence : null)?.Items.OfType<YamlMapping>() ?? [])
        {
            AddUnlessShort(uses, container.Scalar("image"));
        }
    }

    /// <summary>Values without a tag or registry are names of images that the tool brings along, or files.</summary>
    private static void ReadWheels(UseList uses, YamlMapping? options)
    {
        foreach (var (key, value) in options?.Named ?? [])
        {
            if (key.EndsWith("-image", StringComparison.Ordinal) && (key.StartsWith("manylinux-", StringComparison.Ordinal) || key.StartsWith("musllinux-", StringComparison.Ordinal)))
            {
                AddUnlessShort(uses, value as YamlScalar);
            }
        }
    }

    private static void AddUnlessShort(UseList uses, YamlScalar? scalar)
    {
        if (scalar is not null && PlainReference.Is(scalar.Value))
        {
            uses.Add(scalar);
        }
    }
}
