using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>An expression of one's own that finds images: which files it reads, and what it says of what it finds.</summary>
/// <param name="Patterns">The files, as Renovate has them.</param>
/// <param name="Formats">The formats that it is here.</param>
/// <param name="Settings">What holds for its images alone.</param>
internal sealed record CustomExpression(IReadOnlyList<YamlScalar> Patterns, IReadOnlyList<RegexFormat> Formats, YamlMapping Settings);

/// <summary>Reads <c>customManagers</c> (<see href="https://docs.renovatebot.com/modules/manager/regex/"/>).</summary>
/// <param name="text">Where mistakes are told.</param>
internal sealed partial class CustomExpressions(ConfigurationText text)
{
    private const string NotRead = "what this entry of customManagers finds is not read: ";

    private static readonly string[] Known =
    [
        "customType", "description", "fileFormat", "managerFilePatterns", "matchStrings", "matchStringsStrategy", "depNameTemplate", "packageNameTemplate", "datasourceTemplate",
        "depTypeTemplate", "currentValueTemplate", "currentDigestTemplate", "versioningTemplate", "registryUrlTemplate", "extractVersionTemplate", "autoReplaceStringTemplate",
    ];

    private readonly List<CustomExpression> _managers = [];
    private int _formats;

    /// <summary>Reads the entries of a list.</summary>
    public IReadOnlyList<CustomExpression> Read(ConfigurationMapping root)
    {
        foreach (var entry in root.Mappings("customManagers", Known, RegexFormat.MostFormats))
        {
            if (ReadOne(entry) is { } manager)
            {
                _managers.Add(manager);
            }
        }

        return _managers;
    }

    private CustomExpression? ReadOne(ConfigurationMapping entry)
    {
        var files = entry.Scalars("managerFilePatterns");
        var datasource = entry.Text("datasourceTemplate");
        if (datasource is not null and not "docker" && !datasource.Contains("{{", StringComparison.Ordinal))
        {
            return null;
        }

        if (entry.Text("customType") is { } type && type != "regex")
        {
            entry.Remark("customType", NotRead + $"its type is '{Excerpt.Of(type)}', and expressions alone are");
            return null;
        }

        var settings = new List<(YamlNode, YamlNode)>();
        foreach (var (template, key) in (IEnumerable<(string, string)>)[("versioningTemplate", "versioning"), ("extractVersionTemplate", "extractVersion")])
        {
            if (entry.Scalar(template) is { } fixedText && !fixedText.Value.Contains("{{", StringComparison.Ordinal))
            {
                settings.Add((SettingNodes.Text(key, fixedText.Start), fixedText));
            }
        }

        return new CustomExpression(files, Formats(entry, files, datasource), SettingNodes.Mapping(settings, entry.Node.Start));
    }

    private List<RegexFormat> Formats(ConfigurationMapping entry, IReadOnlyList<YamlScalar> files, string? datasource)
    {
        var formats = new List<RegexFormat>();
        if (entry.Text("matchStringsStrategy") is { } strategy and not "any")
        {
            entry.Remark("matchStringsStrategy", NotRead + $"its strategy is '{Excerpt.Of(strategy)}'");
            return formats;
        }

        if (Array.Find(["currentValueTemplate", "currentDigestTemplate", "autoReplaceStringTemplate"], entry.Has) is { } key)
        {
            entry.Remark(key, NotRead + $"it has a {key}");
            return formats;
        }

        var image = entry.Text("packageNameTemplate") ?? entry.Text("depNameTemplate");
        if (image?.Contains("{{", StringComparison.Ordinal) == true)
        {
            entry.Remark(entry.Has("packageNameTemplate") ? "packageNameTemplate" : "depNameTemplate", NotRead + "the image's name is put together of others");
            return formats;
        }

        List<string> globs = [];
        foreach (var file in files)
        {
            if (Glob(file.Value) is { } glob)
            {
                globs.Add(glob);
            }
            else
            {
                text.Remark(file, NotRead + $"write its files '{Excerpt.Of(file.Value)}' as a glob, such as **/*.env");
                return formats;
            }
        }

        foreach (var written in entry.Scalars("matchStrings"))
        {
            if (text.Expression(written, RegexFormat.Longest) is not { } expression || files.Count == 0)
            {
                continue;
            }

            string[] names = [.. expression.GroupNames];
            if (datasource is null && !names.Contains("datasource", StringComparer.Ordinal))
            {
                text.Wrong(written, "the expression says of no datasource: add the group (?<datasource>…), or \"datasourceTemplate\": \"docker\"");
                continue;
            }

            if (names.Contains("versioning", StringComparer.Ordinal) && !entry.Has("versioningTemplate"))
            {
                text.Remark(written, "the versioning that an expression finds is not obeyed: write versioningTemplate, or a rule of packageRules");
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"renovate-{++_formats}");
            if (RegexFormat.TryCreate(name, globs, expression, image, Groups(names, image is not null, datasource), out var format, out var error))
            {
                formats.Add(format);
            }
            else
            {
                text.Remark(written, NotRead + error);
            }
        }

        return formats;
    }

