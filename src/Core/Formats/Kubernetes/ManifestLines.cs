using System.Runtime.InteropServices;

namespace Basewatch.Core.Formats.Kubernetes;

/// <summary>
/// Reads manifests that are no YAML, since they are templates or broken, by their lines: an <c>image:</c> that is written
/// out stands there whatever else the template does.
/// </summary>
internal static class ManifestLines
{
    private const int LongestLine = 2000;
    private const int DeepestNesting = 100;

    private static readonly string[] TemplateMarks = ["{{", "{%", "<%", "$", "[[", "((", "@@"];

    /// <summary>The keys stand where a manifest has them.</summary>
    public static bool LookLikeAManifest(string text)
    {
        if (!text.Contains("apiVersion", StringComparison.Ordinal) || !text.Contains("kind", StringComparison.Ordinal))
        {
            return false;
        }

        var start = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (start.StartsWith('{') && !start.StartsWith("{{", StringComparison.Ordinal) && !start.StartsWith("{%", StringComparison.Ordinal))
        {
            return true;
        }

        var (apiVersion, kind) = (false, false);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var key = line.TrimStart("\uFEFF \t\"'-");
            apiVersion |= key.StartsWith("apiVersion", StringComparison.Ordinal);
            kind |= key.StartsWith("kind", StringComparison.Ordinal);
        }

        return apiVersion && kind;
    }

    /// <summary>Finds the lines that name an image.</summary>
    /// <param name="text">The text.</param>
    /// <param name="uses">Where they go.</param>
    /// <param name="proof">What a value has to be where it stands in no container.</param>
    public static void Read(WrittenText text, UseList uses, Proof proof)
    {
        var value = text.Value;
        var open = new Stack<Parent>();
        for (int at = 0, end; at < value.Length; at = end + 1)
        {
            end = value.IndexOf('\n', at);
            end = end < 0 ? value.Length : end;
            if (end - at <= LongestLine && TryReadKey(value, at, end, out var line))
            {
                while (open.TryPeek(out var top) && (top.Indent >= line.Indent || top.Indent > line.Outer))
                {
                    open.Pop();
                }

                if (value.AsSpan(line.Key).SequenceEqual("image"))
                {
                    Add(text, line.ValueStart, end, uses, open.TryPeek(out var parent) && parent.HoldsContainers ? Proof.Place : proof);
                }

                if (open.Count < DeepestNesting)
                {
                    open.Push(new Parent(line.Indent, ManifestWalk.HoldsContainers(value[line.Key])));
                }
            }
        }
    }

    /// <summary>Reads <c>- key:</c> at the start of a line.</summary>
    private static bool TryReadKey(string text, int at, int end, out KeyLine line)
    {
        line = default;
        var i = at;
        while (i < end && text[i] is ' ' or '\t' or '\uFEFF')
        {
            i++;
        }

        var outer = i - at;
        while (i + 1 < end && text[i] == '-' && text[i + 1] == ' ')
        {
            for (i++; i < end && text[i] == ' '; i++)
            {
            }
        }

        var indent = i - at;
        var quote = i < end && text[i] is '"' or '\'' ? text[i++] : '\0';
        var key = i;
        while (i < end && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '-' or '.' or '/'))
        {
            i++;
        }

        var keyEnd = i;
        if (quote != '\0' && (i >= end || text[i++] != quote))
        {
            return false;
        }

        while (i < end && text[i] == ' ')
        {
            i++;
        }

        if (keyEnd == key || i >= end || text[i] != ':' || (i + 1 < end && text[i + 1] is not (' ' or '\t' or '\r')))
        {
            return false;
        }

        line = new KeyLine(indent, indent > outer ? outer : indent - 1, key..keyEnd, i + 1);
        return true;
    }

    private static void Add(WrittenText text, int from, int end, UseList uses, Proof proof)
    {
        var value = text.Value;
        while (from < end && value[from] is ' ' or '\t')
        {
            from++;
        }

        while (end > from && value[end - 1] is ' ' or '\t' or '\r')
        {
            end--;
        }

        if (from < end && value[from] == '&')
        {
            // An anchor.
            from = value.IndexOf(' ', from, end - from) is var space and >= 0 ? space + 1 : end;
        }

        if (from == end || value[from] is '#' or '|' or '>' or '*')
        {
            return;
        }

        var rest = value.AsSpan(from, end - from);
        if (rest is ['@', .., '@'] || TemplateMarks.Any(m => value.IndexOf(m, from, end - from, StringComparison.Ordinal) >= 0))
        {
            if (proof != Proof.Sure)
            {
                var whole = rest.Trim("\"',");
                var start = from + (rest.Length - rest.TrimStart("\"',").Length);
                uses.Add(text.Slice(start..(start + whole.Length)), 0, skip: Reasons.Template);
            }

            return;
        }

        if (rest[0] is '"' or '\'')
        {
            var close = value.IndexOf(rest[0], from + 1, end - from - 1);
            if (close < 0)
            {
                return;
            }

            (from, end) = (from + 1, close);
        }
        else if (value.IndexOf(" #", from, end - from, StringComparison.Ordinal) is var comment and >= 0)
        {
            end = from + value.AsSpan(from, comment - from).TrimEnd().Length;
        }

        var image = value[from..end];
        if (image != "auto" && PlainReference.Is(image, proof))
        {
            uses.Add(text.Slice(from..end), 0);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Parent(int Indent, bool HoldsContainers);

    /// <param name="Indent">Column of the key.</param>
    /// <param name="Outer">The deepest column of what it may stand in: that of its dash, or left of itself.</param>
    /// <param name="Key">The key.</param>
    /// <param name="ValueStart">Where its value begins.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct KeyLine(int Indent, int Outer, Range Key, int ValueStart);
}
