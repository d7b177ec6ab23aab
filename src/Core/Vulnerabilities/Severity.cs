using System.Globalization;
using System.Text.Json.Serialization;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>How bad a vulnerability is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    /// <summary>Nobody says.</summary>
    Unknown,

    /// <summary>Of no importance, as the distribution says.</summary>
    Negligible,

    /// <summary>A score below 4.</summary>
    Low,

    /// <summary>A score from 4 on.</summary>
    Medium,

    /// <summary>A score from 7 on.</summary>
    High,

    /// <summary>A score from 9 on.</summary>
    Critical,
}

/// <summary>Reads how bad vulnerabilities are said to be.</summary>
public static class SeverityScale
{
    /// <summary>The step of a CVSS score (<see href="https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale"/>).</summary>
    public static Severity OfScore(double score) => score switch
    {
        >= 9 => Severity.Critical,
        >= 7 => Severity.High,
        >= 4 => Severity.Medium,
        > 0 => Severity.Low,
        _ => Severity.Unknown,
    };

    /// <summary>A word, as distributions and scanners write it.</summary>
    public static Severity OfWord(string? word) => word?.ToLowerInvariant() switch
    {
        "critical" => Severity.Critical,
        "high" or "important" => Severity.High,
        "medium" or "moderate" => Severity.Medium,
        "low" => Severity.Low,
        "negligible" or "unimportant" => Severity.Negligible,
        _ => Severity.Unknown,
    };
}

/// <summary>
/// The base score of a CVSS vector of version 3.0, 3.1 (<see href="https://www.first.org/cvss/v3.1/specification-document#CVSS-v3-1-Equations"/>)
/// or 2. Of version 4 none is made: its scores stand in a table, and whoever gives a vector of it mostly gives the score.
/// </summary>
public static class CvssVector
{
    private const int Longest = 400;

    /// <summary>From 0 to 10, with one decimal; null for what is no vector of these versions.</summary>
    public static double? BaseScore(string? vector)
    {
        if (vector is null || vector.Length > Longest)
        {
            return null;
        }

        var isThree = vector.StartsWith("CVSS:3.0/", StringComparison.Ordinal) || vector.StartsWith("CVSS:3.1/", StringComparison.Ordinal);
        if (!isThree && vector.StartsWith("CVSS:", StringComparison.Ordinal))
        {
            return null;
        }

        var metrics = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in (isThree ? vector[9..] : vector).Split('/'))
        {
            if (part.Split(':') is not [var name, var value] || !metrics.TryAdd(name, value))
            {
                return null;
            }
        }

        return isThree ? Three(metrics, vector[7] == '1') : Two(metrics);
    }

    /// <summary>As people write it: <c>7.5</c>.</summary>
    public static string ToText(double score) => score.ToString("0.0", CultureInfo.InvariantCulture);

    private static double? Three(Dictionary<string, string> metrics, bool isOne)
    {
        bool? scope = metrics.GetValueOrDefault("S") switch { "C" => true, "U" => false, _ => null };
        var attack = metrics.GetValueOrDefault("AV") switch { "N" => 0.85, "A" => 0.62, "L" => 0.55, "P" => 0.2, _ => double.NaN };
        var complexity = metrics.GetValueOrDefault("AC") switch { "L" => 0.77, "H" => 0.44, _ => double.NaN };
        var privileges = (metrics.GetValueOrDefault("PR"), scope) switch { ("N", _) => 0.85, ("L", true) => 0.68, ("L", _) => 0.62, ("H", true) => 0.5, ("H", _) => 0.27, _ => double.NaN };
        var interaction = metrics.GetValueOrDefault("UI") switch { "N" => 0.85, "R" => 0.62, _ => double.NaN };
        var lost = 1 - ((1 - Impact("C")) * (1 - Impact("I")) * (1 - Impact("A")));
        if (scope is not { } changed || double.IsNaN(attack + complexity + privileges + interaction + lost))
        {
            return null;
        }

        var impact = changed ? (7.52 * (lost - 0.029)) - (3.25 * Math.Pow(lost - 0.02, 15)) : 6.42 * lost;
        if (impact <= 0)
        {
            return 0;
        }

        var sum = impact + (8.22 * attack * complexity * privileges * interaction);
        var score = Math.Min(changed ? 1.08 * sum : sum, 10);
        return isOne ? RoundedUp(score) : Math.Ceiling(score * 10) / 10;

        double Impact(string name) => metrics.GetValueOrDefault(name) switch { "H" => 0.56, "L" => 0.22, "N" => 0, _ => double.NaN };
    }

    /// <summary>As version 3.1 rounds, in whole numbers.</summary>
    private static double RoundedUp(double score)
    {
        var whole = (int)Math.Round(score * 100_000);
        return whole % 10_000 == 0 ? whole / 100_000.0 : ((whole / 10_000) + 1) / 10.0;
    }

    private static double? Two(Dictionary<string, string> metrics)
    {
        var attack = metrics.GetValueOrDefault("AV") switch { "L" => 0.395, "A" => 0.646, "N" => 1, _ => double.NaN };
        var complexity = metrics.GetValueOrDefault("AC") switch { "H" => 0.35, "M" => 0.61, "L" => 0.71, _ => double.NaN };
        var authentication = metrics.GetValueOrDefault("Au") switch { "M" => 0.45, "S" => 0.56, "N" => 0.704, _ => double.NaN };
        var impact = 10.41 * (1 - ((1 - Impact("C")) * (1 - Impact("I")) * (1 - Impact("A"))));
        var score = ((0.6 * impact) + (0.4 * 20 * attack * complexity * authentication) - 1.5) * (impact == 0 ? 0 : 1.176);
        return double.IsNaN(score) ? null : Math.Round(Math.Max(score, 0), 1, MidpointRounding.AwayFromZero);

        double Impact(string name) => metrics.GetValueOrDefault(name) switch { "N" => 0, "P" => 0.275, "C" => 0.66, _ => double.NaN };
    }
}
