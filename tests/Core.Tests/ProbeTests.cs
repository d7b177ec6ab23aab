namespace Basewatch.Core.Tests;
public sealed class ProbeTests
{
    [Xunit.Fact] public void Runs() => Xunit.Assert.Equal(4, int.Parse("4", System.Globalization.CultureInfo.InvariantCulture));
}
