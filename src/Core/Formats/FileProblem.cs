namespace Basewatch.Core.Formats;

/// <summary>Why a file, or a part of it, could not be read.</summary>
/// <param name="Path">Path from the root of the repository.</param>
/// <param name="Line">From 1; null where the whole file is meant.</param>
/// <param name="Message">What is wrong and what to do, one sentence without a full stop.</param>
public sealed record FileProblem(string Path, int? Line, string Message)
{
    /// <summary><c>path:line: message</c>.</summary>
    public override string ToString() => Line is null ? $"{Path}: {Message}" : $"{Path}:{Line}: {Message}";
}
