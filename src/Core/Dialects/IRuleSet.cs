using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects;

/// <summary>The rules of one configuration, in the order in which it asks them.</summary>
public interface IRuleSet
{
    /// <summary>
    /// The rule that is in force for a use; null where the configuration has nothing to say of it. For uses that it treats
    /// alike it is the same object. Called from several threads.
    /// </summary>
    PolicyRule? For(ImageUse use);

    /// <summary>What of it names files or folders that are not there: most likely a slip.</summary>
    /// <param name="paths">Every file of the repository.</param>
    IEnumerable<FileProblem> FindUnmatched(IReadOnlyList<string> paths) => [];
}
