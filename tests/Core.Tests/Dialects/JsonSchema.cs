using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Basewatch.Core.Formats.Yaml;
using YamlDotNet.Core;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>Checks values against a JSON Schema (draft 2020-12): the words that our own schema uses, and no others.</summary>
internal sealed class JsonSchema(JsonObject root)
{
    private static readonly string[] Places = ["", "$defs/rule", "$defs/policy", "$defs/format", "$defs/pullRequests", "$defs/proposal", "$defs/rollout", "$defs/stage", "$defs/verification", "$defs/window", "$defs/waves"];

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public string? Check(JsonNode? value) => Check(root, value, "$");

    /// <summary>The value of a YAML document, as an editor takes it.</summary>
    public static JsonNode? ValueOf(YamlNode? node) => node switch
    {
        YamlScalar { IsNull: true } or null => null,
        YamlScalar { Style: ScalarStyle.Plain, Value: "true" or "false" } scalar => JsonValue.Create(scalar.Value == "true"),
        YamlScalar { Style: ScalarStyle.Plain } scalar when double.TryParse(scalar.Value, System.Globalization.CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalar scalar => JsonValue.Create(scalar.Value),
        YamlSequence list => new JsonArray([.. list.Items.Select(i => ValueOf(i.Target))]),
        YamlMapping mapping => new JsonObject(mapping.Named.DistinctBy(e => e.Key).Select(e => KeyValuePair.Create(e.Key, ValueOf(e.Value)))),
        _ => null,
    };

    /// <summary>Every key of <c>properties</c> at a place: <c>$defs/rule</c>; empty for the root.</summary>
    public IEnumerable<string> KeysOf(string place) => Find(place)["properties"]!.AsObject().Select(p => p.Key);

    /// <summary>Every property without a description.</summary>
    public IEnumerable<string> Undescribed() => Places
        .SelectMany(p => Find(p)["properties"]!.AsObject())
        .Where(p => p.Value!["description"] is null && Find(p.Value["$ref"]?.ToString()[2..] ?? "$defs/text")["description"] is null)
        .Select(p => p.Key);

    private JsonObject Find(string place) => place.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(root, (at, name) => at[name]!.AsObject());

    private string? Check(JsonObject schema, JsonNode? value, string at)
    {
        foreach (var (word, argument) in schema)
        {
            var wrong = word switch
            {
                "$schema" or "$defs" or "title" or "description" => null,
                "$ref" => Check(Find(argument!.ToString()[2..]), value, at),
                "type" => (argument is JsonArray types ? types.Select(t => t!.ToString()) : [argument!.ToString()]).Contains(TypeOf(value)) ? null : $"{at}: {TypeOf(value)} is no {argument}",
                "enum" => argument!.AsArray().Any(a => JsonNode.DeepEquals(a, value)) ? null : $"{at}: {value} is none of {argument}",
                "anyOf" => argument!.AsArray().Select(a => Check(a!.AsObject(), value, at)).ToList() is var all && all.Contains(null) ? null : all[0],
                "required" => value is not JsonObject o ? null : argument!.AsArray().FirstOrDefault(r => !o.ContainsKey(r!.ToString())) is { } missing ? $"{at}: no {missing}" : null,
                "dependentRequired" => value is not JsonObject o ? null
                    : argument!.AsObject().SelectMany(d => o.ContainsKey(d.Key) ? d.Value!.AsArray() : []).FirstOrDefault(r => !o.ContainsKey(r!.ToString())) is { } lacking ? $"{at}: no {lacking}" : null,
                "properties" => value is not JsonObject o ? null : o.Select(p => argument![p.Key] is { } inner ? Check(inner.AsObject(), p.Value, $"{at}.{p.Key}") : null).FirstOrDefault(w => w is not null),
                "additionalProperties" => value is not JsonObject o ? null : o.FirstOrDefault(p => schema["properties"]![p.Key] is null).Key is { } unknown ? $"{at}: unknown {unknown}" : null,
                "items" => value is not JsonArray list ? null : list.Select((v, i) => Check(argument!.AsObject(), v, $"{at}[{i}]")).FirstOrDefault(w => w is not null),
                "minimum" => TypeOf(value) == "number" && (double)value! < (double)argument! ? $"{at}: too small" : null,
                "maximum" => TypeOf(value) == "number" && (double)value! > (double)argument! ? $"{at}: too large" : null,
                "minItems" => value is JsonArray list && list.Count < (int)argument! ? $"{at}: too few" : null,
                "maxItems" => value is JsonArray list && list.Count > (int)argument! ? $"{at}: too many" : null,
                "minLength" => TypeOf(value) == "string" && value!.ToString().Length < (int)argument! ? $"{at}: too short" : null,
                "maxLength" => TypeOf(value) == "string" && value!.ToString().Length > (int)argument! ? $"{at}: too long" : null,
                "pattern" => TypeOf(value) == "string" && !Regex.IsMatch(value!.ToString(), argument!.ToString(), RegexOptions.NonBacktracking) ? $"{at}: {value} does not match" : null,
                _ => throw new NotSupportedException($"the schema has the word '{word}'"),
            };
            if (wrong is not null)
            {
                return wrong;
            }
        }

        return null;
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "boolean",
    };
}
