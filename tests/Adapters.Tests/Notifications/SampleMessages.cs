using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Adapters.Tests.Notifications;

/// <summary>One message of each kind, in the words in which they are sent.</summary>
internal static class SampleMessages
{
    private const string Hub = "https://github.com/contoso";

    private static readonly DateTimeOffset At = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);

    private static readonly DateOnly Today = DateOnly.FromDateTime(At.UtcDateTime);

    private static readonly ImageReference Slim = ImageReference.Parse("python:3.11-slim-bookworm");

    private static readonly ImageReference Alpine = ImageReference.Parse("python:3.11-alpine3.22");

    private static readonly ImageReference Old = ImageReference.Parse("python:3.8-slim-buster");

    private static readonly ImageReference Postgres = ImageReference.Parse("postgres:11-buster");

    private static readonly ImageReference Service = ImageReference.Parse("contosoprod.azurecr.io/base/python-service:2023.4");

    private static readonly Life Buster = new(LifeOf.Distribution, "debian", "Debian", "10", new DateOnly(2022, 9, 10)) { Url = "https://endoflife.date/debian" };

    private static readonly AlertContext Context = new("contoso", At)
    {
        Overview = "https://basewatch.contoso.com/",
        SnoozeOf = _ => "https://basewatch.contoso.com/api/alerts/snooze?subject=python",
        PageOf = place => $"https://github.com/{place.Repository}/blob/HEAD/{place.Path}#L{place.Line}",
        Successors = new Dictionary<ImageReference, ImageReference?>
        {
            [Slim] = ImageReference.Parse("python:3.14.2-slim-trixie"),
            [Alpine] = ImageReference.Parse("python:3.14.2-alpine3.23"),
            [Old] = ImageReference.Parse("python:3.14.2-slim-trixie"),
            [Postgres] = ImageReference.Parse("postgres:18.1-trixie"),
        },
    };

    /// <summary>Each under the name of its picture.</summary>
    public static IReadOnlyDictionary<string, Message> All { get; } = new Dictionary<string, Alert>(StringComparer.Ordinal)
    {
        ["end-of-life-90-days"] = Ending(Python(90), 90, [
            new(Line(Slim, Python(90)), new("contoso/billing", "Dockerfile", 1)),
            new(Line(Slim, Python(90)), new("contoso/billing", "deploy/jobs/nightly-export.yaml", 24)),
            new(Line(Alpine, Python(90)), new("contoso/reports", "Dockerfile", 3))]),
        ["end-of-life-today"] = Ending(Python(0), 0, [new(Line(Slim, Python(0)), new("contoso/billing", "Dockerfile", 1))]),
        ["end-of-life-ended"] = Ending(Buster, Buster.Eol!.Value.DayNumber - Today.DayNumber, Twelve()),
        ["waiting"] = new WaitingAlert(
            [
                Pull("shop", 412, "Update nginx from 1.29.3 to 1.31.0", 41),
                Pull("billing", 77, "Update postgres from 17.2 to 17.9", 23),
                Pull("storefront", 1203, "Update node from 24.2-alpine to 24.11-alpine", 19),
                Pull("edge-proxy", 9, "Pin the digests of 3 images", 15),
            ],
            14,
            At),
        ["merged"] = new MergedAlert(
            [
                Merged("shop", 433, "Update redis from 8.2.1 to 8.2.3"),
                Merged("shop", 434, "Follow the new digest of nginx 1.31.0"),
                Merged("billing", 81, "Update python from 3.13.9-slim to 3.13.10-slim"),
                Merged("edge-proxy", 12, "Update envoyproxy/envoy from v1.36.2 to v1.36.3"),
            ]),
        ["rolled-back"] = new RolloutAlert(new RolloutTrouble(
            "failed contoso contoso.azurecr.io/web staging",
            "contoso/deploy",
            "web:1.3.0 failed in staging",
            "check smoke: 2 of 40 requests failed. It is taken back there, where what was there before is known, and blocked everywhere else until a person releases it.")
        { HasFailed = true }),
        ["failure"] = new FailureAlert(
            [
                new Trouble("registry harbor.contoso.com", At.AddHours(-28), "the user name or password was refused: renew them in the registry settings"),
                new Trouble("registry contosoprod.azurecr.io", At.AddHours(-28), "the app's identity lacks the role AcrPull"),
                new Trouble("repository contoso/warehouse", At.AddHours(-35), "the App may not read its contents"),
            ],
            []),
        ["digest"] = new DigestAlert(Today, Week(Today, 187, 31) with { Merged = 27, Sent = 91 }, Week(Today.AddDays(-7), 194, 35) with { Merged = 24, Sent = 84 })
        {
            Ended = [new("Debian 10", Buster.Eol, 12, 24), new("Node.js 16", new DateOnly(2023, 9, 11), 2, 7)],
            Coming = [new("PHP 8.2", new DateOnly(2026, 12, 31), 5, 9), new("Python 3.11", Today.AddDays(90), 2, 3)],
            Resolved = ["Ubuntu 20.04"],
            Resting = [new RestingSubject("mysql 8.0 eol 2026-04-30", new Rest(new DateOnly(2027, 1, 31), "moves with the data centre", "ann@contoso.com", At.AddDays(-20)))],
        },
    }.ToDictionary(a => a.Key, a => AlertWords.Of(a.Value, Context) with { Id = $"contoso/teams/00000001-{a.Key}" }, StringComparer.Ordinal);

    private static Life Python(int daysLeft) => new(LifeOf.Product, "python", "Python", "3.11", Today.AddDays(daysLeft)) { ActiveUntil = new DateOnly(2024, 4, 1), Url = "https://endoflife.date/python" };

    private static ImageLine Line(ImageReference image, Life life) =>
        new(image, new ImageLifecycle(LifecycleStatus.Ended) { Product = life.Of == LifeOf.Product ? life : null, Distribution = life.Of == LifeOf.Distribution ? life : null }, []);

    private static EndingAlert Ending(Life life, int daysLeft, IReadOnlyList<EndingUse> uses) =>
        new(new EndingSubject(EndingSubject.SubjectOf(life), life, uses), EndingReason.Threshold, daysLeft, uses);

    /// <summary>Three images, one of them built on another, in twelve repositories.</summary>
    private static IReadOnlyList<EndingUse> Twelve()
    {
        string[] repositories = ["accounts", "billing", "catalogue", "customer-notifications", "edge-proxy", "identity", "internal-developer-portal", "inventory", "payments", "reports", "shop", "warehouse"];
        ImageLine[] images =
        [
            Line(Old, Buster),
            Line(Postgres, Buster),
            new(Service, new ImageLifecycle(LifecycleStatus.Ended) { Inherited = new InheritedLife(Buster, Old, []) }, []),
        ];
        AlertPlace[] places = [new("", "Dockerfile", 1), new("", "deploy/production/kustomization.yaml", 31), new("", "services/worker/deploy/helm/worker/values.production.yaml", 118)];
        return [.. repositories.SelectMany((r, i) => Enumerable.Range(0, (i % 3) + 1).Select(n => new EndingUse(images[(i + n) % 3], places[n] with { Repository = $"contoso/{r}" })))];
    }

    private static PullRequestLine Pull(string repository, int number, string title, int days) =>
        new($"contoso/{repository}", number, title, $"{Hub}/{repository}/pull/{number}", At.AddDays(-days));

    private static PullRequestLine Merged(string repository, int number, string title) =>
        Pull(repository, number, title, 2) with { EndedAt = At.AddHours(-3), IsMerged = true, IsAutomerged = true };

    private static WeekSnapshot Week(DateOnly day, int uses, int ended) =>
        new(day, 184, 61, uses, ended, 12, 9) { Opened = 34, Open = 11, Waiting = 4 };
}
