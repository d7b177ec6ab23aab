using System.Diagnostics;

namespace Basewatch.Core.Telemetry;

/// <summary>Every span: what docs/telemetry.md lists. Nobody listening, none is made.</summary>
public static class Traces
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Basewatch";

    /// <summary>The one source.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>A trigger: a trace begins here, whatever was under way before or a caller says.</summary>
    /// <param name="name">Of few.</param>
    /// <param name="kind"><see cref="ActivityKind.Server"/> for a request, <see cref="ActivityKind.Internal"/> for a timer.</param>
    public static Activity? Trigger(string name, ActivityKind kind)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        Activity.Current = null;
        return Source.StartActivity(name, kind);
    }

    /// <summary>A request to a registry or to GitHub. Its address is left out: it may hold what is nobody's business.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="kind">What is asked for, of few.</param>
    /// <param name="host">Who is asked.</param>
    public static Activity? Request(string method, string kind, string host)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var span = Source.StartActivity($"{method} {kind}", ActivityKind.Client);
        span?.SetTag(TagNames.Method, method).SetTag(TagNames.Server, host);
        return span;
    }

    /// <summary>Ends what <see cref="Request"/> began.</summary>
    /// <param name="span">The span.</param>
    /// <param name="status">HTTP status; null: no answer came.</param>
    public static void Answered(this Activity? span, int? status)
    {
        if (span is null)
        {
            return;
        }

        if (status is { } number)
        {
            span.SetTag(TagNames.Status, number);
        }

        // A tag that is not there and a sign-in that is asked for are answers too; they are told apart by their status.
        if (status is null or >= 400)
        {
            span.SetTag(TagNames.Error, status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no_answer").SetStatus(ActivityStatusCode.Error);
        }
    }
}
