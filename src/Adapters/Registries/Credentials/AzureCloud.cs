namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>A cloud of Azure's, as its registries are named and signed in to.</summary>
/// <param name="Suffix">What the names of its registries end in.</param>
/// <param name="Scope">What an Entra token is asked for (<see href="https://learn.microsoft.com/dotnet/api/azure.containers.containerregistry.containerregistryaudience"/>).</param>
/// <param name="Authority">Where it is asked for.</param>
internal sealed record AzureCloud(string Suffix, string Scope, Uri Authority)
{
    /// <summary>
    /// The public cloud. Its registries may refuse tokens of the resource manager, and take these
    /// (<see href="https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md"/>).
    /// </summary>
    public static AzureCloud Public { get; } = new(".azurecr.io", "https://containerregistry.azure.net/.default", Azure.Identity.AzureAuthorityHosts.AzurePublicCloud);

    private static readonly AzureCloud[] All =
    [
        Public,
        new(".azurecr.cn", "https://management.chinacloudapi.cn/.default", Azure.Identity.AzureAuthorityHosts.AzureChina),
        new(".azurecr.us", "https://management.usgovcloudapi.net/.default", Azure.Identity.AzureAuthorityHosts.AzureGovernment),
    ];

    /// <summary>The cloud that a registry is in by its name; null where it is none of Azure's.</summary>
    public static AzureCloud? Of(string host) => Array.Find(All, c => host.EndsWith(c.Suffix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether two hosts are one registry: <c>fox.azurecr.io</c>, and <c>fox.westeurope.geo.azurecr.io</c> for one of its regions.</summary>
    public static bool IsSameRegistry(string host, string other) =>
        Of(host) is { } cloud && LoginServer(host, cloud).Equals(Of(other) == cloud ? LoginServer(other, cloud) : null, StringComparison.OrdinalIgnoreCase);

    private static string LoginServer(string host, AzureCloud cloud) =>
        host.EndsWith(".geo" + cloud.Suffix, StringComparison.OrdinalIgnoreCase) ? host[..host.IndexOf('.', StringComparison.Ordinal)] + cloud.Suffix : host;
}
