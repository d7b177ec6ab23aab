using System.CommandLine;
using Basewatch.Cli.Output;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Cli.Commands;

/// <summary><c>tags IMAGE</c>: every tag of a repository.</summary>
internal static class TagsCommand
{
    public static Command Create()
    {
        var image = CommonOptions.Image();
        var format = CommonOptions.Format("table", "json");
        var settings = CommonOptions.Settings();
        var verbose = CommonOptions.Verbose();
        var command = new Command("tags", "List every tag of an image, one a line.") { image, format, settings, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var tools = Toolbox.Open(parsed, settings, verbose);
            if (!ImageReference.TryParse(parsed.GetValue(image), out var reference, out var error))
            {
                throw new UsageException(error);
            }

            try
            {
                if (await tools.Registry.ListTagsAsync(reference.Name, cancellationToken) is not { } tags)
                {
                    Screen.Error($"{reference.Name.Registry} has no repository {reference.Name.Repository}");
                    return ExitCode.Partial;
                }

                if (parsed.GetValue(format) == "json")
                {
                    JsonLines.Write(tags.Select(t => new TagRow(reference.Name.Canonical, t)), RowJson.Default.TagRow);
                }
                else
                {
                    foreach (var tag in tags)
                    {
                        Console.Out.WriteLine(tag);
                    }
                }

                return ExitCode.Success;
            }
            catch (RegistryException e)
            {
                Screen.Error(e.Message);
                return ExitCode.Partial;
            }
        });
        return command;
    }
}
