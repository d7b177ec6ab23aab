using System.Buffers.Binary;
using System.IO.Compression;
using Basewatch.Adapters.Storage;
using CsCheck;
using Xunit;

namespace Basewatch.Adapters.Tests.Storage;

public sealed class StateValueTests
{
    [Fact]
    public void Any_value_is_read_back_and_grows_by_a_byte_at_most() =>
        Gen.OneOf(Gen.Byte.Array[0, 2000], Gen.Byte[0, 3].Array[0, 5000]).Sample(value =>
        {
            var packed = StateValue.Pack(value);
            Assert.True(packed.Length <= value.Length + 1);
            Assert.Equal(value, StateValue.Unpack(packed));
        });

    [Fact]
    public void What_repeats_itself_is_compressed() => Assert.True(StateValue.Pack(new byte[100_000]).Length < 1_000);

    [Fact]
    public void Damaged_bytes_are_refused_or_give_a_value_within_the_limit() =>
        Gen.Byte.Array[0, 200].Sample(packed =>
        {
            try
            {
                Assert.True(StateValue.Unpack(packed).Length <= StateValue.Longest);
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        });

    [Fact]
    public void A_value_that_swells_is_refused()
    {
        var bomb = new byte[200 * 1024 * 1024];
        var compressed = new byte[1024 * 1024];
        Assert.True(BrotliEncoder.TryCompress(bomb, compressed.AsSpan(5), out var written, 1, 22));
        compressed[0] = 1;
        foreach (var claimed in new[] { 100, StateValue.Longest, bomb.Length, -1 })
        {
            BinaryPrimitives.WriteInt32LittleEndian(compressed.AsSpan(1), claimed);
            Assert.Throws<InvalidDataException>(() => StateValue.Unpack(compressed.AsSpan(0, 5 + written)));
        }
    }

    [Fact]
    public void A_cut_off_value_is_refused()
    {
        var packed = StateValue.Pack(new byte[5_000]);
        for (var length = 0; length < packed.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => StateValue.Unpack(packed.AsSpan(0, length)));
        }
    }
}
