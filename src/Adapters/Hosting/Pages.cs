using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Hosting;

/// <summary>
/// Where this service's pages are. A link to the snooze page is signed, so that it is open to whoever was sent it and to nobody else,
/// and it expires.
/// </summary>
public sealed class Pages : IPages
{
    /// <summary>Path of the snooze page.</summary>
    public const string SnoozePath = "/api/alerts/snooze";

    /// <summary>Path that badges are below.</summary>
    public const string BadgePath = "/badge";

    /// <summary>Days that a link can be used, at least.</summary>
    public const int LinkDays = 60;

    /// <summary>A longer subject has no page: a link has to fit where it is shown.</summary>
    public const int LongestSubject = 600;

    private readonly Uri? _address;
    private readonly byte[]? _key;
    private readonly TimeProvider _time;
    private readonly BadgeMode _badges;

    /// <summary>Takes address and key from valid settings. Without a key there are no signed links.</summary>
    public Pages(BasewatchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_address, _time, _badges) = (options.PublicAddress, time, options.Badges);
        if ((options.LinkKey ?? options.Key) is { } key)
        {
            _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), 32, info: "basewatch snooze links 1"u8.ToArray());
        }
    }

    /// <summary>Whether links can be signed, and so checked.</summary>
    public bool HasKey => _key is not null;

    /// <summary>Today. The day ends everywhere at once: with the one of UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);

    /// <inheritdoc/>
    public string? Overview => _address?.AbsoluteUri;

    /// <inheritdoc/>
    public string? SnoozeOf(string subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return _address is null || _key is null || subject.Length is 0 or > LongestSubject ? null
            : _address.AbsoluteUri.TrimEnd('/') + SnoozePath + QueryOf(subject);
    }

    /// <summary>Where a repository's badge is, signed where it can be; null where badges are off or it is not known where people see this service.</summary>
    public string? BadgeOf(RepositoryName repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _address is null || _badges == BadgeMode.Off ? null
            : $"{_address.AbsoluteUri.TrimEnd('/')}{BadgePath}/{repository}.svg{(_badges == BadgeMode.Signed ? $"?signature={SignBadge(repository)}" : "")}";
    }

    /// <summary>Whether the address of a badge was made here. It is good as long as the key: a README is written once.</summary>
    internal bool IsBadge(RepositoryName repository, string signature) =>
        _key is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(SignBadge(repository)), Encoding.UTF8.GetBytes(signature));

    private string SignBadge(RepositoryName repository) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key ?? throw new InvalidOperationException("there is no key"), Encoding.UTF8.GetBytes($"badge\n{repository.ToString().ToLowerInvariant()}")));

    /// <summary>The query of a link that is good from today.</summary>
    public string QueryOf(string subject)
    {
        // Until the end of a day, so that the same link is made all day long.
        var expires = Today.AddDays(LinkDays + 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return QueryOf(subject, expires, Sign(subject, expires));
    }

    /// <summary>The query of a link.</summary>
    internal static string QueryOf(string subject, string expires, string signature) =>
        $"?subject={Uri.EscapeDataString(subject)}&expires={Uri.EscapeDataString(expires)}&signature={Uri.EscapeDataString(signature)}";

    /// <summary>Whether a link was made here, and when it ends. Takes the same time for every wrong signature.</summary>
    internal bool IsSigned(string subject, string expires, string signature) =>
        _key is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(subject, expires)), Encoding.UTF8.GetBytes(signature));

    /// <summary>Whether a link that was made here is still good.</summary>
    internal bool IsCurrent(string expires) =>
        DateOnly.TryParseExact(expires, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && Today < day;

    private string Sign(string subject, string expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key ?? throw new InvalidOperationException("there is no key"), Encoding.UTF8.GetBytes($"snooze\n{expires}\n{subject}")));
}
