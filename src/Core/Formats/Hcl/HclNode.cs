using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Formats.Hcl;

/// <summary>A value of HCL that knows where it is written.</summary>
/// <param name="start">Offset of its first character in the file that it is written in.</param>
internal abstract class HclNode(int start)
{
    /// <summary>Offset of its first character in the file that it is written in.</summary>
    public int Start { get; } = start;
}

/// <summary>An attribute or block of a body, or an entry of an object.</summary>
/// <param name="Key">Name of the attribute, type of the block; empty where a key is an expression.</param>
/// <param name="Labels">The labels of a block.</param>
/// <param name="Value">What it is; the body of a block is an object.</param>
internal sealed record HclMember(string Key, IReadOnlyList<string> Labels, HclNode Value);

/// <summary>A body of attributes and blocks, or an object: what is read of them is the same.</summary>
internal sealed class HclObject(int start) : HclNode(start)
{
    private Dictionary<string, HclNode>? _byKey;

    /// <summary>In the order of the text. Complete before anything is looked up.</summary>
    public List<HclMember> Members { get; } = [];

    /// <summary>The value of a key, the first where it stands twice.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out HclNode? value)
    {
        if (_byKey is null)
        {
            // Complete before others see it: files beside each other are read at the same time, and share it.
            var byKey = new Dictionary<string, HclNode>(StringComparer.Ordinal);
            foreach (var member in Members.Where(m => m.Labels.Count == 0))
            {
                byKey.TryAdd(member.Key, member.Value);
            }

            _byKey = byKey;
        }

        return _byKey.TryGetValue(key, out value);
    }

    /// <summary>The value of a key; null where it is not there.</summary>
    public HclNode? this[string key] => TryGet(key, out var value) ? value : null;

    /// <summary>What a key holds, where that are objects: blocks of one name, one object or a list of them.</summary>
    public IEnumerable<HclObject> Objects(string key) =>
        Members.Where(m => m.Key == key).SelectMany(m => m.Value is HclTuple list ? list.Items : [m.Value]).OfType<HclObject>();
}

/// <summary>A list.</summary>
internal sealed class HclTuple(int start) : HclNode(start)
{
    /// <summary>In the order of the text.</summary>
    public List<HclNode> Items { get; } = [];
}

/// <summary>A part of a template: text, or a value that is put in.</summary>
/// <param name="Text">The text as it is meant; for a value its source.</param>
/// <param name="Value">The value; null for text.</param>
internal sealed record HclTemplatePart(WrittenText Text, HclNode? Value);

/// <summary>A string, in quotes or as a here-document.</summary>
internal sealed class HclTemplate(int start, IReadOnlyList<HclTemplatePart> parts) : HclNode(start)
{
    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<HclTemplatePart> Parts { get; } = parts;

    /// <summary>The text, where nothing is put in; null otherwise.</summary>
    public WrittenText? Literal => Parts.Any(p => p.Value is not null) ? null : WrittenText.Join(Parts.Select(p => p.Text));
}

/// <summary>A number, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
internal sealed class HclLiteral(int start, WrittenText text) : HclNode(start)
{
    /// <summary>As it is written.</summary>
    public WrittenText Text { get; } = text;

    /// <summary>Whether it is no value at all.</summary>
    public bool IsNull => Text.Value == "null";
}

/// <summary>A name and what is taken out of it: <c>var.images["web"]</c>.</summary>
/// <param name="start">Offset of its first character.</param>
/// <param name="path">The names; null for an index that is no constant.</param>
internal sealed class HclReference(int start, IReadOnlyList<string?> path) : HclNode(start)
{
    /// <summary>The names; null for an index that is no constant.</summary>
    public IReadOnlyList<string?> Path { get; } = path;

    /// <summary>As it is written, more or less.</summary>
    public string Name => string.Join('.', Path.Take(4).Select(p => p ?? "*"));
}

/// <summary>A function call.</summary>
internal sealed class HclCall(int start, string function, IReadOnlyList<HclNode> arguments) : HclNode(start)
{
    /// <summary>The function's name.</summary>
    public string Function { get; } = function;

    /// <summary>What it is given.</summary>
    public IReadOnlyList<HclNode> Arguments { get; } = arguments;
}

/// <summary><c>condition ? a : b</c>.</summary>
internal sealed class HclChoice(int start, HclNode first, HclNode second) : HclNode(start)
{
    /// <summary>What it may be.</summary>
    public IReadOnlyList<HclNode> Arms { get; } = [first, second];
}

/// <summary>An expression that is not read.</summary>
internal sealed class HclOpaque(int start) : HclNode(start);
