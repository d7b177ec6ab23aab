namespace Basewatch.Adapters.Git;

/// <summary>The bytes that a <c>[…]</c> of a <c>.gitignore</c> pattern stands for.</summary>
internal static class GitIgnoreSet
{
    /// <summary>Reads one; null where it has no end or names an unknown class, which nothing matches.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="at">Its opening bracket; afterwards its closing one.</param>
    public static bool[]? Parse(ReadOnlySpan<byte> pattern, ref int at)
    {
        var set = new bool[256];
        var isNegative = ByteAt(pattern, at + 1) is (byte)'!' or (byte)'^';
        at += isNegative ? 2 : 1;

        // A closing bracket that comes first is one of the bytes, and a dash is one at the ends and behind a range or class.
        byte before = 0;
        var b = ByteAt(pattern, at);
        do
        {
            switch (b)
            {
                case 0:
                    return null;
                case (byte)'\\':
                    b = ByteAt(pattern, ++at);
                    if (b == 0)
                    {
                        return null;
                    }

                    set[b] = true;
                    break;
                case (byte)'-' when before != 0 && ByteAt(pattern, at + 1) is not (0 or (byte)']'):
                    at += ByteAt(pattern, at + 1) == '\\' ? 2 : 1;
                    var last = ByteAt(pattern, at);
                    if (last == 0)
                    {
                        return null;
                    }

                    for (int inside = before; inside <= last; inside++)
                    {
                        set[inside] = true;
                    }

                    b = 0;
                    break;
                case (byte)'[' when ByteAt(pattern, at + 1) == ':':
                    var length = pattern[(at + 2)..].IndexOf((byte)']');
                    if (length < 0)
                    {
                        return null;
                    }

                    var name = pattern.Slice(at + 2, length);
                    if (!name.EndsWith(":"u8))
                    {
                        set[b] = true;
                        break;
                    }

                    if (!TryAdd(set, name[..^1]))
                    {
                        return null;
                    }

                    at += 2 + length;
                    b = 0;
                    break;
                default:
                    set[b] = true;
                    break;
            }

            before = b;
            b = ByteAt(pattern, ++at);
        }
        while (b != ']');

        for (var i = 0; isNegative && i < set.Length; i++)
        {
            set[i] = !set[i];
        }

        return set;
    }

    /// <summary>A pattern holds no zero: it stands for the end.</summary>
    private static byte ByteAt(ReadOnlySpan<byte> pattern, int at) => at < pattern.Length ? pattern[at] : (byte)0;

    private static bool TryAdd(bool[] set, ReadOnlySpan<byte> name)
    {
        Func<char, bool>? isMember =
            name.SequenceEqual("alnum"u8) ? char.IsAsciiLetterOrDigit
            : name.SequenceEqual("alpha"u8) ? char.IsAsciiLetter
            : name.SequenceEqual("blank"u8) ? c => c is ' ' or '\t'
            : name.SequenceEqual("cntrl"u8) ? char.IsControl
            : name.SequenceEqual("digit"u8) ? char.IsAsciiDigit
            : name.SequenceEqual("graph"u8) ? c => c is > ' ' and < '\x7f'
            : name.SequenceEqual("lower"u8) ? char.IsAsciiLetterLower
            : name.SequenceEqual("print"u8) ? c => c is >= ' ' and < '\x7f'
            : name.SequenceEqual("punct"u8) ? c => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c)
            : name.SequenceEqual("space"u8) ? c => c is ' ' or '\t' or '\n' or '\r'
            : name.SequenceEqual("upper"u8) ? char.IsAsciiLetterUpper
            : name.SequenceEqual("xdigit"u8) ? char.IsAsciiHexDigit
            : null;
        for (var c = '\0'; isMember is not null && c < 128; c++)
        {
            set[c] |= isMember(c);
        }

        return isMember is not null;
    }
}
