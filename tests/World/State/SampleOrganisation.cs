using System.Globalization;
using System.Text.Json.Nodes;
using Basewatch.Core.Alerts;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Rollouts;

namespace Basewatch.World.State;

/// <summary>What Basewatch would remember of an organisation after some months: the same for the same number of repositories and the same day.</summary>
public static class SampleOrganisation
{
    /// <summary>A repository whose owner means harm: markup in whatever he can write.</summary>
    public const string Hostile = "contoso/zz-hostile";

    /// <summary>Would run if it were not escaped, in content and in attributes.</summary>
    public const string Markup = "\"'><script>window.harmed=1</script><img src=x onerror=window.harmed=2><a href=javascript:window.harmed=3>\u202e`{{}}&lt;";

    private static readonly string[] Topics = ["checkout", "catalog", "payments", "search", "identity", "ledger", "routing", "pricing", "notify", "media", "reports", "gateway", "orders", "stock", "fraud", "billing", "loyalty", "maps", "claims", "audit"];

    private static readonly string[] Parts = ["api", "web", "worker", "jobs", "cron", "proxy", "ui", "batch", "tools", "infra"];

    /// <summary>Images, their tags, and how often they are used.</summary>
    private static readonly (string Image, string[] Tags, int Weight)[] Images =
    [
        ("python", ["3.13-slim", "3.12-slim", "3.11-slim", "3.10-slim", "3.9-slim", "3.8-slim-buster"], 14),
        ("node", ["24-alpine", "22-alpine", "22-bookworm-slim", "20-alpine", "18-alpine"], 16),
        ("nginx", ["1.29-alpine", "1.28", "1.26-alpine"], 10),
        ("postgres", ["17.6", "16.10", "14.19", "13.22"], 8),
        ("redis", ["8.2-alpine", "7.2-alpine"], 7),
        ("golang", ["1.25-alpine", "1.24", "1.23-alpine"], 7),
        ("alpine", ["3.22", "3.21", "3.20", "3.18"], 6),
        ("debian", ["13-slim", "12-slim", "11-slim"], 4),
        ("ubuntu", ["24.04", "22.04", "20.04"], 4),
        ("mcr.microsoft.com/dotnet/aspnet", ["10.0", "9.0", "8.0", "6.0"], 9),
        ("mcr.microsoft.com/dotnet/sdk", ["10.0", "9.0", "8.0"], 6),
        ("rabbitmq", ["4.1-management", "3.13"], 2),
        ("ghcr.io/contoso/base", ["4.2.1", "4.1.0", "3.9.4"], 9),
        ("ghcr.io/contoso/runner", ["2026.10", "2026.4"], 3),
        ("quay.io/keycloak/keycloak", ["26.3", "24.0"], 1),
        ("grafana/grafana", ["12.1.0", "11.6.0"], 1),
        ("hashicorp/terraform", ["1.13", "1.9"], 2),
    ];

