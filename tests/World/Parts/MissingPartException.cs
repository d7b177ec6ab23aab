namespace Basewatch.World.Parts;

/// <summary>A real server that the tests want can't be had on this machine.</summary>
/// <param name="part">The part, as a reader knows it.</param>
/// <param name="reason">Why it can't be had, and what would help.</param>
/// <param name="inner">What went wrong on the way, if something did.</param>
public sealed class MissingPartException(string part, string reason, Exception? inner = null)
    : Exception($"{part} can't be had: {reason}", inner)
{
    /// <summary>
    /// The one rule for a missing part: its tests are skipped with the reason, and fail where <c>CI=true</c>,
    /// so that a pipeline never turns green by testing nothing.
    /// </summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void SkipOrFail()
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Xunit.Assert.Fail(Message);
        }

        Xunit.Assert.Skip(Message);
    }
}
