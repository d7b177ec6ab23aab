using System.Text;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// A YAML or JSON file that has images at known places and nowhere else: <c>containers.*.image</c>. A name in a path is a
/// key, <c>*</c> each key of a mapping or each item of a list.
/// </summary>
public sealed class KeyPathFormat : IFormat
{
    private readonly byte[] _word;
    private readonly string[][] _paths;

    /// <summary>A format.</summary>
    /// <param name="name"><see cref="Name"/>.</param>
    /// <param name="finds"><see cref="Finds"/>.</param>
    /// <param name="files"><see cref="Files"/>.</param>
    /// <param name="word">A word that each such file has.</param>
    /// <param name="paths">Where images are, each from the root of a document.</param>
    public KeyPathFormat(string name, string finds, IReadOnlyList<string> files, string word, params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        (Name, Finds, Files) = (name, finds, files);
        _word = Encoding.UTF8.GetBytes(word);
        _paths = [.. paths.Select(p => p.Split('.'))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Finds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; }

    /// <summary>A word that each such file has.</summary>
    internal string Word => Encoding.UTF8.GetString(_word);

    /// <summary>Where images are, by key from the root of a document.</summary>
    internal IReadOnlyList<string[]> Paths => _paths;

    /// <summary>Tools that name images in a file of their own, in a few places.</summary>
    public static IReadOnlyList<IFormat> All { get; } =
    [
        new KeyPathFormat("batect", "`image` of containers", ["batect*.{yml,yaml}"], "image", "containers.*.image"),
        new KeyPathFormat("score", "`image` of containers", ["score*.{yaml,yml}", "*.score.{yaml,yml}"], "score.dev/", "containers.*.image"),
        new KeyPathFormat("okteto", "`image` of development containers and their services, of `deploy`, `destroy` and `test`", ["okteto*.{yml,yaml}"], "image",
            "dev.*.image", "dev.*.services.*.image", "deploy.image", "destroy.image", "test.*.image", "dev.*.initContainer.image"),
        new KeyPathFormat("devspace", "`devImage` and images of containers of the component chart", ["devspace*.{yml,yaml}"], "mage",
            "dev.*.devImage", "dev.*.containers.*.devImage", "deployments.*.helm.values.containers.*.image", "deployments.*.helm.values.initContainers.*.image"),
        new KeyPathFormat("werf", "`from` of images", ["werf*.{yaml,yml}"], "from", "from"),
        new KeyPathFormat("aws-copilot", "`image.location` and images of sidecars", ["copilot/**/manifest.{yml,yaml}"], "image", "image.location", "sidecars.*.image", "environments.*.image.location"),
        new KeyPathFormat("ecs-task-definition", "`image` of container definitions", ["*.json"], "\"containerDefinitions\"", "containerDefinitions.*.image", "taskDefinition.containerDefinitions.*.image"),
        new KeyPathFormat("render", "`image.url` of services", ["render.{yaml,yml}"], "url", "services.*.image.url", "previews.services.*.image.url", "projects.*.environments.*.services.*.image.url"),
        new KeyPathFormat("home-assistant", "`build_from` of add-ons", ["build.{yaml,yml,json}"], "build_from", "build_from", "build_from.*"),
        new KeyPathFormat("devfile", "`image` of containers", ["*devfile.{yaml,yml}"], "schemaVersion", "components.*.container.image"),
        new KeyPathFormat("gitpod", "`image`", [".gitpod.{yml,yaml}"], "image", "image"),
        new KeyPathFormat("ddev", "`webimage` and `dbimage`", [".ddev/config*.{yaml,yml}"], "image", "webimage", "dbimage") { TakesDigests = false },
        new KeyPathFormat("caprover", "`imageName`", ["captain-definition"], "imageName", "imageName"),
        new KeyPathFormat("ansible-builder", "base and builder image of an execution environment", ["execution-environment*.{yml,yaml}"], "mage",
            "images.base_image.name", "images.builder_image.name", "build_arg_defaults.EE_BASE_IMAGE", "build_arg_defaults.EE_BUILDER_IMAGE"),
    ];

    /// <summary>Whether a digest may follow the tag: DDEV makes a name of its own from the reference (<c>{webimage}-{project}-built</c>), which one would break.</summary>
    public bool TakesDigests { get; init; } = true;

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf(_word) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var yaml = YamlStream.Read(file);
        foreach (var path in _paths)
        {
            Collect(yaml.Documents, path, uses);
        }

        // A name like build.yaml says little: what can't be read is told of those alone that named an image.
        return uses.ToReading(uses.Count > 0 ? yaml.Problem : null);
    }

    private void Collect(IReadOnlyList<YamlNode> roots, string[] path, UseList uses)
    {
        IEnumerable<YamlNode> nodes = roots;
        foreach (var name in path)
        {
            // Each node once: aliases could make more of them at every step.
            nodes = nodes.SelectMany(n => Children(n, name)).Distinct().Take(YamlStream.MostNodes).ToList();
        }

        foreach (var scalar in nodes.OfType<YamlScalar>().Where(s => s.Value is not ("" or ".")))
        {
            var skip = scalar.Value.Contains('$', StringComparison.Ordinal) ? Reasons.Variable
                : scalar.Value.AsSpan().ContainsAny('<', '{') && !scalar.Value.Contains("{{", StringComparison.Ordinal) ? "it is a placeholder"
                : null;
            uses.Add(scalar, skip: skip, pinnable: TakesDigests);
        }
    }

    private static IEnumerable<YamlNode> Children(YamlNode node, string name) => node switch
    {
        YamlMapping mapping when name == "*" => mapping.Named.Select(e => e.Value),
        YamlMapping mapping => mapping.TryGet(name, out var value) ? [value] : [],
        YamlSequence sequence when name == "*" => sequence.Items.Select(i => i.Target).OfType<YamlNode>(),
        _ => [],
    };
}
