using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Basewatch.Core.Ports;
using CsCheck;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

/// <summary>What every <see cref="IStateStore"/> does.</summary>
public abstract class StateStoreContract : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;
    private static readonly StateKey Key = new("octo-org/web", "docker.io/library/python");

    private IStateStore? _store;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected IStateStore Store => _store ?? throw new InvalidOperationException("not initialised");

    /// <summary>How many random cases a property tries: as many as the store's speed allows.</summary>
    protected abstract int Cases { get; }

    /// <summary>A new and empty store.</summary>
    protected abstract Task<IStateStore> CreateAsync();

    /// <summary>Looks into the store: not a byte of an entry is left.</summary>
    protected abstract Task AssertEmptyAsync();

    public virtual async ValueTask InitializeAsync() => _store = await CreateAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (_store is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData((64 * 1024) - 2)]
    [InlineData((64 * 1024) - 1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(Mebibyte)]
    [InlineData(15 * Mebibyte)]
    [InlineData(16 * Mebibyte)]
    public async Task A_value_of_any_length_is_read_as_it_was_written(int length)
    {
        foreach (var value in new[] { Noise(length, seed: length), Repetition(length) })
        {
            var version = await Store.TryPutAsync(Key, value, StateVersion.Any, Cancelled);

            var entry = await Store.GetAsync(Key, Cancelled);
            Assert.NotNull(entry);
            Assert.Equal(Key, entry.Key);
            Assert.Equal(version, entry.Version);
            Assert.True(entry.Value.Span.SequenceEqual(value));
            var listed = Assert.Single(await ListAsync(Key.Partition));
            Assert.Equal(version, listed.Version);
            Assert.True(listed.Value.Span.SequenceEqual(value));
        }
    }

    [Fact]
    public async Task More_than_16_MiB_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.TryPutAsync(Key, new byte[(16 * Mebibyte) + 1], StateVersion.None, Cancelled));
        Assert.Null(await Store.GetAsync(Key, Cancelled));
    }

    [Fact]
    public async Task A_key_without_text_or_over_500_characters_is_refused()
    {
        foreach (var text in new[] { "", new string('a', 501) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Store.GetAsync(new StateKey(text, "row"), Cancelled));
            await Assert.ThrowsAsync<ArgumentException>(() => Store.TryPutAsync(new StateKey("partition", text), Bytes("x"), StateVersion.Any, Cancelled));
            await Assert.ThrowsAsync<ArgumentException>(() => Store.TryDeleteAsync(new StateKey("partition", text), StateVersion.Any, Cancelled));
            await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(text));
        }
    }

    [Fact]
    public async Task What_is_not_there_is_null_lists_nothing_and_is_deleted_already()
    {
        var gone = await PutAsync(Key, "was here", StateVersion.None);
        Assert.True(await Store.TryDeleteAsync(Key, gone, Cancelled));

        Assert.Null(await Store.GetAsync(Key, Cancelled));
        Assert.Empty(await ListAsync(Key.Partition));
        Assert.True(await Store.TryDeleteAsync(Key, gone, Cancelled));
        Assert.True(await Store.TryDeleteAsync(Key, StateVersion.Any, Cancelled));
        Assert.True(await Store.TryDeleteAsync(Key, StateVersion.None, Cancelled));
        Assert.Null(await Store.TryPutAsync(Key, Bytes("x"), gone, Cancelled));
        await AssertEmptyAsync();
    }

    [Fact]
    public async Task None_writes_only_what_is_not_there()
    {
        var version = await PutAsync(Key, "first", StateVersion.None);

        Assert.Null(await Store.TryPutAsync(Key, Bytes("second"), StateVersion.None, Cancelled));
        Assert.False(await Store.TryDeleteAsync(Key, StateVersion.None, Cancelled));
        await AssertHoldsAsync(Key, "first", version);
    }

    [Fact]
    public async Task Any_replaces_and_deletes_whatever_is_there()
    {
        await PutAsync(Key, "first", StateVersion.Any);
        var version = await PutAsync(Key, "second", StateVersion.Any);

        await AssertHoldsAsync(Key, "second", version);
        Assert.True(await Store.TryDeleteAsync(Key, StateVersion.Any, Cancelled));
        Assert.Null(await Store.GetAsync(Key, Cancelled));
    }

    [Fact]
    public async Task Only_the_newest_version_may_be_replaced_or_deleted()
    {
        var first = await PutAsync(Key, "first", StateVersion.None);
        var second = await PutAsync(Key, "second", first);

        Assert.NotEqual(first, second);
        Assert.Null(await Store.TryPutAsync(Key, Bytes("third"), first, Cancelled));
        Assert.False(await Store.TryDeleteAsync(Key, first, Cancelled));
        await AssertHoldsAsync(Key, "second", second);
        Assert.True(await Store.TryDeleteAsync(Key, second, Cancelled));
        Assert.Null(await Store.GetAsync(Key, Cancelled));
    }

    [Fact]
    public async Task A_version_does_not_come_again_with_the_same_value_nor_after_a_deletion()
    {
        var first = await PutAsync(Key, "same", StateVersion.None);
        var second = await PutAsync(Key, "same", first);
        await Store.TryDeleteAsync(Key, second, Cancelled);
        var third = await PutAsync(Key, "same", StateVersion.None);

        Assert.Equal(3, new HashSet<StateVersion> { first, second, third }.Count);
        Assert.Null(await Store.TryPutAsync(Key, Bytes("x"), second, Cancelled));
        Assert.False(await Store.TryDeleteAsync(Key, second, Cancelled));
    }

    [Fact]
    public async Task A_version_of_another_entry_counts_for_nothing()
    {
        var other = Key with { Row = "other" };
        await PutAsync(Key, "mine", StateVersion.None);
        var version = await PutAsync(other, "other", StateVersion.None);
        version = await PutAsync(other, "other", version);

        Assert.Null(await Store.TryPutAsync(Key, Bytes("x"), version, Cancelled));
        Assert.False(await Store.TryDeleteAsync(Key, version, Cancelled));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task Of_writers_who_saw_the_same_version_one_wins(int length)
    {
        var seen = StateVersion.None;
        for (var round = 0; round < 4; round++)
        {
            var values = Enumerable.Range(0, 6).Select(writer => Noise(length, seed: (round * 10) + writer)).ToArray();
            var versions = await Task.WhenAll(values.Select(value => Task.Run(() => Store.TryPutAsync(Key, value, seen, Cancelled))));

            var winner = Assert.Single(Enumerable.Range(0, values.Length), writer => versions[writer] is not null);
            var entry = await Store.GetAsync(Key, Cancelled);
            Assert.NotNull(entry);
            Assert.Equal(versions[winner], entry.Version);
            Assert.True(entry.Value.Span.SequenceEqual(values[winner]));
            seen = entry.Version;
        }

        await Store.TryDeleteAsync(Key, seen, Cancelled);
        await AssertEmptyAsync();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task Writers_who_take_whatever_is_there_all_get_through(int length)
    {
        var values = Enumerable.Range(0, 6).Select(writer => Noise(length, seed: writer)).ToArray();
        var versions = await Task.WhenAll(values.Select(value => Task.Run(() => Store.TryPutAsync(Key, value, StateVersion.Any, Cancelled))));

        Assert.All(versions, Assert.NotNull);
        Assert.Equal(values.Length, versions.Distinct().Count());
        var entry = await Store.GetAsync(Key, Cancelled);
        Assert.NotNull(entry);
        Assert.True(entry.Value.Span.SequenceEqual(values[Array.IndexOf(versions, entry.Version)]));

        await Store.TryDeleteAsync(Key, StateVersion.Any, Cancelled);
        await AssertEmptyAsync();
    }

    [Fact]
    public async Task No_increment_is_lost()
    {
        const int Writers = 6;
        const int Each = 8;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => IncrementAsync(Store, Key, Each))));

        var entry = await Store.GetAsync(Key, Cancelled);
        Assert.Equal(Writers * Each, int.Parse(entry!.Value.Span, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Who_reads_while_others_write_sees_whole_values()
    {
        using var written = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 25; i++)
                {
                    await Store.TryPutAsync(Key, Noise(i % 2 == 0 ? 80_000 : 100, seed: i), StateVersion.Any, Cancelled);
                }

                await written.CancelAsync();
            },
            Cancelled);

        var reads = 0;
        while (!written.IsCancellationRequested)
        {
            foreach (var entry in (await ListAsync(Key.Partition)).Append(await Store.GetAsync(Key, Cancelled)))
            {
                Assert.True(entry is null || IsNoise(entry.Value.Span));
                reads++;
            }
        }

        await writing;
        Assert.True(reads > 0);
        await Store.TryDeleteAsync(Key, StateVersion.Any, Cancelled);
        await AssertEmptyAsync();
    }

    [Fact]
    public async Task Rows_come_in_ordinal_order_whatever_is_in_them()
    {
        string[] rows =
        [
            " ", "!", "\"", "#", "$", "%", "%2F", "%2f", "&", "'", "''", "+", ",", "-", ".", "..", "./", "/", "//", "0", ":", ";", "?", "@", "A", "AA", "Aa", "a",
            "[", "\\", "]", "^", "_", "`", "aA", "aa", "b", "z", "{", "|", "}", "~", "\0", "\u0001", "\n", "\u007f", "\u0080", "é", "e\u0301", "Ω", "日本", "\uFFFD", "🐍", "\uD83D", "\uE000",
            "library/python", "library.python", "library-python", "library python", "Library/python", "docker.io/library/python:3.12-slim@sha256:0",
        ];
        await PutAllAsync("partition", rows);

        var listed = await ListAsync("partition");
        Assert.Equal(rows.Order(StringComparer.Ordinal), listed.Select(entry => entry.Key.Row));
        Assert.All(listed, entry => Assert.Equal(entry.Key.Row, new string(MemoryMarshal.Cast<byte, char>(entry.Value.Span))));
        Assert.Equal("/", (await Store.GetAsync(new StateKey("partition", "/"), Cancelled))?.Key.Row);
    }

    [Fact]
    public async Task Rows_of_the_full_length_come_in_ordinal_order()
    {
        char[] alphabet = ['a', '/', '.', '{', 'é', '\n', '\uFFFF'];
        string[] rows =
        [
            .. alphabet.Select(c => new string(c, 500)),
            .. alphabet.Select(c => new string('/', 499) + c),
            .. alphabet.Select(c => new string('a', 399) + c + new string('/', 100)),
            .. alphabet.Select(c => new string('a', 400) + c),
            new string('/', 200), new string('/', 201), new string('a', 399), new string('a', 400), new string('a', 499),
        ];
        rows = [.. rows.Distinct(StringComparer.Ordinal)];
        await PutAllAsync(new string('/', 500), rows);

        var listed = await ListAsync(new string('/', 500));
        Assert.Equal(rows.Order(StringComparer.Ordinal), listed.Select(entry => entry.Key.Row));
        Assert.Empty(await ListAsync(new string('/', 499)));
    }

    [Fact]
    public async Task Any_rows_are_found_again_and_listed_in_ordinal_order()
    {
        var partition = 0;
        await Gen.OneOf(Gen.Char, Gen.Char["/._#%'~aA"]).Array[1, 6].Select(chars => new string(chars)).HashSet[1, 12].SampleAsync(
            async rows =>
            {
                var name = $"{Interlocked.Increment(ref partition)}";
                await PutAllAsync(name, rows);
                Assert.Equal(rows.Order(StringComparer.Ordinal), (await ListAsync(name)).Select(entry => entry.Key.Row));
            },
            iter: Cases,
            threads: 1);
    }

    [Fact]
    public async Task Partitions_do_not_see_each_other()
    {
        string[] partitions = ["a", "A", "a/", "a/b", "a b", "a%2Fb", "a'b", "a' or PartitionKey ne '", "é"];
        foreach (var partition in partitions)
        {
            await PutAsync(new StateKey(partition, "row"), partition, StateVersion.None);
        }

        await Store.TryDeleteAsync(new StateKey("a", "row"), StateVersion.Any, Cancelled);
        foreach (var partition in partitions[1..])
        {
            var entry = Assert.Single(await ListAsync(partition));
            Assert.Equal(partition, Encoding.UTF8.GetString(entry.Value.Span));
        }

        Assert.Empty(await ListAsync("a"));
    }

    [Fact]
    public async Task A_long_partition_is_listed_whole()
    {
        var rows = Enumerable.Range(0, 1_100).Select(i => i.ToString("d5", CultureInfo.InvariantCulture)).ToArray();
        await PutAllAsync("partition", rows);

        Assert.Equal(rows, (await ListAsync("partition")).Select(entry => entry.Key.Row));
    }

    [Fact]
    public async Task A_large_value_that_is_replaced_or_deleted_leaves_nothing_behind()
    {
        var version = await Store.TryPutAsync(Key, Noise(Mebibyte, seed: 1), StateVersion.None, Cancelled);
        version = await Store.TryPutAsync(Key, Noise(Mebibyte, seed: 2), version!, Cancelled);
        version = await Store.TryPutAsync(Key, Bytes("small"), version!, Cancelled);
        Assert.True(await Store.TryDeleteAsync(Key, version!, Cancelled));
        await AssertEmptyAsync();

        await Store.TryPutAsync(Key, Noise(Mebibyte, seed: 3), StateVersion.Any, Cancelled);
        Assert.Null(await Store.TryPutAsync(Key, Noise(Mebibyte, seed: 4), StateVersion.None, Cancelled));
        await Store.TryPutAsync(Key, Noise(Mebibyte, seed: 5), StateVersion.Any, Cancelled);
        Assert.True(await Store.TryDeleteAsync(Key, StateVersion.Any, Cancelled));
        await AssertEmptyAsync();
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.GetAsync(Key, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.TryPutAsync(Key, Bytes("x"), StateVersion.Any, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.TryDeleteAsync(Key, StateVersion.Any, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ListAsync("p", cancelled).ToListAsync(cancelled));
        Assert.Null(await Store.GetAsync(Key, Cancelled));
    }

    /// <summary>Random operations, by the store and by a dictionary, have the same outcomes.</summary>
    [Fact]
    public async Task It_behaves_as_a_dictionary_with_versions()
    {
        var run = 0;
        await Operation.Any.List[1, 25].SampleAsync(
            async operations =>
            {
                var prefix = $"{Interlocked.Increment(ref run)}/";
                var model = new Dictionary<StateKey, (byte[] Value, StateVersion Version)>();
                var past = new Dictionary<StateKey, StateVersion>();
                foreach (var operation in operations)
                {
                    var key = new StateKey(prefix + operation.Partition, operation.Row);
                    var has = model.TryGetValue(key, out var current);
                    var expected = operation.Expected switch
                    {
                        Expected.Newest => has ? current.Version : StateVersion.None,
                        Expected.Past => past.GetValueOrDefault(key, StateVersion.None),
                        Expected.None => StateVersion.None,
                        _ => StateVersion.Any,
                    };
                    var fits = expected == StateVersion.Any || expected == (has ? current.Version : StateVersion.None);
                    if (operation.Kind == Kind.Put)
                    {
                        var value = Noise(operation.Length, operation.Seed);
                        var version = await Store.TryPutAsync(key, value, expected, Cancelled);
                        Assert.Equal(fits, version is not null);
                        if (version is not null)
                        {
                            past[key] = has ? current.Version : version;
                            model[key] = (value, version);
                        }
                    }
                    else
                    {
                        Assert.Equal(fits || !has, await Store.TryDeleteAsync(key, expected, Cancelled));
                        if (fits)
                        {
                            model.Remove(key);
                        }
                    }

                    var entry = await Store.GetAsync(key, Cancelled);
                    AssertSame(model.TryGetValue(key, out current) ? new StateEntry(key, current.Value, current.Version) : null, entry);
                }

                foreach (var partition in Operation.Partitions.Select(name => prefix + name))
                {
                    var kept = model.Where(pair => pair.Key.Partition == partition).OrderBy(pair => pair.Key.Row, StringComparer.Ordinal).ToList();
                    var listed = await ListAsync(partition);
                    Assert.Equal(kept.Count, listed.Count);
                    Assert.All(kept.Zip(listed), pair => AssertSame(new StateEntry(pair.First.Key, pair.First.Value.Value, pair.First.Value.Version), pair.Second));
                }

                foreach (var key in model.Keys)
                {
                    Assert.True(await Store.TryDeleteAsync(key, StateVersion.Any, Cancelled));
                }

                await AssertEmptyAsync();
            },
            iter: Cases,
            threads: 1);
    }

    protected static async Task IncrementAsync(IStateStore store, StateKey key, int times)
    {
        while (times > 0)
        {
            var entry = await store.GetAsync(key, Cancelled);
            var next = (entry is null ? 0 : int.Parse(entry.Value.Span, CultureInfo.InvariantCulture)) + 1;
            if (await store.TryPutAsync(key, Bytes(next.ToString(CultureInfo.InvariantCulture)), entry?.Version ?? StateVersion.None, Cancelled) is not null)
            {
                times--;
            }
        }
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Bytes that don't compress; the first eight say how to make them again.</summary>
    protected static byte[] Noise(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        if (length >= 8)
        {
            BitConverter.TryWriteBytes(bytes, seed);
            BitConverter.TryWriteBytes(bytes.AsSpan(4), length);
        }

        return bytes;
    }

    /// <summary>Whether these are all the bytes of some <see cref="Noise"/>.</summary>
    protected static bool IsNoise(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 8 && BitConverter.ToInt32(bytes[4..]) == bytes.Length && bytes.SequenceEqual(Noise(bytes.Length, BitConverter.ToInt32(bytes)));

    protected async Task<List<StateEntry>> ListAsync(string partition)
    {
        var entries = new List<StateEntry>();
        await foreach (var entry in Store.ListAsync(partition, Cancelled))
        {
            entries.Add(entry);
        }

        return entries;
    }

    protected async Task<StateVersion> PutAsync(StateKey key, string value, StateVersion expected)
    {
        var version = await Store.TryPutAsync(key, Bytes(value), expected, Cancelled);
        Assert.NotNull(version);
        return version;
    }

    private static byte[] Repetition(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)"3.12-slim\n"[i % 10])];

    private static void AssertSame(StateEntry? expected, StateEntry? actual)
    {
        Assert.Equal(expected?.Key, actual?.Key);
        Assert.Equal(expected?.Version, actual?.Version);
        Assert.Equal(expected?.Value.ToArray(), actual?.Value.ToArray());
    }

    private async Task AssertHoldsAsync(StateKey key, string value, StateVersion version) =>
        AssertSame(new StateEntry(key, Bytes(value), version), await Store.GetAsync(key, Cancelled));

    /// <summary>Each row holds its own name.</summary>
    private Task PutAllAsync(string partition, IReadOnlyCollection<string> rows) => Parallel.ForEachAsync(
        rows,
        new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancelled },
        async (row, cancellationToken) => Assert.NotNull(
            await Store.TryPutAsync(new StateKey(partition, row), MemoryMarshal.AsBytes(row.AsSpan()).ToArray(), StateVersion.None, cancellationToken)));

    private enum Kind
    {
        Put,
        Delete,
    }

    private enum Expected
    {
        Newest,
        Past,
        None,
        Any,
    }

    private sealed record Operation(Kind Kind, string Partition, string Row, Expected Expected, int Length, int Seed)
    {
        public static readonly string[] Partitions = ["octo-org/web", "octo-org/api"];

        private static readonly string[] Rows = ["a", "A", "a/b"];

        public static readonly Gen<Operation> Any = Gen.Select(
            Gen.Frequency((3, Gen.Const(Kind.Put)), (1, Gen.Const(Kind.Delete))),
            Gen.Int[0, 1].Select(i => Partitions[i]),
            Gen.Int[0, 2].Select(i => Rows[i]),
            Gen.Frequency((4, Gen.Const(Expected.Newest)), (1, Gen.Const(Expected.Past)), (1, Gen.Const(Expected.None)), (1, Gen.Const(Expected.Any))),
            Gen.Frequency((3, Gen.Int[0, 200]), (1, Gen.Int[65_000, 66_000])),
            Gen.Int[0, 1000],
            (kind, partition, row, expected, length, seed) => new Operation(kind, partition, row, expected, length, seed));
    }
}
