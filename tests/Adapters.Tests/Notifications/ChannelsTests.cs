using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Notifications;
using Basewatch.Core.Alerts;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Notifications;

public sealed class ChannelsTests : IAsyncDisposable
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly Message Message = SampleMessages.All["end-of-life-90-days"];

    private readonly TeamsInbox _inbox = new();
    private readonly List<Channels> _made = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_is_posted_and_taken_with_202()
    {
        await _inbox.InitializeAsync();
        var channels = Over([Teams()]);

        await channels.SendAsync("TEAMS", Message, Cancelled);

        Assert.Equal(["teams"], channels.Names);
        var request = Assert.Single(_inbox.Requests);
        Assert.Equal(Encoding.UTF8.GetString(TeamsCard.Render(Message)[0]), request.Body);
        Assert.StartsWith("application/json", request.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.False(request.Headers.ContainsKey("traceparent"));
    }

    [Theory]
    [InlineData(429, "120", 120, false)]
    [InlineData(503, "Mon, 23 Nov 2026 00:01:00 GMT", 60, false)]
    [InlineData(503, "Sun, 22 Nov 2026 00:00:00 GMT", 0, false)]
    [InlineData(503, "99999999", 86400, false)]
    [InlineData(503, "soon", null, false)]
    [InlineData(500, null, null, false)]
    [InlineData(408, null, null, false)]
    [InlineData(400, null, null, true)]
    [InlineData(401, null, null, true)]
    [InlineData(404, null, null, true)]
    [InlineData(413, null, null, true)]
    [InlineData(302, null, null, true)]
    public async Task A_refusal_says_the_host_whether_and_when_to_come_again_and_never_the_address(int status, string? retryAfter, int? seconds, bool isPermanent)
    {
        await _inbox.InitializeAsync();
        _inbox.Script = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.CompletedTask;
        };

        var error = await Assert.ThrowsAsync<ChannelException>(() => Over([Teams()], new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero))).SendAsync("teams", Message, Cancelled));

        Assert.Equal(("127.0.0.1", isPermanent, seconds), (error.Host, error.IsPermanent, (int?)error.RetryAfter?.TotalSeconds));
        Assert.Contains($"the webhook of channel teams at 127.0.0.1 answered {status}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-real-signature", error.ToString(), StringComparison.Ordinal);
        Assert.Single(_inbox.Requests);
    }

    [Theory]
    [InlineData("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0,server=x.", false, "with 429")]
    [InlineData("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId tcid=0,server=x.", true, "with 413")]
    [InlineData("Webhook message delivery failed with error: something", false, "it failed")]
    public async Task An_old_connector_that_says_200_and_that_it_failed_has_failed(string body, bool isPermanent, string says)
    {
        await _inbox.InitializeAsync();
        _inbox.Script = Answers.Text(200, "text/plain", body);
        var error = await Assert.ThrowsAsync<ChannelException>(() => Over([Teams()]).SendAsync("teams", Message, Cancelled));
        Assert.Equal(isPermanent, error.IsPermanent);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tcid", error.Message, StringComparison.Ordinal);

        _inbox.Script = Answers.Text(200, "text/plain", "1");
        await Over([Teams()]).SendAsync("teams", Message, Cancelled);
    }

    [Fact]
    public async Task An_answer_without_end_is_left_unread_and_half_of_one_is_told()
    {
        await _inbox.InitializeAsync();
        _inbox.Script = Answers.Endless("text/plain");
        await Over([Teams()]).SendAsync("teams", Message, Cancelled);

        _inbox.Script = Answers.Half("text/plain", "Webhook message");
        var error = await Assert.ThrowsAsync<ChannelException>(() => Over([Teams()]).SendAsync("teams", Message, Cancelled));
        Assert.False(error.IsPermanent);
    }

    [Fact]
    public async Task A_webhook_that_does_not_answer_is_given_up()
    {
        await _inbox.InitializeAsync();
        _inbox.Script = Answers.Hang();
        var time = new FakeTimeProvider();
        var sending = Over([Teams()], time).SendAsync("teams", Message, Cancelled);
        while (_inbox.Requests.Count == 0)
        {
            await Task.Delay(10, Cancelled);
        }

        time.Advance(TimeSpan.FromSeconds(31));
        var error = await Assert.ThrowsAsync<ChannelException>(() => sending);
        Assert.Contains("did not answer within 30 seconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_t_be_reached_is_told_by_its_host_alone()
    {
        foreach (var address in new[] { "http://127.0.0.1:1/s3cret?sig=s3cret", "https://nowhere.invalid/s3cret?sig=s3cret" })
        {
            var error = await Assert.ThrowsAsync<ChannelException>(() => Over([new ChannelSettings { Name = "x", Address = new Uri(address) }]).SendAsync("x", Message, Cancelled));
            Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
            Assert.Contains($"at {new Uri(address).Host} can't be reached", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_not_followed_there()
    {
        // Resolved anew at every connection, so the settings alone can't tell.
        var error = await Assert.ThrowsAsync<ChannelException>(() => Over([new ChannelSettings { Name = "x", Address = new Uri($"https://{Dns.GetHostName()}/s3cret") }]).SendAsync("x", Message, Cancelled));
        Assert.SkipUnless(error.Message.Contains("no public address", StringComparison.Ordinal) || !error.Message.Contains("can't be reached (NameResolutionError)", StringComparison.Ordinal), "this machine's own name does not resolve");
        Assert.Contains("set AllowPrivate", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsPermanent);
    }

    [Fact]
    public async Task Cards_come_four_a_second_and_a_second_try_goes_on_where_the_first_broke_off()
    {
        await _inbox.InitializeAsync();
        var message = TeamsCardTests.Many(600);
        var parts = TeamsCard.Render(message);
        var answers = 0;
        _inbox.Script = context => Answers.Status(++answers == 3 ? 429 : 202)(context);
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var channels = Over([Teams()], time);
        var started = time.GetUtcNow();

        var first = channels.SendAsync("teams", message, Cancelled);
        await AdvanceAsync(first);
        await Assert.ThrowsAsync<ChannelException>(() => first);
        var second = channels.SendAsync("teams", message, Cancelled);
        await AdvanceAsync(second);
        await second;

        Assert.Equal(parts.Select(p => Encoding.UTF8.GetString(p)), _inbox.Requests.Where((_, i) => i != 2).Select(r => r.Body));
        Assert.True(time.GetUtcNow() - started >= TimeSpan.FromMilliseconds(250) * (parts.Count - 1));

        async Task AdvanceAsync(Task sending)
        {
            while (!sending.IsCompleted)
            {
                var before = _inbox.Requests.Count;
                await Task.Delay(20, Cancelled);
                if (_inbox.Requests.Count == before)
                {
                    time.Advance(TimeSpan.FromMilliseconds(50));
                }
            }
        }
    }

    [Fact]
    public async Task A_webhook_gets_a_signed_event_of_CloudEvents()
    {
        await _inbox.InitializeAsync();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 6, 0, 5, TimeSpan.Zero));
        await Over([new ChannelSettings { Name = "hook", Kind = ChannelKind.Webhook, Address = _inbox.Webhook, Secret = Secret }], time, new Uri("https://basewatch.example/")).SendAsync("hook", Message, Cancelled);

        var request = Assert.Single(_inbox.Requests);
        Assert.Equal("application/cloudevents+json; charset=utf-8", request.Headers["Content-Type"]);
        var sent = JsonNode.Parse(request.Body)!;
        Assert.Equal(
            ("1.0", Message.Id, "https://basewatch.example/", "basewatch.alert.end-of-life", "python 3.11 eol 2027-02-22", "2026-11-24T06:00:00Z", "application/json"),
            ((string?)sent["specversion"], (string?)sent["id"], (string?)sent["source"], (string?)sent["type"], (string?)sent["subject"], (string?)sent["time"], (string?)sent["datacontenttype"]));

        // As a receiver checks it.
        Assert.Equal(time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), request.Headers["webhook-timestamp"]);
        Assert.StartsWith("msg_", request.Headers["webhook-id"], StringComparison.Ordinal);
        Assert.Equal(
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret[6..]), Encoding.UTF8.GetBytes($"{request.Headers["webhook-id"]}.{request.Headers["webhook-timestamp"]}.{request.Body}"))),
            request.Headers["webhook-signature"]);
    }

    [Fact]
    public void A_signature_is_that_of_Standard_Webhooks()
    {
        // The example of its specification, but for the id.
        var headers = WebhookChannel.Signature("x", DateTimeOffset.FromUnixTimeSeconds(1674087231), """{"event_type":"ping"}"""u8, Convert.FromBase64String(Secret[6..])).ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);
        Assert.Equal(
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.1674087231.{{\"event_type\":\"ping\"}}"))),
            headers["webhook-signature"]);
        Assert.Equal(36, headers["webhook-id"].Length);
    }

    [Fact]
    public async Task Markdown_is_a_file_a_message_and_the_same_message_the_same_file()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"basewatch-{Guid.NewGuid():N}");
        try
        {
            var channels = Over([new ChannelSettings { Name = "mail", Kind = ChannelKind.Markdown, Folder = Path.Combine(folder, "new") }]);
            await channels.SendAsync("mail", Message, Cancelled);
            await channels.SendAsync("mail", Message with { Title = "Again", At = Message.At.AddDays(1) }, Cancelled);
            await channels.SendAsync("mail", Message with { Id = Message.Id + "!" }, Cancelled);

            var files = Directory.GetFiles(Path.Combine(folder, "new"));
            Assert.Equal(2, files.Length);
            Assert.All(files, f => Assert.StartsWith("2026-11-24-contoso-teams-00000001-end-of-life-90-days-", Path.GetFileName(f), StringComparison.Ordinal));
            Assert.Single(files, f => File.ReadAllText(f).StartsWith("---\nsubject: \"Again\"\n", StringComparison.Ordinal));

            await File.WriteAllTextAsync(Path.Combine(folder, "file"), "", Cancelled);
            var error = await Assert.ThrowsAsync<ChannelException>(() => Over([new ChannelSettings { Name = "mail", Kind = ChannelKind.Markdown, Folder = Path.Combine(folder, "file") }]).SendAsync("mail", Message, Cancelled));
            Assert.Contains("the folder of channel mail can't be written to", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_channel_that_the_settings_do_not_have_is_told()
    {
        var error = await Assert.ThrowsAsync<ChannelException>(() => Over([]).SendAsync("gone", Message, Cancelled));
        Assert.True(error.IsPermanent);
    }

    [Theory]
    [InlineData("a", ChannelKind.Teams, "https://hooks.example/s3cret", null, null, null)]
    [InlineData("a", ChannelKind.Teams, "http://127.0.0.1:8080/s3cret", null, null, null)]
    [InlineData("a", ChannelKind.Teams, "http://hooks.example/s3cret", null, null, "must be an https address")]
    [InlineData("a", ChannelKind.Teams, "ftp://127.0.0.1/s3cret", null, null, "must be an https address")]
    [InlineData("a", ChannelKind.Teams, "https://user:s3cret@hooks.example/", null, null, "user name")]
    [InlineData("a", ChannelKind.Webhook, "https://10.0.0.7/s3cret", null, null, "set AllowPrivate")]
    [InlineData("a", ChannelKind.Webhook, "https://169.254.169.254/s3cret", null, null, "where no webhook is")]
    [InlineData("a", ChannelKind.Webhook, "https://[::ffff:10.0.0.7]/s3cret", null, null, "set AllowPrivate")]
    [InlineData("a", ChannelKind.Webhook, null, null, null, "Address is missing")]
    [InlineData("a", ChannelKind.Webhook, "https://hooks.example/", "s3cret", null, "Secret is no key")]
    [InlineData("a", ChannelKind.Webhook, "https://hooks.example/", Secret, null, null)]
    [InlineData("a", ChannelKind.Teams, "https://hooks.example/", Secret, null, "Secret is for the kind webhook")]
    [InlineData("a", ChannelKind.Markdown, null, null, "/var/mail", null)]
    [InlineData("a", ChannelKind.Markdown, null, null, null, "Folder is missing")]
    [InlineData("a", ChannelKind.Markdown, "https://hooks.example/", null, "/var/mail", "Address is for webhooks")]
    [InlineData("a", ChannelKind.Teams, "https://hooks.example/", null, "/var/mail", "Folder is for Markdown")]
    [InlineData("a b", ChannelKind.Teams, "https://hooks.example/", null, null, "is no name")]
    [InlineData("", ChannelKind.Teams, "https://hooks.example/", null, null, "is no name")]
    [InlineData("Issue", ChannelKind.Teams, "https://hooks.example/", null, null, "has another meaning")]
    [InlineData("Teams", ChannelKind.Teams, "https://hooks.example/", null, null, "two have the name 'Teams', which TeamsWebhook has too")]
    public void Wrong_settings_are_told_in_a_sentence_without_a_secret(string name, ChannelKind kind, string? address, string? secret, string? folder, string? says)
    {
        var options = new BasewatchOptions { TeamsWebhook = new Uri("https://hooks.example/first") };
        options.Channels.Add(new ChannelSettings { Name = name, Kind = kind, Address = address is null ? null : new Uri(address), Secret = secret, Folder = folder });

        var problems = options.Problems().Where(p => p.StartsWith("Channels", StringComparison.Ordinal)).ToList();

        Assert.All(problems, p => Assert.DoesNotContain("s3cret", p, StringComparison.Ordinal));
        if (says is null)
        {
            Assert.Empty(problems);
        }
        else
        {
            Assert.Contains(says, Assert.Single(problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_private_address_is_taken_where_the_settings_say_so()
    {
        var channel = new ChannelSettings { Name = "x", Kind = ChannelKind.Webhook, Address = new Uri("https://10.0.0.7/"), AllowPrivate = true };
        Assert.Empty(ChannelSettings.Problems([channel]));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _made.ForEach(c => c.Dispose());
        await _inbox.DisposeAsync();
    }

    private ChannelSettings Teams() => new() { Name = "teams", Address = _inbox.Webhook };

    private Channels Over(IReadOnlyList<ChannelSettings> settings, TimeProvider? time = null, Uri? publicAddress = null)
    {
        var options = new BasewatchOptions { PublicAddress = publicAddress };
        var channels = new Channels(settings, publicAddress, new Pages(options, time ?? TimeProvider.System), time ?? TimeProvider.System);
        _made.Add(channels);
        return channels;
    }
}
