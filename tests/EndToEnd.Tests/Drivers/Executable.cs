using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Basewatch.EndToEnd.Tests.Drivers;

/// <summary>Starts <c>basewatch</c> as a user would, cut off from the settings, caches and proxies of whoever runs the tests.</summary>
internal static class Executable
{
    /// <summary>Facts of the tests' own about ends of life: Python 3.8 is past it, 3.12 and 3.13 are not.</summary>
    public static string Lifecycles { get; } = Path.Combine(AppContext.BaseDirectory, "lifecycles.json");

    /// <summary>What was published is tested instead of what was built, where this names it.</summary>
    private static readonly string? Published = Environment.GetEnvironmentVariable("BASEWATCH_PUBLISHED");

    private static readonly string Dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    private static readonly string[] Inherited = ["PATH", "DOTNET_ROOT", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LANG"];

    /// <summary>Starts it with its output redirected.</summary>
    /// <param name="folder">Working directory.</param>
    /// <param name="home">Home of its user.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="input">What stands on stdin.</param>
    public static Process Start(string folder, string home, IEnumerable<KeyValuePair<string, string>> settings, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(Published ?? Dotnet, Published is null ? ["exec", Path.Combine(AppContext.BaseDirectory, "basewatch.dll"), .. arguments] : arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Except(Inherited, StringComparer.OrdinalIgnoreCase).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = start.Environment["USERPROFILE"] = home;
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(home, "cache");
        start.Environment["Basewatch__Lifecycle__CatalogFile"] = Lifecycles;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        return process;
    }
}
