using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Git;

/// <summary>A pull request as <see cref="LocalPullRequests"/> keeps it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Branch">Head branch.</param>
/// <param name="Base">Branch it goes to.</param>
/// <param name="Head">Commit that the head branch pointed at when last seen.</param>
/// <param name="State">What has become of it.</param>
/// <param name="Title">One line.</param>
/// <param name="Body">Markdown.</param>
/// <param name="Comments">In the order they were made.</param>
internal sealed record LocalPullRequest(int Number, string Branch, string Base, string Head, PullRequestState State, string Title, string Body, IReadOnlyList<string> Comments);

/// <summary>
/// The pull requests of a local repository, which Git itself has none of: <c>&lt;n&gt;.json</c> for us and
/// <c>&lt;n&gt;.md</c> for people, in a folder inside the Git folder.
/// </summary>
/// <param name="folder">The folder; made when it is needed.</param>
internal sealed class LocalPullRequests(string folder)
{
    /// <summary>Every pull request, the newest first.</summary>
    /// <exception cref="JsonException">A file is not as it was written.</exception>
    public async Task<IReadOnlyList<LocalPullRequest>> ListAsync(CancellationToken cancellationToken)
    {
        var pulls = new List<LocalPullRequest>();
        foreach (var number in Numbers().OrderDescending())
        {
            if (await FindAsync(number, cancellationToken) is { } pull)
            {
                pulls.Add(pull);
            }
        }

        return pulls;
    }

    /// <summary>One pull request; null when there is none of this number.</summary>
    /// <exception cref="JsonException">The file is not as it was written.</exception>
    public async Task<LocalPullRequest?> FindAsync(int number, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize(await File.ReadAllBytesAsync(JsonPath(number), cancellationToken), LocalPullRequestJson.Default.LocalPullRequest);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Keeps a new pull request under the next number.</summary>
    public async Task<LocalPullRequest> AddAsync(Func<int, LocalPullRequest> create, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        for (var number = Numbers().DefaultIfEmpty().Max() + 1; ; number++)
        {
            try
            {
                // Whoever makes the file has the number.
                await new FileStream(MarkdownPath(number), FileMode.CreateNew).DisposeAsync();
            }
            catch (IOException) when (File.Exists(MarkdownPath(number)))
            {
                continue;
            }

            var pull = create(number);
            await PutAsync(pull, cancellationToken);
            return pull;
        }
    }

    /// <summary>Keeps a pull request as it is now.</summary>
    public async Task PutAsync(LocalPullRequest pull, CancellationToken cancellationToken)
    {
        await ReplaceAsync(JsonPath(pull.Number), JsonSerializer.SerializeToUtf8Bytes(pull, LocalPullRequestJson.Default.LocalPullRequest), cancellationToken);
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"# {pull.Title}\n\n`{pull.Branch}` → `{pull.Base}`, {pull.State.ToString().ToLowerInvariant()}\n\n")
            .Append(pull.Body.TrimEnd()).Append('\n');
        foreach (var comment in pull.Comments)
        {
            text.Append("\n---\n\n").Append(comment.TrimEnd()).Append('\n');
        }

        await ReplaceAsync(MarkdownPath(pull.Number), Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
    }

    /// <summary>Where people read a pull request.</summary>
    public string MarkdownPath(int number) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number}.md"));

    private string JsonPath(int number) => Path.ChangeExtension(MarkdownPath(number), ".json");

    private IEnumerable<int> Numbers() => !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, "*.md")
        .Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
        .Where(n => n > 0);

    private static async Task ReplaceAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        await File.WriteAllBytesAsync(temporary, content, cancellationToken);
        File.Move(temporary, path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(LocalPullRequest))]
internal sealed partial class LocalPullRequestJson : JsonSerializerContext;
