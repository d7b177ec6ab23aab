using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Images;

/// <summary>
/// A registry and a repository in it, in canonical form: <c>python</c> is <c>docker.io/library/python</c>.
/// Grammar and normalisation follow the distribution reference
/// (<see href="https://github.com/distribution/reference/blob/main/reference.go"/>).
/// </summary>
public sealed record ImageName
{
    /// <summary>The registry a name without one means.</summary>
    public const string DockerHub = "docker.io";

    private const string OfficialPrefix = "library/";

    /// <summary>The longest repository path that registries take.</summary>
    private const int LongestRepository = 255;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private ImageName(string registry, string repository) => (Registry, Repository) = (registry, repository);

    /// <summary>Host with its port, if any, in lower case unless it is one word in capitals: <c>docker.io</c>, <c>localhost:5000</c>, <c>[::1]:5000</c>.</summary>
    public string Registry { get; }

    /// <summary>Path in the registry: <c>library/python</c>.</summary>
    public string Repository { get; }

    /// <summary>Registry and repository in full: <c>docker.io/library/python</c>.</summary>
    public string Canonical => $"{Registry}/{Repository}";

    /// <summary>The shortest form that means the same: <c>python</c>, <c>grafana/grafana</c>, <c>ghcr.io/a/b</c>.</summary>
    public string Familiar =>
        Registry != DockerHub || FirstComponentLooksLikeARegistry(Repository) ? Canonical
        : Repository.StartsWith(OfficialPrefix, StringComparison.Ordinal) && !Repository.AsSpan(OfficialPrefix.Length).Contains('/') ? Repository[OfficialPrefix.Length..]
        : Repository;

    /// <summary>Reads a name without tag and digest.</summary>
    /// <exception cref="FormatException">The text is no image name; the message says why.</exception>
    public static ImageName Parse(string text) =>
        TryParse(text, out var name, out var error) ? name : throw new FormatException(error);

    /// <summary>Reads a name without tag and digest; <paramref name="error"/> says in one sentence why it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageName? name, [NotNullWhen(false)] out string? error)
    {
        name = null;
        text ??= "";
        if (text.Length == 0)
        {
            error = "the image has no name";
            return false;
        }

        var (registry, repository) = Split(text);
        error = RegistryProblem(registry) ?? RepositoryProblem(repository, text);
        if (error is not null)
        {
            return false;
        }

        // A host of one word is only told from a path by its capitals.
        registry = registry.AsSpan().ContainsAny('.', ':') ? registry.ToLowerInvariant() : registry;
        if (registry is "index.docker.io" or "registry-1.docker.io")
        {
            registry = DockerHub;
        }

        if (registry == DockerHub && !repository.Contains('/', StringComparison.Ordinal))
        {
            repository = OfficialPrefix + repository;
        }

        name = new ImageName(registry, repository);
        return true;
    }

    /// <summary>The canonical form.</summary>
    public override string ToString() => Canonical;

    /// <summary>Whether the first component of a name is a registry: it can be no path component, for it has a dot, a port or a capital, or is localhost.</summary>
    public static bool IsRegistry(ReadOnlySpan<char> component) =>
        component.ContainsAny('.', ':') || component is "localhost" || component.ContainsAnyInRange('A', 'Z');

    private static (string Registry, string Repository) Split(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return (DockerHub, text);
        }

        return IsRegistry(text.AsSpan(0, slash)) ? (text[..slash], text[(slash + 1)..]) : (DockerHub, text);
    }

    /// <summary><c>docker.io/a.b/c</c> has no shorter form: <c>a.b/c</c> is on another registry.</summary>
    private static bool FirstComponentLooksLikeARegistry(string repository) =>
        repository.Contains('/', StringComparison.Ordinal) && Split(repository).Registry != DockerHub;

    private static string? RegistryProblem(string registry)
    {
        var host = registry.AsSpan();
        ReadOnlySpan<char> port = [];
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host[colon..].Contains(']'))
        {
            port = host[(colon + 1)..];
            host = host[..colon];
            if (!ushort.TryParse(port, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
            {
                return $"the registry '{Excerpt.Of(registry)}' has no valid port after its colon";
            }
        }

        if (host is ['[', .. var inner, ']'])
        {
            return inner.Length >= 2 && inner.IndexOfAnyExcept(AddressCharacters) < 0 && System.Net.IPAddress.TryParse(inner, out _)
                ? null
                : $"the registry '{Excerpt.Of(registry)}' is no valid IPv6 address";
        }

        foreach (var range in host.Split('.'))
        {
            var component = host[range];
            if (component.IsEmpty || !char.IsAsciiLetterOrDigit(component[0]) || !char.IsAsciiLetterOrDigit(component[^1]) || !IsHostText(component))
            {
                return $"the registry '{Excerpt.Of(registry)}' is no valid host name";
            }
        }

        return host.Length <= 253 ? null : $"the registry '{Excerpt.Of(registry)}' is longer than 253 characters";
    }

    private static bool IsHostText(ReadOnlySpan<char> component)
    {
        foreach (var c in component)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    private static string? RepositoryProblem(string repository, string text)
    {
        if (repository.Length == 0)
        {
            return $"'{Excerpt.Of(text)}' names a registry and no repository";
        }

        if (repository.Length > LongestRepository)
        {
            return $"the repository is {repository.Length} characters long: {LongestRepository} is the most";
        }

        if (repository.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            return $"the repository '{Excerpt.Of(repository)}' has a capital letter: repositories are lower case";
        }

        foreach (var range in repository.AsSpan().Split('/'))
        {
            if (!IsPathComponent(repository.AsSpan()[range]))
            {
                return $"the repository '{Excerpt.Of(repository)}' has an invalid part '{Excerpt.Of(repository[range])}': "
                    + "lower-case letters and digits, with '.', '_', '__' or dashes between them";
            }
        }

        return repository.Length == 64 && repository.AsSpan().IndexOfAnyExcept(HexDigits) < 0
            ? "a repository of 64 hexadecimal digits would be taken for an image id"
            : null;
    }

    /// <summary><c>[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*</c></summary>
    private static bool IsPathComponent(ReadOnlySpan<char> component)
    {
        var i = 0;
        while (true)
        {
            var start = i;
            while (i < component.Length && (char.IsAsciiDigit(component[i]) || char.IsAsciiLetterLower(component[i])))
            {
                i++;
            }

            if (i == start)
            {
                return false;
            }

            if (i == component.Length)
            {
                return true;
            }

            var separator = component[i];
            var length = 1;
            while (separator is '-' or '_' && i + length < component.Length && component[i + length] == separator)
            {
                length++;
            }

            if (separator is not ('.' or '_' or '-') || (separator == '_' && length > 2))
            {
                return false;
            }

            i += length;
        }
    }
}
