using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.World.Parts;

namespace Basewatch.World.Servers;

/// <summary>The distribution registry (Debian's <c>docker-registry</c>), in memory, with deletion allowed.</summary>
public sealed partial class RegistryServer : RealServer
{
    /// <summary>The user of a registry with <see cref="RequiresLogin"/>.</summary>
    public const string UserName = "tester";

    /// <summary>Its password.</summary>
    public const string Password = "correct-horse";

    // The password above in bcrypt, the only hash that the registry takes, at its lowest cost.
    private const string HtpasswdLine = UserName + ":$2b$04$9oP25rPYM5QYVrLdlCXdl.xA.GdB3Iq13moKnP5v2d0qlhBma8..u\n";

    private readonly Lock _gate = new();
    private readonly List<RegistryRequest> _requests = [];
    private string? _address;
    private RegistryDriver? _driver;
    private HttpClient? _client;

    /// <summary>The registry answers 401 to whoever doesn't sign in by basic authentication.</summary>
    public bool RequiresLogin { get; init; }

    /// <summary>The registry takes the tokens of this service, which must run.</summary>
    public TokenService? Tokens { get; init; }

    /// <summary>The token that the driver uses.</summary>
    public string? DriverToken { get; init; }

    /// <summary>Its certificate with the key, in PEM: the registry speaks TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>Who signed <see cref="Certificate"/>.</summary>
    public X509Certificate2? Authority { get; init; }

    /// <summary>The registry is a cache of the one at this address.</summary>
    public string? CacheOf { get; init; }

    /// <summary>Host and port, as an image reference names the registry: <c>127.0.0.1:port</c>.</summary>
    public string Address => Running(_address);

    /// <summary>Pushes, looks and deletes.</summary>
    public RegistryDriver Driver => Running(_driver);

    /// <summary>The requests answered since the start or the last <see cref="ForgetRequestsAsync"/>, the driver's own among them.</summary>
    public async Task<IReadOnlyList<RegistryRequest>> RequestsAsync(CancellationToken cancellationToken)
    {
        // The registry writes a line after its answer has gone out. A request of our own, made now, shows when it has caught up.
        var mark = $"/v2/?mark={Guid.NewGuid():N}";
        using (var marked = await Running(_client).GetAsync(mark, cancellationToken))
        {
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            lock (_gate)
            {
                if (_requests.RemoveAll(r => string.Equals(r.Path, mark, StringComparison.Ordinal)) > 0)
                {
                    return [.. _requests];
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
    }

    /// <summary>Starts the count anew.</summary>
    public async Task ForgetRequestsAsync(CancellationToken cancellationToken)
    {
        await RequestsAsync(cancellationToken);
        lock (_gate)
        {
            _requests.Clear();
        }
    }

    /// <inheritdoc/>
    protected override async Task StartAsync(CancellationToken cancellationToken)
    {
        var program = await DebianPackage.DockerRegistry.GetAsync(cancellationToken);
        // Port 0: the system chooses, and the registry's log says which.
        var configuration = new StringBuilder("""
            version: 0.1
            log: {level: info}
            storage:
              inmemory: {}
              delete: {enabled: true}
            http:
              addr: 127.0.0.1:0
              secret: not-a-secret

            """);
        if (RequiresLogin)
        {
            var htpasswd = Path.Combine(TemporaryFolder, "htpasswd");
            await File.WriteAllTextAsync(htpasswd, HtpasswdLine, cancellationToken);
            configuration.Append("auth:\n  htpasswd: {realm: basewatch-tests, path: '").Append(htpasswd).Append("'}\n");
        }

        if (Tokens is not null)
        {
            var bundle = Path.Combine(TemporaryFolder, "tokens.pem");
            await File.WriteAllTextAsync(bundle, Tokens.Pem, cancellationToken);
            configuration.Append("auth:\n  token: {realm: '").Append(Tokens.Address).Append("token', service: '").Append(TokenService.Service)
                .Append("', issuer: '").Append(TokenService.Issuer).Append("', rootcertbundle: '").Append(bundle).Append("'}\n");
        }

        if (Certificate is not null)
        {
            var certificate = Path.Combine(TemporaryFolder, "server.pem");
            await File.WriteAllTextAsync(certificate, Certificate, cancellationToken);
            configuration.Replace("  secret:", $"  tls: {{certificate: '{certificate}', key: '{certificate}'}}\n  secret:");
        }

        if (CacheOf is not null)
        {
            configuration.Append("proxy: {remoteurl: '").Append(CacheOf).Append("'}\n");
        }

        var file = Path.Combine(TemporaryFolder, "config.yml");
        await File.WriteAllTextAsync(file, configuration.ToString(), cancellationToken);
        var process = Own(ServerProcess.Start("docker-registry", TemporaryFolder, program.Path, ["serve", file], program.Environment, Note));
        var ready = await process.WaitForLineAsync(Ready, Patience, cancellationToken);

        var address = ready.Groups["address"].Value;
        var handler = new SocketsHttpHandler();
        if (Authority is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { Authority } };
        }

        _client = new HttpClient(handler) { BaseAddress = new Uri($"{(Certificate is null ? "http" : "https")}://{address}") };
        if (DriverToken is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", DriverToken);
        }

        if (RequiresLogin)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}")));
        }

        _driver = new RegistryDriver(_client);
        _address = address;
    }

    /// <inheritdoc/>
    protected override ValueTask StopAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Note(string line)
    {
        if (AccessLogLine.Match(line) is { Success: true } match)
        {
            lock (_gate)
            {
                _requests.Add(new RegistryRequest(
                    match.Groups["method"].Value, match.Groups["path"].Value, int.Parse(match.Groups["status"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)));
            }
        }
    }

    [GeneratedRegex("msg=\"listening on (?<address>127\\.0\\.0\\.1:[0-9]+)(?:, tls)?\"", RegexOptions.NonBacktracking)]
    private static partial Regex Ready { get; }

    // Apache's combined log format.
    [GeneratedRegex("^\\S+ - \\S+ \\[[^]]*\\] \"(?<method>[A-Z]+) (?<path>\\S+) HTTP/[0-9.]+\" (?<status>[0-9]{3}) ", RegexOptions.NonBacktracking)]
    private static partial Regex AccessLogLine { get; }
}
