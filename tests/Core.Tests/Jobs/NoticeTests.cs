using System.Text;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Notices;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>What the world says of itself, and what becomes of it.</summary>
public sealed class NoticeTests
{
    private const string Ours = """ "head":{"ref":"basewatch/python","repo":{"full_name":"acme/web"}} """;

    private static readonly RepositoryName Web = RepositoryName.Parse("acme/web");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    private readonly Memory _memory = new(new MemoryStateStore());

    private readonly InProcessJobQueue _queue;

    private readonly NoticeIntake _intake;

    public NoticeTests()
    {
        _queue = new InProcessJobQueue(_time);
        _intake = new NoticeIntake(_memory, _queue, new PendingRepositories(_memory, _queue, _time), _time);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("push", """{"ref":"refs/heads/main","repository":{"full_name":"acme/web","default_branch":"main"}}""", "files")]
    [InlineData("push", """{"ref":"refs/heads/topic","repository":{"full_name":"acme/web","default_branch":"main"}}""", "")]
    [InlineData("push", """{"ref":"refs/tags/main","repository":{"full_name":"acme/web","default_branch":"main"}}""", "")]
    [InlineData("push", """{"ref":"refs/heads/basewatch/python","repository":{"full_name":"acme/web","default_branch":"main"}}""", "")]
    [InlineData("pull_request", """{"action":"closed","sender":{"type":"User","id":1},"pull_request":{"user":{"id":7},@},"repository":{"full_name":"acme/web"}}""", "pulls")]
    [InlineData("pull_request", """{"action":"labeled","sender":{"type":"User","id":7},"pull_request":{"user":{"id":7},@},"repository":{"full_name":"acme/web"}}""", "pulls")]
    [InlineData("pull_request", """{"action":"synchronize","sender":{"type":"Bot","id":7},"pull_request":{"user":{"id":7},@},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("pull_request", """{"action":"synchronize","sender":{"type":"Bot","id":8},"pull_request":{"user":{"id":7},@},"repository":{"full_name":"acme/web"}}""", "pulls")]
    [InlineData("pull_request", """{"action":"assigned","pull_request":{@},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("pull_request", """{"action":"closed","pull_request":{"head":{"ref":"basewatch/python","repo":{"full_name":"eve/web"}}},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("pull_request", """{"action":"closed","pull_request":{"head":{"ref":"feature","repo":{"full_name":"acme/web"}}},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("pull_request_review", """{"action":"submitted","pull_request":{@},"repository":{"full_name":"acme/web"}}""", "pulls")]
    [InlineData("issue_comment", """{"action":"created","issue":{"body":"no marker","pull_request":{}},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("issues", """{"action":"closed","issue":{"body":"told by Basewatch"},"repository":{"full_name":"acme/web"}}""", "pulls")]
    [InlineData("issues", """{"action":"closed","issue":{"body":"something else"},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("check_run", """{"action":"completed","check_run":{"name":"build","check_suite":{"head_branch":"basewatch/python"}},"repository":{"full_name":"acme/web"}}""", "checks")]
    [InlineData("check_run", """{"action":"completed","check_run":{"name":"basewatch","check_suite":{"head_branch":"basewatch/python"}},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("check_run", """{"action":"created","check_run":{"name":"build","check_suite":{"head_branch":"basewatch/python"}},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("check_suite", """{"action":"completed","check_suite":{"head_branch":"basewatch/python"},"repository":{"full_name":"acme/web"}}""", "checks")]
    [InlineData("check_suite", """{"action":"completed","check_suite":{"head_branch":null},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("status", """{"state":"success","context":"ci","branches":[{"name":"main"},{"name":"basewatch/python"}],"repository":{"full_name":"acme/web"}}""", "checks")]
    [InlineData("status", """{"state":"pending","context":"ci","branches":[{"name":"basewatch/python"}],"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("status", """{"state":"success","context":"basewatch","branches":[{"name":"basewatch/python"}],"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("check_run", """{"action":"completed","check_run":{"name":"smoke","check_suite":{"head_branch":"main"}},"repository":{"full_name":"acme/web","default_branch":"main"}}""", "rollouts of acme")]
    [InlineData("check_run", """{"action":"completed","check_run":{"name":"basewatch","check_suite":{"head_branch":"main"}},"repository":{"full_name":"acme/web","default_branch":"main"}}""", "")]
    [InlineData("check_suite", """{"action":"completed","check_suite":{"head_branch":"main"},"repository":{"full_name":"acme/web","default_branch":"main"}}""", "rollouts of acme")]
    [InlineData("check_suite", """{"action":"completed","check_suite":{"head_branch":"topic"},"repository":{"full_name":"acme/web","default_branch":"main"}}""", "")]
    [InlineData("status", """{"state":"success","context":"ci","branches":[{"name":"main"},{"name":"topic"}],"repository":{"full_name":"acme/web","default_branch":"main"}}""", "rollouts of acme")]
    [InlineData("deployment_status", """{"action":"created","deployment_status":{"state":"success"},"repository":{"full_name":"acme/web","default_branch":"main"}}""", "rollouts of acme")]
    [InlineData("deployment_status", """{"action":"created","deployment_status":{"state":"in_progress"},"repository":{"full_name":"acme/web","default_branch":"main"}}""", "")]
    [InlineData("deployment_status", """{"action":"created","deployment_status":{"state":"success"}}""", "")]
    [InlineData("installation", """{"action":"created"}""", "list")]
    [InlineData("installation_repositories", """{"action":"removed"}""", "list")]
    [InlineData("repository", """{"action":"archived","repository":{"full_name":"acme/web"}}""", "list")]
    [InlineData("repository", """{"action":"edited","changes":{"default_branch":{"from":"master"}},"repository":{"full_name":"acme/web"}}""", "files")]
    [InlineData("repository", """{"action":"edited","changes":{"description":{}},"repository":{"full_name":"acme/web"}}""", "")]
    [InlineData("registry_package", """{"action":"published","registry_package":{"name":"Base","package_type":"CONTAINER","owner":{"login":"Acme"}}}""", "ghcr.io/acme/base")]
    [InlineData("package", """{"action":"published","package":{"name":"base","package_type":"container","owner":{"login":"acme"}}}""", "ghcr.io/acme/base")]
    [InlineData("package", """{"action":"published","package":{"name":"base","package_type":"npm","owner":{"login":"acme"}}}""", "")]
    [InlineData("ping", """{"zen":"Keep it logically awesome."}""", "")]
    [InlineData("push", """{"ref":7,"repository":"acme/web"}""", "")]
    [InlineData("pull_request", """{"action":"\ud800","repository":{"full_name":"\ud800"}}""", "")]
    [InlineData("workflow_job", """{"action":"queued","repository":{"full_name":"acme/web"}}""", "unknown")]
    [InlineData("star", "{}", "unknown")]
    public void An_event_of_GitHub_is_a_cause_to_look_or_none(string name, string body, string expected)
    {
        var delivery = GitHubDelivery.Parse(name, Encoding.UTF8.GetBytes(body.Replace("@", Ours, StringComparison.Ordinal)), "ghcr.io");
        Assert.Equal(expected, delivery.IsKnown ? string.Join(' ', delivery.Notices.Select(Describe)) : "unknown");
    }

    [Theory]
    [InlineData("docker-hub", """{"callback_url":"https://registry.hub.docker.com/u/svendowideit/testhook/hook/2141b5bi5i5b02bec211i4eeih0242eg11000a/","push_data":{"pushed_at":1417566161,"pusher":"trustedbuilder","tag":"latest"},"repository":{"comment_count":0,"is_official":false,"is_private":true,"name":"testhook","namespace":"svendowideit","owner":"svendowideit","repo_name":"svendowideit/testhook","repo_url":"https://registry.hub.docker.com/u/svendowideit/testhook/","star_count":0,"status":"Active"}}""", "docker.io/svendowideit/testhook")]
    [InlineData("docker-hub", """{"repository":{"repo_name":"../../etc"}}""", "")]
    [InlineData("quay", """{"name":"repository","repository":"dgangaia/test","namespace":"dgangaia","docker_url":"quay.io/dgangaia/test","homepage":"https://quay.io/repository/dgangaia/repository","updated_tags":["latest"]}""", "quay.io/dgangaia/test")]
    [InlineData("quay", """{"build_id":"296ec063","name":"test","docker_url":"quay.io/dgangaia/test","docker_tags":["latest"]}""", "")]
    [InlineData("harbor", """{"type":"PUSH_ARTIFACT","occur_at":1586922308,"operator":"admin","event_data":{"resources":[{"digest":"sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8","tag":"latest","resource_url":"hub.harbor.com/test-webhook/debian:latest"}],"repository":{"date_created":1586922308,"name":"debian","namespace":"test-webhook","repo_full_name":"test-webhook/debian","repo_type":"private"}}}""", "hub.harbor.com/test-webhook/debian")]
    [InlineData("harbor", """{"specversion":"1.0","id":"66571ac7","source":"/projects/1/webhook/policies/3","type":"harbor.artifact.pushed","datacontenttype":"application/json","time":"2023-04-03T06:18:13Z","data":{"resources":[{"digest":"sha256:954b378c375d852eb3c63ab88978f640b4348b01c1b3456a024a81536dafbbf4","tag":"sha256:954b378c375d852eb3c63ab88978f640b4348b01c1b3456a024a81536dafbbf4","resource_url":"harbor.dev/library/alpine@sha256:954b378c375d852eb3c63ab88978f640b4348b01c1b3456a024a81536dafbbf4"}],"repository":{"name":"alpine","namespace":"library","repo_full_name":"library/alpine","repo_type":"public"}},"operator":"robot$x"}""", "harbor.dev/library/alpine")]
    [InlineData("harbor", """{"type":"PULL_ARTIFACT","event_data":{"resources":[{"resource_url":"harbor.dev/library/alpine:1"}]}}""", "")]
    [InlineData("distribution", """{"events":[{"id":"asdf-asdf-asdf-asdf-0","timestamp":"2006-01-02T15:04:05Z","action":"push","target":{"mediaType":"application/vnd.docker.distribution.manifest.v1+json","length":1,"digest":"sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf","repository":"library/test","url":"https://example.com/v2/library/test/manifests/sha256:c3b3692957d439ac1928219a83fac91e7bf96c153725526874673ae1f2023f8d5"},"request":{"id":"asdfasdf","addr":"client.local","host":"registrycluster.local","method":"PUT","useragent":"test/0.1"}},{"action":"pull","target":{"repository":"library/other"},"request":{"host":"registrycluster.local"}},{"action":"push","target":{"repository":"library/test","url":"https://registrycluster.local/v2/library/test/blobs/sha256:1"}}]}""", "registrycluster.local/library/test")]
    [InlineData("acr", """{"id":"cb8c3971-9adc-488b-xxxx-43cbb4974ff5","timestamp":"2017-11-17T16:52:01.343145347Z","action":"push","target":{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":524,"digest":"sha256:xxxxd5c8786bb9e621a45ece0dbxxxx1cdc624ad20da9fe62e9d25490f33xxxx","length":524,"repository":"hello-world","tag":"v1"},"request":{"id":"3cbb6949-7549-4fa1-xxxx-a6d5451dffc7","host":"myregistry.azurecr.io","method":"PUT","useragent":"docker/17.09.0-ce"}}""", "myregistry.azurecr.io/hello-world")]
    [InlineData("acr", """{"id":"1","action":"ping"}""", "")]
    [InlineData("acr", """{"action":"push","target":{"repository":"x/y"},"request":{"host":"a b"}}""", "")]
    public void A_push_is_read_in_the_words_of_its_registry(string kind, string body, string expected) =>
        Assert.Equal(expected, string.Join(' ', PushNotification.Parse(kind, Encoding.UTF8.GetBytes(body)).Select(Describe)));

    [Fact]
    public void No_body_breaks_a_reader()
    {
        string[] odd = ["{}", """{"events":{}}""", """{"events":[null,7,[]]}""", """{"type":"PUSH_ARTIFACT","event_data":[]}""", """{"type":"PUSH_ARTIFACT","event_data":{"resources":[{"resource_url":"\ud800"}]}}""", """{"updated_tags":[],"docker_url":{}}"""];
        Assert.All(PushNotification.Kinds, kind => Assert.All(odd, body => Assert.Empty(PushNotification.Parse(kind, Encoding.UTF8.GetBytes(body)))));
        string[] none = ["", "[]", "7", "{", "\"text\"", new string('[', 10_000), string.Concat(Enumerable.Repeat("{\"a\":", 10_000))];
        Assert.All(none, body =>
        {
            Assert.All(PushNotification.Kinds, kind => Assert.Throws<FormatException>(() => PushNotification.Parse(kind, Encoding.UTF8.GetBytes(body))));
            Assert.Throws<FormatException>(() => GitHubDelivery.Parse("push", Encoding.UTF8.GetBytes(body), "ghcr.io"));
        });
    }

    [Fact]
    public async Task A_hundred_checks_are_one_look_and_a_person_is_answered_sooner()
    {
        await KnowAsync();
        for (var i = 0; i < 100; i++)
        {
            await _intake.TakeAsync(new PullRequestsMoved(Web, IsCheck: true), mayBeNew: false, Cancelled);
        }

        Assert.Empty(Due());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([new Reconcile("acme/web")], Due());

        await _intake.TakeAsync(new PullRequestsMoved(Web, IsCheck: true), mayBeNew: false, Cancelled);
        await _intake.TakeAsync(new PullRequestsMoved(Web, IsCheck: false), mayBeNew: false, Cancelled);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([new Reconcile("acme/web")], Due());
    }

    [Fact]
    public async Task What_happens_during_a_look_is_looked_at_after_it()
    {
        await KnowAsync();
        var pending = new PendingRepositories(_memory, _queue, _time);
        await pending.AddAsync(Web, "its image changed", Cancelled);
        var (_, version) = await _memory.Pending.ReadAsync(Memory.PendingKey(Web), Cancelled);
        Assert.Equal([new Reconcile("acme/web")], Due());

        // It has read the mark, and looks.
        await _intake.TakeAsync(new PullRequestsMoved(Web, IsCheck: false), mayBeNew: false, Cancelled);
        Assert.False(await _memory.Pending.TryDeleteAsync(Memory.PendingKey(Web), version, Cancelled));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([new Reconcile("acme/web")], Due());
    }

    [Fact]
    public async Task Checks_that_nothing_waits_for_are_no_cause_to_look()
    {
        await KnowAsync();
        await _memory.Reviews.PutAsync(Memory.ReviewKey(Web), new ReviewRecord("acme/web", "", IsWaiting: false, []), Cancelled);
        Assert.Null(await _intake.TakeAsync(new PullRequestsMoved(Web, IsCheck: true), mayBeNew: false, Cancelled));
        Assert.NotNull(await _intake.TakeAsync(new PullRequestsMoved(Web, IsCheck: false), mayBeNew: false, Cancelled));
    }

    [Fact]
    public async Task What_GitHub_tells_of_a_rollout_is_a_cause_to_look_where_one_waits()
    {
        Assert.Null(await _intake.TakeAsync(new RolloutsMoved("acme"), mayBeNew: true, Cancelled));
        await _memory.RolloutOwners.PutAsync(Memory.RolloutOwnerKey("acme"), new RolloutOwnerRecord("acme"), Cancelled);
        Assert.Null(await _intake.TakeAsync(new RolloutsMoved("else"), mayBeNew: true, Cancelled));
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(await _intake.TakeAsync(new RolloutsMoved(i % 2 == 0 ? "acme" : "ACME"), mayBeNew: false, Cancelled));
        }

        Assert.Empty(Due());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([new ReviewRollouts("acme")], Due());
    }

    [Fact]
    public async Task A_burst_of_pushes_is_one_look()
    {
        await KnowAsync();
        var python = ImageName.Parse("python");
        await _memory.Images.PutAsync(Memory.ImageKey(python), new ImageRecord(python.Canonical, null, null, null, null), Cancelled);
        for (var i = 0; i < 50; i++)
        {
            await _intake.TakeAsync(new ImageMoved(python), mayBeNew: false, Cancelled);
            await _intake.TakeAsync(new RepositoryMoved(RepositoryName.Parse("ACME/Web")), mayBeNew: false, Cancelled);
            await _intake.TakeAsync(new RepositoriesChanged(), mayBeNew: false, Cancelled);
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([new RefreshImage("docker.io/library/python"), new TakeInventory("acme/web"), new FindRepositories()], Due());
        await _intake.TakeAsync(new ImageMoved(python), mayBeNew: false, Cancelled);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([new RefreshImage("docker.io/library/python")], Due());
    }

    [Fact]
    public async Task What_is_not_looked_after_is_nobodys_business()
    {
        Assert.Null(await _intake.TakeAsync(new RepositoryMoved(Web), mayBeNew: false, Cancelled));
        Assert.Null(await _intake.TakeAsync(new PullRequestsMoved(Web, IsCheck: false), mayBeNew: true, Cancelled));
        Assert.Null(await _intake.TakeAsync(new ImageMoved(ImageName.Parse("evil.example/x")), mayBeNew: true, Cancelled));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(Due());

        // One that the settings select and that is new is read.
        Assert.NotNull(await _intake.TakeAsync(new RepositoryMoved(Web), mayBeNew: true, Cancelled));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([new TakeInventory("acme/web")], Due());
    }

    private static string Describe(Notice notice) => notice switch
    {
        RepositoryMoved m when m.Repository == Web => "files",
        PullRequestsMoved m when m.Repository == Web => m.IsCheck ? "checks" : "pulls",
        RolloutsMoved m => $"rollouts of {m.Owner}",
        RepositoriesChanged => "list",
        ImageMoved m => m.Image.Canonical,
        _ => notice.ToString(),
    };

    private Task KnowAsync() => _memory.Repositories.PutAsync(Memory.RepositoryKey(Web), new RepositoryRecord("acme/web", null, "main", "c", 1, _time.GetUtcNow(), 0, []), Cancelled);

    /// <summary>Takes what is due from the queue.</summary>
    private List<Job> Due()
    {
        var jobs = new List<Job>();
        while (_queue.ReceiveAsync(TimeSpan.FromDays(1), Cancelled).Result is { } received)
        {
            jobs.Add(received.Job);
            _queue.CompleteAsync(received, Cancelled).GetAwaiter().GetResult();
        }

        return jobs;
    }
}
