using System.CommandLine;
using System.Globalization;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Adapters.Storage;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Cli.Commands;

/// <summary><c>pause</c>, <c>resume</c>, <c>status</c> and <c>redeliver</c>: the service's own state, from outside of it.</summary>
internal static class PauseCommand
{
    public static Command CreatePause()
    {
        var until = new Option<string?>("--until") { Description = "When it ends by itself: a time such as 2026-12-01T06:00Z, or a while such as 8h, 3d." };
        var reason = new Option<string?>("--reason") { Description = "Why, for those who ask." };
        var (state, settings) = (State(), CommonOptions.Settings());
        var command = new Command("pause", "Write nothing to any repository until 'resume'.") { until, reason, state, settings };
        command.SetAction((parsed, cancellationToken) => WithAsync(parsed.GetValue(state), parsed.GetValue(settings), async (memory, pauses, _) =>
        {
            var ends = parsed.GetValue(until) is { } text ? Read(text, TimeProvider.System.GetUtcNow()) : (DateTimeOffset?)null;
            await pauses.PauseAsync(parsed.GetValue(reason), Environment.UserName, ends, cancellationToken);
            Screen.Out.WriteLine(Screen.Plain($"paused{(ends is null ? "" : $" until {ends:yyyy-MM-dd HH:mm}Z")}: nothing is written to any repository"));
        }));
        return command;
    }

    public static Command CreateResume()
    {
        var (state, settings) = (State(), CommonOptions.Settings());
        var command = new Command("resume", "End a pause: what has waited is done within minutes.") { state, settings };
        command.SetAction((parsed, cancellationToken) => WithAsync(parsed.GetValue(state), parsed.GetValue(settings), async (memory, pauses, _) =>
        {
            await pauses.ResumeAsync(cancellationToken);
            Screen.Out.WriteLine(await pauses.FindAsync(cancellationToken) is null ? "everything goes on" : "the settings say 'Paused' still");
        }));
        return command;
    }

