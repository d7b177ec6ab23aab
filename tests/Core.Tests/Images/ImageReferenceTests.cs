using System.Net;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;
using CsCheck;

namespace Basewatch.Core.Tests.Images;

public sealed partial class ImageReferenceTests
{
    private const string Sha256 = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static readonly Gen<string> Path = Gen.OneOfConst("a", "python", "a1", "my-app", "a.b", "a_b", "a__b", "a---b", "0", "9z");

    private static readonly Gen<string> Registry = Gen.OneOfConst(
        "", "docker.io/", "index.docker.io/", "localhost/", "localhost:5000/", "ghcr.io/", "Registry.Example.com:443/", "10.0.0.1:5000/", "[::1]:5000/", "[2001:db8::1]/", "REGISTRY/");

    private static readonly Gen<string> Tag = Gen.OneOf(
        Gen.OneOfConst("", ":latest", ":3.12-slim", ":_x", ":V1.0_RC-2"), Gen.Char["abcXYZ019_"].Array[1, 128].Select(c => ":" + new string(c)));

    private static readonly Gen<string> Digested = Gen.OneOf(
        Gen.Const(""), Gen.Char["0123456789abcdef"].Array[64].Select(c => "@sha256:" + new string(c)), Gen.Char["0123456789abcdef"].Array[128].Select(c => "@sha512:" + new string(c)));

    /// <summary>Valid references in every form that people write.</summary>
    public static Gen<string> Text { get; } =
        Gen.Select(Registry, Path.Array[1, 4], Tag, Digested, (registry, path, tag, digest) => registry + string.Join('/', path) + tag + digest);

