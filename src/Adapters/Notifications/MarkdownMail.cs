using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Basewatch.Core.Alerts;
using Basewatch.Core.Planning.PullRequests;

namespace Basewatch.Adapters.Notifications;

/// <summary>Renders a message as a Markdown file, with GitHub's tables and what an e-mail needs at its head.</summary>
public static class MarkdownMail
{
    /// <summary>UTF-16 units of a text in it, at most.</summary>
    public const int LongestText = 4000;

    /// <summary>The part of a file's name that stands for a message's id.</summary>
    public static string NameOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var words = new StringBuilder();
        foreach (var c in id.AsSpan(0, Math.Min(id.Length, 80)))
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '.')
            {
                words.Append(char.ToLowerInvariant(c));
            }
            else if (words.Length > 0 && words[^1] != '-')
            {
                words.Append('-');
            }
        }

        return $"{words.ToString().Trim('-', '.')}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..12]}.md".TrimStart('-');
    }

    /// <summary>The file.</summary>
    public static string Render(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var text = new StringBuilder();

        // A string of JSON is one of YAML too.
        text.Append("---\n")
            .Append(CultureInfo.InvariantCulture, $"subject: {Quoted(message.Title)}\n")
            .Append(CultureInfo.InvariantCulture, $"id: {Quoted(message.Id)}\n")
            .Append(CultureInfo.InvariantCulture, $"kind: {message.Kind.Token()}\n")
            .Append(CultureInfo.InvariantCulture, $"severity: {message.Severity.Token()}\n")
            .Append(CultureInfo.InvariantCulture, $"date: {message.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\n")
            .Append("---\n\n")
            .Append(CultureInfo.InvariantCulture, $"# {Text(message.Title)}\n");

        foreach (var paragraph in message.Paragraphs)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Paragraph(paragraph)}\n");
        }

        text.Append(message.Facts.Count > 0 ? "\n" : "");
        foreach (var fact in message.Facts)
        {
            text.Append(CultureInfo.InvariantCulture, $"- **{Text(fact.Name)}:** {Text(fact.Value)}\n");
        }

        foreach (var table in message.Tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {Text(table.Title)}\n\n");
            text.Append("| ").AppendJoin(" | ", table.Columns.Select(Text)).Append(" |\n|").Insert(text.Length, "---|", table.Columns.Count).Append('\n');
            foreach (var row in table.Rows)
            {
                text.Append("| ").AppendJoin(" | ", Enumerable.Range(0, table.Columns.Count).Select(i => i < row.Count ? Linked(row[i].Text, row[i].Url) : "")).Append(" |\n");
            }
        }

        text.Append(message.Actions.Count > 0 ? "\n" : "");
        text.AppendJoin(" · ", message.Actions.Select(a => Linked(a.Title, a.Url)));
        return text.Append(message.Actions.Count > 0 ? "\n" : "").ToString();
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(PlainText.OnOneLine(text, LongestText), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Text(string text) => Markdown.Text(PlainText.OnOneLine(text, LongestText));

    private static string Linked(string text, string? url) => PlainText.Link(url) is { } link ? $"[{Text(text)}](<{link}>)" : Text(text);

    /// <summary>Text at the begin of a line, where some characters would open a list, a heading or code.</summary>
    private static string Paragraph(string text)
    {
        var line = Text(text).TrimStart();
        var digits = line.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return line.Length == 0 ? ""
            : line[0] is '-' or '+' or '=' ? "\\" + line
            : digits > 0 && line[digits] is '.' or ')' ? line.Insert(digits, "\\")
            : line;
    }
}
