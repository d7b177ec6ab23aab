namespace Basewatch.Cli;

/// <summary>What the process says to its caller. The first that applies, from the top.</summary>
internal static class ExitCode
{
    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Finished, but some registry or file could not be read.</summary>
    public const int Partial = 3;

    /// <summary>Findings that <c>--fail-on</c> names.</summary>
    public const int Findings = 1;

    /// <summary>Fine.</summary>
    public const int Success = 0;
}
