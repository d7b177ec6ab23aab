using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>What there is to say of a repository's configuration: mistakes with their places, and what has no meaning here, each once.</summary>
internal sealed class Findings
{
    private readonly HashSet<FileProblem> _errors = [];
    private readonly Dictionary<string, FileProblem> _remarks = new(StringComparer.Ordinal);

    /// <summary>By file and line.</summary>
    public IReadOnlyList<FileProblem> Errors => [.. _errors.OrderBy(e => e.Path, StringComparer.Ordinal).ThenBy(e => e.Line)];

    /// <summary>By file and line.</summary>
    public IReadOnlyList<FileProblem> Remarks => [.. _remarks.Values.OrderBy(r => r.Path, StringComparer.Ordinal).ThenBy(r => r.Line)];

    /// <summary>Tells what is wrong.</summary>
    public void Wrong(FileProblem problem)
    {
        if (_errors.Count < ConfigurationText.MostErrors)
        {
            _errors.Add(problem);
        }
    }

    /// <summary>Tells what is wrong in a line.</summary>
    public void Wrong(string path, int? line, string message) => Wrong(new FileProblem(path, line, message));

    /// <summary>Tells what has no meaning here, the first time that this is said.</summary>
    public void Remark(string path, int? line, string message)
    {
        if (_remarks.Count < ConfigurationText.MostErrors)
        {
            _remarks.TryAdd(message, new FileProblem(path, line, message));
        }
    }
}
