using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Basewatch.EndToEnd.Tests;

/// <summary>The Bicep CLI, which comes as a package for Linux on x64.</summary>
internal static class Bicep
{
    private const string Subscription = "00000000-0000-0000-0000-000000000001";

    /// <summary>Where the CLI is; null on other platforms.</summary>
    public static string? Cli { get; } =
        typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(a => a.Key == "Bicep")?.Value;

    /// <summary>The folder of the Bicep files.</summary>
    public static string Folder { get; } = Path.Combine(FunctionsDoor.Root, "infra");

    /// <summary>Runs the CLI; gives its exit code and all that it prints.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        Xunit.Assert.SkipWhen(Cli is null, "The Bicep CLI is had for Linux on x64 alone.");
        var start = new ProcessStartInfo(Cli!, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // Not every machine has the library for cultures that it looks for otherwise.
            Environment = { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", ["BASEWATCH_APP_ID"] = $"/subscriptions/{Subscription}/resourceGroups/g/providers/Microsoft.Web/sites/a" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>What a deployment with the parameters of a fixture would make, as far as it is known without Azure.</summary>
    public static async Task<JsonDocument> PredictAsync(string fixture, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("basewatch-infra-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(Folder).Append(Path.Combine(FunctionsDoor.Root, "tests", "EndToEnd.Tests", "Fixtures", "infra", fixture + ".bicepparam")))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            var (exitCode, output) = await RunAsync(
                folder.FullName, cancellationToken, "snapshot", fixture + ".bicepparam", "--mode", "overwrite", "--subscription-id", Subscription, "--location", "westeurope");
            Xunit.Assert.True(exitCode == 0, output);
            return JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, fixture + ".snapshot.json"), cancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
