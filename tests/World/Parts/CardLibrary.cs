namespace Basewatch.World.Parts;

/// <summary>Microsoft's renderer of Adaptive Cards and the Markdown that it is used with, as scripts for a page.</summary>
public static class CardLibrary
{
    /// <summary>The scripts, in the order in which they are loaded. Skips the test where they can't be had.</summary>
    public static async Task<IReadOnlyList<string>> ScriptsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var modules = (await NodePackages.GetAsync(cancellationToken)).Modules;
            return
            [
                await File.ReadAllTextAsync(Path.Combine(modules, "markdown-it", "dist", "markdown-it.min.js"), cancellationToken),
                await File.ReadAllTextAsync(Path.Combine(modules, "adaptivecards", "dist", "adaptivecards.min.js"), cancellationToken),
            ];
        }
        catch (MissingPartException e)
        {
            e.SkipOrFail();
            throw;
        }
    }
}
