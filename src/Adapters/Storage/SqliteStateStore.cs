using System.Globalization;
using System.Runtime.CompilerServices;
using Basewatch.Core.Ports;
using Microsoft.Data.Sqlite;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// State in one SQLite file, for the command line and the local server. Many threads and several processes may use it at
/// once. What a call has written stays after SIGKILL and after a power cut (write-ahead log, synchronised at each commit).
/// </summary>
/// <remarks>
/// SQLite itself works synchronously: a call holds its thread for as long as the disk takes, and up to ten seconds while
/// another process writes. The file has to be on a local disk: the log shares memory between processes.
/// </remarks>
public sealed class SqliteStateStore : IStateStore, IAsyncDisposable
{
    /// <summary>Marks the file as ours in its header: "Bswt".</summary>
    private const int ApplicationId = 0x42737774;
    private const int SchemaVersion = 1;
    private const int BusySeconds = 10;

    private const int PageRows = 256;
    private const int PageBytes = 4 * 1024 * 1024;

    private readonly SemaphoreSlim _gate = new(1);
    private Database? _database;
    private bool _isDisposed;

    /// <summary>Creates the store; the file is opened, or made, by the first call.</summary>
    /// <param name="path">The file. Its folder is made if it is missing.</param>
    public SqliteStateStore(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Opens the file now, so that a bad one is found out at start.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => UseAsync(_ => true, cancellationToken);

    /// <inheritdoc/>
    public async Task<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken)
    {
        StateKeyText.Check(key);
        var stored = await UseAsync(database => database.Get(key), cancellationToken);
        return stored is null ? null : Entry(key, stored);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StateEntry> ListAsync(string partition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StateKeyText.Check(partition);
        var after = "";
        while (true)
        {
            var page = await UseAsync(database => database.Page(partition, after), cancellationToken);
            foreach (var stored in page)
            {
                yield return Entry(new StateKey(partition, RowOf(stored)), stored);
            }

            if (page.Count < PageRows && page.Sum(s => (long)s.Value.Length) < PageBytes)
            {
                yield break;
            }

            after = page[^1].Row;
        }
    }

    /// <inheritdoc/>
    public async Task<StateVersion?> TryPutAsync(StateKey key, ReadOnlyMemory<byte> value, StateVersion expected, CancellationToken cancellationToken)
    {
        StateKeyText.Check(key);
        var packed = StateValue.Pack(value.Span);
        var version = await UseAsync(database => database.Put(key, packed, expected), cancellationToken);
        return version is { } number ? Version(number) : null;
    }

    /// <inheritdoc/>
    public Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken)
    {
        StateKeyText.Check(key);
        return UseAsync(database => database.Delete(key, expected), cancellationToken);
    }

