using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Finds the repositories whose ways out may be others than when they were looked for last: something has come near its end, a date
/// has moved, a newer successor is there. Nothing is written to them here; they are marked to be reconciled.
/// </summary>
public sealed class WayOutSweep(
    Memory memory, ImageBook images, LifecycleBook lifecycles, LifecycleSurvey survey, AlertConfiguration organisations, PendingRepositories pending, TimeProvider time)
{
    /// <summary>What ends later is nothing to anybody.</summary>
    private const int FarDays = 3650;

    /// <summary>Looks at every image in use. A catalogue that can't be had marks nobody, nor does an organisation's configuration those that it is for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var outlooks = new Dictionary<string, SortedSet<string>>(StringComparer.OrdinalIgnoreCase);
        var unclear = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var owners = new Dictionary<string, LifecycleOverlay?>(StringComparer.OrdinalIgnoreCase);
        if (!await LookAsync(LifecycleOverlay.None).ConfigureAwait(false))
        {
            return;
        }

        // Owners with lifecycles of their own are rare: each kind of them is a look of its own.
        foreach (var own in owners.Values.OfType<LifecycleOverlay>().Where(o => !o.IsEmpty).DistinctBy(o => o.Fingerprint, StringComparer.Ordinal).ToList())
        {
            if (!await LookAsync(own).ConfigureAwait(false))
            {
                return;
            }
        }

        var before = await memory.ListWaysOutAsync(cancellationToken).ToDictionaryAsync(r => r.Repository, StringComparer.OrdinalIgnoreCase, cancellationToken).ConfigureAwait(false);
        foreach (var (repository, found) in outlooks.Where(o => !unclear.Contains(o.Key)))
        {
            var outlook = ChangeSet.Hash(found);
            if (before.GetValueOrDefault(repository)?.Outlook != outlook && RepositoryName.TryParse(repository, out var name))
            {
                await pending.AddAsync(name, "what it uses comes near its end, or there is a newer way out", cancellationToken).ConfigureAwait(false);
                await memory.WaysOut.PutAsync(Memory.WayOutKey(name), new WayOutRecord(repository, outlook), cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var gone in before.Keys.Where(r => !outlooks.ContainsKey(r) && !unclear.Contains(r)))
        {
            if (RepositoryName.TryParse(gone, out var name))
            {
                await memory.WaysOut.DeleteAsync(Memory.WayOutKey(name), cancellationToken).ConfigureAwait(false);
            }
        }

        // What those use whose owner says this of lifecycles; the first look finds out who says what.
        async Task<bool> LookAsync(LifecycleOverlay own)
        {
            if (await lifecycles.FindAsync(own, cancellationToken).ConfigureAwait(false) is not { } resolver)
            {
                return false;
            }

            var finder = new SuccessorFinder(resolver);
            await foreach (var line in survey.ReadAsync(resolver, today, cancellationToken).ConfigureAwait(false))
            {
                var repositories = new List<string>();
                foreach (var repository in line.Places.Select(p => p.Repository).Distinct(StringComparer.OrdinalIgnoreCase))
                {
                    var its = await OwnAsync(ReviewLifecyclesProcessor.OwnerOf(repository)).ConfigureAwait(false);
                    if (its is null)
                    {
                        unclear.Add(repository);
                    }
                    else if (its.Fingerprint == own.Fingerprint)
                    {
                        repositories.Add(repository);
                    }
                }

                if (repositories.Count == 0)
                {
                    continue;
                }

                var deprecated = DeprecatedImage.Of(line.Image.Name);
                if (line.Lifecycle.First is not { } life || life.Eol?.DayNumber - today.DayNumber > FarDays)
                {
                    if (deprecated is null)
                    {
                        continue;
                    }

                    life = new Life(LifeOf.Image, line.Image.Name.Familiar, line.Image.Name.Familiar, null, null);
                }

                if (await OutlookAsync(line.Image, life, deprecated, finder, today, cancellationToken).ConfigureAwait(false) is { } outlook)
                {
                    foreach (var repository in repositories)
                    {
                        (outlooks.TryGetValue(repository, out var known) ? known : outlooks[repository] = new SortedSet<string>(StringComparer.Ordinal)).Add(outlook);
                    }
                }
                else
                {
                    unclear.UnionWith(repositories);
                }
            }

            return true;
        }

        async Task<LifecycleOverlay?> OwnAsync(string owner)
        {
            if (!owners.TryGetValue(owner, out var own))
            {
                try
                {
                    own = (await organisations.FindAsync(owner, cancellationToken).ConfigureAwait(false)).Lifecycles;
                }
                catch (RepositoryHostException e) when (e.RetryAfter is null)
                {
                    // Whoever tells of ends is stopped by it too, and says so.
                    own = null;
                }

                owners.Add(owner, own);
            }

            return own;
        }
    }

    /// <summary>What the ways out of a line are found by; null where a registry does not answer. It changes monthly while the end comes nearer.</summary>
    private async Task<string?> OutlookAsync(ImageReference line, Life life, DeprecatedImage? deprecated, SuccessorFinder finder, DateOnly today, CancellationToken cancellationToken)
    {
        const int Month = 30;
        var phase = life.Eol is { } eol ? Math.Clamp((int)Math.Ceiling((eol.DayNumber - today.DayNumber) / (double)Month), 0, 24) : 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"{line} {life.Key} {life.Cycle} {life.Eol:yyyy-MM-dd} {phase}");
        if (phase > 12)
        {
            // Nobody asks for a way out yet.
            return text;
        }

        var image = deprecated?.ImageFor(line.Name, line.Tag ?? "") ?? line.Name;
        var facts = await images.GetAsync(image, [], cancellationToken).ConfigureAwait(false);
        if (facts.Problem is not null)
        {
            return null;
        }

        foreach (var tag in image == line.Name ? [line.Tag ?? ""] : deprecated!.TagsFor(line.Tag ?? ""))
        {
            var lts = finder.Find(new ImageReference(image, tag), facts.Tags ?? [], today, Policies.SuccessorPreference.Lts, line.Name);
            var newest = finder.Find(new ImageReference(image, tag), facts.Tags ?? [], today, Policies.SuccessorPreference.Newest, line.Name);
            text += $" {lts.Next} {lts.Image} {newest.Next} {newest.Image} {facts.Tags?.Contains(tag, StringComparer.Ordinal)}";
        }

        return text;
    }
}
