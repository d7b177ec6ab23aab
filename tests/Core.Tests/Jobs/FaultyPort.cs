using System.Reflection;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Lets one call to a host fail, before it does anything or after.</summary>
internal sealed class FaultPlan(int at, bool after)
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

/// <summary>A host behind a <see cref="FaultPlan"/>.</summary>
#pragma warning disable CA1852 // DispatchProxy makes a subclass of it.
internal class FaultyPort : DispatchProxy
{
    private object _inner = null!;

    private FaultPlan _plan = null!;

    public static T Around<T>(T inner, FaultPlan plan)
        where T : class
    {
        var proxy = Create<T, FaultyPort>();
        var port = (FaultyPort)(object)proxy;
        (port._inner, port._plan) = (inner, plan);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _plan.Step(targetMethod!.Name, isAfter: false);
        var result = targetMethod.Invoke(_inner, args);
        _plan.Step(targetMethod.Name, isAfter: true);
        return result;
    }
}
