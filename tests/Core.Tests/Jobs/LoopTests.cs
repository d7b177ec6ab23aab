using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

public sealed class LoopTests : IDisposable
{
    private const string Dockerfile = "FROM python:3.12.4-slim\nFROM redis:7.2\n";

    private readonly Loop _loop = new();

    public LoopTests()
    {
        _loop.Registry.Push("python", "3.12.4-slim");
        _loop.Registry.Push("python", "3.12.5-slim");
        _loop.Registry.Push("redis", "7.2");
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile));
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_run_opens_one_pull_request_a_change_set()
    {
        Assert.Empty(await _loop.RunAsync());

        Assert.Equal(["basewatch/digests", "basewatch/python-3.x.x-slim"], Open().Select(p => p.Branch).Order(StringComparer.Ordinal));
        var expected = Dockerfile.Replace("python:3.12.4-slim", $"python:3.12.5-slim@{MemoryRegistry.DigestOf("python:3.12.5-slim first")}", StringComparison.Ordinal);
        Assert.Equal(expected, _loop.Host.Text(Loop.Web, "basewatch/python-3.x.x-slim", "Dockerfile"));
    }

    [Fact]
    public async Task A_second_run_writes_nothing()
    {
        await _loop.RunAsync();
        var writes = _loop.Host.Writes.Count;

        Assert.Empty(await _loop.RunAsync());

        Assert.Equal(writes, _loop.Host.Writes.Count);
    }

    [Fact]
    public async Task A_tag_is_proposed_when_it_is_old_enough_and_its_date_is_asked_for_once()
    {
        _loop.Registry.Push("postgres", "17.1");
        _loop.Registry.Push("postgres", "17.2", created: _loop.Time.GetUtcNow().AddDays(-1));
        _loop.Host.Create(RepositoryName.Parse("acme/db"), ("Dockerfile", "FROM postgres:17.1\n"), (".github/basewatch.yml", "rules:\n- policy: {minimumAge: 3d}\n"));
        await _loop.RunAsync();
        Assert.DoesNotContain(_loop.Host.Branches(RepositoryName.Parse("acme/db")).Keys, b => b.Contains("postgres", StringComparison.Ordinal));
        var asked = _loop.Registry.Manifests;

        _loop.Time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync();
        Assert.DoesNotContain(_loop.Host.Branches(RepositoryName.Parse("acme/db")).Keys, b => b.Contains("postgres", StringComparison.Ordinal));
        Assert.Equal(asked, _loop.Registry.Manifests);

        _loop.Time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync();
        Assert.Contains(_loop.Host.Branches(RepositoryName.Parse("acme/db")).Keys, b => b.Contains("postgres", StringComparison.Ordinal));

        // The platforms of the image in use: those of the candidate came with its date. And four for the words of the pull request.
        Assert.Equal(asked + 1 + 4, _loop.Registry.Manifests);
    }

    [Theory]
    [InlineData("keep")]
    [InlineData("required")]
    public async Task An_image_that_is_signed_after_it_was_pushed_is_proposed_then(string rule)
    {
        var inUse = MemoryRegistry.DigestOf("postgres:17.1 first");
        _loop.Registry.Push("postgres", "17.1");
        _loop.Registry.Push("postgres", "17.2");
        _loop.Registry.Signed.Add(inUse);
        _loop.Host.Create(
            RepositoryName.Parse("acme/db"), ("Dockerfile", $"FROM postgres:17.1@{inUse}\n"), (".github/basewatch.yml", $"rules:\n- signed: {rule}\n"));
        await _loop.RunAsync();
        Assert.DoesNotContain(_loop.Host.Branches(RepositoryName.Parse("acme/db")).Keys, b => b.Contains("postgres", StringComparison.Ordinal));

        // Neither a tag nor a digest moves.
        _loop.Registry.Signed.Add(MemoryRegistry.DigestOf("postgres:17.2 first"));
        _loop.Time.Advance(TimeSpan.FromHours(2));
        await _loop.RunAsync();
        Assert.Contains(_loop.Host.Branches(RepositoryName.Parse("acme/db")).Keys, b => b.Contains("postgres", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("keep")]
    [InlineData("required")]
    public async Task A_republished_tag_that_is_signed_later_is_proposed_then(string rule)
    {
        var inUse = MemoryRegistry.DigestOf("postgres:17.1 first");
        _loop.Registry.Push("postgres", "17.1", "second");
        _loop.Registry.Signed.Add(inUse);
        _loop.Host.Create(
            RepositoryName.Parse("acme/db"), ("Dockerfile", $"FROM postgres:17.1@{inUse}\n"), (".github/basewatch.yml", $"rules:\n- signed: {rule}\n"));
        await _loop.RunAsync();
        Assert.Equal(["main"], _loop.Host.Branches(RepositoryName.Parse("acme/db")).Keys);

        _loop.Registry.Signed.Add(MemoryRegistry.DigestOf("postgres:17.1 second"));
        _loop.Time.Advance(TimeSpan.FromMinutes(20));
        await _loop.RunAsync();
        Assert.Equal(2, _loop.Host.Branches(RepositoryName.Parse("acme/db")).Count);
    }

    [Fact]
    public async Task What_a_registry_would_not_tell_of_a_candidate_is_made_up_for()
    {
        _loop.Registry.RefusedContents = true;
        await _loop.RunAsync();
        Assert.DoesNotContain(Open(), p => p.Branch.Contains("python", StringComparison.Ordinal));

        _loop.Registry.RefusedContents = false;
        await _loop.RunAsync();
        Assert.Contains(Open(), p => p.Branch.Contains("python", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_newer_target_moves_the_open_pull_request()
    {
        await _loop.RunAsync();
        var before = Open().Single(p => p.Branch.Contains("python", StringComparison.Ordinal));
        _loop.Registry.Push("python", "3.12.6-slim");

        await _loop.RunAsync();

        var after = Open().Single(p => p.Branch.Contains("python", StringComparison.Ordinal));
        Assert.Equal(before.Number, after.Number);
        Assert.Contains("3.12.6-slim", after.Title, StringComparison.Ordinal);
        Assert.Contains("3.12.6-slim@", _loop.Host.Text(Loop.Web, after.Branch, "Dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_a_person_pushed_to_is_left_alone()
    {
        await _loop.RunAsync();
        _loop.Host.Push(Loop.Web, "basewatch/python-3.x.x-slim", ("extra.txt", "mine"));
        var head = _loop.Host.Branches(Loop.Web)["basewatch/python-3.x.x-slim"];
        _loop.Registry.Push("python", "3.12.6-slim");

        await _loop.RunAsync();

        Assert.Equal(head, _loop.Host.Branches(Loop.Web)["basewatch/python-3.x.x-slim"]);
    }

    [Fact]
    public async Task A_closed_pull_request_stays_closed_for_its_version_and_not_for_the_next()
    {
        await _loop.RunAsync();
        _loop.Host.Close(Loop.Web, Open().Single(p => p.Branch.Contains("python", StringComparison.Ordinal)).Number);

        // The same version, republished, is the same version.
        _loop.Registry.Push("python", "3.12.5-slim", "second");
        await _loop.RunAsync();
        Assert.DoesNotContain(Open(), p => p.Branch.Contains("python", StringComparison.Ordinal));

        _loop.Registry.Push("python", "3.12.6-slim");
        await _loop.RunAsync();
        Assert.Contains(Open(), p => p.Title.Contains("3.12.6-slim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_person_did_by_hand_closes_the_pull_request_and_its_branch()
    {
        await _loop.RunAsync();
        _loop.Host.Push(Loop.Web, "main", ("Dockerfile", "FROM scratch\n"));

        await _loop.RunAsync();

        Assert.Empty(Open());
        Assert.DoesNotContain(_loop.Host.Branches(Loop.Web).Keys, b => b.StartsWith("basewatch/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_closed_by_us_may_be_opened_again()
    {
        await _loop.RunAsync();
        _loop.Host.Push(Loop.Web, "main", ("Dockerfile", "FROM scratch\n"));
        await _loop.RunAsync();
        _loop.Host.Push(Loop.Web, "main", ("Dockerfile", Dockerfile));

        await _loop.RunAsync();

        Assert.Equal(2, Open().Count);
    }

    [Fact]
    public async Task After_a_merge_nothing_is_left_to_do()
    {
        await _loop.RunAsync();
        while (Open() is [var pull, ..])
        {
            // Both pull requests change one file: the second is written anew after the first is merged.
            _loop.Host.Merge(Loop.Web, pull.Number);
            await _loop.RunAsync();
        }

        Assert.Equal(2, _loop.Host.PullRequests(Loop.Web).Count);
        Assert.DoesNotContain("python:3.12.4", _loop.Host.Text(Loop.Web, "main", "Dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_changes_no_pull_request()
    {
        await _loop.RunAsync();
        var before = Open().ToList();
        var writes = _loop.Host.Writes.Count;
        _loop.Registry.Silent.Add(Core.Images.ImageName.Parse("python"));
        _loop.Registry.Push("redis", "7.2", "second");

        var failures = await _loop.RunAsync();

        Assert.Contains(failures, f => f.Contains("did not answer", StringComparison.Ordinal));
        Assert.Equal(before.Select(p => p.Number), Open().Select(p => p.Number));
        Assert.Contains(_loop.Host.Writes.Skip(writes), w => w.Contains("digests", StringComparison.Ordinal));
        Assert.DoesNotContain(_loop.Host.Writes.Skip(writes), w => w.Contains("python", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Observing_opens_nothing_and_says_what_it_would()
    {
        _loop.Mode = ServiceMode.Observe;

        await _loop.RunAsync();

        Assert.Empty(_loop.Host.Writes);
        var records = await _loop.RecallAsync(m => m.ListPullRequestsAsync(Loop.Web, TestContext.Current.CancellationToken).ToListAsync().AsTask());
        Assert.All(records, r => Assert.Equal("proposed", r.State));
        Assert.Equal(2, records.Count);
    }

    [Fact]
    public async Task From_observing_to_proposing_everything_is_decided_again()
    {
        _loop.Mode = ServiceMode.Observe;
        await _loop.RunAsync();
        _loop.Mode = ServiceMode.Propose;

        await _loop.RunAsync();

        Assert.Equal(2, Open().Count);
    }

    [Fact]
    public async Task The_ledger_tells_what_became_of_a_pull_request()
    {
        await _loop.RunAsync();
        var merged = Open().Single(p => p.Branch.Contains("digests", StringComparison.Ordinal));
        _loop.Host.Merge(Loop.Web, merged.Number);
        _loop.Host.Close(Loop.Web, Open().Single().Number);

        await _loop.RunAsync();

        var records = await _loop.RecallAsync(m => m.ListPullRequestsAsync(Loop.Web, TestContext.Current.CancellationToken).ToListAsync().AsTask());
        Assert.Equal([("digests", "merged"), ("python-3.x.x-slim", "declined")], records.Select(r => (r.Key, r.State)));
    }

    [Fact]
    public async Task A_repository_that_vanished_is_forgotten_and_stops_nobody_else()
    {
        var other = RepositoryName.Parse("acme/other");
        _loop.Host.Create(other, ("Dockerfile", "FROM redis:7.2\n"));
        await _loop.RunAsync();
        _loop.Host.Delete(Loop.Web);
        _loop.Registry.Push("redis", "7.2", "second");

        Assert.Empty(await _loop.RunAsync());

        Assert.Contains(_loop.Host.Writes, w => w == $"{other} text #1");
        var known = await _loop.RecallAsync(m => m.ListRepositoriesAsync(TestContext.Current.CancellationToken).Select(r => r.Repository).ToListAsync().AsTask());
        Assert.Equal([other.ToString()], known);
    }

    [Fact]
    public async Task What_failed_for_a_repository_is_forgotten_with_it()
    {
        await _loop.RunAsync();
        var job = new Reconcile(Loop.Web.ToString());
        await _loop.RecallAsync(async m =>
        {
            await m.Failures.PutAsync(Memory.FailureKey(job), new FailureRecord(job.ToJson(), "it was gone already", _loop.Time.GetUtcNow(), 1, null), TestContext.Current.CancellationToken);
            return true;
        });
        Assert.Single(await FailuresAsync());

        _loop.Host.Delete(Loop.Web);
        await _loop.RunAsync();

        Assert.Empty(await FailuresAsync());
    }

    [Fact]
    public async Task A_card_that_could_not_be_sent_is_sent_later_and_waits_in_sight()
    {
        _loop.Registry.Push("python", "3.8-slim");
        _loop.Host.Push(Loop.Web, "main", ("old/Dockerfile", "FROM python:3.8-slim\n"));
        _loop.Channels.Down.Add("teams");
        Assert.Empty(await _loop.RunAsync());
        Assert.Equal(1, (await StatusAsync()).Delivery.Waiting);

        _loop.Channels.Down.Clear();
        _loop.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.Empty(await _loop.RunAsync());

        Assert.Single(_loop.Channels.Taken);
        Assert.Equal((1, 0), ((await StatusAsync()).Alerts, (await StatusAsync()).Delivery.Waiting));
    }

    private Task<StatusReport> StatusAsync() =>
        _loop.RecallAsync(m => StatusReport.ReadAsync(m, new PauseSwitch(m, isPausedBySettings: false, _loop.Time), new Loop.Catalog(null), TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_repository_that_is_no_longer_listed_is_left_alone()
    {
        await _loop.RunAsync();
        var writes = _loop.Host.Writes.Count;
        _loop.Host.Unlisted.Add(Loop.Web);
        _loop.Registry.Push("python", "3.12.6-slim");

        await _loop.RunAsync();
        await _loop.RunAsync();

        Assert.Equal(writes, _loop.Host.Writes.Count);
        Assert.Empty(await _loop.RecallAsync(m => m.ListRepositoriesAsync(TestContext.Current.CancellationToken).ToListAsync().AsTask()));
        Assert.Empty(await _loop.RecallAsync(m => m.ListImagesAsync(TestContext.Current.CancellationToken).ToListAsync().AsTask()));
    }

    [Fact]
    public async Task A_file_is_fetched_once_whether_it_names_an_image_or_not()
    {
        _loop.Host.Push(Loop.Web, "main", ("data.yaml", "a: 1\n"), ("more.json", "{}"));
        await _loop.RunAsync();
        var reads = _loop.Host.BlobReads;
        _loop.Host.Push(Loop.Web, "main", ("README.md", "hello"));

        await _loop.RunAsync();

        Assert.Equal(reads, _loop.Host.BlobReads);
    }

    [Fact]
    public async Task A_branch_that_someone_else_moved_first_is_taken_up_again()
    {
        _loop.Host.RaceOnce = true;
        Assert.Contains("a branch was moved by someone else meanwhile", await _loop.RunAsync());
        _loop.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(await _loop.RunAsync());

        Assert.Equal(2, Open().Count);
    }

    [Fact]
    public async Task Declined_digests_stay_declined_when_another_image_moves()
    {
        _loop.Registry.Push("nginx", "1.29");
        _loop.Host.Push(Loop.Web, "main", ("web/Dockerfile", "FROM nginx:1.29\n"));
        await _loop.RunAsync();
        _loop.Host.Close(Loop.Web, Open().Single(p => p.Branch.EndsWith("digests", StringComparison.Ordinal)).Number);
        _loop.Registry.Push("nginx", "1.29", "second");

        await _loop.RunAsync();
        await _loop.RunAsync();

        var open = Open().Single(p => p.Branch.EndsWith("digests", StringComparison.Ordinal));
        Assert.Contains("`nginx`", open.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("`redis`", open.Body, StringComparison.Ordinal);
        Assert.Contains("FROM redis:7.2\n", _loop.Host.Text(Loop.Web, open.Branch, "Dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_was_silent_at_the_first_look_is_heard_later()
    {
        _loop.Registry.Silent.Add(Core.Images.ImageName.Parse("python"));
        await _loop.RunAsync();
        _loop.Registry.Silent.Clear();

        await _loop.RunAsync();
        await _loop.RunAsync();

        Assert.Contains(Open(), p => p.Title.Contains("3.12.5-slim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_whose_registry_never_answers_holds_up_no_other()
    {
        _loop.Registry.Silent.Add(Core.Images.ImageName.Parse("ghcr.io/acme/private"));
        _loop.Host.Push(Loop.Web, "main", ("private/Dockerfile", "FROM ghcr.io/acme/private:1.0\n"));
        await _loop.RunAsync();
        Assert.Equal(2, Open().Count);

        // One target moves, and the other pull request has nothing left to do.
        _loop.Registry.Push("python", "3.12.6-slim");
        _loop.Host.Push(Loop.Web, "main", ("Dockerfile", "FROM python:3.12.4-slim\n"));
        await _loop.RunAsync();

        Assert.Contains("3.12.6-slim", Assert.Single(Open()).Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_inventory_that_is_lost_closes_nothing_and_is_taken_again()
    {
        await _loop.RunAsync();
        await _loop.RecallAsync(async m =>
        {
            await m.Inventories.PutAsync(Memory.InventoryKey(Loop.Web), new Inventory("main", "", Inventory.CurrentFormats, [], [], []), TestContext.Current.CancellationToken);
            await m.Repositories.DeleteAsync(Memory.RepositoryKey(Loop.Web), TestContext.Current.CancellationToken);
            await m.Pending.PutAsync(Memory.PendingKey(Loop.Web), new PendingRecord(Loop.Web.ToString(), _loop.Time.GetUtcNow(), "a crash"), TestContext.Current.CancellationToken);
            return true;
        });
        var writes = _loop.Host.Writes.Count;

        await _loop.RunAsync();
        await _loop.RunAsync();

        Assert.Equal(writes, _loop.Host.Writes.Count);
        Assert.Equal(2, Open().Count);
    }

    [Fact]
    public async Task A_tag_that_is_no_step_for_anyone_costs_no_look_at_pull_requests()
    {
        await _loop.RunAsync();
        await _loop.RunAsync();
        var looks = _loop.Host.Looks;
        _loop.Registry.Push("python", "3.15.0a1-windowsservercore-ltsc2025");

        await _loop.RunAsync();

        Assert.Equal(looks, _loop.Host.Looks);
    }

    [Fact]
    public async Task A_digest_that_is_refused_is_not_asked_for_again_before_its_time()
    {
        for (var i = 0; i < 5; i++)
        {
            _loop.Host.Create(RepositoryName.Parse($"acme/r{i}"), ("Dockerfile", "FROM redis:7.2\n"));
        }

        _loop.Registry.Refused["7.2"] = TimeSpan.FromMinutes(10);
        await _loop.RunAsync();
        _loop.Time.Advance(TimeSpan.FromSeconds(30));
        await _loop.RunAsync();
        var requests = _loop.Registry.Requests;
        _loop.Time.Advance(TimeSpan.FromSeconds(30));

        await _loop.RunAsync();

        // The tag list of python, and the digest that it needs.
        Assert.Equal(2, _loop.Registry.Requests - requests);

        _loop.Registry.Refused.Clear();
        _loop.Time.Advance(TimeSpan.FromMinutes(11));
        await _loop.RunAsync();
        await _loop.RunAsync();
        Assert.Equal(5, Enumerable.Range(0, 5).Count(i => _loop.Host.PullRequests(RepositoryName.Parse($"acme/r{i}")).Count == 1));
    }

    [Fact]
    public async Task A_registry_that_has_enough_and_wants_no_wait_is_left_alone_for_a_moment_all_the_same()
    {
        _loop.Host.Create(RepositoryName.Parse("acme/r"), ("Dockerfile", "FROM redis:7.2\n"));
        _loop.Registry.Refused["7.2"] = TimeSpan.Zero;

        // Its time stands still: what is queued for at once would never end.
        await _loop.RunAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var requests = _loop.Registry.Requests;
        _loop.Time.Advance(TimeSpan.FromSeconds(4));
        await _loop.RunAsync();
        Assert.InRange(_loop.Registry.Requests - requests, 0, 2);
    }

    [Fact]
    public async Task Who_comes_to_a_dead_image_later_is_told_too_and_nobody_twice()
    {
        _loop.Registry.Push("python", "3.8-slim");
        _loop.Host.Push(Loop.Web, "main", ("old/Dockerfile", "FROM python:3.8-slim\n"));
        await _loop.RunAsync();
        _loop.Host.Create(RepositoryName.Parse("acme/late"), ("Dockerfile", "FROM python:3.8-slim\n"));

        // Once a day is enough.
        await _loop.RunAsync();
        Assert.Single(_loop.Channels.Taken);
        _loop.Time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync();
        await _loop.RunAsync();

        Assert.Equal(["acme/web", "acme/late"], _loop.Channels.Messages.SelectMany(m => m.Tables[0].Rows).Select(r => r[^2].Text));
    }

    [Fact]
    public async Task A_card_does_not_say_that_there_is_no_successor_when_nobody_answered()
    {
        _loop.Registry.Silent.Add(Core.Images.ImageName.Parse("python"));
        _loop.Host.Push(Loop.Web, "main", ("old/Dockerfile", "FROM python:3.8-slim\n"));

        await _loop.RunAsync();

        Assert.DoesNotContain("Move to", Assert.Single(_loop.Channels.Messages).Tables[0].Columns);
    }

    [Fact]
    public async Task Only_users_of_a_changed_image_are_touched()
    {
        var other = RepositoryName.Parse("acme/other");
        _loop.Host.Create(other, ("Dockerfile", "FROM python:3.12.4-slim\n"));
        await _loop.RunAsync();
        var writes = _loop.Host.Writes.Count;
        _loop.Registry.Push("redis", "7.2", "second");

        await _loop.RunAsync();

        Assert.NotEmpty(_loop.Host.Writes.Skip(writes));
        Assert.All(_loop.Host.Writes.Skip(writes), w => Assert.StartsWith(Loop.Web.ToString(), w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_end_of_life_is_told_once_a_threshold_with_a_successor_that_exists()
    {
        _loop.Registry.Push("python", "3.8-slim");
        _loop.Registry.Push("python", "3-slim");
        _loop.Registry.Push("python", "3.14-slim");
        _loop.Host.Push(Loop.Web, "main", ("old/Dockerfile", "FROM python:3.8-slim\n"));

        await _loop.RunAsync();
        await _loop.RunAsync();

        var message = Assert.Single(_loop.Channels.Messages);
        Assert.Equal("Python 3.8 reached its end of life 777 days ago", message.Title);
        Assert.Equal(["python:3.8-slim", "python:3.14-slim", "acme/web", "old/Dockerfile:1"], Assert.Single(Assert.Single(message.Tables).Rows).Select(c => c.Text));

        // Then every thirty days.
        _loop.Time.Advance(TimeSpan.FromDays(2));
        await _loop.RunAsync();
        Assert.Single(_loop.Channels.Messages);
        _loop.Time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync();
        Assert.Equal(2, _loop.Channels.Messages.Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_call_to_the_world_leaves_nothing_lost_and_nothing_double(bool after)
    {
        for (var at = 0; ; at++)
        {
            using var world = new LoopTests();
            var loop = world._loop;
            loop.Registry.Push("python", "3.8-slim");
            loop.Registry.Push("python", "3.14-slim");
            loop.Host.Push(Loop.Web, "main", ("old/Dockerfile", "FROM python:3.8-slim\n"));
            await loop.RunAsync();

            // A change on both sides, so that the crash finds opening, updating and closing under way.
            loop.Registry.Push("python", "3.12.6-slim");
            loop.Host.Push(Loop.Web, "main", ("Dockerfile", "FROM python:3.12.4-slim\n"), ("two/Dockerfile", "FROM redis:7.0\n"));
            loop.Registry.Push("redis", "7.0");
            loop.Time.Advance(TimeSpan.FromHours(1));
            var crash = new CrashPlan(at, after);
            try
            {
                await loop.RunAsync(crash);
            }
            catch (CrashException)
            {
            }

            loop.Time.Advance(TimeSpan.FromHours(1));
            await loop.RunAsync();
            await loop.RunAsync();
            Check(loop, at);
            if (!crash.Happened)
            {
                Assert.True(at > 30, $"only {at} calls were made");
                return;
            }
        }
    }

    private static void Check(Loop loop, int at)
    {
        var open = loop.Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open).ToList();
        Assert.True(open.Select(p => p.Branch).Distinct(StringComparer.Ordinal).Count() == open.Count, $"doubled after a crash at {at}");
        Assert.Equal(
            ["basewatch/python-3.x-slim", "basewatch/python-3.x.x-slim", "basewatch/redis-7.x"],
            open.Select(p => p.Branch).Order(StringComparer.Ordinal));
        Assert.Contains("3.12.6-slim@", loop.Host.Text(Loop.Web, "basewatch/python-3.x.x-slim", "Dockerfile"), StringComparison.Ordinal);
        Assert.All(open, p => Assert.True(Core.Planning.PullRequests.PullRequestMarker.TryFind(p.Body, out _)));
        Assert.Equal(
            loop.Host.Branches(Loop.Web).Keys.Where(b => b != "main").Order(StringComparer.Ordinal),
            open.Select(p => p.Branch).Order(StringComparer.Ordinal));
        Assert.True(loop.Channels.Messages.Count() == 1, $"{loop.Channels.Messages.Count()} messages after a crash at {at}");
    }

    [Fact]
    public async Task A_pull_request_waits_for_its_schedule_and_then_goes_on_at_any_time()
    {
        var mondays = new CalendarSchedule("on Mondays from 12:00", TimeZoneInfo.Utc, [new CalendarRule { DaysOfWeek = new HashSet<int> { 1 }, Hours = new HashSet<int> { 12 } }], TimeSpan.Zero);
        _loop.Rules = [Rule(new ProposalSettings { Schedule = mondays })];

        // It is a Monday, 9:00.
        Assert.Empty(await _loop.RunAsync());
        Assert.Empty(Open());
        Assert.Equal("waits for its schedule: on Mondays from 12:00", (await NoteAsync()).Note);

        _loop.Time.Advance(TimeSpan.FromHours(2));
        var looks = _loop.Host.Looks;
        await _loop.RunAsync();
        Assert.Empty(Open());
        Assert.Equal(looks, _loop.Host.Looks);

        _loop.Time.Advance(TimeSpan.FromHours(1));
        await _loop.RunAsync();
        Assert.Equal(2, Open().Count);

        _loop.Time.Advance(TimeSpan.FromDays(1));
        _loop.Registry.Push("python", "3.12.6-slim");
        await _loop.RunAsync();
        Assert.Contains(Open(), p => p.Title.Contains("3.12.6-slim", StringComparison.Ordinal));
        Assert.Equal(0, (await _loop.RecallAsync(m => StatusReport.ReadAsync(m, new PauseSwitch(m, isPausedBySettings: false, _loop.Time), new Loop.Catalog(null), TestContext.Current.CancellationToken))).Pending);
    }

    [Fact]
    public async Task One_process_opens_a_pull_request_when_its_schedule_does()
    {
        var never = new CalendarSchedule("on the 10th of December", TimeZoneInfo.Utc, [new CalendarRule { DaysOfMonth = new HashSet<int> { 10 }, Months = new HashSet<int> { 12 } }], TimeSpan.Zero);
        _loop.Rules = [Rule(new ProposalSettings { Schedule = never })];
        for (var day = 0; Open().Count == 0; day++)
        {
            Assert.True(day <= 17, "it is past the 10th");
            await _loop.RunAsync();
            _loop.Time.Advance(TimeSpan.FromDays(1));
        }

        // Only when it is due, and once in a week: a queue holds no message longer.
        Assert.Equal(new DateTimeOffset(2026, 12, 11, 9, 0, 0, TimeSpan.Zero), _loop.Time.GetUtcNow());
        Assert.InRange(_loop.Host.Looks, 3, 5);
    }

    [Fact]
    public async Task A_limit_is_kept_and_its_room_used_again()
    {
        _loop.Rules = [Rule(new ProposalSettings { Limit = 1 })];

        await _loop.RunAsync();
        var first = Assert.Single(Open());
        await _loop.RunAsync();
        Assert.Single(Open());

        _loop.Host.Close(Loop.Web, first.Number);
        _loop.Time.Advance(TimeSpan.FromDays(1));
        await _loop.RunAsync();
        Assert.NotEqual(first.Branch, Assert.Single(Open()).Branch);
    }

    [Fact]
    public async Task A_pull_request_is_opened_as_its_rule_says()
    {
        _loop.Rules = [Rule(new ProposalSettings { Group = "all", Labels = ["docker"], Reviewers = ["ann", "acme/platform"], Assignees = ["bob"], CommitPrefix = "chore(deps)", TargetBranch = "main" })];

        await _loop.RunAsync();

        var draft = Assert.Single(_loop.Host.Drafts);
        Assert.Equal(("basewatch/_group/all", "main", "chore(deps): update 2 images of all"), (draft.Branch, draft.Base, draft.Title));
        Assert.Equal([["docker"], ["ann"], ["platform"], ["bob"]], new[] { draft.Labels, draft.Reviewers, draft.TeamReviewers, draft.Assignees });
    }

    private static ScopedRule Rule(ProposalSettings settings) =>
        new(new UseScope(["*"]), new PolicyRule(PolicyText.Docker, null) { Source = new RuleSource("settings", null, "basewatch"), Proposal = settings });

    private Task<PullRequestRecord> NoteAsync() => _loop.RecallAsync(m => m.ListPullRequestsAsync(Loop.Web, TestContext.Current.CancellationToken).FirstAsync().AsTask());

    private Task<List<FailureRecord>> FailuresAsync() => _loop.RecallAsync(m => m.ListFailuresAsync(TestContext.Current.CancellationToken).ToListAsync().AsTask());

    private List<PullRequest> Open() => [.. _loop.Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open)];
}
