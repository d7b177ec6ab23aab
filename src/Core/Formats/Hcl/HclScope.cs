using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Hcl;

/// <summary>A text that an expression gives.</summary>
/// <param name="Text">The text; where it is not known, with <c>${…}</c> for what is missing.</param>
/// <param name="Unknown">Why it can't be known; null where it is.</param>
/// <param name="IsPinnable">Whether a digest written after it stands with the tag, not behind a variable that wins over it or is lost.</param>
internal sealed record HclText(WrittenText Text, string? Unknown, bool IsPinnable);

/// <summary>What names stand for in a file and its folder. The work for each question is bounded.</summary>
/// <param name="variables">Values of variables; null where one has none.</param>
/// <param name="locals">Values of locals.</param>
/// <param name="bare">Whether variables are named as they are, without <c>var.</c>.</param>
internal sealed class HclScope(Func<string, HclNode?> variables, Func<string, HclNode?> locals, bool bare = false)
{
    /// <summary>Longest text: no reference is near it, and values in values can't grow without bound.</summary>
    public const int LongestText = 1024;

    /// <summary>What ends a word in YAML or JSON, or begins another thing.</summary>
    private static readonly System.Buffers.SearchValues<char> NotInAWord = System.Buffers.SearchValues.Create("\"'\r\n#:,[]&*");

    /// <summary>Nothing is known.</summary>
    public static HclScope Empty => new(static _ => null, static _ => null);

    private const int MostSteps = 1_000;
    private const int Deepest = 32;

    private int _steps;

    /// <summary>The text of an expression; null where it is no text, or nothing at all.</summary>
    public HclText? Text(HclNode node)
    {
        _steps = 0;
        return Text(node, 0);
    }

    /// <summary>What stands behind names: anything but a reference where all of them are known.</summary>
    public HclNode Value(HclNode node)
    {
        _steps = 0;
        return Resolve(node, 0, out _);
    }

    /// <summary>A text that may be long (a here-document) with what is put in as far as it is known, and <c>${…}</c> where it is not.</summary>
    public WrittenText Render(HclTemplate template)
    {
        var pieces = new List<WrittenText>();
        var length = 0;
        foreach (var part in template.Parts)
        {
            var piece = part.Text;
            if (part.Value is not null)
            {
                piece = Text(part.Value) is { Unknown: null } known ? known.Text : Placeholder(part.Text);
            }

            length += piece.Value.Length;
            if (length > SourceFile.LargestFile)
            {
                break;
            }

            pieces.Add(piece);
        }

        return WrittenText.Join(pieces);
    }

    /// <summary>Source that reads as a word in YAML and JSON.</summary>
    private static WrittenText Placeholder(WrittenText source) =>
        source.Value.AsSpan().ContainsAny(NotInAWord) || source.Value.Length > 100 ? WrittenText.Unplaced("${…}") : source;

    private HclText? Text(HclNode node, int depth)
    {
        var found = Resolve(node, depth, out var unknown);
        if (unknown is not null)
        {
            return new HclText(WrittenText.Unplaced("${" + (found is HclReference name ? name.Name : "…") + "}"), unknown, false);
        }

        switch (found)
        {
            case HclTemplate template:
                return Join(template, depth);
            case HclLiteral literal:
                return literal.IsNull ? null : new HclText(literal.Text, null, false);
            case HclCall { Function: "format", Arguments: [HclTemplate pattern, ..] } call when pattern.Literal is { } text:
                return Format(text, call.Arguments, depth);
            case HclCall { Function: "join", Arguments: [HclTemplate separator, HclTuple list] } when separator.Literal is { } text:
                return Join(list.Items.SelectMany((item, i) => i == 0 ? [new HclTemplatePart(WrittenText.Unplaced(""), item)] : new[] { new HclTemplatePart(text, null), new HclTemplatePart(WrittenText.Unplaced(""), item) }), depth);
            case HclCall call:
                return new HclText(WrittenText.Unplaced("${…}"), $"the function {Excerpt.Of(call.Function)} makes it", false);
            case HclChoice:
                return new HclText(WrittenText.Unplaced("${…}"), "a condition chooses it", false);
            case HclReference reference:
                return new HclText(WrittenText.Unplaced("${" + reference.Name + "}"), "it is not known", false);
            case HclOpaque:
                return new HclText(WrittenText.Unplaced("${…}"), "it is put together in a way that is not read", false);
            default:
                return null;
        }
    }

    private HclText Join(HclTemplate template, int depth) => Join(template.Parts, depth);

