using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Microsoft.Extensions.Logging;

using Places = System.Collections.Generic.Dictionary<Basewatch.Core.Images.ImageName, System.Collections.Generic.IReadOnlyList<Basewatch.Core.Jobs.State.ImagePlace>>;

namespace Basewatch.Core.Jobs;

/// <summary>Reads which images a repository uses. Only files whose content is new are fetched.</summary>
public sealed partial class TakeInventoryProcessor(
    IRepositoryHost host,
    Memory memory,
    OrganisationConfiguration organisation,
    PolicySources policies,
    PendingRepositories pending,
    IJobQueue queue,
    TimeProvider time,
    ILogger<TakeInventoryProcessor> logger)
{
    private const int Parallel = 8;

    /// <summary>Files that images depend on; what comes after them is not looked at.</summary>
    private const int MostDependencies = 1000;

    /// <summary>Brings the inventory of a repository up to date.</summary>
    public async Task<JobOutcome> RunAsync(RepositoryName repository, string? changeToken, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var old = await memory.Inventories.GetAsync(Memory.InventoryKey(repository), cancellationToken).ConfigureAwait(false);
        if (await host.GetHeadAsync(repository, cancellationToken).ConfigureAwait(false) is not { } head)
        {
            LogVanished(repository);
            return await ForgetAsync(repository, cancellationToken).ConfigureAwait(false);
        }

        var general = await organisation.FindAsync(repository, cancellationToken).ConfigureAwait(false);
        var version = organisation.VersionOf(general);
        var record = await memory.Repositories.GetAsync(Memory.RepositoryKey(repository), cancellationToken).ConfigureAwait(false);
        if (record is not null && old is not null && record.Commit == head.Commit && record.Branch == head.Branch && record.ReadAs == version)
        {
            if (record.ChangeToken != changeToken)
            {
                await memory.Repositories.PutAsync(Memory.RepositoryKey(repository), record with { ChangeToken = changeToken }, cancellationToken).ConfigureAwait(false);
            }

            return JobOutcome.Done;
        }

        var tree = await host.GetTreeAsync(repository, head.Commit, cancellationToken).ConfigureAwait(false);
        var all = tree.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        string[] paths = [.. all.Keys.Order(StringComparer.Ordinal)];
        var wholes = await ReadSettingsAsync(repository, tree, old, cancellationToken).ConfigureAwait(false);
        var settings = organisation.Read(wholes.SelectMany(w => w.Parts), general);
        var files = await ReadAsync(repository, new Selected(settings, all, [.. paths.Where(p => !settings.Configuration.Ignores(p))]), old, cancellationToken).ConfigureAwait(false);
        var inventory = new Inventory(head.Branch, head.Commit, Inventory.FormatsOf(settings.Formats), files, wholes, []);
        var decided = policies.Read(settings, [.. inventory.Parts]);
        var uses = files.Sum(f => f.Uses.Count);
        // Under another configuration of the organisation all of the index may be another.
        var before = old is null || record?.ReadAs != version ? [] : PlacesOf(old, policies.Read(organisation.Read(old.Parts, general), [.. old.Parts]).Policies);
        var added = await IndexAsync(repository, old, inventory, before, PlacesOf(inventory, decided.Policies), cancellationToken).ConfigureAwait(false);
        await KeepBuildsAsync(repository, inventory, settings.Configuration.Rebuild, all, cancellationToken).ConfigureAwait(false);
        await pending.AddAsync(repository, $"{head.Branch} moved to {Short(head.Commit)}", cancellationToken).ConfigureAwait(false);
        if (added.Count > 0)
        {
            // Whoever marks it first queues the look; it waits for the others.
            var isMarked = await memory.NewUses.GetAsync(Memory.NewUsesKey, cancellationToken).ConfigureAwait(false) is not null;
            await memory.NewUses.PutAsync(Memory.NewUsesKey, new NewUsesRecord(time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
            if (!isMarked)
            {
                await queue.EnqueueAsync(new ReviewLifecycles(WhenCalm: true), ReviewLifecyclesProcessor.Calm, cancellationToken).ConfigureAwait(false);
            }
        }

        // The record comes last: until it names this commit, all of the above is done again.
        var misplaced = OrganisationConfiguration.IsHome(repository) ? null : settings.Configuration.MisplacedAlerts;
        var farRebuilds = OrganisationConfiguration.IsHome(repository) ? null : settings.Configuration.MisplacedRebuilds;
        IReadOnlyList<FileProblem> farRollouts = OrganisationConfiguration.IsHome(repository) ? [] : settings.Configuration.MisplacedRollouts;
        List<FileProblem> problems = [.. new[] { misplaced, farRebuilds }.OfType<FileProblem>(), .. farRollouts, .. wholes.Select(w => w.Problem).OfType<FileProblem>(), .. decided.Errors, .. files.SelectMany(f => f.Problems)];
        await memory.Repositories.PutAsync(
            Memory.RepositoryKey(repository),
            new RepositoryRecord(repository.ToString(), changeToken, head.Branch, head.Commit, version, time.GetUtcNow(), uses, problems),
            cancellationToken).ConfigureAwait(false);
        if (OrganisationConfiguration.IsHome(repository) && TextOf(old) != TextOf(inventory))
        {
            // What holds for all of its repositories is another now.
            await queue.EnqueueAsync(new FindRepositories(), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        LogTaken(repository, uses, files.Count, head.Commit);
        // What a link leads to is read.
        var named = paths.Where(p => wholes.All(w => w.Path == p || w.Blob != all[p].Blob)).Concat(tree.Links.Select(l => l.Path));
        foreach (var problem in problems.Concat(RepositoryConfiguration.Misplaced([.. named])))
        {
            LogProblem(repository, problem);
        }

        return JobOutcome.Done;
    }

    /// <summary>Reads the files that are configuration as a whole.</summary>
    private async Task<IReadOnlyList<InventorySettings>> ReadSettingsAsync(RepositoryName repository, RepositoryTree tree, Inventory? old, CancellationToken cancellationToken)
    {
        var known = (old?.Settings ?? []).ToDictionary(s => (s.Path, s.Blob));
        var settings = new List<InventorySettings>();
        foreach (var path in DialectCatalog.Files)
        {
            if (await ConfigurationFile.FindAsync(host, repository, tree, path, cancellationToken).ConfigureAwait(false) is not { } file)
            {
                continue;
            }

            if (known.TryGetValue((path, file.Blob), out var unchanged))
            {
                settings.Add(unchanged);
                continue;
            }

            var (parts, problem) = await file.ReadAsync(host, repository, cancellationToken).ConfigureAwait(false);
            settings.Add(new InventorySettings(path, file.Blob, parts, problem));
        }

        return settings;
    }

    private async Task<IReadOnlyList<InventoryFile>> ReadAsync(RepositoryName repository, Selected selected, Inventory? old, CancellationToken cancellationToken)
    {
        var (catalog, all) = (selected.Settings.Formats, selected.All);
        var known = old is not null && old.FormatsVersion == Inventory.FormatsOf(catalog)
            ? old.Files.ToDictionary(f => (f.Path, f.Basis))
            : [];
        var selection = FileSelection.Of(catalog, selected.Paths, p => all[p].Size);
        var shared = new SiblingCache<Task<(byte[]? Bytes, SourceFile? File)>>(selection, p => FetchAsync(repository, all[p], cancellationToken));
        var files = new InventoryFile[selection.Files.Count];
        await System.Threading.Tasks.Parallel.ForAsync(
            0,
            files.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                var file = all[selection.Files[i]];
                IReadOnlyList<InventorySibling>? siblings = selection.SiblingsOf(file.Path) is [_, ..] paths
                    ? [.. paths.Select(p => all[p]).Select(s => new InventorySibling(s.Path, s.Blob, s.Mode))]
                    : null;
                var blank = new InventoryFile(file.Path, file.Blob, file.Mode, [], [], siblings);
                files[i] = known.TryGetValue((file.Path, blank.Basis), out var unchanged)
                    ? blank with { Uses = unchanged.Uses, Problems = unchanged.Problems, Parts = unchanged.Parts, Builds = unchanged.Builds, Packages = unchanged.Packages }
                    : await ReadAsync(repository, catalog, file, blank, shared, selection.ProblemOf(file.Path), token).ConfigureAwait(false);
                shared.Release(file.Path);
            }).ConfigureAwait(false);
        return files;
    }

    /// <param name="repository">The repository.</param>
    /// <param name="catalog">Its formats.</param>
    /// <param name="file">The file.</param>
    /// <param name="blank">Its record without what it names.</param>
    /// <param name="shared">Siblings, decoded and parsed once for all files that are read with them.</param>
    /// <param name="cut">What is to be said where not all of the file's siblings are among them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    private async Task<InventoryFile> ReadAsync(
        RepositoryName repository, FormatCatalog catalog, TreeFile file, InventoryFile blank, SiblingCache<Task<(byte[]? Bytes, SourceFile? File)>> shared, FileProblem? cut, CancellationToken cancellationToken)
    {
        FormatReading reading;
        IReadOnlyList<ConfigurationPart> parts = [];
        if (file.Size > SourceFile.LargestFile)
        {
            // Large JSON is data; large YAML may be manifests.
            reading = file.Path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? FormatReading.None : new FormatReading([], [SourceFile.TooLarge(file.Path)]);
        }
        else
        {
            try
            {
                var siblings = new List<SourceFile>();
                foreach (var sibling in blank.Siblings ?? [])
                {
                    if (shared.Find(sibling.Path) is { } loading && (await loading.ConfigureAwait(false)).File is { } text)
                    {
                        siblings.Add(text);
                    }
                }

                var content = (shared.Find(file.Path) is { } known ? (await known.ConfigureAwait(false)).Bytes : null)
                    ?? await host.GetBlobAsync(repository, file.Blob, cancellationToken).ConfigureAwait(false);
                reading = catalog.Read(file.Path, content, siblings).With(cut);
                parts = DialectCatalog.FindParts(file.Path, content, () => reading.Uses);
            }
            catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.Malformed)
            {
                reading = new FormatReading([], [new FileProblem(file.Path, null, e.Message)]);
            }
        }

        return blank with { Uses = [.. reading.Uses.Select(InventoryUse.Of)], Problems = reading.Problems, Parts = parts.Count == 0 ? null : parts, Builds = reading.Builds.Count == 0 ? null : reading.Builds, Packages = reading.Packages.Count == 0 ? null : [.. reading.Packages.Select(InventoryPackage.Of)] };
    }

    /// <summary>One that can't be read gives no values; where it is read for itself, that is reported.</summary>
    private async Task<(byte[]? Bytes, SourceFile? File)> FetchAsync(RepositoryName repository, TreeFile sibling, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await host.GetBlobAsync(repository, sibling.Blob, cancellationToken).ConfigureAwait(false);
            return SourceFile.TryRead(sibling.Path, bytes, out var file, out _) ? (bytes, file) : (null, null);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.Malformed)
        {
            return (null, null);
        }
    }

    /// <summary>Brings the index from images to repositories up to date, and keeps the inventory.</summary>
    /// <returns>The images that this repository did not use before, or not in these places.</returns>
    private async Task<IReadOnlyList<ImageName>> IndexAsync(
        RepositoryName repository, Inventory? old, Inventory current, Places before, Places after, CancellationToken cancellationToken)
    {
        var key = Memory.InventoryKey(repository);
        var indexed = (old?.Indexed ?? []).Union(after.Keys.Select(i => i.Canonical), StringComparer.Ordinal).ToList();
        if (old is null || indexed.Count > old.Indexed.Count)
        {
            // Said before it is done, so that what a crash leaves behind in the index is found and taken out again.
            await memory.Inventories.PutAsync(key, (old ?? current with { Commit = "", Files = [] }) with { Indexed = indexed }, cancellationToken).ConfigureAwait(false);
        }

        var changed = new List<ImageName>();
        foreach (var (image, places) in after)
        {
            if (before.TryGetValue(image, out var same) && same.SequenceEqual(places))
            {
                continue;
            }

            changed.Add(image);
            await memory.Users.PutAsync(Memory.UserKey(image, repository), new ImageUser(repository.ToString(), places), cancellationToken).ConfigureAwait(false);

            await TouchAsync(image, cancellationToken).ConfigureAwait(false);
        }

        foreach (var image in indexed.Select(ImageName.Parse).Where(i => !after.ContainsKey(i)))
        {
            await memory.Users.DeleteAsync(Memory.UserKey(image, repository), cancellationToken).ConfigureAwait(false);
        }

        await memory.Inventories.PutAsync(key, current with { Indexed = [.. after.Keys.Select(i => i.Canonical)] }, cancellationToken).ConfigureAwait(false);
        return changed;
    }

    /// <summary>Keeps what the repository builds, for the lives of its images.</summary>
    private async Task KeepBuildsAsync(
        RepositoryName repository, Inventory inventory, RebuildWords words, IReadOnlyDictionary<string, TreeFile> all, CancellationToken cancellationToken)
    {
        var key = Memory.BuildsKey(repository);
        List<ImageUse> uses = [.. inventory.Uses.Where(u => u.Stages is not null)];
        if (BuildsRecord.Of(repository.ToString(), DockerfileBuilds.Of(repository.ToString(), uses, inventory.Builds), DockerfileBuilds.RootOf(uses)) is { } builds)
        {
            var patterns = (words.Dependencies ?? []).SelectMany(FilePattern.Parse).ToList();
            var dependencies = patterns.Count == 0 ? null : all.Values.Where(f => patterns.Exists(p => p.IsMatch(f.Path))).OrderBy(f => f.Path, StringComparer.Ordinal).Take(MostDependencies).ToDictionary(f => f.Path, f => f.Blob, StringComparer.Ordinal);
            builds = builds with { Methods = words.Enabled == false || words.With.Count == 0 ? null : words.With, Dependencies = dependencies };
            await memory.Builds.PutAsync(key, builds, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await memory.Builds.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lists an image as in use, or lists it again: a deletion that saw no user then comes too late.</summary>
    private async Task TouchAsync(ImageName image, CancellationToken cancellationToken)
    {
        var key = Memory.ImageKey(image);
        while (true)
        {
            var (record, version) = await memory.Images.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (await memory.Images.TryPutAsync(key, record ?? new ImageRecord(image.Canonical, null, null, null, null), version, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Drops what is cached of a repository. The ledger stays: the repository may come back.</summary>
    public async Task<JobOutcome> ForgetAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var old = await memory.Inventories.GetAsync(Memory.InventoryKey(repository), cancellationToken).ConfigureAwait(false);
        foreach (var image in old?.Indexed ?? [])
        {
            await memory.Users.DeleteAsync(Memory.UserKey(ImageName.Parse(image), repository), cancellationToken).ConfigureAwait(false);
        }

        await RepositoryRollout.ForgetAsync(memory.Rollouts, repository, cancellationToken).ConfigureAwait(false);
        await memory.Inventories.DeleteAsync(Memory.InventoryKey(repository), cancellationToken).ConfigureAwait(false);
        await memory.Builds.DeleteAsync(Memory.BuildsKey(repository), cancellationToken).ConfigureAwait(false);
        await memory.Outlooks.DeleteAsync(Memory.OutlookKey(repository), cancellationToken).ConfigureAwait(false);
        await memory.Summaries.DeleteAsync(Memory.SummaryKey(repository), cancellationToken).ConfigureAwait(false);
        await memory.Pending.DeleteAsync(Memory.PendingKey(repository), cancellationToken).ConfigureAwait(false);
        await memory.Failures.DeleteAsync(Memory.FailureKey(new Reconcile(repository.ToString())), cancellationToken).ConfigureAwait(false);
        await memory.Failures.DeleteAsync(Memory.FailureKey(new TakeInventory(repository.ToString())), cancellationToken).ConfigureAwait(false);

        // The record comes last: until it is gone, the next run does all of the above again.
        await memory.Repositories.DeleteAsync(Memory.RepositoryKey(repository), cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    private static string? TextOf(Inventory? inventory) => inventory is null ? null : RepositorySettings.OwnAmong(inventory.Parts)?.Text;

    private Places PlacesOf(Inventory inventory, PolicySet inForce) =>
        inventory.Uses
            // What a person excludes from updates may still reach its end of life.
            .Where(u => u.IsLookedUp || u.Skip == Reasons.Ignored)
            .GroupBy(u => u.Reference!.Name)
            .ToDictionary(
                g => g.Key,
                g => (IReadOnlyList<ImagePlace>)[.. g.Select(u => new ImagePlace(
                    u.Reference!.FollowedTag, u.Path, u.Line, u.IsLookedUp ? policies.TextOf(u, inForce) : PolicyText.None, u.Reference.Digest?.ToString()))]);

    /// <param name="Settings">What the repository says of itself.</param>
    /// <param name="All">Every file of it.</param>
    /// <param name="Paths">Those that are not left out, in order.</param>
    private sealed record Selected(RepositorySettings Settings, IReadOnlyDictionary<string, TreeFile> All, IReadOnlyList<string> Paths);

    private static string Short(string commit) => commit[..Math.Min(7, commit.Length)];

    [LoggerMessage(Level = LogLevel.Information, Message = "{Repository}: {Uses} uses, {Files} files looked at, at {Commit}")]
    private partial void LogTaken(RepositoryName repository, int uses, int files, string commit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: {Problem}")]
    private partial void LogProblem(RepositoryName repository, FileProblem problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository} is gone, or its token may not see it any more: its state is dropped")]
    private partial void LogVanished(RepositoryName repository);
}
