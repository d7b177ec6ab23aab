using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// A file for each value, in a folder that only its user may enter. Any number of processes may use it at once: a file is
/// written beside and moved, so that the last one counts, and none is ever half written.
/// </summary>
/// <param name="folder">The folder, for nothing else; made where it is missing.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of what could not be read or written.</param>
public sealed partial class FileCache(string folder, TimeProvider time, ILogger<FileCache> logger) : ICache
{
    /// <summary>What nobody has asked for in this time goes.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    /// <summary>More files than this: those go that were asked for longest ago.</summary>
    public const int MostFiles = 2000;

    private const string Extension = ".kept";

    /// <summary>Of a process that ended while it wrote.</summary>
    private const string PartExtension = ".part";

    private const UnixFileMode OnlyUser = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A file that is read is marked as asked for, at most once in this time.</summary>
    private static readonly TimeSpan MarkedEach = TimeSpan.FromDays(1);

    /// <summary>What was read, by name, so that what is the same is not written again.</summary>
    private readonly ConcurrentDictionary<string, byte[]> _hashes = new(StringComparer.Ordinal);

    private readonly Lock _gate = new();

    /// <summary>Whether the folder can be used; null: not known yet.</summary>
    private bool? _isReady;

    private bool _isSwept;

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > StateValue.LongestPacked || !IsReady())
            {
                return null;
            }

            var value = StateValue.Unpack(await File.ReadAllBytesAsync(path, cancellationToken));
            _hashes[name] = XxHash128.Hash(value);
            var now = time.GetUtcNow().UtcDateTime;
            if ((now - file.LastWriteTimeUtc).Duration() > MarkedEach)
            {
                File.SetLastWriteTimeUtc(path, now);
            }

            return value;
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            LogNotRead(path, e.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var hash = XxHash128.Hash(value.Span);
        if (value.Length > StateValue.Longest || (_hashes.TryGetValue(name, out var known) && known.AsSpan().SequenceEqual(hash)) || !IsReady())
        {
            return;
        }

        var path = PathOf(name);
        var beside = $"{path}.{Guid.NewGuid():N}{PartExtension}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OnlyUser;
            }

            try
            {
                await using (var stream = new FileStream(beside, options))
                {
                    await stream.WriteAsync(StateValue.Pack(value.Span), cancellationToken);
                }

                File.SetLastWriteTimeUtc(beside, time.GetUtcNow().UtcDateTime);
                File.Move(beside, path, overwrite: true);
                _hashes[name] = hash;
            }
            finally
            {
                File.Delete(beside);
            }

            Sweep();
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            LogNotWritten(path, e.Message);
        }
    }

    private static bool IsOfTheWorld(Exception e) => e is IOException or UnauthorizedAccessException or InvalidDataException;

    // Names are told apart, not protected: a value says itself of what it is. Cryptography would load a library of its own at each start.
    private string PathOf(string name) => Path.Combine(folder, Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(name))) + Extension);

    /// <summary>Makes the folder, and makes sure that nobody else may enter it.</summary>
    private bool IsReady()
    {
        lock (_gate)
        {
            return _isReady ??= Prepare();
        }
    }

    private bool Prepare()
    {
        const UnixFileMode Private = OnlyUser | UnixFileMode.UserExecute;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // What lies in a profile is its user's own.
                Directory.CreateDirectory(folder);
                return true;
            }

            Directory.CreateDirectory(folder, Private);
            if ((File.GetUnixFileMode(folder) | Private) != Private)
            {
                File.SetUnixFileMode(folder, Private);
            }

            return true;
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            LogNotWritten(folder, e.Message);
            return false;
        }
    }

    /// <summary>Deletes what nobody asks for any more, once in the life of a process that writes.</summary>
    private void Sweep()
    {
        lock (_gate)
        {
            if (_isSwept)
            {
                return;
            }

            _isSwept = true;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var kept = new List<FileInfo>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (file.Extension == PartExtension ? now - file.LastWriteTimeUtc > MarkedEach : file.Extension == Extension && now - file.LastWriteTimeUtc > KeptFor)
            {
                file.Delete();
            }
            else if (file.Extension == Extension)
            {
                kept.Add(file);
            }
        }

        foreach (var file in kept.OrderByDescending(f => f.LastWriteTimeUtc).Skip(MostFiles))
        {
            file.Delete();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} can't be read and counts as missing: {Reason}")]
    private partial void LogNotRead(string file, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing is kept in {File}: {Reason}")]
    private partial void LogNotWritten(string file, string reason);
}
