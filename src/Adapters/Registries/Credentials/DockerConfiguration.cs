using System.Text;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>
/// The logins of a Docker configuration (<see href="https://docs.docker.com/reference/cli/docker/login/#credential-stores"/>) or of Podman's, which
/// also has some for a part of a registry (<see href="https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md"/>).
/// </summary>
internal sealed class DockerConfiguration
{
    private readonly Dictionary<string, RegistryLogin> _logins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _helpers = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <summary>The helper for all registries that have none of their own; null: none.</summary>
    public string? Store { get; private init; }

    /// <summary>What is wrong with single logins, which are left out; one sentence each, without any secret.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The helper for a key.</summary>
    public string? Helper(string key) => _helpers.GetValueOrDefault(key);

    /// <summary>The login for a key.</summary>
    public RegistryLogin? Login(string key) => _logins.GetValueOrDefault(key);

    /// <summary>Reads a configuration.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="name">Where it is, for messages.</param>
    /// <exception cref="FormatException">It is no such configuration; the message says what is wrong, after its name.</exception>
    public static DockerConfiguration Read(ReadOnlySpan<byte> text, string name)
    {
        DockerConfigurationDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(text, DockerJson.Default.DockerConfigurationDocument);
        }
        catch (JsonException e)
        {
            throw new FormatException($"is no Docker configuration (line {(e.LineNumber ?? 0) + 1}{(e.Path is { Length: > 1 } path ? $", at {Excerpt.Of(path)}" : "")})", e);
        }

        var configuration = new DockerConfiguration { Store = string.IsNullOrEmpty(document?.CredsStore) ? null : document.CredsStore };
        foreach (var (key, login) in document?.Auths ?? [])
        {
            configuration.Add(key, login, name);
        }

        foreach (var (key, helper) in document?.CredHelpers ?? [])
        {
            if (!string.IsNullOrEmpty(helper))
            {
                configuration._helpers.TryAdd(Key(key), helper);
            }
        }

        return configuration;
    }

    /// <summary>
    /// A key as it is compared: host, with its port unless that is 443, and perhaps the beginning of a repository. Docker has written
    /// <c>https://index.docker.io/v1/</c> and the like; a key with a scheme is for the whole host.
    /// </summary>
    public static string Key(string text)
    {
        var key = text.Trim();
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        key = scheme < 0 ? key.TrimEnd('/') : key[(scheme + 3)..];
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var host = (slash < 0 ? key : key[..slash]).ToLowerInvariant();
        var path = slash < 0 || scheme >= 0 || key[slash..] is "/v1" or "/v2" ? "" : key[slash..];
        host = host.EndsWith(":443", StringComparison.Ordinal) ? host[..^4] : host;
        return (host is "index.docker.io" or "registry-1.docker.io" ? ImageName.DockerHub : host) + path;
    }

    private void Add(string key, DockerLogin? login, string name)
    {
        var source = $"in {name}";
        if (!string.IsNullOrEmpty(login?.RegistryToken))
        {
            _logins.TryAdd(Key(key), new RegistryLogin(source) { RegistryToken = login.RegistryToken });
        }
        else if (!string.IsNullOrEmpty(login?.IdentityToken))
        {
            _logins.TryAdd(Key(key), new RegistryLogin(source) { IdentityToken = login.IdentityToken });
        }
        else if (!string.IsNullOrEmpty(login?.Auth))
        {
            if (Decode(login.Auth) is var (user, password))
            {
                _logins.TryAdd(Key(key), new RegistryLogin(source) { Username = user, Password = password });
            }
            else
            {
                _problems.Add($"auth of {Excerpt.Of(key)} is not the Base64 of a user name, a colon and a password");
            }
        }
        else if (!string.IsNullOrEmpty(login?.Username) && login.Password is not null)
        {
            _logins.TryAdd(Key(key), new RegistryLogin(source) { Username = login.Username, Password = login.Password });
        }

        // Beside a credential store Docker leaves empty entries: a mark that there is a login.
    }

    private static (string User, string Password)? Decode(string auth)
    {
        var bytes = new byte[auth.Length];
        if (!Convert.TryFromBase64String(auth, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 1 ? null : (text[..colon], text[(colon + 1)..].Trim('\0'));
    }
}
