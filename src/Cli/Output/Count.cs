namespace Basewatch.Cli.Output;

/// <summary>Numbers in sentences.</summary>
internal static class Count
{
    /// <summary><c>1 use</c>, <c>2 uses</c>.</summary>
    public static string Of(int number, string what) => number == 1
        ? $"1 {what}"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{number:N0} {(what.EndsWith('y') ? what[..^1] + "ies" : what + "s")}");
}
