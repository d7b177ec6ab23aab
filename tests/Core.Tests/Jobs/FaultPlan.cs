using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Lets one call to a host fail, before it does anything or after.</summary>
internal sealed class FaultPlan(int at, bool after) : ICallPlan
{
    private static readonly string[] Questions = ["Get", "List", "Find", "May"];

    private int _calls;

    /// <summary>Which call it was; null: there were not so many.</summary>
    public string? Failed { get; private set; }

    /// <summary>Counts a call, and throws if it is the one.</summary>
    public void Step(string call, bool isAfter)
    {
        // A question that was answered to nobody is one that was not asked.
        if (isAfter == after && !(isAfter && IsQuestion(call)) && _calls++ == at)
        {
            Failed = $"{call} {(after ? "after" : "before")} its effect";
            throw new RepositoryHostException("memory", RepositoryHostFailure.Unreachable, "the connection broke");
        }
    }

    private static bool IsQuestion(string call) => Questions.Any(w => call.StartsWith(w, StringComparison.Ordinal));
}
