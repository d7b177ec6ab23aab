using System.CommandLine;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Cli.Commands;

/// <summary>Which findings make <c>check</c> exit with 1.</summary>
internal static class FailOn
{
    private static readonly string[] Words = ["update", "eol", "gone", "pin", "digest", "patch", "minor", "major", "successor"];

    public static Option<string[]> Option() => Option(Words, "'update' is any update, 'eol' an image past its end of life.");

    /// <summary>The option with words of a command's own.</summary>
    public static Option<string[]> Option(string[] words, string explanation)
    {
        var option = new Option<string[]>("--fail-on")
        {
            Description = $"Exit with 1 on these findings, with commas between: {string.Join(", ", words)}. {explanation}",
            CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
            DefaultValueFactory = _ => [],
            AllowMultipleArgumentsPerToken = false,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(t => t.Value.Trim(',', ' ').Length == 0))
            {
                result.AddError($"--fail-on is empty: {string.Join(", ", words)} may stand there");
            }

            foreach (var word in result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
            {
                if (!words.Contains(word, StringComparer.Ordinal))
                {
                    result.AddError($"--fail-on does not know '{word}': {string.Join(", ", words)} may stand there");
                }
            }
        });
        return option;
    }

    /// <summary>Whether a report has one of the findings.</summary>
    public static bool Matches(CheckReport report, IEnumerable<string> failOn)
    {
        var words = failOn.ToHashSet(StringComparer.Ordinal);
        return report.Findings.Any(f =>
            (f.Assessment.IsGone && words.Contains("gone"))
            || (f.Lifecycle.Status == LifecycleStatus.Ended && words.Contains("eol"))
            || f.Assessment.Updates.Any(u => words.Contains("update") || words.Contains(FindingRow.Word(u.Kind))))
            || report.Packages.Any(p =>
                (p.IsGone && words.Contains("gone"))
                || p.Updates.Any(u => words.Contains("update") || words.Contains(FindingRow.Word(u.Kind))));
    }
}
