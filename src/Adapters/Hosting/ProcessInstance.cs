using System.Globalization;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Hosting;

/// <summary>
/// This process. On Linux its name says where it runs and when it began, so that another process of the same machine knows at once when
/// it has ended, however it did: after a crash nothing waits for leases to run out. Elsewhere, and from another machine or container,
/// nothing is known of it.
/// </summary>
public sealed class ProcessInstance : IInstance
{
    private const string Proc = "/proc";

    private static readonly string? Machine = ReadMachine();

    /// <inheritdoc/>
    public string Id { get; } = Machine is not null && StartOf(Environment.ProcessId) is { } start
        ? string.Create(CultureInfo.InvariantCulture, $"{Machine} {Environment.ProcessId} {start}")
        : Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public bool IsGone(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Split(' ') is [var machine, var process, var start]
            && machine == Machine
            && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && StartOf(number) != start;
    }

    /// <summary>Names this start of the machine and this container's processes; null where that can't be known.</summary>
    private static string? ReadMachine()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ResolveLinkTarget($"{Proc}/self/ns/pid", returnFinalTarget: false)?.Name is { } processes
                ? $"{File.ReadAllText($"{Proc}/sys/kernel/random/boot_id").Trim()}/{processes}"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>When a process began, in ticks since the machine's start; null where there is none of that number, or it has ended and nobody has noticed.</summary>
    private static string? StartOf(int process)
    {
        try
        {
            // proc_pid_stat(5): its name stands in parentheses and may hold anything; after them come state (3) and, as the 22nd, the start.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"{Proc}/{process}/stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ') is { Length: > 19 } fields && fields[0] is not ("Z" or "X") ? fields[19] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
