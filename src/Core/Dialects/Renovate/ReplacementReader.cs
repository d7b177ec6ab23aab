using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Reads which image takes the place of another (<c>workers/repository/process/lookup/utils.ts</c>).</summary>
internal static class ReplacementReader
{
    private const string Name = "replacementName";
    private const string Template = "replacementNameTemplate";
    private const string Version = "replacementVersion";

    /// <summary>Keys that are read here.</summary>
    public static IReadOnlyList<string> Keys { get; } = [Name, Template, Version];

    /// <summary>Whether settings name another image.</summary>
    public static bool IsIn(ConfigurationMapping settings) => settings.Text(Name) is { Length: > 0 } || settings.Text(Template) is { Length: > 0 };

    /// <summary>Tells what has no meaning here.</summary>
    public static void Check(ConfigurationMapping settings)
    {
        if (settings.Text(Name) is not { Length: > 0 } && settings.Text(Template) is { } template && Fill(template, static _ => "a") is null)
        {
            settings.Remark(Template, $"of '{Template}', names in braces and replace with fixed texts are filled in: by another one no image is replaced");
        }
        else if (settings.Text(Version) is { Length: > 0 } && !IsIn(settings))
        {
            settings.Remark(Version, $"'{Version}' has no meaning here without a {Name} beside it, and is passed over");
        }
    }

    /// <summary>The other image; null where none is named, or by something else than an image's name.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="valueOf">The value of one of the two names of the image: <c>packageName</c>, <c>depName</c>.</param>
    public static Replacement? Read(ConfigurationMapping settings, Func<string, string?> valueOf)
    {
        var name = settings.Text(Name) is { Length: > 0 } written ? written : settings.Text(Template) is { } template ? Fill(template, valueOf) : null;
        return name is not null && ImageName.TryParse(name, out var image, out _) ? new Replacement(image) { Version = settings.Text(Version) is { Length: > 0 } version ? version : null } : null;
    }

    /// <summary>A template's text; null where it has more in braces than is read.</summary>
    private static string? Fill(string text, Func<string, string?> valueOf)
    {
        foreach (var name in (string[])["packageName", "depName"])
        {
            if (valueOf(name) is { } value)
            {
                text = text.Replace($"{{{{{{{name}}}}}}}", value, StringComparison.Ordinal).Replace($"{{{{{name}}}}}", value, StringComparison.Ordinal);
            }
        }

        for (var at = 0; text.IndexOf("{{", at, StringComparison.Ordinal) is var open and >= 0;)
        {
            var (start, braces) = text.AsSpan(open).StartsWith("{{{") ? (open + 3, "}}}") : (open + 2, "}}");
            var end = text.IndexOf(braces, start, StringComparison.Ordinal);
            if (end < 0 || Replaced(text[start..end], valueOf) is not { } value)
            {
                return null;
            }

            text = string.Concat(text.AsSpan(0, open), value, text.AsSpan(end + braces.Length));
            at = open + value.Length;
        }

        return text;
    }

    /// <summary>What comes of <c>replace 'a' 'b' packageName</c>; the first is an expression, read where it is a fixed text, at the beginning or anywhere.</summary>
    private static string? Replaced(string call, Func<string, string?> valueOf)
    {
        var quote = call.AsSpan().IndexOfAny('\'', '"');
        if (quote < 0 || call.Split(call[quote]) is not [var function, var find, var between, var with, var argument]
            || function.Trim() != "replace" || between.Trim().Length > 0 || valueOf(argument.Trim()) is not { } value)
        {
            return null;
        }

        var (isStart, plain) = (find.StartsWith('^'), find.TrimStart('^').Replace("\\.", ".", StringComparison.Ordinal).Replace("\\/", "/", StringComparison.Ordinal));
        return plain.Length == 0 || with.Contains('{', StringComparison.Ordinal) || with.Contains('$', StringComparison.Ordinal) || !plain.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '-' or '_' or ':') ? null
            : !isStart ? value.Replace(plain, with, StringComparison.Ordinal)
            : value.StartsWith(plain, StringComparison.Ordinal) ? with + value[plain.Length..]
            : value;
    }
}
