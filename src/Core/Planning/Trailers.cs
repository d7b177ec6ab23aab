using Basewatch.Core.Ports;

namespace Basewatch.Core.Planning;

/// <summary>
/// The trailers of a commit that Basewatch wrote. They make a branch its own record: a commit is untouched when its tree
/// is the one that its message names, so that an amended, rebased or added commit is known for a person's.
/// </summary>
/// <param name="Change"><see cref="ChangeSet.Fingerprint"/> of what the commit holds.</param>
/// <param name="Tree">SHA of the tree that was written.</param>
public sealed record Trailers(string Change, string Tree)
{
    private const string ChangeKey = "Basewatch-Change: ";

    private const string TreeKey = "Basewatch-Tree: ";

    /// <summary>The trailers of a commit that is as Basewatch wrote it; null when a person had a hand in it.</summary>
    public static Trailers? OfUntouched(CommitInfo commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        string? change = null, tree = null;
        foreach (var line in commit.Message.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(ChangeKey, StringComparison.Ordinal))
            {
                change = line[ChangeKey.Length..].Trim().ToString();
            }
            else if (line.StartsWith(TreeKey, StringComparison.Ordinal))
            {
                tree = line[TreeKey.Length..].Trim().ToString();
            }
        }

        return change is not null && tree == commit.Tree ? new Trailers(change, tree) : null;
    }

    /// <summary>The last lines of a commit message.</summary>
    public override string ToString() => $"{ChangeKey}{Change}\n{TreeKey}{Tree}";
}
