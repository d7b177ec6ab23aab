namespace Basewatch.Core.Formats;

/// <summary>Why an image can't be known or changed, where several formats say the same.</summary>
internal static class Reasons
{
    public const string Template = "a template: its value is known only when it is rendered";

    public const string Variable = "it has a variable that is set outside this file";

    public const string Escaped = "it is written with escapes or over several lines: write it on one line";

    public const string BuiltHere = "it is built here, not pulled";
}
