using Basewatch.Core.Dialects.Flux;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Flux's image automation: the <c>spec</c> of an <see href="https://fluxcd.io/flux/components/image/imagepolicies/">ImagePolicy</see>,
/// with the <c>exclusionList</c> of its ImageRepository; in a repository, these, its ImageUpdateAutomations and its markers. What is obeyed and what is not: <c>docs/dialects/flux.md</c>.
/// </summary>
public sealed class FluxDialect : IDialect
{
    private const int LongestText = 64 * 1024;

    /// <inheritdoc/>
    public string Name => "flux";

    /// <inheritdoc/>
    public bool MayHaveParts(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image.toolkit.fluxcd.io/"u8) >= 0 || bytes.IndexOf("$imagepolicy"u8) >= 0;

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var configuration = new ConfigurationText(text);
        return configuration.Root("write the spec of one ImagePolicy, as in {policy: {semver: {range: 1.x}}}", LongestText) is { } spec
            ? new FluxSpecReader(configuration).Read(spec)
            : configuration.Reading(null);
    }

    /// <inheritdoc/>
    public IEnumerable<ConfigurationPart> FindParts(SourceFile file, IReadOnlyList<ImageUse> uses) => FluxFile.Parts(file, uses);

    /// <inheritdoc/>
    public DialectReading ReadRules(IReadOnlyList<ConfigurationPart> parts) => FluxRules.Read(parts);
}
