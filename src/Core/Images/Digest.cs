using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Basewatch.Core.Images;

/// <summary>
/// A content digest, <c>algorithm:hex</c>, as the OCI image specification defines it
/// (<see href="https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests"/>).
/// Only the registered algorithms, <c>sha256</c> and <c>sha512</c>, are accepted.
/// </summary>
public sealed record Digest
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly string _text;

    private Digest(string text) => _text = text;

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => _text[.._text.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The hash in lower-case hexadecimal: 64 or 128 characters.</summary>
    public string Hex => _text[(_text.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The first twelve characters of <see cref="Hex"/>, for people.</summary>
    public string Abbreviated => Hex[..12];

    /// <summary>The SHA-256 digest of a body.</summary>
    public static Digest Of(ReadOnlySpan<byte> body) => new("sha256:" + Convert.ToHexStringLower(SHA256.HashData(body)));

    /// <summary>Whether a body has this digest.</summary>
    public bool Matches(ReadOnlySpan<byte> body) => Algorithm switch
    {
        "sha256" => Of(body) == this,
        _ => string.Equals(Hex, Convert.ToHexStringLower(SHA512.HashData(body)), StringComparison.Ordinal),
    };

    /// <summary>Reads a digest.</summary>
    /// <exception cref="FormatException">The text is no digest; the message says why.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest, out var error) ? digest : throw new FormatException(error);

    /// <inheritdoc cref="TryParse(string?, out Digest?, out string?)"/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Digest? digest) => TryParse(text, out digest, out _);

    /// <summary>Reads a digest; <paramref name="error"/> says in one sentence why it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Digest? digest, [NotNullWhen(false)] out string? error)
    {
        digest = null;
        error = Problem(text ?? "");
        if (error is not null)
        {
            return false;
        }

        digest = new Digest(text!);
        return true;
    }

    private static string? Problem(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return $"the digest '{Excerpt.Of(text)}' has no algorithm: expected sha256: and 64 hexadecimal digits";
        }

        var length = text.AsSpan(0, colon) switch
        {
            "sha256" => 64,
            "sha512" => 128,
            _ => 0,
        };
        if (length == 0)
        {
            return $"the digest algorithm '{Excerpt.Of(text[..colon])}' is unknown: sha256 and sha512 are";
        }

        var hex = text.AsSpan(colon + 1);
        if (hex.Length != length)
        {
            return $"the digest has {hex.Length} characters after '{text[..colon]}:' where {length} hexadecimal digits belong";
        }

        var bad = hex.IndexOfAnyExcept(HexDigits);
        return bad < 0 ? null : $"the digest has a character that is no lower-case hexadecimal digit: '{Excerpt.Of(hex[bad].ToString())}'";
    }

    /// <summary>The digest as written: <c>algorithm:hex</c>.</summary>
    public override string ToString() => _text;
}
