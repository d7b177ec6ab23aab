using System.Text.Json;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>What of an image a marker has written in its line.</summary>
internal enum FluxField
{
    /// <summary>The whole reference.</summary>
    Reference,

    /// <summary>Its name alone.</summary>
    Name,

    /// <summary>Its tag alone.</summary>
    Tag,

    /// <summary>Its digest alone.</summary>
    Digest,
}

/// <summary>The comment that names the ImagePolicy of a line: <c># {"$imagepolicy": "flux-system:app:tag"}</c>.</summary>
/// <param name="Namespace">The policy's namespace.</param>
/// <param name="Name">The policy's name.</param>
/// <param name="Field">What is written in the line.</param>
internal sealed record FluxMarker(string Namespace, string Name, FluxField Field)
{
    /// <summary>The key. Flux reads it in double quotes only; without these it is a mistake that is told.</summary>
    public const string Key = "$imagepolicy";

    private static readonly JsonDocumentOptions Plain = new() { MaxDepth = 4 };

    /// <summary>Whether a comment has the key with a colon behind it, in whatever quotes.</summary>
    public static bool IsIn(ReadOnlySpan<char> comment)
    {
        for (var at = comment.IndexOf(Key, StringComparison.Ordinal); at >= 0; at = comment.IndexOf(Key, StringComparison.Ordinal))
        {
            comment = comment[(at + Key.Length)..];
            if (comment.TrimStart("\"' \t").StartsWith(":"))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Reads a comment as kyaml does (<c>fieldmeta.Read</c>): behind its number signs there is one JSON object of texts, and nothing
    /// else. <paramref name="error"/> says why it is none.
    /// </summary>
    public static FluxMarker? Parse(string comment, out string error)
    {
        error = "this marker is not read by Flux: the comment has to be {\"$imagepolicy\": \"namespace:name\"} and nothing else";
        if (ValueOf(comment.TrimStart('#')) is not { Length: > 0 } value)
        {
            return null;
        }

        var parts = value.Split(':');
        FluxField? field = parts is [_, _] ? FluxField.Reference : parts is [_, _, var last] ? last switch
        {
            "tag" => FluxField.Tag,
            "name" => FluxField.Name,
            "digest" => FluxField.Digest,
            _ => null,
        } : null;
        if (field is null || parts[0].Length == 0 || parts[1].Length == 0)
        {
            error = $"'{Images.Excerpt.Of(value)}' names no ImagePolicy: write namespace:name, and behind it :name, :tag or :digest where a line has only that";
            return null;
        }

        error = "";
        return new FluxMarker(parts[0], parts[1], field.Value);
    }

    /// <summary>The value of the key, the last where it is there twice; null where the text is no object of texts.</summary>
    private static string? ValueOf(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Plain);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            string? value = null;
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                if (entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                {
                    return null;
                }

                value = entry.NameEquals(Key) ? entry.Value.GetString() : value;
            }

            return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Half of a surrogate pair is no text.
            return null;
        }
    }
}
