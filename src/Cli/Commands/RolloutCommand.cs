using System.CommandLine;
using System.Text.Json.Serialization;
using Basewatch.Adapters.Storage;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Rollouts;

namespace Basewatch.Cli.Commands;

/// <summary><c>rollout</c>: which freight is where, and what people may do about it. The service's own state, from outside of it.</summary>
internal static class RolloutCommand
{
    public static Command Create() => new("rollout", "Say which freight is in which stage, promote, freeze, block and release.")
    {
        CreateStatus(), CreatePromote(), CreateHold(), CreateBlock(), CreateRelease(),
    };

    private static Command CreateStatus()
    {
        var scope = new Argument<string?>("scope") { Description = "An owner, or owner/name of a repository with stages of its own; all by default.", Arity = ArgumentArity.ZeroOrOne };
        var line = new Option<string?>("--line") { Description = "Only this image or group." };
        var format = CommonOptions.Format("table", "json");
        var (state, settings) = (PauseCommand.State(), CommonOptions.Settings());
        var command = new Command("status", "Say which freight is in which stage, since when, and what it waits for.") { scope, line, format, state, settings };
        command.SetAction((parsed, cancellationToken) => PauseCommand.WithAsync(parsed.GetValue(state), parsed.GetValue(settings), async (memory, _, _) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var board = await RolloutBoard.ReadAsync(memory, parsed.GetValue(scope), now, cancellationToken);
            if (parsed.GetValue(line) is { } only)
            {
                board = board with { Lines = [.. board.Lines.Where(l => l.Text == only || l.Line == only)] };
            }

            if (parsed.GetValue(format) == "json")
            {
                JsonLines.Write(board.Lines.SelectMany(l => l.Cells.Select(c => new RolloutRow(l.Scope, l.Text, c.Stage, c.Repository, c.Freight, c.Text, Word(c.State), c.Words, c.Since, c.PullRequest, c.Next))), RolloutJson.Default.RolloutRow);
            }
            else
            {
                RolloutScreen.Print(board, now);
            }
        }));
        return command;
    }

    private static Command CreatePromote()
    {
        var scope = Scope();
        var line = new Argument<string>("line") { Description = "The image or the group." };
        var stage = new Argument<string>("stage") { Description = "Where to." };
        var freight = new Option<string?>("--freight") { Description = "Id of the freight, or how it begins; the newest of the stages before by default." };
        return Act("promote", "Promote a freight without waiting for its soak, or after nobody approved in time. What was not shown to be good is never promoted.", [scope, line, stage], [freight], until: null, (actions, parsed, who, cancellationToken) =>
            actions.PromoteAsync(parsed.GetValue(scope)!, parsed.GetValue(line)!, parsed.GetValue(stage)!, parsed.GetValue(freight), who.Reason, who.By, cancellationToken));
    }

    private static Command CreateHold()
    {
        var scope = Scope();
        var stage = Stage();
        var until = new Option<string?>("--until") { Description = "When it ends by itself: a time such as 2026-12-01T06:00Z, or a while such as 8h, 3d." };
        return Act("hold", "Freeze a stage, a repository or a whole organisation: nothing is promoted to it until it is released.", [scope], [stage], until, (actions, parsed, who, cancellationToken) =>
            actions.HoldAsync(new RolloutSubject(parsed.GetValue(scope)!, parsed.GetValue(stage)), who.Reason, who.By, who.Until, cancellationToken));
    }

    private static Command CreateBlock()
    {
        var scope = Scope();
        var image = new Argument<string>("image") { Description = "name:tag or name@sha256:..." };
        return Act("block", "Block an image: it is proposed to no stage and no repository until it is released.", [scope, image], [], until: null, (actions, parsed, who, cancellationToken) =>
            actions.BlockAsync(new RolloutSubject(parsed.GetValue(scope)!, Image: parsed.GetValue(image)), who.Reason, who.By, cancellationToken));
    }

    private static Command CreateRelease()
    {
        var scope = Scope();
        var image = new Argument<string?>("image") { Description = "The image that is blocked, or whose waves were stopped; without it, a freeze is lifted.", Arity = ArgumentArity.ZeroOrOne };
        var stage = Stage();
        return Act("release", "Lift a freeze; or let an image go on that failed or was blocked, by your word.", [scope, image], [stage], until: null, (actions, parsed, who, cancellationToken) =>
            parsed.GetValue(image) is not null && parsed.GetValue(stage) is not null
                ? throw new UsageException("an image is released in all stages: leave out either --stage or the image")
                : actions.ReleaseAsync(new RolloutSubject(parsed.GetValue(scope)!, parsed.GetValue(stage), parsed.GetValue(image)), who.Reason, who.By, cancellationToken));
    }

    private static Argument<string> Scope() => new("scope") { Description = "An owner, or owner/name of a repository." };

    private static Option<string?> Stage() => new("--stage") { Description = "The stage; everything in the scope by default." };

    /// <summary>A command by which a person does something, and says why.</summary>
    private static Command Act(
        string name, string description, Argument[] arguments, Option[] options, Option<string?>? until, Func<RolloutActions, ParseResult, (string Reason, string By, DateTimeOffset? Until), CancellationToken, Task<RolloutAnswer>> act)
    {
        var reason = new Option<string>("--reason") { Description = "Why: whoever wonders about it later will want to know.", Required = true };
        var by = new Option<string?>("--by") { Description = "Who; whoever runs this by default." };
        var (state, settings) = (PauseCommand.State(), CommonOptions.Settings());
        var command = new Command(name, description);
        foreach (var argument in arguments)
        {
            command.Arguments.Add(argument);
        }

        foreach (var option in options.Concat(until is null ? [] : [until]).Concat([reason, by, state, settings]))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => PauseCommand.WithAsync(parsed.GetValue(state), parsed.GetValue(settings), async (memory, _, _) =>
        {
            // The service looks at rollouts every few minutes, whatever becomes of a queue in this process.
            var queue = new InProcessJobQueue(TimeProvider.System);
            var actions = new RolloutActions(memory, new PendingRepositories(memory, queue, TimeProvider.System), queue, TimeProvider.System);
            var ends = until is not null && parsed.GetValue(until) is { } text ? PauseCommand.Read(text, TimeProvider.System.GetUtcNow()) : (DateTimeOffset?)null;
            var answer = await act(actions, parsed, (parsed.GetValue(reason)!, parsed.GetValue(by) ?? Environment.UserName, ends), cancellationToken);
            if (answer.IsRefused)
            {
                throw new UsageException(answer.Words);
            }

            Screen.Out.WriteLine(Screen.Plain(answer.Words));
        }));
        return command;
    }

    private static string Word(BoardState state) => state.ToString().ToLowerInvariant();
}

/// <summary>A line of <c>rollout status --format json</c>.</summary>
internal sealed record RolloutRow(string Scope, string Line, string Stage, string Repository, string? Freight, string Images, string State, string Words, DateTimeOffset? Since, int? PullRequest, string? Next);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RolloutRow))]
internal sealed partial class RolloutJson : JsonSerializerContext;