    /// <summary>Products and cycles with the days that their makers have given.</summary>
    private static readonly (string Name, string Label, string? Image, (string Cycle, string? Codename, string Released, string Ends)[] Cycles)[] Products =
    [
        ("python", "Python", "library/python", [("3.13", null, "2024-10-07", "2029-10-31"), ("3.12", null, "2023-10-02", "2028-10-31"), ("3.11", null, "2022-10-24", "2027-10-31"), ("3.10", null, "2021-10-04", "2026-10-31"), ("3.9", null, "2020-10-05", "2025-10-31"), ("3.8", null, "2019-10-14", "2024-10-07")]),
        ("nodejs", "Node.js", "library/node", [("24", null, "2025-05-06", "2028-04-30"), ("22", null, "2024-04-24", "2027-04-30"), ("20", null, "2023-04-18", "2026-04-30"), ("18", null, "2022-04-19", "2025-04-30")]),
        ("nginx", "nginx", "library/nginx", [("1.29", null, "2025-06-24", "2027-04-24"), ("1.28", null, "2025-04-23", "2027-04-14"), ("1.26", null, "2024-04-23", "2025-04-23")]),
        ("postgresql", "PostgreSQL", "library/postgres", [("17", null, "2024-09-26", "2029-11-08"), ("16", null, "2023-09-14", "2028-11-09"), ("14", null, "2021-09-30", "2026-11-12"), ("13", null, "2020-09-24", "2025-11-13")]),
        ("go", "Go", "library/golang", [("1.25", null, "2025-08-12", "2026-12-15"), ("1.24", null, "2025-02-11", "2026-08-11"), ("1.23", null, "2024-08-13", "2026-02-11")]),
        ("alpine-linux", "Alpine Linux", "library/alpine", [("3.22", null, "2025-05-30", "2027-05-01"), ("3.21", null, "2024-12-05", "2026-11-01"), ("3.20", null, "2024-05-22", "2026-04-01"), ("3.18", null, "2023-05-09", "2025-05-09")]),
        ("debian", "Debian", "library/debian", [("13", "Trixie", "2025-08-09", "2028-08-09"), ("12", "Bookworm", "2023-06-10", "2026-06-10"), ("11", "Bullseye", "2021-08-14", "2024-08-14"), ("10", "Buster", "2019-07-06", "2022-09-10")]),
        ("ubuntu", "Ubuntu", "library/ubuntu", [("24.04", "Noble Numbat", "2024-04-25", "2029-05-31"), ("22.04", "Jammy Jellyfish", "2022-04-21", "2027-04-01"), ("20.04", "Focal Fossa", "2020-04-23", "2025-05-31")]),
        ("dotnet", ".NET", null, [("10", null, "2025-11-11", "2028-11-14"), ("9", null, "2024-11-12", "2026-11-10"), ("8", null, "2023-11-14", "2026-11-10"), ("6", null, "2021-11-08", "2024-11-12")]),
        ("redis", "Redis", "library/redis", [("8.2", null, "2025-08-04", "2027-08-31"), ("7.2", null, "2023-08-15", "2026-02-28")]),
        ("rabbitmq", "RabbitMQ", "library/rabbitmq", [("4.1", null, "2025-04-15", "2027-01-31"), ("3.13", null, "2024-02-22", "2025-07-31")]),
    ];

    /// <summary>Writes a catalogue of lifecycles that knows its products, as endoflife.date answers.</summary>
    public static Task WriteCatalogAsync(string path, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var products = Products.Select(p => (JsonNode)new JsonObject
        {
            ["name"] = p.Name,
            ["label"] = p.Label,
            ["aliases"] = new JsonArray(),
            ["identifiers"] = p.Image is null ? [] : new JsonArray(new JsonObject { ["type"] = "purl", ["id"] = $"pkg:docker/{p.Image}" }),
            ["links"] = new JsonObject { ["html"] = $"https://endoflife.date/{p.Name}" },
            ["releases"] = new JsonArray([.. p.Cycles.Select(c => (JsonNode)new JsonObject
            {
                ["name"] = c.Cycle, ["codename"] = c.Codename, ["label"] = c.Cycle, ["releaseDate"] = c.Released, ["isLts"] = p.Name == "ubuntu", ["eolFrom"] = c.Ends,
                ["isEol"] = string.CompareOrdinal(c.Ends, Day(now)) <= 0,
            })]),
        });
        var catalog = new JsonObject { ["schema_version"] = "1.2.1", ["generated_at"] = (now - TimeSpan.FromHours(9)).ToString("O", CultureInfo.InvariantCulture), ["total"] = Products.Length, ["result"] = new JsonArray([.. products]) };
        return File.WriteAllTextAsync(path, catalog.ToJsonString(), cancellationToken);
    }

