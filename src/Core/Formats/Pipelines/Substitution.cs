using System.Runtime.InteropServices;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Pipelines;

/// <summary>What is known of a name in a pipeline.</summary>
/// <param name="Value">Its value and where that is written; null where the file gives none.</param>
/// <param name="Missing">Why the file gives none, in a few words.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Binding(WrittenText? Value, string? Missing = null)
{
    /// <summary>The value of a scalar; nothing else is a value.</summary>
    public static Binding Of(YamlNode? node) =>
        node is YamlScalar { IsNull: false } scalar ? new Binding(scalar.Written ?? WrittenText.Unplaced(scalar.Value)) : default;
}

/// <summary>A text with its placeholders replaced.</summary>
/// <param name="Value">The value; null where it can't be known.</param>
/// <param name="Missing">Why it can't.</param>
/// <param name="IsVariable">Whether a placeholder has a part in it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Substituted(WrittenText? Value, string? Missing, bool IsVariable);

/// <summary>Replaces placeholders by values that may have placeholders themselves, within bounds.</summary>
/// <param name="syntaxes">How placeholders are written.</param>
/// <param name="lookup">What is known of a name.</param>
internal sealed class Substitution(IReadOnlyList<PlaceholderSyntax> syntaxes, Func<string, Binding> lookup)
{
    /// <summary>Longest value: no reference is near it.</summary>
    private const int LongestValue = 1024;

    private const int Deepest = 8;
    private const int MostPlaceholders = 64;

    private readonly List<WrittenText> _pieces = [];
    private int _length;
    private int _placeholders;
    private string? _missing;

    /// <summary>Replaces the placeholders of a text.</summary>
    public static Substituted Of(WrittenText text, IReadOnlyList<PlaceholderSyntax> syntaxes, Func<string, Binding> lookup)
    {
        if (First(text.Value, 0, syntaxes) is null)
        {
            return new Substituted(text, null, IsVariable: false);
        }

        var substitution = new Substitution(syntaxes, lookup);
        substitution.Expand(text, 0);
        return substitution._missing is { } missing
            ? new Substituted(null, missing, IsVariable: true)
            : new Substituted(WrittenText.Join(substitution._pieces), null, IsVariable: true);
    }

    private void Expand(WrittenText text, int depth)
    {
        var at = 0;
        while (_missing is null && First(text.Value, at, syntaxes) is { } found)
        {
            Append(text, at, found.Start);
            if (depth >= Deepest || ++_placeholders > MostPlaceholders)
            {
                _missing ??= "its variables stand in variables too deep";
                return;
            }

            Resolve(text, found, depth);
            at = found.End;
        }

        Append(text, at, text.Value.Length);
    }

    private void Resolve(WrittenText text, Placeholder placeholder, int depth)
    {
        string? missing = null;
        foreach (var operand in placeholder.Operands)
        {
            if (operand.Name is null)
            {
                Expand(text.Slice(operand.Literal), depth + 1);
                return;
            }

            var found = lookup(operand.Name);
            if (found.Value is { } value && (value.Value.Length > 0 || placeholder.Operands.Count == 1))
            {
                Expand(value, depth + 1);
                return;
            }

            missing ??= found.Missing ?? $"{Images.Excerpt.Of(operand.Name)} has no value in this file";
        }

        _missing ??= missing;
    }

    private void Append(WrittenText text, int from, int to)
    {
        _length += to - from;
        if (_length > LongestValue)
        {
            _missing ??= $"with its variables replaced it is longer than {LongestValue} characters";
        }
        else if (to > from && _missing is null)
        {
            _pieces.Add(text.Slice(from..to));
        }
    }

    private static Placeholder? First(string text, int from, IReadOnlyList<PlaceholderSyntax> syntaxes)
    {
        Placeholder? first = null;
        foreach (var syntax in syntaxes)
        {
            if (syntax.Next(text, from) is { } found && (first is null || found.Start < first.Value.Start))
            {
                first = found;
            }
        }

        return first;
    }
}
