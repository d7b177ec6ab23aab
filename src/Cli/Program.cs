using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Basewatch.Cli;
using Basewatch.Cli.Commands;
using Basewatch.Cli.Output;

var root = new RootCommand("Keeps container images patched: finds every image that a repository names, compares it with its registry, and moves the pins.")
{
    ScanCommand.Create(),
    CheckCommand.Create(),
    UpdateCommand.Create(),
    EolCommand.Create(),
    DigestCommand.Create(),
    TagsCommand.Create(),
    ConfigCommand.Create(),
    PolicyCommand.Create(),
    ServeCommand.Create(),
    PauseCommand.CreatePause(),
    PauseCommand.CreateResume(),
    PauseCommand.CreateStatus(),
    PauseCommand.CreateRedeliver(),
    RebuildsCommand.Create(),
    RolloutCommand.Create(),
    DemoCommand.Create(),
};

var parsed = root.Parse(args);
if (args.Length == 0)
{
    parsed = root.Parse("--help");
}

if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
{
    // The first says it; those that follow from it only confuse.
    Screen.Error(parsed.Errors.LastOrDefault(e => e.SymbolResult is not CommandResult)?.Message ?? parsed.Errors[^1].Message);

    await Console.Error.WriteLineAsync($"Try 'basewatch {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help'.");
    return ExitCode.Usage;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UsageException e)
{
    Screen.Error(e.Message);
    return ExitCode.Usage;
}
catch (OperationCanceledException)
{
    Screen.Error("interrupted");
    return ExitCode.Partial;
}
