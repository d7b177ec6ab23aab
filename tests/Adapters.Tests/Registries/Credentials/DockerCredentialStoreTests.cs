using System.Text;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries.Credentials;

public sealed class DockerCredentialStoreTests : IDisposable
{
    private static readonly string[] Words = ["{", "}", "[", "]", ":", ",", "\"auths\"", "\"credHelpers\"", "\"credsStore\"", "\"auth\"", "\"\"", "null", "1", "\"x/y\"", "\"YTpi\""];

    private readonly string _folder = Directory.CreateTempSubdirectory("basewatch-docker-").FullName;
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly Warnings _warnings = new();
    private readonly FakeTimeProvider _time = new();

    public DockerCredentialStoreTests()
    {
        _environment["HOME"] = _folder;
        _environment["PATH"] = _folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ghcr.io", "ghcr.io", "octo/app", true)]
    [InlineData("https://ghcr.io", "ghcr.io", "octo/app", true)]
    [InlineData("https://ghcr.io/v2/", "ghcr.io", "octo/app", true)]
    [InlineData("ghcr.io/v1/", "ghcr.io", "octo/app", true)]
    [InlineData("GHCR.io/", "ghcr.io", "octo/app", true)]
    [InlineData("https://index.docker.io/v1/", "docker.io", "library/python", true)]
    [InlineData("index.docker.io", "docker.io", "octo/app", true)]
    [InlineData("docker.io", "docker.io", "octo/app", true)]
    [InlineData("registry.example.com:5000", "registry.example.com:5000", "a", true)]
    [InlineData("http://registry.example.com:5000", "registry.example.com:5000", "a", true)]
    [InlineData("registry.example.com", "registry.example.com:443", "a", true)]
    [InlineData("registry.example.com:443", "registry.example.com", "a", true)]
    [InlineData("registry.example.com", "registry.example.com:5000", "a", false)]
    [InlineData("registry.example.com:5000", "registry.example.com", "a", false)]
    [InlineData("quay.io/octo", "quay.io", "octo/app", true)]
    [InlineData("quay.io/octo/app", "quay.io", "octo/app", true)]
    [InlineData("quay.io/octo", "quay.io", "octopus/app", false)]
    [InlineData("quay.io/octo/app", "quay.io", "octo", false)]
    [InlineData("https://quay.io/octo", "quay.io", "else/app", true)]
    [InlineData("evil-ghcr.io", "ghcr.io", "a/b", false)]
    [InlineData("ghcr.io.evil.example", "ghcr.io", "a/b", false)]
    public async Task A_login_is_for_the_registry_that_its_key_names_in_any_of_its_forms(string key, string host, string repository, bool found)
    {
        Write(".docker/config.json", $$$$"""{"auths":{"{{{{key}}}}":{"auth":"{{{{Auth("ann:s3:cret")}}}}"}}}""");
        var login = await Store().FindAsync(host, repository, Token);
        Assert.Equal(found ? ("ann", "s3:cret") : (null, null), (login?.Username, login?.Password));
        Assert.Empty(_warnings.Lines);
    }

    [Fact]
    public async Task Of_several_keys_the_one_that_is_nearest_to_the_repository_counts()
    {
        Write(".docker/config.json", $$$$"""{"auths":{"quay.io":{"auth":"{{{{Auth("all:x")}}}}"},"quay.io/octo/app":{"auth":"{{{{Auth("app:x")}}}}"},"quay.io/octo":{"auth":"{{{{Auth("octo:x")}}}}"}}}""");
        var store = Store();
        Assert.Equal("app", (await store.FindAsync("quay.io", "octo/app", Token))?.Username);
        Assert.Equal("app", (await store.FindAsync("quay.io", "octo/app/sub", Token))?.Username);
        Assert.Equal("octo", (await store.FindAsync("quay.io", "octo/other", Token))?.Username);
        Assert.Equal("all", (await store.FindAsync("quay.io", "else", Token))?.Username);
    }

    [Fact]
    public async Task Every_kind_of_entry_is_read()
    {
        Write(".docker/config.json", $$$$"""
            {"auths":{
              "a.example":{"auth":"{{{{Auth("00000000-0000-0000-0000-000000000000:")}}}}","identitytoken":"refresh"},
              "b.example":{"registrytoken":"bearer"},
              "c.example":{"username":"ann","password":"s3cret","email":"a@b.c"},
              "d.example":{}},
             "HttpHeaders":{"X-Meta":"x"},"currentContext":"desktop-linux"}
            """);
        var store = Store();
        Assert.Equal("refresh", (await store.FindAsync("a.example", "x", Token))?.IdentityToken);
        Assert.Equal("bearer", (await store.FindAsync("b.example", "x", Token))?.RegistryToken);
        Assert.Equal("s3cret", (await store.FindAsync("c.example", "x", Token))?.Password);
        Assert.Null(await store.FindAsync("d.example", "x", Token));
    }

    [Fact]
    public async Task Configurations_are_looked_into_in_order_and_the_first_that_has_a_login_counts()
    {
        var places = new (string Name, string? Variable, string? Value, string Path)[]
        {
            ("named", "REGISTRY_AUTH_FILE", "named.json", "named.json"),
            ("docker", null, null, ".docker/config.json"),
            ("runtime", "XDG_RUNTIME_DIR", "run", "run/containers/auth.json"),
            ("home", null, null, ".config/containers/auth.json"),
        };
        _environment["DOCKER_AUTH_CONFIG"] = $$$$"""{"auths":{"all.example":{"auth":"{{{{Auth("variable:x")}}}}"}}}""";
        foreach (var (name, variable, value, path) in places)
        {
            if (variable is not null)
            {
                _environment[variable] = Path.Combine(_folder, value!);
            }

            Write(path, $$$$"""{"auths":{"all.example":{"auth":"{{{{Auth(name + ":x")}}}}"},"{{{{name}}}}.example":{"auth":"{{{{Auth(name + ":x")}}}}"}}}""");
        }

        var store = Store();
        Assert.Equal("variable", (await store.FindAsync("all.example", "x", Token))?.Username);
        foreach (var (name, _, _, _) in places)
        {
            Assert.Equal(name, (await store.FindAsync(name + ".example", "x", Token))?.Username);
        }

        _environment["DOCKER_CONFIG"] = Path.Combine(_folder, "elsewhere");
        Write("elsewhere/config.json", $$$$"""{"auths":{"elsewhere.example":{"auth":"{{{{Auth("elsewhere:x")}}}}"}}}""");
        store = Store();
        Assert.Equal("elsewhere", (await store.FindAsync("elsewhere.example", "x", Token))?.Username);
        Assert.Null(await store.FindAsync("docker.example", "x", Token));

        // A service reads the one that it is told to, and no other.
        store = Store(Path.Combine(_folder, "named.json"));
        Assert.Equal("named", (await store.FindAsync("all.example", "x", Token))?.Username);
        Assert.Null(await store.FindAsync("docker.example", "x", Token));
        Assert.Empty(_warnings.Lines);
    }

    [Theory]
    [InlineData("""{"auths":[]}""", "config.json is no Docker configuration (line 1, at $.auths): registries are asked without its logins")]
    [InlineData("{\"auths\":{}\n", "config.json is no Docker configuration (line 2): registries are asked without its logins")]
    [InlineData("", "config.json is no Docker configuration (line 1): registries are asked without its logins")]
    [InlineData("""{"auths":{"bad.example":{"auth":"%s3cret%"},"good.example":{"auth":"YTpi"}}}""", "config.json: auth of bad.example is not the Base64 of a user name, a colon and a password: that registry is asked without it")]
    [InlineData("""{"auths":{"bad.example":{"auth":"czNjcmV0"},"good.example":{"auth":"YTpi"}}}""", "config.json: auth of bad.example is not the Base64 of a user name, a colon and a password: that registry is asked without it")]
    public async Task What_is_wrong_with_a_file_is_told_once_and_no_secret_with_it(string text, string warning)
    {
        Write(".docker/config.json", text);
        var store = Store();
        Assert.Null(await store.FindAsync("bad.example", "x", Token));
        Assert.Equal(text.Contains("good", StringComparison.Ordinal), await store.FindAsync("good.example", "x", Token) is not null);
        Assert.EndsWith(warning, Assert.Single(_warnings.Lines), StringComparison.Ordinal);
        Assert.StartsWith(_folder, _warnings.Lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", _warnings.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void No_file_is_too_odd_to_read() => Gen.OneOf(
        Gen.String,
        Gen.Int[0, Words.Length - 1].Select(i => Words[i]).Array[0, 25].Select(string.Concat)).Sample(text =>
    {
        try
        {
            var configuration = DockerConfiguration.Read(Encoding.UTF8.GetBytes(text), "x");
            Assert.True(configuration.Login("x/y") is null or { Username: "a" });
        }
        catch (FormatException e)
        {
            Assert.StartsWith("is no Docker configuration (line", e.Message, StringComparison.Ordinal);
        }
    });

    [Fact]
    public async Task A_file_that_is_named_and_not_there_is_told_and_a_usual_one_is_not()
    {
        Assert.Null(await Store().FindAsync("a.example", "x", Token));
        Assert.Empty(_warnings.Lines);
        Assert.Null(await Store(Path.Combine(_folder, "none.json")).FindAsync("a.example", "x", Token));
        Assert.Equal(Path.Combine(_folder, "none.json") + ": there is no such file: registries are asked without its logins", Assert.Single(_warnings.Lines));
    }

    [Fact]
    public async Task A_helper_is_told_the_registry_and_is_asked_again_only_after_a_while()
    {
        Helper("mine", """printf '%s %s\n' "$1" "$(cat)" >> "$0.log"; echo '{"ServerURL":"x","Username":"ann","Secret":"s3cret"}'""");
        Helper("store", """printf '%s %s\n' "$1" "$(cat)" >> "$0.log"; echo '{"Username":"<token>","Secret":"refresh"}'""");
        Write(".docker/config.json", """{"credHelpers":{"ecr.example":"mine","quay.io/octo":"mine"},"credsStore":"store","auths":{"ecr.example":{}}}""");
        var store = Store();
        Assert.Equal("s3cret", (await store.FindAsync("ecr.example", "a", Token))?.Password);
        Assert.Equal("ann", (await store.FindAsync("ecr.example", "b", Token))?.Username);
        Assert.Equal("refresh", (await store.FindAsync("docker.io", "library/python", Token))?.IdentityToken);
        Assert.Equal("ann", (await store.FindAsync("quay.io", "octo/app", Token))?.Username);
        Assert.Equal(["get ecr.example", "get quay.io/octo"], Log("mine"));
        Assert.Equal(["get https://index.docker.io/v1/"], Log("store"));

        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("s3cret", (await store.FindAsync("ecr.example", "a", Token))?.Password);
        Assert.Equal(3, Log("mine").Length);
        Assert.Empty(_warnings.Lines);
    }

    [Fact]
    public async Task A_helper_that_knows_nothing_is_no_trouble_and_what_the_file_says_counts()
    {
        Helper("store", """cat >/dev/null; echo "credentials not found in native keychain"; exit 1""");
        Write(".docker/config.json", $$$$"""{"credsStore":"store","auths":{"a.example":{"auth":"{{{{Auth("ann:x")}}}}"}}}""");
        Assert.Equal("ann", (await Store().FindAsync("a.example", "x", Token))?.Username);
        Assert.Null(await Store().FindAsync("b.example", "x", Token));
        Assert.Empty(_warnings.Lines);
    }

    [Theory]
    [InlineData("gone", null, "the credential helper docker-credential-gone is not on the PATH: a.example is asked without its login")]
    [InlineData("../evil", null, "'../evil' is no name of a credential helper: a.example is asked without its login")]
    [InlineData("fails", "cat >/dev/null; echo 'the keychain is locked'; echo noise >&2; exit 3", "the credential helper docker-credential-fails ended with 3 (the keychain is locked): a.example is asked without its login")]
    [InlineData("leaks", """echo '{"Secret":"s3cret"}'; exit 1""", "the credential helper docker-credential-leaks ended with 1: a.example is asked without its login")]
    [InlineData("babbles", "echo s3cret", "the credential helper docker-credential-babbles answered with something that is not its JSON: a.example is asked without its login")]
    [InlineData("floods", "cat /dev/zero", "the credential helper docker-credential-floods answered with more than 64 KiB: a.example is asked without its login")]
    public async Task A_helper_that_is_of_no_use_is_named_once(string name, string? script, string warning)
    {
        if (script is not null)
        {
            Helper(name, script);
        }

        Write(".docker/config.json", $$$$"""{"credHelpers":{"a.example":"{{{{name}}}}"}}""");
        var store = Store();
        Assert.Null(await store.FindAsync("a.example", "x", Token));
        Assert.Null(await store.FindAsync("a.example", "y", Token));
        Assert.Equal(warning, Assert.Single(_warnings.Lines));
    }

    [Fact]
    public void A_helper_is_not_taken_from_a_folder_that_is_relative_to_the_current_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The helper is a shell script.");
        Helper("mine", "exit 0");
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), _folder);
        Assert.Null(CredentialProgram.Find("docker-credential-mine", $".{Path.PathSeparator}{Path.PathSeparator}{relative}"));
        Assert.Equal(Path.Combine(_folder, "docker-credential-mine"), CredentialProgram.Find("docker-credential-mine", $"{relative}{Path.PathSeparator}{_folder}"));
    }

    [Fact]
    public async Task Nothing_is_read_of_a_registry_that_is_open_and_a_login_is_used_where_one_is_wanted()
    {
        var file = Path.Combine(_folder, "logins.json");
        await using var server = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Scripts.Open(options: new RegistryOptions { DockerConfig = file }, logger: _warnings);
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Empty(_warnings.Lines);

        await File.WriteAllTextAsync(file, $$$$"""{"auths":{"{{{{server.Host}}}}":{"auth":"{{{{Auth("ann:s3cret")}}}}"}}}""", Token);
        server.Script = context => context.Request.Headers.Authorization == "Basic " + Auth("ann:s3cret") ? Scripts.Tags("2")(context) : Challenge(context, "Basic realm=\"x\"");
        Assert.Equal(["2"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(["2"], await registry.ListTagsAsync(server.Name("team/other"), Token));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task An_identity_token_is_posted_to_the_sign_in_service()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Path == "/token" ? Answers.Json("""{"access_token":"abc","expires_in":300}""")(context)
            : context.Request.Headers.Authorization == "Bearer abc" ? Scripts.Tags("1")(context)
            : Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"the service\""));
        using var registry = Open(server, """{"identitytoken":"refresh me"}""");
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        var asked = server.Requests[1];
        Assert.Equal(("POST", "/token", "application/x-www-form-urlencoded"), (asked.Method, asked.Path, asked.Headers["Content-Type"]));
        Assert.Equal("grant_type=refresh_token&client_id=basewatch&scope=repository%3Ateam%2Fapp%3Apull&refresh_token=refresh+me&service=the+service", asked.Body);
        Assert.False(asked.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_registry_token_is_sent_as_it_is()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Headers.Authorization == "Bearer abc"
            ? Scripts.Tags("1")(context) : Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\""));
        using var registry = Open(server, """{"registrytoken":"abc"}""");
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_login_that_is_refused_gives_way_to_none_with_a_warning_where_anyone_may_read()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Path == "/token" ? (context.Request.Headers.Authorization.Count > 0 ? Answers.Json("{}", 401) : Answers.Json("""{"token":"open"}"""))(context)
            : context.Request.Headers.Authorization == "Bearer open" ? Scripts.Tags("1")(context)
            : Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\""));
        using var registry = Open(server, $$"""{"auth":"{{Auth("ann:old-s3cret")}}"}""");
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name("team/other"), Token));
        var warning = Assert.Single(_warnings.Lines);
        Assert.Contains("check the credentials in", warning, StringComparison.Ordinal);
        Assert.EndsWith($"; {server.Host} is read without signing in, as anyone may", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_is_refused_is_named_where_not_everyone_may_read()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Path == "/token" ? Answers.Json("{}", 401)(context) : Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\""));
        using var registry = Open(server, $$"""{"auth":"{{Auth("ann:s3cret")}}"}""");
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Contains($"check the credentials in {_folder}", e.Message, StringComparison.Ordinal);
        Assert.Equal(["/v2/team/app/tags/list", "/token", "/token"], server.Requests.Select(r => r.Path.Split('?')[0]));

        // What is known to be wanted is asked for before, and its refusal is not asked for twice.
        await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name("team/other"), Token));
        Assert.Equal(["/token", "/token", "/v2/team/other/tags/list"], server.Requests.Skip(3).Select(r => r.Path.Split('?')[0]));
    }

    [Fact]
    public async Task What_the_settings_say_wins_and_an_anonymous_registry_gets_no_login()
    {
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, "Basic realm=\"x\""));
        foreach (var settings in new[] { new RegistrySettings { Host = server.Host, Username = "bob", Password = "x" }, new RegistrySettings { Host = server.Host, Anonymous = true } })
        {
            using var registry = Open(server, $$"""{"auth":"{{Auth("ann:s3cret")}}"}""", settings);
            await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        }

        Assert.Equal([null, "Basic " + Auth("bob:x"), null], server.Requests.Select(r => r.Headers.GetValueOrDefault("Authorization")));
    }

    [Theory]
    [InlineData("""{"auth":"MDAwMDo=","identitytoken":"s3cret"}""")]
    [InlineData("""{"registrytoken":"s3cret"}""")]
    public async Task A_token_is_of_no_use_where_a_password_is_wanted_and_the_message_says_so(string login)
    {
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, "Basic realm=\"x\""));
        using var registry = Open(server, login);
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.StartsWith($"{server.Host} wants a user name and a password, and the credentials in ", e.Message, StringComparison.Ordinal);
        Assert.All(server.Requests, r => Assert.DoesNotContain("Authorization", r.Headers.Keys));
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_does_not_get_the_login_of_the_registry_that_it_mirrors()
    {
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, "Basic realm=\"x\""));
        Write("logins.json", $$$$"""{"auths":{"ghcr.io":{"auth":"{{{{Auth("ann:s3cret")}}}}"}}}""");
        using var registry = Scripts.Open(
            new RegistrySettings { Host = "ghcr.io", Endpoint = server.Address.AbsoluteUri }, new RegistryOptions { DockerConfig = Path.Combine(_folder, "logins.json"), GitHubToken = "gh-s3cret" });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(Core.Images.ImageName.Parse("ghcr.io/octo/app"), Token));
        Assert.Contains($"or run docker login {server.Host}", e.Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(server.Requests).Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("ghcr.io", null, false, true)]
    [InlineData("ghcr.io", "https://ghcr.io", false, true)]
    [InlineData("ghcr.io", "https://mirror.example.com", false, false)]
    [InlineData("ghcr.io", "https://ghcr.io:8443", false, false)]
    [InlineData("ghcr.io", null, true, false)]
    [InlineData("docker.io", null, false, false)]
    [InlineData("evil.example", null, false, false)]
    public async Task The_GitHub_token_is_for_its_own_registry_where_nothing_else_is_set(string host, string? endpoint, bool anonymous, bool gets)
    {
        Write("logins.json", $$$$"""{"auths":{"quay.io":{"auth":"{{{{Auth("ann:x")}}}}"}}}""");
        var options = new RegistryOptions { Registries = [new RegistrySettings { Host = host, Endpoint = endpoint, Anonymous = anonymous }] };
        var login = await FindAsync(Store(Path.Combine(_folder, "logins.json")), RegistryEndpoint.Of(host, options)!);
        Assert.Equal(gets ? "gh-s3cret" : null, login?.Password);

        Write("logins.json", $$$$"""{"auths":{"ghcr.io":{"auth":"{{{{Auth("ann:x")}}}}"}}}""");
        Assert.Equal(gets ? "x" : null, (await FindAsync(Store(Path.Combine(_folder, "logins.json")), RegistryEndpoint.Of(host, options)!))?.Password);
    }

    private static Task<RegistryLogin?> FindAsync(DockerCredentialStore store, RegistryEndpoint endpoint) =>
        new RegistryLogins(store, new AzureIdentity(_ => throw new InvalidOperationException(), TimeProvider.System), "gh-s3cret")
            .FindAsync(endpoint, null!, "octo/app", new Uri("https://ghcr.io/token"), "ghcr.io", TimeSpan.FromSeconds(1), Token);

    private static string Auth(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static Task Challenge(HttpContext context, string challenge)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return Answers.Json("{}", 401)(context);
    }

    private OciRegistry Open(ScriptedServer server, string login, RegistrySettings? settings = null)
    {
        Write("logins.json", $$$$"""{"auths":{"{{{{server.Host}}}}":{{{{login}}}}}}""");
        return Scripts.Open(settings, new RegistryOptions { DockerConfig = Path.Combine(_folder, "logins.json") }, logger: _warnings);
    }

    private DockerCredentialStore Store(string place = DockerCredentialStore.UsualPlaces) =>
        new(place, name => _environment.GetValueOrDefault(name), _time, _warnings);

    private void Write(string path, string text)
    {
        path = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Helper(string name, string script)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The helper is a shell script.");
        }
        else
        {
            var path = Path.Combine(_folder, "docker-credential-" + name);
            File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string[] Log(string name) => File.ReadAllLines(Path.Combine(_folder, $"docker-credential-{name}.log"));
}