    /// <summary>Fills a store, as the jobs would.</summary>
    /// <param name="store">An empty store.</param>
    /// <param name="now">When the last job ended.</param>
    /// <param name="repositories">How many there are, besides the hostile one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task WriteAsync(IStateStore store, DateTimeOffset now, int repositories, CancellationToken cancellationToken)
    {
        var memory = new Memory(store);
        var random = new Random(repositories);
        var images = Images.SelectMany(i => Enumerable.Repeat(i, i.Weight)).ToArray();
        var users = new Dictionary<string, List<ImageUser>>(StringComparer.Ordinal);
        for (var i = 0; i < repositories; i++)
        {
            var name = $"contoso/{Topics[i % Topics.Length]}-{Parts[i / Topics.Length % Parts.Length]}{(i < Topics.Length * Parts.Length ? "" : $"-{i / (Topics.Length * Parts.Length)}")}";
            await WriteRepositoryAsync(memory, name, now, random, images, users, cancellationToken);
        }

        await WriteHostileAsync(memory, now, users, cancellationToken);
        foreach (var (image, its) in users)
        {
            var imageName = ImageName.Parse(image);
            var isSilent = image is "quay.io/keycloak/keycloak";
            await memory.Images.PutAsync(
                Memory.ImageKey(imageName),
                new ImageRecord(image, now - TimeSpan.FromMinutes(isSilent ? 300 : random.Next(1, 15)), isSilent ? "quay.io answered 502 when asked for keycloak/keycloak" : null, isSilent ? now : null, null),
                cancellationToken);
            var tags = its.SelectMany(u => u.Places).Select(p => p.Tag).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            await memory.Facts.PutAsync(
                Memory.FactsKey(imageName),
                new ImageFactsRecord([.. tags, .. Enumerable.Range(0, 140).Select(n => $"0.{n}.1")], tags.ToDictionary(t => t, t => (string?)DigestOf(image + t), StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal)),
                cancellationToken);
            foreach (var user in its)
            {
                await memory.Users.PutAsync(Memory.UserKey(imageName, RepositoryName.Parse(user.Repository)), user, cancellationToken);
            }
        }

        await WriteRolloutsAsync(memory, now, cancellationToken);
        await WriteOwnImagesAsync(memory, now, [.. users.Values.SelectMany(u => u).Select(u => u.Repository).Where(r => r != Hostile).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], cancellationToken);
        await WriteServiceAsync(memory, now, cancellationToken);
    }

