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

    /// <summary>Paths of files that are its configuration as a whole, from the root of a repository.</summary>
    IReadOnlyList<string> Files => [];

    /// <summary>Whether a YAML or JSON file may have <see cref="FindParts">parts</see> of its configuration: it is decoded for it then. Asked for every such file.</summary>
    /// <param name="path">Its path from the root of the repository.</param>
    /// <param name="bytes">Its content in UTF-8.</param>
    bool MayHaveParts(string path, ReadOnlySpan<byte> bytes) => false;

    /// <summary>
    /// Makes the policy that a text in the tool's own words describes: YAML or JSON, one document, without what says which
    /// images it is for.
    /// </summary>
    /// <param name="text">The text. Hostile: any size, depth and expression.</param>
    PolicyReading ReadPolicy(SourceFile text);

    /// <summary>The parts of its configuration in a YAML or JSON file that names images, or might.</summary>
    /// <param name="file">The file.</param>
    /// <param name="uses">What it uses.</param>
    IEnumerable<ConfigurationPart> FindParts(SourceFile file, IReadOnlyList<ImageUse> uses) => [];

    /// <summary>Formats that its configuration defines for the repository.</summary>
    /// <param name="parts">Its whole files.</param>
    IReadOnlyList<RegexFormat> ReadFormats(IReadOnlyList<ConfigurationPart> parts) => [];

    /// <summary>
    /// The rules of a repository. Nothing throws, whatever the texts. Where they are wrong, what the tool would decide for
    /// stays as it is: a rule says so.
    /// </summary>
    /// <param name="parts">Every part of its configuration, by path and line: whole files and parts of others.</param>
    DialectReading ReadRules(IReadOnlyList<ConfigurationPart> parts) => DialectReading.None;
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

/// <summary>What a dialect's configuration says of a repository.</summary>
/// <param name="Rules">The rules; null where there are none.</param>
/// <param name="Errors">What is wrong, with file and line.</param>
/// <param name="Remarks">What is right and has no meaning here, each once.</param>
public sealed record DialectReading(IRuleSet? Rules, IReadOnlyList<FileProblem> Errors, IReadOnlyList<FileProblem> Remarks)
{
    /// <summary>No configuration.</summary>
    public static DialectReading None { get; } = new(null, [], []);
}
