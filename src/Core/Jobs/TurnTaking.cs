namespace Basewatch.Core.Jobs;

/// <summary>Lets those who work on the same subject go one after another, and all others at once.</summary>
internal sealed class TurnTaking
{
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waits until nobody else works on the subject. Disposing the result lets the next one in. An empty subject never waits.</summary>
    public async Task<IDisposable> TakeAsync(string subject, CancellationToken cancellationToken)
    {
        Turn turn;
        lock (_turns)
        {
            if (subject.Length == 0 || !_turns.TryGetValue(subject, out turn!))
            {
                turn = new Turn(this, subject);
                if (subject.Length > 0)
                {
                    _turns.Add(subject, turn);
                }
            }

            turn.Waiting++;
        }

        try
        {
            await turn.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Leave(turn);
            throw;
        }

        return turn;
    }

    private void Leave(Turn turn)
    {
        lock (_turns)
        {
            if (--turn.Waiting == 0)
            {
                _turns.Remove(turn.Subject);
            }
        }
    }

    private sealed class Turn(TurnTaking owner, string subject) : IDisposable
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public string Subject { get; } = subject;

        public int Waiting { get; set; }

        public void Dispose()
        {
            Gate.Release();
            owner.Leave(this);
        }
    }
}
