namespace Basewatch.World.GitHub;

/// <summary>A request as the server got it.</summary>
/// <param name="Number">Counts from 1, for as long as the server runs.</param>
/// <param name="Method">GET, POST, …</param>
/// <param name="Path">Path and query.</param>
/// <param name="Template">The address as GitHub's documentation writes it (<c>/repos/{owner}/{repo}/pulls</c>), or empty where there is none.</param>
/// <param name="Body">As it was sent.</param>
/// <param name="Login">Who asked; empty: nobody that is known.</param>
/// <param name="Status">What was answered; 0: the connection broke.</param>
public sealed record GitHubRequest(int Number, string Method, string Path, string Template, string Body, string Login, int Status)
{
    /// <summary>Whether it could change something.</summary>
    public bool Writes => Method is not ("GET" or "HEAD");
}

/// <summary>How a request fails.</summary>
public enum FailureKind
{
    /// <summary>502, and nothing is done.</summary>
    ErrorBefore,

    /// <summary>The connection breaks off within the answer, and nothing is done.</summary>
    BrokenBefore,

    /// <summary>It is done, and 502 is answered.</summary>
    ErrorAfter,

    /// <summary>It is done, and the connection breaks off within the answer.</summary>
    BrokenAfter,
}

/// <summary>A failure that waits for its request.</summary>
public sealed class PlannedFailure
{
    private readonly Func<GitHubRequest, bool> _when;
    private int _before;
    private int _times;

    internal PlannedFailure(FailureKind kind, Func<GitHubRequest, bool> when, int nth, int times) => (Kind, _when, _before, _times) = (kind, when, nth - 1, times);

    /// <summary>How.</summary>
    public FailureKind Kind { get; }

    /// <summary>The requests that failed by it.</summary>
    public IReadOnlyList<GitHubRequest> Hits { get; private set; } = [];

    /// <summary>Whether any did.</summary>
    public bool WasHit => Hits.Count > 0;

    internal bool Takes(GitHubRequest request)
    {
        if (_times == 0 || !_when(request) || _before-- > 0)
        {
            return false;
        }

        _times--;
        Hits = [.. Hits, request];
        return true;
    }
}
