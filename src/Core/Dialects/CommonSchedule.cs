namespace Basewatch.Core.Dialects;

/// <summary>The times that several schedules share.</summary>
internal sealed record CommonSchedule : Schedule
{
    private const int MostTries = 1000;

    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    private readonly IReadOnlyList<Schedule> _schedules;

    private CommonSchedule(IReadOnlyList<Schedule> schedules) => _schedules = schedules;

    /// <inheritdoc/>
    public override string Text => string.Join("; ", _schedules.Select(s => s.Text).Distinct(StringComparer.Ordinal));

    /// <summary>The times that all share; null, which is always, for none.</summary>
    public static Schedule? Of(IEnumerable<Schedule> schedules) => schedules.Distinct().ToList() switch
    {
        [] => null,
        [var only] => only,
        var several => new CommonSchedule(several),
    };

    /// <inheritdoc/>
    public override bool IsOpen(DateTimeOffset time) => _schedules.All(s => s.IsOpen(time));

    /// <inheritdoc/>
    /// <remarks>Of schedules that open often and seldom together, one that is far off may not be found.</remarks>
    public override DateTimeOffset? NextOpening(DateTimeOffset after)
    {
        var time = after;
        for (var i = 0; i < MostTries; i++)
        {
            var begins = time;
            foreach (var schedule in _schedules)
            {
                if (schedule.NextOpening(begins) is not { } next || next - after > Year)
                {
                    return null;
                }

                begins = next;
            }

            if (begins == time)
            {
                return time;
            }

            time = begins;
        }

        return null;
    }
}
