using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>Our own words: <c>docker</c>, <c>semver:&gt;=3.12 &lt;4</c>.</summary>
public sealed class BasewatchDialect : IDialect
{
    /// <inheritdoc/>
    public string Name => "basewatch";

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PolicyCatalog.TryCreate(text.Text, out var policy, out var error)
            ? PolicyReading.Of(policy)
            : PolicyReading.Wrong(new FileProblem(text.Path, 1, error));
    }
}
