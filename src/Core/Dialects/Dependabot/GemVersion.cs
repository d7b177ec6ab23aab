using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>
/// A version as RubyGems reads and orders it (<c>Gem::Version</c>): numbers and words between dots, <c>-</c> meaning
/// <c>.pre.</c>; a word sorts below every number, missing parts are 0.
/// </summary>
internal sealed class GemVersion
{
    /// <summary>Zero, which an empty text stands for.</summary>
    public static readonly GemVersion Zero = new("0", [new Part(0, null)]);

    private readonly ImmutableArray<Part> _parts;

    private GemVersion(string text, ImmutableArray<Part> parts) => (Text, _parts) = (text, parts);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whether a letter is in it.</summary>
    public bool IsPreRelease => _parts.Any(p => p.Word is not null);

    /// <summary>Reads a version: <c>[0-9]+(.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(.[0-9A-Za-z-]+)*)?</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GemVersion? version)
    {
        version = null;
        var trimmed = text.AsSpan().Trim();
        if (!IsVersion(trimmed))
        {
            return false;
        }

        var parts = ImmutableArray.CreateBuilder<Part>(4);
        for (var i = 0; i < trimmed.Length;)
        {
            var start = i;
            if (char.IsAsciiDigit(trimmed[i]))
            {
                i = DigitsEnd(trimmed, i);
                parts.Add(new Part(Number(trimmed[start..i]), null));
            }
            else if (char.IsAsciiLetter(trimmed[i]))
            {
                i = LettersEnd(trimmed, i);
                parts.Add(new Part(0, trimmed[start..i].ToString()));
            }
            else
            {
                if (trimmed[i] == '-')
                {
                    parts.Add(new Part(0, "pre"));
                }

                i++;
            }
        }

        version = new GemVersion(text, parts.ToImmutable());
        return true;
    }

    /// <summary>Leading digits as a number, as Ruby's <c>to_i</c>: none is 0.</summary>
    public static BigInteger LeadingNumber(ReadOnlySpan<char> text) => Number(text[..DigitsEnd(text, 0)]);

    /// <summary>Below, at or above 0 as the first version is below, at or above the second.</summary>
    public static int Compare(GemVersion a, GemVersion b)
    {
        var left = new Canonical(a._parts);
        var right = new Canonical(b._parts);
        for (var i = 0; i < left.Count || i < right.Count; i++)
        {
            var order = Part.Compare(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    /// <summary>What stands before the first word.</summary>
    public GemVersion Release() => IsPreRelease ? new GemVersion(Text, [.. _parts.TakeWhile(p => p.Word is null)]) : this;

    /// <summary>The first version that <c>~&gt;</c> does not reach: the last number but one is raised, or the only one.</summary>
    public GemVersion Bump()
    {
        var numbers = _parts.TakeWhile(p => p.Word is null).ToList();
        if (numbers.Count > 1)
        {
            numbers.RemoveAt(numbers.Count - 1);
        }

        numbers[^1] = new Part(numbers[^1].Number + 1, null);
        return new GemVersion(Text, [.. numbers]);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool IsVersion(ReadOnlySpan<char> text)
    {
        var i = DigitsEnd(text, 0);
        if (i == 0)
        {
            return false;
        }

        var dashed = false;
        while (i < text.Length)
        {
            if (text[i] == '-' && !dashed)
            {
                dashed = true;
            }
            else if (text[i] != '.')
            {
                return false;
            }

            var start = ++i;
            while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || (dashed && text[i] == '-')))
            {
                i++;
            }

            if (i == start)
            {
                return false;
            }
        }

        return true;
    }

    private static int DigitsEnd(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        return i;
    }

    private static int LettersEnd(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && char.IsAsciiLetter(text[i]))
        {
            i++;
        }

        return i;
    }

    private static BigInteger Number(ReadOnlySpan<char> digits) =>
        digits.Length == 0 ? BigInteger.Zero
        : digits.Length <= 18 ? long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture)
        : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>A number, or a word.</summary>
    private readonly record struct Part(BigInteger Number, string? Word)
    {
        public static int Compare(Part a, Part b) => (a.Word, b.Word) switch
        {
            (null, null) => a.Number.CompareTo(b.Number),
            (null, _) => 1,
            (_, null) => -1,
            var (left, right) => string.CompareOrdinal(left, right),
        };
    }

    /// <summary>The parts without the zeros before the first word and without those at the end, which mean nothing.</summary>
    private readonly ref struct Canonical
    {
        private readonly ImmutableArray<Part> _parts;
        private readonly int _numbers;
        private readonly int _words;

        public Canonical(ImmutableArray<Part> parts)
        {
            _parts = parts;
            _words = 0;
            while (_words < parts.Length && parts[_words].Word is null)
            {
                _words++;
            }

            _numbers = _words;
            while (_numbers > 0 && parts[_numbers - 1].Number.IsZero)
            {
                _numbers--;
            }

            var end = parts.Length;
            while (end > _words && parts[end - 1] is { Word: null, Number.IsZero: true })
            {
                end--;
            }

            Count = _numbers + end - _words;
        }

        public int Count { get; }

        public Part this[int i] => i >= Count ? default : _parts[i < _numbers ? i : i - _numbers + _words];
    }
}
