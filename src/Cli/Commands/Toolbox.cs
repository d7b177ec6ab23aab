using System.CommandLine;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Adapters.Packages;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Commands;

/// <summary>The settings and adapters of a command that runs once.</summary>
internal sealed class Toolbox : IDisposable
{
    private readonly ILoggerFactory _loggers;

    private readonly OciRegistry _registry;

    private readonly PackageIndexes? _packages;

    private Toolbox(BasewatchOptions options, IReadOnlyList<ScopedRule> rules, bool verbose, bool isKept)
    {
        _loggers = LoggerFactory.Create(logging =>
        {
            if (verbose)
            {
                logging.SetMinimumLevel(LogLevel.Debug).AddStderr();
            }
            else
            {
                logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new WarningLog());
            }
        });

        // The command line reaches what the person who runs it can.
        var registries = options.RegistriesFor(allowAnyAddress: true);
        Rules = [.. rules, .. options.PolicyRules()];
        Options = options;
        Formats = options.FormatCatalog();
        _registry = new OciRegistry(registries, TimeProvider.System, _loggers.CreateLogger<OciRegistry>());
        Registry = options.Mirrored(_registry);
        var cache = CacheFolder(options.Cache);
        Lifecycles = LifecycleSource.Create(options.Lifecycle, new FileCatalogCache(Path.Combine(cache, "lifecycles")), TimeProvider.System, _loggers);
        _packages = options.Packages.Enabled
            ? new PackageIndexes(options.Packages, isKept && options.Cache.Enabled ? new FileCache(Path.Combine(cache, "packages"), TimeProvider.System, _loggers.CreateLogger<FileCache>()) : null, allowAnyAddress: true, TimeProvider.System)
            : null;
        Facts = isKept && options.Cache.Enabled ? new FactsCache(new FileCache(Path.Combine(cache, "registries"), TimeProvider.System, _loggers.CreateLogger<FileCache>())) : null;
    }

    public BasewatchOptions Options { get; }

    public FormatCatalog Formats { get; }

    public IRegistry Registry { get; }

    /// <summary>What archives hold; null: they are not asked.</summary>
    public IPackageIndexes? Packages => _packages;

    public ILoggerFactory Loggers => _loggers;

    public ILifecycleCatalog Lifecycles { get; }

    /// <summary>What earlier runs learnt of images; null: nothing is to be kept.</summary>
    public FactsCache? Facts { get; }

    /// <summary>The policies of the command line, then those of the settings.</summary>
    public IReadOnlyList<ScopedRule> Rules { get; }

    /// <summary>Opens a folder, and reads its configuration and every use in it.</summary>
    public Task<RepositoryFolder> ReadAsync(string path, UpdateKind limit, CancellationToken cancellationToken) =>
        RepositoryFolder.ReadAsync(path, Formats, Rules, limit, cancellationToken);

    /// <summary>Asks the registries about a folder's uses.</summary>
    public FolderCheck Check(RepositoryFolder folder) =>
        new(new RegistrySurvey(Registry, Facts), folder.Policies, Lifecycles, TimeProvider.System, folder.Settings.Configuration.Lifecycles)
        {
            EndOfLife = EndOfLifeSettings.Of(folder.Settings.Configuration.EndOfLife),
            Packages = _packages is null ? null : new PackageSurvey(_packages),
            PackageSettings = PackageSettings.Of(folder.Settings.Configuration.Packages),
        };

    /// <summary>Reads the settings and makes the tools.</summary>
    public static Toolbox Open(ParseResult parsed, Option<FileInfo?> settings, Option<bool> verbose, Option<FileInfo?>? catalog = null, Option<string[]>? policy = null, Option<bool>? noCache = null)
    {
        var options = LoadValidSettings(parsed.GetValue(settings));
        if (catalog is not null && parsed.GetValue(catalog) is { } file)
        {
            if (!file.Exists)
            {
                throw new UsageException($"{file.FullName}: there is no such file");
            }

            options.Lifecycle.CatalogFile = file.FullName;
        }

        return new Toolbox(options, policy is null ? [] : ReadRules(parsed.GetValue(policy) ?? []), parsed.GetValue(verbose), noCache is not null && !parsed.GetValue(noCache));
    }

    /// <summary>The rules of <c>--policy</c>.</summary>
    public static IReadOnlyList<ScopedRule> ReadRules(IEnumerable<string> options)
    {
        var rules = new List<ScopedRule>();
        foreach (var option in options)
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new UsageException($"--policy '{option}': expected IMAGE=POLICY, such as python=semver:~3.12");
            }

            rules.Add(ScopedRule.TryCreate(option[..equals], option[(equals + 1)..], new RuleSource("--policy", null, PolicyText.Docker.Dialect), out var rule, out var error)
                ? rule
                : throw new UsageException($"--policy: {option[..equals]}: {error}"));
        }

        return rules;
    }

    /// <summary>The settings, once what a command uses of them is known to be right.</summary>
    public static BasewatchOptions LoadValidSettings(FileInfo? settings)
    {
        var options = LoadSettings(settings);
        string[] problems = [.. options.RegistryProblems(allowAnyAddress: true), .. options.MirrorProblems(), .. options.PolicyProblems(), .. options.FormatProblems(), .. options.Packages.Problems()];
        return problems.Length == 0 ? options : throw new UsageException(string.Join(Environment.NewLine, problems));
    }

    /// <summary>Settings from a file, if one is named, and the environment.</summary>
    public static BasewatchOptions LoadSettings(FileInfo? file)
    {
        try
        {
            var builder = new ConfigurationBuilder();
            if (file is not null)
            {
                if (!file.Exists)
                {
                    throw new UsageException($"{file.FullName}: there is no such settings file");
                }

                builder.AddJsonFile(file.FullName, optional: false);
            }

            return OptionsLoader.Load(builder.AddEnvironmentVariables().Build());
        }
        catch (Exception e) when (e is FileNotFoundException or FormatException or InvalidDataException)
        {
            throw new UsageException(e is InvalidDataException ? $"settings: {e.Message} {e.GetBaseException().Message}" : $"settings: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _registry.Dispose();
        _packages?.Dispose();
        (Lifecycles as IDisposable)?.Dispose();
        _loggers.Dispose();
    }

    /// <summary>Where things are kept between runs: as set, or by the platform's convention.</summary>
    private static string CacheFolder(CacheOptions options) => options.Folder is { Length: > 0 } folder ? Path.GetFullPath(folder) : Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "basewatch");
}
