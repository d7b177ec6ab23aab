using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Tests.Dialects;

/// <summary><c>rollout</c>: what its words come to, and whose count where.</summary>
public sealed class RolloutConfigurationTests
{
    private const string Full =
        """
        pullRequests: {timezone: Asia/Tokyo}
        rollout:
          infer: true
          stages:
            - name: staging
              repositories: [acme/deploy-*]
              files: [clusters/staging/**]
              images: acme.azurecr.io/*
              soak: 2h
              within: 1d12h
              failing: 10
              verify:
                - check: smoke
                - {probe: https://web.acme.dev/health, status: 204, contains: ok}
                - {metric: 'sum(rate(errors[5m]))', prometheus: https://prometheus.acme.dev, most: 0.01}
            - name: production
              files: a
              after: staging
              needs: any
              alone: true
              approvals: 1
              approveWithin: 3d
              automerge: false
              automergeReverts: true
              window:
                open: [after 9:00 and before 16:00 on monday through thursday]
                closed: on wednesday
                timezone: Europe/Berlin
                holidays: [2026-12-24, 12-29]
            - {name: rest, files: b, window: {closed: on friday}}
          waves:
            - {images: python, canaries: acme/web, shares: [5, 100], soak: 2d, passing: 90, failing: 1}
            - images: node
        """;