    /// <summary>A base of everybody on Debian, which was pushed again; three runtimes on it; and what each of 40 repositories builds on one of these.</summary>
    /// <summary>Two images in three stages, one of which failed; a freeze; an update that goes through repositories.</summary>
    private static async Task WriteRolloutsAsync(Memory memory, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rollouts = memory.Rollouts;
        string[] stages = ["dev", "staging", "production"];
        await rollouts.Scopes.PutAsync(RolloutMemory.ScopeKey("contoso"), new RolloutScopeRecord("contoso"), cancellationToken);
        foreach (var (image, versions, fails) in new[] { ("contoso.azurecr.io/checkout", new[] { "2.4.0", "2.4.0", "2.3.9" }, -1), ("contoso.azurecr.io/search", new[] { "5.1.0", "5.1.0", "5.0.7" }, 1), ("contoso.azurecr.io/" + new string('x', 60), new[] { "1.0", "1.0", "1.0" }, -1) })
        {
            var trials = new List<Trial>();
            var states = new List<StageState>();
            for (var i = 0; i < stages.Length; i++)
            {
                var (came, freight) = (now.AddHours(-30 + (i * 9)), Freight.Of([$"{image}:{versions[i]}@{DigestOf(image + versions[i])}"]));
                var passage = new Passage(freight.References) { EnteredAt = came, Commit = new string('a', 40), PullRequest = 40 + i };
                var next = Freight.Of([$"{image}:{versions[0]}@{DigestOf(image + versions[0])}"]);
                var isBehind = freight != next;
                await rollouts.Members.PutAsync(
                    RolloutMemory.MemberKey("contoso", image, stages[i], RepositoryName.Parse("contoso/deploy")),
                    new Member(image, stages[i], "contoso/deploy") { Images = [image], Passages = isBehind && fails < 0 ? [passage, new Passage(next.References) { PullRequest = 50, ProposedAt = now.AddHours(-1) }] : [passage] },
                    cancellationToken);
                trials.Add(new Trial(stages[i], "contoso/deploy", freight.Id, came) { DeployedAt = came, VerifiedAt = i == fails ? null : came.AddHours(2), FailedAt = i == fails ? came.AddHours(1) : null, Failure = i == fails ? "check smoke: 3 of 40 requests failed <script>" : null });
                states.Add(new StageState(stages[i]) { IsFirst = i == 0, Promoted = i == 0 || fails == 1 ? null : next.References, Waits = i == 2 && fails == 1 ? $"{next.Text} is blocked: staging of contoso/deploy: check smoke failed" : null, Targets = [new StageTarget("contoso/deploy", freight.Id)] });
            }

            await rollouts.Lines.PutAsync(RolloutMemory.LineKey("contoso", image), new LineRecord(new LineState(image) { Trials = trials, Stages = states }, []), cancellationToken);
        }

        foreach (var hold in new[]
        {
            new Hold(HoldKind.Freeze, "contoso", "the winter sale", "ann", now.AddHours(-3)) { Stage = "production", Until = now.AddDays(2) },
            new Hold(HoldKind.Block, "contoso", "staging of contoso/deploy: check smoke: 3 of 40 requests failed", "basewatch", now.AddHours(-20)) { Image = $"contoso.azurecr.io/search@{DigestOf("contoso.azurecr.io/search5.1.0")}" },
        })
        {
            await rollouts.Holds.PutAsync(RolloutMemory.HoldKey(hold), hold, cancellationToken);
        }

        var wave = new WaveState($"docker.io/library/python:3.13.10-slim@{DigestOf("python")}", "contoso", now.AddDays(-3)) { Members = 412, Waves = [new("canaries", now.AddDays(-3), null, 4) { Passed = 4 }, new("10 %", now.AddDays(-1), 1UL << 60, 42) { Passed = 37, Failed = 1 }], Words = "10 %: 37 of 42 passed, watched until tomorrow" };
        await rollouts.Waves.PutAsync(RolloutMemory.WaveKey("contoso", wave.Target), new WaveRecord(wave, []), cancellationToken);
        var deed = new RolloutDeed(now.AddHours(-3), "ann", "hold", "contoso production", "the winter sale");
        await rollouts.Deeds.PutAsync(RolloutMemory.DeedKey("contoso", deed), deed, cancellationToken);
    }

    private static async Task WriteOwnImagesAsync(Memory memory, DateTimeOffset now, List<string> repositories, CancellationToken cancellationToken)
    {
        var method = new RebuildMethod(RebuildKind.Workflow, "build.yml");
        var debian = ImageReference.Parse("debian:13-slim");
        await memory.RebuildTags.PutAsync(Memory.RebuildTagsKey(debian.Name), new RebuildTagsRecord(debian.Name.Canonical, new Dictionary<string, RebuildTagRecord>(StringComparer.Ordinal) { ["13-slim"] = new(DigestOf("patched"), null, now.AddHours(-2)) }), cancellationToken);
        foreach (var (i, repository) in repositories.Take(44).Index())
        {
            var (image, on) = i switch
            {
                0 => ("ghcr.io/contoso/base", "debian:13-slim"),
                < 4 => ($"ghcr.io/contoso/runtime-{i}", "ghcr.io/contoso/base:4"),
                _ => ($"ghcr.io/{repository}", i % 9 == 0 ? "alpine:3.22" : $"ghcr.io/contoso/runtime-{(i % 3) + 1}:4"),
            };
            var record = new BuildsRecord(repository, [new BuildRecord($"{image}:4", "Dockerfile", [on])], []) { Methods = i == 2 ? null : [method] };
            await memory.Builds.PutAsync(Memory.BuildsKey(RepositoryName.Parse(repository)), record, cancellationToken);
            var own = record.OwnImages().Single();
            var was = new BuiltOn(own.Bases[0], Digest.Parse(DigestOf("before")), null);
            var facts = new OwnImageFacts(Digest.Parse(DigestOf(image)), now.AddDays(-20), [was]) { Origin = new ImageOrigin(own.Bases[0], was.At, OriginSource.Annotation) };
            await memory.OwnImages.PutAsync(Memory.OwnImageKey(own.Key), OwnImageRecord.Of(own.Key, new ImageReference(own.Name, "4"), facts), cancellationToken);
        }

        var hostile = RepositoryName.Parse(Hostile);
        await memory.Builds.PutAsync(Memory.BuildsKey(hostile), new BuildsRecord(Hostile, [new BuildRecord("ghcr.io/contoso/hostile:4", Markup, ["ghcr.io/contoso/runtime-1:4"])], []), cancellationToken);
    }

