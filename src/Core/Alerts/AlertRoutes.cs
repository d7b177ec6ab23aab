using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Alerts;

/// <summary>
/// Who is told what, by an organisation's routes: the first that matches counts, and those after it where it says so. Without any
/// route everything goes to every channel.
/// </summary>
public sealed class AlertRoutes
{
    /// <summary>Name of the channel that stands for an issue in the repository itself.</summary>
    public const string Issue = "issue";

    private readonly IReadOnlyList<AlertRoute> _routes;
    private readonly FilePattern[][] _files;
    private readonly IReadOnlyList<string> _channels;

    /// <summary>Routes over the channels that there are.</summary>
    public AlertRoutes(IReadOnlyList<AlertRoute> routes, IReadOnlyList<string> channels)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(channels);
        (_routes, _channels) = (routes, channels);
        _files = [.. routes.Select(r => r.Files.SelectMany(FilePattern.Parse).ToArray())];
        NamesIssues = routes.Any(r => r.To.Contains(Issue, StringComparer.OrdinalIgnoreCase));
        NamesTeams = routes.Any(r => r.Teams.Count > 0);
        Unknown = [.. routes.SelectMany(r => r.To).Where(t => t != Issue && !channels.Contains(t, StringComparer.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Whether it takes a file's owners to tell its route.</summary>
    public bool NamesTeams { get; }

    /// <summary>Whether one leads to issues.</summary>
    public bool NamesIssues { get; }

    /// <summary>Names in routes that no channel has.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>The channels that are told, <see cref="Issue"/> not among them.</summary>
    public IReadOnlyList<string> For(AlertTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _routes.Count == 0 ? _channels : [.. _channels.Where(Named(target).Contains)];
    }

    /// <summary>Whether the routes ask for a channel, whether there is one of that name or not.</summary>
    /// <param name="channel">Its name, such as <see cref="Issue"/>; without any route nobody asks for that one.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="file">The file in it.</param>
    /// <param name="life">What ends.</param>
    /// <param name="owners">The file's owners, where <see cref="NamesTeams"/>.</param>
    /// <param name="severity">How much it matters.</param>
    public bool Wants(string channel, string repository, string file, Life life, IReadOnlyList<string>? owners = null, Severity severity = Severity.Attention) =>
        _routes.Count == 0
            ? _channels.Contains(channel, StringComparer.OrdinalIgnoreCase)
            : Named(new AlertTarget(MessageKind.EndOfLife, severity) { Repository = repository, Path = file, Owners = owners ?? [], Life = life }).Contains(channel);

    /// <summary>Whether an issue in the repository is asked for.</summary>
    public bool WantsIssue(AlertTarget target) => _routes.Count > 0 && Named(target).Contains(Issue);

    private HashSet<string> Named(AlertTarget target)
    {
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < _routes.Count; i++)
        {
            if (IsFor(_routes[i], _files[i], target))
            {
                named.UnionWith(_routes[i].To);
                if (!_routes[i].Continues)
                {
                    break;
                }
            }
        }

        return named;
    }

    private static bool IsFor(AlertRoute route, FilePattern[] files, AlertTarget target)
    {
        if ((route.Kinds.Count > 0 && !route.Kinds.Contains(target.Kind)) || target.Severity < route.Severity)
        {
            return false;
        }

        if (route.Repositories.Count > 0
            && (target.Repository is not { } repository || !AlertRoute.Matches(route.Repositories, repository, repository[(repository.IndexOf('/', StringComparison.Ordinal) + 1)..])))
        {
            return false;
        }

        if (files.Length > 0 && (target.Path is not { } path || !Array.Exists(files, f => f.IsMatch(path))))
        {
            return false;
        }

        if (route.Teams.Count > 0 && !target.Owners.Any(o => AlertRoute.Matches(route.Teams, o.TrimStart('@'))))
        {
            return false;
        }

        return route.Products.Count == 0
            || (target.Life is { } life && AlertRoute.Matches(route.Products, life.Key, life.Label, life.Title, life.Cycle is null ? life.Key : $"{life.Key} {life.Cycle}"));
    }
}

/// <summary>What is to be told of, as far as routes care.</summary>
/// <param name="Kind">What the message is about.</param>
/// <param name="Severity">How much it matters.</param>
public sealed record AlertTarget(MessageKind Kind, Severity Severity)
{
    /// <summary><c>owner/name</c>; null where it is about none.</summary>
    public string? Repository { get; init; }

    /// <summary>File; null where it is about none.</summary>
    public string? Path { get; init; }

    /// <summary>Owners of the file.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>What ends; null where nothing does.</summary>
    public Life? Life { get; init; }
}
