namespace Basewatch.Core.Formats;

/// <summary>Why an image can't be known or changed, where several formats say the same.</summary>
internal static class Reasons
{
    public const string Template = "a template: its value is known only when it is rendered";

    public const string Variable = "it has a variable that is set outside this file";

    public const string Escaped = "it is written with escapes or over several lines: write it on one line";

    public const string BuiltHere = "it is built here, not pulled";

    public const string NeverPulled = "it is never pulled: it has to be on the machine already";

    public const string LocalName = "localhost/ stands before the names of images that were built on the machine itself";

    public const string LocalTag = "the tag local is for images that were built on the machine itself";

    public const string Ignored = "a comment says so: basewatch: ignore";

    /// <summary>Begins the reason of what a rule switches off; where the rule stands follows.</summary>
    public const string SwitchedOff = "switched off by ";

    /// <summary>The reasons for which no registry is asked about an image: it holds none such, or nobody wants to know.</summary>
    public static bool ForgoesRegistry(string? skip) => skip is BuiltHere or NeverPulled or LocalName or LocalTag or Ignored || skip?.StartsWith(SwitchedOff, StringComparison.Ordinal) == true;
}
