using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>How often the state store is read for the dashboard.</summary>
public sealed class OverviewBookTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly OverviewBook _book;
    private TaskCompletionSource _gate = new();
    private int _reads;
    private string? _problem;

    public OverviewBookTests() => _book = new OverviewBook(ReadAsync, _time, NullLogger<OverviewBook>.Instance);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_who_ask_wait_for_one_reader_and_later_ones_for_none()
    {
        var asking = Enumerable.Range(0, 50).Select(_ => _book.GetAsync(Cancelled)).ToList();
        _gate.SetResult();
        var first = await Task.WhenAll(asking);
        Assert.All(first, o => Assert.Same(first[0], o));
        Assert.Equal(1, _reads);

        // Fresh: nothing is read.
        _time.Advance(OverviewBook.FreshFor / 2);
        Assert.Same(first[0], await _book.GetAsync(Cancelled));
        Assert.Equal(1, _reads);

        // Aged: the old one is shown at once, and another is read meanwhile.
        _gate = new TaskCompletionSource();
        _time.Advance(OverviewBook.FreshFor);
        Assert.Same(first[0], await _book.GetAsync(Cancelled));
        Assert.Same(first[0], await _book.GetAsync(Cancelled));
        _gate.SetResult();
        await SeeAsync(async () => await _book.GetAsync(Cancelled) != first[0]);
        Assert.Equal(2, _reads);

        // Too old to be shown: it is waited for.
        _time.Advance(OverviewBook.ShownFor + TimeSpan.FromSeconds(1));
        Assert.Equal(_time.GetUtcNow(), (await _book.GetAsync(Cancelled)).At);
        Assert.Equal(3, _reads);
    }

    [Fact]
    public async Task A_store_that_can_not_be_read_is_told_and_read_again_later()
    {
        _gate.SetResult();
        _problem = "out of reach";
        await Assert.ThrowsAsync<StateStoreException>(() => _book.GetAsync(Cancelled));
        _problem = null;
        await SeeAsync(async () => (await _book.GetAsync(Cancelled)).At == _time.GetUtcNow());

        // What is kept is shown while there is nothing newer.
        _problem = "out of reach";
        _time.Advance(OverviewBook.FreshFor * 2);
        Assert.NotNull(await _book.GetAsync(Cancelled));
    }

    public void Dispose() => _book.Dispose();

    private static async Task SeeAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            await Task.Delay(5, Cancelled);
        }
    }

    private async Task<Overview> ReadAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        await _gate.Task.WaitAsync(cancellationToken);
        return _problem is null ? new Overview(_time.GetUtcNow(), ServiceMode.Propose) : throw new StateStoreException(_problem);
    }
}
