using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>The template of a commit's message.</summary>
/// <param name="Text">The template.</param>
internal sealed record FluxMessage(string Text)
{
    public static bool TryParse(string template, IReadOnlyDictionary<string, string> values, [NotNullWhen(true)] out FluxMessage? message, [NotNullWhen(false)] out string? error)
    {
        (message, error) = (new FluxMessage(template), null);
        return values is not null;
    }
}
