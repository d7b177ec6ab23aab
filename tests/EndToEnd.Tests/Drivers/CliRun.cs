using System.Text.Json.Nodes;
using Xunit;

namespace Basewatch.EndToEnd.Tests.Drivers;

/// <summary>One run of <c>basewatch</c> to its end: <c>await new CliRun("check").In(folder).With(images.Settings).RunAsync()</c>.</summary>
internal sealed class CliRun(params string[] arguments)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    private string? _folder;
    private string? _input;

    /// <summary>Runs in this folder; without it, in an empty one.</summary>
    public CliRun In(WorkFolder folder)
    {
        _folder = folder.Path;
        return this;
    }

    /// <summary>Gives it this on stdin; without it, nothing.</summary>
    public CliRun Given(string input)
    {
        _input = input;
        return this;
    }

    /// <summary>Adds environment variables.</summary>
    public CliRun With(IEnumerable<KeyValuePair<string, string>> settings)
    {
        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }

        return this;
    }

    /// <summary>Adds an environment variable.</summary>
    public CliRun With(string name, string value) => With([new(name, value)]);

    /// <summary>Runs it. A run that takes longer than 90 s is killed, and fails the test.</summary>
    public async Task<CliResult> RunAsync()
    {
        using var home = new TemporaryFolder();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var process = Executable.Start(_folder ?? home.Path, home.Path, _settings, arguments, _input);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new CliResult(process.ExitCode, await output, await errors);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}

/// <summary>What a run of <c>basewatch</c> gave.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines of <c>--format json</c>.</summary>
    public IReadOnlyList<JsonObject> Rows => [.. Lines.Select(l => JsonNode.Parse(l)!.AsObject())];

    /// <summary>The lines of the output.</summary>
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same result, once the exit code is as expected.</summary>
    public CliResult Exits(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode}, not {code}; its output:\n{Output}\n{Errors}");
        return this;
    }
}
