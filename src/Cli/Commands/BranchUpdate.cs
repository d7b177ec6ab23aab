using Basewatch.Adapters.Git;
using Basewatch.Adapters.Storage;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Basewatch.Cli.Commands;

/// <summary><c>update --branch</c>: the service's own jobs over one local repository.</summary>
internal static class BranchUpdate
{
    public static async Task<int> RunAsync(Toolbox tools, RepositoryFolder folder, UpdateKind furthest, bool isJson, CancellationToken cancellationToken)
    {
        var tree = folder.Tree;
        if (!tree.IsGit)
        {
            throw new UsageException($"{tree.Root}: --branch needs a Git work tree");
        }

        if (tree.Prefix.Length > 0)
        {
            throw new UsageException($"--branch is for a whole repository: leave {tree.Prefix.TrimEnd('/')} out, or name {tree.Root}");
        }

        if (furthest != UpdateKind.Major)
        {
            throw new UsageException("--branch makes a branch of every change set: leave --level out, and take the branches you want");
        }

        var repository = RepositoryName.TryParse($"local/{Path.GetFileName(tree.Root)}", out var named) ? named : RepositoryName.Parse("local/repository");
        using var temporary = new TemporaryFolder();
        await using var engine = LocalEngine.Create(
            new GitRepositoryHost(new Dictionary<RepositoryName, string> { [repository] = tree.Root }, TimeProvider.System),
            tools.Registry,
            tools.Lifecycles,
            new SqliteStateStore(Path.Combine(temporary.Path, "state.db")),
            channels: null,
            tools.Loggers,
            new PolicySources(tools.Rules),
            tools.Formats,
            tools.Facts,
            tools.Packages);
        var failures = (await engine.RunAsync(cancellationToken)).ToList();
        var memory = engine.Services.GetRequiredService<Memory>();
        failures.AddRange(await memory.ListImagesAsync(cancellationToken).Where(i => i.Problem is not null).Select(i => $"{i.Image}: {i.Problem}").ToListAsync(cancellationToken));
        if (await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken) is { } record)
        {
            failures.AddRange(record.Problems.Select(p => p.ToString()));
        }
        else
        {
            failures.Add($"{tree.Root} has no commit yet");
        }

        var records = await memory.ListPullRequestsAsync(repository, cancellationToken).ToListAsync(cancellationToken);
        if (isJson)
        {
            JsonLines.Write(records.Select(r => new BranchRow(Core.Planning.ChangeSet.BranchPrefix + r.Key, r.Title, r.State, r.HeadCommit, r.Note)), RowJson.Default.BranchRow);
        }
        else
        {
            Print(records);
        }

        foreach (var failure in failures)
        {
            Screen.Warn(failure);
        }

        return failures.Count > 0 ? ExitCode.Partial : ExitCode.Success;
    }

    private static void Print(List<PullRequestRecord> records)
    {
        if (records.Count == 0)
        {
            Screen.Err.WriteLine("nothing to update");
            return;
        }

        string[] headings = ["Branch", "Title", "State"];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var record in records)
        {
            rows.Add([
                Screen.Safe(Core.Planning.ChangeSet.BranchPrefix + record.Key),
                Screen.Safe(record.Title),
                Screen.Safe(record.Note is null ? record.State : $"{record.State}: {record.Note}")]);
        }

        Screen.WriteTable(headings, rows);
    }
}
