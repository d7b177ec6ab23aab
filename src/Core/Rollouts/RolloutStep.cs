namespace Basewatch.Core.Rollouts;

/// <summary>Why an update is made in a stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Line">Name of the line.</param>
public sealed record RolloutStep(Stage Stage, string Line)
{
    /// <summary>What the stage is called in keys, where that is not its name.</summary>
    public string? KeyName { get; init; }

    /// <summary>The freight that it brings as a whole; null: what policies decided, which makes a new one.</summary>
    public Freight? Freight { get; init; }

    /// <summary>The evidence by which it was promoted, each a sentence of plain text.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>Who had it promoted without waiting; null: nobody.</summary>
    public string? PromotedBy { get; init; }

    /// <summary>Why what is there is taken back, in one line of plain text; null: it is not.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether something older takes the place of what failed.</summary>
    public bool IsTakeBack => Failure is not null;

    /// <summary>The image or the group, for people.</summary>
    public string LineText => TextOf(Line);

    /// <summary>A line's name for people.</summary>
    public static string TextOf(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.StartsWith(GroupPrefix, StringComparison.Ordinal) ? line[GroupPrefix.Length..] : Images.ImageName.TryParse(line, out var image, out _) ? image.Familiar : line;
    }

    /// <summary>What the name of a group's line begins with.</summary>
    public const string GroupPrefix = "group ";
}
