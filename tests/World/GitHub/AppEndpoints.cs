using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>Apps, installations, users, and lists of repositories.</summary>
internal static class AppEndpoints
{
    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET", "/app", c => Reply.Ok(AsApp(c).Server.Shapes.App(GitHubServer.AppSlug))),
        new("GET", "/app/installations", c => AsApp(c).Page([.. c.Server.Owners], o => c.Server.Shapes.Installation(o, c.Server.InstallationOf(o.Login)))),
        new("GET", "/orgs/{org}/installation", c => InstallationOf(c, c["org"])),
        new("GET", "/repos/{owner}/{repo}/installation", c => InstallationOf(c, c["owner"])),
        new("POST", "/app/installations/{installation_id}/access_tokens", CreateToken),
        new("GET", "/installation/repositories", Accessible),
        new("GET", "/orgs/{org}/repos", c => Owned(c, c["org"], "Organization")),
        new("GET", "/users/{username}/repos", c => Owned(c, c["username"], null)),
        new("GET", "/user", c => c.Actor.Kind == ActorKind.Person ? Reply.Ok(c.Server.Shapes.Profile(c.Actor.Account)) : throw new Refusal(403, "Resource not accessible by integration")),
        new("GET", "/users/{username}", c => Reply.Ok(c.Server.Shapes.Profile(c.Server.FindAccount(c["username"]) ?? throw Refusal.NotFound()))),
    ];

    private static Call AsApp(Call call) =>
        call.Actor.Kind == ActorKind.App ? call : throw new Refusal(401, "A JSON web token could not be decoded");

    private static Reply InstallationOf(Call call, string login)
    {
        var owner = AsApp(call).Server.Owners.FirstOrDefault(o => string.Equals(o.Login, login, StringComparison.OrdinalIgnoreCase)) ?? throw Refusal.NotFound();
        return Reply.Ok(call.Server.Shapes.Installation(owner, call.Server.InstallationOf(owner.Login)));
    }

    private static Reply CreateToken(Call call)
    {
        var id = AsApp(call).Number("installation_id");
        var owner = call.Server.Owners.FirstOrDefault(o => call.Server.InstallationOf(o.Login) == id) ?? throw Refusal.NotFound();
        if (call.Server.IsSuspended(owner.Login))
        {
            throw new Refusal(403, "This installation has been suspended");
        }

        var permissions = new Dictionary<string, string>(call.Server.AppPermissions, StringComparer.Ordinal);
        if (call.Body["permissions"] is JsonObject wanted)
        {
            if (wanted.Any(w => !permissions.TryGetValue(w.Key, out var has) || ((string)w.Value! is "write" && has is "read")))
            {
                throw new Refusal(422, "The permissions requested are not granted to this installation.");
            }

            permissions = wanted.ToDictionary(w => w.Key, w => (string)w.Value!, StringComparer.Ordinal);
        }

        var (token, actor) = call.Server.AddInstallationToken(owner.Login, permissions);
        return Reply.Created(new JsonObject
        {
            ["token"] = token,
            ["expires_at"] = Representations.Stamp(actor.ExpiresAt),
            ["permissions"] = Representations.Object(permissions),
            ["repository_selection"] = "all",
        });
    }

    private static Reply Accessible(Call call)
    {
        if (call.Actor.Kind != ActorKind.Installation)
        {
            throw new Refusal(403, "You must authenticate with an installation access token in order to list repositories for an installation.");
        }

        var repositories = call.Server.Repositories.Where(r => string.Equals(r.Owner.Login, call.Actor.Scope, StringComparison.OrdinalIgnoreCase)).ToList();
        return call.Page(
            repositories,
            r => call.Server.Shapes.Repository(r, call.Actor),
            page => new JsonObject { ["total_count"] = repositories.Count, ["repository_selection"] = "all", ["repositories"] = page });
    }

    private static Reply Owned(Call call, string login, string? type)
    {
        var owner = call.Server.FindAccount(login);
        if (owner is null || (type is not null && owner.Type != type))
        {
            throw Refusal.NotFound();
        }

        var viewer = call.IsAnonymous ? null : call.Actor;
        return call.Page([.. call.Server.Repositories.Where(r => r.Owner == owner && r.MaySee(viewer))], r => call.Server.Shapes.Repository(r, viewer));
    }
}
