using System.CommandLine;
using Basewatch.Cli.Demo;

namespace Basewatch.Cli.Commands;

/// <summary><c>demo</c>: the whole loop on samples, or a staged rollout, with no network.</summary>
internal static class DemoCommand
{
    private const string Loop = "loop";

    private const string Rollout = "rollout";

    public static Command Create()
    {
        var scenario = new Option<string>("--scenario") { Description = "What is shown: the whole loop on two repositories, or a rollout through three stages.", DefaultValueFactory = _ => Loop };
        scenario.AcceptOnlyFromAmong(Loop, Rollout);
        var folder = new Option<DirectoryInfo?>("--folder") { Description = "Empty or new folder for the sample repositories; a temporary one by default. It stays, to look at." };
        var command = new Command("demo", "Show the whole loop, or a staged rollout, on sample repositories and a registry on this machine, with no network.") { scenario, folder };
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(folder);
            if (chosen is not null && File.Exists(chosen.FullName))
            {
                throw new UsageException($"{chosen.FullName} is a file: name a new folder");
            }

            if (chosen is { Exists: true } && chosen.EnumerateFileSystemInfos().Any())
            {
                throw new UsageException($"{chosen.FullName} is not empty: name a new folder");
            }

            return DemoStory.RunAsync(
                chosen?.FullName ?? Directory.CreateTempSubdirectory("basewatch-demo-").FullName,
                parsed.GetValue(scenario) == Rollout ? RolloutRun.BeginAsync : DemoRun.BeginAsync,
                cancellationToken);
        });
        return command;
    }
}
