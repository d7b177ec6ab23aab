using Basewatch.World.Parts;
using Xunit;

namespace Basewatch.World.Servers;

/// <summary>
/// A real server on free loopback ports. As an xunit fixture it is started and ended by xunit; in a test,
/// <c>await using</c> it and call <see cref="InitializeAsync"/>. Where its part can't be had, the first look at it
/// skips the test (or fails it, where <c>CI=true</c>): a fixture itself can't skip.
/// </summary>
public abstract class RealServer : IAsyncLifetime
{
    /// <summary>How long a server may take to be ready. Two cores that also build are slow.</summary>
    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    private ServerProcess? _process;
    private MissingPartException? _missing;

    /// <summary>A folder of this server alone, removed with it.</summary>
    protected string TemporaryFolder { get; private set; } = "";

    /// <summary>Starts the server and waits until it answers.</summary>
    public async ValueTask InitializeAsync()
    {
        TemporaryFolder = Directory.CreateTempSubdirectory("basewatch-world-").FullName;
        try
        {
            await StartAsync(TestContext.Current.CancellationToken);
        }
        catch (MissingPartException e)
        {
            _missing = e;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server and removes what it kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _process = null;
        if (Directory.Exists(TemporaryFolder))
        {
            Directory.Delete(TemporaryFolder, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Gets the part, and gives the process to <see cref="Own"/> as soon as it is started.</summary>
    protected abstract Task StartAsync(CancellationToken cancellationToken);

    /// <summary>What to end before the process.</summary>
    protected virtual ValueTask StopAsync() => ValueTask.CompletedTask;

    /// <summary>The process ends with this server.</summary>
    private protected ServerProcess Own(ServerProcess process) => _process = process;

    /// <summary>A value that is there once the server runs; skips the test where the part is missing.</summary>
    protected T Running<T>(T? value)
        where T : class
    {
        _missing?.SkipOrFail();
        return value ?? throw new InvalidOperationException($"{GetType().Name} is not started: call InitializeAsync, or use it as a fixture.");
    }
}
