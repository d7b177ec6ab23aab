using System.Reflection;
using System.Text.Json;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Storage;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>
/// The Functions door, compiled here from its source against declarations of its packages (Fixtures/FunctionsPackages.cs.txt),
/// so that it is tested where a feed does not carry them too.
/// </summary>
public sealed class FunctionsDoorTests(FunctionsDoor door) : IClassFixture<FunctionsDoor>
{
    [Fact]
    public void It_compiles_without_a_warning() => Assert.Empty(door.Diagnostics);

    [Fact]
    public void Every_function_has_a_class_of_its_name_and_one_trigger()
    {
        Assert.Equal(
            ["HealthTrigger", "ImagesTimer", "InventoryTimer", "JobQueueTrigger", "LifecycleTimer", "RegistryEventTrigger", "ScanTrigger", "StatusTrigger"],
            door.Functions.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(door.Functions, f => Assert.Equal(f.Method.DeclaringType!.Name, f.Name));
        Assert.All(door.Functions, f => Assert.Single(f.Method.GetParameters(), IsTrigger));

        // Whatever else is public is none that someone forgot to mark.
        Assert.Empty(door.Types.Where(t => t.IsPublic).Select(t => t.Name).Except(door.Functions.Select(f => f.Name), StringComparer.Ordinal));
    }

    [Fact]
    public void Every_timer_has_a_schedule_that_can_be_set_and_stands_in_the_example()
    {
        var schedules = Triggers("TimerTrigger").Select(t => (string)Value(t.Trigger, "Schedule")!).ToArray();
        Assert.Equal(3, schedules.Distinct(StringComparer.Ordinal).Count());
        foreach (var schedule in schedules)
        {
            Assert.True(schedule.StartsWith('%') && schedule.EndsWith('%'), schedule);
            var setting = schedule.Trim('%');
            Assert.Equal(DefaultOf(setting), Example()[setting]);
        }
    }

    [Fact]
    public void Only_health_is_open_to_anyone()
    {
        var levels = Triggers("HttpTrigger").ToDictionary(t => t.Name, t => Value(t.Trigger, "AuthLevel")!.ToString(), StringComparer.Ordinal);
        Assert.Equal(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["HealthTrigger"] = "Anonymous", ["ScanTrigger"] = "Function", ["StatusTrigger"] = "Function" },
            levels);
    }

    [Fact]
    public void The_addresses_are_those_of_the_local_service() => Assert.Equal(
        ["get health", "get status", "post scan"],
        Triggers("HttpTrigger").Select(t => $"{string.Join(' ', (string[])Value(t.Trigger, "Methods")!)} {Value(t.Trigger, "Route")}").Order(StringComparer.Ordinal));

    [Fact]
    public void The_queue_is_the_one_that_jobs_are_sent_to() =>
        Assert.Equal([StorageOptions.DefaultQueue], Triggers("QueueTrigger").Select(t => (string)Value(t.Trigger, "QueueName")!));

    [Fact]
    public void Host_settings_can_be_read_and_leave_what_the_code_relies_on()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(FunctionsDoor.Root, "host.json")));
        Assert.Equal("2.0", host.RootElement.GetProperty("version").GetString());
        var extensions = host.RootElement.GetProperty("extensions");
        Assert.Equal("api", extensions.GetProperty("http").GetProperty("routePrefix").GetString());

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
