using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>Against the distribution registry itself.</summary>
public sealed class DistributionRegistryTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_tag_of_a_repository_is_listed()
    {
        foreach (var tag in new[] { "1.0", "1.1", "2.0-slim" })
        {
            await server.Driver.PushAsync(new SampleImage("tests/listed", tag), Token);
        }

        using var registry = Scripts.Open(options: new RegistryOptions { TagPageSize = 2 });
        var tags = await registry.ListTagsAsync(ImageName.Parse($"{server.Address}/tests/listed"), Token);
        Assert.Equal(["1.0", "1.1", "2.0-slim"], tags!.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_repository_that_is_not_there_has_no_list()
    {
        using var registry = Scripts.Open();
        Assert.Null(await registry.ListTagsAsync(ImageName.Parse($"{server.Address}/tests/nowhere"), Token));
        Assert.Null(await registry.ResolveAsync(ImageReference.Parse($"{server.Address}/tests/nowhere:1"), Token));
        Assert.Null(await registry.GetManifestAsync(ImageReference.Parse($"{server.Address}/tests/nowhere:1"), Token));
    }

    [Fact]
    public async Task A_tag_that_is_republished_has_another_digest_and_costs_one_request()
    {
        var image = new SampleImage("tests/moving", "stable");
        var reference = ImageReference.Parse($"{server.Address}/tests/moving:stable");
        using var registry = Scripts.Open();

        var pushed = await server.Driver.PushAsync(image, Token);
        var first = await registry.ResolveAsync(reference, Token);
        var again = await server.Driver.PushAsync(image with { Content = "second" }, Token);
        var second = await registry.ResolveAsync(reference, Token);

        Assert.Equal(pushed.ToString(), first?.ToString());
        Assert.Equal(again.ToString(), second?.ToString());
        Assert.NotEqual(first, second);
        var asked = (await server.RequestsAsync(Token)).Where(r => r.Path == "/v2/tests/moving/manifests/stable" && r.Method != "PUT").ToList();
        Assert.Equal(2, asked.Count(r => r.Method == "HEAD"));
        Assert.DoesNotContain(asked, r => r.Method == "GET");
    }

    [Fact]
    public async Task A_tag_that_was_deleted_is_gone()
    {
        await server.Driver.PushAsync(new SampleImage("tests/deleted", "1"), Token);
        await server.Driver.PushAsync(new SampleImage("tests/deleted", "2"), Token);
        await server.Driver.DeleteTagAsync("tests/deleted", "1", Token);

        using var registry = Scripts.Open();
        Assert.Null(await registry.ResolveAsync(ImageReference.Parse($"{server.Address}/tests/deleted:1"), Token));
        Assert.NotNull(await registry.ResolveAsync(ImageReference.Parse($"{server.Address}/tests/deleted:2"), Token));
        Assert.Equal(["2"], await registry.ListTagsAsync(ImageName.Parse($"{server.Address}/tests/deleted"), Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_index_shows_its_platforms_and_each_manifest_is_there(bool docker)
    {
        var repository = docker ? "tests/docker" : "tests/oci";
        var pushed = await server.Driver.PushAsync(new SampleImage(repository, "1") { Platforms = ["linux/amd64", "linux/arm/v7"], DockerMediaTypes = docker }, Token);
        using var registry = Scripts.Open();

        var index = await registry.GetManifestAsync(ImageReference.Parse($"{server.Address}/{repository}:1"), Token);
        Assert.NotNull(index);
        Assert.True(index.IsIndex);
        Assert.Equal(pushed.ToString(), index.Digest.ToString());
        Assert.True(index.Digest.Matches(index.Body.Span));
        Assert.Equal([new Platform("linux", "amd64"), new Platform("linux", "arm", "v7")], index.Entries.Select(e => e.Platform));

        var manifest = await registry.GetManifestAsync(ImageReference.Parse($"{server.Address}/{repository}@{index.Entries[1].Digest}"), Token);
        Assert.NotNull(manifest);
        Assert.False(manifest.IsIndex);
        Assert.Empty(manifest.Entries);
        Assert.Equal(index.Entries[1].Digest, manifest.Digest);
    }

    [Fact]
    public async Task Of_tag_and_digest_the_tag_is_resolved_and_the_digest_is_fetched()
    {
        var image = new SampleImage("tests/both", "1");
        var old = await server.Driver.PushAsync(image, Token);
        var current = await server.Driver.PushAsync(image with { Content = "second" }, Token);
        var reference = ImageReference.Parse($"{server.Address}/tests/both:1@{old}");

        using var registry = Scripts.Open();
        Assert.Equal(current.ToString(), (await registry.ResolveAsync(reference, Token))?.ToString());
        Assert.Equal(old.ToString(), (await registry.GetManifestAsync(reference, Token))?.Digest.ToString());
    }
}

/// <summary>Against the distribution registry with a password before it.</summary>
public sealed class DistributionRegistryWithLoginTests(DistributionRegistryWithLoginTests.LoginServer login) : IClassFixture<DistributionRegistryWithLoginTests.LoginServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RegistrySettings Settings => new() { Host = login.Server.Address, Username = RegistryServer.UserName, Password = RegistryServer.Password };

    [Fact]
    public async Task With_the_password_it_answers_and_refuses_no_more_than_the_first_request()
    {
        await login.Server.Driver.PushAsync(new SampleImage("tests/closed", "1"), Token);
        await login.Server.ForgetRequestsAsync(Token);
        using var registry = Scripts.Open(Settings);

        Assert.Equal(["1"], await registry.ListTagsAsync(ImageName.Parse($"{login.Server.Address}/tests/closed"), Token));
        Assert.NotNull(await registry.ResolveAsync(ImageReference.Parse($"{login.Server.Address}/tests/closed:1"), Token));
        Assert.NotNull(await registry.GetManifestAsync(ImageReference.Parse($"{login.Server.Address}/tests/closed:1"), Token));
        Assert.Equal([401, 200, 200, 200], (await login.Server.RequestsAsync(Token)).Select(r => r.Status));
    }

    [Fact]
    public async Task Without_a_password_it_denies_and_the_message_says_what_to_do()
    {
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(ImageName.Parse($"{login.Server.Address}/tests/closed"), Token));
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.Equal(login.Server.Address, e.Host);
        Assert.Equal(
            $"{login.Server.Address} denies the tags of tests/closed (401 UNAUTHORIZED: authentication required): it is not there or private; "
            + $"for a private one, list {login.Server.Address} with a user name and password in the registry settings",
            e.Message);
    }

    [Fact]
    public async Task A_wrong_password_is_sent_once_and_not_told()
    {
        await login.Server.ForgetRequestsAsync(Token);
        using var registry = Scripts.Open(Settings with { Password = "wrong-horse" });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ResolveAsync(ImageReference.Parse($"{login.Server.Address}/tests/closed:1"), Token));
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.Contains("credentials in the registry settings are wrong", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-horse", e.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, (await login.Server.RequestsAsync(Token)).Count);
    }

    /// <summary>The server with a password.</summary>
    public sealed class LoginServer : IAsyncLifetime
    {
        public RegistryServer Server { get; } = new() { RequiresLogin = true };

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
