using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>Against the distribution registry itself, behind tokens, behind TLS, and as a cache of another.</summary>
public sealed class DistributionSignInTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_opens_what_its_scope_says_and_nothing_more()
    {
        await using var tokens = new TokenService();
        await tokens.InitializeAsync();
        await using var server = new RegistryServer { Tokens = tokens, DriverToken = tokens.Issue(["open/app", "closed/app", "secret/app"], "pull", "push") };
        await server.InitializeAsync();
        foreach (var repository in new[] { "open/app", "closed/app", "secret/app" })
        {
            await server.Driver.PushAsync(new SampleImage(repository, "1"), Token);
        }

        await server.ForgetRequestsAsync(Token);
        using var anonymous = Scripts.Open();
        Assert.Equal(["1"], await anonymous.ListTagsAsync(Name("open/app"), Token));
        Assert.NotNull(await anonymous.GetManifestAsync(ImageReference.Parse($"{server.Address}/open/app:1"), Token));
        Assert.Equal([401, 200, 200], (await server.RequestsAsync(Token)).Where(r => r.Path.Contains("open", StringComparison.Ordinal)).Select(r => r.Status));
        var e = await Assert.ThrowsAsync<RegistryException>(() => anonymous.ListTagsAsync(Name("closed/app"), Token));
        Assert.Contains("list " + server.Address + " with a user name and password", e.Message, StringComparison.Ordinal);

        var settings = new RegistrySettings { Host = server.Address, Username = RegistryServer.UserName, Password = RegistryServer.Password };
        using var signedIn = Scripts.Open(settings);
        Assert.Equal(["1"], await signedIn.ListTagsAsync(Name("open/app"), Token));
        Assert.Equal(["1"], await signedIn.ListTagsAsync(Name("closed/app"), Token));
        Assert.Null(await signedIn.ResolveAsync(ImageReference.Parse($"{server.Address}/closed/app:9"), Token));
        e = await Assert.ThrowsAsync<RegistryException>(() => signedIn.ListTagsAsync(Name("secret/app"), Token));
        Assert.Contains("the credentials in the registry settings are wrong or may not read it", e.Message, StringComparison.Ordinal);

        using var wrong = Scripts.Open(settings with { Password = "wrong-horse" });
        e = await Assert.ThrowsAsync<RegistryException>(() => wrong.ListTagsAsync(Name("open/app"), Token));
        Assert.Contains("(401 UNAUTHORIZED: wrong password)", e.Message, StringComparison.Ordinal);

        ImageName Name(string repository) => ImageName.Parse($"{server.Address}/{repository}");
    }

    [Fact]
    public async Task A_registry_with_an_authority_of_ones_own_is_trusted_where_its_file_is_set_and_by_its_own_name()
    {
        using var key = RSA.Create(2048);
        var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        var request = new CertificateRequest("CN=authority of the tests", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = request.CreateSelfSigned(from, to);
        var folder = Directory.CreateTempSubdirectory("basewatch-ca-");
        try
        {
            var file = Path.Combine(folder.FullName, "ca.pem");
            await File.WriteAllTextAsync(file, authority.ExportCertificatePem(), Token);
            await using var server = new RegistryServer { Authority = authority, Certificate = Certificate(authority, from, to, IPAddress.Loopback) };
            await server.InitializeAsync();
            await server.Driver.PushAsync(new SampleImage("tests/tls", "1"), Token);
            var image = ImageName.Parse($"{server.Address}/tests/tls");
            var settings = new RegistrySettings { Host = server.Address, Endpoint = $"https://{server.Address}" };

            using var trusting = Scripts.Open(settings with { CaFile = file });
            Assert.Equal(["1"], await trusting.ListTagsAsync(image, Token));
            using var stranger = Scripts.Open(settings);
            var e = await Assert.ThrowsAsync<RegistryException>(() => stranger.ListTagsAsync(image, Token));
            Assert.Equal(RegistryFailure.Unreachable, e.Failure);
            Assert.EndsWith("and where its certificate is of an authority of your own, with CaFile", e.Message, StringComparison.Ordinal);

            // The authority does not make one host another.
            await using var other = new RegistryServer { Certificate = Certificate(authority, from, to, IPAddress.Parse("127.0.0.9")) };
            await other.InitializeAsync();
            using var misled = Scripts.Open(new RegistrySettings { Host = other.Address, Endpoint = $"https://{other.Address}", CaFile = file });
            await Assert.ThrowsAsync<RegistryException>(() => misled.ListTagsAsync(ImageName.Parse($"{other.Address}/tests/tls"), Token));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_cache_of_another_registry_gives_what_that_one_has()
    {
        await using var origin = new RegistryServer();
        await origin.InitializeAsync();
        var image = new SampleImage("tests/cached", "1");
        var first = await origin.Driver.PushAsync(image, Token);
        await using var cache = new RegistryServer { CacheOf = $"http://{origin.Address}" };
        await cache.InitializeAsync();
        using var registry = Scripts.Open(new RegistrySettings { Host = origin.Address, Endpoint = $"http://{cache.Address}" });
        var reference = ImageReference.Parse($"{origin.Address}/tests/cached:1");

        Assert.Equal(["1"], await registry.ListTagsAsync(reference.Name, Token));
        Assert.Equal(first, (await registry.ResolveAsync(reference, Token))?.ToString());
        Assert.Equal(first, (await registry.GetManifestAsync(reference, Token))?.Digest.ToString());
        var second = await origin.Driver.PushAsync(image with { Content = "second" }, Token);
        Assert.Equal(second, (await registry.ResolveAsync(reference, Token))?.ToString());
        Assert.Null(await registry.ResolveAsync(ImageReference.Parse($"{origin.Address}/tests/cached:2"), Token));
        Assert.Contains(await cache.RequestsAsync(Token), r => r.Path == "/v2/tests/cached/manifests/1");
    }

    private static string Certificate(X509Certificate2 authority, DateTimeOffset from, DateTimeOffset to, IPAddress address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=registry of the tests", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.Create(authority, from, to, [1, 2, 3, 4]);
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
