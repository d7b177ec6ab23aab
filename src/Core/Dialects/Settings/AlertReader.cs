using System.Globalization;
using Basewatch.Core.Alerts;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads what an organisation says of alerts.</summary>
internal static class AlertReader
{
    private const int MostThresholds = 20;

    private const int MostDays = 3650;

    private const int MostRoutes = 200;

    private const int MostNames = 100;

    private const int LongestName = 200;

    private static readonly string[] Kinds = [.. Enum.GetNames<MessageKind>().Select(Word)];

    private static readonly string[] Severities = [.. Enum.GetNames<Severity>().Select(Word)];

    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["thresholds", "repeat", "timezone", "waiting", "digest", "routes"];

    /// <summary>The keys of a route.</summary>
    public static IReadOnlyList<string> RouteKeys { get; } = ["repositories", "files", "teams", "products", "kinds", "severity", "to", "continue"];

    /// <summary>Reads a mapping with these keys.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="zone">The time zone where it names none.</param>
    /// <param name="patterns">Reads patterns for files.</param>
    public static AlertSettings Read(ConfigurationMapping mapping, TimeZoneInfo zone, Func<ConfigurationMapping, string, IReadOnlyList<string>> patterns)
    {
        var settings = AlertSettings.Default with { Zone = zone };
        if (mapping.Text("timezone") is { } id)
        {
            if (CalendarSchedule.TryFindZone(id, out var found))
            {
                settings = settings with { Zone = found };
            }
            else
            {
                mapping.Wrong("timezone", $"'{Excerpt.Of(id)}' is no time zone: write one of the IANA's, such as Europe/Berlin");
            }
        }

        return settings with
        {
            Thresholds = Thresholds(mapping) ?? settings.Thresholds,
            Repeat = mapping.Text("repeat") == "never" ? 0 : Days(mapping, "repeat", 1) ?? settings.Repeat,
            Waiting = Days(mapping, "waiting", 1) ?? settings.Waiting,
            Digest = mapping.Has("digest") ? Digest(mapping) : settings.Digest,
            Routes = [.. mapping.Mappings("routes", RouteKeys, MostRoutes).Select(r => Route(r, patterns)).OfType<AlertRoute>()],
        };
    }

    private static IReadOnlyList<int>? Thresholds(ConfigurationMapping mapping)
    {
        if (!mapping.Has("thresholds"))
        {
            return null;
        }

        var days = new List<int>();
        foreach (var item in mapping.Scalars("thresholds", MostThresholds))
        {
            if (TryDays(item.Value, out var number) && number <= MostDays)
            {
                days.Add(number);
            }
            else
            {
                mapping.Wrong(item, $"'{Excerpt.Of(item.Value)}' is no number of days from 0 to {MostDays}: as in thresholds: [180, 90, 30, 7, 0]");
            }
        }

        return [.. days.Distinct().OrderDescending()];
    }

    private static int? Days(ConfigurationMapping mapping, string key, int least)
    {
        if (mapping.Text(key) is not { } text)
        {
            return null;
        }

        if (TryDays(text, out var days) && days >= least && days <= MostDays)
        {
            return days;
        }

        mapping.Wrong(key, $"'{key}' is a number of days from {least} to {MostDays}, as in {key}: 14d{(key == "repeat" ? ", or never" : "")}, not '{Excerpt.Of(text)}'");
        return null;
    }

    /// <summary><c>14</c>, <c>14d</c>, <c>2w</c>.</summary>
    private static bool TryDays(string text, out int days)
    {
        var unit = text.EndsWith('w') ? 7 : 1;
        var isNumber = int.TryParse(text.AsSpan(0, text.Length - (text.EndsWith('w') || text.EndsWith('d') ? 1 : 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostDays;
        days = isNumber ? number * unit : 0;
        return isNumber;
    }

    private static DigestTime? Digest(ConfigurationMapping mapping)
    {
        if (mapping.Text("digest") is not { } text || text == "never")
        {
            return null;
        }

        if (!DigestTime.TryParse(text, out var time))
        {
            mapping.Wrong("digest", $"'{Excerpt.Of(text)}' is no day and time: as in digest: monday 07:00, or never");
        }

        return time;
    }

    private static AlertRoute? Route(ConfigurationMapping route, Func<ConfigurationMapping, string, IReadOnlyList<string>> patterns)
    {
        if (!route.Has("to"))
        {
            route.Wrong("to", "'to' is missing: the channels that are told, as in to: [teams]");
        }

        var read = new AlertRoute
        {
            Repositories = Names(route, "repositories"),
            Files = patterns(route, "files"),
            Teams = [.. Names(route, "teams").Select(t => t.TrimStart('@'))],
            Products = Names(route, "products"),
            Kinds = [.. Choices(route)],
            Severity = route.Choice("severity", Severities) is { } severity ? Enum.Parse<Severity>(severity, ignoreCase: true) : Severity.Good,
            To = Names(route, "to"),
            Continues = route.Flag("continue") ?? false,
            Line = route.LineOf("to"),
        };
        return route.IsSound ? read : null;
    }

    private static List<MessageKind> Choices(ConfigurationMapping route)
    {
        var kinds = new List<MessageKind>();
        foreach (var item in route.Scalars("kinds", MostNames))
        {
            if (Kinds.Contains(item.Value, StringComparer.Ordinal))
            {
                kinds.Add(Enum.Parse<MessageKind>(item.Value, ignoreCase: true));
            }
            else
            {
                route.Wrong(item, $"'{Excerpt.Of(item.Value)}' is no kind of message{NearestKey.HintOrAll(item.Value, Kinds)}");
            }
        }

        return kinds;
    }

    private static List<string> Names(ConfigurationMapping route, string key)
    {
        var names = new List<string>();
        foreach (var item in route.Scalars(key, MostNames))
        {
            var name = item.Value.Trim();
            if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
            {
                route.Wrong(item, $"'{key}' has names of up to {LongestName} characters, on one line each");
            }
            else
            {
                names.Add(name);
            }
        }

        if (route.Has(key) && names.Count == 0 && route.IsSound)
        {
            route.Wrong(key, $"'{key}' is empty: leave it out, or name something");
        }

        return names;
    }

    private static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
