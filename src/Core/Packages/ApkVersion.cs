using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Packages;

/// <summary>
/// A version of a package of Alpine: <c>number{.number}[letter]{_suffix[number]}[~hash][-r#]</c>
/// (<see href="https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/doc/apk-package.5.scd"/>).
/// </summary>
public sealed partial record ApkVersion
{
    /// <summary>Suffixes in their order: those before the first empty one come before the release.</summary>
    private static readonly string[] Suffixes = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];

    private static readonly int Release = Array.IndexOf(Suffixes, "");

    private readonly List<Token> _tokens;

    private ApkVersion(string text, List<Token> tokens) => (Text, _tokens) = (text, tokens);

    private enum TokenKind
    {
        First,
        Number,
        Letter,
        Suffix,
        SuffixNumber,
        Hash,
        Revision,
        End,
    }

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    public bool Equals(ApkVersion? other) => Text == other?.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ApkVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{Images.Excerpt.Of(text)}' is no version of an Alpine package");

    /// <summary>Reads a version.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ApkVersion? version)
    {
        version = null;
        if (text is null or { Length: > 200 } || Grammar.Match(text) is not { Success: true } match)
        {
            return false;
        }

        var tokens = new List<Token>();
        foreach (var number in match.Groups["number"].Value.Split('.'))
        {
            tokens.Add(new(tokens.Count == 0 ? TokenKind.First : TokenKind.Number, number));
        }

        if (match.Groups["letter"] is { Success: true } letter)
        {
            tokens.Add(new(TokenKind.Letter, letter.Value));
        }

        foreach (var suffix in match.Groups["suffixes"].Value.Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            var word = suffix.TrimEnd("0123456789".ToCharArray());
            tokens.Add(new(TokenKind.Suffix, word));
            if (word.Length < suffix.Length)
            {
                tokens.Add(new(TokenKind.SuffixNumber, suffix[word.Length..]));
            }
        }

        if (match.Groups["hash"] is { Success: true } hash)
        {
            tokens.Add(new(TokenKind.Hash, hash.Value));
        }

        if (match.Groups["revision"] is { Success: true } revision)
        {
            tokens.Add(new(TokenKind.Revision, revision.Value));
        }

        version = new ApkVersion(text, tokens);
        return true;
    }

    /// <summary>The order of apk: below zero where the first is older.</summary>
    public static int Compare(ApkVersion a, ApkVersion b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var at = 0;
        while (at < a._tokens.Count && at < b._tokens.Count && a._tokens[at].Kind == b._tokens[at].Kind)
        {
            if (Order(a._tokens[at], b._tokens[at]) is not 0 and var order)
            {
                return order;
            }

            at++;
        }

        var (mine, other) = (a.At(at), b.At(at));
        if (mine.Kind == other.Kind)
        {
            return 0;
        }

        // The longer one is newer, unless what it goes on with comes before a release.
        return mine.IsPreRelease ? -1 : other.IsPreRelease ? 1 : other.Kind.CompareTo(mine.Kind);
    }

    /// <summary>Whether a version is one of those that a fuzzy pin means: <c>8.5</c> of <c>8.5.0-r3</c>, and not of <c>8.50</c>.</summary>
    public bool IsWithin(ApkVersion prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix._tokens.Count <= _tokens.Count && prefix._tokens.Zip(_tokens).All(p => p.First.Kind == p.Second.Kind && Order(p.First, p.Second) == 0);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int Order(Token a, Token b) => a.Kind switch
    {
        // Behind the first dot a number that begins with zero is a fraction: 1.05 is older than 1.1.
        TokenKind.Number when a.Text[0] == '0' || b.Text[0] == '0' => string.CompareOrdinal(a.Text, b.Text),
        TokenKind.First or TokenKind.Number or TokenKind.SuffixNumber or TokenKind.Revision => NumberRun.Compare(a.Text, b.Text),
        TokenKind.Suffix => Array.IndexOf(Suffixes, a.Text).CompareTo(Array.IndexOf(Suffixes, b.Text)),
        _ => string.CompareOrdinal(a.Text, b.Text),
    };

    private Token At(int at) => at < _tokens.Count ? _tokens[at] : new Token(TokenKind.End, "");

    [GeneratedRegex(@"^(?<number>[0-9]+(\.[0-9]+)*)(?<letter>[a-z])?(?<suffixes>(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(~(?<hash>[0-9a-f]+))?(-r(?<revision>[0-9]+))?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Grammar { get; }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Token(TokenKind Kind, string Text)
    {
        public bool IsPreRelease => Kind == TokenKind.Suffix && Array.IndexOf(Suffixes, Text) < Release;
    }
}
