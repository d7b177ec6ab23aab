using System.Net;

using Basewatch.Adapters.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

using Xunit;

namespace Basewatch.Adapters.Tests.Lifecycle;

public sealed class EndOfLifeDateCatalogTests : IDisposable
{
    private const string Python = """{"schema_version":"1.2.1","result":[{"name":"python","label":"Python","releases":[{"name":"3.8","eolFrom":"2024-10-07"}]}]}""";

    private static readonly Uri Address = new("https://catalog.example/api/v1");

    private readonly string _folder = Directory.CreateTempSubdirectory("basewatch-catalog").FullName;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));

    private FileCatalogCache Cache => new(Path.Combine(_folder, "cache", "catalog"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_catalogue_is_asked_for_twice_a_day_at_most_even_by_another_process()
    {
        using var handler = new ScriptedHandler(_ => ScriptedHandler.Json(Python));
        using var first = Client(handler);
        using var second = Client(handler);

        await first.GetAsync(TestContext.Current.CancellationToken);
        await first.GetAsync(TestContext.Current.CancellationToken);
        Assert.Equal("python", Assert.Single((await second.GetAsync(TestContext.Current.CancellationToken)).Products).Name);
        Assert.Equal(1, handler.Requests);

        _time.Advance(TimeSpan.FromHours(12));
        await first.GetAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, handler.Requests);
    }

    [Fact]
    public async Task An_unchanged_catalogue_is_not_sent_again()
    {
        string? asked = null;
        using var handler = new ScriptedHandler(request =>
        {
            Assert.Equal("https://catalog.example/api/v1/products/full", request.RequestUri!.AbsoluteUri);
            asked = request.Headers.IfNoneMatch.ToString();
            return asked == "\"v1\"" ? new HttpResponseMessage(HttpStatusCode.NotModified) : ScriptedHandler.Json(Python, "\"v1\"");
        });
        using (var client = Client(handler))
        {
            await client.GetAsync(TestContext.Current.CancellationToken);
        }

        _time.Advance(TimeSpan.FromHours(13));
        using var later = Client(handler);
        Assert.Single((await later.GetAsync(TestContext.Current.CancellationToken)).Products);
        Assert.Equal("\"v1\"", asked);

        _time.Advance(TimeSpan.FromHours(11));
        using var again = Client(handler);
        await again.GetAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, handler.Requests);
    }

    [Theory]
    [InlineData("""{"result":[{"name":"python","rele""")]
    [InlineData("<html>sign in</html>")]
    [InlineData("""{"result":[]}""")]
    [InlineData("[]")]
    [InlineData(null)]
    public async Task A_bad_answer_leaves_the_last_good_copy_and_is_an_error_without_one(string? body)
    {
        using var good = new ScriptedHandler(_ => ScriptedHandler.Json(Python));
        using var bad = new ScriptedHandler(_ => body is null ? new HttpResponseMessage(HttpStatusCode.BadGateway) : ScriptedHandler.Json(body));
        using (var client = Client(bad))
        {
            var error = await Assert.ThrowsAsync<LifecycleCatalogException>(() => client.GetAsync(TestContext.Current.CancellationToken));
            Assert.Contains("catalog.example", error.Message, StringComparison.Ordinal);
        }

        using (var client = Client(good))
        {
            await client.GetAsync(TestContext.Current.CancellationToken);
        }

        _time.Advance(TimeSpan.FromDays(2));
        using var later = Client(bad);
        Assert.Single((await later.GetAsync(TestContext.Current.CancellationToken)).Products);
        await later.GetAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, bad.Requests);
    }

    [Fact]
    public async Task One_that_does_not_answer_is_not_asked_again_at_once()
    {
        using var bad = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.BadGateway));
        using var client = Client(bad);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<LifecycleCatalogException>(() => client.GetAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, bad.Requests);
        _time.Advance(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<LifecycleCatalogException>(() => client.GetAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, bad.Requests);
    }

    [Fact]
    public async Task A_catalogue_that_lost_products_dates_or_its_server_serves_what_was_good()
    {
        // Over a real connection: half of a body is something else than a broken text.
        await using var server = await ScriptedServer.StartAsync(Answers.Json(Catalog(("python", "2024-10-07"), ("node", "2027-04-30"), ("go", null))));
        var logs = new KeptLog();
        Assert.Null(await NewClient().FindKeptAsync(TestContext.Current.CancellationToken));
        Assert.Equal("go null, node 2027-04-30, python 2024-10-07; checked 0 days ago; ", await AskAsync());

        // A product that vanished, and one whose dates did.
        await NextAsync(1, Answers.Json("""{"result":[{"name":"node","label":"node","releases":[{"name":"1","isEol":false}]},{"name":"go","label":"go","releases":[{"name":"1","eolFrom":null}]}]}"""));
        Assert.Equal("go null, node 2027-04-30, python 2024-10-07; checked 0 days ago; ", await AskAsync());
        Assert.Equal(2, logs.Lines.Count(l => l.Contains("carried along for 30 days", StringComparison.Ordinal)));

        // A date that moved back counts, and is told.
        await NextAsync(1, Answers.Json(Catalog(("node", "2026-04-30"), ("go", "2026-01-01"))));
        Assert.Equal("go 2026-01-01, node 2026-04-30, python 2024-10-07; checked 0 days ago; ", await AskAsync());

        // Most of it gone, half a body, the server down: nothing of it is believed, and all of it is told.
        await NextAsync(1, Answers.Json(Catalog(("other", null))));
        server.Script = Answers.Half("application/json", Catalog(("python", "2024-10-07"), ("node", null)));
        Assert.Contains("checked 1 days ago; 127.0.0.1 did not send", await AskAsync(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromDays(5));
        server.Script = Answers.Status(503);
        Assert.Equal("go 2026-01-01, node 2026-04-30, python 2024-10-07; checked 6 days ago; 127.0.0.1 answered 503 for its catalogue of lifecycles", await AskAsync());

        // Another process, asking nobody, knows why.
        Assert.Contains("answered 503", (await NewClient().FindKeptAsync(TestContext.Current.CancellationToken))!.Problem, StringComparison.Ordinal);

        // Back again; what vanished is let go after thirty days.
        await NextAsync(1, Answers.Json(Catalog(("node", "2026-04-30"), ("go", "2026-01-01"), ("new", null))));
        Assert.Contains("python", await AskAsync(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal("go 2026-01-01, new null, node 2026-04-30; checked 0 days ago; ", await AskAsync());

        EndOfLifeDateCatalog NewClient() => new(new HttpClient(), server.Address, Cache, _time, logs);

        async Task<string> AskAsync()
        {
            using var client = NewClient();
            var catalog = await client.GetAsync(TestContext.Current.CancellationToken);
            return $"{string.Join(", ", catalog.Products.OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name} {p.Cycles[0].Eol?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "null"}"))}; checked {(_time.GetUtcNow() - catalog.CheckedAt!.Value).Days} days ago; {catalog.Problem}";
        }

        Task NextAsync(int days, Microsoft.AspNetCore.Http.RequestDelegate answer)
        {
            _time.Advance(TimeSpan.FromDays(days));
            server.Script = answer;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Most_of_a_catalogue_gone_is_believed_after_thirty_days_alone()
    {
        var body = Catalog(("a", null), ("b", null), ("c", null));
        using var handler = new ScriptedHandler(_ => ScriptedHandler.Json(body));
        using (var client = Client(handler))
        {
            await client.GetAsync(TestContext.Current.CancellationToken);
        }

        body = Catalog(("a", null));
        foreach (var (days, products) in new[] { (1, 3), (28, 3), (1, 3), (30, 1) })
        {
            _time.Advance(TimeSpan.FromDays(days));
            using var client = Client(handler);
            var catalog = await client.GetAsync(TestContext.Current.CancellationToken);
            Assert.Equal(products, catalog.Products.Count);
            Assert.Equal(days is 30 || catalog.Problem is null, catalog.Problem?.Contains("1 products, where there were 3", StringComparison.Ordinal) is null);
        }
    }

    [Fact]
    public async Task An_endless_body_is_cut_off()
    {
        using var handler = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream()) });
        using var client = Client(handler);

        var error = await Assert.ThrowsAsync<LifecycleCatalogException>(() => client.GetAsync(TestContext.Current.CancellationToken));

        Assert.Contains("32 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up()
    {
        using var handler = new ScriptedHandler(async (_, token) =>
        {
            _time.Advance(TimeSpan.FromSeconds(61));
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            throw new InvalidOperationException();
        });
        using var client = Client(handler);

        var error = await Assert.ThrowsAsync<LifecycleCatalogException>(() => client.GetAsync(TestContext.Current.CancellationToken));

        Assert.Contains("within 60 seconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spoilt_copy_is_as_good_as_none()
    {
        await Cache.WriteAsync("BWC1 and no more than that"u8.ToArray(), TestContext.Current.CancellationToken);
        using var handler = new ScriptedHandler(_ => ScriptedHandler.Json(Python));
        using var client = Client(handler);

        Assert.Single((await client.GetAsync(TestContext.Current.CancellationToken)).Products);
    }

    [Fact]
    public void Missing_new_and_broken_fields_do_no_harm_to_other_products()
    {
        var body = """
            {"generated_at":"2026-08-22T00:00:00Z","new":{},"result":[
              {"name":"a","label":null,"aliases":["x",7],"identifiers":[{"id":"pkg:docker/library/a"},{"id":"pkg:docker/library/a"},{},3],"links":{"html":"https://e.example/a"},
               "releases":[{"name":"2","eolFrom":null,"isEol":true,"eoasFrom":null,"discontinuedFrom":"x","isLts":true,"codename":"Noble Numbat"},
                           {"name":"1","releaseDate":"2020-01-02","eolFrom":"2021-02-03","eoesFrom":"2022-03-04"}]},
              {"name":"dates","releases":[{"name":"1","eolFrom":"soon"}]},
              {"name":"shape","releases":{}},
              {"label":"no name","releases":[]},
              "text"]}
            """u8.ToArray();

        var catalog = LifecycleCatalogReader.Read(body, "test", DateTimeOffset.UnixEpoch, NullLogger.Instance);

        var product = Assert.Single(catalog.Products);
        Assert.Equal("a", product.Label);
        Assert.Equal(["x"], product.Aliases);
        Assert.Equal(["docker.io/library/a"], product.Images);
        Assert.Equal("https://e.example/a", product.Url);
        Assert.Equal(new Core.Lifecycle.Cycle("2", "Noble Numbat", null, null, IsEol: true, null, IsLts: true), product.Cycles[0]);
        Assert.Equal(new Core.Lifecycle.Cycle("1", null, new DateOnly(2020, 1, 2), new DateOnly(2021, 2, 3), IsEol: false, new DateOnly(2022, 3, 4), IsLts: false), product.Cycles[1]);
        Assert.Equal(2026, catalog.AsOf.Year);
    }

    [Theory]
    [InlineData("pkg:docker/library/python", "docker.io/library/python")]
    [InlineData("pkg:docker/bitnami/node@16?arch=amd64", "docker.io/bitnami/node")]
    [InlineData("pkg:docker/x/y?repository_url=ghcr.io", "ghcr.io/x/y")]
    [InlineData("pkg:oci/argocd?repository_url=quay.io/argoproj", "quay.io/argoproj/argocd")]
    [InlineData("pkg:oci/debian?repository_url=docker.io/library/debian", "docker.io/library/debian")]
    [InlineData("pkg:oci/prometheus?repository_url=quay.io/repository/prometheus", "quay.io/prometheus/prometheus")]
    [InlineData("pkg:oci/a?arch=x&repository_url=https%3A%2F%2Fghcr.io%2Fb", "ghcr.io/b/a")]
    [InlineData("pkg:oci/nowhere", null)]
    [InlineData("pkg:docker/UPPER", null)]
    [InlineData("pkg:generic/python", null)]
    public void An_identifier_names_a_repository(string identifier, string? image) => Assert.Equal(image, LifecycleCatalogReader.ImageOf(identifier));

    [Fact]
    public async Task A_file_is_read_and_a_missing_one_is_named()
    {
        var path = Path.Combine(_folder, "full.json");
        var file = new LifecycleCatalogFile(path, NullLogger<LifecycleCatalogFile>.Instance);
        var error = await Assert.ThrowsAsync<LifecycleCatalogException>(() => file.GetAsync(TestContext.Current.CancellationToken));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, Python, TestContext.Current.CancellationToken);
        Assert.Single((await file.GetAsync(TestContext.Current.CancellationToken)).Products);
    }

    private static string Catalog(params (string Name, string? Eol)[] products) =>
        $$"""{"generated_at":"2026-08-22T00:00:00Z","result":[{{string.Join(',', products.Select(p => $$"""{"name":"{{p.Name}}","label":"{{p.Name}}","releases":[{"name":"1","isEol":false,"eolFrom":{{(p.Eol is null ? "null" : $"\"{p.Eol}\"")}}}]}"""))}}]}""";

    private EndOfLifeDateCatalog Client(ScriptedHandler handler) =>
        new(new HttpClient(handler, disposeHandler: false), Address, Cache, _time, NullLogger<EndOfLifeDateCatalog>.Instance);

    private sealed class KeptLog : ILogger<EndOfLifeDateCatalog>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
