using System.Globalization;

namespace Basewatch.Core.Alerts;

/// <summary>Puts a week into words.</summary>
internal static class DigestWords
{
    private const int MostRows = 100;

    public static Message Of(DigestAlert alert, AlertContext context)
    {
        var (now, before) = (alert.Now, alert.Before);
        List<MessageTable> tables =
        [
            AlertWords.Table("Ended, and still in use", ["Product", "End of life", "Repositories", "Places"], Rows(alert.Ended), alert.Ended.Count, MostRows),
            AlertWords.Table("Ends in the next 90 days", ["Product", "End of life", "Repositories", "Places"], Rows(alert.Coming), alert.Coming.Count, MostRows),
            AlertWords.Table("No longer in use", ["Product"], alert.Resolved.Select(r => (IReadOnlyList<MessageCell>)[new(r)]), alert.Resolved.Count, MostRows),
            AlertWords.Table("Images that need a look", ["Image", "What", "Used by"], alert.Remarks.Select(r => (IReadOnlyList<MessageCell>)[new(r.Line.Image.Familiar), new(r.Sentence), new(AlertWords.Users(r.Line))]), alert.Remarks.Count, MostRows),
            AlertWords.Table("Rests", ["What", "Until", "Why"], alert.Resting.Select(r => (IReadOnlyList<MessageCell>)[new(r.Subject), new(r.Rest.Until is { } until ? AlertWords.Day(until) : "for good"), new(r.Rest.Reason ?? "")]), alert.Resting.Count, MostRows),
        ];
        return new Message("", MessageKind.Digest, now.Ended > 0 ? Severity.Warning : Severity.Good, $"Images of {context.Owner}: the week to {AlertWords.Day(alert.Day)}", context.At)
        {
            Paragraphs = [now.Uses == 0 ? "No image is in use." : $"{Share(now.Ended, now.Uses)} of all places use something past its end of life{(before is null || before.Uses == 0 ? "" : $", a week ago {Share(before.Ended, before.Uses)}")}."],
            Facts =
            [
                new("Repositories", Trend(now.Repositories, before?.Repositories)),
                new("Images", Trend(now.Images, before?.Images)),
                new("Places", Trend(now.Uses, before?.Uses)),
                new("Past the end of life", Trend(now.Ended, before?.Ended)),
                new("180 days or fewer to go", Trend(now.Ending, before?.Ending)),
                new("End not known", Trend(now.Unknown, before?.Unknown)),
                new("Pull requests opened", Trend(now.Opened, before?.Opened)),
                new("Pull requests merged", Trend(now.Merged, before?.Merged)),
                new("Pull requests open", $"{Trend(now.Open, before?.Open)}, of which {AlertWords.Text(now.Waiting)} wait too long"),
                new("Messages delivered", before is null || now.Sent < before.Sent ? AlertWords.Text(now.Sent) : $"{AlertWords.Text(now.Sent - before.Sent)} this week"),
                new("Failures of Basewatch", Trend(now.Failures, before?.Failures)),
            ],
            Tables = [.. tables.Where(t => t.Rows.Count > 0)],
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["day"] = AlertWords.Day(alert.Day) },
        };
    }

    private static IEnumerable<IReadOnlyList<MessageCell>> Rows(IReadOnlyList<DigestEnding> endings) => endings.Select(e => (IReadOnlyList<MessageCell>)[
        new(e.Title), new(e.Eol is { } eol ? AlertWords.Day(eol) : "not known"), new(AlertWords.Text(e.Repositories)), new(AlertWords.Text(e.Places))]);

    private static string Trend(int now, int? before) =>
        before is not { } was ? AlertWords.Text(now) : now == was ? $"{AlertWords.Text(now)} (as before)" : $"{AlertWords.Text(now)} ({(now > was ? "+" : "−")}{AlertWords.Text(Math.Abs(now - was))})";

    private static string Share(int part, int whole) => (part / (double)whole).ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);
}
