using System.CommandLine;
using System.Globalization;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Cli.Commands;

/// <summary><c>policy</c>: which tag a policy would choose, and why.</summary>
internal static class PolicyCommand
{
    private const int LargestTags = 64 * 1024 * 1024;

    public static Command Create()
    {
        var dialect = new Option<string>("--dialect") { Description = "Whose words the policy is in.", DefaultValueFactory = _ => DialectCatalog.All[0].Name };
        dialect.AcceptOnlyFromAmong([.. DialectCatalog.All.Select(d => d.Name)]);
        var policy = new Option<string>("--policy") { Description = "The policy, in that dialect's own words: YAML or JSON.", DefaultValueFactory = _ => "docker" };
        var current = new Option<string?>("--current") { Description = "The tag in use." };
        var tags = new Option<string>("--tags") { Description = "A file with the registry's tags, one a line, each perhaps after the day it was pushed: 2026-01-31 3.12.1. - reads stdin.", Required = true };
        var command = new Command("policy", "Tell which tag a policy would choose, and why.") { dialect, policy, current, tags };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reading = DialectCatalog.Find(parsed.GetValue(dialect)!)!.ReadPolicy(new SourceFile("--policy", parsed.GetValue(policy)!));
            foreach (var remark in reading.Remarks)
            {
                Screen.Warn(remark.ToString());
            }

            if (reading.Policy is null)
            {
                throw new UsageException(string.Join(Environment.NewLine, reading.Errors));
            }

            var question = await ReadTagsAsync(parsed.GetValue(tags)!, parsed.GetValue(current), cancellationToken);
            var verdict = reading.Policy.Decide(question);
            JsonLines.Write([new VerdictRow(verdict.Selected, verdict.Reason)], RowJson.Default.VerdictRow);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<TagQuestion> ReadTagsAsync(string file, string? current, CancellationToken cancellationToken)
    {
        var candidates = new List<string>();
        var pushed = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        try
        {
            await using var stream = file == "-" ? Console.OpenStandardInput() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var reader = new StreamReader(stream);
            var left = LargestTags;
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                left -= line.Length + 1;
                if (left < 0)
                {
                    throw new UsageException($"--tags {file}: there are more than {LargestTags / 1024 / 1024} MiB of tags");
                }

                var tag = line.Trim();
                if (tag.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var first, var second])
                {
                    if (!DateTimeOffset.TryParse(first, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day))
                    {
                        throw new UsageException($"--tags {file}: '{Excerpt.Of(first)}' is no date: write 2026-01-31 {Excerpt.Of(second)}, or the tag alone");
                    }

                    tag = second;
                    pushed[tag] = day;
                }

                if (tag.Length > 0)
                {
                    candidates.Add(tag);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--tags {file}: {e.Message}", e);
        }

        return new TagQuestion(current, candidates) { Facts = TagFacts.Of(pushed), Now = TimeProvider.System.GetUtcNow() };
    }
}
