using Basewatch.Core.Dialects;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>What a person does not want.</summary>
/// <param name="Number">The pull request where it was said.</param>
/// <param name="Scope">How far it goes.</param>
/// <param name="Ids"><see cref="ChangeSet.IdOf(Update, RefusalScope)"/> of what was proposed.</param>
/// <param name="IsDone">Whether the pull request was closed for it: one that is open all the same was opened again by a person.</param>
public sealed record Refusal(int Number, RefusalScope Scope, IReadOnlyList<string> Ids, bool IsDone);
