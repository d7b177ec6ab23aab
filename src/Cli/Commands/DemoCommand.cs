using System.CommandLine;
using Basewatch.Cli.Demo;

namespace Basewatch.Cli.Commands;

/// <summary><c>demo</c>: the whole loop on samples, with no network.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var folder = new Option<DirectoryInfo?>("--folder") { Description = "Empty or new folder for the sample repositories; a temporary one by default. It stays, to look at." };
        var command = new Command("demo", "Show the whole loop on two sample repositories and a registry on this machine, with no network.") { folder };
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

            return DemoRun.RunAsync(chosen?.FullName ?? Directory.CreateTempSubdirectory("basewatch-demo-").FullName, cancellationToken);
        });
        return command;
    }
}
