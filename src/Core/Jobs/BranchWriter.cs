using Basewatch.Core.Formats;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>What was written on a branch.</summary>
/// <param name="Commit">New head of the branch; null when it was not written.</param>
/// <param name="Applied">The updates that the branch holds.</param>
/// <param name="Dropped">What could not be written, and why.</param>
internal sealed record WrittenBranch(string? Commit, IReadOnlyList<Update> Applied, IReadOnlyList<FileProblem> Dropped)
{
    /// <summary>What it was written from: without workflow files where the host refused them.</summary>
    public required ChangeSet ChangeSet { get; init; }

    /// <summary>Nothing at all could be written.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Someone else moved the branch first.</summary>
    public bool IsRaced { get; init; }
}

/// <summary>Writes the branches of change sets.</summary>
public sealed partial class BranchWriter(IRepositoryHost host, PullRequestWriter writer, ILogger<BranchWriter> logger)
{
    private const string WorkflowFolder = ".github/workflows/";

    /// <summary>A change set without what this access may not change.</summary>
    internal static ChangeSet WithoutWorkflows(ChangeSet changeSet) => changeSet.Updates.Any(IsWorkflow)
        ? changeSet with
        {
            Updates = [.. changeSet.Updates.Where(u => !IsWorkflow(u))],
            LeftOut = [.. changeSet.LeftOut, .. changeSet.Updates.Where(IsWorkflow)],

            // One for each file, in the order of the updates.
            Basis = [.. changeSet.Updates.Select(u => u.Use.Path).Distinct(StringComparer.Ordinal).Zip(changeSet.Basis).Where(p => !IsWorkflow(p.First)).Select(p => p.Second)],
        }
        : changeSet;

    /// <summary>Why something was left out.</summary>
    internal static IEnumerable<FileProblem> ProblemsOf(ChangeSet changeSet) => changeSet.LeftOut.Select(u => new FileProblem(
        u.Use.Path, u.Use.Line, $"{u.Target.Familiar} is not written: this access may not change workflow files. Give the App the permission 'workflows', or write it by hand"));

    /// <summary>Writes the branch of a change set, or, where it is right already, only finds out what it holds.</summary>
    internal async Task<WrittenBranch> WriteAsync(RepositoryWork work, ChangeSet changeSet, bool write, string? expected, CancellationToken cancellationToken)
    {
        try
        {
            return await TryWriteAsync(work, changeSet, write, expected, cancellationToken).ConfigureAwait(false);
        }
        catch (RepositoryHostException e) when (write && e.Failure is RepositoryHostFailure.Denied or RepositoryHostFailure.NotFound && changeSet.Updates.Any(IsWorkflow))
        {
            // Not everyone who may not do so knows of it before.
            LogWorkflows(work.Repository, e.Message);
            await work.NoteWorkflowsRefusedAsync(cancellationToken).ConfigureAwait(false);
            var rest = WithoutWorkflows(changeSet);
            return rest.Updates.Count == 0
                ? new WrittenBranch(null, [], []) { ChangeSet = rest, IsEmpty = true }
                : await TryWriteAsync(work, rest, write, expected, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<WrittenBranch> TryWriteAsync(RepositoryWork work, ChangeSet changeSet, bool write, string? expected, CancellationToken cancellationToken)
    {
        var applied = new List<Update>();
        var dropped = new List<FileProblem>();
        var files = new List<CommitFile>();
        var known = work.Inventory.Files
            .SelectMany(f => f.Siblings ?? []).Select(s => new InventoryFile(s.Path, s.Blob, s.Mode, [], []))
            .Concat(work.Inventory.Files)
            .GroupBy(f => f.Path, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        var siblings = known.ToDictionary(f => f.Key, f => (IReadOnlyList<string>)[.. (f.Value.Siblings ?? []).Select(s => s.Path)], StringComparer.Ordinal);
        foreach (var (updates, packages, paths) in FileChange.Group(changeSet.Updates, changeSet.Packages, siblings))
        {
            var contents = new List<FileContent>();
            foreach (var path in paths)
            {
                contents.Add(new FileContent(path, await host.GetBlobAsync(work.Repository, known[path].Blob, cancellationToken).ConfigureAwait(false), siblings[path]));
            }

            var change = FileChange.Apply(work.Formats, contents, updates, packages);
            foreach (var problem in change.Dropped)
            {
                LogDropped(work.Repository, problem);
            }

            dropped.AddRange(change.Dropped);
            applied.AddRange(change.Applied);
            files.AddRange(change.Contents.Select(c => new CommitFile(c.Key, known[c.Key].Mode, c.Value)));
        }

        if (files.Count == 0 || !write)
        {
            return new WrittenBranch(null, applied, dropped) { ChangeSet = changeSet, IsEmpty = files.Count == 0 };
        }

        var message = await writer.MessageAsync(work.Repository, work.Head, changeSet, applied, cancellationToken).ConfigureAwait(false);
        var commit = await host.CommitAsync(
            work.Repository,
            new CommitRequest(work.BaseOf(changeSet), files, message),
            cancellationToken).ConfigureAwait(false);
        if (!await host.SetBranchAsync(work.Repository, changeSet.Branch, commit.Sha, expected, cancellationToken).ConfigureAwait(false))
        {
            LogRaced(work.Repository, changeSet.Branch);
            return new WrittenBranch(null, [], dropped) { ChangeSet = changeSet, IsRaced = true };
        }

        await work.NoteWrittenAsync(cancellationToken).ConfigureAwait(false);
        return new WrittenBranch(commit.Sha, applied, dropped) { ChangeSet = changeSet };
    }

    private static bool IsWorkflow(Update update) => IsWorkflow(update.Use.Path);

    private static bool IsWorkflow(string path) => path.StartsWith(WorkflowFolder, StringComparison.Ordinal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: not changed: {Problem}")]
    private partial void LogDropped(RepositoryName repository, FileProblem problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: {Branch} was moved by someone else meanwhile: left for the next run")]
    private partial void LogRaced(RepositoryName repository, string branch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: written again without workflow files: {Reason}")]
    private partial void LogWorkflows(RepositoryName repository, string reason);
}
