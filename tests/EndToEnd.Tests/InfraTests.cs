using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Basewatch.Adapters.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>infra/</c>: what it would make, as Bicep itself works it out, held to what the app reads and the pages say.</summary>
public sealed partial class InfraTests
{
    private static readonly string Root = FunctionsDoor.Root;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("*.bicep")]
    [InlineData("*.bicepparam")]
    public async Task The_Bicep_files_compile_and_the_linter_finds_nothing(string pattern)
    {
        var (exitCode, output) = await Bicep.RunAsync(Bicep.Folder, Cancelled, "lint", "--no-restore", "--pattern", pattern);
        Assert.Equal((0, ""), (exitCode, output));
    }

    [Fact]
    public async Task The_linter_is_in_earnest()
    {
        // A check that can't fail is none.
        var folder = Directory.CreateTempSubdirectory("basewatch-infra-");
        try
        {
            File.Copy(Path.Combine(Bicep.Folder, "bicepconfig.json"), Path.Combine(folder.FullName, "bicepconfig.json"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "main.bicep"), "param unused string\n", Cancelled);
            var (exitCode, output) = await Bicep.RunAsync(folder.FullName, Cancelled, "lint", "--no-restore", "main.bicep");
            Assert.NotEqual(0, exitCode);
            Assert.Contains("Error no-unused-params", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_apps_settings_are_those_that_the_page_lists_and_the_app_starts_with_them()
    {
        using var prediction = await Bicep.PredictAsync("everything", Cancelled);
        var settings = Resources(prediction, "Microsoft.Web/sites/config").Single(c => c.GetProperty("name").GetString()!.EndsWith("appsettings", StringComparison.Ordinal)).GetProperty("properties").EnumerateObject()
            .ToDictionary(s => s.Name, s => s.Value.GetString()!, StringComparer.Ordinal);
        var own = settings.Keys.Where(n => n.StartsWith("Basewatch__", StringComparison.Ordinal)).ToList();

        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "azure.md"), Cancelled);
        Assert.All(own, name => Assert.Contains($"\n| `{Index().Replace(name, "__0${end}")}` |", page, StringComparison.Ordinal));

        // The host starts no timer without its schedule.
        Assert.Equal(
            typeof(ScheduleOptions).GetProperties().Select(p => $"Basewatch__Schedules__{p.Name}").Order(StringComparer.Ordinal),
            own.Where(n => n.StartsWith("Basewatch__Schedules__", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        // Whatever is a reference is in the vault.
        var secrets = Resources(prediction, "Microsoft.KeyVault/vaults/secrets").Select(s => s.GetProperty("name").GetString()!.Split('/')[1]).ToHashSet(StringComparer.Ordinal);
        var references = settings.Where(s => s.Value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal)).ToDictionary(s => s.Key, s => SecretName().Match(s.Value).Groups["name"].Value, StringComparer.Ordinal);
        Assert.Equal(["Basewatch__GitHub__App__PrivateKey", "Basewatch__GitHub__WebhookSecret", "Basewatch__LinkKey", "Basewatch__TeamsWebhook"], references.Keys.Order(StringComparer.Ordinal));
        var made = await File.ReadAllTextAsync(Path.Combine(Bicep.Folder, "hooks", "postprovision.sh"), Cancelled);
        Assert.All(references.Values, name => Assert.True(secrets.Contains(name) || made.Contains($" {name}", StringComparison.Ordinal), name));

        using var key = RSA.Create(2048);
        settings["Basewatch__GitHub__App__PrivateKey"] = key.ExportPkcs8PrivateKeyPem();
        settings["Basewatch__TeamsWebhook"] = "https://example.com/";

        // Without the hook the app does not start, in place of taking what everybody can read for a key.
        Assert.Equal(2, Load().Problems().Count(p => p.Contains("a Key Vault reference that was not followed", StringComparison.Ordinal)));
        settings["Basewatch__GitHub__WebhookSecret"] = settings["Basewatch__LinkKey"] = "0123456789abcdef";
        settings["Basewatch__Storage__ClientId"] = Guid.Empty.ToString();
        settings["Basewatch__Registries__0__Host"] = "fabrikam.azurecr.io";
        var options = Load();
        Assert.Empty(options.Problems());
        Assert.Equal(["acme/web", "acme/api"], options.GitHub.Repositories);
        Assert.True(Assert.Single(options.Registries).AllowPrivate);
        Assert.Equal((true, BadgeMode.Signed, new Uri("https://basewatch.example.com/")), (options.AppServiceAuthentication, options.Badges, options.PublicAddress));

        BasewatchOptions Load() => OptionsLoader.Load(new ConfigurationBuilder()
            .AddInMemoryCollection(own.Select(n => KeyValuePair.Create(n.Replace("__", ":", StringComparison.Ordinal), (string?)settings[n]))).Build());
    }

    [Fact]
    public async Task Who_wants_to_see_the_dashboard_signs_in_and_webhooks_come_without()
    {
        using var prediction = await Bicep.PredictAsync("everything", Cancelled);
        var authentication = Resources(prediction, "Microsoft.Web/sites/config").Single(c => c.GetProperty("name").GetString()!.EndsWith("authsettingsV2", StringComparison.Ordinal)).GetProperty("properties");
        Assert.True(authentication.GetProperty("platform").GetProperty("enabled").GetBoolean());
        Assert.Equal("AllowAnonymous", authentication.GetProperty("globalValidation").GetProperty("unauthenticatedClientAction").GetString());
        Assert.Equal("00000000-0000-0000-0000-00000000000e", authentication.GetProperty("identityProviders").GetProperty("azureActiveDirectory").GetProperty("registration").GetProperty("clientId").GetString());
    }

    [Fact]
    public async Task A_secret_that_is_there_is_never_made_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The hook is a shell script.");
        var folder = Directory.CreateTempSubdirectory("basewatch-hook-");
        try
        {
            // A vault of files.
            var az = Path.Combine(folder.FullName, "az");
            await File.WriteAllTextAsync(az, """
                #!/bin/sh
                cd "$(dirname "$0")"
                case "$3 $5" in
                  *configreferences/appsettings/refresh*) echo refreshed >> refreshes; exit 0 ;;
                  *configreferences*) [ "$(grep -c refreshed refreshes)" -ge 2 ] || echo Basewatch__LinkKey; exit 0 ;;
                esac
                case "$3" in
                  get) for file in secrets/*; do [ -e "$file" ] && basename "$file"; done; exit "$(cat fails 2>/dev/null || echo 0)" ;;
                  put) name=$(echo "$5" | sed 's/.*secrets\///; s/?.*//'); cat "${7#@}" > "secrets/$name" ;;
                esac
                """, Cancelled);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var secrets = folder.CreateSubdirectory("secrets");
            await File.WriteAllTextAsync(Path.Combine(secrets.FullName, "github-webhook-secret"), "mine", Cancelled);

            Assert.Equal(0, await RunAsync());
            Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "refreshes"), Cancelled)).Length);
            Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(secrets.FullName, "github-webhook-secret"), Cancelled));
            var made = await File.ReadAllTextAsync(Path.Combine(secrets.FullName, "link-key"), Cancelled);
            Assert.Matches("^[0-9a-f]{48}$", JsonDocument.Parse(made).RootElement.GetProperty("properties").GetProperty("value").GetString()!);
            Assert.Equal(0, await RunAsync());
            Assert.Equal(made, await File.ReadAllTextAsync(Path.Combine(secrets.FullName, "link-key"), Cancelled));

            // A vault that can't be read is none without secrets.
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "fails"), "1", Cancelled);
            File.Delete(Path.Combine(secrets.FullName, "link-key"));
            Assert.NotEqual(0, await RunAsync());
            Assert.False(File.Exists(Path.Combine(secrets.FullName, "link-key")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task<int> RunAsync()
        {
            var start = new System.Diagnostics.ProcessStartInfo("sh", [Path.Combine(Bicep.Folder, "hooks", "postprovision.sh")]) { UseShellExecute = false, RedirectStandardOutput = true };
            start.Environment["PATH"] = $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
            start.Environment["BASEWATCH_HOOK_PAUSE"] = "0";
            start.Environment["BASEWATCH_APP_ID"] = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/a";
            start.Environment["BASEWATCH_VAULT_ID"] = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";
            using var process = System.Diagnostics.Process.Start(start)!;
            await process.StandardOutput.ReadToEndAsync(Cancelled);
            await process.WaitForExitAsync(Cancelled);
            return process.ExitCode;
        }
    }

    [Fact]
    public async Task Nothing_is_reached_by_a_shared_key_and_the_identity_has_no_role_beyond_data()
    {
        using var prediction = await Bicep.PredictAsync("everything", Cancelled);
        var storage = Resources(prediction, "Microsoft.Storage/storageAccounts").Single().GetProperty("properties");
        Assert.False(storage.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(storage.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.Equal("Disabled", storage.GetProperty("publicNetworkAccess").GetString());
        Assert.True(Resources(prediction, "Microsoft.KeyVault/vaults").Single().GetProperty("properties").GetProperty("enablePurgeProtection").GetBoolean());
        Assert.All(
            Resources(prediction, "Microsoft.Web/sites/basicPublishingCredentialsPolicies"),
            policy => Assert.False(policy.GetProperty("properties").GetProperty("allow").GetBoolean()));

        // Of the app: blobs, queues, tables, the vault's secrets, telemetry, and on two registries their reader's role and on one tasks;
        // of who deploys: to put secrets there. Owner, Contributor or the like is none of them.
        var roles = Resources(prediction, "Microsoft.Authorization/roleAssignments").Select(a => a.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!).ToList();
        Assert.Equal(9, roles.Count);
        Assert.Equal(2, roles.Count(r => r.Contains("acrRepositoryReader", StringComparison.Ordinal) && r.Contains("acrPull", StringComparison.Ordinal)));
        Assert.Equal(
            [
                "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "3913510d-42f4-4e42-8a64-420c390055eb", "4633458b-17de-408a-b874-0445c86b69e6",
                "974c5e8b-45b9-4653-ba55-5f855dd0fb88", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "fb382eab-e894-4461-af04-94435c366c3f",
            ],
            roles.Where(r => !r.StartsWith('[')).Select(r => r[(r.LastIndexOf('/') + 1)..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_registry_without_a_topic_gets_one_and_each_has_a_subscription_that_names_a_function()
    {
        using var prediction = await Bicep.PredictAsync("pushes", Cancelled);
        Assert.Equal(["evgt-contoso"], Resources(prediction, "Microsoft.EventGrid/systemTopics").Select(t => t.GetProperty("name").GetString()));

        var subscriptions = Resources(prediction, "Microsoft.EventGrid/systemTopics/eventSubscriptions").ToList();
        Assert.Equal(["evgt-contoso", "theirs"], subscriptions.Select(s => s.GetProperty("name").GetString()!.Split('/')[0]).Order(StringComparer.Ordinal));
        foreach (var subscription in subscriptions)
        {
            var properties = subscription.GetProperty("properties");
            var function = properties.GetProperty("destination").GetProperty("properties").GetProperty("resourceId").GetString()!.Split('/')[^1];
            var source = await File.ReadAllTextAsync(Path.Combine(Root, "src", "Functions", function + ".cs"), Cancelled);
            Assert.Contains("[EventGridTrigger]", source, StringComparison.Ordinal);
            Assert.Equal(
                ["Microsoft.ContainerRegistry.ImageDeleted", "Microsoft.ContainerRegistry.ImagePushed"],
                properties.GetProperty("filter").GetProperty("includedEventTypes").EnumerateArray().Select(e => e.GetString()));
        }
    }

    [Fact]
    public async Task The_Apps_manifest_asks_for_the_permissions_that_the_page_lists()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "github.md"), Cancelled);
        var listed = Permission().Matches(page).Select(m => (m.Groups["name"].Value.Replace("commit ", "", StringComparison.Ordinal).Replace(' ', '_'), m.Groups["level"].Value)).Order();

        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Bicep.Folder, "github-app", "manifest.json"), Cancelled));
        Assert.Equal(listed, manifest.RootElement.GetProperty("default_permissions").EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)).Order());
        Assert.False(manifest.RootElement.GetProperty("public").GetBoolean());

        // And for the events. An App is told of its installations unasked, and of packages only with a permission that is not needed otherwise.
        var events = manifest.RootElement.GetProperty("default_events").EnumerateArray().Select(e => e.GetString()!).ToList();
        var rows = page[page.IndexOf("| event | causes", StringComparison.Ordinal)..];
        var told = EventName().Matches(rows[..rows.IndexOf("\n\n", StringComparison.Ordinal)]).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal)
            .Where(e => !e.StartsWith("installation", StringComparison.Ordinal) && e is not ("package" or "registry_package"));
        Assert.Equal(told.Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_azd_is_told_to_run_and_to_publish_is_there()
    {
        var azd = await File.ReadAllTextAsync(Path.Combine(Root, "azure.yaml"), Cancelled);
        var named = NamedPath().Matches(azd).Select(m => m.Groups["path"].Value).ToList();
        Assert.Equal(["infra", "src/Functions", "infra/hooks/postprovision.sh", "infra/hooks/postprovision.ps1", "infra/hooks/postdeploy.sh", "infra/hooks/postdeploy.ps1"], named);
        Assert.All(named, path => Assert.True(Path.Exists(Path.Combine(Root, path)), path));
        if (!OperatingSystem.IsWindows())
        {
            foreach (var path in named.Where(n => n.EndsWith(".sh", StringComparison.Ordinal)))
            {
                Assert.True(File.GetUnixFileMode(Path.Combine(Root, path)).HasFlag(UnixFileMode.UserExecute), path);
            }
        }
    }

    private static IEnumerable<JsonElement> Resources(JsonDocument prediction, string type) =>
        prediction.RootElement.GetProperty("predictedResources").EnumerateArray().Where(r => r.GetProperty("type").GetString() == type);

    [GeneratedRegex("__[0-9]+(?<end>__|$)", RegexOptions.NonBacktracking)]
    private static partial Regex Index();

    [GeneratedRegex("SecretName=(?<name>[a-z-]+)\\)", RegexOptions.NonBacktracking)]
    private static partial Regex SecretName();

    [GeneratedRegex("^\\| (?<name>[a-z ]+): (?<level>read|write)(, of the organisation)? \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Permission();

    [GeneratedRegex("`(?<name>[a-z_]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex EventName();

    [GeneratedRegex("^ *(path|project|run): (?<path>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex NamedPath();
}
