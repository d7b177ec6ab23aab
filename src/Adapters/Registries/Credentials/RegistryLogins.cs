namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>
/// What each registry is signed in to with: what the settings say, else a login of Docker's, else an Azure identity for registries of Azure's,
/// else the GitHub token for GitHub's registry.
/// </summary>
/// <param name="docker">Docker's logins; null where they are not used.</param>
/// <param name="azure">Azure identities.</param>
/// <param name="gitHubToken">A token of GitHub's; null: none.</param>
internal sealed class RegistryLogins(DockerCredentialStore? docker, AzureIdentity azure, string? gitHubToken)
{
    private const string GitHubRegistry = "https://ghcr.io";

    private readonly RegistryLogin? _gitHub = gitHubToken is null ? null : new RegistryLogin("made of the GitHub token")
    {
        // Any user name does.
        Username = "x-access-token",
        Password = gitHubToken,
        Advice = "the token needs the scope read:packages, and must be a classic one or that of a GitHub Actions job",
    };

    /// <summary>The login for a repository; null where there is none.</summary>
    /// <param name="endpoint">The registry.</param>
    /// <param name="http">Asks it.</param>
    /// <param name="repository">The repository, as the image has it.</param>
    /// <param name="realm">The registry's sign-in service; null where it wants user name and password itself.</param>
    /// <param name="service">Its name there.</param>
    /// <param name="timeout">For one request.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="Core.Ports.RegistryException">The only login there could be is of no use; the message says why.</exception>
    public async Task<RegistryLogin?> FindAsync(
        RegistryEndpoint endpoint, RegistryHttp http, string repository, Uri? realm, string? service, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (endpoint.Settings.Username is { } user)
        {
            return new RegistryLogin("in the registry settings") { Username = user, Password = endpoint.Settings.Password, IsChosen = true };
        }

        if (endpoint.Settings.Anonymous)
        {
            return null;
        }

        // Where it is really read counts, and not what the image is called: a mirror is not the registry.
        if (docker is not null && await docker.FindAsync(endpoint.RealHost, endpoint.Prefix + repository, cancellationToken) is { } login)
        {
            return login;
        }

        return endpoint.HasAzureIdentity && realm is not null ? await azure.SignInAsync(endpoint, http, realm, service, timeout, cancellationToken)
            : endpoint.IsOrigin(new Uri(GitHubRegistry)) ? _gitHub
            : null;
    }
}