    /// <summary>Which groups say what; a template says it before them.</summary>
    private static RegexGroups Groups(string[] names, bool hasImage, string? datasource) => new(
        Image: null,
        Registry: null,
        Name: hasImage ? null : Array.Find(["packageName", "lookupName"], n => names.Contains(n, StringComparer.Ordinal)) ?? "depName",
        Tag: "currentValue",
        Digest: "currentDigest",
        Datasource: datasource == "docker" ? null : "datasource");

    /// <summary>
    /// A pattern for files as ours are written; null where it has none. It may be for some files more: whether Renovate would read
    /// one is decided by the pattern itself.
    /// </summary>
    private static string? Glob(string pattern)
    {
        if (!Expressions.IsRegex(pattern))
        {
            var glob = Set().Replace(pattern, "?");
            return glob.StartsWith('!') || glob.AsSpan().ContainsAny("()\\") ? null : glob.StartsWith("**/", StringComparison.Ordinal) ? glob : "/" + glob;
        }

        if (pattern.StartsWith('!'))
        {
            return null;
        }

        var text = Expressions.Between(pattern);
        var start = Start().Match(text);
        var isRooted = start.Value == "^";
        var end = text.EndsWith('$') ? text.Length - 1 : text.Length;
        var made = new StringBuilder();
        var pieces = Piece().Matches(text[start.Length..end]);
        if (pieces.Sum(p => p.Length) != end - start.Length)
        {
            return null;
        }

        foreach (Match piece in pieces)
        {
            made.Append(piece switch
            {
                { Value: "/" } => "/",
                _ when piece.Groups["any"].Success => piece.Value.StartsWith('.') ? "\0" : "*",
                _ when piece.Groups["set"].Success => "?",
                _ when piece.Groups["either"].Success => $"{{{piece.Groups["either"].Value.Replace('|', ',').Replace("\\", "", StringComparison.Ordinal)}}}",
                _ when piece.Groups["maybe"].Success => $"{{{piece.Groups["maybe"].Value.TrimStart('\\')},}}",
                _ => piece.Value.TrimStart('\\'),
            });
        }

        // What may have slashes in it stands for folders before its name too.
        var names = made.ToString().Split('/').Select(n => n == "\0" ? "**" : n.Contains('\0', StringComparison.Ordinal) ? "**/" + n.Replace('\0', '*') : n).ToList();
        names[^1] = names[^1] == "**" ? "**/*" : names[^1] + (text.EndsWith('$') ? "" : "*");
        var path = string.Join('/', names);
        return isRooted ? "/" + path : start.Length > 0 ? path : path.StartsWith("**/", StringComparison.Ordinal) ? path : "*" + path;
    }

    [GeneratedRegex(@"\[[^\]/]+\]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Set();

    [GeneratedRegex(@"^(?:\^|\(\^\|/\)|\(\?:\^\|/\))?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Start();

    [GeneratedRegex(@"(?<any>(?:\.|\[\^/\]|\\w|\\d|\\S)[+*]\??)|(?<maybe>\\?[A-Za-z0-9_.-])\?|(?<set>\[[^\]\^][^\]]*\])|\((?:\?:)?(?<either>[A-Za-z0-9_\\.|-]+)\)|\\[.\-/]|[A-Za-z0-9_/ -]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Piece();
}