    private static async Task WriteRepositoryAsync(
        Memory memory, string name, DateTimeOffset now, Random random, (string Image, string[] Tags, int Weight)[] images, Dictionary<string, List<ImageUser>> users, CancellationToken cancellationToken)
    {
        var repository = RepositoryName.Parse(name);
        var commit = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()) + "00000000";
        var files = new List<InventoryFile>();
        var outlooks = new List<UseOutlook>();
        var places = new Dictionary<string, List<ImagePlace>>(StringComparer.Ordinal);
        var chosen = Enumerable.Range(0, random.Next(2, 12)).Select(_ => images[random.Next(images.Length)]).ToList();
        var (behind, undecided) = (0, 0);
        foreach (var (path, format, its) in new[] { ("Dockerfile", "dockerfile", chosen.Take(2)), ("deploy/compose.yaml", "compose", chosen.Skip(2).Take(4)), ("charts/app/values.yaml", "helm-values", chosen.Skip(6)) })
        {
            var uses = new List<InventoryUse>();
            foreach (var image in its)
            {
                var line = 1 + (uses.Count * 7);
                // The newer of them more often.
                var at = Math.Min(random.Next(image.Tags.Length), random.Next(image.Tags.Length));
                var isSilent = image.Image.StartsWith("quay.io", StringComparison.Ordinal);
                var isBehind = !isSilent && at > 0 && random.Next(3) > 0;
                behind += isBehind ? 1 : 0;
                undecided += isSilent ? 1 : 0;
                uses.Add(new InventoryUse(format, line, 6, $"{image.Image}:{image.Tags[at]}@{DigestOf(image.Image + image.Tags[at])}", null, Pinnable: true, null, Keyword: format == "dockerfile" ? "FROM" : null));
                outlooks.Add(new UseOutlook(
                    path, line, 6,
                    isBehind ? $"{image.Image}:{image.Tags[0]}@{DigestOf(image.Image + image.Tags[0])}" : null,
                    isSilent ? "undecided" : isBehind ? "major" : null,
                    isSilent ? "quay.io answered 502 when asked for keycloak/keycloak" : isBehind ? $"newest with the same suffix: {image.Tags[0]}" : "it is the newest"));
                var canonical = ImageName.Parse(image.Image).Canonical;
                (places.TryGetValue(canonical, out var known) ? known : places[canonical] = []).Add(new ImagePlace(image.Tags[at], path, line, PolicyText.None));
            }

            if (uses.Count > 0)
            {
                files.Add(new InventoryFile(path, commit, "100644", uses, []));
            }
        }

        foreach (var (image, its) in places)
        {
            (users.TryGetValue(image, out var known) ? known : users[image] = []).Add(new ImageUser(name, its));
        }

