using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>The tag stays: <c>never</c>, no policy, or <c>force</c> with <c>matchTag</c>, under which only its digest moves.</summary>
/// <param name="reason">Why.</param>
internal sealed class KeelStayPolicy(string reason) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "keel";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question) => Verdict.Stay(reason);
}
