using Basewatch.Adapters.Connections;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>How registries are reached. Registries that are not listed are asked anonymously, under the host that the image names.</summary>
public sealed record RegistryOptions
{
    /// <summary>The registries of which there is more to say than their name.</summary>
    public IReadOnlyList<RegistrySettings> Registries { get; set; } = [];

    /// <summary>
    /// Whether any address may be reached, private and link-local ones too: for the command line, which reaches what its user can.
    /// Off, hosts that repositories name must be on the public internet or listed with <see cref="RegistrySettings.AllowPrivate"/>.
    /// </summary>
    public bool AllowAnyAddress { get; set; }

    /// <summary>Requests at once to one registry, at most: 1 to 256.</summary>
    public int ConcurrencyPerHost { get; set; } = 16;

    /// <summary>Tags to ask for in a page: 1 to 10,000. Registries may give fewer.</summary>
    public int TagPageSize { get; set; } = 1000;

    /// <summary>For one request, from the connection to the last byte.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>For one answer, or one page of a tag list, with sign-in and retries.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For a whole tag list.</summary>
    public TimeSpan ListTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Where Docker Hub says when tags were pushed.</summary>
    internal Uri DockerHubApi { get; set; } = new("https://hub.docker.com");

    /// <summary>Where Quay says it.</summary>
    internal Uri QuayApi { get; set; } = new("https://quay.io");

    /// <summary>The Docker configuration whose logins are used: a path, <see cref="DockerCredentialStore.UsualPlaces"/>, or null for none.</summary>
    internal string? DockerConfig { get; set; }

    /// <summary>A token of GitHub's, for its registry where there is nothing else. A secret.</summary>
    internal string? GitHubToken { get; set; }

    /// <summary>Without the secrets that a record would print.</summary>
    public override string ToString() => nameof(RegistryOptions);

    /// <summary>What is wrong with these settings, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (ConcurrencyPerHost is < 1 or > 256)
        {
            problems.Add($"{nameof(ConcurrencyPerHost)} is {ConcurrencyPerHost}: 1 to 256 may stand there");
        }

        if (TagPageSize is < 1 or > 10_000)
        {
            problems.Add($"{nameof(TagPageSize)} is {TagPageSize}: 1 to 10000 may stand there");
        }

        foreach (var (name, value) in new[] { (nameof(RequestTimeout), RequestTimeout), (nameof(CallTimeout), CallTimeout), (nameof(ListTimeout), ListTimeout) })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1))
            {
                problems.Add($"{name} is {value}: more than nothing and at most an hour may stand there");
            }
        }

        var hosts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var registry in Registries)
        {
            problems.AddRange(registry.Problems(AllowAnyAddress));
            if (registry.CanonicalHost is { } host && !hosts.Add(host))
            {
                problems.Add($"the registry {host} is listed twice");
            }
        }

        return problems;
    }
}

/// <summary>What there is to say of one registry.</summary>
public sealed record RegistrySettings
{
    /// <summary>The host as images name it, with its port if they do: <c>docker.io</c>, <c>registry.example.com:5000</c>.</summary>
    public string Host { get; set; } = "";

    /// <summary>
    /// Where it is really reached, such as a mirror: <c>https://mirror.example.com</c>. A path in it is put before the repository:
    /// with <c>https://harbor.example.com/hub</c>, <c>library/python</c> is read from <c>hub/library/python</c>.
    /// </summary>
    public string? Endpoint { get; set; }

    /// <summary>User name to sign in with; with <see cref="Password"/>.</summary>
    public string? Username { get; set; }

    /// <summary>Password or access token of <see cref="Username"/>.</summary>
    public string? Password { get; set; }

    /// <summary>A bearer token that is sent to the registry as it is, in place of a user name and password.</summary>
    public string? Token { get; set; }

    /// <summary>
    /// The host of the sign-in service, where it is neither the registry's own host, nor above or below it.
    /// User name and password are sent to no other host.
    /// </summary>
    public string? TokenHost { get; set; }

    /// <summary>Whether it may be at a private or loopback address, as a private endpoint is. Link-local addresses stay closed.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>Whether it is spoken to by plain HTTP. Loopback registries are anyway.</summary>
    public bool Insecure { get; set; }

    /// <summary>PEM file with certificates of authorities to trust besides the system's, for this registry and where it redirects to.</summary>
    public string? CaFile { get; set; }

    /// <summary>Whether it is asked without signing in, whatever logins and identities there are.</summary>
    public bool Anonymous { get; set; }

