using System.Reflection;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>What becomes of the calls to ports.</summary>
internal interface ICallPlan
{
    /// <summary>Called before and after each call; throws where it shall fail.</summary>
    void Step(string call, bool isAfter);
}

/// <summary>A port behind a plan: what a call does is done before the plan hears that it is.</summary>
#pragma warning disable CA1852 // DispatchProxy makes a subclass of it.
internal class PlannedPort : DispatchProxy
{
    private object _inner = null!;

    private ICallPlan _plan = null!;

    public static T Around<T>(T inner, ICallPlan plan)
        where T : class
    {
        var proxy = Create<T, PlannedPort>();
        var port = (PlannedPort)(object)proxy;
        (port._inner, port._plan) = (inner, plan);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _plan.Step(targetMethod!.Name, isAfter: false);
        var result = targetMethod.Invoke(_inner, args);
        if (result is Task task)
        {
            // The ports under test are in memory, or SQLite, which answers at once.
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30));
        }

        _plan.Step(targetMethod.Name, isAfter: true);
        return result;
    }
}