        var problems = random.Next(60) == 0 ? new[] { new Core.Formats.FileProblem("deploy/old.yaml", 14, "a mapping is not closed: the file is left out") } : [];
        await memory.Repositories.PutAsync(Memory.RepositoryKey(repository), new RepositoryRecord(name, "t", "main", commit, 1, now - TimeSpan.FromMinutes(random.Next(3, 60 * 24 * 9)), chosen.Count, problems), cancellationToken);
        await memory.Inventories.PutAsync(Memory.InventoryKey(repository), new Inventory("main", commit, 0, files, [], [.. places.Keys]), cancellationToken);
        await memory.Outlooks.PutAsync(Memory.OutlookKey(repository), new OutlookRecord(outlooks), cancellationToken);

        var pullRequests = new List<PullRequestRecord>();
        for (var n = random.Next(6) - 2; n > 0; n--)
        {
            var image = images[random.Next(images.Length)];
            var age = TimeSpan.FromHours(Math.Pow(random.NextDouble(), 3) * 24 * 120);
            var state = random.Next(10) switch { < 6 => "merged", 6 => "declined", 7 => "closed", 8 => "opened", _ => random.Next(6) == 0 ? "left" : "updated" };
            pullRequests.Add(new PullRequestRecord(
                $"{image.Image.Split('/')[^1]}-{n}", 10 + random.Next(900), $"https://github.com/{name}/pull/{n}", $"Update {image.Image} to {image.Tags[0]}", state, null, null,
                state == "left" ? "somebody pushed to its branch: it is left to them" : state == "declined" ? "closed by a person" : null, state is "merged" or "declined" or "closed" ? now - (age / 2) : now - (age / 4))
            {
                OpenedAt = now - age,
            });
        }

        foreach (var pullRequest in pullRequests)
        {
            await memory.PullRequests.PutAsync(Memory.PullRequestKey(repository, pullRequest.Key), pullRequest, cancellationToken);
        }

