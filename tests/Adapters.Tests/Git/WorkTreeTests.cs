using System.Text;
using Basewatch.Adapters.Git;
using Basewatch.Core.Formats;
using Xunit;

namespace Basewatch.Adapters.Tests.Git;

public sealed class WorkTreeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("basewatch-tree-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_tracked_counts_though_ignored_and_what_is_not_tracked_does_not()
    {
        await GitAsync();
        Put(".gitignore", "ignored/\n");
        Put("ignored/Dockerfile", "FROM a");
        Put("ä b/Dockerfile", "FROM b");
        await Shell.GitAsync(_folder, "add", "--force", ".gitignore", "ignored/Dockerfile", "ä b/Dockerfile");
        Put("untracked/Dockerfile", "FROM c");

        var tree = await WorkTree.OpenAsync(_folder, Cancellation);

        Assert.True(tree.IsGit);
        Assert.Equal([".gitignore", "ignored/Dockerfile", "ä b/Dockerfile"], tree.Files);
    }

    [Fact]
    public async Task The_content_is_that_of_the_disk_and_a_deleted_file_is_empty()
    {
        await GitAsync();
        Put("a", "committed");
        Put("b", "committed");
        await Shell.GitAsync(_folder, "add", ".");
        await Shell.GitAsync(_folder, "commit", "--quiet", "-m", "Start");
        Put("a", "edited");
        File.Delete(Path.Combine(_folder, "b"));

        var tree = await WorkTree.OpenAsync(_folder, Cancellation);

        Assert.Equal("edited", Encoding.UTF8.GetString(tree.Read("a")));
        Assert.Empty(tree.Read("b"));
    }

    [Fact]
    public async Task A_part_of_a_work_tree_keeps_the_paths_of_the_whole()
    {
        await GitAsync();
        Put("Dockerfile", "FROM a");
        Put("services/api/Dockerfile", "FROM b");
        Put("services/api-2/Dockerfile", "FROM c");
        Put("services/api-2/.env", "A=1");
        Put("services/api-2/below/Dockerfile", "FROM d");
        await Shell.GitAsync(_folder, "add", ".");

        var part = await WorkTree.OpenAsync(Path.Combine(_folder, "services", "api"), Cancellation);
        var file = await WorkTree.OpenAsync(Path.Combine(_folder, "services", "api-2", "Dockerfile"), Cancellation);

        Assert.Equal("services/api/", part.Prefix);
        Assert.Equal(["services/api/Dockerfile"], part.Files);
        Assert.Equal("FROM b", Encoding.UTF8.GetString(part.Read("services/api/Dockerfile")));
        Assert.Null(part.SingleFile);
        Assert.Equal("services/api-2/Dockerfile", file.SingleFile);

        // With what it may have to be read with.
        Assert.Equal(["services/api-2/.env", "services/api-2/Dockerfile"], file.Files);
    }

    [Fact]
    public async Task A_link_to_a_part_of_a_work_tree_shows_that_part()
    {
        var repository = Path.Combine(_folder, "repository");
        Put("repository/services/api/Dockerfile", "FROM a");
        Put("repository/services/api/untracked", "x");
        await Shell.GitAsync(repository, "init", "--quiet");
        await Shell.GitAsync(repository, "add", "services/api/Dockerfile");
        var link = Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(repository, "services"));

        var tree = await WorkTree.OpenAsync(Path.Combine(link.FullName, "api"), Cancellation);

        Assert.True(tree.IsGit);
        Assert.Equal(["services/api/Dockerfile"], tree.Files);
        Assert.Equal("FROM a", Encoding.UTF8.GetString(tree.Read("services/api/Dockerfile")));
    }

    [Fact]
    public async Task A_file_in_conflict_counts_once_and_links_do_not_count()
    {
        await GitAsync();
        Put("Dockerfile", "FROM a\n");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "Dockerfile");
        await Shell.GitAsync(_folder, "add", ".");
        await Shell.GitAsync(_folder, "commit", "--quiet", "-m", "Start");
        var blob = await Shell.GitAsync(_folder, "rev-parse", "HEAD:Dockerfile");
        await Shell.GitAsync(_folder, "rm", "--quiet", "--cached", "Dockerfile");
        Put("info", string.Concat(Enumerable.Range(1, 3).Select(stage => $"100644 {blob} {stage}\tDockerfile\n")));
        await Shell.GitAsync(_folder, "-c", "alias.conflict=!git update-index --index-info < info", "conflict");

        var tree = await WorkTree.OpenAsync(_folder, Cancellation);

        Assert.Equal(["Dockerfile"], tree.Files);
    }

    [Fact]
    public async Task Outside_of_git_every_file_counts_but_no_link_and_nothing_of_git()
    {
        Put("Dockerfile", "FROM a");
        Put("sub/.hidden/compose.yaml", "services: {}");
        Put("sub/module/.git/config", "x");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "loop"), _folder);
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "Dockerfile");

        var tree = await WorkTree.OpenAsync(_folder, Cancellation);

        Assert.False(tree.IsGit);
        Assert.Equal(["Dockerfile", "sub/.hidden/compose.yaml"], tree.Files);
    }

    [Fact]
    public async Task Writing_keeps_bytes_and_mode_and_leaves_nothing_behind()
    {
        Put("run.sh", "#!/bin/sh\r\n");
        var path = Path.Combine(_folder, "run.sh");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, Mode);
        }

        var tree = await WorkTree.OpenAsync(_folder, Cancellation);
        byte[] content = [0xEF, 0xBB, 0xBF, .. "#!/bin/sh\r\n# ä\r\nlast line"u8];
        tree.Write("run.sh", content);

        Assert.Equal(content, await File.ReadAllBytesAsync(path, Cancellation));
        Assert.Equal(content, tree.Read("run.sh"));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(Mode, File.GetUnixFileMode(path));
        }
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("sub/../../outside")]
    [InlineData("/etc/hostname")]
    [InlineData(".git/config")]
    [InlineData("sub/.GIT/config")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task No_path_leads_out_of_the_folder(string path)
    {
        Put("a", "a");
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        var tree = await WorkTree.OpenAsync(_folder, Cancellation);

        Assert.Throws<IOException>(() => tree.Read(path));
        Assert.Throws<IOException>(() => tree.Write(path, "x"u8));
    }

    [Theory]
    [InlineData("a/link", "../b/file", "b/file")]
    [InlineData("link", "b/", "b/file")]
    [InlineData("b/file", null, "b/file")]
    [InlineData("a/none", null, "a/none")]
    [InlineData("a/link", "../b/none", null)]
    [InlineData("a/link", "../../outside", null)]
    [InlineData("a/link", "/etc/hostname", null)]
    [InlineData("a/link", "link", null)]
    public async Task Whoever_asks_is_led_by_one_link_within_the_folder(string path, string? target, string? expected)
    {
        await GitAsync();
        Put("b/file", "x");
        Put("a/other", "x");
        if (target is not null)
        {
            File.CreateSymbolicLink(Path.Combine(_folder, path), target);
        }

        var tree = await WorkTree.OpenAsync(_folder, Cancellation);

        if (expected is not null)
        {
            Assert.Equal(expected, tree.Follow(target is "b/" ? "link/file" : path));
        }
        else
        {
            Assert.Throws<IOException>(() => tree.Follow(path));
        }
    }

    [Fact]
    public async Task No_link_is_followed_though_a_file_was_tracked_there()
    {
        var outside = Directory.CreateTempSubdirectory("basewatch-outside-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(outside, "secret"), "secret", Cancellation);
            await GitAsync();
            Put("sub/secret", "x");
            Put("secret", "x");
            await Shell.GitAsync(_folder, "add", ".");
            Directory.Delete(Path.Combine(_folder, "sub"), recursive: true);
            File.Delete(Path.Combine(_folder, "secret"));
            Directory.CreateSymbolicLink(Path.Combine(_folder, "sub"), outside);
            File.CreateSymbolicLink(Path.Combine(_folder, "secret"), Path.Combine(outside, "secret"));

            var tree = await WorkTree.OpenAsync(_folder, Cancellation);

            foreach (var path in tree.Files)
            {
                Assert.Contains("link", Assert.Throws<IOException>(() => tree.Read(path)).Message, StringComparison.Ordinal);
                Assert.Throws<IOException>(() => tree.Write(path, "x"u8));
            }

            Assert.Equal(2, tree.Files.Count);
            Assert.Equal("secret", await File.ReadAllTextAsync(Path.Combine(outside, "secret"), Cancellation));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_said_to_be()
    {
        await using (var file = File.Create(Path.Combine(_folder, "large.yaml")))
        {
            file.SetLength(SourceFile.LargestFile + 1);
        }

        var tree = await WorkTree.OpenAsync(_folder, Cancellation);

        Assert.Equal(SourceFile.LargestFile + 1, tree.Read("large.yaml").Length);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_said_so() =>
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => WorkTree.OpenAsync(Path.Combine(_folder, "none"), Cancellation));

    private async Task GitAsync() => await Shell.GitAsync(_folder, "init", "--quiet");

    private void Put(string path, string text)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
