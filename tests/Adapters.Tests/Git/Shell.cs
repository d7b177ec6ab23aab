using System.Diagnostics;
using Xunit;

namespace Basewatch.Adapters.Tests.Git;

/// <summary>Runs the commands that a person would.</summary>
internal static class Shell
{
    public static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] identity = ["-c", "user.name=dev", "-c", "user.email=dev@example.org", "-c", "init.defaultBranch=main", "-c", "core.autocrlf=false"];
        foreach (var argument in identity.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error}");
        return (await output).TrimEnd('\n');
    }
}
