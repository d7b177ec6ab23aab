using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Tests.Alerts;

public sealed class AlertWordsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

    private static readonly Life Debian = new(LifeOf.Distribution, "debian", "Debian", "11", new DateOnly(2026, 11, 23)) { ExtendedUntil = new DateOnly(2031, 6, 30), ActiveUntil = new DateOnly(2024, 8, 14), Url = "https://endoflife.date/debian" };

    private static readonly Life Python = new(LifeOf.Product, "python", "Python", "3.9", new DateOnly(2027, 1, 31));

    [Theory]
    [InlineData(181, "Debian 11 reaches its end of life in 181 days")]
    [InlineData(1, "Debian 11 reaches its end of life tomorrow")]
    [InlineData(0, "Debian 11 reaches its end of life today")]
    [InlineData(-1, "Debian 11 reached its end of life yesterday")]
    [InlineData(-12, "Debian 11 reached its end of life 12 days ago")]
    [InlineData(null, "Debian 11 has reached its end of life")]
    public void The_title_says_how_many_days(int? days, string title) => Assert.Equal(title, AlertWords.Of(Alert(days), new AlertContext("acme", Now)).Title);

    [Fact]
    public void It_says_which_life_ends_what_that_means_and_what_else_ends()
    {
        var to = ImageReference.Parse("python:3.14-slim-trixie");
        var image = ImageReference.Parse("python:3.9-slim-bullseye");
        var message = AlertWords.Of(Alert(0) with { MovedFrom = new DateOnly(2026, 8, 14) }, new AlertContext("acme", Now)
        {
            Overview = "https://basewatch.example/",
            SnoozeOf = s => $"http://127.0.0.1:8080/snooze?{s.Length}",
            PageOf = p => $"https://github.com/{p.Repository}/blob/HEAD/{p.Path}#L{p.Line}",
            Successors = new Dictionary<ImageReference, ImageReference?> { [image] = to },
            CatalogAsOf = Now.AddDays(-20),
        });
        Assert.Equal("Debian 11 is what these images are made of. Its packages get no security fixes from today on.", message.Paragraphs[0]);
        Assert.Contains(message.Paragraphs, p => p.StartsWith("Its end has moved: it was 2026-08-14", StringComparison.Ordinal));
        Assert.Contains(message.Paragraphs, p => p.StartsWith("Do not just rebuild", StringComparison.Ordinal) && p.Contains("2031-06-30", StringComparison.Ordinal));
        var facts = message.Facts.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        Assert.Equal(("2024-08-14", "2026-11-23", "2031-06-30, mostly paid for", "Python 3.9 on 2027-01-31"), (facts["Active support until"], facts["End of life"], facts["Extended support until"], facts["Ends as well"]));
        Assert.StartsWith("2026-11-03", facts["Dates are as of"], StringComparison.Ordinal);
        Assert.Equal(["Image", "Built from", "Move to", "Repository", "File"], message.Tables[0].Columns);
        Assert.Equal(["acme/app:1", "python:3.9-slim-bullseye < acme/base:2", "goes with its base", "acme/web", "k8s.yaml:4"], message.Tables[0].Rows[0].Select(c => c.Text));
        Assert.Equal(["python:3.9-slim-bullseye", "", "python:3.14-slim-trixie", "acme/web", "Dockerfile:1"], message.Tables[0].Rows[1].Select(c => c.Text));
        Assert.Equal("https://github.com/acme/web/blob/HEAD/Dockerfile#L1", message.Tables[0].Rows[1][^1].Url);
        Assert.Equal(["Let it rest", "Debian 11", "Open Basewatch"], message.Actions.Select(a => a.Title));
        Assert.Equal(("debian 11 eol 2026-11-23", "distribution", "0", "acme"), (message.Properties["subject"], message.Properties["of"], message.Properties["daysLeft"], message.Properties["owner"]));
        Assert.Equal(Severity.Attention, message.Severity);
    }

    [Fact]
    public void It_says_why_it_rested_and_what_is_new()
    {
        var rested = AlertWords.Of(Alert(-3) with { Reason = EndingReason.Woke, Rested = new Rest(new DateOnly(2026, 11, 23), "we move in autumn", "ann", Now.AddDays(-90)) }, new AlertContext("acme", Now));
        Assert.Contains("It was let rest on 2026-08-25 by ann until 2026-11-23: we move in autumn", rested.Paragraphs);
        Assert.EndsWith(": 2 more places use it", AlertWords.Of(Alert(-3) with { Reason = EndingReason.NewPlaces }, new AlertContext("acme", Now)).Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1679, true)]
    [InlineData(-1680, false)]
    public void Extended_support_that_is_over_too_is_offered_to_nobody(int days, bool isThere) =>
        Assert.Equal(isThere, AlertWords.Of(Alert(days), new AlertContext("acme", Now)).Paragraphs.Any(p => p.Contains("without extended support", StringComparison.Ordinal)));

    private static EndingAlert Alert(int? days)
    {
        var image = ImageReference.Parse("python:3.9-slim-bullseye");
        var line = new ImageLine(image, new ImageLifecycle(LifecycleStatus.Ended) { Distribution = Debian, Product = Python }, []);
        var built = new ImageLine(ImageReference.Parse("acme/app:1"), new ImageLifecycle(LifecycleStatus.Ended) { Inherited = new InheritedLife(Debian, image, [ImageReference.Parse("acme/base:2")]) }, []);
        IReadOnlyList<EndingUse> uses = [new(line, new AlertPlace("acme/web", "Dockerfile", 1)), new(built, new AlertPlace("acme/web", "k8s.yaml", 4))];
        return new EndingAlert(new EndingSubject(EndingSubject.SubjectOf(Debian), Debian, uses), EndingReason.Threshold, days, uses);
    }
}
