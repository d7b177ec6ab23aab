using System.Runtime.InteropServices;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Variables;

/// <summary>What is known of a name.</summary>
/// <param name="Value">Its value and where that is written; null where the file gives none.</param>
/// <param name="Missing">Why the file gives none, in a few words.</param>
/// <param name="Lookup">What the names in the value stand for, if not the same as in the text that it is put into.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Binding(WrittenText? Value, string? Missing = null, Func<string, Binding>? Lookup = null)
{
    /// <summary>The value of a scalar; nothing else is a value.</summary>
    public static Binding Of(YamlNode? node) =>
        node is YamlScalar { IsNull: false } scalar ? new Binding(scalar.Text) : default;
}

/// <summary>A text with its placeholders replaced.</summary>
/// <param name="Value">The value; null where it can't be known.</param>
/// <param name="Missing">Why it can't.</param>
/// <param name="IsVariable">Whether a placeholder has a part in it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Substituted(WrittenText? Value, string? Missing, bool IsVariable)
{
    /// <summary>Whether a digest may be added: it would stand with all that it is the digest of.</summary>
    public bool IsPinnable => !IsVariable || Value?.HoldsDigest == true;
}

/// <summary>Replaces placeholders by values that may have placeholders themselves, within bounds.</summary>
/// <param name="syntaxes">How placeholders are written.</param>
internal sealed class Substitution(IReadOnlyList<PlaceholderSyntax> syntaxes)
{
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

        var substitution = new Substitution(syntaxes);
        substitution.Expand(text, lookup, 0);
        return substitution._missing is { } missing
            ? new Substituted(null, missing, IsVariable: true)
            : new Substituted(WrittenText.Join(substitution._pieces), null, IsVariable: true);
    }

    private void Expand(WrittenText text, Func<string, Binding> lookup, int depth)
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

            Resolve(text, found, lookup, depth);
            at = found.End;
        }

        Append(text, at, text.Value.Length);
    }

    private void Resolve(WrittenText text, Placeholder placeholder, Func<string, Binding> lookup, int depth)
    {
        string? missing = null;
        foreach (var operand in placeholder.Operands)
        {
            if (operand.Name is null)
            {
                Expand(text.Slice(operand.Literal), lookup, depth + 1);
                return;
            }

            var found = lookup(operand.Name);
            if (found.Value is { } value && (value.Value.Length > 0 || placeholder.EmptyCounts || placeholder.Operands.Count == 1))
            {
                Expand(value, found.Lookup ?? lookup, depth + 1);
                return;
            }

            missing ??= found.Missing ?? $"{Images.Excerpt.Of(operand.Name)} has no value in this file";
        }

        _missing ??= missing;
    }

    private void Append(WrittenText text, int from, int to)
    {
        _length += to - from;
        if (_length > VariableExpansion.LongestValue)
        {
            _missing ??= $"with its variables replaced it is longer than {VariableExpansion.LongestValue} characters";
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
