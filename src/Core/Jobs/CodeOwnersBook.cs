using System.Collections.Concurrent;
using System.Text;
using Basewatch.Core.Alerts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>Who owns which files of repositories: asked again only where a repository has moved.</summary>
public sealed class CodeOwnersBook(IRepositoryHost host, Memory memory)
{
    private const int MostKept = 20_000;

    private readonly ConcurrentDictionary<RepositoryName, (string Commit, CodeOwners Owners)> _read = new();

    /// <summary>The owners of a repository's files, as of the commit that was inventoried.</summary>
    public async Task<CodeOwners> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken).ConfigureAwait(false) is not { Commit: { Length: > 0 } commit })
        {
            return CodeOwners.None;
        }

        if (_read.TryGetValue(repository, out var read) && read.Commit == commit)
        {
            return read.Owners;
        }

        var known = await memory.CodeOwners.GetAsync(Memory.CodeOwnersKey(repository), cancellationToken).ConfigureAwait(false);
        if (known?.Commit != commit)
        {
            var tree = await host.GetTreeAsync(repository, commit, cancellationToken).ConfigureAwait(false);
            var file = CodeOwners.Paths.Select(p => tree.Files.FirstOrDefault(f => f.Path == p)).OfType<TreeFile>().FirstOrDefault(f => f.Size is null or <= CodeOwners.LargestFile);
            var text = file is null ? "" : file.Blob == known?.Blob ? known.Text : Encoding.UTF8.GetString(await host.GetBlobAsync(repository, file.Blob, cancellationToken).ConfigureAwait(false));
            known = new CodeOwnersRecord(commit, file?.Blob, text.Length <= CodeOwners.LargestFile ? text : "");
            await memory.CodeOwners.PutAsync(Memory.CodeOwnersKey(repository), known, cancellationToken).ConfigureAwait(false);
        }

        if (_read.Count >= MostKept)
        {
            _read.Clear();
        }

        var owners = CodeOwners.Parse(known.Text);
        _read[repository] = (commit, owners);
        return owners;
    }
}
