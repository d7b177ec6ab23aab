using System.Globalization;

namespace Basewatch.Core.Jobs;

/// <summary>When something that people begin ends, as they write it.</summary>
public static class EndTime
{
    /// <summary>Reads a time to come, <c>2026-12-01T06:00Z</c>, or a while from now on, <c>30m</c>, <c>8h</c>, <c>3d</c>, <c>2w</c>.</summary>
    public static bool TryRead(string text, DateTimeOffset now, out DateTimeOffset end)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 10_000)
        {
            var length = text[^1] switch { 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), 'd' => TimeSpan.FromDays(number), 'w' => TimeSpan.FromDays(number * 7), _ => TimeSpan.Zero };
            if (length > TimeSpan.Zero)
            {
                end = now + length;
                return true;
            }
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out end) && end > now;
    }
}
