using Microsoft.AspNetCore.Http;

namespace Basewatch.World.Scripted;

/// <summary>The answers, good and hostile, that scripts are made of.</summary>
public static class Answers
{
    /// <summary>A text with a status and type.</summary>
    public static RequestDelegate Text(int status, string contentType, string body) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body, context.RequestAborted);
    };

    /// <summary>A JSON text.</summary>
    public static RequestDelegate Json(string body, int status = 200) => Text(status, "application/json", body);

    /// <summary>A page for people, where a machine expects JSON, as captive portals and proxies send it.</summary>
    public static RequestDelegate Html() => Text(200, "text/html", "<!doctype html><title>Sign in</title><p>Please sign in to the network.");

    /// <summary>A status without a body.</summary>
    public static RequestDelegate Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>429 with <c>Retry-After</c> as it is given: seconds, an HTTP date, or nonsense.</summary>
    public static RequestDelegate TooManyRequests(string retryAfter) => context =>
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    /// <summary>Never answers; ends when the client gives up or the server is disposed.</summary>
    public static RequestDelegate Hang() => context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);

    /// <summary>Announces the whole body, sends half of it, and breaks the connection.</summary>
    public static RequestDelegate Half(string contentType, string body) => async context =>
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    };

    /// <summary>A body without end, for as long as the client reads.</summary>
    public static RequestDelegate Endless(string contentType) => async context =>
    {
        var chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)'[');
        context.Response.ContentType = contentType;
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        }
    };

    /// <summary>The answers in turn, one a request; the last one stays.</summary>
    public static RequestDelegate InTurn(params RequestDelegate[] answers)
    {
        var next = -1;
        return context => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](context);
    }
}
