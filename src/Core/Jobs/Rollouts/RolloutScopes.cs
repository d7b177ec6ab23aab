using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>Whose stages and waves count where. A repository's own are its own; an organisation's go across its repositories.</summary>
public sealed class RolloutScopes(Memory memory, OrganisationConfiguration organisation)
{
    /// <summary>The scopes that a repository is in: its own before its organisation's.</summary>
    /// <param name="repository">Which.</param>
    /// <param name="configuration">Its own over its organisation's.</param>
    /// <param name="paths">Its files, for stages by its layout.</param>
    public static IReadOnlyList<(string Scope, Rollout Rollout)> Of(RepositoryName repository, RepositoryConfiguration configuration, IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(configuration);
        var (own, common) = OrganisationConfiguration.IsHome(repository) ? (Rollout.None, configuration.Rollout) : (configuration.Rollout, configuration.OrganisationRollout);
        var scopes = new List<(string, Rollout)>();
        if (own.Stages.Count > 0)
        {
            scopes.Add((repository.ToString(), own));
        }

        // What the layout says is a repository's own, whoever asks for it.
        else if ((own.Infers || (common.Infers && own.Source is null)) && StageInference.Infer(paths) is { Stages.Count: > 0 } inferred)
        {
            scopes.Add((repository.ToString(), inferred));
        }

        if (common.Stages.Count + common.Waves.Count > 0)
        {
            scopes.Add((repository.Owner, common));
        }

        return scopes;
    }

    /// <summary>The rollout of a scope as it is configured now, <see cref="Rollout.None"/> where it is no more; null where that can't be said.</summary>
    public async Task<Rollout?> FindAsync(string scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (RepositoryName.TryParse(scope, out var repository))
        {
            var inventory = await memory.Inventories.GetAsync(Memory.InventoryKey(repository), cancellationToken).ConfigureAwait(false);
            if (inventory is null or { Commit: "" })
            {
                return null;
            }

            var settings = organisation.Read(inventory.Parts, await organisation.FindAsync(repository, cancellationToken).ConfigureAwait(false));
            return settings.Errors.Count > 0 ? null
                : Of(repository, settings.Configuration, inventory.Files.Select(f => f.Path)).Where(s => string.Equals(s.Scope, scope, StringComparison.OrdinalIgnoreCase)).Select(s => s.Rollout).FirstOrDefault() ?? Rollout.None;
        }

        if (!RepositoryName.TryParse($"{scope}/any", out var any) || await organisation.FindAsync(any, cancellationToken).ConfigureAwait(false) is not { } part)
        {
            return null;
        }

        var common = organisation.Read([], part);
        return common.Errors.Count > 0 ? null : common.Configuration.OrganisationRollout;
    }
}
