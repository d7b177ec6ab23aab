using System.CommandLine;
using System.Globalization;
using Basewatch.Cli.Output;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Cli.Commands;

/// <summary><c>digest IMAGE</c>: what a tag stands for now.</summary>
internal static class DigestCommand
{
    public static Command Create()
    {
        var image = CommonOptions.Image();
        var format = CommonOptions.Format("table", "json");
        var settings = CommonOptions.Settings();
        var verbose = CommonOptions.Verbose();
        var command = new Command("digest", "Say which digest a tag stands for, and for which platforms.") { image, format, settings, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var tools = Toolbox.Open(parsed, settings, verbose);
            if (!ImageReference.TryParse(parsed.GetValue(image), out var reference, out var error))
            {
                throw new UsageException(error);
            }

            try
            {
                if (await tools.Registry.GetManifestAsync(reference, cancellationToken) is not { } manifest)
                {
                    Screen.Error($"{reference.Familiar} is not in {reference.Name.Registry}");
                    return ExitCode.Partial;
                }

                Print(reference, manifest, parsed.GetValue(format)!);
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

    private static void Print(ImageReference reference, Manifest manifest, string format)
    {
        var platforms = manifest.Entries.Where(e => e.Platform is not null).ToList();
        if (format == "json")
        {
            JsonLines.Write(
                [new DigestRow(reference.Name.Canonical, reference.Tag, manifest.Digest.ToString(), manifest.MediaType, [.. platforms.Select(p => new PlatformRow(p.Platform!.ToString(), p.Digest.ToString()))])],
                RowJson.Default.DigestRow);
            return;
        }

        // Scripts take the digest; the platforms are for people.
        Screen.Out.WriteLine(manifest.Digest.ToString());
        if (platforms.Count > 0 && Screen.IsTerminal)
        {
            string[] headings = ["Platform", "Digest"];
            var rows = new List<IReadOnlyList<string>>();
            foreach (var platform in platforms)
            {
                var version = platform.Platform!.OsVersion is { } build ? string.Create(CultureInfo.InvariantCulture, $" ({build})") : "";
                rows.Add([Screen.Safe(platform.Platform + version), platform.Digest.ToString()]);
            }

            Screen.WriteTable(headings, rows);
        }
    }
}
