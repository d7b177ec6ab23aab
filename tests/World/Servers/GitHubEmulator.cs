using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Basewatch.World.Parts;

namespace Basewatch.World.Servers;

/// <summary>
/// GitHub's REST API with a memory (npm's <c>emulate</c>). Git objects have their real SHA-1; users are
/// <c>admin</c> and <c>reader</c>, and <see cref="Organization"/> belongs to admin and has the App installed.
/// </summary>
/// <remarks>
/// Octokit wants <c>new GitHubClient(new Connection(product, address, …))</c> with <see cref="Address"/> as it is:
/// <c>GitHubClient(product, address)</c> adds <c>/api/v3</c>, which isn't there.
/// Where it differs from GitHub, seen with 0.12.2:
/// <list type="bullet">
/// <item>Missing, so 404: <c>GET /installation/repositories</c>, <c>GET /orgs/{org}/repos</c> (and <c>/user/repos</c> leaves
/// out what an organisation owns; <c>/search/repositories</c> has it), GraphQL, <c>GET …/git/refs/{ref}</c> (the old address
/// that Octokit's <c>Git.Reference.Get</c> asks; <c>…/git/ref/{ref}</c>, <c>…/git/matching-refs/{ref}</c> and
/// <c>…/branches/{branch}</c> are there), <c>…/merges</c>, <c>…/dispatches</c>, commit statuses, git over HTTP.</item>
/// <item>A pull request's <c>head.sha</c> and <c>base.sha</c> are those of the moment it was opened: moving the branch
/// doesn't move them, and its <c>…/files</c> is empty. Ask the branch, or <c>…/compare/{base}...{head}</c>.</item>
/// <item>Opening a second pull request for the same head and base succeeds (GitHub: 422), and so does opening one for a
/// branch that isn't there, which it creates (GitHub: 422). Deleting a branch leaves its pull request open, and a closed
/// one can be opened again without it.</item>
/// <item><c>pushed_at</c> moves by the Contents API alone, never by refs; <see cref="GitHubDriver"/> makes up for it.</item>
/// <item>The Git Data API works in an empty repository (GitHub: 409), where a branch or tree is 404 and commits are 409.</item>
/// <item>A token that it doesn't know is taken for <c>reader</c> (GitHub: 401); without a token public things can be read
/// and the rest is 401.</item>
/// <item>Whoever is signed in may open and edit any pull request of a public repository; contents need rights, else 403.</item>
/// <item>A private repository that one may not see is 403 (GitHub: 404). Names are case-sensitive (GitHub: not).</item>
/// <item>A new tree's entries need their <c>type</c>. Trees, commits and contents can be asked for by branch, tag or SHA.</item>
/// <item>No ETags, no conditional requests, no secondary rate limit; 5,000 requests an hour a token, then 403.</item>
/// <item>Addresses in answers (<c>html_url</c>) say <c>localhost</c>, and <c>html_url</c> leads nowhere.</item>
/// </list>
/// </remarks>
public sealed partial class GitHubEmulator : RealServer
{
    /// <summary>The token of <c>admin</c>, who may do everything.</summary>
    public const string Token = "test_token_admin";

    /// <summary>The token of <c>reader</c>, who may read public repositories and write nowhere.</summary>
    public const string ReaderToken = "test_token_reader";

    /// <summary>An organisation, owned by admin.</summary>
    public const string Organization = "acme";

    /// <summary>The id of a GitHub App.</summary>
    public const int AppId = 4711;

    /// <summary>Its installation in <see cref="Organization"/>, on all repositories.</summary>
    public const int InstallationId = 815;

    // Its command line takes no port 0; its library does, so that nothing races for a port.
    private const string StartScript = """
        const { createEmulator } = await import(process.env.EMULATE_MODULE);
        const { url } = await createEmulator({ service: 'github', port: 0, hostname: '127.0.0.1', seed: JSON.parse(process.env.EMULATE_SEED) });
        console.log('github emulator listening on 127.0.0.1:' + new URL(url).port);
        """;

    private Uri? _address;
    private GitHubDriver? _driver;
    private HttpClient? _client;
    private string? _appKey;

    /// <summary><c>http://127.0.0.1:port/</c>, the API's root.</summary>
    public Uri Address => Running(_address);

    /// <summary>Arranges repositories and looks at them.</summary>
    public GitHubDriver Driver => Running(_driver);

    /// <summary>The App's private key, RSA in PEM.</summary>
    public string AppPrivateKey => Running(_appKey);

    /// <inheritdoc/>
    protected override async Task StartAsync(CancellationToken cancellationToken)
    {
        var packages = await NodePackages.GetAsync(cancellationToken);
        using var rsa = RSA.Create(2048);
        _appKey = rsa.ExportRSAPrivateKeyPem();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["EMULATE_MODULE"] = new Uri(Path.Combine(packages.Modules, "emulate", "dist", "api.js")).AbsoluteUri,
            ["EMULATE_SEED"] = Seed(_appKey).ToJsonString(),
        };
        var process = Own(ServerProcess.Start(
            "The GitHub emulator", TemporaryFolder, packages.Node, ["--input-type=module", "-e", StartScript], environment));
        var ready = await process.WaitForLineAsync(Ready, Patience, cancellationToken);
        var address = new Uri($"http://{ready.Groups["address"].Value}/");

        _client = new HttpClient { BaseAddress = address };
        _client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        _driver = new GitHubDriver(_client);
        _address = address;
    }

    /// <inheritdoc/>
    protected override ValueTask StopAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static JsonObject Seed(string appKey) => new()
    {
        ["tokens"] = new JsonObject
        {
            [Token] = new JsonObject { ["login"] = "admin", ["scopes"] = new JsonArray("repo", "user", "admin:org", "admin:repo_hook") },
            [ReaderToken] = new JsonObject { ["login"] = "reader", ["scopes"] = new JsonArray("repo") },
        },
        ["github"] = new JsonObject
        {
            // The first one is also whom it takes the bearer of an unknown token for.
            ["users"] = new JsonArray(new JsonObject { ["login"] = "reader" }),
            ["orgs"] = new JsonArray(new JsonObject
            {
                ["login"] = Organization,
                ["members"] = new JsonArray(new JsonObject { ["login"] = "admin", ["role"] = "admin" }),
            }),
            ["apps"] = new JsonArray(new JsonObject
            {
                ["app_id"] = AppId,
                ["slug"] = "basewatch",
                ["name"] = "Basewatch",
                ["private_key"] = appKey,
                ["permissions"] = new JsonObject { ["contents"] = "write", ["pull_requests"] = "write", ["issues"] = "write", ["metadata"] = "read" },
                ["installations"] = new JsonArray(new JsonObject
                {
                    ["installation_id"] = InstallationId,
                    ["account"] = Organization,
                    ["repository_selection"] = "all",
                }),
            }),
        },
    };

    [GeneratedRegex("listening on (?<address>127\\.0\\.0\\.1:[0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Ready { get; }
}
