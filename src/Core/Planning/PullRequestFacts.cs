using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Planning;

/// <summary>What a pull request tells besides its updates.</summary>
public sealed record PullRequestFacts
{
    /// <summary>Why some of its updates could not be written.</summary>
    public IReadOnlyList<FileProblem> Dropped { get; init; } = [];

    /// <summary>The lifecycle of a reference, where one is known.</summary>
    public Func<Images.ImageReference, ImageLifecycle?> LifecycleOf { get; init; } = _ => null;

    /// <summary>What a person has to know of it, each a sentence of Markdown: that its checks don't start by themselves, say.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether somebody looks at its comments, labels and checkboxes, so that it can be told what to do.</summary>
    public bool IsAttended { get; init; }
}
