namespace Basewatch.World.Servers;

/// <summary>A pull request as the emulator lists it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Title">Its title.</param>
/// <param name="Body">Its body, or null.</param>
/// <param name="IsOpen">Neither closed nor merged.</param>
/// <param name="IsMerged">Merged.</param>
/// <param name="Head">The branch that it brings.</param>
/// <param name="Base">The branch that it goes to.</param>
/// <param name="Labels">The names of its labels.</param>
public sealed record EmulatedPullRequest(
    int Number, string Title, string? Body, bool IsOpen, bool IsMerged, string Head, string Base, IReadOnlyList<string> Labels);