    /// <summary>Closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        _database?.Dispose();
        (_database, _isDisposed) = (null, true);
        _gate.Release();
    }

    private static StateVersion Version(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    private StateEntry Entry(StateKey key, Stored stored)
    {
        try
        {
            return new StateEntry(key, StateValue.Unpack(stored.Value), Version(stored.Version));
        }
        catch (InvalidDataException e)
        {
            throw new StateStoreException($"{Path}: entry '{key.Row}' of '{key.Partition}': {e.Message}. {StartAnew}", e);
        }
    }

    private string RowOf(Stored stored)
    {
        try
        {
            return StateKeyText.Unescape(stored.Row);
        }
        catch (FormatException e)
        {
            throw new StateStoreException($"{Path}: {e.Message}. {StartAnew}", e);
        }
    }

    /// <summary>One connection, used by one caller at a time: SQLite has one writer anyway, and a read takes microseconds.</summary>
    private async Task<T> UseAsync<T>(Func<Database, T> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _database ??= Open();
            return work(_database);
        }
        catch (SqliteException e)
        {
            throw new StateStoreException($"{Path}: {Explain(e)}", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException and not StateStoreException))
        {
            throw new StateStoreException($"{Path}: {e.Message} Choose a file in a folder that this user may write to.", e);
        }
        finally
        {
            _gate.Release();
        }
    }

    private Database Open()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path) ?? Path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {BusySeconds * 1000}");
            CreateOrCheckSchema(connection);
            // FULL, not NORMAL: with a write-ahead log NORMAL is safe against SIGKILL, but a power cut takes back what was
            // written since the last checkpoint, and the decisions of people are among it.
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            return new Database(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void CreateOrCheckSchema(SqliteConnection connection)
    {
        if (IsOurs(connection))
        {
            return;
        }

        // Immediate: of two processes that come at once one creates, and the other looks again.
        using var transaction = connection.BeginTransaction(deferred: false);
        if (!IsOurs(connection))
        {
            // AUTOINCREMENT: each write makes a new row, and no version ever comes again, not even after a deletion.
            Execute(connection, $"""
                CREATE TABLE entries (
                    version INTEGER PRIMARY KEY AUTOINCREMENT,
                    partition TEXT NOT NULL,
                    row TEXT NOT NULL,
                    value BLOB NOT NULL,
                    UNIQUE (partition, row)) STRICT;
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {SchemaVersion};
                """);
        }

        transaction.Commit();
    }

    /// <summary>True for a store of this schema, false for an empty file; anything else throws.</summary>
    private bool IsOurs(SqliteConnection connection)
    {
        if (Number(connection, "SELECT count(*) FROM sqlite_schema") == 0)
        {
            return false;
        }

        if (Number(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw new StateStoreException($"{Path}: this is a SQLite database of another program. Choose another file.");
        }

        var version = Number(connection, "PRAGMA user_version");
        return version == SchemaVersion
            ? true
            : throw new StateStoreException(
                $"{Path}: the file has schema {version}, this version of Basewatch knows schema {SchemaVersion}. Use the version that wrote it, or choose another file.");
    }

    private const string StartAnew =
        "Restore a backup; or move the file away together with its -wal and -shm files, and Basewatch starts anew: caches fill again, ignored and approved updates have to be said again.";

    // Result codes: https://www.sqlite.org/rescode.html
    private static string Explain(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => $"another process has held the file for more than {BusySeconds} seconds. End it, or try again.",
        8 => "the file can't be written. Give this user the right to write the file and its folder, or choose another file.",
        11 => $"the file is damaged. {StartAnew}",
        13 => "the disk is full. Make room and try again.",
        14 => "the file can't be opened or made. Give this user the right to read and write it and its folder, or choose another file.",
        26 => $"this is no SQLite database. Choose another file, or, if it was one: {StartAnew}",
        _ => $"{e.Message} Check the disk, and that it is a local one.",
    };

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private sealed record Stored(string Row, byte[] Value, long Version);

    /// <summary>The open file with its prepared statements.</summary>
    private sealed class Database : IDisposable
    {
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _get;
        private readonly SqliteCommand _page;
        private readonly SqliteCommand _put;
        private readonly SqliteCommand _delete;

        public Database(SqliteConnection connection)
        {
            // $expected is a version, or 0: there must be none, or -1: whatever is there.
            _connection = connection;
            _get = Prepare("SELECT row, value, version FROM entries WHERE partition = $partition AND row = $row", "$partition", "$row");
            _page = Prepare($"SELECT row, value, version FROM entries WHERE partition = $partition AND row > $row ORDER BY row LIMIT {PageRows}", "$partition", "$row");
            _put = Prepare(
                """
                INSERT OR REPLACE INTO entries (partition, row, value)
                SELECT $partition, $row, $value
                WHERE $expected = -1
                    OR $expected = ifnull((SELECT version FROM entries WHERE partition = $partition AND row = $row), 0)
                RETURNING version
                """,
                "$partition", "$row", "$expected", "$value");
            _delete = Prepare(
                """
                DELETE FROM entries
                WHERE partition = $partition AND row = $row AND $expected IN (-1, version)
                """,
                "$partition", "$row", "$expected");
        }

        public Stored? Get(StateKey key)
        {
            Bind(_get, key.Partition, key.Row);
            using var reader = _get.ExecuteReader();
            return reader.Read() ? Read(reader) : null;
        }

        public List<Stored> Page(string partition, string after)
        {
            Bind(_page, partition);
            _page.Parameters[1].Value = after;
            var page = new List<Stored>();
            long bytes = 0;
            using var reader = _page.ExecuteReader();
            while (bytes < PageBytes && reader.Read())
            {
                page.Add(Read(reader));
                bytes += page[^1].Value.Length;
            }

            return page;
        }

        public long? Put(StateKey key, byte[] packed, StateVersion expected)
        {
            Bind(_put, key.Partition, key.Row, expected);
            _put.Parameters[3].Value = packed;
            try
            {
                using var reader = _put.ExecuteReader();
                long? version = null;
                // To the end: the statement commits with its last step, and only then is the version true.
                while (reader.Read())
                {
                    version = reader.GetInt64(0);
                }

                return version;
            }
            finally
            {
                _put.Parameters[3].Value = DBNull.Value;
            }
        }

        public bool Delete(StateKey key, StateVersion expected)
        {
            Bind(_delete, key.Partition, key.Row, expected);
            return _delete.ExecuteNonQuery() > 0 || Get(key) is null;
        }

        public void Dispose()
        {
            _get.Dispose();
            _page.Dispose();
            _put.Dispose();
            _delete.Dispose();
            _connection.Dispose();
        }

        private static Stored Read(SqliteDataReader reader) => new(reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2));

        private static void Bind(SqliteCommand command, string partition, string? row = null, StateVersion? expected = null)
        {
            command.Parameters[0].Value = StateKeyText.Escape(partition);
            if (row is not null)
            {
                command.Parameters[1].Value = StateKeyText.Escape(row);
            }

            if (expected is not null)
            {
                command.Parameters[2].Value = NumberOf(expected);
            }
        }

        private static long NumberOf(StateVersion expected)
        {
            if (expected == StateVersion.Any)
            {
                return -1;
            }

            if (expected == StateVersion.None)
            {
                return 0;
            }
            // A tag of another store is no version here.
            return long.TryParse(expected.Tag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : long.MaxValue;
        }

        private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
        {
            var command = _connection.CreateCommand();
            command.CommandText = sql;
            foreach (var name in parameters)
            {
                command.Parameters.AddWithValue(name, DBNull.Value);
            }

            command.Prepare();
            return command;
        }
    }
}
