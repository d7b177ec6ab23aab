using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Basewatch.World.Scripted;

/// <summary>
/// Receives OpenTelemetry's traces, metrics and logs by OTLP over HTTP, and reads what it needs of their Protocol Buffers:
/// <see href="https://github.com/open-telemetry/opentelemetry-proto"/>. The numbers of fields are that definition's.
/// </summary>
public sealed class OtlpReceiver : ScriptedServer
{
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();

    /// <summary>A receiver that is not started yet.</summary>
    public OtlpReceiver()
        : base(_ => Task.CompletedTask) => Script = async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            if (context.Request is not { Method: "POST", ContentType: "application/x-protobuf" })
            {
                context.Response.StatusCode = 415;
                return;
            }

            _received.Enqueue((context.Request.Path, body.ToArray()));
        };

    /// <summary>Every span.</summary>
    public IReadOnlyList<ReceivedSpan> Spans =>
    [
        .. from scope in Scopes("/v1/traces")
           from span in scope.Scope.All(2)
           select new ReceivedSpan(
               scope.Name, span.Text(5), (int)span.Number(6), span.Hex(1), span.Hex(2), span.Hex(4), (int)(span.Find(15)?.Number(3) ?? 0), Attributes(span, 9))
           {
               Links = [.. span.All(13).Select(l => l.Hex(1))],
           },
    ];

    /// <summary>The points of every metric, as often as they were sent.</summary>
    public IReadOnlyList<ReceivedPoint> Points =>
    [
        .. from scope in Scopes("/v1/metrics")
           from metric in scope.Scope.All(2)
           from point in PointsOf(metric)
           select point with { Scope = scope.Name, Metric = metric.Text(1), Unit = metric.Text(3) },
    ];

    /// <summary>Every line of the log, with the span that it was written in.</summary>
    public IReadOnlyList<(string Text, string Trace)> Logs => [.. from scope in Scopes("/v1/logs") from record in scope.Scope.All(2) select (record.Find(5)?.Text(1) ?? "", record.Hex(9))];

    /// <summary>What was sent it says it comes from.</summary>
    public IReadOnlyDictionary<string, string> Resource =>
        _received.Select(r => new ProtocolMessage(r.Body).All(1).First()).Select(r => Attributes(r.Find(1)!.Value, 1)).FirstOrDefault() ?? new Dictionary<string, string>(StringComparer.Ordinal);

    private IEnumerable<(string Name, ProtocolMessage Scope)> Scopes(string path) =>
        from request in _received
        where request.Path == path
        from resource in new ProtocolMessage(request.Body).All(1)
        from scope in resource.All(2)
        select (scope.Find(1)?.Text(1) ?? "", scope);

    private static IEnumerable<ReceivedPoint> PointsOf(ProtocolMessage metric)
    {
        foreach (var kind in new[] { 5, 7 })
        {
            foreach (var point in metric.Find(kind)?.All(1) ?? [])
            {
                yield return new ReceivedPoint(kind == 5 ? "gauge" : "sum", point.Has(4) ? point.Double(4) : point.Number(6), 1, Attributes(point, 7));
            }
        }

        foreach (var point in metric.Find(9)?.All(1) ?? [])
        {
            yield return new ReceivedPoint("histogram", point.Double(5), point.Number(4), Attributes(point, 9));
        }
    }

    private static Dictionary<string, string> Attributes(ProtocolMessage message, int field)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in message.All(field))
        {
            var value = pair.Find(2);
            attributes[pair.Text(1)] = value is not { } v ? "" : v.Has(3) ? v.Number(3).ToString(CultureInfo.InvariantCulture) : v.Text(1);
        }

        return attributes;
    }
}

/// <summary>A span.</summary>
/// <param name="Scope">Who made it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="Trace">Its trace, in hexadecimal.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">The id of the one it is a part of; empty for the first.</param>
/// <param name="Status">2: an error.</param>
/// <param name="Attributes">What else it tells.</param>
public sealed record ReceivedSpan(string Scope, string Name, int Kind, string Trace, string Id, string Parent, int Status, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The traces that it links to.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];
}

/// <summary>A point of a metric.</summary>
/// <param name="Kind"><c>gauge</c>, <c>sum</c>, <c>histogram</c>.</param>
/// <param name="Value">The number, or the sum of a histogram.</param>
/// <param name="Count">How many were measured: 1 but in a histogram.</param>
/// <param name="Attributes">Its labels.</param>
public sealed record ReceivedPoint(string Kind, double Value, long Count, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Who made it.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Name of the metric.</summary>
    public string Metric { get; init; } = "";

    /// <summary>Its unit.</summary>
    public string Unit { get; init; } = "";
}

/// <summary>A message of Protocol Buffers, read field by field: <see href="https://protobuf.dev/programming-guides/encoding/"/>.</summary>
internal readonly struct ProtocolMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public ProtocolMessage(ReadOnlyMemory<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var key = Varint(bytes.Span, ref at);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    _fields.Add((field, Varint(bytes.Span, ref at), default));
                    break;
                case 1:
                    _fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes.Span, ref at);
                    _fields.Add((field, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    _fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"no message: field {field} has wire type {key & 7}");
            }
        }
    }

    public bool Has(int field) => _fields.Exists(f => f.Field == field);

    public IEnumerable<ProtocolMessage> All(int field) => _fields.Where(f => f.Field == field).Select(f => new ProtocolMessage(f.Bytes));

    public ProtocolMessage? Find(int field) => Has(field) ? All(field).First() : null;

    public long Number(int field) => (long)_fields.Find(f => f.Field == field).Number;

    public double Double(int field) => BitConverter.UInt64BitsToDouble(_fields.Find(f => f.Field == field).Number);

    public string Text(int field) => Encoding.UTF8.GetString(_fields.Find(f => f.Field == field).Bytes.Span);

    public string Hex(int field) => Convert.ToHexStringLower(_fields.Find(f => f.Field == field).Bytes.Span);

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
