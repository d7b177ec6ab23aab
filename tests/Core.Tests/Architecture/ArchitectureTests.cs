using System.Reflection;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using Basewatch.Adapters.Hosting;
using Basewatch.Core.Jobs;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Basewatch.Core.Tests.Architecture;

/// <summary>The arrows of the house: who may know whom.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] NoThings = ["Helper", "Util", "Utils", "Manager", "Common"];

    private static readonly System.Reflection.Assembly Core = typeof(JobRunner).Assembly;

    private static readonly System.Reflection.Assembly Adapters = typeof(BasewatchOptions).Assembly;

    private static readonly ArchUnitNET.Domain.Architecture House = new ArchLoader().LoadAssemblies(Core, Adapters).Build();

    /// <summary>Rooms of Core from the bottom to the top: each may know those before it.</summary>
    public static TheoryData<string, string> Arrows => new()
    {
        { "Images", "" },
        { "Telemetry", "" },
        { "Expressions", "Images" },
        { "Packages", "Images" },
        { "Vulnerabilities", "Images|Packages" },
        { "Formats", "Images|Expressions|Packages" },
        { "Policies", "Images|Expressions" },
        { "Lifecycle", "Images|Policies" },
        { "Rebuilds", "Images|Lifecycle" },
        { "Dialects", "Images|Expressions|Packages|Vulnerabilities|Formats|Policies|Lifecycle|Alerts|Rebuilds" },
        { "Ports", "Images|Packages|Vulnerabilities|Lifecycle|Alerts|Jobs|Rebuilds" },
        { "Planning", "Images|Packages|Vulnerabilities|Formats|Policies|Dialects|Lifecycle|Ports" },
        { "Alerts", "Images|Formats|Lifecycle" },
        { "Jobs", "Images|Packages|Vulnerabilities|Formats|Policies|Dialects|Lifecycle|Ports|Planning|Alerts|Rebuilds|Telemetry" },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void A_room_of_Core_knows_only_those_below_it(string room, string below)
    {
        var allowed = string.Join('|', (below.Length == 0 ? [room] : below.Split('|').Append(room)).ToArray());
        var others = string.Join('|', Arrows.Select(a => ((string)a.Data.Item1)).Except(allowed.Split('|'), StringComparer.Ordinal));
        if (others.Length == 0)
        {
            return;
        }

        var rule = Types().That().ResideInNamespaceMatching($@"^Basewatch\.Core\.{room}(\..+)?$")
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching($@"^Basewatch\.Core\.({others})(\..+)?$"));
        Check(rule);
    }

    [Fact]
    public void Only_Jobs_call_ports()
    {
        var ports = Core.GetTypes().Where(t => t.IsInterface && t.Namespace == "Basewatch.Core.Ports").ToArray();
        Assert.True(ports.Length >= 6);
        Check(Types().That().ResideInNamespaceMatching(@"^Basewatch\.Core\..+$")
            .And().DoNotResideInNamespaceMatching(@"^Basewatch\.Core\.(Jobs|Ports)(\..+)?$")
            .Should().NotDependOnAny(ports));
    }

    [Fact]
    public void A_broken_rule_is_seen() =>
        Assert.ThrowsAny<Exception>(() => Check(Types().That().ResideInNamespaceMatching(@"^Basewatch\.Core\.Jobs$").Should().NotDependOnAny(typeof(Basewatch.Core.Ports.IRegistry))));

    [Fact]
    public void Core_does_no_input_or_output()
    {
        var references = Core.GetReferencedAssemblies().Select(a => a.Name!).ToList();
        Assert.All(references, name => Assert.DoesNotMatch(@"^(Azure|Octokit|System\.Net\.(Http|Sockets)|Microsoft\.Data|Microsoft\.AspNetCore|System\.Diagnostics\.Process|Basewatch)", name));
        var used = House.Types.Where(t => t.FullName.StartsWith("Basewatch.Core.", StringComparison.Ordinal)).SelectMany(t => t.Dependencies).Select(d => d.Target.FullName).ToList();
        Assert.Contains("System.String", used);
        Assert.DoesNotContain(used, name => name is "System.IO.File" or "System.IO.Directory" or "System.IO.FileStream" or "System.Console" or "System.Diagnostics.Process");
    }

    [Fact]
    public void Adapters_know_neither_door_and_not_each_other_but_for_their_composition()
    {
        Assert.DoesNotContain(Adapters.GetReferencedAssemblies(), a => a.Name is "basewatch" or "Basewatch.Functions");
        foreach (var room in new[] { "Connections", "Registries", "GitHub", "Git", "Storage", "Notifications", "Lifecycle", "Vulnerabilities", "Packages", "Builds" })
        {
            // How a connection is made safely is the same for all.
            Check(Types().That().ResideInNamespaceMatching($@"^Basewatch\.Adapters\.{room}(\..+)?$")
                .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(@"^Basewatch\.Adapters\..+$").And().DoNotResideInNamespaceMatching($@"^Basewatch\.Adapters\.({room}|Connections)(\..+)?$")));
        }
    }

    [Fact]
    public void Values_are_sealed() =>
        Assert.Empty(Core.GetTypes().Where(t => t.IsClass && t.IsPublic && !t.IsSealed && !t.IsAbstract).Select(t => t.FullName));

    [Fact]
    public void Nothing_is_named_after_no_thing() =>
        Assert.Empty(Core.GetTypes().Concat(Adapters.GetTypes())
            .Where(t => t.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null)
            .Where(t => NoThings.Any(w => t.Name.EndsWith(w, StringComparison.Ordinal)))
            .Select(t => t.FullName));

    private static void Check<T>(T rule)
        where T : IArchRule
    {
        var broken = rule.Evaluate(House).Where(r => !r.Passed).Select(r => r.Description).ToList();
        Assert.Empty(broken);
    }
}
