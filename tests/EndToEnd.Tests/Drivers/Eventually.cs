using System.Diagnostics;
using Xunit;

namespace Basewatch.EndToEnd.Tests.Drivers;

/// <summary>Waits for what a process beside this one brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is right.</summary>
    /// <param name="what">For the message of a failure.</param>
    /// <param name="ask">Looks at the world.</param>
    /// <param name="isRight">Whether that is what is waited for.</param>
    /// <param name="explain">More for the message of a failure.</param>
    /// <returns>The right answer, and how long it took to come.</returns>
    public static async Task<(T Answer, TimeSpan Took)> SeeAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> isRight, Func<string>? explain = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (isRight(answer))
            {
                return (answer, clock.Elapsed);
            }

            if (clock.Elapsed > Patience)
            {
                Assert.Fail($"not within {Patience.TotalSeconds} s: {what}. The last answer: {answer}\n{explain?.Invoke()}");
            }

            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
