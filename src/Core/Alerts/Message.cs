namespace Basewatch.Core.Alerts;

/// <summary>
/// Something to be told to people, as text without any markup: each channel renders it in its own way, and escapes it there, since much
/// of it was written by strangers.
/// </summary>
/// <param name="Id">Tells it from every other message for ever; sent twice it is the same, so that a receiver can drop the second.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Title">One line: <c>Python 3.8 reaches its end of life in 30 days</c>.</param>
/// <param name="At">When it was made.</param>
public sealed record Message(string Id, MessageKind Kind, Severity Severity, string Title, DateTimeOffset At)
{
    /// <summary>What stands below the title, a paragraph each.</summary>
    public IReadOnlyList<string> Paragraphs { get; init; } = [];

    /// <summary>Names and values.</summary>
    public IReadOnlyList<MessageFact> Facts { get; init; } = [];

    /// <summary>What it lists.</summary>
    public IReadOnlyList<MessageTable> Tables { get; init; } = [];

    /// <summary>What can be done about it, the most important first.</summary>
    public IReadOnlyList<MessageLink> Actions { get; init; } = [];

    /// <summary>What it is about, for machines: the product and cycle, the repository; see <c>docs/alerts.md</c>.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A name and a value.</summary>
/// <param name="Name">A word or two.</param>
/// <param name="Value">A line.</param>
public sealed record MessageFact(string Name, string Value);

/// <summary>A list of rows, such as every place that uses an image.</summary>
/// <param name="Title">What it lists.</param>
/// <param name="Columns">A title each.</param>
/// <param name="Rows">Each has a cell for each column. A channel that can't take all of them sends the rest in more parts.</param>
public sealed record MessageTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<MessageCell>> Rows);

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it shows.</param>
/// <param name="Url">Where it leads: an https address that Basewatch made; null: nowhere.</param>
public sealed record MessageCell(string Text, string? Url = null);

/// <summary>A button or a link.</summary>
/// <param name="Title">What it says.</param>
/// <param name="Url">Where it leads: an https address that Basewatch made.</param>
public sealed record MessageLink(string Title, string Url);

/// <summary>What a message is about.</summary>
public enum MessageKind
{
    /// <summary>A product's cycle in use is near or past its end of life.</summary>
    EndOfLife,

    /// <summary>Pull requests wait for too long.</summary>
    Waiting,

    /// <summary>Pull requests were merged by Basewatch.</summary>
    Merged,

    /// <summary>A change was taken back.</summary>
    RolledBack,

    /// <summary>Basewatch itself can't do its work somewhere.</summary>
    Failure,

    /// <summary>What happened in a week.</summary>
    Digest,

    /// <summary>Own images are not built again as they should be.</summary>
    Rebuild,
}

/// <summary>How much a message matters.</summary>
public enum Severity
{
    /// <summary>Good news.</summary>
    Good,

    /// <summary>To be known.</summary>
    Information,

    /// <summary>Something has to be done some day.</summary>
    Warning,

    /// <summary>Something has to be done now.</summary>
    Attention,
}
