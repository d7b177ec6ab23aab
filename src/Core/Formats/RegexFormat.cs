using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// A format of one's own: a regular expression whose named groups are <c>image</c>, a whole reference, or its parts
/// <c>registry</c>, <c>name</c>, <c>tag</c> and <c>digest</c>. Lines can be anchored with <c>^</c> and <c>$</c>; there are no
/// look-arounds and back-references, so that no pattern takes longer than its text.
/// </summary>
public sealed partial class RegexFormat : IFormat
{
    /// <summary>The most formats of one's own.</summary>
    public const int MostFormats = 100;

    private const int LongestPattern = 2000;
    private const int MostFiles = 50;

    private static readonly string[] Groups = ["image", "registry", "name", "tag", "digest"];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;
    private readonly string? _image;

    private RegexFormat(string name, IReadOnlyList<string> files, Regex regex, string? image) => (Name, Files, _regex, _image) = (name, files, regex, image);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Finds => $"what matches `{_regex}`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; }

    /// <summary>All that decides what is found; another text is another format.</summary>
    public string Definition => string.Join('\n', [Name, .. Files, _regex.ToString(), _image]);

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
        error = Check(name, files, pattern, image);
        if (error is null)
        {
            try
            {
                var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Longest);
                error = CheckGroups([.. regex.GetGroupNames().Where(g => g != "0")], image);
                format = error is null ? new RegexFormat(name, files, regex, image) : null;
            }
            catch (NotSupportedException)
            {
                error = "the pattern has look-arounds, back-references, atomic groups or too many repetitions, which are not taken here";
            }
            catch (ArgumentException e)
            {
                error = $"the pattern is no regular expression: {e.Message}";
            }
        }

        error = error is null ? null : $"'{Excerpt.Of(name)}': {error}";
        return format is not null;
    }

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        try
        {
            for (var match = _regex.Match(file.Text); match.Success && uses.Count < UseList.MostUses; match = match.NextMatch())
            {
                Add(uses, match);
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
        var whole = Part(match, "image");
        var name = Part(match, "name") ?? (_image is null ? null : WrittenText.Unplaced(_image));
        var (tag, digest) = (Part(match, "tag"), Part(match, "digest"));
        var written = whole
            ?? (name is null || (_image is not null && tag is null && digest is null) ? null : new ReferenceParts(Part(match, "registry"), name, tag, digest).Join());
        if (written is not null)
        {
            var skip = written.Value.Contains('$', StringComparison.Ordinal) ? "it has a variable that is set elsewhere" : null;
            uses.Add(written, match.Index, skip: skip, pinnable: whole is not null || match.Groups.ContainsKey("digest"));
        }
    }

    private static WrittenText? Part(Match match, string group) =>
        match.Groups[group] is { Success: true, Length: > 0 } found ? WrittenText.At(found.Value, found.Index) : null;

    private static string? Check(string name, IReadOnlyList<string> files, string pattern, string? image)
    {
        if (!ProperName().IsMatch(name))
        {
            return "a format's name is made of lower-case letters, digits and dashes";
        }

        if (files.Count is 0 or > MostFiles)
        {
            return files.Count == 0 ? "it names no files" : $"it has more than {MostFiles} patterns for files";
        }

        if (pattern.Length is 0 or > LongestPattern)
        {
            return pattern.Length == 0 ? "it has no pattern" : $"the pattern is longer than {LongestPattern} characters";
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
