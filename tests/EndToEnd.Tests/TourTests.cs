using System.Text;
using System.Text.RegularExpressions;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>docs/tour.md</c>, run: each of its commands, and what it answers. <c>BASEWATCH_WRITE_DOCS=1</c> writes the answers into it.</summary>
public sealed partial class TourTests(RegistryServer registry, GitHubEmulator github) : IClassFixture<GitHubEmulator>
{
    private const string Repository = $"{GitHubEmulator.Organization}/shop";

    private readonly ImageNamespace _images = new(registry);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal)
    {
        ["Dockerfile"] = "FROM python:3.8-slim\nCOPY . /app\n",
        ["compose.yaml"] = "services:\n  cache:\n    image: redis:7.2.1\n  web:\n    image: nginx:1.29.3\n",
    };

    [Fact]
    public async Task The_tour_is_as_its_page_says()
    {
        foreach (var image in new[] { "python:3.8-slim", "python:3.13-slim", "redis:7.2.1", "redis:7.4.0", "nginx:1.29.3" })
        {
            await _images.PushAsync(image);
        }

        await github.Driver.CreateRepositoryAsync(Repository, Files, Cancelled);
        using var folder = new WorkFolder();
        foreach (var (path, text) in Files)
        {
            folder.Write(path, text);
        }

        await folder.CommitAsync();
        await using var serve = new ServeProcess().Over(github, Repository).With(_images.Settings);

        var file = Path.Combine(FunctionsDoor.Root, "docs", "tour.md");
        var page = (await File.ReadAllTextAsync(file, Cancelled)).ReplaceLineEndings("\n");
        var seen = new StringBuilder();
        var (isTranscript, commands) = (false, 0);
        foreach (var line in page.Split('\n'))
        {
            isTranscript = isTranscript ? line != "```" : line == "```console";
            if (!isTranscript || line == "```console")
            {
                seen.Append(line).Append('\n');
            }
            else if (line.StartsWith("$ ", StringComparison.Ordinal))
            {
                commands++;
                seen.Append(line).Append('\n').Append(Stable(await AnswerAsync(line[2..])));
            }
        }

        seen.Length--;
        if (Environment.GetEnvironmentVariable("BASEWATCH_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, seen.ToString(), Cancelled);
        }

        Assert.True(commands >= 9);
        Assert.Equal(Compared(page), Compared(seen.ToString()));

        async Task<string> AnswerAsync(string command)
        {
            switch (command.Split(' '))
            {
                case ["cat", .. var names]:
                    return string.Concat(names.Select(n => File.ReadAllText(folder.On(n))));
                case ["git", .. var arguments]:
                    return await folder.GitAsync(arguments);
                case ["export", ..]:
                    return "";
                case ["basewatch", "serve", ..]:
                    await serve.StartAsync();
                    await Eventually.SeeAsync("its pull requests", () => serve.StatusAsync(), s => (int)s!["pending"]! == 0 && Opened().Count() == 3, () => serve.Log);
                    return string.Join('\n', serve.Log.Split('\n').Where(l => l.StartsWith("listening on", StringComparison.Ordinal)).Concat(Opened().Order(StringComparer.Ordinal))) + "\n";
                case ["basewatch", "status"]:
                    var status = await serve.RunBesideAsync("status");
                    return status.Exits(0).Output;
                case ["basewatch", .. var arguments]:
                    var run = await new CliRun(arguments).In(folder).With(_images.Settings).RunAsync();
                    return run.Exits(0).Output + run.Errors;
                case ["curl", "--silent", var address, ..]:
                    var pulls = await github.Driver.PullRequestsAsync(Repository, Cancelled);
                    return address.EndsWith("/pulls", StringComparison.Ordinal)
                        ? string.Concat(pulls.OrderByDescending(p => p.Number).Select(p => $"#{p.Number} {p.Head}: {p.Title}\n"))
                        : Marker().Replace(pulls.Single(p => p.Number == 1).Body!, "").TrimEnd() + "\n";
                default:
                    throw new InvalidOperationException($"the page has a command that is not known: {command}");
            }
        }

        IEnumerable<string> Opened() => serve.Log.Split('\n').Where(l => l.Contains(": opened #", StringComparison.Ordinal)).Select(l => Time().Replace(l, ""));
    }

    /// <summary>Without what is another each time.</summary>
    private static string Stable(string text)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        text = Port().Replace(text, "127.0.0.1:8080");
        text = Database().Replace(text, "state in ./basewatch.db;");
        text = Took().Replace(text, "0.1 s");
        text = Age().Replace(text, "| Age | 3 months, ");
        text = CatalogDay().Replace(text, "products, of 2026-11-20");
        text = string.Join('\n', text.Split('\n').Select(l => l.TrimEnd()));
        return text.Length == 0 || text.EndsWith('\n') ? text : text + "\n";
    }

    /// <summary>Without what moves with the days and with the images' contents: the page shows it as it was once.</summary>
    private static string Compared(string text) => Spaces().Replace(Days().Replace(Hex().Replace(text, "#"), "N ${unit}"), " ");

    [GeneratedRegex("\\b[0-9a-f]{7,64}\\b", RegexOptions.NonBacktracking)]
    private static partial Regex Hex();

    [GeneratedRegex("-?[0-9]+ (?<unit>day|month|year)s?\\b", RegexOptions.NonBacktracking)]
    private static partial Regex Days();

    [GeneratedRegex(" +", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} ", RegexOptions.NonBacktracking)]
    private static partial Regex Time();

    [GeneratedRegex("127\\.0\\.0\\.1:[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Port();

    [GeneratedRegex("state in [^;]+;", RegexOptions.NonBacktracking)]
    private static partial Regex Database();

    [GeneratedRegex("[0-9]+\\.[0-9]+ s\\b", RegexOptions.NonBacktracking)]
    private static partial Regex Took();

    [GeneratedRegex("\\| Age \\| [^,]+, ", RegexOptions.NonBacktracking)]
    private static partial Regex Age();

    [GeneratedRegex("products, of [0-9-]{10}", RegexOptions.NonBacktracking)]
    private static partial Regex CatalogDay();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Marker();
}
