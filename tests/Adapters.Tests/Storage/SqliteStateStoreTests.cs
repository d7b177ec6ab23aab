using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Ports;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class SqliteStateStoreTests : StateStoreContract
{
    private const string WriterVariable = "BASEWATCH_TEST_WRITE_TO";
    private const int WriterRows = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("basewatch-state-").FullName;

    protected override int Cases => 100;

    private string File => Path.Combine(_folder, "made", "on", "the way", "state.db");

    protected override Task<IStateStore> CreateAsync() => Task.FromResult<IStateStore>(new SqliteStateStore(File));

    protected override async Task AssertEmptyAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Cancelled);
        Assert.Equal(0L, Ask(connection, "SELECT count(*) FROM entries"));
        Assert.Equal("ok", Ask(connection, "PRAGMA integrity_check"));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Another_store_on_the_same_file_sees_everything()
    {
        var key = new StateKey("p", "r");
        var version = await PutAsync(key, "kept", StateVersion.None);
        await using (var beside = new SqliteStateStore(File))
        {
            Assert.Equal(version, (await beside.GetAsync(key, Cancelled))?.Version);
        }

        await ((SqliteStateStore)Store).DisposeAsync();
        await using var later = new SqliteStateStore(File);
        Assert.Equal(version, (await later.GetAsync(key, Cancelled))?.Version);
        Assert.NotNull(await later.TryPutAsync(key, Bytes("moved"), version, Cancelled));
    }

    [Fact]
    public async Task Two_stores_that_make_and_write_one_file_at_once_lose_nothing()
    {
        var key = new StateKey("p", "counter");
        await using var one = new SqliteStateStore(File);
        await using var other = new SqliteStateStore(File);

        await Task.WhenAll(Task.Run(() => IncrementAsync(one, key, 50), Cancelled), Task.Run(() => IncrementAsync(other, key, 50), Cancelled));

        Assert.Equal(100, int.Parse((await Store.GetAsync(key, Cancelled))!.Value.Span, CultureInfo.InvariantCulture));
    }

    /// <summary>This test, run again in a process of its own, is the writer that gets killed.</summary>
    [Fact]
    public async Task A_killed_writer_leaves_every_write_that_was_told_done_and_no_half_of_another()
    {
        if (Environment.GetEnvironmentVariable(WriterVariable) is { } target)
        {
            await WriteForeverAsync(target);
        }

        var told = File + ".told";
        using (var writer = StartWriter())
        {
            try
            {
                while (!System.IO.File.Exists(told) || new FileInfo(told).Length < 500)
                {
                    Assert.False(writer.HasExited, "the writer ended by itself");
                    await Task.Delay(20, Cancelled);
                }
            }
            finally
            {
                writer.Kill();
                await writer.WaitForExitAsync(CancellationToken.None);
            }
        }

        // The last line may be half written.
        var done = (await System.IO.File.ReadAllTextAsync(told, Cancelled)).Split('\n')[..^1].Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList();
        var kept = await ListAsync("p");
        Assert.All(kept, entry => Assert.True(IsNoise(entry.Value.Span)));
        var newest = kept.ToDictionary(entry => entry.Key.Row, entry => BitConverter.ToInt32(entry.Value.Span), StringComparer.Ordinal);
        Assert.All(done, write => Assert.True(newest[WriterRow(write)] >= write));
        Assert.True(newest.Values.Max() <= done[^1] + 2);
        await PutAsync(new StateKey("p", "later"), "goes on", StateVersion.None);
        foreach (var entry in await ListAsync("p"))
        {
            Assert.True(await Store.TryDeleteAsync(entry.Key, entry.Version, Cancelled));
        }

        await AssertEmptyAsync();
    }

    [Fact]
    public async Task A_file_of_a_newer_schema_is_refused()
    {
        await using (var older = new SqliteStateStore(File))
        {
            await older.OpenAsync(Cancelled);
        }

        await ChangeAsync("PRAGMA user_version = 2");

        await AssertRefusedAsync("schema 2", "Use the version that wrote it");
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_left_alone()
    {
        await ChangeAsync("CREATE TABLE songs (title TEXT)");

        await AssertRefusedAsync("another program");
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Cancelled);
        Assert.Equal("songs", Ask(connection, "SELECT group_concat(name) FROM sqlite_schema"));
        Assert.Equal("delete", Ask(connection, "PRAGMA journal_mode"));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat("This is a letter. ", 500)), Cancelled);

        await AssertRefusedAsync("no SQLite database");
    }

    [Fact]
    public async Task A_damaged_file_is_told_with_its_path()
    {
        for (var i = 0; i < 50; i++)
        {
            await Store.TryPutAsync(new StateKey("p", $"{i}"), Noise(3_000, i), StateVersion.None, Cancelled);
        }

        await ((SqliteStateStore)Store).DisposeAsync();
        await using (var file = System.IO.File.OpenWrite(File))
        {
            file.Position = 8192;
            await file.WriteAsync(Noise((int)file.Length - 8192, seed: 1), Cancelled);
        }

        await using var damaged = new SqliteStateStore(File);
        var e = await Assert.ThrowsAsync<StateStoreException>(async () => await damaged.ListAsync("p", Cancelled).ToListAsync(Cancelled));
        Assert.Contains(File, e.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        Assert.Contains("-wal", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_value_is_told_with_its_key()
    {
        await PutAsync(new StateKey("octo-org/web", "r"), "x", StateVersion.None);
        await ChangeAsync("UPDATE entries SET value = x'07'");

        var e = await Assert.ThrowsAsync<StateStoreException>(() => Store.GetAsync(new StateKey("octo-org/web", "r"), Cancelled));
        Assert.Contains(File, e.Message, StringComparison.Ordinal);
        Assert.Contains("'r' of 'octo-org/web'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_can_not_be_a_file_is_told()
    {
        Directory.CreateDirectory(File);
        await AssertRefusedAsync("can't be opened");

        var below = Path.Combine(_folder, "file", "state.db");
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "file"), "x", Cancelled);
        await using var store = new SqliteStateStore(below);
        var e = await Assert.ThrowsAsync<StateStoreException>(() => store.OpenAsync(Cancelled));
        Assert.Contains(below, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_refused_once_works_when_it_is_put_right()
    {
        Directory.CreateDirectory(File);
        await AssertRefusedAsync("can't be opened");
        Directory.Delete(File);

        await PutAsync(new StateKey("p", "r"), "x", StateVersion.None);
    }

    private async Task AssertRefusedAsync(params string[] words)
    {
        var e = await Assert.ThrowsAsync<StateStoreException>(() => ((SqliteStateStore)Store).OpenAsync(Cancelled));
        Assert.StartsWith(File + ": ", e.Message, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, e.Message, StringComparison.Ordinal));
    }

    private async Task ChangeAsync(string sql)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Cancelled);
        Ask(connection, sql);
    }

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string WriterRow(int write) => $"{write % WriterRows}";

    private static async Task WriteForeverAsync(string path)
    {
        await using var store = new SqliteStateStore(path);
        await store.OpenAsync(Cancelled);
        await using var told = new FileStream(path + ".told", FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var write = 0; ; write++)
        {
            await store.TryPutAsync(new StateKey("p", WriterRow(write)), Noise(8 + (write * 7919 % 150_000), write), StateVersion.Any, Cancelled);
            await told.WriteAsync(Bytes($"{write}\n"), Cancelled);
        }
    }

    private Process StartWriter()
    {
        // The test program was started either by itself or as an argument of dotnet.
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(SqliteStateStoreTests).FullName}.{nameof(A_killed_writer_leaves_every_write_that_was_told_done_and_no_half_of_another)}");
        start.Environment[WriterVariable] = File;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
