using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Our own words: in short <c>docker</c> or <c>semver:&gt;=3.12 &lt;4</c>, or a mapping in YAML or JSON:
/// <c>{policy: semver, range: ">=3.12 &lt;4", minimumAge: 3d}</c>.
/// </summary>
public sealed class BasewatchDialect : IDialect
{
    /// <inheritdoc/>
    public string Name => "basewatch";

    /// <inheritdoc/>
    /// <remarks>What it says comes before all dialects, and some of it before any file is read: see <see cref="RepositorySettings"/>.</remarks>
    public IReadOnlyList<string> Files => [RepositoryConfiguration.Path, RepositoryConfiguration.OtherPath];

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var stream = YamlStream.Read(text);

        // 'semver: ~3.12' is a mapping for YAML, and a short form for people.
        if (stream.Documents is [YamlMapping mapping, ..] && (text.Text.TrimStart('\uFEFF').TrimStart().StartsWith('{') || mapping.Named.Any(e => PolicyReader.IsKey(e.Key))))
        {
            var configuration = new ConfigurationText(text) { NeedsValues = true };
            return configuration.Reading(configuration.Root("write one policy") is { } root ? PolicyReader.Read(configuration, root) : null);
        }

        if (stream.Problem is { } wrong && text.Text.TrimStart().StartsWith('{'))
        {
            return PolicyReading.Wrong(wrong);
        }

        // A short form in quotes is one too.
        var written = stream is { Problem: null, Documents: [YamlScalar scalar] } ? scalar.Value : text.Text;
        return PolicyCatalog.TryCreate(written, out var policy, out var error)
            ? PolicyReading.Of(policy)
            : PolicyReading.Wrong(new FileProblem(text.Path, 1, error));
    }
}
