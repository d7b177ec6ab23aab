using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Planning.WaysOut;

/// <summary>The hidden line in an issue's body by which it is known again: <c>&lt;!-- basewatch way-out key=python-3.8 plan=… --&gt;</c>. What stands below it is people's.</summary>
/// <param name="Key"><see cref="WayOut.Key"/>.</param>
/// <param name="Plan"><see cref="WayOutPlan.Fingerprint"/> of what stands above it, with its links.</param>
public sealed record IssueMarker(string Key, string Plan)
{
    private const string Opening = "<!-- basewatch way-out key=";

    private const string Middle = " plan=";

    private const string Closing = " -->";

    /// <summary>Finds the first marker in a body, and what stands below it.</summary>
    public static bool TryFind(string body, [NotNullWhen(true)] out IssueMarker? marker, out string below)
    {
        ArgumentNullException.ThrowIfNull(body);
        (marker, below) = (null, "");
        var start = body.IndexOf(Opening, StringComparison.Ordinal);
        var end = start < 0 ? -1 : body.IndexOf(Closing, start, StringComparison.Ordinal);
        if (end < 0 || body[(start + Opening.Length)..end].Split(Middle) is not [var key, var plan])
        {
            return false;
        }

        (marker, below) = (new IssueMarker(key, plan), body[(end + Closing.Length)..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Opening}{Key}{Middle}{Plan}{Closing}";
}
