using Microsoft.Extensions.Configuration;

namespace Basewatch.Adapters.Hosting;

/// <summary>Reads <see cref="BasewatchOptions"/> from a configuration.</summary>
public static class OptionsLoader
{
    /// <summary>
    /// Reads the settings. Where they name no GitHub token and no App, <c>GITHUB_TOKEN</c> and <c>GITHUB_API_URL</c> are
    /// taken, which GitHub Actions sets.
    /// </summary>
    /// <exception cref="FormatException">A value is not of its kind; the message names its key.</exception>
    public static BasewatchOptions Load(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new BasewatchOptions();
        try
        {
            configuration.GetSection(BasewatchOptions.Section).Bind(options);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException(e.Message, e);
        }

        if (options.GitHub is { Token: null, App: null } && configuration["GITHUB_TOKEN"] is { Length: > 0 } token)
        {
            options.GitHub.Token = token;
        }

        if (configuration[$"{BasewatchOptions.Section}:GitHub:ApiBaseAddress"] is null
            && Uri.TryCreate(configuration["GITHUB_API_URL"], UriKind.Absolute, out var address))
        {
            options.GitHub.ApiBaseAddress = address;
        }

        return options;
    }
}
