using Basewatch.Core.Formats.Dockerfiles;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>pre-commit: the image that a hook in the language <c>docker_image</c> runs (<see href="https://pre-commit.com/#docker_image"/>).</summary>
public sealed class PreCommitFormat : IFormat
{
    /// <summary>Options of <c>docker run</c> whose value is the next word.</summary>
    private static readonly HashSet<string> WithValue = new(StringComparer.Ordinal)
    {
        "--entrypoint", "-e", "--env", "-v", "--volume", "--mount", "-w", "--workdir", "-u", "--user", "--network", "--net", "--platform", "--name", "--env-file", "-p",
    };

    /// <inheritdoc/>
    public string Name => "pre-commit";

    /// <inheritdoc/>
    public string Finds => "the image in `entry` of hooks with `language: docker_image`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".pre-commit-config.{yaml,yml}", ".pre-commit-hooks.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("docker_image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var yaml = YamlStream.Read(file);
        foreach (var hook in yaml.Documents.SelectMany(Hooks))
        {
            if (hook.Scalar("language")?.Value == "docker_image" && hook.Scalar("entry") is { } entry)
            {
                if (entry.Written is { } written && ImageOf(written) is { } image)
                {
                    uses.Add(image, entry.Start);
                }
                else
                {
                    uses.Add(entry, skip: entry.Written is null ? Reasons.Escaped : "it has options and no image");
                }
            }
        }

        return uses.ToReading(yaml.Problem);
    }

    private static IEnumerable<YamlMapping> Hooks(YamlNode document) => document switch
    {
        YamlMapping root => root.Mappings("repos").SelectMany(r => r.Mappings("hooks")),
        YamlSequence hooks => hooks.Mappings,
        _ => [],
    };

    /// <summary>The first word that is no option and no value of one.</summary>
    private static WrittenText? ImageOf(WrittenText entry)
    {
        var isValue = false;
        foreach (var range in DockerfileLexer.Words(entry.Value, '\\'))
        {
            var word = DockerfileLexer.Unquote(entry.Slice(range), '\\');
            if (!isValue && !word.Value.StartsWith('-'))
            {
                return word;
            }

            isValue = !isValue && WithValue.Contains(word.Value);
        }

        return null;
    }
}
