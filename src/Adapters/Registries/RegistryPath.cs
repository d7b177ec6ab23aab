using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>A registry, or a part of it: <c>docker.io</c>, <c>contoso.azurecr.io/hub</c>.</summary>
/// <param name="Text">The registry as <see cref="ImageName.Registry"/> has it, with the path as it is: <c>docker.io/python</c> may be the beginning of a name as well as one.</param>
internal readonly record struct RegistryPath(string Text)
{
    /// <summary>Whether it is a registry as a whole.</summary>
    public bool IsRegistry => !Text.Contains('/', StringComparison.Ordinal);

    /// <summary>Reads one. A slash at the end says nothing.</summary>
    public static bool TryParse(string text, out RegistryPath path)
    {
        path = default;
        var parts = text.TrimEnd('/').Split('/', 2);
        if (!ImageName.IsRegistry(parts[0]) || !ImageName.TryParse($"{parts[0]}/x/y", out var registry, out _))
        {
            return false;
        }

        path = new RegistryPath(parts.Length == 1 ? registry.Registry : $"{registry.Registry}/{parts[1]}");
        return parts.Length == 1 || ImageName.TryParse($"{registry.Registry}/{parts[1]}/x", out _, out _);
    }

    /// <summary>What is left of a text after this; null where it begins otherwise.</summary>
    public string? RestOf(string text) =>
        text.StartsWith(Text, StringComparison.Ordinal) && (text.Length == Text.Length || text[Text.Length] == '/') ? text[Text.Length..] : null;

    /// <summary>The image that it names with a rest; null where it names none.</summary>
    public ImageName? Image(string rest) => (rest.Length > 0 || !IsRegistry) && ImageName.TryParse(Text + rest, out var image, out _) ? image : null;
}
