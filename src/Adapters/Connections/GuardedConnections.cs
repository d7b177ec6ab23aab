using System.Net;
using System.Net.Sockets;

namespace Basewatch.Adapters.Connections;

/// <summary>
/// Makes connections to addresses within a scope alone. The address is checked that is connected to, so a name
/// that resolves anew between a check and its use changes nothing, and redirects and sign-in services are held to it too.
/// </summary>
internal static class GuardedConnections
{
    /// <summary>A client for addresses within <paramref name="scope"/>. It follows no redirects and keeps no cookies.</summary>
    public static HttpClient CreateClient(AddressScope scope, int connectionsPerServer, PrivateAuthorities? authorities = null)
    {
        var proxy = new EnvironmentProxy();
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            // Less than a request has, so that a host that can't be reached is told from one that is slow.
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, scope, proxy, cancellationToken),
            EnableMultipleHttp2Connections = true,
            MaxConnectionsPerServer = connectionsPerServer,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            Proxy = proxy,
            UseCookies = false,
        };
        if (authorities is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => authorities.Accepts(certificate, chain, errors);
        }

        var client = new HttpClient(handler)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new("Basewatch", typeof(GuardedConnections).Assembly.GetName().Version?.ToString(3)));
        return client;
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, AddressScope scope, EnvironmentProxy proxy, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (scope == AddressScope.Any || proxy.IsAt(endpoint))
            {
                await socket.ConnectAsync(endpoint, cancellationToken);
            }
            else
            {
                var addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken);
                var allowed = Array.FindAll(addresses, a => AddressScopes.Of(a) <= scope);
                if (allowed.Length == 0 && addresses.Length > 0)
                {
                    throw new ForbiddenAddressException(endpoint.Host, addresses[0]);
                }

                await socket.ConnectAsync(allowed, endpoint.Port, cancellationToken);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host is at an address where it may not be reached.</summary>
internal sealed class ForbiddenAddressException(string host, IPAddress address) : IOException($"{host} is at {address}")
{
    /// <summary>The host that was connected to.</summary>
    public string Name { get; } = host;

    /// <summary>Its first address.</summary>
    public IPAddress Address { get; } = address;
}
