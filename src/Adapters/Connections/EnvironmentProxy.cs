using System.Collections.Concurrent;
using System.Net;

namespace Basewatch.Adapters.Connections;

/// <summary>
/// The proxy of the environment (<c>HTTPS_PROXY</c>, <c>NO_PROXY</c>), which is never asked for this machine itself.
/// It remembers where it sends: whoever sets a proxy trusts it, also at a private address.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy
{
    private readonly ConcurrentDictionary<(string Host, int Port), bool> _proxies = new();

    /// <inheritdoc/>
    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination)
    {
        if (IsBypassed(destination) || HttpClient.DefaultProxy.GetProxy(destination) is not { } proxy)
        {
            return null;
        }

        _proxies.TryAdd((proxy.IdnHost, proxy.Port), true);
        return proxy;
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);

    /// <summary>Whether a proxy is there.</summary>
    public bool IsAt(DnsEndPoint endpoint) => !_proxies.IsEmpty && _proxies.ContainsKey((endpoint.Host, endpoint.Port));
}
