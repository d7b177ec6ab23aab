using System.Diagnostics;
using System.Text;
using Xunit;

namespace Basewatch.EndToEnd.Tests.Drivers;

/// <summary>A folder with files, as a person works in it; a Git work tree once <see cref="CommitAsync"/> was called.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>Writes a file as UTF-8.</summary>
    public WorkFolder Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file.</summary>
    public WorkFolder Write(string path, byte[] content)
    {
        var file = On(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        return this;
    }

    /// <summary>Where a file is on disk.</summary>
    public string On(string path) => System.IO.Path.Combine(Path, path);

    /// <summary>A file's bytes.</summary>
    public byte[] Read(string path) => File.ReadAllBytes(On(path));

    /// <summary>Every file but Git's own, with its bytes as hexadecimal digits.</summary>
    public IReadOnlyDictionary<string, string> Snapshot() => Directory
        .EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(f => System.IO.Path.GetRelativePath(Path, f).Replace('\\', '/'))
        .Where(f => !f.StartsWith(".git/", StringComparison.Ordinal))
        .ToDictionary(f => f, f => Convert.ToHexString(Read(f)), StringComparer.Ordinal);

    /// <summary>Commits everything that isn't ignored, on <c>main</c>.</summary>
    public async Task<WorkFolder> CommitAsync()
    {
        if (!Directory.Exists(On(".git")))
        {
            await GitAsync("init", "--quiet", "--initial-branch=main");
        }

        await GitAsync("add", "--all");
        await GitAsync("commit", "--quiet", "--message=Change");
        return this;
    }

    /// <summary>What Git prints, as someone without a configuration of his own.</summary>
    public async Task<string> GitAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "user.name=A person", "-c", "user.email=person@example.com", "-c", "core.autocrlf=false", .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = start.Environment["GIT_CONFIG_SYSTEM"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {await errors}");

        // A reader would drop a byte order mark.
        return Encoding.UTF8.GetString(output.ToArray());
    }

    public void Dispose() => _folder.Dispose();
}
