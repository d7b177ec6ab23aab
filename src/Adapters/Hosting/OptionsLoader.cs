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
            configuration.GetSection(BasewatchOptions.Section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            // The binder names what it does not know at the end of its sentence, and where a value is that is not of its kind; within a list
            // it wraps that in another, which says nothing.
            var cause = e;
            while (cause.InnerException is InvalidOperationException inner)
            {
                cause = inner;
            }

            var message = cause.Message.TrimEnd('.');
            var names = message.Contains("ErrorOnUnknownConfiguration", StringComparison.Ordinal) ? message[(message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..] : null;

            // The value stands before its place, and may be a secret.
            var place = message.LastIndexOf(" at '", StringComparison.Ordinal);
            message = place < 0 ? message : $"the value{message[place..].TrimEnd('\'').Replace("' to type '", "' is no ", StringComparison.Ordinal)}";
            throw new FormatException(names is null ? message : $"under {BasewatchOptions.Section} there is no setting {names}", e);
        }

        // Empty is what a file of settings leaves that nobody has filled in; without anything in its place that is told.
        if (options.GitHub is { Token: null or "", App: null } && configuration["GITHUB_TOKEN"] is { Length: > 0 } token)
        {
            options.GitHub.Token = token;
        }
        else if (options.GitHub is { Token: "", App: not null })
        {
            options.GitHub.Token = null;
        }

        if (configuration[$"{BasewatchOptions.Section}:GitHub:ApiBaseAddress"] is null
            && Uri.TryCreate(configuration["GITHUB_API_URL"], UriKind.Absolute, out var address))
        {
            options.GitHub.ApiBaseAddress = address;
        }

        return options;
    }
}
