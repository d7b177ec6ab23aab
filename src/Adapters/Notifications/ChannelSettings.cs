using System.Net;
using Basewatch.Adapters.Connections;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Notifications;

/// <summary>A channel in the settings. Holds secrets: never printed as a whole.</summary>
public sealed class ChannelSettings
{
    /// <summary>What <c>TeamsWebhook</c> is called.</summary>
    public const string TeamsName = "teams";

    /// <summary>Names that routes give another meaning.</summary>
    private static readonly string[] Reserved = ["issue"];

    private const int LongestName = 40;

    /// <summary>How routes name it: letters, digits, <c>-</c> and <c>_</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is.</summary>
    public ChannelKind Kind { get; set; }

    /// <summary>Of a webhook, Teams' too: where messages are posted. A secret.</summary>
    public Uri? Address { get; set; }

    /// <summary>Of a webhook: the key that events are signed with, <c>whsec_</c> and 24 to 64 bytes in Base64. A secret.</summary>
    public string? Secret { get; set; }

    /// <summary>Of a webhook: whether it may have a private address.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>Of Markdown: the folder.</summary>
    public string? Folder { get; set; }

    /// <summary>How far away the address may be. One on this machine says so by itself.</summary>
    internal AddressScope Scope => AllowPrivate || Address is { IsLoopback: true } ? AddressScope.Private : AddressScope.Public;

    /// <summary>What is wrong with all channels, one sentence each and without any secret.</summary>
    public static IEnumerable<string> Problems(IReadOnlyList<ChannelSettings> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var channel in channels)
        {
            var name = Excerpt.Of(channel.Name);
            if (channel.Name.Length is 0 or > LongestName || !channel.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                yield return $"Channels: '{name}' is no name: 1 to {LongestName} letters, digits, - and _ are";
            }
            else if (Reserved.Contains(channel.Name, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"Channels: the name '{name}' has another meaning: take another";
            }
            else if (!names.Add(channel.Name))
            {
                yield return $"Channels: two have the name '{name}'{(name.Equals(TeamsName, StringComparison.OrdinalIgnoreCase) ? ", which TeamsWebhook has too" : "")}";
            }

            foreach (var problem in channel.Problems())
            {
                yield return $"Channels: {name}: {problem}";
            }
        }
    }

    /// <summary>The bytes of a key as the settings have it; null where it is none.</summary>
    internal static byte[]? KeyOf(string secret)
    {
        var bytes = new byte[96];
        return secret.StartsWith("whsec_", StringComparison.Ordinal) && Convert.TryFromBase64String(secret["whsec_".Length..], bytes, out var count) && count is >= 24 and <= 64
            ? bytes[..count]
            : null;
    }

    private IEnumerable<string> Problems()
    {
        if (Kind == ChannelKind.Markdown)
        {
            if (string.IsNullOrWhiteSpace(Folder) || Folder.Contains('\0', StringComparison.Ordinal))
            {
                yield return "Folder is missing: the folder that its files are written to";
            }

            if (Address is not null)
            {
                yield return "Address is for webhooks: Markdown has a Folder";
            }
        }
        else if (Folder is not null)
        {
            yield return "Folder is for Markdown: a webhook has an Address";
        }
        else if (AddressProblem() is { } problem)
        {
            yield return problem;
        }

        if (Secret is not null && (Kind != ChannelKind.Webhook || KeyOf(Secret) is null))
        {
            yield return Kind != ChannelKind.Webhook
                ? "Secret is for the kind webhook alone"
                : "Secret is no key: whsec_ and 24 to 64 bytes in Base64 are, such as whsec_ and what 'openssl rand -base64 32' prints";
        }
    }

    private string? AddressProblem() =>
        Address is null ? "Address is missing: where messages are posted"
        : !Address.IsAbsoluteUri || !(Address.Scheme == Uri.UriSchemeHttps || (Address.Scheme == Uri.UriSchemeHttp && Address.IsLoopback)) ? "Address must be an https address, copied whole"
        : Address.UserInfo.Length > 0 ? "Address has a user name in it, which is not sent: leave it out"
        : IPAddress.TryParse(Address.IdnHost, out var ip) && AddressScopes.Of(ip) > Scope
            ? AddressScopes.Of(ip) == AddressScope.Any ? $"Address has the host {Address.IdnHost}, where no webhook is" : $"Address has the private host {Address.IdnHost}: set AllowPrivate if that is meant"
        : null;
}
