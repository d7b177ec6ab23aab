using System.Globalization;
using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using CsCheck;

namespace Basewatch.Core.Tests.Alerts;

public sealed class EndOfLifePlannerTests
{
    private static readonly DateOnly Start = new(2026, 1, 1);

    private static readonly AlertSettings Settings = AlertSettings.Default;

    private static readonly IReadOnlyDictionary<string, Rest> NoRest = new Dictionary<string, Rest>(StringComparer.Ordinal);

    /// <summary>What happens on a day: whether the service runs, by how much the end of a product moves, which place comes or goes, what is let rest for how long.</summary>
    private static readonly Gen<Step[]> Histories = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[-400, 400], Gen.Int[0, 40], Gen.Int[0, 5], Gen.Int[1, 60], (kind, product, days, advance, place, rest) => new Step(kind, product, days, advance, place, rest)).Array[1, 60];

    private sealed record Step(int Kind, int Product, int Days, int Advance, int Place, int Rest);

    [Fact]
    public void Whatever_happens_nothing_is_told_twice_and_nothing_is_missed_and_no_day_brings_many_cards() => Histories.Sample(history =>
    {
        var ledger = AlertLedger.Empty;
        var today = Start;
        var ends = Enumerable.Range(0, 4).Select(i => Start.AddDays((i * 100) - 50)).ToArray();
        var places = Enumerable.Range(0, 4).Select(_ => new HashSet<int> { 0 }).ToArray();
        var rests = new Dictionary<string, Rest>(StringComparer.Ordinal);
        var told = new HashSet<string>(StringComparer.Ordinal);
        var cards = new Dictionary<DateOnly, int>();
        foreach (var step in history)
        {
            today = today.AddDays(step.Advance);
            switch (step.Kind)
            {
                case 0: ends[step.Product] = ends[step.Product].AddDays(step.Days); break;
                case 1 or 2: places[step.Product].Add(step.Place); break;
                case 3: places[step.Product].Remove(step.Place); break;
                case 4: rests[SubjectOf(step.Product)] = new Rest(today.AddDays(step.Rest), "why", null, new DateTimeOffset(today.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddTicks(told.Count)); break;
                default: break;
            }

            var subjects = Enumerable.Range(0, 4).Where(i => places[i].Count > 0 && Settings.MarkOf(ends[i].DayNumber - today.DayNumber) is not null).Select(Subject).ToList();
            var before = ledger;
            (ledger, var alerts) = EndOfLifePlanner.Plan(ledger, subjects, rests, Settings, today);
            cards[today] = cards.GetValueOrDefault(today) + alerts.Count;
            Assert.InRange(cards[today], 0, EndOfLifePlanner.MostCards);
            var endings = alerts.SelectMany(a => a is SummaryAlert s ? s.Endings : [(EndingAlert)a]).ToList();
            foreach (var ending in endings)
            {
                // A threshold of a date, the wake of a rest, and a place: each once.
                var mark = Settings.MarkOf(ending.DaysLeft!.Value);
                Assert.True(
                    ending.Reason switch
                    {
                        EndingReason.Threshold => Once($"{ending.Subject.Subject} {mark}"),
                        EndingReason.Woke => Once($"{ending.Subject.Subject} rest {ending.Rested!.At.UtcTicks}"),
                        _ => ending.Uses.All(u => !PlaceSet.Read(before.Subjects.Values.Where(v => v.Key == ending.Subject.Key).MaxBy(v => v.Day)!.Places).Contains(u.Identity)),
                    } || before.Subjects.GetValueOrDefault(ending.Subject.Subject) is null,
                    $"twice: {ending.Subject.Subject} {ending.Reason} {mark}");
                told.Add($"{ending.Subject.Subject} {mark}");
                Assert.False(rests.GetValueOrDefault(ending.Subject.Subject)?.IsActive(today) == true, "told while it rests");
            }

            // Whatever is in use, awake and not told today is told up to its threshold, with all of its places.
            foreach (var subject in subjects.Where(s => rests.GetValueOrDefault(s.Subject)?.IsActive(today) != true && cards[today] < EndOfLifePlanner.MostCards))
            {
                var known = ledger.Subjects[subject.Subject];
                if (known.Day < today || endings.Exists(e => e.Subject.Subject == subject.Subject))
                {
                    Assert.True(known.Mark <= Settings.MarkOf(subject.Life.Eol!.Value.DayNumber - today.DayNumber), $"missed: {subject.Subject}");
                    Assert.True(subject.Uses.All(u => PlaceSet.Read(known.Places).Contains(u.Identity)), $"a place was missed: {subject.Subject}");
                }
            }

            // The same day again, nothing is said.
            var (again, more) = EndOfLifePlanner.Plan(ledger, subjects, rests, Settings, today);
            Assert.All(more, m => Assert.DoesNotContain(m is SummaryAlert s ? s.Endings : [(EndingAlert)m], e => endings.Exists(x => x.Subject.Subject == e.Subject.Subject)));
            ledger = more.Count == 0 ? again : ledger;
        }

        bool Once(string what) => told.Add(what);
        string SubjectOf(int product) => EndingSubject.SubjectOf(LifeOf(product));
        Life LifeOf(int product) => new(Core.Lifecycle.LifeOf.Product, $"product-{product.ToString(CultureInfo.InvariantCulture)}", "Product", "1", ends[product]);
        EndingSubject Subject(int product) => Make(LifeOf(product), [.. places[product].Select(p => $"acme/r{p.ToString(CultureInfo.InvariantCulture)}")]);
    }, iter: 2000);

    [Fact]
    public void A_date_that_moves_nearer_tells_the_tightest_threshold_alone_and_says_so()
    {
        var (ledger, first) = Plan(AlertLedger.Empty, Start, Make(Python(Start.AddDays(170)), "acme/web"));
        Assert.Equal(170, Assert.IsType<EndingAlert>(Assert.Single(first)).DaysLeft);

        (ledger, var moved) = Plan(ledger, Start.AddDays(1), Make(Python(Start.AddDays(6)), "acme/web"));
        var alert = Assert.IsType<EndingAlert>(Assert.Single(moved));
        Assert.Equal((5, Start.AddDays(170)), (alert.DaysLeft, alert.MovedFrom));
        Assert.Single(ledger.Subjects);
        Assert.Empty(Plan(ledger, Start.AddDays(2), Make(Python(Start.AddDays(6)), "acme/web")).Alerts);
    }

    [Fact]
    public void A_date_that_moves_away_is_told_at_its_next_threshold()
    {
        var (ledger, _) = Plan(AlertLedger.Empty, Start, Make(Python(Start.AddDays(5)), "acme/web"));
        (ledger, var moved) = Plan(ledger, Start.AddDays(1), Make(Python(Start.AddDays(100)), "acme/web"));
        Assert.Empty(moved);
        (ledger, moved) = Plan(ledger, Start.AddDays(9), Make(Python(Start.AddDays(100)), "acme/web"));
        Assert.Empty(moved);
        (_, moved) = Plan(ledger, Start.AddDays(10), Make(Python(Start.AddDays(100)), "acme/web"));
        Assert.Single(moved);
    }

    [Fact]
    public void The_first_day_of_a_large_organisation_brings_twenty_cards_and_every_place_is_told()
    {
        List<EndingSubject> subjects =
        [
            .. Enumerable.Range(0, 500).Select(i => Make(new Life(Core.Lifecycle.LifeOf.Product, $"old-{i.ToString(CultureInfo.InvariantCulture)}", "Old", "1", Start.AddDays(-i)), "acme/web")),
            .. Enumerable.Range(1, 30).Select(i => Make(new Life(Core.Lifecycle.LifeOf.Product, $"near-{i.ToString(CultureInfo.InvariantCulture)}", "Near", "1", Start.AddDays(i * 5)), "acme/web")),
        ];
        var (ledger, alerts) = EndOfLifePlanner.Plan(AlertLedger.Empty, subjects, NoRest, Settings, Start);
        Assert.Equal(Enumerable.Range(0, 19).Select(i => i * 5), alerts.OfType<EndingAlert>().Select(a => a.DaysLeft!.Value));
        Assert.Equal(511, Assert.IsType<SummaryAlert>(alerts[^1]).Endings.Count);
        Assert.Equal(530, ledger.Subjects.Count);
        Assert.Empty(EndOfLifePlanner.Plan(ledger, subjects, NoRest, Settings, Start).Alerts);
    }

    [Fact]
    public void What_ended_nobody_knows_when_is_told_and_told_again_by_the_day_of_the_first_time()
    {
        var subject = Make(new Life(Core.Lifecycle.LifeOf.Product, "old", "Old", "1", null) { IsEnded = true }, "acme/web");
        var (ledger, alerts) = Plan(AlertLedger.Empty, Start, subject);
        Assert.Null(Assert.IsType<EndingAlert>(Assert.Single(alerts)).DaysLeft);
        Assert.Empty(Plan(ledger, Start.AddDays(29), subject).Alerts);
        Assert.Single(Plan(ledger, Start.AddDays(30), subject).Alerts);
    }

    [Fact]
    public void Five_thousand_places_are_kept_in_some_tens_of_thousands_of_characters()
    {
        var (ledger, alerts) = Plan(AlertLedger.Empty, Start, Make(Python(Start), [.. Enumerable.Range(0, 5000).Select(i => $"acme/r{i.ToString(CultureInfo.InvariantCulture)}")]));
        Assert.Equal(40_000, ledger.Subjects.Values.Single().Places.Length);
        Assert.Equal(AlertWords.MostRows + 1, AlertWords.Of(alerts[0], new AlertContext("acme", DateTimeOffset.UnixEpoch)).Tables[0].Rows.Count);
    }

    [Theory]
    [InlineData(181, null)]
    [InlineData(180, 180)]
    [InlineData(91, 180)]
    [InlineData(8, 30)]
    [InlineData(7, 7)]
    [InlineData(0, 0)]
    [InlineData(-29, 0)]
    [InlineData(-30, -30)]
    [InlineData(-777, -750)]
    public void The_tightest_threshold_that_is_passed(int daysLeft, int? mark) => Assert.Equal(mark, Settings.MarkOf(daysLeft));

    [Theory]
    [InlineData("Pacific/Auckland", "2026-03-14T11:30:00Z", "2026-03-15")]
    [InlineData("Etc/UTC", "2026-03-14T11:30:00Z", "2026-03-14")]
    [InlineData("Pacific/Honolulu", "2026-03-15T09:30:00Z", "2026-03-14")]
    public void Today_is_a_day_of_the_time_zone(string zone, string moment, string day) =>
        Assert.Equal(DateOnly.Parse(day, CultureInfo.InvariantCulture), (Settings with { Zone = TimeZoneInfo.FindSystemTimeZoneById(zone) }).DayOf(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture)));

    [Fact]
    public void A_week_is_summed_up_once_at_its_time_and_the_first_one_is_waited_for()
    {
        // A Tuesday.
        var now = new DateTimeOffset(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);
        var (ledger, day) = EventPlanner.PlanDigest(AlertLedger.Empty, Settings, now);
        Assert.Null(day);
        Assert.Null(EventPlanner.PlanDigest(ledger, Settings, now.AddDays(5).AddHours(18.9)).Day);
        (ledger, day) = EventPlanner.PlanDigest(ledger, Settings, now.AddDays(5).AddHours(19));
        Assert.Equal(new DateOnly(2026, 3, 9), day);
        Assert.Null(EventPlanner.PlanDigest(ledger, Settings, now.AddDays(7)).Day);
    }

    [Fact]
    public void Remarks_are_told_together_and_once_whatever_numbers_are_in_them()
    {
        ImageRemark Remark(string image, string sentence) => new(new ImageLine(ImageReference.Parse(image), ImageLifecycle.Unknown, [new AlertPlace("acme/web", "Dockerfile", 1)]), sentence);
        var (ledger, alert) = EndOfLifePlanner.PlanRemarks(AlertLedger.Empty, [Remark("a:1", "nobody has rebuilt it for 400 days"), Remark("b:1", "its tag is gone")], NoRest, Start);
        Assert.Equal(2, alert!.Remarks.Count);
        (ledger, alert) = EndOfLifePlanner.PlanRemarks(ledger, [Remark("a:1", "nobody has rebuilt it for 401 days"), Remark("b:1", "its tag is gone")], NoRest, Start.AddDays(1));
        Assert.Null(alert);
        Assert.Equal("a:1", EndOfLifePlanner.PlanRemarks(ledger, [Remark("a:1", "its tag is gone")], NoRest, Start.AddDays(1)).Alert!.Remarks.Single().Line.Image.Familiar);
    }

    [Fact]
    public void Pull_requests_are_told_when_they_wait_and_once_when_they_are_merged_and_failures_when_they_last()
    {
        var now = new DateTimeOffset(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);
        List<PullRequestLine> lines = [new("acme/web", 1, "old", null, now.AddDays(-15)), new("acme/web", 2, "new", null, now.AddDays(-1)), new("acme/web", 3, "merged", null, now.AddDays(-9)) { EndedAt = now.AddDays(-1), IsMerged = true, IsAutomerged = true }];
        var (ledger, waiting) = EventPlanner.PlanWaiting(AlertLedger.Empty, lines, Settings, now);
        Assert.Equal([1], waiting!.PullRequests.Select(p => p.Number));
        Assert.Null(EventPlanner.PlanWaiting(ledger, lines, Settings, now.AddDays(6)).Alert);
        Assert.NotNull(EventPlanner.PlanWaiting(ledger, lines, Settings, now.AddDays(7)).Alert);

        (ledger, var merged) = EventPlanner.PlanMerged(ledger, lines, Settings, now);
        Assert.Equal([3], merged!.PullRequests.Select(p => p.Number));
        Assert.Null(EventPlanner.PlanMerged(ledger, lines, Settings, now.AddDays(2)).Alert);

        var trouble = new Trouble("registry docker.io", now.AddHours(-23), "down");
        Assert.Null(EventPlanner.PlanFailures(ledger, [trouble], Settings, now).Alert);
        (ledger, var failure) = EventPlanner.PlanFailures(ledger, [trouble], Settings, now.AddHours(2));
        Assert.Equal("registry docker.io", failure!.Began.Single().Key);
        Assert.Null(EventPlanner.PlanFailures(ledger, [trouble], Settings, now.AddDays(3)).Alert);
        (ledger, failure) = EventPlanner.PlanFailures(ledger, [], Settings, now.AddDays(4));
        Assert.Equal(["registry docker.io"], failure!.Ended);
        Assert.Null(EventPlanner.PlanFailures(ledger, [], Settings, now.AddDays(5)).Alert);
    }

    private static (AlertLedger Ledger, IReadOnlyList<Alert> Alerts) Plan(AlertLedger ledger, DateOnly today, params EndingSubject[] subjects) => EndOfLifePlanner.Plan(ledger, subjects, NoRest, Settings, today);

    private static Life Python(DateOnly eol) => new(Core.Lifecycle.LifeOf.Product, "python", "Python", "3.8", eol);

    private static EndingSubject Make(Life life, params string[] repositories)
    {
        var line = new ImageLine(ImageReference.Parse($"{life.Key}:{life.Cycle}"), new ImageLifecycle(LifecycleStatus.Ending) { Product = life }, []);
        return new EndingSubject(EndingSubject.SubjectOf(life), life, [.. repositories.Select(r => new EndingUse(line, new AlertPlace(r, "Dockerfile", 1)))]);
    }
}
