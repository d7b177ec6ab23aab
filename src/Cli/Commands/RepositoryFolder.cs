using Basewatch.Adapters.Git;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Policies;

namespace Basewatch.Cli.Commands;

/// <summary>A folder with its own configuration, and all that it uses.</summary>
/// <param name="Tree">Its files.</param>
/// <param name="Configuration">What it says of itself.</param>
/// <param name="Formats">The formats of the settings, and its own.</param>
/// <param name="Policies">The rules of the command line and the settings, then its own.</param>
/// <param name="Scan">Its uses.</param>
internal sealed record RepositoryFolder(WorkTree Tree, RepositoryConfiguration Configuration, FormatCatalog Formats, PolicySet Policies, FolderScan Scan)
{
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
    public static async Task<RepositoryFolder> ReadAsync(string path, FormatCatalog formats, IReadOnlyList<PolicyRule> rules, UpdateKind limit, CancellationToken cancellationToken)
    {
        var tree = await OpenAsync(path, cancellationToken);
        var reading = ReadConfiguration(tree, RepositoryConfiguration.Path, formats);
        if (reading?.Errors.Count > 0)
        {
            throw new UsageException(string.Join(Environment.NewLine, reading.Errors));
        }

        var configuration = reading?.Configuration ?? RepositoryConfiguration.Empty;
        var all = formats.With(configuration.Formats);
        var policies = configuration.Policies(rules, limit);
        WarnOfNothing(all, tree, path);
        if (tree.SingleFile is { } single && configuration.Ignores(single))
        {
            Screen.Warn($"{single}: {RepositoryConfiguration.Path} leaves it out, by 'ignorePaths'");
        }

        var files = configuration.IgnorePaths is null ? tree.Files : [.. tree.Files.Where(f => !configuration.Ignores(f))];
        var scan = FolderScan.Read(all, files, tree.SizeOf, tree.Read, tree.SingleFile, cancellationToken);
        return new RepositoryFolder(tree, configuration, all, policies, scan.Under(policies));
    }

    /// <summary>Reads the configuration of a folder, tracked or not; null where there is none.</summary>
    public static ConfigurationReading? ReadConfiguration(WorkTree tree, string path, FormatCatalog formats)
    {
        try
        {
            var bytes = tree.Read(path);
            if (bytes.Length > 0 || tree.SizeOf(path) is not null)
            {
                return ConfigurationReader.Read(path, bytes, formats);
            }

            // The other ending is a slip that would go unseen.
            var other = Path.ChangeExtension(path, ".yaml");
            return tree.SizeOf(other) is null ? null
                : new ConfigurationReading(null, [new FileProblem(other, null, $"this file is not read: name it {RepositoryConfiguration.Path}")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ConfigurationReading(null, [new FileProblem(path, null, e.Message)]);
        }
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
