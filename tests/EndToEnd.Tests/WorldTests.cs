using Azure.Data.Tables;
using Azure.Storage.Queues;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Octokit;
using Octokit.Internal;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>The servers that other tests rely on do what those rely on.</summary>
public sealed class WorldTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registry_shows_a_tag_pushed_republished_and_deleted()
    {
        await using var registry = new RegistryServer();
        await registry.InitializeAsync();
        var driver = registry.Driver;
        var image = new SampleImage("library/python", "3.12.1-slim") { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["maintainer"] = "someone" } };

        var first = await driver.PushAsync(image, Cancelled);
        Assert.Equal(first, await driver.DigestAsync("library/python", "3.12.1-slim", Cancelled));
        var index = await driver.ManifestAsync("library/python", "3.12.1-slim", Cancelled);
        Assert.Equal(["amd64", "arm64"], index["manifests"]!.AsArray().Select(m => (string)m!["platform"]!["architecture"]!));
        var manifest = await driver.ManifestAsync("library/python", (string)index["manifests"]![1]!["digest"]!, Cancelled);
        var configuration = System.Text.Json.Nodes.JsonNode.Parse(await driver.BlobAsync("library/python", (string)manifest["config"]!["digest"]!, Cancelled))!;
        Assert.Equal("someone", (string)configuration["config"]!["Labels"]!["maintainer"]!);

        var second = await driver.PushAsync(image with { Content = "second" }, Cancelled);
        Assert.NotEqual(first, second);
        Assert.Equal(second, await driver.DigestAsync("library/python", "3.12.1-slim", Cancelled));
        Assert.Equal(first, await driver.PushAsync(image, Cancelled));

        await driver.PushAsync("library/python", ["3.12.2-slim", "3.13.0-slim"], Cancelled);
        await driver.DeleteTagAsync("library/python", "3.12.1-slim", Cancelled);
        Assert.Null(await driver.DigestAsync("library/python", "3.12.1-slim", Cancelled));
        Assert.Equal(["3.12.2-slim", "3.13.0-slim"], (await driver.TagsAsync("library/python", Cancelled)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_registry_takes_every_shape_of_image(bool index, bool dockerMediaTypes)
    {
        await using var registry = new RegistryServer();
        await registry.InitializeAsync();
        var digest = await registry.Driver.PushAsync(
            new SampleImage("team/app", "1") { Index = index, DockerMediaTypes = dockerMediaTypes, Platforms = ["linux/arm/v7"] }, Cancelled);
        Assert.Equal(digest, await registry.Driver.DigestAsync("team/app", "1", Cancelled));
        var manifest = await registry.Driver.ManifestAsync("team/app", digest, Cancelled);
        Assert.Equal(index, manifest["manifests"] is not null);
    }

    [Fact]
    public async Task An_image_built_on_another_begins_with_its_layers_and_inherits_its_labels()
    {
        await using var registry = new RegistryServer();
        await registry.InitializeAsync();
        var (below, above) = ($"{registry.Address}/team/base:1", $"{registry.Address}/team/app:1");
        var nothing = new Dictionary<string, string>(StringComparer.Ordinal);
        var builder = await ImageBuilder.GetAsync(Cancelled);
        await builder.BuildAsync(below, null, One("etc/os-release", "ID=tiny\n"), One("maintainer", "someone"), nothing, Cancelled);
        var digest = await builder.BuildAsync(above, below, One("opt/app", "app"), nothing, One("org.opencontainers.image.base.name", below), Cancelled);
        Assert.Equal(digest, await registry.Driver.DigestAsync("team/app", "1", Cancelled));

        var (lower, upper) = (await registry.Driver.ManifestAsync("team/base", "1", Cancelled), await registry.Driver.ManifestAsync("team/app", "1", Cancelled));
        Assert.Equal(below, (string)upper["annotations"]!["org.opencontainers.image.base.name"]!);
        Assert.Equal((string)Assert.Single(lower["layers"]!.AsArray())!["digest"]!, (string)upper["layers"]![0]!["digest"]!);
        Assert.Equal(2, upper["layers"]!.AsArray().Count);
        var configuration = System.Text.Json.Nodes.JsonNode.Parse(await registry.Driver.BlobAsync("team/app", (string)upper["config"]!["digest"]!, Cancelled))!;
        Assert.Equal("someone", (string)configuration["config"]!["Labels"]!["maintainer"]!);

        static Dictionary<string, string> One(string name, string value) => new(StringComparer.Ordinal) { [name] = value };
    }

    [Fact]
    public async Task A_registry_counts_its_requests_exactly()
    {
        await using var registry = new RegistryServer();
        await registry.InitializeAsync();
        await registry.Driver.PushAsync("team/app", ["1", "2"], Cancelled);
        await registry.ForgetRequestsAsync(Cancelled);

        await registry.Driver.TagsAsync("team/app", Cancelled);
        await registry.Driver.DigestAsync("team/app", "1", Cancelled);
        await registry.Driver.DigestAsync("team/app", "9", Cancelled);

        Assert.Equal(
            [new("GET", "/v2/team/app/tags/list", 200), new("HEAD", "/v2/team/app/manifests/1", 200), new RegistryRequest("HEAD", "/v2/team/app/manifests/9", 404)],
            await registry.RequestsAsync(Cancelled));
    }

    [Fact]
    public async Task A_registry_with_a_login_keeps_strangers_out()
    {
        await using var registry = new RegistryServer { RequiresLogin = true };
        await registry.InitializeAsync();
        var digest = await registry.Driver.PushAsync(new SampleImage("team/app", "1"), Cancelled);
        Assert.Equal(digest, await registry.Driver.DigestAsync("team/app", "1", Cancelled));

        using var stranger = new HttpClient();
        using var answer = await stranger.GetAsync(new Uri($"http://{registry.Address}/v2/team/app/tags/list"), Cancelled);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Two_servers_of_a_kind_share_nothing()
    {
        await using RegistryServer one = new(), two = new();
        await using GitHubEmulator left = new(), right = new();
        await Task.WhenAll(((RealServer[])[one, two, left, right]).Select(s => s.InitializeAsync().AsTask()));

        await one.Driver.PushAsync("team/app", ["1"], Cancelled);
        Assert.NotEqual(one.Address, two.Address);
        Assert.Empty(await two.Driver.TagsAsync("team/app", Cancelled));

        await left.Driver.CreateRepositoryAsync("admin/shop", OneFile("Dockerfile", "FROM scratch\n"), Cancelled);
        Assert.NotEqual(left.Address, right.Address);
        await Assert.ThrowsAsync<InvalidOperationException>(() => right.Driver.BranchesAsync("admin/shop", Cancelled));
    }

    [Fact]
    public async Task A_disposed_server_is_gone()
    {
        await using var registry = new RegistryServer();
        await registry.InitializeAsync();
        var address = new Uri($"http://{registry.Address}/v2/");
        await registry.DisposeAsync();

        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address, Cancelled));
    }

    [Fact]
    public async Task Azurite_keeps_rows_and_messages()
    {
        await using var azurite = new AzuriteServer();
        await azurite.InitializeAsync();

        var table = new TableClient(azurite.ConnectionString, "uses");
        await table.CreateAsync(Cancelled);
        await table.AddEntityAsync(new TableEntity("acme shop", "Dockerfile") { ["Reference"] = "python:3.12" }, Cancelled);
        var row = await table.GetEntityAsync<TableEntity>("acme shop", "Dockerfile", cancellationToken: Cancelled);
        Assert.Equal("python:3.12", row.Value.GetString("Reference"));

        var queue = new QueueClient(azurite.ConnectionString, "jobs");
        await queue.CreateAsync(cancellationToken: Cancelled);
        await queue.SendMessageAsync("look", Cancelled);
        var message = await queue.ReceiveMessageAsync(cancellationToken: Cancelled);
        Assert.Equal("look", message.Value.MessageText);
    }

    [Fact]
    public async Task The_emulator_takes_a_change_from_repository_to_merge_through_Octokit()
    {
        await using var emulator = new GitHubEmulator();
        await emulator.InitializeAsync();
        var driver = emulator.Driver;
        var repository = await driver.CreateRepositoryAsync(
            "acme/shop", Files(("Dockerfile", "FROM python:3.11\r\n"), ("deploy/app.yaml", "image: redis:7\n")), Cancelled);
        var github = Client(emulator, GitHubEmulator.Token);

        var about = await github.Repository.Get("acme", "shop");
        Assert.Equal("main", about.DefaultBranch);
        Assert.NotNull(about.PushedAt);
        var main = await github.Repository.Branch.Get("acme", "shop", "main");
        var tree = await github.Git.Tree.GetRecursive("acme", "shop", main.Commit.Sha);
        Assert.Equal(["Dockerfile", "deploy", "deploy/app.yaml"], tree.Tree.Select(t => t.Path).Order(StringComparer.Ordinal));
        var blob = await github.Git.Blob.Get("acme", "shop", tree.Tree.Single(t => t.Path is "Dockerfile").Sha);
        Assert.Equal("FROM python:3.11\r\n"u8, Convert.FromBase64String(blob.Content));

        var changed = await github.Git.Blob.Create("acme", "shop", new NewBlob { Content = Convert.ToBase64String("FROM python:3.12\r\n"u8), Encoding = EncodingType.Base64 });
        var newTree = new NewTree { BaseTree = tree.Sha };
        newTree.Tree.Add(new NewTreeItem { Path = "Dockerfile", Mode = "100644", Type = TreeType.Blob, Sha = changed.Sha });
        var committedTree = await github.Git.Tree.Create("acme", "shop", newTree);
        var commit = await github.Git.Commit.Create("acme", "shop", new NewCommit("Move python to 3.12", committedTree.Sha, main.Commit.Sha));
        await github.Git.Reference.Create("acme", "shop", new NewReference("refs/heads/basewatch/python", commit.Sha));
        await github.PullRequest.Create("acme", "shop", new NewPullRequest("Move python to 3.12", "basewatch/python", "main") { Body = "why" });

        Assert.Equal(1, await CountAsync(github, "acme:basewatch/python"));
        Assert.Equal(0, await CountAsync(github, "acme:basewatch/redis"));
        Assert.Equal(0, await CountAsync(github, "other:basewatch/python"));

        // The branch is rewritten from main, as a rebase does it.
        var again = await github.Git.Commit.Create("acme", "shop", new NewCommit("Move python to 3.12, again", committedTree.Sha, main.Commit.Sha));
        await Assert.ThrowsAsync<ApiValidationException>(() => github.Git.Reference.Update("acme", "shop", "heads/basewatch/python", new ReferenceUpdate(again.Sha)));
        await github.Git.Reference.Update("acme", "shop", "heads/basewatch/python", new ReferenceUpdate(again.Sha, force: true));
        Assert.Equal(again.Sha, (await driver.BranchesAsync(repository, Cancelled))["basewatch/python"]);

        // Someone pushes to main meanwhile; a merge keeps both.
        await driver.PushAsync(repository, "main", Files(("deploy/app.yaml", "image: redis:8\n")), Cancelled);
        var open = Assert.Single(await driver.PullRequestsAsync(repository, Cancelled));
        Assert.True(open.IsOpen);
        Assert.Equal("why", open.Body);
        await driver.MergePullRequestAsync(repository, open.Number, Cancelled);
        Assert.True(Assert.Single(await driver.PullRequestsAsync(repository, Cancelled)).IsMerged);
        Assert.Equal("FROM python:3.12\r\n", await driver.TextAsync(repository, "Dockerfile", "main", Cancelled));
        Assert.Equal("image: redis:8\n", await driver.TextAsync(repository, "deploy/app.yaml", "main", Cancelled));
    }

    [Fact]
    public async Task The_emulator_shows_what_people_do()
    {
        await using var emulator = new GitHubEmulator();
        await emulator.InitializeAsync();
        var driver = emulator.Driver;
        var github = Client(emulator, GitHubEmulator.Token);
        var repository = await driver.CreateRepositoryAsync("admin/shop", OneFile("a/Dockerfile", "FROM a\n"), Cancelled);
        var before = (await driver.BranchesAsync(repository, Cancelled))["main"];

        var pushed = await driver.PushAsync(
            repository, "main", new Dictionary<string, byte[]?>(StringComparer.Ordinal) { ["b.bin"] = [0, 255, 13], ["a/Dockerfile"] = null }, "Move", Cancelled);
        Assert.NotEqual(before, pushed);
        Assert.Equal(["main"], (await driver.BranchesAsync(repository, Cancelled)).Keys);
        Assert.Equal([0, 255, 13], await driver.FileAsync(repository, "b.bin", "main", Cancelled));
        Assert.Null(await driver.FileAsync(repository, "a/Dockerfile", pushed, Cancelled));
        Assert.Equal("FROM a\n", await driver.TextAsync(repository, "a/Dockerfile", before, Cancelled));
        Assert.Equal(["Move", "Start"], await driver.CommitMessagesAsync(repository, "main", Cancelled));

        await driver.PushAsync(repository, "topic/x", OneFile("c", "c"), Cancelled);
        var pull = await github.PullRequest.Create("admin", "shop", new NewPullRequest("c", "topic/x", "main"));
        await github.Issue.Comment.Create("admin", "shop", pull.Number, "hello");
        Assert.Equal(["hello"], await driver.CommentsAsync(repository, pull.Number, Cancelled));
        await driver.ClosePullRequestAsync(repository, pull.Number, Cancelled);
        var closed = Assert.Single(await driver.PullRequestsAsync(repository, Cancelled));
        Assert.False(closed.IsOpen || closed.IsMerged);
        await driver.DeleteBranchAsync(repository, "topic/x", Cancelled);
        Assert.Equal(["main"], (await driver.BranchesAsync(repository, Cancelled)).Keys);

        await driver.DeleteRepositoryAsync(repository, Cancelled);
        await Assert.ThrowsAsync<NotFoundException>(() => github.Repository.Get("admin", "shop"));
    }

    [Fact]
    public async Task The_emulator_refuses_a_token_without_rights_and_knows_the_App()
    {
        await using var emulator = new GitHubEmulator();
        await emulator.InitializeAsync();
        await emulator.Driver.CreateRepositoryAsync("acme/shop", OneFile("Dockerfile", "FROM a\n"), Cancelled);

        var reader = Client(emulator, GitHubEmulator.ReaderToken);
        var main = await reader.Repository.Branch.Get("acme", "shop", "main");
        await Assert.ThrowsAsync<ForbiddenException>(() => reader.Git.Reference.Create("acme", "shop", new NewReference("refs/heads/x", main.Commit.Sha)));

        var app = Client(emulator, AppToken(emulator));
        Assert.Equal(GitHubEmulator.InstallationId, Assert.Single(await app.GitHubApps.GetAllInstallationsForCurrent()).Id);
        var token = await app.GitHubApps.CreateInstallationToken(GitHubEmulator.InstallationId);
        var installation = Client(emulator, token.Token);
        await installation.Git.Reference.Create("acme", "shop", new NewReference("refs/heads/x", main.Commit.Sha));
    }

    [Fact]
    public async Task A_scripted_server_answers_badly_and_remembers()
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.InTurn(Answers.Status(500), Answers.TooManyRequests("7"), Answers.Half("application/json", "{\"tags\":[\"1\",\"2\"]}"), Answers.Hang()));
        using var client = new HttpClient { BaseAddress = server.Address };

        using (var error = await client.GetAsync("/v2/?a=b", Cancelled))
        {
            Assert.Equal(500, (int)error.StatusCode);
        }

        using (var limited = await client.PostAsync("/x", new StringContent("body"), Cancelled))
        {
            Assert.Equal(TimeSpan.FromSeconds(7), limited.Headers.RetryAfter!.Delta);
        }

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync("/half", Cancelled));
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync("/hang", patience.Token));

        Assert.Equal(["GET /v2/?a=b", "POST /x", "GET /half", "GET /hang"], server.Requests.Select(r => $"{r.Method} {r.Path}"));
        Assert.Equal("body", server.Requests[1].Body);
    }

    [Fact]
    public async Task A_Teams_inbox_keeps_the_cards()
    {
        await using var inbox = new TeamsInbox();
        await inbox.InitializeAsync();
        using var client = new HttpClient();
        using var content = new StringContent("""{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5"}}]}""");
        using var answer = await client.PostAsync(inbox.Webhook, content, Cancelled);
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Equal("1.5", (string)Assert.Single(inbox.Cards)["version"]!);
    }

    private static GitHubClient Client(GitHubEmulator emulator, string token) => new(
        new Connection(new ProductHeaderValue("basewatch-tests"), emulator.Address, new InMemoryCredentialStore(new Credentials(token, AuthenticationType.Bearer))));

    private static async Task<int> CountAsync(GitHubClient github, string head) =>
        (await github.PullRequest.GetAllForRepository("acme", "shop", new PullRequestRequest { Head = head, State = ItemStateFilter.All })).Count;

    private static string AppToken(GitHubEmulator emulator)
    {
        using var rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportFromPem(emulator.AppPrivateKey);
        var now = TimeProvider.System.GetUtcNow();
        var parts = $"{Encode("""{"alg":"RS256","typ":"JWT"}""")}.{Encode($$"""{"iat":{{now.AddMinutes(-1).ToUnixTimeSeconds()}},"exp":{{now.AddMinutes(5).ToUnixTimeSeconds()}},"iss":"{{GitHubEmulator.AppId}}"}""")}";
        var signature = rsa.SignData(
            System.Text.Encoding.ASCII.GetBytes(parts), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        return $"{parts}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";

        static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(json));
    }

    private static Dictionary<string, string> OneFile(string path, string text) => Files((path, text));

    private static Dictionary<string, string> Files(params (string Path, string Text)[] files) =>
        files.ToDictionary(f => f.Path, f => f.Text, StringComparer.Ordinal);
}
