using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Basewatch.Core.Expressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// A format of one's own: a regular expression whose named groups are <c>image</c>, a whole reference, or its parts
/// <c>registry</c>, <c>name</c>, <c>tag</c> and <c>digest</c>. Lines can be anchored with <c>^</c> and <c>$</c>.
/// </summary>
public sealed partial class RegexFormat : IFormat
{
    /// <summary>The most formats of one's own.</summary>
    public const int MostFormats = 100;

    /// <summary>The longest that the matches in one file may take, and any of them.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private const int MostFiles = 50;

    private static readonly string[] Groups = ["image", "registry", "name", "tag", "digest"];

    private readonly GoExpression _expression;
    private readonly RegexGroups _names;
    private readonly string? _image;
    private readonly GoGroup? _whole;
    private readonly GoGroup? _registry;
    private readonly GoGroup? _name;
    private readonly GoGroup? _tag;
    private readonly GoGroup? _digest;
    private readonly GoGroup? _datasource;

    private RegexFormat(string name, IReadOnlyList<string> files, GoExpression expression, string? image, RegexGroups names)
    {
        (Name, Files, _expression, _image, _names) = (name, files, expression, image, names);
        (_whole, _registry, _name, _tag, _digest, _datasource) =
            (Group(names.Image), Group(names.Registry), Group(names.Name), Group(names.Tag), Group(names.Digest), Group(names.Datasource));

        GoGroup? Group(string? group) => group is null ? null : expression.Group(group);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Finds => $"what matches `{_expression}`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; }

    /// <summary>All that decides what is found; another text is another format.</summary>
    public string Definition => string.Join('\n', [Name, .. Files, _expression.Text, _image, _names.ToString()]);

    /// <summary>Makes a format.</summary>
    /// <param name="name">Its name: lower-case letters, digits and dashes.</param>
    /// <param name="files">The files it reads, as <see cref="FilePattern"/>s.</param>
    /// <param name="pattern">The regular expression.</param>
    /// <param name="image">The image's name, where the pattern has only groups for tag and digest; else null.</param>
    /// <param name="format">The format.</param>
    /// <param name="error">What is wrong, with the format's name.</param>
    public static bool TryCreate(string name, IReadOnlyList<string> files, string pattern, string? image, [NotNullWhen(true)] out RegexFormat? format, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(pattern);
        format = null;
        if (pattern.Length == 0)
        {
            error = "it has no pattern";
        }
        else if (GoExpression.TryParse(pattern, out var expression, out var wrong, multiline: true, longestMatch: Longest))
        {
            error = Check(name, files, image) ?? CheckGroups([.. expression.GroupNames], image);
            format = error is null ? new RegexFormat(name, files, expression, image, RegexGroups.Own) : null;
        }
        else
        {
            error = Check(name, files, image) ?? wrong.About(pattern);
        }

        error = error is null ? null : $"'{Excerpt.Of(name)}': {error}";
        return format is not null;
    }

    /// <summary>Makes a format of an expression whose groups have other names.</summary>
    /// <param name="name">Its name: lower-case letters, digits and dashes.</param>
    /// <param name="files">The files it reads, as <see cref="FilePattern"/>s.</param>
    /// <param name="expression">The expression, which has its longest time.</param>
    /// <param name="image">The image's name, where no group has it; else null.</param>
    /// <param name="names">What its groups are called.</param>
    /// <param name="format">The format.</param>
    /// <param name="error">What is wrong.</param>
    internal static bool TryCreate(
        string name, IReadOnlyList<string> files, GoExpression expression, string? image, RegexGroups names,
        [NotNullWhen(true)] out RegexFormat? format, [NotNullWhen(false)] out string? error)
    {
        var made = new RegexFormat(name, files, expression, image, names);
        error = Check(name, files, image)
            ?? (image is null && made._name is null ? $"the expression has no group '{names.Name}'"
            : image is not null && made._tag is null && made._digest is null ? $"the expression has neither a group '{names.Tag}' nor one '{names.Digest}'"
            : null);
        format = error is null ? made : null;
        return format is not null;
    }

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var start = Stopwatch.GetTimestamp();
        try
        {
            for (var match = _expression.Match(file.Text); match.Success && uses.Count < UseList.MostUses; match = match.NextMatch())
            {
                Add(uses, match);
                if (Stopwatch.GetElapsedTime(start) > Longest)
                {
                    throw new RegexMatchTimeoutException();
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            uses.Add(new FileProblem(file.Path, null, $"the pattern of the format '{Name}' takes longer than {Longest.TotalSeconds:0} s: the rest is not read"));
        }

        return uses.ToReading();
    }

    private void Add(UseList uses, Match match)
    {
        if (_datasource is not null && _datasource.In(match).ValueSpan is not "docker")
        {
            return;
        }

        var whole = Part(match, _whole);
        var name = Part(match, _name) ?? (_image is null ? null : WrittenText.Unplaced(_image));
        var (tag, digest) = (Part(match, _tag), Part(match, _digest));
        var written = whole
            ?? (name is null || (_image is not null && tag is null && digest is null) ? null : new ReferenceParts(Part(match, _registry), name, tag, digest).Join());
        if (written is not null)
        {
            var skip = written.Value.Contains('$', StringComparison.Ordinal) ? "it has a variable that is set elsewhere" : null;
            uses.Add(written, match.Index, skip: skip, pinnable: whole is not null || _digest is not null);
        }
    }

    private static WrittenText? Part(Match match, GoGroup? group) =>
        group?.In(match) is { Success: true, Length: > 0 } found ? WrittenText.At(found.Value, found.Index) : null;

    private static string? Check(string name, IReadOnlyList<string> files, string? image)
    {
        if (!ProperName().IsMatch(name))
        {
            return "a format's name is made of lower-case letters, digits and dashes";
        }

        if (files.Count is 0 or > MostFiles)
        {
            return files.Count == 0 ? "it names no files" : $"it has more than {MostFiles} patterns for files";
        }

        if (image is not null && !ImageName.TryParse(image, out _, out var wrong))
        {
            return $"'{Excerpt.Of(image)}' is no image's name: {wrong}";
        }

        try
        {
            foreach (var file in files)
            {
                FilePattern.Parse(file);
            }

            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static string? CheckGroups(IReadOnlyList<string> groups, string? image)
    {
        if (groups.FirstOrDefault(g => !Groups.Contains(g, StringComparer.Ordinal)) is { } unknown)
        {
            return $"the pattern has a group '{Excerpt.Of(unknown)}': known are {string.Join(", ", Groups)}";
        }

        if (groups.Contains("image", StringComparer.Ordinal))
        {
            return groups.Count > 1 || image is not null ? "the group 'image' is a whole reference: others have no place beside it" : null;
        }

        return image is null
            ? groups.Contains("name", StringComparer.Ordinal) ? null : "the pattern has neither a group 'image' nor one 'name'"
            : groups.Contains("name", StringComparer.Ordinal) || groups.Contains("registry", StringComparer.Ordinal) ? "the image's name is given twice: by Image, and by a group"
            : groups.Count == 0 ? "the pattern has neither a group 'tag' nor one 'digest'"
            : null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex ProperName();
}

/// <summary>What the groups of an expression are called; null: there is none.</summary>
/// <param name="Image">A whole reference.</param>
/// <param name="Registry">The registry.</param>
/// <param name="Name">The image's name.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">The digest.</param>
/// <param name="Datasource">What has to be <c>docker</c> for a match to count.</param>
internal sealed record RegexGroups(string? Image, string? Registry, string? Name, string Tag, string Digest, string? Datasource)
{
    /// <summary>Our own names.</summary>
    public static RegexGroups Own { get; } = new("image", "registry", "name", "tag", "digest", null);
}
