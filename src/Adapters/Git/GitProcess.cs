using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Git;

/// <summary>What a Git command gave.</summary>
/// <param name="ExitCode">0: done.</param>
/// <param name="Output">Standard output, byte for byte.</param>
/// <param name="Error">The start of standard error, on one line.</param>
internal sealed record GitResult(int ExitCode, byte[] Output, string Error)
{
    /// <summary>Standard output as text, without the last line end.</summary>
    public string Text => Encoding.UTF8.GetString(Output).TrimEnd('\n', '\r');
}

/// <summary>A Git command could not be run, or gave more than was bargained for.</summary>
internal sealed class GitProcessException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>True when there is no Git on this machine.</summary>
    public bool IsMissing => InnerException is Win32Exception;
}

/// <summary>
/// Runs plumbing commands of the <c>git</c> executable. Nothing that a repository configures is run: no hook, no file
/// system monitor, no transport.
/// </summary>
internal static class GitProcess
{
    private const int LargestError = 4096;

    // Ownership of the folder guards against what its configuration may run; nothing of that runs here, and containers
    // often see work trees of other users.
    private static readonly string[] Always =
    [
        "--no-pager", "--no-replace-objects", "--no-optional-locks", "--literal-pathspecs",
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never",
        "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "safe.directory=*",
    ];

    /// <summary>Runs a command to its end.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its arguments, each as it is.</param>
    /// <param name="largestOutput">More bytes than this on standard output are a failure.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="environment">Variables to add; those of the caller that begin with <c>GIT_</c> are left out.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="GitProcessException">There is no Git, or too much output.</exception>
    public static async Task<GitResult> RunAsync(
        string folder,
        IReadOnlyList<string> arguments,
        int largestOutput,
        ReadOnlyMemory<byte> input,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        using var process = Start(folder, arguments, environment);
        try
        {
            var writing = WriteAsync(process, input, cancellationToken);
            var failing = ReadAsync(process.StandardError.BaseStream, LargestError, cut: true, cancellationToken);
            var output = await ReadAsync(process.StandardOutput.BaseStream, largestOutput, cut: false, cancellationToken);
            if (output is null)
            {
                throw new GitProcessException($"git {arguments[0]} gave more than {largestOutput / 1024 / 1024} MiB");
            }

            await writing;
            var error = Encoding.UTF8.GetString(await failing ?? []);
            await process.WaitForExitAsync(cancellationToken);
            return new GitResult(process.ExitCode, output, Excerpt.Of(string.Join(' ', error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var argument in Always.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        // A hook that calls us would otherwise point Git at its own repository and index.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("GIT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_NO_LAZY_FETCH"] = "1";
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start) ?? throw new GitProcessException("git could not be started");
        }
        catch (Win32Exception e) when (Directory.Exists(folder))
        {
            throw new GitProcessException("git is not on the PATH: install Git", e);
        }
        catch (Win32Exception e)
        {
            throw new GitProcessException($"there is no folder {Excerpt.Of(folder)}", new DirectoryNotFoundException(folder, e));
        }
    }

    private static async Task WriteAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended without reading on; its exit code says why.
        }
    }

    private static async Task<byte[]?> ReadAsync(Stream stream, int largest, bool cut, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            var room = largest - (int)buffer.Length;
            if (read > room && !cut)
            {
                return null;
            }

            buffer.Write(chunk, 0, Math.Min(read, room));
        }

        return buffer.ToArray();
    }
}
