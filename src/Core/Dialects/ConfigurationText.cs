using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>A text of configuration: opens its mappings, and keeps what is wrong with it and what of it has no meaning here, each once and with its line.</summary>
/// <param name="file">The text.</param>
internal sealed class ConfigurationText(SourceFile file)
{
    /// <summary>The most that is told; who has more mistakes mends these first.</summary>
    public const int MostErrors = 100;

    private readonly HashSet<FileProblem> _errors = [];
    private readonly Dictionary<string, FileProblem> _remarks = new(StringComparer.Ordinal);

    /// <summary>The text.</summary>
    public SourceFile File => file;

    /// <summary>The longest text that a key may have, in characters.</summary>
    public int LongestText { get; init; } = 2000;

    /// <summary>Whether a key with null or an empty text is a mistake; otherwise a key with null is one that is not there.</summary>
    public bool NeedsValues { get; init; }

    /// <summary>The name of a key that may be written in several ways.</summary>
    public Func<string, string>? NameOf { get; init; }

    /// <summary>What to say of a key that is not known, after its name; null where there is nothing better than the nearest one.</summary>
    public Func<string, string?>? HintOf { get; init; }

    /// <summary>What is wrong, in the order of the lines.</summary>
    public IReadOnlyList<FileProblem> Errors => [.. _errors.OrderBy(e => e.Line ?? int.MaxValue)];

    /// <summary>What has no meaning here, in the order of the lines.</summary>
    public IReadOnlyList<FileProblem> Remarks => [.. _remarks.Values.OrderBy(r => r.Line ?? int.MaxValue)];

    /// <summary>How often something was wrong, told or not.</summary>
    internal int ErrorCount { get; private set; }

    /// <summary>Whether further errors would not be told.</summary>
    public bool IsFull => _errors.Count >= MostErrors;

    /// <summary>The mapping that the whole text is; null where it is none, which is an error.</summary>
    /// <param name="hint">What to write instead.</param>
    /// <param name="longest">The longest text, in characters.</param>
    /// <param name="mayBeEmpty">Whether a text with nothing in it is an empty mapping.</param>
    public YamlMapping? Root(string hint, int longest = SourceFile.LargestFile, bool mayBeEmpty = false)
    {
        if (file.Text.Length > longest)
        {
            Wrong((int?)null, $"the text is longer than {longest / 1024} KiB, the most that is read");
            return null;
        }

        var stream = YamlStream.Read(file);
        switch (stream)
        {
            case { Problem: { } problem }:
                Wrong(problem.Line, problem.Message);
                return null;
            case { Documents: [] or [YamlScalar { IsNull: true }] } when mayBeEmpty:
                return new YamlMapping(0, null);
            case { Documents: [_, var second, ..] }:
                Wrong(second, "there is more than one document: write all into one");
                return null;
            case { Documents: [{ Target: YamlMapping mapping }] }:
                return mapping;
            default:
                Wrong(stream.Documents.Count == 0 ? file.PositionOf(0).Line : LineOf(stream.Documents[0]), hint);
                return null;
        }
    }

    /// <summary>Opens a mapping: what is no key of it, or is a key twice, is an error.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="within">What it belongs to, for people: <c>a rule under ignore</c>; empty at the top.</param>
    /// <param name="known">Its keys.</param>
    public ConfigurationMapping Open(YamlMapping mapping, string within, IReadOnlyCollection<string> known) => new(this, mapping, within, known);

    /// <summary>The line of a node.</summary>
    public int LineOf(YamlNode node) => file.PositionOf(node.Start).Line;

    /// <summary>Tells what is wrong with a node.</summary>
    public void Wrong(YamlNode node, string message) => Wrong(LineOf(node), message);

    /// <summary>Tells what is wrong in a line.</summary>
    public void Wrong(int? line, string message)
    {
        ErrorCount++;
        if (_errors.Count < MostErrors - 1)
        {
            _errors.Add(new FileProblem(file.Path, line, message));
        }
        else
        {
            _errors.Add(new FileProblem(file.Path, null, "there are more mistakes than these"));
        }
    }

    /// <summary>Tells what is wrong with a node unless something succeeded, and gives that back.</summary>
    public bool Check(YamlNode node, bool succeeded, string? error)
    {
        if (!succeeded)
        {
            Wrong(node, error!);
        }

        return succeeded;
    }

    /// <summary>Reads a regular expression; null where it is none, which is told.</summary>
    public GoExpression? Expression(YamlScalar written, TimeSpan? longestMatch = null)
    {
        Check(written, GoExpression.TryParse(written.Value, out var expression, out var error, longestMatch: longestMatch), error?.About(written.Value));
        return expression;
    }

    /// <summary>Tells what has no meaning here, the first time that this is said.</summary>
    public void Remark(YamlNode node, string message)
    {
        if (_remarks.Count < MostErrors)
        {
            _remarks.TryAdd(message, new FileProblem(file.Path, LineOf(node), message));
        }
    }

    /// <summary>A policy with what there is to say of it; none where something is wrong.</summary>
    public PolicyReading Reading(IPolicy? policy) => new(_errors.Count > 0 ? null : policy, Errors, Remarks);
}
