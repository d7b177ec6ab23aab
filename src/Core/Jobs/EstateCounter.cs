using Basewatch.Core.Jobs.State;
using Basewatch.Core.Telemetry;

namespace Basewatch.Core.Jobs;

/// <summary>Counts everything, where anybody wants to know: what the metrics tell of uses, pull requests and failures.</summary>
public sealed class EstateCounter(Memory memory)
{
    /// <summary>Reads the store once.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        if (!Instruments.IsEstateWanted)
        {
            return;
        }

        var uses = new Dictionary<string, long>(StringComparer.Ordinal) { ["current"] = 0, ["behind"] = 0, ["undecided"] = 0, ["excluded"] = 0 };
        var pullRequests = new Dictionary<string, long>(StringComparer.Ordinal) { ["open"] = 0 };
        var repositories = 0;
        await foreach (var summary in memory.ListSummariesAsync(cancellationToken).ConfigureAwait(false))
        {
            repositories++;
            uses["current"] += summary.Current;
            uses["behind"] += summary.Behind;
            uses["undecided"] += summary.Undecided;
            uses["excluded"] += summary.Excluded;
            foreach (var pullRequest in summary.PullRequests)
            {
                var state = pullRequest.IsOpen ? "open" : pullRequest.State;
                pullRequests[state] = pullRequests.GetValueOrDefault(state) + 1;
            }
        }

        var failures = await memory.ListFailuresAsync(cancellationToken).CountAsync(f => f.Times > 0, cancellationToken).ConfigureAwait(false);
        Instruments.NoteEstate(EstateCount.Of(uses, pullRequests, repositories, failures));
    }
}
