using System.Globalization;
using System.Text;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>What an image, an Application or the whole resource says of tags, by the names of the annotations.</summary>
internal sealed class UpdateSettings
{
    /// <summary>The names that <see cref="ArgoCdDialect.ReadPolicy"/> decides by.</summary>
    public static readonly IReadOnlyList<string> Names = ["update-strategy", "allow-tags", "tag-match", "ignore-tags", "platforms"];

    private const int MostPlatforms = 50;

    private readonly SortedDictionary<string, Setting> _values = new(StringComparer.Ordinal);

    /// <summary>Keys in the order in which they are written.</summary>
    private static readonly string[] Order = ["update-strategy", "constraint", .. Names.Skip(1)];

    /// <summary>A text, or the texts of a list.</summary>
    private sealed record Setting(string? Text, IReadOnlyList<string>? List, int Line)
    {
        public override string ToString() => Text is not null ? Quote(Text) : $"[{string.Join(", ", List!.Select(Quote))}]";
    }

    /// <summary>Sets a text.</summary>
    public void Set(string name, string text, int line) => _values[name] = new Setting(text, null, line);

    /// <summary>Sets a list.</summary>
    public void Set(string name, IReadOnlyList<string> list, int line) => _values[name] = new Setting(null, list, line);

    /// <summary>These with others over them.</summary>
    public UpdateSettings With(UpdateSettings others)
    {
        var merged = new UpdateSettings();
        foreach (var (name, setting) in _values.Concat(others._values))
        {
            merged._values[name] = setting;
        }

        return merged;
    }

    /// <summary>The text of a setting in words for people; empty where there is none.</summary>
    public string Text(string name) => _values.TryGetValue(name, out var setting) ? setting.Text ?? string.Join(", ", setting.List!) : "";

    /// <summary>The platforms that can be read; the others are those of no image.</summary>
    public IReadOnlyList<Platform> Platforms =>
        [.. Text("platforms").Split(',', StringSplitOptions.TrimEntries).Select(t => Platform.TryParse(t, out var platform) ? platform : null).OfType<Platform>().Distinct().Take(MostPlatforms)];

    /// <summary>The words of a policy, in one line.</summary>
    public string ToWords() => $"{{{string.Join(", ", Order.Where(_values.ContainsKey).Select(n => $"{n}: {_values[n]}"))}}}";

    /// <summary>The same with one setting in each line, and where each is written.</summary>
    public (string Text, IReadOnlyList<int> Lines) ToLines()
    {
        string[] names = [.. Order.Where(_values.ContainsKey)];
        return (string.Join('\n', names.Select(n => $"{n}: {_values[n]}")), [.. names.Select(n => _values[n].Line)]);
    }

    /// <summary>A text as YAML within braces: plain where it is a word, else in double quotes.</summary>
    private static string Quote(string text)
    {
        var isWord = text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '^') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '-' or '_' or '^');
        if (isWord && Formats.Yaml.YamlText.Quote(text) == text)
        {
            return text;
        }

        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c is '"' or '\\' ? quoted.Append('\\').Append(c)
                : char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' ? quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}")
                : quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
