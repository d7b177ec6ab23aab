namespace Basewatch.World.GitHub;

/// <summary>What a person may do in a repository.</summary>
public enum RepositoryRole
{
    /// <summary>Nothing, if it is private.</summary>
    None,

    /// <summary>Look and comment.</summary>
    Read,

    /// <summary>Label and close.</summary>
    Triage,

    /// <summary>Push and merge.</summary>
    Write,

    /// <summary>Most settings.</summary>
    Maintain,

    /// <summary>Everything.</summary>
    Admin,
}

/// <summary>Kinds of tokens.</summary>
internal enum ActorKind
{
    /// <summary>A personal access token.</summary>
    Person,

    /// <summary>A token of an App's installation.</summary>
    Installation,

    /// <summary>The token of a workflow's job: an installation of GitHub's own App, on one repository.</summary>
    Actions,

    /// <summary>An App by itself, with a JWT.</summary>
    App,
}

/// <summary>A user, an organisation or a bot.</summary>
internal sealed record Account(string Login, long Id, string Type)
{
    /// <summary>The address of commits made on GitHub.</summary>
    public string Email => $"{Id}+{Login}@users.noreply.github.com";
}

/// <summary>Who asks, or does something.</summary>
/// <param name="Account">Whose deeds these are.</param>
/// <param name="Kind">By which kind of token.</param>
internal sealed record Actor(Account Account, ActorKind Kind)
{
    /// <summary>Of an installation: the owner that it is for. Of a workflow: the repository.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Of an App's token: its permissions, to <c>read</c>, <c>write</c> or <c>admin</c>.</summary>
    public IReadOnlyDictionary<string, string> Permissions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When the token ends.</summary>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Whether Apps' privileges (check runs) are his.</summary>
    public bool IsApp => Kind is ActorKind.Installation or ActorKind.Actions;

    /// <summary>Does one of the token's permissions reach so far?</summary>
    public bool Has(string permission, bool write) =>
        Permissions.TryGetValue(permission, out var level) && (!write || level is "write" or "admin");
}
