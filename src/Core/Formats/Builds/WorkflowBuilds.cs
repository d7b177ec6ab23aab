using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Builds;

/// <summary>
/// GitHub's workflows: <c>docker/build-push-action</c>, with the names of <c>docker/metadata-action</c> where its tags come from there, and
/// <c>docker build</c> in scripts. Rows of a matrix are builds of their own.
/// </summary>
internal static class WorkflowBuilds
{
    private const int MostRows = 100;

    private const int MostRounds = 4;

    private const int LongestText = 16_384;

    public static IEnumerable<ImageBuild?> Read(SourceFile file)
    {
        foreach (var root in YamlStream.Read(file).Documents.OfType<YamlMapping>())
        {
            var jobs = root.Mapping("jobs")?.Named.Select(j => j.Value).OfType<YamlMapping>() ?? [];
            foreach (var job in root.Mapping("runs") is { } runs ? jobs.Append(runs) : jobs)
            {
                List<YamlMapping> steps = [.. job.Mappings("steps")];
                foreach (var row in Rows(job.Mapping("strategy")?.Mapping("matrix")))
                {
                    foreach (var build in steps.SelectMany(s => ReadStep(s, steps, new Scope(root, job, s, row))))
                    {
                        yield return build;
                    }
                }
            }
        }
    }

    private static List<ImageBuild?> ReadStep(YamlMapping step, List<YamlMapping> steps, Scope scope)
    {
        if (step.Scalar("run") is { } run)
        {
            var folder = BuildReader.Join("", scope.Text(step.Scalar("working-directory")) ?? ".");
            return folder is null || run.Value.Length > LongestText ? [] : [.. CommandBuilds.Read(run.Value, folder, scope.Find)];
        }

        if (step.Scalar("uses")?.Value.StartsWith("docker/build-push-action@", StringComparison.OrdinalIgnoreCase) != true || step.Mapping("with") is not { } with)
        {
            return [];
        }

        var context = scope.Text(with.Scalar("context"));
        context = context?.StartsWith("{{defaultContext}}", StringComparison.Ordinal) == true ? context["{{defaultContext}}".Length..].TrimStart(':') : context;
        var path = BuildReader.PathOf("", context, scope.Text(with.Scalar("file")), isInContext: false);
        return [.. Images(scope.Text(with.Scalar("tags"))).Select(i => ImageBuild.Of(i, path, scope.Text(with.Scalar("target"))))];

        IEnumerable<string> Images(string? tags) => Lines(tags).SelectMany(line =>
            line.Contains("steps.", StringComparison.Ordinal) && line.Contains(".outputs.", StringComparison.Ordinal)
                ? steps.Where(s => s.Scalar("uses")?.Value.StartsWith("docker/metadata-action@", StringComparison.OrdinalIgnoreCase) == true
                        && s.Scalar("id")?.Value is { Length: > 0 } id && line.Contains($"steps.{id}.", StringComparison.Ordinal))
                    .SelectMany(s => Lines(scope.Text(s.Mapping("with")?.Scalar("images")))).Select(NameOf)
                : [line]);
    }

    /// <summary><c>name=ghcr.io/acme/web,enable=true</c> or the name alone.</summary>
    private static string NameOf(string line) => line.Split(',')[0] is var first && first.StartsWith("name=", StringComparison.Ordinal) ? first["name=".Length..] : first;

    private static IEnumerable<string> Lines(string? text) =>
        (text ?? "").Split(['\n', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')).Take(MostRows);

    /// <summary>Every combination of a matrix, with what it includes.</summary>
    private static List<Dictionary<string, string>> Rows(YamlMapping? matrix)
    {
        var rows = new List<Dictionary<string, string>> { new(StringComparer.Ordinal) };
        if (matrix is null)
        {
            return rows;
        }

        foreach (var (key, value) in matrix.Named)
        {
            if (key is "include" or "exclude" || value is not YamlSequence list)
            {
                continue;
            }

            var values = list.Items.Select(i => i.Target).Select(i => Flat(key, i)).Where(v => v.Count > 0).ToList();
            if (values.Count > 0)
            {
                rows = [.. rows.SelectMany(r => values.Select(v => new Dictionary<string, string>(r.Concat(v), StringComparer.Ordinal))).Take(MostRows)];
            }
        }

        foreach (var entry in matrix.Mappings("include").Take(MostRows))
        {
            var added = entry.Named.SelectMany(e => Flat(e.Key, e.Value)).ToDictionary(StringComparer.Ordinal);
            var fitting = rows.Where(r => r.Count > 0 && added.Keys.Any(r.ContainsKey) && added.All(a => !r.TryGetValue(a.Key, out var own) || own == a.Value)).ToList();
            if (fitting.Count == 0)
            {
                rows.Add(added);
            }

            foreach (var row in fitting)
            {
                foreach (var (key, value) in added)
                {
                    row.TryAdd(key, value);
                }
            }
        }

        return rows.Count > 1 ? [.. rows.Where(r => r.Count > 0)] : rows;
    }

    private static Dictionary<string, string> Flat(string key, YamlNode? node) => node switch
    {
        YamlScalar scalar => new(StringComparer.Ordinal) { [key] = scalar.Value },
        YamlMapping mapping => mapping.Named.Where(e => e.Value is YamlScalar).GroupBy(e => e.Key, StringComparer.Ordinal).ToDictionary(g => $"{key}.{g.Key}", g => ((YamlScalar)g.First().Value).Value, StringComparer.Ordinal),
        _ => [],
    };

    /// <summary>The values that are known in a step.</summary>
    private sealed class Scope(YamlMapping root, YamlMapping job, YamlMapping step, Dictionary<string, string> row)
    {
        public string? Text(YamlScalar? scalar)
        {
            if (scalar is null || scalar.IsNull || scalar.Value.Length > LongestText)
            {
                return null;
            }

            var text = scalar.Value;
            for (var round = 0; round < MostRounds && text.Contains("${{", StringComparison.Ordinal) && text.Length <= LongestText; round++)
            {
                text = CommandBuilds.Replace(text, Find);
            }

            return text;
        }

        public string? Find(string name) => name switch
        {
            "github.repository" or "GITHUB_REPOSITORY" => "{repository}",
            "github.repository_owner" or "GITHUB_REPOSITORY_OWNER" => "{owner}",
            "github.event.repository.name" => "{name}",
            "github.workspace" or "GITHUB_WORKSPACE" => ".",
            _ when name.StartsWith("matrix.", StringComparison.Ordinal) => row.GetValueOrDefault(name["matrix.".Length..]),
            _ when name.StartsWith("env.", StringComparison.Ordinal) => Environment(name["env.".Length..]),
            _ when name.Contains('.', StringComparison.Ordinal) => null,
            _ => Environment(name) is { } value ? CommandBuilds.Replace(value, n => n.Contains('.', StringComparison.Ordinal) && !n.StartsWith("env.", StringComparison.Ordinal) ? Find(n) : null) : null,
        };

        private string? Environment(string name) =>
            new[] { step, job, root }.Select(m => m.Mapping("env")?.Scalar(name)).FirstOrDefault(s => s is { IsNull: false })?.Value;
    }
}
