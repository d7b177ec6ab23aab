using System.Globalization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>
/// The end of life that whoever published an image has attached to it, as Microsoft's tools do
/// (<see href="https://github.com/Azure/acr-cli"/>).
/// </summary>
public static class LifecycleAnnotation
{
    /// <summary>What such a referrer is.</summary>
    public const string ArtifactType = "application/vnd.microsoft.artifact.lifecycle";

    private const string EndOfLifeKey = "vnd.microsoft.artifact.lifecycle.end-of-life.date";

    /// <summary>The day on which the image's life ends or ended; of several the first. Null where none is attached that can be read.</summary>
    public static DateOnly? EndOfLife(IEnumerable<Referrer> referrers)
    {
        ArgumentNullException.ThrowIfNull(referrers);
        return referrers
            .Where(r => r.ArtifactType == ArtifactType)
            .Select(r => Date(r.Annotations.GetValueOrDefault(EndOfLifeKey)))
            .Where(d => d is not null)
            .Min();
    }

    /// <summary><c>2025-11-10</c>, or a point in time on that day in UTC.</summary>
    private static DateOnly? Date(string? text) =>
        text is not { Length: <= 64 } ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? DateOnly.FromDateTime(at.UtcDateTime)
        : null;
}
