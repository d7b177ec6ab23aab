using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>
/// The trailers of a commit that Basewatch wrote: what it holds, and a seal over its message and its tree. They make a
/// branch its own record: a commit that was amended, rebased, reworded or added by a person has no valid seal.
/// </summary>
public static class CommitSeal
{
    private const string ChangeKey = "Basewatch-Change: ";

    private const string SealKey = "Basewatch-Seal: ";

    /// <summary>A commit message with its trailers.</summary>
    /// <param name="text">Its words: a title, and perhaps more lines.</param>
    /// <param name="change"><see cref="ChangeSet.Fingerprint"/> of what the commit holds.</param>
    /// <param name="tree">SHA of the commit's tree.</param>
    public static string Seal(string text, string change, string tree)
    {
        var message = $"{text}\n\n{ChangeKey}{change}\n";
        return $"{message}{SealKey}{Hash(message, tree)}\n";
    }

    /// <summary><see cref="ChangeSet.Fingerprint"/> of a commit that is as Basewatch wrote it; null when a person had a hand in it.</summary>
    public static string? ChangeOfUntouched(CommitInfo commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var message = commit.Message.Replace("\r\n", "\n", StringComparison.Ordinal);
        var seal = message.LastIndexOf(SealKey, StringComparison.Ordinal);
        var change = message.LastIndexOf(ChangeKey, StringComparison.Ordinal);
        return seal >= 0 && change >= 0 && change < seal && message[(seal + SealKey.Length)..].TrimEnd() == Hash(message[..seal], commit.Tree)
            ? message[(change + ChangeKey.Length)..seal].TrimEnd()
            : null;
    }

    private static string Hash(string message, string tree) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{message.TrimEnd()}\n{tree}")))[..16];
}
