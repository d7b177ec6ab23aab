using System.Globalization;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>
/// Reads vulnerabilities in OSV's format (<see href="https://ossf.github.io/osv-schema/"/>). Of packages that are no distribution's nothing
/// is kept, and of versions that stand one by one nothing where there are ranges.
/// </summary>
public static class OsvReader
{
    /// <summary>The largest record, in bytes: of the kernel some list every version.</summary>
    public const int LargestRecord = 16 * 1024 * 1024;

    private const int MostAffected = 5000;

    private const int MostEvents = 200;

    private const int MostVersions = 5000;

    private const int MostAliases = 100;

    private const int LongestText = 300;

    private static readonly string[] Distributions =
        ["AlmaLinux", "Alpine", "Azure Linux", "Chainguard", "Debian", "Mageia", "MinimOS", "Photon OS", "Red Hat", "Rocky Linux", "Ubuntu", "Wolfi"];

    /// <summary>Whether a text can be the identifier of a vulnerability, and a part of an address.</summary>
    public static bool IsId(string? text) => text is { Length: > 0 and <= 100 } && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');

    /// <summary>Reads one record.</summary>
    /// <exception cref="FormatException">It is none; the message says why, after "sent".</exception>
    public static Vulnerability Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"a vulnerability that can't be read ({Excerpt.Of(e.Message)})", e);
        }
    }

    private static Vulnerability Read(JsonElement root)
    {
        if (root.Text("id") is not { } id || !IsId(id))
        {
            throw new FormatException("a vulnerability without a proper id");
        }

        var (severity, score) = SeverityOf(root);
        return new Vulnerability(id, root.Text("modified") ?? "")
        {
            Aliases = [.. root.Items("aliases", MostAliases).Concat(root.Items("upstream", MostAliases))
                .Select(a => a.ValueKind == JsonValueKind.String ? a.GetString() : null).Where(IsId).OfType<string>().Distinct(StringComparer.Ordinal)],
            Summary = root.Text("summary") is { Length: > 0 } summary ? Excerpt.Of(summary) : null,
            Severity = severity,
            Score = score,
            IsWithdrawn = DateTimeOffset.TryParse(root.Text("withdrawn"), CultureInfo.InvariantCulture, out _),
            Affected = [.. root.Items("affected", MostAffected).Select(Affected).OfType<AffectedPackage>()],
        };
    }

    private static AffectedPackage? Affected(JsonElement affected)
    {
        if (!affected.TryMember("package", JsonValueKind.Object, out var package)
            || package.Text("ecosystem") is not { Length: <= LongestText } ecosystem || package.Text("name") is not { Length: > 0 and <= LongestText } name
            || !Distributions.Contains(ecosystem.Split(':')[0], StringComparer.Ordinal))
        {
            return null;
        }

        List<AffectedRange> ranges = [.. affected.Items("ranges", MostEvents)
            .Where(r => r.Text("type") == "ECOSYSTEM")
            .Select(r => new AffectedRange([.. r.Items("events", MostEvents).Select(Event).OfType<AffectedEvent>()]))
            .Where(r => r.Events.Any(e => e.Introduced is not null))];
        var (severity, score) = SeverityOf(affected);
        return new AffectedPackage(
            ecosystem,
            name,
            ranges,
            ranges.Count > 0 ? [] : [.. affected.Items("versions", MostVersions).Select(v => v.ValueKind == JsonValueKind.String ? v.GetString()! : "").Where(v => v.Length is > 0 and <= LongestText)])
        {
            Severity = severity,
            Score = score,
        };
    }

    /// <summary>Of one with two members the specification says that it is invalid.</summary>
    private static AffectedEvent? Event(JsonElement item)
    {
        var said = new AffectedEvent(Version("introduced"), Version("fixed"), Version("last_affected"), Version("limit"));
        return new[] { said.Introduced, said.Fixed, said.LastAffected, said.Limit }.Count(v => v is not null) == 1 ? said : null;

        string? Version(string name) => item.ValueKind == JsonValueKind.Object && item.Text(name) is { Length: > 0 and <= LongestText } text ? text : null;
    }

    /// <summary>The highest score, or else the word of the distribution or the database.</summary>
    private static (Severity Severity, double? Score) SeverityOf(JsonElement of)
    {
        double? score = null;
        var word = Severity.Unknown;
        foreach (var item in of.Items("severity", 20).Where(i => i.ValueKind == JsonValueKind.Object))
        {
            if (item.Text("type") == "Ubuntu")
            {
                word = SeverityScale.OfWord(item.Text("score"));
            }
            else if (CvssVector.BaseScore(item.Text("score")) is { } computed && (score is null || computed > score))
            {
                score = computed;
            }
        }

        foreach (var name in (string[])["database_specific", "ecosystem_specific"])
        {
            if (word == Severity.Unknown && of.TryMember(name, JsonValueKind.Object, out var specific))
            {
                word = SeverityScale.OfWord(specific.Text("severity") ?? specific.Text("urgency"));
            }
        }

        // A distribution knows better how bad it is there.
        return (word != Severity.Unknown ? word : score is null ? Severity.Unknown : SeverityScale.OfScore(score.Value), score);
    }
}
