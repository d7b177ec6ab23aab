using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>What a repository says of itself in whole files, before the others are read.</summary>
/// <param name="Configuration">Our own configuration. One that is wrong leaves everything as it is.</param>
/// <param name="Formats">Every format, those that it defines included.</param>
/// <param name="Errors">What is wrong with our own configuration.</param>
public sealed record RepositorySettings(RepositoryConfiguration Configuration, FormatCatalog Formats, IReadOnlyList<FileProblem> Errors)
{
    /// <summary>Reads what stands in the files of <see cref="IDialect.Files"/>.</summary>
    /// <param name="parts">Parts of every dialect.</param>
    /// <param name="formats">The formats that are there without them.</param>
    /// <param name="organisation">The organisation's configuration, which counts where the repository's says nothing; null for none.</param>
    public static RepositorySettings Read(IEnumerable<ConfigurationPart> parts, FormatCatalog formats, ConfigurationPart? organisation = null)
    {
        ArgumentNullException.ThrowIfNull(formats);
        List<ConfigurationPart> all = [.. parts];
        var errors = new List<FileProblem>();
        var general = Own(organisation, formats, errors);
        var configuration = Own(OwnAmong(all), formats, errors).Over(general);
        var catalog = formats.With(configuration.Formats);
        foreach (var dialect in DialectCatalog.All)
        {
            if (all.FindAll(p => p.Dialect == dialect.Name) is { Count: > 0 } mine)
            {
                catalog = catalog.With(dialect.ReadFormats(mine));
            }
        }

        return new RepositorySettings(configuration, catalog, errors);
    }

    /// <summary>Our own configuration among parts; null where there is none.</summary>
    public static ConfigurationPart? OwnAmong(IEnumerable<ConfigurationPart> parts) =>
        parts.Where(p => RepositoryConfiguration.IsPath(p.Path)).MaxBy(p => p.Path == RepositoryConfiguration.Path);

    private static RepositoryConfiguration Own(ConfigurationPart? part, FormatCatalog formats, List<FileProblem> errors)
    {
        if (part is null)
        {
            return RepositoryConfiguration.Empty;
        }

        var reading = ConfigurationReader.Read(part.ToSource(), formats);
        errors.AddRange(reading.Errors);
        return reading.Errors is [var first, ..] ? RepositoryConfiguration.Wrong(first) : reading.Configuration!;
    }
}
