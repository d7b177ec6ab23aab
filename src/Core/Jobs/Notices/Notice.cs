using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs.Notices;

/// <summary>Something that the world says of itself. It is only ever a cause to look: nothing in it is believed.</summary>
public abstract record Notice;

/// <summary>The default branch of a repository may have moved, or be another, or the repository may be gone.</summary>
/// <param name="Repository">Which.</param>
public sealed record RepositoryMoved(RepositoryName Repository) : Notice;

/// <summary>Somebody may have done something to a repository's pull requests, or to its issues.</summary>
/// <param name="Repository">Which.</param>
/// <param name="IsCheck">Whether it was a check: they come by the hundred, and matter only where one is waited for.</param>
public sealed record PullRequestsMoved(RepositoryName Repository, bool IsCheck) : Notice;

/// <summary>There may be other repositories to look after.</summary>
public sealed record RepositoriesChanged : Notice;

/// <summary>There may be something new about how freights do where they are.</summary>
/// <param name="Owner">Of whose repositories; null: nobody knows.</param>
public sealed record RolloutsMoved(string? Owner) : Notice;

/// <summary>An image may have been pushed or deleted.</summary>
/// <param name="Image">Which.</param>
public sealed record ImageMoved(ImageName Image) : Notice;