    public static Command CreateStatus()
    {
        var (state, settings) = (State(), CommonOptions.Settings());
        var command = new Command("status", "Say how the service is doing: what is known, what waits, what failed, what is ignored.") { state, settings };
        command.SetAction((parsed, cancellationToken) => WithAsync(parsed.GetValue(state), parsed.GetValue(settings), async (memory, pauses, lifecycles) =>
        {
            var report = await StatusReport.ReadAsync(memory, pauses, lifecycles, cancellationToken);
            if (report.Pause is { } pause)
            {
                Screen.Out.WriteLine(Screen.Plain($"paused{(pause.Until is { } until ? $" until {until:yyyy-MM-dd HH:mm}Z" : "")}{(pause.By is null ? "" : $" by {pause.By}")}{(pause.Reason is null ? "" : $": {pause.Reason}")}"));
            }

            Screen.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Repositories} repositories, {report.Uses} uses, {report.Images} images; {report.Pending} repositories wait, {report.Unreachable} images can't be reached"));
            if (report.Catalog is { } catalog)
            {
                Screen.Out.WriteLine(Screen.Plain(string.Create(CultureInfo.InvariantCulture, $"ends of life of {catalog.Products} products, of {catalog.AsOf:yyyy-MM-dd}{(catalog.CheckedAt is { } at ? $", looked at {at:yyyy-MM-dd HH:mm}Z" : "")}{(catalog.Problem is null ? "" : $"; nothing newer: {catalog.Problem}")}")));
            }

            foreach (var failure in report.Failures)
            {
                Screen.Out.WriteLine(Screen.Plain($"failed: {failure.Message}"));
            }

            WriteAlerts(report.Alerts, report.Delivery);
            await foreach (var repository in memory.ListRepositoriesAsync(cancellationToken))
            {
                await foreach (var refusal in memory.ListRefusalsAsync(RepositoryName.Parse(repository.Repository), cancellationToken))
                {
                    Screen.Out.WriteLine(Screen.Plain($"ignored: {repository.Repository}#{refusal.Number}: {refusal.Title} ({refusal.Scope.ToString().ToLowerInvariant()}{(refusal.By is null ? "" : $", by {refusal.By}")})"));
                }
            }
        }));
        return command;
    }

    public static Command CreateRedeliver()
    {
        var channel = new Option<string?>("--channel") { Description = "Only what was for this channel." };
        var (state, settings) = (State(), CommonOptions.Settings());
        var command = new Command("redeliver", "Let messages go out again that were given up, since their channel did not take them.") { channel, state, settings };
        command.SetAction((parsed, cancellationToken) => WithAsync(parsed.GetValue(state), parsed.GetValue(settings), async (memory, _, _) =>
        {
            // The service looks for them every quarter of an hour, whatever becomes of a queue in this process.
            var outbox = new AlertOutbox(memory, new InProcessJobQueue(TimeProvider.System), TimeProvider.System, NullLogger<AlertOutbox>.Instance);
            var count = await outbox.RedeliverAsync(parsed.GetValue(channel), cancellationToken);
            Screen.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} messages go out within minutes"));
        }));
        return command;
    }

    private static void WriteAlerts(int sent, AlertStatus alerts)
    {
        Screen.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent} messages sent, {alerts.Waiting} on their way, {alerts.Dead.Count} given up"));
        foreach (var dead in alerts.Dead)
        {
            Screen.Out.WriteLine(Screen.Plain($"given up: {dead.Channel}{(dead.Host is null ? "" : $" ({dead.Host})")} did not take '{dead.Title}': {dead.Reason}"));
        }

        foreach (var rest in alerts.Resting)
        {
            Screen.Out.WriteLine(Screen.Plain($"rests: {rest.Subject} {(rest.Until is { } until ? $"until {until:yyyy-MM-dd}" : "for good")}{(rest.By is null ? "" : $", by {rest.By}")}{(rest.Reason is null ? "" : $": {rest.Reason}")}"));
        }

        foreach (var problem in alerts.Problems)
        {
            Screen.Out.WriteLine(Screen.Plain($"alerts: {problem}"));
        }
    }

    /// <summary>Reads a time, or a while from now on.</summary>
    internal static DateTimeOffset Read(string text, DateTimeOffset now) =>
        EndTime.TryRead(text, now, out var until) ? until
            : throw new UsageException($"--until '{Core.Images.Excerpt.Of(text)}' is no time to come: write 2026-12-01T06:00Z, or 8h, 3d, 2w");

    internal static Option<FileInfo?> State() => new("--state") { Description = "The service's SQLite file, where no Azure Storage is set: ./basewatch.db by default." };

    internal static async Task<int> WithAsync(FileInfo? file, FileInfo? settings, Func<Memory, PauseSwitch, ILifecycleCatalog, Task> act)
    {
        var options = Toolbox.LoadSettings(settings);
        if (file is not null)
        {
            options.Storage = options.Storage with { SqlitePath = file.FullName };
        }
        else if (options.Storage is { SqlitePath: null, ConnectionString: null, AccountName: null, TableEndpoint: null })
        {
            options.Storage = options.Storage with { SqlitePath = Path.GetFullPath("basewatch.db") };
        }

        // Only a service makes a new one: a file of another name would pause nothing.
        if (options.Storage.SqlitePath is { } path && !File.Exists(path))
        {
            throw new UsageException($"{path} is not there: name the service's file with --state");
        }

        if (options.Storage.Validate().ToList() is { Count: > 0 } problems)
        {
            throw new UsageException(string.Join(Environment.NewLine + "       ", problems));
        }

        var store = options.Storage.CreateStateStore(NullLoggerFactory.Instance);
        try
        {
            var memory = new Memory(store);
            var lifecycles = LifecycleSource.Create(options.Lifecycle, new StateCatalogCache(store), TimeProvider.System, NullLoggerFactory.Instance);
            using var owned = lifecycles as IDisposable;
            await act(memory, new PauseSwitch(memory, options.Paused, TimeProvider.System), lifecycles);
            return ExitCode.Success;
        }
        catch (StateStoreException e)
        {
            throw new UsageException(e.Message, e);
        }
        finally
        {
            if (store is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }
    }
}
