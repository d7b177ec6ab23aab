using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Basewatch.Core.Formats;

/// <summary>A text file of a repository, decoded so that encoding it again gives the same bytes.</summary>
public sealed class SourceFile
{
    /// <summary>The largest file that is read, in bytes: 8 MiB. Nobody writes a larger one by hand.</summary>
    public const int LargestFile = 8 * 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<Type, object> _parsed = [];
    private readonly int _linesBefore;
    private int[]? _lineStarts;

    /// <summary>A file with its text, a byte order mark included as U+FEFF.</summary>
    /// <param name="path">Path from the root of the repository, with slashes.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="siblings">Files of its folder that its formats ask for, in the order of their paths.</param>
    /// <param name="firstLine">The line that the text begins on, from 1, where it is a part of its file.</param>
    public SourceFile(string path, string text, IReadOnlyList<SourceFile>? siblings = null, int firstLine = 1) =>
        (Path, Text, Siblings, _linesBefore) = (path, text, siblings ?? [], firstLine - 1);

    /// <summary>Path from the root of the repository, with slashes.</summary>
    public string Path { get; }

    /// <summary>The whole text, line ends and byte order mark as they are.</summary>
    public string Text { get; }

    /// <summary>Files of the same folder that its formats ask for with <see cref="IFormat.Siblings"/>, without siblings of their own.</summary>
    public IReadOnlyList<SourceFile> Siblings { get; }

    /// <summary>The file's name.</summary>
    public ReadOnlySpan<char> Name => Path.AsSpan(Path.LastIndexOf('/') + 1);

    /// <summary>The file parsed, once for all formats that want it this way.</summary>
    internal T Parsed<T>(Func<SourceFile, T> parse)
        where T : class
    {
        lock (_parsed)
        {
            if (!_parsed.TryGetValue(typeof(T), out var parsed))
            {
                _parsed[typeof(T)] = parsed = parse(this);
            }

            return (T)parsed;
        }
    }

    /// <summary>Decodes a file; <paramref name="problem"/> says why it can't be read, with the line where there is one.</summary>
    public static bool TryRead(
        string path, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SourceFile? file, [NotNullWhen(false)] out FileProblem? problem, IReadOnlyList<SourceFile>? siblings = null)
    {
        file = null;
        problem = null;
        if (bytes.Length > LargestFile)
        {
            problem = TooLarge(path);
        }
        else if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, not 0, 0, not 0, ..] or [not 0, 0, not 0, 0, ..])
        {
            problem = new FileProblem(path, 1, "the file is UTF-16: save it as UTF-8");
        }
        else if (bytes.IndexOf((byte)0) is var nul and >= 0)
        {
            problem = new FileProblem(path, LineOf(bytes, nul), "the file has a NUL byte: it is no text");
        }
        else
        {
            try
            {
                file = new SourceFile(path, Utf8.GetString(bytes), siblings);
            }
            catch (DecoderFallbackException e)
            {
                problem = new FileProblem(path, LineOf(bytes, Math.Clamp(e.Index, 0, bytes.Length)), "the file is not UTF-8: save it as UTF-8");
            }
        }

        return file is not null;
    }

    /// <summary>The problem of a file over <see cref="LargestFile"/>, which need not be read to the end to be known.</summary>
    public static FileProblem TooLarge(string path) => new(path, null, $"the file is larger than {LargestFile / 1024 / 1024} MiB, the most that is read");

    /// <summary>The bytes of a text that was read with <see cref="TryRead"/>.</summary>
    public static byte[] Encode(string text) => Utf8.GetBytes(text);

    /// <summary>Line and column of an offset, both from 1; the column counts characters. A line ends with LF, CRLF or a lone CR.</summary>
    public (int Line, int Column) PositionOf(int offset)
    {
        var starts = _lineStarts ??= FindLineStarts(Text);
        var found = Array.BinarySearch(starts, offset);
        var line = found >= 0 ? found : ~found - 1;
        var column = offset - starts[line] + 1;
        return (line + 1 + _linesBefore, line == 0 && Text.StartsWith('\uFEFF') ? Math.Max(1, column - 1) : column);
    }

    /// <summary>The offset of a line and a column, as <see cref="PositionOf"/> gives them; the end of the text where there is no such place.</summary>
    internal int OffsetOf(int line, int column)
    {
        var starts = _lineStarts ??= FindLineStarts(Text);
        line -= _linesBefore;
        return line < 1 || line > starts.Length ? Text.Length
            : Math.Clamp(starts[line - 1] + column - 1 + (line == 1 && Text.StartsWith('\uFEFF') ? 1 : 0), 0, Text.Length);
    }

    private static int LineOf(ReadOnlySpan<byte> bytes, int offset) => bytes[..offset].Count((byte)'\n') + 1;

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                starts.Add(i + 1);
            }
        }

        return [.. starts];
    }
}
