namespace Basewatch.Core.Planning;

/// <summary>Whether an image may replace the one in use.</summary>
/// <param name="Obstacle">Why it can't; null where it can, as far as is known.</param>
/// <param name="IsSame">Whether what is used of it is what is there already.</param>
/// <param name="Problem">What the registry did not answer.</param>
internal sealed record ImageFit(string? Obstacle, bool IsSame = false, string? Problem = null)
{
    /// <summary>Nothing speaks against it.</summary>
    public static ImageFit Unknown { get; } = new((string?)null);

    /// <summary>Nobody knows before more has been asked.</summary>
    public static ImageFit Open { get; } = new((string?)null) { IsOpen = true };

    /// <summary>Whether it takes more to know: nothing may be decided before.</summary>
    public bool IsOpen { get; private init; }
}
