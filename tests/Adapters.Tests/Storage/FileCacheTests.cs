using System.Text;
using Basewatch.Adapters.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class FileCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("basewatch-cache-").FullName;

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private string Folder => Path.Combine(_root, "made", "registries");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task What_was_kept_is_there_for_the_next_process()
    {
        Assert.Null(await ReadAsync("one"));
        Assert.False(Directory.Exists(Folder));

        await Cache().WriteAsync("one", "first"u8.ToArray(), Cancelled);
        await Cache().WriteAsync("two", new byte[100_000], Cancelled);
        await Cache().WriteAsync("one", "second"u8.ToArray(), Cancelled);

        Assert.Equal("second", await ReadAsync("one"));
        Assert.Equal(100_000, (await ReadAsync("two"))!.Length);
        Assert.Equal(2, Directory.GetFiles(Folder).Length);
    }

    [Fact]
    public async Task Nobody_else_may_read_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no modes there");
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
            File.SetUnixFileMode(Folder, (UnixFileMode)Convert.ToInt32("777", 8));

            await Cache().WriteAsync("one", "first"u8.ToArray(), Cancelled);

            Assert.Equal((UnixFileMode)Convert.ToInt32("700", 8), File.GetUnixFileMode(Folder));
            Assert.Equal((UnixFileMode)Convert.ToInt32("600", 8), File.GetUnixFileMode(Directory.GetFiles(Folder).Single()));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001\u0001\u0001\u0001\u0001 no Brotli")]
    [InlineData("neither")]
    public async Task A_damaged_file_counts_as_missing_and_is_replaced(string content)
    {
        await Cache().WriteAsync("one", "first"u8.ToArray(), Cancelled);
        await File.WriteAllBytesAsync(Directory.GetFiles(Folder).Single(), Encoding.Latin1.GetBytes(content), Cancelled);
        var cache = Cache();
        Assert.Null(await cache.ReadAsync("one", Cancelled));

        await cache.WriteAsync("one", "first"u8.ToArray(), Cancelled);

        Assert.Equal("first", await ReadAsync("one"));
    }

    [Fact]
    public async Task A_folder_that_can_t_be_made_or_written_keeps_nothing_and_fails_nobody()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "made"), "a file where the folder should be", Cancelled);
        await Cache().WriteAsync("one", "first"u8.ToArray(), Cancelled);
        Assert.Null(await ReadAsync("one"));

        var nowhere = new FileCache("/proc/self/nowhere", _time, NullLogger<FileCache>.Instance);
        await nowhere.WriteAsync("one", "first"u8.ToArray(), Cancelled);
        Assert.Null(await nowhere.ReadAsync("one", Cancelled));
    }

    [Fact]
    public async Task What_is_the_same_is_not_written_again()
    {
        await Cache().WriteAsync("one", "first"u8.ToArray(), Cancelled);
        var file = Directory.GetFiles(Folder).Single();
        var written = File.GetLastWriteTimeUtc(file).AddMinutes(-5);
        File.SetLastWriteTimeUtc(file, written);
        var cache = Cache();
        await cache.ReadAsync("one", Cancelled);

        await cache.WriteAsync("one", "first"u8.ToArray(), Cancelled);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));

        await cache.WriteAsync("one", "second"u8.ToArray(), Cancelled);
        Assert.Equal("second", await ReadAsync("one"));
    }

    [Fact]
    public async Task What_nobody_asks_for_goes_after_90_days()
    {
        await Cache().WriteAsync("asked", "1"u8.ToArray(), Cancelled);
        await Cache().WriteAsync("forgotten", "2"u8.ToArray(), Cancelled);
        _time.Advance(TimeSpan.FromDays(60));
        Assert.NotNull(await ReadAsync("asked"));
        _time.Advance(TimeSpan.FromDays(60));

        await Cache().WriteAsync("new", "3"u8.ToArray(), Cancelled);

        Assert.NotNull(await ReadAsync("asked"));
        Assert.Null(await ReadAsync("forgotten"));
        Assert.NotNull(await ReadAsync("new"));
    }

    [Fact]
    public async Task Of_too_many_the_oldest_go_and_with_them_what_a_process_left_half_written()
    {
        await Cache().WriteAsync("first", "1"u8.ToArray(), Cancelled);
        File.SetLastWriteTimeUtc(Directory.GetFiles(Folder).Single(), _time.GetUtcNow().UtcDateTime.AddDays(-2));
        for (var i = 0; i < FileCache.MostFiles - 1; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(Folder, $"{i:0000}.kept"), [], Cancelled);
        }

        var part = Path.Combine(Folder, "x.kept.0.part");
        await File.WriteAllBytesAsync(part, [], Cancelled);
        File.SetLastWriteTimeUtc(part, _time.GetUtcNow().UtcDateTime.AddDays(-2));

        await Cache().WriteAsync("last", "2"u8.ToArray(), Cancelled);

        Assert.Equal(FileCache.MostFiles, Directory.GetFiles(Folder).Length);
        Assert.Null(await ReadAsync("first"));
        Assert.Equal("2", await ReadAsync("last"));
    }

    [Fact]
    public async Task Of_many_who_write_at_once_the_last_counts_and_none_is_seen_half()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), Cancelled, async (i, token) =>
        {
            var cache = Cache();
            await cache.WriteAsync("one", Encoding.ASCII.GetBytes(new string((char)('a' + (i % 26)), 5000)), token);
            var seen = Encoding.ASCII.GetString((await cache.ReadAsync("one", token))!.Value.Span);
            Assert.Equal(5000, seen.Length);
            Assert.Single(seen.Distinct());
        });

        Assert.Single(Directory.GetFiles(Folder));
    }

    private FileCache Cache() => new(Folder, _time, NullLogger<FileCache>.Instance);

    private async Task<string?> ReadAsync(string name) => await Cache().ReadAsync(name, Cancelled) is { } value ? Encoding.UTF8.GetString(value.Span) : null;
}