    [Fact]
    public void Every_word_comes_to_what_it_says()
    {
        var rollout = Read(Full).Rollout;
        var (staging, production) = (rollout.Stages[0], rollout.Stages[1]);

        Assert.Equal((".github/basewatch.yml:2", false, 3), (rollout.Source?.ToString(), rollout.Infers, rollout.Stages.Count));
        Assert.True(staging.Holds(RepositoryName.Parse("acme/deploy-web"), ImageName.Parse("acme.azurecr.io/web"), "clusters/staging/a.yaml", "kubernetes"));
        Assert.False(staging.Holds(RepositoryName.Parse("acme/web"), ImageName.Parse("acme.azurecr.io/web"), "clusters/staging/a.yaml", "kubernetes"));
        Assert.False(staging.Scope.Holds(ImageName.Parse("python"), "clusters/staging/a.yaml", "kubernetes"));
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromHours(36), 100, 10), (staging.Soak, staging.VerifyWithin, staging.Passing, staging.Failing));
        Assert.Equal(
            [
                new Verification(VerificationKind.Check, "smoke"),
                new Verification(VerificationKind.Probe, "https://web.acme.dev/health") { Status = 204, Contains = "ok" },
                new Verification(VerificationKind.Metric, "sum(rate(errors[5m]))") { Server = new Uri("https://prometheus.acme.dev"), Most = 0.01 },
            ],
            staging.Verifications);
        Assert.Equal(["staging"], production.After);
        Assert.Equal((true, true, 1, TimeSpan.FromDays(3)), (production.NeedsAnyOf, production.MovesAlone, production.Approvals, production.ApproveWithin));
        Assert.Equal((false, true, (bool?)null), (production.Automerge, production.AutomergeReverts, staging.Automerge));
        Assert.Equal(["python", "node"], rollout.Waves.Select(w => Assert.Single(w.Scope.Images)));
        Assert.Equal(("acme/web", "5 100", TimeSpan.FromDays(2), 90, 1), (Assert.Single(rollout.Waves[0].Canaries), string.Join(' ', rollout.Waves[0].Shares), rollout.Waves[0].Soak, rollout.Waves[0].Passing, rollout.Waves[0].Failing));
        Assert.Equal(("1 10 100", TimeSpan.FromDays(1), 95, 5), (string.Join(' ', rollout.Waves[1].Shares), rollout.Waves[1].Soak, rollout.Waves[1].Passing, rollout.Waves[1].Failing));
    }

    [Theory]
    [InlineData("2026-12-21T08:30+01:00", "open only")] // a Monday
    [InlineData("2026-12-21T09:30+01:00", null)]
    [InlineData("2026-12-21T16:30+01:00", "open only")]
    [InlineData("2026-12-23T12:00+01:00", "closed: on wednesday")]
    [InlineData("2026-12-24T12:00+01:00", "2026-12-24 is a holiday")]
    [InlineData("2027-12-27T12:00+01:00", null)]
    [InlineData("2025-12-29T12:00+01:00", "2025-12-29 is a holiday")]
    [InlineData("2026-12-20T12:00+01:00", "open only")] // a Sunday
    public void A_window_is_read_as_schedules_are(string time, string? expected)
    {
        var closed = Read(Full).Rollout.Stages[1].Window!.ClosedBy(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));

        Assert.True(expected is null ? closed is null : closed?.StartsWith(expected, StringComparison.Ordinal), closed);
    }

    [Fact]
    public void A_window_without_a_zone_has_that_of_pull_requests() => Assert.Equal("Asia/Tokyo", Read(Full).Rollout.Stages[2].Window!.Zone.Id);

    [Fact]
    public void Stages_are_inferred_only_where_none_are_named()
    {
        Assert.True(Read("rollout: {infer: true}").Rollout is { Infers: true, IsEmpty: false });
        Assert.True(Read("rollout: {infer: true, stages: []}").Rollout.Infers);
        Assert.False(Read("rollout: {infer: true, stages: [{name: a}]}").Rollout.Infers);
        Assert.True(Read("rollout: {infer: false}").Rollout is { Infers: false, IsEmpty: true });
    }

    [Fact]
    public void What_a_repository_says_stands_beside_what_its_organisation_says()
    {
        var (own, organisation) = (Read("rollout: {stages: [{name: mine}]}"), Read("rollout: {stages: [{name: theirs}], waves: [{images: python}]}"));

        var both = own.Over(organisation);

        Assert.Equal(("mine", "theirs"), (Assert.Single(both.Rollout.Stages).Name, Assert.Single(both.OrganisationRollout.Stages).Name));
        Assert.Single(both.OrganisationRollout.Waves);
        Assert.Empty(both.MisplacedRollouts);
        Assert.Equal((0, 1), (RepositoryConfiguration.Empty.Over(organisation).Rollout.Stages.Count, RepositoryConfiguration.Empty.Over(organisation).OrganisationRollout.Stages.Count));
        var home = organisation.Over(RepositoryConfiguration.Empty).AsOrganisation();
        Assert.Equal((true, "theirs"), (home.Rollout.IsEmpty, Assert.Single(home.OrganisationRollout.Stages).Name));
        Assert.Empty(home.MisplacedRollouts);
    }

    [Fact]
    public void What_is_far_reaching_is_told_with_its_line_and_kept_for_the_refusal()
    {
        var own = Read(Full).Over(RepositoryConfiguration.Empty);

        Assert.Equal(
            [
                ".github/basewatch.yml:6: 'repositories' of 'rollout' counts in the organisation's repository .github alone",
                ".github/basewatch.yml:14: 'probe' of 'rollout' counts in the organisation's repository .github alone",
                ".github/basewatch.yml:15: 'metric' of 'rollout' counts in the organisation's repository .github alone",
                ".github/basewatch.yml:31: 'waves' of 'rollout' counts in the organisation's repository .github alone",
            ],
            own.MisplacedRollouts.OrderBy(p => p.Line).Select(p => p.ToString()[..p.ToString().LastIndexOf(':')]));
        Assert.Equal(2, own.Rollout.Stages[0].Verifications.Count(v => v.IsFarReaching));
    }

    private static RepositoryConfiguration Read(string text)
    {
        var reading = ConfigurationReader.Read(new SourceFile(RepositoryConfiguration.Path, text), FormatCatalog.Default);
        Assert.Empty(reading.Errors);
        return reading.Configuration!;
    }
}
