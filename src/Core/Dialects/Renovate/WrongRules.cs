using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>A configuration that is wrong: what Renovate would decide for stays as it is.</summary>
/// <param name="part">The file.</param>
/// <param name="problem">What is wrong with it first.</param>
/// <param name="readable">What could be read of it; null where that is nothing, so that it may be for whatever Renovate reads.</param>
internal sealed class WrongRules(ConfigurationPart part, FileProblem problem, RepositoryRules? readable) : IRuleSet
{
    private readonly PolicyRule _off = PolicyRule.SwitchOff($"{part.Path} is wrong", part.SourceAt(problem.Line ?? 1));

    /// <inheritdoc/>
    public PolicyRule? For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        var isSeen = readable?.Sees(use) ?? ImageReaders.All.Any(m => m.Formats.Contains(use.Format, StringComparer.Ordinal));
        return use.Reference is not null && isSeen ? _off : null;
    }
}
