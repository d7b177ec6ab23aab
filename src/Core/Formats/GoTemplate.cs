using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>YAML with Go templates in it, as far as it can be read without rendering it.</summary>
internal static class GoTemplate
{
    /// <summary>Why an image can't be known.</summary>
    public const string Reason = "a template: its value is known only when it is rendered";

    /// <summary>Stands for each character of a template within a line; nobody writes it.</summary>
    public const char Mask = '\uE000';

    /// <summary>Parses a file with its templates masked: lines of nothing else are empty, and every character is where it was.</summary>
    public static YamlStream Read(SourceFile file) =>
        YamlStream.Read(file.Text.Contains("{{", StringComparison.Ordinal) ? new SourceFile(file.Path, Masked(file.Text), file.Siblings) : file);

    /// <summary>A scalar's value with the template that it is, where it was masked.</summary>
    public static WrittenText? Unmasked(SourceFile file, WrittenText? written) =>
        written is not null && written.Value.Contains(Mask, StringComparison.Ordinal) && written.SpanOf(..) is { Path: null } span && span.End <= file.Text.Length
            ? WrittenText.At(file.Text.Substring(span.Start, span.Length), span.Start)
            : written;

    private static string Masked(string text)
    {
        var masked = text.ToCharArray();
        var at = 0;
        for (int open; (open = text.IndexOf("{{", at, StringComparison.Ordinal)) >= 0;)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            at = close + 2;
            for (var i = open; i < at; i++)
            {
                masked[i] = text[i] is '\r' or '\n' ? text[i] : Mask;
            }
        }

        // What is alone on its line leaves nothing there.
        for (var start = 0; start < masked.Length;)
        {
            var end = text.AsSpan(start).IndexOfAny('\r', '\n') is var length and >= 0 ? start + length : text.Length;
            var isAlone = true;
            var hasTemplate = false;
            for (var i = start; i < end && isAlone; i++)
            {
                var isMasked = masked[i] == Mask;
                hasTemplate |= isMasked;
                isAlone = isMasked || text[i] is ' ' or '\t' or '\uFEFF';
            }

            for (var i = start; isAlone && hasTemplate && i < end; i++)
            {
                masked[i] = text[i] == '\uFEFF' ? '\uFEFF' : ' ';
            }

            start = end + 1;
        }

        return new string(masked);
    }
}
