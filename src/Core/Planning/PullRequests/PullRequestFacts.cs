using System.Collections.Immutable;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Vulnerabilities;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>What a pull request tells besides its updates.</summary>
public sealed record PullRequestFacts
{
    /// <summary>Why some of its updates could not be written.</summary>
    public IReadOnlyList<FileProblem> Dropped { get; init; } = [];

    /// <summary>Whether the branch holds a package of its change set.</summary>
    internal bool IsWritten(Packages.PackageUpdate package) => !Dropped.Any(d => d.Path == package.Use.Path && (d.Line is null || d.Line == package.Use.Line));

    /// <summary>What the repository and its organisation say of lifecycles.</summary>
    public LifecycleOverlay Lifecycles { get; init; } = LifecycleOverlay.None;

    /// <summary>What counts of vulnerabilities.</summary>
    public VulnerabilitySettings Vulnerabilities { get; init; } = VulnerabilitySettings.Usual;

    /// <summary>The lifecycle of a reference, where one is known.</summary>
    public Func<ImageReference, ImageLifecycle?> LifecycleOf { get; init; } = _ => null;

    /// <summary>What is known of the images that updates are about.</summary>
    public IReadOnlyDictionary<ImageStep, ImageStepContent> Contents { get; init; } = ImmutableDictionary<ImageStep, ImageStepContent>.Empty;

    /// <summary>How the repository words its commits.</summary>
    public CommitHabit Habit { get; init; } = CommitHabit.None;

    /// <summary>When the words are written, for ages; null: no ages.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>What a person has to know of it, each a sentence of Markdown: that its checks don't start by themselves, say.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Of an image that is near or past its end of life and stays: where the way out is, a sentence or two of Markdown; null where none is known.</summary>
    public Func<ImageReference, string?> WayOutOf { get; init; } = _ => null;

    /// <summary>Whether somebody looks at its comments, labels and checkboxes, so that it can be told what to do.</summary>
    public bool IsAttended { get; init; }
}

/// <summary>One image in the place of another.</summary>
/// <param name="Before">What is there, with its digest where it has one.</param>
/// <param name="After">What is to be there.</param>
public sealed record ImageStep(ImageReference Before, ImageReference After)
{
    /// <summary>The step of an update.</summary>
    public static ImageStep Of(Update update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return new(update.Use.Reference!, update.Target);
    }
}

/// <summary>What registries say of the images of a step, for one platform.</summary>
/// <param name="Platform">Which.</param>
/// <param name="Before">The image that is there; null where it is not known.</param>
/// <param name="After">The image that is to be there; null where it is not known.</param>
public sealed record ImageStepContent(Platform? Platform, ImageDescription? Before, ImageDescription? After)
{
    /// <summary>Where the sources are; null in doubt.</summary>
    public SourceLinks? Links { get; init; }

    /// <summary>What becomes of vulnerabilities, without those that do not count; null where that is not known.</summary>
    public VulnerabilityComparison? Vulnerabilities { get; init; }

    /// <summary>What is otherwise; null where one of them is not known.</summary>
    public ImageComparison? Comparison => Before is null || After is null ? null : ImageComparison.Of(Before, After);
}