    [Fact]
    public void What_is_printed_is_read_again_as_the_same() => Text.Sample(text =>
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal(reference, ImageReference.Parse(reference.Canonical));
        Assert.Equal(reference, ImageReference.Parse(reference.Familiar));
        Assert.Equal(reference.Canonical, ImageReference.Parse(reference.Canonical).Canonical);
        Assert.True(reference.Familiar.Length <= reference.Canonical.Length);
        Assert.Equal(reference.Name, ImageName.Parse(reference.Name.Familiar));
    }, iter: 2000);

    [Fact]
    public void The_layout_of_a_reference_gives_its_parts_as_written() => Text.Sample(text =>
    {
        var layout = ReferenceLayout.Of(text);
        var reference = ImageReference.Parse(text);
        Assert.Equal(reference.Name, ImageName.Parse(text[layout.Name]));
        Assert.Equal(reference.Tag, layout.Tag is { } tag ? text[tag] : null);
        Assert.Equal(reference.Digest?.ToString(), layout.Digest is { } digest ? text[digest] : null);
    }, iter: 2000);

    [Fact]
    public void The_grammar_of_the_distribution_project_says_the_same()
    {
        var soup = Gen.OneOfConst("a", "b", "0", "A", ".", "-", "_", "__", ":", "/", "@", "[", "]", "::1", "docker.io", "localhost", ":5000", ":70000", Sha256, "sha512:00", "é", " ", "\n")
            .Array[0, 9].Select(string.Concat);
        var broken = Gen.Select(Text, Gen.Int[0, 400], Gen.OneOfConst("", ".", "-", "_", ":", "/", "@", "A", "$", " ", "\n"), Gen.Bool,
            (text, at, what, cuts) => text.Insert(at % (text.Length + 1), what)[(cuts ? at % text.Length : 0)..]);
        Gen.OneOf(soup, broken, Text).Sample(text =>
        {
            var expected = Oracle(text);
            var accepted = ImageReference.TryParse(text, out var reference, out var error);
            Assert.True(accepted == expected is not null, $"'{text}': the grammar says {expected ?? "no"}, we say {(accepted ? "yes" : error)}");
            Assert.True(accepted ? error is null : !string.IsNullOrWhiteSpace(error) && !error.Contains('\n'));
            if (accepted)
            {
                Assert.Equal(expected, reference!.Canonical);
            }
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("", "the image has no name")]
    [InlineData("FOO:BAR@sha256:zz", "the repository 'FOO' has a capital letter: repositories are lower case")]
    [InlineData("foo:BAR@sha256:zz", "the digest has 2 characters after 'sha256:' where 64 hexadecimal digits belong")]
    [InlineData("registry.example.com:/app", "the registry 'registry.example.com:' has no valid port after its colon")]
    [InlineData("registry.example.com:99999/app", "the registry 'registry.example.com:99999' has no valid port after its colon")]
    [InlineData("https://example.com/app", "the registry 'https:' has no valid port after its colon")]
    [InlineData("localhost:5000/", "'localhost:5000/' names a registry and no repository")]
    [InlineData("-x.example.com/app", "the registry '-x.example.com' is no valid host name")]
    [InlineData("[::zz]/app", "the registry '[::zz]' is no valid IPv6 address")]
    [InlineData("python:", "the tag after the colon is empty")]
    [InlineData("python:-x", "the tag '-x' begins with '-': a letter, a digit or '_' must")]
    [InlineData("python:3.12 ", "the tag '3.12 ' has the character ' ': letters, digits, '_', '.' and '-' may stand there")]
    [InlineData("python@3.12", "the digest '3.12' has no algorithm: expected sha256: and 64 hexadecimal digits")]
    [InlineData("python@md5:00", "the digest algorithm 'md5' is unknown: sha256 and sha512 are")]
    [InlineData("a//b", "the repository 'a//b' has an invalid part '': lower-case letters and digits, with '.', '_', '__' or dashes between them")]
    [InlineData("a/b..c", "the repository 'a/b..c' has an invalid part 'b..c': lower-case letters and digits, with '.', '_', '__' or dashes between them")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "a repository of 64 hexadecimal digits would be taken for an image id")]
    public void Each_way_to_be_wrong_is_told(string text, string message)
    {
        Assert.False(ImageReference.TryParse(text, out _, out var error));
        Assert.Equal(message, error);
        Assert.Equal(message, Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message);
    }

    [Fact]
    public void Lengths_have_their_bounds()
    {
        Assert.True(ImageReference.TryParse("a:" + new string('x', 128), out _));
        Assert.False(ImageReference.TryParse("a:" + new string('x', 129), out _, out var tag));
        Assert.Equal("the tag is 129 characters long: 128 is the most", tag);
        Assert.True(ImageReference.TryParse("ghcr.io/" + new string('x', 255), out _));
        Assert.False(ImageReference.TryParse("ghcr.io/" + new string('x', 256), out _, out var repository));
        Assert.Equal("the repository is 256 characters long: 255 is the most", repository);
        Assert.False(ImageReference.TryParse("a@sha256:" + new string('g', 64), out _, out var digest));
        Assert.Equal("the digest has a character that is no lower-case hexadecimal digit: 'g'", digest);
    }

    /// <summary>
    /// The canonical form after the published grammar, or null; it is narrowed to real ports and addresses, to hosts of 253
    /// characters and to the registered digest algorithms.
    /// </summary>
    private static string? Oracle(string text)
    {
        var (domain, remainder) = ("docker.io", text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && (text[..slash] == "localhost" || text[..slash].AsSpan().IndexOfAny('.', ':') >= 0 || text[..slash].ToLowerInvariant() != text[..slash]))
        {
            (domain, remainder) = (text[..slash], text[(slash + 1)..]);
        }

        if (domain == "index.docker.io")
        {
            domain = "docker.io";
        }

        if (domain == "docker.io" && !remainder.Split('@')[0].Contains('/', StringComparison.Ordinal))
        {
            remainder = "library/" + remainder;
        }

        var match = Reference().Match(domain + "/" + remainder);
        if (!match.Success || ImageId().IsMatch(text) || match.Groups["path"].Length > 255 || match.Groups["host"].Length > 253
            || (match.Groups["path"].Value is var path && path.Length == 64 && ImageId().IsMatch(path)))
        {
            return null;
        }

        var host = match.Groups["host"].Value;
        return (match.Groups["port"] is { Success: true } port && !ushort.TryParse(port.Value, out _)) || (host.StartsWith('[') && !IPAddress.TryParse(host.Trim('[', ']'), out _))
            ? null
            : domain.ToLowerInvariant() + match.Value[domain.Length..];
    }

    [GeneratedRegex(
        """
        \A(?<host>(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:.]+\])
        (?::(?<port>[0-9]+))?
        /(?<path>[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)
        (?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?
        (?:@(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?\z
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\A[a-f0-9]{64}\z")]
    private static partial Regex ImageId();
}
