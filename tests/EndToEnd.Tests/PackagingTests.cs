using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>The Dockerfile, the Action and the unit, as far as they can be held to the repository without Docker, GitHub and systemd.</summary>
public sealed partial class PackagingTests
{
    private static readonly string Root = FunctionsDoor.Root;

    [Fact]
    public void The_images_of_the_Dockerfile_are_pinned_by_tag_and_digest()
    {
        var images = Lines("Dockerfile", "FROM ").Select(l => l.Split(' ').First(w => w is not "FROM" && !w.StartsWith("--", StringComparison.Ordinal))).ToList();
        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.Matches("^mcr[.]microsoft[.]com/dotnet/(sdk|aspnet):10[.]0-noble(-chiseled)?@sha256:[0-9a-f]{64}$", image));
    }

    [Fact]
    public void The_Dockerfile_copies_every_project_that_the_executable_is_made_of_and_nothing_that_is_ignored()
    {
        var sources = Lines("Dockerfile", "COPY ").Where(l => !l.Contains("--from", StringComparison.Ordinal)).SelectMany(l => l.Split(' ')[1..^1]).ToList();
        Assert.All(sources, source => Assert.True(Path.Exists(Path.Combine(Root, source)), source));

        var admitted = Lines(".dockerignore", "!").Select(l => l[1..]).ToList();
        Assert.All(sources, source => Assert.Contains(admitted, a => source == a || source.StartsWith(a + "/", StringComparison.Ordinal)));

        var projects = Projects("src/Cli/Cli.csproj");
        Assert.Equal(3, projects.Count);
        Assert.All(projects, project => Assert.Subset(sources.ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal) { project, Path.GetDirectoryName(project) + "/" }));
    }

    [Theory]
    [InlineData("action.yml")]
    [InlineData(".github/workflows/images.yml")]
    [InlineData("docs/deploy.md")]
    public void Actions_of_others_are_pinned_by_commit(string file)
    {
        var uses = Uses().Matches(File.ReadAllText(Path.Combine(Root, file))).Select(m => m.Groups["action"].Value).Where(a => a is not ("./" or "OWNER/basewatch@COMMIT")).ToList();
        Assert.NotEmpty(uses);
        Assert.All(uses, action => Assert.Matches("@[0-9a-f]{40} # v[0-9.]+$", action));
    }

    [Fact]
    public void The_inputs_of_the_Action_are_those_of_its_script()
    {
        var declared = Lines("action.yml", "        BASEWATCH_").Select(l => l.Trim().Split(':')[0]).Order(StringComparer.Ordinal);
        var read = Variable().Matches(File.ReadAllText(Path.Combine(Root, ".ci", "action"))).Select(m => m.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(declared, read);
    }

    private static IEnumerable<string> Lines(string file, string start) =>
        File.ReadLines(Path.Combine(Root, file)).Where(l => l.StartsWith(start, StringComparison.Ordinal));

    /// <summary>A project and all that it refers to.</summary>
    private static HashSet<string> Projects(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal) { project };
        foreach (var reference in XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference").Select(r => r.Attribute("Include")!.Value))
        {
            found.UnionWith(Projects(Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(project)!, reference)))));
        }

        return found;
    }

    [GeneratedRegex("^ *(- )?uses: (?<action>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Uses();

    [GeneratedRegex("BASEWATCH_[A-Z_]+", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();
}
