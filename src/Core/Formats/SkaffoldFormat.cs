using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Skaffold: what artifacts are built with and from, containers of verifications and custom actions
/// (<see href="https://skaffold.dev/docs/references/yaml/"/>). The artifacts themselves are built, not pulled.
/// </summary>
public sealed class SkaffoldFormat : IFormat
{
    private static readonly HashSet<string> Images = new(StringComparer.Ordinal)
    {
        "builder", "runImage", "fromImage", "initImage", "dockerImage", "mavenImage", "gradleImage", "packImage", "kanikoImage", "koImage",
    };

    /// <inheritdoc/>
    public string Name => "skaffold";

    /// <inheritdoc/>
    public string Finds => "builders and run images of buildpacks, `fromImage` of Jib and ko, images of Kaniko and Cloud Build, `cacheFrom`, containers of `verify` and `customActions`, images in `setValues`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("skaffold/"u8) >= 0 && bytes.IndexOf("apiVersion"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var yaml = YamlStream.Read(file);
        var configs = yaml.Documents.OfType<YamlMapping>().Where(r => r.Scalar("apiVersion")?.Value.StartsWith("skaffold/", StringComparison.Ordinal) == true).ToList();
        if (configs.Count == 0)
        {
            return FormatReading.None;
        }

        var uses = new UseList(file, Name);
        var artifacts = Entries(configs).Where(e => e is { Parent: "artifacts", Key: "image" }).Select(e => e.Value).OfType<YamlScalar>().ToList();
        var names = artifacts.Select(a => a.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var artifact in artifacts)
        {
            uses.Add(artifact, skip: "it is built here, by Skaffold");
        }

        foreach (var (parent, key, value) in Entries(configs))
        {
            if (value is YamlScalar scalar && !names.Contains(scalar.Value))
            {
                if (Images.Contains(key) || (key == "image" && parent is "container" or "containers" or "kaniko") || (parent is "cacheFrom" && key.Length == 0)
                    || (parent == "setValues" && key.EndsWith("image", StringComparison.OrdinalIgnoreCase) && PlainReference.Is(scalar.Value, Proof.Sure)))
                {
                    uses.Add(scalar, skip: scalar.Value.Contains('$', StringComparison.Ordinal) ? Reasons.Variable : null);
                }
            }
        }

        return uses.ToReading(yaml.Problem);
    }

    /// <summary>Every entry of every mapping, and every scalar of a list, with the key that it stands under.</summary>
    private static IEnumerable<(string Parent, string Key, YamlNode Value)> Entries(IEnumerable<YamlNode> roots)
    {
        var seen = new HashSet<YamlNode>();
        var next = new Stack<(string Key, YamlNode Node)>(roots.Select(r => ("", r)));
        while (next.TryPop(out var item))
        {
            if (item.Node is YamlMapping mapping && seen.Add(mapping))
            {
                foreach (var (key, value) in mapping.Named)
                {
                    yield return (item.Key, key, value);
                    next.Push((key, value));
                }
            }
            else if (item.Node is YamlSequence sequence && seen.Add(sequence))
            {
                foreach (var target in sequence.Items.Select(i => i.Target).OfType<YamlNode>())
                {
                    yield return (item.Key, "", target);
                    next.Push((item.Key, target));
                }
            }
        }
    }
}
