using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Vulnerabilities;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Says of which own images vulnerabilities are a reason to build them again: those that a newer base or a rebuild does away with. What is not
/// known changes nothing of what was said.
/// </summary>
public sealed class ReviewVulnerabilitiesProcessor(
    VulnerabilityBook vulnerabilities, RebuildBook rebuilds, OrganisationConfiguration organisation, Memory memory, ArchiveVersions? archives = null)
{
    private const string Source = "vulnerabilities";

    /// <summary>Of one image; the worst.</summary>
    private const int MostCauses = 20;

    private const int Abbreviated = 12;

    /// <summary>Looks at every own image.</summary>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var picture = await rebuilds.ReadAsync(cancellationToken).ConfigureAwait(false);
        var settings = new Dictionary<string, VulnerabilitySettings>(StringComparer.OrdinalIgnoreCase);
        var kept = new HashSet<StateKey>();
        foreach (var image in picture.Graph.Images)
        {
            if (picture.Facts.GetValueOrDefault(image.Key) is not { Digest: { } digest } facts)
            {
                continue;
            }

            if (!settings.TryGetValue(image.Repository, out var counted))
            {
                settings[image.Repository] = counted = await SettingsAsync(image.Repository, cancellationToken).ConfigureAwait(false);
            }

            var key = KeyOf(image.Name, digest);
            if (counted.Enabled && await JudgeAsync(image, digest, facts, picture, counted, cancellationToken).ConfigureAwait(false) is { } judged)
            {
                var causes = CausesOf(judged, counted);
                if (causes.Count > 0)
                {
                    await memory.RebuildWishes.PutAsync(key, new RebuildWishRecord(image.Name.Canonical, digest.ToString(), SourceOf(digest), causes), cancellationToken).ConfigureAwait(false);
                    kept.Add(key);
                }
            }
            else if (counted.Enabled)
            {
                kept.Add(key);
            }
        }

        await foreach (var wish in memory.ListRebuildWishesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (wish.Source.StartsWith(Source, StringComparison.Ordinal) && Memory.RebuildWishKey(ImageName.Parse(wish.Image), wish.Source) is var key && !kept.Contains(key))
            {
                await memory.RebuildWishes.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
            }
        }

        return JobOutcome.Done;
    }

    private static string SourceOf(Digest digest) => $"{Source}-{digest.Hex[..Abbreviated]}";

    private static StateKey KeyOf(ImageName image, Digest digest) => Memory.RebuildWishKey(image, SourceOf(digest));

    private static List<RebuildCause> CausesOf(IReadOnlyList<JudgedFinding> judged, VulnerabilitySettings settings) =>
    [
        .. judged.Where(j => j.Acts && VulnerabilityComparison.Weight(j.Finding) >= settings.Least).Take(MostCauses).Select(j =>
            new RebuildCause(
                RebuildReason.Vulnerability,
                $"{j.Finding.Id} in {j.Finding.Package.Source}",
                j.Finding.Package.SourceVersion,
                j.Finding.FixedIn ?? j.Reason)
            {
                Priority = (int)VulnerabilityComparison.Weight(j.Finding),
            }),
    ];

    private async Task<IReadOnlyList<JudgedFinding>?> JudgeAsync(
        OwnImage image, Digest digest, OwnImageFacts facts, RebuildPicture picture, VulnerabilitySettings settings, CancellationToken cancellationToken)
    {
        // Of several bases the one that it says itself to be built from; else that of the last stage, which is named last.
        var known = facts.Bases.Where(b => (b.At ?? b.Seen) is not null).ToList();
        var on = known.Find(b => b.Base.Name == facts.Origin.Base?.Name) ?? known.LastOrDefault();
        var built = on is null ? null : on.Base with { Digest = on.At ?? on.Seen };
        var newer = on is not null && picture.Now.GetValueOrDefault(on.Base with { Digest = null }) is { } now && !now.Is(built!.Digest!) && image.Follows(on.Base) ? on.Base with { Digest = now.Digest } : null;
        return await vulnerabilities.JudgeAsync(
            new ImageReference(image.Name, Digest: digest),
            built,
            newer,
            archives is null ? null : (packages, token) => archives.FindAsync(packages, null, token),
            settings,
            null,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<VulnerabilitySettings> SettingsAsync(string repository, CancellationToken cancellationToken)
    {
        if (!RepositoryName.TryParse(repository, out var name) || await memory.Inventories.GetAsync(Memory.InventoryKey(name), cancellationToken).ConfigureAwait(false) is not { } inventory)
        {
            return new VulnerabilitySettings { Enabled = false };
        }

        return organisation.Read(inventory.Parts, await organisation.FindAsync(name, cancellationToken).ConfigureAwait(false)).Configuration.Vulnerabilities.ToSettings();
    }
}
