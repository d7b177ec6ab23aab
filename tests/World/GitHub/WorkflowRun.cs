namespace Basewatch.World.GitHub;

/// <summary>A run of a workflow. What comes of it a test says.</summary>
public sealed class WorkflowRun
{
    internal WorkflowRun(HostedRepository repository, long id, int number, string workflow, string kind, string title, string branch, string sha, Account actor) =>
        (Repository, Id, Number, Workflow, Kind, Title, Branch, Sha, Actor, CreatedAt, UpdatedAt) = (repository, id, number, workflow, kind, title, branch, sha, actor, repository.Server.Now, repository.Server.Now);

    /// <summary>Its id.</summary>
    public long Id { get; }

    /// <summary>The workflow's file.</summary>
    public string Workflow { get; }

    /// <summary><c>workflow_dispatch</c>, <c>repository_dispatch</c>, <c>push</c>.</summary>
    public string Kind { get; }

    /// <summary>What it is called: by <c>run-name</c>, or like its workflow.</summary>
    public string Title { get; }

    /// <summary>What it was given.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Null while it runs.</summary>
    public string? Conclusion { get; private set; }

    /// <summary>The repository, <c>owner/name</c>.</summary>
    public string In => Repository.FullName;

    internal HostedRepository Repository { get; }

    internal int Number { get; }

    internal string Branch { get; }

    internal string Sha { get; }

    internal Account Actor { get; }

    internal DateTimeOffset CreatedAt { get; }

    internal DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Ends it: <c>success</c>, <c>failure</c>, <c>cancelled</c>, …</summary>
    public void Complete(string conclusion)
    {
        lock (Repository.Server.Gate)
        {
            (Conclusion, UpdatedAt) = (conclusion, Repository.Server.Now);
        }
    }
}
