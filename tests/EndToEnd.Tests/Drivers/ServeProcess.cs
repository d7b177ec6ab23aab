using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Basewatch.EndToEnd.Tests.Drivers;

/// <summary>
/// <c>basewatch serve</c> on a free loopback port. Its folder, with the state in it, outlives the process, which may be
/// killed and started again.
/// </summary>
internal sealed partial class ServeProcess : IAsyncDisposable
{
    /// <summary>A schedule that never comes while a test runs.</summary>
    public const string Never = "0 0 0 29 2 *";

    /// <summary>A schedule that comes every other second.</summary>
    public const string Often = "*/2 * * * * *";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder;
    private readonly bool _isOwner;
    private readonly List<string> _arguments = ["serve", "--listen", "127.0.0.1:0"];
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly StringBuilder _log = new();
    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private HttpClient? _client;

    public ServeProcess()
        : this(null)
    {
    }

    /// <param name="other">The process whose folder, and state, it shares; null: it has its own.</param>
    public ServeProcess(ServeProcess? other)
    {
        (_folder, _isOwner) = (other?._folder ?? new TemporaryFolder(), other is null);
        Every(Never);
    }

    /// <summary>Talks to its endpoints.</summary>
    public HttpClient Client => _client ?? throw new InvalidOperationException("It is not started.");

    /// <summary>Bytes of memory that it holds now.</summary>
    public long Memory
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What it has written, since its first start.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>All loops run on this schedule.</summary>
    public ServeProcess Every(string schedule) =>
        With("Basewatch__Schedules__Inventory", schedule).With("Basewatch__Schedules__Images", schedule).With("Basewatch__Schedules__Lifecycle", schedule).With("Basewatch__Schedules__Alerts", schedule).With("Basewatch__Schedules__Reviews", schedule).With("Basewatch__Schedules__Rebuilds", schedule);

    /// <summary>Looks after these repositories of an emulated GitHub, as its administrator.</summary>
    public ServeProcess Over(GitHubEmulator github, params string[] repositories)
    {
        _arguments.AddRange(repositories.SelectMany(r => new[] { "--repository", r }));
        // Two an hour would be all that a test sees.
        return With("Basewatch__GitHub__ApiBaseAddress", github.Address.AbsoluteUri).With("Basewatch__PullRequests__PerHour", "100").As(GitHubEmulator.Token);
    }

    /// <summary>As the owner of this token.</summary>
    public ServeProcess As(string token) => With("Basewatch__GitHub__Token", token);

    /// <summary>Tells a Teams channel.</summary>
    public ServeProcess Telling(TeamsInbox inbox) => With("Basewatch__TeamsWebhook", inbox.Webhook.AbsoluteUri);

    /// <summary>Adds environment variables.</summary>
    public ServeProcess With(IEnumerable<KeyValuePair<string, string>> settings)
    {
        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }

        return this;
    }

    /// <summary>Adds an environment variable.</summary>
    public ServeProcess With(string name, string value) => With([new(name, value)]);

    /// <summary>Starts it, for the first time or again, and waits until it listens.</summary>
    public async Task<ServeProcess> StartAsync()
    {
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Executable.Start(_folder.Path, _folder.Path, _settings, _arguments);
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        try
        {
            var ended = _reading.ContinueWith(_ => listening.TrySetException(new InvalidOperationException($"serve ended before it listened:\n{Log}")), TaskScheduler.Default);
            _client = new HttpClient { BaseAddress = await listening.Task.WaitAsync(Patience, TestContext.Current.CancellationToken) };
        }
        catch
        {
            await KillAsync();
            throw;
        }

        return this;

        async Task ReadAsync(StreamReader output)
        {
            while (await output.ReadLineAsync() is { } line)
            {
                lock (_log)
                {
                    _log.AppendLine(line);
                }

                if (Listening.Match(line) is { Success: true } match)
                {
                    listening.TrySetResult(new Uri(match.Groups["address"].Value));
                }
            }
        }
    }

    /// <summary>Ends it in the middle of whatever it does: SIGKILL, where there are signals.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync(CancellationToken.None);
            await _reading;
            process.Dispose();
        }

        _process = null;
        _client?.Dispose();
        _client = null;
    }

    /// <summary>Asks it to stop, as a service manager does, and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var asking = Process.Start("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        var code = _process.ExitCode;
        await KillAsync();
        return code;
    }

    /// <summary>What <c>/api/status</c> says, of everything or of one repository; null where it knows none.</summary>
    public async Task<JsonNode?> StatusAsync(string? repository = null)
    {
        using var answer = await Client.GetAsync(new Uri(repository is null ? "/api/status" : $"/api/status?repository={repository}", UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Runs another command over its state, beside it.</summary>
    public Task<CliResult> RunBesideAsync(params string[] arguments) => new CliRun([.. arguments, "--state", Path.Combine(_folder.Path, "basewatch.db")]).With(_settings).RunAsync();

    /// <summary>All that its database holds, read beside it: each entry and its version. Leases, which are renewed while nothing happens, are left out.</summary>
    public async Task<string> ReadStateAsync()
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "basewatch.db")};Mode=ReadOnly;Pooling=False");
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await using var query = database.CreateCommand();
        query.CommandText = "SELECT partition || ' ' || row || ' ' || version FROM entries WHERE partition <> 'leases' ORDER BY 1";
        var entries = new StringBuilder();
        await using var reader = await query.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            entries.AppendLine(reader.GetString(0));
        }

        return entries.ToString();
    }

    /// <summary>Posts JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_isOwner)
        {
            _folder.Dispose();
        }
    }

    [GeneratedRegex("listening on (?<address>http://\\S+:[0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Listening { get; }
}
