using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>
/// The Functions door, compiled here from its source against declarations of its packages (Fixtures/FunctionsPackages.cs.txt),
/// so that it is tested where a feed does not carry them too.
/// </summary>
public sealed class FunctionsDoorTests(FunctionsDoor door) : IClassFixture<FunctionsDoor>, IAsyncDisposable
{
    private OciRegistry? _others;
    private ScriptedServer? _server;

    [Fact]
    public void It_compiles_without_a_warning() => Assert.Empty(door.Diagnostics);

    [Fact]
    public void Every_function_has_a_class_of_its_name_and_one_trigger()
    {
        Assert.Equal(
            [
                "AlertsTimer", "ArgoCdTrigger", "BadgeTrigger", "DashboardTrigger", "FluxTrigger", "GitHubWebhookTrigger", "HealthLiveTrigger", "HealthReadyTrigger", "HealthTrigger", "ImagesTimer", "InventoryTimer", "JobQueueTrigger", "LifecycleTimer",
                "PoisonTrigger", "PushTrigger", "RebuildsTimer", "RegistryEventTrigger", "ReportsTrigger", "ReviewsTimer", "RolloutTrigger", "ScanTrigger", "SnoozeTrigger", "StatusTrigger",
            ],
            door.Functions.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(door.Functions, f => Assert.Equal(f.Method.DeclaringType!.Name, f.Name));
        Assert.All(door.Functions, f => Assert.Single(f.Method.GetParameters(), IsTrigger));

        // Whatever else is public is none that someone forgot to mark.
        Assert.Equal(["AcrRegistry"], door.Types.Where(t => t.IsPublic).Select(t => t.Name).Except(door.Functions.Select(f => f.Name), StringComparer.Ordinal));
    }

    [Fact]
    public void Every_timer_has_a_schedule_that_can_be_set_and_stands_in_the_example()
    {
        var schedules = Triggers("TimerTrigger").Select(t => (string)Value(t.Trigger, "Schedule")!).ToArray();
        Assert.Equal(6, schedules.Distinct(StringComparer.Ordinal).Count());
        foreach (var schedule in schedules)
        {
            Assert.True(schedule.StartsWith('%') && schedule.EndsWith('%'), schedule);
            var setting = schedule.Trim('%');
            Assert.Equal(DefaultOf(setting), Example()[setting]);
        }
    }

    [Fact]
    public void Only_health_what_is_signed_and_the_dashboard_which_looks_itself_are_open_to_anyone()
    {
        var levels = Triggers("HttpTrigger").ToDictionary(t => t.Name, t => Value(t.Trigger, "AuthLevel")!.ToString(), StringComparer.Ordinal);
        Assert.Equal(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ArgoCdTrigger"] = "Anonymous",
                ["BadgeTrigger"] = "Anonymous",
                ["DashboardTrigger"] = "Anonymous",
                ["FluxTrigger"] = "Anonymous",
                ["GitHubWebhookTrigger"] = "Anonymous",
                ["HealthLiveTrigger"] = "Anonymous",
                ["HealthReadyTrigger"] = "Anonymous",
                ["HealthTrigger"] = "Anonymous",
                ["PushTrigger"] = "Function",
                ["ReportsTrigger"] = "Function",
                ["RolloutTrigger"] = "Function",
                ["ScanTrigger"] = "Function",
                ["SnoozeTrigger"] = "Anonymous",
                ["StatusTrigger"] = "Function",
            },
            levels);
    }

    [Fact]
    public void The_addresses_are_those_of_the_local_service() => Assert.Equal(
        ["get api/health", "get api/health/live", "get api/health/ready", "get api/status", "get head badge/{owner}/{file}", "get head post {page?}", "get post api/alerts/snooze", "post api/github", "post api/pushes/{kind}", "post api/reports", "post api/rollouts", "post api/scan", "post hooks/argocd", "post hooks/flux"],
        Triggers("HttpTrigger").Select(t => $"{string.Join(' ', (string[])Value(t.Trigger, "Methods")!)} {Value(t.Trigger, "Route")}").Order(StringComparer.Ordinal));