    /// <summary>Whether an Azure identity signs in to it. Registries named <c>*.azurecr.io</c>, <c>.cn</c> and <c>.us</c> need no word.</summary>
    public bool AzureIdentity { get; set; }

    /// <summary>The client id of the Azure identity, where it is not the environment's.</summary>
    public string? ClientId { get; set; }

    /// <summary>The tenant of the Azure identity, where it is not its own one.</summary>
    public string? TenantId { get; set; }

    /// <summary><see cref="Host"/> as <see cref="ImageName.Registry"/> has it; null where it is no host.</summary>
    internal string? CanonicalHost => ImageName.TryParse(Host + "/x", out var name, out _) && name.Repository is "x" or "library/x" ? name.Registry : null;

    /// <summary>The host alone: a record would print the password.</summary>
    public override string ToString() => $"{nameof(RegistrySettings)} {{ {nameof(Host)} = {Host} }}";

    internal IEnumerable<string> Problems(bool allowAnyAddress)
    {
        if (CanonicalHost is null)
        {
            yield return $"'{Excerpt.Of(Host)}' is no registry host: expected a host name, with a port if images name one, such as ghcr.io or registry.example.com:5000";
            yield break;
        }

        if (Endpoint is not null)
        {
            foreach (var problem in EndpointProblems(allowAnyAddress))
            {
                yield return problem;
            }
        }

        if (Username is null != Password is null)
        {
            yield return $"the registry {Host} has a {(Username is null ? "password and no user name" : "user name and no password")}: both are needed";
        }

        if (Token is not null && Username is not null)
        {
            yield return $"the registry {Host} has both a token and a user name: one of them";
        }

        if (Anonymous && (Token is not null || Username is not null || AzureIdentity || ClientId is not null))
        {
            yield return $"the registry {Host} is {nameof(Anonymous)} and has credentials or an identity: leave out one of them";
        }

        if (ClientId is not null && !Guid.TryParse(ClientId, out _))
        {
            yield return $"the registry {Host} has the {nameof(ClientId)} '{Excerpt.Of(ClientId)}', which is no client id: expected one such as 00000000-0000-0000-0000-000000000000";
        }

        if (TenantId is not null && Uri.CheckHostName(TenantId) != UriHostNameType.Dns)
        {
            yield return $"the registry {Host} has the {nameof(TenantId)} '{Excerpt.Of(TenantId)}', which is neither the id nor the domain of a tenant";
        }

        if (CaFile is not null && CaProblem(CaFile) is { } wrong)
        {
            yield return $"the registry {Host} has the {nameof(CaFile)} {Excerpt.Of(CaFile)}: {wrong}";
        }

        if (TokenHost is not null && Uri.CheckHostName(TokenHost) == UriHostNameType.Unknown)
        {
            yield return $"the registry {Host} has the token host '{Excerpt.Of(TokenHost)}', which is no host name: expected one such as auth.example.com";
        }
    }

    private static string? CaProblem(string path)
    {
        try
        {
            PrivateAuthorities.Read(path);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private IEnumerable<string> EndpointProblems(bool allowAnyAddress)
    {
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https")
            || endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
        {
            yield return $"the registry {Host} has an endpoint that is no plain http or https address: expected one such as https://mirror.example.com";
            yield break;
        }

        if (endpoint.Scheme == "http" && !Insecure && !endpoint.IsLoopback)
        {
            yield return $"the registry {Host} has the endpoint {Excerpt.Of(endpoint.AbsoluteUri)}, which is plain HTTP: use https, or set {nameof(Insecure)}";
        }

        if (endpoint.Scheme == "https" && Insecure)
        {
            yield return $"the registry {Host} is {nameof(Insecure)}, and its endpoint {Excerpt.Of(endpoint.AbsoluteUri)} is https: leave out one of them";
        }

        if (!allowAnyAddress && !AllowPrivate && endpoint.IsLoopback)
        {
            yield return $"the registry {Host} has the endpoint {Excerpt.Of(endpoint.AbsoluteUri)}, which is this machine: set {nameof(AllowPrivate)}";
        }

        var prefix = endpoint.AbsolutePath.Trim('/');
        if (prefix.Length > 0 && !ImageName.TryParse($"{ImageName.DockerHub}/{prefix}", out _, out _))
        {
            yield return $"the registry {Host} has an endpoint whose path '{Excerpt.Of(prefix)}' can't begin a repository";
        }
    }
}
