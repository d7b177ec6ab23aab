using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>How far it is from one tag to another.</summary>
internal static class StepKind
{
    /// <summary>The first number that differs says it; pre-releases, builds and revisions of one version are patches.</summary>
    public static UpdateKind Between(TagVersion current, TagVersion candidate)
    {
        var difference = candidate.FirstDifference(current);
        if (difference < 0)
        {
            return UpdateKind.Patch;
        }

        if (current.Scheme == TagScheme.Date)
        {
            // A date says when and not what. Behind a name (bookworm-20240110) it is a rebuild of what the name says.
            return current.Prefix is "" or "v" || current.Form == '-' ? UpdateKind.Minor : UpdateKind.Patch;
        }

        // Java 8's only other number, 8u392, is its patch level.
        return difference switch
        {
            0 => UpdateKind.Major,
            1 when current.Form != 'u' => UpdateKind.Minor,
            _ => UpdateKind.Patch,
        };
    }
}
