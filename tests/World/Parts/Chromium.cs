namespace Basewatch.World.Parts;

/// <summary>The Chromium of this machine.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

    /// <summary>The path of the program.</summary>
    /// <exception cref="MissingPartException">There is none.</exception>
    public static string Find() => Names.Select(Command.Find).FirstOrDefault(p => p is not null)
        ?? throw new MissingPartException("A browser", "there is no chromium and no google-chrome on PATH; Debian's package chromium is one");
}
