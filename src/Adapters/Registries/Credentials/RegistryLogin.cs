namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>What a registry is signed in to with: a user name and password, an identity token, or a bearer token that is sent as it is.</summary>
/// <param name="Source">For messages, after "the credentials": <c>in the registry settings</c>.</param>
internal sealed record RegistryLogin(string Source)
{
    /// <summary>User name; with <see cref="Password"/>.</summary>
    public string? Username { get; init; }

    /// <summary>Password or access token of <see cref="Username"/>.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// A refresh token of the sign-in service, which gives an access token for it
    /// (<see href="https://distribution.github.io/distribution/spec/auth/oauth/"/>).
    /// </summary>
    public string? IdentityToken { get; init; }

    /// <summary>A bearer token for the registry itself.</summary>
    public string? RegistryToken { get; init; }

    /// <summary>Whether the settings name it for this registry: then it is used, or the call fails. Any other one that is refused gives way to no sign-in.</summary>
    public bool IsChosen { get; init; }

    /// <summary>Whether it is for the registry's own host alone, and not for one above or below it.</summary>
    public bool IsForItsHostAlone { get; init; }

    /// <summary>What to do where it is refused.</summary>
    public string? Advice { get; init; }

    /// <summary>Where it comes from: a record would print the password.</summary>
    public override string ToString() => $"the credentials {Source}";
}
