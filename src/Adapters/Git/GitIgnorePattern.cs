namespace Basewatch.Adapters.Git;

/// <summary>
/// One line of a <c>.gitignore</c> file, byte for byte as Git matches it (<see href="https://git-scm.com/docs/gitignore"/>).
/// Time grows with the length of pattern times path, whatever the pattern.
/// </summary>
internal sealed class GitIgnorePattern
{
    private readonly bool _isName;
    private readonly bool _isEnd;
    private readonly byte[] _literal;
    private readonly Part[] _parts;

    private GitIgnorePattern(bool isNegative, bool isFolder, bool isName, bool isEnd, byte[] literal, Part[] parts) =>
        (IsNegative, IsFolder, _isName, _isEnd, _literal, _parts) = (isNegative, isFolder, isName, isEnd, literal, parts);

    private enum PartKind
    {
        /// <summary>This byte.</summary>
        Byte,

        /// <summary><c>?</c>: a byte that is no slash.</summary>
        Any,

        /// <summary><c>[…]</c>: one of these bytes, and no slash.</summary>
        Set,

        /// <summary><c>*</c>: any bytes but slashes.</summary>
        Star,

        /// <summary><c>**</c>: any bytes.</summary>
        StarStar,

        /// <summary><c>**</c> before a slash: any bytes, or neither these nor the slash.</summary>
        Folders,
    }

    /// <summary>Begins with <c>!</c>: what it matches is not ignored.</summary>
    public bool IsNegative { get; }

    /// <summary>Ends with a slash: it matches folders alone.</summary>
    public bool IsFolder { get; }

    /// <summary>Reads a line without its end; null where it is no pattern, or one that nothing matches.</summary>
    public static GitIgnorePattern? Parse(ReadOnlySpan<byte> line)
    {
        // Git's lines are C strings.
        var nul = line.IndexOf((byte)0);
        var pattern = TrimSpaces(nul < 0 ? line : line[..nul]);
        if (pattern.IsEmpty || pattern[0] == '#')
        {
            return null;
        }

        var isNegative = pattern[0] == '!';
        pattern = isNegative ? pattern[1..] : pattern;
        var isFolder = pattern.EndsWith("/"u8);
        pattern = isFolder ? pattern[..^1] : pattern;
        if (pattern.IsEmpty)
        {
            return null;
        }

        var isName = !pattern.Contains((byte)'/');
        if (isName && pattern[0] == '*' && LiteralLength(pattern[1..]) == pattern.Length - 1)
        {
            return new GitIgnorePattern(isNegative, isFolder, isName, isEnd: true, pattern[1..].ToArray(), []);
        }

        pattern = pattern[0] == '/' ? pattern[1..] : pattern;
        var literal = LiteralLength(pattern);
        return Compile(pattern[literal..]) is { } parts
            ? new GitIgnorePattern(isNegative, isFolder, isName, isEnd: false, pattern[..literal].ToArray(), parts)
            : null;
    }

    /// <summary>Whether a path matches; folders alone are asked of <see cref="IsFolder"/> patterns.</summary>
    /// <param name="path">From the folder of the ignore file.</param>
    /// <param name="name">The last part of it.</param>
    public bool Matches(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        var text = _isName ? name : path;
        return _isEnd ? text.EndsWith(_literal)
            : text.StartsWith(_literal) && (_parts.Length == 0 ? text.Length == _literal.Length : MatchesParts(text[_literal.Length..]));
    }

    /// <summary>Every way to match is followed at once, so that none has to be tried again.</summary>
    private bool MatchesParts(ReadOnlySpan<byte> text)
    {
        var size = _parts.Length + 1;
        var at = size <= 128 ? stackalloc bool[size] : new bool[size];
        var next = size <= 128 ? stackalloc bool[size] : new bool[size];
        at.Clear();
        Reach(at, 0);
        foreach (var b in text)
        {
            next.Clear();
            var isOpen = false;
            for (var i = 0; i < _parts.Length; i++)
            {
                if (at[i] && _parts[i].Takes(b))
                {
                    isOpen = true;
                    if (_parts[i].Kind >= PartKind.Star)
                    {
                        next[i] = next[i + 1] = true;
                    }
                    else
                    {
                        Reach(next, i + 1);
                    }
                }
            }

            if (!isOpen)
            {
                return false;
            }

            var swap = at;
            at = next;
            next = swap;
        }

        return at[^1];
    }

    /// <summary>Parts that may match nothing are passed by as well; no two of them stand side by side.</summary>
    private void Reach(Span<bool> at, int i)
    {
        at[i] = true;
        for (; i < _parts.Length && _parts[i].Kind >= PartKind.Star; i += 2)
        {
            at[i + 1] = true;
            if (_parts[i].Kind != PartKind.Folders)
            {
                break;
            }

            at[i + 2] = true;
        }
    }

    /// <summary>Spaces at the end don't count but after a backslash.</summary>
    private static ReadOnlySpan<byte> TrimSpaces(ReadOnlySpan<byte> line)
    {
        var end = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
            {
                i++;
                end = Math.Min(i + 1, line.Length);
            }
            else if (line[i] != ' ')
            {
                end = i + 1;
            }
        }

        // Git leaves a line as it is that ends with a lone backslash; such a pattern matches nothing.
        return line[..end];
    }

    private static int LiteralLength(ReadOnlySpan<byte> pattern) => pattern.IndexOfAny("*?[\\"u8) is var special and >= 0 ? special : pattern.Length;

    private static Part[]? Compile(ReadOnlySpan<byte> pattern)
    {
        var parts = new List<Part>();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case (byte)'?':
                    parts.Add(new Part(PartKind.Any));
                    break;
                case (byte)'*':
                    var start = i;
                    while (i + 1 < pattern.Length && pattern[i + 1] == '*')
                    {
                        i++;
                    }

                    // Only between slashes do two stars match them. What is literal before the first star was cut off, and
                    // Git does not see then whether that ended with a slash.
                    var after = pattern[(i + 1)..];
                    var isWhole = i > start && (start == 0 || pattern[start - 1] == '/') && (after.IsEmpty || after[0] == '/' || after.StartsWith("\\/"u8));
                    parts.Add(new Part(!isWhole ? PartKind.Star : !after.IsEmpty && after[0] == '/' ? PartKind.Folders : PartKind.StarStar));
                    break;
                case (byte)'[':
                    if (GitIgnoreSet.Parse(pattern, ref i) is not { } set)
                    {
                        return null;
                    }

                    parts.Add(new Part(PartKind.Set, Set: set));
                    break;
                case (byte)'\\' when ++i == pattern.Length:
                    return null;
                default:
                    parts.Add(new Part(PartKind.Byte, pattern[i]));
                    break;
            }
        }

        return [.. parts];
    }

    private readonly record struct Part(PartKind Kind, byte Value = 0, bool[]? Set = null)
    {
        public bool Takes(byte b) => Kind switch
        {
            PartKind.Byte => b == Value,
            PartKind.Set => b != '/' && Set![b],
            PartKind.Any or PartKind.Star => b != '/',
            _ => true,
        };
    }
}
