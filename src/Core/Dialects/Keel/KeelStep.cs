using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>How far it is from one tag to another.</summary>
internal static class KeelStep
{
    /// <summary>The tag of an image that has none, util/image/parse.go.</summary>
    public const string DefaultTag = "latest";

    /// <summary>Between versions the first number that differs says it. Where there is no distance it may be any: the farthest.</summary>
    public static UpdateKind Between(string current, string candidate)
    {
        if (KeelVersion.TryParse(current, out var from) && KeelVersion.TryParse(candidate, out var to))
        {
            return from.Major != to.Major ? UpdateKind.Major : from.Minor != to.Minor ? UpdateKind.Minor : UpdateKind.Patch;
        }

        var (a, b) = (TagVersion.Of(current), TagVersion.Of(candidate));
        return a.IsWrittenLike(b) ? StepKind.Between(a, b) : UpdateKind.Major;
    }
}
