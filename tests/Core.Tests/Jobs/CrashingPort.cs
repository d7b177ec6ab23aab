using System.Reflection;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Thrown where the process is meant to have died: nothing in the product catches it.</summary>
internal sealed class CrashException : Exception;

/// <summary>Counts calls to ports, and lets the process die before or after one of them.</summary>
internal sealed class CrashPlan(int at, bool after)
{
    private int _calls;

    public bool Happened { get; private set; }

    /// <summary>Called around each call; throws from the planned one on, since a dead process calls nothing any more.</summary>
    public void Step(bool isAfter)
    {
        if (Happened)
        {
            throw new CrashException();
        }

        if (isAfter == after && _calls++ == at)
        {
            Happened = true;
            throw new CrashException();
        }
    }
}

/// <summary>A port behind a <see cref="CrashPlan"/>.</summary>
#pragma warning disable CA1852 // DispatchProxy makes a subclass of it.
internal class CrashingPort : DispatchProxy
{
    private object _inner = null!;

    private CrashPlan _plan = null!;

    public static T Around<T>(T inner, CrashPlan plan)
        where T : class
    {
        var proxy = Create<T, CrashingPort>();
        var port = (CrashingPort)(object)proxy;
        (port._inner, port._plan) = (inner, plan);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _plan.Step(isAfter: false);
        var result = targetMethod!.Invoke(_inner, args);
        if (result is Task task)
        {
            // The ports under test are in memory, or SQLite, which answers at once.
            task.Wait(TimeSpan.FromSeconds(30));
        }

        _plan.Step(isAfter: true);
        return result;
    }
}
