using Basewatch.Core.Alerts;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>What each owner of repositories wants to be told, and to whom.</summary>
public sealed class AlertConfiguration(OrganisationConfiguration organisation, FormatCatalog formats, IChannels? channels = null)
{
    /// <summary>The channels that there are.</summary>
    public IReadOnlyList<string> Channels { get; } = [.. (channels?.Names ?? []).Where(n => !string.Equals(n, AlertRoutes.Issue, StringComparison.OrdinalIgnoreCase))];

    /// <summary>What an owner says in the repository <c>.github</c>; the defaults where that says nothing.</summary>
    public async Task<OwnerAlerts> FindAsync(string owner, CancellationToken cancellationToken)
    {
        // What holds for any of its repositories, whatever that is called.
        if (await organisation.FindAsync(RepositoryName.Parse($"{owner}/-"), cancellationToken).ConfigureAwait(false) is not { } part)
        {
            return new OwnerAlerts(owner, AlertSettings.Default, new AlertRoutes([], Channels), null);
        }

        var reading = ConfigurationReader.Read(part.ToSource(), formats);
        var settings = reading.Configuration?.Alerts?.Value ?? AlertSettings.Default;
        return new OwnerAlerts(owner, settings, new AlertRoutes(settings.Routes, Channels), reading.Errors.Count > 0 ? reading.Errors[0] : null)
        {
            Lifecycles = reading.Configuration?.Lifecycles ?? LifecycleOverlay.None,
        };
    }
}

/// <summary>What an owner of repositories wants to be told, and to whom.</summary>
/// <param name="Owner">Who.</param>
/// <param name="Settings">When.</param>
/// <param name="Routes">To whom.</param>
/// <param name="Problem">What is wrong with it; null when all is well. Nothing may be told by what is wrong.</param>
public sealed record OwnerAlerts(string Owner, AlertSettings Settings, AlertRoutes Routes, FileProblem? Problem)
{
    /// <summary>Products, cycles and dates of its own.</summary>
    public LifecycleOverlay Lifecycles { get; init; } = LifecycleOverlay.None;

    /// <summary>What is odd about it, a sentence each.</summary>
    public IReadOnlyList<string> Problems =>
    [
        .. Problem is null ? Array.Empty<string>() : [$"{Problem}: nothing is told until that is right"],
        .. Routes.Unknown.Select(u => $"alerts of {Owner}: a route names the channel '{Images.Excerpt.Of(u)}', which the settings do not have"),
    ];
}
