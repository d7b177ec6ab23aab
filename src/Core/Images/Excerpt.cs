namespace Basewatch.Core.Images;

/// <summary>Makes text from outside fit for a one-line message.</summary>
public static class Excerpt
{
    private const int Longest = 100;

    /// <summary>The text without control characters, cut at 100 characters.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var cut = text.Length > Longest ? string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest), "…") : text;
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : cut;
    }
}
