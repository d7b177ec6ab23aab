using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Basewatch.Core.Telemetry;

namespace Basewatch.Core.Jobs;

/// <summary>
/// A job on its way, with what telemetry wants to know of it: nothing decides by that, and a message without it is as good. It stays small:
/// <c>{"job":"reconcile","repository":"octo-org/web","traceparent":"00-…-…-01","due":1700000000000}</c>.
/// </summary>
/// <param name="Job">The job.</param>
public sealed record JobMessage(Job Job)
{
    private const string Parent = "traceparent";

    /// <summary>As <see cref="Parent"/>, of a trace that has ended: what was put off begins another, which links to it, so that none goes on for ever.</summary>
    private const string Link = "tracelink";

    private const string DueTime = "due";

    /// <summary>The span that it comes from, as W3C Trace Context writes it; null: of none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Whether another trace begins with it.</summary>
    public bool BeginsTrace { get; init; }

    /// <summary>When it is due; null: nobody wants to know.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>A job that is put into a queue now.</summary>
    /// <param name="job">The job.</param>
    /// <param name="due">When it is due.</param>
    public static JobMessage Of(Job job, DateTimeOffset due)
    {
        ArgumentNullException.ThrowIfNull(job);
        var span = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Recorded: true } current ? current : null;
        return new JobMessage(job)
        {
            TraceParent = span?.Id,
            BeginsTrace = span is not null && IsOf(job, span),
            Due = Instruments.IsQueueAgeWanted ? due : null,
        };
    }

    /// <summary>Reads a message, of this version or another; what is odd about its origin does not count.</summary>
    /// <exception cref="JsonException">It holds no job.</exception>
    public static JobMessage FromJson(string json)
    {
        var message = new JobMessage(Job.FromJson(json));
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return message with
        {
            TraceParent = Text(root, Parent) ?? Text(root, Link),
            BeginsTrace = Text(root, Parent) is null,
            Due = root.TryGetProperty(DueTime, out var due) && due.ValueKind == JsonValueKind.Number && due.TryGetInt64(out var time) && time is > 0 and < 253402300800000
                ? DateTimeOffset.FromUnixTimeMilliseconds(time)
                : null,
        };

        static string? Text(JsonElement root, string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: 55 } text && ActivityContext.TryParse(text, null, out _) ? text : null;
    }

    /// <summary>One line of JSON: that of the job, where there is nothing to add.</summary>
    public string ToJson()
    {
        if (TraceParent is null && Due is null)
        {
            return Job.ToJson();
        }

        var json = JsonNode.Parse(Job.ToJson())!.AsObject();
        if (TraceParent is not null)
        {
            json[BeginsTrace ? Link : Parent] = TraceParent;
        }

        if (Due is { } due)
        {
            json[DueTime] = due.ToUnixTimeMilliseconds();
        }

        return json.ToJsonString();
    }

    /// <summary>Begins the span of doing it; null where nobody listens.</summary>
    internal Activity? Begin()
    {
        if (!Traces.Source.HasListeners())
        {
            return null;
        }

        var around = Activity.Current;
        var links = new List<ActivityLink>();
        if (around is { Recorded: true })
        {
            // The Functions host's own span of this delivery.
            links.Add(new ActivityLink(around.Context));
        }

        ActivityContext parent = default;
        if (TraceParent is not null && ActivityContext.TryParse(TraceParent, null, isRemote: true, out var origin))
        {
            if (BeginsTrace)
            {
                links.Add(new ActivityLink(origin));
            }
            else
            {
                parent = origin;
            }
        }

        Activity.Current = null;
        var span = Traces.Source.StartActivity($"process {Job.GetType().Name}", ActivityKind.Consumer, parent, tags: null, links);
        if (span is null)
        {
            Activity.Current = around;
            return null;
        }

        span.SetTag("messaging.operation.name", "process").SetTag("messaging.operation.type", "process").SetTag(TagNames.Job, Job.GetType().Name);
        if (Job.Subject.Length > 0)
        {
            span.SetTag(TagNames.Subject, Job.Subject);
        }

        span.SetCustomProperty(nameof(Job), Job);
        return span;
    }

    /// <summary>Ends it.</summary>
    internal static void End(Activity? span, JobOutcome outcome)
    {
        span?.SetTag(TagNames.Outcome, NameOf(outcome));
        switch (outcome)
        {
            case JobFailed failed:
                span?.SetStatus(ActivityStatusCode.Error, failed.Reason);
                break;
            case JobPostponed postponed:
                span?.AddEvent(new ActivityEvent(
                    "postponed", tags: new ActivityTagsCollection { ["reason"] = postponed.Reason, ["seconds"] = Math.Round(postponed.After.TotalSeconds, 1).ToString(CultureInfo.InvariantCulture) }));
                break;
        }
    }

    /// <summary>What became of a job, in a word.</summary>
    internal static string NameOf(JobOutcome outcome) => outcome switch
    {
        JobFailed => "failed",
        JobPostponed => "postponed",
        JobUnfinished => "unfinished",
        _ => "done",
    };

    /// <summary>Whether a span is of doing this very job: it is put into the queue once more.</summary>
    private static bool IsOf(Job job, Activity span)
    {
        for (Activity? one = span; one is not null; one = one.Parent)
        {
            if (one.GetCustomProperty(nameof(Job)) is Job doing)
            {
                return doing == job;
            }
        }

        return false;
    }
}
