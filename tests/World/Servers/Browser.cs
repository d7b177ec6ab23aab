using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Basewatch.World.Parts;

namespace Basewatch.World.Servers;

/// <summary>
/// A real Chromium without a window, driven through its DevTools protocol
/// (<see href="https://chromedevtools.github.io/devtools-protocol/"/>). It reaches no address but this machine's.
/// </summary>
public sealed partial class Browser : RealServer
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = new();
    private readonly ConcurrentDictionary<string, BrowserPage> _pages = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _sending = new(1);
    private ClientWebSocket? _socket;
    private Task _reading = Task.CompletedTask;
    private int _last;

    /// <summary>A new page.</summary>
    /// <param name="width">Of its window, in pixels.</param>
    /// <param name="isDark">Which colours it prefers.</param>
    public async Task<BrowserPage> OpenAsync(int width = 800, bool isDark = false)
    {
        Running(_socket);
        var target = await SendAsync(null, "Target.createTarget", new() { ["url"] = "about:blank" });
        var session = (string)(await SendAsync(null, "Target.attachToTarget", new() { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true }))["sessionId"]!;
        var page = new BrowserPage(this, session);
        _pages[session] = page;
        foreach (var domain in (string[])["Page", "Runtime", "Log"])
        {
            await page.SendAsync(domain + ".enable");
        }

        await page.SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 800, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await page.SendAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }) });
        return page;
    }

    internal async Task<JsonNode> SendAsync(string? session, string method, JsonObject? parameters = null)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            call["sessionId"] = session;
        }

        await _sending.WaitAsync();
        try
        {
            await _socket!.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(Patience);
    }

    /// <inheritdoc/>
    protected override async Task StartAsync(CancellationToken cancellationToken)
    {
        var process = Own(ServerProcess.Start("Chromium", TemporaryFolder, Chromium.Find(),
            [
                "--headless", "--remote-debugging-port=0", $"--user-data-dir={Path.Combine(TemporaryFolder, "profile")}", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                // Root has no sandbox of its own to offer.
                .. Environment.IsPrivilegedProcess ? (string[])["--no-sandbox"] : [],
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = TemporaryFolder }));
        var listening = await process.WaitForLineAsync(Listening, Patience, cancellationToken);
        _socket = new ClientWebSocket();
        await _socket.ConnectAsync(new Uri(listening.Groups["address"].Value), cancellationToken);
        _reading = ReadAsync(_socket);
    }

    /// <inheritdoc/>
    protected override async ValueTask StopAsync()
    {
        _socket?.Abort();
        await _reading;
        _socket?.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var chunk = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(chunk.AsMemory(), CancellationToken.None);
                message.Write(chunk, 0, read.Count);
                if (!read.EndOfMessage)
                {
                    continue;
                }

                var node = JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
                message.SetLength(0);
                if (node["id"] is { } id && _calls.TryRemove((int)id, out var call))
                {
                    if (node["error"] is { } error)
                    {
                        call.SetException(new InvalidOperationException($"Chromium: {error["message"]}"));
                    }
                    else
                    {
                        call.SetResult(node["result"]!);
                    }
                }
                else if (node["sessionId"] is { } session && _pages.TryGetValue((string)session!, out var page))
                {
                    page.Hear((string)node["method"]!, node["params"]!);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            foreach (var call in _calls.Values)
            {
                call.TrySetException(e);
            }
        }
    }

    [GeneratedRegex("DevTools listening on (?<address>ws://\\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex Listening { get; }
}
