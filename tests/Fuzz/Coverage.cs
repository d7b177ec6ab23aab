using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Basewatch.Fuzz;

/// <summary>Which branches of the instrumented code were taken, and about how often.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    private readonly byte[] _seen = new byte[Size];

    public Coverage() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Size);

    /// <summary>Number of branches taken so far, at any count.</summary>
    public int Branches => _seen.Count(s => s != 0);

    /// <summary>Begins a run.</summary>
    public static void Clear()
    {
        new Span<byte>(Trace.SharedMem, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Ends a run: true where it went where none had gone before.</summary>
    public bool Add()
    {
        var isNew = false;
        var taken = new ReadOnlySpan<byte>(Trace.SharedMem, Size);
        for (var i = taken.IndexOfAnyExcept((byte)0); i >= 0;)
        {
            var bucket = Bucket(taken[i]);
            isNew |= (_seen[i] & bucket) == 0;
            _seen[i] |= bucket;
            var next = taken[(i + 1)..].IndexOfAnyExcept((byte)0);
            i = next < 0 ? -1 : i + 1 + next;
        }

        return isNew;
    }

    /// <summary>The branches that the run took and none before it, at any count.</summary>
    public IReadOnlyList<int> NewBranches()
    {
        var found = new List<int>();
        for (var i = 0; i < Size; i++)
        {
            if (Trace.SharedMem[i] != 0 && _seen[i] == 0)
            {
                found.Add(i);
            }
        }

        return found;
    }

    /// <summary>Whether the run took all of these.</summary>
    public static bool Took(IReadOnlyList<int> branches) => branches.All(b => Trace.SharedMem[b] != 0);

    /// <summary>Once, a few times, many times: loops that turn once more are nothing new.</summary>
    private static byte Bucket(byte count) => count switch { 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
}
