using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

public sealed class FolderCheckTests
{
    [Fact]
    public async Task What_is_wrong_with_a_registry_is_told_once_with_the_number_of_its_images()
    {
        var registry = new MemoryRegistry();
        foreach (var image in new[] { "dead.example.com/a", "dead.example.com/b", "dead.example.com/c", "slow.example.com/a" })
        {
            registry.Silent.Add(ImageName.Parse(image));
        }

        var file = Encoding.UTF8.GetBytes("FROM dead.example.com/a:1\nFROM dead.example.com/b:1\nFROM dead.example.com/c:1\nFROM dead.example.com/c:2\nFROM slow.example.com/a:1\n");
        var scan = FolderScan.Read(FormatCatalog.Default, ["Dockerfile"], _ => file.Length, _ => file, null, TestContext.Current.CancellationToken);
        var policies = new PolicySet([], new PolicyRule(new PolicyText("basewatch", "docker"), DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", "docker")).Policy));

        var report = await new FolderCheck(new RegistrySurvey(registry), policies, new NoCatalog(), TimeProvider.System).RunAsync(scan, comparesPlatforms: false, null, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["3 images of dead.example.com: dead.example.com did not answer", "slow.example.com/a: slow.example.com did not answer"],
            report.RegistryProblems);
        Assert.All(report.Findings, f => Assert.NotNull(f.Assessment.Problem));
    }

    private sealed class NoCatalog : ILifecycleCatalog
    {
        public Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken) => Task.FromResult(new LifecycleCatalog([], DateTimeOffset.UnixEpoch));
    }
}