    [Fact]
    public void The_queues_are_the_one_that_jobs_are_sent_to_and_the_one_for_what_is_given_up() =>
        Assert.Equal(
            [("JobQueueTrigger", StorageOptions.DefaultQueue), ("PoisonTrigger", StorageOptions.PoisonQueue)],
            Triggers("QueueTrigger").Select(t => (t.Name, (string)Value(t.Trigger, "QueueName")!)).Order());

    [Fact]
    public void Host_settings_can_be_read_and_leave_what_the_code_relies_on()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(FunctionsDoor.Root, "host.json")));
        Assert.Equal("2.0", host.RootElement.GetProperty("version").GetString());
        var extensions = host.RootElement.GetProperty("extensions");
        Assert.Equal("", extensions.GetProperty("http").GetProperty("routePrefix").GetString());

        // A look at everything hands over what is left before the host would end it, with some time for what is under way.
        Assert.True(TimeSpan.Parse(host.RootElement.GetProperty("functionTimeout").GetString()!, CultureInfo.InvariantCulture) >= JobRunner.LongestLook + TimeSpan.FromMinutes(2));

        // Between the deliveries of a message that failed. Five of them at once would be no second chance.
        var queues = extensions.GetProperty("queues");
        Assert.True(TimeSpan.Parse(queues.GetProperty("visibilityTimeout").GetString()!, CultureInfo.InvariantCulture) >= TimeSpan.FromSeconds(30));
        Assert.Equal(5, queues.GetProperty("maxDequeueCount").GetInt32());

        // Base64, the default, is what the queue's other side writes.
        Assert.False(extensions.GetProperty("queues").TryGetProperty("messageEncoding", out _));
    }

    [Fact]
    public void The_example_needs_a_token_and_nothing_more()
    {
        var example = Example();
        Assert.Equal(["GitHub:Token is empty or has characters that no token has"], Load(example).Problems());
        example["Basewatch:GitHub:Token"] = "token";
        Assert.Empty(Load(example).Problems());
    }

    [Fact]
    public void Every_setting_and_every_function_is_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(FunctionsDoor.Root, "docs", "azure.md"));

        // These two are not taken from there: RegistriesFor sets them.
        string[] unread = ["Basewatch__RegistryLimits__Registries", "Basewatch__RegistryLimits__AllowAnyAddress"];
        Assert.All(
            SettingsOf(typeof(BasewatchOptions), BasewatchOptions.Section).Except(unread, StringComparer.Ordinal).Concat(door.Functions.Select(f => f.Name)),
            name => Assert.Contains($"\n| `{name}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_Azure_registry_gives_its_tags_by_the_page_and_their_digests_with_them()
    {
        var (registry, azure, time) = Registry();
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = Page(["1.0", "1.1"], """</acr/v1/team/app/_tags?last=1.1&n=1000&orderby=>; rel="next" """);
        azure.Answers["/acr/v1/team/app/_tags?last=1.1&n=1000&orderby="] = Page(["1.2"]);
        azure.Answers["/v2/team/app/manifests/1.2"] = () => Digested(DigestOf("pushed again"));

        Assert.Equal(["1.0", "1.1", "1.2"], await registry.ListTagsAsync(App, Cancelled));
        Assert.Equal(DigestOf("1.2"), await registry.ResolveAsync(new ImageReference(App, "1.2"), Cancelled));
        Assert.Null(await registry.ResolveAsync(new ImageReference(App, "9"), Cancelled));
        Assert.Equal(2, azure.Requests.Count);

        // Not for long: it may be pushed again.
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(DigestOf("pushed again"), await registry.ResolveAsync(new ImageReference(App, "1.2"), Cancelled));
        Assert.Equal("HEAD fox.azurecr.io/v2/team/app/manifests/1.2", azure.Requests.Last());
    }

    [Fact]
    public async Task An_Azure_registry_says_with_its_list_when_tags_were_pushed_and_later_of_one_tag()
    {
        var (registry, azure, time) = Registry();
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = Page(["1.0", "1.1"]);
        azure.Answers["/acr/v1/team/app/_tags/1.1"] = () => new() { Content = new StringContent($$$"""{"registry":"fox.azurecr.io","imageName":"team/app","tag":{{{Tag("1.1")}}}}""") };

        await registry.ListTagsAsync(App, Cancelled);
        Assert.Equal(Pushed, await registry.GetPushDateAsync(new ImageReference(App, "1.1", DigestOf("1.1")), Cancelled));
        Assert.Null(await registry.GetPushDateAsync(new ImageReference(App, "1.1", DigestOf("another")), Cancelled));
        Assert.Single(azure.Requests);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Pushed, await registry.GetPushDateAsync(new ImageReference(App, "1.1", DigestOf("1.1")), Cancelled));
        Assert.Equal(2, azure.Requests.Count);

        // The image is asked then.
        azure.Answers["/acr/v1/team/app/_tags/1.1"] = () => new(HttpStatusCode.BadGateway);
        Assert.Null(await registry.GetPushDateAsync(new ImageReference(App, "1.1", DigestOf("1.1")), Cancelled));
    }

    [Fact]
    public async Task What_is_attached_to_an_image_of_an_Azure_registry_is_read_page_by_page()
    {
        var (registry, azure, _) = Registry();
        var path = $"/v2/team/app/referrers/{DigestOf("1")}";
        azure.Answers[path] = () => Attached("a", $"<{path}?last=a>; rel=\"next\"");
        azure.Answers[$"{path}?last=a"] = () => Attached("b", null);

        var referrers = await registry.GetReferrersAsync(App, DigestOf("1"), null, [], Cancelled);

        Assert.Equal([DigestOf("a"), DigestOf("b")], referrers.Select(r => r.Digest));
        Assert.Equal(SignatureKind.Notation, SignatureKinds.Of(referrers));
        Assert.Empty(await registry.GetReferrersAsync(App, DigestOf("2"), null, [], Cancelled));

        azure.Answers[$"{path}?last=a"] = () => new(HttpStatusCode.NotFound);
        var half = await Assert.ThrowsAsync<RegistryException>(() => registry.GetReferrersAsync(App, DigestOf("1"), null, [], Cancelled));
        Assert.Contains("a part of what is attached", half.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_list_is_believed_at_once()
    {
        var (registry, azure, _) = Registry();
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = Page(["1.0"]);
        await registry.ListTagsAsync(App, Cancelled);
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = Page(["2.0"]);
        Assert.Equal(["2.0"], await registry.ListTagsAsync(App, Cancelled));
        Assert.Null(await registry.ResolveAsync(new ImageReference(App, "1.0"), Cancelled));
        Assert.Equal(DigestOf("2.0"), await registry.ResolveAsync(new ImageReference(App, "2.0"), Cancelled));
    }

    [Fact]
    public async Task What_an_Azure_registry_does_not_have_is_null()
    {
        var (registry, _, _) = Registry();
        Assert.Null(await registry.ListTagsAsync(App, Cancelled));
        Assert.Null(await registry.ResolveAsync(new ImageReference(App, "1"), Cancelled));
        Assert.Null(await registry.GetManifestAsync(new ImageReference(App, null, DigestOf("1")), Cancelled));
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, RegistryFailure.RateLimited, "asked too often")]
    [InlineData(HttpStatusCode.BadGateway, RegistryFailure.ServerError, "answered 502")]
    [InlineData(HttpStatusCode.Found, RegistryFailure.Malformed, "answered 302")]
    [InlineData(HttpStatusCode.OK, RegistryFailure.Malformed, "can't be read")]
    public async Task An_Azure_registry_that_fails_says_how(HttpStatusCode status, RegistryFailure failure, string says)
    {
        var (registry, azure, _) = Registry();
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = () => new(status) { Content = new StringContent("<html>"), Headers = { RetryAfter = new(TimeSpan.FromSeconds(7)) } };
        var thrown = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(App, Cancelled));
        Assert.Equal((failure, "fox.azurecr.io"), (thrown.Failure, thrown.Host));
        Assert.Contains(says, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(failure is RegistryFailure.Malformed ? null : TimeSpan.FromSeconds(7), thrown.RetryAfter);
    }

    [Fact]
    public async Task Half_a_list_and_a_circle_decide_nothing()
    {
        var (registry, azure, _) = Registry();
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = Page(["1"], "</acr/v1/team/app/_tags?last=1>; rel=\"next\"");
        var half = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(App, Cancelled));
        Assert.Contains("a part of its tags", half.Message, StringComparison.Ordinal);

        azure.Answers["/acr/v1/team/app/_tags?last=1"] = Page(["2"], "</acr/v1/team/app/_tags?last=1>; rel=\"next\"");
        var circle = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(App, Cancelled));
        Assert.Contains("in a circle", circle.Message, StringComparison.Ordinal);
        Assert.Equal((RegistryFailure.Malformed, RegistryFailure.Malformed), (half.Failure, circle.Failure));
    }

    [Fact]
    public async Task Who_may_not_read_is_told_which_role_is_missing()
    {
        var (registry, azure, _) = Registry(await ServerAsync(Answers.Status(401)));
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = () => new(HttpStatusCode.Forbidden);
        var thrown = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(App, Cancelled));
        Assert.Equal(RegistryFailure.Denied, thrown.Failure);
        Assert.Contains("AcrPull", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Container Registry Repository Reader", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_Azure_registry_that_anyone_may_read_needs_no_role()
    {
        var (registry, azure, _) = Registry(await ServerAsync(Answers.Json("""{"name":"team/app","tags":["1"]}""")));
        azure.Answers["/acr/v1/team/app/_tags?n=1000"] = () => new(HttpStatusCode.Unauthorized);
        Assert.Equal(["1"], await registry.ListTagsAsync(App, Cancelled));
    }

    [Theory]
    [InlineData("mcr.microsoft.com")]
    [InlineData("azurecr.io")]
    [InlineData("fox.azurecr.io.example.com")]
    [InlineData("fox.azurecr.io:5000")]
    public async Task Other_registries_are_asked_as_ever(string host)
    {
        var (registry, azure, _) = Registry(await ServerAsync(Answers.Json("""{"name":"team/app","tags":["1"]}""")), host);
        Assert.Equal(["1"], await registry.ListTagsAsync(ImageName.Parse($"{host}/team/app"), Cancelled));
        Assert.Empty(azure.Requests);
    }

    [Fact]
    public async Task Credentials_in_the_settings_win_over_the_identity()
    {
        var settings = new RegistrySettings { Host = "fox.azurecr.io", Username = "u", Password = "p" };
        var (registry, azure, _) = Registry(await ServerAsync(Answers.Json("""{"name":"team/app","tags":["1"]}""")), settings: [settings]);
        Assert.Equal(["1"], await registry.ListTagsAsync(App, Cancelled));
        Assert.Empty(azure.Requests);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _others?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private static ImageName App { get; } = ImageName.Parse("fox.azurecr.io/team/app");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static Digest DigestOf(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    private static Func<HttpResponseMessage> Page(string[] tags, string? link = null) => () =>
    {
        var list = string.Join(',', tags.Select(Tag));
        var answer = new HttpResponseMessage { Content = new StringContent($$"""{"registry":"fox.azurecr.io","imageName":"team/app","tags":[{{list}}]}""") };
        if (link is not null)
        {
            answer.Headers.TryAddWithoutValidation("Link", link);
        }

        return answer;
    };

    private static TagDate Pushed { get; } = new(new DateTimeOffset(2026, 11, 2, 3, 4, 5, TimeSpan.Zero), DateSource.Registry);

    private static string Tag(string tag) =>
        $$"""{"name":"{{tag}}","digest":"{{DigestOf(tag)}}","createdTime":"2026-10-01T00:00:00.1234567Z","lastUpdateTime":"2026-11-02T03:04:05.0000000Z","signed":false}""";

    private static HttpResponseMessage Attached(string content, string? link)
    {
        var answer = new HttpResponseMessage
        {
            Content = new StringContent($$$"""{"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"{{{DigestOf(content)}}}","size":7,"artifactType":"application/vnd.cncf.notary.signature"}]}"""),
        };
        if (link is not null)
        {
            answer.Headers.TryAddWithoutValidation("Link", link);
        }

        return answer;
    }

    private static HttpResponseMessage Digested(Digest digest) => new() { Headers = { { "Docker-Content-Digest", digest.ToString() } } };

    private async Task<Uri> ServerAsync(RequestDelegate answer) =>
        (_server = await ScriptedServer.StartAsync(answer)).Address;

    /// <summary>The registry under test, the Azure that it asks, and its clock.</summary>
    /// <param name="other">Where <paramref name="host"/> is reached without the identity; null: nowhere.</param>
    /// <param name="host">The host.</param>
    /// <param name="settings">What the settings say of registries.</param>
    private (IRegistry Registry, ScriptedAzure Azure, FakeTimeProvider Time) Registry(Uri? other = null, string host = "fox.azurecr.io", params RegistrySettings[] settings)
    {
        var (azure, time) = (new ScriptedAzure(), new FakeTimeProvider());
        door.Send(azure);
        _others = new OciRegistry(
            new RegistryOptions { Registries = [new RegistrySettings { Host = host, Endpoint = other?.AbsoluteUri ?? "http://127.0.0.1:1", AllowPrivate = true }] },
            TimeProvider.System,
            NullLogger<OciRegistry>.Instance);
        return ((IRegistry)Activator.CreateInstance(door.Types.Single(t => t.Name == "AcrRegistry"), _others, settings, null, time)!, azure, time);
    }

    private static Dictionary<string, string?> Example()
    {
        using var example = JsonDocument.Parse(File.ReadAllText(Path.Combine(FunctionsDoor.Folder, "local.settings.json.example")));
        return example.RootElement.GetProperty("Values").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString(), StringComparer.Ordinal);
    }

    private static BasewatchOptions Load(Dictionary<string, string?> values) =>
        OptionsLoader.Load(new ConfigurationBuilder().AddInMemoryCollection(values).Build());

    /// <summary>The default of <c>Basewatch:A:B</c>, which has to be a property of the options.</summary>
    private static object? DefaultOf(string setting)
    {
        Assert.StartsWith(BasewatchOptions.Section + ":", setting, StringComparison.Ordinal);
        return setting.Split(':').Skip(1).Aggregate((object?)new BasewatchOptions(), (value, name) =>
        {
            var property = value!.GetType().GetProperty(name);
            Assert.True(property is not null, $"{setting}: there is no property {name}");
            return property.GetValue(value);
        });
    }

    /// <summary>Every setting under a type, as an environment variable.</summary>
    private static IEnumerable<string> SettingsOf(Type type, string name) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let isList = property.PropertyType is { IsGenericType: true } list && list.GetGenericTypeDefinition() == typeof(IList<>)
        where isList || property.SetMethod is { IsPublic: true }
        let item = isList ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType
        let path = $"{name}__{property.Name}{(isList ? "__0" : "")}"
        from setting in item.Namespace!.StartsWith("Basewatch", StringComparison.Ordinal) && !item.IsEnum ? SettingsOf(item, path) : [path]
        select setting;

    private IEnumerable<(string Name, Attribute Trigger)> Triggers(string kind) =>
        from function in door.Functions
        from parameter in function.Method.GetParameters()
        from attribute in parameter.GetCustomAttributes()
        where attribute.GetType().Name == kind + "Attribute"
        select (function.Name, attribute);

    private static bool IsTrigger(ParameterInfo parameter) =>
        parameter.GetCustomAttributes().Any(a => a.GetType().Name.EndsWith("TriggerAttribute", StringComparison.Ordinal));

    private static object? Value(Attribute attribute, string property) => attribute.GetType().GetProperty(property)!.GetValue(attribute);
}
