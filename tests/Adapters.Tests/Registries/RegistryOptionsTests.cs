using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Registries;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

public sealed class RegistryOptionsTests
{
    public static TheoryData<RegistrySettings, string> Wrong => new()
    {
        { new RegistrySettings(), "'' is no registry host" },
        { new RegistrySettings { Host = "https://ghcr.io" }, "is no registry host" },
        { new RegistrySettings { Host = "ghcr.io/team" }, "is no registry host" },
        { new RegistrySettings { Host = "ghcr.io", Endpoint = "mirror" }, "has an endpoint that is no plain http or https address" },
        { new RegistrySettings { Host = "ghcr.io", Endpoint = "https://a:b@mirror.example.com" }, "has an endpoint that is no plain http or https address" },
        { new RegistrySettings { Host = "ghcr.io", Endpoint = "http://mirror.example.com" }, "plain HTTP: use https, or set Insecure" },
        { new RegistrySettings { Host = "ghcr.io", Endpoint = "https://mirror.example.com", Insecure = true }, "leave out one of them" },
        { new RegistrySettings { Host = "ghcr.io", Endpoint = "http://127.0.0.1:5000" }, "which is this machine: set AllowPrivate" },
        { new RegistrySettings { Host = "ghcr.io", Endpoint = "https://mirror.example.com/A b" }, "can't begin a repository" },
        { new RegistrySettings { Host = "ghcr.io", Username = "ann" }, "a user name and no password" },
        { new RegistrySettings { Host = "ghcr.io", Password = "s3cret" }, "a password and no user name" },
        { new RegistrySettings { Host = "ghcr.io", Username = "ann", Password = "s3cret", Token = "x" }, "both a token and a user name" },
        { new RegistrySettings { Host = "ghcr.io", TokenHost = "https://auth" }, "which is no host name" },
        { new RegistrySettings { Host = "ghcr.io", Anonymous = true, Username = "ann", Password = "s3cret" }, "is Anonymous and has credentials or an identity" },
        { new RegistrySettings { Host = "fox.azurecr.io", ClientId = "fox" }, "has the ClientId 'fox', which is no client id" },
        { new RegistrySettings { Host = "fox.azurecr.io", TenantId = "the tenant" }, "which is neither the id nor the domain of a tenant" },
        { new RegistrySettings { Host = "ghcr.io", CaFile = "/nowhere/ca.pem" }, "has the CaFile /nowhere/ca.pem: there is no such file" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_said(RegistrySettings settings, string reason)
    {
        var problem = Assert.Single(new RegistryOptions { Registries = [settings] }.Problems());
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once_and_stop_the_start()
    {
        var options = new RegistryOptions
        {
            ConcurrencyPerHost = 0,
            TagPageSize = 0,
            CallTimeout = TimeSpan.Zero,
            Registries = [new RegistrySettings { Host = "docker.io" }, new RegistrySettings { Host = "index.docker.io" }],
        };
        var e = Assert.Throws<ArgumentException>(() => new OciRegistry(options, TimeProvider.System, NullLogger<OciRegistry>.Instance));
        Assert.All(["ConcurrencyPerHost", "TagPageSize", "CallTimeout", "docker.io is listed twice"], p => Assert.Contains(p, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_defaults_and_a_usual_list_have_no_problems()
    {
        Assert.Empty(new RegistryOptions().Problems());
        Assert.Empty(new RegistryOptions
        {
            Registries =
            [
                new RegistrySettings { Host = "docker.io", Username = "ann", Password = "s3cret" },
                new RegistrySettings { Host = "localhost:5000", AllowPrivate = true },
                new RegistrySettings { Host = "GHCR.io", Endpoint = "https://harbor.example.com/ghcr", TokenHost = "login.example.com" },
            ],
        }.Problems());
    }

    [Fact]
    public void A_password_is_not_printed() =>
        Assert.DoesNotContain("s3cret", new RegistryOptions { Registries = [new RegistrySettings { Host = "ghcr.io", Username = "ann", Password = "s3cret" }] }.Registries[0].ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://api.github.com/", "gh-s3cret")]
    [InlineData("https://github.example.org/api/v3/", null)]
    public void The_GitHub_token_is_taken_for_the_registry_of_the_same_GitHub_alone(string api, string? expected)
    {
        var options = new BasewatchOptions();
        (options.GitHub.ApiBaseAddress, options.GitHub.Token) = (new Uri(api), "gh-s3cret");
        Assert.Equal(expected, options.RegistriesFor(allowAnyAddress: false).GitHubToken);
        Assert.DoesNotContain("s3cret", options.RegistriesFor(allowAnyAddress: false).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true, "default")]
    [InlineData(null, false, null)]
    [InlineData("none", true, null)]
    [InlineData("/etc/basewatch/docker.json", false, "/etc/basewatch/docker.json")]
    public void Logins_of_Docker_are_for_the_command_line_and_for_a_service_that_names_them(string? setting, bool commandLine, string? expected) =>
        Assert.Equal(expected, new BasewatchOptions { DockerConfig = setting }.RegistriesFor(commandLine).DockerConfig);

    [Fact]
    public void They_are_read_from_configuration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Registries:0:Host"] = "ghcr.io",
            ["Registries:0:AllowPrivate"] = "true",
            ["RequestTimeout"] = "00:00:05",
        }).Build();
        var options = configuration.Get<RegistryOptions>()!;
        Assert.Equal(new RegistrySettings { Host = "ghcr.io", AllowPrivate = true }, Assert.Single(options.Registries));
        Assert.Equal(TimeSpan.FromSeconds(5), options.RequestTimeout);
        Assert.Equal(16, options.ConcurrencyPerHost);
    }
}
