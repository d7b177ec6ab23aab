using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Ports;

/// <summary>Starts builds that others have configured, and follows them. Every call throws <see cref="BuildHostException"/> when it gets no answer.</summary>
public interface IBuildHost
{
    /// <summary>Starts a build.</summary>
    /// <returns>The build; its <see cref="BuildRun.Run"/> is null where its host does not say what it calls it.</returns>
    Task<BuildRun> StartAsync(BuildRequest request, CancellationToken cancellationToken);

    /// <summary>The build that a request has started; null when there is none, or it does not show yet.</summary>
    /// <param name="request">The request.</param>
    /// <param name="since">When it was made.</param>
    /// <param name="others">Builds that other requests have started, by <see cref="BuildRun.Run"/>, and by the ids of those that are on their way.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<BuildRun?> FindAsync(BuildRequest request, DateTimeOffset since, IReadOnlySet<string> others, CancellationToken cancellationToken);

    /// <summary>How a build is doing.</summary>
    Task<BuildRun> GetAsync(BuildRequest request, string run, CancellationToken cancellationToken);
}

/// <summary>A build to be started.</summary>
/// <param name="Id">Tells it from all others; the same when it is started again because nobody knows whether it was.</param>
/// <param name="Repository">The repository of the Dockerfile.</param>
/// <param name="Method">How.</param>
/// <param name="Image">The image that is built, for people.</param>
/// <param name="Reason">Why, for people: one line.</param>
public sealed record BuildRequest(string Id, RepositoryName Repository, RebuildMethod Method, string Image, string Reason)
{
    /// <summary>Whether a base that was pushed is its only reason: what a host does about that by itself is left to it.</summary>
    public bool IsForBase { get; init; } = true;

    /// <summary>What it is given, without placeholders.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A build.</summary>
/// <param name="Run">What its host calls it; null: not known yet.</param>
/// <param name="Url">Its page.</param>
/// <param name="State">How it is doing.</param>
/// <param name="Problem">Why it failed, or is left alone.</param>
public sealed record BuildRun(string? Run, string? Url, BuildState State, string? Problem = null);

/// <summary>How a build is doing.</summary>
public enum BuildState
{
    /// <summary>It waits or runs.</summary>
    Running,

    /// <summary>It has succeeded.</summary>
    Succeeded,

    /// <summary>It has failed, or was cancelled.</summary>
    Failed,

    /// <summary>It is left to its host, which starts it by itself when the base moves.</summary>
    LeftToHost,
}

/// <summary>A host of builds did not do what it was asked.</summary>
public sealed class BuildHostException : IOException
{
    /// <summary>Creates the exception.</summary>
    public BuildHostException(string host, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException) => (Host, RetryAfter) = (host, retryAfter);

    /// <summary>The host.</summary>
    public string Host { get; }

    /// <summary>How long the host asks to wait: nothing was started.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the host said no, so that nothing was started, and would say so again.</summary>
    public bool IsRefusal { get; init; }
}
