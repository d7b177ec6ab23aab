using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads <c>rebuild</c>: how images are built again, and on which files they depend.</summary>
internal static class RebuildReader
{
    private const int MostMethods = 100, MostInputs = 25, MostPatterns = 100;

    private const int LongestName = 200, LongestInput = 1000;

    private static readonly string[] Kinds = ["workflow", "event", "commit", "acrTask"];

    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["enabled", "with", "dependencies"];

    /// <summary>The keys of a way to build.</summary>
    public static IReadOnlyList<string> MethodKeys { get; } = ["workflow", "event", "commit", "acrTask", "images", "ref", "inputs", "repository", "registry", "resourceGroup", "subscription"];

    /// <summary>Reads what stands under the key; what is wrong is told, and left out.</summary>
    public static RebuildWords Read(ConfigurationMapping mapping, Func<ConfigurationMapping, List<string>> readImages) => new()
    {
        Enabled = mapping.Flag("enabled"),
        With = [.. mapping.Mappings("with", MethodKeys, MostMethods).Select(m => Method(m, readImages)).OfType<RebuildMethod>()],
        Dependencies = mapping.Has("dependencies") ? Patterns(mapping) : null,
    };

    private static RebuildMethod? Method(ConfigurationMapping item, Func<ConfigurationMapping, List<string>> readImages)
    {
        var kinds = Kinds.Where(item.Has).ToList();
        if (kinds is not [var kind])
        {
            item.Wrong(kinds.Count == 0 ? "with" : kinds[1], $"a way to build is exactly one of {string.Join(", ", Kinds)}, as in workflow: build.yml");
            return null;
        }

        if (kind == "commit" && item.Flag("commit") == false)
        {
            return null;
        }

        var name = kind == "commit" ? "" : Name(item, kind) ?? "";
        var allowed = kind switch
        {
            "workflow" => new[] { "images", "ref", "inputs", "repository" },
            "event" => ["images", "inputs", "repository"],
            "commit" => ["images"],
            _ => ["images", "inputs", "registry", "resourceGroup", "subscription"],
        };
        foreach (var key in item.Keys.Where(k => k != kind && !allowed.Contains(k, StringComparer.Ordinal)))
        {
            item.Wrong(key, $"'{key}' has no meaning for '{kind}', which takes {string.Join(", ", allowed)}");
        }

        if (kind == "acrTask")
        {
            foreach (var key in (string[])["registry", "resourceGroup", "subscription"])
            {
                item.Needed(key, key == "subscription" ? "the id of the subscription, as in subscription: 00000000-0000-0000-0000-000000000000" : $"as in {key}: acme");
            }

            if (item.Text("subscription") is { } id && !Guid.TryParseExact(id, "D", out _))
            {
                item.Wrong("subscription", $"'{Excerpt.Of(id)}' is no id of a subscription: it is written as 00000000-0000-0000-0000-000000000000");
            }
        }

        var repository = item.Text("repository");
        if (repository is not null && repository.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
        {
            item.Wrong("repository", $"'{Excerpt.Of(repository)}' is no repository: write it as owner/name");
        }

        var images = item.Has("images") ? readImages(item) : null;
        var method = new RebuildMethod(kind switch { "workflow" => RebuildKind.Workflow, "event" => RebuildKind.Event, "commit" => RebuildKind.Commit, _ => RebuildKind.AcrTask }, name)
        {
            Images = images,
            Ref = Name(item, "ref"),
            Inputs = Inputs(item),
            Repository = repository,
            Registry = kind == "acrTask" ? Name(item, "registry") : null,
            ResourceGroup = kind == "acrTask" ? Name(item, "resourceGroup") : null,
            Subscription = kind == "acrTask" ? item.Text("subscription") : null,
        };
        return item.IsSound ? method : null;
    }

    /// <summary>Names go into addresses: what would leave its place there is none.</summary>
    private static string? Name(ConfigurationMapping item, string key)
    {
        if (item.Text(key) is not { } text)
        {
            return null;
        }

        var isPath = key == "ref";
        if (text.Length <= LongestName && text is not ("." or "..") && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' || (isPath && c == '/') || (key == "event" && c is ':' or ' ') || (key == "resourceGroup" && c is '(' or ')')))
        {
            return text;
        }

        item.Wrong(key, $"'{Excerpt.Of(text)}' is no {key}: {(key == "workflow" ? "the name of a file of .github/workflows, as in workflow: build.yml" : $"letters, digits, '.', '-' and '_', {LongestName} at the most")}");
        return null;
    }

    private static Dictionary<string, string>? Inputs(ConfigurationMapping item)
    {
        if (!item.Has("inputs"))
        {
            return null;
        }

        // Any name is one.
        var names = item.Node.Entries.Where(e => e.Key.Target is YamlScalar { Value: "inputs" }).SelectMany(e => (e.Value.Target as YamlMapping)?.Entries ?? [])
            .Select(e => (e.Key.Target as YamlScalar)?.Value).OfType<string>().Distinct(StringComparer.Ordinal).Take(MostInputs + 1).ToList();
        if (item.Mapping("inputs", names) is not { } mapping)
        {
            return null;
        }

        if (names.Count > MostInputs)
        {
            item.Wrong("inputs", $"'inputs' has more than {MostInputs} keys, which GitHub does not take");
        }

        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names.Take(MostInputs))
        {
            if (mapping.Text(name) is not { } value)
            {
                continue;
            }

            if (value.Length > LongestInput)
            {
                mapping.Wrong(name, $"'{Excerpt.Of(name)}' is longer than {LongestInput} characters");
            }
            else if (Unknown(value) is { } unknown)
            {
                mapping.Wrong(name, $"there is no placeholder '{Excerpt.Of(unknown)}'{NearestKey.HintOrAll(unknown, RebuildMethod.Placeholders)}");
            }

            inputs[name] = value;
        }

        return inputs;
    }

    /// <summary>What looks like a placeholder and is none; null where there is nothing like it.</summary>
    private static string? Unknown(string text)
    {
        for (var open = text.IndexOf('{', StringComparison.Ordinal); open >= 0; open = text.IndexOf('{', open + 1))
        {
            var close = text.IndexOf('}', open);
            if (close > open && text[(open + 1)..close] is { Length: > 0 } word && word.All(char.IsAsciiLetter) && !RebuildMethod.Placeholders.Contains(text[open..(close + 1)], StringComparer.Ordinal))
            {
                return text[open..(close + 1)];
            }
        }

        return null;
    }

    private static List<string> Patterns(ConfigurationMapping mapping)
    {
        var patterns = new List<string>();
        foreach (var item in mapping.Scalars("dependencies", MostPatterns))
        {
            try
            {
                FilePattern.Parse(item.Value);
                patterns.Add(item.Value);
            }
            catch (FormatException e)
            {
                mapping.Wrong(item, e.Message);
            }
        }

        return patterns;
    }
}
