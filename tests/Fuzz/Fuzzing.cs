using System.Diagnostics;

namespace Basewatch.Fuzz;

/// <summary>Tries files for a while, and keeps each that goes where none before it went.</summary>
/// <param name="fixtures">Folder with the fixtures of the formats.</param>
/// <param name="corpus">Folder with what is known; new files are added.</param>
/// <param name="state">File that holds the one that is being tried.</param>
internal sealed class Fuzzing(string fixtures, string corpus, string state)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Coverage _coverage = new();
    private readonly List<Input> _known = [];
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _startedAt;
    private long _runs;

    /// <returns>0 when the time is up; the process exits with another code at the first file that harms.</returns>
    public int Run(TimeSpan time)
    {
        using var watchdog = new Timer(_ => ExitWhenSlow(), null, Slow, TimeSpan.FromSeconds(1));
        foreach (var input in Seeds())
        {
            if (Try(input))
            {
                _known.Add(input);
            }
        }

        Report();
        var random = new Random();
        var mutation = new Mutation(random);
        for (var next = Pause; _watch.Elapsed < time;)
        {
            // The newest go where least has been tried.
            var i = Math.Max(random.Next(_known.Count), random.Next(2) * random.Next(_known.Count));
            var input = mutation.Of(_known[i], _known[random.Next(_known.Count)]);
            if (Try(input))
            {
                _known.Add(input);
            }

            if (_watch.Elapsed > next)
            {
                next += Pause;
                Report();
            }
        }

        Report();
        Keep();
        return 0;
    }

    /// <summary>The smallest files that together go everywhere.</summary>
    private void Keep()
    {
        var coverage = new Coverage();
        foreach (var old in Known())
        {
            File.Delete(old);
        }

        foreach (var input in Fixtures())
        {
            Run(input);
            coverage.Add();
        }

        foreach (var input in _known.OrderBy(k => k.Bytes.Length))
        {
            Run(input);
            if (coverage.NewBranches() is [_, ..] branches)
            {
                var small = Shrink(input, branches);
                Run(small);
                coverage.Add();
                File.WriteAllBytes(Path.Combine(corpus, small.Name), small.Encode());
            }
        }
    }

    /// <summary>Takes away what a file does not need to go where it goes.</summary>
    private Input Shrink(Input input, IReadOnlyList<int> branches)
    {
        for (var length = input.Bytes.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= input.Bytes.Length;)
            {
                var less = input with { Bytes = [.. input.Bytes[..at], .. input.Bytes[(at + length)..]] };
                Run(less);
                if (Coverage.Took(branches))
                {
                    input = less;
                }
                else
                {
                    at += length;
                }
            }
        }

        return input;
    }

    private void Run(Input input)
    {
        File.WriteAllBytes(state, input.Encode());
        Coverage.Clear();
        Target.Run(input);
    }

    private IEnumerable<Input> Fixtures() =>
        Directory.EnumerateFiles(fixtures, "*.expected", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Order(StringComparer.Ordinal)
            .Select(f => f[..^".expected".Length])
            .Select(f => new Input(Path.GetRelativePath(fixtures, f).Replace('\\', '/'), File.ReadAllBytes(f)))
            .Select(i => i with { Path = i.Path[(i.Path.IndexOf('/', StringComparison.Ordinal) + 1)..] })
            .Where(i => i.Bytes.Length <= Input.Largest);

    private IEnumerable<Input> Seeds() =>
        Fixtures().Concat(Known().Order(StringComparer.Ordinal).Select(f => Input.Decode(File.ReadAllBytes(f))));

    /// <summary>What is in the folder, without what did harm: that would end the next run where it ended this one.</summary>
    private string[] Known() => [.. Directory.EnumerateFiles(corpus).Where(f => !Path.GetFileName(f).StartsWith("crash-", StringComparison.Ordinal))];

    /// <returns>Whether the file goes where none before it went.</returns>
    private bool Try(Input input)
    {
        // Memory that another process can read after this one's end: a file in the page cache.
        File.WriteAllBytes(state, input.Encode());
        Coverage.Clear();
        Volatile.Write(ref _startedAt, _watch.ElapsedTicks);
        try
        {
            Target.Run(input);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"{input.Path}: {e}");
            Environment.Exit(3);
        }

        Volatile.Write(ref _startedAt, 0);
        _runs++;
        return _coverage.Add();
    }

    private void ExitWhenSlow()
    {
        var started = Volatile.Read(ref _startedAt);
        if (started > 0 && Stopwatch.GetElapsedTime(0, _watch.ElapsedTicks - started) > Slow)
        {
            Console.Error.WriteLine($"a file takes more than {Slow.TotalSeconds} s");
            Environment.Exit(4);
        }
    }

    private void Report() =>
        Console.WriteLine($"{_watch.Elapsed:hh\\:mm\\:ss}  {_runs,10:N0} files tried  {_known.Count,6:N0} kept  {_coverage.Branches,6:N0} branches");
}
