using Basewatch.Adapters.Connections;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>Where a registry is, and how it is spoken to.</summary>
/// <param name="Host">As images name it: <c>docker.io</c>, <c>localhost:5000</c>.</param>
/// <param name="Origin">Scheme, host and port.</param>
/// <param name="Prefix">What is put before a repository; empty as a rule, else it ends in a slash.</param>
/// <param name="Settings">What the settings say of it; empty ones where it is not listed.</param>
/// <param name="Scope">How far away its address, and those it redirects to, may be.</param>
internal sealed record RegistryEndpoint(string Host, Uri Origin, string Prefix, RegistrySettings Settings, AddressScope Scope)
{
    private const string DockerHubEndpoint = "https://registry-1.docker.io";

    // Their sign-in services have a sibling's name.
    private static readonly Dictionary<string, string> KnownTokenHosts = new(StringComparer.Ordinal)
    {
        ["docker.elastic.co"] = "docker-auth.elastic.co",
        ["registry.digitalocean.com"] = "api.digitalocean.com",
    };

    /// <summary>What the path of every address begins with.</summary>
    public string Root { get; init; } = "/v2/";

    /// <summary>Whether the settings have credentials for it.</summary>
    public bool HasCredentials => Settings.Username is not null || Settings.Token is not null;

    /// <summary>Whether logins of <c>docker login</c> are used, so that a message may say so.</summary>
    public bool HasDockerLogins { get; private init; }

    /// <summary>
    /// Whether an Azure identity is sent to it: it is one of Azure's by its name or by the settings, and nothing can read along.
    /// </summary>
    public bool HasAzureIdentity =>
        (Settings.AzureIdentity || AzureCloud.Of(Origin.IdnHost) is not null) && (Origin.Scheme == Uri.UriSchemeHttps || Origin.IsLoopback);

    /// <summary>The host that is really asked, with its port, as credential stores know it.</summary>
    public string RealHost => IsDockerHub ? ImageName.DockerHub : Origin.Authority;

    /// <summary>How to come to credentials, for messages.</summary>
    public string SignInAdvice => $"list {Host} with a user name and password in the registry settings" + (HasDockerLogins ? $", or run docker login {RealHost}" : "");

    /// <summary>Whether it is Docker Hub itself and no mirror.</summary>
    public bool IsDockerHub => Host == ImageName.DockerHub && Settings.Endpoint is null;

    /// <summary>The endpoint of a host, as an image's name has it; null where no address can be made of it.</summary>
    public static RegistryEndpoint? Of(string host, RegistryOptions options)
    {
        var settings = options.Registries.FirstOrDefault(r => r.CanonicalHost == host) ?? new RegistrySettings { Host = host };
        var scope = options.AllowAnyAddress ? AddressScope.Any : settings.AllowPrivate ? AddressScope.Private : AddressScope.Public;
        var address = settings.Endpoint ?? (host == ImageName.DockerHub ? DockerHubEndpoint : $"https://{host}");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            return null;
        }

        // Docker tries HTTPS first on loopback. Hardly any registry there speaks it, so that would be a connection for nothing:
        // HTTPS is for port 443, or for an endpoint that says so.
        if (settings.Endpoint is null && (settings.Insecure || (uri.IsLoopback && !host.EndsWith(":443", StringComparison.Ordinal))))
        {
            uri = new Uri($"http://{host}");
        }

        var prefix = uri.AbsolutePath.Trim('/');
        return new RegistryEndpoint(host, new Uri(uri.GetLeftPart(UriPartial.Authority)), prefix.Length == 0 ? "" : prefix + "/", settings, scope)
        {
            HasDockerLogins = options.DockerConfig is not null && !settings.Anonymous,
        };
    }

    /// <summary>The address of what there is of a repository: <c>https://registry-1.docker.io/v2/library/python/tags/list</c>.</summary>
    public Uri Address(string repository, string rest) => new(Origin, $"{Root}{Prefix}{repository}/{rest}");

    /// <summary>Whether an address has this registry's scheme, host and port.</summary>
    public bool IsOrigin(Uri address) => Uri.Compare(address, Origin, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Whether a sign-in service is the registry itself, also by its other name where Azure's have two.</summary>
    public bool IsItself(Uri realm) =>
        IsOrigin(realm) || (Origin.Scheme == Uri.UriSchemeHttps && realm.Scheme == Uri.UriSchemeHttps && realm.IsDefaultPort && AzureCloud.IsSameRegistry(Origin.IdnHost, realm.IdnHost));

    /// <summary>
    /// Whether user name and password may be sent to a sign-in service: one at the registry's own host, at a host above or below it
    /// (<c>gitlab.com</c> for <c>registry.gitlab.com</c>, <c>auth.docker.io</c> for <c>docker.io</c>), or at the one that is configured.
    /// A sibling may be anyone's: <c>a.azurecr.io</c> has no business with <c>b.azurecr.io</c>.
    /// </summary>
    public bool Trusts(Uri realm)
    {
        var host = realm.IdnHost;
        if (host.Equals(Settings.TokenHost, StringComparison.OrdinalIgnoreCase) || IsItself(realm) || host.Equals(Origin.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (realm.HostNameType != UriHostNameType.Dns || Origin.HostNameType != UriHostNameType.Dns)
        {
            return false;
        }

        var own = IsDockerHub ? ImageName.DockerHub : Origin.IdnHost;
        return host.EndsWith("." + own, StringComparison.OrdinalIgnoreCase)
            || (host.Contains('.', StringComparison.Ordinal) && own.EndsWith("." + host, StringComparison.OrdinalIgnoreCase))
            || (KnownTokenHosts.TryGetValue(own, out var known) && host.Equals(known, StringComparison.OrdinalIgnoreCase));
    }
}
