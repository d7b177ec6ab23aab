using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>A pattern of a whole tag: <c>*</c> stands for any characters, <c>?</c> for one. Capitals count.</summary>
public sealed record TagGlob
{
    // No tag is longer: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
    private const int Longest = 128;

    private readonly string _pattern;

    private TagGlob(string pattern) => _pattern = pattern;

    /// <summary>Makes a pattern; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    public static bool TryCreate(string pattern, [NotNullWhen(true)] out TagGlob? glob, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var wrong = pattern.AsSpan().IndexOfAnyExcept(Allowed);
        error = pattern.Length == 0 ? "the pattern is empty: write one such as 'main-*'"
            : pattern.Length > Longest ? $"'{Excerpt.Of(pattern)}' is longer than {Longest} characters, which no tag is"
            : wrong >= 0 ? $"'{Excerpt.Of(pattern)}' has the character '{Excerpt.Of(pattern[wrong].ToString())}', which is in no tag: '*' stands for any characters and '?' for one"
            : null;
        glob = error is null ? new TagGlob(pattern) : null;
        return glob is not null;
    }

    /// <summary>Whether it matches the whole tag.</summary>
    public bool Matches(ReadOnlySpan<char> tag) => Wildcard.Matches(_pattern, tag);

    /// <inheritdoc/>
    public override string ToString() => _pattern;

    private static readonly System.Buffers.SearchValues<char> Allowed =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-*?");
}
