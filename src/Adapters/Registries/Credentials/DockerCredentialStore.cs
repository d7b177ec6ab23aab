using System.Collections.Concurrent;
using System.Text;
using Basewatch.Core.Images;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>
/// The logins of <c>docker login</c> and <c>podman login</c>. Nothing is read, and no helper is run, before a registry has refused to
/// answer without: its refusal has to be seen anyway to learn how it is signed in to, and most registries need none.
/// </summary>
/// <param name="place">The path of a configuration, or <see cref="UsualPlaces"/>.</param>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Is told once of what can't be used.</param>
internal sealed class DockerCredentialStore(string place, Func<string, string?> environment, TimeProvider time, ILogger logger)
{
    /// <summary>In place of a path: where Docker and Podman have their configurations.</summary>
    public const string UsualPlaces = "default";

    private const string Variable = "DOCKER_AUTH_CONFIG";
    private const string DockerHubServer = "https://index.docker.io/v1/";
    private const int LargestFile = 1024 * 1024;

    // Long enough for a run; a service sees a new login, and asks for short-lived passwords anew.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly Remembered<string, IReadOnlyList<DockerConfiguration>> _configurations = new(time);
    private readonly Remembered<(string Helper, string Server), RegistryLogin?> _answers = new(time);
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    /// <summary>The login for a repository; null where there is none.</summary>
    /// <param name="host">The host that is really asked, with its port; <c>docker.io</c> for Docker Hub.</param>
    /// <param name="repository">The repository there.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<RegistryLogin?> FindAsync(string host, string repository, CancellationToken cancellationToken)
    {
        var registry = DockerConfiguration.Key(host);
        foreach (var configuration in await _configurations.GetAsync("", async token => (await ReadAsync(token), Kept), cancellationToken))
        {
            for (var key = $"{registry}/{repository}"; ; key = key[..key.LastIndexOf('/')])
            {
                if (configuration.Helper(key) is { } helper && await AskAsync(helper, key == registry ? Server(registry) : key, cancellationToken) is { } answer)
                {
                    return answer;
                }

                if (key != registry)
                {
                    if (configuration.Login(key) is { } part)
                    {
                        return part;
                    }

                    continue;
                }

                var own = configuration.Helper(key) is null && configuration.Store is { } store ? await AskAsync(store, Server(registry), cancellationToken) : null;
                if ((own ?? configuration.Login(key)) is { } whole)
                {
                    return whole;
                }

                break;
            }
        }

        return null;
    }

    private static string Server(string registry) => registry == ImageName.DockerHub ? DockerHubServer : registry;

    private async Task<RegistryLogin?> AskAsync(string helper, string server, CancellationToken cancellationToken)
    {
        try
        {
            return await _answers.GetAsync((helper, server), async token => (await CredentialProgram.AskAsync(helper, server, environment("PATH"), token), Kept), cancellationToken);
        }
        catch (CredentialProgramException e)
        {
            Tell($"{e.Message}: {server} is asked without its login");
            return null;
        }
    }

    private async Task<IReadOnlyList<DockerConfiguration>> ReadAsync(CancellationToken cancellationToken)
    {
        var configurations = new List<DockerConfiguration>();
        if (place != UsualPlaces)
        {
            Add(await FileAsync(place, mustBeThere: true, cancellationToken), place);
            return configurations;
        }

        if (environment(Variable) is { Length: > 0 } text)
        {
            Add(Encoding.UTF8.GetBytes(text), $"the environment variable {Variable}");
        }

        foreach (var (path, isNamed) in Files().DistinctBy(f => f.Path, StringComparer.Ordinal))
        {
            Add(await FileAsync(path, isNamed, cancellationToken), path);
        }

        return configurations;

        void Add(byte[]? bytes, string name)
        {
            if (bytes is null)
            {
                return;
            }

            try
            {
                var configuration = DockerConfiguration.Read(bytes, name);
                foreach (var problem in configuration.Problems)
                {
                    Tell($"{name}: {problem}: that registry is asked without it");
                }

                configurations.Add(configuration);
            }
            catch (FormatException e)
            {
                Tell($"{name} {e.Message}: registries are asked without its logins");
            }
        }
    }

    /// <summary>The files in the order in which they are looked into, and whether someone has named them.</summary>
    private IEnumerable<(string Path, bool IsNamed)> Files()
    {
        if (Folder("REGISTRY_AUTH_FILE") is { } named)
        {
            yield return (named, true);
        }

        var home = Folder("HOME") ?? Folder("USERPROFILE");
        if ((Folder("DOCKER_CONFIG") ?? Below(home, ".docker")) is { } docker)
        {
            yield return (Path.Combine(docker, "config.json"), false);
        }

        foreach (var folder in new[] { Folder("XDG_RUNTIME_DIR"), Folder("XDG_CONFIG_HOME") ?? Below(home, ".config") })
        {
            if (folder is not null)
            {
                yield return (Path.Combine(folder, "containers", "auth.json"), false);
            }
        }

        string? Folder(string name) => environment(name) is { Length: > 0 } path ? path : null;

        static string? Below(string? folder, string name) => folder is null ? null : Path.Combine(folder, name);
    }

    private async Task<byte[]?> FileAsync(string path, bool mustBeThere, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
            var bytes = new byte[LargestFile + 1];
            var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            if (length <= LargestFile)
            {
                return bytes[..length];
            }

            Tell($"{path} is larger than {LargestFile / (1024 * 1024)} MiB: registries are asked without its logins");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (mustBeThere)
            {
                Tell($"{path}: there is no such file: registries are asked without its logins");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Tell($"{path} can't be read ({Excerpt.Of(e.Message)}): registries are asked without its logins");
        }

        return null;
    }

    private void Tell(string warning)
    {
        if (_told.TryAdd(warning, true))
        {
            logger.CannotSignIn(warning);
        }
    }
}
