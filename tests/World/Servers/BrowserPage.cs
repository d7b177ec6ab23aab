using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Basewatch.World.Servers;

/// <summary>A page of a <see cref="Browser"/>.</summary>
public sealed class BrowserPage
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Browser _browser;
    private readonly string _session;
    private readonly ConcurrentQueue<string> _errors = new();
    private TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal BrowserPage(Browser browser, string session) => (_browser, _session) = (browser, session);

    /// <summary>What the page has written to its console as an error or a warning, and what it could not load or run.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Goes to an address and waits until it is loaded.</summary>
    public Task GoAsync(string address) => LoadAsync(() => SendAsync("Page.navigate", new() { ["url"] = address }));

    /// <summary>Shows a document.</summary>
    public async Task ShowAsync(string html)
    {
        var frame = (string)(await SendAsync("Page.getFrameTree"))["frameTree"]!["frame"]!["id"]!;
        await SendAsync("Page.setDocumentContent", new() { ["frameId"] = frame, ["html"] = html });
    }

    /// <summary>Does what loads another page, and waits until it is loaded.</summary>
    public async Task LoadAsync(Func<Task> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await act();
        await _loaded.Task.WaitAsync(Patience);
    }

    /// <summary>The value of an expression of JavaScript; a promise's when it is there.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true, ["userGesture"] = true });
        return answer["exceptionDetails"] is { } thrown
            ? throw new InvalidOperationException($"{thrown["exception"]?["description"] ?? thrown["text"]}")
            : answer["result"]!["value"]?.DeepClone();
    }

    /// <summary>A picture of the whole page, or of the first element that a selector finds, as PNG.</summary>
    public async Task<byte[]> PictureAsync(string? selector = null)
    {
        var box = (await EvaluateAsync($$"""(() => { const b = ({{(selector is null ? "document.documentElement" : $"document.querySelector({JsonValue.Create(selector).ToJsonString()})")}}).getBoundingClientRect(); return { x: b.x, y: b.y, width: b.width, height: b.height }; })()"""))!.AsObject();
        box["scale"] = 1;
        return Convert.FromBase64String((string)(await SendAsync("Page.captureScreenshot", new() { ["format"] = "png", ["captureBeyondViewport"] = true, ["clip"] = box }))["data"]!);
    }

    internal Task<JsonNode> SendAsync(string method, JsonObject? parameters = null) => _browser.SendAsync(_session, method, parameters);

    internal void Hear(string method, JsonNode parameters)
    {
        switch (method)
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Runtime.exceptionThrown":
                _errors.Enqueue(parameters["exceptionDetails"]!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when (string?)parameters["type"] is "error" or "warning" or "assert":
                _errors.Enqueue(parameters["args"]!.ToJsonString());
                break;
            case "Log.entryAdded" when (string?)parameters["entry"]!["level"] is "error" or "warning":
                _errors.Enqueue(parameters["entry"]!.ToJsonString());
                break;
        }
    }
}
