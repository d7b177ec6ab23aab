using Basewatch.Adapters.Git;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Policies;
using Basewatch.Core.Rollouts;

namespace Basewatch.Cli.Commands;

/// <summary>A folder with its own configuration, and all that it uses.</summary>
/// <param name="Tree">Its files.</param>
/// <param name="Settings">What it says of itself.</param>
/// <param name="Decided">Its policies.</param>
/// <param name="Scan">Its uses.</param>
/// <param name="Parts">Every part of dialects' configuration in it.</param>
internal sealed record RepositoryFolder(WorkTree Tree, RepositorySettings Settings, RepositoryPolicies Decided, FolderScan Scan, IReadOnlyList<ConfigurationPart> Parts)
{
    /// <summary>The formats of the settings, and its own.</summary>
    public FormatCatalog Formats => Settings.Formats;

    /// <summary>Which policy is in force for which use.</summary>
    public PolicySet Policies => Decided.Policies;

    /// <summary>Every file of it, those that are not asked for too.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Files that are read as configuration because links lead to them.</summary>
    public required IReadOnlySet<string> Linked { get; init; }

    /// <summary>Files on the disk that look like our own configuration and are not read, tracked or not.</summary>
    public IEnumerable<FileProblem> Misplaced
    {
        get
        {
            var root = new DirectoryInfo(Tree.Root);
            var inGitHub = root.EnumerateDirectories(".github", new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive, AttributesToSkip = FileAttributes.ReparsePoint });
            return RepositoryConfiguration.Misplaced(
                [.. root.EnumerateFiles().Select(f => f.Name).Concat(inGitHub.SelectMany(d => d.EnumerateFiles().Select(f => $"{d.Name}/{f.Name}"))).Where(f => !Linked.Contains(f))]);
        }
    }

    /// <summary>How its updates are rolled out, as far as it says that itself.</summary>
    public Rollout Rollout => field ??= Settings.Configuration.Rollout is { Infers: true } ? StageInference.Infer(Tree.Files) : Settings.Configuration.Rollout;

    /// <summary>The stage of a use; null where it has none, or the repository's name decides, which is not known here.</summary>
    public string? StageOf(ImageUse use) =>
        use.Reference is { } reference && Rollout.Stages.FirstOrDefault(s => s.Scope.Holds(reference.Name, use.Path, use.Format)) is { Repositories.Count: 0 } stage ? stage.Name : null;

    /// <summary>Opens a folder or a file.</summary>
    /// <exception cref="UsageException">There is none, or its configuration is wrong.</exception>
    public static async Task<WorkTree> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (path.Length == 0)
        {
            throw new UsageException("PATH is empty: name a folder or a file");
        }

        if (path.StartsWith('-') && !Path.Exists(path))
        {
            throw new UsageException($"there is no option {path}");
        }

        try
        {
            return await WorkTree.OpenAsync(path, cancellationToken);
        }
        catch (IOException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    /// <summary>Opens a folder and reads every use in it.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="formats">The formats of the settings.</param>
    /// <param name="rules">The policies of the command line and the settings.</param>
    /// <param name="limit">The furthest step to take.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="UsageException">There is none, or our own configuration of it is wrong.</exception>
    public static async Task<RepositoryFolder> ReadAsync(string path, FormatCatalog formats, IReadOnlyList<ScopedRule> rules, UpdateKind limit, CancellationToken cancellationToken)
    {
        var tree = await OpenAsync(path, cancellationToken);
        var folder = await ReadAsync(tree, formats, new PolicySources(rules, limit), cancellationToken);
        if (folder.Decided.Errors.Where(e => RepositoryConfiguration.IsPath(e.Path)).ToList() is { Count: > 0 } errors)
        {
            throw new UsageException(string.Join(Environment.NewLine, errors));
        }

        WarnOfNothing(folder.Formats, tree, path);
        foreach (var misplaced in folder.Misplaced)
        {
            Screen.Warn(misplaced.ToString());
        }

        if (tree.SingleFile is { } single && folder.Settings.Configuration.Ignores(single))
        {
            Screen.Warn($"{single}: {RepositoryConfiguration.Path} leaves it out, by 'ignorePaths'");
        }

        return folder with { Scan = folder.Scan with { Problems = [.. folder.Decided.Errors, .. folder.Scan.Problems] } };
    }

    /// <summary>Reads every use in a folder; what is wrong with its configuration is in <see cref="Decided"/>.</summary>
    /// <param name="tree">The folder.</param>
    /// <param name="formats">The formats of the settings.</param>
    /// <param name="sources">The policies of the command line and the settings.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<RepositoryFolder> ReadAsync(WorkTree tree, FormatCatalog formats, PolicySources sources, CancellationToken cancellationToken)
    {
        var (parts, problems, linked) = ReadWholeFiles(tree);
        var settings = RepositorySettings.Read(parts, formats);
        var files = settings.Configuration.LeftOut.Count == 0 ? tree.Files : [.. tree.Files.Where(f => !settings.Configuration.Ignores(f))];
        var scan = FolderScan.Read(settings.Formats, files, tree.SizeOf, tree.Read, tree.SingleFile, cancellationToken);
        var otherFiles = await tree.ListOthersAsync(cancellationToken);
        var others = FolderScan.ReadParts(settings.Formats, [.. otherFiles.Where(f => !settings.Configuration.Ignores(f))], tree.Read, cancellationToken);
        parts.AddRange([.. scan.Parts, .. others]);
        var decided = sources.Read(settings, parts);
        return new RepositoryFolder(tree, settings, decided with { Errors = [.. problems, .. decided.Errors] }, scan.Under(decided.Policies), parts) { Files = [.. tree.Files, .. otherFiles], Linked = linked };
    }

    /// <summary>What stands in files that are configuration as a whole, tracked or not.</summary>
    private static (List<ConfigurationPart> Parts, List<FileProblem> Problems, HashSet<string> Linked) ReadWholeFiles(WorkTree tree)
    {
        var (parts, problems, linked) = (new List<ConfigurationPart>(), new List<FileProblem>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var file in DialectCatalog.Files)
        {
            try
            {
                var found = tree.Follow(file);
                var bytes = tree.Read(found);
                if (bytes.Length > 0 || tree.SizeOf(found) is not null)
                {
                    parts.AddRange(DialectCatalog.ReadWhole(file, bytes, out var problem));
                    problems.AddRange(problem is null ? [] : [problem]);
                    if (found != file)
                    {
                        linked.Add(found);
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new FileProblem(file, null, e.Message));
                parts.AddRange(DialectCatalog.ReadNothing(file));
            }
        }

        return (parts, problems, linked);
    }

    /// <summary>Tells why nothing can be found where a person expects something.</summary>
    private static void WarnOfNothing(FormatCatalog formats, WorkTree tree, string path)
    {
        if (tree.SingleFile is { } file && !tree.Files.Contains(file, StringComparer.Ordinal))
        {
            throw new UsageException(new FileInfo(path).LinkTarget is not null ? $"{path} is a link, and links are not followed"
                : tree.IsGit ? $"{path} is not tracked by Git, and only what is tracked counts: git add it"
                : $"{path} is no regular file");
        }

        if (tree.SingleFile is { } single && formats.For(single).Count == 0)
        {
            Screen.Warn($"{single}: no format reads files of this name");
        }
        else if (tree.IsGit && tree.Files.Count == 0)
        {
            Screen.Warn($"{path}: no file is tracked by Git here, and only what is tracked counts: git add what is to be read");
        }
    }
}