        await memory.Summaries.PutAsync(
            Memory.SummaryKey(repository),
            new SummaryRecord(name, now - TimeSpan.FromMinutes(random.Next(2, 600)), chosen.Count - behind - undecided, behind, undecided, 0, [.. pullRequests.DistinctBy(p => p.Key).Select(PullRequestSummary.Of)]),
            cancellationToken);
    }

    private static async Task WriteHostileAsync(Memory memory, DateTimeOffset now, Dictionary<string, List<ImageUser>> users, CancellationToken cancellationToken)
    {
        var name = RepositoryName.Parse(Hostile);
        var path = $"deploy/{Markup}.yaml";
        var use = new InventoryUse("compose", 3, 5, $"python:3.8{Markup}", Markup, Pinnable: false, null);
        await memory.Repositories.PutAsync(Memory.RepositoryKey(name), new RepositoryRecord(Hostile, null, Markup, "<b>", 1, now, 1, [new(path, 3, Markup)]), cancellationToken);
        await memory.Inventories.PutAsync(Memory.InventoryKey(name), new Inventory(Markup, "<b>", 0, [new InventoryFile(path, "0", "100644", [use], [])], [], []), cancellationToken);
        await memory.Outlooks.PutAsync(Memory.OutlookKey(name), new OutlookRecord([new UseOutlook(path, 3, 5, Markup, Markup, Markup)]), cancellationToken);
        var pullRequest = new PullRequestRecord("x", 7, "javascript:window.harmed=4", Markup, "left", null, null, Markup, now - TimeSpan.FromDays(130)) { OpenedAt = now - TimeSpan.FromDays(200) };
        await memory.PullRequests.PutAsync(Memory.PullRequestKey(name, "x"), pullRequest, cancellationToken);
        await memory.Refusals.PutAsync(Memory.RefusalKey(name, 7), new RefusalRecord(7, "x", Markup, RefusalScope.Image, [], Markup, now, IsDone: true), cancellationToken);
        await memory.Summaries.PutAsync(Memory.SummaryKey(name), new SummaryRecord(Hostile, now, 0, 1, 0, 0, [PullRequestSummary.Of(pullRequest)]), cancellationToken);
        await memory.Snoozes.PutAsync(Memory.SnoozeKey(Markup), new SnoozeRecord(Markup, null, Markup, Markup, now), cancellationToken);
        users["docker.io/library/python"].Add(new ImageUser(Hostile, [new ImagePlace($"3.8{Markup}", path, 3, PolicyText.None)]));
    }

    private static async Task WriteServiceAsync(Memory memory, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (loop, minutes, seconds) in new[] { ("FindRepositories", 3, 4.2), ("RefreshImages", 11, 0.8), ("ReviewLifecycles", 400, 12.4), ("ReviewPullRequests", 11, 6.1), ("ReviewAlerts", 6, 1.3) })
        {
            var ended = now - TimeSpan.FromMinutes(minutes);
            await memory.Runs.PutAsync(Memory.RunKey(loop), new RunRecord(loop, ended - TimeSpan.FromSeconds(seconds), ended, null, ended), cancellationToken);
        }

        // No timer starts here: nobody is to ask hosts that have none of these repositories.
        await memory.Leases.PutAsync(Memory.LeaseKey("timers"), new LeaseRecord("another process", now.AddDays(365)), cancellationToken);

        foreach (var (job, message, minutes, times) in new (Job, string, int, int)[]
        {
            (new RefreshImage("quay.io/keycloak/keycloak"), "quay.io answered 502 when asked for keycloak/keycloak", 4, 3),
            (new Reconcile("contoso/checkout-api"), "github.com answered 403: the branch basewatch/python-3.x-slim is protected by a rule that the App may not bypass", 64, 2),
            (new TakeInventory("contoso/media-web"), "github.com answered 504 when asked for the tree of contoso/media-web", 190, 1),
            (new FindRepositories(), "api.github.com asks to wait: 4 of 5 000 requests are left in this hour", 3, 0),
        })
        {
            // One that is put off keeps the loop from looking for these repositories anywhere.
            await memory.Failures.PutAsync(Memory.FailureKey(job), new FailureRecord(job.ToJson(), message, now - TimeSpan.FromMinutes(minutes), times, times == 0 ? now + TimeSpan.FromHours(20) : null), cancellationToken);
        }

        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var told = new[] { ("python", "Python", "3.10", "2026-10-31", 24), ("nodejs", "Node.js", "20", "2026-04-30", 12), ("postgresql", "PostgreSQL", "14", "2026-11-12", 9), ("dotnet", ".NET", "8", "2026-11-10", 1), ("debian", "Debian", "11", "2024-08-14", 3) }
            .Select(t => new ToldSubject($"{t.Item1} {t.Item3}", DateOnly.Parse(t.Item4, CultureInfo.InvariantCulture), 0, today.AddDays(-t.Item5), today.AddDays(-t.Item5), "") { Title = $"{t.Item2} {t.Item3}" });
        await memory.Told.PutAsync(Memory.ToldKey("contoso", "teams"), AlertLedger.Empty with { Subjects = told.ToDictionary(t => t.Key, StringComparer.Ordinal) }, cancellationToken);
        await memory.Outbox.PutAsync(
            Memory.OutboxKey("sample"),
            new OutboxRecord("sample", "pager", "contoso", "12 pull requests wait for more than two weeks", OutboxState.Dead, now - TimeSpan.FromDays(2)) { Attempts = 19, Problem = "the channel answered 410", Host = "hooks.contoso.example" },
            cancellationToken);

        const string Rests = "debian 11 eol 2024-08-14";
        await memory.Snoozes.PutAsync(Memory.SnoozeKey(Rests), new SnoozeRecord(Rests, today.AddDays(40), "the appliance is replaced in January", "mona@contoso.example", now), cancellationToken);
    }

    private static string DigestOf(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)).ToString();

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
