using System.Net;
using Basewatch.Adapters.Connections;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Tests.Registries;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.Connections;

public sealed class AddressTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("8.8.8.8", "Public")]
    [InlineData("2606:4700::1", "Public")]
    [InlineData("64:ff9b::808:808", "Public")]
    [InlineData("10.1.2.3", "Private")]
    [InlineData("172.31.255.255", "Private")]
    [InlineData("172.32.0.0", "Public")]
    [InlineData("192.168.0.1", "Private")]
    [InlineData("100.64.0.1", "Private")]
    [InlineData("127.0.0.2", "Private")]
    [InlineData("::1", "Private")]
    [InlineData("fd12::1", "Private")]
    [InlineData("::ffff:10.0.0.1", "Private")]
    [InlineData("::ffff:169.254.169.254", "Any")]
    [InlineData("64:ff9b::a9fe:a9fe", "Any")]
    [InlineData("2002:a9fe:a9fe::1", "Any")]
    [InlineData("169.254.169.254", "Any")]
    [InlineData("168.63.129.16", "Any")]
    [InlineData("100.100.100.200", "Any")]
    [InlineData("fd00:ec2::254", "Any")]
    [InlineData("fe80::1", "Any")]
    [InlineData("ff02::1", "Any")]
    [InlineData("224.0.0.1", "Any")]
    [InlineData("255.255.255.255", "Any")]
    [InlineData("0.0.0.0", "Any")]
    [InlineData("::", "Any")]
    [InlineData("::127.0.0.1", "Any")]
    [InlineData("2001:db8::1", "Any")]
    public void Every_address_has_its_scope(string address, string scope) =>
        Assert.Equal(scope, AddressScopes.Of(IPAddress.Parse(address)).ToString());

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("0x7f.1")]
    public async Task A_service_does_not_reach_this_machine_because_a_repository_names_it(string name)
    {
        await using var server = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Service();
        var host = $"{name}:{server.Address.Port}";
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(ImageName.Parse($"{host}/a/b"), Token));
        Assert.Equal(RegistryFailure.Unreachable, e.Failure);
        Assert.Contains($"which is no public address: where that is meant, list {host} in the registry settings with AllowPrivate", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_listed_registry_may_be_private_and_still_is_not_at_a_metadata_service()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Redirect("http://169.254.169.254/latest/meta-data");
            return Task.CompletedTask;
        });
        using var registry = Service(new RegistrySettings { Host = server.Host, AllowPrivate = true });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Unreachable, e.Failure);
        Assert.Contains("(through 169.254.169.254) is at 169.254.169.254", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_mirror_is_asked_in_place_of_the_registry_and_its_path_comes_first()
    {
        await using var server = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Service(new RegistrySettings { Host = "docker.io", Endpoint = $"http://{server.Host}/hub/", AllowPrivate = true });
        Assert.Equal(["1"], await registry.ListTagsAsync(ImageName.Parse("python"), Token));
        Assert.Equal("/v2/hub/library/python/tags/list?n=1000", Assert.Single(server.Requests).Path);
    }

    [Theory]
    [InlineData("docker.io", "https://registry-1.docker.io/")]
    [InlineData("ghcr.io", "https://ghcr.io/")]
    [InlineData("registry.example.com:5000", "https://registry.example.com:5000/")]
    [InlineData("localhost:5000", "http://localhost:5000/")]
    [InlineData("localhost", "http://localhost/")]
    [InlineData("127.0.0.1:443", "https://127.0.0.1/")]
    [InlineData("[::1]:5000", "http://[::1]:5000/")]
    [InlineData("insecure.example.com", "http://insecure.example.com/")]
    public void A_host_has_its_address(string host, string origin) =>
        Assert.Equal(origin, RegistryEndpoint.Of(host, new RegistryOptions { Registries = [new RegistrySettings { Host = "insecure.example.com", Insecure = true }] })!.Origin.AbsoluteUri);

    private static OciRegistry Service(params RegistrySettings[] settings) =>
        new(new RegistryOptions { Registries = settings }, TimeProvider.System, NullLogger<OciRegistry>.Instance);
}
