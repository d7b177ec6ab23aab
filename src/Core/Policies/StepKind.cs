using System.Collections.Frozen;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>How far it is from one tag to another.</summary>
internal static class StepKind
{
    /// <summary>Names that mean another release as time goes by.</summary>
    private static readonly FrozenSet<string> Roles = FrozenSet.Create(
        StringComparer.Ordinal, "latest", "lts", "rolling", "devel", "edge", "nightly", "stable", "oldstable", "oldoldstable", "testing", "unstable", "sid", "experimental");

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
            // A date says when and not what. Behind a name (bookworm-20240110) it is a rebuild of what the name says, unless
            // the name itself goes from release to release (stable-20240110).
            var name = current.Prefix.TrimEnd('-');
            return name is "" or "v" || Roles.Contains(name) || current.Form == '-' ? UpdateKind.Minor : UpdateKind.Patch;
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
