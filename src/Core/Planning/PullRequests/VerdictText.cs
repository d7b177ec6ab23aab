using System.Globalization;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>What Basewatch says of a pull request beside its checks.</summary>
public static class VerdictText
{
    /// <summary>The longest title: GitHub cuts the description of a status there.</summary>
    public const int LongestTitle = 140;

    private const int MostLines = 20;

    /// <summary>The verdict of a pull request. It fails only where nothing could be written: what is left out holds up nothing else.</summary>
    /// <param name="changeSet">What the pull request changes.</param>
    /// <param name="written">The updates of it that its branch holds.</param>
    /// <param name="facts">What else is known of it.</param>
    /// <param name="isTouched">Whether a person has pushed to its branch.</param>
    public static Verdict Of(ChangeSet changeSet, IReadOnlyList<Update> written, PullRequestFacts facts, bool isTouched)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        ArgumentNullException.ThrowIfNull(written);
        ArgumentNullException.ThrowIfNull(facts);
        var targets = changeSet.Updates.Select(u => u.Target with { Digest = null }).Distinct()
            .Select(t => (Target: t, Life: facts.LifecycleOf(t)))
            .Where(t => t.Life is { Status: LifecycleStatus.Ended or LifecycleStatus.Ending, Ends: not null })
            .OrderBy(t => t.Life!.Ends)
            .ToList();
        var packages = changeSet.Packages.Count(facts.IsWritten);
        var (all, done) = (changeSet.Updates.Count + changeSet.Packages.Count, written.Count + packages);
        var summary = new List<string> { changeSet.Packages.Count == 0 ? $"{done} of {all} image {(all == 1 ? "reference" : "references")} changed." : $"{written.Count} of {changeSet.Updates.Count} image references and {packages} of {changeSet.Packages.Count} pinned packages changed." };
        if (isTouched)
        {
            summary.Add("- Somebody else has pushed to the branch: Basewatch leaves it as it is.");
        }

        summary.AddRange(targets.Take(MostLines).Select(t =>
            $"- {Markdown.Code(Excerpt.Of(t.Target.Familiar))} {(t.Life!.Status == LifecycleStatus.Ended ? "has been past its end of life since" : "reaches its end of life on")} {Day(t.Life)}."));
        summary.AddRange(facts.Dropped.Take(MostLines).Select(d => $"- Not changed: {Markdown.Code(Where(d))}: {Markdown.Text(d.Message.Length <= 500 ? d.Message : d.Message[..500])}"));
        var title = done == 0 ? "Nothing could be changed"
            : isTouched ? "Somebody else has pushed to the branch: it is left as it is"
            : done < all ? $"{done} of {all} references changed, the others can't be"
            : targets is [var (target, life), ..] ? $"{Excerpt.Of(target.Familiar)} {(life!.Status == LifecycleStatus.Ended ? "has been past its end of life since" : "ends on")} {Day(life)}"
            : all == 1 ? "The reference is changed" : $"All {all} references are changed";
        return new Verdict(done == 0 ? CheckState.Failed : CheckState.Passed, title.Length <= LongestTitle ? title : title[..(LongestTitle - 1)] + "…", string.Join('\n', summary.Count > 1 ? [summary[0], "", .. summary[1..]] : summary));

        static string Day(ImageLifecycle life) => life.Ends!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        static string Where(FileProblem problem) => $"{Excerpt.Of(problem.Path)}{(problem.Line is null ? "" : $":{problem.Line}")}";
    }
}
