using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Another tool's own configuration, or ours, read as policies. A dialect is one file in this folder and one line in
/// <see cref="DialectCatalog"/>; what it alone needs is in a folder of its name.
/// </summary>
public interface IDialect
{
    /// <summary>Short name in lower case: <c>flux</c>, <c>argocd</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Makes the policy that a text in the tool's own words describes: YAML or JSON, one document, without what says which
    /// images it is for.
    /// </summary>
    /// <param name="text">The text. Hostile: any size, depth and expression.</param>
    PolicyReading ReadPolicy(SourceFile text);
}

/// <summary>What a text says of a policy.</summary>
/// <param name="Policy">The policy; null where <see cref="Errors"/> say why there is none.</param>
/// <param name="Errors">What is wrong, with its line; nothing is decided by such a text.</param>
/// <param name="Remarks">What is right and has no meaning here: keys that are passed over, each once.</param>
public sealed record PolicyReading(IPolicy? Policy, IReadOnlyList<FileProblem> Errors, IReadOnlyList<FileProblem> Remarks)
{
    /// <summary>A policy, and nothing to say of it.</summary>
    public static PolicyReading Of(IPolicy policy) => new(policy, [], []);

    /// <summary>No policy.</summary>
    public static PolicyReading Wrong(params IReadOnlyList<FileProblem> errors) => new(null, errors, []);
}
