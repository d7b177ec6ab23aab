using System.Net;
using System.Net.Sockets;

namespace Basewatch.Adapters.Connections;

/// <summary>How far away an address is, or may be.</summary>
internal enum AddressScope
{
    /// <summary>On the public internet.</summary>
    Public,

    /// <summary>In a private network, or this machine.</summary>
    Private,

    /// <summary>Where no registry is: link-local, cloud metadata, multicast, reserved.</summary>
    Any,
}

/// <summary>
/// The scope of addresses, after the IANA special-purpose registries
/// (<see href="https://www.iana.org/assignments/iana-ipv4-special-registry/"/>, <see href="https://www.iana.org/assignments/iana-ipv6-special-registry/"/>).
/// </summary>
internal static class AddressScopes
{
    private static readonly IPNetwork[] PrivateNetworks = Networks(
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7");

    // Within public or private ranges, and yet the metadata services of Azure, Alibaba and AWS.
    private static readonly IPNetwork[] MetadataServices = Networks("168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::254/128");

    private static readonly IPNetwork[] SpecialNetworks = Networks(
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3");

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialInGlobalUnicast = Networks("2001::/23", "2001:db8::/32", "3fff::/20");

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    private static readonly IPNetwork TranslatedToIPv4 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>The scope of an address. An IPv6 address that carries an IPv4 one has that one's scope.</summary>
    public static AddressScope Of(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Span<byte> bytes = stackalloc byte[16];
            address.TryWriteBytes(bytes, out _);
            if (address.IsIPv4MappedToIPv6 || TranslatedToIPv4.Contains(address))
            {
                return Of(new IPAddress(bytes[12..]));
            }

            if (SixToFour.Contains(address))
            {
                return Of(new IPAddress(bytes[2..6]));
            }
        }

        return Within(MetadataServices, address) ? AddressScope.Any
            : Within(PrivateNetworks, address) ? AddressScope.Private
            : address.AddressFamily == AddressFamily.InterNetwork ? (Within(SpecialNetworks, address) ? AddressScope.Any : AddressScope.Public)
            : GlobalUnicast.Contains(address) && !Within(SpecialInGlobalUnicast, address) ? AddressScope.Public
            : AddressScope.Any;
    }

    private static bool Within(IPNetwork[] networks, IPAddress address) => Array.Exists(networks, n => n.Contains(address));

    private static IPNetwork[] Networks(params string[] texts) => Array.ConvertAll(texts, text => IPNetwork.Parse(text));
}
