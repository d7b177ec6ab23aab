using System.Text;
using System.Text.Json;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Packages;

/// <summary>The indexes of languages, each by its own protocol.</summary>
internal sealed class LanguageIndexes(PackageOptions options, PackageDownload download)
{
    private const int LargestAnswer = 32 * 1024 * 1024;

    private const int MostVersions = 50_000;

    public async Task<IReadOnlyList<OfferedVersion>?> ListAsync(PackageEcosystem ecosystem, string name, CancellationToken cancellationToken)
    {
        var address = options.AddressOf(ecosystem.Word());
        try
        {
            return ecosystem switch
            {
                PackageEcosystem.Pip => Read(await GetAsync($"{address}/{Normalised(name)}/", "application/vnd.pypi.simple.v1+json", cancellationToken), OfPyPi),
                PackageEcosystem.Npm => Read(await GetAsync($"{address}/{name.Replace("/", "%2f", StringComparison.Ordinal)}", "application/vnd.npm.install-v1+json", cancellationToken), OfNpm),
                PackageEcosystem.Gem => Read(await GetAsync($"{address}/api/v1/versions/{name}.json", "application/json", cancellationToken), OfRubyGems),
                PackageEcosystem.Dotnet => Read(await GetAsync($"{address}/{name.ToLowerInvariant()}/index.json", "application/json", cancellationToken), OfNuGet),
                PackageEcosystem.Go => await ListGoAsync(address, name, cancellationToken),
                _ => throw new ArgumentOutOfRangeException(nameof(ecosystem)),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new PackageIndexException(new Uri(address).Authority, $"it did not answer as it must for {Core.Images.Excerpt.Of(name)}: {e.Message}", e);
        }
    }

    private Task<Download?> GetAsync(string address, string accept, CancellationToken cancellationToken) => download.GetAsync(address, LargestAnswer, accept, cancellationToken);

    private static IReadOnlyList<OfferedVersion>? Read(Download? answer, Func<JsonElement, IEnumerable<OfferedVersion>> read)
    {
        if (answer is null)
        {
            return null;
        }

        using var json = JsonDocument.Parse(answer.Body);
        return [.. read(json.RootElement).Where(v => v.Version.Length is > 0 and < 200).Take(MostVersions)];
    }

    /// <summary>Versions all of whose files were yanked are withdrawn (<see href="https://packaging.python.org/en/latest/specifications/simple-repository-api/"/>).</summary>
    private static IEnumerable<OfferedVersion> OfPyPi(JsonElement root)
    {
        var yanked = new HashSet<string>(StringComparer.Ordinal);
        var offered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in root.GetProperty("files").EnumerateArray())
        {
            var isYanked = file.TryGetProperty("yanked", out var reason) && reason.ValueKind is JsonValueKind.True or JsonValueKind.String;
            if (VersionOf(file.GetProperty("filename").GetString() ?? "") is { } version)
            {
                (isYanked ? yanked : offered).Add(version);
            }
        }

        var all = root.TryGetProperty("versions", out var versions) ? versions.EnumerateArray().Select(v => v.GetString()).OfType<string>() : offered.Union(yanked, StringComparer.Ordinal);
        return all.Select(v => new OfferedVersion(v, yanked.Contains(v) && !offered.Contains(v)));
    }

    /// <summary>The version in the name of a wheel or of a source archive.</summary>
    private static string? VersionOf(string file)
    {
        if (file.EndsWith(".whl", StringComparison.Ordinal))
        {
            return file.Split('-') is [_, var wheel, _, ..] ? wheel : null;
        }

        var end = file.EndsWith(".tar.gz", StringComparison.Ordinal) ? file.Length - 7 : file.EndsWith(".zip", StringComparison.Ordinal) ? file.Length - 4 : -1;
        var dash = end < 0 ? -1 : file.LastIndexOf('-', end - 1);
        return dash > 0 ? file[(dash + 1)..end] : null;
    }

    private static IEnumerable<OfferedVersion> OfNpm(JsonElement root) =>
        root.GetProperty("versions").EnumerateObject()
            .Select(v => new OfferedVersion(v.Name, v.Value.TryGetProperty("deprecated", out var deprecated) && deprecated.ValueKind == JsonValueKind.String && deprecated.GetString()!.Length > 0));

    private static IEnumerable<OfferedVersion> OfRubyGems(JsonElement root) => Offered(root.EnumerateArray().Select(v => v.GetProperty("number").GetString()));

    private static IEnumerable<OfferedVersion> OfNuGet(JsonElement root) => Offered(root.GetProperty("versions").EnumerateArray().Select(v => v.GetString()));

    private static IEnumerable<OfferedVersion> Offered(IEnumerable<string?> versions) => versions.OfType<string>().Distinct(StringComparer.Ordinal).Select(v => new OfferedVersion(v));

    /// <summary>What is installed is a package in a module, whose path is the package's or begins it (<see href="https://go.dev/ref/mod#goproxy-protocol"/>).</summary>
    private async Task<IReadOnlyList<OfferedVersion>?> ListGoAsync(string address, string name, CancellationToken cancellationToken)
    {
        const int MostPaths = 6;
        var path = name;
        for (var i = 0; i < MostPaths && path.Contains('/', StringComparison.Ordinal); i++)
        {
            if (await download.GetAsync($"{address}/{Escaped(path)}/@v/list", LargestAnswer, null, cancellationToken) is { } answer
                && Encoding.UTF8.GetString(answer.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } versions)
            {
                return [.. Offered(versions).Take(MostVersions)];
            }

            path = path[..path.LastIndexOf('/')];
        }

        return null;
    }

    /// <summary>Capitals as small letters behind an exclamation mark.</summary>
    private static string Escaped(string path) => string.Concat(path.Select(c => char.IsAsciiLetterUpper(c) ? $"!{char.ToLowerInvariant(c)}" : c.ToString()));

    /// <summary>As PyPI writes names.</summary>
    private static string Normalised(string name)
    {
        var normal = new StringBuilder(name.Length);
        foreach (var c in name.ToLowerInvariant())
        {
            if (c is not ('-' or '_' or '.'))
            {
                normal.Append(c);
            }
            else if (normal.Length > 0 && normal[^1] != '-')
            {
                normal.Append('-');
            }
        }

        return normal.ToString();
    }
}
