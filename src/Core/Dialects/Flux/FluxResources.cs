using System.Text.Encodings.Web;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>A resource of the image automation.</summary>
/// <param name="Namespace">Its namespace; null where the file doesn't say: Kustomize or Flux may add it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where it is written.</param>
internal abstract record FluxResource(string? Namespace, string Name, RuleSource Source)
{
    /// <summary>Whether nothing is wrong with it.</summary>
    public bool IsSound { get; init; }

    /// <summary>Whether Flux lets it rest.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>How people call it: <c>flux-system/app</c>.</summary>
    public string Called => Namespace is null ? Name : $"{Namespace}/{Name}";
}

/// <summary>An ImageRepository.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where it is written.</param>
/// <param name="Image">The image whose tags it lists; null where a variable names it.</param>
/// <param name="Exclusions">Tags that it leaves out; none: Flux's default.</param>
internal sealed record FluxImageRepository(string? Namespace, string Name, RuleSource Source, ImageName? Image, IReadOnlyList<string> Exclusions) : FluxResource(Namespace, Name, Source);

/// <summary>An ImagePolicy.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where it is written.</param>
/// <param name="Repository">Namespace, null for its own, and name of its ImageRepository; null: it is a patch of another one.</param>
/// <param name="Order">What is the latest; null where it is wrong, or a variable says it.</param>
/// <param name="Reflection">When the digest is written with the tag.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record FluxImagePolicy(
    string? Namespace, string Name, RuleSource Source, (string? Namespace, string Name)? Repository, FluxOrderWords? Order, FluxReflection Reflection, IReadOnlyDictionary<string, string> Labels)
    : FluxResource(Namespace, Name, Source)
{
    /// <summary>Whether a variable in it has its value only when it is applied.</summary>
    public bool HasVariable { get; init; }
}

/// <summary>When the digest of the latest tag is written: <c>digestReflectionPolicy</c>.</summary>
internal enum FluxReflection
{
    /// <summary>The tag alone is written.</summary>
    Never,

    /// <summary>Where the tag has none yet: it stays as long as the tag does.</summary>
    IfNotPresent,

    /// <summary>It follows the tag when that is republished.</summary>
    Always,
}

/// <summary>An ImageUpdateAutomation.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where it is written.</param>
/// <param name="Folder">Below which it writes, from the root; empty for everywhere.</param>
/// <param name="Branch">The branch that it checks out; null: that of its GitRepository.</param>
/// <param name="Message">The template of its commits' messages.</param>
/// <param name="Selector">Which policies are its own.</param>
internal sealed record FluxAutomation(string? Namespace, string Name, RuleSource Source, string Folder, string? Branch, FluxMessage? Message, FluxSelector Selector) : FluxResource(Namespace, Name, Source)
{
    /// <summary>Whether it writes in a file.</summary>
    public bool Holds(string path) => Folder.Length == 0 || path == Folder || (path.StartsWith(Folder, StringComparison.Ordinal) && path[Folder.Length] == '/');
}

/// <summary>How an ImagePolicy orders tags, in its own words.</summary>
/// <param name="Kind">semver, alphabetical or numerical.</param>
/// <param name="Value">The range or the order.</param>
/// <param name="Pattern"><c>filterTags.pattern</c>; null where there is no filter.</param>
/// <param name="Extract"><c>filterTags.extract</c>.</param>
internal sealed record FluxOrderWords(string Kind, string Value, string? Pattern, string? Extract)
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In short, for people.</summary>
    public string Summary => Excerpt.Of($"{Kind} {Value}{(Pattern is null ? "" : $", tags {Pattern}")}{(Extract is null ? "" : $" → {Extract}")}");

    /// <summary>What <see cref="FluxDialect.ReadPolicy"/> takes, in JSON.</summary>
    /// <param name="exclusions">The list of the ImageRepository.</param>
    public string ToText(IReadOnlyList<string> exclusions)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteStartObject("policy");
            json.WriteStartObject(Kind);
            json.WriteString(Kind == "semver" ? "range" : "order", Value);
            json.WriteEndObject();
            json.WriteEndObject();
            if (Pattern is not null)
            {
                json.WriteStartObject("filterTags");
                json.WriteString("pattern", Pattern);
                if (Extract is not null)
                {
                    json.WriteString("extract", Extract);
                }

                json.WriteEndObject();
            }

            if (exclusions.Count > 0)
            {
                json.WriteStartArray("exclusionList");
                foreach (var exclusion in exclusions)
                {
                    json.WriteStringValue(exclusion);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}

/// <summary>A selector of labels: all of its expressions have to be true.</summary>
/// <param name="Expressions">Key, operator and values, as in Kubernetes.</param>
internal sealed record FluxSelector(IReadOnlyList<(string Key, string Operator, IReadOnlyList<string> Values)> Expressions)
{
    /// <summary>The operators.</summary>
    public static IReadOnlyList<string> Operators { get; } = ["In", "NotIn", "Exists", "DoesNotExist"];

    /// <summary>Whether labels are selected.</summary>
    public bool Selects(IReadOnlyDictionary<string, string> labels) => Expressions.All(e => e.Operator switch
    {
        "In" => labels.TryGetValue(e.Key, out var value) && e.Values.Contains(value, StringComparer.Ordinal),
        "NotIn" => !labels.TryGetValue(e.Key, out var value) || !e.Values.Contains(value, StringComparer.Ordinal),
        "Exists" => labels.ContainsKey(e.Key),
        _ => !labels.ContainsKey(e.Key),
    });
}
