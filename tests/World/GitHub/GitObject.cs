namespace Basewatch.World.GitHub;

/// <summary>An object of a Git repository.</summary>
/// <param name="Kind"><c>blob</c>, <c>tree</c>, <c>commit</c> or <c>tag</c>.</param>
/// <param name="Content">Its bytes, without Git's header.</param>
internal sealed record GitObject(string Kind, byte[] Content);

/// <summary>An entry of one tree.</summary>
/// <param name="Mode">Git's mode with six digits: <c>100644</c>, <c>100755</c>, <c>120000</c>, <c>160000</c>, <c>040000</c>.</param>
/// <param name="Name">Name in its folder, or a whole path in a list of all files.</param>
/// <param name="Sha">What it points to.</param>
internal sealed record GitEntry(string Mode, string Name, string Sha)
{
    /// <summary><c>blob</c>, <c>tree</c> or <c>commit</c>.</summary>
    public string Kind => Mode switch { "040000" => "tree", "160000" => "commit", _ => "blob" };
}

/// <summary>Who did something to a commit, and when (to the second).</summary>
internal sealed record GitIdentity(string Name, string Email, DateTimeOffset At);

/// <summary>A commit.</summary>
internal sealed record GitCommit(string Sha, string Tree, IReadOnlyList<string> Parents, GitIdentity Author, GitIdentity Committer, string Message);
