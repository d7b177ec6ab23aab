namespace Basewatch.Core.Tests.Jobs;

/// <summary>Thrown where the process is meant to have died: nothing in the product catches it.</summary>
internal sealed class CrashException : Exception;

/// <summary>Counts calls to ports, and lets the process die before or after one of them.</summary>
internal sealed class CrashPlan(int at, bool after) : ICallPlan
{
    private int _calls;

    public bool Happened { get; private set; }

    /// <summary>The call at which it happened.</summary>
    public string? Call { get; private set; }

    /// <summary>Called around each call; throws from the planned one on, since a dead process calls nothing any more.</summary>
    public void Step(string call, bool isAfter)
    {
        if (Happened)
        {
            throw new CrashException();
        }

        if (isAfter == after && _calls++ == at)
        {
            Happened = true;
            Call = call;
            throw new CrashException();
        }
    }
}
