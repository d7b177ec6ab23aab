using System.Text;
using Azure.Core;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Images;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>What the tests with scripted registries share.</summary>
internal static class Scripts
{
    public const string IndexType = "application/vnd.oci.image.index.v1+json";

    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    public const string Image =
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"x"},"layers":[]}""";

    public static Digest ImageDigest { get; } = Digest.Of(Encoding.UTF8.GetBytes(Image));

    /// <summary>The command line's client: any address, loopback by plain HTTP.</summary>
    public static OciRegistry Open(
        RegistrySettings? settings = null, RegistryOptions? options = null, TimeProvider? time = null,
        ILogger<OciRegistry>? logger = null, Func<AzureIdentityName, TokenCredential>? azure = null) => new(
        (options ?? new RegistryOptions()) with { AllowAnyAddress = true, Registries = settings is null ? [] : [settings] },
        time ?? TimeProvider.System,
        logger ?? NullLogger<OciRegistry>.Instance,
        azure ?? (_ => throw new InvalidOperationException("No Azure identity is expected.")));

    public static ImageName Name(this ScriptedServer server, string repository = "team/app") => ImageName.Parse($"{server.Host}/{repository}");

    public static ImageReference Reference(this ScriptedServer server, string rest = "team/app:1") => ImageReference.Parse($"{server.Host}/{rest}");

    /// <summary>An answer with headers on top.</summary>
    public static RequestDelegate With(this RequestDelegate answer, string header, string value) => context =>
    {
        context.Response.Headers[header] = value;
        return answer(context);
    };

    /// <summary>A page of a tag list.</summary>
    public static RequestDelegate Tags(params string[] tags) =>
        Answers.Json($$"""{"name":"team/app","tags":[{{string.Join(',', tags.Select(t => $"\"{t}\""))}}]}""");

    /// <summary>A manifest with its digest in the header, for HEAD and GET alike.</summary>
    public static RequestDelegate Manifest(string body = Image, string type = ManifestType, string? digest = null) => context =>
    {
        context.Response.Headers["Docker-Content-Digest"] = digest ?? Digest.Of(Encoding.UTF8.GetBytes(body)).ToString();
        return Answers.Text(200, type, body)(context);
    };

    /// <summary>Answers a path as it says, everything else with 404.</summary>
    public static RequestDelegate Paths(params (string Path, RequestDelegate Answer)[] answers) => context =>
        (answers.FirstOrDefault(a => context.Request.Path == a.Path).Answer ?? Answers.Json("""{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}""", 404))(context);
}

/// <summary>A clock that runs faster, so that waits can be seen without waiting.</summary>
internal sealed class HastyTime(int factor = 1000) : TimeProvider
{
    private readonly List<TimeSpan> _timers = [];
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _startStamp = System.GetTimestamp();

    /// <summary>The waits that were asked for.</summary>
    public IReadOnlyList<TimeSpan> Timers
    {
        get
        {
            lock (_timers)
            {
                return [.. _timers];
            }
        }
    }

    /// <summary>How long it has run, by itself.</summary>
    public TimeSpan Elapsed => System.GetElapsedTime(_startStamp) * factor;

    public override long GetTimestamp() => _startStamp + ((System.GetTimestamp() - _startStamp) * factor);

    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(this, base.CreateTimer(callback, state, Note(dueTime), period));

    private TimeSpan Note(TimeSpan dueTime)
    {
        if (dueTime <= TimeSpan.Zero)
        {
            return dueTime;
        }

        lock (_timers)
        {
            _timers.Add(dueTime);
        }

        return dueTime / factor;
    }

    private sealed class Timer(HastyTime time, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(time.Note(dueTime), period);

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
