using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Tests.Planning;

public sealed class FileChangeTests
{
    [Fact]
    public void What_can_be_written_is_written()
    {
        var change = Apply("FROM python:3.12 AS a\r\nFROM node:22\r\n", ("python:3.12", "python:3.13"), ("node:22", "node:24"));

        Assert.Equal("FROM python:3.13 AS a\r\nFROM node:24\r\n", Text(change));
        Assert.Equal(2, change.Applied.Count);
        Assert.Empty(change.Dropped);
    }

    [Fact]
    public void A_file_in_which_nothing_can_be_written_has_no_new_content()
    {
        // Both share the variable, and only one of them moves.
        var change = Apply("ARG V=3.12\nFROM python:${V}-slim\nFROM python:${V}-alpine\n", ("python:3.12-slim", "python:3.13-slim"));

        Assert.Empty(change.Contents);
        Assert.Empty(change.Applied);
        Assert.Single(change.Dropped);
    }

    [Fact]
    public void What_can_not_be_written_keeps_nothing_else_from_being_written()
    {
        var change = Apply(
            "ARG V=3.12\nFROM python:${V}-slim\nFROM python:${V}-alpine\nFROM node:22\n",
            ("python:3.12-slim", "python:3.13-slim"),
            ("node:22", "node:24"));

        Assert.Equal("ARG V=3.12\nFROM python:${V}-slim\nFROM python:${V}-alpine\nFROM node:24\n", Text(change));
        Assert.Equal("node:24", Assert.Single(change.Applied).Target.Familiar);
        Assert.Equal(3, Assert.Single(change.Dropped).Line);
    }

    [Fact]
    public void A_value_that_all_its_uses_want_is_one_edit()
    {
        var change = Apply(
            "ARG V=3.12\nFROM python:${V}-slim\nFROM python:${V}-alpine\n",
            ("python:3.12-slim", "python:3.13-slim"),
            ("python:3.12-alpine", "python:3.13-alpine"));

        Assert.Equal("ARG V=3.13\nFROM python:${V}-slim\nFROM python:${V}-alpine\n", Text(change));
    }

    [Fact]
    public void A_use_that_moved_meanwhile_is_not_touched()
    {
        var update = Some.Update("python:3.12", "python:3.13", UpdateKind.Minor, line: 7);

        var change = FileChange.Apply(FormatCatalog.Default, [new FileContent("Dockerfile", "FROM python:3.12\n"u8.ToArray(), [])], [update]);

        Assert.Empty(change.Contents);
        Assert.Single(change.Dropped);
    }

    [Fact]
    public void A_value_that_two_files_take_from_a_third_is_one_edit_there()
    {
        var contents = Compose("services:\n  a:\n    image: postgres:${PG:-15}\n", "services:\n  b:\n    image: postgres:${PG}\n", "PG=16.3 # both\n");
        var uses = contents.Where(c => c.Siblings.Count > 0).SelectMany(c => FormatCatalog.Default.Read(c.Path, c.Bytes, [new SourceFile(".env", "PG=16.3 # both\n")]).Uses).ToList();
        Update[] updates = [.. uses.Select(u => new Update(u, ImageReference.Parse("postgres:16.4"), UpdateKind.Patch, "docker", "because"))];

        var change = FileChange.Apply(FormatCatalog.Default, contents, updates);

        Assert.Equal(2, change.Applied.Count);
        Assert.Equal((".env", "PG=16.4 # both\n"), (Assert.Single(change.Contents).Key, Encoding.UTF8.GetString(change.Contents[".env"])));
        Assert.Equal(
            [".env", "compose.prod.yaml", "compose.yaml"],
            Assert.Single(FileChange.Group(updates[..1], contents.ToDictionary(c => c.Path, c => c.Siblings, StringComparer.Ordinal))).Paths);

        // Only one of them would move: the other would follow it unasked.
        change = FileChange.Apply(FormatCatalog.Default, contents, updates[..1]);

        Assert.Empty(change.Contents);
        Assert.Equal("compose.yaml:3: after the edit this would read 'postgres:16.4' instead of 'postgres:16.3'", Assert.Single(change.Dropped).ToString());
    }

    private static FileContent[] Compose(string first, string second, string environment) =>
    [
        new(".env", Encoding.UTF8.GetBytes(environment), []),
        new("compose.prod.yaml", Encoding.UTF8.GetBytes(second), [".env"]),
        new("compose.yaml", Encoding.UTF8.GetBytes(first), [".env"]),
    ];

    private static FileChange Apply(string text, params (string From, string To)[] moves)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var uses = FormatCatalog.Default.Read("Dockerfile", bytes).Uses;
        var updates = moves.Select(m => new Update(uses.Single(u => u.Reference?.Familiar == m.From), ImageReference.Parse(m.To), UpdateKind.Minor, "docker", "because"));
        return FileChange.Apply(FormatCatalog.Default, [new FileContent("Dockerfile", bytes, [])], [.. updates]);
    }

    private static string Text(FileChange change) => Encoding.UTF8.GetString(change.Contents["Dockerfile"]);
}
