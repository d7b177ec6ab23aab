using System.Diagnostics;
using System.Text;
using Basewatch.Adapters.Git;
using CsCheck;
using Xunit;

namespace Basewatch.Adapters.Tests.Git;

/// <summary>Outside Git, ignore files count as Git counts them: whatever is in doubt, Git is asked.</summary>
public sealed class GitIgnoreTests : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // Few names, so that patterns meet them.
    private static readonly string[] Names = ["a", "b", "ab", "a.b", "ba", "aa", "B", "a b", "a ", "#a", "!a", "a]", "a-b", "a\\b", "1", "ä", ".a", "a*", "[a"];

    private static readonly Gen<string> Piece = Gen.OneOf(
        Any("a", "b", "ab", "aa", "B", ".", "1", "ä", "-", " ", "\\ ", "\\#", "\\!", "#", "!", "]", "\\", "\\a", "\\*", "\\/"),
        Any("*", "**", "?", "***", "*.b", "a*", "*a", "a**", "**a"),
        Any("[ab]", "[!a]", "[^b]", "[a-b]", "[b-a]", "[]a]", "[!]]", "[a", "[]", "[\\]]", "[a-]", "[-a]", "[[:alpha:]]", "[[:digit:]b]", "[![:lower:]]", "[[:nope:]]", "[[:a]", "[[:]", "[a-\\b]", "[ä]", "[*-/]", "[/]", "[a/]"));

    private static readonly Gen<string> Segment = Piece.Array[1, 3].Select(string.Concat);

    private static readonly Gen<string> Pattern = Gen.Select(
        Gen.Frequency((5, Gen.Const("")), (2, Gen.Const("!"))),
        Gen.Frequency((3, Gen.Const("")), (2, Gen.Const("/")), (2, Gen.Const("**/"))),
        Gen.Frequency((2, Segment), (3, Any("a", "b", "*", "**", "a.b"))).Array[1, 3],
        Gen.Frequency((4, Gen.Const("/")), (1, Gen.Const("/**/")), (1, Gen.Const("//"))),
        Gen.Frequency((5, Gen.Const("")), (3, Gen.Const("/")), (1, Gen.Const(" ")), (1, Gen.Const("/**")), (1, Gen.Const("\\"))),
        (not, root, segments, slash, end) => not + root + string.Join(slash, segments) + end);

    private static readonly Gen<string> IgnoreFile = Gen.Select(
        Gen.Frequency((9, Pattern), (1, Any("# a", "", "   ", "!", "/", "\\", "a\0b", "\t"))).Array[1, 5],
        Any("\n", "\n", "\r\n"),
        Any("", "", "\uFEFF"),
        Any("", "\n", "\r"),
        (lines, newLine, mark, end) => mark + string.Join(newLine, lines) + end);

    private static readonly Gen<(string Folder, string Text)[]> IgnoreFiles =
        Gen.Select(Any("", "", "a/", "a/b/", "ab/", "b/a/"), IgnoreFile).Array[1, 3];

    private static readonly Gen<string[]> Tree = Any(Names).Array[1, 4].Select(parts => string.Join('/', parts)).Array[5, 25];

    private readonly string _folder = Directory.CreateTempSubdirectory("basewatch-ignore-").FullName;

    private static Gen<string> Any(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private string Root => Path.Combine(_folder, "tree");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Generated_trees_are_listed_as_Git_lists_them()
    {
        // Many trees side by side, each with ignore files of its own, are one question.
        var trees = Gen.Select(IgnoreFiles, Tree).Array[40];
        await trees.SampleAsync(
            async cases =>
            {
                if (Directory.Exists(Root))
                {
                    Directory.Delete(Root, recursive: true);
                }

                for (var i = 0; i < cases.Length; i++)
                {
                    foreach (var path in cases[i].Item2)
                    {
                        TryPut($"{i:00}/{path}", "");
                    }

                    foreach (var (folder, text) in cases[i].Item1)
                    {
                        TryPut($"{i:00}/{folder}.gitignore", text);
                    }
                }

                var (expected, actual) = (await ListOfGitAsync(), FolderWalk.List(Root, CancellationToken.None));
                var difference = expected.Except(actual).Select(p => "missing " + p).Concat(actual.Except(expected).Select(p => "too many " + p)).FirstOrDefault();
                Assert.True(difference is null, difference is null ? null : Describe(difference, cases));
                Assert.Equal(expected, actual);
            },
            iter: 3,
            threads: 1,
            print: _ => "");
    }

    [Theory]
    [InlineData("*.log\n!keep.log", "a.log|keep.log|sub/b.log|sub/keep.log", "keep.log|sub/keep.log")]
    [InlineData("/out", "out/a|sub/out/b", "sub/out/b")]
    [InlineData("sub/out", "out/a|sub/out/b|deep/sub/out/c", "deep/sub/out/c|out/a")]
    [InlineData("build/", "build/a|sub/build|sub/a/build/b", "sub/build")]
    [InlineData("build/\n!build/keep", "build/keep", "")]
    [InlineData("build/*\n!build/keep", "build/keep|build/other", "build/keep")]
    [InlineData("a/**/z", "a/z|a/b/z|a/b/c/z|z|b/z", "b/z|z")]
    [InlineData("**/logs/*.txt", "logs/a.txt|x/logs/b.txt|x/logs/y/c.txt", "x/logs/y/c.txt")]
    [InlineData("\\#a\n\\!b\nc\\ \nd  ", "#a|!b|c |c|d", "c")]
    [InlineData("[Bb]in/\r\n*.us[eo]r\r\n", "bin/a|Bin/b|x.user|x.usor|x.cs", "x.cs")]
    public async Task Ignore_files_are_obeyed(string ignore, string files, string kept)
    {
        TryPut(".gitignore", ignore);
        foreach (var file in files.Split('|'))
        {
            TryPut(file, "");
        }

        var listed = FolderWalk.List(Root, TestContext.Current.CancellationToken);

        Assert.Equal([".gitignore", .. kept.Split('|', StringSplitOptions.RemoveEmptyEntries)], listed);
        Assert.Equal(await ListOfGitAsync(), listed);
    }

    [Fact]
    public async Task The_inner_file_wins_over_the_outer_one()
    {
        TryPut(".gitignore", "*.txt\n!b.txt\n");
        TryPut("sub/.gitignore", "!a.txt\nb.txt\n/c/d\n");
        foreach (var file in new[] { "a.txt", "b.txt", "sub/a.txt", "sub/b.txt", "sub/c/d", "sub/x/c/d", "sub/x/a.txt" })
        {
            TryPut(file, "");
        }

        var listed = FolderWalk.List(Root, TestContext.Current.CancellationToken);

        Assert.Equal([".gitignore", "b.txt", "sub/.gitignore", "sub/a.txt", "sub/x/a.txt", "sub/x/c/d"], listed);
        Assert.Equal(await ListOfGitAsync(), listed);
    }

    [Fact]
    public async Task A_folder_that_was_asked_for_counts_though_the_one_above_ignores_it()
    {
        TryPut(".gitignore", "build/\n");
        TryPut("build/Dockerfile", "FROM a");

        var tree = await WorkTree.OpenAsync(Path.Combine(Root, "build"), TestContext.Current.CancellationToken);

        Assert.Equal(["Dockerfile"], tree.Files);
    }

    [Fact]
    public void A_folder_that_is_ignored_is_not_entered()
    {
        TryPut(".gitignore", "closed/\n");
        TryPut("closed/file", "");
        TryPut("open/file", "");
        var (closed, open) = (Path.Combine(Root, "closed"), Path.Combine(Root, "open"));
        var before = Directory.GetLastWriteTimeUtc(closed).AddDays(-7);
        Directory.SetLastAccessTimeUtc(closed, before);
        Directory.SetLastAccessTimeUtc(open, before);

        var listed = FolderWalk.List(Root, TestContext.Current.CancellationToken);

        Assert.Equal([".gitignore", "open/file"], listed);
        Assert.SkipWhen(Directory.GetLastAccessTimeUtc(open) == before, "This disk does not keep when a folder was listed.");
        Assert.Equal(before, Directory.GetLastAccessTimeUtc(closed));
    }

    [Fact]
    public void A_link_a_folder_and_a_file_that_is_too_large_are_no_ignore_files()
    {
        TryPut("rules", "*");
        TryPut("a/x", "");
        TryPut("b/.gitignore/x", "");
        TryPut("c/x", "");
        File.CreateSymbolicLink(Path.Combine(Root, "a", ".gitignore"), Path.Combine(Root, "rules"));
        TryPut("c/.gitignore", "*\n" + new string('#', GitIgnoreFile.LargestFile));

        Assert.Equal(["a/x", "b/.gitignore/x", "c/.gitignore", "c/x", "rules"], FolderWalk.List(Root, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void No_pattern_takes_long()
    {
        var name = Encoding.UTF8.GetBytes(new string('a', 255));
        var path = Encoding.UTF8.GetBytes(string.Join('/', Enumerable.Repeat(new string('a', 200), 15)));
        string[] patterns =
        [
            string.Concat(Enumerable.Repeat("*a", 100)) + "b",
            string.Concat(Enumerable.Repeat("**/a*", 100)) + "/b",
            "/" + string.Concat(Enumerable.Repeat("*a**/", 100)) + "b",
            string.Concat(Enumerable.Repeat("[a-z]*", 1000)) + "b",
        ];
        var file = GitIgnoreFile.Parse(Encoding.UTF8.GetBytes(string.Join('\n', patterns)));
        var watch = Stopwatch.StartNew();

        Assert.Null(file.Ignores(path, name, isFolder: false));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"it took {watch.Elapsed}");
    }

    [Fact]
    public void Any_bytes_are_an_ignore_file() =>
        Gen.Select(Gen.Byte.Array[0, 200], Any("a", "[", "\\", "*", "/").Array[0, 30].Select(string.Concat)).Sample((bytes, text) =>
        {
            _ = GitIgnoreFile.Parse(bytes).Ignores("a/b"u8, "b"u8, isFolder: true);
            _ = GitIgnoreFile.Parse(Encoding.UTF8.GetBytes(text)).Ignores("a/b"u8, "b"u8, isFolder: true);
        });

    private static string Describe(string difference, ((string Folder, string Text)[] Ignore, string[] Files)[] cases)
    {
        var number = int.Parse(difference.AsSpan(difference.IndexOf('/', StringComparison.Ordinal) - 2, 2), System.Globalization.CultureInfo.InvariantCulture);
        return $"{difference}: {string.Join("; ", cases[number].Ignore.Select(i => $"{i.Folder}.gitignore {System.Text.Json.JsonSerializer.Serialize(i.Text)}"))}";
    }

    /// <summary>Puts a file, unless one is where a folder would have to be.</summary>
    private void TryPut(string path, string text)
    {
        var full = Path.Combine(Root, path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text, Utf8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something else has that name.
        }
    }

    /// <summary>What Git takes for files that could be added, in ordinal order; its own folder is kept elsewhere.</summary>
    private async Task<List<string>> ListOfGitAsync()
    {
        var repository = Path.Combine(_folder, "repository");
        if (!Directory.Exists(repository))
        {
            await Shell.GitAsync(_folder, "init", "--quiet", "--bare", repository);
        }

        var files = await Shell.GitAsync(
            Root, "-c", "core.excludesFile=/dev/null", "-c", "core.bare=false", "--git-dir", repository, "--work-tree", Root, "ls-files", "--others", "--exclude-standard", "-z");
        return [.. files.Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