    private HclText Join(IEnumerable<HclTemplatePart> parts, int depth)
    {
        var pieces = new List<WrittenText>();
        var put = new List<(int Start, int End)>();
        string? unknown = null;
        var length = 0;
        foreach (var part in parts)
        {
            var piece = part.Text;
            if (part.Value is not null)
            {
                var inner = Text(part.Value, depth + 1);
                unknown ??= inner is null ? "what is put in is no text" : inner.Unknown;
                piece = inner is null || (inner.Unknown is not null && inner.Text.Value == "${…}") ? PlaceholderOf(part.Text) : inner.Text;
                put.Add((length, length + piece.Value.Length));
            }

            length += piece.Value.Length;
            if (length > LongestText)
            {
                return new HclText(WrittenText.Join(pieces), $"it is longer than {LongestText} characters", false);
            }

            pieces.Add(piece);
        }

        var text = WrittenText.Join(pieces);
        var layout = ReferenceLayout.Of(text.Value);
        var end = layout.Tag is { } tag ? tag.End.GetOffset(text.Value.Length) : layout.Name.End.GetOffset(text.Value.Length);
        var lastComponent = text.Value.AsSpan(0, layout.Name.End.GetOffset(text.Value.Length)).LastIndexOf('/') + 1;
        return new HclText(text, unknown, put.All(p => p.End <= lastComponent && p.Start < end));
    }

    private static WrittenText PlaceholderOf(WrittenText source) => source.Value.Length <= 100 ? source : WrittenText.Unplaced("${…}");

    /// <summary><c>format</c> with nothing but <c>%s</c>, <c>%d</c> and <c>%v</c>.</summary>
    private HclText Format(WrittenText pattern, IReadOnlyList<HclNode> arguments, int depth)
    {
        var parts = new List<HclTemplatePart>();
        var (at, next) = (0, 1);
        for (int percent; (percent = pattern.Value.IndexOf('%', at)) >= 0; at = percent + 2)
        {
            if (percent + 1 >= pattern.Value.Length || pattern.Value[percent + 1] is not ('s' or 'd' or 'v') || next >= arguments.Count)
            {
                return new HclText(WrittenText.Unplaced("${…}"), "the function format makes it", false);
            }

            parts.Add(new HclTemplatePart(pattern.Slice(at..percent), null));
            parts.Add(new HclTemplatePart(WrittenText.Unplaced(""), arguments[next++]));
        }

        parts.Add(new HclTemplatePart(pattern.Slice(at..), null));
        return Join(parts, depth);
    }

    private HclNode Resolve(HclNode node, int depth, out string? unknown)
    {
        unknown = null;
        while (true)
        {
            if (++_steps > MostSteps || depth > Deepest)
            {
                unknown = "too many names stand for names";
                return node;
            }

            switch (node)
            {
                case HclTemplate { Parts: [{ Value: { } inner }] }:
                    node = inner;
                    break;
                case HclCall { Function: "tostring" or "nonsensitive" or "sensitive" or "trimspace" or "lower", Arguments: [var inner] }:
                    node = inner;
                    break;
                case HclReference reference:
                    var found = Find(reference, depth, out unknown);
                    if (found is null)
                    {
                        return node;
                    }

                    node = found;
                    break;
                default:
                    return node;
            }
        }
    }

    private HclNode? Find(HclReference reference, int depth, out string? unknown)
    {
        var path = reference.Path;
        var (root, used) = bare ? (path[0]!, 1) : path.Count > 1 && path[0] is "var" or "local" && path[1] is { } second ? (second, 2) : ("", 0);
        HclNode? found = null;
        if (used == 0)
        {
            unknown = $"{Excerpt.Of(reference.Name)} is known only when it runs";
            return null;
        }

        if (!bare && path[0] == "local")
        {
            found = locals(root);
            if (found is null)
            {
                unknown = $"the local value {Excerpt.Of(root)} stands in no file of this folder";
                return null;
            }
        }
        else
        {
            found = variables(root);
            if (found is null or HclLiteral { IsNull: true })
            {
                unknown = $"the variable {Excerpt.Of(root)} has no value in this folder";
                return null;
            }
        }

        for (; used < path.Count; used++)
        {
            var step = path[used];
            found = Resolve(found, depth + 1, out unknown);
            if (unknown is not null)
            {
                return null;
            }

            var next = step is null ? null : found switch
            {
                HclObject members => members[step],
                HclTuple list when int.TryParse(step, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index >= 0 && index < list.Items.Count => list.Items[index],
                _ => null,
            };
            if (next is null)
            {
                unknown = $"{Excerpt.Of(reference.Name)} is not written in this folder";
                return null;
            }

            found = next;
        }

        unknown = null;
        return found;
    }
}
