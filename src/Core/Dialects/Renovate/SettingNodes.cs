using System.Text;
using System.Text.Encodings.Web;
using Basewatch.Core.Formats.Yaml;
using YamlDotNet.Core;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Makes nodes of a configuration that are not written in it as they are: of presets, of older names, of several that are merged.</summary>
internal static class SettingNodes
{
    private static readonly YamlText NoText = new("", null);

    /// <summary>A text.</summary>
    public static YamlScalar Text(string value, int start) => new(NoText, start, start, null, value, ScalarStyle.DoubleQuoted);

    /// <summary>A number, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
    public static YamlScalar Word(string value, int start) => new(NoText, start, start, null, value, ScalarStyle.Plain);

    /// <summary>A list.</summary>
    public static YamlSequence List(IEnumerable<YamlNode> items, int start)
    {
        var list = new YamlSequence(start, null);
        list.Items.AddRange(items);
        return list;
    }

    /// <summary>A mapping.</summary>
    public static YamlMapping Mapping(IEnumerable<(YamlNode Key, YamlNode Value)> entries, int start)
    {
        var mapping = new YamlMapping(start, null);
        mapping.Entries.AddRange(entries);
        return mapping;
    }

    /// <summary>A mapping with one key.</summary>
    public static YamlMapping Mapping(string key, YamlNode value, int start) => Mapping([(Text(key, start), value)], start);

    /// <summary>The name of an entry; null where its key is none.</summary>
    public static string? Name(YamlNode key) => (key as YamlScalar)?.Value;

    /// <summary>The items of a list, or the one that stands without a list.</summary>
    public static IEnumerable<YamlNode> Items(YamlNode node) => node is YamlSequence list ? list.Items : [node];

    /// <summary>A copy whose nodes all stand in one place.</summary>
    /// <param name="node">The node.</param>
    /// <param name="start">The place.</param>
    /// <param name="fill">Changes its texts.</param>
    public static YamlNode Copy(YamlNode node, int start, Func<string, string> fill) => node switch
    {
        YamlMapping mapping => Mapping(mapping.Entries.Select(e => (Copy(e.Key, start, fill), Copy(e.Value, start, fill))), start),
        YamlSequence list => List(list.Items.Select(i => Copy(i, start, fill)), start),
        YamlScalar { Style: ScalarStyle.Plain } word => Word(word.Value, start),
        YamlScalar text => Text(fill(text.Value), start),
        _ => node,
    };

    /// <summary>A node as JSON; nothing of it but its values is kept.</summary>
    public static string ToJson(YamlNode node)
    {
        var json = new StringBuilder();
        Write(node, json);
        return json.ToString();
    }

    private static void Write(YamlNode node, StringBuilder json)
    {
        switch (node)
        {
            case YamlMapping mapping:
                var first = true;
                json.Append('{');
                foreach (var (key, value) in mapping.Entries)
                {
                    json.Append(first ? "" : ",").Append(Quoted(Name(key) ?? "")).Append(':');
                    Write(value, json);
                    first = false;
                }

                json.Append('}');
                break;
            case YamlSequence list:
                json.Append('[');
                for (var i = 0; i < list.Items.Count; i++)
                {
                    json.Append(i == 0 ? "" : ",");
                    Write(list.Items[i], json);
                }

                json.Append(']');
                break;
            case YamlScalar { Style: ScalarStyle.Plain } word:
                json.Append(word.Value.Length == 0 ? "null" : word.Value);
                break;
            case YamlScalar text:
                json.Append(Quoted(text.Value));
                break;
        }
    }

    private static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
