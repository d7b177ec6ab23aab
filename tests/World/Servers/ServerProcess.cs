using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Basewatch.World.Servers;

/// <summary>
/// A server's process. It ends with this object, and also when this process dies in whatever way: on Unix a shell
/// beside it waits for the end of a pipe that only this process holds open, then removes the server's folder and kills it.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 400;
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    // The server gets no standard input and no copy of the pipe; the watching shell is ended when the server is.
    // It removes the server's folder too, for the case that nobody is left to do it.
    private const string Watched =
        """exec 3<&0; "$@" </dev/null 3<&- & server=$!; { cat <&3; rm -rf "$PWD"; kill -9 "$server"; } >/dev/null 2>&1 & watch=$!; wait "$server"; code=$?; kill "$watch" 2>/dev/null; wait "$watch" 2>/dev/null; exit "$code" """;

    private readonly string _name;
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly Action<string>? _onLine;
    private readonly Task _reading;
    private TaskCompletionSource _news = NewSignal();
    private long _seen;

    private ServerProcess(string name, Process process, Action<string>? onLine)
    {
        (_name, _process, _onLine) = (name, process, onLine);
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>Starts a server.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="folder">Its working directory, a temporary folder of its own.</param>
    /// <param name="program">The path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Added to this process's environment.</param>
    /// <param name="onLine">Gets every line of both output streams, in the order in which they are read.</param>
    public static ServerProcess Start(
        string name, string folder, string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null, Action<string>? onLine = null)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo("/bin/sh", ["-c", Watched, "sh", program, .. arguments]);
        start.UseShellExecute = false;
        start.WorkingDirectory = folder;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[key] = value;
        return new ServerProcess(name, Process.Start(start)!, onLine);
    }

    /// <summary>Waits for the first line that matches, among those already written too.</summary>
    /// <exception cref="InvalidOperationException">The server ended or stayed silent; the message has its output.</exception>
    public async Task<Match> WaitForLineAsync(Regex pattern, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        long looked = 0;
        while (true)
        {
            string[] fresh;
            Task news;
            lock (_gate)
            {
                fresh = [.. _lines.TakeLast((int)Math.Min(_lines.Count, _seen - looked))];
                looked = _seen;
                news = _news.Task;
            }

            if (fresh.Select(line => pattern.Match(line)).FirstOrDefault(m => m.Success) is { } match)
                return match;
            if (_reading.IsCompleted && news == _news.Task)
                throw new InvalidOperationException($"{_name} ended before it was ready. Its output:\n{Output()}");
            try
            {
                await Task.WhenAny(news, _reading).WaitAsync(limit.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{_name} was not ready within {timeout.TotalSeconds:0} s. Its output:\n{Output()}", e);
            }
        }
    }

    /// <summary>The last lines that the server wrote.</summary>
    public string Output()
    {
        lock (_gate)
            return string.Join('\n', _lines);
    }

    /// <summary>Kills the server with all that it started, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        // The end of the pipe makes the shell kill the server and fetch its exit code; the rest is for a shell that can't.
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(OperatingSystem.IsWindows() ? TimeSpan.Zero : EndPatience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            _onLine?.Invoke(line);
            TaskCompletionSource signal;
            lock (_gate)
            {
                _lines.Enqueue(line);
                if (_lines.Count > KeptLines)
                    _lines.Dequeue();
                _seen++;
                signal = _news;
                _news = NewSignal();
            }

            signal.SetResult();
        }
    }
}
